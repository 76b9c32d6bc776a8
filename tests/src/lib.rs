//! Hosts the real bundles, as a digital audio workstation would, and looks at
//! what comes out.
//!
//! The library is a small CLAP host. Its thread model is types: an
//! [`host::Instance`] cannot leave the main thread, a [`host::Processor`] exists
//! only on the audio thread and only while the plug-in is processing. The
//! integration tests, the demo and the editor's screenshot are built on it; the
//! VST3 tests are in Python, under `tests/python`.

pub mod bundle;
pub mod demo;
#[cfg(target_os = "linux")]
pub mod display;
#[cfg(target_os = "linux")]
pub mod editor;
pub mod error;
pub mod fixture;
#[cfg(target_os = "linux")]
pub mod hand;
pub mod host;
pub mod signal;
pub mod snapshot;
#[cfg(target_os = "linux")]
pub mod soak;
pub mod state;

pub use error::{Error, Result};
