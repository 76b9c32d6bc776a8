//! `impasto teach`: a head learned from pairs of the artist's own.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use engine::Error;
use engine::inference::Models;
use engine::teach::{
    GatherProgress, HEAD_EXTENSION, Info, Judged, Material, NetworksOf, Pairs, RehearsalOptions,
    TaughtHead, TeachOptions, TeachProblem, Verdict, gather, teach,
};
use engine::units::Seconds;
use serde::Serialize;

use crate::args::{self, Args};
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{progress, report, studio, time};

/// What `--json` prints.
#[derive(Serialize)]
struct Taught<'a> {
    /// Where the pairs are.
    pairs_from: &'a Path,
    name: &'a str,
    /// Pairs that were learned from.
    pairs: usize,
    works: usize,
    left_out: Vec<LeftOut>,
    /// The head's file; null if it was refused.
    saved: Option<&'a Path>,
    /// What an earlier head of this name is called now.
    earlier_kept_as: Option<&'a Path>,
    /// Why there is no head; null if there is one.
    refused: Option<String>,
    verdict: Option<Verdict>,
    warnings: &'a [String],
    /// Null if there were too few pairs to measure.
    measured: Option<&'a Judged>,
    /// Looking and listening.
    gathering_s: f64,
    /// Fitting and measuring.
    learning_s: f64,
}

#[derive(Serialize)]
struct LeftOut {
    path: PathBuf,
    reason: String,
}

/// How long the parts took, in seconds.
#[derive(Clone, Copy, Default)]
struct Took {
    gathering: f64,
    learning: f64,
}

/// What came of the pairs, and where it is.
struct Lesson<'a> {
    teach: &'a args::Teach,
    name: String,
    material: Material,
    took: Took,
}

/// Runs the command.
pub fn run(args: &Args, asked: &args::Teach, interrupt: &Interrupt) -> Result<()> {
    let options = RehearsalOptions {
        recording: asked.recording.clone(),
        window: asked.window.map(Seconds),
    };
    let pairs = Pairs::find(&asked.pairs, &options)?;
    let models = studio::models(args)?;
    let name = name(asked, &pairs.root);
    let file = file(asked, &name, &pairs.root);
    TaughtHead::check_place(&file, models.manifest().dir())?;
    let began = Instant::now();
    let material = stopped(look_and_listen(args, &pairs, &models, interrupt))?;
    let mut lesson = Lesson {
        name,
        teach: asked,
        material,
        took: Took::default(),
    };
    lesson.took.gathering = began.elapsed().as_secs_f64();
    let began = Instant::now();
    let learned = lesson.learn(args, &models, interrupt);
    lesson.took.learning = began.elapsed().as_secs_f64();
    let head = match learned {
        Ok(head) => head,
        Err(TeachProblem::Stopped) => return Err(nothing_written()),
        Err(problem) => return lesson.refuse(args, problem),
    };
    interrupt.check()?;
    let kept = head.save(&file, models.manifest().dir())?;
    lesson.tell(args, &head, &file, kept.as_deref())
}

/// As the user calls it, or as the pairs' folder is called.
fn name(asked: &args::Teach, root: &Path) -> String {
    let folder = || {
        let real = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        progress::name(&real)
    };
    asked.name.clone().unwrap_or_else(folder)
}

/// Where the head goes: beside the pairs, unless the user says otherwise.
fn file(teach: &args::Teach, name: &str, root: &Path) -> PathBuf {
    let safe = |letter: char| match letter {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
        letter if letter.is_control() => '-',
        letter => letter,
    };
    let name: String = name.chars().map(safe).collect();
    let usual = || root.join(format!("{name}.{HEAD_EXTENSION}"));
    teach.out.clone().unwrap_or_else(usual)
}

fn look_and_listen(
    args: &Args,
    pairs: &Pairs,
    models: &Models,
    interrupt: &Interrupt,
) -> engine::Result<Material> {
    let (mut audio, mut picture) = (models.audio_embedder()?, models.picture_embedder()?);
    let template = "{pos:>5} of {len} files {bar:32} {prefix:>14}  {wide_msg}";
    let bar = progress::bar(args, 0, template);
    let mut show = |progress: GatherProgress<'_>| {
        bar.set_length(progress.total as u64);
        bar.set_position(progress.done as u64);
        let left = |eta| format!("{} left", time::duration(eta));
        bar.set_prefix(progress.eta.map_or_else(String::new, left));
        let mut message = progress::name(progress.current);
        if progress.at.0 > 0.0 {
            message = format!("{message} {}", time::stamp(progress.at));
        }
        bar.set_message(message);
        goes_on(interrupt)
    };
    let gathered = gather(pairs, audio.as_mut(), picture.as_mut(), &mut show);
    bar.finish_and_clear();
    gathered
}

fn goes_on(interrupt: &Interrupt) -> ControlFlow<()> {
    match interrupt.pressed() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    }
}

fn nothing_written() -> anyhow::Error {
    Exit::Interrupted("; nothing was written").into()
}

/// Broken off is no failure of its own.
fn stopped<T>(result: engine::Result<T>) -> Result<T> {
    result.map_err(|error| match error {
        Error::Teach {
            problem: TeachProblem::Stopped,
            ..
        } => nothing_written(),
        error => error.into(),
    })
}

impl Lesson<'_> {
    fn learn(
        &self,
        args: &Args,
        models: &Models,
        interrupt: &Interrupt,
    ) -> Result<TaughtHead, TeachProblem> {
        let bar = progress::bar(args, 100, "learning {bar:32} {pos:>3} %  {eta} left");
        let options = TeachOptions {
            name: self.name.clone(),
            force: self.teach.force,
        };
        let networks = NetworksOf::of(models.manifest());
        let learned = teach(&self.material, &networks, &options, &mut |done| {
            bar.set_position((100.0 * done) as u64);
            goes_on(interrupt)
        });
        bar.finish_and_clear();
        learned
    }

    fn result(&self) -> Taught<'_> {
        let left_out = self.material.left_out.iter().map(|left_out| LeftOut {
            path: left_out.path.clone(),
            reason: left_out.reason.clone(),
        });
        Taught {
            pairs_from: &self.teach.pairs,
            name: &self.name,
            pairs: self.material.records.len(),
            works: self.material.works.len(),
            left_out: left_out.collect(),
            saved: None,
            earlier_kept_as: None,
            refused: None,
            verdict: None,
            warnings: &[],
            measured: None,
            gathering_s: self.took.gathering,
            learning_s: self.took.learning,
        }
    }

    /// Says what was found, and fails with the reason.
    fn refuse(&self, args: &Args, problem: TeachProblem) -> Result<()> {
        let mut result = self.result();
        result.refused = Some(problem.to_string());
        if let TeachProblem::NoBetter { judged } = &problem {
            result.measured = Some(judged);
        }
        if args.json {
            report::json(&result)?;
        } else {
            report::text(&found(&result))?;
        }
        Err(Error::Teach {
            path: self.teach.pairs.clone(),
            problem,
        }
        .into())
    }

    fn tell(&self, args: &Args, head: &TaughtHead, file: &Path, kept: Option<&Path>) -> Result<()> {
        let info = head.info();
        let result = Taught {
            saved: Some(file),
            earlier_kept_as: kept,
            verdict: Some(info.verdict),
            warnings: &info.warnings,
            measured: info.measured.as_ref(),
            ..self.result()
        };
        if args.json {
            report::json(&result)
        } else {
            report::text(&summary(&result, info))
        }
    }
}

/// What was found, and what was left out.
fn found(taught: &Taught<'_>) -> String {
    let mut text = format!("{} pairs of {} works\n", taught.pairs, taught.works);
    for left_out in &taught.left_out {
        text.push_str(&format!(
            "  left out {}: {}\n",
            left_out.path.display(),
            left_out.reason
        ));
    }
    text
}

fn summary(taught: &Taught<'_>, info: &Info) -> String {
    let mut text = found(taught);
    if let Some(judged) = &info.measured {
        text.push_str(&measured(judged));
    }
    for warning in &info.warnings {
        text.push_str(&format!("Note: {warning}\n"));
    }
    if let Some(kept) = taught.earlier_kept_as {
        text.push_str(&format!("The earlier head is kept as {}\n", kept.display()));
    }
    if let Some(saved) = taught.saved {
        let took = time::duration(Seconds(taught.learning_s));
        text.push_str(&format!("Learned in {took}: {}\n", saved.display()));
    }
    text
}

fn measured(judged: &Judged) -> String {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let between = |ends: [f64; 2]| format!("{} to {}", percent(ends[0]), percent(ends[1]));
    let what = match judged.setting.as_str() {
        "works" => "a picture's own work against another, on pairs left out",
        _ => "a picture's own music against another pair's, on pairs left out",
    };
    let mut table = report::Table::new(&[what, ">right", ">95 %"]);
    let row = |name: String, share, ends: Option<[f64; 2]>| {
        vec![name, percent(share), ends.map_or_else(String::new, between)]
    };
    table.row(row("taught".to_owned(), judged.two_afc, Some(judged.ci95)));
    let shuffled = format!("taught shuffled pairs ({} times)", judged.shuffles);
    table.row(row(shuffled, judged.shuffled, Some(judged.shuffled95)));
    table.row(row("not taught".to_owned(), judged.shipped, None));
    for work in &judged.by_work {
        // Pairs that share a picture or music are left out together.
        let name = format!("  {} ({} left out in turn)", work.work, work.groups);
        table.row(row(name, work.two_afc, None));
    }
    format!(
        "{}How often shuffled pairs do as well: p = {:.3}\n",
        table.render(),
        judged.p_value
    )
}
