//! What the tests of sessions share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use engine::session::{
    Entry, Event, HostTime, Limits, Session, SessionLog, Snippet, Status, sessions,
};

const PATIENCE: Duration = Duration::from_secs(30);

pub fn log(folder: &Path) -> SessionLog {
    SessionLog::new(folder.to_owned(), Limits::default())
}

pub fn stroke(strength: f32) -> Event {
    Event::Stroke {
        strength,
        length: 0.25,
    }
}

pub fn snippet(track: &Path, start: f64) -> Event {
    Event::Snippet(Snippet {
        track: track.to_string_lossy().into_owned(),
        title: "Harbour, \"at night\"".to_owned(),
        start,
        chunk: 7,
        distance: Some(0.25),
        score: None,
    })
}

pub fn painting(name: &str) -> Event {
    Event::Painting {
        path: Some(format!("/paintings/{name}.png")),
        name: Some(name.to_owned()),
    }
}

pub fn congruity(value: f32) -> Event {
    let parts = [("network", 0.5), ("valence", 0.75)];
    Event::Congruity {
        value: Some(value),
        parts: BTreeMap::from(parts.map(|(name, value)| (name.to_owned(), value))),
    }
}

/// In 3/4 at 60 quarter notes a minute, `seconds` from the song's beginning.
pub fn host(seconds: f64) -> HostTime {
    let bar = (seconds / 3.0).floor();
    HostTime {
        playing: true,
        tempo: Some(60.0),
        signature: Some([3, 4]),
        quarters: Some(seconds),
        bar_start: Some(3.0 * bar),
        bar: Some(bar as i32 + 1),
        samples: Some((48_000.0 * seconds) as i64),
        seconds: Some(seconds),
    }
}

/// Waits until the log's state is as it should be.
#[track_caller]
pub fn wait(log: &SessionLog, what: &str, until: impl Fn(&Status) -> bool) -> Status {
    let begin = Instant::now();
    loop {
        let status = log.status();
        if until(&status) {
            return status;
        }
        assert!(begin.elapsed() < PATIENCE, "waited for {what}: {status:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The one session in `folder`.
#[track_caller]
pub fn only(folder: &Path) -> PathBuf {
    let all = sessions(folder);
    assert_eq!(all.len(), 1, "{all:?}");
    all[0].path.clone()
}

pub fn events(session: &Session) -> Vec<Event> {
    session
        .entries
        .iter()
        .map(|entry| entry.event.clone())
        .collect()
}

/// A session of these events, each with its time and the host's.
pub fn written(folder: &Path, entries: &[(f64, Option<HostTime>, Event)]) -> PathBuf {
    let mut log = log(folder);
    let begin = Instant::now();
    log.begin(begin);
    for (at, host, event) in entries {
        log.note(begin + Duration::from_secs_f64(*at), *host, event.clone());
    }
    drop(log);
    only(folder)
}

pub fn kinds(entries: &[Entry]) -> Vec<&'static str> {
    entries.iter().map(|entry| entry.event.name()).collect()
}
