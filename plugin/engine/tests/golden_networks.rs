//! The shipped networks against what they gave when they were exported.

mod common;

use std::path::PathBuf;
use std::sync::Arc;

use common::{expect_runtime, models_dir};
use engine::analysis::{BANDS, FRAMES};
use engine::inference::{Models, PICTURE_SIZE, Picture};
use serde::Deserialize;

/// `NAME.json`: a network's golden tensors.
#[derive(Deserialize)]
struct Golden {
    sha256: String,
    /// Largest difference, absolute, or relative to values above 1.
    tolerance: f32,
    input: Vec<Tensor>,
    output: Vec<Tensor>,
}

#[derive(Deserialize)]
struct Tensor {
    name: String,
    shape: Vec<usize>,
    file: String,
}

impl Tensor {
    fn values(&self) -> Vec<f32> {
        let bytes = std::fs::read(path(&self.file)).unwrap();
        let (values, []) = bytes.as_chunks::<4>() else {
            panic!("{} is cut short", self.file);
        };
        assert_eq!(values.len(), self.shape.iter().product::<usize>());
        values
            .iter()
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect()
    }
}

fn path(file: &str) -> PathBuf {
    models_dir().join("golden/networks").join(file)
}

fn golden(network: &str) -> Golden {
    let text = std::fs::read(path(&format!("{network}.json"))).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn models() -> Arc<Models> {
    expect_runtime();
    Models::load(&models_dir()).unwrap()
}

#[track_caller]
fn check(golden: &Golden, output: &Tensor, found: &[f32]) {
    let expected = output.values();
    assert_eq!(found.len(), expected.len(), "{}", output.name);
    let mut worst = 0f32;
    for (found, expected) in found.iter().zip(&expected) {
        worst = worst.max((found - expected).abs() / expected.abs().max(1.0));
    }
    println!("{}: {worst:.1e} at worst", output.name);
    assert!(worst <= golden.tolerance, "{}: {worst}", output.name);
}

#[test]
fn the_audio_network_gives_what_it_gave_when_exported() {
    let (models, golden) = (models(), golden("audio"));
    assert_eq!(
        golden.sha256,
        models.manifest().audio().sha256,
        "another network"
    );
    let windows = golden.input[0].shape[0];
    let mel = golden.input[0].values();
    let features = models
        .audio_embedder()
        .unwrap()
        .embed(&mel, windows)
        .unwrap();
    assert_eq!(golden.output.len(), 4);
    for output in &golden.output {
        let found: Vec<f32> = features
            .iter()
            .flat_map(|features| match output.name.as_str() {
                "embedding" => &features.embedding,
                "point" => &features.point,
                "tags" => &features.tags,
                "affect" => &features.affect,
                name => panic!("{name} is not in the contract"),
            })
            .copied()
            .collect();
        check(&golden, output, &found);
    }
}

#[test]
fn sixteen_who_listen_live_hear_what_one_alone_hears() {
    let (models, golden) = (models(), golden("audio"));
    let len = BANDS * FRAMES;
    let mel = golden.input[0].values();
    let windows: Vec<&[f32]> = mel.chunks(len).collect();
    let mut alone = models.audio_embedder().unwrap();
    let mut hear = |mel: &&[f32]| alone.embed(mel, 1).unwrap();
    let expected: Vec<_> = windows.iter().map(&mut hear).collect();
    std::thread::scope(|scope| {
        for user in 0..16 {
            let mut live = models.live_embedder().unwrap();
            let (windows, expected) = (&windows, &expected);
            scope.spawn(move || {
                for turn in 0..10 {
                    let at = (user + turn) % windows.len();
                    assert_eq!(live.embed(windows[at], 1).unwrap(), expected[at]);
                }
            });
        }
    });
}

#[test]
fn the_picture_network_gives_what_it_gave_when_exported() {
    let (models, golden) = (models(), golden("picture"));
    assert_eq!(
        golden.sha256,
        models.manifest().picture_model().sha256,
        "another network"
    );
    let planes = golden.input[0].values();
    let pixels = planes.len() / 3;
    // The golden input comes from bytes; a picture of the network's size is not resized.
    let byte = |plane: usize, pixel: usize| (planes[plane * pixels + pixel] * 128.0 + 127.0) as u8;
    let picture = image::RgbImage::from_fn(PICTURE_SIZE, PICTURE_SIZE, |x, y| {
        let pixel = (y * PICTURE_SIZE + x) as usize;
        image::Rgb([0, 1, 2].map(|plane| byte(plane, pixel)))
    });
    let picture = Picture::new(picture.into());
    assert_eq!(picture.input(), planes);
    let point = models
        .picture_embedder()
        .unwrap()
        .look(&picture)
        .unwrap()
        .point;
    check(&golden, &golden.output[0], &point);
}

/// The runtime's kernels for few rows and for many round differently, and nothing else may
/// differ: an index is the same wherever a scan was broken off.
#[test]
fn a_batch_does_not_change_what_a_window_gives() {
    let mut embedder = models().audio_embedder().unwrap();
    let len = BANDS * FRAMES;
    let mut state = 7u32;
    let mel: Vec<f32> = (0..21 * len)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            -90.0 * (state >> 8) as f32 / (1u32 << 24) as f32
        })
        .collect();
    let all = embedder.embed(&mel, 21).unwrap();
    assert_eq!(all.len(), 21);
    for (first, count) in [(0, 1), (20, 1), (3, 3), (1, 4), (5, 16), (4, 17)] {
        let part = &mel[first * len..(first + count) * len];
        for (found, expected) in embedder
            .embed(part, count)
            .unwrap()
            .iter()
            .zip(&all[first..])
        {
            let values = [
                (&found.embedding, &expected.embedding),
                (&found.point, &expected.point),
                (&found.tags, &expected.tags),
                (&found.affect, &expected.affect),
            ];
            for (found, expected) in values.into_iter().flat_map(|(a, b)| a.iter().zip(b)) {
                let difference = (found - expected).abs() / expected.abs().max(1.0);
                assert!(
                    difference < 3e-5,
                    "{count} from {first} on: {found} {expected}"
                );
            }
        }
    }
}
