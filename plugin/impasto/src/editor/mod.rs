//! The editor: a window made of cards that show the newest published [`View`] and return
//! what they ask for.
//!
//! The framework keeps one editor object for the plug-in's life. [`ImpastoEditor`] makes
//! all that is shown anew for each [`window`]: size and zoom come from the saved state at
//! that moment, and what the window holds is dropped with it, which is how the worker
//! learns that nobody looks.
//!
//! [`View`]: crate::view::View

pub mod browser;
pub mod colormap;
pub mod drops;
mod errand;
pub mod format;
pub mod history;
mod outline;
pub mod pages;
pub mod panels;
pub mod pictures;
pub mod places;
pub mod presets;
pub mod request;
pub mod screen;
pub mod search;
pub mod shortcuts;
pub mod text;
pub mod theme;
pub mod tour;
mod undo;
mod watch;
pub mod widgets;
pub mod window;

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use crossbeam::atomic::AtomicCell;
use egui::{Key, Modifiers, Vec2, vec2};
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize, Size};
use nice_plug::editor::{Editor, HostMethods, ParentWindowHandle, ResizeHint, SpawnedEditor};
use parking_lot::Mutex;
pub use places::Places;
use request::Request;
use screen::{Screen, ZOOMS};
use text::SystemFonts;
use watch::Watch;
use window::{Content, Meter, Opening, RepaintNotifier, corner::corner_ui};

use crate::params::ImpastoParams;
use crate::view::ViewHandle;

/// The smallest window in which everything has its place, in points at 100 %.
pub const MIN_SIZE: (f32, f32) = (760.0, 520.0);

/// The editor of one plug-in instance; its windows come and go.
pub struct ImpastoEditor {
    params: Arc<ImpastoParams>,
    view: ViewHandle,
    /// Pixels per logical pixel of the last window; written by it.
    scale: Arc<AtomicCell<f64>>,
    /// Of the last window.
    meter: Mutex<Arc<Meter>>,
}

/// The editor of the instance that `params` and `view` belong to.
pub fn create(params: Arc<ImpastoParams>, view: ViewHandle) -> ImpastoEditor {
    ImpastoEditor {
        params,
        view,
        scale: Arc::new(AtomicCell::new(1.0)),
        meter: Mutex::default(),
    }
}

impl ImpastoEditor {
    /// The window's size in points and its zoom as a factor, from the saved state.
    fn wanted(&self) -> (Vec2, f32) {
        let remembered = self.params.remembered.read();
        let (width, height) = remembered.editor_size;
        let size = vec2(
            (width as f32).clamp(MIN_SIZE.0, 8192.0),
            (height as f32).clamp(MIN_SIZE.1, 8192.0),
        );
        let zoom = remembered
            .editor_zoom
            .clamp(ZOOMS[0], ZOOMS[ZOOMS.len() - 1]);
        (size, zoom as f32 / 100.0)
    }

    /// What the window opened last has drawn, and what that cost.
    pub fn meter(&self) -> Arc<Meter> {
        Arc::clone(&self.meter.lock())
    }
}

/// The smallest size in logical pixels, whatever the zoom: a host must not hinder a change
/// to a smaller one.
fn smallest() -> Vec2 {
    Vec2::from(MIN_SIZE) * (ZOOMS[0] as f32 / 100.0)
}

impl Editor for ImpastoEditor {
    type Handle = window::Handle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Self::Handle>, Box<dyn Error>> {
        let (points, zoom) = self.wanted();
        let repaint = RepaintNotifier::new();
        let content = ImpastoWindow {
            screen: Screen::new(Places::find(), repaint.clone()),
            params: Arc::clone(&self.params),
            view: self.view.clone(),
            scale: Arc::clone(&self.scale),
            repaint: repaint.clone(),
            host: gui_context,
            watch: Watch::new(Arc::clone(&self.params)),
        };
        let opening = Opening {
            title: "Impasto",
            points,
            zoom,
            smallest: smallest(),
            scale: fallback_scale_factor,
            ground: theme::GROUND,
        };
        let meter = Arc::<Meter>::default();
        *self.meter.lock() = Arc::clone(&meter);
        let spawned = window::open(
            opening,
            parent,
            wait_for_parent,
            content,
            repaint,
            meter,
            host,
        )?;
        Ok(SpawnedEditor {
            handle: spawned.handle.with_hint(self.resize_hint()),
            window: spawned.window,
        })
    }

    /// With the zoom: a host makes the parent window as large as this.
    fn size(&self) -> NativeSize<u32> {
        let (points, zoom) = self.wanted();
        let zoomed = points * zoom;
        let size = LogicalSize::new(f64::from(zoomed.x), f64::from(zoomed.y));
        NativeSize::from_size(Size::Logical(size), self.scale.load())
    }

    fn resize_hint(&self) -> ResizeHint {
        let smallest = smallest();
        ResizeHint::RESIZABLE.with_min_logical_size(LogicalSize::new(smallest.x, smallest.y))
    }
}

/// What lives as long as one window.
struct ImpastoWindow {
    screen: Screen,
    params: Arc<ImpastoParams>,
    view: ViewHandle,
    scale: Arc<AtomicCell<f64>>,
    repaint: RepaintNotifier,
    /// The way to the host's parameters.
    host: GuiContext,
    watch: Watch,
}

impl Content for ImpastoWindow {
    fn build(&mut self, ctx: &egui::Context, scale: f64) {
        theme::install(ctx);
        let repaint = self.repaint.clone();
        SystemFonts::new(move || repaint.request_repaint()).install(ctx);
        if outline::is_wanted() {
            ctx.enable_accesskit();
        }
        self.scale.store(scale);
        self.view.set_editor_open(true);
    }

    fn ui(&mut self, ui: &mut egui::Ui) {
        let now = Instant::now();
        let view = self.view.snapshot();
        let zoom = (ui.ctx().zoom_factor() * 100.0).round() as u32;
        let Self { screen, params, .. } = self;
        let requests = screen.ui(ui, &view, params, zoom, now);
        corner_ui(ui, MIN_SIZE.into());
        for request in requests {
            self.answer(request, ui);
        }
        let zoomed = ui.input(|input| zoomed(input, zoom));
        if let Some(zoom) = zoomed {
            self.answer(Request::Zoom(zoom), ui);
        }
        ui.ctx().request_repaint_after(self.screen.pace(&view, now));
        self.watch.shown(&view);
    }

    fn changed(&mut self) -> bool {
        // At every tick, frame or not: gestures that wait may leave by this thread.
        self.view.frame();
        self.watch.has_changed(&self.view)
    }

    fn resized(&mut self, points: Vec2, scale: f64) {
        self.scale.store(scale);
        self.params.remembered.write().editor_size =
            (points.x.round() as u32, points.y.round() as u32);
    }

    fn zoomed(&mut self, factor: f32) {
        self.params.remembered.write().editor_zoom = (factor * 100.0).round() as u32;
    }

    fn outlined(&mut self, tree: &egui::accesskit::TreeUpdate, density: f64) {
        self.view.set_widgets(outline::widgets(tree, density));
    }

    fn wants_key(&self, key: Key, modifiers: Modifiers) -> bool {
        self.screen.wants_key(key, modifiers) || zooms(key, modifiers)
    }
}

/// Whether the key changes the zoom: with Ctrl or Cmd, plus, minus and nought.
fn zooms(key: Key, modifiers: Modifiers) -> bool {
    let known = matches!(key, Key::Plus | Key::Equals | Key::Minus | Key::Num0);
    modifiers.command && known
}

/// The zoom that the keys of this frame ask for, in percent, at `zoom` now.
fn zoomed(input: &egui::InputState, zoom: u32) -> Option<u32> {
    let pressed = |key| input.modifiers.command && input.key_pressed(key);
    if pressed(Key::Plus) || pressed(Key::Equals) {
        ZOOMS.into_iter().find(|step| *step > zoom)
    } else if pressed(Key::Minus) {
        ZOOMS.into_iter().rev().find(|step| *step < zoom)
    } else {
        pressed(Key::Num0).then_some(100)
    }
}

impl ImpastoWindow {
    fn answer(&mut self, request: Request, ui: &egui::Ui) {
        match request {
            Request::Act(action) => {
                if !self.view.send(action) {
                    self.screen.tell(
                        "Impasto is too busy to do this now, and nothing was changed: wait a \
                         moment, then do it again.",
                        Instant::now(),
                    );
                }
            }
            Request::Edit(edit) => request::apply(edit, &self.host),
            Request::Zoom(percent) => ui.ctx().set_zoom_factor(percent as f32 / 100.0),
            Request::ShowControls(shown) => {
                self.params.remembered.write().editor_controls = shown;
            }
            // The screen keeps these to itself.
            Request::Help
            | Request::Browse(_)
            | Request::BrowseAt(..)
            | Request::ShowFailed
            | Request::Show(_)
            | Request::ShowPresets
            | Request::Undo
            | Request::Redo => {}
        }
    }
}

impl Drop for ImpastoWindow {
    fn drop(&mut self) {
        self.view.set_editor_open(false);
        self.view.set_widgets(Vec::new());
    }
}
