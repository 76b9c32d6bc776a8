//! What is done to parameters here, handed to the host on its own main thread.
//!
//! On Linux the editor draws on a thread of its own, and the framework calls the
//! host's handler right there; Ardour crashed at the first drag while it recorded
//! automation. So the framework is given a [`Relay`] for a handler. It passes calls
//! on at once where they come on the main thread (as they do on macOS and Windows),
//! and else keeps them until it is called there. The worker's edits go the same way.
//!
//! What calls it there is
//! - a run loop of the host's for as long as the instance lives, where the host offers
//!   one in its context or its handler (Ardour does, once an editor was opened),
//! - else the run loop of the editor's frame, while the editor is open,
//! - else, where the editor draws on the main thread, each of its frames.
//!
//! Where none does, the worker's edits are refused: no call ever leaves from a foreign
//! thread. Only the end of a gesture that was taken waits until something calls again.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use crossbeam::queue::SegQueue;
use parking_lot::Mutex;
use vst3::Steinberg::Linux::{
    IRunLoop, IRunLoopTrait, ITimerHandler, ITimerHandlerTrait, TimerInterval,
};
use vst3::Steinberg::Vst::{IComponentHandler, IComponentHandlerTrait, ParamID, ParamValue};
use vst3::Steinberg::{FUnknown, int32, kResultFalse, kResultOk, tresult};
use vst3::{Class, ComPtr, ComRef, ComWrapper};

use crate::output::HostEdit;

/// How often a run loop is to deliver, in milliseconds: as often as a screen shows it.
pub const PERIOD: TimerInterval = 16;

/// Calls that may wait before the worker's are refused: some seconds of all signals.
const WAITING: usize = 1024;

/// An editor that has drawn no frame for so long may not be drawing any more.
const FRAMES: Duration = Duration::from_secs(1);

/// One call to the host's handler.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    Begin(ParamID),
    Perform(ParamID, ParamValue),
    End(ParamID),
    Restart(int32),
}

impl From<HostEdit> for Call {
    fn from(edit: HostEdit) -> Self {
        match edit {
            HostEdit::Begin(id) => Self::Begin(id),
            HostEdit::Value(id, value) => Self::Perform(id, f64::from(value)),
            HostEdit::End(id) => Self::End(id),
        }
    }
}

/// The handler that the framework sees.
pub struct Relay {
    /// Written by the main thread.
    host: Mutex<Option<ComPtr<IComponentHandler>>>,
    waiting: SegQueue<Call>,
    /// Parameters of which edits of the worker's were taken whose end has not come yet.
    begun: Mutex<Vec<ParamID>>,
    /// How many run loops call [`Self::deliver`].
    pumps: AtomicU32,
    /// When the editor drew a frame on the main thread.
    drawn: Mutex<Option<Instant>>,
    /// The host's main thread, as far as it is known: where the instance was made, or
    /// where the host last did what it does only there.
    main: Mutex<ThreadId>,
    /// Parameters whose gesture the host sees begun. Main thread.
    held: Mutex<Vec<ParamID>>,
    /// What the host's context offers. Main thread.
    offered: Mutex<Option<ComPtr<IRunLoop>>>,
    /// What delivers for the instance's life. Main thread.
    run_loop: Mutex<Option<ComPtr<IRunLoop>>>,
}

impl Class for Relay {
    type Interfaces = (IComponentHandler, ITimerHandler);
}

impl Relay {
    fn new() -> Self {
        Self {
            host: Mutex::new(None),
            waiting: SegQueue::new(),
            begun: Mutex::default(),
            pumps: AtomicU32::new(0),
            drawn: Mutex::new(None),
            main: Mutex::new(thread::current().id()),
            held: Mutex::default(),
            offered: Mutex::new(None),
            run_loop: Mutex::new(None),
        }
    }

    /// The host calls here what it calls only on its main thread.
    pub fn note_main(&self) {
        *self.main.lock() = thread::current().id();
    }

    fn on_main(&self) -> bool {
        *self.main.lock() == thread::current().id()
    }

    /// A call of the framework's.
    fn take(&self, call: Call) -> tresult {
        if !self.on_main() {
            self.waiting.push(call);
            return kResultOk;
        }
        self.deliver();
        self.pass(call)
    }

    /// Takes an edit from any thread to the host's main thread. False, and the edit is
    /// lost, if nothing would deliver it there or the host does not keep up. The end of a
    /// gesture is never lost: the host would hold the parameter for good.
    pub fn tell(&self, edit: HostEdit) -> bool {
        let mut begun = self.begun.lock();
        match edit {
            HostEdit::End(id) => {
                // If nothing before it was taken there is nothing to end.
                if let Some(place) = begun.iter().position(|known| *known == id) {
                    begun.swap_remove(place);
                    self.waiting.push(edit.into());
                }
                true
            }
            HostEdit::Begin(id) | HostEdit::Value(id, _) => {
                let taken = self.is_heard() && self.waiting.len() < WAITING;
                if taken {
                    self.waiting.push(edit.into());
                    if !begun.contains(&id) {
                        begun.push(id);
                    }
                }
                taken
            }
        }
    }

    /// Whether something delivers now.
    fn is_heard(&self) -> bool {
        let drawn = || self.drawn.lock().is_some_and(|at| at.elapsed() < FRAMES);
        self.pumps.load(Ordering::Acquire) > 0 || drawn()
    }

    /// Passes on what waits, in order. Called on the main thread.
    pub fn deliver(&self) {
        while let Some(call) = self.waiting.pop() {
            self.pass(call);
        }
    }

    /// The editor draws a frame, on whatever thread it does.
    pub fn frame(&self) {
        if self.on_main() {
            *self.drawn.lock() = Some(Instant::now());
            self.deliver();
        }
    }

    /// A run loop delivers from now on. Called on the main thread.
    pub fn pump_begins(&self) {
        self.pumps.fetch_add(1, Ordering::AcqRel);
    }

    /// A run loop delivers no more. Called on the main thread.
    pub fn pump_ends(&self) {
        if self.pumps.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.let_go();
        }
    }

    /// The editor draws no more. Called on the main thread.
    pub fn frames_end(&self) {
        *self.drawn.lock() = None;
        if self.pumps.load(Ordering::Acquire) == 0 {
            self.let_go();
        }
    }

    /// Delivers what waits, then ends every gesture, as nobody might.
    fn let_go(&self) {
        self.deliver();
        while let Some(id) = { self.held.lock().pop() } {
            self.call(Call::End(id));
        }
    }

    /// Passes a call on as a gesture that is whole: edits may have been refused before.
    fn pass(&self, call: Call) -> tresult {
        match call {
            Call::Begin(id) | Call::Perform(id, _) => {
                if !self.hold(id) {
                    self.call(Call::Begin(id));
                }
                match call {
                    Call::Perform(..) => self.call(call),
                    _ => kResultOk,
                }
            }
            Call::End(id) => {
                let mut held = self.held.lock();
                let Some(place) = held.iter().position(|known| *known == id) else {
                    return kResultOk;
                };
                held.swap_remove(place);
                drop(held);
                self.call(call)
            }
            Call::Restart(_) => self.call(call),
        }
    }

    /// Notes that a gesture of `id` goes on; whether it did before.
    fn hold(&self, id: ParamID) -> bool {
        let mut held = self.held.lock();
        let known = held.contains(&id);
        if !known {
            held.push(id);
        }
        known
    }

    fn call(&self, call: Call) -> tresult {
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
        self.note_main();
        self.deliver();
    }
}

/// The instance's relay.
#[derive(Clone)]
pub struct Gestures(ComWrapper<Relay>);

impl Gestures {
    /// To be made on the host's main thread.
    pub fn new() -> Self {
        Self(ComWrapper::new(Relay::new()))
    }

    /// Keeps the host's handler and gives the one for the framework; null for null.
    ///
    /// # Safety
    /// `handler` is null or valid.
    pub unsafe fn take_handler(&self, handler: *mut IComponentHandler) -> *mut IComponentHandler {
        // SAFETY: the caller's promise.
        let handler = unsafe { ComRef::from_raw(handler) };
        self.set_handler(handler.map(|handler| handler.to_com_ptr()));
        let relay = handler.and_then(|_| self.0.as_com_ref::<IComponentHandler>());
        relay.map_or(std::ptr::null_mut(), |relay| relay.as_ptr())
    }

    fn set_handler(&self, handler: Option<ComPtr<IComponentHandler>>) {
        self.0.note_main();
        // The run loop may be the old handler's.
        self.leave_run_loop();
        let _old = std::mem::replace(&mut *self.0.host.lock(), handler);
        self.seek_run_loop();
    }

    /// Takes the run loop that the host's context offers, if it does. Called on the main
    /// thread.
    pub fn offer(&self, context: Option<ComRef<'_, FUnknown>>) {
        if let Some(run_loop) = context.and_then(|context| context.cast::<IRunLoop>()) {
            *self.0.offered.lock() = Some(run_loop);
        }
        self.seek_run_loop();
    }

    /// Has a run loop deliver from now on, if the host's context or handler offers one.
    /// Called on the main thread, and again whenever the host may offer one by then.
    pub fn seek_run_loop(&self) {
        if self.has_run_loop() {
            return;
        }
        let handler = self.0.host.lock().clone();
        let of_handler = || handler.and_then(|handler| handler.cast::<IRunLoop>());
        let offered = self.0.offered.lock().clone();
        let Some(run_loop) = offered.or_else(of_handler) else {
            return;
        };
        let Some(timer) = self.0.as_com_ref::<ITimerHandler>() else {
            return;
        };
        // SAFETY: the relay lives at least until `leave_run_loop` takes it back.
        if unsafe { run_loop.registerTimer(timer.as_ptr(), PERIOD) } == kResultOk {
            *self.0.run_loop.lock() = Some(run_loop);
            self.0.pump_begins();
        }
    }

    /// Whether a run loop delivers for as long as the instance lives.
    pub fn has_run_loop(&self) -> bool {
        self.0.run_loop.lock().is_some()
    }

    fn leave_run_loop(&self) {
        let Some(run_loop) = self.0.run_loop.lock().take() else {
            return;
        };
        if let Some(timer) = self.0.as_com_ref::<ITimerHandler>() {
            // SAFETY: registered by `seek_run_loop`.
            unsafe { run_loop.unregisterTimer(timer.as_ptr()) };
        }
        self.0.pump_ends();
    }

    /// Before the instance goes: the host hears nothing from here on.
    pub fn close(&self) {
        let _offered = self.0.offered.lock().take();
        self.set_handler(None);
    }

    /// The relay itself.
    pub fn relay(&self) -> &ComWrapper<Relay> {
        &self.0
    }
}

#[cfg(test)]
mod tests;
