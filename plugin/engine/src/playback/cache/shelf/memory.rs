//! What is dropped when memory is short: the least likely first.

use std::cmp::Reverse;
use std::sync::Arc;

use super::{HEAD, Part, Shelf, frames};
use crate::playback::packed::PackedClip;
use crate::playback::source::SNIPPET;
use crate::units::ChunkId;

/// The part of the memory that whole clips keep, however many heads the pool has.
const WHOLES_SHARE: usize = 8;

impl Shelf {
    /// Sets what [`Self::bytes`] may be; true if there is more to decode for it.
    pub fn set_budget(&mut self, budget: usize) -> bool {
        let before = std::mem::replace(&mut self.budget, budget);
        if budget < before {
            while self.bytes() > budget
                && (self.drop_stale() || self.drop_whole() || self.drop_head())
            {}
        }
        let more = budget > before;
        if more {
            self.rewind();
        }
        more
    }

    /// What [`Self::bytes`] may be.
    pub fn budget(&self) -> usize {
        self.budget
    }

    /// Drops the least likely until `bytes` more fit. False if they do not; what is
    /// wanted now is kept all the same, as there is little of it.
    pub(super) fn make_room(&mut self, bytes: usize, part: Part, wanted: bool) -> bool {
        while self.bytes() + bytes > self.budget {
            let share = self.budget / WHOLES_SHARE;
            let dropped = match part {
                Part::Head => {
                    (self.whole_bytes > share && self.drop_whole())
                        || self.drop_stale()
                        || (wanted && self.drop_head())
                }
                Part::Whole => {
                    self.drop_stale()
                        || (wanted && self.drop_whole())
                        || (wanted && self.whole_bytes + bytes <= share && self.drop_head())
                }
            };
            if !dropped {
                return wanted;
            }
        }
        true
    }

    /// Bytes that more heads can have, about.
    pub(super) fn room_for_heads(&self) -> usize {
        let stale = self.stale.len() * self.estimate(Part::Head);
        let wholes = self.whole_bytes.saturating_sub(self.budget / WHOLES_SHARE);
        (self.budget + stale + wholes).saturating_sub(self.bytes())
    }

    pub(super) fn has_room_for_head(&self) -> bool {
        self.bytes() + self.estimate(Part::Head) <= self.budget
            || self.stale.iter().any(|chunk| self.is_stale(*chunk))
            || (self.whole_bytes > self.budget / WHOLES_SHARE && self.least_whole().is_some())
    }

    /// The whole that is likeliest not to be needed: never listed, of the lowest rank.
    fn least_whole(&self) -> Option<ChunkId> {
        let rank = |chunk: &ChunkId| self.rank.get(chunk).copied().unwrap_or(u32::MAX);
        let listed = |chunk: &ChunkId| self.entries.get(chunk).map_or(0, |entry| entry.listed);
        (self.wholes.iter())
            .filter(|chunk| !self.is_wanted(**chunk))
            .min_by_key(|chunk| (listed(chunk), Reverse(rank(chunk))))
            .copied()
    }

    fn drop_whole(&mut self) -> bool {
        let least = self.least_whole();
        if let Some(chunk) = least {
            self.take_whole(chunk);
        }
        least.is_some()
    }

    /// Cues that were made of the whole keep it until they come back.
    pub(super) fn take_whole(&mut self, chunk: ChunkId) {
        if let Some(entry) = self.entries.get_mut(&chunk)
            && let Some(whole) = entry.whole.get()
        {
            self.whole_bytes -= whole.bytes();
            entry.whole = Arc::default();
        }
        self.wholes.remove(&chunk);
    }

    pub(super) fn take_head(&mut self, chunk: ChunkId) {
        self.take_whole(chunk);
        if let Some(entry) = self.entries.remove(&chunk)
            && let Some(head) = entry.head
        {
            self.head_bytes -= head.bytes();
        }
    }

    /// Whether `chunk` is decoded and nobody wants it.
    fn is_stale(&self, chunk: ChunkId) -> bool {
        let decoded = self.entries.get(&chunk).is_some_and(|e| e.head.is_some());
        decoded && !self.rank.contains_key(&chunk) && !self.is_wanted(chunk)
    }

    /// Drops all of a chunk that is not of the pool.
    fn drop_stale(&mut self) -> bool {
        let place = self.stale.iter().rposition(|chunk| self.is_stale(*chunk));
        if let Some(place) = place {
            let chunk = self.stale.remove(place);
            self.take_head(chunk);
        }
        place.is_some()
    }

    /// Drops the pool's least likely.
    fn drop_head(&mut self) -> bool {
        let decoded = |chunk: &&ChunkId| {
            let entry = self.entries.get(chunk);
            entry.is_some_and(|entry| entry.head.is_some()) && !self.is_wanted(**chunk)
        };
        let least = self.pool.iter().rev().find(decoded).copied();
        if let Some(chunk) = least {
            self.take_head(chunk);
        }
        least.is_some()
    }

    /// What a clip will take, if its channels differ.
    pub(super) fn estimate(&self, part: Part) -> usize {
        let len = match part {
            Part::Head => HEAD,
            Part::Whole => SNIPPET,
        };
        frames(len, self.rate) * 2 * size_of::<i16>()
    }

    pub(super) fn count(&mut self) {
        let bytes = |clip: Option<&Arc<PackedClip>>| clip.map_or(0, |clip| clip.bytes());
        let entries = self.entries.values();
        (self.head_bytes, self.whole_bytes) = entries.fold((0, 0), |(heads, wholes), entry| {
            let whole = bytes(entry.whole.get());
            (heads + bytes(entry.head.as_ref()), wholes + whole)
        });
    }

    /// The memory of all samples.
    pub fn bytes(&self) -> usize {
        self.head_bytes + self.whole_bytes
    }
}
