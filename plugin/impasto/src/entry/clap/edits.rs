//! Edits of the plug-in's own parameters on their way to the host.

use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

use clap_sys::events::{
    CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_IS_LIVE, CLAP_EVENT_PARAM_GESTURE_BEGIN,
    CLAP_EVENT_PARAM_GESTURE_END, CLAP_EVENT_PARAM_VALUE, clap_event_header,
    clap_event_param_gesture, clap_event_param_value, clap_output_events,
};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_host_params};
use clap_sys::host::clap_host;
use nice_plug::prelude::{ParamPtr, Params};
use parking_lot::Mutex;

use crate::entry::param_id;
use crate::output::{HostEdit, HostLink};
use crate::params::ImpastoParams;

/// Edits that wait for the host's next block, or its next flush.
const EDITS: usize = 256;

/// What is asked of the host when edits wait and it does not process.
pub struct HostParams {
    host: *const clap_host,
    /// Null until the instance is initialised, and where the host has none.
    table: AtomicPtr<clap_host_params>,
}

// SAFETY: the host's object outlives the instance, its functions used here are those that
// the format lets any thread but the audio thread call, and the rest is atomic.
unsafe impl Send for HostParams {}
// SAFETY: as above.
unsafe impl Sync for HostParams {}

impl HostParams {
    /// Not looked for yet.
    pub fn new(host: *const clap_host) -> Self {
        let table = AtomicPtr::default();
        Self { host, table }
    }

    /// Looks for the host's table, which is forbidden before the instance is initialised.
    pub fn find(&self) {
        // SAFETY: the host promises a valid object.
        let get = unsafe { (*self.host).get_extension };
        // SAFETY: by the format, this extension's table is of this type or null.
        let table = get.map_or(std::ptr::null(), |get| unsafe {
            get(self.host, CLAP_EXT_PARAMS.as_ptr())
        });
        let table = table.cast::<clap_host_params>().cast_mut();
        self.table.store(table, Ordering::Release);
    }

    /// Asks the host to fetch what waits. Not for the audio thread.
    fn request_flush(&self) {
        // SAFETY: null or the host's table, which outlives the instance.
        let table = unsafe { self.table.load(Ordering::Acquire).as_ref() };
        if let Some(request) = table.and_then(|table| table.request_flush) {
            // SAFETY: any thread but the audio thread may ask.
            unsafe { request(self.host) };
        }
    }
}

/// Edits of other threads wait for the next block or flush, whichever the host calls;
/// gives the end where they wait.
pub fn open_door(link: &HostLink, host: Arc<HostParams>) -> rtrb::Consumer<HostEdit> {
    let (edits, waiting) = rtrb::RingBuffer::new(EDITS);
    let edits = Mutex::new(edits);
    let steps = steps(&link.params);
    link.set_door(Box::new(move |edit| {
        let edit = match edit {
            HostEdit::Value(id, value) => {
                let known = steps.iter().find(|(known, _)| *known == id);
                HostEdit::Value(id, value * known.map_or(1.0, |(_, steps)| *steps))
            }
            edit => edit,
        };
        let taken = edits.lock().push(edit).is_ok();
        host.request_flush();
        taken
    }));
    waiting
}

/// In this format the framework counts a stepped parameter's value in steps. By the host's
/// id, how many steps each such parameter has.
fn steps(params: &ImpastoParams) -> Vec<(u32, f32)> {
    let stepped = |(id, param, _): (String, ParamPtr, _)| {
        // SAFETY: a parameter of `params`, which is borrowed.
        let count = unsafe { param.step_count() }?;
        Some((param_id(&id), count as f32))
    };
    params.param_map().into_iter().filter_map(stepped).collect()
}

/// What other threads want the host to be told, at the sample `time`.
///
/// # Safety
/// `queue` is null or a valid queue.
pub unsafe fn send_waiting(
    edits: &mut rtrb::Consumer<HostEdit>,
    queue: *const clap_output_events,
    time: u32,
) {
    while let Ok(edit) = edits.pop() {
        // SAFETY: the caller's promise.
        unsafe { send(queue, edit, time) };
    }
}

/// Appends an edit at the sample `time`. A host whose queue is full loses it; the next
/// value follows.
///
/// # Safety
/// `queue` is null or a valid queue.
pub unsafe fn send(queue: *const clap_output_events, edit: HostEdit, time: u32) {
    // SAFETY: the caller's promise.
    let Some(queue) = (unsafe { queue.as_ref() }) else {
        return;
    };
    let Some(push) = queue.try_push else {
        return;
    };
    let header = |size: usize, type_| clap_event_header {
        size: size as u32,
        time,
        space_id: CLAP_CORE_EVENT_SPACE_ID,
        type_,
        flags: CLAP_EVENT_IS_LIVE,
    };
    let gesture = |type_, param_id| clap_event_param_gesture {
        header: header(size_of::<clap_event_param_gesture>(), type_),
        param_id,
    };
    // SAFETY: every event begins with its header and is copied by the host.
    unsafe {
        match edit {
            HostEdit::Begin(id) => {
                push(queue, &gesture(CLAP_EVENT_PARAM_GESTURE_BEGIN, id).header);
            }
            HostEdit::End(id) => {
                push(queue, &gesture(CLAP_EVENT_PARAM_GESTURE_END, id).header);
            }
            HostEdit::Value(param_id, value) => {
                let size = size_of::<clap_event_param_value>();
                let event = clap_event_param_value {
                    header: header(size, CLAP_EVENT_PARAM_VALUE),
                    param_id,
                    cookie: std::ptr::null_mut(),
                    note_id: -1,
                    port_index: -1,
                    channel: -1,
                    key: -1,
                    value: f64::from(value),
                };
                push(queue, &event.header);
            }
        }
    }
}
