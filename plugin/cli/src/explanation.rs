//! The parts of a congruity, as tables and JSON.

use engine::crossmodal::{Explained, PARTS, Weights};
use serde::Serialize;

use crate::report;

/// A part over some moments or snippets.
#[derive(Serialize)]
pub struct PartSummary {
    name: &'static str,
    /// Mean agreement, 0 to 1, 0.5 being neither; null if it was never known.
    agreement: Option<f64>,
    /// How much it counts in the whole.
    weight: f32,
    finding: &'static str,
    source: &'static str,
    /// Where it goes beyond what was found.
    beyond: &'static str,
}

/// A congruity explained, over some moments or snippets.
#[derive(Serialize)]
pub struct Summary {
    /// Weighted mean of the parts; null if none was ever known.
    whole: Option<f64>,
    parts: Vec<PartSummary>,
}

/// The means of several explanations.
pub fn summarize<'a>(all: impl Iterator<Item = &'a Explained> + Clone) -> Summary {
    let weights = Weights::default();
    let whole = all.clone().filter_map(|explained| explained.whole);
    let parts = PARTS.iter().enumerate().map(|(at, part)| PartSummary {
        name: part.name,
        agreement: mean(all.clone().filter_map(|explained| explained.agreement(at))),
        weight: weights.get(at),
        finding: part.finding,
        source: part.source,
        beyond: part.beyond,
    });
    Summary {
        parts: parts.collect(),
        whole: mean(whole.map(|whole| whole.get())),
    }
}

fn mean(values: impl Iterator<Item = f32>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0u32), |(sum, count), value| {
        (sum + f64::from(value), count + 1)
    });
    (count > 0).then(|| sum / f64::from(count))
}

/// One explanation, by the parts' names.
#[derive(Serialize)]
pub struct Moment {
    whole: Option<f32>,
    parts: std::collections::BTreeMap<&'static str, Option<f32>>,
}

impl From<&Explained> for Moment {
    fn from(explained: &Explained) -> Self {
        let agreements = explained.agreements().iter().copied();
        Self {
            whole: explained.whole.map(|whole| whole.get()),
            parts: PARTS.iter().map(|part| part.name).zip(agreements).collect(),
        }
    }
}

/// The columns that an explanation adds to a CSV, each after a comma.
pub fn csv_heading() -> String {
    let names = PARTS.iter().map(|part| format!(",{}", part.name));
    std::iter::once(",explained".to_owned())
        .chain(names)
        .collect()
}

/// The cells of [`csv_heading`]; what is unknown is left empty.
pub fn csv_cells(explained: Option<&Explained>) -> String {
    let whole = explained.and_then(|explained| explained.whole);
    let parts = (0..PARTS.len()).map(|at| explained.and_then(|e| e.agreement(at)));
    std::iter::once(whole.map(|whole| whole.get()))
        .chain(parts)
        .map(|value| value.map_or_else(|| ",".to_owned(), |value| format!(",{value:.4}")))
        .collect()
}

/// A line a part.
pub fn table(summary: &Summary) -> String {
    let mut table = report::Table::new(&["part", ">agreement", ">weight", "finding", "source"]);
    for part in &summary.parts {
        table.row(vec![
            part.name.to_owned(),
            number(part.agreement),
            format!("{}", part.weight),
            part.finding.to_owned(),
            part.source.to_owned(),
        ]);
    }
    format!(
        "{}explained congruity: {} (weighted mean of what is known; 0.5 is neither)\n",
        table.render(),
        number(summary.whole)
    )
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "unknown".to_owned(), |value| format!("{value:.2}"))
}
