//! A translation that goes on while its library is being indexed.

use std::ops::ControlFlow;
use std::path::Path;

use engine::Result;
use engine::analysis::{BANDS, FRAMES};
use engine::congruity::{Part, Reference};
use engine::inference::{
    Correspondence, Embedder, MusicFeatures, Picture, PictureEmbedder, PictureFeatures,
};
use engine::library::{Contract, Control, Dims, Indexer, Library, Progress};
use engine::retrieval::{Fraction, Pool, Recent, Variety, nearest_n};
use engine::translate::{LibraryChange, Networks, Outcome, Settings, Translator};
use engine::units::{ChunkId, Seconds};

const CONTRACT: Contract = Contract {
    model: [5; 32],
    dims: Dims {
        embedding: 3,
        point: 1,
        tags: 0,
        affect: 0,
    },
};

const CORRESPONDENCE: Correspondence = Correspondence {
    scale: 4.0,
    bias: 0.0,
    dim: 1,
};

/// The mean levels of a window and of two of its parts, as numbers around 1.
struct Levels;

impl Embedder for Levels {
    fn embed(&mut self, mel: &[f32], _: usize) -> Result<Vec<MusicFeatures>> {
        let mean = |part: &[f32]| 1.0 + part.iter().sum::<f32>() / part.len() as f32 / 100.0;
        let features = |window: &[f32]| {
            let (low, high) = window.split_at(window.len() / 2);
            MusicFeatures {
                embedding: vec![mean(window), mean(low), mean(high)],
                point: vec![mean(low)],
                tags: Vec::new(),
                affect: Vec::new(),
            }
        };
        Ok(mel.chunks(BANDS * FRAMES).map(features).collect())
    }
}

struct One;

impl PictureEmbedder for One {
    fn look(&mut self, _: &Picture) -> Result<PictureFeatures> {
        Ok(PictureFeatures {
            point: vec![1.0],
            features: Vec::new(),
        })
    }
}

/// 40 s of a tone that swells, so that every chunk is another.
fn write_music(path: &Path, hz: f64) {
    const RATE: u32 = 16_000;
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).expect("a file");
    for at in 0..40 * RATE {
        let time = f64::from(at) / f64::from(RATE);
        let swell = 0.05 + 0.02 * time + 0.001 * hz.sqrt();
        let sample = swell.min(1.0) * (std::f64::consts::TAU * hz * time).sin();
        writer
            .write_sample((sample * 32_000.0) as i16)
            .expect("room for it");
    }
    writer.finalize().expect("a whole file");
}

/// Indexes what is in `folder` now.
fn indexed(index: &Path, folder: &Path) -> Library {
    let mut indexer = Indexer::with_contract(index, CONTRACT).expect("an index");
    let mut embedders: [Box<dyn Embedder>; 1] = [Box::new(Levels)];
    let mut progress = |_: Progress<'_>| ControlFlow::Continue(());
    indexer
        .scan(folder, &mut embedders, &Control::new(), &mut progress)
        .expect("a scan");
    Library::open(index).expect("an index")
}

fn translator() -> Translator {
    let networks = Networks {
        audio: Box::new(Levels),
        picture: Box::new(One),
        correspondence: CORRESPONDENCE,
    };
    let settings = Settings {
        fraction: Fraction::percent(60.0).expect("a number"),
        variety: Variety {
            chunks: 3,
            tracks: 0,
        },
        smoothing: Seconds(0.0),
        ..Settings::default()
    };
    let mut translator = Translator::with_networks(networks, settings);
    let picture = Picture::new(image::DynamicImage::new_rgb8(4, 4));
    translator.set_picture(Some(&picture)).expect("a painting");
    translator
}

/// Four seconds of brush and music.
fn stroke(translator: &mut Translator) -> Outcome {
    for _ in 0..FRAMES {
        translator.push_brush(&[-30.0; BANDS]);
        translator.push_music(&[-40.0; BANDS]);
    }
    translator.step(translator.pending()).expect("a step")
}

/// That the translation does what one does that knows this library from the start.
#[track_caller]
fn expect_as_if_new(translator: &Translator, outcome: &Outcome, played: &[ChunkId]) {
    let library = translator.library().expect("a library");
    let fraction = translator.settings().fraction;
    let anew = Pool::build(library, &CORRESPONDENCE, &[1.0], fraction);
    let pool = translator.pool().expect("a pool");
    assert_eq!(pool.members(), anew.members());
    assert_eq!(pool.distribution(), anew.distribution());
    assert_eq!(pool.embeddings().values(), anew.embeddings().values());
    assert_eq!(outcome.pool_size, anew.len());

    let mut recent = Recent::new(translator.settings().variety);
    for chunk in played {
        recent.push(*chunk, library.chunk(*chunk).track);
    }
    let level = 1.0 - 30.0 / 100.0;
    let listed = translator.settings().listed;
    let expected = nearest_n(&anew, &[level; 3], &recent, listed);
    let chunks = |hits: &[engine::retrieval::Hit]| -> Vec<ChunkId> {
        hits.iter().map(|hit| hit.chunk).collect()
    };
    assert_eq!(chunks(&outcome.snippets), chunks(&expected));
}

/// That brush and music were compared with this library's chunks.
#[track_caller]
fn expect_gesture(translator: &Translator, outcome: &Outcome) {
    let reference = Reference::of(translator.library().expect("a library"));
    let (brush, music) = (1.0 - 30.0 / 100.0, 1.0 - 40.0 / 100.0);
    let gesture = reference.gesture(&[brush; 3], &[music; 3]);
    assert!(gesture.is_some());
    assert_eq!(outcome.parts.get(Part::Gesture), gesture);
}

#[test]
fn a_growing_library_goes_on_and_another_starts_anew() {
    let (folder, index) = (tempfile::tempdir(), tempfile::tempdir());
    let (folder, index) = (folder.expect("a folder"), index.expect("a folder"));
    write_music(&folder.path().join("b.wav"), 300.0);
    write_music(&folder.path().join("c.wav"), 500.0);
    let first = indexed(index.path(), folder.path());
    let mut translator = translator();
    let change = translator
        .set_library(Some(first.clone()))
        .expect("it fits");
    assert_eq!(change, LibraryChange::Replaced, "there was none");
    let outcome = stroke(&mut translator);
    expect_as_if_new(&translator, &outcome, &[]);
    expect_gesture(&translator, &outcome);
    let played: Vec<ChunkId> = outcome.snippets[..2].iter().map(|hit| hit.chunk).collect();
    for chunk in &played {
        translator.note_played(*chunk);
    }

    // A track that comes before the others by name: tracks are counted otherwise.
    write_music(&folder.path().join("a.wav"), 700.0);
    let grown = indexed(index.path(), folder.path());
    assert!(grown.len() > first.len());
    let change = translator
        .set_library(Some(grown.clone()))
        .expect("it fits");
    assert_eq!(change, LibraryChange::Continued);
    assert!(translator.pool().is_some(), "the pool before stands");
    let outcome = stroke(&mut translator);
    expect_as_if_new(&translator, &outcome, &played);
    expect_gesture(&translator, &outcome);
    assert!(
        !outcome
            .snippets
            .iter()
            .any(|hit| played.contains(&hit.chunk))
    );

    // Rows of a file that is gone keep their numbers and are not searched.
    std::fs::remove_file(folder.path().join("b.wav")).expect("it was there");
    let shrunk = indexed(index.path(), folder.path());
    let dead: Vec<ChunkId> = first.ids().filter(|id| !shrunk.is_live(*id)).collect();
    assert!(!dead.is_empty() && shrunk.rows() == grown.rows());
    let change = translator.set_library(Some(shrunk)).expect("it fits");
    assert_eq!(change, LibraryChange::Continued);
    let outcome = stroke(&mut translator);
    let alive: Vec<ChunkId> = played.into_iter().filter(|id| !dead.contains(id)).collect();
    expect_as_if_new(&translator, &outcome, &alive);
    expect_gesture(&translator, &outcome);
    let pool = translator.pool().expect("a pool");
    assert!(dead.iter().all(|chunk| !pool.contains(*chunk)));

    let elsewhere = tempfile::tempdir().expect("a folder");
    let other = indexed(elsewhere.path(), folder.path());
    let change = translator.set_library(Some(other)).expect("it fits");
    assert_eq!(change, LibraryChange::Replaced);
    let outcome = translator.step(Seconds(0.0)).expect("a step");
    expect_as_if_new(&translator, &outcome, &[]);
    let change = translator.set_library(None).expect("none fits");
    assert_eq!(change, LibraryChange::Replaced);
}
