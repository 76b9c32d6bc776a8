//! The painting, as large as the window lets it be.

use egui::{Align, Image, Layout, Rect, RichText, Sense, TextureHandle, Ui, UiBuilder, vec2};

use crate::editor::request::{Purpose, Request};
use crate::editor::{format, pictures::Pictures, theme, widgets};
use crate::view::{Action, PaintingState, View};

/// The line with the name and the buttons.
const CAPTION_HEIGHT: f32 = 26.0;

/// Fills what is left of `ui`.
pub fn painting_ui(ui: &mut Ui, view: &View, pictures: &mut Pictures) -> Vec<Request> {
    let mut requests = Vec::new();
    let area = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(area);
    let caption = area.with_min_y((area.bottom() - CAPTION_HEIGHT).max(area.top()));
    let canvas = area.with_max_y((caption.top() - theme::GAP).max(area.top()));

    let mut inside = ui.new_child(
        UiBuilder::new()
            .max_rect(canvas)
            .layout(Layout::top_down(Align::Center)),
    );
    match &view.painting {
        PaintingState::Ready {
            thumbnail, name, ..
        } => {
            let texture = pictures.painting(ui.ctx(), thumbnail);
            picture(&mut inside, canvas, &texture, name);
        }
        PaintingState::None => requests.extend(none_ui(&mut inside, canvas)),
        PaintingState::Loading { path } => {
            frame(&inside, canvas);
            centred(&mut inside, canvas, 60.0, |ui| {
                ui.spinner();
                widgets::small_line(ui, &format!("Looking at {}", format::file_name(path)));
            });
        }
        PaintingState::Failed { reason, .. } => {
            frame(&inside, canvas);
            centred(&mut inside, canvas, 120.0, |ui| {
                ui.set_max_width(380.0);
                widgets::alert(ui, reason);
                ui.add_space(6.0);
                if widgets::primary_button(ui, "Choose another picture").clicked() {
                    requests.push(Request::Browse(Purpose::Painting));
                }
            });
        }
    }

    let mut line = ui.new_child(
        UiBuilder::new()
            .max_rect(caption)
            .layout(Layout::right_to_left(Align::Center)),
    );
    requests.extend(caption_ui(&mut line, &view.painting));
    requests
}

/// The painting, whole and centred, never larger than its pixels allow at twice their size.
fn picture(ui: &mut Ui, canvas: Rect, texture: &TextureHandle, name: &str) {
    let size = texture.size_vec2();
    let scale = (canvas.width() / size.x)
        .min(canvas.height() / size.y)
        .min(2.0);
    let place = Rect::from_center_size(canvas.center(), size * scale);
    ui.put(
        place,
        Image::new((texture.id(), place.size()))
            .corner_radius(2)
            .alt_text(name),
    );
}

/// An empty stretcher frame, so that it is seen where the painting will be.
fn frame(ui: &Ui, canvas: Rect) {
    ui.painter()
        .rect_filled(canvas, theme::ROUNDING, theme::CARD);
}

fn none_ui(ui: &mut Ui, canvas: Rect) -> Option<Request> {
    frame(ui, canvas);
    let mut clicked = false;
    centred(ui, canvas, 120.0, |ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(24.0, 20.0), Sense::hover());
        widgets::paint_icon(ui, widgets::Icon::Picture, rect.center(), theme::WEAK);
        ui.label(RichText::new("No painting yet").heading());
        widgets::note(ui, "Its picture decides which of your music belongs.");
        ui.add_space(6.0);
        clicked = widgets::primary_button(ui, "Choose a painting").clicked();
    });
    clicked.then_some(Request::Browse(Purpose::Painting))
}

/// Lays `content`, about `height` high, in the middle of `canvas`.
fn centred(ui: &mut Ui, canvas: Rect, height: f32, content: impl FnOnce(&mut Ui)) {
    let place = canvas
        .shrink2(vec2(16.0_f32.min(canvas.width() / 4.0), 0.0))
        .with_min_y((canvas.center().y - height / 2.0).max(canvas.top()));
    ui.scope_builder(
        UiBuilder::new()
            .max_rect(place)
            .layout(Layout::top_down(Align::Center)),
        content,
    );
}

/// From the right: the buttons, then the name in what is left.
fn caption_ui(ui: &mut Ui, painting: &PaintingState) -> Vec<Request> {
    let mut requests = Vec::new();
    // A file that failed may have been half written: it is worth another look.
    let (name, path, readable) = match painting {
        PaintingState::None => return requests,
        PaintingState::Ready { path, name, .. } => (name.clone(), path, true),
        PaintingState::Loading { path } => (format::file_name(path), path, false),
        PaintingState::Failed { path, .. } => (format::file_name(path), path, true),
    };
    let hover = path.display().to_string();
    let clear = ui.button("Remove");
    if clear
        .on_hover_text("Use no painting: all of the library may be played")
        .clicked()
    {
        requests.push(Request::Act(Action::ClearPainting));
    }
    let reload = ui.add_enabled(readable, egui::Button::new("Reload"));
    if reload
        .on_hover_text("Read the file again, as the painting goes on")
        .clicked()
    {
        requests.push(Request::Act(Action::ReloadPainting));
    }
    if ui
        .button("Change")
        .on_hover_text("Choose another picture")
        .clicked()
    {
        requests.push(Request::Browse(Purpose::Painting));
    }
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        widgets::line(ui, RichText::new(name).size(15.0)).on_hover_text(hover);
    });
    requests
}
