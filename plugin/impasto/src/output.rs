//! Congruity on its way to the host, and what the entry classes tell the plug-in.
//!
//! The framework has no way for the audio thread to send a parameter to the host,
//! so the entry classes do it. They and the plug-in share one [`HostLink`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use engine::units::Congruity;
use nice_plug::prelude::Param;
use parking_lot::Mutex;

use crate::params::ImpastoParams;
use crate::snapshot::Played;
use crate::view::ViewHandle;

/// Snippets remembered for the snapshot at most: some hours of playing.
const PLAYED: usize = 20_000;

/// A smaller change is not sent: every value may enter the host's undo history.
const DEADBAND: f32 = 0.005;

/// The shortest time between two values, in seconds.
const INTERVAL: f64 = 1.0 / 30.0;

/// What an instance and its entry class share.
pub struct HostLink {
    /// The instance's parameters.
    pub params: Arc<ImpastoParams>,
    /// What the worker publishes, for the snapshot.
    pub view: ViewHandle,
    /// Written by the worker, read by the snapshot; never seen by the audio thread.
    played: Mutex<Vec<Played>>,
    /// The bits of an `f32`, not a number while unknown. Written by the worker.
    congruity: AtomicU32,
    /// Written by the entry class, where the host tells it a block at a time.
    offline: AtomicBool,
    /// Written by the entry class on the audio thread.
    brush_connected: AtomicBool,
}

impl HostLink {
    /// For a new instance: congruity unknown, real time, no brush.
    pub fn new(params: Arc<ImpastoParams>, view: ViewHandle) -> Self {
        Self {
            params,
            view,
            played: Mutex::default(),
            congruity: AtomicU32::new(f32::NAN.to_bits()),
            offline: AtomicBool::new(false),
            brush_connected: AtomicBool::new(false),
        }
    }

    /// Congruity now, or `None` while it is unknown.
    pub fn congruity(&self) -> Option<Congruity> {
        Congruity::new(f32::from_bits(self.congruity.load(Ordering::Relaxed)))
    }

    /// Sets congruity; for the worker.
    pub fn set_congruity(&self, congruity: Option<Congruity>) {
        let value = congruity.map_or(f32::NAN, Congruity::get);
        self.congruity.store(value.to_bits(), Ordering::Relaxed);
    }

    /// Every snippet played since the activation, oldest first.
    pub fn played(&self) -> Vec<Played> {
        self.played.lock().clone()
    }

    /// For the worker: a snippet began to sound.
    pub fn note_played(&self, played: Played) {
        let mut all = self.played.lock();
        if all.len() < PLAYED {
            all.push(played);
        }
    }

    /// For the worker: the host activated the instance anew.
    pub fn forget_played(&self) {
        self.played.lock().clear();
    }

    /// Whether the host renders offline, faster or slower than real time.
    pub fn is_offline(&self) -> bool {
        self.offline.load(Ordering::Relaxed)
    }

    /// For the entry class, before each block.
    pub fn set_offline(&self, offline: bool) {
        self.offline.store(offline, Ordering::Relaxed);
    }

    /// Whether the host feeds the sidechain, be it with silence.
    pub fn brush_connected(&self) -> bool {
        self.brush_connected.load(Ordering::Relaxed)
    }

    /// For the entry class, before each block.
    pub fn set_brush_connected(&self, connected: bool) {
        self.brush_connected.store(connected, Ordering::Relaxed);
    }
}

/// Chooses which values of congruity go to the host. Lives on the audio thread.
///
/// None in the first block after activation, as the host may just have set the
/// parameter itself; then only what differs from the last by the deadband, and
/// no more often than the interval allows.
pub struct Emitter {
    interval: u64,
    since: u64,
    last: Option<f32>,
    first_block: bool,
}

impl Emitter {
    /// For blocks at `rate` hertz.
    pub fn new(rate: f64) -> Self {
        let interval = (rate * INTERVAL) as u64;
        Self {
            interval,
            since: interval,
            last: None,
            first_block: true,
        }
    }

    /// The value to send at the end of a block of `frames`, if any; it is also
    /// the parameter's own value from then on.
    pub fn next(&mut self, link: &HostLink, frames: usize) -> Option<f32> {
        self.since = self.since.saturating_add(frames as u64);
        if std::mem::take(&mut self.first_block) || !link.params.congruity_out.value() {
            return None;
        }
        let value = link.congruity()?.get();
        let is_new = self
            .last
            .is_none_or(|last| (value - last).abs() >= DEADBAND);
        if !is_new || self.since < self.interval {
            return None;
        }
        (self.last, self.since) = (Some(value), 0);
        // SAFETY: the pointer is to a parameter of `link.params`, which lives at
        // least as long as `link`.
        unsafe {
            link.params
                .congruity
                .as_ptr()
                ._internal_set_normalized_value(value)
        };
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(out: bool) -> HostLink {
        let (_, view) = crate::view::channel();
        let link = HostLink::new(Arc::default(), view);
        let on = if out { 1.0 } else { 0.0 };
        // SAFETY: as in `Emitter::next`.
        unsafe {
            link.params
                .congruity_out
                .as_ptr()
                ._internal_set_normalized_value(on)
        };
        link
    }

    #[track_caller]
    fn check(link: &HostLink, emitter: &mut Emitter, congruity: f32, expected: Option<f32>) {
        link.set_congruity(Congruity::new(congruity));
        assert_eq!(emitter.next(link, 480), expected);
    }

    #[test]
    fn sends_new_values_only_and_not_too_often() {
        let (link, mut emitter) = (link(true), Emitter::new(48_000.0));
        check(&link, &mut emitter, 0.5, None); // the first block
        check(&link, &mut emitter, 0.5, Some(0.5));
        assert_eq!(link.params.congruity.value(), 0.5);
        check(&link, &mut emitter, 0.9, None); // 10 ms later
        check(&link, &mut emitter, 0.9, None);
        check(&link, &mut emitter, 0.9, None);
        check(&link, &mut emitter, 0.9, Some(0.9));
        for _ in 0..10 {
            check(&link, &mut emitter, 0.904, None); // within the deadband
        }
        check(&link, &mut emitter, f32::NAN, None); // unknown
        check(&link, &mut emitter, 0.1, Some(0.1));
    }

    #[test]
    fn sends_nothing_while_switched_off() {
        let (link, mut emitter) = (link(false), Emitter::new(48_000.0));
        for step in 0..20 {
            check(&link, &mut emitter, step as f32 / 20.0, None);
        }
        assert_eq!(link.params.congruity.value(), 0.0);
    }
}
