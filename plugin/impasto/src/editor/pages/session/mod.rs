//! What was played.

use egui::{CentralPanel, Frame, Margin, Ui};

use crate::editor::pages::Scene;
use crate::editor::panels::snippets::snippets_ui;
use crate::editor::request::Request;
use crate::editor::theme;

/// What the page knows by itself.
#[derive(Default)]
pub struct SessionPage {}

/// Fills the window between the two bars.
pub fn session_page(ui: &mut Ui, scene: &mut Scene<'_>, _page: &mut SessionPage) -> Vec<Request> {
    let frame = Frame::new().inner_margin(Margin::same(theme::GAP as i8));
    CentralPanel::default()
        .frame(frame)
        .show(ui, |ui| snippets_ui(ui, scene.view, scene.now))
        .inner
}
