//! Every kernel of this machine against a scalar reference, bit for bit.

use half::f16;
use proptest::prelude::*;

use super::*;
use crate::library::HalfMatrix;

/// As the module's documentation says it, one number after the other.
fn reference(query: &[f32], row: &[f32], term: impl Fn(f32, f32) -> f32) -> f32 {
    let mut sums = [0.0f32; LANES];
    for (at, (q, x)) in query.iter().zip(row).enumerate() {
        sums[at % LANES] += term(*q, *x);
    }
    for width in [8, 4, 2, 1] {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
    }
    sums[0]
}

fn squared_difference(q: f32, x: f32) -> f32 {
    (q - x) * (q - x)
}

/// Bits, with all that is not a number alike: its bits may differ.
fn bits(values: &[f32]) -> Vec<u32> {
    let bits = |value: &f32| {
        if value.is_nan() {
            u32::MAX
        } else {
            value.to_bits()
        }
    };
    values.iter().map(bits).collect()
}

fn check(query: &[f32], rows: HalfRows<'_>) {
    let each = |term: fn(f32, f32) -> f32| -> Vec<f32> {
        (0..rows.len())
            .map(|row| reference(query, &rows.row(row), term))
            .collect()
    };
    let products = bits(&each(|q, x| q * x));
    let distances = each(squared_difference).into_iter().map(|squared| {
        if squared.is_nan() {
            f32::INFINITY
        } else {
            squared
        }
    });
    let distances = bits(&distances.collect::<Vec<_>>());
    let mut out = vec![1.0; 3];
    for kernel in Kernel::available() {
        kernel.squared_distances(query, rows, &mut out);
        assert_eq!(bits(&out), distances, "distances, {}", kernel.name());
        kernel.products(query, rows, &mut out);
        assert_eq!(bits(&out), products, "products, {}", kernel.name());
    }
}

/// Any bits are numbers here: subnormal, infinite and broken ones too.
fn half() -> impl Strategy<Value = f16> {
    prop_oneof![
        8 => (-8.0f32..8.0).prop_map(f16::from_f32),
        1 => any::<u16>().prop_map(f16::from_bits),
    ]
}

fn single() -> impl Strategy<Value = f32> {
    prop_oneof![
        8 => -8.0f32..8.0,
        1 => any::<u32>().prop_map(f32::from_bits),
    ]
}

proptest! {
    #[test]
    fn every_kernel_gives_the_reference_s_bits(
        (query, rows) in (1usize..70, 0usize..14).prop_flat_map(|(dims, rows)| (
            prop::collection::vec(single(), dims),
            prop::collection::vec(half(), dims * rows),
        ))
    ) {
        let values: Vec<f32> = rows.iter().map(|half| half.to_f32()).collect();
        check(&query, HalfMatrix::from_f32(&values, query.len()).rows());
    }

    #[test]
    fn distances_agree_with_double_precision(
        (query, rows) in (1usize..300).prop_flat_map(|dims| (
            prop::collection::vec(-10.0f32..10.0, dims),
            prop::collection::vec(-10.0f32..10.0, dims * 5),
        ))
    ) {
        let rows = HalfMatrix::from_f32(&rows, query.len());
        let mut found = Vec::new();
        Kernel::best().squared_distances(&query, rows.rows(), &mut found);
        prop_assert_eq!(found.len(), 5);
        for (row, found) in found.into_iter().enumerate() {
            let exact: f64 = query.iter().zip(rows.rows().row(row))
                .map(|(a, b)| (f64::from(*a) - f64::from(b)).powi(2)).sum();
            prop_assert!((f64::from(found) - exact).abs() <= 1e-5 * (1.0 + exact));
        }
    }
}

#[test]
fn the_shipped_lengths_give_the_reference_s_bits() {
    let value = |at: usize| ((at * 7919) % 2003) as f32 / 511.0 - 1.9;
    for dims in [163, 249, 256] {
        let rows: Vec<f32> = (0..dims * 11).map(value).collect();
        let query: Vec<f32> = (0..dims).map(|at| value(at + 5)).collect();
        check(&query, HalfMatrix::from_f32(&rows, dims).rows());
    }
}

#[test]
fn a_vector_that_is_no_number_is_infinitely_far() {
    let rows = HalfMatrix::from_f32(&[f32::NAN, 0.0, 1.0, 2.0], 2);
    for kernel in Kernel::available() {
        let mut found = Vec::new();
        kernel.squared_distances(&[1.0, 2.0], rows.rows(), &mut found);
        assert_eq!(found, [f32::INFINITY, 0.0]);
    }
}

#[test]
fn rows_of_nothing_give_nothing() {
    let mut out = vec![1.0];
    for kernel in Kernel::available() {
        kernel.squared_distances(&[], HalfMatrix::new(0).rows(), &mut out);
        assert!(out.is_empty());
        kernel.products(&[1.0], HalfMatrix::new(1).rows(), &mut out);
        assert!(out.is_empty());
    }
}
