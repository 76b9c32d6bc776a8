//! The artist's own pairs.

use egui::{CentralPanel, Frame, Margin, Ui};

use crate::editor::pages::Scene;
use crate::editor::panels::head::head_ui;
use crate::editor::request::Request;
use crate::editor::theme;

/// What the page knows by itself.
#[derive(Default)]
pub struct TeachPage {}

/// Fills the window between the two bars.
pub fn teach_page(ui: &mut Ui, scene: &mut Scene<'_>, _page: &mut TeachPage) -> Vec<Request> {
    let frame = Frame::new().inner_margin(Margin::same(theme::GAP as i8));
    CentralPanel::default()
        .frame(frame)
        .show(ui, |ui| head_ui(ui, &scene.view.head))
        .inner
}
