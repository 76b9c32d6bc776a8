//! Presets: how Impasto plays, by name. Those that come with it are in [`factory`], the
//! user's own are files that [`shelf`] keeps.
//!
//! A preset holds the parameters that make a way of playing. It leaves alone what belongs
//! to the room and the moment: how the brush was calibrated, what is frozen, triggered or
//! bypassed, where signals go, the painting and the library.

pub mod factory;
pub mod shelf;

use std::collections::BTreeMap;

use nice_plug::prelude::{ParamPtr, Params};
use serde::{Deserialize, Serialize};

use super::request::{Edit, Request, Step};
use crate::params::ImpastoParams;

/// The version that presets are written with.
pub const VERSION: u32 = 1;

/// Parameters that no preset sets.
const LEFT_ALONE: &[&str] = &[
    "sensitivity",
    "softest",
    "hardest",
    "freeze",
    "trigger",
    "bypass",
    "automation",
    "congruity",
];

/// A parameter's value in a file that may outlive its range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Stored {
    /// In the parameter's own unit; 0 and 1 for off and on.
    Number(f32),
    /// One of a few, by name.
    Choice(String),
}

/// A way of playing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preset {
    /// Always [`VERSION`]; a later one is refused.
    #[serde(rename = "impasto-preset")]
    pub version: u32,
    /// As people call it.
    pub name: String,
    /// By the parameters' ids. What is missing is at its default.
    pub values: BTreeMap<String, Stored>,
}

impl Preset {
    /// What `params` are now, under `name`.
    pub fn of(params: &ImpastoParams, name: &str) -> Self {
        let kept = kept(params);
        Self {
            version: VERSION,
            name: name.to_owned(),
            values: kept.map(|(id, param)| (id, stored(param))).collect(),
        }
    }

    /// Reads one from `text`.
    ///
    /// # Errors
    /// A sentence, if it is none, or of a later version.
    pub fn parse(text: &str) -> Result<Self, String> {
        let preset: Self = serde_json::from_str(text)
            .map_err(|error| format!("this is no preset of Impasto ({error})"))?;
        match preset.version {
            VERSION => Ok(preset),
            later => Err(format!(
                "the preset is of version {later}, and this Impasto knows {VERSION}: get a newer one"
            )),
        }
    }

    /// As it is written to a file.
    pub fn to_text(&self) -> String {
        // PANIC: strings and numbers only; one that is no number is written as null.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// What to ask of the host so that `params` become this preset; nothing for those that
    /// are as it has them. A value that can't be read is the default.
    pub fn requests(&self, params: &ImpastoParams) -> Vec<Request> {
        let wanted = |id: &str, param: ParamPtr| {
            let stored = self.values.get(id);
            stored
                .and_then(|stored| normalized(param, stored))
                // SAFETY: `params` is borrowed.
                .unwrap_or_else(|| unsafe { param.default_normalized_value() })
        };
        let changes = kept(params).map(|(id, param)| (param, wanted(&id, param)));
        changes
            // SAFETY: as above.
            .filter(|(param, to)| unsafe { param.unmodulated_normalized_value() } != *to)
            .flat_map(|(param, to)| {
                let steps = [Step::Begin, Step::Set(to), Step::End];
                steps.map(|step| Request::Edit(Edit { param, step }))
            })
            .collect()
    }
}

/// The parameters that presets set.
fn kept(params: &ImpastoParams) -> impl Iterator<Item = (String, ParamPtr)> {
    let all = params.param_map().into_iter();
    all.filter(|(id, ..)| !LEFT_ALONE.contains(&id.as_str()) && !id.starts_with("out-"))
        .map(|(id, param, _)| (id, param))
}

fn stored(param: ParamPtr) -> Stored {
    // SAFETY: callers hold the parameters that `param` is of.
    unsafe {
        match param {
            ParamPtr::EnumParam(_) => {
                let normalized = param.unmodulated_normalized_value();
                Stored::Choice(param.normalized_value_to_string(normalized, false))
            }
            _ => Stored::Number(param.unmodulated_plain_value()),
        }
    }
}

/// `None` if the parameter can't be that.
fn normalized(param: ParamPtr, stored: &Stored) -> Option<f32> {
    // SAFETY: as above.
    unsafe {
        let normalized = match (param, stored) {
            (ParamPtr::EnumParam(_), Stored::Choice(name)) => {
                param.string_to_normalized_value(name)?
            }
            (ParamPtr::EnumParam(_), _) | (_, Stored::Choice(_)) => return None,
            (_, Stored::Number(plain)) => param.preview_normalized(*plain),
        };
        normalized.is_finite().then(|| normalized.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use nice_plug::prelude::Param;

    use super::*;
    use crate::editor::request::tests::apply;
    use crate::params::PlayMode;

    fn set(param: &impl Param, plain_normalized: f32) {
        // SAFETY: the parameter is borrowed.
        unsafe {
            param
                .as_ptr()
                ._internal_set_normalized_value(plain_normalized)
        };
    }

    #[test]
    fn a_saved_way_of_playing_comes_back_and_the_room_stays() {
        let params = ImpastoParams::default();
        set(&params.fade, params.fade.preview_normalized(250.0));
        set(
            &params.mode,
            params.mode.preview_normalized(PlayMode::Continuous),
        );
        set(&params.voices, 1.0);
        let text = Preset::of(&params, "Fog").to_text();

        let other = ImpastoParams::default();
        set(&other.hardest, 0.3);
        set(&other.freeze, 1.0);
        set(&other.fit, 0.9);
        let preset = Preset::parse(&text).expect("a preset");
        apply(&preset.requests(&other));
        assert!((other.fade.unmodulated_plain_value() - 250.0).abs() < 0.01);
        assert_eq!(other.mode.value(), PlayMode::Continuous);
        assert_eq!(other.voices.value(), 8);
        assert_eq!(other.fit.value(), 0.0);
        assert!(other.freeze.value(), "what is frozen stays frozen");
        assert_eq!(other.hardest.unmodulated_normalized_value(), 0.3);
        assert_eq!(preset.requests(&other), [], "nothing is left to do");
    }

    #[test]
    fn what_cannot_be_read_is_refused_or_left_at_its_default() {
        assert!(Preset::parse("{").is_err());
        let later = r#"{"impasto-preset": 2, "name": "x", "values": {}}"#;
        let error = Preset::parse(later).expect_err("a later version");
        assert!(error.contains("newer"), "{error}");

        let odd = r#"{"impasto-preset": 1, "name": "x", "values":
            {"fade": "loud", "mode": "Sideways", "fit": 1e30, "freeze": 1, "gone": 3}}"#;
        let params = ImpastoParams::default();
        apply(&Preset::parse(odd).expect("readable").requests(&params));
        assert_eq!(params.fit.value(), 1.0, "brought into its range");
        assert_eq!(params.mode.value(), PlayMode::Stroke);
        assert!(!params.freeze.value());
    }
}
