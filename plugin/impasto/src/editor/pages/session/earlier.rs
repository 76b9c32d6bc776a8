//! All sessions that there are, and the way out.

use std::path::{Path, PathBuf};

use egui::{Align2, ProgressBar, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};
use engine::units::Seconds;

use super::{BUTTON, act, button, path_ui, words};
use crate::editor::pages::Scene;
use crate::editor::request::Request;
use crate::editor::{format, text, theme, widgets};
use crate::view::{ExportState, Form, SessionAction, SessionFile, SessionState};

/// Height of a session, in points.
const ROW: f32 = 38.0;

/// Room for the way out, below the list.
const EXPORT: f32 = 236.0;

/// Fills the right side; `chosen` is the session that is exported.
pub(super) fn earlier_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    chosen: &mut Option<PathBuf>,
) -> Vec<Request> {
    let session = &scene.view.session;
    let mut asked = Vec::new();
    ui.spacing_mut().item_spacing.y = theme::GAP;
    let list = (ui.available_height() - EXPORT - theme::GAP).max(60.0);
    let listed = widgets::card(ui, list, |ui| list_ui(ui, session, chosen));
    asked.extend(listed.unwrap_or_default());
    let rest = ui.available_height();
    let exported = widgets::card(ui, rest, |ui| export_ui(ui, scene, chosen.as_deref()));
    asked.extend(exported.unwrap_or_default());
    asked
}

/// The session that is exported: the one chosen, else the one being written, else the
/// newest.
fn target<'a>(session: &'a SessionState, chosen: Option<&'a Path>) -> Option<&'a Path> {
    let live = || session.live.as_ref().map(|live| live.path.as_path());
    let newest = || session.earlier.first().map(|file| file.path.as_path());
    let there = |path: &&Path| {
        live() == Some(path) || session.earlier.iter().any(|file| file.path == *path)
    };
    chosen.filter(there).or_else(live).or_else(newest)
}

fn list_ui(ui: &mut Ui, session: &SessionState, chosen: &mut Option<PathBuf>) -> Vec<Request> {
    let mut asked = Vec::new();
    widgets::header(ui, "Sessions", |ui| {
        let again = ui.small_button("Look again");
        if again
            .on_hover_text("Look again which sessions there are")
            .clicked()
        {
            asked.push(act(SessionAction::List));
        }
    });
    if session.earlier.is_empty() {
        widgets::note(
            ui,
            "None yet. Each performance gets a file of its own here.",
        );
        return asked;
    }
    ui.spacing_mut().item_spacing.y = 2.0;
    let target = target(session, chosen.as_deref()).map(Path::to_owned);
    let live = session.live.as_ref().map(|live| &live.path);
    let mut clicked = None;
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show_rows(ui, ROW, session.earlier.len(), |ui, rows| {
            for file in &session.earlier[rows] {
                let is_target = target.as_ref() == Some(&file.path);
                if row_ui(ui, file, live == Some(&file.path), is_target) {
                    clicked = Some(file.path.clone());
                }
            }
        });
    if clicked.is_some() {
        *chosen = clicked;
    }
    asked
}

/// True if it was chosen.
fn row_ui(ui: &mut Ui, file: &SessionFile, live: bool, is_target: bool) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let length = format::clock(Seconds(file.length));
    let state = if live { ", being written" } else { "" };
    let spoken = format!("Session of {} UTC, {length}{state}", date(&file.name));
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_target, &spoken));
    if is_target || response.hovered() {
        ui.painter().rect_filled(rect, 4.0, theme::RAISED);
    }
    if response.has_focus() {
        widgets::focus_ring(ui, rect.shrink(2.0));
    }
    let mark = pos2(rect.left() + 12.0, rect.center().y);
    ui.painter().circle_stroke(mark, 5.0, (1.3, theme::WEAK));
    if is_target {
        ui.painter().circle_filled(mark, 3.0, theme::AMBER);
    }
    let (first, second) = (rect.top() + 12.0, rect.top() + 28.0);
    let left = rect.left() + 26.0;
    let width = rect.width() - 90.0;
    let name = date(&file.name);
    let at = pos2(left, first);
    widgets::text_at(ui, at, width, &name, theme::body_font(), theme::TEXT);
    let about = match live {
        true => "being written".to_owned(),
        false => format!("UTC  \u{00b7}  {}", words::bytes(file.bytes)),
    };
    let at = pos2(left, second);
    widgets::text_at(ui, at, width, &about, theme::small_font(), theme::WEAK);
    let at = pos2(rect.right() - 8.0, rect.center().y);
    ui.painter().text(
        at,
        Align2::RIGHT_CENTER,
        length,
        theme::body_font(),
        theme::TEXT,
    );
    text::tip(response, &file.path.display().to_string()).clicked()
}

/// A file's name as a date and a time are written.
fn date(name: &str) -> String {
    name.replace('.', ":")
}

fn export_ui(ui: &mut Ui, scene: &Scene<'_>, chosen: Option<&Path>) -> Vec<Request> {
    let session = &scene.view.session;
    let mut asked = Vec::new();
    widgets::header(ui, "Make material of it", |_| {});
    let target = target(session, chosen);
    let running = matches!(session.export, ExportState::Running { .. });
    let ready = target.is_some() && !running;
    let forms = [
        (
            Form::Folder,
            "Snippets and markers",
            "A folder with each snippet cut to WAV out of your own files, markers for Audacity, \
             REAPER and (as MIDI) any other program, and both of the below",
        ),
        (
            Form::Csv,
            "Table (CSV)",
            "A table with a row for each event, for any spreadsheet",
        ),
        (
            Form::Json,
            "Document (JSON)",
            "A document with all events, for programs",
        ),
    ];
    let whole = ui.available_width();
    let half = (whole - ui.spacing().item_spacing.x) / 2.0;
    let mut choose = |ui: &mut Ui, place: usize, width: f32| {
        let (form, text, about) = forms[place];
        let pressed = ui.add_enabled_ui(ready, |ui| button(ui, text, width)).inner;
        let about = match target {
            None => "There is no session yet",
            Some(_) => about,
        };
        let pressed = pressed.on_hover_text(about).on_disabled_hover_text(about);
        if let (true, Some(path)) = (pressed.clicked(), target) {
            asked.push(act(SessionAction::Export {
                session: Some(path.to_owned()),
                form,
            }));
        }
    };
    ui.horizontal(|ui| choose(ui, 0, whole));
    ui.horizontal(|ui| (1..3).for_each(|place| choose(ui, place, half)));
    asked.extend(outcome_ui(ui, scene));
    asked
}

fn outcome_ui(ui: &mut Ui, scene: &Scene<'_>) -> Vec<Request> {
    let session = &scene.view.session;
    let mut asked = Vec::new();
    match &session.export {
        ExportState::None => {
            let into = format::folder(&session.exports, scene.places.home.as_deref());
            widgets::note(ui, &format!("Goes into {into}, under a new name."));
        }
        ExportState::Running { share, .. } => {
            let text = format!("{:.0} %", 100.0 * share);
            ui.horizontal(|ui| {
                let width = ui.available_width() - 90.0;
                let bar = ProgressBar::new(*share).desired_width(width);
                ui.add(
                    bar.desired_height(BUTTON)
                        .text(text)
                        .fill(theme::AMBER.gamma_multiply(0.5)),
                );
                let stop = button(ui, "Stop", 80.0);
                if stop.on_hover_text("Break the export off").clicked() {
                    asked.push(act(SessionAction::CancelExport));
                }
            });
        }
        ExportState::Done {
            path,
            events,
            snippets,
            missing,
        } => {
            let mut text = format!("Written: {}", format::counted(*events, "event"));
            if *snippets > 0 {
                text.push_str(&format!(", {}", format::counted(*snippets, "snippet")));
            }
            widgets::line(ui, RichText::new(text).color(theme::TEXT));
            path_ui(ui, path, scene, "the export");
            if let Some(first) = missing.first() {
                let more = match missing.len() {
                    1 => String::new(),
                    n => format!(" And {} more, listed in missing.txt.", n - 1),
                };
                widgets::alert(ui, &format!("Not cut: {}.{more}", first.reason));
            }
        }
        ExportState::Failed { reason } => {
            widgets::alert(ui, reason);
            let seen = button(ui, "Close", 80.0);
            if seen.on_hover_text("Forget this message").clicked() {
                asked.push(act(SessionAction::DismissExport));
            }
        }
    }
    asked
}
