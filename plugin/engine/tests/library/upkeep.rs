//! Looking after an index: nothing is embedded again, nothing is lost unasked.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use crate::support::{FakeEmbedder, contents, scan, tone, verify, write_wav};
use engine::Error;
use engine::library::{FileState, IndexProblem, Library, Status, Upkeep, portable_index_dir};

/// Three files of 2, 3 and 4 chunks.
fn music(folder: &Path) {
    for (k, name) in ["a.wav", "b.wav", "c.wav"].into_iter().enumerate() {
        let seconds = 4.0 * (k + 2) as f64;
        write_wav(
            &folder.join(name),
            16_000,
            &tone(16_000, 200.0 * (k + 1) as f64, seconds),
        );
    }
}

fn files(index: &Path, state: FileState) -> u64 {
    Status::of(index)
        .unwrap()
        .files
        .get(&state)
        .copied()
        .unwrap_or(0)
}

#[test]
fn pruning_forgets_what_is_missing_and_nothing_else() {
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    music(folder.path());
    fs::write(folder.path().join("broken.wav"), b"no music").unwrap();
    let mut embedder = FakeEmbedder::default();
    scan(index.path(), folder.path(), &mut embedder).unwrap();
    fs::remove_file(folder.path().join("b.wav")).unwrap();
    scan(index.path(), folder.path(), &mut embedder).unwrap();
    let before = Library::open(index.path()).unwrap();
    let status = Status::of(index.path()).unwrap();
    assert_eq!((status.chunks, status.rows), (6, 9));
    assert_eq!(status.folders, [folder.path().canonicalize().unwrap()]);
    assert!(status.bytes > 4 * 4096);
    let counts =
        [FileState::Done, FileState::Missing, FileState::Failed].map(|s| files(index.path(), s));
    assert_eq!(counts, [2, 1, 1]);

    let pruned = Upkeep::open(index.path()).unwrap().prune().unwrap();
    assert_eq!((pruned.files, pruned.rows), (1, 3));
    let after = Library::open(index.path()).unwrap();
    assert_eq!((after.len(), after.rows()), (6, 6));
    assert_eq!(contents(&after), contents(&before));
    assert!(!after.continues(&before), "rows have other numbers now");
    assert_eq!(files(index.path(), FileState::Failed), 1);
    verify(index.path());
    assert_eq!(Upkeep::open(index.path()).unwrap().prune().unwrap().rows, 0);
}

#[test]
fn music_that_moved_is_found_by_its_new_folder() {
    let (place, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (old, new) = (place.path().join("old"), place.path().join("new"));
    fs::create_dir(&old).unwrap();
    music(&old);
    let mut embedder = FakeEmbedder::default();
    scan(index.path(), &old, &mut embedder).unwrap();
    let relink = |from: &Path, to: &Path| Upkeep::open(index.path())?.relink(from, to);
    let problem = |result| match result {
        Err(Error::Index { problem, .. }) => problem,
        other => panic!("{other:?}"),
    };
    fs::create_dir(&new).unwrap();
    let empty = problem(relink(&old, &new));
    assert!(
        matches!(empty, IndexProblem::NotThere { known: 3, found: 0 }),
        "{empty}"
    );
    fs::remove_dir(&new).unwrap();
    fs::rename(&old, &new).unwrap();
    let other = problem(relink(&place.path().join("never"), &new));
    assert!(matches!(other, IndexProblem::OtherFolder(_)), "{other}");
    let relinked = relink(&old, &new).unwrap();
    assert_eq!((relinked.known, relinked.found), (3, 3));
    let library = Library::open(index.path()).unwrap();
    assert!(library.tracks().iter().all(|track| track.path.exists()));
    scan(index.path(), &new, &mut embedder).unwrap();
    assert_eq!(embedder.chunks(), 9, "nothing is embedded again");
}

#[test]
fn an_index_beside_its_music_goes_with_it() {
    let place = tempfile::tempdir().unwrap();
    let (old, new) = (place.path().join("old"), place.path().join("new"));
    fs::create_dir(&old).unwrap();
    music(&old);
    let mut embedder = FakeEmbedder::default();
    scan(&portable_index_dir(&old), &old, &mut embedder).unwrap();
    fs::rename(&old, &new).unwrap();
    let library = Library::open(&portable_index_dir(&new)).unwrap();
    assert_eq!(library.len(), 9);
    assert!(library.tracks().iter().all(|track| track.path.exists()));
    scan(&portable_index_dir(&new), &new, &mut embedder).unwrap();
    assert_eq!(embedder.chunks(), 9, "nothing is embedded again");
}

#[test]
fn a_damaged_index_is_told_and_left_as_it_is() {
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    music(folder.path());
    scan(index.path(), folder.path(), &mut FakeEmbedder::default()).unwrap();
    let path = index.path().join("points-1.rows");
    let mut bytes = fs::read(&path).unwrap();
    bytes[4096] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let mut upkeep = Upkeep::open(index.path()).unwrap();
    let go_on = &mut |_, _| ControlFlow::Continue(());
    let verified = upkeep.verify(go_on).unwrap();
    assert_eq!(verified.problems.len(), 1, "{:?}", verified.problems);
    drop(upkeep);
    fs::write(&path, &bytes[..4100]).unwrap();
    assert!(Upkeep::open(index.path()).is_err());
    assert_eq!(fs::read(&path).unwrap(), bytes[..4100]);
    assert!(Upkeep::open(folder.path()).is_err());
    assert!(
        !folder.path().join("index.sqlite").exists(),
        "nothing is made"
    );
}
