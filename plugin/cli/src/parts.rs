//! The named parts of a congruity, as a table, columns and JSON.

use std::collections::BTreeMap;

use engine::congruity::{Part, PartWeights, Parts};
use serde::Serialize;

use crate::report;

/// A part over some moments; numbers are null if it was never known.
#[derive(Serialize)]
pub struct PartSummary {
    mean: Option<f64>,
    lowest: Option<f32>,
    highest: Option<f32>,
    /// Share of the moments at which it is known.
    known: f64,
    /// How much it counts in the congruity.
    weight: f32,
}

/// By the parts' ids.
pub type Summary = BTreeMap<&'static str, PartSummary>;

/// What each part came to over these moments.
pub fn summarize(moments: &[Parts], weights: &PartWeights) -> Summary {
    let of = |part: Part| {
        let known: Vec<f32> = moments.iter().filter_map(|parts| parts.get(part)).collect();
        let sum: f64 = known.iter().copied().map(f64::from).sum();
        PartSummary {
            mean: (!known.is_empty()).then(|| sum / known.len() as f64),
            lowest: known.iter().copied().reduce(f32::min),
            highest: known.iter().copied().reduce(f32::max),
            known: known.len() as f64 / moments.len().max(1) as f64,
            weight: weights.get(part),
        }
    };
    Part::ALL.map(|part| (part.id(), of(part))).into()
}

/// The columns of a CSV, each after a comma. The detailed explanation has some of the
/// names, so these begin with `part_`.
pub fn csv_heading() -> String {
    Part::ALL
        .map(|part| format!(",part_{}", part.id()))
        .concat()
}

/// The cells of [`csv_heading`]; what is unknown is left empty.
pub fn csv_cells(parts: &Parts) -> String {
    let cell = |value: Option<f32>| value.map_or_else(String::new, |value| format!("{value:.4}"));
    parts
        .iter()
        .map(|(_, value)| format!(",{}", cell(value)))
        .collect()
}

/// A line a part.
pub fn table(summary: &Summary) -> String {
    let mut table =
        report::Table::new(&["part", ">mean", ">lowest", ">highest", ">known", ">weight"]);
    for part in Part::ALL {
        let of = &summary[part.id()];
        let number = |value: Option<f64>| match value {
            Some(value) => format!("{value:.2}"),
            None => "unknown".to_owned(),
        };
        table.row(vec![
            part.id().to_owned(),
            number(of.mean),
            number(of.lowest.map(f64::from)),
            number(of.highest.map(f64::from)),
            format!("{:.0} %", 100.0 * of.known),
            of.weight.to_string(),
        ]);
    }
    table.render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_is_summed_up_over_when_it_is_known() {
        let moment = |gesture: Option<f32>| {
            let mut parts = Parts::default();
            parts.set(Part::Gesture, gesture);
            parts
        };
        let moments = [
            moment(Some(0.25)),
            moment(None),
            moment(Some(0.75)),
            moment(None),
        ];
        let summary = summarize(&moments, &PartWeights::default());
        let gesture = &summary["gesture"];
        assert_eq!(
            (gesture.mean, gesture.known, gesture.weight),
            (Some(0.5), 0.5, 0.0)
        );
        assert_eq!((gesture.lowest, gesture.highest), (Some(0.25), Some(0.75)));
        let network = &summary["network"];
        assert_eq!(
            (network.mean, network.known, network.weight),
            (None, 0.0, 1.0)
        );
        let table = table(&summary);
        assert_eq!(table.lines().count(), 1 + Part::COUNT);
        assert!(
            table.contains("unknown") && table.contains("50 %"),
            "{table}"
        );
        assert_eq!(csv_cells(&moments[0]), ",,,,,0.2500");
        assert_eq!(csv_heading().matches(',').count(), Part::COUNT);
    }
}
