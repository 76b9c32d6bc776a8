//! A taught head's products are those of the training package.

mod common;

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use engine::inference::{MusicFeatures, PictureFeatures};
use engine::teach::{Example, Material, NetworksOf, TeachOptions, teach};

/// Numbers of a shipped point before its last block, which a head does not look at.
const BEFORE: usize = 3;

fn point(block: &[f32]) -> Vec<f32> {
    [&[9.0; BEFORE], block].concat()
}

fn picture(features: &[f32], block: &[f32]) -> PictureFeatures {
    PictureFeatures {
        point: point(block),
        features: features.to_vec(),
    }
}

fn music(block: &[f32]) -> MusicFeatures {
    MusicFeatures {
        embedding: Vec::new(),
        point: point(block),
        tags: Vec::new(),
        affect: Vec::new(),
    }
}

/// A pair for each row of both, each of a work of its own.
fn material(pictures: &[Vec<f32>], heard: &[Vec<f32>]) -> Material {
    let mut material = Material::default();
    for (place, (features, block)) in pictures.iter().zip(heard).enumerate() {
        material.examples.push(Example {
            picture: Arc::new(picture(features, features)),
            music: vec![music(block)].into(),
            work: place,
            group: place,
        });
        let record = common::pair_record(place, &place.to_string());
        material.records.push(record);
        material.works.push(place.to_string());
    }
    material
}

/// `models/golden/taught.py` wrote what `training.taught` says.
#[test]
fn the_python_reference_says_the_same() {
    let text = include_str!("../../../models/golden/taught.json");
    let golden: HashMap<String, Vec<Vec<f32>>> = serde_json::from_str(text).unwrap();
    let material = material(&golden["taught_pictures"], &golden["taught_music"]);
    let features = golden["pictures"][0].len();
    let networks = NetworksOf {
        audio_sha256: String::new(),
        picture_sha256: String::new(),
        features,
        point: BEFORE + features,
    };
    let options = TeachOptions::default();
    let mut goes_on = |_| ControlFlow::Continue(());
    let head = teach(&material, &networks, &options, &mut goes_on).expect("learned");
    let pictures = golden["pictures"].iter().zip(&golden["blocks"]);
    let found: Vec<f32> = pictures
        .flat_map(|(features, block)| {
            let seen = head.picture_point(&picture(features, block)).unwrap();
            golden["music"]
                .iter()
                .map(move |block| (seen.clone(), block))
        })
        .map(|(seen, block)| {
            let heard = head.music_point(&music(block)).unwrap();
            seen.iter().zip(&heard).map(|(p, a)| p * a).sum()
        })
        .collect();
    let expected = golden["products"].concat();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).abs() < 1e-4, "{found} {expected}");
    }
}
