//! Measures against plain references, and what must hold.

use super::resample::{Random, quantile};
use super::*;
use crate::inference::Correspondence;
use proptest::prelude::*;

/// Own and foreign pairs of a query, one by one, other works weighing the same.
fn naive_two_afc(scores: &Scores, query: &[f64], taken_for: usize) -> f64 {
    let mut total = 0.0;
    for other in (0..scores.works()).filter(|&other| other != taken_for) {
        let (mut won, mut pairs) = (0.0, 0.0);
        for (own, _) in of_work(scores, query, taken_for) {
            for (foreign, _) in of_work(scores, query, other) {
                won += match own.total_cmp(&foreign) {
                    std::cmp::Ordering::Less => 1.0,
                    std::cmp::Ordering::Equal => 0.5,
                    std::cmp::Ordering::Greater => 0.0,
                };
                pairs += 1.0;
            }
        }
        total += won / pairs;
    }
    total / (scores.works() - 1) as f64
}

/// Scores of a work's candidates, with their places.
fn of_work(scores: &Scores, query: &[f64], work: usize) -> Vec<(f64, usize)> {
    let works = scores.columns().iter().zip(query).enumerate();
    let own = works.filter(|(_, (of, _))| **of == work);
    own.map(|(place, (_, score))| (*score, place)).collect()
}

/// How many candidates of all come before the one at `place`; no two are equal.
fn before(query: &[f64], place: usize) -> usize {
    query.iter().filter(|&&score| score < query[place]).count()
}

fn naive(measure: Measure, scores: &Scores, query: &[f64], taken_for: usize) -> f64 {
    let own = of_work(scores, query, taken_for);
    let ranks: Vec<usize> = own
        .iter()
        .map(|(_, place)| 1 + before(query, *place))
        .collect();
    let within = |depth| ranks.iter().filter(|&&rank| rank <= depth).count() as f64;
    match measure {
        Measure::TwoAfc => naive_two_afc(scores, query, taken_for),
        Measure::Mrr => 1.0 / *ranks.iter().min().unwrap() as f64,
        Measure::PAt1 => within(1),
        Measure::PAt10 => within(10) / query.len().min(10) as f64,
        Measure::HitAt10 => within(10).min(1.0),
        Measure::PairAccuracy => {
            let said = own.iter().filter(|(score, _)| *score < 0.0).count() as f64;
            let others = (0..scores.works()).filter(|&other| other != taken_for);
            let rejected = others.map(|other| {
                let foreign = of_work(scores, query, other);
                let right = foreign.iter().filter(|(score, _)| *score >= 0.0).count();
                right as f64 / foreign.len() as f64
            });
            let rejected = rejected.sum::<f64>() / (scores.works() - 1) as f64;
            0.5 * (said / own.len() as f64 + rejected)
        }
        Measure::Auc | Measure::PAt1Balanced => unreachable!("not of one query alone"),
    }
}

/// Scores with random works and values, none equal.
fn any_scores() -> impl Strategy<Value = Scores> {
    let sizes = prop::collection::vec((1usize..4, 1usize..6), 2..6);
    (sizes, any::<u64>()).prop_map(|(sizes, seed)| {
        let repeat = |count: fn(&(usize, usize)) -> usize| {
            let works = sizes.iter().enumerate();
            works
                .flat_map(|(work, size)| vec![work; count(size)])
                .collect::<Vec<_>>()
        };
        let (rows, columns) = (repeat(|size| size.0), repeat(|size| size.1));
        let mut random = Random::new();
        for _ in 0..seed % 97 {
            random.below(2);
        }
        let order = random.permutation(rows.len() * columns.len());
        let len = order.len() as f64;
        let values = order
            .iter()
            .map(|&place| (place as f64 + 0.25) / len - 0.5)
            .collect();
        Scores::new(values, rows, columns).unwrap()
    })
}

proptest! {
    #[test]
    fn measures_are_those_of_plain_references(scores in any_scores()) {
        let queries: Vec<(usize, &[f64])> = scores.queries().collect();
        for measure in [
            Measure::TwoAfc, Measure::PairAccuracy, Measure::Mrr, Measure::PAt1, Measure::PAt10,
            Measure::HitAt10,
        ] {
            let table = Table::of(measure, &scores);
            for work in 0..scores.works() {
                let own: Vec<_> = queries.iter().filter(|(of, _)| *of == work).collect();
                for taken_for in 0..scores.works() {
                    let each = own.iter().map(|(_, query)| naive(measure, &scores, query, taken_for));
                    let expected = each.sum::<f64>() / own.len() as f64;
                    let found = table.at(work, taken_for);
                    prop_assert!((found - expected).abs() < 1e-9, "{measure:?}: {found} {expected}");
                }
            }
        }
    }

    #[test]
    fn auc_is_two_afc_where_each_work_has_one_query(scores in any_scores()) {
        let firsts: Vec<(usize, &[f64])> = scores.queries().collect();
        let firsts: Vec<_> = firsts.chunk_by(|a, b| a.0 == b.0).map(|same| same[0]).collect();
        let values = firsts.iter().flat_map(|(_, query)| query.iter().copied()).collect();
        let rows = firsts.iter().map(|(work, _)| *work).collect();
        let scores = Scores::new(values, rows, scores.columns().to_vec()).unwrap();
        let (auc, two_afc) = (Table::of(Measure::Auc, &scores), Table::of(Measure::TwoAfc, &scores));
        for (auc, two_afc) in auc.truth().iter().zip(two_afc.truth()) {
            prop_assert!((auc - two_afc).abs() < 1e-9);
        }
    }

    #[test]
    fn first_among_one_each_is_its_mean_over_draws(scores in any_scores()) {
        let exact = Table::of(Measure::PAt1Balanced, &scores);
        let (_, query) = scores.queries().next().unwrap();
        let mut random = Random::new();
        let (draws, mut first) = (2000, vec![0.0; scores.works()]);
        for _ in 0..draws {
            let one_each = (0..scores.works()).map(|work| {
                let own = of_work(&scores, query, work);
                (own[random.below(own.len())].0, work)
            });
            let best = one_each.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
            first[best.1] += 1.0 / f64::from(draws);
        }
        if scores.queries().filter(|(work, _)| *work == 0).count() == 1 {
            for (work, drawn) in first.iter().enumerate() {
                prop_assert!((exact.at(0, work) - drawn).abs() < 0.06);
            }
        }
    }

    #[test]
    fn transposing_twice_changes_nothing(scores in any_scores()) {
        prop_assert_eq!(scores.transposed().transposed(), scores);
    }
}

/// `pictures` and `tracks` of each of `works` works; the score of a pair by `score`.
fn made(
    works: usize,
    pictures: usize,
    tracks: usize,
    score: impl Fn(usize, usize) -> f64,
) -> Scores {
    let each = |count: usize| (0..works * count).map(|at| at / count).collect::<Vec<_>>();
    let (rows, columns) = (each(pictures), each(tracks));
    let values = rows
        .iter()
        .flat_map(|&a| columns.iter().map(move |&b| (a, b)));
    let values = values.map(|(a, b)| score(a, b)).collect();
    Scores::new(values, rows, columns).unwrap()
}

#[test]
fn faultless_scores_come_to_1_and_their_control_to_less_than_chance() {
    let scores = made(6, 2, 3, |a, b| if a == b { -1.0 } else { 1.0 });
    let evaluation = Evaluation::of(&scores);
    for measured in evaluation.measures() {
        let best = if measured.measure == Measure::PAt10 {
            0.3
        } else {
            1.0
        };
        assert!((measured.mean - best).abs() < 1e-9, "{measured:?}");
        assert!(measured.ci95.high - measured.ci95.low < 1e-9);
        // Among ten of eighteen there may be an own one by chance.
        let hit = measured.measure == Measure::HitAt10;
        assert!(
            hit || measured.control.mean < measured.chance,
            "{measured:?}"
        );
    }
    // The own candidates lose against those of the true work, tie with the others.
    let two_afc = evaluation.get(Measure::TwoAfc).control;
    assert!((two_afc.mean - 0.5 * 4.0 / 5.0).abs() < 1e-9);
    assert!(evaluation.null.p_value < 0.01 && (evaluation.null.mean - 0.5).abs() < 0.01);
}

#[test]
fn scores_that_say_nothing_come_to_chance() {
    // Many candidates, so that the one order of ties stands for all.
    let scores = made(4, 3, 200, |_, _| 0.0);
    let evaluation = Evaluation::of(&scores);
    for measure in [Measure::TwoAfc, Measure::PairAccuracy, Measure::Auc] {
        let measured = evaluation.get(measure);
        assert!((measured.mean - 0.5).abs() < 1e-9, "{measured:?}");
    }
    let balanced = evaluation.get(Measure::PAt1Balanced);
    assert!(
        (balanced.mean - balanced.chance).abs() < 0.05,
        "{balanced:?}"
    );
    assert!(evaluation.null.p_value > 0.9);
}

#[test]
fn chance_is_the_mean_over_random_orders() {
    let mut random = Random::new();
    let (mut sums, runs) = ([0.0; Measure::ALL.len()], 4000);
    let (rows, columns) = (
        vec![0, 1, 2],
        vec![0, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2],
    );
    let mut chances = [0.0; Measure::ALL.len()];
    for _ in 0..runs {
        let orders = (0..rows.len()).flat_map(|_| random.permutation(columns.len()));
        let values = orders
            .map(|rank| (rank as f64 + 0.5) / columns.len() as f64 - 0.5)
            .collect();
        let scores = Scores::new(values, rows.clone(), columns.clone()).unwrap();
        for (at, measure) in Measure::ALL.into_iter().enumerate() {
            let truth = Table::of(measure, &scores).truth();
            sums[at] += truth.iter().sum::<f64>() / truth.len() as f64;
            chances[at] = measure.chance(&scores);
        }
    }
    for (at, measure) in Measure::ALL.into_iter().enumerate() {
        let found = sums[at] / f64::from(runs);
        assert!(
            (found - chances[at]).abs() < 0.015,
            "{measure:?}: {found} {}",
            chances[at]
        );
    }
}

#[test]
fn quantiles_are_numpy_s() {
    // numpy.percentile([1, 2, 4, 8], [0, 2.5, 50, 97.5, 100])
    let sorted = [1.0, 2.0, 4.0, 8.0];
    let found = [0.0, 0.025, 0.5, 0.975, 1.0].map(|share| quantile(&sorted, share));
    let expected = [1.0, 1.075, 3.0, 7.7, 8.0];
    assert!(
        found
            .iter()
            .zip(expected)
            .all(|(a, b)| (a - b).abs() < 1e-9),
        "{found:?}"
    );
}

#[test]
fn an_interval_is_that_of_the_mean_of_as_many_works() {
    let values: Vec<f64> = (0..40).map(|at| f64::from(at % 2)).collect();
    let interval = Interval::over_works(&values);
    // The mean of 40 coins: .5 ± 1.96 · .5 / √40, on a grid of 1 in 40.
    assert!((interval.low - 0.345).abs() < 0.026, "{interval:?}");
    assert!((interval.high - 0.655).abs() < 0.026, "{interval:?}");
    assert_eq!(interval, Interval::over_works(&values), "the same again");
}

#[test]
fn derangements_leave_none_in_its_place_and_permutations_are_even() {
    let mut random = Random::new();
    let mut counts = [[0u32; 4]; 4];
    for _ in 0..9000 {
        let order = random.derangement(4);
        for (place, &value) in order.iter().enumerate() {
            counts[place][value] += 1;
        }
    }
    for (place, counts) in counts.iter().enumerate() {
        assert_eq!(counts[place], 0);
        for (value, &count) in counts.iter().enumerate() {
            assert!(
                value == place || (2800..3200).contains(&count),
                "{counts:?}"
            );
        }
    }
}

#[test]
fn what_is_no_matrix_of_two_works_is_refused() {
    let scores = |values: &[f64], rows: &[usize], columns: &[usize]| {
        Scores::new(values.to_vec(), rows.to_vec(), columns.to_vec()).unwrap_err()
    };
    assert!(matches!(
        scores(&[0.5], &[0, 1], &[0, 1]),
        Invalid::Length { found: 1, .. }
    ));
    assert_eq!(scores(&[0.5], &[0], &[0]), Invalid::Works);
    assert_eq!(scores(&[0.5, 0.5], &[0, 1], &[0]), Invalid::Works);
    assert_eq!(scores(&[0.5; 4], &[0, 2], &[0, 2]), Invalid::Works);
    assert_eq!(
        scores(&[0.5, 0.5, f64::NAN, 0.5], &[0, 1], &[0, 1]),
        Invalid::NotANumber
    );
    assert_eq!(scores(&[], &[], &[]), Invalid::Works);
}

#[test]
fn points_score_as_the_correspondence_does() {
    let correspondence = Correspondence {
        scale: 2.0,
        bias: -0.25,
        dim: 2,
    };
    let pictures = [vec![1.0, 0.5], vec![-1.0, 0.25]];
    let tracks = [vec![0.5, 0.5], vec![0.0, -1.0]];
    let scores = Scores::of_points(
        &correspondence,
        pictures.iter().map(|point| (point.as_slice(), 0)).collect(),
        vec![(&tracks[0], 0), (&tracks[1], 1)],
    );
    assert_eq!(scores.unwrap_err(), Invalid::Works);
    let scores = Scores::of_points(
        &correspondence,
        pictures.iter().map(Vec::as_slice).zip([0, 1]).collect(),
        tracks.iter().map(Vec::as_slice).zip([0, 1]).collect(),
    )
    .unwrap();
    for (picture, (_, row)) in pictures.iter().zip(scores.queries()) {
        for (track, log_odds) in tracks.iter().zip(row) {
            let expected = correspondence.score(picture, track).0;
            let found = 1.0 / (1.0 + (-log_odds).exp());
            assert!((found - f64::from(expected)).abs() < 1e-6);
        }
    }
}

#[test]
fn scores_that_the_softmax_can_not_tell_apart_are_still_ranked() {
    let correspondence = Correspondence {
        scale: 100.0,
        bias: 0.0,
        dim: 1,
    };
    let scores = Scores::of_points(
        &correspondence,
        vec![(&[-1.0], 0), (&[-1.0], 1)],
        vec![(&[0.5], 0), (&[0.6], 1)],
    );
    let table = Table::of(Measure::TwoAfc, &scores.unwrap());
    assert_eq!(table.truth(), [1.0, 0.0]);
}

#[test]
fn the_mean_point_scores_as_the_mean_of_the_products() {
    let chunks = [vec![1.0, 2.0], vec![3.0, -4.0], vec![-1.0, 0.5]];
    assert_eq!(mean_point(&chunks), Some(vec![1.0, -0.5]));
    assert_eq!(mean_point(&[]), None);
}
