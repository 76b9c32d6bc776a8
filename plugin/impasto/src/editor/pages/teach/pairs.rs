//! The pairs that there are.

use std::time::SystemTime;

use egui::{Align, Layout, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};
use engine::units::Seconds;

use super::{act, button};
use crate::editor::pages::Scene;
use crate::editor::pages::painting::textures::Textures;
use crate::editor::request::{Purpose, Request};
use crate::editor::{format, text, theme, widgets};
use crate::view::{PairRow, TeachAction};

/// Height of a pair, in points.
const ROW: f32 = 56.0;

/// Fills the left side.
pub(super) fn pairs_ui(ui: &mut Ui, scene: &Scene<'_>, textures: &mut Textures) -> Vec<Request> {
    let height = ui.available_height();
    widgets::card(ui, height, |ui| {
        let mut asked = head_ui(ui, scene);
        asked.extend(undo_ui(ui, scene));
        asked.extend(rows_ui(ui, scene, textures));
        asked
    })
    .unwrap_or_default()
}

fn head_ui(ui: &mut Ui, scene: &Scene<'_>) -> Vec<Request> {
    let (teach, mut asked) = (&scene.view.teach, Vec::new());
    let count = format::counted(teach.pairs.len(), "pair");
    widgets::header(ui, "Your pairs", |ui| {
        widgets::caption(ui, &count);
    });
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let choose = button(ui, "Choose a folder", 0.0);
            let about = "Use a folder of pairs that is there already, or an empty one";
            if choose.on_hover_text(about).clicked() {
                asked.push(Request::Browse(Purpose::Pairs));
            }
            let again = button(ui, "Look again", 0.0);
            if again
                .on_hover_text("Look again what is in the folder")
                .clicked()
            {
                asked.push(act(TeachAction::Look));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let folder = format::folder(&teach.folder, scene.places.home.as_deref());
                let line = widgets::small_line(ui, &folder);
                let about = format!("{}. `impasto teach` reads it too", teach.folder.display());
                text::tip(line, &about);
            });
        });
    });
    if let Some(problem) = &teach.problem {
        widgets::alert(ui, problem);
        let usual = button(ui, "Use the usual folder", 0.0);
        if usual
            .on_hover_text("Use the folder among Impasto's own data")
            .clicked()
        {
            asked.push(act(TeachAction::UsualFolder));
        }
    }
    asked
}

/// What was taken away last can be put back.
fn undo_ui(ui: &mut Ui, scene: &Scene<'_>) -> Vec<Request> {
    let mut asked = Vec::new();
    if let Some(name) = &scene.view.teach.removed {
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let back = button(ui, "Put back", 0.0);
                if back.on_hover_text("Put it back where it was").clicked() {
                    asked.push(act(TeachAction::PutBack));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let text = format!("\u{201c}{name}\u{201d} lies in the folder removed");
                    widgets::line(ui, RichText::new(text).color(theme::TEXT));
                });
            });
        });
    }
    asked
}

fn rows_ui(ui: &mut Ui, scene: &Scene<'_>, textures: &mut Textures) -> Vec<Request> {
    let (teach, mut asked) = (&scene.view.teach, Vec::new());
    if teach.pairs.is_empty() {
        let text = match (teach.reading, &teach.problem) {
            (_, Some(_)) => "",
            (true, _) => "Looking into the folder.",
            (false, _) => {
                "None yet. A pair says which music goes with which painting. Show a painting, let \
                 its music play, and add the two; or choose a folder with pictures and music of \
                 the same names, or with a folder for each painting."
            }
        };
        if !text.is_empty() {
            widgets::note(ui, text);
        }
    }
    if let [first, ..] = teach.left_out.as_slice() {
        let text = format!(
            "{} in no pair: {} ({})",
            format::counted(teach.left_out.len(), "file"),
            first.0.display(),
            first.1
        );
        let all = teach.left_out.iter().take(20);
        let all: Vec<String> = all
            .map(|(path, why)| format!("{}: {why}", path.display()))
            .collect();
        ui.horizontal(|ui| {
            widgets::alert_mark(ui);
            let line = widgets::small_line(ui, &text);
            text::tip(line, &all.join("  \u{00b7}  "));
        });
    }
    ui.spacing_mut().item_spacing.y = 2.0;
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show_rows(ui, ROW, teach.pairs.len(), |ui, rows| {
            for row in &teach.pairs[rows] {
                asked.extend(row_ui(ui, row, textures, teach.has_table));
            }
        });
    asked
}

fn row_ui(ui: &mut Ui, row: &PairRow, textures: &mut Textures, has_table: bool) -> Option<Request> {
    let size = vec2(ui.available_width(), ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let about = about(row);
    let spoken = format!("{}, {about}", row.name);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    let picture = egui::Rect::from_min_size(rect.min + vec2(2.0, 3.0), vec2(66.0, ROW - 6.0));
    ui.painter().rect_filled(picture, 3.0, theme::TROUGH);
    match &row.thumbnail {
        Some(thumbnail) => {
            let texture = textures.get(ui.ctx(), thumbnail);
            super::paint_within(ui, &texture, picture);
        }
        None => widgets::paint_icon(ui, widgets::Icon::Picture, picture.center(), theme::ALERT),
    }
    let left = picture.right() + 10.0;
    let width = rect.right() - left - if has_table { 8.0 } else { 96.0 };
    let (first, second) = (rect.center().y - 9.0, rect.center().y + 10.0);
    let at = pos2(left, first);
    widgets::text_at(ui, at, width, &row.name, theme::body_font(), theme::TEXT);
    let at = pos2(left, second);
    widgets::text_at(ui, at, width, &about, theme::small_font(), theme::WEAK);
    let (picture, music) = (row.pair.picture.display(), row.pair.music.display());
    text::tip(response, &format!("{picture} with {music}"));
    if has_table {
        return None;
    }
    let place = egui::Rect::from_min_max(
        pos2(rect.right() - 86.0, rect.center().y - 17.0),
        pos2(rect.right() - 4.0, rect.center().y + 17.0),
    );
    let id = ui.scope_id().with(&row.pair.picture).with(&row.pair.music);
    let mut remove = ui.new_child(
        egui::UiBuilder::new()
            .id_salt(id)
            .max_rect(place)
            .layout(Layout::left_to_right(Align::Center)),
    );
    let pressed = button(&mut remove, "Remove", place.width());
    let name = format!("Remove {}", row.name);
    pressed.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let about = "Take this pair away: its files go into the folder removed beside the others";
    let pressed = pressed.on_hover_text(about).clicked();
    pressed.then(|| act(TeachAction::Remove(row.pair.clone())))
}

fn about(row: &PairRow) -> String {
    let mut parts = Vec::new();
    match row.length {
        Some(length) => parts.push(format!("{} of music", format::clock(length))),
        None => parts.push("music of unknown length".to_owned()),
    }
    if row.thumbnail.is_none() {
        parts.push("the picture can't be read".to_owned());
    }
    if let Some(added) = row.added {
        let ago = SystemTime::now().duration_since(added).unwrap_or_default();
        parts.push(age(Seconds(ago.as_secs_f64())));
    }
    parts.join("  \u{00b7}  ")
}

/// How long ago, in days where hours say nothing.
fn age(ago: Seconds) -> String {
    match (ago.0 / 86_400.0) as u64 {
        0 if ago.0 < 1.0 => "now".to_owned(),
        0 => format!("{} ago", format::ago(ago)),
        1 => "yesterday".to_owned(),
        days => format!("{days} days ago"),
    }
}
