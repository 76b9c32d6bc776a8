//! The window as its own thread holds it: events go in, frames come out.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use baseview::dpi::LogicalSize;
use baseview::{
    DamageArea, Event, EventStatus, HandlerError, MouseCursor, MouseEvent, TimerHandle,
    WindowContext, WindowHandler, WindowSize,
};
use egui::{FullOutput, OutputCommand, Vec2, ViewportCommand, ViewportId};
use keyboard_types::KeyboardEvent;
use nice_plug::debug::{nice_error, nice_warn};

use super::clipboard::Clipboard;
use super::handle::Link;
use super::input::Input;
use super::meter::{Meter, Part};
use super::renderer::{Frame, Renderer};
use super::{Content, Opening, RepaintNotifier, keys};

/// How often the window looks whether there is something new to see.
const TICK: Duration = Duration::from_millis(33);

/// How many ticks after a new size the picture is shown again: Mesa's software driver takes
/// the first frame after it for one of the old size.
const SHOWN_AGAIN: u8 = 3;

/// The system's word for the next frame may get lost, and baseview waits for it for ever.
/// After so long a frame is drawn without it; where the word only comes late, as for a
/// window that is covered, two frames a second cost little.
const PATIENCE: Duration = Duration::from_millis(500);

/// One window, on its own thread.
pub struct Handler<C: Content> {
    context: WindowContext,
    inner: RefCell<Inner<C>>,
    link: Arc<Link>,
    repaint: RepaintNotifier,
    ticker: TimerHandle,
    /// A frame is wanted.
    wanted: Cell<bool>,
    /// Since when.
    waiting: Cell<Option<Instant>>,
    /// The system lost what was shown.
    exposed: Cell<bool>,
    /// For how many ticks the picture is still to be shown again.
    again: Cell<u8>,
    /// Something panicked; nothing is called any more.
    broken: Cell<bool>,
}

struct Inner<C> {
    content: C,
    ctx: egui::Context,
    input: Input,
    renderer: Renderer,
    clipboard: Clipboard,
    #[cfg(target_os = "linux")]
    forward: super::forward::Forward,
    meter: Arc<Meter>,
    begin: Instant,
    zoom: f32,
    cursor: MouseCursor,
    /// When egui wants the next frame, if nothing happens before.
    deadline: Option<Instant>,
}

/// What a frame asks of the window.
#[derive(Default)]
struct Asked {
    /// In logical pixels.
    size: Option<Vec2>,
    cursor: Option<MouseCursor>,
    close: bool,
    focus: bool,
    again: bool,
}

impl<C: Content> Handler<C> {
    /// Called on the window's thread.
    ///
    /// # Errors
    /// There is no OpenGL, or the system has no timer to give.
    pub(super) fn new(
        context: WindowContext,
        opening: Opening,
        mut content: C,
        repaint: RepaintNotifier,
        meter: Arc<Meter>,
        link: Arc<Link>,
    ) -> Result<Self, HandlerError> {
        let renderer = Renderer::new(&context, opening.ground)?;
        let ctx = egui::Context::default();
        ctx.set_zoom_factor(opening.zoom);
        // The zooms that there are, and their keys, are the content's matter.
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        content.build(&ctx, context.size().scale_factor);
        let ticker = context.create_timer(TICK)?;
        let inner = Inner {
            content,
            ctx,
            input: Input::new(renderer.texture_side()),
            renderer,
            clipboard: Clipboard::default(),
            #[cfg(target_os = "linux")]
            forward: super::forward::Forward::default(),
            meter,
            begin: Instant::now(),
            zoom: opening.zoom,
            cursor: MouseCursor::Default,
            deadline: None,
        };
        Ok(Self {
            context,
            inner: RefCell::new(inner),
            link,
            repaint,
            ticker,
            wanted: Cell::new(true),
            waiting: Cell::new(None),
            exposed: Cell::new(false),
            again: Cell::new(SHOWN_AGAIN),
            broken: Cell::new(false),
        })
    }

    /// Runs `work`; if it panics, closes the window. A panic must not reach baseview, whose
    /// thread would hand it on to the host's.
    fn guard<R>(&self, work: impl FnOnce() -> R) -> Option<R> {
        if self.broken.get() {
            return None;
        }
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(result) => Some(result),
            Err(_) => {
                nice_error!("the editor failed and is closed; open it again");
                self.broken.set(true);
                self.context.request_close();
                None
            }
        }
    }

    fn want(&self) {
        self.wanted.set(true);
        if self.waiting.get().is_none() {
            self.waiting.set(Some(Instant::now()));
        }
        self.context.request_redraw();
    }

    /// Draws a frame that was asked for in vain.
    fn draw_unasked(&self) {
        let in_vain = |since: Instant| since.elapsed() > PATIENCE;
        if !self.wanted.get() || !self.waiting.get().is_some_and(in_vain) {
            return;
        }
        if let Err(error) = self.frame() {
            nice_error!("the editor can't be drawn and is closed: {error}");
            self.context.request_close();
        }
    }

    fn tick(&self) {
        self.link.serving.store(true, Ordering::Release);
        if self.link.closing.load(Ordering::Acquire) {
            self.context.request_close();
            return;
        }
        if self.link.hidden.load(Ordering::Acquire) {
            return;
        }
        let mut wanted = self.repaint.take();
        if !wanted {
            let mut inner = self.inner.borrow_mut();
            wanted = inner.is_due() || inner.has_changed();
        }
        if wanted || self.wanted.get() {
            self.want();
            self.draw_unasked();
        }
        if let Some(left) = self.again.get().checked_sub(1) {
            self.again.set(left);
            self.exposed.set(true);
            self.context.request_redraw();
        }
    }

    fn frame(&self) -> Result<(), HandlerError> {
        self.waiting.set(None);
        let exposed = self.exposed.take();
        if !self.wanted.take() {
            if exposed {
                let mut inner = self.inner.borrow_mut();
                let Inner {
                    renderer, meter, ..
                } = &mut *inner;
                renderer.show_again(meter)?;
            }
            return Ok(());
        }
        let size = self.context.size();
        let (output, asked) = {
            let mut inner = self.inner.borrow_mut();
            inner.input.extend(self.link.keys.lock().drain(..));
            let (output, asked) = inner.lay_out(size);
            let takes_text = inner.ctx.egui_wants_keyboard_input();
            self.link.takes_text.store(takes_text, Ordering::Release);
            (output, asked)
        };
        // Nothing is borrowed here: some systems answer at once, by an event.
        self.do_asked(asked);
        self.inner.borrow_mut().paint(output, size, exposed)
    }

    fn do_asked(&self, asked: Asked) {
        if let Some(size) = asked.size {
            let size = LogicalSize::new(f64::from(size.x), f64::from(size.y));
            if let Err(error) = self.context.resize(size) {
                nice_warn!("the editor keeps its size: {error}");
            }
        }
        if let Some(cursor) = asked.cursor
            && let Err(error) = self.context.set_mouse_cursor(cursor)
        {
            nice_warn!("the pointer keeps its shape: {error}");
        }
        if asked.focus {
            self.focus();
        }
        if asked.close {
            self.context.request_close();
        }
        if asked.again {
            self.want();
        }
    }

    /// Asks for the keyboard. A host may have taken the window away meanwhile, which is no
    /// reason to fail.
    fn focus(&self) {
        if !self.context.has_focus()
            && let Err(error) = self.context.focus()
        {
            nice_warn!("the editor gets no keys: {error}");
        }
    }

    /// The window's number on X11.
    #[cfg(target_os = "linux")]
    fn number(&self) -> Option<u32> {
        use raw_window_handle::{HasWindowHandle as _, RawWindowHandle};
        match self.context.window_handle().ok()?.as_raw() {
            RawWindowHandle::Xlib(handle) => u32::try_from(handle.window).ok(),
            RawWindowHandle::Xcb(handle) => Some(handle.window.get()),
            _ => None,
        }
    }

    fn event(&self, event: Event) -> EventStatus {
        // A window in another one is not given the keyboard by a click alone.
        if let Event::Mouse(MouseEvent::ButtonPressed { .. }) = event {
            self.focus();
        }
        let mut inner = self.inner.borrow_mut();
        let status = match event {
            Event::Keyboard(event) => {
                let status = inner.keyboard(&event);
                #[cfg(target_os = "linux")]
                if status == EventStatus::Ignored
                    && let Some(window) = self.number()
                {
                    inner.forward.send(window, &event);
                }
                Some(status)
            }
            event => inner.input.other(event),
        };
        drop(inner);
        if status.is_some() {
            self.want();
        }
        status.unwrap_or(EventStatus::Ignored)
    }
}

impl<C: Content> Inner<C> {
    fn is_due(&self) -> bool {
        // Half a tick early is nearer than half a tick late.
        self.deadline
            .is_some_and(|deadline| Instant::now() + TICK / 2 >= deadline)
    }

    fn has_changed(&mut self) -> bool {
        let Self { content, meter, .. } = self;
        meter.time(Part::Watch, || content.changed())
    }

    fn lay_out(&mut self, size: WindowSize) -> (FullOutput, Asked) {
        self.deadline = None;
        let points = self.input.set_size(size, self.zoom);
        let input = self.input.take(self.begin.elapsed().as_secs_f64());
        let Self {
            content,
            ctx,
            meter,
            ..
        } = self;
        let mut output = meter.time(Part::Layout, || ctx.run_ui(input, |ui| content.ui(ui)));
        let asked = self.gather(&mut output, points);
        (output, asked)
    }

    /// What `output` asks for besides being painted, of a window of `points`.
    fn gather(&mut self, output: &mut FullOutput, points: Vec2) -> Asked {
        let mut asked = Asked::default();
        let zoom = self.ctx.zoom_factor();
        if zoom != self.zoom {
            self.zoom = zoom;
            self.content.zoomed(zoom);
            asked.size = Some(points * zoom);
        }
        if let Some(viewport) = output.viewport_output.get(&ViewportId::ROOT) {
            for command in &viewport.commands {
                match command {
                    ViewportCommand::InnerSize(size) => asked.size = Some(*size * zoom),
                    ViewportCommand::Close => asked.close = true,
                    ViewportCommand::Focus => asked.focus = true,
                    _ => {}
                }
            }
            let delay = viewport.repaint_delay;
            asked.again = delay.is_zero();
            self.deadline = Instant::now().checked_add(delay);
        }
        let cursor = keys::cursor(output.platform_output.cursor_icon);
        if cursor != self.cursor {
            self.cursor = cursor;
            asked.cursor = Some(cursor);
        }
        if let Some(tree) = output.platform_output.accesskit_update.take() {
            self.content.outlined(&tree, output.pixels_per_point.into());
        }
        for command in output.platform_output.commands.drain(..) {
            if let OutputCommand::CopyText(text) = command {
                self.clipboard.set_text(text);
            }
        }
        asked
    }

    fn paint(
        &mut self,
        output: FullOutput,
        size: WindowSize,
        exposed: bool,
    ) -> Result<(), HandlerError> {
        let frame = Frame {
            ctx: &self.ctx,
            shapes: output.shapes,
            textures: output.textures_delta,
            size: [size.physical.width, size.physical.height],
            density: output.pixels_per_point,
        };
        let painted = self.renderer.paint(frame, &self.meter)?;
        if painted == 0 && exposed {
            self.renderer.show_again(&self.meter)?;
        }
        self.meter.frame(painted);
        Ok(())
    }

    fn keyboard(&mut self, event: &KeyboardEvent) -> EventStatus {
        let key = self.input.keyboard(event, &mut self.clipboard);
        let held = self.input.held();
        let takes_text = self.ctx.egui_wants_keyboard_input();
        let has_focus = self.ctx.memory(|memory| memory.focused().is_some());
        let ours = key.is_some_and(|key| {
            key == egui::Key::Tab
                || (has_focus && keys::is_navigation(key))
                || self.content.wants_key(key, held)
        });
        match takes_text || ours {
            true => EventStatus::Captured,
            false => EventStatus::Ignored,
        }
    }
}

impl<C: Content> WindowHandler for Handler<C> {
    fn draw(&self) -> Result<(), HandlerError> {
        self.guard(|| self.frame()).unwrap_or(Ok(()))
    }

    fn damage(&self, _area: DamageArea<'_>) {
        self.exposed.set(true);
    }

    fn poll(&self) {
        self.guard(|| self.tick());
    }

    fn resized(&self, size: WindowSize) -> Result<(), HandlerError> {
        self.guard(|| {
            let mut inner = self.inner.borrow_mut();
            let zoom = inner.zoom;
            let points = inner.input.set_size(size, zoom);
            inner.content.resized(points, size.scale_factor);
            drop(inner);
            self.again.set(SHOWN_AGAIN);
            self.want();
        });
        Ok(())
    }

    fn on_event(&self, event: Event) -> EventStatus {
        self.guard(|| self.event(event))
            .unwrap_or(EventStatus::Ignored)
    }

    fn on_timer(&self, timer: &TimerHandle) {
        if *timer == self.ticker {
            self.guard(|| self.tick());
        }
    }
}
