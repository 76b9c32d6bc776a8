//! The snippets that were chosen, newest first. A click plays one.

use std::time::Instant;

use egui::{Align2, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use engine::units::Seconds;

use crate::editor::request::Request;
use crate::editor::{format, text, theme, widgets};
use crate::view::{Action, LibraryState, ModelsState, SnippetRow, View};

/// Of one snippet, in points.
const ROW: f32 = 38.0;

/// Fills its card.
pub fn snippets_ui(ui: &mut Ui, view: &View, now: Instant) -> Vec<Request> {
    widgets::header(ui, "Snippets", |ui| {
        if view.pool > 0 {
            let text = format!("pool of {}", format::count(view.pool));
            widgets::caption(ui, &text)
                .on_hover_text("Chunks of the library that the painting lets through");
        }
    });
    if view.snippets.is_empty() {
        widgets::note(ui, empty_reason(view));
        return Vec::new();
    }
    let mut requests = Vec::new();
    ui.spacing_mut().item_spacing.y = 2.0;
    egui::ScrollArea::vertical()
        .auto_shrink([false, false])
        .show_rows(ui, ROW, view.snippets.len(), |ui, rows| {
            for index in rows {
                let row = &view.snippets[index];
                // Only the newest of several rows of one chunk can be the one now heard.
                let playing = view.playing == Some(row.chunk)
                    && !view.snippets[..index]
                        .iter()
                        .any(|newer| newer.chunk == row.chunk);
                requests.extend(row_ui(ui, index, row, playing, now));
            }
        });
    requests
}

/// Why there are none, and what to do.
pub(super) fn empty_reason(view: &View) -> &'static str {
    match (&view.models, &view.library) {
        (ModelsState::Failed { .. }, _) => "None: the networks could not be loaded.",
        (_, LibraryState::None) => "None yet: choose a library first.",
        (_, LibraryState::Failed { .. }) => "None: the library could not be used.",
        (_, LibraryState::Indexing { .. }) => "None yet: the library is being indexed.",
        _ if !view.brush_connected => "None yet: connect the brush to the sidechain input.",
        _ => "None yet: touch the canvas.",
    }
}

fn row_ui(
    ui: &mut Ui,
    index: usize,
    row: &SnippetRow,
    playing: bool,
    now: Instant,
) -> Option<Request> {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, accessible_name(row, playing)));
    if playing || response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 4.0, theme::RAISED);
    }
    if response.has_focus() {
        widgets::focus_ring(ui, rect.shrink(2.0));
    }
    if playing {
        let mark = pos2(rect.left() + 10.0, rect.center().y);
        widgets::paint_icon(ui, widgets::Icon::Play, mark, theme::AMBER);
    }
    let inside = rect.shrink2(vec2(6.0, 0.0)).with_min_x(rect.left() + 22.0);
    let (first, second) = (inside.top() + 11.0, inside.top() + 27.0);
    let age = now.saturating_duration_since(row.at).as_secs_f64();
    let right = [
        (
            first,
            format!("\u{0394} {}", format::unit_value(row.distance.0)),
            theme::TEXT,
        ),
        (second, format::ago(Seconds(age)), theme::WEAK),
    ];
    for (y, text, color) in right {
        let at = pos2(inside.right(), y);
        ui.painter()
            .text(at, Align2::RIGHT_CENTER, text, theme::small_font(), color);
    }
    let width = inside.width() - 62.0;
    let title = if index == 0 {
        theme::TEXT
    } else {
        theme::TEXT.gamma_multiply(0.85)
    };
    widgets::text_at(
        ui,
        pos2(inside.left(), first),
        width,
        &row.track,
        theme::body_font(),
        title,
    );
    widgets::text_at(
        ui,
        pos2(inside.left(), second),
        width,
        &details(row),
        theme::small_font(),
        theme::WEAK,
    );
    let clicked = response.clicked();
    response.on_hover_ui(|ui| hover_ui(ui, row));
    clicked.then_some(Request::Act(Action::Audition(row.chunk)))
}

/// The second line: who, where in the track, how well it belongs.
fn details(row: &SnippetRow) -> String {
    let mut parts = Vec::new();
    if !row.artist.is_empty() {
        parts.push(text::isolate(&row.artist).into_owned());
    }
    parts.push(format!("at {}", format::clock(row.start)));
    if let Some(score) = row.score {
        parts.push(format!("score {}", format::unit_value(score.0)));
    }
    parts.join("  \u{00b7}  ")
}

fn accessible_name(row: &SnippetRow, playing: bool) -> String {
    let state = if playing { ", playing" } else { "" };
    format!("{}, {}{state}", text::isolate(&row.track), details(row))
}

fn hover_ui(ui: &mut Ui, row: &SnippetRow) {
    text::paragraph(ui, RichText::new(&row.track).color(theme::TEXT));
    widgets::note(ui, &details(row));
    widgets::note(
        ui,
        "\u{0394} is the distance from the brush sound: 0 is the same sound. The score is the \
         correspondence with the painting: 0 belongs, 1 does not. Click to hear it again.",
    );
}
