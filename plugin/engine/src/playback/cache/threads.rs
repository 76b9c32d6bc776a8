//! The threads that decode, and the watch over them: one that hangs in the system is
//! left behind, and another takes its place.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::CacheOptions;
use super::drives::{gone_folder, is_back};
use super::shared::{Origin, SharedClips};
use super::shelf::{HEAD, Job, Part, Reach, Shelf};
use crate::Error;
use crate::library::{ClipReader, Pulse, Reason};
use crate::playback::packed::PackedClip;
use crate::playback::source::SNIPPET;

/// Threads that may hang at once; then no more are started for their kind of work.
const MOST_LEFT: usize = 4;

/// How often threads look around while a drive is away.
const LOOK: Duration = Duration::from_millis(250);

/// Caches of this process, which divide the memory between them.
static CACHES: AtomicUsize = AtomicUsize::new(0);

/// What the cache and its threads share.
pub(super) struct Inner {
    pub options: CacheOptions,
    state: Mutex<State>,
    /// Something is to be decoded.
    work: Condvar,
    /// Something was decoded, or can't be.
    news: Condvar,
}

pub(super) struct State {
    pub shelf: Shelf,
    threads: Vec<Thread>,
    started: u64,
    stopping: bool,
}

struct Thread {
    id: u64,
    reach: Reach,
    /// What it reads now, and since when nothing came.
    reading: Option<Reading>,
    pulse: Arc<Pulse>,
    /// It hangs, and another has taken its place.
    left: bool,
    /// It runs no more, or is about to.
    ended: bool,
    handle: Option<JoinHandle<()>>,
}

impl Thread {
    /// Takes work, now or when what it reads has come.
    fn works(&self) -> bool {
        !self.left && !self.ended
    }

    /// The system holds it.
    fn is_held(&self) -> bool {
        self.left && !self.ended
    }
}

struct Reading {
    path: PathBuf,
    since: Instant,
    pulse: u64,
}

/// What a thread was given.
enum Work {
    Decode(Job),
    Probe(PathBuf),
}

/// What came of a job.
enum Outcome {
    Decoded(Arc<PackedClip>),
    Failed(Reason),
    Gone(PathBuf),
}

impl Inner {
    /// With its threads running.
    pub fn start(options: CacheOptions) -> Arc<Self> {
        CACHES.fetch_add(1, Ordering::Relaxed);
        let inner = Arc::new(Self {
            state: Mutex::new(State {
                shelf: Shelf::new(options.rate, options.budget),
                threads: Vec::new(),
                started: 0,
                stopping: false,
            }),
            options,
            work: Condvar::new(),
            news: Condvar::new(),
        });
        let mut state = inner.lock();
        for reach in [Reach::Now, Reach::All] {
            inner.spawn(&mut state, reach);
        }
        drop(state);
        inner
    }

    /// For a moment: no thread reads while it holds the lock.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// There may be something to decode.
    pub fn wake(&self) {
        self.work.notify_all();
    }

    /// Waits until something was decoded, for a moment at most; looks after the threads.
    pub fn wait_for_news(self: &Arc<Self>, state: &mut MutexGuard<'_, State>) {
        self.news.wait_for(state, LOOK / 4);
        self.watch(state);
    }

    /// Whether anything that is wanted now can still be decoded.
    pub fn works(state: &State) -> bool {
        state.threads.iter().any(Thread::works)
    }

    fn spawn(self: &Arc<Self>, state: &mut State, reach: Reach) {
        state.started += 1;
        let (id, pulse) = (state.started, Arc::<Pulse>::default());
        let (inner, beats) = (Arc::clone(self), Arc::clone(&pulse));
        let handle = thread::Builder::new()
            .name("impasto-decoder".to_owned())
            .spawn(move || {
                (inner.options.at_start)();
                inner.run(id, reach, &beats);
            });
        // Refused by the system, there is one thread less: slower, or nothing is played.
        if let Ok(handle) = handle {
            state.threads.push(Thread {
                id,
                reach,
                reading: None,
                pulse,
                left: false,
                ended: false,
                handle: Some(handle),
            });
        }
    }

    /// Leaves threads behind that hang, and starts others in their place.
    pub fn watch(self: &Arc<Self>, state: &mut State) {
        let share = self.options.budget / CACHES.load(Ordering::Relaxed).max(1);
        if state.shelf.set_budget(share) {
            self.wake();
        }
        let now = Instant::now();
        let mut replaced = Vec::new();
        // Those that came back when another had taken their place.
        let back = |thread: &mut Thread| thread.left && thread.ended;
        for thread in state.threads.extract_if(.., back) {
            // It has given the lock back, and does nothing more.
            let _ = thread.handle.map(JoinHandle::join);
        }
        for thread in &mut state.threads {
            let Some(reading) = thread.reading.as_mut().filter(|_| !thread.left) else {
                continue;
            };
            let pulse = thread.pulse.count();
            if pulse != reading.pulse {
                (reading.pulse, reading.since) = (pulse, now);
            } else if now.duration_since(reading.since) >= self.options.patience {
                thread.left = true;
                let drive = (self.options.drive_of)(&reading.path);
                state.shelf.drives.hang(drive, thread.id);
                replaced.push(thread.reach);
            }
        }
        if replaced.is_empty() {
            return;
        }
        self.news.notify_all();
        let held = state
            .threads
            .iter()
            .filter(|thread| thread.is_held())
            .count();
        for reach in replaced {
            if held <= MOST_LEFT && !state.stopping {
                self.spawn(state, reach);
            }
        }
    }

    /// A thread's life.
    fn run(&self, id: u64, reach: Reach, pulse: &Arc<Pulse>) {
        let mut reader = None;
        while let Some(work) = self.next(id, reach, &mut reader) {
            match work {
                Work::Decode(job) => {
                    // Should a decoder panic, the thread has to go on.
                    let decode = AssertUnwindSafe(|| self.decode(&job, &mut reader, pulse));
                    let outcome = catch_unwind(decode).unwrap_or_else(|_| {
                        Outcome::Failed(Reason::DecoderFailed("panic".to_owned()))
                    });
                    let mut state = self.finish(id);
                    state.take_in(&job, outcome);
                }
                Work::Probe(folder) => {
                    let back = is_back(&folder);
                    let mut state = self.finish(id);
                    state.shelf.drives.probed(&folder, back, Instant::now());
                    if back {
                        state.shelf.retry(&folder);
                    }
                }
            }
            self.news.notify_all();
            self.work.notify_all();
        }
        drop(reader);
        let mut state = self.lock();
        if let Some(thread) = state.threads.iter_mut().find(|thread| thread.id == id) {
            thread.ended = true;
        }
        self.news.notify_all();
    }

    /// Waits for work; `None` when the thread is to end. A file is not kept open
    /// meanwhile: it would keep its drive from being taken out.
    fn next(&self, id: u64, reach: Reach, reader: &mut Option<ClipReader>) -> Option<Work> {
        let mut state = self.lock();
        loop {
            if state.stopping || state.is_left(id) {
                return None;
            }
            if let Some(work) = state.next(reach) {
                state.begin(id, &work);
                return Some(work);
            }
            if reader.is_some() {
                MutexGuard::unlocked(&mut state, || *reader = None);
            } else if state.shelf.drives.waits() {
                self.work.wait_for(&mut state, LOOK);
            } else {
                self.work.wait(&mut state);
            }
        }
    }

    /// The thread came back from the system.
    fn finish(&self, id: u64) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        if let Some(thread) = state.threads.iter_mut().find(|thread| thread.id == id) {
            thread.reading = None;
        }
        for folder in state.shelf.drives.returned(id) {
            state.shelf.retry(&folder);
        }
        state.unleave(id);
        state
    }

    /// Decodes `job`, unless another cache of the process has.
    fn decode(&self, job: &Job, reader: &mut Option<ClipReader>, pulse: &Arc<Pulse>) -> Outcome {
        let rate = self.options.rate;
        let origin = Origin::of(job, rate);
        let known = origin.as_ref();
        if let Some(clip) = known.and_then(|origin| SharedClips::with(|all| all.find(origin))) {
            return Outcome::Decoded(clip);
        }
        let decoded = match job.part {
            Part::Head => {
                let usable =
                    |open: &ClipReader| open.path() == job.path && open.reaches(job.start, rate);
                let open = match reader.take().filter(usable) {
                    Some(open) => Ok(open),
                    None => ClipReader::open(&job.path, pulse),
                };
                open.and_then(|mut open| {
                    let clip = open.read(job.start, HEAD, rate)?;
                    *reader = Some(open);
                    Ok(clip)
                })
            }
            // From a file opened for it alone: what a decoder gives must not depend on
            // what it read before, as renders have to repeat.
            Part::Whole => ClipReader::open(&job.path, pulse)
                .and_then(|mut open| open.read(job.start, SNIPPET, rate)),
        };
        match decoded {
            Ok(clip) => {
                let clip = Arc::new(PackedClip::pack(&clip));
                Outcome::Decoded(match origin {
                    Some(origin) => SharedClips::with(|all| all.share(origin, clip)),
                    None => clip,
                })
            }
            Err(error) => match gone_folder(&job.path) {
                Some(folder) => Outcome::Gone(folder),
                None => Outcome::Failed(reason_of(error)),
            },
        }
    }

    /// Ends all threads; those that hang are left behind. What they share lives on until
    /// the last of them comes back, but holds no audio any more.
    pub fn stop(self: &Arc<Self>) {
        let mut state = self.lock();
        state.stopping = true;
        self.work.notify_all();
        while Self::works(&state) {
            self.wait_for_news(&mut state);
        }
        CACHES.fetch_sub(1, Ordering::Relaxed);
        state.shelf = Shelf::new(self.options.rate, 0);
        if state.threads.iter().any(Thread::is_held) {
            (self.options.left_behind)();
        }
        let ended = state.threads.iter_mut().filter(|thread| thread.ended);
        let handles: Vec<_> = ended.filter_map(|thread| thread.handle.take()).collect();
        drop(state);
        for handle in handles {
            // A panic was reported by the panic hook.
            let _ = handle.join();
        }
    }
}

impl State {
    fn is_left(&self, id: u64) -> bool {
        let mut threads = self.threads.iter();
        threads.any(|thread| thread.id == id && thread.left)
    }

    /// A thread that came back goes on if no other took its place.
    fn unleave(&mut self, id: u64) {
        let reach = self.threads.iter().find(|t| t.id == id).map(|t| t.reach);
        let mut others = self.threads.iter();
        if others.any(|thread| thread.works() && Some(thread.reach) == reach) {
            return;
        }
        if let Some(thread) = self.threads.iter_mut().find(|thread| thread.id == id) {
            thread.left = false;
        }
    }

    fn next(&mut self, reach: Reach) -> Option<Work> {
        if reach == Reach::All
            && let Some(folder) = self.shelf.drives.due(Instant::now())
        {
            return Some(Work::Probe(folder));
        }
        self.shelf.next(reach).map(Work::Decode)
    }

    fn begin(&mut self, id: u64, work: &Work) {
        let path = match work {
            Work::Decode(job) => job.path.clone(),
            // A folder stands for what lies in it.
            Work::Probe(folder) => folder.join("."),
        };
        if let Some(thread) = self.threads.iter_mut().find(|thread| thread.id == id) {
            thread.reading = Some(Reading {
                path,
                since: Instant::now(),
                pulse: thread.pulse.count(),
            });
        }
    }

    fn take_in(&mut self, job: &Job, outcome: Outcome) {
        self.shelf.end(job);
        match outcome {
            Outcome::Decoded(clip) => self.shelf.put(job, Ok(clip)),
            Outcome::Failed(reason) => self.shelf.put(job, Err(reason)),
            Outcome::Gone(folder) => self.shelf.drives.gone(folder, Instant::now()),
        }
    }
}

fn reason_of(error: Error) -> Reason {
    match error {
        Error::Audio { reason, .. } => reason,
        other => Reason::DecoderFailed(other.to_string()),
    }
}
