//! Points between landmarks: whatever is no landmark lies among those that sound most
//! like it.

use crate::library::HalfRows;
use crate::retrieval::Kernel;

/// So many landmarks have a say.
const NEIGHBOURS: usize = 3;
/// How steeply a landmark's say falls with its distance: one that is twice as far has
/// 1/256 of it, so that a point between two clusters joins one and does not lie between.
const STEEPNESS: i32 = 4;

/// Finds places between landmarks.
pub(super) struct Placer<'a> {
    landmarks: HalfRows<'a>,
    /// Of each landmark.
    places: &'a [[u16; 2]],
    kernel: Kernel,
    squared: Vec<f32>,
    order: Vec<(f32, u32)>,
}

impl<'a> Placer<'a> {
    /// `landmarks` holds a row for each of `places`.
    pub(super) fn new(landmarks: HalfRows<'a>, places: &'a [[u16; 2]]) -> Self {
        assert_eq!(landmarks.len(), places.len(), "a place for each landmark");
        Self {
            landmarks,
            places,
            kernel: Kernel::best(),
            squared: Vec::new(),
            order: Vec::new(),
        }
    }

    /// Where a chunk of this embedding lies; the middle where there is no landmark.
    pub(super) fn place(&mut self, embedding: &[f32]) -> [u16; 2] {
        let Self {
            kernel, squared, ..
        } = self;
        kernel.squared_distances(embedding, self.landmarks, squared);
        self.order.clear();
        self.order.extend(self.squared.iter().copied().zip(0u32..));
        let kept = NEIGHBOURS.min(self.order.len());
        let Some(last) = kept.checked_sub(1) else {
            return [u16::MAX / 2; 2];
        };
        let order = |a: &(f32, u32), b: &(f32, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        self.order.select_nth_unstable_by(last, order);
        let near = &mut self.order[..kept];
        near.sort_unstable_by(order);
        let nearest = near[0];
        if nearest.0 <= 0.0 || !nearest.0.is_finite() {
            return self.places[nearest.1 as usize];
        }
        let mut sum = [0.0f64; 3];
        for (squared, landmark) in near.iter() {
            let weight = f64::from(nearest.0 / squared).powi(STEEPNESS);
            let [x, y] = self.places[*landmark as usize].map(f64::from);
            sum[0] += weight * x;
            sum[1] += weight * y;
            sum[2] += weight;
        }
        // Between places, so within their range.
        [sum[0], sum[1]].map(|axis| (axis / sum[2]).round() as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::HalfMatrix;

    #[test]
    fn a_chunk_lies_at_what_it_equals_and_between_what_it_resembles() {
        let landmarks = HalfMatrix::from_f32(&[0.0, 1.0, 8.0], 1);
        let places = [[0, 0], [1000, 0], [9000, 9000]];
        let mut placer = Placer::new(landmarks.rows(), &places);
        assert_eq!(placer.place(&[1.0]), [1000, 0]);
        let [x, y] = placer.place(&[0.5]);
        assert!((499..=501).contains(&x) && y <= 1, "{x} {y}");
        let [x, y] = placer.place(&[0.9]);
        assert!((990..=1000).contains(&x) && y == 0, "{x} {y}");
    }

    #[test]
    fn what_is_no_number_lies_somewhere() {
        let landmarks = HalfMatrix::from_f32(&[0.0, f32::NAN], 1);
        let places = [[5, 6], [7, 8]];
        let mut placer = Placer::new(landmarks.rows(), &places);
        assert_eq!(placer.place(&[f32::NAN]), [5, 6]);
        assert_eq!(placer.place(&[3.0]), [5, 6]);
        let none = HalfMatrix::new(1);
        assert_eq!(Placer::new(none.rows(), &[]).place(&[1.0]), [32_767; 2]);
    }
}
