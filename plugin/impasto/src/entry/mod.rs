//! The entry points of both formats: two small classes around the framework's own.
//!
//! The framework lacks an output parameter from the audio thread, a sidechain that
//! may be mono, stereo or missing, and has faults that abort hosts (each mend says
//! which). Both classes delegate everything else. Once the framework can do these,
//! this module can go and its export macros take its place; nothing outside but
//! [`hand_over`]'s one call and [`HostLink`] knows of it.

pub mod buses;
pub mod clap;
mod denormals;
pub mod vst3;

use std::cell::RefCell;
use std::sync::Arc;

use crate::output::HostLink;

thread_local! {
    /// The link of the instance constructed last on this thread.
    static LATEST: RefCell<Option<Arc<HostLink>>> = const { RefCell::new(None) };
}

/// Leaves `link` for the entry class: the framework constructs the plug-in out of
/// the class's reach, by `Default`, and hands nothing back.
pub fn hand_over(link: &Arc<HostLink>) {
    LATEST.set(Some(Arc::clone(link)));
}

/// The link that the constructor on this thread has just left.
fn take_over() -> Option<Arc<HostLink>> {
    LATEST.take()
}

/// The host's id of the parameter whose string id is `id`, as the framework makes it.
pub fn param_id(id: &str) -> u32 {
    let hash = id.bytes().fold(0u32, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(u32::from(byte))
    });
    // VST3 keeps the top bit for the host.
    hash & !(1 << 31)
}
