//! The library as the editor lists and maps it. Kept up only while the editor is open.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::library::{Library, Map, TrackId};
use engine::retrieval::Pool;
use engine::translate::Translator;
use engine::units::{ChunkId, Score};

use super::aside::Aside;
use super::desk::Desk;
use super::jobs::Retry;
use crate::editor::search::fold;
use crate::view::{CollectionAction, MAP_POINTS, MapPoint, MapView, Shade, TrackRow};

/// Lists of a library that grows are made anew so often at most.
const PERIOD: Duration = Duration::from_secs(2);

/// Points that are shaded in one round of the worker: a tenth of a millisecond's work for
/// each thousand in a library of a hundred thousand.
const SHADED: usize = 4_000;

/// What the lists are made of.
struct Source {
    library: Library,
    index: PathBuf,
    folder: PathBuf,
}

/// The lists.
struct Made {
    tracks: Vec<TrackRow>,
    map: Option<MapView>,
    took: Duration,
}

/// What the shades were made of: they are made anew when any of it changes.
#[derive(Clone)]
struct Ground {
    map: Arc<MapView>,
    distribution: Arc<[Score]>,
    pool: usize,
}

impl Ground {
    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.map, &other.map)
            && Arc::ptr_eq(&self.distribution, &other.distribution)
            && self.pool == other.pool
    }
}

/// What the worker keeps of it.
pub struct Collection {
    maker: Aside<Source, Made>,
    opener: Aside<PathBuf, Option<String>>,
    /// What the lists, there or coming, are made of.
    listed: Option<Library>,
    making: bool,
    /// The map in the index is another than the one that is shown.
    remapped: bool,
    due: Instant,
    shaded: Option<Ground>,
    /// The shades in work.
    shading: Option<(Ground, Vec<Shade>)>,
}

impl Default for Collection {
    fn default() -> Self {
        Self {
            maker: Aside::new("impasto-lists", make),
            opener: Aside::new("impasto-opener", open_folder),
            listed: None,
            making: false,
            remapped: false,
            due: Instant::now(),
            shaded: None,
            shading: None,
        }
    }
}

impl Collection {
    /// There is a new map beside the index.
    pub(super) fn remap(&mut self) {
        self.remapped = true;
    }

    fn is_current(&self, library: Option<&Library>) -> bool {
        match (&self.listed, library) {
            (None, None) => true,
            (Some(listed), Some(library)) => {
                !self.remapped
                    && listed.generation() == library.generation()
                    && library.continues(listed)
            }
            _ => false,
        }
    }
}

fn make(source: Source) -> Made {
    let began = Instant::now();
    let Source {
        library,
        index,
        folder,
    } = source;
    let (tracks, places) = tracks(&library, &folder);
    let map = Map::load(&index, &library).map(|map| points(&library, map, &places));
    Made {
        tracks,
        map,
        took: began.elapsed(),
    }
}

/// The tracks in their order, and for each [`TrackId`] its place among them.
fn tracks(library: &Library, folder: &Path) -> (Vec<TrackRow>, Vec<u32>) {
    let mut counts = vec![(0usize, None::<ChunkId>); library.tracks().len()];
    for chunk in library.ids() {
        if let Some(info) = library.get(chunk) {
            let (count, first) = &mut counts[info.track.0 as usize];
            *count += 1;
            first.get_or_insert(chunk);
        }
    }
    let mut rows = Vec::with_capacity(counts.len());
    for (at, (info, (chunks, first))) in library.tracks().iter().zip(counts).enumerate() {
        let Some(first) = first else { continue };
        let place = info.path.strip_prefix(folder).unwrap_or(&info.path);
        let place = place.display().to_string();
        let (title, artist) = (info.name(), info.artist.clone().unwrap_or_default());
        let row = TrackRow {
            key: fold(&format!("{title}\n{artist}\n{place}")),
            title,
            artist,
            path: info.path.clone(),
            place,
            chunks,
            first,
        };
        rows.push((row, at));
    }
    rows.sort_by_cached_key(|(row, at)| (fold(&row.artist), fold(&row.title), *at));
    let mut places = vec![u32::MAX; library.tracks().len()];
    for (place, (_, at)) in (0u32..).zip(&rows) {
        places[*at] = place;
    }
    (rows.into_iter().map(|(row, _)| row).collect(), places)
}

/// The map's points: all live chunks that are on it, or evenly as many as can be shown.
fn points(library: &Library, map: Map, places: &[u32]) -> MapView {
    let placed: Vec<ChunkId> = library
        .ids()
        .filter(|chunk| map.place(*chunk).is_some())
        .collect();
    let shown = placed.len().min(MAP_POINTS);
    let point = |at: usize| {
        let chunk = placed[at * placed.len() / shown];
        let ([x, y], info) = (map.place(chunk)?, library.get(chunk)?);
        let TrackId(track) = info.track;
        Some(MapPoint {
            chunk,
            x,
            y,
            track: places[track as usize],
            start: info.start,
        })
    };
    MapView {
        points: (0..shown).filter_map(point).collect(),
        chunks: placed.len(),
        all: map,
    }
}

/// A sentence if it can't be opened. What is started goes on by itself.
fn open_folder(file: PathBuf) -> Option<String> {
    let folder = file.parent().unwrap_or(&file);
    if !folder.is_dir() {
        return Some(format!(
            "{}: the folder is not there. Connect its drive, or scan the library again",
            folder.display()
        ));
    }
    let opened = open::that_detached(folder);
    opened.err().map(|error| {
        format!(
            "{}: no file manager could be opened ({error}). Copy the path instead",
            folder.display()
        )
    })
}

/// What the painting makes of a point.
fn shade(translator: &Translator, pool: &Pool, chunk: ChunkId) -> Shade {
    let all = pool.distribution();
    let belongs = translator.score_of(chunk).map_or(0.0, |score| {
        let better = all.partition_point(|other| other.0 < score.0);
        1.0 - better as f32 / all.len().max(1) as f32
    });
    Shade {
        belongs,
        pooled: pool.contains(chunk),
    }
}

impl Desk {
    /// Goes on with what is due at `now`.
    pub(super) fn follow_collection(&mut self, now: Instant) {
        self.take_opened();
        self.take_lists(now);
        if !self.publisher.editor_open() {
            self.collection.maker.rest();
            self.collection.opener.rest();
            return;
        }
        self.ask_for_lists(now);
        self.follow_shades();
    }

    fn take_opened(&mut self) {
        if let Some(Some(warning)) = self.collection.opener.take() {
            self.view.warning = Some(warning);
            self.urgent = true;
        }
    }

    fn take_lists(&mut self, now: Instant) {
        while let Some(made) = self.collection.maker.take() {
            self.collection.making = false;
            // A large library takes no more than a twentieth of a thread.
            self.collection.due = now + PERIOD.max(20 * made.took);
            let shown = &mut self.view.collection;
            shown.tracks = Arc::new(made.tracks);
            shown.map = made.map.map(Arc::new);
            self.urgent = true;
        }
    }

    fn ask_for_lists(&mut self, now: Instant) {
        let library = self.translator.as_ref().and_then(Translator::library);
        if self.collection.is_current(library) || self.collection.making {
            return;
        }
        let grown = library.zip(self.collection.listed.as_ref());
        let grown = grown.is_some_and(|(now, before)| now.continues(before));
        // What is of another library is not shown for a moment longer.
        if grown && now < self.collection.due && !self.collection.remapped {
            return;
        }
        let shown = &mut self.view.collection;
        if !grown {
            (shown.tracks, shown.map, shown.shades) = Default::default();
        }
        let failures = library.map_or(&[][..], Library::failures);
        shown.failed = Arc::new(
            failures
                .iter()
                .cloned()
                .map(super::sources::failed_file)
                .collect(),
        );
        self.collection.listed = library.cloned();
        self.collection.remapped = false;
        let source = library.cloned().zip(self.view.index.clone());
        if let Some((library, index)) = source {
            let folder = self.link.params.remembered.read().library.clone();
            self.collection.making = self.collection.maker.ask(Source {
                library,
                index,
                folder: folder.unwrap_or_default(),
            });
        }
    }

    /// Shades the map's points by what the painting makes of them, some in each round.
    fn follow_shades(&mut self) {
        let ground = self.translator.as_ref().and_then(|translator| {
            let pool = translator.pool()?;
            let map = self.view.collection.map.as_ref()?;
            Some((
                translator,
                pool,
                Ground {
                    map: Arc::clone(map),
                    distribution: Arc::clone(pool.distribution()),
                    pool: pool.len(),
                },
            ))
        });
        let Some((translator, pool, ground)) = ground else {
            self.collection.shading = None;
            if self.collection.shaded.take().is_some() {
                self.view.collection.shades = Arc::default();
            }
            return;
        };
        if self
            .collection
            .shaded
            .as_ref()
            .is_some_and(|of| of.is(&ground))
        {
            return;
        }
        let begun = self
            .collection
            .shading
            .take()
            .filter(|(of, _)| of.is(&ground));
        let (ground, mut shades) = begun.unwrap_or((ground, Vec::new()));
        let points = &ground.map.points;
        let next = points.len().min(shades.len() + SHADED);
        let part = points[shades.len()..next].iter();
        shades.extend(part.map(|point| shade(translator, pool, point.chunk)));
        if shades.len() < points.len() {
            self.collection.shading = Some((ground, shades));
            return;
        }
        self.view.collection.shades = Arc::new(shades);
        self.collection.shaded = Some(ground);
        self.urgent = true;
    }

    /// Does what its page asks.
    pub(super) fn collection_act(&mut self, action: CollectionAction) {
        match action {
            CollectionAction::RetryAll => self.scan_library(Retry::All),
            CollectionAction::Retry(file) => self.scan_library(Retry::These(vec![file])),
            CollectionAction::Reveal(file) => {
                self.collection.opener.ask(file);
            }
        }
    }
}

#[cfg(test)]
mod tests;
