//! What the host saves with a project: the parameters, and a versioned record besides.

use std::collections::BTreeMap;
use std::path::PathBuf;

use nice_plug::plugin::ParamValue;
use nice_plug::prelude::Params;
use outputs::OutputSettings;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::looking::{self, LookSettings, LookSource};
use crate::params::ImpastoParams;

/// The key of the record among the fields of a saved state.
pub const FIELD: &str = "impasto";

/// The version that [`Remembered`] is written with.
pub const VERSION: u32 = 1;

/// The editor's size the first time, in logical pixels.
pub const EDITOR_SIZE: (u32, u32) = (1080, 720);

/// What was chosen: files and folders, by absolute path, and the editor's size.
///
/// Unknown fields are ignored and missing ones take their default, so a field may
/// be added without a new version; [`VERSION`] rises when one changes its meaning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// Of the record's layout: always [`VERSION`], as older records are migrated
    /// before they are read, and of later ones only what is known here is kept.
    #[serde(skip_deserializing)]
    pub version: u32,
    /// The painting's file.
    pub painting: Option<PathBuf>,
    /// The folder of the composer's music.
    pub library: Option<PathBuf>,
    /// Where the library's index lies, where it is not the usual place.
    pub index: Option<PathBuf>,
    /// The folder of paintings for the way back.
    pub gallery: Option<PathBuf>,
    /// The taught head's file, where it is not the shipped head.
    pub head: Option<PathBuf>,
    /// The editor's width and height in logical pixels; written by the editor.
    pub editor_size: (u32, u32),
    /// The editor's zoom in percent, as some hosts report no scale; written by the editor.
    pub editor_zoom: u32,
    /// Whether the page of the performance shows the parameters; written by the editor.
    pub editor_controls: bool,
    /// Which signal takes which route; written by the worker as the editor asks.
    #[serde(deserialize_with = "outputs_or_default")]
    pub outputs: OutputSettings,
    /// How the painting is looked at; written by the worker as the editor asks.
    #[serde(deserialize_with = "looking::tolerant")]
    pub look: LookSettings,
    /// Whether sessions are logged, on this machine alone; written by the worker as the
    /// editor asks.
    #[serde(deserialize_with = "log_or_default")]
    pub log: bool,
    /// The folder of the artist's pairs, where it is not the usual one; written by the worker
    /// as the editor asks.
    #[serde(deserialize_with = "path_or_none")]
    pub pairs: Option<PathBuf>,
}

impl Default for Remembered {
    fn default() -> Self {
        Self {
            version: VERSION,
            painting: None,
            library: None,
            index: None,
            gallery: None,
            head: None,
            editor_size: EDITOR_SIZE,
            editor_zoom: 100,
            editor_controls: true,
            outputs: OutputSettings::default(),
            look: LookSettings::default(),
            log: true,
            pairs: None,
        }
    }
}

impl Remembered {
    /// Uses the picture at `path`, or none. What was looked at in its place, a folder or a
    /// camera, is let go; a painting's file that is watched goes on to be.
    pub fn set_painting(&mut self, path: Option<PathBuf>) {
        self.painting = path;
        if !self.look.source.is_file() {
            self.look.source = LookSource::Still;
        }
    }
}

/// What is neither on nor off is on, as it is by default.
fn log_or_default<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_bool().unwrap_or(true))
}

/// What is no path is none.
fn path_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_str().map(PathBuf::from))
}

/// Routes that can't be read, of a later version or damaged, must not take the painting and
/// the library with them: they are all off then.
fn outputs_or_default<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<OutputSettings, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// A step from one version of the record to the next.
type Step = fn(&mut Value);

/// The steps, of which the first leads from version 1 to version 2.
const STEPS: [Step; VERSION as usize - 1] = [];

/// Brings a stored `record`, as the host gives it back, up to [`VERSION`]. A record
/// of a later version, or one that can't be read, stays as it is: what is known of it
/// is taken, the rest is the default.
pub fn migrate(record: &mut String) {
    let Ok(mut value) = serde_json::from_str::<Value>(record) else {
        return;
    };
    let Some(version) = value.get("version").and_then(Value::as_u64) else {
        return;
    };
    let done = usize::try_from(version.saturating_sub(1)).unwrap_or(usize::MAX);
    let Some(steps) = STEPS.get(done..).filter(|steps| !steps.is_empty()) else {
        return;
    };
    for step in steps {
        step(&mut value);
    }
    value["version"] = VERSION.into();
    *record = value.to_string();
}

/// Brings saved parameters of earlier versions up to date: `congruity-out`, on or off, has
/// become `automation`, which knows two ways to be on.
pub fn migrate_params(values: &mut BTreeMap<String, ParamValue>) {
    if let Some(ParamValue::Bool(true)) = values.remove("congruity-out") {
        values
            .entry("automation".to_owned())
            .or_insert_with(|| ParamValue::String("native".to_owned()));
    }
}

/// Brings saved `values` into the parameters' ranges, which the framework does not do: a
/// damaged project must not set a gain of 1e30, or a fade of minus an hour. A value that is
/// no number becomes the default.
pub fn keep_in_range(values: &mut BTreeMap<String, ParamValue>) {
    let params = ImpastoParams::default();
    for (id, param, _) in params.param_map() {
        // SAFETY: `params`, which the parameter is of, lives longer.
        let [low, high] = [0.0, 1.0].map(|end| unsafe { param.preview_plain(end) });
        match values.get_mut(&id) {
            Some(ParamValue::F32(value)) if value.is_finite() => *value = value.clamp(low, high),
            // SAFETY: as above.
            Some(ParamValue::F32(value)) => *value = unsafe { param.default_plain_value() },
            Some(ParamValue::I32(value)) => *value = (*value).clamp(low as i32, high as i32),
            Some(ParamValue::Bool(_) | ParamValue::String(_)) | None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read from a record as a host gives it back.
    fn read(record: &str) -> Remembered {
        let mut record = record.to_owned();
        migrate(&mut record);
        serde_json::from_str(&record).expect("a record")
    }

    #[test]
    fn version_1_is_read() {
        let expected = Remembered {
            version: VERSION,
            painting: Some("/paintings/Impression, soleil levant.jpg".into()),
            library: Some("/music/my works".into()),
            index: None,
            gallery: Some("/paintings".into()),
            // Not known then.
            head: None,
            editor_size: (1200, 800),
            editor_zoom: 125,
            // Nor these.
            editor_controls: true,
            outputs: OutputSettings::default(),
            look: LookSettings::default(),
            log: true,
            pairs: None,
        };
        assert_eq!(read(include_str!("../tests/data/state-v1.json")), expected);
    }

    #[test]
    fn what_is_unknown_or_missing_does_no_harm() {
        let later = r#"{"version": 99, "painting": "/a.png", "brush_colour": "red"}"#;
        assert_eq!(read(later).painting, Some("/a.png".into()));
        assert_eq!(read(later).version, VERSION, "what is written next");
        assert_eq!(read("{}"), Remembered::default());
        let odd = r#"{"painting": "/a.png", "outputs": {"light": {"universe": 70000}}}"#;
        assert_eq!(read(odd).painting, Some("/a.png".into()));
        assert_eq!(read(odd).outputs, OutputSettings::default());
        assert_eq!(read(r#"{"pairs": 3, "painting": "/a.png"}"#).pairs, None);
        assert_eq!(read(r#"{"pairs": "/p"}"#).pairs, Some("/p".into()));
        assert!(read(r#"{"log": "perhaps"}"#).log && !read(r#"{"log": false}"#).log);
    }

    #[test]
    fn writing_and_reading_change_nothing() {
        let written = serde_json::to_string(&Remembered::default()).expect("written");
        assert_eq!(read(&written), Remembered::default());
    }

    #[test]
    fn congruity_that_went_out_still_does() {
        #[track_caller]
        fn check(saved: &str, expected: &str) {
            let mut values: BTreeMap<String, ParamValue> =
                serde_json::from_str(saved).expect("values");
            migrate_params(&mut values);
            assert_eq!(serde_json::to_string(&values).expect("written"), expected);
        }
        let native = r#"{"automation":{"string":"native"}}"#;
        check(r#"{"congruity-out": {"bool": true}}"#, native);
        check(r#"{"congruity-out": {"bool": false}}"#, "{}");
        let both = r#"{"congruity-out": {"bool": true}, "automation": {"string": "off"}}"#;
        check(both, r#"{"automation":{"string":"off"}}"#);
    }

    #[test]
    fn values_beyond_their_range_are_brought_into_it() {
        #[track_caller]
        fn check(id: &str, saved: &str, expected: &str) {
            let mut values: BTreeMap<String, ParamValue> =
                serde_json::from_str(&format!(r#"{{"{id}": {saved}}}"#)).expect("a value");
            keep_in_range(&mut values);
            let kept = serde_json::to_string(&values[id]).expect("written");
            assert_eq!(kept, expected, "{id}: {saved}");
        }
        check("filter", r#"{"f32": 2.5}"#, r#"{"f32":2.5}"#);
        check("filter", r#"{"f32": -1e30}"#, r#"{"f32":0.1}"#);
        check("dry", r#"{"f32": 1e30}"#, r#"{"f32":3.981072}"#);
        // Too large for the type, and so infinite.
        check("dry", r#"{"f32": 1e300}"#, r#"{"f32":1.0}"#);
        check("variety", r#"{"i32": 2147483647}"#, r#"{"i32":64}"#);
        check("variety", r#"{"i32": -5}"#, r#"{"i32":0}"#);
        check("mode", r#"{"i32": -2147483648}"#, r#"{"i32":0}"#);
        check("mode", r#"{"string": "other"}"#, r#"{"string":"other"}"#);
        check("none of ours", r#"{"f32": 1e9}"#, r#"{"f32":1000000000.0}"#);
    }
}
