//! What is decoded, what is to be decoded next, and what goes when memory is short.
//! No thread and no disk: the decoder's threads ask and tell.

mod memory;

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::drives::Drives;
use crate::library::{Library, Reason, TrackId};
use crate::playback::channel::CUES;
use crate::playback::cue::{CueAudio, WholeSlot};
use crate::playback::packed::PackedClip;
use crate::playback::source::SNIPPET;
use crate::units::{ChunkId, SampleRate, Seconds};

/// How much of a snippet is its head: long enough for the slowest codec to decode the
/// rest meanwhile.
pub const HEAD: Seconds = Seconds(0.3);

/// Heads that are put in the order of files and places before they are decoded: enough
/// that an open file gives several, few enough that the likeliest still come first.
const BATCH: usize = 64;

/// Chunks whose rest can be promised at once: as many as two players can hold. While a
/// drive is away none of them comes.
const PROMISES: usize = 2 * CUES;

/// How much of a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// Its first [`HEAD`].
    Head,
    /// All of it.
    Whole,
}

/// Something to decode.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Job {
    pub chunk: ChunkId,
    pub part: Part,
    pub path: PathBuf,
    pub start: Seconds,
}

/// Which work a thread takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// What is to be cued now.
    Now,
    /// That, and what may be cued later.
    All,
}

/// A chunk of which something is or was wanted.
#[derive(Debug, Default)]
struct Entry {
    head: Option<Arc<PackedClip>>,
    whole: Arc<WholeSlot>,
    /// Why it can't be decoded.
    failed: Option<Reason>,
    /// When it was listed last; 0 if never.
    listed: u64,
}

/// What is at hand of a chunk that is asked for.
pub(super) enum AtHand {
    Audio(CueAudio),
    /// It can't be decoded.
    Failed(PathBuf, Reason),
    Nothing,
}

/// All that is known under the lock.
pub(super) struct Shelf {
    library: Option<Library>,
    rate: SampleRate,
    budget: usize,
    entries: HashMap<ChunkId, Entry>,
    /// Chunks whose whole is here.
    wholes: BTreeSet<ChunkId>,
    head_bytes: usize,
    whole_bytes: usize,
    /// The pool in the order of likeliness, and each chunk's place in it.
    pool: Vec<ChunkId>,
    rank: HashMap<ChunkId, u32>,
    /// Decoded, but not of the pool.
    stale: Vec<ChunkId>,
    /// What each user of the cache lists now, best first.
    lists: Vec<Vec<ChunkId>>,
    /// Chunks that were cued by their heads and whose rest must come.
    promised: VecDeque<ChunkId>,
    running: HashSet<(ChunkId, Part)>,
    batch: VecDeque<ChunkId>,
    next_head: usize,
    next_whole: usize,
    clock: u64,
    pub drives: Drives,
}

impl Shelf {
    pub fn new(rate: SampleRate, budget: usize) -> Self {
        Self {
            library: None,
            rate,
            budget,
            entries: HashMap::new(),
            wholes: BTreeSet::new(),
            head_bytes: 0,
            whole_bytes: 0,
            pool: Vec::new(),
            rank: HashMap::new(),
            stale: Vec::new(),
            lists: Vec::new(),
            promised: VecDeque::new(),
            running: HashSet::new(),
            batch: VecDeque::new(),
            next_head: 0,
            next_whole: 0,
            clock: 0,
            drives: Drives::default(),
        }
    }

    /// Takes another library; what is the same audio in both stays. Of a later view of
    /// the same index, the pool and what is listed stay, too.
    pub fn set_library(&mut self, library: Option<Library>) {
        let both = library.as_ref().zip(self.library.as_ref());
        if both.is_some_and(|(now, before)| now.continues(before)) {
            self.library = library;
            self.rewind();
            return;
        }
        let before = std::mem::replace(&mut self.library, library);
        let old = |chunk| Some(place(before.as_ref()?, chunk)?.to_owned());
        let now = self.library.as_ref();
        self.entries.retain(|chunk, entry| {
            let new = now.and_then(|library| place(library, *chunk));
            entry.failed = None;
            let same = |old: PlaceBuf| new.is_some_and(|new| new.to_owned() == old);
            old(*chunk).is_some_and(same)
        });
        let entries = &self.entries;
        self.wholes.retain(|chunk| entries.contains_key(chunk));
        self.count();
        self.promised.clear();
        self.lists.iter_mut().for_each(Vec::clear);
        self.drives.forget();
        self.set_pool(Vec::new());
    }

    /// Takes another pool, likeliest first.
    pub fn set_pool(&mut self, pool: Vec<ChunkId>) {
        self.rank = pool.iter().copied().zip(0..).collect();
        self.pool = pool;
        let decoded = |entry: &Entry| entry.head.is_some();
        self.stale = (self.entries.iter())
            .filter(|(chunk, entry)| decoded(entry) && !self.rank.contains_key(chunk))
            .map(|(chunk, _)| *chunk)
            .collect();
        // The one listed longest ago goes first, from the back.
        let listed = |chunk: &ChunkId| self.entries[chunk].listed;
        let mut stale = std::mem::take(&mut self.stale);
        stale.sort_unstable_by_key(|chunk| (std::cmp::Reverse(listed(chunk)), *chunk));
        self.stale = stale;
        self.rewind();
    }

    /// The pool, likeliest first.
    pub fn pool(&self) -> &[ChunkId] {
        &self.pool
    }

    /// Looks at all of the pool again.
    pub fn rewind(&mut self) {
        (self.next_head, self.next_whole) = (0, 0);
        self.batch.clear();
    }

    /// A place for another user's list.
    pub fn add_list(&mut self) -> usize {
        self.lists.push(Vec::new());
        self.lists.len() - 1
    }

    /// What a user lists now, best first; true if that is new.
    pub fn list(&mut self, user: usize, chunks: &[ChunkId]) -> bool {
        self.clock += 1;
        for chunk in chunks {
            if place_of(self.library.as_ref(), *chunk).is_some() {
                self.entries.entry(*chunk).or_default().listed = self.clock;
            }
        }
        let Some(list) = self.lists.get_mut(user) else {
            return false;
        };
        let new = *list != chunks;
        list.clear();
        list.extend_from_slice(chunks);
        new
    }

    /// What is at hand of `chunk`. If it is only the head, the rest is promised: it is
    /// decoded before all else.
    pub fn take(&mut self, chunk: ChunkId) -> AtHand {
        let Some(place) = place_of(self.library.as_ref(), chunk) else {
            return AtHand::Nothing;
        };
        let Some(entry) = self.entries.get(&chunk) else {
            return AtHand::Nothing;
        };
        if let Some(reason) = &entry.failed {
            return AtHand::Failed(place.path.to_owned(), reason.clone());
        }
        let Some(head) = &entry.head else {
            return AtHand::Nothing;
        };
        let rms = 10f32.powf(place.rms_db / 20.0);
        let audio = CueAudio::of_head(
            Arc::clone(head),
            Arc::clone(&entry.whole),
            frames(SNIPPET, self.rate),
            Some(rms).filter(|rms| rms.is_finite() && *rms > 0.0),
        );
        if audio.whole().is_none() {
            self.promise(chunk);
        }
        AtHand::Audio(audio)
    }

    /// All of `chunk`, if it is decoded.
    pub fn whole(&self, chunk: ChunkId) -> Option<Arc<PackedClip>> {
        self.entries.get(&chunk)?.whole.get().cloned()
    }

    /// Has all of `chunk` decoded before all else.
    pub fn promise(&mut self, chunk: ChunkId) {
        if !self.promised.contains(&chunk) {
            self.promised.push_back(chunk);
        }
        while self.promised.len() > PROMISES {
            self.promised.pop_front();
        }
    }

    /// Whether `chunk` lies where nothing can be read now.
    pub fn is_offline(&self, chunk: ChunkId) -> bool {
        place_of(self.library.as_ref(), chunk)
            .is_some_and(|place| self.drives.is_offline(place.path))
    }

    /// What a thread is to decode next.
    pub fn next(&mut self, reach: Reach) -> Option<Job> {
        let job = self.next_now().or_else(|| match reach {
            Reach::Now => None,
            Reach::All => self.next_head().or_else(|| self.next_whole()),
        })?;
        self.running.insert((job.chunk, job.part));
        Some(job)
    }

    /// The rest of what was cued by its head, then heads and wholes of what is listed.
    fn next_now(&self) -> Option<Job> {
        let listed = || self.lists.iter().flatten();
        let promised = self.promised.iter().map(|chunk| (*chunk, Part::Whole));
        let heads = listed().map(|chunk| (*chunk, Part::Head));
        let wholes = listed().map(|chunk| (*chunk, Part::Whole));
        let mut wanted = promised.chain(heads).chain(wholes);
        wanted.find_map(|(chunk, part)| self.job(chunk, part))
    }

    fn next_head(&mut self) -> Option<Job> {
        loop {
            if !self.has_room_for_head() {
                return None;
            }
            let Some(chunk) = self.batch.pop_front() else {
                if self.refill() {
                    continue;
                }
                return None;
            };
            if let Some(job) = self.job(chunk, Part::Head) {
                return Some(job);
            }
        }
    }

    /// The next heads that are missing, in the order of files; false if there is none.
    fn refill(&mut self) -> bool {
        // No more than there is memory for: of what is left out, none may be likelier.
        let room = (self.room_for_heads() / self.estimate(Part::Head)).clamp(1, BATCH);
        while self.batch.len() < room
            && let Some(chunk) = self.pool.get(self.next_head).copied()
        {
            self.next_head += 1;
            if self.lacks(chunk, Part::Head) {
                self.batch.push_back(chunk);
            }
        }
        let library = self.library.as_ref();
        let order = |chunk: &ChunkId| {
            place_of(library, *chunk).map(|place| (place.track, place.start.0.to_bits()))
        };
        let batch = self.batch.make_contiguous();
        // Bits of numbers that are not negative are in the numbers' order.
        batch.sort_unstable_by_key(order);
        !batch.is_empty()
    }

    /// Wholes of the pool while there is memory that nothing else wants.
    fn next_whole(&mut self) -> Option<Job> {
        while let Some(chunk) = self.pool.get(self.next_whole).copied() {
            if self.bytes() + self.estimate(Part::Whole) > self.budget {
                return None;
            }
            self.next_whole += 1;
            if let Some(job) = self.job(chunk, Part::Whole) {
                return Some(job);
            }
        }
        None
    }

    fn lacks(&self, chunk: ChunkId, part: Part) -> bool {
        let missing = self.entries.get(&chunk).is_none_or(|entry| {
            entry.failed.is_none()
                && match part {
                    Part::Head => entry.head.is_none(),
                    Part::Whole => entry.whole.get().is_none(),
                }
        });
        missing && !self.running.contains(&(chunk, part))
    }

    /// The decoding of `part` of `chunk`, if it is missing and can be done now.
    fn job(&self, chunk: ChunkId, part: Part) -> Option<Job> {
        if !self.lacks(chunk, part) {
            return None;
        }
        let place = place_of(self.library.as_ref(), chunk)?;
        (!self.drives.is_offline(place.path)).then(|| Job {
            chunk,
            part,
            path: place.path.to_owned(),
            start: place.start,
        })
    }

    /// Nobody works at `job` any more.
    pub fn end(&mut self, job: &Job) {
        self.running.remove(&(job.chunk, job.part));
    }

    /// Takes in what came of `job`, unless the chunk means other audio by now.
    pub fn put(&mut self, job: &Job, result: Result<Arc<PackedClip>, Reason>) {
        let place = place_of(self.library.as_ref(), job.chunk);
        let other = place.is_none_or(|now| now.path != job.path || now.start != job.start);
        let wanted = self.rank.contains_key(&job.chunk) || self.is_wanted(job.chunk);
        if other || !wanted {
            return;
        }
        match result {
            Ok(clip) => match job.part {
                Part::Head => self.put_head(job.chunk, clip),
                Part::Whole => self.put_whole(job.chunk, clip),
            },
            Err(reason) => {
                self.entries.entry(job.chunk).or_default().failed = Some(reason);
                self.promised.retain(|chunk| *chunk != job.chunk);
            }
        }
    }

    fn put_head(&mut self, chunk: ChunkId, head: Arc<PackedClip>) {
        let known = self.entries.get(&chunk);
        if known.is_some_and(|entry| entry.head.is_some()) {
            return;
        }
        let bytes = head.bytes();
        if !self.make_room(bytes, Part::Head, self.is_wanted(chunk)) {
            return;
        }
        self.head_bytes += bytes;
        self.entries.entry(chunk).or_default().head = Some(head);
        if !self.rank.contains_key(&chunk) {
            self.stale.insert(0, chunk);
        }
    }

    fn put_whole(&mut self, chunk: ChunkId, clip: Arc<PackedClip>) {
        let wanted = self.is_wanted(chunk);
        let lacks_head = self
            .entries
            .get(&chunk)
            .is_none_or(|entry| entry.head.is_none());
        if lacks_head {
            self.put_head(chunk, Arc::new(clip.first(frames(HEAD, self.rate))));
        }
        let bytes = clip.bytes();
        if !self.make_room(bytes, Part::Whole, wanted) {
            return;
        }
        let entry = self.entries.entry(chunk).or_default();
        if entry.whole.set(clip).is_ok() {
            self.whole_bytes += bytes;
            self.wholes.insert(chunk);
        }
        self.promised.retain(|promised| *promised != chunk);
    }

    /// Whether `chunk` is to be cued now, so that it must not be dropped.
    fn is_wanted(&self, chunk: ChunkId) -> bool {
        let mut listed = self.lists.iter().flatten();
        self.promised.contains(&chunk) || listed.any(|listed| *listed == chunk)
    }

    /// How many of the pool have their head here, and how many all of them.
    pub fn decoded(&self) -> (usize, usize) {
        let heads = self.pool.iter().filter(|chunk| {
            let entry = self.entries.get(chunk);
            entry.is_some_and(|entry| entry.head.is_some())
        });
        (heads.count(), self.wholes.len())
    }

    /// How many of the pool can't be played to their end while their drive is away.
    pub fn lost(&self) -> usize {
        if self.drives.is_empty() {
            return 0;
        }
        let lost = |chunk: &&ChunkId| !self.wholes.contains(chunk) && self.is_offline(**chunk);
        self.pool.iter().filter(lost).count()
    }

    /// Lets chunks under `folder` be tried again.
    pub fn retry(&mut self, folder: &Path) {
        let library = self.library.as_ref();
        for (chunk, entry) in &mut self.entries {
            let under = place_of(library, *chunk).is_some_and(|p| p.path.starts_with(folder));
            if under {
                entry.failed = None;
            }
        }
        self.rewind();
    }
}

/// Where a chunk lies.
struct Place<'a> {
    track: TrackId,
    path: &'a Path,
    start: Seconds,
    rms_db: f32,
}

type PlaceBuf = (PathBuf, Seconds);

impl Place<'_> {
    fn to_owned(&self) -> PlaceBuf {
        (self.path.to_owned(), self.start)
    }
}

fn place(library: &Library, chunk: ChunkId) -> Option<Place<'_>> {
    let info = library.get(chunk)?;
    Some(Place {
        track: info.track,
        path: &library.track(info.track).path,
        start: info.start,
        rms_db: info.rms_db,
    })
}

fn place_of(library: Option<&Library>, chunk: ChunkId) -> Option<Place<'_>> {
    place(library?, chunk)
}

/// Frames in `time` at `rate`.
pub(super) fn frames(time: Seconds, rate: SampleRate) -> usize {
    (time.0 * rate.hz().round()).round() as usize
}
