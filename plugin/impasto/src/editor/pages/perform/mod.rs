//! What is read from two metres away: what is heard, seen and decided now.

mod freeze;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use egui::{Align, CentralPanel, Frame, Layout, Margin, Panel, Rect, Ui, UiBuilder, vec2};
use outputs::{Signal, Values};

pub use freeze::{KEY as FREEZE_KEY, toggled as freeze_toggled};

use crate::editor::pages::Scene;
use crate::editor::panels::{
    brush::{STROKES_SHOWN, brush_ui},
    congruity::{Dial, congruity_ui},
    library::library_ui,
    painting::painting_ui,
    parameters::{self, Controls, parameters_ui},
    snippet::snippet_ui,
    snippets::snippets_ui,
    suggestion::suggestion_ui,
};
use crate::editor::request::Request;
use crate::editor::theme;
use crate::editor::widgets::{self, card};
use crate::view::{Action, LibraryState, ModelsState, View};

/// How long a stroke's flash takes to fade.
const FLASH: Duration = Duration::from_millis(250);

/// What the page knows by itself.
#[derive(Default)]
pub struct PerformPage {
    controls: Controls,
    dial: Dial,
    /// Counted when last seen; `None` in a new window, which flashes for none of the past.
    counted: Option<u64>,
    /// When the last of them began, oldest first.
    strokes: VecDeque<Instant>,
}

/// Fills the window between the two bars.
pub fn perform_page(ui: &mut Ui, scene: &mut Scene<'_>, page: &mut PerformPage) -> Vec<Request> {
    page.ui(ui, scene)
}

impl PerformPage {
    /// Looks at what a frame brings, whatever page is shown.
    pub fn observe(&mut self, view: &View, now: Instant) {
        let mut values = view.signals;
        values[Signal::Congruity] = view.congruity.map(engine::units::Congruity::get);
        self.dial.history.push(now, values);
        if self.counted.is_some_and(|seen| view.strokes > seen) {
            self.strokes.push_back(now);
        }
        self.counted = Some(view.strokes);
        while let Some(&stroke) = self.strokes.front()
            && now.saturating_duration_since(stroke) > STROKES_SHOWN
        {
            self.strokes.pop_front();
        }
    }

    /// Takes signals of the past into the curves, oldest first.
    pub fn recall(&mut self, at: Instant, values: Values) {
        self.dial.history.push(at, values);
    }

    /// Whether a stroke's flash has not faded yet.
    pub fn is_flashing(&self, now: Instant) -> bool {
        self.flash(now) > 0.0
    }

    fn ui(&mut self, ui: &mut Ui, scene: &mut Scene<'_>) -> Vec<Request> {
        let mut asked = Vec::new();
        let shown = scene.params.remembered.read().editor_controls;
        let bottom = if shown {
            parameters::HEIGHT + 20.0
        } else {
            0.0
        };
        if shown {
            Panel::bottom("parameters")
                .frame(theme::card().outer_margin(Margin::symmetric(theme::GAP as i8, 0)))
                .exact_size(bottom)
                .resizable(false)
                .show_separator_line(false)
                .show(ui, |ui| {
                    let calibration = &scene.view.calibration;
                    let controls = &mut self.controls;
                    asked.extend(parameters_ui(ui, scene.params, calibration, controls))
                });
        }
        let margin = Margin::same(theme::GAP as i8);
        CentralPanel::default()
            .frame(Frame::new().inner_margin(margin))
            .show(ui, |ui| {
                let area = ui.available_rect_before_wrap();
                // The painting never takes more than half: what is decided is read as well.
                let width = (area.width() * 0.46).clamp(200.0, area.height() * 1.2);
                let (left, right) = area.split_left_right_at_x(area.left() + width);
                let right = right.with_min_x(right.left() + theme::GAP);
                let column = |rect| {
                    let place = UiBuilder::new().max_rect(rect);
                    place.layout(Layout::top_down(Align::Min))
                };
                asked.extend(sources_ui(&mut ui.new_child(column(left)), scene));
                asked.extend(self.live_ui(&mut ui.new_child(column(right)), scene, shown));
            });
        asked
    }

    /// 1 at a stroke, falling to 0.
    fn flash(&self, now: Instant) -> f32 {
        self.strokes.back().map_or(0.0, |stroke| {
            let passed = now.saturating_duration_since(*stroke).as_secs_f32();
            (1.0 - passed / FLASH.as_secs_f32()).max(0.0)
        })
    }

    /// The right side: what is heard and decided now, the most important first.
    fn live_ui(&mut self, ui: &mut Ui, scene: &mut Scene<'_>, controls: bool) -> Vec<Request> {
        let (view, params, now) = (scene.view, scene.params, scene.now);
        ui.spacing_mut().item_spacing.y = theme::GAP;
        let area = ui.available_rect_before_wrap();
        let stage = area.with_min_y(area.bottom() - freeze::HEIGHT);
        ui.set_max_height(area.height() - freeze::HEIGHT - theme::GAP);
        let total = ui.available_height();
        let congruity = (total * 0.36).clamp(118.0, 260.0);
        let dial = &mut self.dial;
        let asked = card(ui, congruity, |ui| {
            congruity_ui(ui, view, params, dial, now)
        });
        let mut asked = asked.unwrap_or_default();
        let snippet = (total * 0.34).clamp(LEAST_SNIPPET, 176.0);
        let asked_of = |ui: &mut Ui, height: f32, scene: &mut Scene<'_>| {
            card(ui, height, |ui| snippet_ui(ui, view, scene.pictures, now)).unwrap_or_default()
        };
        let mut rest = total - congruity - theme::GAP;
        // What is too small says nothing: then the next in rank takes its place.
        let brush = rest >= snippet + theme::GAP + LEAST_BRUSH;
        let snippet = if brush { snippet } else { rest };
        asked.extend(asked_of(ui, snippet, scene));
        rest -= snippet + theme::GAP;
        if brush {
            let list = rest >= MOST_BRUSH + theme::GAP + LEAST_SNIPPETS;
            let height = if list { MOST_BRUSH } else { rest };
            let flash = self.flash(now);
            let strokes = self.strokes.make_contiguous();
            let help = card(ui, height, |ui| {
                brush_ui(ui, view, flash, strokes, scene.pictures, now)
            });
            asked.extend(help.flatten());
            if list {
                let left = rest - height - theme::GAP;
                let rows = card(ui, left, |ui| snippets_ui(ui, view, now));
                asked.extend(rows.unwrap_or_default());
            }
        }
        asked.extend(stage_ui(ui, stage, scene, controls));
        asked
    }
}

/// The card of the snippet now heard says nothing in less, in points.
const LEAST_SNIPPET: f32 = 128.0;

/// As above, of the brush.
const LEAST_BRUSH: f32 = 100.0;

/// And more is better given to the list of snippets, which needs so much at least.
const MOST_BRUSH: f32 = 130.0;
const LEAST_SNIPPETS: f32 = 80.0;

/// What is hit on stage: freeze, and the drawer of the parameters.
fn stage_ui(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, controls: bool) -> Vec<Request> {
    let (freeze, drawer) = rect.split_left_right_at_x(rect.right() - 118.0);
    let drawer = drawer.with_min_x(drawer.left() + theme::GAP);
    let mut asked = freeze::freeze_ui(ui, freeze, scene.params);
    let word = if controls {
        "Hide controls"
    } else {
        "Controls"
    };
    let button = egui::Button::new(word).min_size(drawer.size());
    let button = ui.put(drawer, button);
    if button
        .on_hover_text("Show or hide the parameters, for more room on stage")
        .clicked()
    {
        asked.push(Request::ShowControls(!controls));
    }
    asked
}

/// The left side: what it all comes from.
fn sources_ui(ui: &mut Ui, scene: &mut Scene<'_>) -> Vec<Request> {
    let view = scene.view;
    ui.spacing_mut().item_spacing.y = theme::GAP;
    let mut asked = Vec::new();
    if let ModelsState::Failed { reason } = &view.models {
        asked.extend(models_ui(ui, reason));
    }
    // A library in use needs no room here: it has a page of its own.
    let library = !matches!(view.library, LibraryState::Ready { .. });
    let suggestion = view.gallery.is_some() || view.gallery_failed.is_some();
    let cards = 112.0;
    let below = if library || suggestion {
        cards + theme::GAP
    } else {
        0.0
    };
    let painting = (ui.available_height() - below).max(60.0);
    let size = vec2(ui.available_width(), painting);
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        ui.set_min_size(size);
        asked.extend(painting_ui(ui, view, scene.pictures));
    });
    let count = usize::from(library) + usize::from(suggestion);
    if count == 0 {
        return asked;
    }
    let gaps = theme::GAP * (count - 1) as f32;
    let part = vec2((ui.available_width() - gaps) / count as f32, cards);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP;
        let mut place = |ui: &mut Ui, content: &mut dyn FnMut(&mut Ui) -> Vec<Request>| {
            ui.allocate_ui_with_layout(part, Layout::top_down(Align::Min), |ui| {
                asked.extend(card(ui, cards, |ui| content(ui)).unwrap_or_default());
            });
        };
        if library {
            place(ui, &mut |ui| library_ui(ui, view, scene.places));
        }
        if suggestion {
            place(ui, &mut |ui| suggestion_ui(ui, view, scene.pictures));
        }
    });
    asked
}

/// Nothing works without the networks: what is wrong, and the way out.
fn models_ui(ui: &mut Ui, reason: &str) -> Option<Request> {
    let shown = theme::card().show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        widgets::alert(ui, reason);
        let again = widgets::primary_button(ui, "Look again");
        again
            .on_hover_text("Load the networks again, once they are there")
            .clicked()
    });
    shown.inner.then_some(Request::Act(Action::ReloadModels))
}
