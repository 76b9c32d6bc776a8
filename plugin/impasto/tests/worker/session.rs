//! The session's log beside the worker. Each runs in a process of its own, as it has a data
//! folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use engine::data::{DATA_VARIABLE, data_dir, sessions_dir};
use engine::session::{Event, Form, HostTime, Session, sessions};
use impasto::view::{Action, ExportState, PaintingState, SessionAction, View};
use impasto::worker::Message;

use super::{Rig, painting, snippets, stroke};

/// Runs the ignored test `name` with a data folder of its own.
pub fn apart(name: &str) {
    let data = tempfile::tempdir().expect("a folder");
    let child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", name, "--ignored", "--nocapture"])
        .env(DATA_VARIABLE, data.path().join("data"))
        .output()
        .expect("started");
    let text = String::from_utf8_lossy(&child.stdout) + String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success(), "{text}");
}

#[test]
fn a_mere_scan_writes_nothing() {
    apart("session::scans");
}

#[test]
#[ignore = "run by the test above in a process of its own"]
fn scans() {
    let rig = Rig::new();
    for _ in 0..3 {
        let mut processor = rig.activate();
        // As a host's validator does: noise into every input.
        for _ in 0..40 {
            stroke(&mut processor);
        }
        rig.worker.tell(Message::Detach);
    }
    std::thread::sleep(Duration::from_millis(300));
    assert!(rig.view.snapshot().session.live.is_none());
    drop(rig);
    assert!(!data_dir().exists());
}

#[test]
fn a_performance_is_logged_and_becomes_material() {
    apart("session::performs");
}

/// The host plays at 120 quarter notes a minute, `block` blocks of 10 ms from its beginning.
fn host(block: u64) -> HostTime {
    let seconds = block as f64 / 100.0;
    HostTime {
        playing: true,
        tempo: Some(120.0),
        signature: Some([4, 4]),
        quarters: Some(2.0 * seconds),
        bar_start: Some((2.0 * seconds / 4.0).floor() * 4.0),
        bar: Some((2.0 * seconds / 4.0).floor() as i32 + 1),
        samples: Some(480 * block as i64),
        seconds: Some(seconds),
    }
}

fn live(view: &View) -> Option<PathBuf> {
    view.session.live.as_ref().map(|live| live.path.clone())
}

fn act(rig: &Rig, action: SessionAction) {
    assert!(rig.view.send(Action::Session(action)));
}

fn kinds(path: &Path) -> Vec<Event> {
    let session = Session::read(path).expect("a session");
    session
        .entries
        .into_iter()
        .map(|entry| entry.event)
        .collect()
}

#[test]
#[ignore = "run by the test above in a process of its own"]
fn performs() {
    let rig = Rig::new();
    let index = tempfile::tempdir().expect("a folder");
    rig.view.set_editor_open(true);
    rig.set_library(index.path());
    assert!(
        rig.view
            .send(Action::LoadPainting(painting("hokusai-great-wave.jpg")))
    );
    rig.wait_for_library();
    rig.wait("the painting", |view| {
        matches!(view.painting, PaintingState::Ready { .. })
    });
    assert!(!data_dir().exists(), "nothing was played yet");

    let mut processor = rig.activate();
    let mut block = 0;
    let mut play = |until: &dyn Fn(&View) -> bool| {
        for _ in 0..3000 {
            processor.note_host(host(block));
            if block % 50 == 0 {
                stroke(&mut processor);
                block += 3;
            } else {
                snippets(&mut processor, &[]);
                block += 1;
            }
            std::thread::sleep(Duration::from_millis(2));
            if until(&rig.view.snapshot()) {
                return rig.view.snapshot();
            }
        }
        panic!("{:?}", rig.view.snapshot().session);
    };
    let view = play(&|view| {
        let live = view.session.live.as_ref();
        live.is_some_and(|live| live.snippets >= 2 && live.strokes >= 3)
    });
    let first = live(&view).expect("being written");
    assert!(first.starts_with(sessions_dir()));
    assert!(
        view.session
            .rows
            .iter()
            .any(|row| matches!(row.event, Event::Snippet(_)))
    );

    act(&rig, SessionAction::New);
    rig.wait("the end", |view| live(view).is_none());
    let view = play(&|view| live(view).is_some_and(|path| path != first));
    let second = live(&view).expect("being written");
    act(&rig, SessionAction::SetLog(false));
    rig.wait("no log", |view| live(view).is_none() && !view.session.on);
    assert!(!rig.link.params.remembered.read().log);
    let begin = std::time::Instant::now();
    play(&|_| begin.elapsed() > Duration::from_millis(600));
    assert!(rig.view.snapshot().session.live.is_none());

    check_file(&first);
    let events = kinds(&second);
    assert!(matches!(events[0], Event::Audio { .. }), "{events:?}");
    assert!(events.contains(&Event::End), "{events:?}");
    let view = rig.wait("the list", |view| view.session.earlier.len() == 2);
    assert_eq!(view.session.earlier[1].path, first);

    act(
        &rig,
        SessionAction::Export {
            session: Some(first.clone()),
            form: Form::Folder,
        },
    );
    let view = rig.wait("the export", |view| {
        matches!(
            view.session.export,
            ExportState::Done { .. } | ExportState::Failed { .. }
        )
    });
    let ExportState::Done {
        path,
        snippets,
        missing,
        ..
    } = &view.session.export
    else {
        panic!("{:?}", view.session.export);
    };
    assert!(*snippets > 0 && missing.is_empty(), "{missing:?}");
    let cut = fs::read_dir(path.join("snippets"))
        .expect("a folder")
        .count();
    assert_eq!(cut, *snippets);
    act(
        &rig,
        SessionAction::Export {
            session: Some(path.join("events.csv")),
            form: Form::Csv,
        },
    );
    let view = rig.wait("the refusal", |view| {
        matches!(view.session.export, ExportState::Failed { .. })
    });
    assert!(format!("{:?}", view.session.export).contains("not a session"));
    drop(rig);
    assert_eq!(sessions(&sessions_dir()).len(), 2);
}

/// Strokes at their places in the song, what they started, and what was the case.
fn check_file(path: &Path) {
    let session = Session::read(path).expect("a session");
    assert_eq!(session.damage, engine::session::Damage::default());
    let of = |name: &str| -> Vec<_> {
        session
            .entries
            .iter()
            .filter(|entry| entry.event.name() == name)
            .collect()
    };
    let Event::Painting { name, .. } = &of("painting")[0].event else {
        unreachable!("of this name");
    };
    assert_eq!(name.as_deref(), Some("hokusai-great-wave"));
    assert_eq!(of("audio")[0].event, Event::Audio { rate: 48_000.0 });
    assert!(matches!(
        &of("library")[0].event,
        Event::Library { path: Some(_) }
    ));
    let strokes = of("stroke");
    assert!(strokes.len() >= 3, "{}", strokes.len());
    for stroke in &strokes {
        let Event::Stroke { strength, length } = stroke.event else {
            unreachable!("of this name");
        };
        // 10 ms of noise, and what the detector waits for.
        assert!(
            strength > 0.0 && (0.005..0.4).contains(&length),
            "{stroke:?}"
        );
        let host = stroke.host.expect("the host's time");
        let (samples, seconds) = (host.samples.expect("told"), host.seconds.expect("told"));
        assert!(
            (samples as f64 / 48_000.0 - seconds).abs() < 1e-4,
            "{stroke:?}"
        );
    }
    for pair in strokes.windows(2) {
        // By the audio's clock, not by the test's, which runs several times as fast.
        let apart = pair[1]
            .host
            .and_then(|h| h.seconds)
            .zip(pair[0].host.and_then(|h| h.seconds));
        let (later, earlier) = apart.expect("told");
        assert!(((later - earlier) - 0.5).abs() < 0.01, "{earlier} {later}");
    }
    let snippets = of("snippet");
    assert!(!snippets.is_empty());
    for snippet in snippets {
        let Event::Snippet(found) = &snippet.event else {
            unreachable!("of this name");
        };
        assert!(Path::new(&found.track).is_file(), "{found:?}");
        assert!(snippet.host.is_some());
    }
}
