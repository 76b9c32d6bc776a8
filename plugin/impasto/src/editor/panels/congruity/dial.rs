//! The dial: how well the music goes with the painting, to be read from two metres away.

use std::f32::consts::PI;

use egui::{Align2, Color32, Painter, Pos2, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::editor::{format, theme};

/// Where the dial begins, at the lower left, clockwise from the right.
const FROM: f32 = 0.75 * PI;
/// How far it goes, to the lower right.
const SWEEP: f32 = 1.5 * PI;

/// Draws `value` (0..=1, or unknown) into `rect`.
pub fn dial_ui(ui: &mut Ui, rect: Rect, value: Option<f32>) {
    // The open side below lets the circle lie a little lower than the middle.
    let radius = (rect.width() / 2.0).min(rect.height() / 1.75).max(8.0);
    let center = pos2(rect.center().x, rect.top() + radius);
    let width = (radius * 0.17).clamp(5.0, 18.0);
    let arc = Arc {
        center,
        radius: radius - width / 2.0 - 1.0,
    };
    let painter = ui.painter();
    arc.paint(painter, 0.0..=1.0, Stroke::new(width, theme::TROUGH));
    let (text, color) = match value {
        Some(value) => (format::unit_value(value), theme::congruity_color(value)),
        None => (format::UNKNOWN.to_owned(), theme::WEAK),
    };
    if let Some(value) = value {
        let value = value.clamp(0.0, 1.0);
        arc.paint(painter, 0.0..=value.max(0.01), Stroke::new(width, color));
        // The end is marked by shape as well, in the colour of text.
        arc.mark(painter, value, width, theme::TEXT);
    }
    // Halfway, where congruity is neither for nor against.
    let tick = Stroke::new(2.0, theme::WEAK);
    let top = center - vec2(0.0, radius - width - 3.0);
    painter.line_segment([top, top + vec2(0.0, 5.0)], tick);
    let font = theme::display_font((radius * 0.68).clamp(20.0, 84.0));
    painter.text(center, Align2::CENTER_CENTER, text, font, color);
    let response = ui.interact(rect, ui.scope_id().with("congruity"), Sense::hover());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(egui::Role::ProgressIndicator, true, "Congruity");
        info.value = value.map(f64::from);
        info
    });
    response.on_hover_text("How well the music goes with the painting: 0 not at all, 1 perfectly");
}

struct Arc {
    center: Pos2,
    radius: f32,
}

impl Arc {
    fn at(&self, share: f32, radius: f32) -> Pos2 {
        let angle = FROM + SWEEP * share;
        self.center + radius * vec2(angle.cos(), angle.sin())
    }

    fn paint(&self, painter: &Painter, part: std::ops::RangeInclusive<f32>, stroke: Stroke) {
        let length = part.end() - part.start();
        let steps = (64.0 * length).ceil().max(2.0) as usize;
        let points = (0..=steps).map(|step| {
            let share = part.start() + length * step as f32 / steps as f32;
            self.at(share, self.radius)
        });
        painter.line(points.collect(), stroke);
    }

    fn mark(&self, painter: &Painter, share: f32, width: f32, color: Color32) {
        let half = width / 2.0 + 2.0;
        let ends = [self.radius - half, self.radius + half].map(|radius| self.at(share, radius));
        painter.line_segment(ends, Stroke::new(3.0, color));
    }
}
