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
    /// Place in the fade, 0 = silent, 1 = full. In double precision: a long
    /// fade takes steps too small to add up in single precision.
    fade: f64,
    /// What a sample adds to `fade`; negative while fading out.
    step: f64,
    /// Samples of the fade at the clip's own end.
    end_fade: usize,
}

impl Voice {
    /// Starts at the clip's first sample, silent; fades last `fade_in` and, at
    /// the clip's end, `fade_out` samples, each at least 1 and at most half of
    /// the clip's `len`.
    pub(super) fn new(
        slot: usize,
        order: u64,
        len: usize,
        fade_in: usize,
        fade_out: usize,
    ) -> Self {
        let longest = (len / 2).max(1);
        let step = 1.0 / fade_in.clamp(1, longest) as f64;
        Self {
            slot,
            order,
            position: 0,
            stolen: false,
            fade: 0.0,
            step,
            end_fade: fade_out.clamp(1, longest),
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
            let rest = cue.len().saturating_sub(self.position);
            if rest <= self.end_fade {
                self.end_within(rest);
            }
            let run = self.run(cue.len(), left.len() - done).min(rest);
            if run == 0 || (self.step <= 0.0 && self.fade <= 0.0) {
                return false;
            }
            let from = self.position..self.position + run;
            let to = done..done + run;
            let (left, right) = (&mut left[to.clone()], &mut right[to]);
            let (clip_left, clip_right) = (&cue.clip.left[from.clone()], &cue.clip.right[from]);
            if self.step == 0.0 {
                add(left, clip_left, cue.gain);
                add(right, clip_right, cue.gain);
            } else {
                for place in 0..run {
                    let gain = cue.gain * curve.gain(self.fade);
                    left[place] += clip_left[place] * gain;
                    right[place] += clip_right[place] * gain;
                    self.fade += self.step;
                }
            }
            self.position += run;
            done += run;
            if self.fade >= 1.0 && self.step > 0.0 {
                (self.fade, self.step) = (1.0, 0.0);
            }
            if self.fade <= 0.0 && self.step < 0.0 {
                return false;
            }
        }
        self.position < cue.len()
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
        available.min(to_fade_end).min(to_end_fade)
    }
}

/// Adds `from` times `gain` to `to`.
fn add(to: &mut [f32], from: &[f32], gain: f32) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += from * gain;
    }
}
