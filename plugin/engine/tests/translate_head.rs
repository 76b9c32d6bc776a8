//! A taught head stays in use when what it judges is loaded anew.

mod common;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use engine::Result;
use engine::analysis::{BANDS, FRAMES};
use engine::inference::{
    Correspondence, Embedder, MusicFeatures, Picture, PictureEmbedder, PictureFeatures,
};
use engine::library::{ChunkInfo, Dims, Library, Parts, TrackId, TrackInfo};
use engine::retrieval::{Fraction, Gallery};
use engine::teach::{Example, Material, NetworksOf, TaughtHead, TeachOptions, teach};
use engine::translate::{Networks, Outcome, Settings, Translator};
use engine::units::{ChunkId, Seconds};

/// Of the two kinds of pictures and of music.
const KINDS: [[f32; 2]; 2] = [[1.0, 0.0], [0.0, 1.0]];
const RED: usize = 0;
const BLUE: usize = 1;
const SOFT: usize = 0;
const LOUD: usize = 1;

/// The shipped points say that red is soft and blue is loud.
struct Shipped;

fn seen(kind: usize) -> PictureFeatures {
    PictureFeatures {
        point: KINDS[kind].to_vec(),
        features: KINDS[kind].to_vec(),
    }
}

fn heard(kind: usize) -> MusicFeatures {
    MusicFeatures {
        embedding: vec![0.0],
        point: KINDS[kind].to_vec(),
        tags: Vec::new(),
        affect: Vec::new(),
    }
}

impl Embedder for Shipped {
    fn embed(&mut self, mel: &[f32], _: usize) -> Result<Vec<MusicFeatures>> {
        let windows = mel.chunks(BANDS * FRAMES);
        Ok(windows
            .map(|window| heard(usize::from(window[FRAMES - 1] > -30.0)))
            .collect())
    }
}

impl PictureEmbedder for Shipped {
    fn look(&mut self, picture: &Picture) -> Result<PictureFeatures> {
        let input = picture.input();
        let mean = |plane: usize| input[plane * 224 * 224..][..224 * 224].iter().sum::<f32>();
        Ok(seen(if mean(0) > mean(2) { RED } else { BLUE }))
    }
}

/// Taught the reverse: red is loud and blue is soft.
fn reversed() -> Arc<TaughtHead> {
    let mut material = Material {
        works: vec!["red".to_owned(), "blue".to_owned()],
        ..Material::default()
    };
    for place in 0..4 {
        let (picture, music) = [(RED, LOUD), (BLUE, SOFT)][place % 2];
        material.examples.push(Example {
            picture: Arc::new(seen(picture)),
            music: [heard(music)].into(),
            work: place % 2,
            group: place,
        });
        let record = common::pair_record(place, &material.works[place % 2]);
        material.records.push(record);
    }
    let networks = NetworksOf {
        audio_sha256: String::new(),
        picture_sha256: String::new(),
        features: 2,
        point: 2,
    };
    let goes_on = &mut |_| ControlFlow::Continue(());
    let head = teach(&material, &networks, &TeachOptions::default(), goes_on);
    Arc::new(head.expect("four pairs"))
}

/// `n` chunks, the first half of them soft.
fn library(n: usize) -> Library {
    let kind = |at: usize| usize::from(2 * at >= n);
    Library::from_parts(Parts {
        dims: Dims {
            embedding: 1,
            point: 2,
            tags: 0,
            affect: 0,
        },
        tracks: vec![TrackInfo {
            path: PathBuf::from("a.wav"),
            title: None,
            artist: None,
            duration: Seconds(4.0 * n as f64),
        }],
        chunks: (0..n)
            .map(|at| ChunkInfo {
                track: TrackId(0),
                start: Seconds(4.0 * at as f64),
                rms_db: -20.0,
            })
            .collect(),
        embeddings: vec![0.0; n],
        points: (0..n).flat_map(|at| KINDS[kind(at)]).collect(),
        traits: Vec::new(),
    })
}

fn picture(kind: usize) -> image::DynamicImage {
    let pixel = [[200, 0, 0], [0, 0, 200]][kind];
    image::RgbImage::from_pixel(4, 4, image::Rgb(pixel)).into()
}

fn paint(translator: &mut Translator, kind: usize) {
    let picture = Picture::new(picture(kind));
    translator.set_picture(Some(&picture)).expect("a painting");
}

/// What four seconds of loud music come to.
fn play(translator: &mut Translator) -> Outcome {
    let mut last = None;
    for _ in 0..FRAMES {
        translator.push_brush(&[-100.0; BANDS]);
        translator.push_music(&[-10.0; BANDS]);
        if translator.due() {
            let elapsed = translator.pending();
            last = Some(translator.step(elapsed).expect("a step"));
        }
    }
    last.expect("a step was due")
}

/// Whether the pool is the half of the library that is of `kind`.
#[track_caller]
fn expect_pool(translator: &mut Translator, kind: usize) {
    translator.step(Seconds(0.0)).expect("a step");
    let half = translator.library().expect("a library").len() / 2;
    let pool = translator.pool().expect("a pool");
    let mut members: Vec<ChunkId> = pool.members().iter().map(|(chunk, _)| *chunk).collect();
    members.sort_unstable();
    let first = (kind * half) as u32;
    let expected: Vec<ChunkId> = (first..first + half as u32).map(ChunkId).collect();
    assert_eq!(members, expected);
}

#[test]
fn a_head_judges_whatever_is_loaded_after_it() {
    let networks = Networks {
        audio: Box::new(Shipped),
        picture: Box::new(Shipped),
        correspondence: Correspondence {
            scale: 1.0,
            bias: -0.5,
            dim: 2,
        },
    };
    let settings = Settings {
        fraction: Fraction::percent(50.0).expect("a number"),
        ..Settings::default()
    };
    let mut translator = Translator::with_networks(networks, settings);
    translator.set_library(Some(library(8))).expect("fits");
    paint(&mut translator, RED);
    expect_pool(&mut translator, SOFT);
    assert!(play(&mut translator).score.expect("a score").0 > 0.5);

    translator.set_head(Some(reversed())).expect("fits");
    expect_pool(&mut translator, LOUD);
    assert!(play(&mut translator).score.expect("a score").0 < 0.5);

    // More was indexed in the meantime.
    translator.set_library(Some(library(20))).expect("fits");
    expect_pool(&mut translator, LOUD);
    paint(&mut translator, BLUE);
    expect_pool(&mut translator, SOFT);

    let folder = tempfile::tempdir().expect("a folder");
    for (name, kind) in [("red.png", RED), ("blue.png", BLUE)] {
        picture(kind)
            .save(folder.path().join(name))
            .expect("a picture");
    }
    let gallery = Gallery::scan(folder.path(), translator.picture_embedder(), &mut |_| {
        ControlFlow::Continue(())
    });
    translator
        .set_gallery(Some(gallery.expect("a gallery")))
        .expect("fits");
    let suggested = play(&mut translator).suggested_painting;
    assert!(suggested.expect("one").path.ends_with("red.png"));

    translator.set_head(None).expect("the shipped one");
    expect_pool(&mut translator, LOUD);
    let suggested = play(&mut translator).suggested_painting;
    assert!(suggested.expect("one").path.ends_with("blue.png"));
}
