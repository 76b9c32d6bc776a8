//! Every page in each of its states, compared with pictures of how it looked when somebody last
//! looked at it. `UPDATE_SNAPSHOTS=1` renews what differs; look at it before you commit.
//!
//! The pictures are a quarter of the window in each direction, and those that are alike
//! are kept once: `references.txt` names the file of each.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use egui::Role;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops;
use image::{ImageEncoder as _, RgbImage};
use impasto::editor::pages::Page;

use super::support::{collections, looks, pairs, sessions};
use super::*;

/// The sizes that a page must look right in.
const SIZES: [(f32, f32); 2] = [(1080.0, 720.0), MIN_SIZE];

/// Pixels for a point of the window: few, as they are drawn without a GPU.
const SCALE: f32 = 0.5;

/// Drawn pixels for one that is kept.
const SHRINK: u32 = 2;

/// How far a channel may be off, of 255: what rounding differs by from one kind of
/// processor to another.
const NEAR: u8 = 8;

/// So few pixels may be further off: another compiler rounds otherwise at the edge of a
/// scaled picture. A digit that changes is more.
const FEW: usize = 3;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots")
}

/// What is looked at.
struct Case {
    name: String,
    page: Page,
    view: View,
    size: (f32, f32),
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for page in Page::ALL {
        let states = match page {
            Page::Perform => states::all(),
            Page::Outputs => states::outputs(),
            Page::Library => collections::library_page(),
            Page::Painting => looks::all(),
            Page::Teach => pairs::all(),
            Page::Session => sessions::all(),
        };
        for (place, (state, view)) in states.into_iter().enumerate() {
            // The smallest window is the page's first state, or every one on stage.
            let small = page == Page::Perform || place == 0;
            for size in &SIZES[..if small { 2 } else { 1 }] {
                let name = format!("{} {state} {}x{}", page.name(), size.0, size.1);
                cases.push(Case {
                    name: name.to_lowercase(),
                    page,
                    view: view.clone(),
                    size: *size,
                });
            }
        }
    }
    cases
}

fn picture(case: &Case) -> RgbImage {
    let mut desk = harness(Desk::new(case.view.clone()), case.size, SCALE);
    desk.run_steps(1);
    if case.page != Page::default() {
        desk.get_by_role_and_label(Role::RadioButton, case.page.name())
            .click();
    }
    desk.run_steps(3);
    let whole = desk.render().expect("drawn without a GPU");
    let (width, height) = (whole.width() / SHRINK, whole.height() / SHRINK);
    let small = imageops::resize(&whole, width, height, imageops::FilterType::Triangle);
    image::DynamicImage::from(small).to_rgb8()
}

/// Where two pictures differ so that one sees it; `None` if nowhere.
fn difference(a: &RgbImage, b: &RgbImage) -> Option<String> {
    if a.dimensions() != b.dimensions() {
        return Some(format!("{:?} became {:?}", a.dimensions(), b.dimensions()));
    }
    let pixels = a.enumerate_pixels().zip(b.pixels());
    let off = |(left, right): (&u8, &u8)| left.abs_diff(*right) > NEAR;
    let differing: Vec<(u32, u32)> = pixels
        .filter(|((_, _, a), b)| a.0.iter().zip(&b.0).any(off))
        .map(|((x, y, _), _)| (in_points(x), in_points(y)))
        .collect();
    let (x, y) = *differing.first()?;
    let count = differing.len();
    if count < FEW {
        return None;
    }
    Some(format!(
        "{count} pixels differ, the topmost around {x}, {y}"
    ))
}

fn in_points(pixel: u32) -> u32 {
    ((pixel * SHRINK) as f32 / SCALE) as u32
}

fn save(picture: &RgbImage, path: &Path) {
    let file = std::fs::File::create(path).expect("written");
    let encoder = PngEncoder::new_with_quality(file, CompressionType::Best, FilterType::Adaptive);
    let (width, height) = picture.dimensions();
    encoder
        .write_image(picture, width, height, image::ExtendedColorType::Rgb8)
        .expect("written");
}

/// The file of each case, as it is committed.
fn references() -> BTreeMap<String, String> {
    let list = std::fs::read_to_string(folder().join("references.txt")).unwrap_or_default();
    let entry = |line: &str| {
        let (name, file) = line.split_once(": ")?;
        Some((name.to_owned(), file.to_owned()))
    };
    list.lines().filter_map(entry).collect()
}

fn draw_all(cases: &[Case]) -> Vec<RgbImage> {
    let next = AtomicUsize::new(0);
    let drawn: Mutex<BTreeMap<usize, RgbImage>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism()
            .map_or(1, usize::from)
            .min(8)
        {
            scope.spawn(|| {
                while let Some((at, case)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    cases.get(at).map(|case| (at, case))
                } {
                    let picture = picture(case);
                    drawn.lock().expect("no painter panics").insert(at, picture);
                }
            });
        }
    });
    drawn
        .into_inner()
        .expect("no painter panics")
        .into_values()
        .collect()
}

#[test]
fn every_page_looks_in_every_state_as_it_did() {
    let cases = cases();
    let drawn = draw_all(&cases);
    assert_eq!(drawn.len(), cases.len());
    let references = references();
    let mut differences = Vec::new();
    for (case, picture) in cases.iter().zip(&drawn) {
        let reference = references
            .get(&case.name)
            .and_then(|file| image::open(folder().join(file)).ok());
        let difference = match reference {
            Some(reference) => difference(&reference.to_rgb8(), picture),
            None => Some("nobody has looked at it yet".to_owned()),
        };
        differences.extend(difference.map(|how| format!("{}: {how}", case.name)));
    }
    let stale = references
        .keys()
        .filter(|name| cases.iter().all(|case| case.name != **name));
    differences.extend(stale.map(|name| format!("{name}: is no longer drawn")));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        renew(&cases, &drawn, &references);
    } else {
        let actual = std::env::temp_dir().join("impasto-snapshots");
        if !differences.is_empty() {
            write_aside(&cases, &drawn, &differences, &actual);
        }
        assert!(
            differences.is_empty(),
            "look at {} and, if it is right, renew with UPDATE_SNAPSHOTS=1:\n{}",
            actual.display(),
            differences.join("\n")
        );
    }
}

/// Puts what differs where a person can look at it.
fn write_aside(cases: &[Case], drawn: &[RgbImage], differences: &[String], aside: &Path) {
    std::fs::create_dir_all(aside).expect("a folder");
    for (case, picture) in cases.iter().zip(drawn) {
        let named = format!("{}: ", case.name);
        if differences.iter().any(|line| line.starts_with(&named)) {
            save(
                picture,
                &aside.join(format!("{}.png", case.name.replace(' ', "-"))),
            );
        }
    }
}

/// Writes those anew that differ, names all, and removes what nobody names.
fn renew(cases: &[Case], drawn: &[RgbImage], references: &BTreeMap<String, String>) {
    std::fs::create_dir_all(folder()).expect("a folder");
    let mut kept: Vec<(String, &RgbImage)> = Vec::new();
    let mut list = BTreeMap::new();
    for (case, picture) in cases.iter().zip(drawn) {
        let alike = kept.iter().find(|(_, other)| *other == picture);
        let file = match alike {
            Some((file, _)) => file.clone(),
            None => {
                let file = format!("{}.png", case.name.replace(' ', "-"));
                keep(picture, &folder().join(&file));
                kept.push((file.clone(), picture));
                file
            }
        };
        list.insert(&case.name, file);
    }
    for file in references
        .values()
        .filter(|file| list.values().all(|kept| kept != *file))
    {
        _ = std::fs::remove_file(folder().join(file));
    }
    let mut text = String::new();
    for (name, file) in list {
        writeln!(text, "{name}: {file}").expect("written");
    }
    std::fs::write(folder().join("references.txt"), text).expect("written");
}

/// Writes `picture` unless what is there looks the same.
fn keep(picture: &RgbImage, path: &Path) {
    let before = image::open(path).ok();
    if before.is_none_or(|before| difference(&before.to_rgb8(), picture).is_some()) {
        save(picture, path);
    }
}

#[test]
fn a_change_that_one_sees_is_seen() {
    let mut case = Case {
        name: String::new(),
        page: Page::Perform,
        view: states::playing(),
        size: SIZES[0],
    };
    let before = picture(&case);
    assert_eq!(difference(&before, &picture(&case)), None);
    case.view.dropped_frames = 1_284;
    let before = picture(&case);
    case.view.dropped_frames = 1_285;
    let one_digit = difference(&before, &picture(&case));
    assert!(one_digit.is_some(), "one digit of a small line is enough");
    case.view.dropped_frames = 1_284;
    case.view.brush_level_db += 3.0;
    assert!(
        difference(&before, &picture(&case)).is_some(),
        "a longer bar"
    );
}

#[test]
fn the_pictures_are_small() {
    let files = std::fs::read_dir(folder()).expect("tests/snapshots");
    let sizes = files.map(|file| file.and_then(|file| file.metadata()).expect("a file").len());
    let all: u64 = sizes.sum();
    assert!(
        all < 2_000_000,
        "{all} bytes: draw fewer states, or smaller"
    );
}
