//! `impasto eval`: how well the networks tell which music belongs to which pictures, over
//! works that the user lists.

mod manifest;
mod outcome;
mod points;
mod works;

use std::sync::Arc;

use anyhow::Result;
use engine::evaluation::{Evaluation, Scores};
use engine::inference::Correspondence;
use engine::translate::Networks;

use crate::args::{self, Args};
use crate::interrupt::Interrupt;
use crate::{progress, report, studio};
use manifest::{Fault, Kind, Row, Table};
use outcome::{Directions, Evaluated, Judge};
use points::Placed;
use works::Works;

/// Runs the command.
pub fn run(args: &Args, eval: &args::Eval, interrupt: &Interrupt) -> Result<()> {
    let Table { rows, mut faults } = manifest::read(&eval.manifest, &eval.root)?;
    faults.iter().for_each(|fault| say(eval, fault));
    Works::of(&rows).enough(faults.len())?;

    let models = studio::models(args)?;
    let head = studio::head(&eval.head, &models)?;
    let correspondence = head
        .as_ref()
        .map_or_else(|| models.correspondence(), |head| head.correspondence());
    let template = "{pos:>5} of {len} files {bar:32} {eta:>5} left  {wide_msg}";
    let bar = progress::bar(args, rows.len() as u64, template);
    let networks = || {
        let shipped = Networks::of(&models)?;
        Ok(match &head {
            Some(head) => shipped.with_head(Arc::clone(head)),
            None => shipped,
        })
    };
    let outcomes = points::place(&rows, eval.chunks, &networks, &bar, interrupt);
    bar.finish_and_clear();

    let mut placed = Vec::new();
    for (row, outcome) in rows.iter().zip(outcomes?) {
        match outcome {
            Ok(point) => placed.push((row, point)),
            Err(message) => {
                let fault = Fault::of(row, message);
                say(eval, &fault);
                faults.push(fault);
            }
        }
    }
    faults.sort_by_key(|fault| fault.line);
    // Sums are rounded, so that their order is not that of the table.
    placed.sort_by(|(a, _), (b, _)| (&a.work, &a.file).cmp(&(&b.work, &b.file)));
    let works = Works::of(placed.iter().map(|(row, _)| *row));
    works.enough(faults.len())?;

    let scores = scores(&placed, &works, &correspondence)?;
    let directions = Directions {
        picture_to_track: Evaluation::of(&scores),
        track_to_picture: Evaluation::of(&scores.transposed()),
    };
    let judge = Judge::of(&models, eval, head.as_deref());
    let evaluated = Evaluated::new(&placed, works, &directions, judge, faults);
    if args.json {
        report::json(&evaluated)
    } else {
        report::text(&outcome::summary(&evaluated, &directions))
    }
}

/// A row that can't be used is told at once; the others go on.
fn say(eval: &args::Eval, fault: &Fault) {
    let table = eval.manifest.display();
    eprintln!(
        "impasto: {table}, line {}: {}: {}",
        fault.line, fault.file, fault.message
    );
}

/// All pictures against all tracks of the works that have both.
fn scores(
    placed: &[(&Row, Placed)],
    works: &Works,
    correspondence: &Correspondence,
) -> Result<Scores> {
    let side = |kind: Kind| {
        let of_kind = placed.iter().filter(move |(row, _)| row.kind == kind);
        let numbered = of_kind.filter_map(|(row, placed)| {
            let work = works.number(&row.work)?;
            Some((placed.point.as_slice(), work))
        });
        numbered.collect::<Vec<_>>()
    };
    Ok(Scores::of_points(
        correspondence,
        side(Kind::Picture),
        side(Kind::Music),
    )?)
}
