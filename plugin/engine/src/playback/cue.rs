//! A snippet ready to play.

use super::level::{ClipLevel, LevelMatch};
use crate::library::StereoClip;
use crate::units::ChunkId;

/// What a cue is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Plays when the next snippet starts; replaces an earlier `Best`.
    Best,
    /// Waits until the `Best` has started, then takes its place, so that there
    /// is always a cue ahead.
    Reserve,
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
    pub clip: StereoClip,
    /// How loud the clip is.
    pub level: ClipLevel,
    /// Linear gain that matches its level.
    pub gain: f32,
    /// [`CueSender::clear`](super::CueSender::clear) makes cues of an earlier
    /// epoch invalid; set when sent.
    pub(super) epoch: u64,
}

impl Cue {
    /// A cue of `chunk` at its own level; measures `clip`.
    pub fn new(serial: u64, role: Role, chunk: ChunkId, clip: StereoClip) -> Self {
        let level = ClipLevel::of(&clip);
        Self {
            serial,
            role,
            chunk,
            clip,
            level,
            gain: 1.0,
            epoch: 0,
        }
    }

    /// Sets the gain by `matching` beside a reference of `reference_db` RMS.
    pub fn match_level(&mut self, matching: &LevelMatch, reference_db: Option<f32>) {
        self.gain = matching.gain(self.level, reference_db);
    }

    /// Samples a channel.
    pub(super) fn len(&self) -> usize {
        self.clip.left.len().min(self.clip.right.len())
    }
}
