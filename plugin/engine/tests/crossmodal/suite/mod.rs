//! Controlled stimuli, and the experiments of the literature repeated with them.
//!
//! Used by the tests here, which set floors, and by the example `crossmodal_suite`,
//! which prints what was measured.
#![allow(dead_code, reason = "the tests and the example use a part each")]

pub mod choice;
pub mod melodies;
pub mod pictures;
pub mod series;
pub mod stats;
pub mod synth;
