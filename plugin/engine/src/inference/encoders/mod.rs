//! A pair of encoders of the user's own in the place of the correspondence networks.
//!
//! An image encoder and an audio encoder with one joint space, such as an exported CLIP
//! and a CLAP that were trained together, lie in a folder with a manifest,
//! `encoders.toml`, that says how a picture and a sound become their inputs
//! (`docs/encoders.md` describes it). [`Encoders::load`] checks all of it against the
//! networks. The pair gives the points of pictures and of chunks; the audio embedding,
//! by which a brush finds a chunk, stays the project's own.

mod checks;
mod image;
mod manifest;
mod mel;
mod problem;
mod session;
mod sound;
mod tracks;

#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ort::environment::Environment;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

pub use problem::{EncoderProblem, Side};

use self::manifest::{Description, Points};
use self::session::{Encoder, Wanted};
use self::sound::Listener;
use super::{
    Correspondence, Embedder, MusicFeatures, Picture, PictureEmbedder, PictureFeatures, Placing,
};
use crate::units::{SampleRate, Seconds};
use crate::{Error, Result};

/// The manifest's name in a pair's folder.
pub const ENCODERS_FILE: &str = "encoders.toml";

/// The environment variable that names a pair's folder, where nothing else does.
pub const ENCODERS_VARIABLE: &str = "IMPASTO_ENCODERS";

/// Grows when the engine prepares the same manifest's inputs otherwise.
const PREPARATION: u32 = 1;

/// A pair of encoders: checked, and tried once.
pub struct Encoders {
    dir: PathBuf,
    description: Description,
    /// One a process: encoders may be large.
    picture: Arc<Mutex<Encoder>>,
    music: Arc<Mutex<Encoder>>,
    identity: [u8; 32],
}

impl Encoders {
    /// The pair in `dir`.
    ///
    /// # Errors
    /// [`Error::Io`] if the manifest can't be read, [`Error::Encoders`] if something is
    /// wrong with it or with a network, and what to do.
    pub(super) fn load(dir: &Path, environment: &Environment) -> Result<Self> {
        let path = dir.join(ENCODERS_FILE);
        let text = std::fs::read_to_string(&path).map_err(Error::io(&path))?;
        let description = Description::parse(&text).map_err(|reason| Error::Encoders {
            path,
            problem: EncoderProblem::Manifest(reason).into(),
        })?;
        let (look, listen) = (&description.picture, &description.music);
        let length = description.points.length;
        let picture = Wanted {
            side: Side::Picture,
            file: look.file(),
            shape: look.shape(),
            length,
            advice: "`layout`, `width` or `height`",
        };
        let music = Wanted {
            side: Side::Music,
            file: listen.file(),
            shape: listen.shape(),
            length,
            advice: match listen.mel {
                None => "`layout`, `rate` or `seconds`, or describe its [music.mel]",
                Some(_) => "`layout`, `bands`, `frames`, `hop`, `seconds` or `rate`",
            },
        };
        let picture = Encoder::open(environment, dir, picture)?;
        let music = Encoder::open(environment, dir, music)?;
        let mut digest = Sha256::new();
        for part in [&text, &picture.sha256, &music.sha256] {
            digest.update(part.as_bytes());
        }
        digest.update(PREPARATION.to_le_bytes());
        let encoders = Self {
            dir: dir.to_owned(),
            description,
            picture: Arc::new(Mutex::new(picture)),
            music: Arc::new(Mutex::new(music)),
            identity: digest.finalize().into(),
        };
        encoders.try_once()?;
        Ok(encoders)
    }

    /// What only a run can tell: the outputs' real shapes, and whether they are numbers.
    fn try_once(&self) -> Result<()> {
        let grey = ::image::RgbImage::from_pixel(64, 48, ::image::Rgb([90, 127, 160]));
        self.picture_point(&grey)?;
        let mut listener = self.listener();
        let second = listener.listener.inputs(&noise(listener.chunk_len()));
        listener.point(&second).map(drop)
    }

    /// Where the pair lies.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// As its manifest calls it.
    pub fn name(&self) -> &str {
        &self.description.name
    }

    /// The terms that its manifest states.
    pub fn licence(&self) -> &str {
        &self.description.licence
    }

    /// Where its manifest says that it comes from; may be empty.
    pub fn source(&self) -> &str {
        &self.description.source
    }

    /// Digest of the manifest and both networks: points of another pair can't be compared.
    pub fn identity(&self) -> [u8; 32] {
        self.identity
    }

    /// SHA-256 of the picture and the music encoder's files.
    pub fn sha256(&self) -> [String; 2] {
        [&self.picture, &self.music].map(|encoder| encoder.lock().sha256.clone())
    }

    /// How the pair's points make a score.
    pub fn correspondence(&self) -> Correspondence {
        let Points {
            length,
            scale,
            bias,
            ..
        } = self.description.points;
        Correspondence {
            scale,
            bias,
            dim: length,
        }
    }

    fn picture_point(&self, picture: &::image::RgbImage) -> Result<Vec<f32>> {
        let input = image::input(&self.description.picture, picture);
        let point = self.picture.lock().run(&input)?;
        Ok(finish(point, &self.description.points))
    }

    fn listener(&self) -> ChunkEncoder {
        let rate = SampleRate::new(f64::from(self.description.music.rate));
        ChunkEncoder {
            encoder: Arc::clone(&self.music),
            listener: Listener::new(&self.description.music),
            points: self.description.points.clone(),
            // PANIC: the manifest's check keeps it above zero.
            rate: rate.expect("a rate"),
        }
    }
}

/// The point as the manifest wants it.
fn finish(mut point: Vec<f32>, points: &Points) -> Vec<f32> {
    if points.normalise {
        let square: f64 = point.iter().map(|&v| f64::from(v) * f64::from(v)).sum();
        // A point of no length has no direction either: it stays where it is.
        let length = square.sqrt().max(f64::from(f32::MIN_POSITIVE));
        point
            .iter_mut()
            .for_each(|value| *value = (f64::from(*value) / length) as f32);
    }
    point
}

/// Something to hear that is not silence: a logarithm of silence may hide a fault.
fn noise(len: usize) -> Vec<f32> {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1u32 << 24) as f32 - 0.5
    };
    (0..len).map(|_| next()).collect()
}

/// Makes points of chunks.
struct ChunkEncoder {
    encoder: Arc<Mutex<Encoder>>,
    listener: Listener,
    points: Points,
    rate: SampleRate,
}

impl ChunkEncoder {
    /// Samples of a chunk at the encoder's rate.
    fn chunk_len(&self) -> usize {
        (tracks::CHUNK.0 * self.rate.hz()).round() as usize
    }

    /// The mean of the inputs' points.
    fn point(&mut self, inputs: &[Vec<f32>]) -> Result<Vec<f32>> {
        let mut sum = vec![0.0; self.points.length];
        for input in inputs {
            let point = finish(self.encoder.lock().run(input)?, &self.points);
            sum.iter_mut()
                .zip(point)
                .for_each(|(sum, value)| *sum += value);
        }
        let count = inputs.len() as f32;
        sum.iter_mut().for_each(|sum| *sum /= count);
        Ok(finish(sum, &self.points))
    }
}

/// The pair's picture encoder in the place of the picture network.
pub(super) struct PairedPicture(pub(super) Arc<Encoders>);

impl PictureEmbedder for PairedPicture {
    fn look(&mut self, picture: &Picture) -> Result<PictureFeatures> {
        Ok(PictureFeatures {
            point: self.0.picture_point(picture.pixels())?,
            // Heads are taught on the networks' own features.
            features: Vec::new(),
        })
    }
}

/// The project's audio network for embeddings, the pair's music encoder for points.
pub(super) struct PairedAudio {
    network: Box<dyn Embedder>,
    listener: ChunkEncoder,
}

impl PairedAudio {
    pub(super) fn new(network: Box<dyn Embedder>, encoders: &Encoders) -> Self {
        Self {
            network,
            listener: encoders.listener(),
        }
    }
}

impl Embedder for PairedAudio {
    fn embed(&mut self, mel: &[f32], n: usize) -> Result<Vec<MusicFeatures>> {
        let mut features = self.network.embed(mel, n)?;
        // The project's points would be taken for the pair's.
        features
            .iter_mut()
            .for_each(|features| features.point.clear());
        Ok(features)
    }

    fn place(
        &mut self,
        path: &Path,
        starts: &[Seconds],
        goes_on: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Placing> {
        tracks::place(&mut self.listener, path, starts, goes_on)
    }
}
