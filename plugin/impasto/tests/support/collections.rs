//! Libraries with maps, for the page of the library.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use engine::library::{
    ChunkInfo, Control, Dims, Library, Map, MapMethod, MapOptions, Parts, TrackId, TrackInfo,
};
use engine::units::{ChunkId, Seconds};
use impasto::editor::search::fold;
use impasto::view::{
    CollectionState, LibraryState, MapPoint, MapView, PaintingState, Shade, TrackRow, View,
};

use super::states;

/// Title and artist of each track, in the order of the list.
const TRACKS: [(&str, &str); 12] = [
    ("arctic-theme", ""),
    ("Desperate", "Carlos Alamo"),
    ("Siege of Laurelmor", "Doug Kaufman"),
    ("Nunc Dimittis", "Jeremy Nicoll"),
    ("\u{c9}tude in F", "Josephine L\u{e9}ger"),
    ("Silvan Sanctuary", "Mattias Westlund"),
    ("The Deep Path", "Mattias Westlund"),
    ("Loyalists", "Ryan Reilly"),
    ("The Knolls of Doldesh", "Timothy Pinkham"),
    ("Journey's End", "Timothy Pinkham"),
    ("Tumult", "Zander Noriega"),
    ("Impromptu", "Zo\u{eb}"),
];

/// `n` chunks of the tracks in turn, each track like itself.
fn library(n: usize, names: &[(&str, &str)]) -> Library {
    let mut state = 7u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    let mut embeddings = Vec::new();
    for chunk in 0..n {
        let track = chunk % names.len();
        for dim in 0..8 {
            embeddings.push(((track * 7 + dim * 3) as f32 * 1.7).sin() * 3.0 + 2.0 * noise());
        }
    }
    Library::from_parts(Parts {
        dims: Dims {
            embedding: 8,
            point: 1,
            tags: 0,
            affect: 0,
        },
        tracks: names
            .iter()
            .map(|(title, artist)| TrackInfo {
                path: PathBuf::from(format!("/music/{artist}/{title}.flac")),
                title: Some((*title).to_owned()),
                artist: Some((*artist).to_owned()),
                duration: Seconds(240.0),
            })
            .collect(),
        chunks: (0..n)
            .map(|chunk| ChunkInfo {
                track: TrackId((chunk % names.len()) as u32),
                start: Seconds((chunk / names.len()) as f64 * 4.0),
                rms_db: -20.0,
            })
            .collect(),
        embeddings,
        points: vec![0.0; n],
        traits: Vec::new(),
    })
}

/// What the page is told of `n` chunks; those of two tracks belong best.
pub fn collection(n: usize, method: MapMethod, names: &[(&str, &str)]) -> CollectionState {
    let library = library(n, names);
    let options = MapOptions {
        method,
        ..MapOptions::default()
    };
    let (map, _) = Map::of(&library, &options, &Control::new(), &mut |_| ());
    let points: Vec<MapPoint> = library
        .ids()
        .filter_map(|chunk| {
            let ([x, y], info) = (map.place(chunk)?, library.chunk(chunk));
            Some(MapPoint {
                chunk,
                x,
                y,
                track: info.track.0,
                start: info.start,
            })
        })
        .collect();
    let shade = |point: &MapPoint| {
        let like = ((point.track as f32 * 2.3).sin() + 1.0) * 0.45;
        let belongs = like + 0.1 * ((point.chunk.0 * 37) % 100) as f32 / 100.0;
        Shade {
            belongs,
            pooled: belongs > 0.93,
        }
    };
    let row = |(at, (title, artist)): (usize, &(&str, &str))| {
        let place = format!("{artist}/{title}.flac");
        TrackRow {
            key: fold(&format!("{title}\n{artist}\n{place}")),
            title: (*title).to_owned(),
            artist: (*artist).to_owned(),
            path: PathBuf::from("/music").join(&place),
            place,
            chunks: n / names.len(),
            first: ChunkId(at as u32),
        }
    };
    CollectionState {
        tracks: Arc::new(names.iter().enumerate().map(row).collect()),
        shades: Arc::new(points.iter().map(shade).collect()),
        map: Some(Arc::new(MapView {
            chunks: points.len(),
            points,
            all: map,
        })),
        ..CollectionState::default()
    }
}

/// A library of four hundred and eighty chunks, laid out once for all tests.
fn usual() -> CollectionState {
    static USUAL: LazyLock<CollectionState> =
        LazyLock::new(|| collection(480, MapMethod::Neighbours, &TRACKS));
    USUAL.clone()
}

fn ready(chunks: usize) -> LibraryState {
    LibraryState::Ready {
        folder: PathBuf::from("/music"),
        tracks: TRACKS.len(),
        chunks,
        failed: Arc::default(),
    }
}

/// A map, a painting and a snippet that sounds.
pub fn mapped() -> View {
    View {
        library: ready(480),
        collection: usual(),
        ..states::sounding()
    }
}

/// Every state of the page of the library with its name.
pub fn library_page() -> Vec<(&'static str, View)> {
    let without_map = CollectionState {
        map: None,
        ..usual()
    };
    let long = "A name that is much longer than any place that an editor could have for it";
    vec![
        ("library", mapped()),
        (
            "library-no-painting",
            View {
                painting: PaintingState::None,
                collection: CollectionState {
                    shades: Arc::default(),
                    ..usual()
                },
                ..mapped()
            },
        ),
        (
            "library-mapping",
            View {
                collection: CollectionState {
                    mapping: Some(0.43),
                    ..without_map.clone()
                },
                ..mapped()
            },
        ),
        (
            "library-no-map",
            View {
                collection: without_map,
                ..mapped()
            },
        ),
        ("library-indexing", states::indexing()),
        ("library-failures", states::failures()),
        ("library-no-models", states::no_models()),
        ("library-none", View::default()),
        (
            "library-failed",
            View {
                library: LibraryState::Failed {
                    folder: PathBuf::from("/music"),
                    reason: "/music: the folder is not there. Connect its drive, or choose \
                             another folder"
                        .to_owned(),
                },
                ..View::default()
            },
        ),
        (
            "library-empty",
            View {
                library: ready(0),
                ..View::default()
            },
        ),
        (
            "library-long-names",
            View {
                collection: collection(60, MapMethod::Principal, &[(long, long), ("b", "")]),
                ..mapped()
            },
        ),
    ]
}
