//! A place that refuses: the reason is said, what was written stays, and with room again
//! the log goes on and says how much it lost.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use engine::session::{Damage, Event, Session};

use crate::support::{events, log, only, stroke, wait};

const DISK: &str = "IMPASTO_TEST_DISK";

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a file");
    fs::write(&file, "mine").unwrap();
    let folder = file.join("sessions");
    let mut log = log(&folder);
    log.note(Instant::now(), None, stroke(0.5));
    let status = wait(&log, "the problem", |status| status.problem.is_some());
    let problem = status.problem.unwrap();
    assert!(problem.contains("a file"), "{problem}");
    assert_eq!((status.path, status.lost), (None, 1));

    // Set right, it goes on by itself.
    fs::remove_file(&file).unwrap();
    let begin = Instant::now();
    while log.status().problem.is_some() && begin.elapsed().as_secs() < 20 {
        log.note(Instant::now(), None, stroke(0.75));
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    drop(log);
    let found = events(&Session::read(&only(&folder)).unwrap());
    assert!(
        matches!(found[0], Event::Lost { count } if count > 1),
        "{found:?}"
    );
    assert_eq!(found[1], stroke(0.75));
}

#[test]
fn a_full_disk_costs_only_what_is_told_meanwhile() {
    let disk = tempfile::tempdir().unwrap();
    let unshare = || {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c"]);
        command.env(DISK, disk.path());
        command
    };
    let mount = format!("mount -t tmpfs -o size=1m tmpfs \"${DISK}\"");
    if !unshare()
        .arg(&mount)
        .status()
        .is_ok_and(|status| status.success())
    {
        println!("not tested: this system lets this user mount no disk");
        return;
    }
    let child = unshare()
        .arg(format!("{mount} && exec \"$0\" \"$@\""))
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "disk::fills", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&child.stdout) + String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success(), "{text}");
}

fn fill(disk: &Path) -> PathBuf {
    let path = disk.join("ballast");
    let mut file = File::create(&path).unwrap();
    for piece in [&[0_u8; 4096][..], &[0; 1]] {
        while file.write_all(piece).is_ok() {}
    }
    path
}

#[test]
#[ignore = "run by the test above in a process of its own"]
fn fills() {
    let disk: PathBuf = std::env::var_os(DISK)
        .expect("started by the other test")
        .into();
    let folder = disk.join("sessions");
    let mut log = log(&folder);
    log.note(Instant::now(), None, stroke(0.0));
    wait(&log, "the first", |status| status.events == 1);
    let ballast = fill(&disk);
    // More than the rest of the file's last page.
    for n in 1..=100 {
        log.note(Instant::now(), None, stroke(n as f32));
    }
    let status = wait(&log, "the problem", |status| status.lost > 50);
    let problem = status.problem.expect("said");
    assert!(
        problem.contains("impasto.jsonl") && problem.contains("Make room"),
        "{problem}"
    );
    fs::remove_file(ballast).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(5500));
    log.note(Instant::now(), None, stroke(1000.0));
    wait(&log, "room", |status| status.problem.is_none());
    drop(log);

    let session = Session::read(&only(&folder)).unwrap();
    assert_eq!(session.damage, Damage::default(), "only whole lines");
    let found = events(&session);
    let strokes = found
        .iter()
        .filter(|e| matches!(e, Event::Stroke { .. }))
        .count();
    let lost: u64 = found
        .iter()
        .map(|event| match event {
            Event::Lost { count } => *count,
            _ => 0,
        })
        .sum();
    assert_eq!(strokes as u64 + lost, 102, "{found:?}");
    assert!(found.contains(&stroke(1000.0)));
}
