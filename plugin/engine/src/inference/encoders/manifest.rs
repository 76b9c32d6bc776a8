//! `encoders.toml`: what a pair of encoders takes and gives.

use serde::Deserialize;

/// The whole file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Description {
    pub(super) format: u32,
    pub(super) name: String,
    pub(super) licence: String,
    #[serde(default)]
    pub(super) source: String,
    pub(super) points: Points,
    pub(super) picture: Look,
    pub(super) music: Listen,
}

/// `[points]`: the joint space.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Points {
    pub(super) length: usize,
    /// Whether points are brought to unit length.
    #[serde(default)]
    pub(super) normalise: bool,
    /// Factor of the inner product (CLIP's exponentiated logit scale).
    #[serde(default = "one")]
    pub(super) scale: f32,
    #[serde(default)]
    pub(super) bias: f32,
}

/// Which network of a pair.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct File {
    pub(super) file: String,
    pub(super) sha256: Option<String>,
    pub(super) input: Option<String>,
    pub(super) output: Option<String>,
}

/// `[picture]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Look {
    pub(super) file: String,
    pub(super) sha256: Option<String>,
    pub(super) input: Option<String>,
    pub(super) output: Option<String>,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) resize: Resize,
    #[serde(default)]
    pub(super) filter: Filter,
    /// Of the strips beside a picture that is fitted in, as bytes.
    #[serde(default)]
    pub(super) background: [u8; 3],
    #[serde(default)]
    pub(super) channels: Channels,
    pub(super) layout: String,
    /// What bytes 0 and 255 become before `mean` and `std`.
    #[serde(default = "unit_range")]
    pub(super) range: [f32; 2],
    /// In the order of `channels`.
    #[serde(default)]
    pub(super) mean: [f32; 3],
    #[serde(default = "ones")]
    pub(super) std: [f32; 3],
}

/// How a picture comes to the network's width and height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Resize {
    /// The whole picture, its proportions changed.
    Stretch,
    /// Its middle: resized until it covers the input, then cropped.
    Crop,
    /// The whole picture with strips beside it.
    Fit,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Filter {
    Nearest,
    #[default]
    Bilinear,
    Bicubic,
    Lanczos,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Channels {
    #[default]
    Rgb,
    Bgr,
}

/// `[music]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listen {
    pub(super) file: String,
    pub(super) sha256: Option<String>,
    pub(super) input: Option<String>,
    pub(super) output: Option<String>,
    /// In hertz.
    pub(super) rate: u32,
    /// What the network hears at once.
    pub(super) seconds: f64,
    /// What follows a chunk that is shorter.
    #[serde(default)]
    pub(super) fill: Fill,
    /// Factor of the samples, which lie in -1..=1.
    #[serde(default = "one")]
    pub(super) gain: f32,
    pub(super) layout: String,
    /// Without it the network takes the samples themselves.
    pub(super) mel: Option<MelSettings>,
    #[serde(default)]
    pub(super) mean: f32,
    #[serde(default = "one")]
    pub(super) std: f32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Fill {
    /// The chunk again from its beginning.
    #[default]
    Repeat,
    Silence,
}

/// `[music.mel]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MelSettings {
    pub(super) fft: usize,
    pub(super) window: usize,
    #[serde(default)]
    pub(super) window_shape: WindowShape,
    pub(super) hop: usize,
    pub(super) bands: usize,
    pub(super) low_hz: f64,
    pub(super) high_hz: f64,
    pub(super) scale: Scale,
    #[serde(default)]
    pub(super) norm: Norm,
    /// Of the spectrum's magnitude: 2 for power, 1 for amplitude.
    #[serde(default = "two")]
    pub(super) power: f64,
    /// Factor of the bands before the logarithm.
    #[serde(default = "one_f64")]
    pub(super) gain: f64,
    pub(super) log: Log,
    #[serde(default)]
    pub(super) floor: f64,
    #[serde(default)]
    pub(super) floor_by: FloorBy,
    /// Whether frame k has its middle at sample hop · k; else it begins there.
    #[serde(default = "yes")]
    pub(super) centre: bool,
    #[serde(default)]
    pub(super) edge: Edge,
    /// Frames that the network takes; more are cut off, fewer filled up with silence.
    pub(super) frames: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WindowShape {
    #[default]
    HannPeriodic,
    HannSymmetric,
    HammingPeriodic,
    HammingSymmetric,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Scale {
    Slaney,
    Htk,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Norm {
    /// Triangles with unit peak.
    #[default]
    None,
    /// Triangles with unit area over hertz.
    Slaney,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Log {
    None,
    Ln,
    Log10,
    /// 10 · log10
    Db,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum FloorBy {
    /// max(value, floor)
    #[default]
    Clamp,
    /// value + floor
    Add,
}

/// What lies before a sound's beginning and after its end for frames that reach there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Edge {
    #[default]
    Reflect,
    Silence,
}

fn one() -> f32 {
    1.0
}

fn one_f64() -> f64 {
    1.0
}

fn two() -> f64 {
    2.0
}

fn yes() -> bool {
    true
}

fn ones() -> [f32; 3] {
    [1.0; 3]
}

fn unit_range() -> [f32; 2] {
    [0.0, 1.0]
}
