//! One button that makes a pair of what is seen and heard.

use egui::{Align, Button, Layout, RichText, Sense, Ui, vec2};

use super::{BUTTON, act};
use crate::editor::pages::Scene;
use crate::editor::request::{Purpose, Request};
use crate::editor::{format, theme, widgets};
use crate::view::{Hindrance, PaintingState, TeachAction};

/// Of the painting, in points.
const PICTURE: f32 = 72.0;

/// Music that is kept, in seconds.
const MINUTE: f64 = 60.0;

pub(super) fn add_ui(ui: &mut Ui, scene: &mut Scene<'_>) -> Vec<Request> {
    let mut asked = Vec::new();
    let teach = &scene.view.teach;
    widgets::header(ui, "A new pair", |_| {});
    ui.horizontal_top(|ui| {
        picture_ui(ui, scene);
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            let name = match &scene.view.painting {
                PaintingState::Ready { name, .. } => name.as_str(),
                _ => "No painting",
            };
            widgets::line(ui, RichText::new(name).color(theme::TEXT));
            let heard = format!("with {} of music", format::clock(teach.music));
            widgets::small_line(ui, &heard).on_hover_text(
                "The last minute of music that came in, silence left out, as the networks hear \
                 it: mono at 16 kHz.",
            );
            widgets::bar(ui, 6.0, (teach.music.0 / MINUTE) as f32, theme::BLUE);
        });
    });
    let ready = teach.hindrance.is_none() && !teach.adding;
    let text = match teach.adding {
        true => "Adding\u{2026}",
        false => "Add this painting with this music",
    };
    let size = vec2(ui.available_width(), BUTTON + 6.0);
    let label = RichText::new(text).size(15.0);
    let button = match ready {
        true => Button::new(label.color(theme::GROUND)).fill(theme::AMBER),
        false => Button::new(label),
    };
    // In a row, as a column puts a button's words at its left.
    let pressed = ui
        .horizontal(|ui| ui.add_enabled(ready, button.min_size(size)))
        .inner;
    let pressed = pressed
        .on_hover_text("Keeps a copy of the picture as it is used, and the music, as a pair")
        .on_disabled_hover_text("See below why not");
    if pressed.clicked() {
        asked.push(act(TeachAction::Add));
    }
    if let Some(hindrance) = teach.hindrance {
        widgets::note(ui, why_not(hindrance));
        if hindrance == Hindrance::NoPainting
            && super::button(ui, "Choose a painting", 0.0).clicked()
        {
            asked.push(Request::Browse(Purpose::Painting));
        }
    }
    if let Some(failed) = &teach.failed {
        widgets::alert(ui, failed);
    }
    asked
}

fn picture_ui(ui: &mut Ui, scene: &mut Scene<'_>) {
    let (rect, _) = ui.allocate_exact_size(vec2(PICTURE, PICTURE), Sense::hover());
    ui.painter().rect_filled(rect, 4.0, theme::TROUGH);
    match &scene.view.painting {
        PaintingState::Ready { thumbnail, .. } => {
            let texture = scene.pictures.painting(ui.ctx(), thumbnail);
            super::paint_within(ui, &texture, rect);
        }
        _ => widgets::paint_icon(ui, widgets::Icon::Picture, rect.center(), theme::WEAK),
    }
}

fn why_not(hindrance: Hindrance) -> &'static str {
    match hindrance {
        Hindrance::NoPainting => "There is no painting that music could go with: choose one.",
        Hindrance::NoAudio => "The host does not process: switch its audio engine on.",
        Hindrance::NoMusic => {
            "There is no music to go with it: let at least four seconds play into the main input."
        }
        Hindrance::Table => {
            "The pairs of this folder are in a table, which only its owner changes: choose \
             another folder to add pairs here."
        }
    }
}
