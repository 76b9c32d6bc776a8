//! What can be done with the chosen snippet. It cannot be dragged out: what the window is
//! built on starts no drags, so the path is copied or its folder shown instead.

use egui::{Button, RichText, Ui, vec2};

use super::list::TOUCH;
use super::map::Chosen;
use crate::editor::request::Request;
use crate::editor::{format, theme, widgets};
use crate::view::{Action, CollectionAction, TrackRow, View};

/// Of the strip, in points.
pub const HEIGHT: f32 = 78.0;

/// Fills the strip under the map.
pub fn chosen_ui(ui: &mut Ui, view: &View, chosen: Option<&Chosen>) -> Vec<Request> {
    let row = chosen.and_then(|chosen| {
        let row = view.collection.tracks.get(chosen.track as usize)?;
        Some((chosen, row))
    });
    let Some((chosen, row)) = row else {
        widgets::note(
            ui,
            "Click a point to hear it, or walk over the map with the arrow keys and press Enter.",
        );
        return Vec::new();
    };
    let time = format::clock(chosen.start);
    let text = match row.artist.is_empty() {
        true => format!("{}  \u{00b7}  at {time}", row.title),
        false => format!(
            "{}  \u{00b7}  {}  \u{00b7}  at {time}",
            row.title, row.artist
        ),
    };
    widgets::line(ui, RichText::new(text).font(theme::body_font()))
        .on_hover_text(row.path.display().to_string());
    buttons_ui(ui, chosen, row, &time)
}

fn buttons_ui(ui: &mut Ui, chosen: &Chosen, row: &TrackRow, time: &str) -> Vec<Request> {
    let mut requests = Vec::new();
    let button = |ui: &mut Ui, text: &str, about: &str| {
        let button = Button::new(text).min_size(vec2(0.0, TOUCH));
        ui.add(button).on_hover_text(about).clicked()
    };
    ui.horizontal(|ui| {
        if button(ui, "Hear", "Play the four seconds") {
            requests.push(Request::Act(Action::Audition(chosen.chunk)));
        }
        if button(
            ui,
            "Show folder",
            "Open the file\u{2019}s folder in the file manager",
        ) {
            let reveal = CollectionAction::Reveal(row.path.clone());
            requests.push(Request::Act(Action::Collection(reveal)));
        }
        if button(
            ui,
            "Copy path",
            "Put the file\u{2019}s path on the clipboard",
        ) {
            ui.ctx().copy_text(row.path.display().to_string());
        }
        if button(
            ui,
            "Copy time",
            "Put the snippet\u{2019}s place in the track on the clipboard",
        ) {
            ui.ctx().copy_text(time.to_owned());
        }
    });
    requests
}
