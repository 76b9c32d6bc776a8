//! The scan in the vector registers of x86.

use std::arch::x86_64::*;

use half::f16;

use super::{Term, row_blocks};
use crate::library::LANES;

/// Rows worked on at a time: enough that their additions overlap, few enough that
/// sums and operands stay in registers.
const TOGETHER: usize = 4;

/// Bytes of a cache line.
const LINE: usize = 64;

/// How many bytes ahead memory is asked for: with two pages the scan of rows that lie in
/// no cache takes hardly longer than reading them; with none, twice as long.
const AHEAD: usize = 8192;

/// Appends the sum of each row's terms with `query` to `out`. Only for a machine
/// with AVX-512F, which is what [`super::Set::Avx512`] says.
pub(super) fn scan_avx512(term: Term, query: &[[f32; LANES]], rows: &[f16], out: &mut Vec<f32>) {
    debug_assert!(is_x86_feature_detected!("avx512f"));
    // SAFETY: `Set::Avx512` is made only where the machine has AVX-512F.
    unsafe {
        match term {
            Term::SquaredDifference => avx512::<true>(query, rows, out),
            Term::Product => avx512::<false>(query, rows, out),
        }
    }
}

/// As [`scan_avx512`], for a machine with AVX and F16C ([`super::Set::Avx`]).
pub(super) fn scan_avx(term: Term, query: &[[f32; LANES]], rows: &[f16], out: &mut Vec<f32>) {
    debug_assert!(is_x86_feature_detected!("avx") && is_x86_feature_detected!("f16c"));
    // SAFETY: `Set::Avx` is made only where the machine has AVX and F16C.
    unsafe {
        match term {
            Term::SquaredDifference => avx::<true>(query, rows, out),
            Term::Product => avx::<false>(query, rows, out),
        }
    }
}

/// Asks for as many bytes, [`AHEAD`] of `group`, as block `at` of its rows takes, so that
/// all comes once. The processor looks ahead by itself, but not over a page's end, and with
/// this much to do for each byte not far enough to keep the memory busy.
#[inline]
#[target_feature(enable = "sse")]
fn prefetch(group: &[[f16; LANES]], at: usize) {
    let blocks = AHEAD / size_of::<[f16; LANES]>() + at * TOGETHER;
    let begin = group.as_ptr().wrapping_add(blocks);
    for line in 0..TOGETHER * size_of::<[f16; LANES]>() / LINE {
        _mm_prefetch::<_MM_HINT_T0>(begin.cast::<i8>().wrapping_add(line * LINE));
    }
}

#[target_feature(enable = "avx512f")]
fn avx512<const DISTANCE: bool>(query: &[[f32; LANES]], rows: &[f16], out: &mut Vec<f32>) {
    let row = query.len();
    if row == 0 {
        return;
    }
    let groups = row_blocks(rows).chunks_exact(row * TOGETHER);
    let rest = groups.remainder();
    for group in groups {
        let (a, others) = group.split_at(row);
        let (b, others) = others.split_at(row);
        let (c, d) = others.split_at(row);
        let mut sums = [_mm512_setzero_ps(); TOGETHER];
        for (at, ((((query, a), b), c), d)) in query.iter().zip(a).zip(b).zip(c).zip(d).enumerate()
        {
            prefetch(group, at);
            let query = load_16(query);
            for (sum, block) in sums.iter_mut().zip([a, b, c, d]) {
                *sum = add_term_16::<DISTANCE>(*sum, query, widen_16(block));
            }
        }
        out.extend_from_slice(&reduce(sums.map(|sum| fold_16(sum))));
    }
    for row in rest.chunks_exact(row) {
        let mut sum = _mm512_setzero_ps();
        for (query, block) in query.iter().zip(row) {
            sum = add_term_16::<DISTANCE>(sum, load_16(query), widen_16(block));
        }
        out.push(reduce([fold_16(sum); TOGETHER])[0]);
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn add_term_16<const DISTANCE: bool>(sum: __m512, query: __m512, row: __m512) -> __m512 {
    let term = if DISTANCE {
        let difference = _mm512_sub_ps(query, row);
        _mm512_mul_ps(difference, difference)
    } else {
        _mm512_mul_ps(query, row)
    };
    _mm512_add_ps(sum, term)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_16(block: &[f32; LANES]) -> __m512 {
    // SAFETY: the block holds the 16 numbers that are read.
    unsafe { _mm512_loadu_ps(block.as_ptr()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn widen_16(block: &[f16; LANES]) -> __m512 {
    // SAFETY: the block holds the 32 bytes that are read; an f16 is its 16 bits.
    _mm512_cvtph_ps(unsafe { _mm256_loadu_si256(block.as_ptr().cast()) })
}

/// Lanes `l + 8` and `l + 4` added to lanes `l`.
#[inline]
#[target_feature(enable = "avx512f")]
fn fold_16(sum: __m512) -> __m128 {
    let high = _mm256_castpd_ps(_mm512_extractf64x4_pd::<1>(_mm512_castps_pd(sum)));
    fold_8(_mm256_add_ps(_mm512_castps512_ps256(sum), high))
}

#[target_feature(enable = "avx,f16c")]
fn avx<const DISTANCE: bool>(query: &[[f32; LANES]], rows: &[f16], out: &mut Vec<f32>) {
    let row = query.len();
    if row == 0 {
        return;
    }
    let groups = row_blocks(rows).chunks_exact(row * TOGETHER);
    let rest = groups.remainder();
    for group in groups {
        let (a, others) = group.split_at(row);
        let (b, others) = others.split_at(row);
        let (c, d) = others.split_at(row);
        let mut sums = [[_mm256_setzero_ps(); 2]; TOGETHER];
        for (at, ((((query, a), b), c), d)) in query.iter().zip(a).zip(b).zip(c).zip(d).enumerate()
        {
            prefetch(group, at);
            let query = load_8(query);
            for (sum, block) in sums.iter_mut().zip([a, b, c, d]) {
                *sum = add_term_8::<DISTANCE>(*sum, query, widen_8(block));
            }
        }
        let folded = sums.map(|[low, high]| fold_8(_mm256_add_ps(low, high)));
        out.extend_from_slice(&reduce(folded));
    }
    for row in rest.chunks_exact(row) {
        let mut sum = [_mm256_setzero_ps(); 2];
        for (query, block) in query.iter().zip(row) {
            sum = add_term_8::<DISTANCE>(sum, load_8(query), widen_8(block));
        }
        let folded = fold_8(_mm256_add_ps(sum[0], sum[1]));
        out.push(reduce([folded; TOGETHER])[0]);
    }
}

#[inline]
#[target_feature(enable = "avx")]
fn add_term_8<const DISTANCE: bool>(
    sum: [__m256; 2],
    query: [__m256; 2],
    row: [__m256; 2],
) -> [__m256; 2] {
    let half = |at: usize| {
        let term = if DISTANCE {
            let difference = _mm256_sub_ps(query[at], row[at]);
            _mm256_mul_ps(difference, difference)
        } else {
            _mm256_mul_ps(query[at], row[at])
        };
        _mm256_add_ps(sum[at], term)
    };
    [half(0), half(1)]
}

#[inline]
#[target_feature(enable = "avx")]
fn load_8(block: &[f32; LANES]) -> [__m256; 2] {
    let (halves, _) = block.as_chunks::<8>();
    // SAFETY: each half holds the 8 numbers that are read.
    [0, 1].map(|at: usize| unsafe { _mm256_loadu_ps(halves[at].as_ptr()) })
}

#[inline]
#[target_feature(enable = "avx,f16c")]
fn widen_8(block: &[f16; LANES]) -> [__m256; 2] {
    let (halves, _) = block.as_chunks::<8>();
    [0, 1].map(|at: usize| {
        // SAFETY: each half holds the 16 bytes that are read; an f16 is its 16 bits.
        _mm256_cvtph_ps(unsafe { _mm_loadu_si128(halves[at].as_ptr().cast()) })
    })
}

/// Lanes `l + 4` added to lanes `l`.
#[inline]
#[target_feature(enable = "avx")]
fn fold_8(sum: __m256) -> __m128 {
    _mm_add_ps(_mm256_castps256_ps128(sum), _mm256_extractf128_ps::<1>(sum))
}

/// The last two additions of four rows at once: lanes `l + 2`, then `l + 1`.
#[inline]
#[target_feature(enable = "avx")]
fn reduce([a, b, c, d]: [__m128; TOGETHER]) -> [f32; TOGETHER] {
    // Lanes a0 b0 a1 b1 and a2 b2 a3 b3: their sum is a02 b02 a13 b13.
    let ab = _mm_add_ps(_mm_unpacklo_ps(a, b), _mm_unpackhi_ps(a, b));
    let cd = _mm_add_ps(_mm_unpacklo_ps(c, d), _mm_unpackhi_ps(c, d));
    let sums = _mm_add_ps(_mm_movelh_ps(ab, cd), _mm_movehl_ps(cd, ab));
    let mut out = [0.0; TOGETHER];
    // SAFETY: `out` has room for the 4 numbers that are written.
    unsafe { _mm_storeu_ps(out.as_mut_ptr(), sums) };
    out
}
