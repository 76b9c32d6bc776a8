//! The picture as it came, large, with the painting's corners on it.

use egui::{
    Align, Color32, CursorIcon, Image, Layout, Rect, RichText, Sense, Stroke, Ui, UiBuilder, vec2,
};
use engine::painting::{Balance, Correction};

use super::corners::corners_ui;
use super::light::fitted;
use super::open::TALL;
use super::{PaintingPage, correct};
use crate::editor::pages::Scene;
use crate::editor::request::{Purpose, Request};
use crate::editor::{format, theme, widgets};
use crate::view::{Action, PaintingState};

/// Fills what is left of `ui`.
pub fn canvas_ui(ui: &mut Ui, scene: &mut Scene<'_>, page: &mut PaintingPage) -> Vec<Request> {
    let area = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(area);
    let mut asked = Vec::new();
    match &scene.view.painting {
        PaintingState::None => asked.extend(none_ui(ui, area, scene)),
        PaintingState::Failed { reason, .. } => asked.extend(failed_ui(ui, area, reason)),
        PaintingState::Loading { path } if scene.view.look.frame.is_none() => {
            ui.painter().rect_filled(area, theme::ROUNDING, theme::CARD);
            centred(ui, area, 60.0, |ui| {
                ui.spinner();
                widgets::small_line(ui, &format!("Looking at {}", format::file_name(path)));
            });
        }
        PaintingState::Loading { .. } | PaintingState::Ready { .. } => {
            asked.extend(picture_ui(ui, area, scene, page));
        }
    }
    asked
}

/// The frame with its corners, or the painting where no frame is known.
fn picture_ui(
    ui: &mut Ui,
    area: Rect,
    scene: &mut Scene<'_>,
    page: &mut PaintingPage,
) -> Option<Request> {
    let view = scene.view;
    let (texture, with_corners) = match (&view.look.frame, &view.painting) {
        (Some(frame), _) => (page.textures.get(ui.ctx(), frame), true),
        (None, PaintingState::Ready { thumbnail, .. }) => {
            (scene.pictures.painting(ui.ctx(), thumbnail), false)
        }
        _ => return None,
    };
    // Half a handle's width is left around it.
    let place = fitted(texture.size_vec2(), area.shrink(12.0));
    let name = match &view.painting {
        PaintingState::Ready { name, .. } => name.clone(),
        _ => String::new(),
    };
    ui.put(
        place,
        Image::new((texture.id(), place.size())).alt_text(name),
    );
    if !with_corners {
        return None;
    }
    let correction = view.look.settings.correction;
    let asked = pick_ui(ui, place, &correction, page);
    if !page.picking {
        corners_ui(ui, place, &correction, page, scene.now);
    }
    asked
}

/// The neutral point: where it is, and where it is to be.
fn pick_ui(
    ui: &mut Ui,
    place: Rect,
    correction: &Correction,
    page: &mut PaintingPage,
) -> Option<Request> {
    if let Balance::Neutral([x, y]) = correction.balance {
        let at = place.min + vec2(x, y) * place.size();
        for (width, color) in [(4.0, Color32::from_black_alpha(170)), (1.6, Color32::WHITE)] {
            let stroke = Stroke::new(width, color);
            ui.painter().circle_stroke(at, 8.0, stroke);
            ui.painter().circle_stroke(at, 1.0, stroke);
        }
    }
    if !page.picking {
        return None;
    }
    let target = ui.interact(place, ui.scope_id().with("neutral"), Sense::click());
    target.widget_info(|| {
        egui::WidgetInfo::labeled(egui::Role::Button, true, "Pick a neutral point")
    });
    let target = target.on_hover_cursor(CursorIcon::Crosshair);
    if !target.clicked() {
        return None;
    }
    page.picking = false;
    // By the keyboard, the middle of the picture.
    let at = target.interact_pointer_pos().unwrap_or(place.center());
    let share = (at - place.min) / place.size();
    Some(correct(Correction {
        balance: Balance::Neutral([share.x, share.y]).checked(),
        ..*correction
    }))
}

fn none_ui(ui: &mut Ui, area: Rect, scene: &Scene<'_>) -> Option<Request> {
    ui.painter().rect_filled(area, theme::ROUNDING, theme::CARD);
    let recent = &scene.view.look.settings.recent;
    let few = recent.len().min(3);
    let mut asked = None;
    centred(ui, area, 150.0 + 38.0 * few as f32, |ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(24.0, 20.0), Sense::hover());
        widgets::paint_icon(ui, widgets::Icon::Picture, rect.center(), theme::WEAK);
        ui.label(RichText::new("No painting yet").heading());
        widgets::note(
            ui,
            "Its picture decides which of your music belongs. Open one, paste its path, or \
             choose at the right a folder that a camera or a phone puts pictures in.",
        );
        ui.add_space(6.0);
        ui.spacing_mut().interact_size.y = TALL;
        if widgets::primary_button(ui, "Choose a painting").clicked() {
            asked = Some(Request::Browse(Purpose::Painting));
        }
        for path in &recent[..few] {
            let text = format::file_name(path);
            let button = egui::Button::new(text)
                .min_size(vec2(220.0, TALL))
                .truncate();
            let place = format::folder(path, scene.places.home.as_deref());
            if ui.add(button).on_hover_text(place).clicked() {
                asked = Some(Request::Act(Action::LoadPainting(path.clone())));
            }
        }
    });
    asked
}

fn failed_ui(ui: &mut Ui, area: Rect, reason: &str) -> Option<Request> {
    ui.painter().rect_filled(area, theme::ROUNDING, theme::CARD);
    let mut asked = None;
    centred(ui, area, 140.0, |ui| {
        ui.set_max_width(440.0);
        widgets::alert(ui, reason);
        ui.add_space(6.0);
        ui.spacing_mut().interact_size.y = TALL;
        if widgets::primary_button(ui, "Choose another picture").clicked() {
            asked = Some(Request::Browse(Purpose::Painting));
        }
        let again = ui.add(egui::Button::new("Try again").min_size(vec2(120.0, TALL)));
        let help = "Read it again, once it is there and whole";
        if again.on_hover_text(help).clicked() {
            asked = Some(Request::Act(Action::ReloadPainting));
        }
    });
    asked
}

/// Lays `content`, about `height` high, in the middle of `area`.
fn centred(ui: &mut Ui, area: Rect, height: f32, content: impl FnOnce(&mut Ui)) {
    let margin = 16.0_f32.min(area.width() / 4.0);
    let top = (area.center().y - height / 2.0).max(area.top() + 8.0);
    let place = area
        .shrink2(vec2(margin, 0.0))
        .with_min_y(top.min(area.bottom()));
    let place = UiBuilder::new()
        .max_rect(place)
        .layout(Layout::top_down(Align::Center));
    ui.scope_builder(place, content);
}
