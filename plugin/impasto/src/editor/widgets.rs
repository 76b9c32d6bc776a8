//! The few controls that egui does not bring, each with its name for screen readers.

use egui::{
    Align2, Color32, CornerRadius, FontId, Pos2, Rect, Response, RichText, Role, Sense, Stroke, Ui,
    Vec2, WidgetInfo, pos2, vec2,
};

use super::text::{self, Keep};
use super::theme;

/// The name of a card, in the corner of every card.
pub fn caption(ui: &mut Ui, text: &str) -> Response {
    ui.label(
        RichText::new(text)
            .font(theme::small_font())
            .color(theme::WEAK),
    )
}

/// Height of a card's first line, in points.
pub const HEADER: f32 = 18.0;

/// The first line of a card: its name at the left, and what `right` adds at the right.
pub fn header(ui: &mut Ui, name: &str, right: impl FnOnce(&mut Ui)) -> Response {
    let size = vec2(ui.available_width(), HEADER);
    let place = egui::Layout::left_to_right(egui::Align::Center);
    ui.allocate_ui_with_layout(size, place, |ui| {
        ui.set_min_size(size);
        let name = caption(ui, name);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), right);
        name
    })
    .inner
}

/// A card of the full width and `height` over all; nothing where there is no room.
pub fn card<R>(ui: &mut Ui, height: f32, content: impl FnOnce(&mut Ui) -> R) -> Option<R> {
    let frame = theme::card();
    let size = vec2(ui.available_width(), height) - frame.total_margin().sum();
    (size.x > 8.0 && size.y > 8.0).then(|| {
        let inside = frame.show(ui, |ui| {
            ui.set_min_size(size);
            ui.set_max_size(size);
            ui.shrink_clip_rect(ui.max_rect().expand(3.0));
            ui.spacing_mut().item_spacing.y = 6.0;
            content(ui)
        });
        inside.inner
    })
}

/// One line that ends in an ellipsis where it is too long; all of it in its tooltip. Any
/// text may be put in it: see [`text`].
pub fn line(ui: &mut Ui, text: impl Into<RichText>) -> Response {
    text::line(ui, text, Keep::Start)
}

/// The same for the name of a file, which keeps its ending.
pub fn file_line(ui: &mut Ui, name: impl Into<RichText>) -> Response {
    text::line(ui, name, Keep::Ending)
}

/// One line painted with its left end's middle at `at`, elided at `width`. For rows that
/// have a name of their own: a label would be read out a second time.
pub fn text_at(ui: &Ui, at: Pos2, width: f32, text: &str, font: FontId, color: Color32) {
    let place = (at, Align2::LEFT_CENTER);
    text::paint(ui, place, (text, Keep::Start), width, font, color);
}

/// One line of second rank.
pub fn small_line(ui: &mut Ui, text: &str) -> Response {
    line(
        ui,
        RichText::new(text)
            .font(theme::small_font())
            .color(theme::WEAK),
    )
}

/// A paragraph of second rank.
pub fn note(ui: &mut Ui, text: &str) -> Response {
    text::paragraph(ui, RichText::new(text).color(theme::WEAK))
}

/// A paragraph that needs the user, with a mark in front of it.
pub fn alert(ui: &mut Ui, text: &str) {
    ui.horizontal_top(|ui| {
        alert_mark(ui);
        text::paragraph(ui, RichText::new(text).color(theme::ALERT));
    });
}

/// An exclamation mark in a disc: said by shape, not by colour alone.
pub fn alert_mark(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(16.0), Sense::hover());
    alert_mark_at(ui, rect.center());
}

/// The same, painted around `center` over what is there.
pub fn alert_mark_at(ui: &Ui, center: Pos2) {
    let painter = ui.painter();
    painter.circle_stroke(center, 7.0, Stroke::new(1.3, theme::ALERT));
    let top = center - vec2(0.0, 3.5);
    painter.line_segment([top, top + vec2(0.0, 4.5)], Stroke::new(1.6, theme::ALERT));
    painter.circle_filled(center + vec2(0.0, 3.6), 1.0, theme::ALERT);
}

/// A disc that is full when `on` and a ring when not.
pub fn lamp(ui: &mut Ui, on: bool, color: Color32) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(10.0), Sense::hover());
    if on {
        ui.painter().circle_filled(rect.center(), 4.0, color);
    } else {
        ui.painter()
            .circle_stroke(rect.center(), 3.5, Stroke::new(1.2, theme::WEAK));
    }
    response
}

/// A button that stands out: what to do next.
pub fn primary_button(ui: &mut Ui, text: &str) -> Response {
    ui.add(
        egui::Button::new(RichText::new(text).color(theme::GROUND))
            .fill(theme::AMBER)
            .stroke(Stroke::NONE),
    )
}

/// A bar filled to `share` in 0..=1.
pub fn bar(ui: &mut Ui, height: f32, share: f32, color: Color32) -> Rect {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let radius = CornerRadius::same((height / 2.0).min(4.0) as u8);
    ui.painter().rect_filled(rect, radius, theme::TROUGH);
    if share > 0.0 {
        let mut filled = rect;
        filled.set_width((rect.width() * share.min(1.0)).max(2.0));
        ui.painter().rect_filled(filled, radius, color);
    }
    rect
}

/// The lowest level that the meters tell from silence, in dB.
const METER_FLOOR_DB: f32 = -60.0;

/// A level in dBFS as a share of a meter's length, with marks every 12 dB.
pub fn level_meter(ui: &mut Ui, name: &str, db: f32, color: Color32) {
    let db = if db.is_nan() { METER_FLOOR_DB } else { db };
    let share = ((db - METER_FLOOR_DB) / -METER_FLOOR_DB).clamp(0.0, 1.0);
    let clipping = db >= -0.1;
    let rect = bar(ui, 8.0, share, if clipping { theme::ALERT } else { color });
    for mark in [-48.0, -36.0, -24.0, -12.0_f32] {
        let x = egui::lerp(rect.x_range(), (mark - METER_FLOOR_DB) / -METER_FLOOR_DB);
        ui.painter().vline(
            x,
            rect.y_range(),
            Stroke::new(1.0, theme::GROUND.gamma_multiply(0.7)),
        );
    }
    let response = ui.interact(rect, ui.auto_id_with(name), Sense::hover());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, name);
        info.value = Some(f64::from(db));
        info
    });
}

/// A small page's name at the left of `rect`, marked if it is the one shown.
pub fn tab(ui: &mut Ui, rect: Rect, name: &str, shown: bool) -> Response {
    let (response, color) = tab_ground(ui, rect, name, shown);
    let at = rect.left_center() + vec2(10.0, 0.0);
    let font = theme::small_font();
    ui.painter()
        .text(at, Align2::LEFT_CENTER, name, font, color);
    response
}

/// A page's name in the middle of `rect`, marked if it is the one shown.
pub fn page_tab(ui: &mut Ui, rect: Rect, name: &str, shown: bool) -> Response {
    let (response, color) = tab_ground(ui, rect, name, shown);
    let font = theme::body_font();
    ui.painter()
        .text(rect.center(), Align2::CENTER_CENTER, name, font, color);
    response
}

/// What a tab is but for its name; the name's colour.
fn tab_ground(ui: &mut Ui, rect: Rect, name: &str, shown: bool) -> (Response, Color32) {
    let response = ui.interact(rect, ui.auto_id_with(("tab", name)), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, shown, name));
    let color = match shown || response.hovered() || response.has_focus() {
        true => theme::TEXT,
        false => theme::WEAK,
    };
    if shown {
        let radius = CornerRadius::same(4);
        ui.painter().rect_filled(rect, radius, theme::RAISED);
    }
    if response.has_focus() {
        focus_ring(ui, rect);
    }
    (response, color)
}

/// One of a few names from a list that opens. Returns the one clicked.
pub fn chooser(ui: &mut Ui, label: &str, names: &[&str], taken: usize) -> Option<usize> {
    let small = |text: &str| RichText::new(text).font(theme::small_font());
    let mut clicked = None;
    ui.spacing_mut().interact_size.y = 18.0;
    ui.spacing_mut().button_padding.y = 1.0;
    let list = egui::ComboBox::from_id_salt(label)
        .width(ui.available_width())
        .selected_text(small(names.get(taken).copied().unwrap_or_default()))
        .show_ui(ui, |ui| {
            for (place, name) in names.iter().enumerate() {
                if ui.selectable_label(place == taken, small(name)).clicked() {
                    clicked = Some(place);
                }
            }
        });
    list.response
        .widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, label));
    if list.response.gained_focus() {
        list.response.scroll_to_me(None);
    }
    clicked
}

/// A switch; true if it was clicked.
pub fn switch(ui: &mut Ui, name: &str, on: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(34.0, 18.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, name));
    let travel = ui.ctx().animate_bool(response.id, on);
    let fill = theme::TROUGH.lerp_to_gamma(theme::AMBER, travel);
    let radius = rect.height() / 2.0;
    ui.painter().rect_filled(rect, CornerRadius::same(9), fill);
    let x = egui::lerp(rect.left() + radius..=rect.right() - radius, travel);
    let knob = theme::WEAK.lerp_to_gamma(theme::GROUND, travel);
    ui.painter()
        .circle_filled(pos2(x, rect.center().y), radius - 4.0, knob);
    if response.has_focus() {
        focus_ring(ui, rect);
    }
    response
}

/// Shows where the keyboard is.
pub fn focus_ring(ui: &Ui, rect: Rect) {
    ui.painter().rect_stroke(
        rect.expand(2.0),
        CornerRadius::same(5),
        Stroke::new(1.0, theme::AMBER),
        egui::StrokeKind::Outside,
    );
}

/// The symbols that no font here has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A folder.
    Folder,
    /// A picture in its frame.
    Picture,
    /// A triangle to the right.
    Play,
    /// An arrow to the folder above.
    Up,
    /// An arrow that turns back.
    Undo,
    /// An arrow that turns forth.
    Redo,
}

/// Paints `icon` around `center`, about 12 points wide.
pub fn paint_icon(ui: &Ui, icon: Icon, center: Pos2, color: Color32) {
    let painter = ui.painter();
    let at = |x: f32, y: f32| center + vec2(x, y);
    let stroke = Stroke::new(1.2, color);
    match icon {
        Icon::Folder => {
            let outline = [
                (-6.0, 4.5),
                (-6.0, -4.5),
                (-1.5, -4.5),
                (0.5, -2.5),
                (6.0, -2.5),
                (6.0, 4.5),
            ];
            let outline = outline.map(|(x, y)| at(x, y)).to_vec();
            painter.add(egui::Shape::closed_line(outline, stroke));
        }
        Icon::Picture => {
            let frame = Rect::from_center_size(center, vec2(12.0, 10.0));
            painter.rect_stroke(
                frame,
                CornerRadius::same(1),
                stroke,
                egui::StrokeKind::Middle,
            );
            painter.line(
                vec![
                    at(-5.0, 3.0),
                    at(-1.5, -0.5),
                    at(1.0, 2.0),
                    at(3.0, 0.5),
                    at(5.0, 3.0),
                ],
                stroke,
            );
            painter.circle_filled(at(2.5, -2.5), 1.1, color);
        }
        Icon::Play => {
            let triangle = vec![at(-3.5, -5.0), at(5.0, 0.0), at(-3.5, 5.0)];
            painter.add(egui::Shape::convex_polygon(triangle, color, Stroke::NONE));
        }
        Icon::Undo | Icon::Redo => {
            let side = if icon == Icon::Undo { 1.0 } else { -1.0 };
            let bow = (0..=10).map(|step| {
                let angle = std::f32::consts::PI * (1.15 - 1.25 * step as f32 / 10.0);
                at(side * (0.5 + 5.0 * angle.cos()), 1.5 - 5.0 * angle.sin())
            });
            painter.line(bow.collect(), Stroke::new(1.6, color));
            let tip = at(-side * 5.0, 3.5);
            for (x, y) in [(-0.5, -4.5), (4.5, -1.0)] {
                painter.line_segment([tip, tip + vec2(side * x, y)], Stroke::new(1.6, color));
            }
        }
        Icon::Up => {
            painter.line_segment([at(0.0, 5.0), at(0.0, -4.5)], stroke);
            painter.line(vec![at(-4.0, -0.5), at(0.0, -4.5), at(4.0, -0.5)], stroke);
        }
    }
}
