//! The session that is being written, as it happens.

use std::time::Instant;

use egui::{Align, Align2, Layout, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};
use engine::units::Seconds;

use super::{act, button, path_ui, words};
use crate::editor::pages::Scene;
use crate::editor::request::Request;
use crate::editor::{format, text, theme, widgets};
use crate::view::{Event, LiveSession, ModelsState, SessionAction, SessionRow, View};

/// Height of an event, in points.
const ROW: f32 = 38.0;

/// Fills the left side.
pub(super) fn live_ui(ui: &mut Ui, scene: &Scene<'_>) -> Vec<Request> {
    let height = ui.available_height();
    widgets::card(ui, height, |ui| {
        let asked = head_ui(ui, scene);
        ui.add_space(2.0);
        rows_ui(ui, scene);
        asked
    })
    .unwrap_or_default()
}

/// What is written, where, and how long.
fn head_ui(ui: &mut Ui, scene: &Scene<'_>) -> Vec<Request> {
    let session = &scene.view.session;
    let mut asked = Vec::new();
    widgets::header(ui, "This session", |ui| {
        let switch = widgets::switch(ui, "Log sessions", session.on);
        let about = "Keep what is played in a file on this computer, and nowhere else. Off, \
                     nothing is written from now on.";
        if switch.on_hover_text(about).clicked() {
            asked.push(act(SessionAction::SetLog(!session.on)));
        }
        widgets::caption(ui, if session.on { "Log on" } else { "Log off" });
    });
    if let Some(problem) = &session.problem {
        widgets::alert(ui, &format!("Nothing is written: {problem}"));
    }
    match &session.live {
        Some(live) => asked.extend(written_ui(ui, scene, live)),
        None => {
            let text = RichText::new(waiting(scene.view)).font(theme::body_font());
            ui.add(egui::Label::new(text.color(theme::WEAK)).wrap());
        }
    }
    if session.lost > 0 {
        let lost = usize::try_from(session.lost).unwrap_or(usize::MAX);
        let text = format!("{} could not be written", format::counted(lost, "event"));
        widgets::alert(ui, &text);
    }
    asked
}

fn written_ui(ui: &mut Ui, scene: &Scene<'_>, live: &LiveSession) -> Vec<Request> {
    let mut asked = Vec::new();
    let length = scene.now.saturating_duration_since(live.began);
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let new = button(ui, "New session", 110.0);
            let about = "End this session; the next begins with the next stroke, in a file of \
                         its own";
            if new.on_hover_text(about).clicked() {
                asked.push(act(SessionAction::New));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                widgets::lamp(ui, true, theme::AMBER);
                let clock = format::clock(Seconds(length.as_secs_f64()));
                let text = RichText::new(clock).font(theme::display_font(30.0));
                ui.label(text.color(theme::TEXT))
                    .on_hover_text(format!("Since {} UTC", live.name));
                let counts = format!(
                    "{}, {}, {}",
                    format::counted(live.strokes, "stroke"),
                    format::counted(live.snippets, "snippet"),
                    format::counted(live.paintings, "painting"),
                );
                let text = RichText::new(counts).color(theme::TEXT);
                widgets::line(ui, text).on_hover_text(format!(
                    "{} in the file, {}",
                    format::counted(usize::try_from(live.events).unwrap_or(0), "event"),
                    words::bytes(live.bytes)
                ));
            });
        });
    });
    path_ui(ui, &live.path, scene, "this session");
    asked
}

/// Why there is no session, and what to do.
fn waiting(view: &View) -> &'static str {
    match &view.models {
        _ if !view.session.on => {
            "The log is off: what is played now is not kept. Switch it on to make material of \
             a performance."
        }
        ModelsState::Failed { .. } => "None yet: the networks could not be loaded.",
        _ => {
            "None yet: it begins by itself with the first stroke, the first snippet or the \
             first congruity, once a painting or a library is chosen."
        }
    }
}

fn rows_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let rows = &scene.view.session.rows;
    if rows.is_empty() {
        return;
    }
    ui.spacing_mut().item_spacing.y = 2.0;
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show_rows(ui, ROW, rows.len(), |ui, shown| {
            for row in &rows[shown] {
                row_ui(ui, row, scene.now);
            }
        });
}

fn row_ui(ui: &mut Ui, row: &SessionRow, now: Instant) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let age = format::ago(Seconds(now.saturating_duration_since(row.at).as_secs_f64()));
    let spoken = words::spoken(row, &age);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    let (what, about) = words::of(&row.event);
    let (first, second) = (rect.top() + 11.0, rect.top() + 28.0);
    let mark = pos2(rect.left() + 8.0, rect.center().y);
    let is_snippet = matches!(row.event, Event::Snippet(_));
    if is_snippet {
        widgets::paint_icon(ui, widgets::Icon::Play, mark, theme::AMBER);
    } else if matches!(row.event, Event::Stroke { .. }) {
        ui.painter().line_segment(
            [mark - vec2(4.0, -4.0), mark + vec2(4.0, -4.0)],
            (2.0, theme::BLUE),
        );
    } else {
        ui.painter().circle_stroke(mark, 3.0, (1.2, theme::WEAK));
    }
    let inside = rect
        .with_min_x(rect.left() + 22.0)
        .with_max_x(rect.right() - 8.0);
    let song = row
        .host
        .as_ref()
        .and_then(words::in_song)
        .unwrap_or_default();
    for (y, text) in [(first, &age), (second, &song)] {
        let (at, font) = (pos2(inside.right(), y), theme::small_font());
        ui.painter()
            .text(at, Align2::RIGHT_CENTER, text, font, theme::WEAK);
    }
    let width = inside.width() - 110.0;
    let left = |y| pos2(inside.left(), y);
    widgets::text_at(
        ui,
        left(first),
        width,
        &what,
        theme::body_font(),
        theme::TEXT,
    );
    widgets::text_at(
        ui,
        left(second),
        width,
        &about,
        theme::small_font(),
        theme::WEAK,
    );
    text::tip(response, &spoken);
}
