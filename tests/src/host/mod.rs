//! The host itself: one instance, its main thread, its audio thread.

mod conduct;
pub mod ensemble;
mod events;
mod handlers;
mod instance;
#[cfg(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"))]
pub mod interpose;
mod processor;

pub use events::{Change, Key, OutputEvent, Song};
pub use handlers::HostShared;
pub use instance::{Instance, Parameter, Port, Ports};
pub use processor::{Activation, Block, Connection, Processor, Watch, Wiring};

/// A CLAP parameter id, as the plug-in derives it from its stable string id.
///
/// nice-plug's rule: `h = h * 31 + byte` over the string, wrapping, with the top
/// bit cleared. Written out here so that a change of a string id, which would
/// break every saved project, fails a test.
pub fn parameter_id(string_id: &str) -> u32 {
    let hash = string_id
        .bytes()
        .fold(0u32, |h, byte| h.wrapping_mul(31).wrapping_add(byte.into()));
    hash & !(1 << 31)
}
