//! A signal of any rate, in blocks of any size, to mel frames.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{
    Async, FixedAsync, Resampler, SincInterpolationParameters, SincInterpolationType,
    WindowFunction, calculate_cutoff,
};

use super::mel::Mel;
use super::{BANDS, HOP, MelFrame};
use crate::units::{SampleRate, Seconds};
use crate::{Error, Result};

/// The rates that a front end takes, in hertz. What hosts use lies between 22.05
/// and 192 kHz; plug-in validators go further.
const RATES: std::ops::RangeInclusive<f64> = 1_000.0..=1_536_000.0;

/// Streaming mel transform of a mono signal, for the audio thread: nothing is
/// allocated after `new`.
///
/// Frames are aligned to the input: frame `k` covers the 50 ms from `k` × 12.5 ms
/// on, whatever the rate, and does not depend on how the input is split.
pub struct FrontEnd {
    /// `None` where the input already has the networks' rate.
    resampler: Option<To16k>,
    framer: Framer,
}

impl FrontEnd {
    /// A front end for a signal of `rate`.
    ///
    /// # Errors
    /// [`Error::SampleRate`] below 1 kHz or above 1,536 kHz.
    pub fn new(rate: SampleRate) -> Result<Self> {
        let resampler = (rate != SampleRate::ANALYSIS)
            .then(|| To16k::new(rate))
            .transpose()?;
        Ok(Self {
            resampler,
            framer: Framer::new(),
        })
    }

    /// Takes the next samples and gives `sink` each frame that they complete.
    /// Samples that are not finite count as zero.
    pub fn process(&mut self, mono: &[f32], sink: &mut impl FnMut(&MelFrame)) {
        self.process_heard(mono, &mut |_| (), sink);
    }

    /// As [`process`](Self::process), and gives `heard` the signal as the networks hear it:
    /// at 16 kHz, in order, before the frames that it completes.
    pub fn process_heard(
        &mut self,
        mono: &[f32],
        heard: &mut impl FnMut(&[f32]),
        sink: &mut impl FnMut(&MelFrame),
    ) {
        let framer = &mut self.framer;
        let mut push = |samples: &[f32]| {
            heard(samples);
            framer.push(samples, sink);
        };
        match &mut self.resampler {
            None => push(mono),
            Some(resampler) => resampler.push(mono, &mut push),
        }
    }

    /// Forgets the past, as after `new`.
    pub fn reset(&mut self) {
        if let Some(resampler) = &mut self.resampler {
            resampler.reset();
        }
        self.framer.fill = 0;
    }

    /// The longest time from a frame's last sample coming in to the frame coming
    /// out: the resampler's filter and blocks; zero at 16 kHz.
    pub fn latency(&self) -> Seconds {
        Seconds(self.resampler.as_ref().map_or(0.0, |resampler| {
            let filter = resampler.delay as f64 / SampleRate::ANALYSIS.hz();
            filter + resampler.block.len() as f64 / resampler.rate.hz()
        }))
    }
}

/// Cuts a 16 kHz stream into overlapping windows and transforms them.
struct Framer {
    mel: Mel,
    samples: Box<[f32]>,
    fill: usize,
    frame: MelFrame,
}

impl Framer {
    fn new() -> Self {
        let mel = Mel::new();
        Self {
            samples: vec![0.0; mel.window_len()].into_boxed_slice(),
            mel,
            fill: 0,
            frame: [0.0; BANDS],
        }
    }

    fn push(&mut self, mut input: &[f32], sink: &mut impl FnMut(&MelFrame)) {
        while !input.is_empty() {
            let room = &mut self.samples[self.fill..];
            let (now, later) = input.split_at(input.len().min(room.len()));
            for (sample, &x) in room.iter_mut().zip(now) {
                *sample = finite(x);
            }
            self.fill += now.len();
            input = later;
            if self.fill == self.samples.len() {
                self.mel.frame(&self.samples, &mut self.frame);
                sink(&self.frame);
                self.samples.copy_within(HOP.., 0);
                self.fill -= HOP;
            }
        }
    }
}

fn finite(sample: f32) -> f32 {
    if sample.is_finite() { sample } else { 0.0 }
}

/// Resamples a stream to 16 kHz.
///
/// A windowed sinc rather than an FFT resampler: it takes any rate, spreads its
/// work evenly over the blocks and delays by 8 ms only.
struct To16k {
    rate: SampleRate,
    resampler: Async<f32>,
    /// Input that does not fill a block of the resampler yet. Blocks of one size,
    /// whatever the host's, make the output independent of the host's.
    block: Box<[f32]>,
    fill: usize,
    output: Box<[f32]>,
    /// The filter's delay in samples at 16 kHz, which are left out at the start.
    delay: usize,
    to_skip: usize,
}

/// The filter's length in samples of the lower of the two rates. Its response is flat
/// within 0.1 dB to 7.6 kHz, where the highest band ends, and below -110 dB from 8 kHz.
const SINC_LEN: f64 = 256.0;
/// Points of the sampled filter in all, where the rates have no small ratio and values
/// between points are needed.
const SINC_POINTS: f64 = 512.0 * SINC_LEN;
/// The most different distances from an output sample to the input that are all
/// computed beforehand.
const MAX_PHASES: usize = 640;
/// How long the resampler's blocks are.
const BLOCK_SECONDS: f64 = 0.004;

/// How many different places between two input samples output samples fall on, if
/// there are few enough: 1 for 48 kHz, 160 for 44.1 kHz.
fn phases(rate: SampleRate) -> Option<usize> {
    let (from, to) = (rate.hz(), SampleRate::ANALYSIS.hz());
    if from.fract() != 0.0 {
        return None;
    }
    let (mut a, mut b) = (from as usize, to as usize);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let phases = to as usize / a;
    (phases <= MAX_PHASES).then_some(phases)
}

impl To16k {
    fn new(rate: SampleRate) -> Result<Self> {
        if !RATES.contains(&rate.hz()) {
            return Err(Error::SampleRate(rate));
        }
        let ratio = SampleRate::ANALYSIS.hz() / rate.hz();
        let sinc_len = (SINC_LEN / ratio.min(1.0)).ceil() as usize;
        let window = WindowFunction::BlackmanHarris;
        let (oversampling_factor, interpolation) = match phases(rate) {
            // Every output falls on a point of the filter: half the work, and exact.
            Some(phases) => (phases, SincInterpolationType::Nearest),
            None => {
                let factor = (SINC_POINTS / sinc_len as f64).ceil() as usize;
                (factor, SincInterpolationType::Linear)
            }
        };
        let parameters = SincInterpolationParameters {
            sinc_len,
            f_cutoff: Some(calculate_cutoff(SINC_LEN as usize, window)),
            oversampling_factor,
            interpolation,
            window,
        };
        let block = (BLOCK_SECONDS * rate.hz()).ceil() as usize;
        let resampler = Async::new_sinc(ratio, 1.0, &parameters, block, 1, FixedAsync::Input)
            .map_err(|_| Error::SampleRate(rate))?;
        let delay = resampler.output_delay();
        Ok(Self {
            rate,
            block: vec![0.0; block].into_boxed_slice(),
            fill: 0,
            output: vec![0.0; resampler.output_frames_max()].into_boxed_slice(),
            resampler,
            delay,
            to_skip: delay,
        })
    }

    fn push(&mut self, mut input: &[f32], sink: &mut impl FnMut(&[f32])) {
        while !input.is_empty() {
            let room = &mut self.block[self.fill..];
            let (now, later) = input.split_at(input.len().min(room.len()));
            for (sample, &x) in room.iter_mut().zip(now) {
                *sample = finite(x);
            }
            self.fill += now.len();
            input = later;
            if self.fill == self.block.len() {
                self.fill = 0;
                let len = self.resample_block();
                let skipped = len.min(self.to_skip);
                self.to_skip -= skipped;
                sink(&self.output[skipped..len]);
            }
        }
    }

    /// The number of samples written to `output`.
    fn resample_block(&mut self) -> usize {
        let (frames, room) = (self.block.len(), self.output.len());
        let buffers = SequentialSlice::new(&self.block, 1, frames)
            .and_then(|i| Ok((i, SequentialSlice::new_mut(&mut self.output, 1, room)?)));
        let done = buffers.map(|(input, mut output)| {
            self.resampler
                .process_into_buffer(&input, &mut output, None)
        });
        // Neither can fail with buffers of the resampler's own sizes; if it did,
        // there would be no frames rather than a panic on the audio thread.
        debug_assert!(matches!(done, Ok(Ok(_))));
        match done {
            Ok(Ok((_, written))) => written,
            _ => 0,
        }
    }

    fn reset(&mut self) {
        self.resampler.reset();
        self.fill = 0;
        self.to_skip = self.delay;
    }
}

#[cfg(test)]
mod tests;
