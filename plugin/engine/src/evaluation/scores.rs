//! The matrix that everything is measured on.

use crate::inference::Correspondence;

/// Why numbers are no [`Scores`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The numbers are not as many as rows times columns.
    #[error("{found} scores for {rows} rows and {columns} columns")]
    Length {
        /// How many there are.
        found: usize,
        /// Queries.
        rows: usize,
        /// Candidates.
        columns: usize,
    },
    /// A work has no row or no column, or there are not two works.
    #[error("each of two works or more must have both a row and a column")]
    Works,
    /// A score is not a number.
    #[error("a score is not a number")]
    NotANumber,
}

/// Scores of queries (rows) and candidates (columns), as log-odds of "does not belong":
/// ln(score / (1 - score)). They rank as the score does, also where it is so near to 0 or
/// 1 that a number can't tell it from them.
///
/// Works are numbers from 0 on; there are at least two, and each has a row and a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    values: Vec<f64>,
    rows: Vec<usize>,
    columns: Vec<usize>,
    /// Columns of each work.
    sizes: Vec<usize>,
}

impl Scores {
    /// Row-major `values`, and the work of each row and of each column.
    ///
    /// # Errors
    /// [`Invalid`].
    pub fn new(values: Vec<f64>, rows: Vec<usize>, columns: Vec<usize>) -> Result<Self, Invalid> {
        if values.len() != rows.len() * columns.len() {
            return Err(Invalid::Length {
                found: values.len(),
                rows: rows.len(),
                columns: columns.len(),
            });
        }
        if values.iter().any(|value| value.is_nan()) {
            return Err(Invalid::NotANumber);
        }
        let works = rows
            .iter()
            .chain(&columns)
            .max()
            .map_or(0, |&last| last + 1);
        let (in_rows, sizes) = (count(&rows, works), count(&columns, works));
        if works < 2 || in_rows.contains(&0) || sizes.contains(&0) {
            return Err(Invalid::Works);
        }
        Ok(Self {
            values,
            rows,
            columns,
            sizes,
        })
    }

    /// Of pictures (rows) and tracks (columns), each a point with its work. A track's point
    /// is the [`mean_point`] of its chunks.
    ///
    /// # Errors
    /// [`Invalid`].
    pub fn of_points(
        correspondence: &Correspondence,
        pictures: Vec<(&[f32], usize)>,
        tracks: Vec<(&[f32], usize)>,
    ) -> Result<Self, Invalid> {
        let (scale, bias) = (
            f64::from(correspondence.scale),
            f64::from(correspondence.bias),
        );
        let score = |picture: &[f32], track: &[f32]| {
            let products = picture.iter().zip(track);
            let product: f64 = products.map(|(&p, &a)| f64::from(p) * f64::from(a)).sum();
            -(scale * product + bias)
        };
        let pairs = pictures
            .iter()
            .flat_map(|(picture, _)| tracks.iter().map(|(track, _)| score(picture, track)));
        let works = |side: &[(&[f32], usize)]| side.iter().map(|(_, work)| *work).collect();
        Self::new(pairs.collect(), works(&pictures), works(&tracks))
    }

    /// Candidates become queries and queries candidates.
    pub fn transposed(&self) -> Self {
        let width = self.columns.len();
        let values = (0..width)
            .flat_map(|column| self.values.iter().skip(column).step_by(width).copied())
            .collect();
        Self {
            values,
            rows: self.columns.clone(),
            columns: self.rows.clone(),
            sizes: count(&self.rows, self.works()),
        }
    }

    /// How many works there are.
    pub fn works(&self) -> usize {
        self.sizes.len()
    }

    /// How many candidates each work has.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// The work of each candidate.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// Each query's work and scores.
    pub fn queries(&self) -> impl Iterator<Item = (usize, &[f64])> {
        let scores = self.values.chunks_exact(self.columns.len());
        self.rows.iter().copied().zip(scores)
    }

    /// The queries of each work.
    pub(super) fn queries_of(&self) -> Vec<Vec<&[f64]>> {
        let mut queries = vec![Vec::new(); self.works()];
        for (work, scores) in self.queries() {
            queries[work].push(scores);
        }
        queries
    }
}

fn count(of: &[usize], works: usize) -> Vec<usize> {
    let mut counts = vec![0; works];
    for &work in of {
        counts[work] += 1;
    }
    counts
}

/// The mean of the points of a track's chunks, or `None` without chunks. Its inner product
/// with a picture's point is the mean of theirs, so that its log-odds are the mean of the
/// chunks' log-odds.
pub fn mean_point(chunks: &[Vec<f32>]) -> Option<Vec<f32>> {
    let mut sum: Vec<f64> = chunks.first()?.iter().map(|_| 0.0).collect();
    for chunk in chunks {
        for (sum, &value) in sum.iter_mut().zip(chunk) {
            *sum += f64::from(value);
        }
    }
    let count = chunks.len() as f64;
    Some(sum.iter().map(|sum| (sum / count) as f32).collect())
}
