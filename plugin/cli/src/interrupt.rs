//! Ctrl-C ends the work cleanly; pressed again it ends the process at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result};

use crate::exit::Exit;

/// Whether Ctrl-C was pressed.
#[derive(Clone)]
pub struct Interrupt(Arc<AtomicBool>);

/// Begins to watch for Ctrl-C.
pub fn watch() -> Result<Interrupt> {
    let pressed = Arc::new(AtomicBool::new(false));
    let interrupt = Interrupt(Arc::clone(&pressed));
    ctrlc::set_handler(move || {
        if pressed.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
    })
    .context("can't watch for Ctrl-C")?;
    Ok(interrupt)
}

impl Interrupt {
    /// Whether to stop.
    pub fn pressed(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// An error once Ctrl-C was pressed.
    pub fn check(&self) -> Result<()> {
        if self.pressed() {
            return Err(Exit::Interrupted("; nothing was written").into());
        }
        Ok(())
    }
}
