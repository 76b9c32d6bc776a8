//! Scans on several threads: steered while they run, and what they need not do.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{CONTRACT, FakeEmbedder, Slow, contents, scan, tone, verify, write_wav};
use engine::inference::{Embedder, MusicFeatures};
use engine::library::{Activity, Control, IndexProblem, Indexer, Library, Pace, ScanReport};
use engine::{Error, Result};

/// Files of 4 to 32 s, and one of 160 chunks.
fn music(folder: &Path) {
    write_wav(&folder.join("long.wav"), 8000, &tone(8000, 97.0, 640.0));
    for k in 0..8 {
        let seconds = 4.0 * f64::from(k + 1);
        let path = folder.join(format!("{k}.wav"));
        write_wav(
            &path,
            16_000,
            &tone(16_000, 200.0 + 50.0 * f64::from(k), seconds),
        );
    }
}

const CHUNKS: usize = 160 + 36;

fn sorted(index: &Path) -> Vec<(std::path::PathBuf, String, Vec<u32>)> {
    let mut all = contents(&Library::open(index).unwrap());
    all.sort();
    all
}

fn scan_on(threads: usize, index: &Path, folder: &Path, embedder: &FakeEmbedder) -> ScanReport {
    let mut indexer = Indexer::with_contract(index, CONTRACT).unwrap();
    let go_on = &mut |_: engine::library::Progress<'_>| ControlFlow::Continue(());
    indexer
        .scan(folder, &mut embedder.times(threads), &Control::new(), go_on)
        .unwrap()
}

#[test]
fn any_number_of_threads_indexes_the_same() {
    let folder = tempfile::tempdir().unwrap();
    music(folder.path());
    let (one, many) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let embedder = FakeEmbedder::default();
    scan_on(1, one.path(), folder.path(), &embedder);
    let report = scan_on(5, many.path(), folder.path(), &embedder);
    assert_eq!((report.indexed, report.chunks, report.done), (9, CHUNKS, 9));
    assert!(!report.stopped);
    assert_eq!(sorted(one.path()), sorted(many.path()));
    assert_eq!(embedder.chunks(), 2 * CHUNKS);
    verify(many.path());
}

/// A scan on a thread of its own, whose progress is looked at from here.
#[test]
fn a_scan_is_paused_slowed_resumed_and_cancelled() {
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    music(folder.path());
    let control = Arc::new(Control::new());
    let embedder = FakeEmbedder::default();
    let (sender, progress) = channel();
    let report = thread::scope(|scope| {
        let scan = scope.spawn(|| {
            let slow = || Box::new(Slow(embedder.clone(), Duration::from_millis(4)));
            let mut embedders: Vec<Box<dyn Embedder>> = vec![slow(), slow()];
            let mut indexer = Indexer::with_contract(index.path(), CONTRACT).unwrap();
            let tell = &mut |progress: engine::library::Progress<'_>| {
                sender.send((progress.activity, progress.chunks)).unwrap();
                ControlFlow::Continue(())
            };
            indexer.scan(folder.path(), &mut embedders, &control, tell)
        });
        let wait = |what: &str, until: &dyn Fn((Activity, usize)) -> bool| {
            let began = Instant::now();
            loop {
                let seen = progress.recv_timeout(Duration::from_secs(20)).expect(what);
                if until(seen) {
                    return seen.1;
                }
                assert!(
                    began.elapsed() < Duration::from_secs(60),
                    "{what}: {seen:?}"
                );
            }
        };
        // Searchable before it is done.
        wait("chunks", &|(_, chunks)| chunks > 0);
        assert!(!Library::open(index.path()).unwrap().is_empty());

        control.pause();
        wait("the pause", &|(activity, _)| activity == Activity::Paused);
        thread::sleep(Duration::from_millis(700));
        let paused = embedder.chunks();
        thread::sleep(Duration::from_millis(300));
        assert_eq!(embedder.chunks(), paused, "it goes on in a pause");
        // All that is embedded can be searched.
        assert_eq!(Library::open(index.path()).unwrap().len(), paused);

        control.set_pace(Pace::WHILE_PLAYING);
        control.resume();
        wait("the pace", &|(activity, chunks)| {
            activity == Activity::Slowed && chunks > paused
        });
        control.cancel();
        scan.join().unwrap().unwrap()
    });
    assert!(report.stopped && report.chunks < CHUNKS, "{report:?}");
    let cancelled = embedder.chunks();
    assert_eq!(report.chunks, cancelled, "what is embedded is committed");
    let report = scan_on(2, index.path(), folder.path(), &embedder);
    assert!(!report.stopped);
    assert_eq!(embedder.chunks(), CHUNKS, "nothing is embedded twice");
    verify(index.path());
}

#[test]
fn a_share_of_the_time_is_a_share_of_the_speed() {
    let folder = tempfile::tempdir().unwrap();
    write_wav(
        &folder.path().join("a.wav"),
        16_000,
        &tone(16_000, 300.0, 160.0),
    );
    // Working and waiting, in seconds.
    let spent = |pace| {
        let index = tempfile::tempdir().unwrap();
        let control = Control::new();
        control.set_pace(pace);
        let slow = Slow(FakeEmbedder::default(), Duration::from_millis(5));
        let mut indexer = Indexer::with_contract(index.path(), CONTRACT).unwrap();
        let go_on = &mut |_: engine::library::Progress<'_>| ControlFlow::Continue(());
        let report = indexer.scan(folder.path(), &mut [Box::new(slow)], &control, go_on);
        let spent = report.unwrap().spent;
        let worked = spent.decoding + spent.mel + spent.inference;
        (worked.as_secs_f64(), spent.waiting.as_secs_f64())
    };
    let (worked, waited) = spent(Pace::Full);
    assert!(waited < worked, "{worked} {waited}");
    // Three times as long, but for what comes after the last rest.
    let (worked, waited) = spent(Pace::WHILE_PLAYING);
    assert!(waited > 1.5 * worked, "{worked} {waited}");
}

/// A network that fails in the middle ends the scan; what was committed stays.
#[test]
fn a_network_that_fails_ends_the_scan() {
    struct Failing(usize);
    impl Embedder for Failing {
        fn embed(&mut self, mel: &[f32], n: usize) -> Result<Vec<MusicFeatures>> {
            self.0 += n;
            if self.0 > 100 {
                return Err(Error::Network {
                    path: "audio.onnx".into(),
                    reason: "it is worn out".into(),
                });
            }
            FakeEmbedder::default().embed(mel, n)
        }
    }
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    music(folder.path());
    let mut indexer = Indexer::with_contract(index.path(), CONTRACT).unwrap();
    let go_on = &mut |_: engine::library::Progress<'_>| ControlFlow::Continue(());
    let mut embedders: Vec<Box<dyn Embedder>> = vec![Box::new(Failing(0)), Box::new(Failing(0))];
    let failed = indexer.scan(folder.path(), &mut embedders, &Control::new(), go_on);
    assert!(failed.unwrap_err().to_string().contains("worn out"));
    drop(indexer);
    let embedder = FakeEmbedder::default();
    let kept = Library::open(index.path()).unwrap().len();
    assert!(kept > 0);
    scan_on(3, index.path(), folder.path(), &embedder);
    assert_eq!(embedder.chunks() + kept, CHUNKS);
    verify(index.path());
}

#[test]
fn moved_files_are_known_by_their_contents() {
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at = |name: &str| folder.path().join(name);
    music(folder.path());
    let mut embedder = FakeEmbedder::default();
    scan(index.path(), folder.path(), &mut embedder).unwrap();
    let rows = Library::open(index.path()).unwrap().rows();

    // To another folder, to each other's place, and touched where it is.
    fs::create_dir(at("live")).unwrap();
    fs::rename(at("long.wav"), at("live/tape.wav")).unwrap();
    fs::rename(at("1.wav"), at("swap")).unwrap();
    fs::rename(at("2.wav"), at("1.wav")).unwrap();
    fs::rename(at("swap"), at("2.wav")).unwrap();
    let copy = fs::read(at("3.wav")).unwrap();
    fs::write(at("3.wav"), copy).unwrap();
    let report = scan(index.path(), folder.path(), &mut embedder).unwrap();
    assert_eq!(
        (report.moved, report.indexed, report.missing),
        (4, 0, 0),
        "{report:?}"
    );
    assert_eq!(embedder.chunks(), CHUNKS);
    let library = Library::open(index.path()).unwrap();
    assert_eq!((library.len(), library.rows()), (CHUNKS, rows));
    let tape = at("live/tape.wav").canonicalize().unwrap();
    assert!(library.tracks().iter().any(|track| track.path == tape));

    // Not the same contents: one of the same size in the place of one that is gone.
    fs::remove_file(at("0.wav")).unwrap();
    write_wav(&at("new.wav"), 16_000, &tone(16_000, 999.0, 4.0));
    let report = scan(index.path(), folder.path(), &mut embedder).unwrap();
    assert_eq!((report.moved, report.indexed, report.missing), (0, 1, 1));
    // A copy is a file of its own; one that was missing is found elsewhere.
    fs::rename(at("1.wav"), folder.path().with_extension("away")).unwrap();
    scan(index.path(), folder.path(), &mut embedder).unwrap();
    fs::rename(folder.path().with_extension("away"), at("live/back.wav")).unwrap();
    fs::copy(at("live/back.wav"), at("live/copy.wav")).unwrap();
    let before = embedder.chunks();
    let report = scan(index.path(), folder.path(), &mut embedder).unwrap();
    assert_eq!((report.moved, report.indexed, report.missing), (1, 1, 0));
    assert_eq!(embedder.chunks() - before, 3);
    verify(index.path());
}

#[test]
fn what_is_left_out_is_not_decoded_and_comes_back_at_once() {
    let (folder, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    music(folder.path());
    let mut embedder = FakeEmbedder::default();
    let exclude = |patterns: &[&str]| {
        let mut indexer = Indexer::with_contract(index.path(), CONTRACT).unwrap();
        indexer.set_excluded(patterns)
    };
    exclude(&["long.*", "[0-3].wav"]).unwrap();
    let report = scan(index.path(), folder.path(), &mut embedder).unwrap();
    assert_eq!((report.excluded, report.indexed, report.chunks), (5, 4, 26));
    assert_eq!(report.unchanged, 5);

    // What was indexed before is kept for when it is wanted again.
    exclude(&["7.WAV"]).unwrap();
    let report = scan(index.path(), folder.path(), &mut embedder).unwrap();
    assert_eq!((report.excluded, report.indexed), (1, 5));
    let library = Library::open(index.path()).unwrap();
    assert_eq!((library.len(), library.rows()), (CHUNKS - 8, CHUNKS));
    exclude(&[]).unwrap();
    let report = scan(index.path(), folder.path(), &mut embedder).unwrap();
    assert_eq!((report.excluded, report.indexed), (0, 0));
    assert_eq!(embedder.chunks(), CHUNKS);
    assert_eq!(Library::open(index.path()).unwrap().len(), CHUNKS);

    exclude(&["*.mp3"]).unwrap();
    let refused = exclude(&["a[b"]).unwrap_err();
    let Error::Index { problem, .. } = &refused else {
        panic!("{refused}");
    };
    assert!(matches!(problem, IndexProblem::Pattern { pattern, .. } if pattern == "a[b"));
    let indexer = Indexer::with_contract(index.path(), CONTRACT).unwrap();
    assert_eq!(indexer.excluded().unwrap(), ["*.mp3"]);
}
