//! What the process holds in memory.

use crate::{Error, Result};

/// Memory of this process, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// Pages that it holds, each shared one divided by those that share it.
    pub proportional: u64,
    /// Pages that are its own and were written to: what would be needed anew.
    pub anonymous: u64,
}

impl Memory {
    /// Now. Linux only.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn now() -> Result<Memory> {
        let path = "/proc/self/smaps_rollup";
        let text = std::fs::read_to_string(path).map_err(|e| Error::Unreadable {
            what: "memory",
            reason: format!("{path}: {e}"),
        })?;
        let kibibytes = |name: &str| -> u64 {
            let line = text.lines().find(|line| line.starts_with(name));
            let number = line.and_then(|line| line.split_whitespace().nth(1));
            number.and_then(|number| number.parse().ok()).unwrap_or(0)
        };
        Ok(Memory {
            proportional: kibibytes("Pss:") << 10,
            anonymous: kibibytes("Anonymous:") << 10,
        })
    }
}
