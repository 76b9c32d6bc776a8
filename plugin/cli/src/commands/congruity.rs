//! `impasto congruity`: how well a piece of music goes with a painting, over time.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use engine::analysis::{BANDS, FLOOR_DB, MelFrame};
use engine::congruity::{PartWeights, Parts};
use engine::crossmodal::{Explained, Weights};
use engine::translate::{Settings, Translator, duration_of};
use engine::units::{Congruity, Score, Seconds};
use serde::Serialize;

use crate::args::{self, Args};
use crate::interrupt::Interrupt;
use crate::{chart, explanation, parts, progress, report, sound, studio, time};

/// A moment of the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// End of the frames heard so far.
    pub at: Seconds,
    /// `None` while the music is silent.
    pub congruity: Option<Congruity>,
    /// What it is the mean of.
    pub parts: Parts,
    /// The network's, unsmoothed.
    pub score: Option<Score>,
    /// `None` also if it was not asked for.
    pub explained: Option<Explained>,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Followed {
    painting: PathBuf,
    music: PathBuf,
    /// Length of the music.
    duration_s: f64,
    /// Over the moments at which it is known; null if it never is.
    mean: Option<f64>,
    lowest: Option<f32>,
    highest: Option<f32>,
    /// Share of the moments at which it is known.
    known: f64,
    /// What it is the mean of.
    parts: parts::Summary,
    csv: PathBuf,
    png: PathBuf,
    /// Only if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    explained: Option<explanation::Summary>,
}

/// Runs the command.
pub fn run(args: &Args, congruity: &args::Congruity, interrupt: &Interrupt) -> Result<()> {
    let models = studio::models(args)?;
    if let Some(encoders) = models.encoders() {
        // The worker, live and here, hears mel frames; a pair asks the sound itself.
        bail!(
            "{}: a pair of encoders gives points to files, and congruity follows what is heard \
             live: leave --encoders (or $IMPASTO_ENCODERS) out",
            encoders.dir().display()
        );
    }
    let library = studio::library(&congruity.library, &models)?;
    let settings = Settings {
        weights: congruity.weights.unwrap_or_default(),
        explain: congruity.explain.then(Weights::default),
        ..Settings::default()
    };
    let head = studio::head(&congruity.head, &models)?;
    let painting = &congruity.painting;
    let mut translator = studio::translator(&models, painting, library, head, settings)?;
    let brush = congruity.brush.as_deref();
    let brush = brush
        .map(|brush| frames(args, brush, interrupt))
        .transpose()?;
    let moments = follow(args, &mut translator, &congruity.music, brush, interrupt)?;

    studio::make_room(&congruity.csv)?;
    let numbers = csv(&moments, congruity.explain);
    std::fs::write(&congruity.csv, numbers).with_context(|| name(&congruity.csv))?;
    studio::make_room(&congruity.png)?;
    let title = format!(
        "Congruity of {} with {}",
        progress::name(&congruity.music),
        progress::name(&congruity.painting)
    );
    chart::draw(&congruity.png, &title, &moments).with_context(|| name(&congruity.png))?;

    let followed = followed(congruity, &settings.weights, &moments);
    if args.json {
        report::json(&followed)
    } else {
        report::text(&summary(&followed))
    }
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

/// All frames of a recording.
fn frames(args: &Args, sound: &Path, interrupt: &Interrupt) -> Result<Vec<MelFrame>> {
    let mut frames = Vec::new();
    sound::listen(args, sound, interrupt, &mut |frame, _| {
        frames.push(*frame);
        Ok(())
    })?;
    Ok(frames)
}

/// Plays the music to the translator, and the brush, if there is one, beside it.
fn follow(
    args: &Args,
    translator: &mut Translator,
    music: &Path,
    brush: Option<Vec<MelFrame>>,
    interrupt: &Interrupt,
) -> Result<Vec<Moment>> {
    let mut moments = Vec::new();
    let mut frames = 0;
    sound::listen(args, music, interrupt, &mut |frame, _| {
        if let Some(brush) = &brush {
            // A brush that ended before the music is silent.
            let silence = &[FLOOR_DB; BANDS];
            translator.push_brush(brush.get(frames).unwrap_or(silence));
        }
        translator.push_music(frame);
        frames += 1;
        if translator.due() {
            moments.push(moment(translator, frames)?);
        }
        Ok(())
    })?;
    Ok(moments)
}

fn moment(translator: &mut Translator, frames: usize) -> engine::Result<Moment> {
    let outcome = translator.step(translator.pending())?;
    Ok(Moment {
        at: duration_of(frames),
        congruity: outcome.congruity,
        parts: outcome.parts,
        score: outcome.score,
        explained: outcome.explained,
    })
}

/// A line a moment; what is unknown is left empty.
fn csv(moments: &[Moment], explain: bool) -> String {
    let mut text = String::from("time_s,congruity,score");
    text.push_str(&parts::csv_heading());
    if explain {
        text.push_str(&explanation::csv_heading());
    }
    text.push('\n');
    for moment in moments {
        let congruity = moment
            .congruity
            .map_or_else(String::new, |c| format!("{:.4}", c.get()));
        let score = moment
            .score
            .map_or_else(String::new, |score| format!("{:.6}", score.0));
        // Writing to a string can't fail.
        let _ = write!(text, "{:.4},{congruity},{score}", moment.at.0);
        text.push_str(&parts::csv_cells(&moment.parts));
        if explain {
            text.push_str(&explanation::csv_cells(moment.explained.as_ref()));
        }
        text.push('\n');
    }
    text
}

fn followed(congruity: &args::Congruity, weights: &PartWeights, moments: &[Moment]) -> Followed {
    let parts: Vec<Parts> = moments.iter().map(|moment| moment.parts).collect();
    let known: Vec<f32> = moments
        .iter()
        .filter_map(|m| Some(m.congruity?.get()))
        .collect();
    let explained = moments.iter().filter_map(|m| m.explained.as_ref());
    let sum: f64 = known.iter().copied().map(f64::from).sum();
    Followed {
        painting: congruity.painting.clone(),
        music: congruity.music.clone(),
        duration_s: moments.last().map_or(0.0, |moment| moment.at.0),
        mean: (!known.is_empty()).then(|| sum / known.len() as f64),
        lowest: known.iter().copied().reduce(f32::min),
        highest: known.iter().copied().reduce(f32::max),
        known: known.len() as f64 / moments.len().max(1) as f64,
        parts: parts::summarize(&parts, weights),
        csv: congruity.csv.clone(),
        png: congruity.png.clone(),
        explained: congruity.explain.then(|| explanation::summarize(explained)),
    }
}

fn summary(followed: &Followed) -> String {
    let curve = match (followed.mean, followed.lowest, followed.highest) {
        (Some(mean), Some(lowest), Some(highest)) => format!(
            "congruity {mean:.2} on average, from {lowest:.2} to {highest:.2}, \
             known {:.0} % of the time",
            100.0 * followed.known
        ),
        _ => "congruity unknown: no part that counts is known".to_owned(),
    };
    let explained = followed.explained.as_ref();
    format!(
        "{} of music: {curve}\n{}{}{}\n{}\n",
        time::duration(Seconds(followed.duration_s)),
        parts::table(&followed.parts),
        explained.map_or_else(String::new, explanation::table),
        followed.csv.display(),
        followed.png.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_moments_are_empty_cells() {
        let moment = |at, congruity, score| Moment {
            at: Seconds(at),
            congruity: Congruity::new(congruity),
            parts: Parts::default(),
            score,
            explained: None,
        };
        let moments = [
            moment(0.1, f32::NAN, None),
            moment(0.2, 0.25, Some(Score(0.5))),
        ];
        let expected = "time_s,congruity,score,part_network,part_valence,part_arousal,\
                        part_crossmodal,part_gesture\n\
                        0.1000,,,,,,,\n0.2000,0.2500,0.500000,,,,,\n";
        assert_eq!(csv(&moments, false), expected);
        let explained = csv(&moments, true);
        let columns: Vec<usize> = explained.lines().map(|l| l.split(',').count()).collect();
        assert!(columns[0] > 10 && columns.iter().all(|&count| count == columns[0]));
    }
}
