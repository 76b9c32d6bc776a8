//! The worker: one thread for each instance, joined when the instance is dropped.
//!
//! It loads the networks (shared by all instances of the process), the painting and
//! the library, turns mel frames into cues and congruity, publishes the view and
//! does what the editor asks. Long scans run on threads of their own ([`jobs`]).
//! The framework's background tasks are never used: one pending when an instance is
//! destroyed makes the host abort.

mod aside;
mod brush;
mod clips;
mod collection;
mod desk;
mod follow;
mod jobs;
mod look;
mod outputs;
mod pace;
mod session;
mod silence;
mod sounding;
mod sources;
mod stage;
mod task;
mod teach;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};

use crossbeam::channel::{Sender, bounded};

use crate::bridge::{Shared, WorkerEnd};
use crate::output::HostLink;
use crate::view::Publisher;
pub use clips::MEMORY_VARIABLE;

/// Messages that wait for the worker at most.
const INBOX: usize = 16;

/// What the worker is told besides the editor's actions.
pub enum Message {
    /// The host activated the instance: here is the other end.
    Attach(Box<WorkerEnd>),
    /// The host deactivated it.
    Detach,
    /// Look around: something is asked for.
    Wake,
}

/// The thread, for its owner.
pub struct Worker {
    inbox: Sender<Message>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Starts the thread; `None` if the system gives no more threads. It sleeps
    /// until it is needed: a host that only scans plug-ins must not pay for networks.
    pub fn spawn(link: Arc<HostLink>, shared: Arc<Shared>, publisher: Publisher) -> Option<Self> {
        let (inbox, messages) = bounded(INBOX);
        let desk = desk::Desk::new(link, Arc::clone(&shared), publisher, messages);
        let thread = thread::Builder::new()
            .name("impasto-worker".to_owned())
            .spawn(move || desk.run())
            .ok()?;
        Some(Self {
            inbox,
            shared,
            thread: Some(thread),
        })
    }

    /// Where messages go.
    pub fn inbox(&self) -> &Sender<Message> {
        &self.inbox
    }

    /// Tells it; may wait for a moment while its inbox is full. Main thread only.
    pub fn tell(&self, message: Message) {
        // The worker ends only after `stop`, so an error means that it panicked; then
        // audio passes and the editor shows the last that was known.
        let _ = self.inbox.send(message);
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        let _ = self.inbox.try_send(Message::Wake);
        if let Some(thread) = self.thread.take() {
            // A panic was reported by the panic hook; it must not cross into the host.
            let _ = thread.join();
        }
    }
}
