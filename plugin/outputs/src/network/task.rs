//! Threads that are there only while they have something to do.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle};

use super::status::locked;

/// What a thread is told while it runs: the newest job, and to stop.
#[derive(Debug)]
pub(super) struct Mailbox<J> {
    job: Mutex<Option<J>>,
    stop: AtomicBool,
}

impl<J> Mailbox<J> {
    /// A job that is new since the last call.
    pub fn take(&self) -> Option<J> {
        locked(&self.job).take()
    }

    /// Whether the thread is to end.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// At most one thread, which works on one job at a time.
#[derive(Debug)]
pub(super) struct Task<J> {
    name: &'static str,
    running: Option<Running<J>>,
    /// A thread that was told to stop. The next waits for it, as both may want one port.
    ending: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Running<J> {
    job: J,
    mailbox: Arc<Mailbox<J>>,
    thread: JoinHandle<()>,
}

impl<J: Clone + PartialEq + Send + 'static> Task<J> {
    /// None yet; it will be called `name`.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            running: None,
            ending: None,
        }
    }

    /// What it works on.
    pub fn job(&self) -> Option<&J> {
        self.running.as_ref().map(|running| &running.job)
    }

    /// False if it has a job and its thread is gone, which only a panic can bring about.
    pub fn is_alive(&self) -> bool {
        let gone = |running: &Running<J>| running.thread.is_finished();
        !self.running.as_ref().is_some_and(gone)
    }

    /// Gives it `job`, and a thread that does `work` if it has none; or ends the thread.
    /// Waits for nothing.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn set(
        &mut self,
        job: Option<J>,
        work: impl FnOnce(&Mailbox<J>) + Send + 'static,
    ) -> io::Result<()> {
        let Some(job) = job else {
            self.stop();
            return Ok(());
        };
        if !self.is_alive() {
            self.stop();
        }
        if let Some(running) = &mut self.running {
            if running.job != job {
                *locked(&running.mailbox.job) = Some(job.clone());
                running.job = job;
            }
            return Ok(());
        }
        let mailbox = Arc::new(Mailbox {
            job: Mutex::new(Some(job.clone())),
            stop: AtomicBool::new(false),
        });
        let before = self.ending.take();
        let theirs = Arc::clone(&mailbox);
        let thread = Builder::new().name(self.name.to_owned()).spawn(move || {
            if let Some(before) = before {
                let _ = before.join();
            }
            work(&theirs);
        })?;
        self.running = Some(Running {
            job,
            mailbox,
            thread,
        });
        Ok(())
    }

    /// Tells the thread to end, and does not wait for it.
    fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.mailbox.stop.store(true, Ordering::Relaxed);
            self.ending = Some(running.thread);
        }
    }

    /// Ends the thread and waits until it is gone.
    pub fn finish(&mut self) {
        self.stop();
        if let Some(thread) = self.ending.take() {
            let _ = thread.join();
        }
    }
}
