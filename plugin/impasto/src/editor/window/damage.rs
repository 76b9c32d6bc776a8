//! Which parts of the picture have changed since the last frame.
//!
//! egui describes each frame as a list of shapes. Of two frames that follow each other
//! nearly all shapes are the same, in the same order. Where they differ is where the
//! window is painted anew: most of a frame's cost is painting, above all where no graphics
//! card does it.

use std::collections::HashSet;

use egui::epaint::ClippedShape;
use egui::{Rect, Shape, TextureId};

/// How far apart in the two lists equal shapes are looked for.
const REACH: usize = 8;
/// Parts of the window that are painted separately at most.
const PARTS: usize = 8;
/// For the soft edges that shapes get beyond their bounds, in pixels.
const FEATHER: f32 = 2.0;

/// Finds the changed parts between `old` and `new`, in points, on whole pixels, and within
/// `window`. Shapes with one of the textures `repainted` count as changed.
pub fn between(
    old: &[ClippedShape],
    new: &[ClippedShape],
    repainted: &HashSet<TextureId>,
    window: Rect,
    pixels_per_point: f32,
) -> Vec<Rect> {
    let mut parts = Parts {
        parts: Vec::new(),
        window,
        pixels_per_point,
    };
    let (mut i, mut j) = (0, 0);
    while i < old.len() && j < new.len() {
        if same(&old[i], &new[j]) {
            if repainted.contains(&new[j].shape.texture_id()) {
                parts.add(&new[j]);
            }
            (i, j) = (i + 1, j + 1);
            continue;
        }
        let (skip_old, skip_new) = resume(&old[i..], &new[j..]);
        old[i..i + skip_old]
            .iter()
            .for_each(|shape| parts.add(shape));
        new[j..j + skip_new]
            .iter()
            .for_each(|shape| parts.add(shape));
        (i, j) = (i + skip_old, j + skip_new);
    }
    old[i..].iter().for_each(|shape| parts.add(shape));
    new[j..].iter().for_each(|shape| parts.add(shape));
    parts.parts
}

/// After how many of each list, together as few as can be, equal shapes follow; one of
/// each if none are near.
fn resume(old: &[ClippedShape], new: &[ClippedShape]) -> (usize, usize) {
    for skip in 1..=REACH {
        for lag in (0..=skip).rev() {
            for (a, b) in [(skip, lag), (lag, skip)] {
                if let (Some(a_shape), Some(b_shape)) = (old.get(a), new.get(b))
                    && same(a_shape, b_shape)
                {
                    return (a, b);
                }
            }
        }
    }
    (1, 1)
}

/// Equality that looks at shared parts by their address first: text and meshes are kept by
/// egui from frame to frame, and comparing glyph by glyph would cost as much as painting.
fn same(a: &ClippedShape, b: &ClippedShape) -> bool {
    use std::sync::Arc;
    if a.clip_rect != b.clip_rect
        || a.transform_after_tessellation != b.transform_after_tessellation
    {
        return false;
    }
    match (&a.shape, &b.shape) {
        (Shape::Text(x), Shape::Text(y)) if Arc::ptr_eq(&x.galley, &y.galley) => {
            x.pos == y.pos
                && x.underline == y.underline
                && x.fallback_color == y.fallback_color
                && x.override_text_color == y.override_text_color
                && x.opacity_factor == y.opacity_factor
                && x.angle == y.angle
        }
        (Shape::Mesh(x), Shape::Mesh(y)) => Arc::ptr_eq(x, y) || x == y,
        // What it draws is not known.
        (Shape::Callback(_), _) => false,
        (x, y) => x == y,
    }
}

/// Where `shape` paints, in points and with its soft edges; negative if nowhere.
pub fn bounds(shape: &ClippedShape, pixels_per_point: f32) -> Rect {
    let bounds = shape.transform_after_tessellation * shape.shape.visual_bounding_rect();
    if bounds.any_nan() {
        return shape.clip_rect;
    }
    bounds
        .expand(FEATHER / pixels_per_point)
        .intersect(shape.clip_rect)
}

struct Parts {
    parts: Vec<Rect>,
    window: Rect,
    pixels_per_point: f32,
}

impl Parts {
    fn add(&mut self, shape: &ClippedShape) {
        let bounds = bounds(shape, self.pixels_per_point).intersect(self.window);
        if !bounds.is_positive() {
            return;
        }
        let mut part = self.whole_pixels(bounds);
        // Parts that touch become one, or pixels would be painted twice.
        while let Some(n) = self.parts.iter().position(|other| joins(*other, part)) {
            part |= self.parts.swap_remove(n);
        }
        self.parts.push(part);
        if self.parts.len() > PARTS {
            self.join_cheapest();
        }
    }

    fn whole_pixels(&self, rect: Rect) -> Rect {
        let scale = self.pixels_per_point;
        Rect::from_min_max(
            (rect.min * scale).floor() / scale,
            (rect.max * scale).ceil() / scale,
        )
        .intersect(self.window)
    }

    /// Joins the two parts whose joining paints the least in vain.
    fn join_cheapest(&mut self) {
        let mut cheapest = (f32::INFINITY, 0, 1);
        for i in 0..self.parts.len() {
            for j in i + 1..self.parts.len() {
                let (a, b) = (self.parts[i], self.parts[j]);
                let waste = a.union(b).area() - a.area() - b.area();
                if waste < cheapest.0 {
                    cheapest = (waste, i, j);
                }
            }
        }
        let (_, i, j) = cheapest;
        let joined = self.parts.swap_remove(j).union(self.parts[i]);
        self.parts[i] = joined;
    }
}

/// Whether two parts overlap, or are so near that one part costs less than two.
fn joins(a: Rect, b: Rect) -> bool {
    a.intersects(b) || a.union(b).area() < 1.2 * (a.area() + b.area())
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Color32, pos2, vec2};

    const WINDOW: Rect = Rect::from_min_max(pos2(0.0, 0.0), pos2(1000.0, 700.0));

    fn square(x: f32, y: f32, color: Color32) -> ClippedShape {
        let place = Rect::from_min_size(pos2(x, y), vec2(20.0, 20.0));
        ClippedShape::new(WINDOW, Shape::rect_filled(place, 0.0, color))
    }

    fn row(count: usize) -> Vec<ClippedShape> {
        (0..count)
            .map(|n| square(40.0 * n as f32, 10.0, Color32::WHITE))
            .collect()
    }

    fn find(old: &[ClippedShape], new: &[ClippedShape]) -> Vec<Rect> {
        between(old, new, &HashSet::new(), WINDOW, 1.0)
    }

    #[test]
    fn nothing_changes_nothing() {
        assert_eq!(find(&row(10), &row(10)), []);
    }

    #[test]
    fn a_change_is_its_place_before_and_after() {
        let (old, mut new) = (row(10), row(10));
        new[3] = square(600.0, 500.0, Color32::WHITE);
        let parts = find(&old, &new);
        assert_eq!(parts.len(), 2);
        let covered = |x, y| parts.iter().any(|part| part.contains(pos2(x, y)));
        assert!(covered(120.0, 10.0) && covered(139.0, 29.0));
        assert!(covered(600.0, 500.0) && covered(619.0, 519.0));
        assert!(!covered(95.0, 15.0), "the neighbour stays");
    }

    #[test]
    fn one_more_or_one_less_leaves_the_rest() {
        let (short, mut long) = (row(10), row(10));
        long.insert(5, square(300.0, 300.0, Color32::RED));
        for (old, new) in [(&short, &long), (&long, &short)] {
            let parts = find(old, new);
            assert_eq!(parts.len(), 1);
            assert!(parts[0].contains(pos2(310.0, 310.0)));
            assert!(parts[0].area() < 30.0 * 30.0);
        }
    }

    #[test]
    fn a_texture_painted_anew_changes_its_shape() {
        let id = TextureId::Managed(7);
        let place = Rect::from_min_size(pos2(100.0, 100.0), vec2(50.0, 50.0));
        let uv = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        let mut shapes = row(3);
        let image = Shape::image(id, place, uv, Color32::WHITE);
        shapes.push(ClippedShape::new(WINDOW, image));
        let parts = between(&shapes, &shapes, &HashSet::from([id]), WINDOW, 1.0);
        assert_eq!(parts.len(), 1);
        assert!(parts[0].contains_rect(place) && parts[0].area() < 60.0 * 60.0);
    }

    #[test]
    fn what_is_clipped_away_is_not_painted() {
        let mut hidden = square(100.0, 100.0, Color32::WHITE);
        hidden.clip_rect = Rect::from_min_max(pos2(0.0, 0.0), pos2(50.0, 50.0));
        assert_eq!(find(&[hidden], &[]), []);
        let outside = square(2000.0, 100.0, Color32::WHITE);
        assert_eq!(find(&[outside], &[]), []);
    }

    #[test]
    fn parts_are_few_and_apart() {
        let scattered: Vec<ClippedShape> = (0..200)
            .map(|n| {
                let n = n as f32;
                square((n * 397.0) % 980.0, (n * 211.0) % 680.0, Color32::WHITE)
            })
            .collect();
        let parts = find(&[], &scattered);
        assert!(!parts.is_empty() && parts.len() <= PARTS);
        for shape in &scattered {
            let place = bounds(shape, 1.0).intersect(WINDOW);
            assert!(
                parts.iter().any(|part| part.contains_rect(place)),
                "{place:?}"
            );
        }
    }

    #[test]
    fn parts_lie_on_whole_pixels() {
        let shapes = [square(10.3, 10.3, Color32::WHITE)];
        let parts = between(&[], &shapes, &HashSet::new(), WINDOW, 1.5);
        for edge in [parts[0].min.x, parts[0].max.x, parts[0].min.y] {
            let pixel = edge * 1.5;
            assert!((pixel - pixel.round()).abs() < 1e-3, "{pixel}");
        }
    }
}
