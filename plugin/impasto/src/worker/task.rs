//! Work on a thread of its own that can be watched and broken off, for what waits for disks.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::{self, JoinHandle};

use engine::library::lower_priority;
use parking_lot::Mutex;

/// What both threads see.
pub struct Progress {
    share: AtomicU32,
    cancelled: AtomicBool,
}

impl Progress {
    /// For the work: how much is done, 0..=1; whether to go on.
    pub fn tell(&self, share: f64) -> ControlFlow<()> {
        self.share
            .store((share as f32).to_bits(), Ordering::Relaxed);
        match self.cancelled.load(Ordering::Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

/// Work that gives a `T` in the end. Dropped, it is broken off and waited for: a thread must
/// not outlive the library that its code is in.
pub struct Task<T> {
    progress: Arc<Progress>,
    result: Arc<Mutex<Option<T>>>,
    thread: Option<JoinHandle<()>>,
}

impl<T: Send + 'static> Task<T> {
    /// Starts `work` at low priority; `None` if the system gives no more threads.
    pub fn start(name: &str, work: impl FnOnce(&Progress) -> T + Send + 'static) -> Option<Self> {
        let progress = Arc::new(Progress {
            share: AtomicU32::new(0),
            cancelled: AtomicBool::new(false),
        });
        let result = Arc::new(Mutex::new(None));
        let (seen, given) = (Arc::clone(&progress), Arc::clone(&result));
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                lower_priority();
                let result = work(&seen);
                *given.lock() = Some(result);
            })
            .ok()?;
        Some(Self {
            progress,
            result,
            thread: Some(thread),
        })
    }

    /// How much is done, 0..=1.
    pub fn share(&self) -> f32 {
        f32::from_bits(self.progress.share.load(Ordering::Relaxed))
    }

    /// Asks it to end; what it gives then says that it was broken off.
    pub fn cancel(&self) {
        self.progress.cancelled.store(true, Ordering::Relaxed);
    }

    /// What it has given, once.
    pub fn result(&self) -> Option<T> {
        self.result.lock().take()
    }

    /// Whether its thread has ended; if it has given nothing either, it panicked.
    pub fn is_over(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.progress.cancelled.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic was reported by the panic hook.
            let _ = thread.join();
        }
    }
}

/// What became of the work in `slot`, which is emptied when it is over: `None` while it goes
/// on, or there is none.
pub fn finished<T: Send + 'static>(slot: &mut Option<Task<T>>) -> Option<Result<T, Panicked>> {
    let over = slot.as_ref()?.is_over();
    // Looked at after the thread's end: it may have given something meanwhile.
    let given = slot.as_ref()?.result();
    if given.is_none() && !over {
        return None;
    }
    *slot = None;
    Some(given.ok_or(Panicked))
}

/// The work ended without giving anything.
#[derive(Debug)]
pub struct Panicked;

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn wait<T: Send + 'static>(slot: &mut Option<Task<T>>) -> Result<T, Panicked> {
        loop {
            if let Some(result) = finished(slot) {
                return result;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn it_gives_its_result_once_and_tells_of_a_panic() {
        let mut slot = Task::start("task", |progress| {
            let _ = progress.tell(0.5);
            7
        });
        assert_eq!(wait(&mut slot).expect("given"), 7);
        assert!(slot.is_none() && finished(&mut slot).is_none());
        let mut slot: Option<Task<()>> = Task::start("task", |_| panic!("on purpose"));
        assert!(wait(&mut slot).is_err());
    }

    #[test]
    fn dropped_it_is_broken_off_and_waited_for() {
        let ended = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&ended);
        let task: Option<Task<()>> = Task::start("task", move |progress| {
            while progress.tell(0.0).is_continue() {
                thread::sleep(Duration::from_millis(1));
            }
            seen.store(true, Ordering::SeqCst);
        });
        drop(task);
        assert!(ended.load(Ordering::SeqCst));
    }
}
