//! The editor without a window: every state it promises to name, and a harness that draws
//! them on the CPU.

// Each of the programs that share this module uses a part of it.
#![allow(dead_code)]

pub mod collections;
pub mod looks;
pub mod names;
pub mod pairs;
pub mod raster;
pub mod sessions;
pub mod states;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui_kittest::{Harness, HarnessBuilder};
use engine::units::Congruity;
use impasto::editor::request::Request;
use impasto::editor::screen::Screen;
use impasto::editor::text::SystemFonts;
use impasto::editor::tour::TourPlaces;
use impasto::editor::window::RepaintNotifier;
use impasto::editor::{Places, theme};
use impasto::params::ImpastoParams;
use impasto::view::View;
use outputs::{Signal, Values};

/// An editor, what it shows and what it has asked for so far.
pub struct Desk {
    /// Under test.
    pub screen: Screen,
    /// What is shown.
    pub view: View,
    /// What is read and, by requests only, changed.
    pub params: Arc<ImpastoParams>,
    /// In percent, as told to the editor.
    pub zoom: u32,
    /// In the order they were asked.
    pub asked: Vec<Request>,
    /// The editor's clock: each frame takes a thirtieth of a second.
    pub now: Instant,
}

impl Desk {
    /// An editor that shows `view`.
    pub fn new(view: View) -> Self {
        Self::at(places(), view)
    }

    /// The same for a user whose files lie at `places`.
    pub fn at(places: Places, view: View) -> Self {
        Self {
            screen: Screen::new(places, RepaintNotifier::new()),
            view,
            params: Arc::default(),
            zoom: 100,
            asked: Vec::new(),
            now: states::epoch() + Duration::from_secs(60),
        }
    }
}

impl Desk {
    /// Sets one of the parameters, as the host would.
    pub fn set(&self, param: &impl nice_plug::prelude::Param, normalized: f32) {
        // SAFETY: callers hand in one of this desk's parameters, which are borrowed here.
        unsafe { param.as_ptr()._internal_set_normalized_value(normalized) };
    }
}

/// What nobody listens to.
pub fn repaint() -> RepaintNotifier {
    RepaintNotifier::new()
}

/// The user that the pictures show.
pub fn places() -> Places {
    let home = assets();
    let shortcut = |name: &str, folder: &str| (name.to_owned(), home.join(folder));
    Places {
        shortcuts: vec![
            ("Home".to_owned(), home.clone()),
            shortcut("Pictures", "paintings"),
            shortcut("Music", "library"),
            ("Computer".to_owned(), PathBuf::from("/")),
        ],
        presets: None,
        tour: TourPlaces::default(),
        home: Some(home),
    }
}

/// The folder of the project's own test material.
pub fn assets() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .map(|folder| folder.join("tests/assets"))
        .find(|assets| assets.join("paintings").is_dir())
        .expect("the workspace holds tests/assets")
}

/// Three minutes of congruity and its parts, with a rest in them.
pub fn with_history(mut desk: Desk) -> Desk {
    let mut last = desk.view.signals;
    last[Signal::Congruity] = desk.view.congruity.map(Congruity::get);
    for tick in 0..900_u32 {
        let at = tick as f32 / 900.0;
        let mut values = Values::default();
        for (place, signal) in Signal::ALL.into_iter().enumerate() {
            let phase = place as f32;
            let value = 0.45 + 0.25 * (at * 9.0 + phase).sin() + 0.1 * (at * 31.0 - phase).sin();
            let value = last[signal].map(|last| value + (last - value) * at.powi(6));
            values[signal] = value.filter(|_| !(330..370).contains(&tick));
        }
        let now = states::epoch() + Duration::from_millis(200) * tick;
        desk.screen.recall(now, values);
    }
    desk.now = states::epoch() + Duration::from_secs(180);
    desk
}

/// A harness of `size` points around `desk`. What its own typefaces lack is an error.
pub fn harness(desk: Desk, size: (f32, f32), pixels_per_point: f32) -> Harness<'static, Desk> {
    build(builder(size, pixels_per_point), desk)
}

/// The same with the fonts of this computer, as a real window has them. What is missing
/// is drawn as a box.
pub fn harness_with_fonts(desk: Desk, size: (f32, f32)) -> Harness<'static, Desk> {
    let builder = builder(size, 1.0)
        .allow_missing_glyphs()
        .with_context_setup(|ctx| {
            theme::install(ctx);
            SystemFonts::new(|| ()).install(ctx);
        });
    build(builder, desk)
}

fn builder(size: (f32, f32), pixels_per_point: f32) -> HarnessBuilder<Desk> {
    Harness::builder()
        .with_size(egui::vec2(size.0, size.1))
        .with_pixels_per_point(pixels_per_point)
        .with_max_steps(30)
        .with_render_cursor(false)
        .renderer(raster::SoftwareRenderer::default())
        .with_context_setup(theme::install)
}

fn build(builder: HarnessBuilder<Desk>, desk: Desk) -> Harness<'static, Desk> {
    builder.build_ui_state(
        |ui, desk: &mut Desk| {
            desk.now += Duration::from_millis(33);
            let Desk {
                screen,
                view,
                params,
                zoom,
                asked,
                now,
            } = desk;
            // The harness leaves a margin, a real window none.
            let whole = egui::UiBuilder::new().max_rect(ui.ctx().content_rect());
            let mut window = ui.new_child(whole);
            window.set_clip_rect(ui.ctx().content_rect());
            let ground = egui::Frame::new().fill(theme::GROUND);
            let shown = egui::CentralPanel::default().frame(ground);
            let shown = shown.show(&mut window, |ui| screen.ui(ui, view, params, *zoom, *now));
            asked.extend(shown.inner);
        },
        desk,
    )
}
