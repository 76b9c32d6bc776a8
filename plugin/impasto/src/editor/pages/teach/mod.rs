//! The artist's own pairs: what there is, one button that adds one, learning, and which head
//! judges.

mod add;
mod heads;
mod learn;
mod pairs;
mod words;

use egui::{
    Button, CentralPanel, Frame, Margin, Panel, Rect, Response, ScrollArea, TextureHandle, Ui,
};

use crate::editor::pages::Scene;
use crate::editor::pages::painting::textures::Textures;
use crate::editor::request::Request;
use crate::editor::theme;
use crate::view::{Action, TeachAction};

/// Height of a button that is pressed on stage, in points.
const BUTTON: f32 = 34.0;

/// What the page knows by itself.
#[derive(Default)]
pub struct TeachPage {
    textures: Textures,
}

/// Fills the window between the two bars.
pub fn teach_page(ui: &mut Ui, scene: &mut Scene<'_>, page: &mut TeachPage) -> Vec<Request> {
    let mut asked = Vec::new();
    let gap = theme::GAP as i8;
    let width = (ui.available_width() * 0.46).clamp(360.0, 520.0);
    Panel::right("teaching")
        .frame(Frame::new().inner_margin(Margin {
            left: 0,
            ..Margin::same(gap)
        }))
        .exact_size(width)
        .resizable(false)
        .show_separator_line(false)
        .show(ui, |ui| {
            ScrollArea::vertical()
                .auto_shrink([false, false])
                .show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = theme::GAP;
                    asked.extend(in_card(ui, |ui| add::add_ui(ui, scene)));
                    asked.extend(in_card(ui, |ui| learn::learn_ui(ui, scene)));
                    asked.extend(in_card(ui, |ui| heads::heads_ui(ui, scene)));
                });
        });
    CentralPanel::default()
        .frame(Frame::new().inner_margin(Margin::same(gap)))
        .show(ui, |ui| {
            asked.extend(pairs::pairs_ui(ui, scene, &mut page.textures))
        });
    asked
}

/// A card of the full width, as high as what is in it.
fn in_card(ui: &mut Ui, content: impl FnOnce(&mut Ui) -> Vec<Request>) -> Vec<Request> {
    let frame = theme::card();
    let width = ui.available_width() - frame.total_margin().sum().x;
    let inside = frame.show(ui, |ui| {
        ui.set_width(width);
        ui.spacing_mut().item_spacing.y = 6.0;
        content(ui)
    });
    inside.inner
}

/// Paints `texture` as large as it fits into `area`.
fn paint_within(ui: &Ui, texture: &TextureHandle, area: Rect) {
    let size = texture.size_vec2();
    let scale = (area.width() / size.x).min(area.height() / size.y);
    let place = Rect::from_center_size(area.center(), size * scale);
    egui::Image::new((texture.id(), place.size())).paint_at(ui, place);
}

fn act(action: TeachAction) -> Request {
    Request::Act(Action::Teach(action))
}

/// A button as high as a wet hand needs it.
fn button(ui: &mut Ui, text: &str, width: f32) -> Response {
    ui.add(Button::new(text).min_size(egui::vec2(width, BUTTON)))
}
