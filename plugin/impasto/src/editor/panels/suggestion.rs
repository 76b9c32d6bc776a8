//! The way back: the painting of the painter's own that suits the music being played.

use egui::{Image, Rect, RichText, Sense, Ui, vec2};

use crate::editor::request::{Purpose, Request};
use crate::editor::{format, pictures::Pictures, theme, widgets};
use crate::view::{Action, Suggested, View};

/// Of the picture's longer side.
const PICTURE: f32 = 62.0;

/// Fills its card.
pub fn suggestion_ui(ui: &mut Ui, view: &View, pictures: &mut Pictures) -> Vec<Request> {
    let mut requests = Vec::new();
    widgets::header(ui, "The music suggests", |ui| {
        if let (Some(gallery), None) = (&view.gallery, &view.gallery_failed) {
            ui.spacing_mut().button_padding.x = 2.0;
            let count = format::counted(view.gallery_len, "painting");
            let hover = format!("In {}. Click to choose another folder.", gallery.display());
            let text = RichText::new(count)
                .font(theme::small_font())
                .color(theme::WEAK);
            let button = egui::Button::new(text).frame_when_inactive(false).small();
            if ui.add(button).on_hover_text(hover).clicked() {
                requests.push(Request::Browse(Purpose::Gallery));
            }
        }
    });
    match (&view.suggested, &view.gallery, &view.gallery_failed) {
        (_, _, Some(reason)) => {
            ui.add(egui::Label::new(RichText::new(reason).color(theme::ALERT)).wrap());
            if ui.button("Choose paintings").clicked() {
                requests.push(Request::Browse(Purpose::Gallery));
            }
        }
        (Some(suggested), ..) => requests.extend(suggested_ui(ui, suggested, pictures)),
        (None, Some(_), None) => {
            widgets::note(
                ui,
                "Play music, and the painting that suits it best is shown here.",
            );
        }
        (None, None, None) => {
            widgets::note(ui, "A folder of paintings, for the music to choose from.");
            if ui
                .button("Choose paintings")
                .on_hover_text("A folder of pictures")
                .clicked()
            {
                requests.push(Request::Browse(Purpose::Gallery));
            }
        }
    }
    requests
}

fn suggested_ui(ui: &mut Ui, suggested: &Suggested, pictures: &mut Pictures) -> Option<Request> {
    let mut clicked = false;
    ui.horizontal(|ui| {
        let (place, _) = ui.allocate_exact_size(vec2(PICTURE, PICTURE), Sense::hover());
        if let Some(thumbnail) = &suggested.thumbnail {
            let texture = pictures.suggested(ui.ctx(), thumbnail);
            let size = texture.size_vec2();
            let fitted = size * (PICTURE / size.max_elem());
            let image = Image::new((texture.id(), fitted)).corner_radius(2);
            ui.put(Rect::from_center_size(place.center(), fitted), image);
        } else {
            ui.painter().rect_filled(place, 2.0, theme::TROUGH);
            widgets::paint_icon(ui, widgets::Icon::Picture, place.center(), theme::WEAK);
        }
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let name = suggested
                .path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy();
            widgets::line(ui, name.into_owned())
                .on_hover_text(suggested.path.display().to_string());
            widgets::small_line(
                ui,
                &format!("score {}", format::unit_value(suggested.score.0)),
            )
            .on_hover_text("Correspondence with the music: 0 belongs, 1 does not");
            clicked = ui
                .button("Use")
                .on_hover_text("Make it the painting")
                .clicked();
        });
    });
    clicked.then_some(Request::Act(Action::UseSuggestedPainting))
}
