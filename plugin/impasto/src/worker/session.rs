//! The session's log.

use std::time::Instant;

use super::desk::Desk;
use crate::view::SessionAction;

/// What the worker keeps of it.
#[derive(Default)]
pub struct Session {}

impl Desk {
    /// Goes on with what is due at `now`.
    pub(super) fn follow_session(&mut self, _now: Instant) {}

    /// Does what its page asks.
    pub(super) fn session_act(&mut self, action: SessionAction) {
        match action {}
    }
}
