//! The editor: a window made of cards that show the newest published [`View`] and return
//! what they ask for.
//!
//! The framework keeps one editor object for the plug-in's life, fixes its size when that
//! is made and never tells when its window closes. [`ImpastoEditor`] therefore makes all
//! of it anew for each window: size and zoom come from the saved state at that moment,
//! and what the window holds is dropped with it, which is how the worker learns that
//! nobody looks.
//!
//! [`View`]: crate::view::View

pub mod browser;
pub mod colormap;
pub mod format;
pub mod history;
pub mod pages;
pub mod panels;
pub mod pictures;
pub mod places;
pub mod request;
pub mod screen;
pub mod text;
pub mod theme;
pub mod widgets;

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use crossbeam::atomic::AtomicCell;
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize, Size};
use nice_plug::editor::{Editor, HostMethods, ParentWindowHandle, ResizeHint, SpawnedEditor};
use nice_plug_egui::baseview::{HandlerError, WindowSize};
use nice_plug_egui::resizable_window::ResizableWindow;
use nice_plug_egui::{
    EguiEditorHandle, EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp, RepaintNotifier,
    create_egui_editor,
};

pub use places::Places;
use request::Request;
use screen::{Screen, ZOOMS};
use text::SystemFonts;

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
}

/// The editor of the instance that `params` and `view` belong to.
pub fn create(params: Arc<ImpastoParams>, view: ViewHandle) -> ImpastoEditor {
    ImpastoEditor {
        params,
        view,
        scale: Arc::new(AtomicCell::new(1.0)),
    }
}

impl ImpastoEditor {
    /// The window's size in points and its zoom as a factor, from the saved state.
    fn wanted(&self) -> (LogicalSize<f32>, f32) {
        let remembered = self.params.remembered.read();
        let (width, height) = remembered.editor_size;
        let size = LogicalSize::new(
            (width as f32).clamp(MIN_SIZE.0, 8192.0),
            (height as f32).clamp(MIN_SIZE.1, 8192.0),
        );
        let zoom = remembered
            .editor_zoom
            .clamp(ZOOMS[0], ZOOMS[ZOOMS.len() - 1]);
        (size, zoom as f32 / 100.0)
    }
}

impl Editor for ImpastoEditor {
    type Handle = EguiEditorHandle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Self::Handle>, Box<dyn Error>> {
        let (size, zoom) = self.wanted();
        let repaint = RepaintNotifier::new();
        let window = ImpastoWindow {
            screen: Screen::new(Places::find(), repaint.clone()),
            params: Arc::clone(&self.params),
            view: self.view.clone(),
            scale: Arc::clone(&self.scale),
            repaint: repaint.clone(),
            host: None,
        };
        let settings = EguiNiceSettings::new()
            .with_tile("Impasto")
            .with_resize_hint(self.resize_hint());
        let state = EguiEditorState::from_size(Size::Logical(size.cast()), zoom);
        let editor = create_egui_editor(state, repaint, settings, window)
            .ok_or("the framework made no editor")?;
        editor.spawn(
            parent,
            wait_for_parent,
            fallback_scale_factor,
            gui_context,
            host,
        )
    }

    /// With the zoom, which the framework's own answer leaves out: the host would make the
    /// parent window too small.
    fn size(&self) -> NativeSize<u32> {
        let (size, zoom) = self.wanted();
        let zoomed = LogicalSize::new(f64::from(size.width * zoom), f64::from(size.height * zoom));
        NativeSize::from_size(Size::Logical(zoomed.cast()), self.scale.load())
    }

    fn resize_hint(&self) -> ResizeHint {
        // Whatever the zoom: a host must not hinder a change to a smaller one.
        let smallest = ZOOMS[0] as f32 / 100.0;
        ResizeHint::RESIZABLE.with_min_logical_size(LogicalSize::new(
            MIN_SIZE.0 * smallest,
            MIN_SIZE.1 * smallest,
        ))
    }
}

/// What lives as long as one window.
struct ImpastoWindow {
    screen: Screen,
    params: Arc<ImpastoParams>,
    view: ViewHandle,
    scale: Arc<AtomicCell<f64>>,
    repaint: RepaintNotifier,
    /// The way to the host's parameters; there once the window is built.
    host: Option<GuiContext>,
}

impl NiceEguiApp for ImpastoWindow {
    fn build(
        &mut self,
        egui_ctx: egui::Context,
        nice_gui_ctx: GuiContext,
        frame: &mut Frame,
    ) -> Result<(), HandlerError> {
        theme::install(&egui_ctx);
        let repaint = self.repaint.clone();
        SystemFonts::new(move || repaint.request_repaint()).install(&egui_ctx);
        frame.set_clear_color(theme::GROUND.into());
        self.host = Some(nice_gui_ctx);
        self.view.set_editor_open(true);
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut Frame) {
        let now = Instant::now();
        self.view.frame();
        let view = self.view.snapshot();
        let zoom = (ui.ctx().zoom_factor() * 100.0).round() as u32;
        let Self { screen, params, .. } = self;
        let requests = ResizableWindow::new("resize")
            .min_size(MIN_SIZE.into())
            .show(ui, |ui| screen.ui(ui, &view, params, zoom, now))
            .inner;
        for request in requests {
            self.answer(request, ui);
        }
        ui.ctx().request_repaint_after(self.screen.pace(&view, now));
    }

    fn resized(&mut self, size: WindowSize) {
        let zoom = f64::from(self.params.remembered.read().editor_zoom) / 100.0;
        // The framework reports points and pixels per point, zoom included.
        self.scale.store(size.scale_factor / zoom);
        let points = size.logical;
        self.params.remembered.write().editor_size =
            (points.width.round() as u32, points.height.round() as u32);
    }

    fn zoom_factor_changed(&mut self, zoom_factor: f32) {
        self.params.remembered.write().editor_zoom = (zoom_factor * 100.0).round() as u32;
    }
}

impl ImpastoWindow {
    fn answer(&self, request: Request, ui: &egui::Ui) {
        match request {
            // A worker that is too far behind to hear is seen to be: nothing changes.
            Request::Act(action) => _ = self.view.send(action),
            Request::Edit(edit) => {
                if let Some(host) = &self.host {
                    request::apply(edit, host);
                }
            }
            Request::Zoom(percent) => ui.ctx().set_zoom_factor(percent as f32 / 100.0),
            Request::ShowControls(shown) => {
                self.params.remembered.write().editor_controls = shown;
            }
            // The screen keeps these to itself.
            Request::Browse(_) | Request::ShowFailed | Request::Show(_) => {}
        }
    }
}

impl Drop for ImpastoWindow {
    fn drop(&mut self) {
        self.view.set_editor_open(false);
    }
}
