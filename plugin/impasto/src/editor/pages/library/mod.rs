//! The composer's music, as a list and as a map.

use egui::{CentralPanel, Frame, Margin, Ui};

use crate::editor::pages::Scene;
use crate::editor::panels::library::library_ui;
use crate::editor::request::Request;
use crate::editor::theme;

/// What the page knows by itself.
#[derive(Default)]
pub struct LibraryPage {}

/// Fills the window between the two bars.
pub fn library_page(ui: &mut Ui, scene: &mut Scene<'_>, _page: &mut LibraryPage) -> Vec<Request> {
    let frame = Frame::new().inner_margin(Margin::same(theme::GAP as i8));
    CentralPanel::default()
        .frame(frame)
        .show(ui, |ui| library_ui(ui, scene.view, scene.places))
        .inner
}
