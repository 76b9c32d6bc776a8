//! Impasto's signals on their way out.
//!
//! A [`Signal`] is a number from 0 to 1 that Impasto finds anew many times a second: how
//! well music and painting go together, the named parts of that, and how loud the brush
//! is. Each has a [`Shape`] of its own and takes any of the routes: automation
//! ([`automation`]), MIDI control change ([`cc`]), control voltage ([`cv`]), OSC
//! and light over the [`network`].
//!
//! Nothing here knows of a host, of an editor or of how the numbers are found. What the
//! audio thread calls ([`shape`], [`gate`], [`cc`], [`cv`]) neither allocates nor locks,
//! and does not depend on how time is cut into blocks but for when it is called. Sockets
//! are in [`network`] alone, on threads of its own.

pub mod automation;
pub mod cc;
pub mod cv;
pub mod gate;
pub mod network;
pub mod probe;
pub mod settings;
pub mod shape;
pub mod signal;

pub use probe::{Test, Way};
pub use settings::OutputSettings;
pub use shape::{Shape, Shaper};
pub use signal::{PerSignal, SharedValues, Signal, Values};
