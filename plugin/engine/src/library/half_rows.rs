//! Rows of half-precision numbers: how the index holds what it searches.

use half::f16;
use half::slice::HalfFloatSliceExt;

/// A row takes a multiple of this many numbers, so that each begins at a whole
/// 32 bytes and a vector register never reads over its end.
pub const LANES: usize = 16;

/// Rows of one length, one after the other, each filled up with zeros to a multiple
/// of [`LANES`]. Neither a distance nor a product of two rows is changed by them.
#[derive(Clone, Copy, Debug)]
pub struct HalfRows<'a> {
    values: &'a [f16],
    dims: usize,
}

impl<'a> HalfRows<'a> {
    /// Rows of `dims` numbers, stored as `stride_of(dims)`.
    ///
    /// # Panics
    ///
    /// If `values` ends within a row.
    pub fn new(values: &'a [f16], dims: usize) -> Self {
        assert!(
            values.len().is_multiple_of(stride_of(dims).max(1)),
            "whole rows"
        );
        Self { values, dims }
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.values.len().checked_div(self.stride()).unwrap_or(0)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Numbers of a row that count.
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// Numbers from one row's beginning to the next's.
    pub fn stride(&self) -> usize {
        stride_of(self.dims)
    }

    /// All rows as they are stored, with the zeros.
    pub fn values(&self) -> &'a [f16] {
        self.values
    }

    /// A row with its zeros.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    pub fn stored(&self, row: usize) -> &'a [f16] {
        let stride = self.stride();
        &self.values[row * stride..(row + 1) * stride]
    }

    /// A row's numbers.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    pub fn row(&self, row: usize) -> Vec<f32> {
        self.stored(row)[..self.dims].to_f32_vec()
    }
}

/// Rows in memory that can be added to.
#[derive(Clone, Debug, Default)]
pub struct HalfMatrix {
    values: Vec<f16>,
    dims: usize,
}

impl HalfMatrix {
    /// No row yet, of `dims` numbers each.
    pub fn new(dims: usize) -> Self {
        Self {
            values: Vec::new(),
            dims,
        }
    }

    /// Of numbers row by row (`n * dims`).
    ///
    /// # Panics
    ///
    /// If `values` ends within a row.
    pub fn from_f32(values: &[f32], dims: usize) -> Self {
        let mut rows = Self::new(dims);
        assert!(values.len().is_multiple_of(dims.max(1)), "whole rows");
        for row in values.chunks_exact(dims.max(1)) {
            rows.push(row);
        }
        rows
    }

    /// Adds a row, rounded to the nearest half.
    ///
    /// # Panics
    ///
    /// If it has another length.
    pub fn push(&mut self, row: &[f32]) {
        assert_eq!(row.len(), self.dims, "a row's length");
        let begin = self.values.len();
        self.values.resize(begin + stride_of(self.dims), f16::ZERO);
        self.values[begin..begin + self.dims].convert_from_f32_slice(row);
    }

    /// Adds a row as it is stored elsewhere, with its zeros.
    ///
    /// # Panics
    ///
    /// If it has another length.
    pub fn push_stored(&mut self, row: &[f16]) {
        assert_eq!(row.len(), stride_of(self.dims), "a row's length");
        self.values.extend_from_slice(row);
    }

    /// Makes room for `rows` more.
    pub fn reserve(&mut self, rows: usize) {
        self.values.reserve(rows * stride_of(self.dims));
    }

    /// All rows' numbers, with the zeros.
    pub(super) fn into_stored(self) -> Vec<f16> {
        self.values
    }

    /// All rows.
    pub fn rows(&self) -> HalfRows<'_> {
        HalfRows::new(&self.values, self.dims)
    }
}

/// How many numbers a row of `dims` takes.
pub fn stride_of(dims: usize) -> usize {
    dims.next_multiple_of(LANES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_filled_up_with_zeros() {
        let mut matrix = HalfMatrix::from_f32(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3);
        let copy = matrix.rows().stored(0).to_vec();
        matrix.push_stored(&copy);
        let rows = matrix.rows();
        assert_eq!((rows.len(), rows.dims(), rows.stride()), (3, 3, 16));
        assert_eq!(rows.row(1), [4.0, 5.0, 6.0]);
        assert_eq!(rows.row(2), rows.row(0));
        assert!(rows.stored(1)[3..].iter().all(|&zero| zero == f16::ZERO));
        assert!(HalfMatrix::new(5).rows().is_empty());
    }
}
