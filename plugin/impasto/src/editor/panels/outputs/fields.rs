//! The controls that change the settings at hand, each named and explained.

use std::ops::RangeInclusive;

use egui::{
    Align, DragValue, Key, Layout, Response, RichText, Role, Sense, TextEdit, Ui, WidgetInfo, vec2,
};

use super::help::{Control, Field, help_of};
use crate::editor::{theme, widgets};

/// Of a line, in points.
pub const LINE: f32 = 22.0;

/// What is being typed, and what was not taken.
#[derive(Clone, Debug, Default)]
pub struct Typing {
    field: Option<(Field, String)>,
    refused: Option<(Field, String)>,
}

impl Typing {
    /// Remembers why what was asked at `field` was not done.
    pub fn refuse(&mut self, field: Field, reason: String) {
        self.refused = Some((field, reason));
    }

    /// Shows why something was not taken, if it was asked at one of `controls`.
    pub fn refused_ui(&self, ui: &mut Ui, controls: &[Control]) {
        if let Some((field, reason)) = &self.refused
            && controls.contains(&field.control)
        {
            widgets::alert(ui, reason);
        }
    }
}

/// The end of every control: what explains it, and what brings it into sight.
fn explained(response: Response, control: Control) -> Response {
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    response.on_hover_text(help_of(control))
}

/// A place of `width` in a line.
pub fn place(ui: &mut Ui, width: f32, content: impl FnOnce(&mut Ui)) {
    let size = vec2(width.max(1.0), LINE);
    let layout = Layout::left_to_right(Align::Center);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_size(size);
        ui.shrink_clip_rect(ui.max_rect().expand(3.0));
        content(ui);
    });
}

/// A line of a card: what it is about, and its control.
pub fn line(ui: &mut Ui, caption: &str, content: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        place(ui, 62.0, |ui| {
            widgets::small_line(ui, caption);
        });
        place(ui, ui.available_width(), content);
    });
}

/// Two lines beside each other.
pub fn pair(ui: &mut Ui, left: (&str, impl FnOnce(&mut Ui)), right: (&str, impl FnOnce(&mut Ui))) {
    ui.columns_const(|[a, b]| {
        line(a, left.0, left.1);
        line(b, right.0, right.1);
    });
}

/// On or off.
pub fn switch(ui: &mut Ui, field: impl Into<Field>, on: &mut bool) {
    let field = field.into();
    let response = widgets::switch(ui, &field.label(), *on);
    if explained(response, field.control).clicked() {
        *on = !*on;
    }
}

/// A button with one letter, lit while `on`; true if it was clicked.
pub fn letter(ui: &mut Ui, field: Field, letter: &str, on: bool) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(22.0, 18.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, field.label()));
    let busy = response.hovered() || response.has_focus();
    let (fill, color) = match on {
        true => (theme::AMBER, theme::GROUND),
        false => (theme::TROUGH, if busy { theme::TEXT } else { theme::WEAK }),
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    let font = theme::small_font();
    let middle = egui::Align2::CENTER_CENTER;
    ui.painter()
        .text(rect.center(), middle, letter, font, color);
    if response.has_focus() {
        widgets::focus_ring(ui, rect);
    }
    explained(response, field.control).clicked()
}

/// For how many frames after Escape the framework may still take what was typed.
const ESCAPED: u64 = 2;

/// A number: dragged, typed, or stepped with the arrow keys; Escape leaves it as it was.
pub fn number<N: egui::emath::Numeric>(
    ui: &mut Ui,
    control: Control,
    value: &mut N,
    range: RangeInclusive<N>,
    (step, decimals): (f64, usize),
    unit: &str,
) {
    let before = *value;
    let drag = DragValue::new(value)
        .range(range)
        .speed(step)
        .max_decimals(decimals)
        .suffix(unit)
        .update_while_editing(false);
    ui.spacing_mut().interact_size = vec2(52.0, 18.0);
    ui.spacing_mut().button_padding = vec2(6.0, 1.0);
    let response = ui.add(drag);
    response.widget_info(|| {
        let mut info = WidgetInfo::drag_value(true, value.to_f64());
        info.label = Some(control.label().to_owned());
        info
    });
    let (id, frame) = (response.id.with("escaped"), ui.ctx().cumulative_frame_nr());
    let left = response.has_focus() || response.lost_focus();
    if left && ui.input(|input| input.key_pressed(Key::Escape)) {
        ui.data_mut(|data| data.insert_temp(id, frame));
    }
    let escaped: Option<u64> = ui.data(|data| data.get_temp(id));
    if escaped.is_some_and(|escaped| frame - escaped <= ESCAPED) {
        *value = before;
    }
    explained(response, control);
}

/// One of a few names.
pub fn choice(ui: &mut Ui, control: Control, names: &[&str], taken: usize) -> Option<usize> {
    let size = vec2(ui.available_width().min(160.0), 18.0);
    let layout = Layout::left_to_right(Align::Center);
    let inner = ui.allocate_ui_with_layout(size, layout, |ui| {
        widgets::chooser(ui, control.label(), names, taken)
    });
    inner.response.on_hover_text(help_of(control));
    inner.inner
}

/// A text that is taken with Enter and left with Escape. What `read` makes of it, if it
/// can: else the reason is kept, and what was stays.
pub fn entry<T>(
    ui: &mut Ui,
    typing: &mut Typing,
    field: Field,
    (now, hint): (&str, &str),
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Option<T> {
    let mut text = match &typing.field {
        Some((typed, text)) if *typed == field => text.clone(),
        _ => now.to_owned(),
    };
    ui.spacing_mut().interact_size.y = 18.0;
    let edit = TextEdit::singleline(&mut text)
        .id_salt(field.label())
        .align(egui::Align2::LEFT_CENTER)
        .font(theme::small_font())
        .desired_width(ui.available_width() - 8.0)
        .margin(vec2(5.0, 2.0))
        .hint_text(RichText::new(hint).font(theme::small_font()));
    let response = ui.add(edit);
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::TextInput, true, field.label());
        info.current_text_value = Some(text.clone());
        info
    });
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if response.gained_focus() {
        typing.refused = None;
    }
    if response.has_focus() {
        typing.field = Some((field, text.clone()));
    } else if matches!(&typing.field, Some((typed, _)) if *typed == field) {
        typing.field = None;
    }
    explained(response, field.control);
    if !entered || text.trim() == now {
        return None;
    }
    read(text.trim())
        .map_err(|reason| typing.refuse(field, reason))
        .ok()
}
