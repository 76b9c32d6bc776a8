//! Rank correlation.

/// Ranks from 0; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let below = |x: f64| values.iter().filter(|&&other| other < x).count() as f64;
    let equal = |x: f64| values.iter().filter(|&&other| other == x).count() as f64;
    values
        .iter()
        .map(|&x| below(x) + (equal(x) - 1.0) / 2.0)
        .collect()
}

/// Pearson's correlation; 0 where one of them is constant.
pub fn pearson(x: &[f64], y: &[f64]) -> f64 {
    assert_eq!(x.len(), y.len());
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mx, my) = (mean(x), mean(y));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        xy += (x - mx) * (y - my);
        xx += (x - mx).powi(2);
        yy += (y - my).powi(2);
    }
    if xx * yy > 0.0 {
        xy / (xx * yy).sqrt()
    } else {
        0.0
    }
}

/// Spearman's rank correlation, with ties.
pub fn spearman(x: &[f64], y: &[f64]) -> f64 {
    pearson(&ranks(x), &ranks(y))
}

#[test]
fn spearman_is_one_for_any_rising_curve_and_shares_ties() {
    assert_eq!(spearman(&[1.0, 2.0, 3.0], &[1.0, 8.0, 27.0]), 1.0);
    assert_eq!(spearman(&[1.0, 2.0, 3.0], &[9.0, 5.0, 0.0]), -1.0);
    assert_eq!(spearman(&[1.0, 2.0, 3.0], &[5.0, 5.0, 5.0]), 0.0);
    // Two ties of two: the largest that is possible against two levels each.
    assert_eq!(spearman(&[0.0, 0.0, 1.0, 1.0], &[2.0, 2.0, 7.0, 7.0]), 1.0);
}
