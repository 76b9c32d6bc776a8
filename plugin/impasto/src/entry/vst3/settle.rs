//! Letting the framework's background thread finish before an instance goes.
//!
//! A state that a host restores on any thread but the one that made the instance has the
//! framework post a task to its background thread. If the instance goes before that task
//! is done, the background thread ends for good, and the framework panics at the next
//! deletion, within the host's call: the host aborts. Whether tasks wait can't be asked,
//! so the deletion waits for as long as the last of them can take.

use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Far more than a task takes, which finds no editor and does nothing.
const SETTLED: Duration = Duration::from_millis(250);

/// Knows when the last task was posted.
pub struct Settling {
    /// The thread that made the instance: there the framework posts nothing.
    home: ThreadId,
    posted: Mutex<Option<Instant>>,
}

impl Settling {
    /// To be made where the instance is.
    pub fn new() -> Self {
        Self {
            home: thread::current().id(),
            posted: Mutex::new(None),
        }
    }

    /// A state was restored on this thread.
    pub fn note(&self) {
        if thread::current().id() != self.home {
            *self.posted.lock() = Some(Instant::now());
        }
    }

    /// Waits until what was posted is done; mostly nothing was.
    pub fn wait(&self) {
        if let Some(posted) = *self.posted.lock() {
            thread::sleep(SETTLED.saturating_sub(posted.elapsed()));
        }
    }
}
