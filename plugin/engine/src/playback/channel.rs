//! The hand-over of cues between the worker and the audio thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rtrb::{Consumer, Producer, RingBuffer};

use super::cue::Cue;
use crate::units::ChunkId;

/// How many cues may be on their way at once, from being sent to having come
/// back. The player has room for all of them, and so has the way back: by this
/// bound neither ring can be full when the audio thread needs it.
pub const CUES: usize = 12;

/// Reports of starts that wait for the worker; more are dropped and counted.
const REPORTS: usize = 64;

/// What happened, counted from both ends. Written by both threads, read by
/// whoever shows it.
#[derive(Debug, Default)]
pub struct PlaybackCounts {
    started: AtomicU64,
    stolen: AtomicU64,
    without_cue: AtomicU64,
    without_voice: AtomicU64,
    without_rest: AtomicU64,
    passed_over: AtomicU64,
    refused: AtomicU64,
    unplayable: AtomicU64,
    reports_dropped: AtomicU64,
    returns_delayed: AtomicU64,
    triggers_dropped: AtomicU64,
    ignored_frozen: AtomicU64,
    repeated: AtomicU64,
    held_for_grid: AtomicU64,
    /// Not a count of what went wrong: cues of earlier epochs are invalid.
    epoch: AtomicU64,
}

macro_rules! counts {
    ($($(#[$doc:meta])* $name:ident, $add:ident;)*) => {
        impl PlaybackCounts {
            $(
                $(#[$doc])*
                pub fn $name(&self) -> u64 {
                    self.$name.load(Ordering::Relaxed)
                }

                pub(super) fn $add(&self) {
                    self.$name.fetch_add(1, Ordering::Relaxed);
                }
            )*
        }
    };
}

counts! {
    /// Snippets started.
    started, add_started;
    /// Voices faded out early to make room.
    stolen, add_stolen;
    /// Starts that found no cue ready.
    without_cue, add_without_cue;
    /// Starts that found no voice free, not even one to steal.
    without_voice, add_without_voice;
    /// Snippets that ended with their head, as the rest was not decoded in time.
    without_rest, add_without_rest;
    /// Cues of what was not the best, as the best was not decoded yet.
    passed_over, add_passed_over;
    /// Cues the worker could not send because too many were on their way.
    refused, add_refused;
    /// Cues sent back because their audio was not at the player's rate, or too
    /// short to be faded in and out.
    unplayable, add_unplayable;
    /// Reports of a start that the worker did not fetch in time.
    reports_dropped, add_reports_dropped;
    /// Spent cues that had to wait for room on their way back.
    returns_delayed, add_returns_delayed;
    /// Starts beyond what one block can hold.
    triggers_dropped, add_triggers_dropped;
    /// Starts that did nothing, as what sounds was frozen.
    ignored_frozen, add_ignored_frozen;
    /// Snippets that were followed by themselves, as they were frozen or nothing else
    /// was there for a stroke that went on.
    repeated, add_repeated;
    /// Starts held back for a line of the grid.
    held_for_grid, add_held_for_grid;
}

impl PlaybackCounts {
    fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }
}

/// A snippet began to sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Started {
    /// The cue's serial.
    pub serial: u64,
    /// The chunk.
    pub chunk: ChunkId,
}

/// A cue that could not be sent: [`CUES`] are on their way already.
#[derive(Debug)]
pub struct Refused(pub Box<Cue>);

/// Both ends of the hand-over: the sender for the worker, the receiver for the
/// [`Player`](super::Player).
pub fn cue_channel() -> (CueSender, CueReceiver) {
    let (cues_in, cues_out) = RingBuffer::new(CUES);
    let (spent_in, spent_out) = RingBuffer::new(CUES);
    let (started_in, started_out) = RingBuffer::new(REPORTS);
    let counts = Arc::new(PlaybackCounts::default());
    let sender = CueSender {
        cues: cues_in,
        spent: spent_out,
        started: started_out,
        away: 0,
        counts: Arc::clone(&counts),
    };
    let receiver = CueReceiver {
        cues: cues_out,
        spent: spent_in,
        started: started_in,
        counts,
    };
    (sender, receiver)
}

/// The worker's end.
#[derive(Debug)]
pub struct CueSender {
    cues: Producer<Box<Cue>>,
    spent: Consumer<Box<Cue>>,
    started: Consumer<Started>,
    /// Cues sent and not yet back.
    away: usize,
    counts: Arc<PlaybackCounts>,
}

impl CueSender {
    /// Sends `cue`; it comes back through [`spent`](Self::spent).
    ///
    /// # Errors
    /// [`Refused`], which gives the cue back, when [`CUES`] are on their way;
    /// counted.
    pub fn send(&mut self, mut cue: Box<Cue>) -> Result<(), Refused> {
        if self.away >= CUES {
            self.counts.add_refused();
            return Err(Refused(cue));
        }
        cue.epoch = self.counts.epoch();
        match self.cues.push(cue) {
            Ok(()) => {
                self.away += 1;
                Ok(())
            }
            Err(rtrb::PushError::Full(cue)) => {
                self.counts.add_refused();
                Err(Refused(cue))
            }
        }
    }

    /// The next cue that came back, to be freed or used again here.
    pub fn spent(&mut self) -> Option<Box<Cue>> {
        let cue = self.spent.pop().ok()?;
        self.away -= 1;
        Some(cue)
    }

    /// The next report of a start, in order.
    pub fn started(&mut self) -> Option<Started> {
        self.started.pop().ok()
    }

    /// Makes every cue sent so far invalid, as when the painting or the library
    /// changes: none of them starts any more and all come back. What sounds
    /// sounds on.
    pub fn clear(&mut self) {
        self.counts.epoch.fetch_add(1, Ordering::Release);
    }

    /// Cues sent and not yet back.
    pub fn away(&self) -> usize {
        self.away
    }

    /// What happened so far.
    pub fn counts(&self) -> &Arc<PlaybackCounts> {
        &self.counts
    }
}

/// The audio thread's end; moves into the [`Player`](super::Player).
#[derive(Debug)]
pub struct CueReceiver {
    cues: Consumer<Box<Cue>>,
    spent: Producer<Box<Cue>>,
    started: Producer<Started>,
    counts: Arc<PlaybackCounts>,
}

impl CueReceiver {
    pub(super) fn receive(&mut self) -> Option<Box<Cue>> {
        self.cues.pop().ok()
    }

    /// Sends a cue back; gives it back if there is no room.
    pub(super) fn give_back(&mut self, cue: Box<Cue>) -> Option<Box<Cue>> {
        match self.spent.push(cue) {
            Ok(()) => None,
            Err(rtrb::PushError::Full(cue)) => {
                self.counts.add_returns_delayed();
                Some(cue)
            }
        }
    }

    pub(super) fn report(&mut self, started: Started) {
        if self.started.push(started).is_err() {
            self.counts.add_reports_dropped();
        }
    }

    /// True unless `cue` was sent before the last
    /// [`CueSender::clear`](super::CueSender::clear).
    pub(super) fn is_valid(&self, cue: &Cue) -> bool {
        cue.epoch == self.counts.epoch()
    }

    /// What happened so far.
    pub fn counts(&self) -> &Arc<PlaybackCounts> {
        &self.counts
    }
}
