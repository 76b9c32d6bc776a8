//! One of a scan's threads: files become rows.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::inference::{Embedder, MusicFeatures, Placing};
use crate::library::Reason;
use crate::library::chunker::{Chunker, MEL_LEN, MelOf, Piece};
use crate::library::control::Control;
use crate::library::decode::{Decoded, Limits, decode_16k_mono};
use crate::library::files::FileId;
use crate::library::source::Source;
use crate::library::store::ChunkRows;
use crate::library::view::Dims;
use crate::units::Seconds;

use super::permits::Permits;
use super::plan::{Digest, digest};

/// Chunks a network call. Sixteen at once take little more than half the time of sixteen
/// alone; more gain nothing.
pub(super) const BATCH: usize = 16;
/// Longer files say how long they are before they are decoded, for the time left.
const LONG_FILE: u64 = 16 << 20;

/// A file that is to be indexed.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) file: FileId,
    pub(super) path: PathBuf,
    /// In bytes.
    pub(super) size: u64,
    /// Chunks of it that are in the index already; they come first.
    pub(super) committed: u64,
}

/// What a worker has to say, by the place of its job.
pub(super) enum Message {
    /// It has begun; a long file says how long it is.
    Begun(usize, Option<Seconds>),
    /// Its next rows.
    Rows(usize, Part),
    /// Nothing more comes of it.
    Ended(usize, Ended),
    /// Nothing more comes of anybody.
    Broken(Error),
}

/// Rows of a file on their way to the index.
pub(super) struct Part {
    pub(super) rows: ChunkRows,
    /// How much of the file is decoded.
    pub(super) decoded: Seconds,
    /// To be given back when the rows are committed.
    pub(super) permits: usize,
}

/// How a file's work has ended.
pub(super) enum Ended {
    /// All of it is embedded; so many chunks were silent.
    Done {
        decoded: Decoded,
        digest: Digest,
        silent: usize,
    },
    Failed(Reason),
}

/// Where the time of a scan's threads goes; the sum over all threads.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    /// Reading, decoding and resampling.
    pub decoding: Duration,
    /// Mel frames.
    pub mel: Duration,
    /// Networks.
    pub inference: Duration,
    /// Check sums of contents.
    pub digests: Duration,
    /// Waiting: for the pace, a pause, or the thread that commits.
    pub waiting: Duration,
    /// Putting rows on the disk.
    pub committing: Duration,
}

impl Spent {
    pub(super) fn add(&mut self, other: &Self) {
        self.decoding += other.decoding;
        self.mel += other.mel;
        self.inference += other.inference;
        self.digests += other.digests;
        self.waiting += other.waiting;
        self.committing += other.committing;
    }
}

/// What all workers share.
pub(super) struct Shared<'a> {
    pub(super) jobs: &'a [Job],
    pub(super) next: AtomicUsize,
    pub(super) dims: Dims,
    pub(super) control: &'a Control,
    /// Set where the scan ends early for another reason than the control's.
    pub(super) stop: AtomicBool,
    pub(super) permits: Permits,
}

impl Shared<'_> {
    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.control.is_cancelled()
    }
}

/// Why a worker leaves a file.
enum Break {
    /// Told to.
    Stopped,
    Failed(Error),
}

type Flow<T = ()> = std::result::Result<T, Break>;

impl From<Error> for Break {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Takes jobs until there are none, or it is told to stop.
pub(super) fn work(
    shared: &Shared<'_>,
    embedder: &mut dyn Embedder,
    sender: &SyncSender<Message>,
) -> Spent {
    let mut spent = Spent::default();
    while !shared.is_stopped() {
        let place = shared.next.fetch_add(1, Ordering::Relaxed);
        let Some(job) = shared.jobs.get(place) else {
            break;
        };
        let mut file = FileWork::new(shared, place, job, embedder, sender);
        let outcome = file.run();
        spent.add(&file.finish());
        let message = match outcome {
            Ok(ended) => Message::Ended(place, ended),
            Err(Break::Stopped) => break,
            Err(Break::Failed(error)) => Message::Broken(error),
        };
        if sender.send(message).is_err() {
            break;
        }
    }
    spent
}

/// One file on its way into the index.
struct FileWork<'a> {
    shared: &'a Shared<'a>,
    place: usize,
    job: &'a Job,
    embedder: &'a mut dyn Embedder,
    sender: &'a SyncSender<Message>,
    /// Chunks whose rows are wanted and not there yet.
    waiting: Vec<Piece>,
    mel: Vec<f32>,
    /// Rows of an embedder that asks the file itself, which then come all at once.
    held: ChunkRows,
    /// Chunks that are in the index already.
    skip: u64,
    silent: usize,
    decoded: Seconds,
    began: Instant,
    /// Since the last rest.
    rested: Instant,
    spent: Spent,
}

impl<'a> FileWork<'a> {
    fn new(
        shared: &'a Shared<'a>,
        place: usize,
        job: &'a Job,
        embedder: &'a mut dyn Embedder,
        sender: &'a SyncSender<Message>,
    ) -> Self {
        Self {
            shared,
            place,
            job,
            embedder,
            sender,
            waiting: Vec::new(),
            mel: Vec::new(),
            held: ChunkRows::default(),
            skip: job.committed,
            silent: 0,
            decoded: Seconds(0.0),
            began: Instant::now(),
            rested: Instant::now(),
            spent: Spent::default(),
        }
    }

    /// Where the time went: what was not spent on anything else was decoding.
    fn finish(self) -> Spent {
        let Spent {
            mel,
            inference,
            digests,
            waiting,
            ..
        } = self.spent;
        let others = mel + inference + digests + waiting;
        Spent {
            decoding: self.began.elapsed().saturating_sub(others),
            ..self.spent
        }
    }

    /// Decodes, cuts and embeds the file.
    fn run(&mut self) -> Flow<Ended> {
        let announced = (self.job.size > LONG_FILE)
            .then(|| Source::open(&self.job.path).ok()?.announced())
            .flatten();
        self.send(Message::Begun(self.place, announced))?;
        let mut chunker = Chunker::new();
        let mut flow = Ok(());
        let decoded = decode_16k_mono(&self.job.path, Limits::default(), &mut |samples| {
            chunker.push(samples, &mut |piece, mel| {
                if flow.is_ok() {
                    flow = self.take(piece, mel);
                }
            });
            match flow {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        });
        if flow.is_ok() && decoded.is_ok() {
            chunker.finish(&mut |piece, mel| {
                if flow.is_ok() {
                    flow = self.take(piece, mel);
                }
            });
        }
        match flow {
            // What is decoded already need not be decoded again.
            Ok(()) | Err(Break::Stopped) => self.embed()?,
            Err(Break::Failed(_)) => {}
        }
        flow?;
        match decoded {
            Ok(decoded) => self.end(decoded),
            Err(Error::Audio { reason, .. }) => Ok(Ended::Failed(reason)),
            Err(error) => Err(error.into()),
        }
    }

    /// When all is decoded and embedded.
    fn end(&mut self, decoded: Decoded) -> Flow<Ended> {
        if !self.held.pieces.is_empty() {
            self.place_held()?;
            let part = Part {
                rows: std::mem::take(&mut self.held),
                decoded: decoded.duration,
                permits: 0,
            };
            self.send(Message::Rows(self.place, part))?;
        } else if self.decoded == Seconds(0.0) && self.job.committed == 0 {
            let reason = match self.silent {
                0 => Reason::Empty,
                _ => Reason::Silent,
            };
            return Ok(Ended::Failed(reason));
        }
        let began = Instant::now();
        let shared = self.shared;
        let digest = digest(&self.job.path, &mut || match shared.is_stopped() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        });
        self.spent.digests += began.elapsed();
        match digest {
            Ok(Some(digest)) => Ok(Ended::Done {
                decoded,
                digest,
                silent: self.silent,
            }),
            Ok(None) => Err(Break::Stopped),
            Err(error) => Ok(Ended::Failed(Reason::from_io(&error))),
        }
    }

    fn take(&mut self, piece: Piece, mel: MelOf<'_>) -> Flow {
        self.rest()?;
        if piece.is_silent() {
            self.silent += 1;
            return Ok(());
        }
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(());
        }
        self.decoded = Seconds(piece.start.0 + 4.0);
        self.waiting.push(piece);
        let began = Instant::now();
        mel.append_to(&mut self.mel);
        self.spent.mel += began.elapsed();
        if self.waiting.len() == BATCH {
            self.embed()
        } else {
            Ok(())
        }
    }

    /// Between two chunks: as long as the control wants.
    fn rest(&mut self) -> Flow {
        if self.shared.control.is_paused() {
            // Whoever pauses finds what is decoded.
            self.embed()?;
        }
        let began = Instant::now();
        let worked = began - self.rested;
        let goes_on = self.shared.control.rest(worked, &self.shared.stop);
        self.rested = Instant::now();
        self.spent.waiting += self.rested - began;
        if goes_on { Ok(()) } else { Err(Break::Stopped) }
    }

    fn embed(&mut self) -> Flow {
        let n = self.waiting.len();
        if n == 0 {
            return Ok(());
        }
        debug_assert_eq!(self.mel.len(), n * MEL_LEN);
        let began = Instant::now();
        let may = self.shared.permits.take(n);
        self.spent.waiting += began.elapsed();
        if !may {
            return Err(Break::Stopped);
        }
        let began = Instant::now();
        let features = self.embedder.embed(&self.mel, n)?;
        self.spent.inference += began.elapsed();
        assert_eq!(features.len(), n, "the embedder answers for each chunk");
        let mut rows = ChunkRows::default();
        for features in &features {
            add(&mut rows, features, self.shared.dims);
        }
        rows.pieces.append(&mut self.waiting);
        self.mel.clear();
        if self.shared.dims.point > 0 && rows.points.is_empty() {
            // They wait for their points, for as long as the file is long: more may be
            // lost than the permits say, but no row without a point is ever written.
            self.shared.permits.give_back(n);
            self.held.pieces.append(&mut rows.pieces);
            self.held.embeddings.append(&mut rows.embeddings);
            self.held.traits.append(&mut rows.traits);
            return Ok(());
        }
        let part = Part {
            rows,
            decoded: self.decoded,
            permits: n,
        };
        self.send(Message::Rows(self.place, part))
    }

    /// Has the embedder ask the file itself for the chunks' points.
    fn place_held(&mut self) -> Flow {
        let starts: Vec<Seconds> = self.held.pieces.iter().map(|piece| piece.start).collect();
        let began = Instant::now();
        let (control, stop) = (self.shared.control, &self.shared.stop);
        let mut rested = began;
        let placed = self.embedder.place(&self.job.path, &starts, &mut || {
            let goes_on = control.rest(rested.elapsed(), stop);
            rested = Instant::now();
            match goes_on {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        })?;
        self.spent.inference += began.elapsed();
        match placed {
            Placing::ByMel => {}
            Placing::Stopped => return Err(Break::Stopped),
            Placing::Points(points) => self.held.points = points.concat(),
        }
        // Inference checks the networks' shapes against the same manifests.
        assert_eq!(
            self.held.points.len(),
            starts.len() * self.shared.dims.point,
            "the embedder keeps to the index's contract"
        );
        Ok(())
    }

    fn send(&mut self, message: Message) -> Flow {
        let began = Instant::now();
        let sent = self.sender.send(message);
        self.spent.waiting += began.elapsed();
        sent.map_err(|_| Break::Stopped)
    }
}

fn add(rows: &mut ChunkRows, features: &MusicFeatures, dims: Dims) {
    let lens = Dims {
        embedding: features.embedding.len(),
        // Looked at when all of the file's are there.
        point: dims.point,
        tags: features.tags.len(),
        affect: features.affect.len(),
    };
    // Inference checks the network's shapes against the same manifest.
    assert_eq!(lens, dims, "the embedder keeps to the index's contract");
    rows.embeddings.extend_from_slice(&features.embedding);
    rows.points.extend_from_slice(&features.point);
    rows.traits.extend_from_slice(&features.tags);
    rows.traits.extend_from_slice(&features.affect);
}

/// For messages: the file's name.
pub(super) fn path_of(jobs: &[Job], place: usize) -> Option<&Path> {
    jobs.get(place).map(|job| job.path.as_path())
}
