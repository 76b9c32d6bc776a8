//! The scan in plain Rust, for machines without the wide instructions.

use half::f16;
use half::slice::HalfFloatSliceExt;

use super::{Term, row_blocks};
use crate::library::LANES;

/// Appends the sum of each row's terms with `query` to `out`.
pub(super) fn scan(term: Term, query: &[[f32; LANES]], rows: &[f16], out: &mut Vec<f32>) {
    if query.is_empty() {
        return;
    }
    let rows = row_blocks(rows).chunks_exact(query.len());
    // A row at a time, as widening has a start-up cost.
    let mut wide = vec![[0.0; LANES]; query.len()];
    for row in rows {
        row.as_flattened()
            .convert_to_f32_slice(wide.as_flattened_mut());
        out.push(match term {
            Term::SquaredDifference => sum(query, &wide, |q, x| (q - x) * (q - x)),
            Term::Product => sum(query, &wide, |q, x| q * x),
        });
    }
}

#[inline(always)]
fn sum(query: &[[f32; LANES]], row: &[[f32; LANES]], term: impl Fn(f32, f32) -> f32) -> f32 {
    let mut sums = [0.0f32; LANES];
    for (query, row) in query.iter().zip(row) {
        for lane in 0..LANES {
            sums[lane] += term(query[lane], row[lane]);
        }
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
