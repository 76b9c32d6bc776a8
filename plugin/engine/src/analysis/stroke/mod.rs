//! Brush strokes in the signal of a contact microphone, on the audio thread.
//!
//! A [`StrokeDetector`] says at which sample a stroke begins and ends, how hard it is
//! and how bright it sounds. It hears friction: noise, or a dense train of slips, over
//! much of the spectrum, unlike hum and unlike a knock on the easel, which is a click
//! and a few low modes that die away. A [`Calibrator`] sets it up from ten seconds of
//! painting.
//!
//! The method is multiband spectral flux (Bello et al. 2005, *A Tutorial on Onset
//! Detection in Music Signals*, §III; Dixon 2006, *Onset Detection Revisited*) on a
//! bank of eight band-pass filters instead of a Fourier transform, whose window alone
//! would cost more time than a player forgives (Wessel & Wright 2002, *Problems and
//! Prospects for Intimate Musical Control of Computers*: 10 ms, with less than 1 ms of
//! jitter). What it was measured to do: `docs/strokes.md`.

mod bands;
mod calibrate;
mod detector;
mod floor;
mod lanes;
mod settings;

pub use calibrate::{Calibration, CalibrationError, Calibrator};
pub use detector::{StrokeDetector, StrokeEvent};
pub use settings::StrokeSettings;
