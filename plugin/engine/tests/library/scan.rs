//! Scanning: what is in the folder is in the index, and nothing is done twice.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use crate::support::{
    CONTRACT, FakeEmbedder, Random, Slow, assets, check_as_if_new, contents, scan, scan_with, tone,
    verify, write_wav,
};
use engine::Error;
use engine::library::{Contract, Control, IndexProblem, Indexer, Library};

/// Three files of 10, 7 and 1 s: 3 + 2 + 1 chunks.
fn music(dir: &Path) {
    fs::create_dir_all(dir.join("sub")).unwrap();
    write_wav(&dir.join("a.wav"), 44_100, &tone(44_100, 220.0, 10.0));
    write_wav(&dir.join("sub/b.WAV"), 22_050, &tone(22_050, 330.0, 7.0));
    write_wav(&dir.join("sub/c.wav"), 16_000, &tone(16_000, 440.0, 1.0));
}

fn problem<T>(result: engine::Result<T>) -> IndexProblem {
    match result {
        Err(Error::Index { problem, .. }) => problem,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it worked"),
    }
}

#[test]
fn a_scan_finds_all_and_the_next_one_skips_it() {
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    music(folder.path());
    let mut embedder = FakeEmbedder::default();
    let report = scan(index.path(), folder.path(), &mut embedder).unwrap();
    assert_eq!((report.found, report.indexed, report.chunks), (3, 3, 6));
    assert!((report.music.0 - 18.0).abs() < 0.01);
    let library = Library::open(index.path()).unwrap();
    assert_eq!((library.len(), library.tracks().len()), (6, 3));
    assert_eq!(library.dims(), CONTRACT.dims);
    assert!(library.is_of(&CONTRACT));

    let report = scan(index.path(), folder.path(), &mut embedder).unwrap();
    assert_eq!(
        (report.indexed, report.unchanged, embedder.chunks()),
        (0, 3, 6)
    );
    let again = Library::open(index.path()).unwrap();
    assert_eq!(again.generation(), library.generation());
    assert_eq!(contents(&again), contents(&library));
    verify(index.path());
}

#[test]
fn changed_and_removed_files_leave_no_rows() {
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    music(folder.path());
    let mut embedder = FakeEmbedder::default();
    scan(index.path(), folder.path(), &mut embedder).unwrap();
    let before = Library::open(index.path()).unwrap();
    let kept = contents(&before);

    write_wav(
        &folder.path().join("a.wav"),
        44_100,
        &tone(44_100, 500.0, 5.0),
    );
    fs::remove_file(folder.path().join("sub/b.WAV")).unwrap();
    write_wav(
        &folder.path().join("d.wav"),
        44_100,
        &tone(44_100, 600.0, 4.0),
    );
    let report = scan(index.path(), folder.path(), &mut embedder).unwrap();
    assert_eq!(
        (report.indexed, report.missing, report.unchanged),
        (2, 1, 1)
    );

    check_as_if_new(index.path(), folder.path());
    // The view from before the change still reads what it mapped.
    assert_eq!(contents(&before), kept);
    verify(index.path());
}

#[test]
fn every_broken_file_is_recorded_and_the_scan_goes_on() {
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for file in fs::read_dir(assets("broken")).unwrap() {
        let path = file.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    write_wav(
        &folder.path().join("zz.wav"),
        16_000,
        &tone(16_000, 300.0, 4.0),
    );
    let mut embedder = FakeEmbedder::default();
    let report = scan(index.path(), folder.path(), &mut embedder).unwrap();
    let codes: Vec<_> = report
        .failed
        .iter()
        .map(|f| {
            (
                f.path.file_name().unwrap().to_str().unwrap(),
                f.code.as_str(),
            )
        })
        .collect();
    for expected in [
        ("empty.wav", "empty"),
        ("protected.m4a", "protected"),
        ("protected.m4p", "protected"),
        ("silent.flac", "silent"),
        ("silent.wav", "silent"),
        ("text.mp3", "unknown-format"),
        ("truncated.flac", "truncated"),
    ] {
        assert!(codes.contains(&expected), "{expected:?} in {codes:?}");
    }
    assert!(
        codes.iter().any(|(name, _)| *name == "garbage.ogg"),
        "{codes:?}"
    );
    let library = Library::open(index.path()).unwrap();
    assert_eq!(library.failures(), report.failed);
    let names: Vec<_> = library.tracks().iter().map(|t| t.name()).collect();
    assert_eq!(names, ["short", "zz"]);

    // Remembered, not tried again.
    let report = scan(index.path(), folder.path(), &mut embedder).unwrap();
    assert_eq!(report.unchanged, report.found);
    assert_eq!(report.failed.len(), codes.len());
}

#[test]
fn silent_chunks_are_left_out() {
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut samples = tone(16_000, 300.0, 4.0);
    samples.extend(vec![0.0; 64_000]);
    samples.extend(tone(16_000, 300.0, 4.0));
    write_wav(&folder.path().join("a.wav"), 16_000, &samples);
    let report = scan(index.path(), folder.path(), &mut FakeEmbedder::default()).unwrap();
    assert_eq!((report.chunks, report.silent_chunks), (2, 1));
    let library = Library::open(index.path()).unwrap();
    let starts: Vec<f64> = library.ids().map(|id| library.chunk(id).start.0).collect();
    assert_eq!(starts, [0.0, 8.0]);
}

#[test]
fn a_stopped_scan_goes_on_where_it_stopped() {
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    music(folder.path());
    let embedder = FakeEmbedder::default();
    let slow = Slow(embedder.clone(), Duration::from_millis(100));
    // Told to stop when the first file is begun, or later where the machine is busy.
    let stopped = Indexer::with_contract(index.path(), CONTRACT)
        .unwrap()
        .scan(
            folder.path(),
            &mut [Box::new(slow)],
            &Control::new(),
            &mut |_| ControlFlow::Break(()),
        )
        .unwrap();
    assert!(stopped.stopped && stopped.done < 3, "{stopped:?}");
    let kept = Library::open(index.path()).unwrap().len();
    assert_eq!((kept, kept), (stopped.chunks, embedder.chunks()));
    let report = scan(index.path(), folder.path(), &mut embedder.clone()).unwrap();
    assert!(!report.stopped);
    assert_eq!((report.chunks, embedder.chunks()), (6 - kept, 6));
    check_as_if_new(index.path(), folder.path());
}

#[test]
fn one_writer_many_readers() {
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    assert!(matches!(
        problem(Library::open(index.path())),
        IndexProblem::Missing
    ));
    music(folder.path());
    let mut lens = Vec::new();
    scan_with(
        index.path(),
        folder.path(),
        &mut FakeEmbedder::default(),
        &mut |_| {
            let second = Indexer::with_contract(index.path(), CONTRACT);
            assert!(matches!(problem(second), IndexProblem::Busy));
            lens.push(Library::open(index.path()).unwrap().len());
            ControlFlow::Continue(())
        },
    )
    .unwrap();
    assert_eq!(lens[0], 0);
    assert!(lens.is_sorted() && lens.iter().all(|len| *len <= 6));
    assert_eq!(Library::open(index.path()).unwrap().len(), 6);
}

#[test]
fn another_network_makes_the_index_anew() {
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    music(folder.path());
    let mut embedder = FakeEmbedder::default();
    scan(index.path(), folder.path(), &mut embedder).unwrap();
    let other = Contract {
        model: [4; 32],
        ..CONTRACT
    };
    assert!(!Library::open(index.path()).unwrap().is_of(&other));
    let refused = problem(Library::open_of(index.path(), &other));
    assert!(matches!(refused, IndexProblem::OtherNetwork), "{refused}");
    let mut indexer = Indexer::with_contract(index.path(), other).unwrap();
    let go_on = &mut |_: engine::library::Progress<'_>| ControlFlow::Continue(());
    let embedders = &mut embedder.times(2);
    let report = indexer
        .scan(folder.path(), embedders, &Control::new(), go_on)
        .unwrap();
    assert!(report.rebuilt.unwrap().contains("network"));
    assert_eq!((report.indexed, embedder.chunks()), (3, 12));
    assert!(Library::open(index.path()).unwrap().is_of(&other));
}

/// Damage anywhere ends in a typed error for readers, and in a rebuild with
/// the old files kept for the next writer.
#[test]
fn a_damaged_index_is_put_aside_and_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    music(folder.path());
    let shorten = |path: &Path| {
        let len = fs::metadata(path).unwrap().len();
        fs::File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_len(len - 4)
            .unwrap();
    };
    let scramble = |path: &Path| fs::write(path, [0x55; 5000]).unwrap();
    let remove = |path: &Path| fs::remove_file(path).unwrap();
    type Damage = dyn Fn(&Path);
    let damages: [(&str, &Damage); 6] = [
        ("embeddings-1.rows", &shorten),
        ("points-1.rows", &remove),
        ("traits-1.rows", &scramble),
        ("records-1.rows", &shorten),
        ("index.sqlite", &scramble),
        ("embeddings-1.rows", &scramble),
    ];
    for (name, damage) in damages {
        let index = tempfile::tempdir().unwrap();
        let mut embedder = FakeEmbedder::default();
        scan(index.path(), folder.path(), &mut embedder).unwrap();
        let whole = contents(&Library::open(index.path()).unwrap());
        damage(&index.path().join(name));
        let found = problem(Library::open(index.path()));
        assert!(matches!(found, IndexProblem::Damaged(_)), "{name}: {found}");
        let report = scan(index.path(), folder.path(), &mut embedder).unwrap();
        assert!(report.rebuilt.is_some(), "{name}");
        let backups = fs::read_dir(index.path()).unwrap();
        let backups = backups.filter(|e| {
            e.as_ref()
                .unwrap()
                .path()
                .extension()
                .is_some_and(|extension| extension == "bak")
        });
        assert!(backups.count() > 0, "{name}");
        assert_eq!(
            contents(&Library::open(index.path()).unwrap()),
            whole,
            "{name}"
        );
    }
}

#[test]
fn rows_that_rot_are_found() {
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = folder.path().join("first.wav");
    write_wav(&first, 16_000, &tone(16_000, 700.0, 12.0));
    scan(index.path(), folder.path(), &mut FakeEmbedder::default()).unwrap();
    // The last batch is looked at whenever the index is opened.
    music(folder.path());
    scan(index.path(), folder.path(), &mut FakeEmbedder::default()).unwrap();
    let path = index.path().join("embeddings-1.rows");
    let mut bytes = fs::read(&path).unwrap();
    bytes[4096] ^= 1;
    fs::write(&path, bytes).unwrap();
    let mut indexer = Indexer::with_contract(index.path(), CONTRACT).unwrap();
    let go_on = &mut |_, _| ControlFlow::Continue(());
    let problems = indexer.verify(go_on).unwrap().problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0].contains("rows 0 to 3 have changed"),
        "{problems:?}"
    );
}

#[test]
fn a_later_format_is_left_alone() {
    let index = tempfile::tempdir().unwrap();
    drop(Indexer::with_contract(index.path(), CONTRACT).unwrap());
    let db = rusqlite::Connection::open(index.path().join("index.sqlite")).unwrap();
    db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let newer = |p| matches!(p, IndexProblem::Newer { found: 99, .. });
    assert!(newer(problem(Library::open(index.path()))));
    assert!(newer(problem(Indexer::with_contract(
        index.path(),
        CONTRACT
    ))));
}

#[test]
fn an_unplugged_drive_does_not_empty_the_library() {
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    music(folder.path());
    let mut embedder = FakeEmbedder::default();
    scan(index.path(), folder.path(), &mut embedder).unwrap();
    fs::remove_dir_all(folder.path()).unwrap();
    let gone = scan(index.path(), folder.path(), &mut embedder);
    assert!(matches!(gone, Err(Error::Io { .. })));
    fs::create_dir(folder.path()).unwrap();
    let empty = problem(scan(index.path(), folder.path(), &mut embedder));
    assert!(
        matches!(empty, IndexProblem::FolderEmptied { known: 3 }),
        "{empty}"
    );
    assert_eq!(Library::open(index.path()).unwrap().len(), 6);
}

/// Any order of adding, changing and removing files ends in the same library as
/// a fresh scan of what is left.
#[test]
fn any_history_ends_in_the_same_library() {
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut random = Random::from_environment();
    write_wav(
        &folder.path().join("base.wav"),
        16_000,
        &tone(16_000, 100.0, 4.0),
    );
    let mut embedder = FakeEmbedder::default();
    for _ in 0..8 {
        for _ in 0..3 {
            let path = folder.path().join(format!("{}.wav", random.below(5)));
            if path.exists() && random.below(2) == 0 {
                fs::remove_file(path).unwrap();
            } else {
                let hz = 100.0 + random.below(2000) as f64;
                let seconds = 1.0 + random.below(12) as f64;
                write_wav(&path, 16_000, &tone(16_000, hz, seconds));
            }
        }
        scan(index.path(), folder.path(), &mut embedder).unwrap();
    }
    check_as_if_new(index.path(), folder.path());
}

#[test]
fn what_is_gone_comes_back_without_being_embedded_again() {
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    music(folder.path());
    let mut embedder = FakeEmbedder::default();
    scan(index.path(), folder.path(), &mut embedder).unwrap();
    let whole = Library::open(index.path()).unwrap();
    let aside = tempfile::tempdir().unwrap();
    fs::rename(folder.path().join("sub"), aside.path().join("sub")).unwrap();
    scan(index.path(), folder.path(), &mut embedder).unwrap();
    let part = Library::open(index.path()).unwrap();
    assert_eq!((part.len(), part.rows(), part.tracks().len()), (3, 6, 1));
    assert!(part.continues(&whole) && !whole.continues(&part));

    fs::rename(aside.path().join("sub"), folder.path().join("sub")).unwrap();
    scan(index.path(), folder.path(), &mut embedder).unwrap();
    let again = Library::open(index.path()).unwrap();
    assert_eq!(contents(&again), contents(&whole));
    assert_eq!(embedder.chunks(), 6);
    verify(index.path());
}

/// Made by the version before: four tracks of 2 to 5 chunks, one broken file.
fn index_1(to: &Path) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/index-1");
    for file in fs::read_dir(from).unwrap() {
        let path = file.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

#[test]
fn an_index_of_the_format_before_is_read_and_brought_up() {
    let index = tempfile::tempdir().unwrap();
    index_1(index.path());
    let read = Library::open(index.path()).unwrap();
    assert_eq!((read.len(), read.tracks().len()), (14, 4));
    assert_eq!(read.failures()[0].path, Path::new("/music/broken.wav"));
    // As printed by the version that made it.
    let first = &read.embedding(engine::units::ChunkId(0))[..2];
    let exact = [3_257_306_799, 3_256_715_690].map(f32::from_bits);
    for (found, exact) in first.iter().zip(exact) {
        assert!(
            (found - exact).abs() <= exact.abs() / 2048.0,
            "{found} {exact}"
        );
    }

    drop(Indexer::with_contract(index.path(), CONTRACT).unwrap());
    let brought_up = Library::open(index.path()).unwrap();
    assert_eq!(contents(&brought_up), contents(&read));
    assert_eq!(brought_up.failures(), read.failures());
    assert!(!index.path().join("embeddings-1.f32").exists());
    verify(index.path());
}

#[test]
fn an_index_of_the_format_before_that_is_damaged_says_so() {
    for name in ["embeddings-1.f32", "traits-1.f32"] {
        let index = tempfile::tempdir().unwrap();
        index_1(index.path());
        let mut bytes = fs::read(index.path().join(name)).unwrap();
        bytes[20] ^= 1;
        fs::write(index.path().join(name), bytes).unwrap();
        let found = problem(Library::open(index.path()));
        assert!(matches!(found, IndexProblem::Damaged(_)), "{name}: {found}");
        let folder = tempfile::tempdir().unwrap();
        music(folder.path());
        let report = scan(index.path(), folder.path(), &mut FakeEmbedder::default()).unwrap();
        assert!(
            report.rebuilt.is_some_and(|why| why.contains(".bak")),
            "{name}"
        );
    }
}
