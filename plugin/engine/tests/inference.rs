//! Networks are loaded, checked and run through the real inference runtime, with
//! networks that only average and so can be checked by hand.

mod common;

use std::sync::Arc;

use common::{Fixtures, expect_runtime};
use engine::Error;
use engine::analysis::{BANDS, FRAMES};
use engine::inference::{Models, Picture};

fn averages() -> Fixtures {
    expect_runtime();
    Fixtures::new("average_audio.onnx", "average_picture.onnx")
}

/// A window whose band `b` reads `b + offset` dB throughout.
fn ramp(offset: f32) -> Vec<f32> {
    (0..BANDS * FRAMES)
        .map(|i| (i / FRAMES) as f32 + offset)
        .collect()
}

#[test]
fn features_are_the_network_s_outputs() {
    let fixtures = averages();
    let models = Models::load(fixtures.dir.path()).unwrap();
    let mut embedder = models.audio_embedder().unwrap();
    let mel = [ramp(0.0), ramp(-50.0)].concat();
    let features = embedder.embed(&mel, 2).unwrap();
    assert_eq!(features.len(), 2);
    for (features, offset) in features.iter().zip([0.0, -50.0]) {
        assert_eq!(features.embedding.len(), 128);
        assert_eq!(features.point.len(), 32);
        assert_eq!(features.tags.len(), 50);
        assert_eq!(features.affect.len(), 7);
        for (n, value) in features.embedding.iter().enumerate() {
            let expected = (n % BANDS) as f32 + offset;
            assert!((value - expected).abs() < 1e-3, "{n}: {value}");
        }
    }
    assert_eq!(embedder.embed(&[], 0).unwrap(), []);
}

#[test]
fn what_is_beside_a_window_does_not_change_its_features() {
    let fixtures = averages();
    let models = Models::load(fixtures.dir.path()).unwrap();
    let alone = models
        .audio_embedder()
        .unwrap()
        .embed(&ramp(3.7), 1)
        .unwrap();
    let mut other = models.audio_embedder().unwrap();
    let mel = [ramp(-9.1), ramp(3.7), ramp(0.3)].concat();
    assert_eq!(other.embed(&mel, 3).unwrap()[1], alone[0]);
}

#[test]
fn a_picture_s_point_is_the_network_s_output() {
    let fixtures = averages();
    let models = Models::load(fixtures.dir.path()).unwrap();
    let picture = image::RgbImage::from_pixel(400, 300, image::Rgb([255, 127, 0]));
    let picture = Picture::new(picture.into());
    let point = models
        .picture_embedder()
        .unwrap()
        .look(&picture)
        .unwrap()
        .point;
    assert_eq!(point.len(), 32);
    for (value, expected) in point.iter().zip([1.0, 0.0, -127.0 / 128.0].iter().cycle()) {
        assert!((value - expected).abs() < 1e-3, "{value}");
    }
    assert_eq!(models.correspondence().dim, 32);
}

#[test]
fn one_folder_is_loaded_once_and_serves_many_threads() {
    let fixtures = averages();
    let models = Models::load(fixtures.dir.path()).unwrap();
    assert!(Arc::ptr_eq(
        &models,
        &Models::load(fixtures.dir.path()).unwrap()
    ));
    std::thread::scope(|scope| {
        for offset in 0..4 {
            let models = Arc::clone(&models);
            scope.spawn(move || {
                let mut embedder = models.audio_embedder().unwrap();
                for _ in 0..20 {
                    let features = embedder.embed(&ramp(offset as f32), 1).unwrap();
                    assert!((features[0].affect[0] - offset as f32).abs() < 1e-3);
                }
            });
        }
    });
}

/// The error of loading the fixtures after `damage`; it names `file`.
#[track_caller]
fn check(audio: &str, damage: impl Fn(&Fixtures), file: &str, expected: fn(&Error) -> bool) {
    expect_runtime();
    let fixtures = Fixtures::new(audio, "average_picture.onnx");
    damage(&fixtures);
    let error = Models::load(fixtures.dir.path()).err().expect("an error");
    assert!(expected(&error), "{error:?}");
    assert!(error.to_string().contains(file), "{error}");
}

#[test]
fn missing_and_changed_files_are_named() {
    let audio = "average_audio.onnx";
    let remove =
        |file: &'static str| move |f: &Fixtures| std::fs::remove_file(f.path(file)).unwrap();
    check(audio, remove("manifest.toml"), "manifest.toml", |e| {
        matches!(e, Error::Io { .. })
    });
    check(audio, remove("audio.onnx"), "audio.onnx", |e| {
        matches!(e, Error::ModelMissing { .. })
    });
    check(audio, remove("picture.onnx"), "picture.onnx", |e| {
        matches!(e, Error::ModelMissing { .. })
    });
    let append = |f: &Fixtures| {
        let mut bytes = std::fs::read(f.path("picture.onnx")).unwrap();
        bytes.push(0);
        std::fs::write(f.path("picture.onnx"), bytes).unwrap();
    };
    check(audio, append, "picture.onnx", |e| {
        matches!(e, Error::Hash { .. })
    });
}

#[test]
fn networks_that_do_not_fit_the_manifest_are_named() {
    let fine = |_: &Fixtures| ();
    let network = |e: &Error| matches!(e, Error::Network { .. });
    let shape = |e: &Error| matches!(e, Error::Shape { .. });
    check("short_embedding.onnx", fine, "\"embedding\"", shape);
    check("few_bands.onnx", fine, "64", shape);
    check("other_input_name.onnx", fine, "spectrogram", network);
    check("no_affect.onnx", fine, "affect", network);
    check("make.py", fine, "audio.onnx", network);
    check("not_a_number.onnx", fine, "not numbers", network);
}
