//! A display for machines without a screen.

use crate::{Error, Result};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// An X server that draws into memory (Xvfb); it ends with this value.
pub struct VirtualDisplay {
    server: Child,
    name: String,
}

impl VirtualDisplay {
    /// Starts a server on a free display, large enough for the editor.
    ///
    /// # Errors
    /// There is no Xvfb here, or it does not start.
    pub fn start() -> Result<VirtualDisplay> {
        let failed = |reason: String| {
            Error::Display(format!(
                "{reason}; install Xvfb (Debian: xvfb) or set DISPLAY"
            ))
        };
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1600x1200x24",
                "-noreset",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| failed(format!("Xvfb: {e}")))?;
        // The server tells its number when it is ready to be connected to.
        let mut number = String::new();
        if let Some(output) = server.stdout.take() {
            BufReader::new(output)
                .read_line(&mut number)
                .map_err(|e| failed(e.to_string()))?;
        }
        let number = number.trim();
        let name = format!(":{number}");
        let display = VirtualDisplay { server, name };
        if number.is_empty() {
            return Err(failed("Xvfb ended at once".into()));
        }
        Ok(display)
    }

    /// What `DISPLAY` has to be.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for VirtualDisplay {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Makes sure that `DISPLAY` names a display: the one it names already, else a
/// virtual one, which lives as long as the value given back.
///
/// # Safety
/// No other thread may run: the environment belongs to the process.
pub unsafe fn provide() -> Result<Option<VirtualDisplay>> {
    if std::env::var_os("DISPLAY").is_some_and(|name| !name.is_empty()) {
        return Ok(None);
    }
    let display = VirtualDisplay::start()?;
    // SAFETY: the caller promises that this is the only thread.
    unsafe { std::env::set_var("DISPLAY", display.name()) };
    Ok(Some(display))
}
