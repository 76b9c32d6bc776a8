//! Decoded audio of what is likely to be played, so that a cue waits for no disk and no
//! codec.
//!
//! Threads of its own decode the heads of all chunks of the pool, likeliest first, and
//! the whole of what is listed now, and keep as much of it as the memory allows
//! ([`shelf`]). Whoever asks is answered at once: with a head whose rest follows, or
//! with nothing. What several caches of the process keep is in memory once. A drive that is gone or does not answer is a state that can be shown
//! ([`OfflineFolder`]); what is decoded plays on, and when the drive is back the rest
//! follows by itself.

mod drives;
mod shared;
mod shelf;
mod threads;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::cue::CueAudio;
use super::source::{ClipSource, Wait};
use crate::library::Library;
use crate::units::{ChunkId, SampleRate};
use crate::{Error, Result};
pub use drives::{OfflineFolder, drive_of};
use shelf::AtHand;
pub use shelf::HEAD;
use threads::Inner;

/// What a [`ClipCache`] may use.
#[derive(Clone, Debug)]
pub struct CacheOptions {
    /// The player's.
    pub rate: SampleRate,
    /// Bytes of decoded audio that all caches of the process keep together.
    pub budget: usize,
    /// How long the system may give no byte of a file before its drive counts as
    /// hanging.
    pub patience: Duration,
    /// Called by each thread that decodes when it starts: to lower its priority.
    pub at_start: fn(),
    /// Called when the cache goes while the system still holds a thread of it: what can
    /// be unloaded, as a plug-in can, must see to it that its code stays.
    pub left_behind: fn(),
    /// The root of what hangs together with a file, found without touching the drive.
    pub drive_of: fn(&Path) -> PathBuf,
}

impl CacheOptions {
    /// 256 MiB: the heads of 4,600 chunks in stereo at 48 kHz, or of a thousand and 260
    /// whole chunks.
    pub const BUDGET: usize = 256 << 20;

    /// The usual ones at `rate`.
    pub fn new(rate: SampleRate) -> Self {
        Self {
            rate,
            budget: Self::BUDGET,
            patience: Duration::from_secs(2),
            at_start: || (),
            left_behind: || (),
            drive_of,
        }
    }
}

/// What a [`ClipCache`] holds and lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CacheStatus {
    /// Chunks of the pool.
    pub pool: usize,
    /// How many of them have their head decoded.
    pub heads: usize,
    /// Whole chunks that are decoded.
    pub wholes: usize,
    /// The memory of all samples.
    pub bytes: usize,
    /// What it may be at most.
    pub budget: usize,
    /// Drives that are away.
    pub offline: Vec<OfflineFolder>,
    /// Chunks of the pool that can't be played to their end for that.
    pub lost: usize,
}

/// Keeps audio decoded. Dropping it ends its threads.
pub struct ClipCache(Arc<Inner>);

impl ClipCache {
    /// An empty one.
    pub fn new(options: CacheOptions) -> Self {
        Self(Inner::start(options))
    }

    /// The rate of its clips.
    pub fn rate(&self) -> SampleRate {
        self.0.options.rate
    }

    /// Takes chunks of `library` from now on, or none. What is decoded already and is
    /// the same audio in both stays; unless the library [continues](Library::continues)
    /// the one before, there is no pool until the next [`set_pool`](Self::set_pool).
    pub fn set_library(&self, library: Option<Library>) {
        self.0.lock().shelf.set_library(library);
        self.0.wake();
    }

    /// Decodes ahead for another pool, likeliest first. Cheap if it is the same.
    pub fn set_pool(&self, pool: impl ExactSizeIterator<Item = ChunkId> + Clone) {
        let mut state = self.0.lock();
        if !pool.clone().eq(state.shelf.pool().iter().copied()) {
            state.shelf.set_pool(pool.collect());
            drop(state);
            self.0.wake();
        }
    }

    /// Clips for one feeder.
    pub fn clips(&self) -> CachedClips {
        CachedClips {
            list: self.0.lock().shelf.add_list(),
            inner: Arc::clone(&self.0),
        }
    }

    /// Looks after the threads: call it several times a second.
    pub fn watch(&self) {
        self.0.watch(&mut self.0.lock());
    }

    /// What [`PackedClip::peaks`](super::PackedClip::peaks) says of all of `chunk`; `None` while that is not decoded.
    pub fn peaks(&self, chunk: ChunkId, count: usize) -> Option<Vec<[f32; 2]>> {
        let whole = self.0.lock().shelf.whole(chunk)?;
        Some(whole.peaks(count))
    }

    /// What it holds and lacks.
    pub fn status(&self) -> CacheStatus {
        let state = self.0.lock();
        let shelf = &state.shelf;
        let (heads, wholes) = shelf.decoded();
        CacheStatus {
            pool: shelf.pool().len(),
            heads,
            wholes,
            bytes: shelf.bytes(),
            budget: shelf.budget(),
            offline: shelf.drives.list(),
            lost: shelf.lost(),
        }
    }
}

impl Drop for ClipCache {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// Clips of a [`ClipCache`] for one [`CueFeeder`](super::CueFeeder).
pub struct CachedClips {
    inner: Arc<Inner>,
    list: usize,
}

impl Drop for CachedClips {
    /// What it listed is not wanted any more.
    fn drop(&mut self) {
        self.inner.lock().shelf.list(self.list, &[]);
    }
}

impl ClipSource for CachedClips {
    fn list(&mut self, chunks: &[ChunkId]) {
        let new = self.inner.lock().shelf.list(self.list, chunks);
        if new {
            self.inner.wake();
        }
    }

    fn audio(&mut self, chunk: ChunkId, wait: Wait) -> Result<Option<CueAudio>> {
        let mut state = self.inner.lock();
        loop {
            let audio = match state.shelf.take(chunk) {
                AtHand::Audio(audio) => Some(audio),
                AtHand::Failed(path, reason) => return Err(Error::Audio { path, reason }),
                AtHand::Nothing => None,
            };
            let whole = audio.as_ref().is_some_and(|audio| audio.whole().is_some());
            if wait == Wait::No || whole {
                if audio.is_some() && !whole {
                    self.inner.wake();
                }
                return Ok(audio);
            }
            let hopeless = state.shelf.is_offline(chunk) || !Inner::works(&state);
            if hopeless {
                return Ok(None);
            }
            state.shelf.promise(chunk);
            self.inner.wake();
            self.inner.wait_for_news(&mut state);
        }
    }
}
