//! The last minutes of congruity, and of one of its parts beside it.

use egui::{Align2, Color32, Painter, Pos2, Rect, Sense, Shape, Stroke, Ui, pos2, vec2};
use outputs::Signal;

use crate::editor::history::{History, SPAN};
use crate::editor::theme;

/// The minutes' names run into each other in less, in points.
const LEAST_NAMED: f32 = 130.0;

/// Fills `rect`. While congruity is not `known`, only its shadow is behind the reason.
pub fn curve_ui(
    ui: &mut Ui,
    rect: Rect,
    history: &History,
    now: std::time::Instant,
    part: Option<Signal>,
    known: bool,
) {
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 3.0, theme::TROUGH);
    let plot = Rect::from_min_max(rect.min + vec2(4.0, 8.0), rect.max - vec2(4.0, 16.0));
    if known {
        grid(&painter, plot);
    }
    let place = |(ago, value): (f32, f32)| {
        pos2(
            egui::lerp(plot.x_range(), 1.0 - ago),
            egui::lerp(plot.bottom()..=plot.top(), value.clamp(0.0, 1.0)),
        )
    };
    let lines = |signal| {
        let lines = history.lines(signal, now).into_iter();
        lines.map(|line| line.into_iter().map(place).collect::<Vec<Pos2>>())
    };
    for points in lines(Signal::Congruity) {
        shade(&painter, &points, plot.bottom());
        if known {
            painter.line(points, Stroke::new(2.2, theme::AMBER));
        }
    }
    if let (Some(part), true) = (part, known) {
        // Dashed, so that it is not told by its colour alone.
        let stroke = Stroke::new(1.8, theme::BLUE);
        for points in lines(part) {
            painter.extend(Shape::dashed_line(&points, stroke, 5.0, 3.5));
        }
        let at = plot.left_top() + vec2(4.0, 0.0);
        let font = theme::small_font();
        painter.text(at, Align2::LEFT_TOP, part.name(), font, theme::BLUE);
    }
    ui.interact(rect, ui.scope_id().with("congruity curve"), Sense::hover())
        .on_hover_text(format!(
            "The last {} minutes. A click on a part shows it beside congruity, dashed.",
            SPAN.as_secs() / 60
        ));
}

/// A line for each minute with its name, and one for halfway.
fn grid(painter: &Painter, plot: Rect) {
    let stroke = Stroke::new(1.0, theme::LINE.gamma_multiply(0.5));
    painter.hline(plot.x_range(), plot.center().y, stroke);
    let minutes = SPAN.as_secs() / 60;
    for minute in 1..minutes {
        let x = egui::lerp(plot.x_range(), 1.0 - minute as f32 / minutes as f32);
        painter.vline(x, plot.y_range(), stroke);
        if plot.width() < LEAST_NAMED {
            continue;
        }
        let at = pos2(x, plot.bottom() + 1.0);
        let text = format!("\u{2212}{minute} min");
        let font = egui::FontId::proportional(10.0);
        painter.text(at, Align2::CENTER_TOP, text, font, theme::WEAK);
    }
}

/// Fills the space under a curve, faintly.
fn shade(painter: &Painter, points: &[Pos2], bottom: f32) {
    let top_color = theme::AMBER.gamma_multiply(0.16);
    let mut mesh = egui::Mesh::default();
    for (index, &point) in points.iter().enumerate() {
        mesh.colored_vertex(point, top_color);
        mesh.colored_vertex(pos2(point.x, bottom), Color32::TRANSPARENT);
        if index > 0 {
            let at = (index * 2) as u32;
            mesh.add_triangle(at - 2, at - 1, at);
            mesh.add_triangle(at - 1, at, at + 1);
        }
    }
    painter.add(mesh);
}
