//! The snippet now heard, in detail.

use std::time::Instant;

use super::desk::Desk;

/// What the worker keeps of it.
#[derive(Default)]
pub struct Heard {}

impl Desk {
    /// Goes on with what is due at `now`.
    pub(super) fn follow_sounding(&mut self, _now: Instant) {}
}
