//! How well the music being played goes with the painting: a number to be read from two
//! metres away, and the last minute of it.

use egui::{Align, Align2, Color32, Layout, Rect, RichText, Sense, Stroke, Ui, WidgetInfo, vec2};

use super::head::head_ui;
use crate::editor::history::{History, SPAN};
use crate::editor::request::Request;
use crate::editor::{format, theme, widgets};
use crate::view::{LibraryState, ModelsState, PaintingState, View};

/// Fills its card.
pub fn congruity_ui(
    ui: &mut Ui,
    view: &View,
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
    let font = theme::display_font((rect.height() * 0.6).clamp(26.0, 64.0));
    let (number, curve) = rect.split_left_right_at_x(rect.left() + font.size * 2.4);
    number_ui(ui, number, value, font);
    curve_ui(ui, curve, history, now, value.is_some());
    if value.is_none() {
        let mut over = ui.new_child(
            egui::UiBuilder::new()
                .max_rect(curve.shrink(8.0))
                .layout(Layout::top_down(Align::Min)),
        );
        over.label(RichText::new("unknown").color(theme::TEXT));
        widgets::note(&mut over, unknown_reason(view));
    }
    requests
}

/// Why congruity is unknown, and what would make it known.
pub fn unknown_reason(view: &View) -> &'static str {
    match (&view.models, &view.painting, &view.library) {
        (ModelsState::Failed { .. }, ..) => "The networks could not be loaded.",
        (ModelsState::Loading, ..) => "The networks are being loaded.",
        (_, PaintingState::None, _) => "No painting is chosen.",
        (_, PaintingState::Loading { .. }, _) => "The painting is being looked at.",
        (_, PaintingState::Failed { .. }, _) => "The painting could not be used.",
        (_, _, LibraryState::None) => "No library to compare with is chosen.",
        (_, _, LibraryState::Failed { .. }) => "The library could not be used.",
        (_, _, LibraryState::Indexing { .. }) => "The library is being indexed.",
        _ => "The music is silent.",
    }
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
