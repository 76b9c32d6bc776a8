//! What the page of the session shows.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use engine::session::{Missing, Snippet};
use impasto::view::{
    Event, ExportState, Form, HostTime, LiveSession, SessionFile, SessionRow, SessionState, View,
};

use super::states;

const FOLDER: &str = "/home/ada/.local/share/impasto/sessions";

/// All of them, by name.
pub fn all() -> Vec<(&'static str, View)> {
    let with = |name, session| {
        let view = View {
            session,
            ..states::playing()
        };
        (name, view)
    };
    vec![
        with("session", playing()),
        with("session-none", none()),
        with("session-off", off()),
        with("session-refused", refused()),
        with("session-exporting", exporting()),
        with("session-exported", exported()),
        with("session-missing", missing()),
        with("session-export-failed", failed()),
        with("session-long-names", long_names()),
    ]
}

fn file(name: &str, length: f64, bytes: u64) -> SessionFile {
    SessionFile {
        path: PathBuf::from(FOLDER).join(format!("{name}.impasto.jsonl")),
        name: name.to_owned(),
        began: String::new(),
        length,
        bytes,
    }
}

/// No session yet.
pub fn none() -> SessionState {
    SessionState {
        on: true,
        folder: FOLDER.into(),
        exports: super::assets().join("Documents/Impasto"),
        ..SessionState::default()
    }
}

/// The log is off; there are sessions of before.
pub fn off() -> SessionState {
    SessionState {
        on: false,
        earlier: Arc::new(vec![file("2026-01-30 19.02.11", 5025.0, 9_400_000)]),
        ..none()
    }
}

fn row(ago: f64, host: Option<HostTime>, event: Event) -> SessionRow {
    let now = states::epoch() + Duration::from_secs(60);
    SessionRow {
        at: now - Duration::from_secs_f64(ago),
        host,
        event,
    }
}

fn stroke(strength: f32, length: f64) -> Event {
    Event::Stroke { strength, length }
}

fn snippet(title: &str, start: f64, distance: f32) -> Event {
    Event::Snippet(Snippet {
        track: format!("/home/ada/Music/{title}.flac"),
        title: title.to_owned(),
        start,
        chunk: 4,
        distance: Some(distance),
        score: Some(0.07),
    })
}

fn song(quarters: f64) -> Option<HostTime> {
    Some(HostTime {
        playing: true,
        tempo: Some(96.0),
        signature: Some([4, 4]),
        quarters: Some(quarters),
        bar_start: Some(4.0 * (quarters / 4.0).floor()),
        bar: Some((quarters / 4.0) as i32 + 1),
        seconds: Some(quarters / 1.6),
        samples: None,
    })
}

/// In the middle of a performance.
pub fn playing() -> SessionState {
    let began = states::epoch();
    let rows = vec![
        row(0.6, song(67.2), snippet("Silvan Sanctuary", 20.0, 0.31)),
        row(0.6, song(67.2), stroke(0.64, 0.31)),
        row(2.4, song(64.3), Event::Freeze { on: false }),
        row(9.0, song(53.7), Event::Freeze { on: true }),
        row(
            11.2,
            song(50.2),
            snippet("The Knolls of Doldesh", 96.0, 0.42),
        ),
        row(11.2, song(50.2), stroke(0.22, 1.24)),
        row(
            40.0,
            None,
            Event::Painting {
                path: Some("/home/ada/Pictures/hokusai-great-wave.jpg".to_owned()),
                name: Some("hokusai-great-wave".to_owned()),
            },
        ),
    ];
    let name = "2026-02-01 20.14.55";
    SessionState {
        live: Some(LiveSession {
            path: file(name, 0.0, 0).path,
            name: name.to_owned(),
            began,
            events: 131,
            bytes: 31_400,
            strokes: 87,
            snippets: 41,
            paintings: 3,
        }),
        rows: Arc::new(rows),
        earlier: Arc::new(vec![
            file(name, 58.0, 31_400),
            file("2026-02-01 17.40.02", 1843.0, 1_930_000),
            file("2026-01-30 19.02.11", 5025.0, 9_400_000),
            file("2026-01-29 10.31.47", 61.0, 812),
        ]),
        ..none()
    }
}

/// The place refuses.
pub fn refused() -> SessionState {
    SessionState {
        problem: Some(format!(
            "{FOLDER}/2026-02-01 20.14.55.impasto.jsonl: No space left on device. Make room and \
             try again"
        )),
        lost: 1,
        ..playing()
    }
}

/// Snippets are being cut.
pub fn exporting() -> SessionState {
    SessionState {
        export: ExportState::Running {
            form: Form::Folder,
            share: 0.37,
        },
        ..playing()
    }
}

/// They are cut.
pub fn exported() -> SessionState {
    let exports = none().exports;
    SessionState {
        export: ExportState::Done {
            path: exports.join("Impasto 2026-02-01 20.14.55"),
            events: 1204,
            snippets: 41,
            missing: Vec::new(),
        },
        ..playing()
    }
}

/// Not all of them.
pub fn missing() -> SessionState {
    let gone = |name: &str| Missing {
        track: PathBuf::from(name),
        reason: format!("{name}: the file is no longer there; scan the folder again"),
    };
    SessionState {
        export: ExportState::Done {
            path: none().exports.join("Impasto 2026-02-01 20.14.55"),
            events: 131,
            snippets: 39,
            missing: vec![
                gone("/media/archive/cranes.wav"),
                gone("/media/archive/b.wav"),
            ],
        },
        ..playing()
    }
}

/// Nothing was written.
pub fn failed() -> SessionState {
    SessionState {
        export: ExportState::Failed {
            reason: "/home/ada/Documents/Impasto: Permission denied. Give this user access to it"
                .to_owned(),
        },
        ..playing()
    }
}

/// Names that are too long, in several scripts, and a song that tells no bars.
pub fn long_names() -> SessionState {
    let long = "Concerto pour une fenêtre ouverte et onze musiciens dispersés dans la neige, \
                deuxième version";
    let seconds = Some(HostTime {
        playing: true,
        seconds: Some(4000.5),
        ..HostTime::default()
    });
    SessionState {
        rows: Arc::new(vec![
            row(5.0, seconds, snippet(long, 3725.0, 12.5)),
            row(
                5.2,
                seconds,
                snippet(
                    "\u{0160}\u{0165}astn\u{00fd} p\u{0159}\u{00ed}stav",
                    0.0,
                    0.1,
                ),
            ),
            row(6.0, None, Event::Lost { count: 12 }),
        ]),
        exports: "/home/ada/a very long way down/to the/Documents of somebody/Impasto".into(),
        ..exported()
    }
}
