//! The mel transform at 16 kHz.
//!
//! Computed in double precision: the weakest bands of a loud frame lie 100 dB
//! below the strongest, where single precision would show.

use std::sync::{Arc, OnceLock};

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use super::{BANDS, FRAMES, HOP, MelFrame};
use crate::manifest::FrontEndParams;

/// What does not change from frame to frame, shared by all transforms.
struct Plan {
    fft: Arc<dyn RealToComplex<f64>>,
    /// The analysis window over half its sum: a full-scale sine on a bin has
    /// a power of 1 there.
    window: Vec<f64>,
    filters: Vec<Filter>,
    power_floor: f64,
}

/// A triangle of the filter bank, without its zeros.
struct Filter {
    first_bin: usize,
    weights: Vec<f64>,
}

impl Plan {
    fn shared() -> &'static Arc<Plan> {
        static PLAN: OnceLock<Arc<Plan>> = OnceLock::new();
        PLAN.get_or_init(|| Arc::new(Plan::new(FrontEndParams::built_in())))
    }

    fn new(params: &FrontEndParams) -> Self {
        let hann: Vec<f64> = (0..params.window)
            .map(|n| {
                let phase = std::f64::consts::TAU * n as f64 / params.window as f64;
                0.5 - 0.5 * phase.cos()
            })
            .collect();
        let gain = 2.0 / hann.iter().sum::<f64>();
        Self {
            fft: RealFftPlanner::new().plan_fft_forward(params.fft),
            window: hann.into_iter().map(|w| w * gain).collect(),
            filters: filters(params),
            power_floor: params.power_floor,
        }
    }
}

/// Hertz to mel on the Slaney scale: linear below 1 kHz, logarithmic above
/// (Slaney, *Auditory Toolbox*, 1998).
fn mel_from_hz(hz: f64) -> f64 {
    if hz < BREAK_HZ {
        hz / HZ_A_MEL
    } else {
        BREAK_HZ / HZ_A_MEL + (hz / BREAK_HZ).ln() / log_step()
    }
}

fn hz_from_mel(mel: f64) -> f64 {
    let above = mel - BREAK_HZ / HZ_A_MEL;
    if above < 0.0 {
        mel * HZ_A_MEL
    } else {
        BREAK_HZ * (above * log_step()).exp()
    }
}

const BREAK_HZ: f64 = 1000.0;
const HZ_A_MEL: f64 = 200.0 / 3.0;

/// Above 1 kHz, 27 mel are a factor of 6.4.
fn log_step() -> f64 {
    6.4f64.ln() / 27.0
}

/// The triangles' edges in hertz: band `b` rises from edge `b` to its peak at
/// edge `b + 1` and falls to edge `b + 2`.
fn edges(params: &FrontEndParams) -> Vec<f64> {
    let low = mel_from_hz(params.low_hz);
    let step = (mel_from_hz(params.high_hz) - low) / (params.bands + 1) as f64;
    (0..params.bands + 2)
        .map(|edge| hz_from_mel(low + step * edge as f64))
        .collect()
}

/// Where band `band` has its peak, in hertz; between bands for fractions.
pub(crate) fn band_hz(band: f64) -> f64 {
    let params = FrontEndParams::built_in();
    let (low, high) = (mel_from_hz(params.low_hz), mel_from_hz(params.high_hz));
    hz_from_mel(low + (high - low) * (band + 1.0) / (params.bands + 1) as f64)
}

fn filters(params: &FrontEndParams) -> Vec<Filter> {
    let bin_hz = params.sample_rate / params.fft as f64;
    edges(params)
        .windows(3)
        .map(|edge| {
            let first_bin = (edge[0] / bin_hz).floor() as usize + 1;
            let weights = (first_bin..=params.fft / 2)
                .map(|bin| bin as f64 * bin_hz)
                .take_while(|&hz| hz < edge[2])
                .map(|hz| {
                    let rise = (hz - edge[0]) / (edge[1] - edge[0]);
                    let fall = (edge[2] - hz) / (edge[2] - edge[1]);
                    rise.min(fall)
                })
                .collect();
            Filter { first_bin, weights }
        })
        .collect()
}

/// The mel transform and its working memory; nothing is allocated after `new`.
pub struct Mel {
    plan: Arc<Plan>,
    input: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
}

impl Default for Mel {
    fn default() -> Self {
        Self::new()
    }
}

impl Mel {
    /// Plans the transform (once a process) and takes the memory.
    pub fn new() -> Self {
        let plan = Arc::clone(Plan::shared());
        Self {
            input: plan.fft.make_input_vec(),
            spectrum: plan.fft.make_output_vec(),
            scratch: plan.fft.make_scratch_vec(),
            plan,
        }
    }

    /// Samples that a frame covers.
    pub fn window_len(&self) -> usize {
        self.plan.window.len()
    }

    /// The frame over the first [`Self::window_len`] of `samples` (16 kHz, mono),
    /// with zeros where there are fewer.
    pub fn frame(&mut self, samples: &[f32], out: &mut MelFrame) {
        let plan = &*self.plan;
        self.input.fill(0.0);
        for ((x, &sample), window) in self.input.iter_mut().zip(samples).zip(&plan.window) {
            *x = f64::from(sample) * window;
        }
        let transformed =
            plan.fft
                .process_with_scratch(&mut self.input, &mut self.spectrum, &mut self.scratch);
        debug_assert!(transformed.is_ok(), "the plan made the buffers");
        for (filter, db) in plan.filters.iter().zip(out) {
            let power: f64 = self.spectrum[filter.first_bin..]
                .iter()
                .zip(&filter.weights)
                .map(|(bin, weight)| weight * bin.norm_sqr())
                .sum();
            // Only the sums need double precision; its logarithm takes twice as long.
            // What no recording holds must not become infinite on the way.
            let power = power.max(plan.power_floor).min(f64::from(f32::MAX)) as f32;
            *db = 10.0 * power.log10();
        }
    }

    /// The chunk that begins at sample `start` of `samples` (16 kHz, mono), as the
    /// audio network's input: [`BANDS`] rows of [`FRAMES`] values in dB, appended
    /// to `out`. The last frames read on past the chunk's 4 s; past the end of
    /// `samples` they read zeros.
    pub fn chunk(&mut self, samples: &[f32], start: usize, out: &mut Vec<f32>) {
        let base = out.len();
        out.resize(base + BANDS * FRAMES, 0.0);
        let mut frame = [0.0; BANDS];
        for column in 0..FRAMES {
            let from = (start + column * HOP).min(samples.len());
            self.frame(&samples[from..], &mut frame);
            for (band, &db) in frame.iter().enumerate() {
                out[base + band * FRAMES + column] = db;
            }
        }
    }
}

/// The frames that lie wholly inside `samples_16k`, the same that a
/// [`FrontEnd`](super::FrontEnd) gives for them at 16 kHz.
pub fn mel_of(samples_16k: &[f32]) -> Vec<MelFrame> {
    let mut mel = Mel::new();
    samples_16k
        .windows(mel.window_len())
        .step_by(HOP)
        .map(|window| {
            let mut frame = [0.0; BANDS];
            mel.frame(window, &mut frame);
            frame
        })
        .collect()
}

/// One chunk by itself: see [`Mel::chunk`]. `out` is overwritten.
pub fn chunk_mel(samples_16k: &[f32], start: usize, out: &mut Vec<f32>) {
    out.clear();
    out.reserve_exact(BANDS * FRAMES);
    Mel::new().chunk(samples_16k, start, out);
}

#[cfg(test)]
mod tests;
