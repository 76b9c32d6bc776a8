//! How other threads ask for a frame.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asks a window for a new frame, from any thread and without waiting; clone it freely.
/// The window looks thirty times a second.
#[derive(Clone, Debug)]
pub struct RepaintNotifier(Arc<AtomicBool>);

impl RepaintNotifier {
    /// One that has asked already: a new window is drawn at once.
    pub fn new() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }

    /// Asks for a frame.
    pub fn request_repaint(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether anyone asked since the last call; for the window.
    pub fn take(&self) -> bool {
        self.0.swap(false, Ordering::AcqRel)
    }
}

impl Default for RepaintNotifier {
    fn default() -> Self {
        Self::new()
    }
}
