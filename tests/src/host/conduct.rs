//! Whether the plug-in does in `process` what an audio thread must not.

use crate::Result;

/// A call of `process` that is watched for allocations, locks and system calls, in every
/// test that does not render offline.
pub(super) struct Conduct {
    /// Counted before; `None` if nobody watches.
    before: Option<u64>,
}

#[cfg(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"))]
impl Conduct {
    /// Begins to watch the calling thread, if `on`.
    pub(super) fn watch(on: bool) -> Conduct {
        let before = on.then(super::interpose::total);
        super::interpose::watch(on);
        Conduct { before }
    }

    /// Ends it.
    ///
    /// # Errors
    /// Something was counted meanwhile, on this or another thread that is watched.
    pub(super) fn end(self) -> Result<()> {
        use super::interpose;
        let Some(before) = self.before else {
            return Ok(());
        };
        interpose::watch(false);
        if interpose::total() == before {
            return Ok(());
        }
        let reason = format!("on the audio thread: {:?}", interpose::counts());
        Err(crate::Error::plugin("behave", reason))
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64")))]
impl Conduct {
    /// Nothing can be seen here.
    pub(super) fn watch(_on: bool) -> Conduct {
        Conduct { before: None }
    }

    /// Ends it.
    ///
    /// # Errors
    /// None.
    pub(super) fn end(self) -> Result<()> {
        Ok(())
    }
}
