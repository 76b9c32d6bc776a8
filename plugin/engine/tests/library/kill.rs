//! An index survives being killed at any moment: the scan runs in a process of
//! its own that is killed (SIGKILL on Unix) at random moments, until it gets to
//! its end.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{CONTRACT, FakeEmbedder, Random, contents, scan, tone, verify, write_wav};
use engine::library::{IndexProblem, Indexer, Library, Progress};

const FOLDER: &str = "IMPASTO_TEST_FOLDER";
const INDEX: &str = "IMPASTO_TEST_INDEX";
/// `IMPASTO_KILLS` asks for more.
const KILLS: usize = 30;

/// Each chunk with its rows, in the index's order.
type Contents = Vec<(PathBuf, String, Vec<u32>)>;

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

/// What is in the index that a killed process has left; its commits of before
/// must be the first of them.
fn survivors(index: &Path, committed: &Contents) -> Contents {
    match Library::open(index) {
        Ok(library) => {
            let now = contents(&library);
            assert!(now.len() >= committed.len(), "a commit was lost");
            assert_eq!(
                now[..committed.len()],
                committed[..],
                "a commit has changed"
            );
            now
        }
        // Not even the empty index was committed yet.
        Err(engine::Error::Index {
            problem: IndexProblem::Missing,
            ..
        }) if committed.is_empty() => Contents::new(),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_killed_scan_loses_no_commit_and_ends_the_same() {
    let mut random = Random::from_environment();
    let wanted = std::env::var("IMPASTO_KILLS")
        .ok()
        .and_then(|n| n.parse().ok());
    let wanted = wanted.unwrap_or(KILLS);
    let (folder, whole) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for k in 0..30 {
        let path = folder.path().join(format!("{k:02}.wav"));
        let hz = 150.0 + 40.0 * f64::from(k);
        write_wav(&path, 22_050, &tone(22_050, hz, 6.0 + f64::from(k % 7)));
    }
    let began = Instant::now();
    assert!(spawn(folder.path(), whole.path()).wait().unwrap().success());
    let duration = began.elapsed();
    let whole = contents(&Library::open(whole.path()).unwrap());

    let (mut kills, mut finished, mut half_done) = (0, 0, 0);
    while kills < wanted {
        // One index, killed again and again until its scan comes to its end.
        let index = tempfile::tempdir().unwrap();
        let mut committed = Contents::new();
        loop {
            let wait = random.below(duration.as_micros().max(1) as u64);
            let mut child = spawn(folder.path(), index.path());
            let until = Instant::now() + Duration::from_micros(wait);
            while Instant::now() < until && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_micros(300));
            }
            child.kill().unwrap();
            if child.wait().unwrap().success() {
                break;
            }
            kills += 1;
            committed = survivors(index.path(), &committed);
            half_done += usize::from(!committed.is_empty() && committed.len() < whole.len());
        }
        finished += 1;
        assert_eq!(contents(&Library::open(index.path()).unwrap()), whole);
        verify(index.path());
        let mut indexer = Indexer::with_contract(index.path(), CONTRACT).unwrap();
        let go_on = &mut |_: Progress<'_>| ControlFlow::Continue(());
        let report = indexer
            .scan(folder.path(), &mut FakeEmbedder::default(), go_on)
            .unwrap();
        assert_eq!((report.indexed, report.rebuilt), (0, None));
    }
    println!("{kills} kills, {half_done} of them in a half-done scan, {finished} indexes finished");
    assert!(
        half_done >= wanted / 5,
        "the kills came too late to test anything"
    );
}
