//! The session's log: what is told to it, and what its page shows and asks.
//!
//! The engine's log writes on a thread of its own; here events are gathered and get their
//! times. Nothing is logged of an offline render, which is no performance and runs in no
//! time of its own, nor before a painting or a library is chosen.

mod clock;
mod exports;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::data::{exports_dir, sessions_dir};
use engine::session::{Event, HostTime, Limits, SessionLog, Snippet, name_of};
use engine::units::{Congruity, Seconds};
use outputs::{Signal, Values};

use super::desk::Desk;
use super::stage::{Stage, Start};
use crate::reports::Brushed;
use crate::view::{
    HeadState, LibraryState, LiveSession, PaintingState, SESSION_ROWS, SessionAction, SessionRow,
    SessionState,
};
use clock::Clock;
use exports::Exports;

/// Congruity is told no more often.
const CONGRUITY: Duration = Duration::from_millis(250);

/// And only when it, or a part of it, has moved by as much.
const MOVED: f32 = 0.01;

/// How often the page's numbers are looked at.
const LOOK: Duration = Duration::from_millis(100);

/// What the worker keeps of it.
pub struct Session {
    log: SessionLog,
    /// Of the activation.
    clock: Option<Clock>,
    /// What the log was told that is still the case.
    told: [Option<Event>; 5],
    congruity: Option<Values>,
    congruity_at: Option<Instant>,
    /// Counted since the session began.
    strokes: usize,
    snippets: usize,
    paintings: usize,
    /// The file that was being written when last looked at.
    path: Option<PathBuf>,
    looked: Option<Instant>,
    exports: Exports,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            log: SessionLog::new(sessions_dir(), Limits::default()),
            clock: None,
            told: Default::default(),
            congruity: None,
            congruity_at: None,
            strokes: 0,
            snippets: 0,
            paintings: 0,
            path: None,
            looked: None,
            exports: Exports::default(),
        }
    }
}

impl Session {
    /// The host activated the instance.
    pub(super) fn attach(&mut self, stage: &Stage) {
        self.clock = Some(Clock::new(stage.rate()));
    }

    /// The host deactivated it: the session is over.
    pub(super) fn detach(&mut self) {
        self.log.end();
        self.clock = None;
    }

    /// Another session has begun: what is listed and counted is of one.
    fn begin(&mut self, shown: &mut SessionState, began: Instant) {
        // What the clock learns meanwhile may move the first of them a little.
        let since = began.checked_sub(LOOK).unwrap_or(began);
        Arc::make_mut(&mut shown.rows).retain(|row| row.at >= since);
        let count = |is: fn(&Event) -> bool| shown.rows.iter().filter(|row| is(&row.event)).count();
        self.strokes = count(|event| matches!(event, Event::Stroke { .. }));
        self.snippets = count(|event| matches!(event, Event::Snippet(_)));
        // The one that is in use when it begins is the first.
        let standing = matches!(&self.told[1], Some(Event::Painting { path: Some(_), .. }));
        let came = count(|event| matches!(event, Event::Painting { path: Some(_), .. }));
        self.paintings = came.max(usize::from(standing));
    }

    /// Nothing was told yet.
    fn forget(&mut self) {
        self.told = Default::default();
        (self.congruity, self.congruity_at) = (None, None);
    }
}

impl Desk {
    fn is_logging(&self) -> bool {
        let on = self.link.params.remembered.read().log;
        on && !self.link.is_offline() && self.has_choice()
    }

    /// Takes strokes and the host's jumps from the audio thread, before what they caused.
    pub(super) fn hear_reports(&mut self, stage: &mut Stage) {
        let logging = self.is_logging();
        let Some(clock) = &mut self.session.clock else {
            return;
        };
        let reports = stage.reports();
        clock.observe(Instant::now(), reports.elapsed());
        while let Some(jump) = reports.jump() {
            clock.jump(jump);
        }
        while let Some(brushed) = reports.stroke() {
            if logging {
                self.log_stroke(brushed);
            }
        }
    }

    fn log_stroke(&mut self, brushed: Brushed) {
        let Some(clock) = &self.session.clock else {
            return;
        };
        match brushed {
            Brushed::Down { sample } => self.session.log.begin(clock.at(sample)),
            Brushed::Up {
                begin,
                end,
                strength,
            } => {
                let event = Event::Stroke {
                    strength: rounded(strength),
                    length: rounded_time(clock.duration(begin, end)),
                };
                let (at, host) = (clock.at(begin), clock.host(begin));
                self.note(at, host, event);
            }
        }
    }

    /// A snippet began to sound.
    pub(super) fn log_snippet(&mut self, start: &Start, track: &Path, title: &str, at: Seconds) {
        if !self.is_logging() {
            return;
        }
        let Some(clock) = &self.session.clock else {
            return;
        };
        let sample = clock.sample(start.at);
        let (when, host) = (clock.at(sample), clock.host(sample));
        let event = Event::Snippet(Snippet {
            track: track.to_string_lossy().into_owned(),
            title: title.to_owned(),
            start: at.0,
            chunk: start.started.chunk.0,
            distance: start.hit.map(|hit| rounded(hit.distance.0)),
            score: start.hit.map(|hit| rounded(hit.score.0)),
        });
        self.note(when, host, event);
    }

    /// Tells the log, and lists it for the page.
    fn note(&mut self, at: Instant, host: Option<HostTime>, event: Event) {
        let session = &mut self.session;
        match event {
            Event::Stroke { .. } => session.strokes += 1,
            Event::Snippet(_) => session.snippets += 1,
            Event::Painting { path: Some(_), .. } => session.paintings += 1,
            _ => {}
        }
        let listed = !matches!(event, Event::Congruity { .. } | Event::Audio { .. });
        if listed {
            let rows = Arc::make_mut(&mut self.view.session.rows);
            let event = event.clone();
            // A stroke is told when it is over, after what it started.
            let place = rows.iter().take_while(|row| row.at > at).count();
            rows.insert(place, SessionRow { at, host, event });
            rows.truncate(SESSION_ROWS);
        }
        session.log.note(at, host, event);
    }

    /// Goes on with what is due at `now`.
    pub(super) fn follow_session(&mut self, now: Instant) {
        match self.is_logging() {
            true => {
                self.tell_standing(now);
                self.tell_congruity(now);
            }
            false => self.session.forget(),
        }
        let looked = self.session.looked;
        if looked.is_none_or(|looked| now.duration_since(looked) >= LOOK) {
            self.session.looked = Some(now);
            self.show_session(now);
        }
    }

    /// Where the host is now, as far as it is known.
    fn host_now(&self) -> Option<HostTime> {
        let (clock, stage) = (self.session.clock.as_ref()?, self.stage.as_ref()?);
        clock.host(stage.elapsed())
    }

    /// Tells what has become the case.
    fn tell_standing(&mut self, now: Instant) {
        let standing = [
            self.stage.as_ref().map(|stage| Event::Audio {
                rate: stage.rate().hz(),
            }),
            painting_event(&self.view.painting),
            library_event(&self.view.library),
            head_event(&self.view.head),
            Some(Event::Freeze {
                on: self.link.params.freeze.value(),
            }),
        ];
        for (place, event) in standing.into_iter().enumerate() {
            if event.is_none() || event == self.session.told[place] {
                continue;
            }
            self.session.told[place].clone_from(&event);
            let host = self.host_now();
            if let Some(event) = event {
                self.note(now, host, event);
            }
        }
    }

    /// Tells congruity with its parts, when it has moved.
    fn tell_congruity(&mut self, now: Instant) {
        let last = self.session.congruity_at;
        if last.is_some_and(|last| now.duration_since(last) < CONGRUITY) {
            return;
        }
        let mut values = self.link.signals.values();
        values[Signal::Congruity] = self.view.congruity.map(Congruity::get);
        values[Signal::Brush] = None;
        let known = self.session.congruity.unwrap_or_default();
        let moved = values.0.iter().zip(&known.0).any(|pair| match pair {
            (Some(a), Some(b)) => (a - b).abs() >= MOVED,
            (a, b) => a.is_some() != b.is_some(),
        });
        if !moved {
            return;
        }
        (self.session.congruity, self.session.congruity_at) = (Some(values), Some(now));
        let parts = Signal::PARTS.into_iter().filter_map(|part| {
            let value = values[part]?;
            Some((part.id().to_owned(), rounded(value)))
        });
        let event = Event::Congruity {
            value: values[Signal::Congruity].map(rounded),
            parts: parts.collect(),
        };
        let host = self.host_now();
        self.note(now, host, event);
    }

    fn show_session(&mut self, now: Instant) {
        let status = self.session.log.status();
        let (shown, session) = (&mut self.view.session, &mut self.session);
        shown.on = self.link.params.remembered.read().log;
        if shown.folder.as_os_str().is_empty() {
            shown.folder = session.log.folder().to_owned();
            shown.exports = exports_dir();
        }
        let live = status.path.clone().zip(status.began);
        let changed = live.as_ref().map(|(path, _)| path) != session.path.as_ref();
        if let (true, Some((_, began))) = (changed, &live) {
            session.begin(shown, *began);
        }
        session.path = live.as_ref().map(|(path, _)| path.clone());
        shown.live = live.map(|(path, began)| LiveSession {
            name: name_of(&path).unwrap_or_default(),
            began,
            events: status.events,
            bytes: status.bytes,
            strokes: session.strokes,
            snippets: session.snippets,
            paintings: session.paintings,
            path,
        });
        (shown.lost, shown.problem) = (status.lost, status.problem);
        let open = self.publisher.editor_open();
        session.exports.follow(shown, open, changed, now);
    }

    /// Does what its page asks.
    pub(super) fn session_act(&mut self, action: SessionAction) {
        match action {
            SessionAction::SetLog(on) => {
                self.link.params.remembered.write().log = on;
                if !on {
                    self.session.log.end();
                }
            }
            SessionAction::New => self.session.log.end(),
            SessionAction::List => self.session.exports.list(),
            SessionAction::Export { session, form } => {
                let live = || {
                    self.view
                        .session
                        .live
                        .as_ref()
                        .map(|live| live.path.clone())
                };
                if let Some(session) = session.or_else(live) {
                    let into = self.view.session.exports.clone();
                    self.session.exports.start(session, form, into);
                }
            }
            SessionAction::CancelExport => self.session.exports.cancel(),
            SessionAction::DismissExport => self.session.exports.dismiss(),
        }
        self.session.looked = None;
    }
}

/// The painting that is in use; `None` while that is not settled.
fn painting_event(painting: &PaintingState) -> Option<Event> {
    match painting {
        PaintingState::None => Some(Event::Painting {
            path: None,
            name: None,
        }),
        PaintingState::Ready { path, name, .. } => Some(Event::Painting {
            path: Some(path.to_string_lossy().into_owned()),
            name: Some(name.clone()),
        }),
        PaintingState::Loading { .. } | PaintingState::Failed { .. } => None,
    }
}

/// The library that is in use; `None` while that is not settled.
fn library_event(library: &LibraryState) -> Option<Event> {
    let path = match library {
        LibraryState::None => None,
        LibraryState::Indexing { folder, .. } | LibraryState::Ready { folder, .. } => Some(folder),
        LibraryState::Failed { .. } => return None,
    };
    let path = path.map(|path| path.to_string_lossy().into_owned());
    Some(Event::Library { path })
}

/// The head that judges.
fn head_event(head: &HeadState) -> Option<Event> {
    let (path, name) = match head {
        HeadState::Taught { path, name, .. } => (Some(path), Some(name.clone())),
        // The shipped one stands in.
        HeadState::Shipped | HeadState::Failed { .. } => (None, None),
    };
    let path = path.map(|path| path.to_string_lossy().into_owned());
    Some(Event::Head { path, name })
}

/// To a ten-thousandth: more says nothing, and an hour has many numbers.
fn rounded(value: f32) -> f32 {
    (value * 1e4).round() / 1e4
}

/// To a tenth of a millisecond.
fn rounded_time(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
