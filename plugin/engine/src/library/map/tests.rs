use std::path::PathBuf;

use super::*;
use crate::library::{ChunkInfo, Dims, Parts, TrackId, TrackInfo};
use crate::units::Seconds;

/// Runs, and nobody steers it.
pub(in crate::library) static STILL: std::sync::LazyLock<Control> =
    std::sync::LazyLock::new(Control::new);

const GROUPS: usize = 4;
const DIMS: usize = 12;

/// `n` chunks of four tracks that sound each unlike the others.
pub(in crate::library) fn parts(n: usize) -> Parts {
    let mut state = 9u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    let chunk = |at: usize| ChunkInfo {
        track: TrackId((at % GROUPS) as u32),
        start: Seconds((at / GROUPS) as f64 * 4.0),
        rms_db: -20.0,
    };
    let mut embeddings = Vec::new();
    for at in 0..n {
        for dim in 0..DIMS {
            embeddings.push(noise() + if dim == at % GROUPS { 6.0 } else { 0.0 });
        }
    }
    Parts {
        dims: Dims {
            embedding: DIMS,
            point: 1,
            tags: 0,
            affect: 0,
        },
        tracks: (0..GROUPS)
            .map(|track| TrackInfo {
                path: PathBuf::from(format!("{track}.wav")),
                title: None,
                artist: None,
                duration: Seconds(60.0),
            })
            .collect(),
        chunks: (0..n).map(chunk).collect(),
        embeddings,
        points: vec![0.0; n],
        traits: Vec::new(),
    }
}

pub(in crate::library) fn library(n: usize) -> Library {
    Library::from_parts(parts(n))
}

/// The same index with more rows.
fn grown(before: &Library, n: usize) -> Library {
    let (identity, epoch) = before.origin();
    library(n).with_origin(identity, epoch)
}

fn map(library: &Library, options: &MapOptions) -> Map {
    let (map, whole) = Map::of(library, options, &STILL, &mut |_| ());
    assert!(whole && map.is_complete(library) && map.is_of(library));
    map
}

fn few(landmarks: usize) -> MapOptions {
    MapOptions {
        landmarks,
        ..MapOptions::default()
    }
}

/// The share of chunks whose nearest chunk on the map is of the same track.
fn kept(map: &Map, library: &Library) -> f64 {
    let all: Vec<([f32; 2], u32)> = library
        .ids()
        .map(|chunk| (map.place(chunk).unwrap(), library.chunk(chunk).track.0))
        .collect();
    let same = |(at, (place, track)): (usize, &([f32; 2], u32))| {
        let distance = |other: &[f32; 2]| (place[0] - other[0]).hypot(place[1] - other[1]);
        let others = all.iter().enumerate().filter(|(other, _)| *other != at);
        let nearest = others.min_by(|a, b| distance(&a.1.0).total_cmp(&distance(&b.1.0)));
        nearest.is_some_and(|(_, (_, other))| other == track)
    };
    all.iter().enumerate().filter(|entry| same(*entry)).count() as f64 / all.len() as f64
}

#[test]
fn what_sounds_alike_lies_together_whether_laid_out_or_placed_between() {
    let library = library(240);
    // By chance it would be a quarter.
    for (options, least) in [
        (MapOptions::default(), 0.97),
        (few(60), 0.9),
        (few(24), 0.8),
    ] {
        let map = map(&library, &options);
        assert_eq!(map.landmarks().len(), options.landmarks.min(240));
        let kept = kept(&map, &library);
        assert!(kept > least, "{kept} with {} landmarks", options.landmarks);
    }
}

#[test]
fn the_same_rows_give_the_same_map() {
    let library = library(150);
    assert_eq!(map(&library, &few(70)), map(&library, &few(70)));
}

#[test]
fn it_fills_its_square_and_stays_in_it() {
    for n in [0, 1, 2, 3, 7, 8, 9, 30, 200] {
        let library = library(n);
        let map = map(&library, &MapOptions::default());
        let places: Vec<[f32; 2]> = library.ids().filter_map(|c| map.place(c)).collect();
        assert_eq!(places.len(), n);
        let axis = |axis: usize| {
            let values = places.iter().map(move |place| place[axis]);
            values.fold((1.0f32, 0.0f32), |(l, h), v| (l.min(v), h.max(v)))
        };
        let spans = [axis(0), axis(1)].map(|(low, high)| high - low);
        assert!(places.iter().flatten().all(|v| (0.0..=1.0).contains(v)));
        let full = spans.iter().any(|span| (*span - 1.0).abs() < 1e-3);
        assert!(full || n < 2, "{n}: {spans:?}");
    }
}

#[test]
fn equal_chunks_lie_on_one_point_in_the_middle() {
    let mut parts = parts(30);
    parts.embeddings.fill(0.25);
    let library = Library::from_parts(parts);
    let map = map(&library, &MapOptions::default());
    for chunk in library.ids() {
        assert_eq!(map.place(chunk), Some([0.5, 0.5]));
    }
}

#[test]
fn broken_embeddings_have_places_too() {
    let mut parts = parts(60);
    parts.embeddings[..DIMS].fill(f32::NAN);
    parts.embeddings[DIMS * 9 + 3] = f32::INFINITY;
    let library = Library::from_parts(parts);
    for options in [MapOptions::default(), few(40)] {
        let kept = kept(&map(&library, &options), &library);
        assert!(kept > 0.85, "{kept} with {} landmarks", options.landmarks);
    }
}

#[test]
fn what_is_added_finds_its_place_and_moves_nothing_until_it_is_too_much() {
    let before = library(200);
    let options = few(80);
    let first = map(&before, &options);
    let more = grown(&before, 240);
    assert!(first.is_of(&more) && !first.is_complete(&more));
    let (second, whole) = first.clone().renewed(&more, &options, &STILL, &mut |_| ());
    assert!(whole && second.is_complete(&more));
    for chunk in before.ids() {
        assert_eq!(first.place(chunk), second.place(chunk));
    }
    assert!(kept(&second, &more) > 0.97);
    // What was placed stays, also when nothing is new.
    let again = second.clone().renewed(&more, &options, &STILL, &mut |_| ());
    assert_eq!(again.0, second);

    let many = grown(&before, 260);
    let (third, _) = second.clone().renewed(&many, &options, &STILL, &mut |_| ());
    assert_eq!(third, map(&many, &options), "laid out anew");
    let other = library(240);
    assert!(!second.is_of(&other), "another index");
    let (fourth, _) = second.renewed(&other, &options, &STILL, &mut |_| ());
    assert!(fourth.is_of(&other));
}

#[test]
fn one_that_is_called_off_goes_on_where_it_was() {
    let library = library(400);
    let options = few(40);
    let wanted = map(&library, &options);
    let control = Control::new();
    let (part, whole) = Map::of(&library, &options, &control, &mut |share| {
        if share > 0.7 {
            control.cancel();
        }
    });
    assert!(!whole && !part.is_complete(&library));
    let placed = library.ids().filter(|c| part.place(*c).is_some()).count();
    assert!((41..400).contains(&placed), "{placed}");
    assert_eq!(
        part.renewed(&library, &options, &STILL, &mut |_| ()),
        (wanted.clone(), true)
    );

    let control = Control::new();
    control.cancel();
    let (none, whole) = Map::of(&library, &options, &control, &mut |_| ());
    assert!(!whole && none.landmarks().len() == 0);
    // One that is stale is better than none.
    let more = grown(&library, 800);
    let (kept, whole) = wanted
        .clone()
        .renewed(&more, &options, &control, &mut |_| ());
    assert_eq!((kept, whole), (wanted, false));
}

#[test]
fn landmarks_are_spread_evenly_over_the_live_rows() {
    let all = library(100);
    for most in [0, 1, 7, 33, 100, 5000] {
        let rows = stratified(&all, most);
        assert_eq!(rows.len(), most.min(100));
        assert!(rows.is_sorted_by(|a, b| a < b));
        let gaps: Vec<u32> = rows.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let spread = gaps.iter().max().zip(gaps.iter().min());
        assert!(
            spread.is_none_or(|(most, least)| most - least <= 1),
            "{gaps:?}"
        );
    }
}

#[test]
fn progress_only_grows() {
    let library = library(300);
    let mut told = Vec::new();
    Map::of(&library, &few(50), &STILL, &mut |share| told.push(share));
    assert!(told.is_sorted() && told.iter().all(|share| (0.0..=1.0).contains(share)));
    assert!(told.len() > 100);
}
