//! Which head judges: the shipped one, or one that the artist taught.

use egui::{Button, Response, RichText, Ui};

use crate::editor::request::{Purpose, Request};
use crate::editor::{format, theme, widgets};
use crate::view::{Action, HeadState};

/// Small buttons at the right of a card's header, laid out from the right.
pub fn head_ui(ui: &mut Ui, head: &HeadState) -> Vec<Request> {
    ui.spacing_mut().button_padding.x = 2.0;
    let (text, color, hover) = match head {
        HeadState::Shipped => (
            "shipped head".to_owned(),
            theme::WEAK,
            "What came with Impasto judges. Click to choose a head of your own, made with \
             \u{201c}impasto teach\u{201d}."
                .to_owned(),
        ),
        HeadState::Taught { name, about, path } => (
            format!("taught: {}", short(name)),
            theme::AMBER,
            format!("{about}. {}. Click to choose another.", path.display()),
        ),
        HeadState::Failed { path, reason } => (
            format!("{} not usable", short(&format::file_name(path))),
            theme::ALERT,
            format!("{reason}. Click to choose another."),
        ),
    };
    let mut requests = Vec::new();
    if *head != HeadState::Shipped
        && small(ui, "use shipped", theme::WEAK)
            .on_hover_text("Judge by the head that came with Impasto")
            .clicked()
    {
        requests.push(Request::Act(Action::ClearHead));
    }
    if small(ui, &text, color).on_hover_text(hover).clicked() {
        requests.push(Request::Browse(Purpose::Head));
    }
    if matches!(head, HeadState::Failed { .. }) {
        widgets::alert_mark(ui);
    }
    requests
}

fn small(ui: &mut Ui, text: &str, color: egui::Color32) -> Response {
    let text = RichText::new(text).font(theme::small_font()).color(color);
    ui.add(Button::new(text).frame_when_inactive(false).small())
}

/// A name that leaves room for others.
fn short(name: &str) -> String {
    match name.chars().count() {
        0..=24 => name.to_owned(),
        _ => name.chars().take(22).chain(['\u{2026}']).collect(),
    }
}
