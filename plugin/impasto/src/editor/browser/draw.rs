//! The browser as a card over the dimmed editor.

use egui::{
    Align, Color32, Event, EventFilter, Id, Key, Layout, Modal, RichText, Sense, TextEdit, Ui,
    WidgetInfo, vec2,
};

use super::{Browser, Contents, Outcome, Thumbnails};
use crate::editor::request::Purpose;
use crate::editor::{Places, format, theme, widgets};

/// Of one entry, in points.
const ROW: f32 = 26.0;
/// Of one entry with a thumbnail, in points.
const TALL_ROW: f32 = 46.0;
/// Of the shortcuts' column.
const SIDE: f32 = 120.0;

/// Draws `browser` over everything; `Some` when it is to be closed.
pub fn browser_ui(
    ui: &mut Ui,
    browser: &mut Browser,
    places: &Places,
    thumbnails: &mut Thumbnails,
) -> Option<Outcome> {
    let screen = ui.ctx().content_rect();
    let size = (screen.size() - vec2(48.0, 48.0))
        .min(vec2(720.0, 560.0))
        .max(vec2(200.0, 160.0));
    let modal = Modal::new(Id::unique("browser"))
        .backdrop_color(Color32::from_black_alpha(170))
        .frame(theme::card().stroke(egui::Stroke::new(1.0, theme::LINE)));
    let shown = modal.show(ui.ctx(), |ui| {
        ui.set_min_size(size);
        ui.set_max_size(size);
        contents_ui(ui, browser, places, thumbnails)
    });
    thumbnails.follow(ui.ctx());
    let clicked_beside = shown.backdrop_response.clicked();
    shown.inner.or(clicked_beside.then_some(Outcome::Closed))
}

fn contents_ui(
    ui: &mut Ui,
    browser: &mut Browser,
    places: &Places,
    thumbnails: &mut Thumbnails,
) -> Option<Outcome> {
    let mut outcome = None;
    ui.horizontal(|ui| {
        ui.label(RichText::new(title(browser.purpose)).heading());
    });
    let typing = path_ui(ui, browser, &mut outcome);
    let footer = 36.0;
    let height = (ui.available_height() - footer).max(ROW);
    ui.horizontal_top(|ui| {
        ui.allocate_ui_with_layout(
            vec2(SIDE, height),
            Layout::top_down_justified(Align::Min),
            |ui| shortcuts_ui(ui, browser, places),
        );
        let (area, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
        ui.painter().rect_filled(area, 4.0, theme::TROUGH);
        let mut list = ui.new_child(
            egui::UiBuilder::new()
                .max_rect(area.shrink(4.0))
                .layout(Layout::top_down(Align::Min)),
        );
        if let Some(chosen) = list_ui(&mut list, browser, typing, thumbnails) {
            outcome = Some(chosen);
        }
    });
    ui.with_layout(Layout::right_to_left(Align::Max), |ui| {
        let choice = browser.choice();
        let text = button_text(browser);
        let button = ui.add_enabled_ui(choice.is_some(), |ui| widgets::primary_button(ui, &text));
        if button.inner.clicked() {
            outcome = choice.map(Outcome::Chosen);
        }
        if ui.button("Cancel").clicked() {
            outcome = Some(Outcome::Closed);
        }
        ui.with_layout(Layout::left_to_right(Align::Max), |ui| {
            widgets::small_line(ui, &summary(browser));
        });
    });
    outcome
}

fn title(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Painting => "Choose a painting",
        Purpose::Library => "Choose a folder of music",
        Purpose::Gallery => "Choose a folder of paintings",
        Purpose::Head => "Choose a taught head",
        Purpose::Pairs => "Choose a folder of pairs",
        Purpose::Inbox => "Choose a folder that pictures come into",
        Purpose::Frames => "Choose a folder with a time lapse",
    }
}

/// What the button does: it takes the marked picture, or the folder that is shown.
fn button_text(browser: &Browser) -> String {
    if browser.purpose.is_file() {
        return "Use it".to_owned();
    }
    let name = format::file_name(&browser.folder);
    let short: String = match name.chars().count() {
        0..=24 => name,
        _ => name.chars().take(22).chain(['\u{2026}']).collect(),
    };
    format!("Use \u{201c}{short}\u{201d}")
}

/// What is here to be taken.
fn summary(browser: &Browser) -> String {
    let Contents::Ready { usable, cut, .. } = &browser.contents else {
        return String::new();
    };
    let kind = match browser.purpose {
        Purpose::Painting
        | Purpose::Gallery
        | Purpose::Inbox
        | Purpose::Frames
        | Purpose::Pairs => "picture",
        Purpose::Library => "music file",
        Purpose::Head => "taught head",
    };
    let files = format::counted(*usable, kind);
    let more = if *cut { ", not all of them shown" } else { "" };
    match (browser.purpose, browser.choice()) {
        (Purpose::Painting | Purpose::Head, Some(path)) => format::file_name(&path),
        (Purpose::Painting | Purpose::Head, None) => format!("{files} here{more}"),
        (Purpose::Inbox | Purpose::Frames | Purpose::Pairs, _) => format!("{files} here{more}"),
        _ => format!("{files} here{more}; its folders are searched too"),
    }
}

/// The path field and the way up. True while the field has the keyboard.
fn path_ui(ui: &mut Ui, browser: &mut Browser, outcome: &mut Option<Outcome>) -> bool {
    ui.horizontal(|ui| {
        let up = ui.add_enabled(
            browser.folder.parent().is_some(),
            egui::Button::new("").min_size(vec2(28.0, 24.0)),
        );
        up.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, "Folder above"));
        widgets::paint_icon(ui, widgets::Icon::Up, up.rect.center(), theme::TEXT);
        if up
            .on_hover_text("To the folder above (Backspace)")
            .clicked()
        {
            browser.up();
        }
        let field = TextEdit::singleline(&mut browser.typed)
            .hint_text("Paste a path")
            .desired_width(ui.available_width())
            .margin(vec2(8.0, 5.0));
        let response = ui.add(field);
        if response.lost_focus() {
            if ui.input(|input| input.key_pressed(Key::Enter)) {
                browser.enter_typed();
            } else if ui.input(|input| input.key_pressed(Key::Escape)) {
                *outcome = Some(Outcome::Closed);
            }
        }
        response.has_focus() || response.lost_focus()
    })
    .inner
}

fn shortcuts_ui(ui: &mut Ui, browser: &mut Browser, places: &Places) {
    ui.spacing_mut().item_spacing.y = 2.0;
    for (name, folder) in &places.shortcuts {
        let here = browser.folder == *folder;
        // With something at its right, if only nothing, the name stays at the left.
        let button = egui::Button::selectable(here, name.as_str()).right_text("");
        if ui.add(button).clicked() {
            browser.go(folder.clone());
        }
    }
}

fn list_ui(
    ui: &mut Ui,
    browser: &mut Browser,
    typing: bool,
    thumbnails: &mut Thumbnails,
) -> Option<Outcome> {
    let id = Id::unique("browser list");
    let area = ui.max_rect();
    let focus = ui.interact(area, id, Sense::focusable_noninteractive());
    focus.widget_info(|| WidgetInfo::labeled(egui::Role::ListBox, true, "Files"));
    if !typing && ui.memory(|memory| memory.focused().is_none()) {
        focus.request_focus();
    }
    let mut outcome = None;
    if focus.has_focus() {
        outcome = keys(ui, id, browser);
    }
    match &browser.contents {
        Contents::Loading => {
            ui.centered_and_justified(egui::Ui::spinner);
            None
        }
        Contents::Failed(reason) => {
            ui.add_space(8.0);
            widgets::alert(ui, reason);
            None
        }
        Contents::Ready { entries, .. } if entries.is_empty() => {
            ui.add_space(8.0);
            let text = match browser.purpose {
                Purpose::Painting => "No folders and no pictures here.",
                Purpose::Head => "No folders and no taught heads here.",
                _ => "No folders in here.",
            };
            widgets::note(ui, text);
            None
        }
        Contents::Ready { .. } => rows_ui(ui, browser, thumbnails),
    }
    .or(outcome.take())
}

fn rows_ui(ui: &mut Ui, browser: &mut Browser, thumbnails: &mut Thumbnails) -> Option<Outcome> {
    let mut clicked = None;
    let with_pictures = browser.purpose.shows_pictures();
    let height = if with_pictures { TALL_ROW } else { ROW };
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut area = egui::ScrollArea::vertical().auto_shrink([false, false]);
    if let Some(at) = browser
        .selected
        .filter(|_| std::mem::take(&mut browser.reveal))
    {
        let middle = at as f32 * height - (ui.available_height() - height) / 2.0;
        area = area.vertical_scroll_offset(middle.max(0.0));
    }
    area.show_rows(ui, height, browser.entries().len(), |ui, rows| {
        for at in rows {
            let entry = &browser.entries()[at];
            let (rect, response) =
                ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
            let selected = browser.selected == Some(at);
            response.widget_info(|| {
                WidgetInfo::selected(egui::Role::ListBoxOption, true, selected, &entry.name)
            });
            let row = rect.shrink2(vec2(0.0, 1.0));
            if selected {
                ui.painter()
                    .rect_filled(row, 3.0, ui.visuals().selection.bg_fill);
            } else if response.hovered() {
                ui.painter().rect_filled(row, 3.0, theme::RAISED);
            }
            let indent = if with_pictures { 72.0 } else { 34.0 };
            let middle = egui::pos2(rect.left() + indent / 2.0 - 1.0, rect.center().y);
            let picture = (with_pictures && !entry.is_folder).then(|| thumbnails.get(&entry.path));
            match picture.flatten() {
                Some(texture) => {
                    let area = egui::Rect::from_center_size(middle, vec2(56.0, height - 8.0));
                    let place = fitted(texture.size_vec2(), area);
                    egui::Image::new((texture.id(), place.size())).paint_at(ui, place);
                }
                None => {
                    let (icon, color) = match entry.is_folder {
                        true => (widgets::Icon::Folder, theme::AMBER),
                        false => (widgets::Icon::Picture, theme::BLUE),
                    };
                    widgets::paint_icon(ui, icon, middle, color);
                }
            }
            let text = egui::pos2(rect.left() + indent, rect.center().y);
            let (width, font) = (rect.width() - indent - 6.0, theme::body_font());
            widgets::text_at(ui, text, width, &entry.name, font, theme::TEXT);
            if response.double_clicked() {
                clicked = Some((at, true));
            } else if response.clicked() {
                clicked = Some((at, false));
            }
        }
    });
    let (at, enter) = clicked?;
    browser.selected = Some(at);
    // A folder opens at one click; a picture is only marked by it.
    let opens = enter
        || browser
            .entries()
            .get(at)
            .is_some_and(|entry| entry.is_folder);
    opens.then(|| browser.enter()).flatten()
}

/// The largest place of the shape of `size` in the middle of `area`.
fn fitted(size: egui::Vec2, area: egui::Rect) -> egui::Rect {
    let scale = (area.width() / size.x.max(1.0)).min(area.height() / size.y.max(1.0));
    egui::Rect::from_center_size(area.center(), size * scale)
}

/// Gives the list's keys to the browser.
fn keys(ui: &Ui, id: Id, browser: &mut Browser) -> Option<Outcome> {
    ui.memory_mut(|memory| {
        let filter = EventFilter {
            vertical_arrows: true,
            escape: true,
            ..Default::default()
        };
        memory.set_focus_lock_filter(id, filter);
    });
    let pressed: Vec<Key> = ui.input(|input| {
        let keys = input.events.iter().filter_map(|event| match event {
            Event::Key {
                key, pressed: true, ..
            } => Some(*key),
            _ => None,
        });
        keys.collect()
    });
    pressed.into_iter().find_map(|key| browser.key(key))
}
