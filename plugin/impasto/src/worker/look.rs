//! The live painting.

use std::time::Instant;

use super::desk::Desk;
use crate::view::LookAction;

/// What the worker keeps of it.
#[derive(Default)]
pub struct Look {}

impl Desk {
    /// Goes on with what is due at `now`.
    pub(super) fn follow_look(&mut self, _now: Instant) {}

    /// Does what its page asks.
    pub(super) fn look_act(&mut self, action: LookAction) {
        match action {}
    }
}
