//! How well the music being played goes with the painting: a dial to be read from two
//! metres away, what it is made of, and the last minutes of it.

mod curve;
mod dial;
mod parts;

use egui::{Align, Layout, RichText, Ui, vec2};

use outputs::Signal;

use super::head::head_ui;
use crate::editor::history::History;
use crate::editor::request::Request;
use crate::editor::{theme, widgets};
use crate::params::ImpastoParams;
use crate::view::{LibraryState, ModelsState, PaintingState, View};
use curve::curve_ui;
use dial::dial_ui;
use parts::parts_ui;

/// What the card knows by itself.
#[derive(Clone, Debug, Default)]
pub struct Dial {
    /// All that was seen of the signals.
    pub history: History,
    /// The part whose curve is shown beside congruity's.
    part: Option<Signal>,
}

/// Fills its card.
pub fn congruity_ui(
    ui: &mut Ui,
    view: &View,
    params: &ImpastoParams,
    dial: &mut Dial,
    now: std::time::Instant,
) -> Vec<Request> {
    let mut requests = Vec::new();
    widgets::header(ui, "Congruity", |ui| requests = head_ui(ui, &view.head));
    let value = view.congruity.map(engine::units::Congruity::get);
    let rect = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(rect);
    // The taller the card, the larger the dial, so that it is read from further away.
    let size = (rect.height() * 1.12).min(rect.width() * 0.34);
    let (number, rest) = rect.split_left_right_at_x(rect.left() + size);
    dial_ui(ui, number, value);
    let mut curve = rest.with_min_x(rest.left() + 12.0);
    let weights = params.weights();
    let width = (curve.width() * 0.56).clamp(parts::WIDTH, 260.0);
    let (parts, rest) = curve.split_left_right_at_x(curve.left() + width);
    let rest = rest.with_min_x(rest.left() + 10.0);
    // In a narrow window a reason takes the place of what is unknown.
    if unready_reason(view).is_none() && (value.is_some() || rest.width() >= LEAST_REASON) {
        if let Some(part) = parts_ui(ui, parts, view, &weights, dial.part) {
            dial.part = (dial.part != Some(part)).then_some(part);
        }
        curve = rest;
    }
    if curve.width() >= LEAST_CURVE {
        curve_ui(ui, curve, &dial.history, now, dial.part, value.is_some());
    }
    if value.is_none() {
        let mut over = ui.new_child(
            egui::UiBuilder::new()
                .max_rect(curve.shrink2(vec2(6.0, 4.0)))
                .layout(Layout::top_down(Align::Min)),
        );
        over.label(RichText::new("unknown").color(theme::TEXT));
        widgets::note(&mut over, unknown_reason(view));
    }
    requests
}

/// A narrower curve says nothing, in points.
const LEAST_CURVE: f32 = 40.0;

/// A reason can't be read in less, in points.
const LEAST_REASON: f32 = 56.0;

/// Why congruity is unknown, and what would make it known.
pub fn unknown_reason(view: &View) -> &'static str {
    let known = |signal: &Signal| view.signals[*signal].is_some();
    match unready_reason(view) {
        Some(reason) => reason,
        None if Signal::PARTS.iter().any(known) => "Nothing that counts is known.",
        None => "The music is silent.",
    }
}

/// What congruity lacks whatever is played; `None` once it only needs to hear something.
pub fn unready_reason(view: &View) -> Option<&'static str> {
    // A library that is being made may be compared with before it is whole.
    let nothing = view.signals[Signal::Network].is_none();
    let reason = match (&view.models, &view.painting, &view.library) {
        (ModelsState::Failed { .. }, ..) => "The networks could not be loaded.",
        (ModelsState::Loading, ..) => "The networks are being loaded.",
        (_, PaintingState::None, _) => "No painting is chosen.",
        (_, PaintingState::Loading { .. }, _) => "The painting is being looked at.",
        (_, PaintingState::Failed { .. }, _) => "The painting could not be used.",
        (_, _, LibraryState::None) => "No library to compare with is chosen.",
        (_, _, LibraryState::Failed { .. }) => "The library could not be used.",
        (_, _, LibraryState::Indexing { .. }) if nothing => "The library is being indexed.",
        _ => return None,
    };
    Some(reason)
}
