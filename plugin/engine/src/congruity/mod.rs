//! How well the music being played goes with the painting and the brush.
//!
//! Congruity is the weighted mean ([`whole`]) of named [`Parts`], each in 0..=1 and smoothed
//! in time by itself ([`Meter`]), so that what is shown adds up. Valence, arousal and the
//! cross-modal part are [`crate::crossmodal`]'s, the gesture is [`Reference`]'s, and the
//! network's is the rank of its score:
//!
//! The score of music and painting says little by itself: some
//! paintings have low scores with everything. So the score is read as a *rank*
//! among the scores that the chunks of the artist's own library have with the
//! same painting: 1 if the music fits better than all of them, 0 if worse.

mod gesture;
mod meter;
mod parts;

pub use gesture::Reference;
pub use meter::Meter;
pub use parts::{Part, PartWeights, Parts, whole};

use crate::units::{Congruity, Score};

/// The part of `distribution` (ascending) that belongs to the painting less
/// than `score` does; of equal ones half counts, so that the median is 0.5 even
/// where scores tie. `None` if there is nothing to compare with or `score` is
/// not a number.
///
/// Monotone: a lower score never has a lower congruity.
pub fn congruity_of(score: Score, distribution: &[Score]) -> Option<Congruity> {
    if distribution.is_empty() || score.0.is_nan() {
        return None;
    }
    let better = distribution.partition_point(|other| other.0 < score.0);
    let not_worse = distribution.partition_point(|other| other.0 <= score.0);
    let worse = distribution.len() - not_worse;
    let rank = worse as f64 + (not_worse - better) as f64 / 2.0;
    Congruity::new((rank / distribution.len() as f64) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(score: f32, distribution: &[f32]) -> Option<f32> {
        let distribution: Vec<Score> = distribution.iter().map(|value| Score(*value)).collect();
        congruity_of(Score(score), &distribution).map(Congruity::get)
    }

    #[test]
    fn is_the_mid_rank_in_the_distribution() {
        let library = [0.1, 0.2, 0.2, 0.9];
        assert_eq!(value(0.05, &library), Some(1.0));
        assert_eq!(value(0.1, &library), Some(0.875));
        assert_eq!(value(0.15, &library), Some(0.75));
        assert_eq!(value(0.2, &library), Some(0.5));
        assert_eq!(value(0.95, &library), Some(0.0));
        assert_eq!(value(0.5, &[]), None);
        assert_eq!(value(f32::NAN, &library), None);
    }

    proptest! {
        #[test]
        fn is_monotone_and_in_range(
            mut library in prop::collection::vec(0.0f32..=1.0, 1..50),
            a in 0.0f32..=1.0,
            b in 0.0f32..=1.0,
        ) {
            library.sort_by(f32::total_cmp);
            let (low, high) = (a.min(b), a.max(b));
            let (fits, fits_less) = (value(low, &library), value(high, &library));
            prop_assert!(fits >= fits_less);
            prop_assert!(fits.is_some_and(|value| (0.0..=1.0).contains(&value)));
        }
    }
}
