//! One snippet sounding.

use super::cue::Cue;
use super::fade::FadeCurve;

/// A cue being played. It does not own the cue: the player's slot does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voice {
    /// The player's slot that holds the cue.
    pub slot: usize,
    /// Counts starts, so that the newest voice is known.
    pub order: u64,
    /// The next sample to play.
    pub position: usize,
    /// True once the voice was taken to make room.
    pub stolen: bool,
    /// True once it had to end with its head, as the rest was not decoded in time.
    pub starved: bool,
    /// Place in the fade, 0 = silent, 1 = full. In double precision: a long
    /// fade takes steps too small to add up in single precision.
    fade: f64,
    /// What a sample adds to `fade`; negative while fading out.
    step: f64,
    /// Samples of the fade at the clip's own end.
    end_fade: usize,
    /// Samples of the fade at the end of a head without a rest, and of the glide to
    /// another gain.
    handover: usize,
    /// Whether the whole clip was there when it was looked at last.
    has_whole: bool,
    gain: Gain,
}

/// What samples are multiplied with besides the fade.
#[derive(Clone, Copy, Debug)]
struct Gain {
    now: f32,
    step: f32,
    /// Samples until the glide ends.
    left: usize,
    target: f32,
}

impl Gain {
    fn new(gain: f32) -> Self {
        Self {
            now: gain,
            step: 0.0,
            left: 0,
            target: gain,
        }
    }

    fn glide(&mut self, target: f32, samples: usize) {
        let samples = samples.max(1);
        self.target = target;
        self.left = samples;
        self.step = (target - self.now) / samples as f32;
    }

    /// Goes on by `samples`, at most those that are left of a glide.
    fn advance(&mut self, samples: usize) {
        if self.left == 0 {
            return;
        }
        self.left -= samples.min(self.left);
        if self.left == 0 {
            *self = Self::new(self.target);
        }
    }
}

impl Voice {
    /// Starts `cue`, which lies in `slot`, at its first sample, silent; fades last
    /// `fade_in` and, at the clip's end, `fade_out` samples, each at least 1 and at
    /// most half of the clip.
    pub(super) fn new(
        (slot, cue): (usize, &Cue),
        order: u64,
        (fade_in, fade_out): (usize, usize),
        handover: usize,
    ) -> Self {
        let longest = (cue.audio.len() / 2).max(1);
        let step = 1.0 / fade_in.clamp(1, longest) as f64;
        Self {
            slot,
            order,
            position: 0,
            stolen: false,
            starved: false,
            fade: 0.0,
            step,
            end_fade: fade_out.clamp(1, longest),
            // A head must not begin to fade out before it was faded in.
            handover: handover.clamp(1, (cue.audio.head().len() / 2).max(1)),
            has_whole: cue.audio.whole().is_some(),
            gain: Gain::new(cue.gain()),
        }
    }

    /// True while it fades out.
    pub(super) fn is_releasing(&self) -> bool {
        self.step < 0.0
    }

    /// Place in the fade, 0 = silent, 1 = full.
    pub(super) fn fade(&self) -> f64 {
        self.fade
    }

    /// Fades out from where it is, at a pace of `samples` for a whole fade; a
    /// voice that already fades faster goes on as it does.
    pub(super) fn release(&mut self, samples: usize) {
        self.step = self.step.min(0.0).min(-1.0 / samples.max(1) as f64);
    }

    /// Fades out so that it is silent after the clip's last `rest` samples.
    fn end_within(&mut self, rest: usize) {
        // From where the fade stands now, so that it is the same pace however
        // often this is called on the way.
        self.step = self.step.min(0.0).min(-self.fade / rest.max(1) as f64);
    }

    /// Samples until the fade at the clip's end of `len` samples begins.
    pub(super) fn until_end_fade(&self, len: usize) -> usize {
        len.saturating_sub(self.end_fade)
            .saturating_sub(self.position)
    }

    /// Adds `cue` to `left` and `right` (of one length). False when it is over.
    pub(super) fn render(
        &mut self,
        cue: &Cue,
        curve: &FadeCurve,
        left: &mut [f32],
        right: &mut [f32],
    ) -> bool {
        let mut done = 0;
        while done < left.len() {
            let until_missing = self.follow_decoder(cue);
            let rest = cue.audio.len().saturating_sub(self.position);
            if rest <= self.end_fade {
                self.end_within(rest);
            }
            let run = self
                .run(cue.audio.len(), left.len() - done)
                .min(until_missing)
                .min(rest);
            if run == 0 || (self.step <= 0.0 && self.fade <= 0.0) {
                return false;
            }
            let to = done..done + run;
            self.add(cue, curve, &mut left[to.clone()], &mut right[to]);
            done += run;
            if self.fade >= 1.0 && self.step > 0.0 {
                (self.fade, self.step) = (1.0, 0.0);
            }
            if self.fade <= 0.0 && self.step < 0.0 {
                return false;
            }
        }
        self.position < cue.audio.len()
    }

    /// Looks whether the whole is there; gives the samples that can be played before
    /// it has to be looked at again. A whole that appears brings the true level with
    /// it; one that is missing shortly before the head ends, a fade to its end.
    fn follow_decoder(&mut self, cue: &Cue) -> usize {
        if cue.audio.whole().is_some() {
            if !self.has_whole {
                self.has_whole = true;
                self.gain.glide(cue.gain(), self.handover);
            }
            return usize::MAX;
        }
        let head = cue.audio.head().len().saturating_sub(self.position);
        if head > self.handover {
            return head - self.handover;
        }
        if !self.starved {
            self.starved = true;
            self.end_within(head);
        }
        head
    }

    /// Adds the next samples, as many as `left` and `right` have, which are played in
    /// one piece: no fade and no glide ends within.
    fn add(&mut self, cue: &Cue, curve: &FadeCurve, left: &mut [f32], right: &mut [f32]) {
        let run = left.len();
        let clip = cue.audio.whole().unwrap_or(cue.audio.head());
        let (clip_left, clip_right, step) = clip.samples();
        let from = self.position..self.position + run;
        let (clip_left, clip_right) = (&clip_left[from.clone()], &clip_right[from]);
        if self.step == 0.0 && self.gain.left == 0 {
            add(left, clip_left, self.gain.now * step);
            add(right, clip_right, self.gain.now * step);
        } else {
            for place in 0..run {
                let gain = self.gain.now * step * curve.gain(self.fade);
                left[place] += f32::from(clip_left[place]) * gain;
                right[place] += f32::from(clip_right[place]) * gain;
                self.fade += self.step;
                self.gain.now += self.gain.step;
            }
        }
        self.gain.advance(run);
        self.position += run;
    }

    /// Samples, at most `available`, until something about the fade changes.
    fn run(&self, len: usize, available: usize) -> usize {
        let to_fade_end = if self.step > 0.0 {
            ((1.0 - self.fade) / self.step).ceil().max(1.0) as usize
        } else if self.step < 0.0 {
            (-self.fade / self.step).ceil() as usize
        } else {
            usize::MAX
        };
        let to_end_fade = match self.until_end_fade(len) {
            0 => usize::MAX,
            samples => samples,
        };
        let to_glide_end = match self.gain.left {
            0 => usize::MAX,
            samples => samples,
        };
        available
            .min(to_fade_end)
            .min(to_end_fade)
            .min(to_glide_end)
    }
}

/// Adds `from` times `gain` to `to`.
fn add(to: &mut [f32], from: &[i16], gain: f32) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += f32::from(*from) * gain;
    }
}
