//! The inputs that are kept, for tests that replay them, and changed copies of them.

use std::cell::RefCell;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

use crate::mutate;

/// How many changed copies every test run looks at.
const FEW: u64 = 300;
const SEED: u64 = 1;

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Where those of `target` lie.
pub fn dir(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/seeds")
        .join(target)
}

/// Gives the contents of each file in `seeds/` of `target`, at least `least`, to `check`,
/// and names the file that breaks a promise; then a few hundred changed copies, or as
/// many as `IMPASTO_INPUTS` says.
pub fn replay(target: &str, least: usize, check: impl Fn(&[u8])) {
    let dir = dir(target);
    let mut paths: Vec<_> = fs::read_dir(&dir)
        .unwrap_or_else(|error| panic!("{}: {error}", dir.display()))
        .map(|entry| entry.expect("readable").path())
        .collect();
    paths.sort();
    assert!(paths.len() >= least, "{} seeds are gone", dir.display());
    let mut kept = Vec::new();
    for path in paths {
        println!("{}", path.display());
        kept.push(fs::read(&path).expect("readable"));
        check(kept.last().expect("just read"));
    }
    let inputs = from_environment("IMPASTO_INPUTS").unwrap_or(FEW);
    let seed = from_environment("IMPASTO_SEED").unwrap_or(SEED);
    println!("{target}: {inputs} changed inputs, IMPASTO_SEED={seed}");
    let last = RefCell::new(Vec::new());
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        mutate::run(&kept, inputs, seed, |bytes| {
            *last.borrow_mut() = bytes.to_vec();
            check(bytes);
        });
    }));
    if let Err(panic) = outcome {
        let path = std::env::temp_dir().join(format!("impasto-{target}-failed"));
        fs::write(&path, last.take()).expect("room");
        println!("the input that failed lies in {}", path.display());
        resume_unwind(panic);
    }
}
