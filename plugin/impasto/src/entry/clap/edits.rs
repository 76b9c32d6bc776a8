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
const EDITS: usize = 1024;

/// Room that is kept for the values and ends of gestures that have begun.
const KEPT: usize = 256;

/// Gestures that may last at once.
const HELD: usize = 64;

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
    pub fn request_flush(&self) {
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
        let mut edits = edits.lock();
        // A gesture that has no room to end is better not begun.
        let refused = matches!(edit, HostEdit::Begin(_)) && edits.slots() < KEPT;
        let taken = !refused && edits.push(edit).is_ok();
        drop(edits);
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

/// Tells the host, so that every gesture that begins ends, once, whatever was lost on the
/// way or ends with an activation. Lives on the audio thread.
pub struct Teller {
    /// What other threads want the host to be told.
    waiting: rtrb::Consumer<HostEdit>,
    /// Parameters whose gesture the host sees begun.
    held: [u32; HELD],
    count: usize,
    /// Their gestures are to end first.
    ending: bool,
}

impl Teller {
    /// With the end where edits of other threads wait.
    pub fn new(waiting: rtrb::Consumer<HostEdit>) -> Self {
        Self {
            waiting,
            held: [0; HELD],
            count: 0,
            ending: false,
        }
    }

    /// Who moved parameters on the audio thread is gone: what it began ends at the next
    /// chance. True if there is anything to end.
    pub fn end_all(&mut self) -> bool {
        self.ending = self.count > 0;
        self.ending
    }

    /// Tells what `told` gives and what waits, at the sample `time`.
    ///
    /// # Safety
    /// `queue` is null or a valid queue.
    pub unsafe fn tell(
        &mut self,
        queue: *const clap_output_events,
        time: u32,
        mut told: impl FnMut() -> Option<HostEdit>,
    ) {
        if std::mem::take(&mut self.ending) {
            for id in &self.held[..std::mem::take(&mut self.count)] {
                // SAFETY: the caller's promise.
                unsafe { send(queue, HostEdit::End(*id), time) };
            }
        }
        while let Some(edit) = told().or_else(|| self.waiting.pop().ok()) {
            if self.follows(edit) {
                // SAFETY: the caller's promise.
                unsafe { send(queue, edit, time) };
            }
        }
    }

    /// Whether `edit` fits what the host has seen: of one parameter, gestures do not lie
    /// in each other. A value may stand alone.
    fn follows(&mut self, edit: HostEdit) -> bool {
        let held = &self.held[..self.count];
        let place = |id| held.iter().position(|known| *known == id);
        match edit {
            HostEdit::Begin(id) => {
                let fits = place(id).is_none() && self.count < HELD;
                if fits {
                    self.held[self.count] = id;
                    self.count += 1;
                }
                fits
            }
            HostEdit::End(id) => match place(id) {
                Some(place) => {
                    self.count -= 1;
                    self.held.swap(place, self.count);
                    true
                }
                None => false,
            },
            HostEdit::Value(..) => true,
        }
    }
}

/// Appends an edit at the sample `time`. A host whose queue is full loses it; the next
/// value follows.
///
/// # Safety
/// `queue` is null or a valid queue.
unsafe fn send(queue: *const clap_output_events, edit: HostEdit, time: u32) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gestures_are_balanced_whatever_comes() {
        let (mut edits, waiting) = rtrb::RingBuffer::new(16);
        let mut teller = Teller::new(waiting);
        let _ = edits.push(HostEdit::Begin(1));
        // Two who move one parameter; an end without a beginning.
        let fits = |teller: &mut Teller, edit| teller.follows(edit);
        assert!(fits(&mut teller, HostEdit::Begin(7)));
        assert!(!fits(&mut teller, HostEdit::Begin(7)));
        assert!(fits(&mut teller, HostEdit::Value(7, 0.5)));
        assert!(fits(&mut teller, HostEdit::End(7)));
        assert!(!fits(&mut teller, HostEdit::End(7)));
        assert!(fits(&mut teller, HostEdit::Value(7, 0.5)), "alone");
        assert!(!teller.end_all(), "none lasts");
        for id in 0..HELD as u32 {
            assert!(fits(&mut teller, HostEdit::Begin(id)));
        }
        assert!(!fits(&mut teller, HostEdit::Begin(1000)), "no room");
        assert!(teller.end_all());
        // SAFETY: null is allowed.
        unsafe { teller.tell(std::ptr::null(), 0, || None) };
        assert_eq!(teller.count, 1, "all ended, and what waited began");
    }
}
