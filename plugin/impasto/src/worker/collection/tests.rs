use engine::library::{ChunkInfo, Dims, Parts, TrackInfo};
use engine::units::Seconds;

use super::*;

/// Tracks of these names, artists and chunks, in `/music`.
fn library(tracks: &[(&str, &str, usize)]) -> Library {
    let info = |(title, artist, _): &(&str, &str, usize)| TrackInfo {
        path: PathBuf::from(format!("/music/{title}.wav")),
        title: Some((*title).to_owned()),
        artist: Some((*artist).to_owned()).filter(|artist| !artist.is_empty()),
        duration: Seconds(60.0),
    };
    let mut chunks = Vec::new();
    for (track, (_, _, count)) in (0u32..).zip(tracks) {
        chunks.extend((0..*count).map(|at| ChunkInfo {
            track: TrackId(track),
            start: Seconds(4.0 * at as f64),
            rms_db: -20.0,
        }));
    }
    let n = chunks.len();
    Library::from_parts(Parts {
        dims: Dims {
            embedding: 2,
            point: 1,
            tags: 0,
            affect: 0,
        },
        tracks: tracks.iter().map(info).collect(),
        embeddings: (0..2 * n).map(|at| (at * 37 % 101) as f32).collect(),
        points: vec![0.0; n],
        traits: Vec::new(),
        chunks,
    })
}

#[test]
fn tracks_are_listed_by_artist_and_title_and_found_again_by_their_points() {
    let library = library(&[
        ("Zephyr", "Bo", 2),
        ("alder", "bo", 1),
        ("\u{c9}tude", "Ann", 3),
        ("nobody's", "", 1),
    ]);
    let (rows, places) = tracks(&library, Path::new("/music"));
    let titles: Vec<&str> = rows.iter().map(|row| row.title.as_str()).collect();
    assert_eq!(titles, ["nobody's", "\u{c9}tude", "alder", "Zephyr"]);
    assert_eq!(rows[1].place, "\u{c9}tude.wav");
    assert_eq!((rows[1].chunks, rows[1].first), (3, ChunkId(3)));
    assert!(rows[1].key.starts_with("etude\nann\n"));
    for (track, place) in places.iter().enumerate() {
        let title = library.track(TrackId(track as u32)).name();
        assert_eq!(rows[*place as usize].title, title);
    }
}

#[test]
fn no_more_points_are_shown_than_can_be_and_they_are_spread_evenly() {
    let library = library(&[("long", "", MAP_POINTS + 5_000), ("short", "", 5_000)]);
    let options = engine::library::MapOptions {
        landmarks: 20,
        ..Default::default()
    };
    let control = engine::library::Control::new();
    let (map, whole) = Map::of(&library, &options, &control, &mut |_| ());
    assert!(whole);
    let (_, places) = tracks(&library, Path::new("/music"));
    let view = points(&library, map, &places);
    assert_eq!(view.chunks, MAP_POINTS + 10_000);
    assert_eq!(view.points.len(), MAP_POINTS);
    let of_short = view.points.iter().filter(|point| point.track == 1).count();
    let expected = MAP_POINTS * 5_000 / (MAP_POINTS + 10_000);
    assert!(of_short.abs_diff(expected) <= 1, "{of_short}");
}

#[test]
fn a_folder_that_is_gone_is_named() {
    let warning = open_folder(PathBuf::from("/no/such/folder/track.wav"));
    assert!(warning.is_some_and(|text| text.contains("/no/such/folder")));
}
