//! What an instance, its worker and its entry class share, and what the host is told of
//! parameters that Impasto moves itself.
//!
//! The framework has no way for the audio thread to send a parameter to the host, so the
//! entry classes do it. They and the plug-in share one [`HostLink`].

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crossbeam::queue::ArrayQueue;
use engine::units::{Congruity, SampleRate};
use nice_plug::prelude::{Param, Params};
use outputs::automation::Edit;
use outputs::{PerSignal, SharedValues, Signal, Values};
use parking_lot::Mutex;

use crate::entry::param_id;
use crate::params::{ImpastoParams, output_id};
use crate::snapshot::Played;
use crate::view::ViewHandle;

/// Snippets remembered for the snapshot at most: some hours of playing.
const PLAYED: usize = 20_000;

/// Edits of one block at most: begin, value and end of every signal.
const TOLD: usize = 3 * Signal::COUNT;

/// What a host is told of one of its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HostEdit {
    /// Somebody takes hold of it.
    Begin(u32),
    /// It has this normalized value, 0..=1.
    Value(u32, f32),
    /// It is let go.
    End(u32),
}

/// Takes an edit to the host; false if there is no way now, and the edit is lost.
pub type Door = Box<dyn Fn(HostEdit) -> bool + Send + Sync>;

/// What an instance and its entry class share.
pub struct HostLink {
    /// The instance's parameters.
    pub params: Arc<ImpastoParams>,
    /// What the worker publishes, for the snapshot.
    pub view: ViewHandle,
    /// The signals as they are found: the brush by the audio thread, the others by the
    /// worker.
    pub signals: Arc<SharedValues>,
    /// As they leave by automation, control change and voltage. Written by the audio
    /// thread.
    pub shaped: SharedValues,
    /// The host's ids of the parameters that the signals are written to.
    output_ids: PerSignal<u32>,
    /// Written and read by the audio thread alone, within one block.
    told: ArrayQueue<Edit>,
    /// Left by the entry class.
    door: OnceLock<Door>,
    /// Edits that found no way to the host.
    lost: AtomicU64,
    /// Control changes that were handed to the host. Written by the audio thread.
    controllers: AtomicU64,
    /// Written by the worker, read by the snapshot; never seen by the audio thread.
    played: Mutex<Vec<Played>>,
    /// Written by the entry class, where the host tells it a block at a time.
    offline: AtomicBool,
    /// Written by the entry class on the audio thread.
    brush_connected: AtomicBool,
}

impl HostLink {
    /// For a new instance: all signals unknown, real time, no brush.
    pub fn new(params: Arc<ImpastoParams>, view: ViewHandle) -> Self {
        Self {
            params,
            view,
            signals: Arc::default(),
            shaped: SharedValues::default(),
            output_ids: PerSignal(Signal::ALL.map(|signal| param_id(output_id(signal)))),
            told: ArrayQueue::new(TOLD),
            door: OnceLock::new(),
            lost: AtomicU64::new(0),
            controllers: AtomicU64::new(0),
            played: Mutex::default(),
            offline: AtomicBool::new(false),
            brush_connected: AtomicBool::new(false),
        }
    }

    /// Congruity now, or `None` while it is unknown.
    pub fn congruity(&self) -> Option<Congruity> {
        self.signals.get(Signal::Congruity).and_then(Congruity::new)
    }

    /// The signals as they are to go out: unknown, and so held by every route, while the
    /// plug-in is bypassed.
    pub fn offered(&self) -> Values {
        if self.params.bypass.value() {
            Values::default()
        } else {
            self.signals.values()
        }
    }

    /// Sets the parameter that belongs to an edit, so that the host, asking for it, hears
    /// what it is told; then what the host is told.
    fn apply(&self, edit: Edit) -> HostEdit {
        let id = |signal| self.output_ids[signal];
        match edit {
            Edit::Begin(signal) => HostEdit::Begin(id(signal)),
            Edit::End(signal) => HostEdit::End(id(signal)),
            Edit::Value(signal, value) => {
                let param = self.params.output(signal).as_ptr();
                // SAFETY: the pointer is to a parameter of `params`, which lives as long
                // as this does; values are atomics.
                unsafe { param._internal_set_normalized_value(value) };
                HostEdit::Value(id(signal), value)
            }
        }
    }

    /// For the audio thread: to be told to the host at the end of this block.
    pub fn tell_at_end(&self, edit: Edit) {
        // There is room for every edit that one block can have.
        let _ = self.told.push(edit);
    }

    /// For the entry class, at the end of a block: what the host is to be told, in order.
    pub fn take_told(&self) -> Option<HostEdit> {
        self.told.pop().map(|edit| self.apply(edit))
    }

    /// For the entry class, once: how edits get to the host from any thread but the audio
    /// thread.
    pub fn set_door(&self, door: Door) {
        // Only one class is made around an instance.
        let _ = self.door.set(door);
    }

    /// For the worker: tells the host.
    pub fn tell(&self, edit: Edit) {
        self.tell_host(self.apply(edit));
    }

    /// For the worker: tells the host of any parameter.
    pub fn tell_host(&self, edit: HostEdit) {
        if !self.door.get().is_some_and(|door| door(edit)) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// For the worker: sets the parameter `id` as somebody who turns it would, at once, and
    /// tells the host. `rate` is the host's while it processes. False if there is no such
    /// parameter, or `normalized` is no number.
    pub fn set_parameter(&self, id: &str, normalized: f32, rate: Option<SampleRate>) -> bool {
        let params = self.params.param_map();
        let Some((_, param, _)) = params.iter().find(|(known, ..)| known == id) else {
            return false;
        };
        if normalized.is_nan() {
            return false;
        }
        // SAFETY: the pointer is to a parameter of `params`; values are atomics.
        let normalized = unsafe {
            param._internal_set_normalized_value(normalized.clamp(0.0, 1.0));
            if let Some(rate) = rate {
                param._internal_update_smoother(rate.hz() as f32, false);
            }
            // Of a stepped parameter the step that it came to rest on.
            param.unmodulated_normalized_value()
        };
        let id = param_id(id);
        self.tell_host(HostEdit::Begin(id));
        self.tell_host(HostEdit::Value(id, normalized));
        self.tell_host(HostEdit::End(id));
        true
    }

    /// Edits that found no way to the host.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
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

    /// For the audio thread: so many more control changes were handed to the host.
    pub fn count_controllers(&self, more: u64) {
        if more > 0 {
            self.controllers.fetch_add(more, Ordering::Relaxed);
        }
    }

    /// Control changes that were handed to the host since the plug-in was made.
    pub fn controllers(&self) -> u64 {
        self.controllers.load(Ordering::Relaxed)
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
