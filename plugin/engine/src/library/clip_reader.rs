//! Pieces of one file, read one after the other without opening it each time.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};
use crate::units::{SampleRate, Seconds};

use super::Reason;
use super::clip::StereoClip;
use super::decode::{Span, clip_of};
use super::source::Source;

/// Beats whenever the system has given bytes of a file: tells a reader that is slow from
/// one that hangs.
#[derive(Debug, Default)]
pub struct Pulse(AtomicU64);

impl Pulse {
    /// Reads that came back so far.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn beat(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// An opened file of which clips are taken.
///
/// Going forward in an open file saves what opening costs: probing, and for mp3, which
/// has no table of places, parsing everything from the file's start again.
pub struct ClipReader {
    path: PathBuf,
    source: Source,
}

impl ClipReader {
    /// Opens the file; `pulse` beats with each read.
    ///
    /// # Errors
    /// [`Error::Audio`] with the [`Reason`].
    pub fn open(path: &Path, pulse: &Arc<Pulse>) -> Result<Self> {
        let source = Source::open_watched(path, Some(Arc::clone(pulse)));
        Ok(Self {
            source: source.map_err(failed(path))?,
            path: path.to_owned(),
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a clip from `start` on, at `rate`, still lies ahead.
    pub fn reaches(&self, start: Seconds, rate: SampleRate) -> bool {
        let span = Span::new(start, Seconds(0.0), self.source.rate(), whole_hertz(rate));
        self.source.reaches(span.first())
    }

    /// Decodes `len` from `start` on, which must lie ahead; as
    /// [`decode_stereo`](super::decode::decode_stereo).
    ///
    /// # Errors
    /// As [`decode_stereo`](super::decode::decode_stereo).
    pub fn read(&mut self, start: Seconds, len: Seconds, rate: SampleRate) -> Result<StereoClip> {
        clip_of(&mut self.source, start, len, rate).map_err(failed(&self.path))
    }
}

/// What decoders work at.
pub(super) fn whole_hertz(rate: SampleRate) -> u32 {
    rate.hz().round().clamp(1.0, 1e6) as u32
}

fn failed(path: &Path) -> impl FnOnce(Reason) -> Error {
    let path = path.to_owned();
    move |reason| Error::Audio { path, reason }
}
