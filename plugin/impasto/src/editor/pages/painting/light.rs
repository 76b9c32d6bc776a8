//! The colour of the light, and the painting as it is after all corrections.

use egui::{Rect, Sense, Ui, vec2};
use engine::painting::{Balance, Corners, Correction};

use super::corners::warped;
use super::open::choice;
use super::{PaintingPage, correct};
use crate::editor::pages::Scene;
use crate::editor::request::Request;
use crate::editor::{theme, widgets};
use crate::view::PaintingState;

/// Of the preview, in points.
const PREVIEW: f32 = 140.0;

pub fn light_ui(ui: &mut Ui, scene: &mut Scene<'_>, page: &mut PaintingPage) -> Vec<Request> {
    let correction = scene.view.look.settings.correction;
    let mut asked = Vec::new();
    let corners = page.corners(&correction);
    theme::card().show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        widgets::header(ui, "The painting alone", |ui| {
            let reset = ui.add_enabled(!corners.is_whole(), egui::Button::new("Whole picture"));
            let help = "Put the corners back to those of the picture";
            if reset.on_hover_text(help).clicked() {
                page.draft = None;
                asked.push(correct(Correction {
                    corners: Corners::WHOLE,
                    ..correction
                }));
            }
        });
        preview_ui(ui, scene, page, corners);
    });
    theme::card().show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        widgets::header(ui, "White is found", |_| {});
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        let width = (ui.available_width() - 12.0) / 3.0;
        let balance = correction.balance;
        let mut set = |balance| {
            asked.push(correct(Correction {
                balance,
                ..correction
            }));
        };
        ui.horizontal(|ui| {
            let off = balance == Balance::Off && !page.picking;
            let button = choice(ui, "Not", off, width);
            if button
                .on_hover_text("Colours stay as the camera gave them")
                .clicked()
            {
                page.picking = false;
                set(Balance::Off);
            }
            let grey = balance == Balance::GreyWorld && !page.picking;
            let button = choice(ui, "By itself", grey, width);
            let help = "The mean of the whole picture, wall and easel included, is made grey. \
                        Not for a picture that shows the painting alone: a blue one would be \
                        made grey";
            if button.on_hover_text(help).clicked() {
                page.picking = false;
                set(Balance::GreyWorld);
            }
            let neutral = matches!(balance, Balance::Neutral(_)) || page.picking;
            let button = choice(ui, "At a point", neutral, width);
            let help = "Click on something grey or white in the picture: a card beside the \
                        canvas, a wall";
            if button.on_hover_text(help).clicked() {
                page.picking = !page.picking;
            }
        });
        if page.picking {
            widgets::note(ui, "Click on something grey or white in the picture.");
        }
    });
    asked
}

/// The corrected painting; while corners are being moved, what they would make of it.
fn preview_ui(ui: &mut Ui, scene: &mut Scene<'_>, page: &mut PaintingPage, corners: Corners) {
    let size = vec2(ui.available_width(), PREVIEW);
    let (area, response) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect_filled(area, 4.0, theme::TROUGH);
    response.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::Image, true, "The painting, corrected")
    });
    let frame = &scene.view.look.frame;
    if let (true, Some(frame)) = (page.draft.is_some(), frame) {
        let texture = page.textures.get(ui.ctx(), frame);
        let [a, b, c, d] = corners
            .points()
            .map(|[x, y]| egui::vec2(x * frame.width as f32, y * frame.height as f32));
        let shape = vec2(
            (b - a).length().max((c - d).length()),
            (c - b).length().max((d - a).length()),
        );
        let place = fitted(shape, area.shrink(4.0));
        ui.painter().add(warped(texture.id(), &corners, place));
        return;
    }
    match &scene.view.painting {
        PaintingState::Ready { thumbnail, .. } => {
            let texture = scene.pictures.painting(ui.ctx(), thumbnail);
            let place = fitted(texture.size_vec2(), area.shrink(4.0));
            let whole = Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
            ui.painter()
                .image(texture.id(), place, whole, egui::Color32::WHITE);
        }
        _ => widgets::text_at(
            ui,
            area.left_center() + vec2(10.0, 0.0),
            area.width() - 20.0,
            "Nothing to show yet",
            theme::small_font(),
            theme::WEAK,
        ),
    }
}

/// The largest place of the shape of `size` in the middle of `area`.
pub fn fitted(size: egui::Vec2, area: Rect) -> Rect {
    let scale = (area.width() / size.x.max(1.0)).min(area.height() / size.y.max(1.0));
    Rect::from_center_size(area.center(), size * scale)
}
