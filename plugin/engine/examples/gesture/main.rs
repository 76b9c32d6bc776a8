//! Prints whether the gesture tells a brush that moves along with the music from one that
//! moves along with other music: the tables of `models/cards/gesture.md`.
//!
//! ```sh
//! cargo run --release -p impasto-engine --example gesture [-- MUSIC]
//! ```
//!
//! MUSIC is a folder of folders, each a work; the demonstration's if it is left out. Of
//! each file the first 40 s count. Needs `IMPASTO_RUNTIME`, as the tests do.

#[path = "../../tests/strokes/friction.rs"]
#[allow(
    dead_code,
    reason = "a painter who moves along does not do all that is there"
)]
mod friction;
#[path = "../../tests/strokes/noise.rs"]
mod noise;
mod onsets;
mod painter;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use engine::analysis::mel::Mel;
use engine::analysis::{BANDS, CHUNK_SAMPLES, FRAMES};
use engine::congruity::Reference;
use engine::evaluation::Interval;
use engine::inference::{Embedder, Models};
use engine::library::decode::{Limits, decode_16k_mono};
use engine::library::{ChunkInfo, Dims, Library, Parts, TrackId, TrackInfo};
use engine::units::Seconds;
use onsets::Onsets;
use painter::{PAINTERS, RATE};

type Failure = Box<dyn std::error::Error>;

const LONGEST: usize = 40 * RATE as usize;
/// From one window of 4 s to the next.
const STEP: usize = RATE as usize;
/// Windows from one chunk of the library to the next.
const CHUNK: usize = CHUNK_SAMPLES / STEP;

/// Four seconds of a signal.
struct Window {
    embedding: Vec<f32>,
    onsets: Onsets,
}

/// A piece, and the brush of each painter who moved along with it.
struct Piece {
    work: String,
    music: Vec<Window>,
    brushes: Vec<Vec<Window>>,
}

fn main() -> Result<(), Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let models = Models::load(&root.join("models"))?;
    let mut embedder = models.audio_embedder()?;
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| root.join("tests/assets/library"));
    let mut pieces = Vec::new();
    for (work, file) in files(&folder)? {
        eprint!("\r{} ", pieces.len() + 1);
        match piece(work, &file, pieces.len() as u64, embedder.as_mut()) {
            Ok(piece) => pieces.push(piece),
            Err(error) => eprintln!("\nleft out: {error}"),
        }
    }
    eprintln!();
    let judge = Judge::new(&pieces);
    judge.print_painters();
    judge.print_unrelated();
    Ok(())
}

/// The files in the folder's folders, each with the folder's name.
fn files(folder: &Path) -> Result<Vec<(String, PathBuf)>, Failure> {
    let mut found = Vec::new();
    for work in std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))? {
        let work = work?;
        for file in std::fs::read_dir(work.path())? {
            let name = work.file_name().to_string_lossy().into_owned();
            found.push((name, file?.path()));
        }
    }
    found.sort();
    Ok(found)
}

fn piece(
    work: String,
    file: &Path,
    seed: u64,
    embedder: &mut dyn Embedder,
) -> Result<Piece, Failure> {
    let mut music = Vec::new();
    decode_16k_mono(file, Limits::default(), &mut |block| {
        music.extend_from_slice(block);
        if music.len() < LONGEST {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    let heard = painter::onsets(&music);
    let seconds = music.len() as f64 / RATE;
    let mut brushes = Vec::new();
    for (at, painter) in PAINTERS.iter().enumerate() {
        let seed = seed * PAINTERS.len() as u64 + at as u64;
        let brush = painter::brush(&heard, seconds, painter, seed);
        brushes.push(windows(&brush, embedder)?);
    }
    Ok(Piece {
        work,
        music: windows(&music, embedder)?,
        brushes,
    })
}

fn windows(samples: &[f32], embedder: &mut dyn Embedder) -> Result<Vec<Window>, Failure> {
    let mut mel = Mel::new();
    let last = samples.len().saturating_sub(CHUNK_SAMPLES);
    let mut windows = Vec::new();
    for start in (0..=last).step_by(STEP) {
        let mut input = Vec::with_capacity(BANDS * FRAMES);
        mel.chunk(samples, start, &mut input);
        let heard = embedder.embed(&input, 1)?.pop().ok_or("nothing heard")?;
        windows.push(Window {
            embedding: heard.embedding,
            onsets: Onsets::of(&input),
        });
    }
    Ok(windows)
}

/// Judges how well a window of the brush goes with one of the music.
#[derive(Clone, Copy, PartialEq)]
enum By {
    /// As the engine does.
    Gesture,
    /// For comparison: the correlation of onset strengths.
    Correlation,
}

struct Judge<'a> {
    pieces: &'a [Piece],
    works: Vec<&'a str>,
    /// Chunks of all works but two, by the numbers of both: nobody's own music is in the
    /// library, and no other's that it is compared with.
    references: Vec<Vec<Reference>>,
}

impl<'a> Judge<'a> {
    fn new(pieces: &'a [Piece]) -> Self {
        let mut works: Vec<&str> = pieces.iter().map(|piece| piece.work.as_str()).collect();
        works.dedup();
        let but = |a: &str, b: &str| {
            let others = pieces.iter().filter(|p| p.work != a && p.work != b);
            let chunks = others.flat_map(|piece| piece.music.iter().step_by(CHUNK));
            library(chunks.map(|window| window.embedding.as_slice()))
        };
        let references = works.iter().map(|a| {
            let row = works.iter().map(|b| Reference::of(&but(a, b)));
            row.collect()
        });
        Self {
            pieces,
            references: references.collect(),
            works,
        }
    }

    fn number(&self, piece: &Piece) -> usize {
        let found = self.works.iter().position(|work| *work == piece.work);
        found.expect("every piece's work is listed")
    }

    /// Of `brush`, made to the music of `own`, with the music of `piece`.
    fn value(&self, by: By, brush: &Window, own: &Piece, piece: &Piece, at: usize) -> Option<f64> {
        let music = piece.music.get(at)?;
        match by {
            By::Correlation => Some(brush.onsets.correlation(&music.onsets)),
            By::Gesture => {
                let reference = &self.references[self.number(own)][self.number(piece)];
                let found = reference.gesture(&brush.embedding, &music.embedding);
                found.map(f64::from)
            }
        }
    }

    /// At all moments of the brush that `painter` made to `own`: with the music of
    /// `truth`, and with that of each piece of other works.
    fn values(&self, by: By, painter: usize, own: &Piece, truth: &Piece) -> (Vec<f64>, Vec<f64>) {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for (at, brush) in own.brushes[painter].iter().enumerate() {
            with.extend(self.value(by, brush, own, truth, at));
            let others = self
                .pieces
                .iter()
                .filter(|other| other.work != own.work && !std::ptr::eq(*other, truth));
            without.extend(others.filter_map(|other| self.value(by, brush, own, other, at)));
        }
        (with, without)
    }

    fn print_painters(&self) {
        println!("| painter | by | AUC | own | other | null: AUC |\n|---|---|---|---|---|---|");
        for (number, painter) in PAINTERS.iter().enumerate() {
            for (by, name) in [(By::Gesture, "gesture"), (By::Correlation, "correlation")] {
                let (mut areas, mut null) = (Vec::new(), Vec::new());
                let (mut with, mut without) = (Vec::new(), Vec::new());
                for (at, piece) in self.pieces.iter().enumerate() {
                    let (own, others) = self.values(by, number, piece, piece);
                    areas.push(area(&own, &others));
                    with.push(mean(&own));
                    without.push(mean(&others));
                    let (own, others) = self.values(by, number, piece, self.stranger(at));
                    null.push(area(&own, &others));
                }
                println!(
                    "| {} | {name} | {} | {:.2} | {:.2} | {} |",
                    painter.name,
                    with_interval(&areas),
                    mean(&with),
                    mean(&without),
                    with_interval(&null),
                );
            }
        }
    }

    /// A piece of another work, which nobody moved along with.
    fn stranger(&self, at: usize) -> &'a Piece {
        let others = self.pieces.iter().cycle().skip(at);
        let mut others = others.filter(|other| other.work != self.pieces[at].work);
        others.next().expect("there are several works")
    }

    /// How brushes and music that have nothing to do with each other stand.
    fn print_unrelated(&self) {
        let gesture = By::Gesture;
        let mut all = Vec::new();
        let mut by_piece = vec![Vec::new(); self.pieces.len()];
        for (number, _) in PAINTERS.iter().enumerate() {
            for own in self.pieces {
                for (other, values) in self.pieces.iter().zip(&mut by_piece) {
                    if other.work == own.work {
                        continue;
                    }
                    let brush = own.brushes[number].iter().enumerate();
                    let found = brush.filter_map(|(at, b)| self.value(gesture, b, own, other, at));
                    let before = values.len();
                    values.extend(found);
                    all.extend_from_slice(&values[before..]);
                }
            }
        }
        all.sort_by(f64::total_cmp);
        let tenths = (0..=10).map(|tenth| all[(all.len() - 1) * tenth / 10]);
        let tenths: Vec<String> = tenths.map(|value| format!("{value:.2}")).collect();
        println!("\nUnrelated, by tenths: {}", tenths.join(" "));
        let mut means: Vec<f64> = by_piece.iter().map(|values| mean(values)).collect();
        means.sort_by(f64::total_cmp);
        println!(
            "Mean of a piece with unrelated brushes: from {:.2} to {:.2}, half of them {:.2} to {:.2}",
            means[0],
            means[means.len() - 1],
            means[means.len() / 4],
            means[means.len() * 3 / 4],
        );
    }
}

fn library<'a>(embeddings: impl Iterator<Item = &'a [f32]>) -> Library {
    let embeddings: Vec<&[f32]> = embeddings.collect();
    let chunk = |_: &&[f32]| ChunkInfo {
        track: TrackId(0),
        start: Seconds(0.0),
        rms_db: -20.0,
    };
    Library::from_parts(Parts {
        dims: Dims {
            embedding: embeddings.first().map_or(0, |row| row.len()),
            point: 0,
            tags: 0,
            affect: 0,
        },
        tracks: vec![TrackInfo {
            path: PathBuf::new(),
            title: None,
            artist: None,
            duration: Seconds(0.0),
        }],
        chunks: embeddings.iter().map(chunk).collect(),
        embeddings: embeddings.concat(),
        points: Vec::new(),
        traits: Vec::new(),
    })
}

/// Area under the ROC curve: how often one of `with` is above one of `without`.
fn area(with: &[f64], without: &[f64]) -> f64 {
    let wins = with.iter().flat_map(|a| {
        without.iter().map(move |b| match a.total_cmp(b) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        })
    });
    wins.sum::<f64>() / (with.len() * without.len()) as f64
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The mean over pieces, and its 95 % interval over pieces drawn with replacement.
fn with_interval(by_piece: &[f64]) -> String {
    let interval = Interval::over_works(by_piece);
    let mean = mean(by_piece);
    format!("{mean:.3} [{:.3}, {:.3}]", interval.low, interval.high)
}
