//! Decoded audio at 16 bits, as it is kept and played.

use super::level::ClipLevel;
use crate::library::StereoClip;
use crate::units::SampleRate;

/// Decoded audio at 16 bits a sample, scaled to its own loudest sample.
///
/// Half of the memory of [`StereoClip`], a quarter where both channels are the same.
/// One step is a power of two: what was stored at 16 bits and is not resampled is kept
/// to the bit, and anything else is at most half a step away, which is 1/32768 of the
/// clip's peak (−90 dB) at worst. Never changes once it is made.
#[derive(Clone, Debug, PartialEq)]
pub struct PackedClip {
    rate: SampleRate,
    /// The value of 1.
    step: f32,
    left: Box<[i16]>,
    /// `None` if it is the same as `left`.
    right: Option<Box<[i16]>>,
    level: ClipLevel,
}

/// Adding and taking it away rounds what is smaller than 2^22 to a whole number, and
/// unlike `f32::round` it needs no call on any processor.
const ROUND: f32 = 12_582_912.0;

impl PackedClip {
    /// Packs `clip`; samples that are not finite become 0.
    pub fn pack(clip: &StereoClip) -> Self {
        let level = ClipLevel::of(clip);
        let len = clip.left.len().min(clip.right.len());
        let (left, right) = (&clip.left[..len], &clip.right[..len]);
        let step = step_of(left).max(step_of(right));
        Self {
            rate: clip.rate,
            step,
            left: quantized(left, step),
            right: (left != right).then(|| quantized(right, step)),
            level,
        }
    }

    /// Its first `frames`, or all of it where it is shorter.
    pub fn first(&self, frames: usize) -> Self {
        let part = |channel: &[i16]| channel[..frames.min(channel.len())].into();
        let (left, right): (Box<[i16]>, Option<Box<[i16]>>) =
            (part(&self.left), self.right.as_deref().map(part));
        let level = level_of(&left, right.as_deref(), self.step);
        Self {
            rate: self.rate,
            step: self.step,
            left,
            right,
            level,
        }
    }

    /// In frames.
    pub fn len(&self) -> usize {
        self.left.len()
    }

    /// Whether it holds no frame.
    pub fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// Of the samples.
    pub fn rate(&self) -> SampleRate {
        self.rate
    }

    /// How loud it is.
    pub fn level(&self) -> ClipLevel {
        self.level
    }

    /// The memory of its samples.
    pub fn bytes(&self) -> usize {
        let channels = 1 + usize::from(self.right.is_some());
        self.left.len() * channels * size_of::<i16>()
    }

    /// The lowest and the highest sample of each of `count` stretches of one length (to a
    /// sample), both channels together, full scale ±1: what a waveform is drawn from. Less
    /// than `count` where there are fewer frames.
    pub fn peaks(&self, count: usize) -> Vec<[f32; 2]> {
        let count = count.min(self.len());
        let stretch = |channel: &[i16], at: usize| {
            let part = &channel[at * self.len() / count..(at + 1) * self.len() / count];
            let first = (i16::MAX, i16::MIN);
            part.iter().fold(first, |(low, high), sample| {
                (low.min(*sample), high.max(*sample))
            })
        };
        let peak = |at| {
            let (mut low, mut high) = stretch(&self.left, at);
            if let Some(right) = &self.right {
                let other = stretch(right, at);
                (low, high) = (low.min(other.0), high.max(other.1));
            }
            [low, high].map(|sample| f32::from(sample) * self.step)
        };
        (0..count).map(peak).collect()
    }

    /// Both channels, and what a sample is to be multiplied by.
    pub(super) fn samples(&self) -> (&[i16], &[i16], f32) {
        let right = self.right.as_deref().unwrap_or(&self.left);
        (&self.left, right, self.step)
    }

    /// As it was before it was packed, but for the rounding.
    pub fn unpack(&self) -> StereoClip {
        let (left, right, step) = self.samples();
        let channel = |samples: &[i16]| samples.iter().map(|s| f32::from(*s) * step).collect();
        StereoClip {
            rate: self.rate,
            left: channel(left),
            right: channel(right),
        }
    }
}

/// The smallest power of two at which all samples fit into 16 bits.
fn step_of(samples: &[f32]) -> f32 {
    let finite = samples.iter().filter(|sample| sample.is_finite());
    let (low, high) = finite.fold((0.0f32, 0.0f32), |(low, high), sample| {
        (low.min(*sample), high.max(*sample))
    });
    // 16 bits reach one step further down than up.
    let least = (high / 32_767.0)
        .max(-low / 32_768.0)
        .max(f32::MIN_POSITIVE);
    let power = f32::from_bits(least.to_bits() & 0xff80_0000);
    if power < least { power * 2.0 } else { power }
}

fn quantized(samples: &[f32], step: f32) -> Box<[i16]> {
    // Exact: the step is a power of two, and those of denormal size are not used.
    let scale = 1.0 / step;
    let quantize = |sample: &f32| {
        let scaled = if sample.is_finite() {
            sample * scale
        } else {
            0.0
        };
        (scaled + ROUND - ROUND) as i16
    };
    samples.iter().map(quantize).collect()
}

fn level_of(left: &[i16], right: Option<&[i16]>, step: f32) -> ClipLevel {
    let right = right.unwrap_or(left);
    let samples = || left.iter().chain(right);
    let energy: f64 = samples().map(|sample| f64::from(*sample).powi(2)).sum();
    let peak = samples().map(|s| s.unsigned_abs()).max().unwrap_or(0);
    let count = samples().count().max(1) as f64;
    ClipLevel {
        rms: (energy / count).sqrt() as f32 * step,
        peak: f32::from(peak) * step,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(left: Vec<f32>, right: Vec<f32>) -> StereoClip {
        StereoClip {
            rate: SampleRate::ANALYSIS,
            left,
            right,
        }
    }

    fn noise(len: usize, peak: f32) -> Vec<f32> {
        let mut state = 1u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state as f32 / u32::MAX as f32 * 2.0 - 1.0
        };
        (0..len).map(|_| next() * peak).collect()
    }

    #[test]
    fn peaks_are_the_lowest_and_highest_of_both_channels() {
        let clip = clip(
            vec![0.5, -0.25, 0.0, 0.125, 0.0],
            vec![0.0, 0.0, -0.5, 0.0, 0.25],
        );
        let clip = PackedClip::pack(&clip);
        let peaks = [[-0.25, 0.5], [-0.5, 0.25]];
        assert_eq!(clip.peaks(2), peaks);
        assert_eq!(clip.peaks(1), [[-0.5, 0.5]]);
        assert_eq!(clip.peaks(5), clip.peaks(99));
        assert_eq!(clip.peaks(99).len(), 5);
        assert!(clip.peaks(0).is_empty() && clip.first(0).peaks(9).is_empty());
    }

    #[test]
    fn what_was_stored_at_16_bits_comes_back_to_the_bit() {
        for (low, high) in [(-32_768, 32_767), (-32_768, 0), (-1, 1), (-300, 299)] {
            let left: Vec<f32> = (low..=high).map(|s| s as f32 / 32_768.0).collect();
            let right: Vec<f32> = left.iter().rev().copied().collect();
            let clip = clip(left, right);
            assert_eq!(PackedClip::pack(&clip).unpack(), clip, "{low}..={high}");
        }
    }

    #[test]
    fn the_error_stays_90_db_below_the_peak() {
        for peak in [1e-6, 0.003, 0.7, 1.0, 1.5, 40.0] {
            let clip = clip(noise(5_000, peak), noise(5_000, peak * 0.3));
            let packed = PackedClip::pack(&clip);
            let back = packed.unpack();
            let worst = (clip.left.iter().chain(&clip.right))
                .zip(back.left.iter().chain(&back.right))
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            let limit = packed.level().peak / 32_768.0 * 1.001;
            assert!(worst <= limit, "peak {peak}: {worst} of {limit}");
            assert!(worst > 0.0, "noise is no whole number of steps");
        }
    }

    #[test]
    fn equal_channels_cost_one() {
        let same = noise(1000, 0.5);
        let mono = PackedClip::pack(&clip(same.clone(), same.clone()));
        let stereo = PackedClip::pack(&clip(same, noise(1000, 0.4)));
        assert_eq!((mono.bytes(), stereo.bytes()), (2_000, 4_000));
        let back = mono.unpack();
        assert_eq!(back.left, back.right);
        let first = stereo.first(10);
        assert_eq!(first.unpack().right, stereo.unpack().right[..10]);
        assert_eq!(stereo.first(2_000).len(), 1_000);
    }

    #[test]
    fn strange_samples_are_silence() {
        let odd = clip(
            vec![f32::NAN, f32::INFINITY, 0.5, f32::MIN_POSITIVE / 2.0],
            vec![f32::NEG_INFINITY, -0.5, 0.0, -0.0],
        );
        let back = PackedClip::pack(&odd).unpack();
        assert_eq!(back.left, [0.0, 0.0, 0.5, 0.0]);
        assert_eq!(back.right, [0.0, -0.5, 0.0, 0.0]);
        let silent = PackedClip::pack(&clip(vec![0.0; 9], vec![0.0; 9]));
        assert_eq!(silent.unpack().left, [0.0; 9]);
        assert_eq!(silent.level().peak, 0.0);
    }
}
