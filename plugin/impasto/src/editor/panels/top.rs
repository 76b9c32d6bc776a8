//! The bar at the top: which page is shown.

use egui::{Sense, Ui, vec2};

use super::outputs::is_failing;
use crate::editor::pages::Page;
use crate::editor::request::Request;
use crate::editor::widgets;
use crate::view::View;

/// Of a tab, in points.
const TAB: egui::Vec2 = vec2(84.0, 32.0);

/// One line of tabs, of which `page` is the one shown.
pub fn top_ui(ui: &mut Ui, view: &View, page: Page) -> Vec<Request> {
    ui.horizontal_centered(|ui| pages_ui(ui, view, page))
        .inner
        .into_iter()
        .collect()
}

/// The pages' names. A route that fails is marked here, wherever one is.
fn pages_ui(ui: &mut Ui, view: &View, shown: Page) -> Option<Request> {
    ui.spacing_mut().item_spacing.x = 2.0;
    let mut chosen = None;
    for page in Page::ALL {
        let (rect, _) = ui.allocate_exact_size(TAB, Sense::hover());
        let tab = widgets::page_tab(ui, rect, page.name(), page == shown);
        if tab.on_hover_text(page.help()).clicked() {
            chosen = Some(Request::Show(page));
        }
        if page == Page::Outputs && is_failing(view) {
            widgets::alert_mark(ui);
        }
    }
    chosen
}
