//! The parameters: stable ids, units, ranges, and what each does.
//!
//! The ids are part of every saved project and automation lane: never change one.

use std::sync::Arc;

use nice_plug::formatters::{s2v_f32_percentage, v2s_f32_percentage};
use nice_plug::prelude::{
    BoolParam, Enum, EnumParam, FloatParam, FloatRange, IntParam, IntRange, Params, SmoothingStyle,
};
use nice_plug::util::{db_to_gain, gain_to_db};
use parking_lot::RwLock;

use crate::state::Remembered;

/// The id of the parameter that Impasto writes itself.
pub const CONGRUITY_ID: &str = "congruity";

/// When a snippet begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PlayMode {
    /// At every stroke of the brush.
    #[id = "triggered"]
    #[name = "Triggered"]
    Triggered,
    /// Again and again while the brush is heard, the newest choice each time.
    #[id = "continuous"]
    #[name = "Continuous"]
    Continuous,
}

/// All parameters, and the record that is saved with them.
#[derive(Params)]
pub struct ImpastoParams {
    /// Files, folders and the editor's size. The worker and the editor write it.
    #[persist = "impasto"]
    pub remembered: Arc<RwLock<Remembered>>,

    /// How much of the library the painting lets through, in percent of its chunks.
    #[id = "filter"]
    pub filter: FloatParam,
    /// Whether strokes or time begin a snippet.
    #[id = "mode"]
    pub mode: EnumParam<PlayMode>,
    /// How small a stroke begins a snippet, 0..1.
    #[id = "sensitivity"]
    pub sensitivity: FloatParam,
    /// The least time between two snippets in continuous mode, in seconds.
    #[id = "interval"]
    pub interval: FloatParam,
    /// Equal-power fade at both ends of a snippet, in milliseconds.
    #[id = "fade"]
    pub fade: FloatParam,
    /// How many of the last snippets are not chosen again.
    #[id = "variety"]
    pub variety: IntParam,
    /// Gain of the snippets in the main output.
    #[id = "snippets"]
    pub snippets: FloatParam,
    /// Gain of the music in the main output.
    #[id = "dry"]
    pub dry: FloatParam,
    /// Time constant of congruity, in seconds.
    #[id = "smoothing"]
    pub smoothing: FloatParam,
    /// Whether congruity goes out to the host.
    #[id = "congruity-out"]
    pub congruity_out: BoolParam,
    /// How well the music goes with the painting, 0..1: written by Impasto while
    /// `congruity_out` is on, and never read back by it.
    #[id = "congruity"]
    pub congruity: FloatParam,
}

/// A gain from silence (-60 dB and below) to +12 dB.
fn gain(name: &str, default_db: f32) -> FloatParam {
    FloatParam::new(
        name,
        db_to_gain(default_db),
        FloatRange::Skewed {
            min: 0.0,
            max: db_to_gain(12.0),
            factor: FloatRange::gain_skew_factor(-60.0, 12.0),
        },
    )
    .with_unit(" dB")
    .with_smoother(SmoothingStyle::Linear(20.0))
    .with_value_to_string(Arc::new(|value| {
        if value < 0.001 {
            "-inf".to_owned()
        } else {
            format!("{:.1}", gain_to_db(value))
        }
    }))
    .with_string_to_value(Arc::new(|text| {
        let text = text.trim().trim_end_matches("dB").trim();
        if text.eq_ignore_ascii_case("-inf") {
            return Some(0.0);
        }
        text.parse().ok().map(db_to_gain)
    }))
}

/// A number with `digits` decimals and `unit`.
fn number(
    name: &str,
    default: f32,
    range: FloatRange,
    digits: usize,
    unit: &'static str,
) -> FloatParam {
    FloatParam::new(name, default, range)
        .with_unit(unit)
        .with_value_to_string(Arc::new(move |value| format!("{value:.digits$}")))
}

/// A share in 0..1, shown in percent.
fn share(name: &str, default: f32) -> FloatParam {
    FloatParam::new(name, default, FloatRange::Linear { min: 0.0, max: 1.0 })
        .with_unit(" %")
        .with_value_to_string(v2s_f32_percentage(0))
        .with_string_to_value(s2v_f32_percentage())
}

/// A range whose middle lies low, for values that span decades.
fn decades(min: f32, max: f32) -> FloatRange {
    FloatRange::Skewed {
        min,
        max,
        factor: FloatRange::skew_factor(-2.5),
    }
}

impl Default for ImpastoParams {
    fn default() -> Self {
        Self {
            remembered: Arc::default(),
            filter: number("Filter", 1.0, decades(0.1, 100.0), 1, " %"),
            mode: EnumParam::new("Mode", PlayMode::Triggered),
            sensitivity: share("Sensitivity", 0.5),
            interval: number("Interval", 0.5, decades(0.05, 4.0), 2, " s"),
            fade: number("Fade", 30.0, decades(1.0, 1000.0), 0, " ms"),
            variety: IntParam::new("Variety", 8, IntRange::Linear { min: 0, max: 64 })
                .with_unit(" snippets"),
            snippets: gain("Snippets", 0.0),
            dry: gain("Dry", 0.0),
            smoothing: number("Smoothing", 1.0, decades(0.05, 10.0), 2, " s"),
            congruity_out: BoolParam::new("Congruity Out", false),
            congruity: share("Congruity", 0.0),
        }
    }
}

/// What a parameter does, in a sentence or two, for the editor's tooltips and the manual.
/// Empty for an id that is not a parameter's.
pub fn help(id: &str) -> &'static str {
    match id {
        "filter" => {
            "The share of the library that the painting lets through: the chunks that \
             correspond best with it. The snippet is chosen among these."
        }
        "mode" => {
            "Triggered: every stroke of the brush begins a snippet. Continuous: snippets \
             follow one another while the brush is heard."
        }
        "sensitivity" => "How small a stroke is enough to begin a snippet.",
        "interval" => {
            "The least time between two snippets in continuous mode. It is never shorter than \
             the fade."
        }
        "fade" => "How long a snippet takes to come in and to go out, with equal power.",
        "variety" => "How many of the last snippets are held back before they may come again.",
        "snippets" => "The level of the snippets in the main output.",
        "dry" => "The level of your music in the main output.",
        "smoothing" => "How slowly congruity follows: the time it takes for most of a change.",
        "congruity-out" => {
            "Sends congruity to the host as the parameter Congruity, to be recorded or mapped. \
             Off by default, as every change may enter the host's undo history."
        }
        CONGRUITY_ID => {
            "How well the music goes with the painting, from 0 to 100 %. Impasto writes it; \
             what the host writes to it is shown and otherwise ignored."
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_has_its_id_and_its_help() {
        let params = ImpastoParams::default();
        let ids: Vec<String> = params.param_map().into_iter().map(|(id, ..)| id).collect();
        let known = [
            "filter",
            "mode",
            "sensitivity",
            "interval",
            "fade",
            "variety",
            "snippets",
            "dry",
            "smoothing",
            "congruity-out",
            CONGRUITY_ID,
        ];
        assert_eq!(ids, known, "an id that was ever saved may not change");
        for id in ids {
            assert!(!help(&id).is_empty(), "{id} has no help");
        }
    }
}
