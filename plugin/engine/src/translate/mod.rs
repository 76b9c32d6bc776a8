//! From the painting, the brush and the music to snippets and congruity.
//!
//! [`Translator`] joins analysis windows, networks, retrieval and congruity. It
//! knows no host and no clock: whoever drives it, the plug-in's worker over
//! rings or the command line over files, gets the same from the same frames.
//! Push frames of both signals, and whenever [`Translator::due`] says so, call
//! [`Translator::step`]. A driver that is late may push more before it steps;
//! it then skips embeddings and is no longer the same as one that was in time. One that
//! is waited for in real time takes a step in its halves,
//! [`step_brush`](Translator::step_brush) and [`step_music`](Translator::step_music), and
//! hands on what the first has found before it begins the second.

mod bond;
mod ear;
mod filter;
mod headed;
mod outcome;
mod reasons;
mod settings;
mod step;
mod suggest;

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

pub use ear::{HYSTERESIS_DB, Heard};
pub use outcome::{BrushOutcome, Outcome, Timings};
pub use settings::{Settings, duration_of};
pub use suggest::Suggestion;

use crate::analysis::MelFrame;
use crate::congruity::{Meter, congruity_of};
use crate::crossmodal::{AffectPlaces, Explained, Norms};
use crate::inference::{
    Correspondence, Embedder, Models, MusicFeatures, Picture, PictureEmbedder, PictureFeatures,
};
use crate::library::{HalfMatrix, Library, TrackId};
use crate::retrieval::{Gallery, Hit, Pool, Recent};
use crate::teach::TaughtHead;
use crate::units::{ChunkId, Score, Seconds};
use crate::{Error, Result};
use bond::Bond;
use ear::{Ear, Memory};
use filter::Filter;
use reasons::Reasons;
use suggest::Suggester;

/// The networks that a [`Translator`] asks.
pub struct Networks {
    /// Hears the brush and the music.
    pub audio: Box<dyn Embedder>,
    /// Sees the painting.
    pub picture: Box<dyn PictureEmbedder>,
    /// Compares their points.
    pub correspondence: Correspondence,
}

/// The painting, as the picture network sees it.
struct Seen {
    features: PictureFeatures,
    /// By the head in use.
    point: Vec<f32>,
}

/// What [`Translator::set_library`] made of the library before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LibraryChange {
    /// This is a later view of the same index: each [`ChunkId`] means what it meant.
    Continued,
    /// This is another library, or none: no [`ChunkId`] of before means anything.
    Replaced,
}

/// The whole translation, on one worker thread.
pub struct Translator {
    networks: Networks,
    settings: Settings,
    brush: Ear,
    music: Ear,
    /// The artist's own head, in the place of the shipped one.
    head: Option<Arc<TaughtHead>>,
    painting: Option<Seen>,
    library: Option<Library>,
    filter: Filter,
    recent: Recent,
    /// The chunk played last, which continuity goes on from.
    played: Option<ChunkId>,
    meter: Meter,
    reasons: Reasons,
    bond: Bond,
    suggester: Suggester,
    snippets: Vec<Hit>,
    /// The pool or what is held back changed since the last search.
    search_stale: bool,
    score: Option<Score>,
    unmetered: Unmetered,
}

/// Frames pushed since the congruity was brought up to date.
#[derive(Clone, Copy, Default)]
struct Unmetered {
    brush: usize,
    music: usize,
}

impl Networks {
    /// The shipped ones, with the sessions of `models` for what is heard live.
    ///
    /// # Errors
    /// If a session can't be made.
    pub fn of(models: &Models) -> Result<Self> {
        Ok(Self {
            audio: models.live_embedder()?,
            picture: models.picture_embedder()?,
            correspondence: models.correspondence(),
        })
    }
}

impl Translator {
    /// A translator without painting and library, with sessions of `models`.
    ///
    /// # Errors
    /// If a session can't be made.
    pub fn new(models: &Arc<Models>, settings: Settings) -> Result<Self> {
        let manifest = models.manifest();
        let places = AffectPlaces::of(manifest.audio());
        Ok(Self {
            reasons: Reasons::new(manifest.crossmodal.clone(), places),
            ..Self::with_networks(Networks::of(models)?, settings)
        })
    }

    /// A translator without painting and library that asks `networks`. Which of
    /// their affect values are valence and arousal is not known.
    pub fn with_networks(networks: Networks, settings: Settings) -> Self {
        Self {
            networks,
            settings,
            brush: Ear::new(Memory::Keeps),
            music: Ear::new(Memory::Forgets),
            head: None,
            painting: None,
            library: None,
            filter: Filter::default(),
            recent: Recent::new(settings.variety),
            played: None,
            meter: Meter::new(settings.smoothing),
            reasons: Reasons::new(Norms::built_in().clone(), AffectPlaces::default()),
            bond: Bond::default(),
            suggester: Suggester::default(),
            snippets: Vec::new(),
            search_stale: true,
            score: None,
            unmetered: Unmetered::default(),
        }
    }

    /// Loads the painting at `path`, or none, and gives back the picture for
    /// whoever shows it.
    ///
    /// # Errors
    /// If the picture can't be read or embedded; the painting before stays, so
    /// that a snapshot caught half-written does no harm.
    pub fn set_painting(&mut self, path: Option<&Path>) -> Result<Option<Picture>> {
        let picture = path.map(Picture::open).transpose()?;
        self.set_picture(picture.as_ref())?;
        Ok(picture)
    }

    /// Like [`set_painting`](Self::set_painting) with a picture already open.
    ///
    /// # Errors
    /// If the picture can't be embedded; the painting before stays.
    pub fn set_picture(&mut self, picture: Option<&Picture>) -> Result<()> {
        let look = |picture| {
            let features = self.networks.picture.look(picture)?;
            let found = features.point.len();
            expect_len("picture points", found, self.networks.correspondence.dim)?;
            let point = picture_point(self.head.as_deref(), &features)?;
            Ok(Seen { features, point })
        };
        self.painting = picture.map(look).transpose()?;
        self.reasons.set_painting(picture);
        self.filter.forget();
        Ok(())
    }

    /// Scores by `head`, which an artist taught, or by the shipped one. The points of
    /// painting, library and gallery are made anew: some tenths of a second for a large
    /// library.
    ///
    /// # Errors
    /// If the head is for other networks; the one before stays.
    pub fn set_head(&mut self, head: Option<Arc<TaughtHead>>) -> Result<()> {
        let taught = head.as_deref();
        let point = self
            .painting
            .as_ref()
            .map(|seen| picture_point(taught, &seen.features))
            .transpose()?;
        let points = taught_points(taught, self.library.as_ref())?;
        self.suggester.use_head(taught)?;
        if let (Some(seen), Some(point)) = (&mut self.painting, point) {
            seen.point = point;
        }
        self.head = head;
        self.filter.set_taught_points(points);
        self.score = None;
        Ok(())
    }

    /// The head in use, if it is not the shipped one.
    pub fn head(&self) -> Option<&Arc<TaughtHead>> {
        self.head.as_ref()
    }

    /// How the points of the head in use make a score.
    fn correspondence(&self) -> Correspondence {
        let shipped = self.networks.correspondence;
        self.head
            .as_ref()
            .map_or(shipped, |head| head.correspondence())
    }

    /// Sets the library, or none, and says whether chunks keep their ids.
    ///
    /// They do in a later view of the same index ([`Library::continues`]): what was played
    /// lately stays held back, cues stay good, and only what was added is scored. Of
    /// another library, nothing that was before means anything.
    ///
    /// # Errors
    /// If the library was indexed with other networks; the one before stays.
    pub fn set_library(&mut self, library: Option<Library>) -> Result<LibraryChange> {
        if let Some(library) = &library {
            let expected = self.networks.correspondence.dim;
            expect_len("library points", library.dims().point, expected)?;
        }
        let head = self.head.as_deref();
        let both = library.as_ref().zip(self.library.as_ref());
        let grown = both.filter(|(now, before)| now.continues(before));
        let change = if let Some((now, _)) = grown {
            self.filter.grow(head, now)?;
            self.recent.follow(|chunk| track_of(now, chunk));
            LibraryChange::Continued
        } else {
            let points = taught_points(head, library.as_ref())?;
            self.filter.set_taught_points(points);
            self.recent.clear();
            self.played = None;
            self.bond.forget();
            LibraryChange::Replaced
        };
        self.bond.doubt();
        self.library = library;
        Ok(change)
    }

    /// Sets the paintings for the way back, or none.
    ///
    /// # Errors
    /// If a head is in use that is not for the networks that looked at them; the ones
    /// before stay.
    pub fn set_gallery(&mut self, gallery: Option<Gallery>) -> Result<()> {
        self.suggester.set_gallery(gallery, self.head.as_deref())
    }

    /// Reads a folder of paintings with this translator's network, for
    /// [`set_gallery`](Self::set_gallery).
    pub fn picture_embedder(&mut self) -> &mut dyn PictureEmbedder {
        self.networks.picture.as_mut()
    }

    /// Changes the settings from the next step on.
    pub fn set_settings(&mut self, settings: Settings) {
        if settings.fraction != self.settings.fraction {
            self.filter.doubt();
        }
        if settings.variety != self.settings.variety {
            self.recent.set_variety(settings.variety);
            self.search_stale = true;
        }
        self.search_stale |= (settings.listed, settings.fit, settings.continuity)
            != (
                self.settings.listed,
                self.settings.fit,
                self.settings.continuity,
            );
        self.meter.set_smoothing(settings.smoothing);
        self.settings = settings;
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Forgets all that was heard and played, as when a host starts anew: the same
    /// frames then give the same again. Painting, library and gallery stay.
    pub fn reset(&mut self) {
        self.brush = Ear::new(Memory::Keeps);
        self.music = Ear::new(Memory::Forgets);
        self.recent.clear();
        (self.played, self.unmetered) = (None, Unmetered::default());
        self.meter.reset();
        self.reasons.hear(&[], None);
        self.bond.forget();
        self.suggester.reset();
        self.snippets.clear();
        self.search_stale = true;
        self.score = None;
    }

    /// Takes in the next frame of the sidechain.
    pub fn push_brush(&mut self, frame: &MelFrame) {
        self.brush.push(frame, self.settings.silence_db);
        self.unmetered.brush += 1;
    }

    /// Takes in the next frame of the main input.
    pub fn push_music(&mut self, frame: &MelFrame) {
        self.music.push(frame, self.settings.silence_db);
        self.unmetered.music += 1;
    }

    /// True once enough frames came for a [`step`](Self::step) to find
    /// something new.
    pub fn due(&self) -> bool {
        self.brush_frames() >= self.settings.interval.max(1) || self.music_due()
    }

    /// Frames of the brush that were not looked at yet.
    pub fn brush_frames(&self) -> usize {
        self.brush.new_frames()
    }

    /// Whether the music's half of a step would find something new.
    pub fn music_due(&self) -> bool {
        self.music.new_frames() >= self.settings.music_interval.max(1)
    }

    /// How long the frames pushed since the congruity was brought up to date last: what
    /// to give to [`step`](Self::step) as `elapsed`.
    pub fn pending(&self) -> Seconds {
        duration_of(self.unmetered.brush.max(self.unmetered.music))
    }

    /// Records that `chunk` was played: it is held back for variety. Chunks
    /// that are not of the library are ignored.
    pub fn note_played(&mut self, chunk: ChunkId) {
        let library = self.library.as_ref();
        if let Some(track) = library.and_then(|library| track_of(library, chunk)) {
            self.recent.push(chunk, track);
            self.played = Some(chunk);
            self.search_stale = true;
        }
    }

    /// The chunks that belong to the painting, as of the last step.
    pub fn pool(&self) -> Option<&Pool> {
        self.filter.pool()
    }

    /// A chunk's score with the painting, as of the last step; `None` without a painting,
    /// or if the chunk is not live.
    pub fn score_of(&self, chunk: ChunkId) -> Option<Score> {
        self.filter.ranking()?.score(chunk)
    }

    /// The library in use.
    pub fn library(&self) -> Option<&Library> {
        self.library.as_ref()
    }

    /// The paintings for the way back.
    pub fn gallery(&self) -> Option<&Gallery> {
        self.suggester.gallery()
    }

    /// Why any 4 s of music go with the painting: `mel` is the audio network's input,
    /// `affect` what it said about them, `score` theirs with the painting. With the
    /// settings' weights, or the default ones. `None` without a painting.
    pub fn explain(&self, mel: &[f32], affect: &[f32], score: Score) -> Option<Explained> {
        let ranking = self.filter.ranking();
        let network = ranking.and_then(|ranking| congruity_of(score, ranking.distribution()));
        let music = self.reasons.standing(mel, affect);
        let weights = self.settings.explain.unwrap_or_default();
        self.reasons.compare(&music, network, &weights)
    }
}

/// The point of a picture by `head`, or by the networks alone.
fn picture_point(head: Option<&TaughtHead>, seen: &PictureFeatures) -> Result<Vec<f32>> {
    head.map_or_else(|| Ok(seen.point.clone()), |head| head.picture_point(seen))
}

/// The point of music by `head`, or by the networks alone.
fn music_point<'a>(head: Option<&TaughtHead>, heard: &'a MusicFeatures) -> Result<Cow<'a, [f32]>> {
    match head {
        Some(head) => Ok(head.music_point(heard)?.into()),
        None => Ok(heard.point.as_slice().into()),
    }
}

/// The track of a live chunk.
fn track_of(library: &Library, chunk: ChunkId) -> Option<TrackId> {
    let known = (chunk.0 as usize) < library.rows() && library.is_live(chunk);
    known.then(|| library.chunk(chunk).track)
}

fn taught_points(
    head: Option<&TaughtHead>,
    library: Option<&Library>,
) -> Result<Option<HalfMatrix>> {
    let both = head.zip(library);
    both.map(|(head, library)| head.library_points(library))
        .transpose()
}

/// Rows of another length come from other networks.
fn expect_len(what: &'static str, found: usize, expected: usize) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(Error::OtherNetworks {
        what,
        found,
        expected,
    })
}
