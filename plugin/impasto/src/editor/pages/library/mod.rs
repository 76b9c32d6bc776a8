//! The composer's music, as a list and as a map.

mod chosen;
mod cloud;
mod list;
mod map;

use egui::{Align, Button, CentralPanel, Frame, Layout, Margin, RichText, Ui, vec2};

use crate::editor::pages::Scene;
use crate::editor::panels::library::library_ui;
use crate::editor::request::{Purpose, Request};
use crate::editor::search::Search;
use crate::editor::widgets::{self, card};
use crate::editor::{format, theme};
use crate::view::{Action, LibraryState, ModelsState, View};

use chosen::chosen_ui;
use cloud::Cloud;
use list::{TOUCH, field_ui, list_ui};
use map::{Chosen, legend_ui, map_ui};

/// Of the card with the folder, over all.
const FOLDER: f32 = 112.0;

/// What the page knows by itself.
#[derive(Default)]
pub struct LibraryPage {
    search: Search,
    cloud: Cloud,
    chosen: Option<Chosen>,
}

/// Fills the window between the two bars.
pub fn library_page(ui: &mut Ui, scene: &mut Scene<'_>, page: &mut LibraryPage) -> Vec<Request> {
    let view = scene.view;
    if page.search.follow(&view.collection.tracks) && !page.search.is_done() {
        ui.ctx().request_repaint();
    }
    let tracks = view.collection.tracks.len();
    page.chosen = page
        .chosen
        .take()
        .filter(|chosen| (chosen.track as usize) < tracks);
    let frame = Frame::new().inner_margin(Margin::same(theme::GAP as i8));
    let mut asked = Vec::new();
    CentralPanel::default().frame(frame).show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(theme::GAP, theme::GAP);
        let room = ui.available_size();
        let side = (room.x * 0.28).clamp(240.0, 340.0);
        ui.horizontal_top(|ui| {
            let column = |ui: &mut Ui, width: f32, content: &mut dyn FnMut(&mut Ui)| {
                let place = Layout::top_down(Align::Min);
                ui.allocate_ui_with_layout(vec2(width, room.y), place, |ui| {
                    ui.set_min_size(vec2(width, room.y));
                    content(ui);
                });
            };
            column(ui, side, &mut |ui| {
                let folder = card(ui, FOLDER, |ui| library_ui(ui, view, scene.places));
                asked.extend(folder.unwrap_or_default());
                let rest = ui.available_height();
                let list = card(ui, rest, |ui| {
                    field_ui(ui, &mut page.search);
                    list_ui(ui, view, &page.search, &mut page.chosen)
                });
                asked.extend(list.unwrap_or_default());
            });
            let rest = room.x - side - theme::GAP;
            column(ui, rest, &mut |ui| {
                let height = ui.available_height();
                let shown = card(ui, height, |ui| page.map_card(ui, view));
                asked.extend(shown.unwrap_or_default());
            });
        });
    });
    asked
}

impl LibraryPage {
    /// The map and what is chosen on it, or why there is none and what to do.
    fn map_card(&mut self, ui: &mut Ui, view: &View) -> Vec<Request> {
        let map = view.collection.map.as_ref().filter(|map| map.chunks > 0);
        let (Some(map), false) = (map, is_failed(view)) else {
            return empty_ui(ui, view);
        };
        let mut asked = legend_ui(ui, view, map);
        let size = vec2(
            ui.available_width(),
            (ui.available_height() - chosen::HEIGHT).max(80.0),
        );
        let Self {
            cloud,
            search,
            chosen,
            ..
        } = self;
        ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
            ui.set_min_size(size);
            asked.extend(map_ui(ui, view, map, cloud, search, chosen));
        });
        asked.extend(chosen_ui(ui, view, chosen.as_ref()));
        asked
    }
}

fn is_failed(view: &View) -> bool {
    matches!(
        view.library,
        LibraryState::None | LibraryState::Failed { .. }
    )
}

/// Why there is no map, and what to do.
fn empty_ui(ui: &mut Ui, view: &View) -> Vec<Request> {
    let choose = ("Choose a folder", Request::Browse(Purpose::Library));
    let scan = Request::Act(Action::RescanLibrary);
    let (title, text, button) = match (&view.models, &view.library) {
        (ModelsState::Failed { reason }, _) => (
            "The networks can\u{2019}t be loaded",
            reason.clone(),
            Some(("Try again", Request::Act(Action::ReloadModels))),
        ),
        (_, LibraryState::None) => (
            "No music yet",
            "Choose the folder with your own music. It is listened to once, and stays where it is."
                .to_owned(),
            Some(choose),
        ),
        (_, LibraryState::Failed { reason, .. }) => (
            "The library can\u{2019}t be used",
            reason.clone(),
            Some(choose),
        ),
        (_, LibraryState::Indexing { chunks, .. }) => (
            "The music is being listened to",
            format!(
                "{} can be played already. The map is drawn when all have been heard.",
                format::counted(*chunks, "snippet")
            ),
            None,
        ),
        (_, LibraryState::Ready { chunks: 0, .. }) => (
            "No track could be used",
            "The folder holds no music that can be played. Choose another, or add music to it."
                .to_owned(),
            Some(choose),
        ),
        (_, LibraryState::Ready { .. }) => match view.collection.mapping {
            Some(share) => (
                "The map is being drawn",
                format!(
                    "{} % of the way; all plays meanwhile.",
                    (100.0 * share) as u32
                ),
                None,
            ),
            None => (
                "There is no map yet",
                "It is drawn at the end of a scan.".to_owned(),
                Some(("Scan and draw the map", scan)),
            ),
        },
    };
    let mut asked = Vec::new();
    let room = ui.available_height();
    ui.vertical_centered(|ui| {
        ui.add_space((room * 0.32).max(8.0));
        ui.label(RichText::new(title).heading());
        ui.set_max_width(420.0);
        widgets::note(ui, &text);
        if let Some((label, request)) = button {
            let button = Button::new(RichText::new(label).color(theme::GROUND))
                .fill(theme::AMBER)
                .min_size(vec2(0.0, TOUCH));
            if ui.add(button).on_hover_text(label).clicked() {
                asked.push(request);
            }
        }
    });
    asked
}
