//! The models' manifest: what the networks take and give, and which files hold
//! them.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::crossmodal::Norms;
use crate::{Error, Result};

/// The manifest's name in the models' folder.
pub const FILE_NAME: &str = "manifest.toml";

/// The manifest as it was when the engine was built.
const BUILT_IN: &str = include_str!("../../../models/manifest.toml");

/// The one version of the format that is read.
const FORMAT: u32 = 1;

/// The mel front end's numbers: `[frontend]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrontEndParams {
    /// Samples a second, mono.
    pub sample_rate: f64,
    /// Samples in an analysis window.
    pub window: usize,
    /// Only `hann_periodic`.
    pub window_shape: String,
    /// Samples in a transform: the window, then zeros.
    pub fft: usize,
    /// Samples from one frame to the next.
    pub hop: usize,
    /// Mel bands in a frame.
    pub bands: usize,
    /// Only `slaney`.
    pub mel_scale: String,
    /// Where the lowest band begins, in hertz.
    pub low_hz: f64,
    /// Where the highest band ends, in hertz.
    pub high_hz: f64,
    /// The least power of a band; a full-scale sine has 1.
    pub power_floor: f64,
    /// Frames in a chunk.
    pub frames: usize,
    /// Samples in a chunk.
    pub chunk_samples: usize,
}

impl FrontEndParams {
    /// The numbers that this engine's front end was built with.
    pub fn built_in() -> &'static Self {
        &Text::built_in().frontend
    }
}

/// How a painting becomes the picture network's input: `[picture]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureParams {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Only `rgb`.
    pub channels: String,
    /// Only `nchw`.
    pub layout: String,
    /// Only `antialiased_triangle`.
    pub resize: String,
    /// The network sees (byte - `mean`) / `scale`.
    pub mean: f32,
    /// See `mean`.
    pub scale: f32,
}

impl PictureParams {
    /// The numbers that this engine prepares pictures with.
    pub fn built_in() -> &'static Self {
        &Text::built_in().picture
    }
}

/// How a picture's and a chunk's points make a score: `[correspondence]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CorrespondenceParams {
    /// Length of a point.
    pub points: usize,
    /// Factor of the points' inner product; more belongs more.
    pub scale: f32,
    /// Added to it.
    pub bias: f32,
}

impl Norms {
    /// The distributions that this engine was built with.
    pub fn built_in() -> &'static Self {
        // PANIC: the text is compiled in, and a unit test looks for the section.
        let norms = Text::built_in().crossmodal.as_ref();
        norms.expect("the built-in manifest's [crossmodal]")
    }
}

/// A network's file: `[[model]]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Model {
    /// `audio` or `picture`.
    pub name: String,
    /// The file's name in the models' folder.
    pub file: String,
    /// Of the file, in lower-case hexadecimal.
    pub sha256: String,
    /// The file's length.
    pub bytes: u64,
    /// SPDX expression.
    pub licence: String,
    /// The card's path in the models' folder.
    pub card: String,
    /// The audio network's tags, in order.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The audio network's affect values, in order.
    #[serde(default)]
    pub affect: Vec<String>,
    /// What the network takes.
    pub input: Input,
    /// What it gives.
    #[serde(rename = "output")]
    pub outputs: Vec<Output>,
}

impl Model {
    /// The length of the output called `name`; 0 if there is none.
    pub fn output_len(&self, name: &str) -> usize {
        let output = self.outputs.iter().find(|output| output.name == name);
        output.map_or(0, |output| output.length)
    }
}

/// A network's input.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Input {
    /// Its name in the graph.
    pub name: String,
    /// Its shape; -1 is any number of inputs at once.
    pub shape: Vec<i64>,
}

/// A network's output, [n, `length`].
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Output {
    /// Its name in the graph.
    pub name: String,
    /// Values for each input.
    pub length: usize,
}

/// The inference runtime's library for one target: `[[runtime]]`. How it is
/// fetched is in further fields, which only the build reads.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Runtime {
    /// Rust's name of the target.
    pub target: String,
    /// The library's file name.
    pub library: String,
    /// Of the library, in lower-case hexadecimal.
    pub sha256: String,
    /// The library's length.
    pub bytes: u64,
}

/// The manifest's text, before it is checked.
#[derive(Deserialize)]
struct Text {
    format: u32,
    frontend: FrontEndParams,
    picture: PictureParams,
    correspondence: CorrespondenceParams,
    /// A manifest without it takes the one that this engine was built with.
    crossmodal: Option<Norms>,
    #[serde(rename = "model")]
    models: Vec<Model>,
    #[serde(rename = "runtime", default)]
    runtimes: Vec<Runtime>,
}

/// The manifest of one models' folder, checked against this engine.
#[derive(Clone, Debug)]
pub struct Manifest {
    dir: PathBuf,
    /// How a painting becomes the picture network's input.
    pub picture: PictureParams,
    /// How points make a score.
    pub correspondence: CorrespondenceParams,
    /// How the quantities of music and of pictures are distributed.
    pub crossmodal: Norms,
    models: BTreeMap<String, Model>,
    runtimes: Vec<Runtime>,
}

impl Manifest {
    /// Reads `manifest.toml` in `models_dir`. The models themselves are neither
    /// opened nor verified.
    ///
    /// # Errors
    /// [`Error::Io`] if it can't be read; [`Error::Manifest`] if it can't be
    /// understood, or describes a front end that is not this engine's, or lacks
    /// a network.
    pub fn load(models_dir: &Path) -> Result<Self> {
        let path = models_dir.join(FILE_NAME);
        let text = std::fs::read_to_string(&path).map_err(Error::io(&path))?;
        Self::parse(&text, models_dir).map_err(|reason| Error::Manifest { path, reason })
    }

    fn parse(text: &str, dir: &Path) -> std::result::Result<Self, String> {
        let text: Text = toml::from_str(text).map_err(|error| error.to_string())?;
        text.check()?;
        Ok(Self {
            dir: dir.to_owned(),
            picture: text.picture,
            correspondence: text.correspondence,
            crossmodal: text.crossmodal.unwrap_or_else(|| Norms::built_in().clone()),
            models: text
                .models
                .into_iter()
                .map(|m| (m.name.clone(), m))
                .collect(),
            runtimes: text.runtimes,
        })
    }

    /// The folder that the manifest describes.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The audio network.
    pub fn audio(&self) -> &Model {
        &self.models[AUDIO]
    }

    /// The picture network.
    pub fn picture_model(&self) -> &Model {
        &self.models[PICTURE]
    }

    /// The runtime's library for the machine that this engine was built for, or
    /// `None` if there is none for it.
    pub fn runtime(&self) -> Option<&Runtime> {
        let matches = |runtime: &&Runtime| {
            let mut parts = runtime.target.split('-');
            parts.next() == Some(std::env::consts::ARCH)
                && runtime.target.contains(match std::env::consts::OS {
                    "macos" => "darwin",
                    os => os,
                })
        };
        self.runtimes.iter().find(matches)
    }

    /// Where `model`'s file lies.
    pub fn path_of(&self, model: &Model) -> PathBuf {
        self.dir.join(&model.file)
    }

    /// The bytes of `model`'s file, which are those that the manifest describes.
    ///
    /// # Errors
    /// [`Error::ModelMissing`], [`Error::Io`] or [`Error::Hash`].
    pub fn read_verified(&self, model: &Model) -> Result<Vec<u8>> {
        let path = self.path_of(model);
        if !path.is_file() {
            return Err(Error::ModelMissing { path });
        }
        let bytes = std::fs::read(&path).map_err(Error::io(&path))?;
        check_hash(path, hex(&Sha256::digest(&bytes)), &model.sha256)?;
        Ok(bytes)
    }
}

/// The networks' names in the manifest.
const AUDIO: &str = "audio";
const PICTURE: &str = "picture";

impl Text {
    /// The manifest that the engine was built with.
    fn built_in() -> &'static Self {
        static TEXT: OnceLock<Text> = OnceLock::new();
        // PANIC: the text is compiled in, and a unit test parses it.
        TEXT.get_or_init(|| toml::from_str(BUILT_IN).expect("the built-in manifest"))
    }

    fn check(&self) -> std::result::Result<(), String> {
        if self.format != FORMAT {
            return Err(format!("format {} instead of {FORMAT}", self.format));
        }
        let other = |part| format!("its {part} is not the one that this version was built with");
        if &self.frontend != FrontEndParams::built_in() {
            return Err(other("[frontend]"));
        }
        if &self.picture != PictureParams::built_in() {
            return Err(other("[picture]"));
        }
        if let Some(norms) = &self.crossmodal {
            norms.check()?;
        }
        self.check_model(AUDIO, &["embedding", "point", "tags", "affect"], &[])?;
        self.check_model(PICTURE, &["point"], &["features"])
    }

    /// There is one network of this name, with these outputs in this order, of which
    /// the `optional` ones may be missing, and whose points are as long as
    /// `[correspondence]` takes them.
    fn check_model(
        &self,
        name: &str,
        outputs: &[&str],
        optional: &[&str],
    ) -> std::result::Result<(), String> {
        let mut models = self.models.iter().filter(|model| model.name == name);
        let (Some(model), None) = (models.next(), models.next()) else {
            return Err(format!("there is not one model called {name:?}"));
        };
        let found: Vec<&str> = model.outputs.iter().map(|o| o.name.as_str()).collect();
        if found != outputs && found != [outputs, optional].concat() {
            return Err(format!("{name:?} gives {found:?} instead of {outputs:?}"));
        }
        let (points, taken) = (model.output_len("point"), self.correspondence.points);
        if points != taken {
            return Err(format!(
                "{name:?} gives points of {points} values, [correspondence] takes {taken}"
            ));
        }
        Ok(())
    }
}

/// Fails unless the file at `path` has this SHA-256, without keeping it in memory.
///
/// # Errors
/// [`Error::Io`] or [`Error::Hash`].
pub fn verify(path: &Path, sha256: &str) -> Result<()> {
    check_hash(path.to_owned(), sha256_of(path)?, sha256)
}

/// The SHA-256 of the file at `path` in lower-case hexadecimal, without keeping it in
/// memory.
pub(crate) fn sha256_of(path: &Path) -> Result<String> {
    let mut file = File::open(path).map_err(Error::io(path))?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        match file.read(&mut block).map_err(Error::io(path))? {
            0 => break,
            n => hasher.update(&block[..n]),
        }
    }
    Ok(hex(&hasher.finalize()))
}

fn check_hash(path: PathBuf, found: String, expected: &str) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    let expected = expected.to_owned();
    Err(Error::Hash {
        path,
        expected,
        found,
    })
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(edit: impl Fn(&str) -> String) -> std::result::Result<Manifest, String> {
        let text = edit(BUILT_IN);
        assert!(text != BUILT_IN || edit("x") == "x", "the edit did nothing");
        Manifest::parse(&text, Path::new("models"))
    }

    #[test]
    fn built_in_is_understood() {
        let manifest = parse(str::to_owned).unwrap();
        let audio = manifest.audio();
        assert_eq!(audio.input.shape, [-1, 1, 100, 320]);
        assert_eq!(audio.tags.len(), audio.output_len("tags"));
        assert_eq!(audio.affect.len(), audio.output_len("affect"));
        assert_eq!(manifest.picture_model().input.shape, [-1, 3, 224, 224]);
        assert_eq!(audio.output_len("nothing"), 0);
        assert_eq!(&manifest.crossmodal, Norms::built_in());
    }

    #[test]
    fn every_target_s_library_is_whole() {
        let manifest = parse(str::to_owned).unwrap();
        for runtime in &manifest.runtimes {
            assert_eq!(runtime.sha256.len(), 64, "{}", runtime.target);
            assert!(runtime.library.contains("onnxruntime"));
        }
        #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
        assert_eq!(
            manifest.runtime().map(|runtime| runtime.target.as_str()),
            Some("x86_64-unknown-linux-gnu")
        );
    }

    #[track_caller]
    fn check_refused(from: &str, to: &str, reason: &str) {
        let error = parse(|text| text.replace(from, to)).unwrap_err();
        assert!(error.contains(reason), "{error}");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        check_refused("format = 1", "format = 2", "format 2");
        check_refused("hop = 200", "hop = 160", "[frontend]");
        check_refused("low_hz = 40.0", "low_hz = 41.0", "[frontend]");
        check_refused("bands = 100", "bands = 'many'", "bands");
        check_refused("name = \"audio\"", "name = \"sound\"", "\"audio\"");
        let points = parse(str::to_owned).unwrap().correspondence.points;
        check_refused(&format!("points = {points}"), "points = 1", "points of");
        check_refused("mean = 127.0", "mean = 128.0", "[picture]");
        check_refused("name = \"tags\"", "name = \"words\"", "words");
        check_refused("pitch = {", "pitch_height = {", "pitch");
    }

    #[test]
    fn a_changed_file_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.onnx");
        std::fs::write(&path, b"abc").unwrap();
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        verify(&path, sha256).unwrap();
        std::fs::write(&path, b"abd").unwrap();
        let error = verify(&path, sha256).unwrap_err();
        assert!(matches!(error, Error::Hash { .. }));
        assert!(error.to_string().contains("x.onnx"), "{error}");
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(verify(&path, sha256), Err(Error::Io { .. })));
    }
}
