//! The scan: squared Euclidean distances from one query to contiguous rows.

/// Independent sums a row; enough of them that the compiler keeps several
/// vector registers busy instead of waiting for each addition.
const LANES: usize = 16;

/// Squared distance between `a` and `b`, two vectors of one length.
///
/// The order of the additions is fixed by the source and never contracted to
/// fused ones, so the same vectors give the same bits on every machine.
fn squared_distance(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    let (a_blocks, a_rest) = a.as_chunks::<LANES>();
    let (b_blocks, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for lane in 0..LANES {
            let difference = a[lane] - b[lane];
            sums[lane] += difference * difference;
        }
    }
    for (lane, (a, b)) in a_rest.iter().zip(b_rest).enumerate() {
        let difference = a - b;
        sums[lane] += difference * difference;
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
        width /= 2;
    }
    sums[0]
}

/// Squared distances from `query` to each row of `rows` (row-major,
/// `query.len()` columns). What is not a number counts as infinitely far, so
/// that a broken vector is never the nearest of several.
pub(super) fn squared_distances(query: &[f32], rows: &[f32]) -> Vec<f32> {
    if query.is_empty() {
        return Vec::new();
    }
    rows.chunks_exact(query.len())
        .map(|row| {
            let squared = squared_distance(query, row);
            if squared.is_nan() {
                f32::INFINITY
            } else {
                squared
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::squared_distances;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_a_double_precision_reference(
            (dim, values) in (1usize..150)
                .prop_flat_map(|dim| (Just(dim), prop::collection::vec(-10.0f32..10.0, dim * 5)))
        ) {
            let (query, rows) = values.split_at(dim);
            let found = squared_distances(query, rows);
            prop_assert_eq!(found.len(), 4);
            for (row, found) in rows.chunks(dim).zip(found) {
                let exact: f64 = query.iter().zip(row)
                    .map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2)).sum();
                prop_assert!((f64::from(found) - exact).abs() <= 1e-5 * (1.0 + exact));
            }
        }
    }

    #[test]
    fn a_vector_that_is_no_number_is_infinitely_far() {
        let found = squared_distances(&[1.0, 2.0], &[f32::NAN, 0.0, 1.0, 2.0]);
        assert_eq!(found, [f32::INFINITY, 0.0]);
    }
}
