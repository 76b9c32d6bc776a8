//! From a signal to mel frames: what the networks hear.
//!
//! On the audio thread a [`FrontEnd`] takes a mono signal of any rate in blocks
//! of any size and gives one [`MelFrame`] every 12.5 ms, which a [`MelSender`]
//! hands to the worker. There a [`MelWindow`] keeps the last 4 s as the
//! networks' input. Over a whole track at 16 kHz, [`mel::Mel`] does the same
//! without the streaming.
//!
//! The numbers are those of `[frontend]` in the models' manifest (paper, §3:
//! 16 kHz, 4 s, 100 mel bands, 12.5 ms), which is compiled in, so that a front
//! end needs no file; [`Manifest::load`](crate::manifest::Manifest::load)
//! refuses a manifest with others.

mod downmix;
mod front_end;
pub mod level;
pub mod mel;
mod ring;
pub mod stroke;
mod window;

pub use downmix::downmix;
pub use front_end::FrontEnd;
pub use mel::{chunk_mel, mel_of};
pub use ring::{MelReceiver, MelSender, mel_ring};
pub use window::{MelWindow, SILENCE_DB};

/// Mel bands in a frame.
pub const BANDS: usize = 100;
/// Frames in a chunk or a window of 4 s.
pub const FRAMES: usize = 320;
/// Samples at 16 kHz from one frame to the next.
pub const HOP: usize = 200;
/// Samples at 16 kHz in a chunk of 4 s.
pub const CHUNK_SAMPLES: usize = HOP * FRAMES;
/// What a band reads where there is nothing, in dB.
pub const FLOOR_DB: f32 = -100.0;

/// One value a band, in dB; a full-scale sine reads 0 dB at its band's peak,
/// and nothing reads less than [`FLOOR_DB`].
pub type MelFrame = [f32; BANDS];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::FrontEndParams;

    #[test]
    fn constants_are_the_manifest_s() {
        let params = FrontEndParams::built_in();
        assert_eq!(BANDS, params.bands);
        assert_eq!(FRAMES, params.frames);
        assert_eq!(HOP, params.hop);
        assert_eq!(CHUNK_SAMPLES, params.chunk_samples);
        assert_eq!(f64::from(FLOOR_DB), 10.0 * params.power_floor.log10());
        assert_eq!(crate::units::SampleRate::ANALYSIS.hz(), params.sample_rate);
    }
}
