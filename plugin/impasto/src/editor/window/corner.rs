//! A corner of the window to pull, for hosts that leave the size to the plug-in.

use egui::{Id, Rect, Sense, Ui, Vec2, ViewportCommand, vec2};

/// The corner's side in points.
const SIDE: f32 = 16.0;

/// Shows a corner at the lower right and asks the window for the size it is pulled to,
/// `smallest` at least.
pub fn corner_ui(ui: &mut Ui, smallest: Vec2) {
    let window = ui.ctx().content_rect();
    let place = Rect::from_min_max(window.max - Vec2::splat(SIDE), window.max);
    let id = Id::unique("window corner");
    let response = ui.interact(place, id, Sense::drag());
    if response.hovered() || response.dragged() {
        ui.ctx().set_cursor_icon(egui::CursorIcon::ResizeNwSe);
    }
    if response.drag_started() {
        ui.data_mut(|data| data.insert_temp(id, window.size()));
    }
    // The size at the drag's begin: the window moves under the pointer meanwhile.
    let begun: Option<Vec2> = ui.data(|data| data.get_temp(id));
    if response.dragged()
        && let (Some(begun), Some(pulled)) = (begun, response.total_drag_delta())
    {
        let size = (begun + pulled).max(smallest);
        if size != window.size() {
            ui.send_viewport_cmd(ViewportCommand::InnerSize(size));
        }
    }
    let stroke = ui.style().interact(&response).fg_stroke;
    for step in 1..=3 {
        let reach = 4.0 * step as f32;
        let end = place.max - Vec2::splat(2.0);
        ui.painter()
            .line_segment([end - vec2(reach, 0.0), end - vec2(0.0, reach)], stroke);
    }
}
