//! What is measured, and how.

use super::Scores;
use super::resample::{Random, mean};

/// Below these log-odds a pair counts as said to belong: there the score is one half, and
/// so are both sides of the softmax over {belongs, does not}.
pub const PAIR_THRESHOLD: f64 = 0.0;

/// How deep [`Measure::PAt10`] and [`Measure::HitAt10`] look.
const DEPTH: usize = 10;

/// A number between 0 and 1; more is better. All but the three of pairs go by the ranks
/// of the candidates for one query, so that they don't depend on the calibration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Two-alternative forced choice: for a query, the share of pairs of an own and a
    /// foreign candidate of which the own one has the lower score. Other works weigh the
    /// same; a tie counts half.
    TwoAfc,
    /// Balanced accuracy of the answers to "do these two belong together?", at
    /// [`PAIR_THRESHOLD`]: mean of the share of own pairs below it and of foreign pairs
    /// not below it, other works weighing the same.
    PairAccuracy,
    /// Area under the ROC curve of own pairs against the pairs of the same queries with
    /// another work's candidates, queries pooled; other works weigh the same.
    Auc,
    /// Mean reciprocal rank of the first own candidate among all.
    Mrr,
    /// Precision at 1: whether the first candidate of all is an own one.
    PAt1,
    /// Precision at 10: the share of own ones among the first ten of all, or among all if
    /// there are fewer. Works with fewer than ten candidates can't reach 1.
    PAt10,
    /// Whether there is an own one among the first ten of all.
    HitAt10,
    /// Whether an own candidate comes first among one candidate of each work, drawn at
    /// random: its expected value over all draws. Chance is one in the number of works,
    /// however many candidates each has.
    PAt1Balanced,
}

impl Measure {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::TwoAfc,
        Self::PairAccuracy,
        Self::Auc,
        Self::Mrr,
        Self::PAt1,
        Self::PAt10,
        Self::HitAt10,
        Self::PAt1Balanced,
    ];

    /// In results.
    pub fn name(self) -> &'static str {
        match self {
            Self::TwoAfc => "two_afc",
            Self::PairAccuracy => "pair_accuracy",
            Self::Auc => "auc",
            Self::Mrr => "mrr",
            Self::PAt1 => "p_at_1",
            Self::PAt10 => "p_at_10",
            Self::HitAt10 => "hit_at_10",
            Self::PAt1Balanced => "p_at_1_balanced",
        }
    }

    /// What candidates in random order come to on average.
    pub fn chance(self, scores: &Scores) -> f64 {
        let all = scores.columns().len();
        let of = |own: usize| match self {
            Self::TwoAfc | Self::PairAccuracy | Self::Auc => 0.5,
            Self::PAt1 | Self::PAt10 => own as f64 / all as f64,
            Self::Mrr => first_own(own, all).map(|(rank, p)| p / rank as f64).sum(),
            Self::HitAt10 => first_own(own, all).take(DEPTH).map(|(_, p)| p).sum(),
            Self::PAt1Balanced => 1.0 / scores.works() as f64,
        };
        mean(
            &scores
                .sizes()
                .iter()
                .map(|&own| of(own))
                .collect::<Vec<_>>(),
        )
    }
}

/// Ranks that the first of `own` among `all` candidates in random order may have, each
/// with its probability.
fn first_own(own: usize, all: usize) -> impl Iterator<Item = (usize, f64)> {
    let mut none_before = 1.0;
    (1..=all - own + 1).map(move |rank| {
        let left = (all - rank + 1) as f64;
        let here = none_before * own as f64 / left;
        none_before *= (left - own as f64) / left;
        (rank, here)
    })
}

/// A measure of the queries of each work (rows) as if they belonged to each work
/// (columns). The diagonal is the truth.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    works: usize,
    values: Vec<f64>,
}

impl Table {
    /// The measure of all pairs of works.
    pub fn of(measure: Measure, scores: &Scores) -> Self {
        // Equal scores are ranked in an order that has nothing to do with works.
        let order = Random::new().permutation(scores.columns().len());
        let rows = scores.queries_of().into_iter().flat_map(|queries| {
            if measure == Measure::Auc {
                return auc(scores, &queries);
            }
            let each = queries.iter().map(|query| match measure {
                Measure::TwoAfc | Measure::Auc => {
                    let candidates = query.iter().copied().zip(scores.columns().iter().copied());
                    wins(&mut candidates.collect::<Vec<_>>(), scores.sizes())
                }
                Measure::PairAccuracy => pair_accuracy(scores, query),
                Measure::PAt1Balanced => first_of_one_each(scores, query, &order),
                Measure::Mrr | Measure::PAt1 | Measure::PAt10 | Measure::HitAt10 => {
                    by_rank(measure, scores, query, &order)
                }
            });
            average(scores.works(), each)
        });
        Self {
            values: rows.collect(),
            works: scores.works(),
        }
    }

    /// How many works there are.
    pub fn works(&self) -> usize {
        self.works
    }

    /// The measure of the queries of `work` as if they were those of `taken_for`.
    pub fn at(&self, work: usize, taken_for: usize) -> f64 {
        self.values[work * self.works + taken_for]
    }

    /// The measure of each work's own queries.
    pub fn truth(&self) -> Vec<f64> {
        (0..self.works).map(|work| self.at(work, work)).collect()
    }
}

fn average(works: usize, rows: impl Iterator<Item = Vec<f64>>) -> Vec<f64> {
    let (mut sum, mut count) = (vec![0.0; works], 0.0);
    for row in rows {
        sum.iter_mut()
            .zip(row)
            .for_each(|(sum, value)| *sum += value);
        count += 1.0;
    }
    sum.iter().map(|sum| sum / count).collect()
}

/// For each work, the mean over the other works of the share of pairs in which its
/// score is lower than theirs. `scored` are scores with their works, in any order.
fn wins(scored: &mut [(f64, usize)], sizes: &[usize]) -> Vec<f64> {
    scored.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let works = sizes.len();
    let mut total = vec![0usize; works];
    scored.iter().for_each(|&(_, work)| total[work] += 1);
    // Of each work, how many have not come yet.
    let mut after = total.clone();
    let mut won = vec![0.0; works];
    for tied in scored.chunk_by(|a, b| a.0 == b.0) {
        tied.iter().for_each(|&(_, work)| after[work] -= 1);
        let mut here = vec![0usize; works];
        tied.iter().for_each(|&(_, work)| here[work] += 1);
        let beaten =
            |other: usize| (after[other] as f64 + 0.5 * here[other] as f64) / total[other] as f64;
        let all: f64 = (0..works).map(beaten).sum();
        for (work, &count) in here.iter().enumerate().filter(|(_, count)| **count > 0) {
            won[work] += count as f64 * (all - beaten(work));
        }
    }
    let others = (works - 1) as f64;
    let share = won.iter().zip(&total);
    share
        .map(|(won, &total)| won / (total as f64 * others))
        .collect()
}

fn auc(scores: &Scores, queries: &[&[f64]]) -> Vec<f64> {
    let candidates = |query: &&[f64]| {
        let works = scores.columns().iter().copied();
        query.iter().copied().zip(works).collect::<Vec<_>>()
    };
    let mut pooled: Vec<_> = queries.iter().flat_map(candidates).collect();
    wins(&mut pooled, scores.sizes())
}

fn pair_accuracy(scores: &Scores, query: &[f64]) -> Vec<f64> {
    let mut below = vec![0.0; scores.works()];
    for (&score, &work) in query.iter().zip(scores.columns()) {
        below[work] += f64::from(score < PAIR_THRESHOLD);
    }
    below
        .iter_mut()
        .zip(scores.sizes())
        .for_each(|(below, &size)| *below /= size as f64);
    let all: f64 = below.iter().sum();
    let others = (scores.works() - 1) as f64;
    let own = below.iter();
    own.map(|own| 0.5 * (own + 1.0 - (all - own) / others))
        .collect()
}

/// For each work, the expected value of "one of its candidates comes before one of every
/// other work", all drawn at random.
fn first_of_one_each(scores: &Scores, query: &[f64], order: &[usize]) -> Vec<f64> {
    let sizes = scores.sizes();
    let mut after = sizes.to_vec();
    let mut first = vec![0.0; scores.works()];
    for column in ranked(query, order) {
        let work = scores.columns()[column];
        after[work] -= 1;
        let others = (0..sizes.len()).filter(|&other| other != work);
        let beaten = others.map(|other| after[other] as f64 / sizes[other] as f64);
        first[work] += beaten.product::<f64>() / sizes[work] as f64;
    }
    first
}

/// Candidates from the lowest score on; equal ones by `order`.
fn ranked(query: &[f64], order: &[usize]) -> Vec<usize> {
    let mut ranked: Vec<usize> = (0..query.len()).collect();
    ranked.sort_unstable_by(|&a, &b| {
        let ties = || order[a].cmp(&order[b]);
        query[a].total_cmp(&query[b]).then_with(ties)
    });
    ranked
}

fn by_rank(measure: Measure, scores: &Scores, query: &[f64], order: &[usize]) -> Vec<f64> {
    let ranked = ranked(query, order);
    let works = || ranked.iter().map(|&column| scores.columns()[column]);
    let depth = match measure {
        Measure::PAt1 => 1,
        _ => DEPTH.min(query.len()),
    };
    let mut values = vec![0.0; scores.works()];
    match measure {
        Measure::Mrr => {
            for (rank, work) in works().enumerate() {
                let reciprocal = 1.0 / (rank + 1) as f64;
                values[work] = f64::max(values[work], reciprocal);
            }
        }
        Measure::HitAt10 => works().take(depth).for_each(|work| values[work] = 1.0),
        _ => {
            let share = 1.0 / depth as f64;
            works().take(depth).for_each(|work| values[work] += share);
        }
    }
    values
}
