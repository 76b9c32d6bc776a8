//! The player as an instrument: strokes that hold, press and end what they started,
//! what is frozen, the host's grid, and that nothing ever clicks.

mod clicks;
mod freeze;
mod grid;
mod script;
mod strokes;
mod support;
