//! The first filter, made when it is needed and kept up to date as the library grows.

use crate::Result;
use crate::inference::Correspondence;
use crate::library::{HalfMatrix, Library};
use crate::retrieval::{Fraction, Pool, Ranking};
use crate::teach::TaughtHead;

/// What the painting makes of the library.
#[derive(Default)]
pub(super) struct Filter {
    /// The library's points by the head, if there is one.
    taught_points: Option<HalfMatrix>,
    /// `None` after the painting, the head or the library changed.
    ranking: Option<Ranking>,
    /// `None` after the ranking went.
    pool: Option<Pool>,
    /// The library grew or the fraction changed since the pool was made.
    stale: bool,
}

impl Filter {
    pub(super) fn ranking(&self) -> Option<&Ranking> {
        self.ranking.as_ref()
    }

    pub(super) fn pool(&self) -> Option<&Pool> {
        self.pool.as_ref()
    }

    /// Makes all anew at the next refresh: the painting changed.
    pub(super) fn forget(&mut self) {
        (self.ranking, self.pool) = (None, None);
    }

    /// Brings the pool up to date at the next refresh: the fraction changed.
    pub(super) fn doubt(&mut self) {
        self.stale = true;
    }

    /// Takes over points made by another head, or by none.
    pub(super) fn set_taught_points(&mut self, points: Option<HalfMatrix>) {
        self.taught_points = points;
        self.forget();
    }

    /// Takes in rows that `library` has beyond the ones known.
    ///
    /// # Errors
    /// If `head` is for other networks than the library; nothing changes then.
    pub(super) fn grow(&mut self, head: Option<&TaughtHead>, library: &Library) -> Result<()> {
        if let (Some(head), Some(points)) = (head, &mut self.taught_points) {
            head.extend_library_points(points, library)?;
        }
        self.stale = true;
        Ok(())
    }

    /// True if there is nothing to refresh.
    pub(super) fn is_fresh(&self) -> bool {
        self.pool.is_some() && !self.stale
    }

    /// Makes or brings up to date what is missing or stale; the ranking as it is then.
    pub(super) fn refresh(
        &mut self,
        library: &Library,
        correspondence: &Correspondence,
        painting_point: &[f32],
        fraction: Fraction,
    ) -> &Ranking {
        let taught = self.taught_points.as_ref().map(HalfMatrix::rows);
        let points = taught.unwrap_or(library.points());
        let live = |chunk| library.is_live(chunk);
        let ranking = match self.ranking.take() {
            Some(mut ranking) => {
                ranking.follow(points, live);
                ranking
            }
            None => Ranking::new(points, live, correspondence, painting_point),
        };
        let before = self.pool.take().unwrap_or_default();
        self.pool = Some(before.renewed(library, &ranking, fraction));
        self.stale = false;
        self.ranking.insert(ranking)
    }
}
