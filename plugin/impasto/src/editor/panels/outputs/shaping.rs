//! How the selected signal is shaped, with a picture of it.

use egui::{Sense, Stroke, Ui, pos2, vec2};
use outputs::shape::LONGEST;
use outputs::{Shape, Signal};

use super::fields::{line, number, pair, switch};
use super::help::Control;
use crate::editor::{theme, widgets};

/// Of the picture, in points.
const PLOT: f32 = 84.0;

/// Points of the picture's curve.
const POINTS: usize = 48;

/// The shape of `signal`, which is at `found` now.
pub fn shaping_ui(ui: &mut Ui, signal: Signal, found: Option<f32>, shape: &mut Shape) {
    widgets::header(ui, &format!("Shape of {}", signal.name()), |_| {});
    ui.horizontal_top(|ui| {
        plot_ui(ui, shape, found);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let seconds = 0.0..=LONGEST;
            line(ui, "Attack", |ui| {
                number(
                    ui,
                    Control::Attack,
                    &mut shape.attack,
                    seconds.clone(),
                    (0.02, 2),
                    " s",
                );
            });
            line(ui, "Release", |ui| {
                number(
                    ui,
                    Control::Release,
                    &mut shape.release,
                    seconds,
                    (0.02, 2),
                    " s",
                );
            });
            line(ui, "Curve", |ui| {
                number(
                    ui,
                    Control::Curve,
                    &mut shape.curve,
                    -1.0..=1.0,
                    (0.01, 2),
                    "",
                );
            });
            line(ui, "Invert", |ui| {
                switch(ui, Control::Invert, &mut shape.invert)
            });
        });
    });
    let Shape { low, high, .. } = shape;
    pair(
        ui,
        ("Low", |ui: &mut Ui| {
            number(ui, Control::Low, low, 0.0..=1.0, (0.005, 2), "");
        }),
        ("High", |ui: &mut Ui| {
            number(ui, Control::High, high, 0.0..=1.0, (0.005, 2), "");
        }),
    );
}

/// What each value from 0 to 1 becomes, and where the signal is on that.
fn plot_ui(ui: &mut Ui, shape: &Shape, found: Option<f32>) {
    let (rect, response) = ui.allocate_exact_size(vec2(PLOT, PLOT), Sense::hover());
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 3.0, theme::TROUGH);
    let plot = rect.shrink(6.0);
    let at = |value: f32| {
        let x = egui::lerp(plot.x_range(), value);
        pos2(
            x,
            egui::lerp(plot.bottom()..=plot.top(), shape.place(value)),
        )
    };
    let grid = Stroke::new(1.0, theme::LINE);
    painter.line_segment([plot.left_bottom(), plot.right_top()], grid);
    let points = (0..=POINTS).map(|point| at(point as f32 / POINTS as f32));
    painter.line(points.collect(), Stroke::new(1.6, theme::AMBER));
    if let Some(found) = found {
        painter.circle_filled(at(found.clamp(0.0, 1.0)), 3.5, theme::TEXT);
    }
    response.on_hover_text(
        "Found from left to right, leaves from bottom to top; attack and release come before.",
    );
}
