//! The painting seen from straight ahead.

use image::{DynamicImage, Rgb, RgbImage};

use super::Corners;
use crate::inference::opaque;

/// The longer side that a rectified painting has at most, in pixels: as much as is kept of
/// any picture.
pub const LONGEST: u32 = 1024;

/// The part of `picture` within `corners`, as if it were looked at from straight ahead. Its
/// sides are those of the quadrangle (the longer of each two that face each other), reduced
/// so that none is longer than `longest` pixels (at least 1).
///
/// The picture is halved by means over 2 × 2 pixels before it is sampled between four
/// pixels, so that every pixel of the painting counts and a weave does not shimmer.
pub fn rectify(picture: &RgbImage, corners: &Corners, longest: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let [a, b, c, d] = (corners.points()).map(|[x, y]| [x * width as f32, y * height as f32]);
    let length = |p: [f32; 2], q: [f32; 2]| (p[0] - q[0]).hypot(p[1] - q[1]);
    let across = length(a, b).max(length(d, c)).max(1.0);
    let down = length(b, c).max(length(a, d)).max(1.0);
    let scale = (longest.max(1) as f32 / across.max(down)).min(1.0);
    let side = |length: f32| ((length * scale).round() as u32).max(1);
    let mut halved: Option<RgbImage> = None;
    let mut left = scale;
    while left <= 0.5 {
        let from = halved.as_ref().unwrap_or(picture);
        if from.width() < 2 || from.height() < 2 {
            break;
        }
        halved = Some(halve(from));
        left *= 2.0;
    }
    let from = halved.as_ref().unwrap_or(picture);
    warp(from, corners, side(across), side(down))
}

/// `picture` with no side longer than `longest` pixels; never enlarged.
pub fn shrink(picture: &DynamicImage, longest: u32) -> RgbImage {
    match picture.as_rgb8() {
        Some(seen) => rectify(seen, &Corners::WHOLE, longest),
        None => rectify(&opaque(picture.clone()), &Corners::WHOLE, longest),
    }
}

/// Means over 2 × 2 pixels; an odd last row or column is left out.
fn halve(picture: &RgbImage) -> RgbImage {
    let (width, height) = (picture.width() / 2, picture.height() / 2);
    let stride = picture.width() as usize * 3;
    let mut pixels = Vec::with_capacity(width as usize * height as usize * 3);
    for rows in picture.as_raw().chunks_exact(2 * stride) {
        let (upper, lower) = rows.split_at(stride);
        for (u, l) in upper.chunks_exact(6).zip(lower.chunks_exact(6)) {
            for at in 0..3 {
                let sum = [u[at], u[at + 3], l[at], l[at + 3]].map(u16::from);
                pixels.push(((sum.iter().sum::<u16>() + 2) / 4) as u8);
            }
        }
    }
    RgbImage::from_raw(width, height, pixels).unwrap_or_default()
}

/// `width` × `height` pixels of what lies within `corners`, between the four nearest.
fn warp(picture: &RgbImage, corners: &Corners, width: u32, height: u32) -> RgbImage {
    let map = corners.homography();
    let (w, h) = (f64::from(picture.width()), f64::from(picture.height()));
    RgbImage::from_fn(width, height, |x, y| {
        let u = (f64::from(x) + 0.5) / f64::from(width);
        let v = (f64::from(y) + 0.5) / f64::from(height);
        let [x, y] = map.apply([u, v]);
        sample(picture, (x * w - 0.5) as f32, (y * h - 0.5) as f32)
    })
}

/// Between the four pixels around (`x`, `y`), whose centres are whole numbers; beyond the
/// edge the edge goes on.
fn sample(picture: &RgbImage, x: f32, y: f32) -> Rgb<u8> {
    let (last_x, last_y) = (picture.width() - 1, picture.height() - 1);
    let (x, y) = (x.clamp(0.0, last_x as f32), y.clamp(0.0, last_y as f32));
    let (left, top) = (x as u32, y as u32);
    let (right, bottom) = ((left + 1).min(last_x), (top + 1).min(last_y));
    let (fx, fy) = (x - left as f32, y - top as f32);
    let [a, b, c, d] = [(left, top), (right, top), (left, bottom), (right, bottom)]
        .map(|(x, y)| picture.get_pixel(x, y).0.map(f32::from));
    let mix = |at: usize| {
        let upper = a[at] + (b[at] - a[at]) * fx;
        let lower = c[at] + (d[at] - c[at]) * fx;
        (upper + (lower - upper) * fy + 0.5) as u8
    };
    Rgb([mix(0), mix(1), mix(2)])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Smooth, so that sampling it twice loses little.
    fn gradients(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| {
            let (u, v) = (x as f32 / width as f32, y as f32 / height as f32);
            let wave = |phase: f32| (127.0 + 100.0 * (6.0 * u + 4.0 * v + phase).sin()) as u8;
            Rgb([wave(0.0), wave(2.0), (255.0 * u * (1.0 - v)) as u8])
        })
    }

    /// `painting` hung up so that it fills `corners` of a frame on a grey wall.
    fn hung(painting: &RgbImage, corners: &Corners, width: u32, height: u32) -> RgbImage {
        let back = corners.homography().inverse();
        RgbImage::from_fn(width, height, |x, y| {
            let at = [
                (f64::from(x) + 0.5) / f64::from(width),
                (f64::from(y) + 0.5) / f64::from(height),
            ];
            let [u, v] = back.apply(at);
            if !(0.0..=1.0).contains(&u) || !(0.0..=1.0).contains(&v) {
                return Rgb([90, 90, 90]);
            }
            let (w, h) = (painting.width() as f64, painting.height() as f64);
            sample(painting, (u * w - 0.5) as f32, (v * h - 0.5) as f32)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn the_picture_s_own_corners_change_nothing(width in 1u32..200, height in 1u32..200) {
            let picture = gradients(width, height);
            prop_assert_eq!(rectify(&picture, &Corners::WHOLE, LONGEST), picture);
        }

        #[test]
        fn a_painting_seen_askew_is_given_back(
            inset in prop::array::uniform4(prop::array::uniform2(0.02f32..0.2))
        ) {
            let [a, b, c, d] = inset;
            let corners = Corners::new([
                a,
                [1.0 - b[0], b[1]],
                [1.0 - c[0], 1.0 - c[1]],
                [d[0], 1.0 - d[1]],
            ]);
            let corners = corners.expect("so far from the middle they can't fold");
            let painting = gradients(240, 180);
            let frame = hung(&painting, &corners, 640, 480);
            let found = warp(&frame, &corners, 240, 180);
            let mut errors = Vec::new();
            // The outermost pixels mix with the wall.
            for y in 2..178 {
                for x in 2..238 {
                    let (a, b) = (painting.get_pixel(x, y).0, found.get_pixel(x, y).0);
                    errors.extend((0..3).map(|at| a[at].abs_diff(b[at])));
                }
            }
            let worst = errors.iter().copied().max().unwrap_or(0);
            let mean = errors.iter().map(|e| f64::from(*e)).sum::<f64>() / errors.len() as f64;
            prop_assert!(worst <= 6 && mean < 1.0, "worst {} mean {}", worst, mean);
        }
    }

    #[test]
    fn sides_follow_the_quadrangle_and_are_bounded() {
        let picture = gradients(3000, 2000);
        let corners = Corners::new([[0.1, 0.1], [0.9, 0.1], [0.9, 0.6], [0.1, 0.6]]);
        let found = rectify(&picture, &corners.expect("convex"), LONGEST);
        assert_eq!(found.dimensions(), (1024, 427));
        let whole = rectify(&picture, &Corners::WHOLE, 100);
        assert_eq!(whole.dimensions(), (100, 67));
        assert_eq!(rectify(&picture, &Corners::WHOLE, 0).dimensions(), (1, 1));
    }

    #[test]
    fn every_pixel_counts_when_it_is_reduced() {
        // White columns 16 pixels apart: sampled without means they would be missed or hit.
        let stripes =
            RgbImage::from_fn(2048, 64, |x, _| Rgb([if x % 16 == 5 { 240 } else { 0 }; 3]));
        let small = rectify(&stripes, &Corners::WHOLE, 128);
        for pixel in small.pixels() {
            assert!(pixel.0[0].abs_diff(15) <= 2, "{}", pixel.0[0]);
        }
    }
}
