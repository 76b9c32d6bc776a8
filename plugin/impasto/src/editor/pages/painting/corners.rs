//! The four handles on the painting's corners, and what lies between them.

use std::time::Instant;

use egui::{
    Color32, EventFilter, Key, Mesh, Pos2, Rect, Role, Sense, Shape, Stroke, TextureId, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};
use engine::painting::{Corners, Correction};

use super::{Draft, PaintingPage};
use crate::editor::{theme, widgets};

/// As the corners are called, in their order.
const NAMES: [&str; 4] = ["top left", "top right", "bottom right", "bottom left"];

/// What of a handle is hit, in points.
const REACH: f32 = 36.0;

/// What an arrow key moves a corner by, and with Shift; of the picture's side.
const STEPS: [f32; 2] = [0.004, 0.04];

/// The parts that a warped picture is drawn in, along each side.
const PARTS: usize = 16;

/// Draws the quadrangle on the picture at `place` and lets its corners be moved.
pub fn corners_ui(
    ui: &mut Ui,
    place: Rect,
    correction: &Correction,
    page: &mut PaintingPage,
    now: Instant,
) {
    let corners = page.corners(correction);
    let at = |[x, y]: [f32; 2]| place.min + vec2(x, y) * place.size();
    let points = corners.points().map(at);
    shade(ui, place, &points);
    let outline = points.to_vec();
    // Seen on any painting: dark beneath light.
    for (width, color) in [(4.0, Color32::from_black_alpha(160)), (1.6, theme::AMBER)] {
        let stroke = Stroke::new(width, color);
        ui.painter()
            .add(Shape::closed_line(outline.clone(), stroke));
    }
    for (nth, point) in points.into_iter().enumerate() {
        handle_ui(ui, place, nth, point, correction, page, now);
    }
}

fn handle_ui(
    ui: &mut Ui,
    place: Rect,
    nth: usize,
    center: Pos2,
    correction: &Correction,
    page: &mut PaintingPage,
    now: Instant,
) {
    let id = ui.scope_id().with(("corner", nth));
    // Handles at the picture's edge reach outside it.
    let area = Rect::from_center_size(center, Vec2::splat(REACH));
    let handle = ui.interact(area, id, Sense::click_and_drag());
    let corners = page.corners(correction);
    let [x, y] = corners.points()[nth];
    handle.widget_info(|| {
        let (across, down) = ((x * 100.0).round(), (y * 100.0).round());
        let text = format!(
            "Corner {}: {across} % from the left, {down} % from the top",
            NAMES[nth]
        );
        WidgetInfo::labeled(Role::Slider, true, text)
    });
    let mut to = None;
    if handle.dragged()
        && let Some(pointer) = handle.interact_pointer_pos()
    {
        to = Some([
            (pointer.x - place.left()) / place.width(),
            (pointer.y - place.top()) / place.height(),
        ]);
    }
    if handle.clicked() || handle.drag_started() {
        handle.request_focus();
    }
    if handle.has_focus() {
        let step = keys(ui, id);
        if step != Vec2::ZERO {
            to = Some([x + step.x, y + step.y]);
        }
    }
    let moved = to.and_then(|to| corners.moved(nth, to));
    if let Some(corners) = moved.filter(|moved| *moved != corners) {
        page.draft = Some(Draft {
            corners,
            moved: now,
            held: handle.dragged(),
            asked: false,
        });
    }
    if handle.drag_stopped()
        && let Some(draft) = &mut page.draft
    {
        draft.held = false;
    }
    let hot = handle.hovered() || handle.dragged() || handle.has_focus();
    let radius = if hot { 9.0 } else { 7.0 };
    let painter = ui.painter();
    painter.circle_filled(center, radius + 2.5, Color32::from_black_alpha(170));
    painter.circle_filled(center, radius, theme::AMBER);
    painter.circle_filled(center, radius - 3.0, theme::GROUND);
    if handle.has_focus() {
        widgets::focus_ring(ui, Rect::from_center_size(center, Vec2::splat(24.0)));
    }
    let help = "Drag to the painting's corner, or move it with the arrow keys (Shift: further)";
    handle.on_hover_text(help);
}

/// Where the arrow keys move a corner.
fn keys(ui: &Ui, id: egui::Id) -> Vec2 {
    ui.memory_mut(|memory| {
        let filter = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            ..Default::default()
        };
        memory.set_focus_lock_filter(id, filter);
    });
    ui.input(|input| {
        let step = STEPS[usize::from(input.modifiers.shift)];
        let presses = |key| input.num_presses(key) as f32;
        let x = presses(Key::ArrowRight) - presses(Key::ArrowLeft);
        let y = presses(Key::ArrowDown) - presses(Key::ArrowUp);
        vec2(x, y) * step
    })
}

/// Darkens what of the picture is not the painting.
fn shade(ui: &Ui, place: Rect, points: &[Pos2; 4]) {
    let color = Color32::from_black_alpha(150);
    let outer = [
        place.left_top(),
        place.right_top(),
        place.right_bottom(),
        place.left_bottom(),
    ];
    let mut mesh = Mesh::default();
    for point in outer.iter().chain(points) {
        mesh.colored_vertex(*point, color);
    }
    for side in 0..4u32 {
        let next = (side + 1) % 4;
        mesh.add_triangle(side, next, side + 4);
        mesh.add_triangle(next, next + 4, side + 4);
    }
    ui.painter().add(Shape::mesh(mesh));
}

/// What of `texture` lies within `corners`, as it is seen from straight ahead, at `place`.
pub fn warped(texture: TextureId, corners: &Corners, place: Rect) -> Shape {
    let map = corners.homography();
    let mut mesh = Mesh::with_texture(texture);
    for row in 0..=PARTS {
        for column in 0..=PARTS {
            let (u, v) = (column as f32 / PARTS as f32, row as f32 / PARTS as f32);
            let [x, y] = map.apply([f64::from(u), f64::from(v)]);
            mesh.vertices.push(egui::epaint::Vertex {
                pos: place.min + vec2(u, v) * place.size(),
                uv: pos2(x as f32, y as f32),
                color: Color32::WHITE,
            });
        }
    }
    let across = PARTS as u32 + 1;
    for row in 0..PARTS as u32 {
        for column in 0..PARTS as u32 {
            let first = row * across + column;
            mesh.add_triangle(first, first + 1, first + across);
            mesh.add_triangle(first + 1, first + across + 1, first + across);
        }
    }
    Shape::mesh(mesh)
}
