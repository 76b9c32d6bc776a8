//! Checks what the plug-in did, with the engine and from the files alone: which
//! chunks belong to the painting's pool, and how near to the brush the chosen
//! ones are.

use super::stage::{Performance, RATE};
use crate::signal::Clip;
use crate::snapshot::Played;
use anyhow::{Context, Result};
use engine::analysis::{BANDS, FRAMES, FrontEnd, MelWindow, downmix};
use engine::inference::{Embedder, Models, Picture, locate};
use engine::library::Library;
use engine::retrieval::{Fraction, Pool};
use engine::units::{ChunkId, SampleRate};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// The engine with the same networks and the same index as the plug-in.
pub struct Checker {
    models: Arc<Models>,
    library: Library,
    fraction: Fraction,
}

/// One snippet, checked.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The plug-in's own account.
    pub played: Played,
    /// Whether its chunk is in the painting's pool, as built anew here.
    pub in_pool: bool,
    /// Its correspondence score with the painting, computed anew here.
    pub score: f64,
    /// Distance from the brush sound just before the snippet began to the chunk,
    /// computed anew here. The plug-in chose a little earlier, so its own distance
    /// differs a little.
    pub distance: f64,
    /// Mean distance from the same brush sound to the members of the pool: what a
    /// random draw from the pool would have on average.
    pub random_distance: f64,
    /// Mean distance to all chunks of the library.
    pub library_distance: f64,
}

/// A painting's pool.
pub struct PoolCheck {
    /// Its members.
    pub chunks: BTreeSet<u32>,
    /// The snippets played.
    pub snippets: Vec<Checked>,
}

impl Checker {
    /// Opens the networks that lie beside the plug-in at `bundle`, and the index.
    pub fn open(bundle: &Path, index: &Path, percent: f64) -> Result<Checker> {
        let models = Models::load(&locate(Some(bundle))?)?;
        let library = Library::open(index)?;
        let fraction = Fraction::percent(percent as f32).context("a share that is no number")?;
        Ok(Checker {
            models,
            library,
            fraction,
        })
    }

    /// Chunks in the library.
    pub fn chunks(&self) -> usize {
        self.library.len()
    }

    /// Builds the pool of the performance's painting anew and looks up each snippet.
    pub fn check(&self, performance: &Performance, brush: &Clip) -> Result<PoolCheck> {
        let picture = Picture::open(&performance.painting)?;
        let point = self.models.picture_embedder()?.look(&picture)?.point;
        let correspondence = self.models.correspondence();
        let pool = Pool::build(&self.library, &correspondence, &point, self.fraction);
        let mut embedder = self.models.audio_embedder()?;
        let sounds = brush_sounds(embedder.as_mut(), brush, performance.played())?;
        let snippets = performance
            .played()
            .iter()
            .zip(&sounds)
            .map(|(played, sound)| {
                let chunk = ChunkId(played.chunk);
                anyhow::ensure!(
                    self.library.is_live(chunk),
                    "the plug-in played chunk {} of {}",
                    played.chunk,
                    self.library.len()
                );
                let members = pool.members().iter().map(|(chunk, _)| *chunk);
                let all = self.library.ids();
                Ok(Checked {
                    in_pool: pool.contains(chunk) && self.same_place(played),
                    score: correspondence
                        .score(&point, &self.library.point(chunk))
                        .0
                        .into(),
                    distance: self.distance(sound, chunk),
                    random_distance: self.mean_distance(sound, members),
                    library_distance: self.mean_distance(sound, all),
                    played: played.clone(),
                })
            })
            .collect::<Result<_>>()?;
        let chunks = pool.members().iter().map(|(chunk, _)| chunk.0).collect();
        Ok(PoolCheck { chunks, snippets })
    }

    /// Whether the chunk's number, its track and its start belong together.
    fn same_place(&self, played: &Played) -> bool {
        let chunk = self.library.chunk(ChunkId(played.chunk));
        let track = self.library.track(chunk.track);
        track
            .path
            .ends_with(played.track.file_name().unwrap_or_default())
            && (chunk.start.0 - played.start).abs() < 1e-3
    }

    fn distance(&self, sound: &[f32], chunk: ChunkId) -> f64 {
        let row = self.library.embedding(chunk);
        let square = |(a, b): (&f32, &f32)| f64::from(a - b).powi(2);
        sound.iter().zip(&row).map(square).sum::<f64>().sqrt()
    }

    fn mean_distance(&self, sound: &[f32], chunks: impl Iterator<Item = ChunkId>) -> f64 {
        let (sum, count) = chunks.fold((0.0, 0u32), |(sum, count), chunk| {
            (sum + self.distance(sound, chunk), count + 1)
        });
        sum / f64::from(count.max(1))
    }
}

/// The embedding of the last 4 s of brush before each snippet began.
fn brush_sounds(
    embedder: &mut dyn Embedder,
    brush: &Clip,
    played: &[Played],
) -> Result<Vec<Vec<f32>>> {
    let rate = SampleRate::new(RATE).context("the demonstration's rate")?;
    let mut front_end = FrontEnd::new(rate)?;
    let mut window = MelWindow::new();
    let mut done = 0;
    let mut input = vec![0.0; BANDS * FRAMES];
    played
        .iter()
        .map(|snippet| {
            let until = ((snippet.at * RATE) as usize).clamp(done, brush.len());
            let mut mono = vec![0.0; until - done];
            downmix(&brush.cut(done..until), &mut mono);
            front_end.process(&mono, &mut |frame| window.push(frame));
            done = until;
            window.write_input(&mut input);
            let features = embedder.embed(&input, 1)?;
            Ok(features
                .into_iter()
                .next()
                .context("no features")?
                .embedding)
        })
        .collect()
}
