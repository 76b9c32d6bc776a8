//! What the editor does to parameters, handed to the host on its own main thread.
//!
//! On Linux the editor draws on a thread of its own, and the framework calls the
//! host's handler right there; Ardour crashed at the first drag while it recorded
//! automation. So the framework is given a [`Relay`] for a handler. It passes calls
//! on at once where they come on the main thread (as they do on macOS and Windows),
//! and else keeps them until the host's run loop calls [`Relay::deliver`].

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ThreadId};

use crossbeam::queue::SegQueue;
use parking_lot::Mutex;
use vst3::Steinberg::Linux::{ITimerHandler, ITimerHandlerTrait};
use vst3::Steinberg::Vst::{IComponentHandler, IComponentHandlerTrait, ParamID, ParamValue};
use vst3::Steinberg::{int32, kResultFalse, kResultOk, tresult};
use vst3::{Class, ComPtr, ComRef, ComWrapper};

use crate::output::HostEdit;

/// One call to the host's handler.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    Begin(ParamID),
    Perform(ParamID, ParamValue),
    End(ParamID),
    Restart(int32),
}

/// The handler that the framework sees.
pub struct Relay {
    /// Written by the main thread.
    host: Mutex<Option<ComPtr<IComponentHandler>>>,
    waiting: SegQueue<Call>,
    /// Whether a run loop calls [`Self::deliver`]; without one, calls go through at
    /// once, as there is nobody to wait for.
    pumped: AtomicBool,
    /// The thread that made the instance, which is the host's main thread.
    main: ThreadId,
}

impl Class for Relay {
    type Interfaces = (IComponentHandler, ITimerHandler);
}

impl Relay {
    fn take(&self, call: Call) -> tresult {
        let on_main = thread::current().id() == self.main;
        if !on_main && self.pumped.load(Ordering::Acquire) {
            self.waiting.push(call);
            return kResultOk;
        }
        if on_main {
            self.deliver();
        }
        self.pass(call)
    }

    /// Takes an edit from any thread to the host's main thread; false if no run loop would
    /// deliver it there.
    pub fn tell(&self, edit: HostEdit) -> bool {
        let reachable = self.pumped.load(Ordering::Acquire);
        if reachable {
            self.waiting.push(match edit {
                HostEdit::Begin(id) => Call::Begin(id),
                HostEdit::Value(id, value) => Call::Perform(id, f64::from(value)),
                HostEdit::End(id) => Call::End(id),
            });
        }
        reachable
    }

    /// Passes on what waits, in order. Called on the main thread.
    pub fn deliver(&self) {
        while let Some(call) = self.waiting.pop() {
            self.pass(call);
        }
    }

    /// Says whether a run loop delivers from now on.
    pub fn set_pumped(&self, pumped: bool) {
        self.pumped.store(pumped, Ordering::Release);
    }

    fn pass(&self, call: Call) -> tresult {
        // A copy, so that the lock is free should the host call back.
        let host = self.host.lock().clone();
        let Some(host) = host else {
            return kResultFalse;
        };
        // SAFETY: the host's handler, to which a reference is held.
        unsafe {
            match call {
                Call::Begin(id) => host.beginEdit(id),
                Call::Perform(id, value) => host.performEdit(id, value),
                Call::End(id) => host.endEdit(id),
                Call::Restart(flags) => host.restartComponent(flags),
            }
        }
    }
}

impl IComponentHandlerTrait for Relay {
    unsafe fn beginEdit(&self, id: ParamID) -> tresult {
        self.take(Call::Begin(id))
    }

    unsafe fn performEdit(&self, id: ParamID, value: ParamValue) -> tresult {
        self.take(Call::Perform(id, value))
    }

    unsafe fn endEdit(&self, id: ParamID) -> tresult {
        self.take(Call::End(id))
    }

    unsafe fn restartComponent(&self, flags: int32) -> tresult {
        self.take(Call::Restart(flags))
    }
}

impl ITimerHandlerTrait for Relay {
    unsafe fn onTimer(&self) {
        self.deliver();
    }
}

/// The instance's relay.
#[derive(Clone)]
pub struct Gestures(ComWrapper<Relay>);

impl Gestures {
    /// To be made on the host's main thread.
    pub fn new() -> Self {
        Self(ComWrapper::new(Relay {
            host: Mutex::new(None),
            waiting: SegQueue::new(),
            pumped: AtomicBool::new(false),
            main: thread::current().id(),
        }))
    }

    /// Sets or forgets the host's handler.
    pub fn set_handler(&self, handler: Option<ComPtr<IComponentHandler>>) {
        let _old = std::mem::replace(&mut *self.0.host.lock(), handler);
    }

    /// Keeps the host's handler and gives the one for the framework; null for null.
    ///
    /// # Safety
    /// `handler` is null or valid.
    pub unsafe fn take_handler(&self, handler: *mut IComponentHandler) -> *mut IComponentHandler {
        // SAFETY: the caller's promise.
        let handler = unsafe { ComRef::from_raw(handler) };
        let relay = handler.and_then(|_| self.0.as_com_ref::<IComponentHandler>());
        self.set_handler(handler.map(|handler| handler.to_com_ptr()));
        relay.map_or(std::ptr::null_mut(), |relay| relay.as_ptr())
    }

    /// The relay itself.
    pub fn relay(&self) -> &ComWrapper<Relay> {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// A host that notes what it is told and on which thread.
    struct Host(Arc<Mutex<Vec<(Call, ThreadId)>>>);

    impl Class for Host {
        type Interfaces = (IComponentHandler,);
    }

    impl Host {
        fn note(&self, call: Call) -> tresult {
            self.0.lock().push((call, thread::current().id()));
            kResultOk
        }
    }

    impl IComponentHandlerTrait for Host {
        unsafe fn beginEdit(&self, id: ParamID) -> tresult {
            self.note(Call::Begin(id))
        }
        unsafe fn performEdit(&self, id: ParamID, value: ParamValue) -> tresult {
            self.note(Call::Perform(id, value))
        }
        unsafe fn endEdit(&self, id: ParamID) -> tresult {
            self.note(Call::End(id))
        }
        unsafe fn restartComponent(&self, flags: int32) -> tresult {
            self.note(Call::Restart(flags))
        }
    }

    /// Drags on another thread; then what the host heard, and all on this thread?
    fn drag(pumped: bool) -> (Vec<Call>, bool) {
        let heard = Arc::default();
        let host = ComWrapper::new(Host(Arc::clone(&heard)));
        let gestures = Gestures::new();
        gestures.set_handler(host.to_com_ptr());
        gestures.relay().set_pumped(pumped);
        let relay = gestures.relay().clone();
        thread::spawn(move || {
            // SAFETY: calls without pointers.
            unsafe {
                relay.beginEdit(7);
                relay.performEdit(7, 0.25);
                relay.endEdit(7);
            }
        })
        .join()
        .expect("no panic");
        assert_eq!(heard.lock().is_empty(), pumped, "waits only if pumped");
        // SAFETY: as the host's run loop calls it.
        unsafe { gestures.relay().onTimer() };
        let here = thread::current().id();
        let heard = heard.lock();
        let calls = heard.iter().map(|(call, _)| *call).collect();
        (calls, heard.iter().all(|(_, thread)| *thread == here))
    }

    #[test]
    fn a_drag_reaches_the_host_in_order_and_on_its_main_thread() {
        let drag_calls = [Call::Begin(7), Call::Perform(7, 0.25), Call::End(7)];
        assert_eq!(drag(true), (drag_calls.to_vec(), true));
        assert_eq!(drag(false), (drag_calls.to_vec(), false));
    }
}
