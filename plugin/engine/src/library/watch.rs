//! Tells when something in the music folder may have changed.
//!
//! A change is a hint and no more: who gets it scans the folder again, which is cheap
//! where nothing has changed, so that no event need be trusted and none can be missed
//! for good.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{Config, Event, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher as _};
use parking_lot::Mutex;

use crate::error::{Error, Result};

use super::decode::EXTENSIONS;
use super::paths;
use super::priority::lower_priority;

/// How a [`Watcher`] learns of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watching {
    /// The system tells.
    Events,
    /// The folder is looked through from time to time, for the reason given.
    Polling(String),
}

/// When a [`Watcher`] calls, and when it looks.
#[derive(Clone, Copy, Debug)]
pub struct WatchTimes {
    /// Nothing may have happened for as long, so that a file is whole when it is read...
    pub quiet: Duration,
    /// ... but while things go on happening, it calls as often.
    pub longest: Duration,
    /// Between two looks at a folder that the system cannot watch.
    pub poll: Duration,
    /// Between two looks at whether a drive that was unplugged is back.
    pub back: Duration,
}

impl Default for WatchTimes {
    fn default() -> Self {
        Self {
            quiet: Duration::from_secs(1),
            longest: Duration::from_secs(10),
            poll: Duration::from_secs(60),
            back: Duration::from_secs(5),
        }
    }
}

/// Watches a music folder on a thread of its own until it is dropped.
pub struct Watcher {
    watching: Arc<Mutex<Watching>>,
    stop: Sender<Message>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Calls `on_change` when files below `folder` were added, changed, moved or removed,
    /// once a second of quiet has passed; also when a folder that was gone is back. Where
    /// the system's limit of watches is reached, and on network drives, whose changes by
    /// others the system does not tell, the folder is looked through every minute instead.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the folder cannot be read or the system gives no thread.
    pub fn new(folder: &Path, on_change: impl FnMut() + Send + 'static) -> Result<Self> {
        Self::with_times(folder, WatchTimes::default(), on_change)
    }

    /// As [`Watcher::new`], at times of the caller's.
    ///
    /// # Errors
    ///
    /// As [`Watcher::new`].
    pub fn with_times(
        folder: &Path,
        times: WatchTimes,
        on_change: impl FnMut() + Send + 'static,
    ) -> Result<Self> {
        let root = paths::canonical(folder);
        std::fs::read_dir(&root).map_err(Error::io(&root))?;
        let (sender, messages) = channel();
        let watching = Arc::new(Mutex::new(Watching::Events));
        let mut watch = Watch {
            root,
            times,
            sender: sender.clone(),
            watching: Arc::clone(&watching),
            system: None,
        };
        watch.begin();
        let thread = thread::Builder::new()
            .name("impasto-watcher".to_owned())
            .spawn(move || {
                lower_priority();
                watch.run(&messages, on_change);
            })
            .map_err(Error::io(folder))?;
        Ok(Self {
            watching,
            stop: sender,
            thread: Some(thread),
        })
    }

    /// How it learns of changes now.
    pub fn watching(&self) -> Watching {
        self.watching.lock().clone()
    }
}

impl Drop for Watcher {
    /// Waits for a call of `on_change` that is under way.
    fn drop(&mut self) {
        let _ = self.stop.send(Message::Stop);
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            // A panic was reported by the panic hook.
            let _ = thread.join();
        }
    }
}

enum Message {
    Event(notify::Result<Event>),
    Stop,
}

/// The watching thread's own.
struct Watch {
    root: PathBuf,
    times: WatchTimes,
    sender: Sender<Message>,
    watching: Arc<Mutex<Watching>>,
    /// Ends when it is dropped.
    system: Option<Box<dyn notify::Watcher + Send>>,
}

impl Watch {
    /// Has the system tell, or looks from time to time.
    fn begin(&mut self) {
        self.system = None;
        let sender = self.sender.clone();
        let tell = move |event| {
            // Nobody listens any more: the watcher is about to be dropped.
            let _ = sender.send(Message::Event(event));
        };
        let reason = if is_on_network(&self.root) {
            "the folder is on a network drive".to_owned()
        } else {
            let watcher = RecommendedWatcher::new(tell.clone(), Config::default());
            let started = watcher.and_then(|mut watcher| {
                watcher.watch(&self.root, RecursiveMode::Recursive)?;
                Ok(watcher)
            });
            match started {
                Ok(watcher) => {
                    self.system = Some(Box::new(watcher));
                    *self.watching.lock() = Watching::Events;
                    return;
                }
                Err(error) => told(&error),
            }
        };
        self.poll(tell, reason);
    }

    fn poll(&mut self, tell: impl notify::EventHandler, reason: String) {
        let config = Config::default().with_poll_interval(self.times.poll);
        let watcher = PollWatcher::new(tell, config).and_then(|mut watcher| {
            watcher.watch(&self.root, RecursiveMode::Recursive)?;
            Ok(watcher)
        });
        if let Ok(watcher) = watcher {
            self.system = Some(Box::new(watcher));
        }
        *self.watching.lock() = Watching::Polling(reason);
    }

    fn run(mut self, messages: &Receiver<Message>, mut on_change: impl FnMut()) {
        let mut gone = false;
        // When the first and the last change were that nobody was told of yet.
        let mut pending: Option<(Instant, Instant)> = None;
        loop {
            let wait = pending.map_or(self.times.back, |pending| self.due(pending));
            match messages.recv_timeout(wait) {
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(Message::Event(event)) => {
                    if self.concerns(event) {
                        let now = Instant::now();
                        pending = Some((pending.map_or(now, |(first, _)| first), now));
                    }
                }
                Err(RecvTimeoutError::Timeout) if pending.is_none() => {
                    let here = self.root.is_dir();
                    if here && gone {
                        self.begin();
                        pending = Some((Instant::now(), Instant::now()));
                    }
                    gone = !here;
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if pending.is_some_and(|pending| self.due(pending).is_zero()) {
                pending = None;
                on_change();
            }
        }
    }

    /// Time until someone has to be told.
    fn due(&self, (first, last): (Instant, Instant)) -> Duration {
        let due = (last + self.times.quiet).min(first + self.times.longest);
        due.saturating_duration_since(Instant::now())
    }

    /// Whether the library may differ after the event.
    fn concerns(&mut self, event: notify::Result<Event>) -> bool {
        match event {
            Ok(event) if event.need_rescan() => true,
            Ok(event) => {
                let changes = match event.kind {
                    EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
                    EventKind::Access(_) => false,
                    _ => true,
                };
                let may_be_folder = matches!(
                    event.kind,
                    EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
                );
                changes
                    && (event.paths.iter()).any(|path| {
                        self.is_visible(path) && (may_be_folder || may_hold_music(path))
                    })
            }
            Err(error) => {
                if matches!(error.kind, notify::ErrorKind::MaxFilesWatch) {
                    let sender = self.sender.clone();
                    self.system = None;
                    let tell = move |event| drop(sender.send(Message::Event(event)));
                    self.poll(tell, told(&error));
                }
                true
            }
        }
    }

    /// What is hidden is not music, and may be the index itself, whose every commit
    /// would else be a change.
    fn is_visible(&self, path: &Path) -> bool {
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        !below.components().any(|part| match part {
            Component::Normal(name) => name.as_encoded_bytes().starts_with(b"."),
            _ => false,
        })
    }
}

fn may_hold_music(path: &Path) -> bool {
    let is_music = |extension: &OsStr| {
        EXTENSIONS.contains(&extension.to_string_lossy().to_lowercase().as_str())
    };
    path.extension().is_none_or(is_music) || path.is_dir()
}

fn told(error: &notify::Error) -> String {
    match error.kind {
        notify::ErrorKind::MaxFilesWatch => "the system watches no more folders; on Linux raise \
             the limit with: sudo sysctl fs.inotify.max_user_watches=1048576"
            .to_owned(),
        _ => error.to_string(),
    }
}

/// Whether others may change the folder without this system hearing of it.
#[cfg(target_os = "linux")]
fn is_on_network(folder: &Path) -> bool {
    // linux/magic.h: NFS, SMB, CIFS, SMB2, CODA, AFS, Ceph, 9P, FUSE (sshfs, rclone).
    const NETWORK: [u32; 9] = [
        0x6969,
        0x517b,
        0xff53_4d42,
        0xfe53_4d42,
        0x7375_7245,
        0x5346_414f,
        0x00c3_6400,
        0x0102_1997,
        0x6573_5546,
    ];
    // The numbers are of 32 bits, whatever type the system's structure gives them.
    rustix::fs::statfs(folder).is_ok_and(|fs| NETWORK.contains(&(fs.f_type as u32)))
}

/// As on Linux.
#[cfg(windows)]
fn is_on_network(folder: &Path) -> bool {
    use std::path::Prefix;
    let unc = |prefix: Prefix<'_>| matches!(prefix, Prefix::UNC(..) | Prefix::VerbatimUNC(..));
    let first = folder.components().next();
    first.is_some_and(|part| matches!(part, Component::Prefix(prefix) if unc(prefix.kind())))
}

/// Where it is not known, the system's events are trusted.
#[cfg(not(any(target_os = "linux", windows)))]
fn is_on_network(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests;
