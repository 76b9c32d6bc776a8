//! An index survives being killed at any moment, while files are being added: scans run
//! in a process of their own that is killed (SIGKILL on Unix) at random moments, until
//! it gets to its end.
//!
//! After each kill: every chunk that was committed is there as it was, none is there
//! twice, every row is what its check sum says, and of the chunks that were embedded no
//! more than one batch is lost.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{CONTRACT, FakeEmbedder, Random, contents, tone, verify, write_wav};
use engine::inference::{Embedder, MusicFeatures};
use engine::library::{Control, IndexProblem, Indexer, Library, ScanReport};

const FOLDER: &str = "IMPASTO_TEST_FOLDER";
const INDEX: &str = "IMPASTO_TEST_INDEX";
/// `IMPASTO_KILLS` asks for more.
const KILLS: usize = 20;
/// Chunks that may be embedded and not committed: one batch.
const BATCH: usize = 256;
/// Short files, beside a long one that is committed in parts.
const SHORT: usize = 30;
/// Of them, those that are there from the beginning.
const AT_FIRST: usize = 10;
/// In the index's folder: a byte for each chunk that was embedded.
const LOG: &str = "embedded.log";

/// A chunk with its place and rows.
type Chunk = (PathBuf, String, Vec<u32>);

/// Writes down how much it has embedded, for whoever has killed it.
struct Logged {
    inner: FakeEmbedder,
    log: File,
}

impl Embedder for Logged {
    fn embed(&mut self, mel: &[f32], n: usize) -> engine::Result<Vec<MusicFeatures>> {
        let features = self.inner.embed(mel, n);
        self.log.write_all(&vec![b'.'; n]).unwrap();
        features
    }
}

fn logged(index: &Path) -> Vec<Box<dyn Embedder>> {
    fs::create_dir_all(index).unwrap();
    let open = || {
        let mut options = OpenOptions::new();
        let log = options.append(true).create(true).open(index.join(LOG));
        log.unwrap()
    };
    let embedder = || Logged {
        inner: FakeEmbedder::default(),
        log: open(),
    };
    vec![Box::new(embedder()), Box::new(embedder())]
}

fn scan_once(folder: &Path, index: &Path) -> ScanReport {
    let go_on = &mut |_: engine::library::Progress<'_>| ControlFlow::Continue(());
    Indexer::with_contract(index, CONTRACT)
        .unwrap()
        .scan(folder, &mut logged(index), &Control::new(), go_on)
        .unwrap()
}

/// Not a test of its own: what the killed process does.
#[test]
#[ignore = "run by the test below in a process of its own"]
fn child() {
    let folder = std::env::var_os(FOLDER).expect("started by the other test");
    let index = std::env::var_os(INDEX).expect("started by the other test");
    let (folder, index) = (Path::new(&folder), Path::new(&index));
    loop {
        let report = scan_once(folder, index);
        if report.found == SHORT + 1 && report.indexed == 0 {
            break;
        }
    }
}

fn spawn(folder: &Path, index: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child", "--ignored"])
        .env(FOLDER, folder)
        .env(INDEX, index)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// All music of the test; folders get links to it.
struct Pool(tempfile::TempDir);

impl Pool {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        write_wav(&dir.path().join("long.wav"), 8000, &tone(8000, 97.0, 640.0));
        for k in 0..SHORT {
            let path = dir.path().join(format!("{k:02}.wav"));
            let hz = 150.0 + 40.0 * k as f64;
            write_wav(&path, 22_050, &tone(22_050, hz, 6.0 + (k % 7) as f64));
        }
        Self(dir)
    }

    fn link(&self, name: &str, folder: &Path) {
        fs::hard_link(self.0.path().join(name), folder.join(name)).unwrap();
    }
}

/// A folder that music is being added to.
struct Growing<'a> {
    pool: &'a Pool,
    dir: tempfile::TempDir,
    added: usize,
}

impl<'a> Growing<'a> {
    fn new(pool: &'a Pool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        pool.link("long.wav", dir.path());
        let mut growing = Self {
            pool,
            dir,
            added: 0,
        };
        (0..AT_FIRST).for_each(|_| growing.add());
        growing
    }

    /// One file more, if there is one.
    fn add(&mut self) {
        if self.added < SHORT {
            self.pool
                .link(&format!("{:02}.wav", self.added), self.dir.path());
            self.added += 1;
        }
    }
}

/// What is in the index that a killed process has left.
fn survivors(index: &Path) -> Option<(BTreeSet<Chunk>, usize)> {
    match Library::open(index) {
        Ok(library) => {
            let all = contents(&library);
            let chunks: BTreeSet<Chunk> = all.iter().cloned().collect();
            let places: BTreeSet<_> = all.iter().map(|(path, at, _)| (path, at)).collect();
            assert_eq!(places.len(), all.len(), "a chunk is there twice");
            Some((chunks, library.rows()))
        }
        // Not even the empty index was committed yet.
        Err(engine::Error::Index {
            problem: IndexProblem::Missing,
            ..
        }) => None,
        Err(error) => panic!("{error}"),
    }
}

fn embedded(index: &Path) -> usize {
    fs::metadata(index.join(LOG)).map_or(0, |meta| meta.len() as usize)
}

/// What the kills have met and lost.
#[derive(Default)]
struct Tally {
    kills: usize,
    half_done: usize,
    finished: usize,
    most_lost: usize,
}

/// One index, killed again and again until its scans come to their end.
fn kill_until_done(
    pool: &Pool,
    longest: Duration,
    random: &mut Random,
    tally: &mut Tally,
) -> Vec<Chunk> {
    let mut music = Growing::new(pool);
    let index = tempfile::tempdir().unwrap();
    let (mut committed, mut rows) = (BTreeSet::new(), 0);
    loop {
        let before = embedded(index.path());
        let wait = Duration::from_micros(random.below(longest.as_micros().max(1) as u64));
        let until = Instant::now() + wait;
        let mut child = spawn(music.dir.path(), index.path());
        while Instant::now() < until && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(300 + random.below(20_000)));
            music.add();
        }
        child.kill().unwrap();
        if child.wait().unwrap().success() {
            break;
        }
        tally.kills += 1;
        let Some((now, rows_now)) = survivors(index.path()) else {
            assert!(committed.is_empty(), "the index is gone");
            continue;
        };
        assert!(now.is_superset(&committed), "a commit was lost");
        let lost = (embedded(index.path()) - before).saturating_sub(rows_now - rows);
        assert!(lost <= BATCH, "{lost} chunks were lost");
        verify(index.path());
        tally.most_lost = tally.most_lost.max(lost);
        tally.half_done += usize::from(rows_now > 0 && music.added < SHORT || lost > 0);
        (committed, rows) = (now, rows_now);
    }
    tally.finished += 1;
    let total = embedded(index.path());
    let report = scan_once(music.dir.path(), index.path());
    assert_eq!((report.indexed, report.rebuilt), (0, None));
    assert_eq!(
        embedded(index.path()),
        total,
        "something was embedded again"
    );
    verify(index.path());
    let library = Library::open(index.path()).unwrap();
    assert_eq!(library.len(), library.rows(), "rows that nobody needs");
    relative(&library, music.dir.path())
}

/// All chunks, by their place in the folder.
fn relative(library: &Library, folder: &Path) -> Vec<Chunk> {
    let folder = folder.canonicalize().unwrap();
    let mut all = contents(library);
    for (path, ..) in &mut all {
        *path = path.strip_prefix(&folder).unwrap().to_owned();
    }
    all.sort();
    all
}

#[test]
fn a_killed_scan_loses_no_commit_and_ends_the_same() {
    let mut random = Random::from_environment();
    let wanted = std::env::var("IMPASTO_KILLS")
        .ok()
        .and_then(|n| n.parse().ok());
    let wanted = wanted.unwrap_or(KILLS);
    let pool = Pool::new();
    let (whole, longest) = {
        let mut music = Growing::new(&pool);
        (0..SHORT).for_each(|_| music.add());
        let index = tempfile::tempdir().unwrap();
        let began = Instant::now();
        assert!(
            spawn(music.dir.path(), index.path())
                .wait()
                .unwrap()
                .success()
        );
        let longest = began.elapsed();
        let library = Library::open(index.path()).unwrap();
        (relative(&library, music.dir.path()), longest)
    };
    assert!(whole.len() > BATCH / 2, "{}", whole.len());
    let mut tally = Tally::default();
    while tally.kills < wanted {
        assert_eq!(
            kill_until_done(&pool, longest, &mut random, &mut tally),
            whole
        );
    }
    println!(
        "{} kills, {} of them in the midst of work, {} indexes finished; at most {} chunks lost",
        tally.kills, tally.half_done, tally.finished, tally.most_lost
    );
    assert!(
        tally.half_done >= wanted / 5,
        "the kills came too late to test anything"
    );
}
