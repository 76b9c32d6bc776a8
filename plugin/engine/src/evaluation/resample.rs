//! How sure a mean over works is, and what it would be without any correspondence.

use super::Table;

/// Bootstrap samples and permutations.
pub const RESAMPLES: usize = 10_000;

/// Every result is reproducible.
const SEED: u64 = 2020;

/// A 95 % interval, both ends included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// 2.5 % quantile.
    pub low: f64,
    /// 97.5 % quantile.
    pub high: f64,
}

impl Interval {
    /// Of the mean of one value a work, over works drawn with replacement.
    pub fn over_works(by_work: &[f64]) -> Self {
        let mut random = Random::new();
        let draw = |_| {
            let values = (0..by_work.len()).map(|_| by_work[random.below(by_work.len())]);
            values.sum::<f64>() / by_work.len() as f64
        };
        let mut means: Vec<f64> = (0..RESAMPLES).map(draw).collect();
        means.sort_unstable_by(f64::total_cmp);
        Self {
            low: quantile(&means, 0.025),
            high: quantile(&means, 0.975),
        }
    }
}

/// The control: every work gets the queries of another one, and none keeps its own. What
/// is left of a measure then is what it owes to anything but correspondence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Control {
    /// Over all such permutations. In them every work gets every other's queries equally
    /// often, so that this is the mean over all pairs of different works.
    ///
    /// For a faultless measure it lies below chance, since the query's true work is then
    /// among the foreign ones.
    pub mean: f64,
    /// 95 % of such permutations lie in it, in a sample of [`RESAMPLES`].
    pub spread: Interval,
}

impl Control {
    /// From a measure of all pairs of works.
    pub fn of(table: &Table) -> Self {
        let mut random = Random::new();
        let draw = |_| permuted(table, &random.derangement(table.works()));
        let mut means: Vec<f64> = (0..RESAMPLES).map(draw).collect();
        means.sort_unstable_by(f64::total_cmp);
        let works = table.works();
        let pairs = (0..works).flat_map(|a| (0..works).map(move |b| (a, b)));
        let different = pairs.filter(|(a, b)| a != b);
        let values: Vec<f64> = different.map(|(a, b)| table.at(a, b)).collect();
        Self {
            mean: mean(&values),
            spread: Interval {
                low: quantile(&means, 0.025),
                high: quantile(&means, 0.975),
            },
        }
    }
}

/// A measure under the hypothesis that works mean nothing: queries are given to works in
/// random order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Null {
    /// Over [`RESAMPLES`] permutations.
    pub mean: f64,
    /// 95 % of the permutations lie at or below it.
    pub quantile95: f64,
    /// Share of permutations that come to as much as the truth, which counts as one
    /// (Davison & Hinkley 1997, section 4.3).
    pub p_value: f64,
}

impl Null {
    /// From a measure of all pairs of works.
    pub fn of(table: &Table) -> Self {
        let mut random = Random::new();
        let draw = |_| permuted(table, &random.permutation(table.works()));
        let mut means: Vec<f64> = (0..RESAMPLES).map(draw).collect();
        means.sort_unstable_by(f64::total_cmp);
        // Rounding must not make the truth less than itself.
        let truth = mean(&table.truth()) - 1e-12;
        let below = means.partition_point(|&value| value < truth);
        Self {
            mean: mean(&means),
            quantile95: quantile(&means, 0.95),
            p_value: (1 + means.len() - below) as f64 / (1 + means.len()) as f64,
        }
    }
}

fn permuted(table: &Table, order: &[usize]) -> f64 {
    let values = order
        .iter()
        .enumerate()
        .map(|(work, &other)| table.at(work, other));
    values.sum::<f64>() / order.len() as f64
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Between the two nearest of `sorted`, as numpy does by default.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = share * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    low + (high - low) * at.fract()
}

/// SplitMix64 (Steele, Lea & Flood 2014): a few lines, the same on every machine.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new() -> Self {
        Self(SEED)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// In 0..`n`, with a bias of at most `n` in 2⁶⁴.
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// 0..`n` in random order (Fisher & Yates).
    pub(super) fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        for last in (1..n).rev() {
            order.swap(last, self.below(last + 1));
        }
        order
    }

    /// As [`permutation`](Self::permutation), with none of two or more in its own place.
    /// About one in e is such.
    pub(super) fn derangement(&mut self, n: usize) -> Vec<usize> {
        loop {
            let order = self.permutation(n);
            if order
                .iter()
                .enumerate()
                .all(|(place, &value)| place != value)
            {
                return order;
            }
        }
    }
}
