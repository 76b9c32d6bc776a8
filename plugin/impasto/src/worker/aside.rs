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
    /// Asked for and not fetched.
    pending: usize,
}

struct Running<J, R> {
    /// Closed to end it.
    asked: Option<Sender<J>>,
    made: Receiver<R>,
    thread: Option<JoinHandle<()>>,
}

impl<J: Send + 'static, R: Send + 'static> Aside<J, R> {
    /// Nothing runs yet.
    pub fn new(name: &'static str, work: fn(J) -> R) -> Self {
        Self {
            name,
            work,
            running: None,
            pending: 0,
        }
    }

    /// Has `job` done after those asked for before; false if there is no thread for it.
    pub fn ask(&mut self, job: J) -> bool {
        if self.running.is_none() {
            self.running = start(self.name, self.work);
        }
        let running = self.running.as_ref();
        let asked = running.and_then(|running| running.asked.as_ref());
        let asked = asked.is_some_and(|asked| asked.send(job).is_ok());
        self.pending += usize::from(asked);
        asked
    }

    /// What was made since, in order.
    pub fn take(&mut self) -> Option<R> {
        let made = self.running.as_ref()?.made.try_recv().ok()?;
        self.pending = self.pending.saturating_sub(1);
        Some(made)
    }

    /// Ends the thread if it has nothing to do, as when nobody looks; it starts again with
    /// the next thing asked for.
    pub fn rest(&mut self) {
        if self.pending == 0 {
            self.running = None;
        }
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
        asked: Some(asked),
        made,
        thread: Some(thread),
    })
}

impl<J, R> Drop for Running<J, R> {
    /// Waits: a thread must not outlive the library that its code is in. One that the
    /// system holds, as a dead server's drive does, is left, and the library stays.
    fn drop(&mut self) {
        // What is asked for and not begun is not done any more.
        self.asked = None;
        let until = Instant::now() + PATIENCE;
        loop {
            match self.made.recv_deadline(until) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    bundle::stay_loaded();
                    return;
                }
            }
        }
        if let Some(thread) = self.thread.take() {
            // A panic was reported by the panic hook.
            let _ = thread.join();
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
    fn it_rests_only_when_nothing_is_under_way_and_starts_again() {
        let mut aside = Aside::new("test", |job: u32| job + 1);
        let fetch = |aside: &mut Aside<u32, u32>| {
            let until = Instant::now() + Duration::from_secs(10);
            loop {
                if let Some(made) = aside.take() {
                    return made;
                }
                assert!(Instant::now() < until, "never made");
                thread::sleep(Duration::from_millis(1));
            }
        };
        aside.rest();
        for job in [1, 5] {
            aside.ask(job);
            aside.rest();
            assert!(aside.running.is_some(), "something is to be fetched");
            assert_eq!(fetch(&mut aside), job + 1);
            aside.rest();
            assert!(aside.running.is_none());
        }
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
