//! A session is bounded, and so are all of them together.

use std::fs;
use std::ops::ControlFlow;
use std::time::Instant;

use engine::session::{Event, Form, Limits, Session, SessionLog, export, sessions};

use crate::support::{events, painting, stroke, wait};

#[test]
fn a_full_file_is_followed_by_another_and_no_event_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let limits = Limits {
        bytes: 4000,
        sessions: 100,
    };
    let mut log = SessionLog::new(dir.path().to_owned(), limits);
    log.note(Instant::now(), None, painting("wave"));
    for n in 0..200 {
        log.note(Instant::now(), None, stroke(n as f32));
    }
    drop(log);
    let mut all = sessions(dir.path());
    all.reverse();
    assert!(all.len() > 5, "{}", all.len());
    let mut strokes = Vec::new();
    for (place, file) in all.iter().enumerate() {
        assert!(file.bytes <= limits.bytes, "{file:?}");
        let session = Session::read(&file.path).unwrap();
        let before = place.checked_sub(1).map(|before| all[before].name.clone());
        assert_eq!(session.header.continues, before);
        let found = events(&session);
        assert!(
            found.contains(&painting("wave")),
            "each says what is the case"
        );
        strokes.extend(
            found
                .into_iter()
                .filter(|e| matches!(e, Event::Stroke { .. })),
        );
    }
    let expected: Vec<Event> = (0..200).map(|n| stroke(n as f32)).collect();
    assert_eq!(strokes, expected);
}

#[test]
fn the_oldest_go_unless_somebody_writes_or_exports_them() {
    let dir = tempfile::tempdir().unwrap();
    let limits = Limits {
        bytes: 1 << 20,
        sessions: 4,
    };
    let new = || SessionLog::new(dir.path().to_owned(), limits);
    let play = |log: &mut SessionLog| {
        log.note(Instant::now(), None, stroke(0.5));
        wait(log, "a file", |status| status.events == 1)
            .path
            .unwrap()
    };
    fs::write(dir.path().join("notes.txt"), "mine").unwrap();
    let mut live = new();
    let held = play(&mut live);
    let second = play(&mut new());
    for _ in 0..3 {
        play(&mut new());
    }
    assert_eq!(sessions(dir.path()).len(), 4);
    assert!(held.exists() && !second.exists());
    drop(live);

    // While it is exported it stays, as the oldest of all.
    let (into, mut asked) = (tempfile::tempdir().unwrap(), 0);
    let exported = export(&held, Form::Csv, into.path(), &mut |_| {
        asked += 1;
        play(&mut new());
        play(&mut new());
        ControlFlow::Continue(())
    });
    assert!(exported.is_ok() && asked > 0);
    assert!(held.exists());
    play(&mut new());
    assert!(!held.exists(), "then it goes");
    assert!(sessions(dir.path()).len() <= 4);
    assert!(
        dir.path().join("notes.txt").exists(),
        "what is not ours stays"
    );
    let locks = fs::read_dir(dir.path()).unwrap();
    let locks = locks.filter(|e| {
        e.as_ref()
            .unwrap()
            .path()
            .extension()
            .is_some_and(|e| e == "lock")
    });
    assert!(locks.count() <= 4, "locks go with their sessions");
}

#[test]
fn instances_that_begin_together_have_a_file_each() {
    let dir = tempfile::tempdir().unwrap();
    let threads: Vec<_> = (0..6)
        .map(|n| {
            let folder = dir.path().to_owned();
            std::thread::spawn(move || {
                let mut log = SessionLog::new(folder, Limits::default());
                log.note(Instant::now(), None, stroke(n as f32));
            })
        })
        .collect();
    threads
        .into_iter()
        .for_each(|thread| thread.join().unwrap());
    let all = sessions(dir.path());
    let mut strokes: Vec<String> = all
        .iter()
        .map(|file| format!("{:?}", events(&Session::read(&file.path).unwrap())))
        .collect();
    strokes.sort();
    strokes.dedup();
    assert_eq!((all.len(), strokes.len()), (6, 6));
}

/// How much an hour of dense playing takes, for the documents; and that it fits.
#[test]
fn an_hour_of_dense_playing_fits_into_one_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = SessionLog::new(dir.path().to_owned(), Limits::default());
    let track = "/home/ada/Music/Works for orchestra/Harbour at night/03 Cranes.flac";
    let begin = Instant::now();
    log.begin(begin);
    let values = |n: usize| (n as f32 * 0.618).fract();
    let parts = ["network", "valence", "arousal", "crossmodal", "gesture"];
    // In one minute: 240 strokes, 200 snippets, congruity four times a second.
    for n in 0..240 {
        let host = Some(crate::support::host(0.25 * n as f64 + 1000.0));
        log.note(begin, host, stroke(values(n)));
        let parts = parts
            .iter()
            .map(|part| (part.to_string(), values(n + part.len())));
        let congruity = Event::Congruity {
            value: Some(values(n)),
            parts: parts.collect(),
        };
        log.note(begin, host, congruity);
        if n < 200 {
            log.note(
                begin,
                host,
                crate::support::snippet(track.as_ref(), values(n).into()),
            );
        }
    }
    let status = wait(&log, "a minute", |status| status.events == 680);
    let hour = 60 * status.bytes;
    println!("an hour of dense playing: {:.1} MB", hour as f64 / 1e6);
    assert!(hour < Limits::default().bytes, "{hour} bytes");
}
