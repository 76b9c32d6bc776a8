//! Paintings become the same input as in the training, which resizes with Pillow.

mod common;

use std::path::Path;

use engine::inference::{PICTURE_SIZE, Picture};

#[track_caller]
fn check(name: &str) {
    let painting = common::models_dir().join(format!("../tests/assets/paintings/{name}.jpg"));
    let picture = Picture::open(&painting).unwrap();
    let expected =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/pictures/{name}.png"));
    let expected = image::open(expected).unwrap().into_rgb8();
    let (mut sum, mut worst) = (0.0, 0f32);
    let pixels = (PICTURE_SIZE * PICTURE_SIZE) as usize;
    for (n, pixel) in expected.pixels().enumerate() {
        for (plane, &byte) in pixel.0.iter().enumerate() {
            let found = picture.input()[plane * pixels + n] * 128.0 + 127.0;
            let difference = (found - f32::from(byte)).abs();
            sum += difference;
            worst = worst.max(difference);
        }
    }
    let mean = sum / (3 * pixels) as f32;
    println!("{name}: {mean:.3} of 255 on average, {worst} at worst");
    // The two decode jpeg and round a little differently.
    assert!(mean < 0.6 && worst <= 6.0, "{name}: {mean}, {worst}");
}

#[test]
fn paintings_are_resized_as_in_the_training() {
    check("hokusai-great-wave");
    check("kandinsky-composition-8");
}
