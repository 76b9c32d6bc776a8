//! What was played: the session that is being written, those before it, and the way out
//! for all of them.

mod earlier;
mod live;
mod words;

use std::path::{Path, PathBuf};

use egui::{
    Align, Button, CentralPanel, Frame, Layout, Margin, Panel, Response, RichText, Role,
    TextFormat, Ui, WidgetInfo,
};

use crate::editor::pages::Scene;
use crate::editor::request::Request;
use crate::editor::text::{self, Keep};
use crate::editor::{format, theme, widgets};
use crate::view::{Action, SessionAction};

/// Height of a button that is pressed on stage, in points.
const BUTTON: f32 = 34.0;

/// What the page knows by itself.
#[derive(Default)]
pub struct SessionPage {
    /// The session that is chosen for export; `None`: the one being written, else the newest.
    chosen: Option<PathBuf>,
}

/// Fills the window between the two bars.
pub fn session_page(ui: &mut Ui, scene: &mut Scene<'_>, page: &mut SessionPage) -> Vec<Request> {
    let mut asked = Vec::new();
    let gap = theme::GAP as i8;
    let width = (ui.available_width() * 0.42).clamp(320.0, 460.0);
    Panel::right("sessions")
        .frame(Frame::new().inner_margin(Margin {
            left: 0,
            ..Margin::same(gap)
        }))
        .exact_size(width)
        .resizable(false)
        .show_separator_line(false)
        .show(ui, |ui| {
            asked.extend(earlier::earlier_ui(ui, scene, &mut page.chosen))
        });
    CentralPanel::default()
        .frame(Frame::new().inner_margin(Margin::same(gap)))
        .show(ui, |ui| asked.extend(live::live_ui(ui, scene)));
    asked
}

fn act(action: SessionAction) -> Request {
    Request::Act(Action::Session(action))
}

/// A button as high as a wet hand needs it.
fn button(ui: &mut Ui, text: &str, width: f32) -> Response {
    ui.add(Button::new(text).min_size(egui::vec2(width, BUTTON)))
}

/// A path on one line, its end kept, with a button that copies it.
fn path_ui(ui: &mut Ui, path: &Path, scene: &Scene<'_>, name: &str) {
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let copy = button(ui, "Copy path", 0.0);
            let spoken = format!("Copy the path of {name}");
            copy.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
            if text::tip(copy, &spoken).clicked() {
                ui.copy_text(path.display().to_string());
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let whole = format::folder(path, scene.places.home.as_deref());
                let (font, room) = (theme::small_font(), ui.available_width());
                let width = |text: &str| {
                    let format = TextFormat::simple(font.clone(), theme::WEAK);
                    let galley = text::galley(ui, text, Keep::Start, f32::INFINITY, &format);
                    galley.size().x
                };
                let shown = format::elide_path(&whole, |text| width(text) <= room);
                let shown = RichText::new(shown).font(font.clone()).color(theme::WEAK);
                let line = widgets::line(ui, shown);
                text::tip(line, &path.display().to_string());
            });
        });
    });
}
