//! The worker's side of playback: decodes ahead and keeps the player supplied.

use std::collections::{HashSet, VecDeque};

use super::channel::{CueSender, Refused, Started};
use super::cue::Cue;
use super::level::LevelMatch;
use super::planner::{CuePlanner, CueRequest};
use crate::Result;
use crate::library::decode::decode_stereo;
use crate::library::{Library, StereoClip};
use crate::retrieval::Hit;
use crate::units::{ChunkId, SampleRate, Seconds};

/// Cues kept after they came back, in case their chunk is wanted again: the
/// nearest chunk often changes between two or three. 1.5 MB each at 48 kHz.
const SHELF: usize = 6;

/// How long a snippet is: a chunk (paper, §3).
const SNIPPET: Seconds = Seconds(4.0);

/// Where the audio of a chunk comes from.
pub trait ClipSource: Send {
    /// The audio of `chunk` at the player's rate.
    ///
    /// # Errors
    /// If the track can't be read any more.
    fn clip(&mut self, chunk: ChunkId) -> Result<StereoClip>;
}

/// Decodes chunks of a library from its tracks' files.
pub struct LibraryClips {
    library: Library,
    rate: SampleRate,
}

impl LibraryClips {
    /// Clips of `library` at `rate`.
    pub fn new(library: Library, rate: SampleRate) -> Self {
        Self { library, rate }
    }
}

impl ClipSource for LibraryClips {
    fn clip(&mut self, chunk: ChunkId) -> Result<StereoClip> {
        let info = self.library.chunk(chunk);
        let track = self.library.track(info.track);
        decode_stereo(&track.path, info.start, SNIPPET, self.rate)
    }
}

impl<F: FnMut(ChunkId) -> Result<StereoClip> + Send> ClipSource for F {
    fn clip(&mut self, chunk: ChunkId) -> Result<StereoClip> {
        self(chunk)
    }
}

/// What one call of [`CueFeeder::feed`] sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fed {
    /// Nothing: the player has what it needs, or has no room.
    Nothing,
    /// A cue whose audio was still at hand.
    Kept,
    /// A cue that was decoded for it.
    Decoded,
}

/// Keeps a [`Player`](super::Player) supplied with cues. Lives on the worker:
/// it decodes, allocates and frees.
///
/// A driver goes round like this, live and offline alike:
/// [`collect`](Self::collect), and tell each start to
/// [`Translator::note_played`](crate::translate::Translator::note_played);
/// push frames until the translator is due, and step it; [`feed`](Self::feed)
/// the snippets of the outcome.
pub struct CueFeeder {
    sender: CueSender,
    source: Box<dyn ClipSource>,
    matching: LevelMatch,
    planner: CuePlanner,
    /// Cues that came back, newest last.
    shelf: VecDeque<Box<Cue>>,
    /// Chunks whose audio could not be read.
    failed: HashSet<ChunkId>,
    next_serial: u64,
    /// Cues of lower serials are of an earlier source, whose chunks have other
    /// meanings.
    first_valid: u64,
}

impl CueFeeder {
    /// A feeder of the player at the other end of `sender`.
    pub fn new(sender: CueSender, source: Box<dyn ClipSource>, matching: LevelMatch) -> Self {
        Self {
            sender,
            source,
            matching,
            planner: CuePlanner::default(),
            shelf: VecDeque::new(),
            failed: HashSet::new(),
            next_serial: 0,
            first_valid: 0,
        }
    }

    /// Takes clips from another library; everything cued so far is invalid.
    pub fn set_source(&mut self, source: Box<dyn ClipSource>) {
        self.clear();
        self.source = source;
        self.shelf.clear();
        self.failed.clear();
        self.first_valid = self.next_serial + 1;
    }

    /// Makes the cues that the player has invalid, as when the painting
    /// changes.
    pub fn clear(&mut self) {
        self.sender.clear();
        self.planner.clear();
    }

    /// Takes back spent cues and reports the snippets that started since the
    /// last call, in order. Call it often: what is not taken back can't be sent.
    pub fn collect(&mut self) -> Vec<Started> {
        let mut reports = Vec::new();
        while let Some(started) = self.sender.started() {
            self.planner.started(started);
            if started.serial >= self.first_valid {
                reports.push(started);
            }
        }
        while let Some(cue) = self.sender.spent() {
            self.planner.spent(cue.serial);
            if cue.serial >= self.first_valid {
                self.shelve(cue);
            }
        }
        reports
    }

    /// Prepares and sends one cue that the player lacks, given the snippets
    /// found now (best first): the best, and in a later call the reserve, so
    /// that a call decodes once at most, even while the best keeps changing.
    /// `reference_db` is the RMS of what the snippets are to be matched to.
    ///
    /// # Errors
    /// If a snippet's audio can't be read. The chunk is left out from then on,
    /// so the next call goes on with the next best.
    pub fn feed(&mut self, hits: &[Hit], reference_db: Option<f32>) -> Result<Fed> {
        let failed = &self.failed;
        let hits: Vec<Hit> = hits
            .iter()
            .filter(|hit| !failed.contains(&hit.chunk))
            .copied()
            .collect();
        let Some(request) = self.planner.plan(&hits) else {
            return Ok(Fed::Nothing);
        };
        let (mut cue, fed) = self.prepare(&request)?;
        cue.match_level(&self.matching, reference_db);
        match self.sender.send(cue) {
            Ok(()) => {
                self.planner.sent(self.next_serial, &request);
                Ok(fed)
            }
            Err(Refused(cue)) => {
                self.shelve(cue);
                Ok(Fed::Nothing)
            }
        }
    }

    /// The hand-over's counts, for display.
    pub fn sender(&self) -> &CueSender {
        &self.sender
    }

    /// Makes the cue that `request` asks for, from the shelf if it can.
    fn prepare(&mut self, request: &CueRequest) -> Result<(Box<Cue>, Fed)> {
        self.next_serial += 1;
        let (serial, role, chunk) = (self.next_serial, request.role, request.hit.chunk);
        let kept = self.shelf.iter().position(|cue| cue.chunk == chunk);
        if let Some(mut cue) = kept.and_then(|place| self.shelf.remove(place)) {
            (cue.serial, cue.role) = (serial, role);
            return Ok((cue, Fed::Kept));
        }
        match self.source.clip(chunk) {
            Ok(clip) => Ok((Box::new(Cue::new(serial, role, chunk, clip)), Fed::Decoded)),
            Err(error) => {
                self.failed.insert(chunk);
                Err(error)
            }
        }
    }

    fn shelve(&mut self, cue: Box<Cue>) {
        if self.shelf.len() == SHELF {
            self.shelf.pop_front();
        }
        self.shelf.push_back(cue);
    }
}
