//! Takes a folder of music into an index.

mod after;
mod exclude;
mod permits;
mod pipeline;
mod plan;
mod progress;
mod worker;

use std::fs::{self, File, TryLockError};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::inference::{Embedder, Models};
use crate::manifest::Manifest;
use crate::units::Seconds;

use super::Verified;
use super::control::Control;
use super::database::Contract;
use super::files::{FileState, Known};
use super::store::{Store, put_aside};
use super::view::{Dims, Failure, Library};
use super::walk::{FoundFile, walk};
use super::{IndexProblem, paths};

use exclude::Exclusions;
use pipeline::{Pipeline, Tell};
use plan::plan;
use worker::Job;

pub use pipeline::default_threads;
pub use progress::Progress;
pub use worker::Spent;

/// Grows when decoding, cutting or the mel frames change what a file's rows
/// are, so that older indexes are made anew.
const PREPARATION: u32 = 1;
/// Unused rows stay where they are, for nothing, until they are one in as many: taking
/// them away writes all others anew, and whoever has chunks in hand has to find them again.
const UNUSED: u64 = 4;
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

/// What a scan has done.
#[derive(Clone, Debug, Default)]
pub struct ScanReport {
    /// Music files found in the folder.
    pub found: usize,
    /// Files of those that need no more work now: [`Self::unchanged`] ones, and those
    /// that this scan has dealt with.
    pub done: usize,
    /// Files decoded and embedded by this scan.
    pub indexed: usize,
    /// Files that were in the index already.
    pub unchanged: usize,
    /// Files of those that were known under another path: found again by their contents.
    pub moved: usize,
    /// Files that are gone from the folder: what was indexed of them is kept until they
    /// are back, and is not searched.
    pub missing: usize,
    /// Files that the user does not want: see [`Indexer::set_excluded`].
    pub excluded: usize,
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
    /// Where its threads' time went.
    pub spent: Spent,
    /// Whether it was broken off; the next scan goes on.
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
        // What only readers look at may be damaged too, and nobody else mends it.
        let opened = Store::open(index_dir, contract)
            .and_then(|opened| Library::open(index_dir).map(|_| opened));
        let (store, rebuilt) = match opened {
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

    /// Brings the index up to what `folder` holds. New and changed files are decoded and
    /// embedded, on a thread of low priority for each of `embedders` (how many are good:
    /// [`default_threads`]). A file that is where it was (path, size, time of
    /// modification) is skipped; one with the contents of a file that is gone is that
    /// file, moved, and not embedded again. Files that are gone are missing until they
    /// are back. A file that cannot be used is recorded with its reason.
    ///
    /// Rows are committed many times a second and searched from then on, long files in
    /// parts. A scan that is broken off or killed loses at most the 256 chunks that were
    /// embedded last, and the next one goes on from there. With embedders that ask the
    /// files themselves (see [`Embedder::place`]) files are committed whole.
    ///
    /// `control` pauses, slows and cancels from elsewhere. `progress`, called several times
    /// a second, also in a pause, may break off too.
    ///
    /// # Errors
    ///
    /// Only what concerns the whole scan: the folder or the index cannot be
    /// read or written, or the network fails. What was committed stays.
    pub fn scan(
        &mut self,
        folder: &Path,
        embedders: &mut [Box<dyn Embedder>],
        control: &Control,
        progress: &mut dyn FnMut(Progress<'_>) -> ControlFlow<()>,
    ) -> Result<ScanReport> {
        let began = Instant::now();
        let root = paths::canonical(folder);
        let mut report = ScanReport {
            rebuilt: self.rebuilt.take(),
            ..ScanReport::default()
        };
        let folder = self.store.folder(&root)?;
        if let Some(jobs) = self.prepare(folder, &root, control, &mut report, progress)? {
            let pipeline = Pipeline {
                jobs: &jobs,
                dims: self.contract.dims,
                control,
                root: &root,
                began,
            };
            pipeline.run(&mut self.store, embedders, &mut report, progress)?;
        } else {
            report.stopped = true;
        }
        if !report.stopped && self.store.unused_rows()? * UNUSED > self.store.state.rows {
            self.store.compact()?;
        }
        report.failed = self.store.failures(folder)?;
        report.elapsed = Seconds(began.elapsed().as_secs_f64());
        Ok(report)
    }

    /// Writes down what has changed in the folder and gives what there is to do; `None`
    /// if that was broken off.
    fn prepare(
        &mut self,
        folder: i64,
        root: &Path,
        control: &Control,
        report: &mut ScanReport,
        tell: Tell<'_>,
    ) -> Result<Option<Vec<Job>>> {
        let found = walk(root)?;
        report.found = found.files.len();
        let exclusions = self.exclusions()?;
        let known = self.store.known(folder)?;
        let began = Instant::now();
        let mut goes_on = |current: &Path| {
            let progress = Progress {
                done: 0,
                total: found.files.len(),
                current,
                chunks: 0,
                music: Seconds(0.0),
                elapsed: Seconds(began.elapsed().as_secs_f64()),
                eta: None,
                activity: control.activity(),
            };
            match control.is_cancelled() {
                true => ControlFlow::Break(()),
                false => tell(progress),
            }
        };
        let planned = plan(root, &found, &known, &exclusions, &mut goes_on)?;
        let Some(changes) = planned else {
            return Ok(None);
        };
        report.missing = changes.missing.len();
        report.moved = changes.moved.len();
        self.store.apply(folder, &changes)?;
        let known = self.store.known(folder)?;
        let job = |file: &FoundFile| job(root, file, known.get(&file.relative)?);
        let jobs: Vec<Job> = found.files.iter().filter_map(job).collect();
        let is_excluded = |file: &&FoundFile| exclusions.contain(&file.relative);
        report.excluded = found.files.iter().filter(is_excluded).count();
        report.unchanged = found.files.len() - jobs.len();
        report.done = report.unchanged;
        Ok(Some(jobs))
    }

    /// Patterns of the files that are left out: see [`Indexer::set_excluded`].
    ///
    /// # Errors
    ///
    /// [`Error::Index`] if the index cannot be read.
    pub fn excluded(&self) -> Result<Vec<String>> {
        let kept = self.store.setting(exclude::SETTING)?.unwrap_or_default();
        let lines = kept.lines().filter(|line| !line.trim().is_empty());
        Ok(lines.map(str::to_owned).collect())
    }

    /// Leaves out files from the next scan on: they are not decoded, and what was indexed
    /// of them is kept and not searched, so that they can be taken in again at once.
    ///
    /// Patterns are as in `.gitignore`, without its `!`: `*` stands for anything in one
    /// name, `**` for any number of folders; one without a slash is looked for at any
    /// depth, and a folder's name stands for all that is in it. Case does not count.
    ///
    /// # Errors
    ///
    /// [`Error::Index`] with [`IndexProblem::Pattern`] for one that cannot be read; then
    /// nothing has changed.
    pub fn set_excluded<S: AsRef<str>>(&mut self, patterns: &[S]) -> Result<()> {
        self.read_patterns(patterns)?;
        let lines: Vec<&str> = patterns.iter().map(AsRef::as_ref).collect();
        let lines = (!lines.is_empty()).then(|| lines.join("\n"));
        self.store.set_setting(exclude::SETTING, lines.as_deref())
    }

    fn exclusions(&self) -> Result<Exclusions> {
        self.read_patterns(&self.excluded()?)
    }

    fn read_patterns<S: AsRef<str>>(&self, patterns: &[S]) -> Result<Exclusions> {
        Exclusions::new(patterns).map_err(|(pattern, reason)| {
            IndexProblem::Pattern { pattern, reason }.at(&self.store.dir)
        })
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

/// What there is to do about a file, if anything.
fn job(root: &Path, file: &FoundFile, known: &Known) -> Option<Job> {
    matches!(known.state, FileState::Queued | FileState::Indexing).then(|| Job {
        file: known.id,
        path: root.join(&file.relative),
        size: u64::try_from(file.stamp.size).unwrap_or(0),
        committed: known.chunks,
    })
}

/// The index's lock. The system frees it when the process ends in any way.
pub(super) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough: a process that the host is starting at
        // this moment has a copy of it for as long as the start takes.
        let _ = self.0.unlock();
    }
}

pub(super) fn lock(dir: &Path) -> Result<Lock> {
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
