//! Scans in processes of their own: as another user, or to be measured alone.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::support::{FakeEmbedder, scan, scan_with};

pub const FOLDER: &str = "IMPASTO_TEST_FOLDER";
pub const INDEX: &str = "IMPASTO_TEST_INDEX";
/// Where a child leaves what it has to say, as its output is the harness's.
const SAID: &str = "IMPASTO_TEST_SAID";
/// Any user but root: root reads what nobody may.
const NOBODY: u32 = 65_534;

pub fn from_environment(name: &str) -> PathBuf {
    std::env::var_os(name)
        .expect("started by another test")
        .into()
}

pub fn say(text: &str) {
    fs::write(from_environment(SAID), text).unwrap();
}

/// Runs the ignored test `name` by `program` and gives back what it said.
pub fn child(mut program: Command, name: &str, folder: &Path, index: &Path) -> String {
    let said = tempfile::NamedTempFile::new().unwrap();
    open_to_all(said.path());
    let output = program
        .args(["--exact", name, "--ignored"])
        .env(FOLDER, folder)
        .env(INDEX, index)
        .env(SAID, said.path())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{name}: {}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    fs::read_to_string(said.path()).unwrap()
}

fn open_to_all(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
}

fn me() -> Command {
    Command::new(std::env::current_exe().unwrap())
}

/// Scans without root's rights; the counts, then a line for each failure.
pub fn scan_as_nobody(folder: &Path, index: &Path) -> String {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return child(me(), "children::scans", folder, index);
    }
    // What root has built may lie where nobody else gets to.
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("library");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    open_to_all(dir.path());
    open_to_all(&program);
    let mut program = Command::new(program);
    program.uid(NOBODY).gid(NOBODY).current_dir("/");
    child(program, "children::scans", folder, index)
}

#[test]
#[ignore = "run by other tests in a process of its own"]
fn scans() {
    let (folder, index) = (from_environment(FOLDER), from_environment(INDEX));
    let report = scan(&index, &folder, &mut FakeEmbedder::default()).unwrap();
    let mut said = format!(
        "indexed {}, unchanged {}, missing {}\n",
        report.indexed, report.unchanged, report.missing
    );
    for failure in &report.failed {
        let line = format!(
            "{}: {} {}\n",
            failure.path.display(),
            failure.code,
            failure.message
        );
        said.push_str(&line);
    }
    say(&said);
}

/// What finding a folder's files and planning their scan has taken.
#[derive(Debug)]
pub struct Measured {
    pub found: usize,
    pub seconds: f64,
    /// More than the process had in memory before.
    pub mebibytes: f64,
}

/// Walks `folder` and stops before the first file is decoded.
pub fn plan(folder: &Path, index: &Path) -> Measured {
    let said = child(me(), "children::plans", folder, index);
    let numbers: Vec<f64> = said.split(' ').map(|n| n.parse().unwrap()).collect();
    let [found, seconds, mebibytes] = numbers[..] else {
        panic!("{said}");
    };
    Measured {
        found: found as usize,
        seconds,
        mebibytes,
    }
}

#[test]
#[ignore = "run by other tests in a process of its own"]
fn plans() {
    let (folder, index) = (from_environment(FOLDER), from_environment(INDEX));
    let before = peak_mebibytes();
    let began = Instant::now();
    let mut seconds = None;
    let report = scan_with(&index, &folder, &mut FakeEmbedder::default(), &mut |_| {
        seconds.get_or_insert_with(|| began.elapsed().as_secs_f64());
        ControlFlow::Break(())
    })
    .unwrap();
    let grown = peak_mebibytes() - before;
    say(&format!("{} {} {grown}", report.found, seconds.unwrap()));
}

/// The most that this process had in memory at once.
fn peak_mebibytes() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().nth(1));
    kibibytes.unwrap().parse::<f64>().unwrap() / 1024.0
}
