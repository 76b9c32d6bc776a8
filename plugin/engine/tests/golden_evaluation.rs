//! The engine's measures are those of the training package.

use engine::evaluation::{Measure, Scores, Table};
use serde_json::Value;

/// `models/golden/evaluation.py` wrote what `training.evaluate.score_works` says.
#[test]
fn the_python_reference_says_the_same() {
    let text = include_str!("../../../models/golden/evaluation.json");
    let golden: Value = serde_json::from_str(text).unwrap();
    let numbers = |value: &Value| -> Vec<f64> {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|v| v.as_f64().unwrap())
            .collect()
    };
    let points = |side: &str| -> Vec<Vec<f64>> {
        golden[side]["points"]
            .as_array()
            .unwrap()
            .iter()
            .map(numbers)
            .collect()
    };
    let works = |side: &str| {
        numbers(&golden[side]["work"])
            .iter()
            .map(|&w| w as usize)
            .collect()
    };
    let (pictures, music) = (points("pictures"), points("music"));
    let score = |picture: &[f64], track: &[f64]| {
        -picture.iter().zip(track).map(|(p, a)| p * a).sum::<f64>()
    };
    let values = pictures
        .iter()
        .flat_map(|p| music.iter().map(|a| score(p, a)))
        .collect();
    let scores = Scores::new(values, works("pictures"), works("music")).unwrap();
    for (measure, name, tolerance) in [
        (Measure::TwoAfc, "two_afc", 1e-9),
        (Measure::Auc, "auc", 1e-9),
        // There it is a mean over 200 draws, whose deviation is at most 0.035.
        (Measure::PAt1Balanced, "p_at_1", 0.12),
    ] {
        let found = Table::of(measure, &scores).truth();
        let expected = numbers(&golden["by_work"][name]);
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(&expected) {
            assert!(
                (found - expected).abs() < tolerance,
                "{name}: {found} {expected}"
            );
        }
    }
}
