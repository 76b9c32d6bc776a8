//! One snippet sounding.

use super::cue::Cue;
use super::fade::FadeCurve;
use super::tone::Tone;
use super::touch::{Expression, Ramp};

/// Samples that the tone is made of in one go, between two buffers on the stack.
const TONE_RUN: usize = 64;

/// What decides how long a voice sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    /// Its clip: it plays to the end, as it began.
    OneShot,
    /// The flow of continuous mode.
    Flow,
    /// A stroke that goes on.
    Held,
    /// A stroke that has ended.
    Ended,
}

/// A cue being played. It does not own the cue: the player's slot does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voice {
    /// The player's slot that holds the cue.
    pub slot: usize,
    /// Counts starts, so that the newest voice is known.
    pub order: u64,
    /// Of the touch that started it.
    pub key: u32,
    /// What decides how long it sounds.
    pub gate: Gate,
    /// Level and tone.
    pub expression: Expression,
    /// The next sample to play.
    pub position: usize,
    /// True once the voice was taken to make room.
    pub stolen: bool,
    /// True once it had to end with its head, as the rest was not decoded in time.
    pub starved: bool,
    /// True once something else was started in its place, or waits to be.
    pub followed: bool,
    /// True once it was told to fade out, unlike one that comes to its end.
    released: bool,
    tone: Tone,
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
    /// What matches the clip's level.
    gain: Ramp,
}

/// How a voice starts; fades are at least 1 and at most half of the clip.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    pub key: u32,
    pub gate: Gate,
    pub expression: Expression,
    /// Samples of the fade-in.
    pub fade_in: usize,
    /// Samples of the fade at the clip's end.
    pub fade_out: usize,
    /// Samples of the fade at the end of a head without a rest.
    pub handover: usize,
}

impl Voice {
    /// Starts `cue`, which lies in `slot`, at its first sample, silent.
    pub(super) fn new((slot, cue): (usize, &Cue), order: u64, start: &Start) -> Self {
        let longest = (cue.audio.len() / 2).max(1);
        let step = 1.0 / start.fade_in.clamp(1, longest) as f64;
        Self {
            slot,
            order,
            key: start.key,
            gate: start.gate,
            expression: start.expression,
            position: 0,
            stolen: false,
            starved: false,
            followed: false,
            released: false,
            tone: Tone::default(),
            fade: 0.0,
            step,
            end_fade: start.fade_out.clamp(1, longest),
            // A head must not begin to fade out before it was faded in.
            handover: start.handover.clamp(1, (cue.audio.head().len() / 2).max(1)),
            has_whole: cue.audio.whole().is_some(),
            gain: Ramp::new(cue.gain()),
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

    /// How loud it is beside others, whatever it plays.
    pub(super) fn loudness(&self) -> f64 {
        self.fade * f64::from(self.expression.level.now)
    }

    /// True if it comes to its end by itself and nothing follows it yet.
    pub(super) fn may_be_followed(&self) -> bool {
        !(self.released || self.followed)
    }

    /// Fades out from where it is, at a pace of `samples` for a whole fade; a
    /// voice that already fades faster goes on as it does.
    pub(super) fn release(&mut self, samples: usize) {
        self.released = true;
        self.step = self.step.min(0.0).min(-1.0 / samples.max(1) as f64);
    }

    /// Fades out so that it is silent after the clip's last `rest` samples.
    fn end_within(&mut self, rest: usize) {
        // From where the fade stands now, so that it is the same pace however
        // often this is called on the way.
        self.step = self.step.min(0.0).min(-self.fade / rest.max(1) as f64);
    }

    /// Samples until the fade at its end begins: that of the clip, or of the head
    /// while the rest is missing.
    pub(super) fn until_end(&self, cue: &Cue) -> usize {
        let fade = self.until_end_fade(cue.audio.len());
        if cue.audio.whole().is_some() {
            return fade;
        }
        let head = cue.audio.head().len().saturating_sub(self.handover);
        fade.min(head.saturating_sub(self.position))
    }

    /// Samples that are left of the clip, or of the head while the rest is missing.
    pub(super) fn rest(&self, cue: &Cue) -> usize {
        let clip = cue.audio.whole().unwrap_or(cue.audio.head());
        clip.len().saturating_sub(self.position)
    }

    /// Samples until the fade at the clip's end of `len` samples begins.
    fn until_end_fade(&self, len: usize) -> usize {
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
        let steady = self.step == 0.0 && self.gain.left == 0 && self.expression.level.left == 0;
        let pole = self.expression.pole;
        if pole.left > 0 || pole.now > 0.0 {
            let curve = (!steady).then_some(curve);
            self.add_toned(curve, [clip_left, clip_right], step, [left, right]);
        } else {
            if steady {
                let gain = self.gain.now * self.expression.level.now * step;
                add(left, clip_left, gain);
                add(right, clip_right, gain);
            } else {
                for place in 0..run {
                    let gain = self.next_gain(curve) * step;
                    left[place] += f32::from(clip_left[place]) * gain;
                    right[place] += f32::from(clip_right[place]) * gain;
                }
            }
            let last = [clip_left[run - 1], clip_right[run - 1]];
            self.tone.pass(last.map(|sample| f32::from(sample) * step));
        }
        self.gain.advance(run);
        self.expression.level.advance(run);
        self.expression.pole.advance(run);
        self.position += run;
    }

    /// Adds the next samples of `clip`, whose value of 1 is `step`, through the tone;
    /// without a `curve` nothing but the tone changes within.
    fn add_toned(
        &mut self,
        curve: Option<&FadeCurve>,
        clip: [&[i16]; 2],
        step: f32,
        to: [&mut [f32]; 2],
    ) {
        let [left, right] = to;
        let (mut toned_left, mut toned_right) = ([0.0; TONE_RUN], [0.0; TONE_RUN]);
        for from in (0..left.len()).step_by(TONE_RUN) {
            let here = from..left.len().min(from + TONE_RUN);
            let toned = [
                &mut toned_left[..here.len()],
                &mut toned_right[..here.len()],
            ];
            for (toned, clip) in toned.into_iter().zip(clip) {
                for (toned, sample) in toned.iter_mut().zip(&clip[here.clone()]) {
                    *toned = f32::from(*sample) * step;
                }
            }
            let toned = [
                &mut toned_left[..here.len()],
                &mut toned_right[..here.len()],
            ];
            let pole = &mut self.expression.pole;
            pole.now = self.tone.filter(toned, pole.now, pole.step);
            let constant = self.gain.now * self.expression.level.now;
            let channels = left[here.clone()].iter_mut().zip(&mut right[here]);
            let toned = toned_left.iter().zip(&toned_right);
            if let Some(curve) = curve {
                for ((left, right), (toned_left, toned_right)) in channels.zip(toned) {
                    let gain = self.next_gain(curve);
                    *left += toned_left * gain;
                    *right += toned_right * gain;
                }
            } else {
                for ((left, right), (toned_left, toned_right)) in channels.zip(toned) {
                    *left += toned_left * constant;
                    *right += toned_right * constant;
                }
            }
        }
    }

    /// What the next sample is multiplied with.
    fn next_gain(&mut self, curve: &FadeCurve) -> f32 {
        let level = &mut self.expression.level;
        let gain = self.gain.now * level.now * curve.gain(self.fade);
        self.fade += self.step;
        self.gain.now += self.gain.step;
        level.now += level.step;
        gain
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
        available
            .min(to_fade_end)
            .min(to_end_fade)
            .min(self.gain.until_settled())
            .min(self.expression.level.until_settled())
            .min(self.expression.pole.until_settled())
    }
}

/// Adds `from` times `gain` to `to`.
fn add(to: &mut [f32], from: &[i16], gain: f32) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += f32::from(*from) * gain;
    }
}
