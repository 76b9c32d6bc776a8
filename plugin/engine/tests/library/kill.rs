//! An index survives being killed at any moment: the scan runs in a process of
//! its own that is killed (SIGKILL on Unix) at random moments, until it gets to
//! its end.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{CONTRACT, FakeEmbedder, Random, contents, scan, tone, write_wav};
use engine::library::{IndexProblem, Indexer, Library};

const FOLDER: &str = "IMPASTO_TEST_FOLDER";
const INDEX: &str = "IMPASTO_TEST_INDEX";
const KILLS: usize = 40;

/// Not a test of its own: what the killed process does.
#[test]
#[ignore = "run by the test below in a process of its own"]
fn child() {
    let folder = std::env::var_os(FOLDER).expect("started by the other test");
    let index = std::env::var_os(INDEX).expect("started by the other test");
    scan(
        Path::new(&index),
        Path::new(&folder),
        &mut FakeEmbedder::default(),
    )
    .unwrap();
}

fn spawn(folder: &Path, index: &Path) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child", "--ignored"])
        .env(FOLDER, folder)
        .env(INDEX, index)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_killed_scan_loses_no_commit_and_ends_the_same() {
    let mut random = Random::from_environment();
    let (folder, whole, killed) = (
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    for k in 0..30 {
        let path = folder.path().join(format!("{k:02}.wav"));
        let hz = 150.0 + 40.0 * f64::from(k);
        write_wav(&path, 22_050, &tone(22_050, hz, 6.0 + f64::from(k % 7)));
    }
    let began = Instant::now();
    assert!(spawn(folder.path(), whole.path()).wait().unwrap().success());
    let duration = began.elapsed();

    let mut kills = 0;
    let mut committed = Vec::new();
    for _ in 0..KILLS {
        // Short enough that most of them hit a scan in work.
        let wait = duration.mul_f64(0.15).as_micros() as u64;
        let mut child = spawn(folder.path(), killed.path());
        std::thread::sleep(Duration::from_micros(random.below(wait.max(1))));
        child.kill().unwrap();
        kills += usize::from(!child.wait().unwrap().success());
        match Library::open(killed.path()) {
            Ok(library) => {
                let now = contents(&library);
                assert!(now.len() >= committed.len(), "a commit was lost");
                assert_eq!(
                    now[..committed.len()],
                    committed[..],
                    "a commit has changed"
                );
                committed = now;
            }
            Err(engine::Error::Index {
                problem: IndexProblem::Missing,
                ..
            }) => {}
            // A database without its tables yet, or without its one state row.
            Err(error) => assert!(committed.is_empty(), "{error}"),
        }
    }
    let report = scan(killed.path(), folder.path(), &mut FakeEmbedder::default()).unwrap();
    println!(
        "{kills} of {KILLS} kills hit; the last scan still had {} files",
        report.indexed
    );
    assert!(
        kills > KILLS / 4,
        "the kills came too late to test anything"
    );
    assert_eq!(report.rebuilt, None);
    let library = Library::open(killed.path()).unwrap();
    assert_eq!(
        contents(&library),
        contents(&Library::open(whole.path()).unwrap())
    );
    Indexer::with_contract(killed.path(), CONTRACT)
        .unwrap()
        .verify()
        .unwrap();
}
