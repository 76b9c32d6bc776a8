//! How well scores tell the music of a picture's own work from that of others.
//!
//! A *work* is what pictures and tracks belong to together: an album with its paintings,
//! a film, a game. Everything here is a function of [`Scores`], a matrix with queries in
//! rows and candidates in columns, each with its work; less belongs more. A
//! [`Measure`] is taken for each work, over its queries, and then averaged over works, so
//! that a work counts once however many pictures it brings; the interval resamples works,
//! which are what a claim must generalise over.
//!
//! Each measure is also taken as if the queries of a work were those of every other one.
//! Truth is then one choice from that [`Table`], and the controls are others: see
//! [`Control`] and [`Null`]. The definitions are those of `models/training/evaluate.py`,
//! which a test holds them to.

mod measures;
mod resample;
mod scores;

#[cfg(test)]
mod tests;

pub use measures::{Measure, PAIR_THRESHOLD, Table};
pub use resample::{Control, Interval, Null, RESAMPLES};
pub use scores::{Invalid, Scores, mean_point};

/// What one direction, such as picture → track, comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    measures: Vec<Measured>,
    /// Whether the own work's candidates win more often than those of works drawn at
    /// random would.
    pub null: Null,
}

/// One measure of one direction.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Which one.
    pub measure: Measure,
    /// Its value for each work.
    pub by_work: Vec<f64>,
    /// The mean over works.
    pub mean: f64,
    /// Of the mean, over works drawn with replacement.
    pub ci95: Interval,
    /// What scores that know nothing come to on average.
    pub chance: f64,
    /// What every work comes to with the queries of another.
    pub control: Control,
}

impl Evaluation {
    /// Takes all measures. The same scores give the same numbers, bit for bit.
    pub fn of(scores: &Scores) -> Self {
        let measured = |measure: Measure| {
            let table = Table::of(measure, scores);
            let by_work = table.truth();
            Measured {
                measure,
                mean: resample::mean(&by_work),
                ci95: Interval::over_works(&by_work),
                by_work,
                chance: measure.chance(scores),
                control: Control::of(&table),
            }
        };
        Self {
            measures: Measure::ALL.into_iter().map(measured).collect(),
            null: Null::of(&Table::of(Measure::TwoAfc, scores)),
        }
    }

    /// All measures, in the order of [`Measure::ALL`].
    pub fn measures(&self) -> &[Measured] {
        &self.measures
    }

    /// One of them.
    pub fn get(&self, measure: Measure) -> &Measured {
        // PANIC: `of` took every measure in this order.
        &self.measures[measure as usize]
    }
}
