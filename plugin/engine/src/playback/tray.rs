//! The cues that the player has.

use super::channel::{CUES, CueReceiver, PlaybackCounts, Started};
use super::cue::{Cue, Role};
use crate::units::SampleRate;

/// Samples below which a clip can't be faded in and out.
const MIN_LEN: usize = 64;

/// The cue that plays next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Armed {
    pub slot: usize,
    /// True until it has been started; then it stays armed, so that there is
    /// something to play when the worker is late.
    pub fresh: bool,
}

/// Every cue that is here: armed, in reserve, pinned, sounding, or waiting for room on
/// its way back.
#[derive(Debug)]
pub(super) struct Tray {
    cues: CueReceiver,
    slots: [Option<Box<Cue>>; CUES],
    armed: Option<Armed>,
    reserve: Option<usize>,
    /// What was armed when the player was frozen.
    pinned: Option<usize>,
}

impl Tray {
    pub(super) fn new(cues: CueReceiver) -> Self {
        Self {
            cues,
            slots: Default::default(),
            armed: None,
            reserve: None,
            pinned: None,
        }
    }

    pub(super) fn counts(&self) -> &PlaybackCounts {
        self.cues.counts()
    }

    /// The cue in `slot`.
    pub(super) fn cue(&self, slot: usize) -> Option<&Cue> {
        self.slots[slot].as_deref()
    }

    /// What plays next.
    pub(super) fn armed(&self) -> Option<Armed> {
        self.armed
    }

    /// What plays next where nobody waits for it: what has played already and still
    /// has no rest would stutter.
    pub(super) fn follower(&self) -> Option<Armed> {
        self.armed
            .filter(|armed| armed.fresh || self.is_whole(armed.slot))
    }

    /// What starts while the player is frozen: what was armed before, if anything was.
    pub(super) fn pinned(&self) -> Option<usize> {
        self.pinned.or(self.armed.map(|armed| armed.slot))
    }

    /// Keeps what is armed now, until it is let go of.
    pub(super) fn pin(&mut self, on: bool) {
        self.pinned = self.armed.filter(|_| on).map(|armed| armed.slot);
    }

    /// True if all of the cue in `slot` is decoded.
    pub(super) fn is_whole(&self, slot: usize) -> bool {
        self.cue(slot)
            .is_some_and(|cue| cue.audio.whole().is_some())
    }

    /// True if the cue in `slot` may start.
    pub(super) fn is_valid(&self, slot: usize) -> bool {
        self.cue(slot).is_some_and(|cue| self.cues.is_valid(cue))
    }

    /// Takes in new cues for a player at `rate` and drops those made invalid.
    pub(super) fn receive(&mut self, rate: SampleRate) {
        while let Some(slot) = self.slots.iter().position(Option::is_none) {
            let Some(cue) = self.cues.receive() else {
                break;
            };
            let role = cue.role;
            // Decoders work at whole hertz; less than one is no audible pitch.
            let same_rate = (cue.audio.rate().hz() - rate.hz()).abs() < 1.0;
            let playable = same_rate && cue.audio.head().len() >= MIN_LEN;
            // Into a slot even if it can't be used: from there it goes back.
            self.slots[slot] = Some(cue);
            if !playable {
                self.counts().add_unplayable();
                continue;
            }
            match role {
                Role::Best => self.armed = Some(Armed { slot, fresh: true }),
                Role::Reserve => self.reserve = Some(slot),
            }
        }
        self.armed = self.armed.filter(|armed| self.is_valid(armed.slot));
        self.reserve = self.reserve.filter(|slot| self.is_valid(*slot));
        self.pinned = self.pinned.filter(|slot| self.is_valid(*slot));
        // A worker that sent only a reserve, a best made invalid meanwhile, or one that
        // has played already.
        if self.armed.is_none_or(|armed| !armed.fresh)
            && let Some(slot) = self.reserve.take()
        {
            self.armed = Some(Armed { slot, fresh: true });
        }
    }

    /// The cue in `slot` has started: it is told, and the next is armed.
    pub(super) fn started(&mut self, slot: usize) {
        if self.armed.is_some_and(|armed| armed.slot == slot) {
            let (slot, fresh) = match self.reserve.take() {
                Some(reserve) => (reserve, true),
                None => (slot, false),
            };
            self.armed = Some(Armed { slot, fresh });
        }
        if let Some(cue) = &self.slots[slot] {
            let (serial, chunk) = (cue.serial, cue.chunk);
            self.cues.report(Started { serial, chunk });
        }
        self.counts().add_started();
    }

    /// Sends back every cue that nobody needs any more; voices play those of the slots
    /// `sounding`.
    pub(super) fn return_spent(&mut self, sounding: impl Iterator<Item = usize>) {
        let mut kept = [false; CUES];
        let armed = self.armed.map(|armed| armed.slot);
        let here = [armed, self.reserve, self.pinned];
        for slot in sounding.chain(here.into_iter().flatten()) {
            kept[slot] = true;
        }
        for (slot, kept) in kept.into_iter().enumerate() {
            if !kept && let Some(cue) = self.slots[slot].take() {
                self.slots[slot] = self.cues.give_back(cue);
            }
        }
    }
}
