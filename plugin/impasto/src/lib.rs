//! The Impasto plug-in: parameters, state, process, outputs, editor, entry points.

pub mod params;
pub mod state;
pub mod view;
