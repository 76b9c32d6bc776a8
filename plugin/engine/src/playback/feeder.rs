//! The worker's side of playback: keeps the player supplied.

use std::collections::HashSet;

use super::channel::{CueSender, Refused, Started};
use super::cue::{Cue, CueAudio, Role};
use super::level::LevelMatch;
use super::planner::{CuePlanner, CueRequest};
use super::source::{ClipSource, Wait};
use crate::Result;
use crate::retrieval::Hit;
use crate::units::ChunkId;

/// What one call of [`CueFeeder::feed`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fed {
    /// Cues sent.
    pub sent: usize,
    /// Something better than what was sent is not decoded yet: feed again soon.
    pub waiting: bool,
}

/// Keeps a [`Player`](super::Player) supplied with cues. Lives on the worker: it
/// allocates and frees, and touches a disk only if its [`ClipSource`] does.
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
    wait: Wait,
    planner: CuePlanner,
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
            wait: Wait::No,
            planner: CuePlanner::default(),
            failed: HashSet::new(),
            next_serial: 0,
            first_valid: 0,
        }
    }

    /// Takes clips from another library; everything cued so far is invalid.
    pub fn set_source(&mut self, source: Box<dyn ClipSource>) {
        self.clear();
        self.source = source;
        self.failed.clear();
        self.first_valid = self.next_serial + 1;
    }

    /// Whether cues are waited for from now on.
    pub fn set_wait(&mut self, wait: Wait) {
        self.wait = wait;
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
        }
        reports
    }

    /// Sends the cues that the player lacks, the best and a reserve, given the
    /// snippets found now (best first). What is not decoded is passed over for the
    /// next best that is; feed the same snippets again and it takes its place as
    /// soon as it can. `reference_db` is the RMS of what the snippets are to be
    /// matched to.
    ///
    /// # Errors
    /// If a snippet's audio can't be read. The chunk is left out from then on,
    /// so the next call goes on with the next best.
    pub fn feed(&mut self, hits: &[Hit], reference_db: Option<f32>) -> Result<Fed> {
        let failed = &self.failed;
        let usable = hits.iter().filter(|hit| !failed.contains(&hit.chunk));
        let mut ready: Vec<Hit> = usable.copied().collect();
        let listed: Vec<ChunkId> = ready.iter().map(|hit| hit.chunk).collect();
        self.source.list(&listed);
        let mut fed = Fed::default();
        while let Some(request) = self.planner.plan(&ready) {
            let chunk = request.hit.chunk;
            let audio = self.source.audio(chunk, self.wait);
            let audio = audio.inspect_err(|_| {
                self.failed.insert(chunk);
            })?;
            let Some(audio) = audio else {
                fed.waiting = true;
                ready.retain(|hit| hit.chunk != chunk);
                continue;
            };
            if !self.send(&request, audio, reference_db) {
                break;
            }
            fed.sent += 1;
            if request.role == Role::Best && listed.first() != Some(&chunk) {
                self.sender.counts().add_passed_over();
            }
        }
        Ok(fed)
    }

    /// Whether the player has a cue that a stroke would start, as far as is known here.
    pub fn has_cue(&self) -> bool {
        self.planner.has_best()
    }

    /// The chunk that a stroke would start now, as far as is known here.
    pub fn next(&self) -> Option<ChunkId> {
        self.planner.best()
    }

    /// The hand-over's counts, for display.
    pub fn sender(&self) -> &CueSender {
        &self.sender
    }

    /// False if there is no room.
    fn send(&mut self, request: &CueRequest, audio: CueAudio, reference_db: Option<f32>) -> bool {
        self.next_serial += 1;
        let (serial, chunk) = (self.next_serial, request.hit.chunk);
        let mut cue = Box::new(Cue::new(serial, request.role, chunk, audio));
        cue.match_level(&self.matching, reference_db);
        match self.sender.send(cue) {
            Ok(()) => {
                self.planner.sent(serial, request);
                true
            }
            Err(Refused(_)) => false,
        }
    }
}
