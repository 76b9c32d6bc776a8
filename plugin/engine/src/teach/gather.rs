//! From pairs of files to examples.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::inference::{Embedder, MusicFeatures, Picture, PictureEmbedder, PictureFeatures};
use crate::library::{Span, hear};
use crate::manifest::sha256_of;
use crate::units::Seconds;
use crate::{Error, Result};

use super::pairs::{LeftOut, Pair, Pairs};
use super::{Example, TeachProblem};

/// A pair as a head remembers it. Its files are named from the pairs' folder on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairRecord {
    /// The picture's file, with `/` between folders.
    pub picture: String,
    /// SHA-256 of it, in hexadecimal.
    pub picture_sha256: String,
    /// The music's file, with `/` between folders.
    pub music: String,
    /// SHA-256 of it, in hexadecimal.
    pub music_sha256: String,
    /// Where in the music it begins, in seconds.
    pub start: f64,
    /// Where in the music it ends, in seconds, if not with the music.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub end: Option<f64>,
    /// The work that both are of.
    pub work: String,
}

/// How far gathering is.
#[derive(Clone, Copy, Debug)]
pub struct GatherProgress<'a> {
    /// Files looked at or heard.
    pub done: usize,
    /// Files in pairs.
    pub total: usize,
    /// The file in work.
    pub current: &'a Path,
    /// How far into it, if it is music.
    pub at: Seconds,
    /// Time left, once there is something to judge it by.
    pub eta: Option<Seconds>,
}

/// What there is to learn from.
#[derive(Clone, Debug, Default)]
pub struct Material {
    /// With works and groups counted from 0, without a gap.
    pub examples: Vec<Example>,
    /// An example's pair, in their order.
    pub records: Vec<PairRecord>,
    /// The works' names.
    pub works: Vec<String>,
    /// Files that are in no example, and why.
    pub left_out: Vec<LeftOut>,
    /// What is odd about the pairs, for the user.
    pub warnings: Vec<String>,
}

type Progress<'p> = dyn FnMut(GatherProgress<'_>) -> ControlFlow<()> + 'p;

/// Looks at the pictures and hears the music of `pairs`. A file that can't be used is
/// left out, with its reason, and so are its pairs.
///
/// # Errors
/// [`Error::Network`]; [`Error::Teach`] with [`TeachProblem::NoFeatures`], or
/// [`TeachProblem::Stopped`] when `progress` breaks.
pub fn gather(
    pairs: &Pairs,
    audio: &mut dyn Embedder,
    picture: &mut dyn PictureEmbedder,
    progress: &mut Progress<'_>,
) -> Result<Material> {
    let mut senses = Senses::new(pairs, progress);
    let pictures = senses.look_at_all(picture)?;
    let music = senses.hear_all(audio)?;
    let mut material = Material {
        left_out: senses.left_out,
        ..Material::default()
    };
    let mut keys = Vec::new();
    for pair in &pairs.pairs {
        let heard = music.get(&span_key(&pair.music, &pair.span));
        if let (Some(seen), Some(heard)) = (pictures.get(&pair.picture), heard) {
            keys.push((pair, seen, heard));
        }
    }
    let groups = groups(&keys);
    let works = works(&keys, &groups);
    for ((pair, seen, heard), (group, work)) in keys.iter().zip(groups.iter().zip(&works.0)) {
        material.examples.push(Example {
            picture: Arc::clone(&seen.features),
            music: Arc::clone(&heard.features),
            work: *work,
            group: *group,
        });
        material.records.push(PairRecord {
            picture: portable(&pair.picture),
            picture_sha256: seen.sha256.clone(),
            music: portable(&pair.music),
            music_sha256: heard.sha256.clone(),
            start: pair.span.start.0,
            end: pair.span.end.map(|end| end.0),
            work: works.1[*work].clone(),
        });
    }
    material.works = works.1;
    if pairs.rehearsal {
        let text = "snapshots that follow each other resemble each other, and so does their \
                    music: the accuracy is that within this rehearsal";
        material.warnings.push(text.to_owned());
    }
    Ok(material)
}

struct Seen {
    sha256: String,
    features: Arc<PictureFeatures>,
}

struct HeardSpan {
    sha256: String,
    span: Span,
    features: Arc<[MusicFeatures]>,
}

/// A part of a file as a key of a map.
type SpanKey = (PathBuf, u64, u64);

fn span_key(path: &Path, span: &Span) -> SpanKey {
    let end = span.end.map_or(u64::MAX, |end| end.0.to_bits());
    (path.to_owned(), span.start.0.to_bits(), end)
}

/// Looks and hears, each file once.
struct Senses<'a, 'p> {
    pairs: &'a Pairs,
    pictures: Vec<&'a PathBuf>,
    music: BTreeMap<&'a PathBuf, Vec<Span>>,
    done: usize,
    began: Instant,
    left_out: Vec<LeftOut>,
    progress: &'a mut Progress<'p>,
}

impl<'a, 'p> Senses<'a, 'p> {
    fn new(pairs: &'a Pairs, progress: &'a mut Progress<'p>) -> Self {
        let mut pictures: Vec<&PathBuf> = pairs.pairs.iter().map(|pair| &pair.picture).collect();
        pictures.sort_unstable();
        pictures.dedup();
        let mut music: BTreeMap<&PathBuf, Vec<Span>> = BTreeMap::new();
        for Pair {
            music: path, span, ..
        } in &pairs.pairs
        {
            let spans = music.entry(path).or_default();
            if !spans.contains(span) {
                spans.push(*span);
            }
        }
        Self {
            left_out: pairs.left_out.clone(),
            done: 0,
            began: Instant::now(),
            pairs,
            pictures,
            music,
            progress,
        }
    }

    fn tell(&mut self, current: &Path, at: Seconds) -> ControlFlow<()> {
        let total = self.pictures.len() + self.music.len();
        let (done, elapsed) = (self.done, self.began.elapsed().as_secs_f64());
        // Music takes most of the time, so what pictures took says nothing of it.
        let heard = done.saturating_sub(self.pictures.len());
        let per_file = (heard > 0).then(|| elapsed / heard as f64);
        let eta = per_file.map(|seconds| Seconds(seconds * (total - done) as f64));
        (self.progress)(GatherProgress {
            done,
            total,
            current,
            at,
            eta,
        })
    }

    fn stopped(&self) -> Error {
        TeachProblem::Stopped.at(&self.pairs.root)
    }

    fn leave_out(&mut self, path: &Path, error: &Error) {
        // The reasons of the library and the editor tell of folders to scan again.
        let reason = match self.pairs.root.join(path).exists() {
            true => error.to_string(),
            false => "there is no such file; correct its name, or put it there".to_owned(),
        };
        self.left_out.push(LeftOut {
            path: path.to_owned(),
            reason,
        });
    }

    fn look_at_all(
        &mut self,
        embedder: &mut dyn PictureEmbedder,
    ) -> Result<HashMap<PathBuf, Seen>> {
        let mut found = HashMap::new();
        for path in self.pictures.clone() {
            if self.tell(path, Seconds(0.0)).is_break() {
                return Err(self.stopped());
            }
            let place = self.pairs.root.join(path);
            match Picture::open(&place).and_then(|picture| Ok((picture, sha256_of(&place)?))) {
                Ok((picture, sha256)) => {
                    let features = embedder.look(&picture)?;
                    if features.features.is_empty() {
                        return Err(TeachProblem::NoFeatures.at(&self.pairs.root));
                    }
                    let features = Arc::new(features);
                    found.insert(path.clone(), Seen { sha256, features });
                }
                Err(error) => self.leave_out(path, &error),
            }
            self.done += 1;
        }
        Ok(found)
    }

    fn hear_all(&mut self, embedder: &mut dyn Embedder) -> Result<HashMap<SpanKey, HeardSpan>> {
        let mut found = HashMap::new();
        for (path, spans) in self.music.clone() {
            let place = self.pairs.root.join(path);
            if self.tell(path, Seconds(0.0)).is_break() {
                return Err(self.stopped());
            }
            let heard = hear(&place, &spans, embedder, &mut |at| self.tell(path, at));
            let heard = match heard.and_then(|heard| Ok((heard, sha256_of(&place)?))) {
                Ok((Some(features), sha256)) => spans
                    .iter()
                    .zip(features)
                    .map(move |(span, features)| (*span, sha256.clone(), features)),
                Ok((None, _)) => return Err(self.stopped()),
                Err(error @ (Error::Audio { .. } | Error::Io { .. })) => {
                    self.leave_out(path, &error);
                    self.done += 1;
                    continue;
                }
                Err(error) => return Err(error),
            };
            for (span, sha256, features) in heard {
                if features.is_empty() {
                    self.left_out.push(LeftOut {
                        path: path.clone(),
                        reason: format!("it is silent, or over, from {} s on", span.start.0),
                    });
                    continue;
                }
                let features = features.into();
                let key = span_key(path, &span);
                found.insert(
                    key,
                    HeardSpan {
                        sha256,
                        span,
                        features,
                    },
                );
            }
            self.done += 1;
        }
        Ok(found)
    }
}

type Key<'k> = (&'k Pair, &'k Seen, &'k HeardSpan);

/// Each pair's group: pairs whose pictures are the same, or whose music overlaps, are of
/// one, and so on from pair to pair. By contents, as a file may lie there twice.
fn groups(pairs: &[Key<'_>]) -> Vec<usize> {
    let mut groups: Vec<usize> = (0..pairs.len()).collect();
    for (place, a) in pairs.iter().enumerate() {
        for (other, b) in pairs[..place].iter().enumerate() {
            let overlap = a.2.sha256 == b.2.sha256 && overlap(&a.2.span, &b.2.span);
            let (from, to) = (groups[place], groups[other]);
            if from != to && (overlap || a.1.sha256 == b.1.sha256) {
                groups
                    .iter_mut()
                    .filter(|g| **g == from)
                    .for_each(|g| *g = to);
            }
        }
    }
    without_gaps(&groups)
}

fn overlap(a: &Span, b: &Span) -> bool {
    let end = |span: &Span| span.end.map_or(f64::INFINITY, |end| end.0);
    a.start.0 < end(b) && b.start.0 < end(a)
}

/// Each pair's work and the works' names. A pair whose work has no name is of the work of
/// its group, called by the group's first picture.
fn works(pairs: &[Key<'_>], groups: &[usize]) -> (Vec<usize>, Vec<String>) {
    let mut names: Vec<String> = Vec::new();
    let mut of_group: HashMap<usize, String> = HashMap::new();
    let mut works = Vec::new();
    for ((pair, ..), group) in pairs.iter().zip(groups) {
        let first = || portable(&pair.picture.with_extension(""));
        let name = match &pair.work {
            Some(work) => work.clone(),
            None => of_group.entry(*group).or_insert_with(first).clone(),
        };
        let known = names.iter().position(|known| *known == name);
        works.push(known.unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        }));
    }
    (works, names)
}

/// The same classes, counted from 0 in the order in which they come.
fn without_gaps(classes: &[usize]) -> Vec<usize> {
    let mut numbers = HashMap::new();
    let number = |class: &usize| {
        let next = numbers.len();
        *numbers.entry(*class).or_insert(next)
    };
    classes.iter().map(number).collect()
}

/// A relative path that reads the same on every system.
fn portable(path: &Path) -> String {
    path.to_string_lossy()
        .replace(std::path::MAIN_SEPARATOR, "/")
}
