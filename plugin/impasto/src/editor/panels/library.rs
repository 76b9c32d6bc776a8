//! The composer's own music: which folder, how much of it, what could not be used.

use egui::{Align, Button, Layout, RichText, Role, Ui, WidgetInfo, vec2};

use crate::editor::request::{Purpose, Request};
use crate::editor::{Places, format, theme, widgets};
use crate::view::{Action, Activity, CollectionAction, FailedFile, LibraryState, View};

/// Fills its card.
pub fn library_ui(ui: &mut Ui, view: &View, places: &Places) -> Vec<Request> {
    widgets::header(ui, "Library", |_| {});
    match &view.library {
        LibraryState::None => none_ui(ui),
        LibraryState::Indexing { folder, .. } => {
            folder_ui(ui, folder, places);
            indexing_ui(ui, &view.library)
        }
        LibraryState::Ready {
            folder,
            tracks,
            chunks,
            failed,
        } => {
            folder_ui(ui, folder, places);
            let text = format!(
                "{}, {}",
                format::counted(*tracks, "track"),
                format::counted(*chunks, "chunk")
            );
            widgets::small_line(ui, &text).on_hover_text(format!(
                "Chunks are 4 s long. {} of them belong to the painting.",
                format::count(view.pool)
            ));
            ready_buttons(ui, failed)
        }
        LibraryState::Failed { reason, .. } => {
            widgets::line(ui, RichText::new(reason).color(theme::ALERT));
            ui.add_space(2.0);
            let again = widgets::primary_button(ui, "Choose a folder").clicked();
            again
                .then_some(Request::Browse(Purpose::Library))
                .into_iter()
                .collect()
        }
    }
}

/// How far the scan is, and what can be done about it.
fn indexing_ui(ui: &mut Ui, library: &LibraryState) -> Vec<Request> {
    let LibraryState::Indexing {
        done,
        total,
        current,
        eta,
        chunks,
        activity,
        ..
    } = library
    else {
        return Vec::new();
    };
    let share = if *total > 0 {
        *done as f32 / *total as f32
    } else {
        0.0
    };
    widgets::bar(ui, 6.0, share, theme::AMBER);
    let text = if *total == 0 {
        "Looking for music".to_owned()
    } else {
        let (done, total) = (format::count(*done), format::count(*total));
        match activity {
            Activity::Paused => format!("{done} of {total}, paused"),
            Activity::Slowed => format!("{done} of {total}, slowed"),
            Activity::Running | Activity::Cancelled => {
                format!("{done} of {total}, {}", format::time_left(*eta))
            }
        }
    };
    let used = format!("{} in use already", format::counted(*chunks, "chunk"));
    let hint = match activity {
        Activity::Slowed => format!("Slower while the host plays. {used}. {current}"),
        _ => format!("{used}. {current}"),
    };
    let (label, about, action) = match activity {
        Activity::Paused => ("Resume", "Go on indexing", Action::ResumeIndexing),
        _ => ("Pause", "Go on later", Action::PauseIndexing),
    };
    let mut requests = Vec::new();
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let stop = ui.button("Stop");
            let about_stop = "What is indexed so far stays in use";
            if stop.on_hover_text(about_stop).clicked() {
                requests.push(Request::Act(Action::CancelIndexing));
            }
            if ui.button(label).on_hover_text(about).clicked() {
                requests.push(Request::Act(action));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                widgets::small_line(ui, &text).on_hover_text(hint);
            });
        });
    });
    requests
}

fn none_ui(ui: &mut Ui) -> Vec<Request> {
    widgets::note(ui, "A folder of your own music, to be played by the brush.");
    let clicked = widgets::primary_button(ui, "Choose a folder").clicked();
    clicked
        .then_some(Request::Browse(Purpose::Library))
        .into_iter()
        .collect()
}

fn folder_ui(ui: &mut Ui, folder: &std::path::Path, places: &Places) {
    let text = format::folder(folder, places.home.as_deref());
    let width = ui.available_width();
    let fits = |text: &str| {
        let text = text.to_owned();
        let galley = ui
            .painter()
            .layout_no_wrap(text, theme::body_font(), theme::TEXT);
        galley.size().x <= width
    };
    let text = format::elide_path(&text, fits);
    widgets::line(ui, text).on_hover_text(folder.display().to_string());
}

fn ready_buttons(ui: &mut Ui, failed: &[FailedFile]) -> Vec<Request> {
    let mut requests = Vec::new();
    ui.horizontal(|ui| {
        if ui
            .button("Change")
            .on_hover_text("Choose another folder")
            .clicked()
        {
            requests.push(Request::Browse(Purpose::Library));
        }
        if ui
            .button("Rescan")
            .on_hover_text("Look for new and changed files")
            .clicked()
        {
            requests.push(Request::Act(Action::RescanLibrary));
        }
        if !failed.is_empty() {
            let text = RichText::new(format!("{} not used", format::count(failed.len())));
            let button = ui.button(text.color(theme::ALERT));
            if button.on_hover_text("Show which, and why").clicked() {
                requests.push(Request::ShowFailed);
            }
        }
    });
    requests
}

/// The files that could not be used, each with its reason, and what is asked for; true with
/// it when it is to be closed.
pub fn failed_ui(
    ui: &mut Ui,
    folder: &std::path::Path,
    failed: &[FailedFile],
) -> (Vec<Request>, bool) {
    let mut requests = Vec::new();
    let mut retry = |action| requests.push(Request::Act(Action::Collection(action)));
    ui.label(RichText::new("Files that could not be used").heading());
    widgets::note(
        ui,
        "The rest of the library is in use. Mend these or remove them; \u{201c}Try again\u{201d} \
         reads a file once more though it looks the same, as after a drive was away.",
    );
    ui.add_space(4.0);
    let row = 42.0;
    let height = (ui.available_height() - 48.0).max(row);
    egui::ScrollArea::vertical()
        .max_height(height)
        .auto_shrink([false, false])
        .show_rows(ui, row, failed.len(), |ui, rows| {
            for file in &failed[rows] {
                if failed_row_ui(ui, row, folder, file) {
                    retry(CollectionAction::Retry(file.path.clone()));
                }
            }
        });
    let close = ui
        .with_layout(Layout::right_to_left(Align::Max), |ui| {
            let size = vec2(0.0, 32.0);
            let close = ui.add(Button::new("Close").min_size(size));
            let all = ui.add(Button::new("Try all again").min_size(size));
            if all
                .on_hover_text("Scan, and read these files once more")
                .clicked()
            {
                retry(CollectionAction::RetryAll);
            }
            close.on_hover_text("Back to the page").clicked()
        })
        .inner;
    (requests, close)
}

/// True if it is to be tried again.
fn failed_row_ui(ui: &mut Ui, height: f32, folder: &std::path::Path, file: &FailedFile) -> bool {
    let path = file.path.strip_prefix(folder).unwrap_or(&file.path);
    let name = path.display().to_string();
    let mut clicked = false;
    let size = vec2(ui.available_width(), height - ui.spacing().item_spacing.y);
    let place = Layout::right_to_left(Align::Center);
    ui.allocate_ui_with_layout(size, place, |ui| {
        ui.set_min_size(size);
        let button = ui.add(Button::new("Try again").min_size(vec2(0.0, 32.0)));
        let label = format!("Try {name} again");
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
        clicked = button
            .on_hover_text("Scan, and read this file once more")
            .clicked();
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            widgets::file_line(ui, name);
            widgets::small_line(ui, &file.reason);
        });
    });
    clicked
}
