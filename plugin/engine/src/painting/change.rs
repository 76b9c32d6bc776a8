//! Whether a canvas has changed.
//!
//! Two frames of an unchanged canvas differ: the sensor is noisy, JPEG rounds, a lamp warms
//! up, the camera's exposure follows the painter's shirt, a step on the floor shakes the
//! tripod. None of it is paint. So means over a coarse grid are compared, where noise is
//! next to nothing; what the whole picture has in common (a gain in lightness, a shift in
//! colour) is taken out by medians; and cells at an edge are allowed what a small shift of
//! the picture would make of them.

use image::RgbImage;
use serde::{Deserialize, Deserializer, Serialize};

/// Cells across and down: one is a tenth of a percent of the canvas, so that a touch of one
/// percent covers several whole.
pub const GRID: usize = 32;

/// So many cells must have changed: one that a fly sits on does not count.
const LEAST_CELLS: usize = 3;

/// The difference that counts, of 255, at the least and at the greatest sensitivity.
const THRESHOLDS: [f32; 2] = [12.0, 2.0];

/// Of the contrast within a cell and with the cells around, which a shift by this share of
/// a cell makes.
const SHAKE: f32 = 0.06;

/// A lightness that all of the picture has gained or lost is taken for exposure within
/// these; beyond them somebody has switched the light.
const EXPOSURE: [f32; 2] = [0.6, 1.7];

/// From here on, of 255, a channel may be at its end in some of a cell's pixels.
const BURNT: f32 = 230.0;

/// About as many pixels of a cell are looked at, along each side.
const PIXELS: usize = 32;

/// How small a change counts, from 0 (only bold strokes) to 1 (the least that is not noise).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Sensitivity(f32);

impl Sensitivity {
    /// Kept within 0..=1; what is no number becomes the usual.
    pub fn new(value: f32) -> Self {
        if value.is_nan() {
            return Self::default();
        }
        Self(value.clamp(0.0, 1.0))
    }

    /// 0..=1.
    pub fn get(self) -> f32 {
        self.0
    }

    /// The difference of a cell that counts, of 255.
    pub fn threshold(self) -> f32 {
        let [least, most] = THRESHOLDS;
        least * (most / least).powf(self.0)
    }
}

impl Default for Sensitivity {
    /// In the middle.
    fn default() -> Self {
        Self(0.5)
    }
}

impl<'de> Deserialize<'de> for Sensitivity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        f32::deserialize(deserializer).map(Self::new)
    }
}

/// Means over [`GRID`] × [`GRID`] cells: luma, and the two colour differences of BT.601,
/// each on a scale of 255; and twice the standard deviation of luma within the cell, which
/// is the contrast of an edge that goes through its middle.
#[derive(Clone, Debug, PartialEq)]
pub struct Canvas(Box<[[f32; 4]]>);

/// What is different between two canvases.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Change {
    /// The share of the cells that have changed, 0..=1.
    pub share: f32,
    /// The largest difference beyond what is allowed for, of 255; 0 if there is none.
    pub largest: f32,
}

impl Change {
    /// Whether it is to count.
    pub fn is_one(&self) -> bool {
        let cells = (self.share * (GRID * GRID) as f32).round() as usize;
        cells >= LEAST_CELLS
    }
}

impl Canvas {
    /// Of a picture of the painting alone. Looks at a raster of a million pixels at most,
    /// whatever the picture's size.
    pub fn of(picture: &RgbImage) -> Self {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let step = |length: usize| (length / (GRID * PIXELS)).max(1);
        let (across, down) = (step(width), step(height));
        let raw = picture.as_raw();
        let mut cells = Vec::with_capacity(GRID * GRID);
        for row in 0..GRID {
            for column in 0..GRID {
                let x = span(column, width);
                let (mut sums, mut squares, mut count) = ([0u32; 3], 0u32, 0u32);
                for y in span(row, height).step_by(down) {
                    let line = &raw[3 * (y * width + x.start)..3 * (y * width + x.end)];
                    for pixel in line.chunks_exact(3).step_by(across) {
                        (0..3).for_each(|at| sums[at] += u32::from(pixel[at]));
                        // Green is most of luma, and spares a product.
                        squares += u32::from(pixel[1]) * u32::from(pixel[1]);
                        count += 1;
                    }
                }
                let [r, g, b] = sums.map(|sum| sum as f32 / count.max(1) as f32);
                let luma = 0.299 * r + 0.587 * g + 0.114 * b;
                let spread = (squares as f32 / count.max(1) as f32 - g * g)
                    .max(0.0)
                    .sqrt();
                let contrast = 2.0 * spread;
                cells.push([luma, 0.564 * (b - luma), 0.713 * (r - luma), contrast]);
            }
        }
        Self(cells.into())
    }

    /// How `self` differs from `before`, a canvas of the same painting.
    pub fn change(&self, before: &Self, sensitivity: Sensitivity) -> Change {
        let (gain, shifts) = self.drift(before);
        let threshold = sensitivity.threshold();
        let (mut changed, mut largest) = (0usize, 0f32);
        for (at, (new, old)) in self.0.iter().zip(&before.0).enumerate() {
            let allowed = threshold + SHAKE * before.contrast(at) + before.burnt(at, gain);
            let luma = (new[0] - gain * old[0]).abs();
            let color = |c: usize| (new[c] - gain * old[c] - shifts[c - 1]).abs();
            let beyond = luma.max(color(1)).max(color(2)) - allowed;
            changed += usize::from(beyond > 0.0);
            largest = largest.max(beyond);
        }
        Change {
            share: changed as f32 / self.0.len() as f32,
            largest,
        }
    }

    /// What all of the picture has in common: the gain in lightness, and the shift of each
    /// colour difference that is left then. Medians, so that paint on less than half of the
    /// canvas does not move them.
    fn drift(&self, before: &Self) -> (f32, [f32; 2]) {
        let pairs = || self.0.iter().zip(&before.0);
        // Black has no gain.
        let ratios = pairs().filter(|(_, old)| old[0] > 12.0);
        let gain = median(ratios.map(|(new, old)| new[0] / old[0]).collect()).unwrap_or(1.0);
        let [least, most] = EXPOSURE;
        let gain = if (least..=most).contains(&gain) {
            gain
        } else {
            1.0
        };
        let shift = |c: usize| {
            let shifts = pairs().map(|(new, old)| new[c] - gain * old[c]);
            median(shifts.collect()).unwrap_or(0.0).clamp(-20.0, 20.0)
        };
        (gain, [shift(1), shift(2)])
    }

    /// What may be missing in cell `at` from its gain, where a channel is or was at its end.
    fn burnt(&self, at: usize, gain: f32) -> f32 {
        let [luma, blue, red, contrast] = self.0[at];
        let (r, b) = (luma + red / 0.713, luma + blue / 0.564);
        let g = (luma - 0.299 * r - 0.114 * b) / 0.587;
        let peak = r.max(g).max(b);
        let share = (peak * gain.max(1.0) + contrast / 2.0 - BURNT) / (255.0 - BURNT);
        (gain - 1.0).abs() * peak * share.clamp(0.0, 1.0)
    }

    /// The contrast in cell `at`: within it, or with its neighbours over all channels.
    fn contrast(&self, at: usize) -> f32 {
        let (row, column) = (at / GRID, at % GRID);
        let here = self.0[at];
        let mut most = here[3];
        for y in row.saturating_sub(1)..(row + 2).min(GRID) {
            for x in column.saturating_sub(1)..(column + 2).min(GRID) {
                let there = self.0[y * GRID + x];
                (0..3).for_each(|c| most = most.max((here[c] - there[c]).abs()));
            }
        }
        most
    }
}

/// The pixels of cell `at` along a side of `length`; never none.
fn span(at: usize, length: usize) -> std::ops::Range<usize> {
    let (begin, end) = (at * length / GRID, (at + 1) * length / GRID);
    let begin = begin.min(length.saturating_sub(1));
    begin..end.max(begin + 1)
}

fn median(mut values: Vec<f32>) -> Option<f32> {
    let middle = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let (_, value, _) = values.select_nth_unstable_by(middle, f32::total_cmp);
    Some(*value)
}

#[cfg(test)]
mod tests;
