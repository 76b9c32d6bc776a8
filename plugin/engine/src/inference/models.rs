//! The models of one folder, shared by everything in the process.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};

use ort::environment::Environment;
use parking_lot::Mutex;

use super::encoders::{ENCODERS_VARIABLE, Encoders, PairedAudio, PairedPicture};
use super::live::{LiveAudio, LiveSessions};
use super::locate::{absolute, runtime_library};
use super::network::Network;
use super::runtime;
use super::{Correspondence, Embedder, MusicFeatures, Picture, PictureEmbedder, PictureFeatures};
use crate::Result;
use crate::analysis::{BANDS, FRAMES};
use crate::manifest::Manifest;

/// The models of one folder: verified, checked, warmed up.
///
/// What is heard live shares a few sessions of the audio network, and each embedder for
/// indexing is one of its own, so that a library being indexed never delays a
/// performance; pictures, which are rare, share one.
pub struct Models {
    manifest: Manifest,
    environment: Environment,
    /// The audio network's file, for further sessions.
    audio: Box<[u8]>,
    /// The session that the check made, for who asks first.
    spare_audio: Mutex<Option<Network>>,
    live: Arc<LiveSessions>,
    picture: Arc<Mutex<Network>>,
    /// In the place of the correspondence networks.
    encoders: Option<Arc<Encoders>>,
}

/// The folders of models and of the pair of encoders in their place, if there is one.
type Folders = (PathBuf, Option<PathBuf>);

/// The models that someone in this process holds, by folder.
static SHARED: Mutex<Option<HashMap<Folders, Weak<Models>>>> = Mutex::new(None);

impl Models {
    /// The models in `dir`, with the pair of encoders that [`ENCODERS_VARIABLE`] names, if
    /// it does: those that the process holds already, else reads the
    /// manifest, loads the inference runtime beside it (once a process), verifies
    /// and opens the networks. Takes some tenths of a second.
    ///
    /// # Errors
    /// Of the manifest, the runtime or a network's file; each names the file and
    /// what to do.
    pub fn load(dir: &Path) -> Result<Arc<Self>> {
        Self::load_with(dir, None, None)
    }

    /// As [`load`](Self::load), with the inference runtime's library elsewhere, or with
    /// the pair of encoders in another folder. The runtime must be the one that the
    /// manifest names by its hash all the same.
    ///
    /// # Errors
    /// As [`load`](Self::load), and those of the pair.
    pub fn load_with(
        dir: &Path,
        runtime: Option<&Path>,
        encoders: Option<&Path>,
    ) -> Result<Arc<Self>> {
        let named = || std::env::var_os(ENCODERS_VARIABLE).filter(|name| !name.is_empty());
        let encoders = encoders
            .map(Path::to_owned)
            .or_else(|| named().map(Into::into));
        let folders = (dir.to_owned(), encoders);
        // Held while loading, so that instances that start together load once.
        let mut shared = SHARED.lock();
        let shared = shared.get_or_insert_default();
        if let Some(models) = shared.get(&folders).and_then(Weak::upgrade) {
            return Ok(models);
        }
        let models = Arc::new(Self::open(dir, runtime, folders.1.as_deref())?);
        shared.retain(|_, models| models.strong_count() > 0);
        shared.insert(folders, Arc::downgrade(&models));
        Ok(models)
    }

    fn open(dir: &Path, runtime: Option<&Path>, encoders: Option<&Path>) -> Result<Self> {
        let manifest = Manifest::load(dir)?;
        let audio = manifest.read_verified(manifest.audio())?;
        let picture = manifest.read_verified(manifest.picture_model())?;
        let library = runtime.map_or_else(|| runtime_library(&manifest), absolute)?;
        let environment = runtime::environment(&manifest, &library)?;
        let open = |model, bytes: &[u8]| {
            let path = manifest.path_of(model);
            Network::new(&environment, path, bytes, model)
        };
        Ok(Self {
            spare_audio: Mutex::new(Some(open(manifest.audio(), &audio)?)),
            live: Arc::default(),
            picture: Arc::new(Mutex::new(open(manifest.picture_model(), &picture)?)),
            encoders: encoders
                .map(|dir| Encoders::load(dir, &environment).map(Arc::new))
                .transpose()?,
            audio: audio.into(),
            environment,
            manifest,
        })
    }

    /// What the folder's manifest says.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The pair of encoders in the place of the correspondence networks, if there is one.
    pub fn encoders(&self) -> Option<&Encoders> {
        self.encoders.as_deref()
    }

    /// How points make a score.
    pub fn correspondence(&self) -> Correspondence {
        let own = || (&self.manifest.correspondence).into();
        self.encoders().map_or_else(own, Encoders::correspondence)
    }

    /// A session of the audio network for one user, warmed up.
    ///
    /// # Errors
    /// [`Error::Network`](crate::Error::Network).
    pub fn audio_embedder(&self) -> Result<Box<dyn Embedder>> {
        Ok(self.paired(Box::new(AudioNetwork(self.next_audio_network()?))))
    }

    /// An embedder for what is heard live: it shares its sessions with all others of its
    /// kind, and waits in line for one. What it gives is what a session of its own gives.
    ///
    /// # Errors
    /// [`Error::Network`](crate::Error::Network).
    pub fn live_embedder(&self) -> Result<Box<dyn Embedder>> {
        let user = self.live.join(|| self.next_audio_network())?;
        Ok(self.paired(Box::new(LiveNetwork(user))))
    }

    /// With the pair's encoder for points, if there is a pair.
    fn paired(&self, audio: Box<dyn Embedder>) -> Box<dyn Embedder> {
        match &self.encoders {
            Some(encoders) => Box::new(PairedAudio::new(audio, encoders)),
            None => audio,
        }
    }

    fn next_audio_network(&self) -> Result<Network> {
        let spare = self.spare_audio.lock().take();
        spare.map_or_else(|| self.audio_network(), Ok)
    }

    /// `n` sessions of the audio network, for as many threads that index.
    ///
    /// # Errors
    /// As [`audio_embedder`](Self::audio_embedder).
    pub fn audio_embedders(&self, n: usize) -> Result<Vec<Box<dyn Embedder>>> {
        (0..n).map(|_| self.audio_embedder()).collect()
    }

    fn audio_network(&self) -> Result<Network> {
        let model = self.manifest.audio();
        let path = self.manifest.path_of(model);
        Network::new(&self.environment, path, &self.audio, model)
    }

    /// The picture network, or the pair's encoder in its place.
    ///
    /// # Errors
    /// None yet: the network was opened with the models.
    pub fn picture_embedder(&self) -> Result<Box<dyn PictureEmbedder>> {
        Ok(match &self.encoders {
            Some(encoders) => Box::new(PairedPicture(Arc::clone(encoders))),
            None => Box::new(PictureNetwork(Arc::clone(&self.picture))),
        })
    }
}

struct AudioNetwork(Network);

impl Embedder for AudioNetwork {
    fn embed(&mut self, mel: &[f32], n: usize) -> Result<Vec<MusicFeatures>> {
        embed(mel, n, |mel| self.0.run_batch(mel, n))
    }
}

struct LiveNetwork(LiveAudio);

impl Embedder for LiveNetwork {
    fn embed(&mut self, mel: &[f32], n: usize) -> Result<Vec<MusicFeatures>> {
        embed(mel, n, |mel| self.0.run_batch(mel, n))
    }
}

fn embed(
    mel: &[f32],
    n: usize,
    run: impl FnOnce(&[f32]) -> Result<Vec<Vec<f32>>>,
) -> Result<Vec<MusicFeatures>> {
    let expected = n * BANDS * FRAMES;
    assert_eq!(mel.len(), expected, "length of the network's input");
    let outputs = run(mel)?;
    Ok((0..n).map(|k| features(&outputs, k, n)).collect())
}

/// The values of the `k`th of `n` windows; the outputs are in the order that
/// [`Manifest::load`] asks for.
fn features(outputs: &[Vec<f32>], k: usize, n: usize) -> MusicFeatures {
    let mut outputs = outputs.iter();
    let mut next = || {
        outputs.next().map_or_else(Vec::new, |all| {
            let len = all.len() / n;
            all[k * len..(k + 1) * len].to_vec()
        })
    };
    MusicFeatures {
        embedding: next(),
        point: next(),
        tags: next(),
        affect: next(),
    }
}

struct PictureNetwork(Arc<Mutex<Network>>);

impl PictureEmbedder for PictureNetwork {
    fn look(&mut self, picture: &Picture) -> Result<PictureFeatures> {
        let mut outputs = self.0.lock().run(picture.input())?.into_iter();
        let mut next = || outputs.next().unwrap_or_default();
        Ok(PictureFeatures {
            point: next(),
            features: next(),
        })
    }
}
