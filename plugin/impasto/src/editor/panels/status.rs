//! The line at the bottom: is everything there, was anything lost, what went wrong last.

use egui::{Align, Layout, RichText, Ui};

use crate::editor::request::Request;
use crate::editor::screen::ZOOMS;
use crate::editor::{format, theme, widgets};
use crate::view::{ModelsState, View};

/// One line. `zoom` is in percent.
pub fn status_ui(ui: &mut Ui, view: &View, zoom: u32) -> Vec<Request> {
    let mut requests = Vec::new();
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        // Beside the corner that resizes the window.
        ui.add_space(10.0);
        requests.extend(zoom_ui(ui, zoom));
        widgets::caption(ui, concat!("Impasto ", env!("CARGO_PKG_VERSION")));
        if view.dropped_frames > 0 {
            let frames = usize::try_from(view.dropped_frames).unwrap_or(usize::MAX);
            let text = format!("{} dropped", format::counted(frames, "frame"));
            let text = RichText::new(text)
                .font(theme::small_font())
                .color(theme::ALERT);
            ui.label(text).on_hover_text(
                "Analysis frames that were lost as this computer was too busy. Sound is not \
                 affected; snippets and congruity may lag.",
            );
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            models_ui(ui, view)
        });
    });
    requests
}

fn zoom_ui(ui: &mut Ui, zoom: u32) -> Option<Request> {
    let mut chosen = None;
    ui.spacing_mut().interact_size.y = 18.0;
    ui.spacing_mut().button_padding.y = 1.0;
    let small = |text: String| RichText::new(text).font(theme::small_font());
    egui::ComboBox::from_id_salt("zoom")
        .width(58.0)
        .height(260.0)
        .selected_text(small(format!("{zoom} %")))
        .show_ui(ui, |ui| {
            for percent in ZOOMS {
                let text = small(format!("{percent} %"));
                if ui.selectable_label(percent == zoom, text).clicked() {
                    chosen = Some(Request::Zoom(percent));
                }
            }
        })
        .response
        .on_hover_text("How large the editor is shown");
    chosen
}

fn models_ui(ui: &mut Ui, view: &View) {
    let (ready, text) = match &view.models {
        ModelsState::Loading => (false, "Loading the networks".to_owned()),
        ModelsState::Ready => (true, "Networks ready".to_owned()),
        // The reason and what to do stand above the painting.
        ModelsState::Failed { .. } => (false, "No networks".to_owned()),
    };
    if let Some(warning) = &view.warning {
        widgets::alert_mark(ui);
        let text = RichText::new(warning).font(theme::small_font());
        widgets::line(ui, text.color(theme::ALERT));
        return;
    }
    widgets::lamp(ui, ready, theme::AMBER);
    widgets::small_line(ui, &text);
}
