//! Streaming sample-rate conversion between whole-number rates.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler as _};

/// Input frames a block, about. Longer blocks have a steeper filter: with 4096
/// the pass band to 16 kHz reaches above the front end's highest edge (7.6 kHz).
const BLOCK: usize = 4096;

/// Converts interleaved frames as they come, without delay: frame `k` of the
/// output is at the time `k / to` of the input, and as many frames come out as
/// the input's duration asks for.
pub(super) struct Resampler {
    /// None where both rates are the same.
    fft: Option<Fft<f32>>,
    channels: usize,
    from: u64,
    to: u64,
    pending: Vec<f32>,
    out: Vec<f32>,
    /// Frames of the filter's delay that are still to be dropped.
    skip: usize,
    fed: u64,
    given: u64,
}

impl Resampler {
    /// Rates in hertz, above zero.
    pub(super) fn new(from: u32, to: u32, channels: usize) -> Result<Self, String> {
        let fft = (from != to)
            .then(|| {
                let unit = from as usize / gcd(from, to) as usize;
                let block = unit * units(BLOCK.div_ceil(unit));
                Fft::new(from as usize, to as usize, block, channels, FixedSync::Both)
            })
            .transpose()
            .map_err(|error| error.to_string())?;
        let (skip, out) = fft.as_ref().map_or((0, 0), |fft| {
            (fft.output_delay(), fft.output_frames_max() * channels)
        });
        Ok(Self {
            fft,
            channels,
            from: from.into(),
            to: to.into(),
            pending: Vec::new(),
            out: vec![0.0; out],
            skip,
            fed: 0,
            given: 0,
        })
    }

    /// Takes frames and gives those that are ready to `emit`.
    pub(super) fn push(
        &mut self,
        interleaved: &[f32],
        emit: &mut dyn FnMut(&[f32]),
    ) -> Result<(), String> {
        self.fed += (interleaved.len() / self.channels) as u64;
        if self.fft.is_none() {
            emit(interleaved);
            return Ok(());
        }
        self.pending.extend_from_slice(interleaved);
        let mut done = 0;
        loop {
            let wanted = self.wanted();
            if self.pending.len() - done < wanted {
                break;
            }
            self.block(done, None, u64::MAX, emit)?;
            done += wanted;
        }
        self.pending.drain(..done);
        Ok(())
    }

    /// Gives the frames that are still inside.
    pub(super) fn finish(&mut self, emit: &mut dyn FnMut(&[f32])) -> Result<(), String> {
        if self.fft.is_none() {
            return Ok(());
        }
        let total = (self.fed * self.to).div_ceil(self.from);
        let left = self.pending.len() / self.channels;
        self.pending.resize(self.wanted(), 0.0);
        let mut partial = left;
        while self.given < total {
            self.block(0, Some(partial), total, emit)?;
            partial = 0;
        }
        Ok(())
    }

    /// Samples that the next block takes.
    fn wanted(&self) -> usize {
        self.fft.as_ref().map_or(0, |fft| fft.input_frames_next()) * self.channels
    }

    /// Converts one block of `pending` from sample `at` on.
    fn block(
        &mut self,
        at: usize,
        partial: Option<usize>,
        total: u64,
        emit: &mut dyn FnMut(&[f32]),
    ) -> Result<(), String> {
        let Some(fft) = &mut self.fft else {
            return Ok(());
        };
        let channels = self.channels;
        let input = &self.pending[at..];
        let input = InterleavedSlice::new(input, channels, input.len() / channels)
            .map_err(|error| error.to_string())?;
        let room = self.out.len() / channels;
        let mut output = InterleavedSlice::new_mut(&mut self.out, channels, room)
            .map_err(|error| error.to_string())?;
        let indexing = Indexing {
            partial_len: partial,
            ..Indexing::default()
        };
        let (_, made) = fft
            .process_into_buffer(&input, &mut output, Some(&indexing))
            .map_err(|error| error.to_string())?;
        let skip = self.skip.min(made);
        self.skip -= skip;
        let give = ((made - skip) as u64).min(total - self.given);
        self.given += give;
        emit(&self.out[skip * channels..(skip + give as usize) * channels]);
        Ok(())
    }
}

/// The next number of units, from `least` on, that a block is made of. The delay is half
/// a block: an even number makes it a whole number of frames. Prime factors above 5 would
/// make the transforms several times slower (at 48 kHz, 683 did).
fn units(least: usize) -> usize {
    let is_smooth = |mut n: usize| {
        for factor in [2, 3, 5] {
            while n.is_multiple_of(factor) {
                n /= factor;
            }
        }
        n == 1
    };
    let mut units = least.next_multiple_of(2).max(2);
    while !is_smooth(units) {
        units += 2;
    }
    units
}

/// Greatest common divisor; at least 1.
pub(super) fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn sine(rate: u32, hz: f64, frames: usize) -> Vec<f32> {
        (0..frames)
            .map(|k| (TAU * hz * k as f64 / f64::from(rate)).sin() as f32)
            .collect()
    }

    fn convert(from: u32, to: u32, input: &[f32], block: usize) -> Vec<f32> {
        let mut resampler = Resampler::new(from, to, 1).unwrap();
        let mut out = Vec::new();
        for part in input.chunks(block) {
            resampler
                .push(part, &mut |x| out.extend_from_slice(x))
                .unwrap();
        }
        resampler.finish(&mut |x| out.extend_from_slice(x)).unwrap();
        out
    }

    #[test]
    fn a_sine_stays_where_it_is() {
        let rates = [
            8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000,
        ];
        for from in rates {
            let hz = 1000.0;
            let out = convert(from, 16_000, &sine(from, hz, from as usize), 1152);
            assert_eq!(out.len(), 16_000, "from {from}");
            let expected = sine(16_000, hz, 16_000);
            // The ends are cut off abruptly and ring.
            let worst = (2000..14_000)
                .map(|k| (out[k] - expected[k]).abs())
                .fold(0.0, f32::max);
            assert!(worst < 1e-3, "from {from}: {worst}");
        }
    }

    #[test]
    fn blocks_do_not_matter() {
        let input = sine(44_100, 440.0, 30_000);
        let whole = convert(44_100, 48_000, &input, usize::MAX);
        assert_eq!(convert(44_100, 48_000, &input, 1), whole);
        assert_eq!(convert(44_100, 48_000, &input, 4411), whole);
    }

    #[test]
    fn blocks_are_even_and_have_no_large_factors() {
        assert_eq!(units(1366), 1440); // 48 kHz
        assert_eq!(units(10), 10); // 44.1 kHz
        assert_eq!(units(1), 2);
        assert_eq!(units(683), 720);
    }

    #[test]
    fn short_and_empty_inputs() {
        for frames in [0, 1, 2, 100, 4409, 4410, 4411] {
            let out = convert(44_100, 16_000, &vec![0.5; frames], 100);
            assert_eq!(out.len(), (frames * 160).div_ceil(441));
        }
    }
}
