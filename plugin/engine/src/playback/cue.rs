//! A snippet ready to play.

use std::sync::{Arc, OnceLock};

use super::level::{ClipLevel, LevelMatch};
use super::packed::PackedClip;
use crate::library::StereoClip;
use crate::units::{ChunkId, SampleRate};

/// What a cue is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Plays when the next snippet starts; replaces an earlier `Best`.
    Best,
    /// Waits until the `Best` has started, then takes its place, so that there
    /// is always a cue ahead.
    Reserve,
}

/// Where a whole clip appears once it is decoded. Reading it waits for nothing.
pub type WholeSlot = OnceLock<Arc<PackedClip>>;

/// A chunk's audio as far as it is decoded: its beginning, and the whole of it now or
/// soon. The whole holds the beginning too, so that a place in one is the same place in
/// the other.
///
/// Shared with whoever keeps decoded audio. A cue goes back to the worker before it is
/// freed, so the audio thread never lets go of the last reference.
#[derive(Clone, Debug)]
pub struct CueAudio {
    head: Arc<PackedClip>,
    whole: Arc<WholeSlot>,
    /// Frames of the whole, as expected while it is not there.
    expected: usize,
    /// RMS of the whole, linear, where it is known before the whole is there.
    rms: Option<f32>,
}

impl CueAudio {
    /// All of a chunk.
    pub fn of_whole(clip: Arc<PackedClip>) -> Self {
        let slot = WholeSlot::new();
        let expected = clip.len();
        // The slot was made empty here.
        let _ = slot.set(Arc::clone(&clip));
        Self {
            head: clip,
            whole: Arc::new(slot),
            expected,
            rms: None,
        }
    }

    /// The beginning of a chunk of which `expected` frames in all will appear in
    /// `whole`; `rms` is the whole's, linear, if it is known.
    pub fn of_head(
        head: Arc<PackedClip>,
        whole: Arc<WholeSlot>,
        expected: usize,
        rms: Option<f32>,
    ) -> Self {
        Self {
            expected: expected.max(head.len()),
            head,
            whole,
            rms,
        }
    }

    /// The whole, once it is decoded.
    pub fn whole(&self) -> Option<&PackedClip> {
        self.whole.get().map(Arc::as_ref)
    }

    /// The beginning; the whole where nothing else was ever decoded.
    pub fn head(&self) -> &PackedClip {
        &self.head
    }

    /// How loud it is, as far as that is known: before the whole is there, the peak
    /// is that of the beginning.
    pub fn level(&self) -> ClipLevel {
        match self.whole() {
            Some(whole) => whole.level(),
            None => ClipLevel {
                rms: self.rms.unwrap_or(self.head.level().rms),
                peak: self.head.level().peak,
            },
        }
    }

    /// Of the samples.
    pub fn rate(&self) -> SampleRate {
        self.head.rate()
    }

    /// Frames in all; an expectation until the whole is there.
    pub(super) fn len(&self) -> usize {
        self.whole().map_or(self.expected, PackedClip::len)
    }
}

impl From<StereoClip> for CueAudio {
    /// All of a chunk.
    fn from(clip: StereoClip) -> Self {
        Self::of_whole(Arc::new(PackedClip::pack(&clip)))
    }
}

/// A snippet with its decoded audio. Made and freed by the worker only.
#[derive(Clone, Debug)]
pub struct Cue {
    /// Tells cues apart; the same chunk may be cued many times.
    pub serial: u64,
    /// What it is for.
    pub role: Role,
    /// The chunk that it plays.
    pub chunk: ChunkId,
    /// The chunk's audio at the host's rate.
    pub audio: CueAudio,
    /// How its level is matched, and to which RMS (dBFS); `None` leaves it as it is.
    matching: Option<(LevelMatch, Option<f32>)>,
    /// [`CueSender::clear`](super::CueSender::clear) makes cues of an earlier
    /// epoch invalid; set when sent.
    pub(super) epoch: u64,
}

impl Cue {
    /// A cue of `chunk` at its own level.
    pub fn new(serial: u64, role: Role, chunk: ChunkId, audio: impl Into<CueAudio>) -> Self {
        Self {
            serial,
            role,
            chunk,
            audio: audio.into(),
            matching: None,
            epoch: 0,
        }
    }

    /// Has it played at the level that `matching` gives beside a reference of
    /// `reference_db` RMS.
    pub fn match_level(&mut self, matching: &LevelMatch, reference_db: Option<f32>) {
        self.matching = Some((*matching, reference_db));
    }

    /// The linear gain that matches its level, by what is known of it now.
    pub fn gain(&self) -> f32 {
        self.matching.map_or(1.0, |(matching, reference)| {
            matching.gain(self.audio.level(), reference)
        })
    }
}
