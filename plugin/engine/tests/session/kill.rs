//! A session survives being killed: a process of its own writes one and is killed (SIGKILL
//! on Unix) at random moments. What it had told a second before is in the file, and the
//! file reads.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use engine::session::{Event, Limits, Session, SessionLog};

use crate::support::{only, stroke};

const FOLDER: &str = "IMPASTO_TEST_FOLDER";
const KILLS: usize = 8;

/// Where the child says how many events it has told, and when.
fn said(folder: &Path) -> PathBuf {
    folder.join("told.log")
}

/// Not a test of its own: what the killed process does.
#[test]
#[ignore = "run by the test below in a process of its own"]
fn child() {
    let folder: PathBuf = std::env::var_os(FOLDER)
        .expect("started by the other test")
        .into();
    let mut log = SessionLog::new(folder.join("sessions"), Limits::default());
    let mut told = fs::File::create(said(&folder)).unwrap();
    let begin = Instant::now();
    for n in 0..1_000_000_u64 {
        log.note(Instant::now(), None, stroke(n as f32));
        let line = format!("{n} {}\n", begin.elapsed().as_micros());
        told.write_all(line.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_micros(n * 7919 % 3000));
    }
}

#[test]
fn a_killed_session_reads_up_to_the_last_second() {
    for kill in 0..KILLS {
        let dir = tempfile::tempdir().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::child", "--ignored"])
            .env(FOLDER, dir.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let begin = Instant::now();
        while !said(dir.path()).is_file() && begin.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(1300 + 137 * kill as u64));
        child.kill().unwrap();
        child.wait().unwrap();

        let told = fs::read_to_string(said(dir.path())).unwrap();
        let told: Vec<u64> = told
            .lines()
            .filter_map(|line| line.split_once(' ')?.1.parse().ok())
            .collect();
        let last = *told.last().unwrap();
        let old = told.iter().filter(|&&at| at + 1_000_000 <= last).count();
        let session = Session::read(&only(&dir.path().join("sessions"))).unwrap();
        assert_eq!(session.damage.foreign, 0);
        assert!(old > 100, "{old} events that are a second old");
        let read = session.entries.len();
        assert!(read >= old, "{read} of {old} events that are a second old");
        for (n, entry) in session.entries.iter().enumerate() {
            assert_eq!(
                entry.event,
                stroke(n as f32),
                "in order, none twice, none left out"
            );
        }
        assert!(
            !session
                .entries
                .iter()
                .any(|entry| entry.event == Event::End)
        );
        println!("{read} of {} events told", told.len());
    }
}
