//! The artist's own pairs.

use std::time::Instant;

use super::desk::Desk;
use crate::view::TeachAction;

/// What the worker keeps of it.
#[derive(Default)]
pub struct Teach {}

impl Desk {
    /// Goes on with what is due at `now`.
    pub(super) fn follow_teach(&mut self, _now: Instant) {}

    /// Does what its page asks.
    pub(super) fn teach_act(&mut self, action: TeachAction) {
        match action {}
    }
}
