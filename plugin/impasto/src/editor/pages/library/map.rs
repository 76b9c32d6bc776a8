//! The map: what sounds alike lies together, what belongs to the painting shines.

use std::sync::Arc;

use egui::{
    CornerRadius, EventFilter, Key, Pos2, Rect, Response, RichText, Role, Sense, Shape, Stroke, Ui,
    Vec2, WidgetInfo, pos2, vec2,
};
use engine::units::{ChunkId, Seconds};

use super::cloud::{Cloud, at, beside, nearest, ramp};
use crate::editor::request::{Purpose, Request};
use crate::editor::search::Search;
use crate::editor::{format, theme, widgets};
use crate::view::{Action, MapPoint, MapView, PaintingState, View};

/// How far the pointer may be from a point that it means.
const REACH: f32 = 14.0;

/// A snippet that was chosen on the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// The chunk.
    pub chunk: ChunkId,
    /// Its track's place in the list.
    pub track: u32,
    /// Where in the track it begins.
    pub start: Seconds,
}

impl From<&MapPoint> for Chosen {
    fn from(point: &MapPoint) -> Self {
        Self {
            chunk: point.chunk,
            track: point.track,
            start: point.start,
        }
    }
}

/// Draws the map into all of `ui`; what is chosen on it goes into `chosen`.
pub fn map_ui(
    ui: &mut Ui,
    view: &View,
    map: &Arc<MapView>,
    cloud: &mut Cloud,
    search: &Search,
    chosen: &mut Option<Chosen>,
) -> Vec<Request> {
    let rect = ui.available_rect_before_wrap();
    let id = ui.scope_id().with("map");
    let response = ui.interact(rect, id, Sense::click());
    ui.advance_cursor_after_rect(rect);
    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(rect, CornerRadius::same(4), theme::TROUGH);
    painter.add(cloud.shape(ui.ctx(), rect, &view.collection, map, search));
    let place = |chunk: ChunkId| Some(at(rect, map.all.place(chunk)?));

    if let Some(heard) = view.sounding.now.as_ref().and_then(|now| place(now.chunk)) {
        painter.extend(heard_mark(heard));
    }
    let mut requests = Vec::new();
    let hovered = response
        .hover_pos()
        .and_then(|pointer| nearest(rect, &map.points, pointer, REACH));
    let stepped = if response.has_focus() {
        let from = chosen.as_ref().and_then(|chosen| place(chosen.chunk));
        step(ui, &response, rect, map, from)
    } else {
        None
    };
    if let Some(index) = stepped {
        *chosen = Some(Chosen::from(&map.points[index]));
    }
    if response.clicked() {
        // A key clicks without a pointer: then it means what is chosen.
        if let (Some(index), Some(_)) = (hovered, response.interact_pointer_pos()) {
            *chosen = Some(Chosen::from(&map.points[index]));
        }
        let meant = response.interact_pointer_pos().is_none() || hovered.is_some();
        if let Some(chosen) = chosen.as_ref().filter(|_| meant) {
            requests.push(Request::Act(Action::Audition(chosen.chunk)));
        }
    }
    if let Some(marked) = chosen.as_ref().and_then(|chosen| place(chosen.chunk)) {
        painter.circle_stroke(marked, 8.0, Stroke::new(2.0, theme::TEXT));
    }
    let name = name(view, map, chosen.as_ref());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    if response.has_focus() {
        widgets::focus_ring(ui, rect.shrink(3.0));
    }
    if let Some(point) = hovered.map(|index| &map.points[index]) {
        let marked = at(rect, [point.x, point.y]);
        painter.circle_stroke(marked, 7.0, Stroke::new(1.0, theme::TEXT));
        response.on_hover_ui_at_pointer(|ui| hover_ui(ui, view, map, point));
    }
    requests
}

/// The point that an arrow key leads to.
fn step(
    ui: &Ui,
    response: &Response,
    rect: Rect,
    map: &MapView,
    from: Option<Pos2>,
) -> Option<usize> {
    let keys = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, keys));
    let directions = [
        (Key::ArrowLeft, vec2(-1.0, 0.0)),
        (Key::ArrowRight, vec2(1.0, 0.0)),
        (Key::ArrowUp, vec2(0.0, -1.0)),
        (Key::ArrowDown, vec2(0.0, 1.0)),
    ];
    let pressed = |(key, direction)| {
        ui.input(|input| input.key_pressed(key))
            .then_some(direction)
    };
    let direction: Vec2 = directions.into_iter().find_map(pressed)?;
    match from {
        Some(from) => beside(rect, &map.points, from, direction),
        // Where nothing is chosen, a walk begins in the middle.
        None => nearest(rect, &map.points, rect.center(), f32::INFINITY),
    }
}

/// Two rings and a cross of hairs, told apart from all other marks by their shape.
fn heard_mark(center: Pos2) -> Vec<Shape> {
    let stroke = Stroke::new(2.0, theme::TEXT);
    let mut shapes = vec![
        Shape::circle_stroke(center, 6.0, stroke),
        Shape::circle_stroke(center, 12.0, Stroke::new(1.5, theme::AMBER)),
    ];
    for direction in [vec2(1.0, 0.0), vec2(0.0, 1.0)] {
        for side in [-1.0, 1.0] {
            let ends = [
                center + direction * 12.0 * side,
                center + direction * 20.0 * side,
            ];
            shapes.push(Shape::line_segment(ends, stroke));
        }
    }
    shapes
}

/// What the map is, and what is chosen on it, for those who don't see it.
fn name(view: &View, map: &MapView, chosen: Option<&Chosen>) -> String {
    let of = format!("Map of {}", format::counted(map.chunks, "snippet"));
    let track = chosen.and_then(|chosen| {
        let row = view.collection.tracks.get(chosen.track as usize)?;
        Some((row, chosen))
    });
    match track {
        Some((row, chosen)) => {
            format!(
                "{of}, chosen: {} at {}",
                row.title,
                format::clock(chosen.start)
            )
        }
        None => format!("{of}, arrow keys choose one"),
    }
}

fn hover_ui(ui: &mut Ui, view: &View, map: &MapView, point: &MapPoint) {
    let Some(row) = view.collection.tracks.get(point.track as usize) else {
        return;
    };
    ui.label(RichText::new(&row.title).color(theme::TEXT));
    let mut second = format!("at {}", format::clock(point.start));
    if !row.artist.is_empty() {
        second = format!("{}  \u{00b7}  {second}", row.artist);
    }
    widgets::note(ui, &second);
    let shades = &view.collection.shades;
    let index = map.points.iter().position(|other| other == point);
    let shade = index.filter(|_| shades.len() == map.points.len());
    if let Some(shade) = shade.map(|index| shades[index]) {
        let percent = (100.0 * shade.belongs).floor();
        let pool = if shade.pooled { " In the pool." } else { "" };
        widgets::note(
            ui,
            &format!("Belongs to the painting more than {percent} % of the library.{pool}"),
        );
    }
    widgets::note(ui, "Click to hear it.");
}

/// Of the line above the map.
pub const LEGEND: f32 = 34.0;

/// What the colours mean, above the map.
pub fn legend_ui(ui: &mut Ui, view: &View, map: &MapView) -> Vec<Request> {
    let mut requests = Vec::new();
    ui.horizontal(|ui| {
        ui.set_height(LEGEND);
        let count = match map.chunks > map.points.len() {
            true => format!(
                "{} of {}",
                format::count(map.points.len()),
                format::counted(map.chunks, "snippet")
            ),
            false => format::counted(map.chunks, "snippet"),
        };
        widgets::caption(ui, &count).on_hover_text(
            "Each point is four seconds of music. What sounds alike lies together; directions \
             mean nothing.",
        );
        if matches!(view.painting, PaintingState::None) {
            widgets::caption(ui, "\u{00b7}  no painting: the colour says nothing");
            let button = egui::Button::new("Choose a painting").min_size(vec2(0.0, 32.0));
            let about = "What belongs to it is then lit up on the map";
            if ui.add(button).on_hover_text(about).clicked() {
                requests.push(Request::Browse(Purpose::Painting));
            }
            return;
        }
        if view.collection.shades.is_empty() {
            widgets::caption(ui, "\u{00b7}  colours come when the host plays")
                .on_hover_text("The painting is compared with the library when sound comes in");
            return;
        }
        widgets::caption(ui, "\u{00b7}  belongs less");
        let (rect, response) = ui.allocate_exact_size(vec2(72.0, 10.0), Sense::hover());
        let step = rect.width() / 12.0;
        for part in 0..12 {
            let left = pos2(rect.left() + step * part as f32, rect.top());
            let color = ramp(part as f32 / 11.0);
            let part = Rect::from_min_size(left, vec2(step + 0.5, rect.height()));
            ui.painter().rect_filled(part, CornerRadius::ZERO, color);
        }
        response.on_hover_text("Bright and large points belong to the painting");
        widgets::caption(ui, "more");
        let (rect, response) = ui.allocate_exact_size(vec2(14.0, 14.0), Sense::hover());
        let stroke = Stroke::new(1.3, ramp(1.0));
        ui.painter().circle_filled(rect.center(), 3.0, ramp(1.0));
        ui.painter().circle_stroke(rect.center(), 5.5, stroke);
        response.on_hover_text("In the pool");
        widgets::caption(ui, &format!("pool of {}", format::count(view.pool)))
            .on_hover_text("Chunks of the library that the painting lets through");
    });
    requests
}
