//! The line at the bottom: is everything there, was anything lost, what went wrong last.

use egui::{Align, Layout, RichText, Role, Ui, WidgetInfo};

use crate::editor::request::Request;
use crate::editor::screen::ZOOMS;
use crate::editor::text::SystemFonts;
use crate::editor::{Places, format, theme, widgets};
use crate::view::{LibraryState, ModelsState, Silence, View};

/// One line. `told` comes before all else; `zoom` is in percent.
pub fn status_ui(
    ui: &mut Ui,
    view: &View,
    told: Option<&str>,
    places: &Places,
    zoom: u32,
) -> Vec<Request> {
    ui.horizontal_centered(|ui| rest_ui(ui, view, told, places, zoom))
        .inner
}

fn rest_ui(
    ui: &mut Ui,
    view: &View,
    told: Option<&str>,
    places: &Places,
    zoom: u32,
) -> Vec<Request> {
    let mut requests = Vec::new();
    ui.spacing_mut().item_spacing.x = 8.0;
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        // Beside the corner that resizes the window.
        ui.add_space(10.0);
        requests.extend(zoom_ui(ui, zoom));
        widgets::caption(ui, concat!("Impasto ", env!("CARGO_PKG_VERSION")));
        losses_ui(ui, view);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            state_ui(ui, view, told, places)
        });
    });
    requests
}

/// What this computer was too slow for.
fn losses_ui(ui: &mut Ui, view: &View) {
    let mut loss = |number: u64, noun: &str, what: &str, meaning: &str| {
        if number > 0 {
            let number = usize::try_from(number).unwrap_or(usize::MAX);
            let text = format!("{} {what}", format::counted(number, noun));
            let text = RichText::new(text).font(theme::small_font());
            ui.label(text.color(theme::ALERT)).on_hover_text(meaning);
        }
    };
    loss(
        view.dropped_frames,
        "frame",
        "dropped",
        "Analysis frames that were lost as this computer was too busy. Sound is not \
         affected; snippets and congruity may lag.",
    );
    loss(
        view.late_cues,
        "choice",
        "too late",
        "Snippets that were chosen by a brush sound so long past that they were not cued, as \
         this computer was too busy. What was cued before stays ready.",
    );
    loss(
        view.clips.cut_short,
        "snippet",
        "cut short",
        "Snippets that faded out after 0.3 s, as the drive or this computer was too slow to \
         decode the rest in time.",
    );
}

fn zoom_ui(ui: &mut Ui, zoom: u32) -> Option<Request> {
    let mut chosen = None;
    ui.spacing_mut().interact_size.y = 18.0;
    ui.spacing_mut().button_padding.y = 1.0;
    let small = |text: String| RichText::new(text).font(theme::small_font());
    let list = egui::ComboBox::from_id_salt("zoom")
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
        });
    list.response
        .widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, "Zoom"));
    list.response.on_hover_text("How large the editor is shown");
    chosen
}

fn state_ui(ui: &mut Ui, view: &View, told: Option<&str>, places: &Places) {
    let (ready, text) = match &view.models {
        ModelsState::Loading => (false, "Loading the networks".to_owned()),
        ModelsState::Ready => (true, "Networks ready".to_owned()),
        // The reason and what to do stand above the painting.
        ModelsState::Failed { .. } => (false, "No networks".to_owned()),
    };
    let home = places.home.as_deref();
    // A drive is away until it is back; a warning may be about what that has caused.
    let away = format::drives_away(&view.clips.cache, home);
    // A stroke that nobody hears comes before all that is only to be known.
    let silent = view.silent.as_ref().map(Silence::sentence);
    let told = told.map(ToOwned::to_owned);
    let warnings = [&told, &silent, &away, &view.warning];
    let warning = warnings.into_iter().find_map(Option::as_ref);
    if let Some(warning) = warning {
        widgets::alert_mark(ui);
        let text = RichText::new(warning).font(theme::small_font());
        widgets::line(ui, text.color(theme::ALERT));
        return;
    }
    widgets::lamp(ui, ready, theme::AMBER);
    let pool = format!("pool of {}", format::count(view.pool));
    let parts = [
        Some(text),
        library(&view.library),
        (view.pool > 0).then_some(pool),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let text = parts.join("  \u{00b7}  ");
    widgets::small_line(ui, &text);
    fonts_ui(ui);
}

/// Which scripts this computer has no font for, so that boxes are understood.
fn fonts_ui(ui: &mut Ui) {
    let lacking = SystemFonts::of(ui.ctx()).map(|fonts| fonts.lacking());
    let Some((first, others)) = lacking.as_deref().and_then(<[_]>::split_first) else {
        return;
    };
    let more = if others.is_empty() { "" } else { " and others" };
    let text = format!("No font for {first}{more}");
    widgets::small_line(ui, &text).on_hover_text(format!(
        "No font on this computer has {}: names are shown with boxes. Install one that has \
         (Noto is made for all scripts), then open the editor again.",
        lacking.as_deref().unwrap_or_default().join(", ")
    ));
}

/// What of the library is in use, and what is not.
fn library(library: &LibraryState) -> Option<String> {
    let LibraryState::Ready {
        tracks,
        chunks,
        failed,
        ..
    } = library
    else {
        return None;
    };
    let tracks = format::counted(*tracks, "track");
    let mut text = format!("{tracks}, {}", format::counted(*chunks, "chunk"));
    if !failed.is_empty() {
        text += &format!(", {} not used", format::count(failed.len()));
    }
    Some(text)
}
