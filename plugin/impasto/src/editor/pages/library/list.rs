//! Finding tracks: a field to type in and the list of what matches.

use egui::{Align2, Button, Key, RichText, Role, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2};
use engine::units::Seconds;

use super::map::Chosen;
use crate::editor::request::Request;
use crate::editor::search::Search;
use crate::editor::{format, theme, widgets};
use crate::view::{Action, TrackRow, View};

/// Of one track, in points.
const ROW: f32 = 40.0;
/// Of what can be hit with a wet hand.
pub const TOUCH: f32 = 32.0;

/// The field; the keyboard comes to it with Ctrl+F.
pub fn field_ui(ui: &mut Ui, search: &mut Search) {
    let wanted = ui.input_mut(|input| input.consume_key(egui::Modifiers::COMMAND, Key::F));
    ui.horizontal(|ui| {
        let clear = if search.text.is_empty() { 0.0 } else { 64.0 };
        let field = TextEdit::singleline(&mut search.text)
            .id_salt("search the library")
            .hint_text("Title, artist or file")
            .desired_width(ui.available_width() - clear)
            .min_size(vec2(0.0, TOUCH))
            .align(egui::Align2::LEFT_CENTER)
            .margin(vec2(8.0, 6.0));
        let response = ui.add(field);
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::SearchInput, true, "Search the library");
            info.current_text_value = Some(search.text.clone());
            info
        });
        if wanted {
            response.request_focus();
        }
        response.on_hover_text("Case and accents do not count, and words may come in any order");
        if clear > 0.0 {
            let button = Button::new("Clear").min_size(vec2(0.0, TOUCH));
            if ui.add(button).on_hover_text("Show all tracks").clicked() {
                search.text.clear();
            }
        }
    });
}

/// The tracks that were found; a click plays the first snippet of one.
pub fn list_ui(
    ui: &mut Ui,
    view: &View,
    search: &Search,
    chosen: &mut Option<Chosen>,
) -> Vec<Request> {
    let (tracks, found) = (&view.collection.tracks, search.found());
    let count = if search.is_on() {
        format!("{} found", format::counted(found.len(), "track"))
    } else {
        format::counted(tracks.len(), "track")
    };
    let more = if search.is_done() { "" } else { ", searching" };
    widgets::caption(ui, &format!("{count}{more}"));
    let mut requests = Vec::new();
    if found.is_empty() {
        if search.is_on() && search.is_done() {
            widgets::note(ui, "No track has all of these words: try fewer letters.");
        }
        return requests;
    }
    ui.spacing_mut().item_spacing.y = 2.0;
    egui::ScrollArea::vertical()
        .auto_shrink([false, false])
        .show_rows(ui, ROW, found.len(), |ui, rows| {
            for place in &found[rows] {
                let Some(row) = tracks.get(*place as usize) else {
                    continue;
                };
                let marked = chosen.as_ref().is_some_and(|chosen| chosen.track == *place);
                if row_ui(ui, row, *place, marked) {
                    *chosen = Some(Chosen {
                        chunk: row.first,
                        track: *place,
                        start: start_of(view, row),
                    });
                    requests.push(Request::Act(Action::Audition(row.first)));
                }
            }
        });
    requests
}

/// Where a track's first snippet begins: its beginning, unless that is silent.
fn start_of(view: &View, row: &TrackRow) -> Seconds {
    let map = view.collection.map.as_ref();
    let point = map.and_then(|map| map.points.iter().find(|point| point.chunk == row.first));
    point.map_or(Seconds(0.0), |point| point.start)
}

/// True if it was clicked.
fn row_ui(ui: &mut Ui, row: &TrackRow, place: u32, marked: bool) -> bool {
    let size = vec2(ui.available_width(), ROW);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let id = ui.scope_id().with(("track", place));
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| {
        let name = match row.artist.is_empty() {
            true => row.title.clone(),
            false => format!("{}, {}", row.title, row.artist),
        };
        WidgetInfo::selected(Role::Button, true, marked, name)
    });
    if marked || response.hovered() {
        ui.painter().rect_filled(rect, 4.0, theme::RAISED);
    }
    if marked {
        let bar = egui::Rect::from_min_size(rect.min, vec2(3.0, rect.height()));
        ui.painter().rect_filled(bar, 1.0, theme::AMBER);
    }
    if response.has_focus() {
        widgets::focus_ring(ui, rect.shrink(2.0));
    }
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    let (left, width) = (rect.left() + 9.0, rect.width() - 18.0);
    let first = pos2(left, rect.top() + 12.0);
    widgets::text_at(
        ui,
        first,
        width,
        &row.title,
        theme::body_font(),
        theme::TEXT,
    );
    let count = format::count(row.chunks);
    let corner = pos2(rect.right() - 8.0, rect.top() + 29.0);
    let font = theme::small_font();
    let painter = ui.painter();
    let shown = painter.text(corner, Align2::RIGHT_CENTER, count, font, theme::WEAK);
    let second = pos2(left, rect.top() + 29.0);
    let about = if row.artist.is_empty() {
        &row.place
    } else {
        &row.artist
    };
    let width = shown.left() - left - 8.0;
    widgets::text_at(ui, second, width, about, theme::small_font(), theme::WEAK);
    let clicked = response.clicked();
    response.on_hover_ui(|ui| {
        ui.label(RichText::new(&row.title).color(theme::TEXT));
        widgets::note(ui, &row.place);
        let snippets = format::counted(row.chunks, "snippet");
        widgets::note(ui, &format!("{snippets}. Click to hear the first."));
    });
    clicked
}
