//! A scan's threads: many that decode and embed, one that commits.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::inference::Embedder;
use crate::library::control::Control;
use crate::library::files::FileId;
use crate::library::priority::lower_priority;
use crate::library::store::{Entry, Store};
use crate::library::view::Dims;
use crate::units::Seconds;

use super::ScanReport;
use super::permits::Permits;
use super::progress::{Clock, Progress};
use super::worker::{Ended, Job, Message, Part, Shared, Spent, path_of, work};

/// Chunks that may be embedded and not be committed; what a killed scan loses at most.
const UNCOMMITTED: usize = 256;
/// Chunks that are committed together: half of the above, so that the others go on while
/// the disk writes.
const COMMIT: usize = UNCOMMITTED / 2;
/// Files whose ends are committed together, where they are short.
const COMMIT_ENTRIES: usize = 256;
/// What is ready is committed at least as often, so that it can be searched.
const COMMIT_PERIOD: Duration = Duration::from_secs(1);
/// How often progress is told at least; also how soon a break of it is seen.
const TELL_PERIOD: Duration = Duration::from_millis(100);
/// Messages on their way: little, since rows that wait there are not searched.
const ON_THE_WAY: usize = 8;

/// Called with the scan's progress.
pub(super) type Tell<'a> = &'a mut dyn FnMut(Progress<'_>) -> ControlFlow<()>;

/// What a scan's threads work on.
pub(super) struct Pipeline<'a> {
    pub(super) jobs: &'a [Job],
    pub(super) dims: Dims,
    pub(super) control: &'a Control,
    pub(super) root: &'a Path,
    pub(super) began: Instant,
}

impl Pipeline<'_> {
    /// Decodes and embeds all jobs, with a thread for each embedder; the calling thread
    /// commits. `report` is told what was committed.
    ///
    /// # Errors
    ///
    /// Of the index or a network. What was committed stays.
    pub(super) fn run(
        &self,
        store: &mut Store,
        embedders: &mut [Box<dyn Embedder>],
        report: &mut ScanReport,
        tell: Tell<'_>,
    ) -> Result<()> {
        let shared = Shared {
            jobs: self.jobs,
            next: AtomicUsize::new(0),
            dims: self.dims,
            control: self.control,
            stop: AtomicBool::new(false),
            permits: Permits::new(UNCOMMITTED),
        };
        let shared = &shared;
        let (sender, receiver) = sync_channel(ON_THE_WAY);
        thread::scope(|scope| {
            let mut threads = Vec::new();
            for embedder in embedders.iter_mut().take(self.jobs.len()) {
                let sender = sender.clone();
                let thread = thread::Builder::new()
                    .name("impasto-indexer".to_owned())
                    .spawn_scoped(scope, move || {
                        lower_priority();
                        work(shared, embedder.as_mut(), &sender)
                    });
                match thread {
                    Ok(thread) => threads.push(thread),
                    // Fewer threads take longer, and do the same.
                    Err(_) if !threads.is_empty() => break,
                    Err(error) => return Err(Error::io(self.root)(error)),
                }
            }
            drop(sender);
            let result = Writer::new(self, shared, store, report, tell).run(&receiver);
            // No sender may wait for a writer that has given up.
            shared.stop.store(true, Ordering::Relaxed);
            shared.permits.close();
            drop(receiver);
            for thread in threads {
                match thread.join() {
                    Ok(spent) => report.spent.add(&spent),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            result
        })
    }
}

/// Collects what the workers send and commits it.
struct Writer<'a> {
    pipeline: &'a Pipeline<'a>,
    shared: &'a Shared<'a>,
    store: &'a mut Store,
    report: &'a mut ScanReport,
    tell: Tell<'a>,
    clock: Clock,
    batch: Vec<Entry>,
    chunks: usize,
    permits: usize,
    /// When the oldest entry of the batch came.
    oldest: Instant,
    /// Files and silent chunks and music whose ends are in the batch.
    ends: Ends,
    /// How far the jobs in work are, by their place.
    partial: Vec<Partial>,
    current: usize,
    /// Jobs that nothing more comes of.
    ended: usize,
    told: Option<Instant>,
}

#[derive(Default)]
struct Ends {
    indexed: usize,
    finished: usize,
    silent: usize,
    bytes: u64,
}

/// A file in work.
struct Partial {
    place: usize,
    announced: Option<Seconds>,
    decoded: Seconds,
}

impl<'a> Writer<'a> {
    fn new(
        pipeline: &'a Pipeline<'a>,
        shared: &'a Shared<'a>,
        store: &'a mut Store,
        report: &'a mut ScanReport,
        tell: Tell<'a>,
    ) -> Self {
        let bytes = pipeline.jobs.iter().map(|job| job.size as f64).sum();
        Self {
            clock: Clock::new(pipeline.began, bytes),
            pipeline,
            shared,
            store,
            report,
            tell,
            batch: Vec::new(),
            chunks: 0,
            permits: 0,
            ended: 0,
            oldest: Instant::now(),
            ends: Ends::default(),
            partial: Vec::new(),
            current: 0,
            told: None,
        }
    }

    fn run(&mut self, receiver: &Receiver<Message>) -> Result<()> {
        let mut broken = None;
        loop {
            match receiver.recv_timeout(TELL_PERIOD) {
                Ok(Message::Broken(error)) => {
                    self.shared.stop.store(true, Ordering::Relaxed);
                    broken.get_or_insert(error);
                }
                Ok(message) => self.take(message),
                // Nothing comes: what is here need not wait for more.
                Err(RecvTimeoutError::Timeout) => self.commit()?,
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let full = self.chunks >= COMMIT || self.batch.len() >= COMMIT_ENTRIES;
            if full || self.oldest.elapsed() >= COMMIT_PERIOD {
                self.commit()?;
            }
            self.tell(false);
        }
        self.commit()?;
        self.tell(true);
        self.report.stopped = self.ended < self.pipeline.jobs.len();
        broken.map_or(Ok(()), Err)
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Begun(place, announced) => {
                self.current = place;
                let decoded = Seconds(0.0);
                self.partial.push(Partial {
                    place,
                    announced,
                    decoded,
                });
            }
            Message::Rows(place, part) => {
                let Part {
                    rows,
                    decoded,
                    permits,
                } = part;
                self.chunks += rows.pieces.len();
                self.permits += permits;
                if let Some(partial) = self.partial.iter_mut().find(|p| p.place == place) {
                    partial.decoded = decoded;
                }
                let file = self.file(place);
                self.push(Entry::Rows { file, rows });
            }
            Message::Ended(place, ended) => {
                self.partial.retain(|partial| partial.place != place);
                let file = self.file(place);
                self.ended += 1;
                self.ends.finished += 1;
                self.ends.bytes += self.pipeline.jobs[place].size;
                match ended {
                    Ended::Done {
                        decoded,
                        digest,
                        silent,
                    } => {
                        self.ends.indexed += 1;
                        self.ends.silent += silent;
                        self.report.music.0 += decoded.duration.0;
                        self.push(Entry::Done {
                            file,
                            decoded,
                            digest,
                        });
                    }
                    Ended::Failed(reason) => self.push(Entry::Failed { file, reason }),
                }
            }
            Message::Broken(_) => {}
        }
    }

    fn file(&self, place: usize) -> FileId {
        self.pipeline.jobs[place].file
    }

    fn push(&mut self, entry: Entry) {
        if self.batch.is_empty() {
            self.oldest = Instant::now();
        }
        self.batch.push(entry);
    }

    fn commit(&mut self) -> Result<()> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let began = Instant::now();
        self.store.commit(&self.batch)?;
        self.batch.clear();
        self.shared
            .permits
            .give_back(std::mem::take(&mut self.permits));
        let ends = std::mem::take(&mut self.ends);
        self.report.indexed += ends.indexed;
        self.report.silent_chunks += ends.silent;
        self.report.done += ends.finished;
        self.report.chunks += std::mem::take(&mut self.chunks);
        self.clock.finish(ends.bytes);
        self.report.spent.committing += began.elapsed();
        Ok(())
    }

    /// Tells how far the scan is, not more often than anyone can see, but for the `last` time.
    fn tell(&mut self, last: bool) {
        let activity = self.pipeline.control.activity();
        self.clock.tick(activity);
        if !last && self.told.is_some_and(|told| told.elapsed() < TELL_PERIOD) {
            return;
        }
        self.told = Some(Instant::now());
        let jobs = self.pipeline.jobs;
        let mut bytes = self.ends.bytes as f64;
        let mut music = self.report.music.0;
        for partial in &self.partial {
            music += partial.decoded.0;
            if let Some(announced) = partial.announced.filter(|a| a.0 > 0.0) {
                let share = (partial.decoded.0 / announced.0).min(1.0);
                bytes += share * jobs[partial.place].size as f64;
            }
        }
        let progress = Progress {
            done: self.report.done,
            total: self.report.found,
            current: path_of(jobs, self.current).unwrap_or(self.pipeline.root),
            chunks: self.report.chunks,
            music: Seconds(music),
            elapsed: self.clock.elapsed(),
            eta: self.clock.eta(bytes),
            activity,
        };
        if (self.tell)(progress).is_break() {
            self.shared.stop.store(true, Ordering::Relaxed);
        }
    }
}

/// How many threads a scan has if nobody says: one less than the machine has cores, so
/// that whoever performs keeps one.
pub fn default_threads() -> usize {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    (cores - 1).clamp(1, MOST_THREADS)
}

/// More threads wait for the disk and for the one that commits.
const MOST_THREADS: usize = 8;

impl Spent {
    /// All that was not waiting.
    pub fn working(&self) -> Duration {
        self.decoding + self.mel + self.inference + self.digests + self.committing
    }
}
