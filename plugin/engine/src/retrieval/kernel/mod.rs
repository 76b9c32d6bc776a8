//! The scan: squared distances and inner products of one query with rows of halves.
//!
//! Every kernel adds in one fixed order, so that the same numbers give the same
//! bits on every machine: [`LANES`] running sums, lane `l` of numbers `l`,
//! `l + LANES`, …, each product rounded before it is added (never fused), and the
//! lanes added in halves: `l` to `l + 8`, then `l + 4`, `l + 2`, `l + 1`. The wide
//! kernels work on several rows at a time, because one row's sums wait for each
//! other; that changes no row's order.

mod portable;
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "vector registers are loaded through pointers")]
mod x86;

use half::f16;

use crate::library::{HalfRows, LANES};

/// One way of scanning rows, which this machine can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel(Set);

/// Only made when the machine has it: the calls below rely on that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// What is added up along a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Term {
    /// The square of the difference.
    SquaredDifference,
    /// The product.
    Product,
}

impl Kernel {
    /// The fastest that this machine has.
    pub fn best() -> Self {
        // Asking is a load and a test: the answer is kept by the standard library.
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") {
                return Self(Set::Avx512);
            }
            if is_x86_feature_detected!("avx") && is_x86_feature_detected!("f16c") {
                return Self(Set::Avx);
            }
        }
        Self(Set::Portable)
    }

    /// All that this machine has, the fastest first.
    pub fn available() -> Vec<Self> {
        let mut all = vec![Self(Set::Portable)];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx") && is_x86_feature_detected!("f16c") {
                all.insert(0, Self(Set::Avx));
            }
            if is_x86_feature_detected!("avx512f") {
                all.insert(0, Self(Set::Avx512));
            }
        }
        all
    }

    /// What to call it.
    pub fn name(self) -> &'static str {
        match self.0 {
            Set::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Set::Avx => "AVX+F16C",
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "AVX-512F",
        }
    }

    /// Puts the squared Euclidean distance from `query` to each row into `out`.
    /// What is not a number counts as infinitely far, so that a broken vector is
    /// never the nearest of several.
    ///
    /// # Panics
    ///
    /// If the query has another length than the rows.
    pub fn squared_distances(self, query: &[f32], rows: HalfRows<'_>, out: &mut Vec<f32>) {
        self.scan(Term::SquaredDifference, query, rows, out);
        for squared in out {
            if squared.is_nan() {
                *squared = f32::INFINITY;
            }
        }
    }

    /// Puts the inner product of `query` and each row into `out`.
    ///
    /// # Panics
    ///
    /// If the query has another length than the rows.
    pub fn products(self, query: &[f32], rows: HalfRows<'_>, out: &mut Vec<f32>) {
        self.scan(Term::Product, query, rows, out);
    }

    fn scan(self, term: Term, query: &[f32], rows: HalfRows<'_>, out: &mut Vec<f32>) {
        assert_eq!(query.len(), rows.dims(), "a query as long as the rows");
        out.clear();
        out.reserve(rows.len());
        let query = blocks(query);
        let rows = rows.values();
        match self.0 {
            Set::Portable => portable::scan(term, &query, rows, out),
            #[cfg(target_arch = "x86_64")]
            Set::Avx => x86::scan_avx(term, &query, rows, out),
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => x86::scan_avx512(term, &query, rows, out),
        }
    }
}

/// The query, filled up with zeros as rows are.
fn blocks(query: &[f32]) -> Vec<[f32; LANES]> {
    let (whole, rest) = query.as_chunks::<LANES>();
    let mut blocks = whole.to_vec();
    if !rest.is_empty() {
        let mut last = [0.0; LANES];
        last[..rest.len()].copy_from_slice(rest);
        blocks.push(last);
    }
    blocks
}

/// Stored rows as blocks; `as_chunks` leaves nothing, as a row is whole blocks.
fn row_blocks(rows: &[f16]) -> &[[f16; LANES]] {
    rows.as_chunks::<LANES>().0
}

#[cfg(test)]
mod tests;
