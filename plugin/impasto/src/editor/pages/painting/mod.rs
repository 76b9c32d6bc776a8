//! The picture: where it comes from and how it is looked at.

use egui::{CentralPanel, Frame, Margin, Ui};

use crate::editor::pages::Scene;
use crate::editor::panels::painting::painting_ui;
use crate::editor::request::Request;
use crate::editor::theme;

/// What the page knows by itself.
#[derive(Default)]
pub struct PaintingPage {}

/// Fills the window between the two bars.
pub fn painting_page(ui: &mut Ui, scene: &mut Scene<'_>, _page: &mut PaintingPage) -> Vec<Request> {
    let frame = Frame::new().inner_margin(Margin::same(theme::GAP as i8));
    CentralPanel::default()
        .frame(frame)
        .show(ui, |ui| painting_ui(ui, scene.view, scene.pictures))
        .inner
}
