//! What the contact microphone hears, and how loud the music is.

use std::time::{Duration, Instant};

use egui::{Align, Align2, Image, Layout, Rect, RichText, Sense, Stroke, Ui, vec2};

use crate::editor::request::Request;
use crate::editor::{format, pictures::Pictures, theme, widgets};
use crate::view::View;

/// Of one level meter, in points.
const LEVEL_HEIGHT: f32 = 16.0;

/// Between the lines of the card.
const SPACING: f32 = 6.0;

/// How long a stroke is marked: as long as the mel picture is.
pub const STROKES_SHOWN: Duration = Duration::from_secs(4);

/// Fills its card. `flash` is 1 at a stroke and falls to 0; `strokes` are those of the last
/// [`STROKES_SHOWN`].
pub fn brush_ui(
    ui: &mut Ui,
    view: &View,
    flash: f32,
    strokes: &[Instant],
    pictures: &mut Pictures,
    now: Instant,
) -> Option<Request> {
    let mut asked = None;
    ui.spacing_mut().item_spacing.y = SPACING;
    widgets::header(ui, "Brush", |ui| {
        // Lit while the brush is on the canvas, the harder the brighter.
        stroke_lamp(
            ui,
            flash.max(view.pressure.map_or(0.0, |hard| 0.3 + 0.7 * hard)),
        );
        if !view.brush_connected {
            let text = RichText::new("not connected").font(theme::small_font());
            ui.label(text.color(theme::ALERT));
            let how = ui.small_button(RichText::new("Show how").font(theme::small_font()));
            let help = "How to send the microphone to the sidechain, in your host";
            if how.on_hover_text(help).clicked() {
                asked = Some(Request::Help);
            }
        } else if view.strokes > 0 {
            let count = usize::try_from(view.strokes).unwrap_or(usize::MAX);
            widgets::caption(ui, &format::counted(count, "stroke"));
        }
    });
    mel_ui(ui, view, strokes, pictures, now);
    level_ui(ui, "Brush", view.brush_level_db, theme::BLUE);
    level_ui(ui, "Music", view.music_level_db, theme::AMBER);
    asked
}

/// A name, a meter and a number in one line.
fn level_ui(ui: &mut Ui, name: &str, db: f32, color: egui::Color32) {
    let size = vec2(ui.available_width(), LEVEL_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.set_min_size(size);
        let (number, _) = ui.allocate_exact_size(vec2(52.0, LEVEL_HEIGHT), Sense::hover());
        let text = format::level_db(db);
        let at = number.right_center();
        ui.painter().text(
            at,
            Align2::RIGHT_CENTER,
            text,
            theme::small_font(),
            theme::WEAK,
        );
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            widgets::caption(ui, name);
            widgets::level_meter(ui, &format!("{name} level"), db, color);
        });
    });
}

/// Lights up at every stroke.
fn stroke_lamp(ui: &mut Ui, flash: f32) {
    let (rect, response) = ui.allocate_exact_size(vec2(12.0, 12.0), Sense::hover());
    let color = theme::RAISED.lerp_to_gamma(theme::BLUE, flash);
    ui.painter()
        .circle_filled(rect.center(), 3.5 + 1.5 * flash, color);
    response.on_hover_text("Lights up at every stroke, the harder the brighter");
}

/// The last 4 s of the brush as mel bands; newest at the right.
fn mel_ui(ui: &mut Ui, view: &View, strokes: &[Instant], pictures: &mut Pictures, now: Instant) {
    let width = ui.available_width();
    let meters = 2.0 * (LEVEL_HEIGHT + SPACING);
    let height = (ui.available_height() - meters).max(24.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    ui.painter().rect_filled(rect, 3.0, theme::TROUGH);
    let missing = if !view.brush_connected {
        Some("Send the contact microphone to\nImpasto\u{2019}s sidechain input")
    } else if view.brush_mel.is_empty() {
        Some("Listening")
    } else {
        None
    };
    if let Some(text) = missing {
        text_in(ui, rect, text);
        return;
    }
    let texture = pictures.mel(ui.ctx(), &view.brush_mel);
    Image::new((texture.id(), rect.size()))
        .corner_radius(3)
        .alt_text("Mel bands of the brush over the last 4 s")
        .paint_at(ui, rect);
    strokes_ui(ui, rect, strokes, now);
    response.on_hover_text("The brush as the network hears it: the last 4 s, 40 Hz to 7.6 kHz");
}

/// A wedge at the top where each stroke began.
fn strokes_ui(ui: &Ui, rect: Rect, strokes: &[Instant], now: Instant) {
    for &stroke in strokes {
        let ago = now.saturating_duration_since(stroke).as_secs_f32();
        let x = egui::lerp(rect.x_range(), 1.0 - ago / STROKES_SHOWN.as_secs_f32());
        let at = |dx: f32, dy: f32| rect.left_top() + vec2(x - rect.left() + dx, dy);
        let wedge = vec![at(-5.0, 0.0), at(5.0, 0.0), at(0.0, 8.0)];
        let outline = Stroke::new(1.0, theme::GROUND);
        let wedge = egui::Shape::convex_polygon(wedge, theme::TEXT, outline);
        ui.painter_at(rect).add(wedge);
    }
}

fn text_in(ui: &Ui, rect: Rect, text: &str) {
    let job = egui::text::LayoutJob {
        halign: Align::Center,
        ..egui::text::LayoutJob::simple(
            text.to_owned(),
            theme::small_font(),
            theme::WEAK,
            rect.width() - 16.0,
        )
    };
    let galley = ui.painter().layout_job(job);
    let place = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect);
    ui.painter().galley(place.center_top(), galley, theme::WEAK);
}
