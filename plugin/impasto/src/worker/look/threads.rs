//! The threads that read pictures: one at a time that counts, and those before it that
//! have not ended yet. A drive that does not answer holds up its own thread only.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use crossbeam::channel::{Receiver, Sender, bounded, unbounded};
use engine::library::lower_priority;

use super::live::{Order, Report};

/// Threads that may still be about to end while another begins.
const LINGERING: usize = 4;

/// What a thread is given.
pub struct Task {
    /// What it is to do meanwhile; closed when it is to end.
    pub orders: Receiver<Order>,
    /// Nobody waits for it any more.
    pub cancelled: Arc<AtomicBool>,
    reports: Sender<(u64, Report)>,
    generation: u64,
}

impl Task {
    /// Says what was found.
    pub fn tell(&self, report: Report) {
        // Whoever listened is gone: so will this thread be.
        let _ = self.reports.send((self.generation, report));
    }

    /// Whether to end.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

struct Running {
    orders: Option<Sender<Order>>,
    cancelled: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Asks it to end, without waiting.
    fn cancel(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
        self.orders = None;
    }

    fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

/// The threads of one instance. All are joined when it is dropped.
pub struct Threads {
    current: Option<Running>,
    leaving: Vec<Running>,
    /// Of the thread that counts: what others still say is stale.
    generation: u64,
    sender: Sender<(u64, Report)>,
    receiver: Receiver<(u64, Report)>,
}

impl Default for Threads {
    fn default() -> Self {
        let (sender, receiver) = unbounded();
        Self {
            current: None,
            leaving: Vec::new(),
            generation: 0,
            sender,
            receiver,
        }
    }
}

impl Threads {
    /// Ends what runs, without waiting for it; what it still says is not heard.
    pub fn stop(&mut self) {
        self.generation += 1;
        if let Some(mut running) = self.current.take() {
            running.cancel();
            self.leaving.push(running);
        }
        self.sweep();
    }

    /// Forgets those that have ended; true if there is room for another.
    pub fn sweep(&mut self) -> bool {
        for running in self.leaving.extract_if(.., |running| running.is_finished()) {
            drop(running);
        }
        self.leaving.len() < LINGERING
    }

    /// Runs `work` on a thread of low priority in the place of the one before; false if
    /// the system gives no more threads.
    pub fn start(&mut self, name: &str, work: impl FnOnce(Task) + Send + 'static) -> bool {
        self.stop();
        let (orders, receiver) = bounded(16);
        let cancelled = Arc::new(AtomicBool::new(false));
        let task = Task {
            orders: receiver,
            cancelled: Arc::clone(&cancelled),
            reports: self.sender.clone(),
            generation: self.generation,
        };
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
            lower_priority();
            work(task);
        });
        let Ok(thread) = thread else {
            return false;
        };
        self.current = Some(Running {
            orders: Some(orders),
            cancelled,
            thread: Some(thread),
        });
        true
    }

    /// Hands `order` to the thread that counts; false if there is none, or one that is held
    /// up by a drive for so long that its inbox is full.
    pub fn order(&self, order: Order) -> bool {
        let running = self.current.as_ref();
        let orders = running.and_then(|running| running.orders.as_ref());
        orders.is_some_and(|orders| orders.try_send(order).is_ok())
    }

    /// Whether the thread that counts has ended, or none was begun.
    pub fn is_over(&self) -> bool {
        self.current.as_ref().is_none_or(Running::is_finished)
    }

    /// The next thing that the thread that counts has said; waits for it for `patience`.
    pub fn next(&self, patience: std::time::Duration) -> Option<Report> {
        loop {
            let said = match patience.is_zero() {
                true => self.receiver.try_recv().ok(),
                false => self.receiver.recv_timeout(patience).ok(),
            };
            let (generation, report) = said?;
            if generation == self.generation {
                return Some(report);
            }
        }
    }
}

impl Drop for Running {
    /// Waits: a thread must not outlive the library that its code is in.
    fn drop(&mut self) {
        self.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic was reported by the panic hook.
            let _ = thread.join();
        }
    }
}

impl Drop for Threads {
    /// Asks all of them to end before it waits for the first.
    fn drop(&mut self) {
        let Self {
            current, leaving, ..
        } = self;
        for running in current.iter_mut().chain(leaving) {
            running.cancel();
        }
    }
}
