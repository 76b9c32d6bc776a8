//! Prints which parts of a congruity tell a picture's own music from that of other works:
//! the first table of `models/cards/congruity.md`.
//!
//! ```sh
//! cargo run --release -p impasto-engine --example congruity_parts -- ROOT TSV
//! ```
//!
//! The table's columns are work, file (from ROOT on) and kind (picture or music), as
//! `impasto eval` reads it. Needs `IMPASTO_RUNTIME`, as the tests do.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use engine::analysis::{BANDS, FRAMES};
use engine::congruity::{Part, PartWeights, Parts, congruity_of, whole};
use engine::crossmodal::{
    self, AffectPlaces, MusicMeasure, MusicStanding, PictureMeasure, PictureStanding, Weights,
    explain,
};
use engine::evaluation::{Interval, Measure, Null, Scores, Table};
use engine::inference::{Correspondence, Models, Picture};
use engine::library::sample;
use engine::translate::Networks;
use engine::units::Score;

type Failure = Box<dyn std::error::Error>;

/// Chunks of a track, spread over it.
const CHUNKS: usize = 4;
/// Pictures and tracks of a work, the first of the table: works with hundreds count no
/// more than others, and take no more time.
const PICTURES: usize = 12;
const TRACKS: usize = 6;

struct Seen {
    work: usize,
    point: Vec<f32>,
    standing: PictureStanding,
}

struct Heard {
    work: usize,
    chunks: Vec<(Vec<f32>, MusicStanding)>,
}

fn main() -> Result<(), Failure> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(root), Some(table)) = (args.next(), args.next()) else {
        return Err("usage: congruity_parts ROOT TSV".into());
    };
    let models = Models::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models"))?;
    let mut networks = Networks::of(&models)?;
    let rows = rows(&table)?;
    let mut pictures = Vec::new();
    let mut tracks = Vec::new();
    for (at, (work, file, kind)) in rows.iter().enumerate() {
        eprint!("\r{} of {}  ", at + 1, rows.len());
        let path = root.join(file);
        if kind == "music" && tracks.iter().filter(|t: &&Heard| t.work == *work).count() < TRACKS {
            match hear(&path, *work, &models, &mut networks) {
                Ok(track) => tracks.push(track),
                Err(error) => eprintln!("\nleft out: {error}"),
            }
        }
        if kind == "picture"
            && pictures.iter().filter(|p: &&Seen| p.work == *work).count() < PICTURES
        {
            match see(&path, *work, &models, &mut networks) {
                Ok(picture) => pictures.push(picture),
                Err(error) => eprintln!("\nleft out: {error}"),
            }
        }
    }
    eprintln!();
    keep_whole_works(&mut pictures, &mut tracks);
    print_table(&pictures, &tracks, networks.correspondence)
}

/// Number of the work, file and kind of each row.
fn rows(table: &Path) -> Result<Vec<(usize, String, String)>, Failure> {
    let text = std::fs::read_to_string(table).map_err(|e| format!("{}: {e}", table.display()))?;
    let mut lines = text.lines();
    let heading: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| {
        let found = heading.iter().position(|other| *other == name);
        found.ok_or_else(|| format!("{}: no column {name}", table.display()))
    };
    let (work, file, kind) = (column("work")?, column("file")?, column("kind")?);
    let mut works = BTreeMap::new();
    lines
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let cell = |at: usize| cells.get(at).map(|cell| (*cell).to_owned());
            let number = works.len();
            let name = cell(work).ok_or("a row without its work")?;
            let number = *works.entry(name).or_insert(number);
            let file = cell(file).ok_or("a row without its file")?;
            Ok((number, file, cell(kind).ok_or("a row without its kind")?))
        })
        .collect()
}

fn see(path: &Path, work: usize, models: &Models, nets: &mut Networks) -> Result<Seen, Failure> {
    let picture = Picture::open(path)?;
    let norms = &models.manifest().crossmodal;
    Ok(Seen {
        work,
        point: nets.picture.look(&picture)?.point,
        standing: norms.picture(&PictureMeasure::of(&picture)),
    })
}

fn hear(path: &Path, work: usize, models: &Models, nets: &mut Networks) -> Result<Heard, Failure> {
    let places = AffectPlaces::of(models.manifest().audio());
    let norms = &models.manifest().crossmodal;
    let sample = sample(path, CHUNKS, &mut || ControlFlow::Continue(()))?.ok_or("broken off")?;
    let heard = nets.audio.embed(&sample.mel, sample.starts.len())?;
    let windows = sample.mel.chunks_exact(BANDS * FRAMES).zip(heard);
    let chunk = |(mel, heard): (&[f32], engine::inference::MusicFeatures)| {
        let measure = MusicMeasure::of(mel, &heard.affect, places);
        (heard.point, norms.music(&measure))
    };
    Ok(Heard {
        work,
        chunks: windows.map(chunk).collect(),
    })
}

/// Leaves out works without pictures or without music, and counts those left from 0.
fn keep_whole_works(pictures: &mut Vec<Seen>, tracks: &mut Vec<Heard>) {
    let heard: Vec<usize> = tracks.iter().map(|track| track.work).collect();
    pictures.retain(|picture| heard.contains(&picture.work));
    let mut works: Vec<usize> = pictures.iter().map(|picture| picture.work).collect();
    works.sort_unstable();
    works.dedup();
    tracks.retain(|track| works.contains(&track.work));
    let number = |work: &mut usize| *work = works.binary_search(work).expect("it was kept");
    pictures
        .iter_mut()
        .for_each(|picture| number(&mut picture.work));
    tracks.iter_mut().for_each(|track| number(&mut track.work));
}

/// The parts of each picture (row) with each track (column); of a track, the mean over its
/// chunks of each part.
fn parts(pictures: &[Seen], tracks: &[Heard], correspondence: Correspondence) -> Vec<Parts> {
    let mut all = Vec::with_capacity(pictures.len() * tracks.len());
    for picture in pictures {
        let score = |point: &[f32]| correspondence.score(&picture.point, point);
        let chunks = tracks.iter().flat_map(|track| &track.chunks);
        let mut library: Vec<Score> = chunks.map(|(point, _)| score(point)).collect();
        library.sort_by(|a, b| a.0.total_cmp(&b.0));
        for track in tracks {
            let each = track.chunks.iter().map(|(point, music)| {
                let network = congruity_of(score(point), &library);
                of(music, &picture.standing, network.map(|rank| rank.get()))
            });
            all.push(mean(&each.collect::<Vec<_>>()));
        }
    }
    all
}

fn of(music: &MusicStanding, picture: &PictureStanding, network: Option<f32>) -> Parts {
    let explained = explain(music, picture, None, &Weights::NONE);
    let agreement = |name| explained.agreement(crossmodal::Part::place(name)?);
    let mut parts = Parts::default();
    parts.set(Part::Network, network);
    parts.set(Part::Valence, agreement("valence"));
    parts.set(Part::Arousal, agreement("arousal"));
    parts.set(Part::Crossmodal, explained.low_level());
    parts
}

fn mean(chunks: &[Parts]) -> Parts {
    let mut mean = Parts::default();
    for part in Part::ALL {
        let known: Vec<f32> = chunks.iter().filter_map(|parts| parts.get(part)).collect();
        let sum: f32 = known.iter().sum();
        mean.set(part, (!known.is_empty()).then(|| sum / known.len() as f32));
    }
    mean
}

fn print_table(
    pictures: &[Seen],
    tracks: &[Heard],
    correspondence: Correspondence,
) -> Result<(), Failure> {
    let parts = parts(pictures, tracks, correspondence);
    let works = pictures.last().map_or(0, |_| {
        1 + pictures.iter().map(|p| p.work).max().unwrap_or_default()
    });
    println!(
        "{} pictures and {} tracks of {works} works\n",
        pictures.len(),
        tracks.len()
    );
    println!("| network | valence | arousal | cross-modal | 2AFC | p |\n|---|---|---|---|---|---|");
    for counts in MIXTURES {
        let all = Part::ALL.into_iter().zip(counts);
        let weights = all.fold(PartWeights::NONE, |w, (part, count)| w.with(part, count));
        // Scores are low where things belong; what is unknown says nothing.
        let values = parts.iter().map(|parts| {
            let value = whole(parts, &weights).map_or(0.5, |value| value.get());
            1.0 - f64::from(value)
        });
        let rows = pictures.iter().map(|picture| picture.work).collect();
        let columns = tracks.iter().map(|track| track.work).collect();
        let scores = Scores::new(values.collect(), rows, columns)?;
        let table = Table::of(Measure::TwoAfc, &scores);
        let by_work = table.truth();
        let mean = by_work.iter().sum::<f64>() / by_work.len() as f64;
        let interval = Interval::over_works(&by_work);
        let [n, v, a, c, _] = counts;
        println!(
            "| {n} | {v} | {a} | {c} | {mean:.3} [{:.3}, {:.3}] | {:.3} |",
            interval.low,
            interval.high,
            Null::of(&table).p_value
        );
    }
    Ok(())
}

/// In the order of [`Part::ALL`].
const MIXTURES: [[f32; Part::COUNT]; 9] = [
    [1.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 1.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 1.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 1.0, 0.0],
    [0.0, 1.0, 1.0, 0.0, 0.0],
    [0.0, 1.0, 1.0, 1.0, 0.0],
    [1.0, 0.25, 0.25, 0.0, 0.0],
    [1.0, 0.0, 0.0, 1.0, 0.0],
    [2.0, 1.0, 1.0, 2.0, 0.0],
];
