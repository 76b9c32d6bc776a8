//! What congruity is made of: a line for each part, with its bar, number and weight.

use egui::{Align2, FontId, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use engine::congruity::{Part, PartWeights};
use outputs::Signal;

use super::unready_reason;
use crate::editor::{format, theme, widgets};
use crate::view::View;

/// The least that the lines need side by side, in points.
pub const WIDTH: f32 = 168.0;

/// Of a line, in points.
const LINE: std::ops::RangeInclusive<f32> = 10.0..=28.0;

/// Fills `rect` with a line a part, of which `chosen` is marked. Returns the one clicked.
pub fn parts_ui(
    ui: &mut Ui,
    rect: Rect,
    view: &View,
    weights: &PartWeights,
    chosen: Option<Signal>,
) -> Option<Signal> {
    let mut clicked = None;
    let count = Signal::PARTS.len() as f32;
    let height = (rect.height() / count).clamp(*LINE.start(), *LINE.end());
    let top = rect.center().y - height * count / 2.0;
    for (place, signal) in Signal::PARTS.into_iter().enumerate() {
        let corner = pos2(rect.left(), top + place as f32 * height);
        let line = Rect::from_min_size(corner, vec2(rect.width(), height));
        if part_ui(ui, line, view, signal, weights, chosen == Some(signal)) {
            clicked = Some(signal);
        }
    }
    clicked
}

fn part_ui(
    ui: &mut Ui,
    rect: Rect,
    view: &View,
    signal: Signal,
    weights: &PartWeights,
    chosen: bool,
) -> bool {
    let name = format!("{} part", signal.name());
    let response = ui.interact(rect, ui.scope_id().with(&name), Sense::click());
    if chosen || response.hovered() || response.has_focus() {
        let ground = rect.expand2(vec2(4.0, 0.0));
        ui.painter().rect_filled(ground, 3.0, theme::RAISED);
    }
    if response.has_focus() {
        widgets::focus_ring(ui, rect);
    }
    let value = view.signals[signal];
    let weight = Part::from_id(signal.id()).map_or(0.0, |part| weights.get(part));
    // What does not count is there to be read, and steps back.
    let color = if weight > 0.0 {
        theme::TEXT
    } else {
        theme::WEAK
    };
    let font = FontId::proportional((rect.height() * 0.8).min(13.0));
    let place = |text: String, x: f32, align: Align2| {
        let at = pos2(x, rect.center().y);
        ui.painter().text(at, align, text, font.clone(), color);
    };
    let em = font.size;
    place(signal.name().to_owned(), rect.left(), Align2::LEFT_CENTER);
    let share = format!("{:.0} %", 100.0 * weight);
    place(share, rect.right(), Align2::RIGHT_CENTER);
    let number = value.map_or(format::UNKNOWN.to_owned(), format::unit_value);
    let right = rect.right() - 3.3 * em;
    place(number, right, Align2::RIGHT_CENTER);
    let bar = Rect::from_x_y_ranges(
        rect.left() + 6.0 * em..=right - 2.6 * em,
        rect.center().y - 3.0..=rect.center().y + 3.0,
    );
    if bar.width() > 8.0 {
        bar_ui(ui, bar, value, weight > 0.0);
    }
    response.widget_info(|| {
        let mut info = WidgetInfo::selected(egui::Role::Button, true, chosen, &name);
        info.value = value.map(f64::from);
        info
    });
    let clicked = response.clicked();
    response.on_hover_ui(|ui| {
        ui.label(meaning(signal));
        match value {
            None => ui.label(format!("Unknown. {}", unknown_part(view, signal))),
            Some(_) if weight > 0.0 => return,
            Some(_) => ui.label("It does not count now: it has no weight."),
        };
    });
    clicked
}

/// Empty where the value is unknown.
fn bar_ui(ui: &Ui, rect: Rect, value: Option<f32>, counts: bool) {
    ui.painter().rect_filled(rect, 3.0, theme::TROUGH);
    let Some(value) = value else { return };
    let color = match counts {
        true => theme::congruity_color(value),
        false => theme::WEAK.gamma_multiply(0.6),
    };
    let mut filled = rect;
    filled.set_width((rect.width() * value.clamp(0.0, 1.0)).max(2.0));
    ui.painter().rect_filled(filled, 3.0, color);
    // Halfway: neither for nor against.
    let middle = Stroke::new(1.0, theme::WEAK.gamma_multiply(0.6));
    ui.painter().vline(rect.center().x, rect.y_range(), middle);
}

/// What a part says.
fn meaning(signal: Signal) -> &'static str {
    match signal {
        Signal::Network => {
            "Network: how well the music goes with the painting by what the network has learned. \
             1 is better than all of your library."
        }
        Signal::Valence => {
            "Valence: whether music and colours feel equally happy. 0.5 is neither for nor against."
        }
        Signal::Arousal => {
            "Arousal: whether music and colours feel equally agitated. 0.5 is neither for nor \
             against."
        }
        Signal::Crossmodal => {
            "Cross-modal: whether what is heard and what is seen match as people match them: \
             higher is lighter, faster is more saturated, and more. 0.5 is neither for nor against."
        }
        Signal::Gesture => {
            "Gesture: how near the music is to the sound of the brush, above all whether both move \
             together. 1 is nearer than all of your library."
        }
        Signal::Congruity | Signal::Brush => "",
    }
}

/// Why a part is unknown.
fn unknown_part(view: &View, signal: Signal) -> &'static str {
    if let Some(reason) = unready_reason(view) {
        return reason;
    }
    match signal {
        _ if view.signals[Signal::Network].is_none() => "The music is silent.",
        Signal::Gesture if !view.brush_connected => "The brush is not connected.",
        Signal::Gesture => "The brush rests, or has not been heard for half a second.",
        _ => "Too little is heard of the music yet.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_a_weight_and_a_meaning() {
        for signal in Signal::PARTS {
            assert!(Part::from_id(signal.id()).is_some(), "{}", signal.id());
            assert!(meaning(signal).starts_with(signal.name()));
        }
        assert_eq!(Signal::PARTS.len(), Part::COUNT);
    }
}
