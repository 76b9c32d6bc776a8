//! Prints `[crossmodal]` of the models' manifest: how the quantities that the parts of
//! a congruity compare are distributed over a folder of music and one of pictures.
//!
//! ```sh
//! cargo run --release -p impasto-engine --example crossmodal_norms -- MUSIC PICTURES
//! ```
//!
//! Of each track the first two minutes count, in windows of 4 s that begin 20 s
//! apart, leaving out those that are mostly silent; of each picture the whole. Every
//! track and every picture counts the same. Needs `IMPASTO_RUNTIME`, as the tests do.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use engine::analysis::mel::Mel;
use engine::analysis::{BANDS, CHUNK_SAMPLES, FRAMES, SILENCE_DB};
use engine::crossmodal::{
    AffectPlaces, MusicMeasure, MusicQuantity, Norm, PictureMeasure, PictureQuantity,
};
use engine::inference::{Embedder, Models, Picture};
use engine::library::decode::{Limits, decode_16k_mono};

type Failure = Box<dyn std::error::Error>;

/// Samples from one window to the next, and in the part of a track that counts.
const STEP: usize = 20 * 16_000;
const LONGEST: usize = 120 * 16_000;

fn main() -> Result<(), Failure> {
    let mut folders = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(music), Some(pictures)) = (folders.next(), folders.next()) else {
        return Err("usage: crossmodal_norms MUSIC PICTURES".into());
    };
    let models = Models::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models"))?;
    let places = AffectPlaces::of(models.manifest().audio());
    let mut embedder = models.audio_embedder()?;

    let files = files(&music)?;
    let mut tracks = Vec::new();
    let mut windows = 0;
    for (at, file) in files.iter().enumerate() {
        eprint!("\rmusic {} of {}  ", at + 1, files.len());
        match measured(file, embedder.as_mut(), places) {
            Ok(track) if track.is_empty() => eprintln!("\n{}: silent", file.display()),
            Ok(track) => {
                windows += track.len();
                tracks.push(track);
            }
            Err(error) => eprintln!("\nleft out: {error}"),
        }
    }
    let mut seen = Vec::new();
    for file in &self::files(&pictures)? {
        eprint!("\rpicture {}  ", seen.len() + 1);
        match Picture::open(file) {
            Ok(picture) => seen.push(PictureMeasure::of(&picture)),
            Err(error) => eprintln!("\nleft out: {error}"),
        }
    }
    eprintln!();
    print_section(&tracks, windows, &seen);
    Ok(())
}

/// All files in a folder and the folders in it, in order.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The windows of a track.
fn measured(
    file: &Path,
    embedder: &mut dyn Embedder,
    places: AffectPlaces,
) -> Result<Vec<MusicMeasure>, Failure> {
    let mut samples = Vec::new();
    decode_16k_mono(file, Limits::default(), &mut |block| {
        samples.extend_from_slice(block);
        if samples.len() < LONGEST {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    let mut mel = Mel::new();
    let last = samples.len().saturating_sub(CHUNK_SAMPLES);
    let mut measures = Vec::new();
    for start in (0..=last).step_by(STEP) {
        let mut input = Vec::with_capacity(BANDS * FRAMES);
        mel.chunk(&samples, start, &mut input);
        let sounds = |frame: usize| (0..BANDS).any(|b| input[b * FRAMES + frame] >= SILENCE_DB);
        if (0..FRAMES).filter(|&frame| sounds(frame)).count() > FRAMES / 2 {
            let features = embedder.embed(&input, 1)?;
            let affect = features.first().map_or(&[][..], |f| &f.affect);
            measures.push(MusicMeasure::of(&input, affect, places));
        }
    }
    Ok(measures)
}

fn print_section(tracks: &[Vec<MusicMeasure>], windows: usize, pictures: &[PictureMeasure]) {
    println!("[crossmodal]");
    println!(
        "music_body = \"{windows} windows of {} tracks\"",
        tracks.len()
    );
    println!("picture_body = \"{} pictures\"", pictures.len());
    println!("\n[crossmodal.music]");
    // Valence and arousal are mixed from the others, so their distributions come first.
    let plain = MusicQuantity::ALL.map(|quantity| music_norm(tracks, quantity));
    let felt: Vec<Vec<MusicMeasure>> = tracks
        .iter()
        .map(|track| {
            let norm = |quantity| Some(plain[quantity as usize]);
            track.iter().map(|m| m.with_emotion(norm)).collect()
        })
        .collect();
    for quantity in MusicQuantity::ALL {
        print_norm(quantity.name(), music_norm(&felt, quantity));
    }
    println!("\n[crossmodal.picture]");
    let of = |measures: &[PictureMeasure], quantity| {
        let known = measures.iter().filter_map(move |m| m.get(quantity));
        norm(known.map(|value| (value, 1.0)))
    };
    let lightness = of(pictures, PictureQuantity::Lightness);
    let saturation = of(pictures, PictureQuantity::Saturation);
    let felt: Vec<PictureMeasure> = pictures
        .iter()
        .map(|picture| picture.with_emotion(lightness, saturation))
        .collect();
    for quantity in PictureQuantity::ALL {
        print_norm(quantity.name(), of(&felt, quantity));
    }
}

/// Every track counts the same.
fn music_norm(tracks: &[Vec<MusicMeasure>], quantity: MusicQuantity) -> Norm {
    norm(tracks.iter().flat_map(|track| {
        let weight = 1.0 / track.len() as f64;
        let known = track.iter().filter_map(move |m| m.get(quantity));
        known.map(move |value| (value, weight))
    }))
}

fn print_norm(name: &str, norm: Norm) {
    println!(
        "{name} = {{ mean = {:.4}, spread = {:.4} }}",
        norm.mean, norm.spread
    );
}

/// Weighted mean and standard deviation.
fn norm(values: impl Iterator<Item = (f32, f64)>) -> Norm {
    let (mut weights, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for (value, weight) in values {
        let value = f64::from(value);
        weights += weight;
        sum += weight * value;
        squares += weight * value * value;
    }
    let mean = sum / weights;
    Norm {
        mean: mean as f32,
        spread: (squares / weights - mean * mean).max(0.0).sqrt() as f32,
    }
}
