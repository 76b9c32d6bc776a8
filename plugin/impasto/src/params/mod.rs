//! The parameters: stable ids, units, ranges, and what each does.
//!
//! The ids are part of every saved project and automation lane: never change one.

mod help;

use std::sync::Arc;

use engine::congruity::{Part, PartWeights};
use engine::playback::sync::Division;
use nice_plug::formatters::{
    s2v_f32_percentage, s2v_i32_key_formatter, v2s_f32_percentage, v2s_i32_key_formatter,
};
use nice_plug::prelude::{
    BoolParam, Enum, EnumParam, FloatParam, FloatRange, IntParam, IntRange, Params, SmoothingStyle,
};
use nice_plug::util::{db_to_gain, gain_to_db};
use outputs::Signal;
use parking_lot::RwLock;

pub use help::help;

use crate::state::Remembered;

/// When a snippet begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PlayMode {
    /// A stroke of the brush begins a snippet, which sounds as long as the brush moves.
    #[id = "stroke"]
    #[name = "Stroke"]
    Stroke,
    /// A stroke of the brush begins a snippet, which plays to its end.
    #[id = "triggered"]
    #[name = "One shot"]
    Triggered,
    /// Again and again while the brush is heard, the newest choice each time.
    #[id = "continuous"]
    #[name = "Continuous"]
    Continuous,
    /// Strokes choose but begin nothing: notes and the parameter Trigger do.
    #[id = "notes"]
    #[name = "Notes"]
    Notes,
}

/// The grid that beginnings wait for while the host's transport runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Sync {
    /// None: at once.
    #[id = "off"]
    #[name = "Off"]
    Off,
    /// Sixteenth notes.
    #[id = "16"]
    #[name = "1/16"]
    Sixteenth,
    /// Eighth notes.
    #[id = "8"]
    #[name = "1/8"]
    Eighth,
    /// Quarter notes.
    #[id = "4"]
    #[name = "1/4"]
    Quarter,
    /// Half notes.
    #[id = "2"]
    #[name = "1/2"]
    Half,
    /// Bars.
    #[id = "bar"]
    #[name = "Bar"]
    Bar,
}

impl Sync {
    /// As the engine counts it.
    pub fn division(self) -> Option<Division> {
        match self {
            Self::Off => None,
            Self::Sixteenth => Some(Division::Sixteenth),
            Self::Eighth => Some(Division::Eighth),
            Self::Quarter => Some(Division::Quarter),
            Self::Half => Some(Division::Half),
            Self::Bar => Some(Division::Bar),
        }
    }
}

/// How signals go to the host as automation of Impasto's own parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Automation {
    /// Not at all: the output parameters stay as they are.
    #[id = "off"]
    #[name = "Off"]
    Off,
    /// From the audio thread, in the same block.
    #[id = "native"]
    #[name = "Native"]
    Native,
    /// As if somebody moved a knob, from the host's main thread.
    #[id = "compatibility"]
    #[name = "Compatibility"]
    Compatibility,
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
    /// What begins and ends a snippet.
    #[id = "mode"]
    pub mode: EnumParam<PlayMode>,
    /// How small a stroke begins a snippet, 0..1.
    #[id = "sensitivity"]
    pub sensitivity: FloatParam,
    /// How long the brush may pause within a stroke, in milliseconds.
    #[id = "hold"]
    pub hold: FloatParam,
    /// The level of the softest stroke, strength 0, in dB of full scale.
    #[id = "softest"]
    pub softest: FloatParam,
    /// The level of the hardest stroke, strength 1, in dB of full scale.
    #[id = "hardest"]
    pub hardest: FloatParam,
    /// How much a stroke's strength makes its snippet louder, 0..1.
    #[id = "touch-level"]
    pub touch_level: FloatParam,
    /// How much a stroke's strength makes its snippet brighter, 0..1.
    #[id = "touch-tone"]
    pub touch_tone: FloatParam,
    /// How many snippets may sound at once.
    #[id = "voices"]
    pub voices: IntParam,
    /// What beginnings wait for.
    #[id = "sync"]
    pub sync: EnumParam<Sync>,
    /// What sounds stays, for as long as this is on.
    #[id = "freeze"]
    pub freeze: BoolParam,
    /// Going on begins a snippet, going off ends it, as a note does.
    #[id = "trigger"]
    pub trigger: BoolParam,
    /// The least time between two snippets in continuous mode, in seconds.
    #[id = "interval"]
    pub interval: FloatParam,
    /// Equal-power fade at both ends of a snippet, in milliseconds.
    #[id = "fade"]
    pub fade: FloatParam,
    /// How many of the last snippets are not chosen again.
    #[id = "variety"]
    pub variety: IntParam,
    /// How much the chunk is preferred that follows the last in its track, 0..1.
    #[id = "continuity"]
    pub continuity: FloatParam,
    /// How much the painting decides within its pool in the place of the brush, 0..1.
    #[id = "fit"]
    pub fit: FloatParam,
    /// Gain of the snippets in the main output.
    #[id = "snippets"]
    pub snippets: FloatParam,
    /// Gain of the music in the main output.
    #[id = "dry"]
    pub dry: FloatParam,
    /// Whether strokes go out as notes.
    #[id = "notes-out"]
    pub notes_out: BoolParam,
    /// The notes' channel, 1..16.
    #[id = "note-channel"]
    pub note_channel: IntParam,
    /// The key of the darkest stroke.
    #[id = "note"]
    pub note: IntParam,
    /// How many semitones above it the brightest stroke lies.
    #[id = "note-range"]
    pub note_range: IntParam,
    /// The music passes untouched and nothing is played.
    #[id = "bypass"]
    pub bypass: BoolParam,
    /// Time constant of congruity, in seconds.
    #[id = "smoothing"]
    pub smoothing: FloatParam,
    /// How much each part of congruity counts, 0..1.
    #[id = "weight-network"]
    pub weight_network: FloatParam,
    /// As above, of agreement in valence.
    #[id = "weight-valence"]
    pub weight_valence: FloatParam,
    /// As above, of agreement in arousal.
    #[id = "weight-arousal"]
    pub weight_arousal: FloatParam,
    /// As above, of all other correspondences between hearing and seeing.
    #[id = "weight-crossmodal"]
    pub weight_crossmodal: FloatParam,
    /// As above, of agreement between music and brush.
    #[id = "weight-gesture"]
    pub weight_gesture: FloatParam,
    /// How signals go to the host.
    #[id = "automation"]
    pub automation: EnumParam<Automation>,
    /// How well the music goes with the painting, 0..1: written by Impasto unless
    /// `automation` is off, and never read back by it. So are those that follow.
    #[id = "congruity"]
    pub congruity: FloatParam,
    /// The network's part of congruity, 0..1.
    #[id = "out-network"]
    pub out_network: FloatParam,
    /// Agreement in valence, 0..1.
    #[id = "out-valence"]
    pub out_valence: FloatParam,
    /// Agreement in arousal, 0..1.
    #[id = "out-arousal"]
    pub out_arousal: FloatParam,
    /// All other correspondences between hearing and seeing, 0..1.
    #[id = "out-crossmodal"]
    pub out_crossmodal: FloatParam,
    /// Agreement between the music and the brush, 0..1.
    #[id = "out-gesture"]
    pub out_gesture: FloatParam,
    /// The brush's level, 0..1.
    #[id = "out-brush"]
    pub out_brush: FloatParam,
}

impl ImpastoParams {
    /// How much each part of congruity counts.
    pub fn weights(&self) -> PartWeights {
        PartWeights::NONE
            .with(Part::Network, self.weight_network.value())
            .with(Part::Valence, self.weight_valence.value())
            .with(Part::Arousal, self.weight_arousal.value())
            .with(Part::Crossmodal, self.weight_crossmodal.value())
            .with(Part::Gesture, self.weight_gesture.value())
    }

    /// The parameter that Impasto writes `signal` to.
    pub fn output(&self, signal: Signal) -> &FloatParam {
        match signal {
            Signal::Congruity => &self.congruity,
            Signal::Network => &self.out_network,
            Signal::Valence => &self.out_valence,
            Signal::Arousal => &self.out_arousal,
            Signal::Crossmodal => &self.out_crossmodal,
            Signal::Gesture => &self.out_gesture,
            Signal::Brush => &self.out_brush,
        }
    }
}

/// The id of the parameter that Impasto writes `signal` to.
pub fn output_id(signal: Signal) -> &'static str {
    match signal {
        Signal::Congruity => "congruity",
        Signal::Network => "out-network",
        Signal::Valence => "out-valence",
        Signal::Arousal => "out-arousal",
        Signal::Crossmodal => "out-crossmodal",
        Signal::Gesture => "out-gesture",
        Signal::Brush => "out-brush",
    }
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

/// A level of a stroke in dB of full scale.
fn level(name: &str, default_db: f32) -> FloatParam {
    let range = FloatRange::Linear {
        min: -80.0,
        max: 0.0,
    };
    number(name, default_db, range, 0, " dB")
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
            mode: EnumParam::new("Mode", PlayMode::Stroke),
            sensitivity: share("Sensitivity", 0.5),
            hold: number("Hold", 80.0, decades(10.0, 500.0), 0, " ms"),
            softest: level("Softest", -50.0),
            hardest: level("Hardest", -14.0),
            touch_level: share("Touch to Level", 0.6),
            touch_tone: share("Touch to Tone", 0.3),
            voices: IntParam::new("Voices", 4, IntRange::Linear { min: 1, max: 8 }),
            sync: EnumParam::new("Sync", Sync::Off),
            freeze: BoolParam::new("Freeze", false),
            trigger: BoolParam::new("Trigger", false),
            interval: number("Interval", 0.5, decades(0.05, 4.0), 2, " s"),
            fade: number("Fade", 30.0, decades(1.0, 1000.0), 0, " ms"),
            variety: IntParam::new("Variety", 8, IntRange::Linear { min: 0, max: 64 })
                .with_unit(" snippets"),
            continuity: share("Continuity", 0.0),
            fit: share("Fit", 0.0),
            snippets: gain("Snippets", 0.0),
            dry: gain("Dry", 0.0),
            notes_out: BoolParam::new("Notes Out", false),
            note_channel: IntParam::new("Note Channel", 1, IntRange::Linear { min: 1, max: 16 }),
            note: IntParam::new("Note", 60, IntRange::Linear { min: 0, max: 127 })
                .with_value_to_string(v2s_i32_key_formatter())
                .with_string_to_value(s2v_i32_key_formatter()),
            note_range: IntParam::new("Note Range", 0, IntRange::Linear { min: 0, max: 48 })
                .with_unit(" st"),
            bypass: BoolParam::new("Bypass", false).make_bypass(),
            smoothing: number("Smoothing", 1.0, decades(0.05, 10.0), 2, " s"),
            weight_network: share("Weight Network", 1.0),
            weight_valence: share("Weight Valence", 0.0),
            weight_arousal: share("Weight Arousal", 0.0),
            weight_crossmodal: share("Weight Cross-modal", 0.0),
            weight_gesture: share("Weight Gesture", 0.0),
            automation: EnumParam::new("Automation", Automation::Off),
            congruity: share("Congruity", 0.0),
            out_network: share("Network", 0.0),
            out_valence: share("Valence", 0.0),
            out_arousal: share("Arousal", 0.0),
            out_crossmodal: share("Cross-modal", 0.0),
            out_gesture: share("Gesture", 0.0),
            out_brush: share("Brush", 0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use nice_plug::prelude::Param;

    use super::*;

    #[test]
    fn every_parameter_has_its_id_and_its_help() {
        let params = ImpastoParams::default();
        let ids: Vec<String> = params.param_map().into_iter().map(|(id, ..)| id).collect();
        let known = [
            "filter",
            "mode",
            "sensitivity",
            "hold",
            "softest",
            "hardest",
            "touch-level",
            "touch-tone",
            "voices",
            "sync",
            "freeze",
            "trigger",
            "interval",
            "fade",
            "variety",
            "continuity",
            "fit",
            "snippets",
            "dry",
            "notes-out",
            "note-channel",
            "note",
            "note-range",
            "bypass",
            "smoothing",
            "weight-network",
            "weight-valence",
            "weight-arousal",
            "weight-crossmodal",
            "weight-gesture",
            "automation",
            "congruity",
            "out-network",
            "out-valence",
            "out-arousal",
            "out-crossmodal",
            "out-gesture",
            "out-brush",
        ];
        assert_eq!(ids, known, "an id that was ever saved may not change");
        for id in ids {
            assert!(!help(&id).is_empty(), "{id} has no help");
        }
        for signal in Signal::ALL {
            let ours = params.param_map().into_iter();
            let found = ours.filter(|(id, ..)| id == output_id(signal));
            let pointers: Vec<_> = found.map(|(_, pointer, _)| pointer).collect();
            assert_eq!(pointers, [params.output(signal).as_ptr()]);
        }
    }
}
