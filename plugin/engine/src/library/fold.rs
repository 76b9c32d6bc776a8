//! Any channel layout to stereo.

use symphonia::core::audio::{Channels, Position};

/// Centre and surround go in at -3 dB (ITU-R BS.775).
const HALF_POWER: f32 = std::f32::consts::FRAC_1_SQRT_2;

/// What a sample may be at most: +24 dBFS. A float file may go above full
/// scale; a damaged one may hold anything, and this is what loudspeakers get.
const CEILING: f32 = 16.0;

/// The weight of each channel in left and right.
pub(super) struct Fold {
    weights: Vec<[f32; 2]>,
}

impl Fold {
    pub(super) fn new(channels: &Channels) -> Self {
        let mut weights = match channels {
            _ if channels.count() == 1 => vec![[1.0, 1.0]],
            Channels::Positioned(positions) if channels.count() > 2 => {
                positions.iter().map(weight).collect()
            }
            _ if channels.count() == 2 => vec![[1.0, 0.0], [0.0, 1.0]],
            _ => vec![[1.0, 1.0]; channels.count()],
        };
        for side in 0..2 {
            let sum: f32 = weights.iter().map(|w| w[side]).sum();
            if sum > 1.0 {
                weights.iter_mut().for_each(|w| w[side] /= sum);
            }
        }
        Self { weights }
    }

    /// Appends the frames of `interleaved` to `out`; what is no number
    /// becomes silence.
    pub(super) fn extend(&self, interleaved: &[f32], out: &mut Vec<[f32; 2]>) {
        // Nearly all music has one or two channels, as they are: without a loop over
        // weights the compiler takes eight frames at once.
        match self.weights.as_slice() {
            [[1.0, 1.0]] => out.extend(interleaved.iter().map(|&v| [safe(v); 2])),
            [[1.0, 0.0], [0.0, 1.0]] => {
                out.extend(
                    interleaved
                        .as_chunks()
                        .0
                        .iter()
                        .map(|frame| frame.map(safe)),
                );
            }
            weights => {
                let frames = interleaved.chunks_exact(weights.len().max(1));
                out.extend(frames.map(|frame| {
                    let mut sum = [0.0; 2];
                    for (sample, weight) in frame.iter().zip(weights) {
                        sum[0] += sample * weight[0];
                        sum[1] += sample * weight[1];
                    }
                    sum.map(safe)
                }));
            }
        }
    }
}

fn safe(value: f32) -> f32 {
    if value.is_finite() {
        value.clamp(-CEILING, CEILING)
    } else {
        0.0
    }
}

fn weight(position: Position) -> [f32; 2] {
    let left = Position::SIDE_LEFT | Position::REAR_LEFT | Position::FRONT_LEFT_CENTER;
    let right = Position::SIDE_RIGHT | Position::REAR_RIGHT | Position::FRONT_RIGHT_CENTER;
    match position {
        Position::FRONT_LEFT => [1.0, 0.0],
        Position::FRONT_RIGHT => [0.0, 1.0],
        // The paper hears 16 kHz mono; the effects channel would only add rumble.
        Position::LFE1 | Position::LFE2 => [0.0, 0.0],
        p if left.contains(p) => [HALF_POWER, 0.0],
        p if right.contains(p) => [0.0, HALF_POWER],
        _ => [HALF_POWER, HALF_POWER],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fold(channels: Channels, frame: &[f32]) -> [f32; 2] {
        let mut out = Vec::new();
        Fold::new(&channels).extend(frame, &mut out);
        out[0]
    }

    #[test]
    fn layouts() {
        assert_eq!(fold(Position::FRONT_LEFT.into(), &[0.5]), [0.5, 0.5]);
        let stereo = Position::FRONT_LEFT | Position::FRONT_RIGHT;
        assert_eq!(fold(stereo.into(), &[0.5, -0.25]), [0.5, -0.25]);
        assert_eq!(fold(Channels::Discrete(2), &[0.5, -0.25]), [0.5, -0.25]);
        let five_one = stereo
            | Position::FRONT_CENTER
            | Position::LFE1
            | Position::REAR_LEFT
            | Position::REAR_RIGHT;
        let [left, right] = fold(five_one.into(), &[1.0; 6]);
        assert!((left - 1.0).abs() < 1e-6 && (right - 1.0).abs() < 1e-6);
        assert_eq!(
            fold(five_one.into(), &[0.0, 0.0, 0.0, 1.0, 0.0, 0.0]),
            [0.0, 0.0]
        );
        assert_eq!(
            fold(Channels::Discrete(4), &[1.0, 0.0, 0.0, 1.0]),
            [0.5, 0.5]
        );
    }

    #[test]
    fn no_number_and_no_blast_gets_through() {
        let stereo: Channels = (Position::FRONT_LEFT | Position::FRONT_RIGHT).into();
        assert_eq!(fold(stereo.clone(), &[f32::NAN, f32::INFINITY]), [0.0, 0.0]);
        assert_eq!(fold(stereo, &[1e30, -1e30]), [CEILING, -CEILING]);
    }
}
