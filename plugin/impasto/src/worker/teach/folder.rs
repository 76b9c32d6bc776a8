//! What is in the folder of pairs, and in that of heads. On threads of their own.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use engine::inference::Picture;
use engine::library::decode::stored_as;
use engine::teach::{
    HEAD_EXTENSION, Kept, PAIRS_FILE, Pair, Pairs, REHEARSAL_FILE, RehearsalOptions, TaughtHead,
    TeachProblem,
};
use engine::units::Seconds;
use image::ImageEncoder as _;
use image::codecs::png::PngEncoder;

use crate::view::{HeadRow, PairRow, Rgba};
use crate::worker::task::Progress;

/// Of a pair's picture, in pixels.
const THUMBNAIL: u32 = 128;

/// More pairs are not shown.
const SHOWN: usize = 500;

/// More heads are not shown.
const HEADS: usize = 100;

/// What a look at a folder found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) pairs: Vec<PairRow>,
    pub(super) left_out: Vec<(PathBuf, String)>,
    pub(super) problem: Option<String>,
    pub(super) has_table: bool,
}

/// What a pair is made of.
pub(super) struct Painted {
    pub(super) work: String,
    pub(super) picture: Arc<Rgba>,
    pub(super) music: Vec<f32>,
}

/// Looks at `folder`; pictures that are `known` are not read again.
pub(super) fn look(folder: &Path, known: &[PairRow], progress: &Progress) -> Found {
    let is_there = |table: &&str| folder.join(table).is_file();
    let has_table = [PAIRS_FILE, REHEARSAL_FILE].iter().any(is_there);
    if !folder.is_dir() {
        // It is made with the first pair.
        return Found::default();
    }
    let pairs = match Pairs::find(folder, &RehearsalOptions::default()) {
        Ok(pairs) => pairs,
        // That there are none yet is no problem.
        Err(engine::Error::Teach {
            problem: TeachProblem::NoPairs(_),
            ..
        }) if !has_table => return Found::default(),
        Err(error) => {
            return Found {
                problem: Some(error.to_string()),
                has_table,
                ..Found::default()
            };
        }
    };
    let mut pictures: HashMap<PathBuf, Option<Arc<Rgba>>> = known
        .iter()
        .map(|row| (row.picture.clone(), row.thumbnail.clone()))
        .collect();
    let count = pairs.pairs.len().min(SHOWN);
    let mut rows = Vec::with_capacity(count);
    for (place, pair) in pairs.pairs.into_iter().take(SHOWN).enumerate() {
        if progress.tell(place as f64 / count.max(1) as f64).is_break() {
            break;
        }
        rows.push(row(&pairs.root, pair, &mut pictures));
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.added));
    let left_out = pairs.left_out.into_iter();
    Found {
        pairs: rows,
        left_out: left_out.map(|left| (left.path, left.reason)).collect(),
        problem: None,
        has_table,
    }
}

fn row(root: &Path, pair: Pair, pictures: &mut HashMap<PathBuf, Option<Arc<Rgba>>>) -> PairRow {
    let (picture, music) = (root.join(&pair.picture), root.join(&pair.music));
    let thumbnail = pictures.entry(picture.clone()).or_insert_with(|| {
        let read = Picture::open(&picture).ok()?;
        Some(Arc::new(rgba(&read.thumbnail(THUMBNAIL))))
    });
    let stem = || {
        picture
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    let whole = stored_as(&music).ok().and_then(|stored| stored.duration);
    let end = pair.span.end.or(whole);
    PairRow {
        name: pair.work.clone().unwrap_or_else(stem),
        thumbnail: thumbnail.clone(),
        length: end.map(|end| Seconds((end.0 - pair.span.start.0).max(0.0))),
        added: modified(&music),
        pair,
        picture,
    }
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

fn rgba(picture: &image::RgbaImage) -> Rgba {
    Rgba {
        width: picture.width(),
        height: picture.height(),
        pixels: picture.as_raw().clone(),
    }
}

/// Adds a pair to `folder`.
pub(super) fn add(folder: &Path, painted: &Painted) -> engine::Result<()> {
    let Rgba {
        width,
        height,
        pixels,
    } = &*painted.picture;
    let mut png = Vec::new();
    let encoder = PngEncoder::new(&mut png);
    let done = encoder.write_image(pixels, *width, *height, image::ExtendedColorType::Rgba8);
    done.map_err(|error| engine::Error::Picture {
        path: folder.to_owned(),
        reason: error.to_string(),
    })?;
    let kept = Kept {
        work: &painted.work,
        picture_png: &png,
        music: &painted.music,
    };
    engine::teach::add(folder, &kept).map(drop)
}

/// The heads in `folder`, the newest first. Files that are none are passed over.
pub(super) fn heads(folder: &Path) -> Vec<HeadRow> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let named = |path: &PathBuf| path.extension().is_some_and(|e| e == HEAD_EXTENSION);
    let mut heads: Vec<HeadRow> = paths.filter(named).take(HEADS).filter_map(head).collect();
    heads.sort_by(|a, b| b.created.cmp(&a.created).then(a.path.cmp(&b.path)));
    heads
}

fn head(path: PathBuf) -> Option<HeadRow> {
    let head = TaughtHead::load(&path).ok()?;
    let info = head.info();
    let judged = info.measured.as_ref();
    Some(HeadRow {
        path,
        name: info.name.clone(),
        created: info.created.clone(),
        pairs: info.pairs.len(),
        accuracy: judged.map(|judged| (judged.two_afc, judged.shuffled)),
        verdict: info.verdict,
    })
}
