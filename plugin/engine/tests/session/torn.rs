//! What is read is what was written, whatever happened to the end of the file, and to its
//! lines.

use std::fs;
use std::time::{Duration, Instant};

use engine::session::{Damage, Event, Session, sessions};

use crate::support::{
    congruity, events, host, kinds, log, only, painting, snippet, stroke, wait, written,
};

#[test]
fn nothing_is_written_before_something_happens() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("sessions");
    let mut log = log(&folder);
    log.note(Instant::now(), None, Event::Audio { rate: 48_000.0 });
    log.note(Instant::now(), None, painting("early"));
    log.note(Instant::now(), None, painting("wave"));
    log.note(Instant::now(), None, Event::Freeze { on: true });
    log.end();
    drop(log);
    assert!(!folder.exists());
}

#[test]
fn a_session_begins_with_what_is_the_case_and_ends_with_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = log(dir.path());
    log.note(Instant::now(), None, Event::Audio { rate: 48_000.0 });
    log.note(Instant::now(), None, painting("early"));
    log.note(Instant::now(), None, painting("wave"));
    let began = Instant::now();
    log.begin(began);
    let (later, much_later) = (
        began + Duration::from_millis(250),
        began + Duration::from_secs(2),
    );
    log.note(much_later, Some(host(7.5)), congruity(0.5));
    // A stroke is told when it ends, and stands where it began.
    log.note(later, Some(host(5.0)), stroke(0.75));
    let status = wait(&log, "two events", |status| status.events == 2);
    assert_eq!((status.lost, status.problem), (0, None));
    let path = status.path.unwrap();
    assert_eq!(status.bytes, fs::metadata(&path).unwrap().len());
    drop(log);

    let session = Session::read(&path).unwrap();
    assert_eq!(session.damage, Damage::default());
    assert_eq!(kinds(&session.entries[..2]), ["audio", "painting"]);
    assert_eq!(session.entries[1].event, painting("wave"));
    assert!(session.entries[..2].iter().all(|entry| entry.t == 0.0));
    let stroke_entry = session
        .entries
        .iter()
        .find(|e| e.event == stroke(0.75))
        .unwrap();
    assert_eq!((stroke_entry.t, stroke_entry.host), (0.25, Some(host(5.0))));
    let last = &session.entries[session.entries.len() - 2];
    assert_eq!((last.t, last.event.clone()), (2.0, congruity(0.5)));
    assert!(
        session
            .entries
            .iter()
            .any(|entry| entry.event == Event::End)
    );
    assert!(
        stroke_entry.utc > session.header.began,
        "{}",
        stroke_entry.utc
    );

    let listed = sessions(dir.path());
    assert_eq!(listed[0].path, path);
    assert_eq!(listed[0].began, session.header.began);
    assert_eq!(listed[0].bytes, fs::metadata(&path).unwrap().len());
}

#[test]
fn a_torn_end_is_known_wherever_it_is_torn() {
    let dir = tempfile::tempdir().unwrap();
    let track = dir.path().join("a.wav");
    let path = written(
        &dir.path().join("s"),
        &[
            (0.0, None, stroke(0.5)),
            (1.0, Some(host(1.0)), snippet(&track, 20.0)),
        ],
    );
    let whole = fs::read(&path).unwrap();
    let all = events(&Session::read(&path).unwrap());
    let ends: Vec<usize> = (0..whole.len()).filter(|&at| whole[at] == b'\n').collect();
    let torn = dir.path().join("torn.impasto.jsonl");
    for length in ends[0] + 1..whole.len() {
        fs::write(&torn, &whole[..length]).unwrap();
        let session = Session::read(&torn).unwrap();
        let lines = ends.iter().filter(|&&end| end < length).count();
        let at_end = whole[length - 1] == b'\n';
        // Without its end, but whole: nothing of it is lost.
        let complete = ends.contains(&length);
        let expected = lines - 1 + usize::from(complete);
        assert_eq!(session.entries.len(), expected, "{length} bytes");
        assert_eq!(session.damage.torn, !at_end && !complete, "{length} bytes");
        assert_eq!(session.damage.foreign, 0);
        assert_eq!(events(&session), all[..expected]);
    }
    for length in [0, 1, ends[0] / 2] {
        fs::write(&torn, &whole[..length]).unwrap();
        let message = Session::read(&torn).unwrap_err().to_string();
        assert!(
            message.contains("torn") && message.contains("not a session"),
            "{message}"
        );
    }
}

#[test]
fn lines_of_others_are_passed_over_and_counted() {
    let dir = tempfile::tempdir().unwrap();
    let path = written(
        &dir.path().join("s"),
        &[(0.0, None, stroke(0.5)), (1.0, None, stroke(0.75))],
    );
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.insert(2, "{\"event\":\"stroke\"}".to_owned());
    lines.insert(2, "x".repeat(200_000));
    lines.insert(2, String::new());
    lines[1] = lines[1].replace("0.5", "0.6");
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    let session = Session::read(&path).unwrap();
    assert_eq!(
        session.damage,
        Damage {
            torn: false,
            foreign: 4
        }
    );
    assert_eq!(events(&session), [stroke(0.75), Event::End]);
}

#[test]
fn a_later_format_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let header = serde_json::json!({"impasto_session": 9, "program": "9", "began": ""});
    let path = dir.path().join("later.impasto.jsonl");
    fs::write(&path, engine::session::line::encode(&header).unwrap()).unwrap();
    let message = Session::read(&path).unwrap_err().to_string();
    assert!(
        message.contains("format 9") && message.contains("Update Impasto"),
        "{message}"
    );
    assert!(Session::read(dir.path()).is_err(), "a folder is no session");
}

#[test]
fn a_file_that_somebody_takes_away_is_followed_by_another() {
    let dir = tempfile::tempdir().unwrap();
    let mut log = log(dir.path());
    log.note(Instant::now(), None, stroke(0.1));
    let first = wait(&log, "a file", |s| s.events == 1).path.unwrap();
    fs::remove_file(first).unwrap();
    wait(&log, "its absence to be noticed", |s| s.path.is_none());
    log.note(Instant::now(), None, stroke(0.2));
    wait(&log, "another file", |s| s.path.is_some());
    drop(log);
    let session = Session::read(&only(dir.path())).unwrap();
    assert_eq!(events(&session), [stroke(0.2), Event::End]);
}
