//! Where the audio of cues comes from.

use super::cue::CueAudio;
use crate::Result;
use crate::library::decode::decode_stereo;
use crate::library::{Library, StereoClip};
use crate::units::{ChunkId, SampleRate, Seconds};

/// How long a snippet is: a chunk (paper, §3).
pub const SNIPPET: Seconds = Seconds(4.0);

/// Whether a cue may be waited for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wait {
    /// Live: what is not decoded now is not cued now.
    #[default]
    No,
    /// Offline: until all of the audio is decoded, so that the same input gives the
    /// same bytes.
    ForWhole,
}

/// Where the audio of a chunk comes from.
pub trait ClipSource: Send {
    /// What is listed now, best first: what will be asked for next.
    fn list(&mut self, _chunks: &[ChunkId]) {}

    /// The audio of `chunk` at the player's rate, as far as it is decoded; `None` if
    /// nothing of it is, or if its drive does not answer.
    ///
    /// # Errors
    /// If the track can't be read any more.
    fn audio(&mut self, chunk: ChunkId, wait: Wait) -> Result<Option<CueAudio>>;
}

/// Decodes chunks of a library from its tracks' files, each when it is asked for.
pub struct LibraryClips {
    library: Library,
    rate: SampleRate,
}

impl LibraryClips {
    /// Clips of `library` at `rate`.
    pub fn new(library: Library, rate: SampleRate) -> Self {
        Self { library, rate }
    }

    /// The audio of `chunk`.
    ///
    /// # Errors
    /// If the track can't be read any more.
    pub fn clip(&mut self, chunk: ChunkId) -> Result<StereoClip> {
        let info = self.library.chunk(chunk);
        let track = self.library.track(info.track);
        decode_stereo(&track.path, info.start, SNIPPET, self.rate)
    }
}

impl ClipSource for LibraryClips {
    fn audio(&mut self, chunk: ChunkId, _wait: Wait) -> Result<Option<CueAudio>> {
        Ok(Some(self.clip(chunk)?.into()))
    }
}

impl<F: FnMut(ChunkId) -> Result<StereoClip> + Send> ClipSource for F {
    fn audio(&mut self, chunk: ChunkId, _wait: Wait) -> Result<Option<CueAudio>> {
        Ok(Some(self(chunk)?.into()))
    }
}
