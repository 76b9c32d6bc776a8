//! Bounds the work that a killed scan loses.

use parking_lot::{Condvar, Mutex};

/// Chunks that may be embedded and not committed yet, by all threads together: the most
/// that is lost when the process is killed.
pub(super) struct Permits {
    state: Mutex<State>,
    returned: Condvar,
}

struct State {
    free: usize,
    closed: bool,
}

impl Permits {
    pub(super) fn new(free: usize) -> Self {
        let closed = false;
        Self {
            state: Mutex::new(State { free, closed }),
            returned: Condvar::new(),
        }
    }

    /// Waits until `n` chunks may be embedded; `false` once [`Self::close`] was called.
    pub(super) fn take(&self, n: usize) -> bool {
        let mut state = self.state.lock();
        while state.free < n && !state.closed {
            self.returned.wait(&mut state);
        }
        state.free = state.free.saturating_sub(n);
        !state.closed
    }

    /// `n` chunks are committed.
    pub(super) fn give_back(&self, n: usize) {
        self.state.lock().free += n;
        self.returned.notify_all();
    }

    /// Nothing will be committed any more.
    pub(super) fn close(&self) {
        self.state.lock().closed = true;
        self.returned.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;
    use std::time::Duration;

    #[test]
    fn nobody_takes_more_than_there_is() {
        let permits = Permits::new(3);
        assert!(permits.take(2));
        thread::scope(|scope| {
            let waits = scope.spawn(|| permits.take(2));
            thread::sleep(Duration::from_millis(30));
            assert!(!waits.is_finished());
            permits.give_back(1);
            assert!(waits.join().unwrap());
            let waits = scope.spawn(|| permits.take(1));
            thread::sleep(Duration::from_millis(30));
            assert!(!waits.is_finished());
            permits.close();
            assert!(!waits.join().unwrap());
        });
    }
}
