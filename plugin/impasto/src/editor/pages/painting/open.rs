//! The line at the top: a picture is chosen, typed or pasted.

use std::path::Path;

use egui::{Align, Button, Event, Key, Layout, TextEdit, Ui, vec2};
use engine::retrieval::PICTURE_EXTENSIONS;

use super::PaintingPage;
use crate::editor::pages::Scene;
use crate::editor::request::{Purpose, Request};
use crate::editor::{format, theme, widgets};
use crate::view::{Action, PaintingState};

/// Of what is hit, in points.
pub const TALL: f32 = 32.0;

pub fn open_ui(ui: &mut Ui, scene: &Scene<'_>, page: &mut PaintingPage) -> Vec<Request> {
    let mut asked = Vec::new();
    ui.spacing_mut().interact_size.y = TALL;
    ui.horizontal(|ui| {
        let open = ui.add(Button::new("Open\u{2026}").min_size(vec2(72.0, TALL)));
        if open.on_hover_text("Choose a picture in a folder").clicked() {
            asked.push(Request::Browse(Purpose::Painting));
        }
        asked.extend(recent_ui(ui, scene));
        let clear = !matches!(scene.view.painting, PaintingState::None);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let remove = Button::new("Remove").min_size(vec2(72.0, TALL));
            let remove = ui.add_enabled(clear, remove);
            let help = "Use no painting: all of the library may be played";
            if remove.on_hover_text(help).clicked() {
                asked.push(Request::Act(Action::ClearPainting));
            }
            asked.extend(path_ui(ui, scene, page));
        });
    });
    if let Some(refused) = page.refused {
        widgets::alert(ui, refused);
    }
    asked.extend(pasted(ui, scene, page));
    asked
}

/// The paintings that were loaded.
fn recent_ui(ui: &mut Ui, scene: &Scene<'_>) -> Option<Request> {
    let recent = &scene.view.look.settings.recent;
    let mut chosen = None;
    ui.add_enabled_ui(!recent.is_empty(), |ui| {
        let menu = ui.menu_button("Recent", |ui| {
            ui.set_max_width(360.0);
            for path in recent {
                let name = format::file_name(path);
                let button = ui.add(Button::new(name).min_size(vec2(200.0, TALL)).truncate());
                let place = format::folder(path, scene.places.home.as_deref());
                if button.on_hover_text(place).clicked() {
                    chosen = Some(Request::Act(Action::LoadPainting(path.clone())));
                    ui.close();
                }
            }
        });
        menu.response
            .on_hover_text("Paintings that this project has used")
            .on_disabled_hover_text("This project has used no painting yet");
    });
    chosen
}

/// Takes a path by hand.
fn path_ui(ui: &mut Ui, scene: &Scene<'_>, page: &mut PaintingPage) -> Option<Request> {
    let field = TextEdit::singleline(&mut page.typed)
        .hint_text("Paste or type the path of a picture, then Enter")
        .desired_width(ui.available_width() - 8.0)
        .margin(vec2(8.0, 8.0));
    let field = ui.add(field);
    field.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Path"));
    if field.changed() {
        page.refused = None;
    }
    let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let text = entered.then(|| std::mem::take(&mut page.typed))?;
    named(&text, scene, page)
}

/// Takes a path that is pasted while no field has the keyboard.
fn pasted(ui: &Ui, scene: &Scene<'_>, page: &mut PaintingPage) -> Option<Request> {
    if ui.ctx().egui_wants_keyboard_input() {
        return None;
    }
    let text = ui.input(|input| {
        let mut texts = input.events.iter().filter_map(|event| match event {
            Event::Paste(text) => Some(text.clone()),
            _ => None,
        });
        texts.next_back()
    })?;
    named(&text, scene, page)
}

/// The picture, or the folder to look into, that `text` names.
fn named(text: &str, scene: &Scene<'_>, page: &mut PaintingPage) -> Option<Request> {
    if text.trim().is_empty() {
        return None;
    }
    let Some(path) = format::typed_path(text, scene.places.home.as_deref()) else {
        page.refused = Some(match cfg!(windows) {
            true => "That is no whole path. Begin it with a drive, as in C:\\Pictures.",
            false => "That is no whole path. Begin it with / or ~.",
        });
        return None;
    };
    page.refused = None;
    Some(match is_picture(&path) {
        true => Request::Act(Action::LoadPainting(path)),
        // What it is only the disk knows: the browser asks on a thread of its own.
        false => Request::BrowseAt(Purpose::Painting, path),
    })
}

fn is_picture(path: &Path) -> bool {
    let ending = path
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| PICTURE_EXTENSIONS.contains(&ending.as_str()))
}

/// A button as wide as its column and high enough for a wet hand.
pub fn wide_button(ui: &mut Ui, text: &str, enabled: bool) -> egui::Response {
    let size = vec2(ui.available_width(), TALL);
    ui.add_enabled_ui(enabled, |ui| ui.add_sized(size, Button::new(text)))
        .inner
}

/// One of a row of choices, `width` wide, marked if it is the one `taken`.
pub fn choice(ui: &mut Ui, text: &str, taken: bool, width: f32) -> egui::Response {
    let stroke = match taken {
        true => egui::Stroke::new(1.5, theme::AMBER),
        false => egui::Stroke::NONE,
    };
    let button = Button::selectable(taken, text)
        .frame_when_inactive(true)
        .stroke(stroke)
        .min_size(vec2(width, TALL));
    ui.add_sized(vec2(width, TALL), button)
}
