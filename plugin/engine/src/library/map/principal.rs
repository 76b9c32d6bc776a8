//! The two directions along which points differ most (principal components): where the
//! layout begins, and what it is compared with.

/// Rounds of the power iteration: the first two directions of any music seen are found to
/// four digits within thirty.
const ROUNDS: usize = 60;

/// Projects `n` rows of `dims` numbers onto their first two principal components; all
/// zeros where they do not differ. The sign of each direction is that its largest part is
/// positive, so that the same rows give the same picture and not its mirror.
pub(super) fn principal_plane(rows: &[f32], dims: usize) -> Vec<[f64; 2]> {
    let n = rows.len().checked_div(dims).unwrap_or(0);
    let centred = centred(rows, dims, n);
    let first = direction(&centred, dims, None);
    let second = direction(&centred, dims, Some(&first));
    centred
        .chunks_exact(dims.max(1))
        .map(|row| [product(row, &first), product(row, &second)])
        .collect()
}

/// The rows with their mean taken away; what is no number counts as the mean.
fn centred(rows: &[f32], dims: usize, n: usize) -> Vec<f64> {
    let mut mean = vec![(0.0f64, 0usize); dims];
    for row in rows.chunks_exact(dims.max(1)) {
        for (sum, value) in mean.iter_mut().zip(row).filter(|(_, v)| v.is_finite()) {
            *sum = (sum.0 + f64::from(*value), sum.1 + 1);
        }
    }
    let mut centred = Vec::with_capacity(n * dims);
    for row in rows.chunks_exact(dims.max(1)) {
        centred.extend(row.iter().zip(&mean).map(|(value, (sum, count))| {
            if value.is_finite() {
                f64::from(*value) - sum / *count as f64
            } else {
                0.0
            }
        }));
    }
    centred
}

/// The direction of the greatest spread, or of the greatest that stands at right angles to
/// `beside`: the power iteration on the covariance, which is not made.
fn direction(centred: &[f64], dims: usize, beside: Option<&[f64]>) -> Vec<f64> {
    let norm = |row: &[f64]| product(row, row);
    let rows = || centred.chunks_exact(dims.max(1));
    let begin = rows().max_by(|a, b| {
        let rest = |row: &[f64]| {
            let along = beside.map_or(0.0, |beside| product(row, beside));
            norm(row) - along * along
        };
        rest(a).total_cmp(&rest(b))
    });
    let mut direction = begin.map_or_else(|| vec![0.0; dims], <[f64]>::to_vec);
    straighten(&mut direction, beside);
    for _ in 0..ROUNDS {
        let mut next = vec![0.0; dims];
        for row in rows() {
            let along = product(row, &direction);
            for (sum, value) in next.iter_mut().zip(row) {
                *sum += along * value;
            }
        }
        straighten(&mut next, beside);
        direction = next;
    }
    let largest = direction
        .iter()
        .copied()
        .max_by(|a, b| a.abs().total_cmp(&b.abs()));
    if largest.is_some_and(|largest| largest < 0.0) {
        direction.iter_mut().for_each(|value| *value = -*value);
    }
    direction
}

/// Takes away what lies along `beside` and makes the length 1, or 0 where nothing is left.
fn straighten(direction: &mut [f64], beside: Option<&[f64]>) {
    if let Some(beside) = beside {
        let along = product(direction, beside);
        for (value, other) in direction.iter_mut().zip(beside) {
            *value -= along * other;
        }
    }
    let length = product(direction, direction).sqrt();
    let scale = if length > 1e-12 { 1.0 / length } else { 0.0 };
    direction.iter_mut().for_each(|value| *value *= scale);
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_axis_comes_first_and_keeps_its_sign() {
        // Four points on a cross: 10 along the third axis, 1 along the first.
        let rows = [
            [0.0, 5.0, 10.0],
            [0.0, 5.0, -10.0],
            [1.0, 5.0, 0.0],
            [-1.0, 5.0, 0.0],
        ];
        let plane = principal_plane(&rows.concat(), 3);
        let expected = [[10.0, 0.0], [-10.0, 0.0], [0.0, 1.0], [0.0, -1.0]];
        for (found, expected) in plane.iter().flatten().zip(expected.iter().flatten()) {
            assert!((found - expected).abs() < 1e-9, "{plane:?}");
        }
    }

    #[test]
    fn what_does_not_differ_lies_on_one_point() {
        let zero = |plane: &[[f64; 2]]| plane.iter().flatten().all(|value| *value == 0.0);
        assert!(zero(&principal_plane(&[2.0; 12], 4)));
        assert!(zero(&principal_plane(&[f32::NAN; 12], 4)));
        assert!(principal_plane(&[], 4).is_empty());
    }
}
