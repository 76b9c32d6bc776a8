//! The list of presets, over the page.

use egui::{Color32, Id, Key, Modal, RichText, ScrollArea, TextEdit, Ui, vec2};

use crate::editor::presets::{Preset, factory, shelf::Shelf};
use crate::editor::{theme, widgets};

/// What is asked of the list's owner.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// Play like this.
    Apply(Preset),
    /// Keep the parameters as they are now under this name.
    Save(String),
    /// Put this preset of the user's aside.
    Remove(String),
    /// Close the list.
    Close,
}

/// What the open list knows by itself.
#[derive(Clone, Debug, Default)]
pub struct PresetsPanel {
    typed: String,
    /// Asked to be removed; asked twice, it is.
    removing: Option<String>,
}

/// Of a row, in points.
const ROW: f32 = 44.0;

/// Draws the list over everything.
pub fn presets_ui(ui: &Ui, shelf: &Shelf, panel: &mut PresetsPanel) -> Vec<Asked> {
    let size = (ui.ctx().content_rect().size() - vec2(64.0, 64.0)).min(vec2(560.0, 520.0));
    let modal = Modal::new(Id::unique("presets"))
        .backdrop_color(Color32::from_black_alpha(170))
        .frame(theme::card())
        .show(ui.ctx(), |ui| {
            ui.set_min_size(size);
            ui.set_max_size(size);
            list_ui(ui, shelf, panel)
        });
    let closed = modal.should_close().then_some(Asked::Close);
    modal.inner.into_iter().chain(closed).collect()
}

fn list_ui(ui: &mut Ui, shelf: &Shelf, panel: &mut PresetsPanel) -> Vec<Asked> {
    let mut asked = Vec::new();
    ui.label(RichText::new("Presets").heading());
    widgets::note(
        ui,
        "Ways of playing. Painting, library, routes and the brush's calibration stay as they are.",
    );
    asked.extend(save_ui(ui, shelf, panel));
    if let Some(problem) = shelf.problem() {
        widgets::alert(ui, problem);
    }
    let height = (ui.available_height() - 44.0).max(ROW);
    ScrollArea::vertical()
        .max_height(height)
        .auto_shrink([false, false])
        .show(ui, |ui| {
            for (preset, about) in factory::all() {
                if row_ui(ui, &preset.name, about, 0.0) {
                    asked.extend([Asked::Apply(preset), Asked::Close]);
                }
            }
            for preset in shelf.presets() {
                asked.extend(own_ui(ui, preset, panel));
            }
        });
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Max), |ui| {
        let close = egui::Button::new("Close").min_size(vec2(90.0, 32.0));
        if ui.add(close).clicked() {
            asked.push(Asked::Close);
        }
    });
    asked
}

/// One of the user's own: a row, and a button that is asked twice.
fn own_ui(ui: &mut Ui, preset: &Preset, panel: &mut PresetsPanel) -> Vec<Asked> {
    let mut asked = Vec::new();
    ui.horizontal(|ui| {
        if row_ui(ui, &preset.name, "Your own", 110.0) {
            asked.extend([Asked::Apply(preset.clone()), Asked::Close]);
        }
        let sure = panel.removing.as_deref() == Some(&preset.name);
        let word = if sure { "Sure?" } else { "Remove" };
        let button = ui.add(egui::Button::new(word).min_size(vec2(90.0, 32.0)));
        button.widget_info(|| {
            let name = format!("{word} {}", preset.name);
            egui::WidgetInfo::labeled(egui::Role::Button, true, name)
        });
        if button
            .on_hover_text("Its file is put aside, not deleted")
            .clicked()
        {
            panel.removing = (!sure).then(|| preset.name.clone());
            asked.extend(sure.then(|| Asked::Remove(preset.name.clone())));
        }
    });
    asked
}

/// The field that a new one is named in.
fn save_ui(ui: &mut Ui, shelf: &Shelf, panel: &mut PresetsPanel) -> Option<Asked> {
    let mut asked = None;
    ui.horizontal(|ui| {
        let field = TextEdit::singleline(&mut panel.typed)
            .hint_text("Name of a new preset")
            .char_limit(80)
            .margin(vec2(8.0, 6.0))
            .desired_width(ui.available_width() - 130.0);
        let field = ui.add(field);
        field.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Name of a new preset")
        });
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let name = panel.typed.trim().to_owned();
        let known = shelf.presets().iter().any(|preset| preset.name == name);
        let word = if known { "Replace" } else { "Save" };
        let button = egui::Button::new(word).min_size(vec2(100.0, 32.0));
        let clicked = ui
            .add_enabled(!name.is_empty(), button)
            .on_hover_text("Keep the parameters as they are now")
            .clicked();
        if (clicked || entered) && !name.is_empty() {
            panel.typed.clear();
            asked = Some(Asked::Save(name));
        }
    });
    asked
}

/// A row of the full width but for `less` points; true if it was clicked.
fn row_ui(ui: &mut Ui, name: &str, about: &str, less: f32) -> bool {
    let size = vec2((ui.available_width() - less).max(40.0), ROW);
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 4.0, theme::RAISED);
    }
    if response.has_focus() {
        widgets::focus_ring(ui, rect.shrink(2.0));
    }
    let at = rect.left_center() + vec2(10.0, -8.0);
    let width = rect.width() - 20.0;
    widgets::text_at(ui, at, width, name, theme::body_font(), theme::TEXT);
    let at = rect.left_center() + vec2(10.0, 10.0);
    widgets::text_at(ui, at, width, about, theme::small_font(), theme::WEAK);
    response.clicked()
}
