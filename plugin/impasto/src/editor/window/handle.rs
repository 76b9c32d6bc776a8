//! The window as the host's main thread holds it.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use baseview::host::{Host, HostCallbacks, HostMainThreadCaller};
use baseview::{HandlerError, Window, WindowSize};
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

    fn run_until_closed(window: Window) -> Result<(), baseview::Error> {
        window.run_until_closed()
    }

    fn set_parent(
        &self,
        parent: ParentWindowHandle,
        window: &Window,
    ) -> Result<(), baseview::Error> {
        window.set_parent(&parent)
    }

    fn show(&self, window: &Window) -> Result<(), baseview::Error> {
        let shown = window.show();
        self.link.hidden.store(false, Ordering::Release);
        self.repaint.request_repaint();
        shown
    }

    fn hide(&self, window: &Window) -> Result<(), baseview::Error> {
        self.link.hidden.store(true, Ordering::Release);
        window.hide()
    }

    fn set_size(&self, size: NativeSize<u32>, window: &Window) -> Result<(), baseview::Error> {
        window.resize(size)
    }

    fn host_main_thread_callback(&self, window: &Window) {
        window.host_main_thread_callback();
    }

    fn adjust_size(&self, size: NativeSize<u32>, window: &Window) -> Option<NativeSize<u32>> {
        let now = window.size();
        let current = NativeSize::from_logical_or_physical(now.logical, now.physical);
        Some(self.hint.adjust_size(size, current, now.scale_factor))
    }

    fn set_fallback_scale_factor(
        &self,
        scale: f64,
        window: &Window,
    ) -> Result<(), baseview::Error> {
        window.suggest_fallback_scale_factor(scale)
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
