//! From files to points.

use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Result;
use engine::Error;
use engine::evaluation::mean_point;
use engine::inference::{Picture, Placing};
use engine::library::sample;
use engine::translate::Networks;
use indicatif::ProgressBar;

use super::manifest::{Kind, Row};
use crate::interrupt::Interrupt;

/// Files in work at a time: decoding and inference take one core each, and more would
/// only wait for the disk.
const WORKERS: usize = 4;

/// A file as a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The picture's, or the mean of its chunks'.
    pub point: Vec<f32>,
    /// How many chunks of a track, or 1.
    pub chunks: usize,
}

/// What became of one row.
pub type Outcome = Result<Placed, String>;

/// Places each row's file by what `networks` makes, which is asked once a worker.
///
/// # Errors
/// If a network fails, or on Ctrl-C. A file that can't be used becomes a message.
pub fn place(
    rows: &[Row],
    chunks: usize,
    networks: &(dyn Fn() -> Result<Networks> + Sync),
    bar: &ProgressBar,
    interrupt: &Interrupt,
) -> Result<Vec<Outcome>> {
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(vec![None; rows.len()]);
    let work = || -> Result<()> {
        let mut networks = networks()?;
        // Another worker's failure ends this one's work as well.
        while let Some((at, row)) = take(&next, rows) {
            let placed = one(row, chunks, &mut networks, interrupt).inspect_err(|_| {
                next.store(rows.len(), Ordering::Relaxed);
            })?;
            bar.inc(1);
            bar.set_message(row.file.clone());
            // PANIC: nobody panics while holding it.
            outcomes.lock().expect("the outcomes")[at] = Some(placed);
        }
        Ok(())
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let started: Vec<_> = (0..cores.min(WORKERS)).map(|_| scope.spawn(work)).collect();
        let joined = started.into_iter().map(|worker| {
            worker
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        joined
            .collect::<Vec<_>>()
            .into_iter()
            .collect::<Result<()>>()
    })?;
    // PANIC: the workers are gone and took every row, since none failed.
    let outcomes = outcomes.into_inner().expect("the outcomes");
    Ok(outcomes
        .into_iter()
        .map(|outcome| outcome.expect("every row"))
        .collect())
}

fn take<'a>(next: &AtomicUsize, rows: &'a [Row]) -> Option<(usize, &'a Row)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    rows.get(at).map(|row| (at, row))
}

fn one(
    row: &Row,
    chunks: usize,
    networks: &mut Networks,
    interrupt: &Interrupt,
) -> Result<Outcome> {
    interrupt.check()?;
    let placed = match row.kind {
        Kind::Picture => picture(row, networks),
        Kind::Music => track(row, chunks, networks, interrupt),
    };
    match placed {
        Ok(Some(placed)) => Ok(Ok(placed)),
        // What broke it off was Ctrl-C.
        Ok(None) => interrupt.check().map(|()| Err("broken off".to_owned())),
        Err(error @ (Error::Audio { .. } | Error::Picture { .. } | Error::Io { .. })) => {
            Ok(Err(error.to_string()))
        }
        Err(error) => Err(error.into()),
    }
}

fn picture(row: &Row, networks: &mut Networks) -> engine::Result<Option<Placed>> {
    let picture = Picture::open(&row.path)?;
    let point = networks.picture.look(&picture)?.point;
    Ok(Some(Placed { point, chunks: 1 }))
}

fn track(
    row: &Row,
    chunks: usize,
    networks: &mut Networks,
    interrupt: &Interrupt,
) -> engine::Result<Option<Placed>> {
    let mut goes_on = || match interrupt.pressed() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    let Some(sample) = sample(&row.path, chunks, &mut goes_on)? else {
        return Ok(None);
    };
    let count = sample.starts.len();
    let audio = networks.audio.as_mut();
    let points = match audio.place(&row.path, &sample.starts, &mut goes_on)? {
        Placing::Points(points) => points,
        Placing::Stopped => return Ok(None),
        Placing::ByMel => {
            let features = audio.embed(&sample.mel, count)?;
            features
                .into_iter()
                .map(|of_chunk| of_chunk.point)
                .collect()
        }
    };
    Ok(mean_point(&points).map(|point| Placed {
        point,
        chunks: count,
    }))
}
