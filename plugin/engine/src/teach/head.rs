//! A head that was taught, and what is known of it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::Result;
use crate::inference::{Correspondence, Models, MusicFeatures, PictureFeatures};
use crate::library::{HalfMatrix, Library};
use crate::manifest::Manifest;

use super::TeachProblem;
use super::gather::PairRecord;
use super::judge::Judged;
use super::maps::Maps;

/// Whether anything was learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Shuffled pairs do as well in at most 5 % of shuffles.
    Established,
    /// They do so in at most 15 %.
    Uncertain,
    /// There are too few pairs to tell.
    Unmeasured,
    /// They do as well, and the head was asked for all the same.
    Forced,
}

/// What is known of a head: the readable part of its file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Info {
    /// As its owner calls it.
    pub name: String,
    /// When it was taught (RFC 3339, UTC).
    pub created: String,
    /// The version of Impasto that taught it.
    pub program: String,
    /// Whether anything was learned.
    pub verdict: Verdict,
    /// What is odd about it, for the user.
    pub warnings: Vec<String>,
    /// The networks that it was fitted on.
    pub networks: NetworksOf,
    /// What was measured, if there were enough pairs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub measured: Option<Judged>,
    /// What it was taught.
    pub pairs: Vec<PairRecord>,
}

/// The identity of networks, and how much they give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworksOf {
    /// SHA-256 of the audio network's file.
    pub audio_sha256: String,
    /// SHA-256 of the picture network's file.
    pub picture_sha256: String,
    /// Length of the features: the picture network's, and as many of the last numbers
    /// of music's point.
    pub features: usize,
    /// Length of a shipped point.
    pub point: usize,
}

impl NetworksOf {
    /// Of the networks in the manifest's folder.
    pub fn of(manifest: &Manifest) -> Self {
        let (audio, picture) = (manifest.audio(), manifest.picture_model());
        Self {
            audio_sha256: audio.sha256.clone(),
            picture_sha256: picture.sha256.clone(),
            features: picture.output_len("features"),
            point: audio.output_len("point"),
        }
    }

    /// Whether heads can be fitted on what they give.
    pub fn can_be_taught(&self) -> bool {
        (1..=self.point).contains(&self.features)
    }
}

/// Maps that an artist's pairs taught. They give points, to be scored by
/// [`correspondence`](Self::correspondence).
#[derive(Clone, Debug, PartialEq)]
pub struct TaughtHead {
    pub(super) info: Info,
    pub(super) maps: Maps,
}

impl TaughtHead {
    pub(super) fn new(maps: Maps, info: Info) -> Self {
        Self { info, maps }
    }

    /// What is known of it.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// How its points make a score.
    pub fn correspondence(&self) -> Correspondence {
        self.maps.correspondence()
    }

    /// Fails unless it was fitted on these networks.
    ///
    /// # Errors
    /// [`TeachProblem::OtherNetworks`].
    pub fn check(&self, models: &Models) -> std::result::Result<(), TeachProblem> {
        if models.encoders().is_some() {
            return Err(TeachProblem::OtherNetworks(
                "a pair of encoders in their place",
            ));
        }
        let (mine, theirs) = (&self.info.networks, NetworksOf::of(models.manifest()));
        if mine.audio_sha256 != theirs.audio_sha256 {
            return Err(TeachProblem::OtherNetworks("the audio network"));
        }
        if mine.picture_sha256 != theirs.picture_sha256 {
            return Err(TeachProblem::OtherNetworks("the picture network"));
        }
        if *mine != theirs {
            return Err(TeachProblem::OtherNetworks("the length of what they give"));
        }
        Ok(())
    }

    /// The point of a picture, from what the picture network gives.
    ///
    /// # Errors
    /// [`Error::OtherNetworks`](crate::Error::OtherNetworks) if it gives another length.
    pub fn picture_point(&self, picture: &PictureFeatures) -> Result<Vec<f32>> {
        let networks = &self.info.networks;
        expect_len(
            "picture features",
            picture.features.len(),
            networks.features,
        )?;
        expect_len("picture points", picture.point.len(), networks.point)?;
        Ok(self.maps.picture_point(picture))
    }

    /// The point of 4 s of music, from what the audio network gives.
    ///
    /// # Errors
    /// [`Error::OtherNetworks`](crate::Error::OtherNetworks) if it gives another length.
    pub fn music_point(&self, music: &MusicFeatures) -> Result<Vec<f32>> {
        expect_len("music points", music.point.len(), self.info.networks.point)?;
        let mut point = Vec::with_capacity(self.correspondence().dim);
        self.maps.music_point(&music.point, &mut point);
        Ok(point)
    }

    /// The points of all rows of `library`, from what it stores.
    ///
    /// # Errors
    /// [`Error::OtherNetworks`](crate::Error::OtherNetworks) if it stores another length.
    pub fn library_points(&self, library: &Library) -> Result<HalfMatrix> {
        let mut points = HalfMatrix::new(self.correspondence().dim);
        self.extend_library_points(&mut points, library)?;
        Ok(points)
    }

    /// Adds the points of the rows that `library` has beyond those in `points`, which this
    /// head made of an earlier view of the same index.
    ///
    /// # Errors
    /// As [`library_points`](Self::library_points); nothing is added then.
    pub fn extend_library_points(&self, points: &mut HalfMatrix, library: &Library) -> Result<()> {
        let shipped = library.points();
        expect_len("library's points", shipped.dims(), self.info.networks.point)?;
        let known = points.rows().len();
        points.reserve(shipped.len().saturating_sub(known));
        let mut point = Vec::new();
        for row in known..shipped.len() {
            point.clear();
            self.maps.music_point(&shipped.row(row), &mut point);
            points.push(&point);
        }
        Ok(())
    }
}

/// The time now, as it is written into heads.
pub(super) fn now() -> String {
    let now = OffsetDateTime::now_utc();
    let now = now.replace_nanosecond(0).unwrap_or(now);
    // PANIC: the years 0 to 9999 can be written.
    now.format(&Rfc3339).expect("a date")
}

fn expect_len(what: &'static str, found: usize, expected: usize) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(crate::Error::OtherNetworks {
        what,
        found,
        expected,
    })
}
