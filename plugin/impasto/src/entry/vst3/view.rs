//! The framework's view, with what it needs of the host's run loop put right.
//!
//! - The run loop delivers gestures ([`super::gestures`]), unless one already does for as
//!   long as the instance lives.
//! - The framework registers an event handler with the run loop at every opening
//!   and leaks a reference to it, and with it two sockets. The frame that it is
//!   shown notes each one, and gives that reference up when the view is closed.
//! - The framework names itself when it asks for another size; the host knows the
//!   view by this shell.

use std::ffi::c_void;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use parking_lot::Mutex;
use vst3::Steinberg::IPlugViewContentScaleSupport_::ScaleFactor;
use vst3::Steinberg::Linux::{
    FileDescriptor, IEventHandler, IRunLoop, IRunLoopTrait, ITimerHandler, ITimerHandlerTrait,
    TimerInterval,
};
use vst3::Steinberg::{
    FIDString, FUnknown, IPlugFrame, IPlugFrameTrait, IPlugView, IPlugViewContentScaleSupport,
    IPlugViewContentScaleSupportTrait, IPlugViewTrait, TBool, ViewRect, char16, int16,
    kInvalidArgument, kResultFalse, kResultOk, tresult,
};
use vst3::{Class, ComPtr, ComRef, ComWrapper};

use super::gestures::{Gestures, PERIOD};

/// The view that the host sees.
struct Shell {
    inner: ComPtr<IPlugView>,
    gestures: Gestures,
    /// This object as the host knows it; no reference is held.
    this: AtomicPtr<IPlugView>,
    /// What the framework is shown of the host's frame, while there is one.
    frame: Mutex<Option<Frame>>,
}

impl Class for Shell {
    type Interfaces = (IPlugView, IPlugViewContentScaleSupport);
}

/// The host's frame and what was registered with its run loop.
struct Frame {
    shown: ComPtr<IPlugFrame>,
    run_loop: Option<ComWrapper<LoopFrame>>,
}

/// Wraps `inner`, taking over its one reference; null stays null.
///
/// # Safety
/// `inner` is null or a view whose reference the caller gives up.
pub unsafe fn wrap(inner: *mut IPlugView, gestures: &Gestures) -> *mut IPlugView {
    // SAFETY: the caller's promise.
    let Some(inner) = (unsafe { ComPtr::from_raw(inner) }) else {
        return std::ptr::null_mut();
    };
    gestures.relay().note_main();
    let shell = ComWrapper::new(Shell {
        inner,
        gestures: gestures.clone(),
        this: AtomicPtr::default(),
        frame: Mutex::new(None),
    });
    let Some(view) = shell.to_com_ptr::<IPlugView>() else {
        return std::ptr::null_mut();
    };
    shell.this.store(view.as_ptr(), Ordering::Release);
    view.into_raw()
}

impl Shell {
    /// Shows `host` to the framework, or that it has gone.
    fn set_frame(&self, host: Option<ComRef<'_, IPlugFrame>>) -> tresult {
        self.drop_frame();
        let Some(host) = host else {
            // SAFETY: null is allowed.
            return unsafe { self.inner.setFrame(std::ptr::null_mut()) };
        };
        let this = self.this.load(Ordering::Acquire);
        let Some(frame) = Frame::new(host.to_com_ptr(), this, &self.gestures) else {
            return kResultFalse;
        };
        let shown = frame.shown.as_ptr();
        *self.frame.lock() = Some(frame);
        // SAFETY: a live object; the framework takes its own reference.
        unsafe { self.inner.setFrame(shown) }
    }

    /// Undoes what was registered with the frame shown so far.
    fn drop_frame(&self) {
        let Some(frame) = self.frame.lock().take() else {
            return;
        };
        // SAFETY: null is allowed; the framework gives its references up.
        unsafe { self.inner.setFrame(std::ptr::null_mut()) };
        if let Some(run_loop) = frame.run_loop {
            LoopFrame::close(&run_loop);
        }
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // A host that does not take its frame back before it lets the view go.
        self.drop_frame();
    }
}

impl IPlugViewTrait for Shell {
    unsafe fn isPlatformTypeSupported(&self, kind: FIDString) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.isPlatformTypeSupported(kind) }
    }

    unsafe fn attached(&self, parent: *mut c_void, kind: FIDString) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.attached(parent, kind) }
    }

    unsafe fn removed(&self) -> tresult {
        // SAFETY: as the host called us.
        let result = unsafe { self.inner.removed() };
        self.gestures.relay().frames_end();
        result
    }

    unsafe fn onWheel(&self, distance: f32) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.onWheel(distance) }
    }

    unsafe fn onKeyDown(&self, key: char16, code: int16, modifiers: int16) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.onKeyDown(key, code, modifiers) }
    }

    unsafe fn onKeyUp(&self, key: char16, code: int16, modifiers: int16) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.onKeyUp(key, code, modifiers) }
    }

    unsafe fn getSize(&self, size: *mut ViewRect) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.getSize(size) }
    }

    unsafe fn onSize(&self, size: *mut ViewRect) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.onSize(size) }
    }

    unsafe fn onFocus(&self, state: TBool) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.onFocus(state) }
    }

    unsafe fn setFrame(&self, frame: *mut IPlugFrame) -> tresult {
        // SAFETY: null or the host's frame.
        self.set_frame(unsafe { ComRef::from_raw(frame) })
    }

    unsafe fn canResize(&self) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.canResize() }
    }

    unsafe fn checkSizeConstraint(&self, size: *mut ViewRect) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.checkSizeConstraint(size) }
    }
}

impl IPlugViewContentScaleSupportTrait for Shell {
    unsafe fn setContentScaleFactor(&self, factor: ScaleFactor) -> tresult {
        match self.inner.cast::<IPlugViewContentScaleSupport>() {
            // SAFETY: as the host called us.
            Some(inner) => unsafe { inner.setContentScaleFactor(factor) },
            None => kResultFalse,
        }
    }
}

impl Frame {
    /// Shows `host`, with its run loop if it has one.
    fn new(host: ComPtr<IPlugFrame>, this: *mut IPlugView, gestures: &Gestures) -> Option<Self> {
        let resizer = Resizer {
            this: AtomicPtr::new(this),
            host: host.clone(),
        };
        let Some(run_loop) = host.cast::<IRunLoop>() else {
            let shown = ComWrapper::new(PlainFrame(resizer)).to_com_ptr()?;
            return Some(Self {
                shown,
                run_loop: None,
            });
        };
        let frame = ComWrapper::new(LoopFrame {
            resizer,
            host: run_loop,
            handlers: Mutex::default(),
            gestures: gestures.clone(),
            delivers: AtomicBool::new(false),
        });
        LoopFrame::start(&frame);
        Some(Self {
            shown: frame.to_com_ptr()?,
            run_loop: Some(frame),
        })
    }
}

/// Asks the host for another size in the name of the shell.
struct Resizer {
    host: ComPtr<IPlugFrame>,
    /// As [`Shell::this`]; the shell outlives the frames that it shows.
    this: AtomicPtr<IPlugView>,
}

impl Resizer {
    fn resize(&self, size: *mut ViewRect) -> tresult {
        if size.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: the shell is alive, as the frame is taken back before it goes.
        unsafe {
            self.host
                .resizeView(self.this.load(Ordering::Acquire), size)
        }
    }
}

/// A frame without a run loop: everywhere but on Linux.
struct PlainFrame(Resizer);

impl Class for PlainFrame {
    type Interfaces = (IPlugFrame,);
}

impl IPlugFrameTrait for PlainFrame {
    unsafe fn resizeView(&self, _view: *mut IPlugView, size: *mut ViewRect) -> tresult {
        self.0.resize(size)
    }
}

/// A frame with a run loop.
struct LoopFrame {
    resizer: Resizer,
    host: ComPtr<IRunLoop>,
    /// Registered by the framework and not taken back.
    handlers: Mutex<Vec<Handler>>,
    gestures: Gestures,
    /// Whether the run loop calls this to deliver gestures.
    delivers: AtomicBool,
}

/// An event handler of the framework, compared by its address.
#[derive(PartialEq)]
struct Handler(*mut IEventHandler);

// SAFETY: the pointer is used on the host's main thread only; elsewhere it is compared.
unsafe impl Send for Handler {}

impl Class for LoopFrame {
    type Interfaces = (IPlugFrame, IRunLoop, ITimerHandler);
}

impl LoopFrame {
    /// Has a run loop deliver gestures from now on.
    fn start(this: &ComWrapper<Self>) {
        // Ardour's handler offers its run loop once there is an editor.
        this.gestures.seek_run_loop();
        if this.gestures.has_run_loop() {
            return;
        }
        let Some(timer) = this.as_com_ref::<ITimerHandler>() else {
            return;
        };
        // SAFETY: this object lives at least until `close` takes the timer back.
        if unsafe { this.host.registerTimer(timer.as_ptr(), PERIOD) } == kResultOk {
            this.delivers.store(true, Ordering::Release);
            this.gestures.relay().pump_begins();
        }
    }

    /// Takes back the timer and what the framework left registered, and gives up
    /// the reference that the framework leaked of each handler.
    fn close(this: &ComWrapper<Self>) {
        if this.delivers.swap(false, Ordering::AcqRel)
            && let Some(timer) = this.as_com_ref::<ITimerHandler>()
        {
            // SAFETY: registered by `start`.
            unsafe { this.host.unregisterTimer(timer.as_ptr()) };
            this.gestures.relay().pump_ends();
        }
        let handlers = std::mem::take(&mut *this.handlers.lock());
        for Handler(handler) in handlers {
            // SAFETY: the framework (0.4.2) makes one reference for the pointer that it
            // registers and never gives it up, so the handler is alive here, and this
            // release is the missing one. Its destructor closes its sockets and
            // unregisters itself once more, which finds nothing.
            unsafe {
                this.host.unregisterEventHandler(handler);
                let unknown = handler.cast::<FUnknown>();
                ((*(*unknown).vtbl).release)(unknown);
            }
        }
    }
}

impl ITimerHandlerTrait for LoopFrame {
    unsafe fn onTimer(&self) {
        self.gestures.relay().note_main();
        self.gestures.relay().deliver();
    }
}

impl IPlugFrameTrait for LoopFrame {
    unsafe fn resizeView(&self, _view: *mut IPlugView, size: *mut ViewRect) -> tresult {
        self.resizer.resize(size)
    }
}

impl IRunLoopTrait for LoopFrame {
    unsafe fn registerEventHandler(
        &self,
        handler: *mut IEventHandler,
        fd: FileDescriptor,
    ) -> tresult {
        // SAFETY: the framework's handler.
        if unsafe { self.host.registerEventHandler(handler, fd) } == kResultOk {
            self.handlers.lock().push(Handler(handler));
        }
        // The framework panics at anything else.
        kResultOk
    }

    unsafe fn unregisterEventHandler(&self, handler: *mut IEventHandler) -> tresult {
        let mut handlers = self.handlers.lock();
        let Some(place) = handlers.iter().position(|known| known.0 == handler) else {
            return kResultOk;
        };
        handlers.swap_remove(place);
        drop(handlers);
        // SAFETY: registered above.
        unsafe { self.host.unregisterEventHandler(handler) }
    }

    unsafe fn registerTimer(
        &self,
        handler: *mut ITimerHandler,
        milliseconds: TimerInterval,
    ) -> tresult {
        // SAFETY: as we were called.
        unsafe { self.host.registerTimer(handler, milliseconds) }
    }

    unsafe fn unregisterTimer(&self, handler: *mut ITimerHandler) -> tresult {
        // SAFETY: as we were called.
        unsafe { self.host.unregisterTimer(handler) }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicI64;

    use vst3::Steinberg::Vst::IEditControllerTrait;
    use vst3::Steinberg::Vst::ViewType::kEditor;

    use super::super::ImpastoClass;
    use super::*;

    /// A host's frame and run loop that count what is registered.
    #[derive(Default)]
    struct HostFrame {
        handlers: Arc<AtomicI64>,
        timers: Arc<AtomicI64>,
    }

    impl Class for HostFrame {
        type Interfaces = (IPlugFrame, IRunLoop);
    }

    impl IPlugFrameTrait for HostFrame {
        unsafe fn resizeView(&self, _view: *mut IPlugView, _size: *mut ViewRect) -> tresult {
            kResultOk
        }
    }

    impl IRunLoopTrait for HostFrame {
        unsafe fn registerEventHandler(
            &self,
            _handler: *mut IEventHandler,
            _fd: FileDescriptor,
        ) -> tresult {
            self.handlers.fetch_add(1, Ordering::Relaxed);
            kResultOk
        }

        unsafe fn unregisterEventHandler(&self, _handler: *mut IEventHandler) -> tresult {
            self.handlers.fetch_sub(1, Ordering::Relaxed);
            kResultOk
        }

        unsafe fn registerTimer(&self, _timer: *mut ITimerHandler, _ms: TimerInterval) -> tresult {
            self.timers.fetch_add(1, Ordering::Relaxed);
            kResultOk
        }

        unsafe fn unregisterTimer(&self, _timer: *mut ITimerHandler) -> tresult {
            self.timers.fetch_sub(1, Ordering::Relaxed);
            kResultOk
        }
    }

    /// Sockets that this process has open. Other tests run beside this one, but none
    /// of them opens a socket.
    fn sockets() -> usize {
        let links = std::fs::read_dir("/proc/self/fd").expect("procfs");
        let is_socket = |link: &std::path::PathBuf| link.to_string_lossy().starts_with("socket:");
        let targets = links
            .flatten()
            .filter_map(|link| std::fs::read_link(link.path()).ok());
        targets.filter(is_socket).count()
    }

    /// Opens and closes views; what is left registered, and how many sockets more.
    fn open_and_close(times: usize, takes_frame_back: bool) -> (i64, i64, usize) {
        let host = HostFrame::default();
        let (handlers, timers) = (Arc::clone(&host.handlers), Arc::clone(&host.timers));
        let host = ComWrapper::new(host);
        let frame = host.to_com_ptr::<IPlugFrame>().expect("implemented");
        let class = ImpastoClass::new().expect("an instance");
        let before = sockets();
        for _ in 0..times {
            // SAFETY: as a host does it, on the thread that made the instance.
            unsafe {
                let view = ComPtr::from_raw(class.createView(kEditor)).expect("a view");
                assert_eq!(view.setFrame(frame.as_ptr()), kResultOk);
                assert_eq!(timers.load(Ordering::Relaxed), 1, "gestures are delivered");
                if takes_frame_back {
                    view.setFrame(std::ptr::null_mut());
                }
            }
        }
        // The framework keeps the last view.
        drop(class);
        let left = |count: &AtomicI64| count.load(Ordering::Relaxed);
        (left(&handlers), left(&timers), sockets() - before)
    }

    #[test]
    fn a_view_leaves_nothing_behind() {
        assert_eq!(open_and_close(20, true), (0, 0, 0));
        assert_eq!(open_and_close(20, false), (0, 0, 0));
    }
}
