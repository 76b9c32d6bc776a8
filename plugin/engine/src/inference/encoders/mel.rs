//! The mel spectrogram as a user's encoder wants it.
//!
//! The engine's own front end ([`crate::analysis`]) has its numbers fixed; this one has
//! them from a manifest, and is for a worker.

use std::f64::consts::TAU;
use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex};

use super::manifest::{Edge, FloorBy, Log, MelSettings, Norm, Scale, WindowShape};

/// Transforms samples to mel bands.
pub(super) struct Spectrogram {
    settings: MelSettings,
    fft: Arc<dyn RealToComplex<f64>>,
    window: Vec<f64>,
    /// Bands as weights of the spectrum's bins, without the zeros around them.
    filters: Vec<(usize, Vec<f64>)>,
}

impl Spectrogram {
    /// Of sound at `rate` hertz.
    pub(super) fn new(settings: &MelSettings, rate: u32) -> Self {
        Self {
            fft: RealFftPlanner::new().plan_fft_forward(settings.fft),
            window: window(settings.window_shape, settings.window),
            filters: filters(settings, f64::from(rate)),
            settings: settings.clone(),
        }
    }

    /// `frames` frames of all bands; those past the sound's end are silent.
    pub(super) fn frames(&self, samples: &[f32], frames: usize) -> Vec<Vec<f32>> {
        let found = self.settings.frames_of(samples.len());
        let mut spectrogram: Vec<_> = (0..frames.min(found))
            .map(|k| self.frame(samples, k))
            .collect();
        let silence = vec![self.logarithm(0.0); self.settings.bands];
        spectrogram.resize(frames, silence);
        spectrogram
    }

    fn frame(&self, samples: &[f32], number: usize) -> Vec<f32> {
        let begin = (number * self.settings.hop) as i64;
        let before = if self.settings.centre {
            self.settings.window as i64 / 2
        } else {
            0
        };
        let mut input = self.fft.make_input_vec();
        for (at, (value, window)) in input.iter_mut().zip(&self.window).enumerate() {
            *value = window * self.sample(samples, begin - before + at as i64);
        }
        let mut spectrum = self.fft.make_output_vec();
        let transformed = self.fft.process(&mut input, &mut spectrum);
        debug_assert!(transformed.is_ok(), "the plan made the buffers");
        let power = self.settings.power / 2.0;
        let magnitudes: Vec<f64> = spectrum
            .iter()
            .map(|bin| bin.norm_sqr().powf(power))
            .collect();
        let band = |(first, weights): &(usize, Vec<f64>)| {
            let bins = magnitudes[*first..].iter();
            let sum: f64 = bins.zip(weights).map(|(bin, weight)| bin * weight).sum();
            self.logarithm(sum * self.settings.gain)
        };
        self.filters.iter().map(band).collect()
    }

    /// The sample at `at`, also where there is none.
    fn sample(&self, samples: &[f32], at: i64) -> f64 {
        let len = samples.len() as i64;
        let inside = match self.settings.edge {
            _ if (0..len).contains(&at) => Some(at),
            Edge::Reflect if len > 1 => {
                // Back and forth without doubling the ends, as numpy's `reflect`.
                let period = 2 * (len - 1);
                let folded = at.rem_euclid(period);
                Some(folded.min(period - folded))
            }
            Edge::Reflect | Edge::Silence => None,
        };
        inside.map_or(0.0, |at| f64::from(samples[at as usize]))
    }

    fn logarithm(&self, value: f64) -> f32 {
        let floored = match self.settings.floor_by {
            FloorBy::Clamp => value.max(self.settings.floor),
            FloorBy::Add => value + self.settings.floor,
        };
        (match self.settings.log {
            Log::None => floored,
            Log::Ln => floored.ln(),
            Log::Log10 => floored.log10(),
            Log::Db => 10.0 * floored.log10(),
        }) as f32
    }
}

fn window(shape: WindowShape, len: usize) -> Vec<f64> {
    let (constant, period) = match shape {
        WindowShape::HannPeriodic => (0.5, len),
        WindowShape::HannSymmetric => (0.5, len - 1),
        WindowShape::HammingPeriodic => (0.54, len),
        WindowShape::HammingSymmetric => (0.54, len - 1),
    };
    let phase = |n: usize| (TAU * n as f64 / period as f64).cos();
    (0..len)
        .map(|n| constant - (1.0 - constant) * phase(n))
        .collect()
}

/// Hertz from mel. Slaney: linear below 1 kHz (15 mel), then 27 mel for a factor of 6.4
/// (*Auditory Toolbox*, 1998). HTK: 2595 · log10(1 + hz / 700) (*HTK Book*, 5.4).
fn hz_from_mel(scale: Scale, mel: f64) -> f64 {
    match scale {
        Scale::Slaney if mel < 15.0 => mel * 200.0 / 3.0,
        Scale::Slaney => 1000.0 * ((mel - 15.0) * 6.4f64.ln() / 27.0).exp(),
        Scale::Htk => 700.0 * (10f64.powf(mel / 2595.0) - 1.0),
    }
}

fn mel_from_hz(scale: Scale, hz: f64) -> f64 {
    match scale {
        Scale::Slaney if hz < 1000.0 => hz * 3.0 / 200.0,
        Scale::Slaney => 15.0 + (hz / 1000.0).ln() * 27.0 / 6.4f64.ln(),
        Scale::Htk => 2595.0 * (1.0 + hz / 700.0).log10(),
    }
}

fn filters(settings: &MelSettings, rate: f64) -> Vec<(usize, Vec<f64>)> {
    let low = mel_from_hz(settings.scale, settings.low_hz);
    let step = (mel_from_hz(settings.scale, settings.high_hz) - low) / (settings.bands + 1) as f64;
    let edges =
        (0..settings.bands + 2).map(|edge| hz_from_mel(settings.scale, low + step * edge as f64));
    let edges: Vec<f64> = edges.collect();
    let bin_hz = rate / settings.fft as f64;
    let filter = |edge: &[f64]| {
        let height = match settings.norm {
            Norm::None => 1.0,
            Norm::Slaney => 2.0 / (edge[2] - edge[0]),
        };
        let first = (edge[0] / bin_hz).floor() as usize + 1;
        let bins = (first..=settings.fft / 2).map(|bin| bin as f64 * bin_hz);
        let weights = bins.take_while(|&hz| hz < edge[2]).map(|hz| {
            let rise = (hz - edge[0]) / (edge[1] - edge[0]);
            let fall = (edge[2] - hz) / (edge[2] - edge[1]);
            height * rise.min(fall)
        });
        (first.min(settings.fft / 2), weights.collect())
    };
    edges.windows(3).map(filter).collect()
}
