//! What `impasto eval` says.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use engine::evaluation::{Evaluation, Interval, Measure, Measured, Null, RESAMPLES};
use engine::inference::Models;
use engine::teach::TaughtHead;
use serde::Serialize;

use super::manifest::{Fault, Kind, Row};
use super::points::Placed;
use super::works::Works;
use crate::args;
use crate::report;

/// Both ways.
pub struct Directions {
    /// Pictures find tracks.
    pub picture_to_track: Evaluation,
    /// Tracks find pictures.
    pub track_to_picture: Evaluation,
}

/// Who has judged.
#[derive(Serialize)]
pub struct Judge {
    /// SHA-256 of the networks by name.
    models: BTreeMap<&'static str, String>,
    /// The taught head, if one was used.
    head: Option<Head>,
    /// The pair of encoders, if one was used in the networks' place.
    encoders: Option<Pair>,
    /// Most chunks that a track was judged by.
    chunks_per_track: usize,
    /// How chunks make a track's score.
    track_score: &'static str,
    /// Score below which a pair was said to belong.
    pair_threshold: f64,
    /// Bootstrap samples, and permutations.
    resamples: usize,
}

#[derive(Serialize)]
struct Head {
    file: PathBuf,
    name: String,
    created: String,
}

#[derive(Serialize)]
struct Pair {
    name: String,
    licence: String,
    /// Of the picture's and the music's encoder.
    sha256: [String; 2],
}

impl Judge {
    /// The networks, a pair of encoders or a head in their place.
    pub fn of(models: &Models, eval: &args::Eval, head: Option<&TaughtHead>) -> Self {
        let manifest = models.manifest();
        Self {
            models: BTreeMap::from([
                ("audio", manifest.audio().sha256.clone()),
                ("picture", manifest.picture_model().sha256.clone()),
            ]),
            head: eval.head.head.clone().zip(head).map(|(file, head)| Head {
                file,
                name: head.info().name.clone(),
                created: head.info().created.clone(),
            }),
            encoders: models.encoders().map(|encoders| Pair {
                name: encoders.name().to_owned(),
                licence: encoders.licence().to_owned(),
                sha256: encoders.sha256(),
            }),
            chunks_per_track: eval.chunks,
            track_score: "inner product with the mean point of its chunks",
            pair_threshold: 0.5,
            resamples: RESAMPLES,
        }
    }
}

type ByMeasure<T> = BTreeMap<&'static str, T>;

/// What `--json` prints.
#[derive(Serialize)]
pub struct Evaluated {
    /// With pictures and music.
    works: usize,
    /// Of those works.
    pictures: usize,
    /// Of those works.
    tracks: usize,
    /// Of those tracks, as many as were looked at.
    chunks: usize,
    /// Picture → track.
    #[serde(flatten)]
    forth: Direction,
    /// `ci95.two_afc` once more.
    two_afc_ci95: [f64; 2],
    /// 2AFC of the control.
    shuffled: f64,
    track_to_picture: Direction,
    per_work: Vec<OfWork>,
    #[serde(flatten)]
    judge: Judge,
    /// Works with only pictures or only music.
    left_out: Vec<String>,
    /// Rows that could not be used.
    failed_rows: usize,
    failed: Vec<Fault>,
}

/// Measures of one direction.
#[derive(Serialize)]
struct Direction {
    #[serde(flatten)]
    means: ByMeasure<f64>,
    ci95: ByMeasure<[f64; 2]>,
    chance: ByMeasure<f64>,
    /// Every work with another one's queries: mean over all ways to do so, and where
    /// 95 % of them lie.
    shuffled_control: ByMeasure<Shuffled>,
    /// 2AFC with works in random order.
    permutation_null: Permuted,
}

#[derive(Serialize)]
struct Shuffled {
    mean: f64,
    spread95: [f64; 2],
}

#[derive(Serialize)]
struct Permuted {
    mean: f64,
    quantile95: f64,
    p_value: f64,
}

/// A work with its picture → track measures.
#[derive(Serialize)]
struct OfWork {
    work: String,
    pictures: usize,
    tracks: usize,
    #[serde(flatten)]
    measures: ByMeasure<f64>,
}

impl Evaluated {
    /// `placed` are all files that could be used, of `works` and of works left out.
    pub fn new(
        placed: &[(&Row, Placed)],
        works: Works,
        directions: &Directions,
        judge: Judge,
        failed: Vec<Fault>,
    ) -> Self {
        let of_works = |kind: Kind| {
            let rows = placed.iter().filter(move |(row, _)| row.kind == kind);
            rows.filter(|(row, _)| works.number(&row.work).is_some())
        };
        let (pictures, tracks) = (of_works(Kind::Picture), of_works(Kind::Music));
        let forth = &directions.picture_to_track;
        let two_afc = forth.get(Measure::TwoAfc);
        let per_work = works.names.iter().enumerate().map(|(number, name)| OfWork {
            work: name.clone(),
            pictures: pictures
                .clone()
                .filter(|(row, _)| row.work == *name)
                .count(),
            tracks: tracks.clone().filter(|(row, _)| row.work == *name).count(),
            measures: by_measure(forth, |measured| measured.by_work[number]),
        });
        Self {
            works: works.names.len(),
            pictures: pictures.clone().count(),
            tracks: tracks.clone().count(),
            chunks: tracks.clone().map(|(_, placed)| placed.chunks).sum(),
            forth: Direction::of(forth),
            two_afc_ci95: pair(two_afc.ci95),
            shuffled: two_afc.control.mean,
            track_to_picture: Direction::of(&directions.track_to_picture),
            per_work: per_work.collect(),
            judge,
            left_out: works.left_out.clone(),
            failed_rows: failed.len(),
            failed,
        }
    }
}

impl Direction {
    fn of(evaluation: &Evaluation) -> Self {
        let Null {
            mean,
            quantile95,
            p_value,
        } = evaluation.null;
        Self {
            means: by_measure(evaluation, |measured| measured.mean),
            ci95: by_measure(evaluation, |measured| pair(measured.ci95)),
            chance: by_measure(evaluation, |measured| measured.chance),
            shuffled_control: by_measure(evaluation, |measured| Shuffled {
                mean: measured.control.mean,
                spread95: pair(measured.control.spread),
            }),
            permutation_null: Permuted {
                mean,
                quantile95,
                p_value,
            },
        }
    }
}

fn by_measure<T>(evaluation: &Evaluation, value: impl Fn(&Measured) -> T) -> ByMeasure<T> {
    let measures = evaluation.measures().iter();
    measures
        .map(|measured| (measured.measure.name(), value(measured)))
        .collect()
}

fn pair(interval: Interval) -> [f64; 2] {
    [interval.low, interval.high]
}

/// For people.
pub fn summary(evaluated: &Evaluated, directions: &Directions) -> String {
    let mut text = format!(
        "{} works with {} pictures and {} tracks ({} chunks)\n",
        evaluated.works, evaluated.pictures, evaluated.tracks, evaluated.chunks
    );
    if !evaluated.left_out.is_empty() {
        let names = evaluated.left_out.join(", ");
        // Writing to a string can't fail.
        let _ = writeln!(
            text,
            "Without pictures or without music, so left out: {names}"
        );
    }
    if evaluated.failed_rows > 0 {
        let _ = writeln!(
            text,
            "Rows that could not be used: {}",
            evaluated.failed_rows
        );
    }
    for (title, evaluation) in [
        ("Pictures find tracks", &directions.picture_to_track),
        ("Tracks find pictures", &directions.track_to_picture),
    ] {
        let _ = writeln!(text, "\n{title}\n{}", table(evaluation));
        let null = evaluation.null;
        let _ = writeln!(
            text,
            "2AFC with works in random order: {:.3}, 95 % at most {:.3}; p = {:.4}",
            null.mean, null.quantile95, null.p_value
        );
    }
    text
}

fn table(evaluation: &Evaluation) -> String {
    let headings = [
        "measure",
        ">mean",
        ">95 % over works",
        ">chance",
        ">shuffled",
    ];
    let mut table = report::Table::new(&headings);
    for measured in evaluation.measures() {
        let Interval { low, high } = measured.ci95;
        table.row(vec![
            measured.measure.name().to_owned(),
            format!("{:.3}", measured.mean),
            format!("{low:.3} to {high:.3}"),
            format!("{:.3}", measured.chance),
            format!("{:.3}", measured.control.mean),
        ]);
    }
    table.render()
}
