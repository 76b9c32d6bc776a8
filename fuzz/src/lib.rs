//! What is fuzzed, and the promises that each input is held to.
//!
//! Each target is a function of the input's bytes that panics where a promise is
//! broken. The workspace's own tests include these files and replay the inputs kept
//! in `seeds/` through them, on stable and without a fuzzer.

#[cfg(feature = "engine")]
pub mod audio;
#[cfg(feature = "engine")]
pub mod index;
pub mod memory;
pub mod ogg;
pub mod osc;
pub mod panics;
#[cfg(feature = "engine")]
pub mod pictures;
pub mod routes;
pub mod scratch;
#[cfg(feature = "plugin")]
pub mod state;
