//! The log's end for whoever has something to tell.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use parking_lot::Mutex;

use super::event::STANDING;
use super::writer::Writer;
use super::{Event, HostTime};

/// Events that wait for the disk: some minutes of the densest playing.
const WAITING: usize = 4096;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file. Then the session goes on in another.
    pub bytes: u64,
    /// Files. Then the oldest goes, unless somebody is writing or exporting it.
    pub sessions: usize,
}

impl Default for Limits {
    /// 16 MiB a file and 100 files.
    fn default() -> Self {
        Self {
            bytes: 16 << 20,
            sessions: 100,
        }
    }
}

/// How the log fares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// The file that is written; `None` before a session begins and after it ended.
    pub path: Option<PathBuf>,
    /// When the session began.
    pub began: Option<Instant>,
    /// Events that are in the file.
    pub events: u64,
    /// Bytes that are in the file.
    pub bytes: u64,
    /// Events that could not be written, since the log was made.
    pub lost: u64,
    /// Why nothing is written at the moment, for the user.
    pub problem: Option<String>,
}

/// What the writer is told.
pub(super) enum Message {
    /// The canvas was touched: a session begins, if none runs.
    Begin(Instant),
    /// Something happened.
    Event(Moment),
    /// The session ends.
    End,
}

/// An event and when it was.
pub(super) struct Moment {
    pub(super) at: Instant,
    pub(super) host: Option<HostTime>,
    pub(super) event: Event,
}

/// Writes sessions. A session begins with the first event that [opens](Event::opens) one;
/// until then there is no file and no thread. Never waits: what does not fit into the
/// channel is lost, and counted in the file. Dropped, it ends the session and waits for the
/// thread.
pub struct SessionLog {
    folder: PathBuf,
    limits: Limits,
    status: Arc<Mutex<Status>>,
    lost: Arc<AtomicU64>,
    /// What is the case, for the writer that is not there yet.
    standing: [Option<Event>; STANDING],
    writer: Option<(SyncSender<Message>, JoinHandle<()>)>,
}

impl SessionLog {
    /// Sessions in `folder`, which is made when it is needed.
    pub fn new(folder: PathBuf, limits: Limits) -> Self {
        Self {
            folder,
            limits,
            status: Arc::default(),
            lost: Arc::default(),
            standing: Default::default(),
            writer: None,
        }
    }

    /// Where its sessions lie.
    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// A session begins at `at`, if none runs.
    pub fn begin(&mut self, at: Instant) {
        // It is tried again with the next event.
        let _ = self.send(Message::Begin(at));
    }

    /// `event` happened at `at`, when the host was at `host`.
    pub fn note(&mut self, at: Instant, host: Option<HostTime>, event: Event) {
        if self.writer.is_none() && !event.opens() {
            if let Some(place) = event.standing() {
                self.standing[place] = Some(event);
            }
            return;
        }
        if !self.send(Message::Event(Moment { at, host, event })) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Ends the session; the next begins with the next event that opens one.
    pub fn end(&mut self) {
        if let Some((sender, _)) = &self.writer {
            // Full, the session goes on, which is better than waiting.
            let _ = sender.try_send(Message::End);
        }
    }

    /// How it fares.
    pub fn status(&self) -> Status {
        let mut status = self.status.lock().clone();
        status.lost += self.lost.load(Ordering::Relaxed);
        status
    }

    /// Whether it was handed on; starts the writer if there is none.
    fn send(&mut self, message: Message) -> bool {
        if self.writer.is_none() {
            self.writer = self.start();
        }
        let Some((sender, _)) = &self.writer else {
            return false;
        };
        match sender.try_send(message) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => false,
        }
    }

    fn start(&mut self) -> Option<(SyncSender<Message>, JoinHandle<()>)> {
        let (sender, messages) = sync_channel(WAITING);
        let writer = Writer::new(
            self.folder.clone(),
            self.limits,
            Arc::clone(&self.status),
            Arc::clone(&self.lost),
            std::mem::take(&mut self.standing),
        );
        let thread = thread::Builder::new()
            .name("impasto-session".to_owned())
            .spawn(move || writer.run(&messages))
            .ok()?;
        Some((sender, thread))
    }
}

impl Drop for SessionLog {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.writer.take() {
            drop(sender);
            // A panic was reported by the panic hook.
            let _ = thread.join();
        }
    }
}
