//! How well the music being played goes with the painting: a number to be read from two
//! metres away, what it is made of, and the last minute of it.

use egui::{Align, Align2, Color32, Layout, Rect, RichText, Sense, Stroke, Ui, WidgetInfo, vec2};

use outputs::Signal;

use super::head::head_ui;
use super::parts::{self, parts_ui};
use crate::editor::history::{History, SPAN};
use crate::editor::request::Request;
use crate::editor::{format, theme, widgets};
use crate::params::ImpastoParams;
use crate::view::{LibraryState, ModelsState, PaintingState, View};

/// Fills its card.
pub fn congruity_ui(
    ui: &mut Ui,
    view: &View,
    params: &ImpastoParams,
    history: &History,
    now: std::time::Instant,
) -> Vec<Request> {
    let mut requests = Vec::new();
    widgets::header(ui, "Congruity", |ui| requests = head_ui(ui, &view.head))
        .on_hover_text("How well the music goes with the painting: 0 not at all, 1 perfectly");
    let value = view.congruity.map(engine::units::Congruity::get);
    let rect = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(rect);
    // The taller the card, the larger the number, so that it is read from further away.
    let font = theme::display_font((rect.height() * 0.5).clamp(26.0, 60.0));
    let (number, mut curve) = rect.split_left_right_at_x(rect.left() + font.size * 2.2);
    number_ui(ui, number, value, font);
    let weights = params.weights();
    let width = (curve.width() * 0.66).clamp(parts::WIDTH, 220.0);
    let (parts, rest) = curve.split_left_right_at_x(curve.left() + width);
    let rest = rest.with_min_x(rest.left() + 10.0);
    // In a narrow window a reason takes the place of what is unknown.
    if unready_reason(view).is_none() && (value.is_some() || rest.width() >= LEAST_REASON) {
        parts_ui(ui, parts, view, &weights);
        curve = rest;
    }
    if curve.width() >= LEAST_CURVE {
        curve_ui(ui, curve, history, now, value.is_some());
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

fn number_ui(ui: &mut Ui, rect: Rect, value: Option<f32>, font: egui::FontId) {
    let (text, color) = match value {
        Some(value) => (format::unit_value(value), theme::congruity_color(value)),
        None => (format::UNKNOWN.to_owned(), theme::WEAK),
    };
    let bar = rect
        .with_min_y(rect.bottom() - 8.0)
        .with_max_x(rect.right() - 12.0);
    let middle = egui::pos2(rect.left(), (rect.top() + bar.top()) / 2.0);
    ui.painter()
        .text(middle, Align2::LEFT_CENTER, text, font, color);
    ui.painter().rect_filled(bar, 4.0, theme::TROUGH);
    if let Some(value) = value {
        let mut filled = bar;
        filled.set_width((bar.width() * value.clamp(0.0, 1.0)).max(2.0));
        ui.painter().rect_filled(filled, 4.0, color);
    }
    let response = ui.interact(rect, ui.scope_id().with("congruity"), Sense::hover());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(egui::Role::ProgressIndicator, true, "Congruity");
        info.value = value.map(f64::from);
        info
    });
}

/// The curve; behind the reason, while congruity is unknown, only its shadow.
fn curve_ui(ui: &mut Ui, rect: Rect, history: &History, now: std::time::Instant, known: bool) {
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 3.0, theme::TROUGH);
    let plot = rect.shrink2(vec2(4.0, 8.0));
    let grid = Stroke::new(1.0, theme::LINE.gamma_multiply(0.5));
    if known {
        painter.hline(plot.x_range(), plot.center().y, grid);
        for quarter in 1..4 {
            let x = egui::lerp(plot.x_range(), quarter as f32 / 4.0);
            painter.vline(x, plot.y_range(), grid);
        }
    }
    let place = |(ago, value): (f32, f32)| {
        egui::pos2(
            egui::lerp(plot.x_range(), 1.0 - ago),
            egui::lerp(plot.bottom()..=plot.top(), value.clamp(0.0, 1.0)),
        )
    };
    for line in history.lines(now) {
        let points: Vec<egui::Pos2> = line.iter().copied().map(place).collect();
        shade(&painter, &points, plot.bottom());
        if known {
            painter.line(points, Stroke::new(1.8, theme::AMBER));
        }
    }
    ui.interact(rect, ui.scope_id().with("congruity curve"), Sense::hover())
        .on_hover_text(format!("The last {} s", SPAN.as_secs()));
}

/// Fills the space under a curve, faintly.
fn shade(painter: &egui::Painter, points: &[egui::Pos2], bottom: f32) {
    let top_color = theme::AMBER.gamma_multiply(0.16);
    let mut mesh = egui::Mesh::default();
    for (index, &point) in points.iter().enumerate() {
        mesh.colored_vertex(point, top_color);
        mesh.colored_vertex(egui::pos2(point.x, bottom), Color32::TRANSPARENT);
        if index > 0 {
            let at = (index * 2) as u32;
            mesh.add_triangle(at - 2, at - 1, at);
            mesh.add_triangle(at - 1, at, at + 1);
        }
    }
    painter.add(mesh);
}
