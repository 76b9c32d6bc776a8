//! What a frame of the library's page costs the processor with as many points as it ever
//! shows:
//!
//! ```text
//! cargo run --release -p impasto --example library_frame
//! ```
//!
//! Layout is all that the editor does to draw a frame, tessellation what is made of it for
//! the graphics card. The map moves in no frame, so that its mesh is made in the first
//! alone; `anew` is a frame in which all shades change.

#[path = "../tests/support/mod.rs"]
mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use engine::library::MapMethod;
use engine::units::ChunkId;
use impasto::editor::search::{Search, fold};
use impasto::view::{MAP_POINTS, Shade, TrackRow, View};
use support::{Desk, collections, harness};

const FRAMES: usize = 100;

fn main() {
    let names = [("One", "A"), ("Two", "B"), ("Three", "C")];
    let view = View {
        collection: collections::collection(MAP_POINTS, MapMethod::Principal, &names),
        ..collections::mapped()
    };
    let mut desk = harness(Desk::new(view), (1080.0, 720.0), 1.0);
    time("Perform", &mut desk, false);
    let library = (egui::Role::RadioButton, "Library");
    desk.get_by_role_and_label(library.0, library.1).click();
    desk.run_steps(3);
    time("Library", &mut desk, false);
    time("Library, anew", &mut desk, true);
    search();
}

/// What a frame of a search through a hundred thousand tracks costs.
fn search() {
    let row = |at: usize| {
        let (title, artist) = (format!("Track number {at}"), format!("Artist {}", at / 12));
        let place = format!("{artist}/Album {}/{title}.flac", at % 12);
        TrackRow {
            key: fold(&format!("{title}\n{artist}\n{place}")),
            title,
            artist,
            path: place.clone().into(),
            place,
            chunks: 60,
            first: ChunkId(at as u32),
        }
    };
    let tracks = Arc::new((0..100_000).map(row).collect::<Vec<_>>());
    let mut frames = Vec::new();
    for text in ["t", "tr", "tra", "track 99", "artist 12 album", "no such"] {
        let mut search = Search::default();
        search.text = text.to_owned();
        loop {
            let began = Instant::now();
            let goes_on = search.follow(&tracks);
            frames.push(began.elapsed());
            if !goes_on {
                break;
            }
        }
    }
    println!("search, a frame: {}", median(frames));
}

fn time(name: &str, desk: &mut Harness<'_, Desk>, anew: bool) {
    let (mut layout, mut tessellation) = (Vec::new(), Vec::new());
    let mut vertices = 0;
    for _ in 0..FRAMES {
        if anew {
            let shades = &mut desk.state_mut().view.collection.shades;
            let changed: Vec<Shade> = shades.iter().copied().collect();
            *shades = Arc::new(changed);
        }
        let began = Instant::now();
        desk.step();
        layout.push(began.elapsed());
        let shapes = desk.output().shapes.clone();
        let began = Instant::now();
        let primitives = desk.ctx.tessellate(shapes, 1.0);
        tessellation.push(began.elapsed());
        let meshes = primitives.iter().map(|clipped| match &clipped.primitive {
            egui::epaint::Primitive::Mesh(mesh) => mesh.vertices.len(),
            egui::epaint::Primitive::Callback(_) => 0,
        });
        vertices = meshes.sum();
    }
    println!(
        "{name}: layout {}, tessellation {}, {vertices} vertices",
        median(layout),
        median(tessellation),
    );
}

fn median(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let milliseconds = |at: usize| times[at].as_secs_f64() * 1e3;
    let (middle, late) = (times.len() / 2, times.len() * 95 / 100);
    format!(
        "{:.2} ms (95th: {:.2})",
        milliseconds(middle),
        milliseconds(late)
    )
}
