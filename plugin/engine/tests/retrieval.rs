//! The two-step filter against a naive reference.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use engine::inference::{Correspondence, Picture, PictureEmbedder, PictureFeatures};
use engine::library::{ChunkInfo, Dims, Library, Parts, TrackId, TrackInfo};
use engine::retrieval::{
    Fraction, Gallery, Hit, Pool, Preferences, Ranking, Recent, Variety, best_n, nearest, nearest_n,
};
use engine::units::{ChunkId, Seconds};
use proptest::prelude::*;

/// Chunks a track in the libraries made here.
const CHUNKS_A_TRACK: usize = 3;

fn library(dim: usize, embeddings: Vec<f32>, points: Vec<f32>) -> Library {
    let n = embeddings.len() / dim;
    let track = |at: usize| TrackInfo {
        path: PathBuf::from(format!("{at}.wav")),
        title: None,
        artist: None,
        duration: Seconds(12.0),
    };
    let chunk = |at: usize| ChunkInfo {
        track: TrackId((at / CHUNKS_A_TRACK) as u32),
        start: Seconds((at % CHUNKS_A_TRACK) as f64 * 4.0),
        rms_db: -20.0,
    };
    Library::from_parts(Parts {
        dims: Dims {
            embedding: dim,
            point: points.len() / n.max(1),
            tags: 0,
            affect: 0,
        },
        tracks: (0..n.div_ceil(CHUNKS_A_TRACK)).map(track).collect(),
        chunks: (0..n).map(chunk).collect(),
        embeddings,
        points,
        traits: Vec::new(),
    })
}

/// Points that agree in sign belong together.
fn correspondence(dim: usize) -> Correspondence {
    Correspondence {
        scale: 1.0,
        bias: 0.0,
        dim,
    }
}

/// A library of up to 60 chunks whose small integers make many ties, and what
/// else a search takes.
#[derive(Clone, Debug)]
struct Case {
    dim: usize,
    embeddings: Vec<f32>,
    points: Vec<f32>,
    query: Vec<f32>,
    percent: f32,
    variety: Variety,
    played: Vec<u32>,
}

impl Case {
    fn any() -> impl Strategy<Value = Case> {
        let value = || prop_oneof![(-3i8..=3).prop_map(f32::from), Just(f32::NAN)];
        let shape = (1usize..20, 1usize..60);
        shape.prop_flat_map(move |(dim, n)| {
            (
                prop::collection::vec(-3i8..=3, dim * n),
                prop::collection::vec(value(), n),
                prop::collection::vec(-3i8..=3, dim),
                prop_oneof![0.1f32..100.0, Just(100.0)],
                (0usize..12, 0usize..4),
                prop::collection::vec(0..n as u32, 0..20),
            )
                .prop_map(
                    move |(embeddings, points, query, percent, variety, played)| Case {
                        dim,
                        embeddings: embeddings.into_iter().map(f32::from).collect(),
                        points,
                        query: query.into_iter().map(f32::from).collect(),
                        percent,
                        variety: Variety {
                            chunks: variety.0,
                            tracks: variety.1,
                        },
                        played,
                    },
                )
        })
    }

    fn library(&self) -> Library {
        library(self.dim, self.embeddings.clone(), self.points.clone())
    }

    fn pool(&self) -> Pool {
        let fraction = Fraction::percent(self.percent).expect("a number");
        Pool::build(&self.library(), &correspondence(1), &[-1.0], fraction)
    }

    /// The library's chunks by score, computed the plain way.
    fn ranked(&self) -> Vec<u32> {
        let mut ranked: Vec<u32> = (0..self.points.len() as u32).collect();
        // The painting is at −1, so the score rises with the point; NaN is last.
        ranked.sort_by(|a, b| {
            let key = |at: &u32| {
                let point = self.points[*at as usize];
                if point.is_nan() {
                    f64::INFINITY
                } else {
                    f64::from(point)
                }
            };
            key(a).total_cmp(&key(b)).then(a.cmp(b))
        });
        ranked
    }

    /// The squared distance from the query; exact, as all numbers are small integers.
    fn squared(&self, chunk: u32) -> f32 {
        let row = &self.embeddings[chunk as usize * self.dim..][..self.dim];
        let terms = row.iter().zip(&self.query).map(|(a, b)| (a - b).powi(2));
        terms.sum()
    }

    /// Of each of `pool`, by the formula of [`Preferences`].
    fn costs(&self, pool: &[u32], preferences: &Preferences) -> Vec<f32> {
        let distances: Vec<f32> = pool.iter().map(|c| self.squared(*c).sqrt()).collect();
        let least = distances.iter().copied().fold(f32::MAX, f32::min);
        let most = distances.iter().copied().fold(0.0, f32::max);
        let scaled = |value: f32, all: f32| if all > 0.0 { value / all } else { 0.0 };
        let cost = |(place, distance): (usize, &f32)| {
            let distance = scaled(distance - least, most - least);
            let place = scaled(place as f32, (pool.len() - 1) as f32);
            (1.0 - preferences.fit) * distance + preferences.fit * place
        };
        distances.iter().enumerate().map(cost).collect()
    }

    /// What was played as a list of different things, latest first.
    fn latest<T: PartialEq>(&self, kept: usize, of: impl Fn(u32) -> T) -> Vec<T> {
        let mut latest = Vec::new();
        for played in self.played.iter().rev() {
            let thing = of(*played);
            if !latest.contains(&thing) && latest.len() < kept {
                latest.push(thing);
            }
        }
        latest
    }

    /// Chunks in the order in which a search should list them: as the
    /// documentation says it, one rule after the other.
    fn expected(&self, pool: &[u32], preferences: &Preferences) -> Vec<u32> {
        let chunks = self.latest(self.variety.chunks, |chunk| chunk);
        let tracks = self.latest(self.variety.tracks, |chunk| chunk / CHUNKS_A_TRACK as u32);
        let costs = self.costs(pool, preferences);
        let is_next = |chunk: u32| preferences.next == Some(ChunkId(chunk));
        let cost = |chunk: u32| {
            let place = pool.iter().position(|of| *of == chunk);
            let cost = costs[place.expect("of the pool")];
            let preferred = preferences.continuity > 0.0 && is_next(chunk);
            (
                cost - if preferred {
                    preferences.continuity
                } else {
                    0.0
                },
                !preferred,
            )
        };
        // Later played = released later = larger; free = 0.
        let held = |latest: &[u32], thing: u32| {
            latest
                .iter()
                .position(|known| *known == thing)
                .map_or(0, |age| latest.len() - age)
        };
        let mut listed = pool.to_vec();
        listed.sort_by(|a, b| {
            let key = |chunk: u32| {
                (
                    held(&chunks, chunk),
                    held(&tracks, chunk / CHUNKS_A_TRACK as u32),
                )
            };
            let (cost_a, cost_b) = (cost(*a), cost(*b));
            key(*a)
                .cmp(&key(*b))
                .then(cost_a.0.total_cmp(&cost_b.0))
                .then(cost_a.1.cmp(&cost_b.1))
                .then(self.squared(*a).total_cmp(&self.squared(*b)))
                .then(a.cmp(b))
        });
        listed
    }

    fn recent(&self) -> Recent {
        let mut recent = Recent::new(self.variety);
        for chunk in &self.played {
            recent.push(ChunkId(*chunk), TrackId(chunk / CHUNKS_A_TRACK as u32));
        }
        recent
    }
}

fn ids(hits: &[Hit]) -> Vec<u32> {
    hits.iter().map(|hit| hit.chunk.0).collect()
}

proptest! {
    #[test]
    fn pool_is_the_lowest_fraction(case in Case::any()) {
        let pool = case.pool();
        let ranked = case.ranked();
        let exact = f64::from(case.percent) / 100.0 * ranked.len() as f64;
        prop_assert!(!pool.is_empty() && pool.len() as f64 >= exact * 0.999_99);
        prop_assert!((pool.len() as f64) < exact + 1.0 || pool.len() == 1);
        let members: Vec<u32> = pool.members().iter().map(|(chunk, _)| chunk.0).collect();
        prop_assert_eq!(&members, &ranked[..pool.len()]);
        let inside: HashSet<u32> = members.into_iter().collect();
        for chunk in 0..ranked.len() as u32 {
            prop_assert_eq!(pool.contains(ChunkId(chunk)), inside.contains(&chunk));
        }
        prop_assert_eq!(pool.distribution().len(), ranked.len());
        prop_assert!(pool.distribution().is_sorted_by(|a, b| a.0 <= b.0));
    }

    #[test]
    fn a_pool_renewed_is_a_pool_taken_anew(case in Case::any(), before in 0.1f32..100.0) {
        let library = case.library();
        let live = |chunk| library.is_live(chunk);
        let ranking = Ranking::new(library.points(), live, &correspondence(1), &[-1.0]);
        let fraction = |percent| Fraction::percent(percent).expect("a number");
        let renewed = Pool::take(&library, &ranking, fraction(before))
            .renewed(&library, &ranking, fraction(case.percent));
        let taken = Pool::take(&library, &ranking, fraction(case.percent));
        prop_assert_eq!(renewed.members(), taken.members());
        prop_assert_eq!(renewed.distribution(), taken.distribution());
        prop_assert_eq!(renewed.embeddings().values(), taken.embeddings().values());
        let all = |pool: &Pool| nearest_n(pool, &case.query, &case.recent(), usize::MAX);
        prop_assert_eq!(all(&renewed), all(&taken));
    }

    #[test]
    fn nearest_is_what_a_plain_search_finds(case in Case::any(), n in 0usize..70) {
        let pool = case.pool();
        let members: Vec<u32> = pool.members().iter().map(|(chunk, _)| chunk.0).collect();
        let expected = case.expected(&members, &Preferences::default());
        let recent = case.recent();
        let found = nearest_n(&pool, &case.query, &recent, n);
        prop_assert_eq!(ids(&found), &expected[..n.min(expected.len())]);
        let first = nearest(&pool, &case.query, &recent).expect("the pool is never empty");
        prop_assert_eq!(first.chunk.0, expected[0]);
        let all_held = expected.iter().all(|chunk| {
            case.latest(case.variety.chunks, |c| c).contains(chunk)
                || case.latest(case.variety.tracks, |c| c / CHUNKS_A_TRACK as u32)
                    .contains(&(chunk / CHUNKS_A_TRACK as u32))
        });
        prop_assert_eq!(first.repeated, all_held);
    }

    #[test]
    fn the_best_are_what_a_plain_search_by_cost_finds(
        case in Case::any(),
        fit in weight(),
        continuity in weight(),
        next in prop::option::of(0u32..60),
        n in 0usize..70,
    ) {
        let pool = case.pool();
        let members: Vec<u32> = pool.members().iter().map(|(chunk, _)| chunk.0).collect();
        let next = next.map(ChunkId);
        let preferences = Preferences { fit, continuity, next };
        let expected = case.expected(&members, &preferences);
        let found = best_n(&pool, &case.query, &case.recent(), &preferences, n);
        prop_assert_eq!(ids(&found), &expected[..n.min(expected.len())]);
        for hit in found {
            prop_assert_eq!(hit.distance.0, case.squared(hit.chunk.0).sqrt());
        }
    }

    #[test]
    fn without_preferences_the_distance_decides_bit_for_bit(
        case in Case::any(), next in 0u32..60, nonsense in prop_oneof![Just(0.0), Just(f32::NAN), -9.0f32..0.0],
    ) {
        let pool = case.pool();
        let next = Some(ChunkId(next));
        let none = Preferences { fit: nonsense, continuity: nonsense, next };
        let of = |preferences| best_n(&pool, &case.query, &case.recent(), preferences, usize::MAX);
        prop_assert_eq!(of(&none), nearest_n(&pool, &case.query, &case.recent(), usize::MAX));
    }

    #[test]
    fn fit_alone_keeps_the_painting_s_order_and_full_continuity_goes_on(
        case in Case::any(), next in 0u32..60, fit in weight(),
    ) {
        let pool = case.pool();
        let free = Recent::new(Variety { chunks: 0, tracks: 0 });
        let of = |preferences| best_n(&pool, &case.query, &free, preferences, usize::MAX);
        let members: Vec<u32> = pool.members().iter().map(|(chunk, _)| chunk.0).collect();
        let painting = Preferences { fit: 1.0, ..Preferences::default() };
        prop_assert_eq!(ids(&of(&painting)), members);
        let next = Some(ChunkId(next));
        let going_on = of(&Preferences { fit, continuity: 1.0, next });
        let wanted = next.filter(|next| pool.contains(*next));
        prop_assert!(wanted.is_none() || wanted == Some(going_on[0].chunk));
    }
}

/// With the ends, where rules change.
fn weight() -> impl Strategy<Value = f32> {
    prop_oneof![Just(0.0f32), Just(1.0), 0.0f32..1.0]
}

#[test]
fn what_follows_is_of_the_same_track_and_begins_at_the_end() {
    // The second chunk of the second track was silent, and the third track's chunks have
    // their numbers in another order.
    let starts = [
        (0, 0.0),
        (0, 4.0),
        (1, 0.0),
        (1, 8.0),
        (2, 4.0),
        (2, 0.0),
        (2, 8.0),
    ];
    let chunk = |&(track, start): &(u32, f64)| ChunkInfo {
        track: TrackId(track),
        start: Seconds(start),
        rms_db: -20.0,
    };
    let track = |at: usize| TrackInfo {
        path: PathBuf::from(format!("{at}.wav")),
        title: None,
        artist: None,
        duration: Seconds(12.0),
    };
    let library = Library::from_parts(Parts {
        dims: Dims {
            embedding: 1,
            point: 1,
            tags: 0,
            affect: 0,
        },
        tracks: (0..3).map(track).collect(),
        chunks: starts.iter().map(chunk).collect(),
        embeddings: vec![0.0; starts.len()],
        points: vec![0.0; starts.len()],
        traits: Vec::new(),
    });
    let whole = Fraction::percent(100.0).expect("a number");
    let pool = Pool::build(&library, &correspondence(1), &[1.0], whole);
    let following = |pool: &Pool, chunk| pool.following(&library, ChunkId(chunk)).map(|c| c.0);
    let found: Vec<_> = (0..8).map(|chunk| following(&pool, chunk)).collect();
    let expected = [Some(1), None, None, None, Some(6), Some(4), None, None];
    assert_eq!(found, expected);
    assert_eq!(following(&Pool::default(), 0), None, "not of the pool");
}

#[test]
fn an_empty_library_has_an_empty_pool_and_no_snippet() {
    let empty = library(2, Vec::new(), Vec::new());
    let pool = Pool::build(&empty, &correspondence(1), &[1.0], Fraction::PAPER);
    assert!(pool.is_empty());
    assert_eq!(nearest(&pool, &[0.0, 0.0], &Recent::default()), None);
}

#[test]
fn broken_numbers_neither_win_nor_panic() {
    let rows = vec![f32::NAN, 0.0, 5.0, 5.0];
    let whole = Fraction::percent(100.0).expect("a number");
    let library = library(2, rows, vec![0.0, 1.0]);
    let pool = Pool::build(&library, &correspondence(1), &[-1.0], whole);
    let hit = nearest(&pool, &[0.0, 0.0], &Recent::default()).expect("two chunks");
    assert_eq!(hit.chunk, ChunkId(1));
    let hit = nearest(&pool, &[f32::NAN, 0.0], &Recent::default()).expect("two chunks");
    assert_eq!((hit.chunk, hit.distance.0), (ChunkId(0), f32::INFINITY));
}

/// Gives a picture's mean red as its point, and counts how often it was asked.
#[derive(Default)]
struct Redness {
    asked: usize,
}

impl PictureEmbedder for Redness {
    fn look(&mut self, picture: &Picture) -> engine::Result<PictureFeatures> {
        self.asked += 1;
        let input = picture.input();
        let red = &input[..224 * 224];
        Ok(PictureFeatures {
            point: vec![red.iter().sum::<f32>() / red.len() as f32],
            features: Vec::new(),
        })
    }
}

fn save(folder: &Path, name: &str, red: u8) {
    let picture = image::RgbImage::from_pixel(8, 8, image::Rgb([red, 0, 0]));
    picture.save(folder.join(name)).expect("a picture");
}

#[test]
fn the_gallery_ranks_what_it_can_read_and_names_what_it_cannot() {
    let folder = tempfile::tempdir().expect("a folder");
    save(folder.path(), "dark.png", 10);
    std::fs::create_dir(folder.path().join("more")).expect("a folder");
    save(folder.path(), "more/red.png", 250);
    save(folder.path(), "more/twin.png", 250);
    std::fs::write(folder.path().join("broken.jpg"), b"not a picture").expect("a file");
    std::fs::write(folder.path().join("notes.txt"), b"no picture at all").expect("a file");

    let mut embedder = Redness::default();
    let mut seen = Vec::new();
    let mut gallery = Gallery::scan(folder.path(), &mut embedder, &mut |progress| {
        seen.push((progress.done, progress.total));
        ControlFlow::Continue(())
    })
    .expect("the folder is there");
    assert_eq!(seen, [(0, 4), (1, 4), (2, 4), (3, 4)]);
    assert_eq!((gallery.len(), embedder.asked), (3, 3));
    let unreadable = gallery.unreadable();
    assert!(unreadable[0].path.ends_with("broken.jpg") && !unreadable[0].reason.is_empty());

    // Music at +1: the score falls with the red.
    let ranked = gallery.best(&correspondence(1), &[1.0]);
    let names: Vec<_> = ranked
        .iter()
        .map(|(path, _)| path.file_name().expect("a name"))
        .collect();
    assert_eq!(names, ["red.png", "twin.png", "dark.png"]);
    assert!(ranked[0].1 == ranked[1].1 && ranked[1].1.0 < ranked[2].1.0);

    save(folder.path(), "new.png", 100);
    gallery
        .refresh(&mut embedder, &mut |_| ControlFlow::Continue(()))
        .expect("still there");
    assert_eq!(
        (gallery.len(), embedder.asked),
        (4, 4),
        "only the new picture is read"
    );
    assert!(
        Gallery::scan(&folder.path().join("none"), &mut embedder, &mut |_| {
            ControlFlow::Continue(())
        })
        .is_err()
    );
}
