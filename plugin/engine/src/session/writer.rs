//! The thread that writes a session.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime};

use parking_lot::Mutex;
use time::OffsetDateTime;
use time::macros::format_description;

use super::event::{Entry, Event, Header, STANDING};
use super::hold::Hold;
use super::log::{Limits, Message, Moment, Status};
use super::{FORMAT, HostTime, line, list};
use crate::{Error, Result};

/// What was written is put on the disk so often.
const SYNC: Duration = Duration::from_secs(5);

/// A place that refused is tried again after this.
const AGAIN: Duration = Duration::from_secs(5);

/// A session that is being written.
struct Open {
    path: PathBuf,
    file: File,
    began: Instant,
    /// The latest moment in it.
    last: Instant,
    /// Of the file, all of whole lines.
    bytes: u64,
    events: u64,
    /// Something was written since the last sync.
    dirty: bool,
    synced: Instant,
    _hold: Hold,
}

/// All that the thread owns.
pub(super) struct Writer {
    folder: PathBuf,
    limits: Limits,
    status: Arc<Mutex<Status>>,
    /// Counted by those who tell; taken over into the file.
    lost: Arc<AtomicU64>,
    /// Lost here, as the place refused; not in the file yet.
    refused: u64,
    standing: [Option<Event>; STANDING],
    open: Option<Open>,
    problem: Option<String>,
    /// Not before this is the place tried again.
    again: Option<Instant>,
    /// Lost in all, and said so in a file.
    told: u64,
}

impl Writer {
    pub(super) fn new(
        folder: PathBuf,
        limits: Limits,
        status: Arc<Mutex<Status>>,
        lost: Arc<AtomicU64>,
        standing: [Option<Event>; STANDING],
    ) -> Self {
        Self {
            folder,
            limits,
            status,
            lost,
            refused: 0,
            standing,
            open: None,
            problem: None,
            again: None,
            told: 0,
        }
    }

    /// Until nobody has anything to tell any more.
    pub(super) fn run(mut self, messages: &Receiver<Message>) {
        loop {
            match messages.recv_timeout(SYNC) {
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.sync();
            self.publish();
        }
        self.end();
        self.publish();
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Begin(at) => drop(self.begin(at)),
            Message::Event(moment) => self.note(&moment),
            Message::End => self.end(),
        }
    }

    fn note(&mut self, moment: &Moment) {
        if let Some(place) = moment.event.standing() {
            self.standing[place] = Some(moment.event.clone());
        }
        if self.open.is_none() && !moment.event.opens() {
            return;
        }
        if !self.begin(moment.at) {
            self.refused += 1;
            return;
        }
        let lost = self.lost.swap(0, Ordering::Relaxed) + self.refused;
        if lost > 0 && self.put(moment.at, None, Event::Lost { count: lost }) {
            (self.refused, self.told) = (0, self.told + lost);
        } else {
            self.refused = lost;
        }
        let written = self.put(moment.at, moment.host, moment.event.clone());
        self.refused += u64::from(!written);
    }

    /// Begins a session, if none runs; false if there is no place for one.
    fn begin(&mut self, at: Instant) -> bool {
        if self.open.is_some() {
            return true;
        }
        if self.again.is_some_and(|again| Instant::now() < again) {
            return false;
        }
        let done = self.start(at, None);
        self.heed(done)
    }

    /// Notes what came of an attempt to write; whether it went well.
    fn heed(&mut self, done: Result<()>) -> bool {
        self.again = done.is_err().then(|| Instant::now() + AGAIN);
        self.problem = done.err().map(|error| error.to_string());
        self.problem.is_none()
    }

    /// A new file, with what is the case when it begins.
    fn start(&mut self, at: Instant, continues: Option<&Path>) -> Result<()> {
        let began = utc(at);
        let (path, file) = list::create(&self.folder, began)?;
        let continued = continues.and_then(list::name_of);
        let header = Header {
            impasto_session: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            began: text(began),
            continues: continued,
        };
        let mut open = Open {
            _hold: Hold::on(&path),
            path,
            file,
            began: at,
            last: at,
            bytes: 0,
            events: 0,
            dirty: false,
            synced: Instant::now(),
        };
        let standing = self.standing.iter().flatten();
        let entries = standing.map(|event| entry(at, at, None, event.clone()));
        let mut text = line::encode(&header).unwrap_or_default();
        for entry in entries {
            text.push_str(&line::encode(&entry).unwrap_or_default());
        }
        if let Err(error) = open.append(&text) {
            // An empty file would be one session more in the folder's count, at each try.
            let path = open.path.clone();
            drop(open);
            let _ = std::fs::remove_file(path);
            return Err(error);
        }
        self.open = Some(open);
        // Not before: no session is given up for one that could not be begun.
        list::prune(&self.folder, self.limits.sessions);
        Ok(())
    }

    /// Writes an event into the session, or into the next if this one is full; whether
    /// it is written.
    fn put(&mut self, at: Instant, host: Option<HostTime>, event: Event) -> bool {
        if self.again.is_some_and(|again| Instant::now() < again) {
            return false;
        }
        let Some(open) = &mut self.open else {
            return false;
        };
        let counted = !matches!(event, Event::Lost { .. } | Event::End);
        let Some(text) = line::encode(&entry(open.began, at, host, event.clone())) else {
            return false;
        };
        // Room is left for the end, which is shorter than any other.
        if open.bytes + 2 * text.len() as u64 > self.limits.bytes && open.events > 0 {
            let full = open.path.clone();
            self.end();
            let done = self.start(at, Some(&full));
            return self.heed(done) && self.put(at, host, event);
        }
        open.last = open.last.max(at);
        let done = open.append(&text);
        open.events += u64::from(counted && done.is_ok());
        self.heed(done)
    }

    /// Ends the session, if one runs.
    fn end(&mut self) {
        let lost = self.lost.swap(0, Ordering::Relaxed) + std::mem::take(&mut self.refused);
        self.told += lost;
        if let Some(mut open) = self.open.take() {
            let at = Instant::now().max(open.last);
            let ends = [
                (lost > 0).then_some(Event::Lost { count: lost }),
                Some(Event::End),
            ];
            for event in ends.into_iter().flatten() {
                let line = line::encode(&entry(open.began, at, None, event));
                // What was written so far is whole without it.
                let _ = open.append(&line.unwrap_or_default());
            }
            let _ = open.file.sync_data();
        }
    }

    /// Puts what was written on the disk, when it is time.
    fn sync(&mut self) {
        let Some(open) = &mut self.open else {
            return;
        };
        if !open.dirty || open.synced.elapsed() < SYNC {
            return;
        }
        (open.dirty, open.synced) = (false, Instant::now());
        let done = open.file.sync_data().map_err(Error::io(&open.path));
        let there = open.path.is_file();
        self.heed(done);
        if !there {
            // Somebody deleted it or moved it away; what comes goes into a file of its own.
            self.open = None;
        }
    }

    fn publish(&mut self) {
        let open = self.open.as_ref();
        let status = Status {
            path: open.map(|open| open.path.clone()),
            began: open.map(|open| open.began),
            events: open.map_or(0, |open| open.events),
            bytes: open.map_or(0, |open| open.bytes),
            lost: self.told + self.refused,
            problem: self.problem.clone(),
        };
        // The old one is dropped after the lock is given back.
        let _old = std::mem::replace(&mut *self.status.lock(), status);
    }
}

impl Open {
    /// Adds whole lines, or nothing.
    fn append(&mut self, text: &str) -> Result<()> {
        // At once: what the system has, it keeps when this process is killed.
        let done = self.file.write_all(text.as_bytes());
        if let Err(error) = done {
            // A part of a line would end the file for those who read it.
            let _ = self.file.set_len(self.bytes);
            let path = self.path.clone();
            return Err(Error::Io { path, error });
        }
        self.bytes += text.len() as u64;
        self.dirty = true;
        Ok(())
    }
}

fn entry(began: Instant, at: Instant, host: Option<HostTime>, event: Event) -> Entry {
    Entry {
        // What the clock learns meanwhile may put the first event before the beginning.
        t: rounded(at.saturating_duration_since(began).as_secs_f64()),
        utc: text(utc(at)),
        host: host.map(short),
        event,
    }
}

/// To microseconds.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn short(host: HostTime) -> HostTime {
    HostTime {
        quarters: host.quarters.map(rounded),
        bar_start: host.bar_start.map(rounded),
        seconds: host.seconds.map(rounded),
        ..host
    }
}

/// `at` by the computer's clock, as it is set now.
fn utc(at: Instant) -> OffsetDateTime {
    let (clock, now) = (OffsetDateTime::from(SystemTime::now()), Instant::now());
    clock + at.saturating_duration_since(now) - now.saturating_duration_since(at)
}

fn text(moment: OffsetDateTime) -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    // PANIC: every date has these parts.
    moment.format(&format).expect("a date")
}
