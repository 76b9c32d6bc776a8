//! What Impasto does, without a host or an editor.
//!
//! The flow goes one way: [`analysis`] turns a signal into mel frames on the
//! audio thread, [`inference`] turns a 4 s window of frames into an embedding
//! on a worker, [`retrieval`] filters the [`library`] by the painting and finds
//! the chunk nearest to the brush, the [`instrument`] has it played by [`playback`] on
//! the audio thread,
//! and [`congruity`] says how well the music goes with the painting, [`crossmodal`]
//! why. A painting that is being painted is followed by [`painting`].
//! [`translate`] joins these for whoever drives them: the plug-in's worker and
//! the command line use the same one.
//!
//! The method is that of Verma, Basica, Davis Kivelson, *Translating Paintings
//! Into Music Using Neural Networks* (2020).

#![deny(unsafe_code)]

pub mod analysis;
pub mod congruity;
pub mod crossmodal;
pub mod data;
pub mod error;
pub mod evaluation;
pub mod inference;
pub mod instrument;
pub mod library;
pub mod manifest;
pub mod painting;
pub mod playback;
pub mod retrieval;
pub mod session;
pub mod teach;
pub mod translate;
pub mod units;

pub use error::{Error, Result};
