//! The one big button of the stage: what sounds stays for as long as it is on.

use egui::{Align2, CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};
use nice_plug::prelude::Param;

use crate::editor::request::{Request, whole_change};
use crate::editor::{theme, widgets};
use crate::params::{ImpastoParams, help};

/// Of the button, in points: hit with a wet hand, without looking.
pub const HEIGHT: f32 = 56.0;

/// The key that does the same.
pub const KEY: egui::Key = egui::Key::F;

/// What turns freezing on or off.
pub fn toggled(params: &ImpastoParams) -> Vec<Request> {
    let to = if params.freeze.value() { 0.0 } else { 1.0 };
    whole_change(&params.freeze, to).into()
}

/// Fills `rect`.
pub fn freeze_ui(ui: &mut Ui, rect: Rect, params: &ImpastoParams) -> Vec<Request> {
    let frozen = params.freeze.value();
    let response = ui.interact(rect, ui.scope_id().with("freeze"), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, frozen, params.freeze.name()));
    let (fill, text, edge) = match (frozen, response.hovered()) {
        (true, _) => (theme::TEXT, theme::GROUND, theme::TEXT),
        (false, true) => (theme::RAISED, theme::TEXT, theme::WEAK),
        (false, false) => (theme::CARD, theme::TEXT, theme::LINE),
    };
    let painter = ui.painter();
    let corner = CornerRadius::same(theme::ROUNDING);
    painter.rect_filled(rect, corner, fill);
    painter.rect_stroke(rect, corner, Stroke::new(2.0, edge), StrokeKind::Inside);
    let font = theme::display_font((rect.height() * 0.42).clamp(16.0, 28.0));
    let word = if frozen { "Frozen" } else { "Freeze" };
    let (center, gap) = (rect.center(), font.size);
    // Two bars, as on a pause key: the state is read by shape and word.
    let bar = vec2(gap * 0.22, gap * 0.8);
    for side in [-0.22, 0.22_f32] {
        let at = center - vec2(gap * 2.6, 0.0) + vec2(side * gap, 0.0);
        let bar = Rect::from_center_size(at, bar);
        match frozen {
            true => painter.rect_filled(bar, 1.0, text),
            false => painter.rect_stroke(bar, 1.0, Stroke::new(1.5, text), StrokeKind::Inside),
        };
    }
    painter.text(center, Align2::CENTER_CENTER, word, font, text);
    if rect.width() > 300.0 {
        let at = rect.right_center() - vec2(14.0, 0.0);
        let hint = if frozen { "F lets go" } else { "F" };
        painter.text(at, Align2::RIGHT_CENTER, hint, theme::body_font(), text);
    }
    if response.has_focus() {
        widgets::focus_ring(ui, rect.shrink(2.0));
    }
    let clicked = response.clicked();
    response.on_hover_text(help("freeze"));
    if clicked { toggled(params) } else { Vec::new() }
}
