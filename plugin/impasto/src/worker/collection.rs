//! The library as the editor lists and maps it.

use std::time::Instant;

use super::desk::Desk;
use crate::view::CollectionAction;

/// What the worker keeps of it.
#[derive(Default)]
pub struct Collection {}

impl Desk {
    /// Goes on with what is due at `now`.
    pub(super) fn follow_collection(&mut self, _now: Instant) {}

    /// Does what its page asks.
    pub(super) fn collection_act(&mut self, action: CollectionAction) {
        match action {}
    }
}
