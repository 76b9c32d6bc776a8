//! The other way that was tried: whether brush and music have their onsets together.

use engine::analysis::{BANDS, FRAMES};

/// Frames over which a band's rise is taken, 25 ms.
const LAG: usize = 2;
/// Half the width of what counts as together, in frames: 50 ms.
const WIDTH: usize = 4;
/// What lies so far below the loudest moment is no rise, in dB.
const RANGE_DB: f32 = 45.0;

/// Onset strength of a window, of mean 0 and length 1.
pub struct Onsets(Vec<f64>);

impl Onsets {
    /// Square roots of the rises in dB, meant over bands, in a Hann window.
    pub fn of(mel: &[f32]) -> Self {
        let foot = mel.iter().copied().fold(f32::MIN, f32::max) - RANGE_DB;
        let mut rises = [0.0f64; FRAMES];
        for band in mel.chunks_exact(FRAMES) {
            for at in LAG..FRAMES {
                rises[at] += f64::from((band[at] - band[at - LAG].max(foot)).max(0.0));
            }
        }
        let roots = rises.map(|rise| (rise / BANDS as f64).sqrt());
        let near = |at: usize| {
            let around = at.saturating_sub(WIDTH)..(at + WIDTH + 1).min(FRAMES);
            let weigh = |other: usize| {
                let phase = other.abs_diff(at) as f64 / (WIDTH + 1) as f64;
                roots[other] * (0.5 + 0.5 * (std::f64::consts::PI * phase).cos())
            };
            around.map(weigh).sum::<f64>()
        };
        let smooth: Vec<f64> = (0..FRAMES).map(near).collect();
        let mean = smooth.iter().sum::<f64>() / FRAMES as f64;
        let length = smooth
            .iter()
            .map(|x| (x - mean).powi(2))
            .sum::<f64>()
            .sqrt();
        let scale = if length > 1e-9 { 1.0 / length } else { 0.0 };
        Self(smooth.iter().map(|x| (x - mean) * scale).collect())
    }

    /// −1..=1; 0 where one of both has none.
    pub fn correlation(&self, other: &Self) -> f64 {
        self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum()
    }
}
