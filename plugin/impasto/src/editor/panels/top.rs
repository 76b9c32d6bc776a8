//! The bar at the top: which page is shown, and what concerns all of them.

use egui::{Align, Button, Layout, Role, Sense, Ui, WidgetInfo, vec2};

use super::outputs::is_failing;
use crate::editor::pages::Page;
use crate::editor::request::Request;
use crate::editor::tour::note_tab;
use crate::editor::undo::Undo;
use crate::editor::widgets::{self, Icon};
use crate::view::{LibraryState, PaintingState, View};

/// Height of whatever is hit here, in points.
const HEIGHT: f32 = 32.0;

/// Widths of a tab, in points; they give way in a narrow window.
const TAB: std::ops::RangeInclusive<f32> = 62.0..=84.0;

/// What stands at the right, in points.
const RIGHT: f32 = 234.0;

/// One line, with `page` as the one shown.
pub fn top_ui(ui: &mut Ui, view: &View, page: Page, undo: &Undo) -> Vec<Request> {
    let mut asked = Vec::new();
    ui.horizontal_centered(|ui| {
        asked.extend(pages_ui(ui, view, page));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            asked.extend(tools_ui(ui, undo));
        });
    });
    asked
}

/// The pages' names. What fails is marked here, whatever page is shown.
fn pages_ui(ui: &mut Ui, view: &View, shown: Page) -> Option<Request> {
    ui.spacing_mut().item_spacing.x = 2.0;
    let count = Page::ALL.len() as f32;
    let width = ((ui.available_width() - RIGHT) / count - 2.0).clamp(*TAB.start(), *TAB.end());
    let mut chosen = None;
    for page in Page::ALL {
        let (rect, _) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::hover());
        note_tab(ui, page, rect);
        let tab = widgets::page_tab(ui, rect, page.name(), page == shown);
        if fails(view, page) {
            widgets::alert_mark_at(ui, rect.right_top() + vec2(-7.0, 8.0));
        }
        if tab.on_hover_text(page.help()).clicked() {
            chosen = Some(Request::Show(page));
        }
    }
    chosen
}

/// Whether something of `page` needs the user.
fn fails(view: &View, page: Page) -> bool {
    match page {
        Page::Outputs => is_failing(view),
        Page::Library => matches!(view.library, LibraryState::Failed { .. }),
        Page::Painting => matches!(view.painting, PaintingState::Failed { .. }),
        Page::Perform | Page::Teach | Page::Session => false,
    }
}

/// From the right.
fn tools_ui(ui: &mut Ui, undo: &Undo) -> Vec<Request> {
    ui.spacing_mut().item_spacing.x = 6.0;
    let mut asked = Vec::new();
    let presets = ui.add(Button::new("Presets").min_size(vec2(84.0, HEIGHT)));
    if presets
        .on_hover_text("Ways of playing, to choose and to save")
        .clicked()
    {
        asked.push(Request::ShowPresets);
    }
    let help = ui.add(Button::new("?").min_size(vec2(HEIGHT, HEIGHT)));
    help.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Help"));
    if help
        .on_hover_text("How to connect the brush, and the tour")
        .clicked()
    {
        asked.push(Request::Help);
    }
    for (icon, name, what, request) in [
        (Icon::Redo, "Redo", undo.redone(), Request::Redo),
        (Icon::Undo, "Undo", undo.undone(), Request::Undo),
    ] {
        let button = Button::new("").min_size(vec2(HEIGHT, HEIGHT));
        let button = ui.add_enabled(what.is_some(), button);
        button.widget_info(|| WidgetInfo::labeled(Role::Button, what.is_some(), name));
        let color = ui.visuals().text_color();
        let color = color.gamma_multiply(if what.is_some() { 1.0 } else { 0.35 });
        widgets::paint_icon(ui, icon, button.rect.center(), color);
        let hint = match what {
            Some(what) => format!("{name}: {what}"),
            None => format!("{name}: nothing to take up"),
        };
        if button
            .on_hover_text(&hint)
            .on_disabled_hover_text(&hint)
            .clicked()
        {
            asked.push(request);
        }
    }
    asked
}
