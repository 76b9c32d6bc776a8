//! Takes a folder of music into an index.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::inference::{Embedder, Models, MusicFeatures, Placing};
use crate::manifest::Manifest;
use crate::units::Seconds;

use super::Verified;
use super::chunker::{Chunker, MEL_LEN, MelOf, Piece};
use super::database::Contract;
use super::decode::{Decoded, Limits, decode_16k_mono};
use super::files::{Changes, FileState, Known};
use super::store::{ChunkRows, Entry, Store, put_aside};
use super::view::{Dims, Failure};
use super::walk::{FoundFile, Walk, walk};
use super::{IndexProblem, Reason, paths};

/// Chunks a network call: more gain nothing on one core, and progress is
/// reported after each.
const BATCH: usize = 8;
/// Grows when decoding, cutting or the mel frames change what a file's rows
/// are, so that older indexes are made anew.
const PREPARATION: u32 = 1;
/// Whoever holds this file's lock is the index's one writer.
const LOCK: &str = "lock";

impl Contract {
    /// The contract of the audio network that the manifest describes.
    pub fn of(manifest: &Manifest) -> Self {
        let audio = manifest.audio();
        let identity = format!("{}\n{PREPARATION}", audio.sha256);
        Self {
            model: Sha256::digest(identity).into(),
            dims: Dims {
                embedding: audio.output_len("embedding"),
                point: audio.output_len("point"),
                tags: audio.output_len("tags"),
                affect: audio.output_len("affect"),
            },
        }
    }

    /// The contract of `models`: of the audio network, and of the pair of encoders that
    /// gives points in its place, if there is one.
    pub fn of_models(models: &Models) -> Self {
        let own = Self::of(models.manifest());
        models.encoders().map_or(own, |encoders| Self {
            model: Sha256::digest([own.model, encoders.identity()].concat()).into(),
            dims: Dims {
                point: encoders.correspondence().dim,
                ..own.dims
            },
        })
    }
}

/// How far a scan is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// Files that need no more work, of those found.
    pub done: usize,
    /// Files found.
    pub total: usize,
    /// The file in work.
    pub current: &'a Path,
    /// Music decoded and embedded in this scan.
    pub music: Seconds,
    /// Since the scan began.
    pub elapsed: Seconds,
    /// Time left, once there is something to judge it by.
    pub eta: Option<Seconds>,
}

/// What a scan has done.
#[derive(Clone, Debug, Default)]
pub struct ScanReport {
    /// Music files found in the folder.
    pub found: usize,
    /// Files decoded and embedded by this scan.
    pub indexed: usize,
    /// Files that were in the index already.
    pub unchanged: usize,
    /// Files that are gone from the folder and so from the index.
    pub removed: usize,
    /// Files of the folder that are not in the library, with the reason: those
    /// that failed now and those that failed before and are unchanged.
    pub failed: Vec<Failure>,
    /// Chunks embedded by this scan.
    pub chunks: usize,
    /// Chunks left out by this scan because they are silent.
    pub silent_chunks: usize,
    /// Music decoded by this scan.
    pub music: Seconds,
    /// How long it took.
    pub elapsed: Seconds,
    /// Whether the progress callback broke it off; the next scan goes on.
    pub stopped: bool,
    /// Why the index had to be made anew, if it had to.
    pub rebuilt: Option<String>,
}

/// The writing end of an index. There is one for an index at a time, in this
/// process and in all others; [`super::Library`] reads meanwhile.
pub struct Indexer {
    store: Store,
    contract: Contract,
    rebuilt: Option<String>,
    /// Holds the lock until it is dropped, or the process ends in any way.
    _lock: Lock,
}

impl Indexer {
    /// Opens the index in `index_dir`, or makes it. A damaged index is put
    /// aside as `.bak` files and begun anew; one of another audio network is
    /// emptied. The next [`Indexer::scan`]'s report says so.
    ///
    /// # Errors
    ///
    /// [`Error::Index`] with [`IndexProblem::Busy`] while another instance is
    /// indexing, or [`IndexProblem::Newer`]; [`Error::Io`].
    pub fn new(index_dir: &Path, manifest: &Manifest) -> Result<Self> {
        Self::with_contract(index_dir, Contract::of(manifest))
    }

    /// As [`Indexer::new`], for rows of whatever origin and length.
    ///
    /// # Errors
    ///
    /// As [`Indexer::new`].
    pub fn with_contract(index_dir: &Path, contract: Contract) -> Result<Self> {
        fs::create_dir_all(index_dir).map_err(Error::io(index_dir))?;
        let lock = lock(index_dir)?;
        let (store, rebuilt) = match Store::open(index_dir, contract) {
            Ok(opened) => opened,
            Err(Error::Index {
                path,
                problem: IndexProblem::Damaged(what),
            }) => {
                put_aside(index_dir)?;
                let (store, _) = Store::open(index_dir, contract)?;
                let kept = "what was left of it was kept as .bak files";
                (store, Some(format!("{}: {what}; {kept}", path.display())))
            }
            Err(error) => return Err(error),
        };
        Ok(Self {
            store,
            contract,
            rebuilt,
            _lock: lock,
        })
    }

    /// Brings the index up to what `folder` holds: new and changed files are
    /// decoded and embedded, files that are gone are forgotten, what is
    /// unchanged (path, size, time of modification) is skipped. A file that
    /// cannot be read is recorded with its reason. Each file is one commit, so
    /// a scan that is broken off or killed goes on with the next one.
    ///
    /// `progress` is called at each file and every few seconds of music.
    ///
    /// # Errors
    ///
    /// Only what concerns the whole scan: the folder or the index cannot be
    /// read or written, or the network fails. What was committed stays.
    pub fn scan(
        &mut self,
        folder: &Path,
        embedder: &mut dyn Embedder,
        progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
    ) -> Result<ScanReport> {
        let root = paths::canonical(folder);
        let found = walk(&root)?;
        let folder = self.store.folder(&root)?;
        let mut report = ScanReport {
            found: found.files.len(),
            rebuilt: self.rebuilt.take(),
            ..ScanReport::default()
        };
        let known = self.store.known(folder)?;
        let changes = plan(&root, &found, &known)?;
        report.removed = changes.missing.len();
        self.store.apply(folder, &changes)?;
        let known = self.store.known(folder)?;
        let unfinished = |file: &&FoundFile| {
            known
                .get(&file.relative)
                .is_some_and(|known| matches!(known.state, FileState::Queued | FileState::Indexing))
        };
        let work: Vec<&FoundFile> = found.files.iter().filter(unfinished).collect();
        report.unchanged = found.files.len() - work.len();
        let mut clock = Clock::new(&work, report.unchanged, report.found);
        for file in work {
            let path = root.join(&file.relative);
            let id = known[&file.relative].id;
            let mut track = TrackWork::new(self.contract.dims, embedder);
            let mut tell = |music: f64| progress(clock.progress(&path, music));
            let outcome = if tell(0.0).is_break() {
                Outcome::Stopped
            } else {
                track.run(&path, &mut tell)?
            };
            match outcome {
                Outcome::Stopped => {
                    report.stopped = true;
                    break;
                }
                Outcome::Failed(reason) => {
                    self.store.commit(&[Entry::Failed { file: id, reason }])?;
                }
                Outcome::Done(decoded) => {
                    report.indexed += 1;
                    report.chunks += track.rows.pieces.len();
                    report.silent_chunks += track.silent;
                    clock.music += decoded.duration.0;
                    let rows = std::mem::take(&mut track.rows);
                    let digest = digest(&path)?;
                    let done = Entry::Done {
                        file: id,
                        decoded,
                        digest,
                    };
                    self.store.commit(&[Entry::Rows { file: id, rows }, done])?;
                }
            }
            clock.finish(file);
        }
        if !report.stopped {
            self.store.compact()?;
        }
        report.failed = self.store.failures(folder)?;
        report.music = Seconds(clock.music);
        report.elapsed = Seconds(clock.began.elapsed().as_secs_f64());
        Ok(report)
    }

    /// Reads every row again and compares it with the checksum of its commit. `goes_on`
    /// gets the rows done and all.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the files can't be read.
    pub fn verify(
        &mut self,
        goes_on: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<Verified> {
        self.store.verify(goes_on)
    }
}

/// What has changed since the last scan.
fn plan(root: &Path, found: &Walk, known: &BTreeMap<PathBuf, Known>) -> Result<Changes> {
    if found.files.is_empty() && !known.is_empty() {
        // More likely a drive that is not there than a library thrown away.
        return Err(IndexProblem::FolderEmptied { known: known.len() }.at(root));
    }
    let is_found = |path: &Path| {
        let place = |file: &FoundFile| file.relative.as_path().cmp(path);
        found.files.binary_search_by(place).is_ok()
    };
    let mut changes = Changes {
        unreadable: found.unreadable.clone(),
        ..Changes::default()
    };
    for (path, file) in known {
        let gone = !is_found(path) && !found.hides(path);
        if gone && file.state != FileState::Missing {
            changes.missing.push(file.id);
        }
    }
    for file in &found.files {
        match known.get(&file.relative) {
            Some(known) if known.stamp == file.stamp => match known.state {
                FileState::Missing => changes.back.push(known.id),
                FileState::Failed if known.digest.is_some() => changes.back.push(known.id),
                FileState::Indexing => changes.queue.push(file.clone()),
                FileState::Failed if !known.settled => changes.queue.push(file.clone()),
                _ => {}
            },
            _ => changes.queue.push(file.clone()),
        }
    }
    Ok(changes)
}

/// SHA-256 of a file's contents.
fn digest(path: &Path) -> Result<[u8; 32]> {
    let mut file = File::open(path).map_err(Error::io(path))?;
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer).map_err(Error::io(path))? {
            0 => return Ok(hasher.finalize().into()),
            read => hasher.update(&buffer[..read]),
        }
    }
}

/// The index's lock. The system frees it when the process ends in any way.
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough: a process that the host is starting at
        // this moment has a copy of it for as long as the start takes.
        let _ = self.0.unlock();
    }
}

fn lock(dir: &Path) -> Result<Lock> {
    let path = dir.join(LOCK);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(Error::io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(IndexProblem::Busy.at(dir)),
        Err(TryLockError::Error(error)) => Err(Error::io(&path)(error)),
    }
}

enum Outcome {
    Done(Decoded),
    Failed(Reason),
    Stopped,
}

/// One file on its way into the index.
struct TrackWork<'a> {
    dims: Dims,
    embedder: &'a mut dyn Embedder,
    /// Chunks whose rows are wanted and not there yet.
    waiting: Vec<Piece>,
    mel: Vec<f32>,
    rows: ChunkRows,
    silent: usize,
}

impl<'a> TrackWork<'a> {
    fn new(dims: Dims, embedder: &'a mut dyn Embedder) -> Self {
        let rows = ChunkRows::default();
        Self {
            dims,
            embedder,
            waiting: Vec::new(),
            mel: Vec::new(),
            rows,
            silent: 0,
        }
    }

    /// Decodes, cuts and embeds the file. `tell` gets the seconds done.
    fn run(
        &mut self,
        path: &Path,
        tell: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<Outcome> {
        let mut chunker = Chunker::new();
        let mut embedding = Ok(());
        let decoded = decode_16k_mono(path, Limits::default(), &mut |samples| {
            let mut flow = ControlFlow::Continue(());
            chunker.push(samples, &mut |piece, mel| {
                if embedding.is_ok() && flow.is_continue() {
                    embedding = self.take(piece, mel);
                    flow = tell(piece.start.0);
                }
            });
            if embedding.is_err() {
                ControlFlow::Break(())
            } else {
                flow
            }
        });
        embedding?;
        let decoded = match decoded {
            Ok(decoded) if decoded.stopped => return Ok(Outcome::Stopped),
            Ok(decoded) => decoded,
            Err(Error::Audio { reason, .. }) => return Ok(Outcome::Failed(reason)),
            Err(error) => return Err(error),
        };
        let mut embedding = Ok(());
        chunker.finish(&mut |piece, mel| {
            if embedding.is_ok() {
                embedding = self.take(piece, mel);
            }
        });
        embedding?;
        self.embed()?;
        if self.rows.pieces.is_empty() {
            let reason = if self.silent > 0 {
                Reason::Silent
            } else {
                Reason::Empty
            };
            return Ok(Outcome::Failed(reason));
        }
        Ok(match self.place(path, tell)? {
            ControlFlow::Continue(()) => Outcome::Done(decoded),
            ControlFlow::Break(()) => Outcome::Stopped,
        })
    }

    /// Has the embedder ask the file itself for the chunks' points, if it does so.
    fn place(
        &mut self,
        path: &Path,
        tell: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>> {
        let starts: Vec<Seconds> = self.rows.pieces.iter().map(|piece| piece.start).collect();
        let end = starts.last().map_or(0.0, |start| start.0);
        let placed = self.embedder.place(path, &starts, &mut || tell(end))?;
        match placed {
            Placing::ByMel => {}
            Placing::Stopped => return Ok(ControlFlow::Break(())),
            Placing::Points(points) => self.rows.points = points.concat(),
        }
        // Inference checks the networks' shapes against the same manifests.
        assert_eq!(
            self.rows.points.len(),
            starts.len() * self.dims.point,
            "the embedder keeps to the index's contract"
        );
        Ok(ControlFlow::Continue(()))
    }

    fn take(&mut self, piece: Piece, mel: MelOf<'_>) -> Result<()> {
        if piece.is_silent() {
            self.silent += 1;
            return Ok(());
        }
        self.waiting.push(piece);
        mel.append_to(&mut self.mel);
        if self.waiting.len() == BATCH {
            self.embed()
        } else {
            Ok(())
        }
    }

    fn embed(&mut self) -> Result<()> {
        let n = self.waiting.len();
        if n == 0 {
            return Ok(());
        }
        debug_assert_eq!(self.mel.len(), n * MEL_LEN);
        let features = self.embedder.embed(&self.mel, n)?;
        assert_eq!(features.len(), n, "the embedder answers for each chunk");
        for features in &features {
            self.add(features);
        }
        self.rows.pieces.append(&mut self.waiting);
        self.mel.clear();
        Ok(())
    }

    fn add(&mut self, features: &MusicFeatures) {
        let lens = Dims {
            embedding: features.embedding.len(),
            // Looked at when all of the track's are there.
            point: self.dims.point,
            tags: features.tags.len(),
            affect: features.affect.len(),
        };
        // Inference checks the network's shapes against the same manifest.
        assert_eq!(
            lens, self.dims,
            "the embedder keeps to the index's contract"
        );
        self.rows.embeddings.extend_from_slice(&features.embedding);
        self.rows.points.extend_from_slice(&features.point);
        self.rows.traits.extend_from_slice(&features.tags);
        self.rows.traits.extend_from_slice(&features.affect);
    }
}

/// Counts what is done and judges the time left by the files' sizes: lengths
/// are not known before decoding.
struct Clock {
    began: Instant,
    music: f64,
    done: usize,
    total: usize,
    bytes_done: f64,
    bytes_left: f64,
}

impl Clock {
    fn new(work: &[&FoundFile], done: usize, total: usize) -> Self {
        let bytes_left = work.iter().map(|file| file.stamp.size as f64).sum();
        Self {
            began: Instant::now(),
            music: 0.0,
            done,
            total,
            bytes_done: 0.0,
            bytes_left,
        }
    }

    fn finish(&mut self, file: &FoundFile) {
        self.done += 1;
        self.bytes_done += file.stamp.size as f64;
        self.bytes_left -= file.stamp.size as f64;
    }

    fn progress<'a>(&self, current: &'a Path, music: f64) -> Progress<'a> {
        let elapsed = self.began.elapsed().as_secs_f64();
        let eta = (self.bytes_done > 0.0)
            .then(|| Seconds((elapsed * self.bytes_left / self.bytes_done).max(0.0)));
        Progress {
            done: self.done,
            total: self.total,
            current,
            music: Seconds(self.music + music),
            elapsed: Seconds(elapsed),
            eta,
        }
    }
}
