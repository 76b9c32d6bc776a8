//! In time with the host: starts that wait for the next line of a musical grid.
//!
//! A start that comes before a line waits for it; one that comes a moment after a line
//! counts as on it and plays at once. Where there is no time to be in (no transport,
//! stopped, without a tempo), everything plays at once: a grid is never a reason for
//! silence. Lines are found from the position in quarter notes that the host tells for
//! each block, never by counting samples from the last line, so that nothing drifts and
//! a loop, a jump or a change of tempo is followed at the next block.

mod grid;
mod quantizer;

pub use grid::{Division, Transport};
pub use quantizer::{Due, Quantizer};
