//! A window of our own between the host's and egui: `baseview` opens it, `egui_glow` draws.
//!
//! | module | what |
//! |---|---|
//! | [`handler`] | lives on the window's thread: events in, frames out |
//! | [`handle`] | lives on the host's main thread: parent, size, scale |
//! | `input`, `keys` | baseview's events as egui's |
//! | `renderer`, `damage` | draws what has changed, and nothing else |
//! | `clipboard` | copy and paste |
//! | `forward` | on X11, keys to the host that are not ours |
//! | [`meter`] | what drawing costs |
//! | [`repaint`], [`corner`] | a wake-up from other threads; a corner to pull |
//!
//! Three rules. A frame is drawn only if something asks for one: an event, the content's
//! [`Content::changed`], egui itself, or the system. Nothing of the window outlives it: it
//! owns all that is drawn, and drops it on its own thread before the host's call that
//! closes it returns. And a panic while drawing closes this window, not the host.

mod clipboard;
pub mod corner;
mod damage;
#[cfg(target_os = "linux")]
mod forward;
pub mod handle;
pub mod handler;
mod input;
mod keys;
pub mod meter;
mod renderer;
pub mod repaint;

use std::sync::Arc;

use baseview::dpi::{LogicalSize, Size};
use baseview::gl::GlConfig;
use egui::accesskit::TreeUpdate;
use egui::{Context, Key, Modifiers, Ui, Vec2};
use nice_plug::editor::{HostMethods, ParentWindowHandle, SpawnedEditor};

use handle::Link;
pub use handle::{Handle, Window};
pub use input::dropped;
pub use meter::Meter;
pub use repaint::RepaintNotifier;

/// What a window shows. It is made on the host's thread, moved to the window's, and
/// dropped there when the window closes.
pub trait Content: Send + 'static {
    /// Once, before the first frame. `scale` is in pixels per logical pixel.
    fn build(&mut self, ctx: &Context, scale: f64);

    /// Draws a frame.
    fn ui(&mut self, ui: &mut Ui);

    /// Asked thirty times a second: whether a new frame would look different.
    fn changed(&mut self) -> bool;

    /// The window has `points` now, at `scale` pixels per logical pixel.
    fn resized(&mut self, points: Vec2, scale: f64);

    /// The zoom has been changed to this factor.
    fn zoomed(&mut self, factor: f32);

    /// A frame was laid out; egui's tree of it, if the content enabled that when it was
    /// built. `density` is in pixels per point.
    fn outlined(&mut self, _tree: &TreeUpdate, _density: f64) {}

    /// Whether `key` is one of the content's own shortcuts. Keys that are not, and that
    /// nothing in the window has the focus for, go to the host.
    fn wants_key(&self, key: Key, modifiers: Modifiers) -> bool;
}

/// How a window begins.
#[derive(Clone, Debug)]
pub struct Opening {
    /// For the window manager, where there is no parent.
    pub title: &'static str,
    /// In points; times the zoom, the window's size in logical pixels.
    pub points: Vec2,
    /// As a factor.
    pub zoom: f32,
    /// The smallest size in logical pixels.
    pub smallest: Vec2,
    /// What the host says of the scale, for systems that say nothing.
    pub scale: Option<f64>,
    /// Behind all that is drawn.
    pub ground: egui::Color32,
}

/// Opens a window in `parent`; without one, and unless it is to `wait` for it, a window
/// of its own.
///
/// # Errors
/// The system gives no window or no OpenGL context.
pub fn open(
    opening: Opening,
    parent: Option<ParentWindowHandle>,
    wait: bool,
    content: impl Content,
    repaint: RepaintNotifier,
    meter: Arc<Meter>,
    host: Option<HostMethods>,
) -> Result<SpawnedEditor<Handle>, baseview::Error> {
    let zoomed = opening.points * opening.zoom;
    let logical = |size: Vec2| LogicalSize::new(f64::from(size.x), f64::from(size.y));
    let mut settings = baseview::WindowSettings::new()
        .with_title(opening.title)
        .with_size(logical(zoomed))
        .with_min_size::<Size>(Some(logical(opening.smallest).into()))
        .with_resizable(true)
        .with_wait_for_parent(wait)
        .with_fallback_scale_factor(opening.scale)
        .with_gl_config(Some(GlConfig::default()));
    settings.parent = parent.map(|parent| baseview::ParentWindowHandle::from_window(&parent));

    let link = Arc::new(Link::default());
    let theirs = Arc::clone(&link);
    let ours = Arc::clone(&link);
    let wake = repaint.clone();
    let window = baseview::Window::create_with_host(
        settings,
        move |context| handler::Handler::new(context, opening, content, wake, meter, theirs),
        host.map(handle::host),
    )?;
    Ok(SpawnedEditor {
        handle: Handle::new(link, repaint),
        window: Window::new(window, ours),
    })
}
