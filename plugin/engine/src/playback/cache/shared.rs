//! Decoded clips that several caches of the process hold: each is in memory once.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::SystemTime;

use parking_lot::Mutex;

use super::shelf::{Job, Part};
use crate::playback::packed::PackedClip;
use crate::units::SampleRate;

/// Entries from which on those are looked for that nobody holds any more.
const MANY: usize = 1024;

/// What a clip is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Origin {
    path: PathBuf,
    /// Another file may have come to its place.
    size: u64,
    modified: Option<SystemTime>,
    /// Bits of the seconds.
    start: u64,
    part: Part,
    /// Bits of the hertz.
    rate: u64,
}

impl Origin {
    /// Asks the system for the file, as opening it would; `None` if it is not there.
    pub fn of(job: &Job, rate: SampleRate) -> Option<Self> {
        let file = fs::metadata(&job.path).ok()?;
        Some(Self {
            path: job.path.clone(),
            size: file.len(),
            modified: file.modified().ok(),
            start: job.start.0.to_bits(),
            part: job.part,
            rate: rate.hz().to_bits(),
        })
    }
}

/// Clips by what they are made of.
#[derive(Default)]
pub(super) struct SharedClips {
    clips: HashMap<Origin, Weak<PackedClip>>,
    /// Size at which to look for what is gone.
    full: usize,
}

/// Those of this process.
static SHARED: Mutex<Option<SharedClips>> = Mutex::new(None);

impl SharedClips {
    /// Asks those of this process.
    pub fn with<T>(ask: impl FnOnce(&mut Self) -> T) -> T {
        ask(SHARED.lock().get_or_insert_default())
    }

    /// The clip, if anyone holds it.
    pub fn find(&self, origin: &Origin) -> Option<Arc<PackedClip>> {
        self.clips.get(origin)?.upgrade()
    }

    /// The clip for all to hold: the one that came first, if there are two.
    pub fn share(&mut self, origin: Origin, clip: Arc<PackedClip>) -> Arc<PackedClip> {
        if let Some(known) = self.find(&origin) {
            return known;
        }
        if self.clips.len() >= self.full.max(MANY) {
            self.clips.retain(|_, clip| clip.strong_count() > 0);
            self.full = self.clips.len() * 2;
        }
        self.clips.insert(origin, Arc::downgrade(&clip));
        clip
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::StereoClip;
    use crate::units::{ChunkId, Seconds};

    fn clip() -> Arc<PackedClip> {
        let rate = SampleRate::new(48_000.0).expect("a rate");
        Arc::new(PackedClip::pack(&StereoClip {
            rate,
            left: vec![0.5; 8],
            right: vec![0.5; 8],
        }))
    }

    #[test]
    fn a_clip_is_shared_while_anyone_holds_it_and_its_file_is_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("one.wav");
        let rate = SampleRate::new(48_000.0).expect("a rate");
        let job = |part| Job {
            chunk: ChunkId(0),
            part,
            path: path.clone(),
            start: Seconds(4.0),
        };
        assert_eq!(Origin::of(&job(Part::Head), rate), None, "no file");
        fs::write(&path, "a").expect("a file");
        let origin = |part| Origin::of(&job(part), rate).expect("a file");
        let mut shared = SharedClips::default();
        let (first, second) = (clip(), clip());
        let first = shared.share(origin(Part::Head), first);
        let again = shared.share(origin(Part::Head), second);
        assert!(Arc::ptr_eq(&first, &again));
        assert!(shared.find(&origin(Part::Whole)).is_none());
        let before = origin(Part::Head);
        fs::write(&path, "longer").expect("a file");
        assert!(shared.find(&origin(Part::Head)).is_none(), "another file");
        drop((first, again));
        assert!(shared.find(&before).is_none());
    }

    #[test]
    fn what_nobody_holds_leaves_no_trace() {
        let mut shared = SharedClips::default();
        for start in 0..10 * MANY {
            let origin = Origin {
                path: PathBuf::new(),
                size: 0,
                modified: None,
                start: start as u64,
                part: Part::Head,
                rate: 0,
            };
            shared.share(origin, clip());
        }
        assert!(shared.clips.len() <= MANY);
    }
}
