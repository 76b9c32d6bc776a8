//! What is read from two metres away: what is heard, seen and decided now.

use std::time::{Duration, Instant};

use egui::{Align, CentralPanel, Frame, Layout, Margin, Panel, Ui, vec2};

use crate::editor::history::History;
use crate::editor::pages::Scene;
use crate::editor::panels::{
    brush::{brush_height, brush_ui},
    congruity::congruity_ui,
    library::library_ui,
    painting::painting_ui,
    parameters::{self, Controls, parameters_ui},
    snippets::snippets_ui,
    suggestion::suggestion_ui,
};
use crate::editor::request::Request;
use crate::editor::theme;
use crate::editor::widgets::{self, card};
use crate::view::{ModelsState, View};

/// How long a stroke's flash takes to fade.
const FLASH: Duration = Duration::from_millis(250);

/// What the page knows by itself.
#[derive(Default)]
pub struct PerformPage {
    controls: Controls,
    history: History,
    /// Counted when last seen; `None` in a new window, which flashes for none of the past.
    strokes: Option<u64>,
    last_stroke: Option<Instant>,
}

/// Fills the window between the two bars.
pub fn perform_page(ui: &mut Ui, scene: &mut Scene<'_>, page: &mut PerformPage) -> Vec<Request> {
    page.ui(ui, scene)
}

impl PerformPage {
    /// Looks at what a frame brings, whatever page is shown.
    pub fn observe(&mut self, view: &View, now: Instant) {
        self.history
            .push(now, view.congruity.map(engine::units::Congruity::get));
        if self.strokes.is_some_and(|seen| view.strokes > seen) {
            self.last_stroke = Some(now);
        }
        self.strokes = Some(view.strokes);
    }

    /// Takes a congruity of the past into the curve, oldest first.
    pub fn recall(&mut self, at: Instant, congruity: Option<f32>) {
        self.history.push(at, congruity);
    }

    /// Whether a stroke's flash has not faded yet.
    pub fn is_flashing(&self, now: Instant) -> bool {
        self.flash(now) > 0.0
    }

    fn ui(&mut self, ui: &mut Ui, scene: &mut Scene<'_>) -> Vec<Request> {
        let mut asked = Vec::new();
        Panel::bottom("parameters")
            .frame(theme::card().outer_margin(Margin::symmetric(theme::GAP as i8, 0)))
            .exact_size(parameters::HEIGHT + 20.0)
            .resizable(false)
            .show_separator_line(false)
            .show(ui, |ui| {
                let calibration = &scene.view.calibration;
                asked.extend(parameters_ui(
                    ui,
                    scene.params,
                    calibration,
                    &mut self.controls,
                ))
            });
        let width = (ui.available_width() * 0.38).clamp(250.0, 420.0);
        Panel::right("live")
            .frame(Frame::new().inner_margin(Margin {
                left: 0,
                right: 8,
                top: 8,
                bottom: 8,
            }))
            .exact_size(width)
            .resizable(false)
            .show_separator_line(false)
            .show(ui, |ui| asked.extend(self.live_ui(ui, scene)));
        CentralPanel::default()
            .frame(Frame::new().inner_margin(Margin {
                left: 8,
                right: 8,
                top: 8,
                bottom: 8,
            }))
            .show(ui, |ui| asked.extend(sources_ui(ui, scene)));
        asked
    }

    /// 1 at a stroke, falling to 0.
    fn flash(&self, now: Instant) -> f32 {
        self.last_stroke.map_or(0.0, |stroke| {
            let passed = now.saturating_duration_since(stroke).as_secs_f32();
            (1.0 - passed / FLASH.as_secs_f32()).max(0.0)
        })
    }

    /// The right side: what is heard and decided now.
    fn live_ui(&mut self, ui: &mut Ui, scene: &mut Scene<'_>) -> Vec<Request> {
        let (view, params, now) = (scene.view, scene.params, scene.now);
        ui.spacing_mut().item_spacing.y = theme::GAP;
        let total = ui.available_height();
        let congruity = (total * 0.26).clamp(110.0, 156.0);
        let margins = theme::card().total_margin().sum();
        let brush = brush_height(ui.available_width() - margins.x) + margins.y;
        let brush = (total * 0.36).max(130.0).min(brush);
        let asked = card(ui, congruity, |ui| {
            congruity_ui(ui, view, params, &self.history, now)
        });
        let mut asked = asked.unwrap_or_default();
        let flash = self.flash(now);
        card(ui, brush, |ui| brush_ui(ui, view, flash, scene.pictures));
        let rest = ui.available_height();
        let snippets = card(ui, rest, |ui| snippets_ui(ui, view, now));
        asked.extend(snippets.unwrap_or_default());
        asked
    }
}

/// The left side: what it all comes from.
fn sources_ui(ui: &mut Ui, scene: &mut Scene<'_>) -> Vec<Request> {
    let (view, places) = (scene.view, scene.places);
    ui.spacing_mut().item_spacing.y = theme::GAP;
    let mut asked = Vec::new();
    if let ModelsState::Failed { reason } = &view.models {
        theme::card().show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            widgets::alert(ui, reason);
        });
    }
    let cards = 112.0;
    let painting = (ui.available_height() - cards - theme::GAP).max(60.0);
    let size = vec2(ui.available_width(), painting);
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        ui.set_min_size(size);
        asked.extend(painting_ui(ui, view, scene.pictures));
    });
    let half = (ui.available_width() - theme::GAP) / 2.0;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP;
        for side in 0..2 {
            let part = vec2(half, cards);
            ui.allocate_ui_with_layout(part, Layout::top_down(Align::Min), |ui| {
                let requests = card(ui, cards, |ui| match side {
                    0 => library_ui(ui, view, places),
                    _ => suggestion_ui(ui, view, scene.pictures),
                });
                asked.extend(requests.unwrap_or_default());
            });
        }
    });
    asked
}
