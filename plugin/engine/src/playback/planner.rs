//! Which cue to prepare next.

use super::channel::Started;
use super::cue::Role;
use crate::retrieval::Hit;
use crate::units::ChunkId;

/// A cue that should be prepared and sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CueRequest {
    /// What to cue.
    pub hit: Hit,
    /// What for.
    pub role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sent {
    serial: u64,
    chunk: ChunkId,
}

/// Keeps two cues ahead of the player: the best, and the one that plays after
/// it if the best starts before anything newer is known. Knows only serials
/// and chunks; [`CueFeeder`](super::CueFeeder) does the work.
#[derive(Clone, Debug, Default)]
pub struct CuePlanner {
    best: Option<Sent>,
    reserve: Option<Sent>,
}

impl CuePlanner {
    /// What is missing with the player, given the snippets found now (best
    /// first); `None` if the player has the cues that it should have.
    pub fn plan(&self, hits: &[Hit]) -> Option<CueRequest> {
        let best = *hits.first()?;
        if self.best.is_none_or(|sent| sent.chunk != best.chunk) {
            return Some(CueRequest {
                hit: best,
                role: Role::Best,
            });
        }
        let second = *hits.iter().find(|hit| hit.chunk != best.chunk)?;
        let known = self.reserve.is_some_and(|sent| sent.chunk == second.chunk);
        (!known).then_some(CueRequest {
            hit: second,
            role: Role::Reserve,
        })
    }

    /// Whether the player has a cue to start.
    pub fn has_best(&self) -> bool {
        self.best.is_some()
    }

    /// What the player would start.
    pub fn best(&self) -> Option<ChunkId> {
        self.best.map(|best| best.chunk)
    }

    /// A cue was sent as `request` asks.
    pub fn sent(&mut self, serial: u64, request: &CueRequest) {
        let sent = Some(Sent {
            serial,
            chunk: request.hit.chunk,
        });
        match request.role {
            Role::Best => self.best = sent,
            Role::Reserve => self.reserve = sent,
        }
    }

    /// The player reported a start.
    pub fn started(&mut self, started: Started) {
        let was_best = self.best.is_some_and(|best| best.serial == started.serial);
        if was_best && self.reserve.is_some() {
            self.best = self.reserve.take();
        }
    }

    /// The cue of `serial` came back: the player has it no longer.
    pub fn spent(&mut self, serial: u64) {
        let gone = |sent: &Sent| sent.serial != serial;
        self.best = self.best.filter(gone);
        self.reserve = self.reserve.filter(gone);
    }

    /// The player was told to drop its cues.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Distance, Score};

    fn hits(chunks: &[u32]) -> Vec<Hit> {
        let hit = |chunk: &u32| Hit {
            chunk: ChunkId(*chunk),
            distance: Distance(1.0),
            score: Score(0.1),
            repeated: false,
        };
        chunks.iter().map(hit).collect()
    }

    #[track_caller]
    fn check(planner: &CuePlanner, found: &[u32], expected: Option<(u32, Role)>) {
        let planned = planner.plan(&hits(found));
        assert_eq!(
            planned.map(|request| (request.hit.chunk.0, request.role)),
            expected
        );
    }

    /// Sends what is planned for `found` as `serial`.
    fn send(planner: &mut CuePlanner, serial: u64, found: &[u32]) {
        let request = planner.plan(&hits(found)).expect("something to send");
        planner.sent(serial, &request);
    }

    #[test]
    fn sends_the_best_then_a_reserve_then_nothing() {
        let mut planner = CuePlanner::default();
        check(&planner, &[], None);
        check(&planner, &[5, 7], Some((5, Role::Best)));
        send(&mut planner, 1, &[5, 7]);
        check(&planner, &[5, 7], Some((7, Role::Reserve)));
        send(&mut planner, 2, &[5, 7]);
        check(&planner, &[5, 7], None);
        check(&planner, &[5], None);
        check(&planner, &[8, 5], Some((8, Role::Best)));
    }

    #[test]
    fn the_reserve_moves_up_when_the_best_starts() {
        let mut planner = CuePlanner::default();
        send(&mut planner, 1, &[5, 7]);
        send(&mut planner, 2, &[5, 7]);
        planner.started(Started {
            serial: 1,
            chunk: ChunkId(5),
        });
        // 5 is held back now, 7 is with the player already.
        check(&planner, &[7, 9], Some((9, Role::Reserve)));
    }

    #[test]
    fn a_best_without_a_reserve_stays_usable() {
        let mut planner = CuePlanner::default();
        send(&mut planner, 1, &[5]);
        planner.started(Started {
            serial: 1,
            chunk: ChunkId(5),
        });
        check(&planner, &[5], None);
        assert!(planner.has_best());
        planner.spent(1);
        assert!(!planner.has_best());
        check(&planner, &[5], Some((5, Role::Best)));
    }

    #[test]
    fn a_reserve_lost_to_a_race_is_planned_again() {
        let mut planner = CuePlanner::default();
        send(&mut planner, 1, &[5, 7]);
        send(&mut planner, 2, &[5, 7]);
        send(&mut planner, 3, &[8, 7]);
        // The player started 1, moved 2 up, then got 3 and gave 2 back.
        planner.started(Started {
            serial: 1,
            chunk: ChunkId(5),
        });
        planner.spent(2);
        check(&planner, &[8, 7], Some((7, Role::Reserve)));
    }
}
