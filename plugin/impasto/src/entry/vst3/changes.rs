//! Parameters by the host's ids, and the host's lists of changes.

use std::sync::Arc;

use nice_plug::prelude::{ParamPtr, Params};
use vst3::ComRef;
use vst3::Steinberg::Vst::{
    IParamValueQueueTrait, IParameterChanges, IParameterChangesTrait, ParamID,
};
use vst3::Steinberg::kResultOk;

use crate::entry::param_id;
use crate::params::ImpastoParams;

/// The parameters, each with the host's id.
pub struct ParamTable {
    /// Keeps what the pointers point to alive.
    _params: Arc<ImpastoParams>,
    /// Few enough to be searched in order.
    entries: Vec<(ParamID, ParamPtr)>,
}

impl ParamTable {
    pub fn new(params: Arc<ImpastoParams>) -> Self {
        let entries = params
            .param_map()
            .into_iter()
            .map(|(id, pointer, _)| (param_id(&id), pointer))
            .collect();
        Self {
            _params: params,
            entries,
        }
    }

    /// Sets the parameter `id`; false for an unknown id or a value that is no number.
    ///
    /// Unlike the framework's own way this posts no task: its background thread
    /// would borrow the editor while the main thread opens it, panic, and abort the
    /// host later. The editor reads the parameters whenever it draws instead.
    pub fn set(&self, id: ParamID, value: f64, rate: f32) -> bool {
        let Some((_, pointer)) = self.entries.iter().find(|(known, _)| *known == id) else {
            return false;
        };
        if !value.is_finite() {
            return false;
        }
        // SAFETY: the pointer is to a parameter of `_params`; values are atomics.
        unsafe {
            if pointer._internal_set_normalized_value(value.clamp(0.0, 1.0) as f32) {
                pointer._internal_update_smoother(rate, false);
            }
        }
        true
    }

    /// Applies a block's changes: of each parameter the last one, as the framework
    /// does where it does not split blocks. No offset is looked at, so those past
    /// the block's end, which a host was seen to send, do no harm.
    ///
    /// # Safety
    /// `changes` is null or valid.
    pub unsafe fn apply(&self, changes: *mut IParameterChanges, rate: f32) {
        // SAFETY: the caller's promise.
        let Some(changes) = (unsafe { ComRef::from_raw(changes) }) else {
            return;
        };
        // SAFETY: a valid object of the host; indices stay below the count that it
        // gives, and every pointer it returns is checked.
        unsafe {
            for index in 0..changes.getParameterCount() {
                let Some(queue) = ComRef::from_raw(changes.getParameterData(index)) else {
                    continue;
                };
                let (mut offset, mut value) = (0, 0.0);
                let last = queue.getPointCount() - 1;
                if last >= 0 && queue.getPoint(last, &mut offset, &mut value) == kResultOk {
                    self.set(queue.getParameterId(), value, rate);
                }
            }
        }
    }
}

/// Appends `value` of the parameter `id` at the sample `offset`.
///
/// # Safety
/// `changes` is null or valid.
pub unsafe fn append(changes: *mut IParameterChanges, id: ParamID, offset: i32, value: f64) {
    // SAFETY: the caller's promise.
    let Some(changes) = (unsafe { ComRef::from_raw(changes) }) else {
        return;
    };
    let mut index = 0;
    // SAFETY: a valid object of the host; what it returns is checked. A host whose
    // list is full loses one value; the next follows.
    unsafe {
        if let Some(queue) = ComRef::from_raw(changes.addParameterData(&id, &mut index)) {
            queue.addPoint(offset, value, &mut index);
        }
    }
}
