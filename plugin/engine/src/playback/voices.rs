//! All that sounds at once.

use super::fade::FadeCurve;
use super::settings::MAX_POLYPHONY;
use super::tray::Tray;
use super::voice::{Gate, Start, Voice};

/// Voices that may fade out beside those that are held.
const TAILS: usize = MAX_POLYPHONY - 1;

/// Room for those held, those fading out, and as many that were stolen.
pub(super) const VOICES: usize = 3 * MAX_POLYPHONY;

/// What sounds. A voice never goes from one place to another.
#[derive(Debug)]
pub(super) struct Voices {
    all: [Option<Voice>; VOICES],
    /// Voices started so far.
    order: u64,
}

impl Voices {
    pub(super) fn new() -> Self {
        Self {
            all: [None; VOICES],
            order: 0,
        }
    }

    pub(super) fn clear(&mut self) {
        self.all = [None; VOICES];
    }

    pub(super) fn get(&self, place: usize) -> Option<&Voice> {
        self.all[place].as_ref()
    }

    pub(super) fn get_mut(&mut self, place: usize) -> Option<&mut Voice> {
        self.all[place].as_mut()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Voice> {
        self.all.iter().flatten()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Voice> {
        self.all.iter_mut().flatten()
    }

    /// The one that started last.
    pub(super) fn newest(&self) -> Option<&Voice> {
        self.iter().max_by_key(|voice| voice.order)
    }

    /// The newest that is not fading out.
    pub(super) fn lead(&self) -> Option<&Voice> {
        let sounding = self.iter().filter(|voice| !voice.is_releasing());
        sounding.max_by_key(|voice| voice.order)
    }

    /// True if any is not fading out.
    pub(super) fn any_lasts(&self) -> bool {
        self.iter().any(|voice| !voice.is_releasing())
    }

    /// Lets all fade out.
    pub(super) fn release_all(&mut self, samples: usize) {
        for voice in self.iter_mut() {
            voice.release(samples);
        }
    }

    /// Ends what the stroke of `key` holds; it fades out unless it is frozen.
    pub(super) fn end(&mut self, key: u32, samples: Option<usize>) {
        for voice in self.iter_mut() {
            if voice.gate == Gate::Held && voice.key == key {
                voice.gate = Gate::Ended;
                if let Some(samples) = samples {
                    voice.release(samples);
                }
            }
        }
    }

    /// Steals the faintest of those that last until fewer than `limit` do; how many
    /// that were.
    pub(super) fn leave_room(&mut self, limit: usize, fade: usize) -> usize {
        let mut stolen = 0;
        while self.iter().filter(|voice| !voice.is_releasing()).count() >= limit {
            self.steal(|voice| !voice.is_releasing(), fade);
            stolen += 1;
        }
        stolen
    }

    /// Steals the faintest of the tails while there are too many beside the `limit` of
    /// those that last; how many that were.
    pub(super) fn thin_out(&mut self, limit: usize, fade: usize) -> usize {
        let mut stolen = 0;
        while self.iter().filter(|voice| !voice.stolen).count() >= limit + TAILS {
            let tails = self.iter().any(|v| !v.stolen && v.is_releasing());
            self.steal(|voice| voice.is_releasing() == tails, fade);
            stolen += 1;
        }
        stolen
    }

    /// Fades the faintest, then oldest, of those that `may` be stolen.
    fn steal(&mut self, may: impl Fn(&Voice) -> bool, fade: usize) {
        let faintest = self
            .iter_mut()
            .filter(|voice| !voice.stolen && may(voice))
            .min_by(|a, b| {
                let louder = a.loudness().total_cmp(&b.loudness());
                louder.then(a.order.cmp(&b.order))
            });
        if let Some(voice) = faintest {
            voice.stolen = true;
            voice.release(fade);
        }
    }

    /// A place that is free.
    pub(super) fn free(&self) -> Option<usize> {
        self.all.iter().position(Option::is_none)
    }

    /// Starts the cue in `slot` at the free `place`.
    pub(super) fn start(&mut self, place: usize, tray: &Tray, slot: usize, start: &Start) {
        let Some(cue) = tray.cue(slot) else { return };
        self.order += 1;
        self.all[place] = Some(Voice::new((slot, cue), self.order, start));
    }

    /// Adds the next samples of all.
    pub(super) fn render(
        &mut self,
        tray: &Tray,
        curve: &FadeCurve,
        left: &mut [f32],
        right: &mut [f32],
    ) {
        for place in &mut self.all {
            let Some(voice) = place else { continue };
            let starved = voice.starved;
            let goes_on = tray
                .cue(voice.slot)
                .is_some_and(|cue| voice.render(cue, curve, left, right));
            if voice.starved && !starved {
                tray.counts().add_without_rest();
            }
            if !goes_on {
                *place = None;
            }
        }
    }
}
