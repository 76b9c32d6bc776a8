//! The window as the host's main thread holds it.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use baseview::host::{Host, HostCallbacks, HostMainThreadCaller};
use baseview::{HandlerError, WindowSize};
use nice_plug::editor::dpi::NativeSize;
use nice_plug::editor::{
    EditorHandle, HostMethods, Modifiers, ParentWindowHandle, ResizeHint, VirtualKeyCode,
};
use parking_lot::Mutex;

use super::{RepaintNotifier, keys};

/// What the two threads share.
#[derive(Default)]
pub struct Link {
    /// Whether a field takes text, by the last frame; written by the window.
    pub takes_text: AtomicBool,
    /// Keys that the host passed on; taken by the window.
    pub keys: Mutex<Vec<egui::Event>>,
    /// The host has hidden the window; written by the host's thread.
    pub hidden: AtomicBool,
    /// The window's thread has begun to serve; written by it.
    pub serving: AtomicBool,
    /// The window is to close; written by the host's thread.
    pub closing: AtomicBool,
}

/// Longer than any window takes to begin or to end, shorter than a host's user waits.
const PATIENCE: Duration = Duration::from_secs(3);

/// An open window; it closes when this is dropped, which waits until its thread has ended.
pub struct Window {
    /// There until this is consumed.
    inner: Option<baseview::Window>,
    link: Arc<Link>,
}

impl Window {
    /// Takes over `inner`, whose thread has just been started.
    pub(super) fn new(inner: baseview::Window, link: Arc<Link>) -> Self {
        let window = Self {
            inner: Some(inner),
            link,
        };
        // On X11 baseview forgets to end a thread that was told to before it began to
        // serve, and waits for it for ever: a host that closes at once would hang.
        window.wait_for(|window| window.link.serving.load(Ordering::Acquire));
        window
    }

    /// Whether it is there: it may have closed by itself.
    pub fn is_open(&self) -> bool {
        self.inner.as_ref().is_some_and(baseview::Window::is_open)
    }

    fn inner(&self) -> &baseview::Window {
        // PANIC: taken only where this is consumed.
        self.inner.as_ref().expect("a window that is in use")
    }

    /// Waits until `done` where the window has a thread of its own (X11), and has it look
    /// at the link meanwhile.
    fn wait_for(&self, done: impl Fn(&Self) -> bool) {
        if !cfg!(target_os = "linux") {
            return;
        }
        let begin = Instant::now();
        while !done(self) && self.is_open() && begin.elapsed() < PATIENCE {
            // It fails only if the thread has gone.
            let _ = self.inner().request_poll();
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // Told from within, the thread has ended when baseview joins it. Told by baseview,
        // it may end between two messages, and would then not be joined at all.
        self.link.closing.store(true, Ordering::Release);
        self.wait_for(|_| false);
    }
}

/// One open window.
pub struct Handle {
    link: Arc<Link>,
    repaint: RepaintNotifier,
    hint: ResizeHint,
}

impl Handle {
    pub(super) fn new(link: Arc<Link>, repaint: RepaintNotifier) -> Self {
        Self {
            link,
            repaint,
            hint: ResizeHint::RESIZABLE,
        }
    }

    /// With `hint` for what sizes are allowed.
    pub fn with_hint(mut self, hint: ResizeHint) -> Self {
        self.hint = hint;
        self
    }
}

impl EditorHandle for Handle {
    type Window = Window;
    type Error = baseview::Error;

    fn run_until_closed(mut window: Window) -> Result<(), baseview::Error> {
        match window.inner.take() {
            Some(inner) => inner.run_until_closed(),
            None => Ok(()),
        }
    }

    fn set_parent(
        &self,
        parent: ParentWindowHandle,
        window: &Window,
    ) -> Result<(), baseview::Error> {
        window.inner().set_parent(&parent)
    }

    fn show(&self, window: &Window) -> Result<(), baseview::Error> {
        let shown = window.inner().show();
        self.link.hidden.store(false, Ordering::Release);
        self.repaint.request_repaint();
        shown
    }

    fn hide(&self, window: &Window) -> Result<(), baseview::Error> {
        self.link.hidden.store(true, Ordering::Release);
        window.inner().hide()
    }

    fn set_size(&self, size: NativeSize<u32>, window: &Window) -> Result<(), baseview::Error> {
        window.inner().resize(size)
    }

    fn host_main_thread_callback(&self, window: &Window) {
        window.inner().host_main_thread_callback();
    }

    fn adjust_size(&self, size: NativeSize<u32>, window: &Window) -> Option<NativeSize<u32>> {
        let now = window.inner().size();
        let current = NativeSize::from_logical_or_physical(now.logical, now.physical);
        Some(self.hint.adjust_size(size, current, now.scale_factor))
    }

    fn set_fallback_scale_factor(
        &self,
        scale: f64,
        window: &Window,
    ) -> Result<(), baseview::Error> {
        window.inner().suggest_fallback_scale_factor(scale)
    }

    /// Taken only while a field takes text: all else is the host's, and our own shortcuts
    /// come through the window itself.
    fn on_virtual_key_from_host(
        &self,
        code: VirtualKeyCode,
        is_down: bool,
        modifiers: Modifiers,
    ) -> bool {
        if !self.link.takes_text.load(Ordering::Acquire) {
            return false;
        }
        let events = keys::from_host(code, is_down, modifiers);
        if events.is_empty() {
            return false;
        }
        self.link.keys.lock().extend(events);
        self.repaint.request_repaint();
        true
    }

    fn state_changed(&self) {
        self.repaint.request_repaint();
    }

    fn param_value_changed(&self, _id: &str, _normalized: f32) {
        self.repaint.request_repaint();
    }

    fn param_modulation_changed(&self, _id: &str, _offset: f32) {
        self.repaint.request_repaint();
    }
}

/// The framework's host, as baseview wants it.
pub(super) fn host(methods: HostMethods) -> Host {
    Host::new()
        .with_callbacks(Callbacks(methods.callbacks))
        .with_main_thread(MainThread(methods.main_thread_caller))
}

struct Callbacks(Box<dyn nice_plug::editor::HostCallbacks>);

impl HostCallbacks for Callbacks {
    fn request_resize(&mut self, size: WindowSize) -> Result<(), HandlerError> {
        let asked: Result<(), Box<dyn Error>> = self
            .0
            .request_resize(size.physical.into(), size.scale_factor);
        asked.map_err(HandlerError::from_boxed)
    }

    fn destroyed(&mut self) {
        self.0.destroyed();
    }
}

struct MainThread(Box<dyn nice_plug::editor::HostMainThreadCaller>);

impl HostMainThreadCaller for MainThread {
    fn call_main_thread(&mut self) {
        self.0.call_main_thread();
    }
}
