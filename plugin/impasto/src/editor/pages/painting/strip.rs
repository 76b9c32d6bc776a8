//! The paintings that were in use, newest first, each with the congruity of its time.

use egui::{Align, Layout, Rect, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use engine::units::Seconds;

use super::source::since;
use super::textures::Textures;
use crate::editor::pages::Scene;
use crate::editor::request::Request;
use crate::editor::{format, theme, widgets};
use crate::view::{Action, HistoryRow, LookAction};

/// Of the strip, in points.
pub const HEIGHT: f32 = 104.0;

/// Of one painting in it.
const CELL: egui::Vec2 = vec2(92.0, 92.0);

/// Of what is written beneath.
const CAPTION: f32 = 18.0;

pub fn strip_ui(ui: &mut Ui, scene: &Scene<'_>, textures: &mut Textures) -> Option<Request> {
    let history = &scene.view.look.history;
    if history.is_empty() {
        let place = Layout::left_to_right(Align::Center);
        ui.with_layout(place, |ui| {
            widgets::small_line(
                ui,
                "Paintings that were in use come here, each with the congruity of its time.",
            );
        });
        return None;
    }
    let mut asked = None;
    ScrollArea::horizontal()
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 8.0;
                for row in history.iter() {
                    asked = cell_ui(ui, row, scene, textures).or(asked.take());
                }
            });
        });
    asked
}

fn cell_ui(
    ui: &mut Ui,
    row: &HistoryRow,
    scene: &Scene<'_>,
    textures: &mut Textures,
) -> Option<Request> {
    let (rect, response) = ui.allocate_exact_size(CELL, Sense::click());
    let passed = scene.now.saturating_duration_since(row.at);
    let ago = format::ago(Seconds(passed.as_secs_f64()));
    let congruity = row
        .congruity
        .map(|congruity| format::unit_value(congruity.get()));
    let known = congruity.clone().unwrap_or_else(|| "\u{2013}".to_owned());
    let can = row.path.is_some();
    response.widget_info(|| {
        let congruity = match &congruity {
            Some(value) => format!("congruity {value}"),
            None => "congruity unknown".to_owned(),
        };
        WidgetInfo::labeled(
            egui::Role::Button,
            can,
            format!("{}, {}, {congruity}", row.name, since(passed)),
        )
    });
    if !ui.is_rect_visible(rect) {
        return None;
    }
    ui.painter().rect_filled(rect, 4.0, theme::CARD);
    let (picture, caption) = rect.split_top_bottom_at_y(rect.bottom() - CAPTION);
    let texture = textures.get(ui.ctx(), &row.thumbnail);
    let place = super::light::fitted(texture.size_vec2(), picture.shrink(3.0));
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter()
        .image(texture.id(), place, whole, egui::Color32::WHITE);
    let color = match row.congruity {
        Some(congruity) => theme::congruity_color(congruity.get()),
        None => theme::WEAK,
    };
    let left = caption.left_center() + vec2(5.0, -1.0);
    widgets::text_at(ui, left, 34.0, &known, theme::small_font(), color);
    let middle = left + vec2(32.0, 0.0);
    widgets::text_at(ui, middle, 52.0, &ago, theme::small_font(), theme::WEAK);
    if response.hovered() && can {
        let stroke = Stroke::new(1.0, theme::AMBER);
        ui.painter()
            .rect_stroke(rect, 4.0, stroke, egui::StrokeKind::Inside);
    }
    if response.has_focus() {
        widgets::focus_ring(ui, rect.shrink(3.0));
    }
    let clicked = response.clicked();
    let help = match &row.path {
        Some(path) => format!(
            "{}\nClick to use its file again, as it is now",
            format::folder(path, scene.places.home.as_deref())
        ),
        None => format!(
            "{}\nIt came from a camera, and no file was kept of it",
            row.name
        ),
    };
    response.on_hover_text(help);
    let path = row.path.as_ref().filter(|_| clicked)?;
    Some(Request::Act(Action::Look(LookAction::Recall(path.clone()))))
}
