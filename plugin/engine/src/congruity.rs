//! How well the music being played goes with the painting.
//!
//! The network's score of music and painting says little by itself: some
//! paintings have low scores with everything. So the score is read as a *rank*
//! among the scores that the chunks of the artist's own library have with the
//! same painting: 1 if the music fits better than all of them, 0 if worse, and
//! smoothed in time.

use std::sync::Arc;

use crate::units::{Congruity, Score, Seconds};

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

/// Follows the congruity of live music.
#[derive(Clone, Debug)]
pub struct Meter {
    smoothing: Seconds,
    distribution: Option<Arc<[Score]>>,
    smoothed: Option<f64>,
}

impl Meter {
    /// A meter without a painting. `smoothing` is the time constant of the
    /// one-pole low-pass on the rank: after it, 63 % of a step has passed.
    pub fn new(smoothing: Seconds) -> Self {
        Self {
            smoothing,
            distribution: None,
            smoothed: None,
        }
    }

    /// Changes the time constant.
    pub fn set_smoothing(&mut self, smoothing: Seconds) {
        self.smoothing = smoothing;
    }

    /// Sets the scores of the library's chunks with the painting (ascending:
    /// [`Pool::distribution`](crate::retrieval::Pool::distribution)).
    ///
    /// From one painting to another the meter glides. Without a painting or
    /// with an empty library (`None`), it forgets what it showed.
    pub fn set_distribution(&mut self, distribution: Option<Arc<[Score]>>) {
        self.distribution = distribution.filter(|scores| !scores.is_empty());
        if self.distribution.is_none() {
            self.smoothed = None;
        }
    }

    /// Forgets what was shown; the distribution stays.
    pub fn reset(&mut self) {
        self.smoothed = None;
    }

    /// Takes in the score of the music now, `elapsed` after the last update.
    ///
    /// `None` (unknown) while the music is silent, which the caller says by a
    /// `score` of `None`, and while there is no distribution. After that the
    /// first known value is shown as it is: a glide from the value of some
    /// other time would be a lie.
    pub fn update(&mut self, score: Option<Score>, elapsed: Seconds) -> Option<Congruity> {
        let rank = score
            .zip(self.distribution.as_deref())
            .and_then(|(score, distribution)| congruity_of(score, distribution))
            .map(|congruity| f64::from(congruity.get()));
        self.smoothed = match (rank, self.smoothed) {
            (Some(rank), Some(before)) => Some(before + (rank - before) * self.step(elapsed)),
            (rank, _) => rank,
        };
        self.smoothed.and_then(|value| Congruity::new(value as f32))
    }

    /// The part of a step that passes in `elapsed`, exact for any interval.
    fn step(&self, elapsed: Seconds) -> f64 {
        let elapsed = elapsed.0.max(0.0);
        if self.smoothing.0 > 0.0 {
            -(-elapsed / self.smoothing.0).exp_m1()
        } else {
            1.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scores(values: &[f32]) -> Arc<[Score]> {
        values.iter().map(|value| Score(*value)).collect()
    }

    fn value(score: f32, distribution: &[f32]) -> Option<f32> {
        congruity_of(Score(score), &scores(distribution)).map(Congruity::get)
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

        #[test]
        fn smoothing_does_not_depend_on_how_time_is_cut(
            cuts in prop::collection::vec(0.001f64..0.5, 1..20),
        ) {
            let started = || {
                let mut meter = Meter::new(Seconds(0.7));
                meter.set_distribution(Some(scores(&[0.5])));
                meter.update(Some(Score(1.0)), Seconds(0.0));
                meter
            };
            let whole = started().update(Some(Score(0.0)), Seconds(cuts.iter().sum()));
            let mut meter = started();
            let mut pieces = None;
            for cut in &cuts {
                pieces = meter.update(Some(Score(0.0)), Seconds(*cut));
            }
            let difference = whole.expect("known").get() - pieces.expect("known").get();
            prop_assert!(difference.abs() < 1e-5);
        }
    }

    #[test]
    fn follows_a_step_with_its_time_constant() {
        let mut meter = Meter::new(Seconds(2.0));
        meter.set_distribution(Some(scores(&[0.5])));
        assert_eq!(
            meter
                .update(Some(Score(1.0)), Seconds(0.1))
                .map(Congruity::get),
            Some(0.0)
        );
        let after = meter
            .update(Some(Score(0.0)), Seconds(2.0))
            .expect("known")
            .get();
        assert!((after - 0.632_12).abs() < 1e-4, "{after}");
    }

    #[test]
    fn is_unknown_in_silence_and_comes_back_without_a_glide() {
        let mut meter = Meter::new(Seconds(10.0));
        assert!(
            meter.update(Some(Score(0.3)), Seconds(0.1)).is_none(),
            "no painting"
        );
        meter.set_distribution(Some(scores(&[0.2, 0.4])));
        assert_eq!(
            meter
                .update(Some(Score(0.1)), Seconds(0.1))
                .map(Congruity::get),
            Some(1.0)
        );
        assert!(meter.update(None, Seconds(0.1)).is_none(), "silence");
        assert_eq!(
            meter
                .update(Some(Score(0.9)), Seconds(0.1))
                .map(Congruity::get),
            Some(0.0)
        );
        meter.set_distribution(Some(scores(&[])));
        assert!(
            meter.update(Some(Score(0.9)), Seconds(0.1)).is_none(),
            "empty library"
        );
    }

    #[test]
    fn glides_from_one_painting_to_the_next() {
        let mut meter = Meter::new(Seconds(1.0));
        meter.set_distribution(Some(scores(&[0.5])));
        meter.update(Some(Score(0.0)), Seconds(0.1));
        meter.set_distribution(Some(scores(&[0.0])));
        let next = meter
            .update(Some(Score(0.1)), Seconds(0.1))
            .expect("known")
            .get();
        assert!(next > 0.8 && next < 1.0, "{next}");
    }
}
