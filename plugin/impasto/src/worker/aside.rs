//! What is slow, on a thread of its own: one thing after the other, asked for and fetched
//! without waiting.

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam::channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use engine::library::lower_priority;

use crate::bundle;

/// How long a thread is waited for that hangs with the drive it reads from.
const PATIENCE: Duration = Duration::from_secs(2);

/// Does `work` on a thread that starts with the first thing asked for.
pub struct Aside<J, R> {
    name: &'static str,
    work: fn(J) -> R,
    running: Option<Running<J, R>>,
}

struct Running<J, R> {
    asked: Sender<J>,
    made: Receiver<R>,
    thread: JoinHandle<()>,
}

impl<J: Send + 'static, R: Send + 'static> Aside<J, R> {
    /// Nothing runs yet.
    pub fn new(name: &'static str, work: fn(J) -> R) -> Self {
        Self {
            name,
            work,
            running: None,
        }
    }

    /// Has `job` done after those asked for before; false if there is no thread for it.
    pub fn ask(&mut self, job: J) -> bool {
        if self.running.is_none() {
            self.running = start(self.name, self.work);
        }
        let running = self.running.as_ref();
        running.is_some_and(|running| running.asked.send(job).is_ok())
    }

    /// What was made since, in order.
    pub fn take(&self) -> Option<R> {
        self.running.as_ref()?.made.try_recv().ok()
    }
}

fn start<J: Send + 'static, R: Send + 'static>(
    name: &str,
    work: fn(J) -> R,
) -> Option<Running<J, R>> {
    let (asked, jobs) = unbounded();
    let (results, made) = unbounded();
    let run = move || {
        lower_priority();
        while let Ok(job) = jobs.recv() {
            if results.send(work(job)).is_err() {
                break;
            }
        }
    };
    let thread = thread::Builder::new().name(name.to_owned()).spawn(run);
    thread.ok().map(|thread| Running {
        asked,
        made,
        thread,
    })
}

impl<J, R> Drop for Aside<J, R> {
    /// Waits: a thread must not outlive the library that its code is in. One that the
    /// system holds, as a dead server's drive does, is left, and the library stays.
    fn drop(&mut self) {
        let Some(running) = self.running.take() else {
            return;
        };
        // What is asked for and not begun is not done any more.
        drop(running.asked);
        let until = Instant::now() + PATIENCE;
        loop {
            match running.made.recv_deadline(until) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    // A panic was reported by the panic hook.
                    let _ = running.thread.join();
                    return;
                }
                Err(RecvTimeoutError::Timeout) => {
                    bundle::stay_loaded();
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_done_in_order_elsewhere() {
        let here = thread::current().id();
        let mut aside = Aside::new("test", |job: u32| (job * 2, thread::current().id()));
        assert!(aside.take().is_none());
        for job in 0..3 {
            assert!(aside.ask(job));
        }
        let mut made = Vec::new();
        let until = Instant::now() + Duration::from_secs(10);
        while made.len() < 3 && Instant::now() < until {
            made.extend(aside.take());
            thread::sleep(Duration::from_millis(1));
        }
        let doubled: Vec<u32> = made.iter().map(|(job, _)| *job).collect();
        assert_eq!(doubled, [0, 2, 4]);
        assert!(made.iter().all(|(_, thread)| *thread != here));
    }

    #[test]
    fn dropping_waits_for_what_is_begun() {
        static DONE: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
        let mut aside = Aside::new("test", |()| {
            thread::sleep(Duration::from_millis(50));
            DONE.store(true, std::sync::atomic::Ordering::SeqCst);
        });
        aside.ask(());
        thread::sleep(Duration::from_millis(10));
        drop(aside);
        assert!(DONE.load(std::sync::atomic::Ordering::SeqCst));
    }
}
