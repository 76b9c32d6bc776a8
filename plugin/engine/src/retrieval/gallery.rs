//! The way back: the music being played finds the painting that suits it best.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::inference::{Correspondence, Picture, PictureEmbedder, PictureFeatures};
use crate::teach::TaughtHead;
use crate::units::Score;
use crate::{Error, Result};

/// File name endings that are taken for pictures, in lower case.
pub const PICTURE_EXTENSIONS: [&str; 8] =
    ["bmp", "gif", "jpeg", "jpg", "png", "tif", "tiff", "webp"];

/// How deep folders are followed; a painter's folders are not a file system.
const MAX_DEPTH: usize = 8;

/// A folder of paintings, each as a point in the space that it shares with
/// the music.
#[derive(Clone, Debug, Default)]
pub struct Gallery {
    folder: PathBuf,
    /// Ordered by path.
    paintings: Vec<Painting>,
    unreadable: Vec<UnreadablePicture>,
}

#[derive(Clone, Debug)]
struct Painting {
    path: PathBuf,
    /// What the file was when it was read: a changed file is read again.
    version: Version,
    seen: PictureFeatures,
    /// The taught head's, if there is one in use; else the one in `seen`.
    taught: Option<Vec<f32>>,
}

impl Painting {
    fn point(&self) -> &[f32] {
        self.taught.as_deref().unwrap_or(&self.seen.point)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Version {
    bytes: u64,
    modified: Option<SystemTime>,
}

/// A picture that could not be used, and why.
#[derive(Clone, Debug)]
pub struct UnreadablePicture {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it, for the user.
    pub reason: String,
}

/// How far a scan is.
#[derive(Clone, Copy, Debug)]
pub struct GalleryProgress<'a> {
    /// Pictures done.
    pub done: usize,
    /// Pictures found.
    pub total: usize,
    /// The picture read next.
    pub current: &'a Path,
}

impl Gallery {
    /// Reads every picture in `folder` and the folders in it. A picture that
    /// can't be read is recorded with its reason and the scan goes on.
    ///
    /// `progress` is called before each picture; when it breaks, the gallery
    /// holds what was read so far.
    ///
    /// # Errors
    /// If `folder` itself can't be read.
    pub fn scan(
        folder: &Path,
        embedder: &mut dyn PictureEmbedder,
        progress: &mut dyn FnMut(GalleryProgress<'_>) -> ControlFlow<()>,
    ) -> Result<Self> {
        let mut gallery = Self {
            folder: folder.to_owned(),
            ..Self::default()
        };
        gallery.refresh(embedder, progress)?;
        Ok(gallery)
    }

    /// Scans the folder again; pictures whose size and time are unchanged
    /// keep their points. After [`use_head`](Self::use_head) it is to be called again.
    ///
    /// # Errors
    /// If the folder can't be read; the gallery then stays as it was.
    pub fn refresh(
        &mut self,
        embedder: &mut dyn PictureEmbedder,
        progress: &mut dyn FnMut(GalleryProgress<'_>) -> ControlFlow<()>,
    ) -> Result<()> {
        let mut found = Vec::new();
        let mut unreadable = Vec::new();
        collect(&self.folder, MAX_DEPTH, &mut found, &mut unreadable)
            .map_err(Error::io(&self.folder))?;
        found.sort_unstable();
        found.dedup();
        let mut known = std::mem::take(&mut self.paintings);
        for (done, path) in found.iter().enumerate() {
            let now = GalleryProgress {
                done,
                total: found.len(),
                current: path,
            };
            if progress(now).is_break() {
                break;
            }
            match read(path, &mut known, embedder) {
                Ok(painting) => self.paintings.push(painting),
                Err(error) => unreadable.push(UnreadablePicture {
                    path: path.clone(),
                    reason: error.to_string(),
                }),
            }
        }
        self.unreadable = unreadable;
        Ok(())
    }

    /// Has the paintings' points made by `head` from now on, or by the networks alone.
    ///
    /// # Errors
    /// [`Error::OtherNetworks`] if the head is not for the networks that looked at the
    /// paintings; their points then stay.
    pub fn use_head(&mut self, head: Option<&TaughtHead>) -> Result<()> {
        let points = self
            .paintings
            .iter()
            .map(|painting| {
                head.map(|head| head.picture_point(&painting.seen))
                    .transpose()
            })
            .collect::<Result<Vec<_>>>()?;
        for (painting, point) in self.paintings.iter_mut().zip(points) {
            painting.taught = point;
        }
        Ok(())
    }

    /// The folder that was scanned.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How many paintings can be found.
    pub fn len(&self) -> usize {
        self.paintings.len()
    }

    /// True if no picture could be read.
    pub fn is_empty(&self) -> bool {
        self.paintings.is_empty()
    }

    /// The pictures that could not be used.
    pub fn unreadable(&self) -> &[UnreadablePicture] {
        &self.unreadable
    }

    /// All paintings with their scores against the music at `music_point` (the
    /// audio network's point, `correspondence.dim` long), best first; equal
    /// scores are ordered by path.
    pub fn best(
        &self,
        correspondence: &Correspondence,
        music_point: &[f32],
    ) -> Vec<(&Path, Score)> {
        let mut ranked: Vec<_> = self
            .paintings
            .iter()
            .map(|painting| {
                let score = correspondence.score(painting.point(), music_point);
                let score = if score.0.is_nan() { Score(1.0) } else { score };
                (painting.path.as_path(), score)
            })
            .collect();
        // Stable, and the paintings are ordered by path.
        ranked.sort_by(|a, b| a.1.0.total_cmp(&b.1.0));
        ranked
    }
}

/// Takes the painting at `path` from `known` if its file is unchanged, else
/// reads it.
fn read(
    path: &Path,
    known: &mut Vec<Painting>,
    embedder: &mut dyn PictureEmbedder,
) -> Result<Painting> {
    let metadata = fs::metadata(path).map_err(Error::io(path))?;
    let version = Version {
        bytes: metadata.len(),
        modified: metadata.modified().ok(),
    };
    if let Some(place) = known.iter().position(|known| known.path == path) {
        let painting = known.swap_remove(place);
        if painting.version == version {
            return Ok(painting);
        }
    }
    let seen = embedder.look(&Picture::open(path)?)?;
    Ok(Painting {
        path: path.to_owned(),
        version,
        seen,
        taught: None,
    })
}

/// Adds the pictures in `folder`, and in the folders in it down to `depth`.
fn collect(
    folder: &Path,
    depth: usize,
    found: &mut Vec<PathBuf>,
    unreadable: &mut Vec<UnreadablePicture>,
) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        // Of the link itself: a folder that links to its parent would never end.
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if depth > 0
                && let Err(error) = collect(&path, depth - 1, found, unreadable)
            {
                unreadable.push(UnreadablePicture {
                    path,
                    reason: error.to_string(),
                });
            }
        } else if is_picture(&path) {
            found.push(path);
        }
    }
    Ok(())
}

fn is_picture(path: &Path) -> bool {
    // Hidden files are the leavings of file managers and half-written copies.
    let hidden = path
        .file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let ending = path
        .extension()
        .map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    !hidden && ending.is_some_and(|ending| PICTURE_EXTENSIONS.contains(&ending.as_str()))
}
