//! The map's points as one mesh, made only when something of it changes.

use std::sync::Arc;

use egui::{
    Color32, ColorImage, Context, Mesh, Pos2, Rect, Shape, TextureHandle, TextureOptions, Vec2,
    pos2, vec2,
};

use crate::editor::search::Search;
use crate::editor::theme;
use crate::view::{CollectionState, MapPoint, MapView, Shade};

/// From what belongs least to what belongs best: each step is brighter than the one before,
/// so that it is told by brightness alone, and runs from blue to yellow, which every common
/// form of colour blindness tells apart (as in Nuñez, Anderton and Renslow, 2018).
const RAMP: [[u8; 3]; 5] = [
    [0x3c, 0x46, 0x5c],
    [0x5f, 0x6b, 0x7c],
    [0x98, 0x8f, 0x7a],
    [0xd8, 0xab, 0x52],
    [0xff, 0xe3, 0x95],
];

/// While nothing is known of what belongs.
const PLAIN: Color32 = Color32::from_rgb(0x7d, 0x86, 0x8f);

/// Between the points and the edge of their place: room for the largest ring.
const MARGIN: f32 = 14.0;

/// Of a picture in the texture, in pixels.
const SPRITE: usize = 32;

/// The colour of a share of belonging, 0..=1.
pub fn ramp(belongs: f32) -> Color32 {
    let last = RAMP.len() - 1;
    let at = belongs.clamp(0.0, 1.0) * last as f32;
    let step = (at as usize).min(last - 1);
    let part = at - step as f32;
    let [r, g, b] = std::array::from_fn(|channel| {
        let (low, high) = (RAMP[step][channel], RAMP[step + 1][channel]);
        egui::lerp(f32::from(low)..=f32::from(high), part).round() as u8
    });
    Color32::from_rgb(r, g, b)
}

/// What a point looks like.
#[derive(Clone, Copy)]
enum Sprite {
    /// A disc.
    Disc,
    /// A disc in a ring: in the pool.
    Ringed,
    /// A wide ring: found by the search.
    Ring,
}

impl Sprite {
    const ALL: [Self; 3] = [Self::Disc, Self::Ringed, Self::Ring];

    /// How much of the picture at `radius`, where 1 is its edge, is covered.
    fn covers(self, radius: f32) -> f32 {
        let edge = |at: f32| ((at - radius) * SPRITE as f32 / 2.0 + 0.5).clamp(0.0, 1.0);
        let between = |low: f32, high: f32| edge(high) * (1.0 - edge(low));
        match self {
            Self::Disc => edge(0.9),
            Self::Ringed => edge(0.5).max(between(0.72, 0.94)),
            Self::Ring => between(0.74, 0.94),
        }
    }

    fn uv(self) -> Rect {
        let width = 1.0 / Self::ALL.len() as f32;
        let left = self as usize as f32 * width;
        // Half a pixel within, so that no other picture shines in.
        let inset = vec2(0.5 * width / SPRITE as f32, 0.5 / SPRITE as f32);
        Rect::from_min_size(pos2(left, 0.0), vec2(width, 1.0)).shrink2(inset)
    }
}

fn sprites() -> ColorImage {
    let width = SPRITE * Sprite::ALL.len();
    let mut image = ColorImage::filled([width, SPRITE], Color32::TRANSPARENT);
    for (place, sprite) in Sprite::ALL.into_iter().enumerate() {
        for y in 0..SPRITE {
            for x in 0..SPRITE {
                let middle = SPRITE as f32 / 2.0 - 0.5;
                let away = vec2(x as f32 - middle, y as f32 - middle).length();
                let covered = sprite.covers(away / (SPRITE as f32 / 2.0));
                let at = y * width + place * SPRITE + x;
                image.pixels[at] = Color32::from_white_alpha((255.0 * covered) as u8);
            }
        }
    }
    image
}

/// Of what a mesh was made.
#[derive(Clone, PartialEq)]
struct Made {
    rect: Rect,
    map: usize,
    shades: usize,
    search: u64,
}

/// The points, drawn.
#[derive(Default)]
pub struct Cloud {
    sprites: Option<TextureHandle>,
    made: Option<Made>,
    /// Kept, so that their addresses stay theirs.
    kept: Option<(Arc<MapView>, Arc<Vec<Shade>>)>,
    mesh: Arc<Mesh>,
}

impl Cloud {
    /// The points of `map` within `rect`.
    pub fn shape(
        &mut self,
        ctx: &Context,
        rect: Rect,
        collection: &CollectionState,
        map: &Arc<MapView>,
        search: &Search,
    ) -> Shape {
        let made = Made {
            rect,
            map: Arc::as_ptr(map) as usize,
            shades: Arc::as_ptr(&collection.shades) as usize,
            search: search.version(),
        };
        if self.made.as_ref() != Some(&made) {
            let sprites = self
                .sprites
                .get_or_insert_with(|| ctx.load_texture("map", sprites(), TextureOptions::LINEAR));
            let mut mesh = Mesh::with_texture(sprites.id());
            fill(&mut mesh, rect, collection, map, search);
            self.mesh = Arc::new(mesh);
            self.kept = Some((Arc::clone(map), Arc::clone(&collection.shades)));
            self.made = Some(made);
        }
        Shape::Mesh(Arc::clone(&self.mesh))
    }
}

/// Where a place on the map lies within `rect`.
pub fn at(rect: Rect, [x, y]: [f32; 2]) -> Pos2 {
    let inside = rect.shrink(MARGIN);
    pos2(
        egui::lerp(inside.x_range(), x),
        egui::lerp(inside.y_range(), y),
    )
}

/// The point nearest to `pointer` and not further than `reach` points away.
pub fn nearest(rect: Rect, points: &[MapPoint], pointer: Pos2, reach: f32) -> Option<usize> {
    let distance = |point: &MapPoint| at(rect, [point.x, point.y]).distance_sq(pointer);
    let all = points.iter().map(distance).enumerate();
    let near = all.min_by(|a, b| a.1.total_cmp(&b.1));
    near.filter(|(_, squared)| *squared <= reach * reach)
        .map(|(index, _)| index)
}

/// The point that lies next in `direction` (a unit vector) from `from`: near, and not far
/// to the side.
pub fn beside(rect: Rect, points: &[MapPoint], from: Pos2, direction: Vec2) -> Option<usize> {
    let cost = |point: &MapPoint| {
        let way = at(rect, [point.x, point.y]) - from;
        let ahead = way.dot(direction);
        let aside = (way - direction * ahead).length();
        (ahead > 0.5 && aside <= ahead).then_some(ahead + 2.0 * aside)
    };
    let all = points.iter().enumerate();
    let ahead = all.filter_map(|(index, point)| Some((index, cost(point)?)));
    ahead
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(index, _)| index)
}

fn fill(mesh: &mut Mesh, rect: Rect, collection: &CollectionState, map: &MapView, search: &Search) {
    let points = &map.points;
    let shades = Some(&collection.shades).filter(|shades| shades.len() == points.len());
    let mut found = vec![!search.is_on(); collection.tracks.len()];
    if search.is_on() {
        for track in search.found().iter() {
            if let Some(found) = found.get_mut(*track as usize) {
                *found = true;
            }
        }
    }
    let is_found = |point: &MapPoint| found.get(point.track as usize).copied().unwrap_or(false);
    let shade = |index: usize| shades.map(|shades| shades[index]);
    // What belongs best lies on top.
    let mut order: Vec<u32> = (0..points.len() as u32).collect();
    let key = |index: &u32| {
        let shade = shade(*index as usize);
        let belongs = shade.map_or(0.0, |shade| shade.belongs);
        let pooled = shade.is_some_and(|shade| shade.pooled);
        (
            is_found(&points[*index as usize]),
            pooled,
            (belongs * 1e6) as u32,
        )
    };
    order.sort_by_cached_key(key);
    // A tenth of the place is covered, as long as points can be seen at all.
    let area = rect.width() * rect.height() / points.len().max(1) as f32;
    let usual = (area * 0.1 / std::f32::consts::PI).sqrt().clamp(1.6, 5.0);
    mesh.reserve_vertices(4 * points.len());
    mesh.reserve_triangles(2 * points.len());
    for index in order {
        let (point, shade) = (&points[index as usize], shade(index as usize));
        let center = at(rect, [point.x, point.y]);
        let (belongs, pooled) = shade.map_or((0.5, false), |s| (s.belongs, s.pooled));
        let color = shade.map_or(PLAIN, |shade| ramp(shade.belongs));
        let is_found = is_found(point);
        let color = if is_found {
            color
        } else {
            color.gamma_multiply(0.3)
        };
        let size = usual * (0.7 + 0.6 * belongs * belongs);
        let (sprite, size) = match pooled {
            true => (Sprite::Ringed, 2.0 * size.max(2.4)),
            false => (Sprite::Disc, size / 0.9),
        };
        add(mesh, sprite, center, size, color);
        if is_found && search.is_on() {
            add(mesh, Sprite::Ring, center, size + 4.0, theme::BLUE);
        }
    }
}

fn add(mesh: &mut Mesh, sprite: Sprite, center: Pos2, radius: f32, color: Color32) {
    let place = Rect::from_center_size(center, Vec2::splat(2.0 * radius));
    mesh.add_rect_with_uv(place, sprite.uv(), color);
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::units::{ChunkId, Seconds};

    #[test]
    fn what_belongs_better_is_brighter() {
        let luminance = |color: Color32| {
            let [r, g, b, _] = egui::Rgba::from(color).to_array();
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let steps: Vec<f32> = (0..=20)
            .map(|at| luminance(ramp(at as f32 / 20.0)))
            .collect();
        assert!(steps.is_sorted_by(|a, b| a < b), "{steps:?}");
        let ground = luminance(theme::TROUGH);
        assert!((steps[0] + 0.05) / (ground + 0.05) > 1.8, "seen at all");
        assert_eq!(ramp(f32::NAN.max(0.0)), ramp(-1.0));
    }

    fn point(x: f32, y: f32) -> MapPoint {
        MapPoint {
            chunk: ChunkId(0),
            x,
            y,
            track: 0,
            start: Seconds(0.0),
        }
    }

    #[test]
    fn keys_go_to_the_nearest_point_in_their_direction() {
        let rect = Rect::from_min_size(Pos2::ZERO, vec2(400.0, 400.0));
        let points = [
            point(0.5, 0.5),
            point(0.6, 0.52),
            point(0.55, 0.9),
            point(0.1, 0.45),
            point(0.5, 0.1),
        ];
        let from = at(rect, [0.5, 0.5]);
        let step = |x: f32, y: f32| beside(rect, &points, from, vec2(x, y));
        assert_eq!(step(1.0, 0.0), Some(1));
        assert_eq!(step(0.0, 1.0), Some(2));
        assert_eq!(step(-1.0, 0.0), Some(3));
        assert_eq!(step(0.0, -1.0), Some(4));
        let edge = at(rect, [0.1, 0.45]);
        assert_eq!(beside(rect, &points, edge, vec2(-1.0, 0.0)), None);
    }

    #[test]
    fn only_what_is_near_the_pointer_is_hit() {
        let rect = Rect::from_min_size(pos2(50.0, 60.0), vec2(300.0, 200.0));
        let points = [point(0.0, 0.0), point(1.0, 1.0)];
        let corner = at(rect, [1.0, 1.0]);
        assert!(rect.contains(corner));
        assert_eq!(
            nearest(rect, &points, corner + vec2(3.0, 4.0), 6.0),
            Some(1)
        );
        assert_eq!(nearest(rect, &points, corner + vec2(3.0, 4.0), 4.0), None);
        assert_eq!(nearest(rect, &[], corner, 1e9), None);
    }
}
