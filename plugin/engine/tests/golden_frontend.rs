//! The mel front end against the double-precision reference of `models/golden`.

mod common;

use std::path::PathBuf;

use engine::analysis::{BANDS, FrontEnd, MelFrame, mel_of};
use engine::units::SampleRate;
use serde::Deserialize;

/// `index.json`, which the reference wrote beside its data.
#[derive(Deserialize)]
struct Index {
    cases: Vec<Case>,
    resampled: Resampled,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    input: String,
    frames: String,
    whole_rows: usize,
}

/// Material that is given as a function of time, for every rate.
#[derive(Deserialize)]
struct Resampled {
    partials: String,
    seconds: f64,
    attack_s: f64,
    rates: Vec<u32>,
    frames: String,
    whole_rows: usize,
    bands_below_top: usize,
}

fn path(file: &str) -> PathBuf {
    common::models_dir().join("golden/frontend").join(file)
}

fn index() -> Index {
    let text = std::fs::read(path("index.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn floats(file: &str) -> Vec<f64> {
    let bytes = std::fs::read(path(file)).unwrap();
    let (values, []) = bytes.as_chunks::<8>() else {
        panic!("{file} is cut short");
    };
    values
        .iter()
        .map(|bytes| f64::from_le_bytes(*bytes))
        .collect()
}

fn samples(file: &str) -> Vec<f32> {
    let bytes = std::fs::read(path(file)).unwrap();
    let (values, []) = bytes.as_chunks::<4>() else {
        panic!("{file} is cut short");
    };
    values
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect()
}

#[test]
fn frames_at_16_khz_are_within_1e_4_of_the_reference() {
    let cases = index().cases;
    assert!(cases.len() >= 6);
    for case in cases {
        let found = mel_of(&samples(&case.input));
        assert_eq!(found.len(), case.whole_rows, "{}", case.name);
        let mut worst = 0f64;
        for (frame, expected) in found.iter().zip(floats(&case.frames).chunks(BANDS)) {
            for (&db, expected) in frame.iter().zip(expected) {
                let error = (f64::from(db) - expected).abs() / expected.abs().max(1e-3);
                worst = worst.max(error);
            }
        }
        println!("{}: {worst:.1e} relative at worst", case.name);
        assert!(worst <= 1e-4, "{}: {worst}", case.name);
    }
}

/// The sum of the partials [amplitude, Hz, start, decay, phase] at `rate`.
fn render(partials: &[f64], about: &Resampled, rate: f64) -> Vec<f32> {
    let value = |n: usize| {
        let t = n as f64 / rate;
        let sum: f64 = partials
            .chunks(5)
            .map(|partial| {
                let &[amplitude, hz, start, decay, phase] = partial else {
                    panic!("five numbers a partial");
                };
                let s = (t - start).max(0.0);
                let rise = (s / about.attack_s).min(1.0) * std::f64::consts::PI;
                let attack = 0.5 - 0.5 * rise.cos();
                let sine = (std::f64::consts::TAU * hz * s + phase).sin();
                amplitude * attack * (-decay * s).exp() * sine
            })
            .sum();
        sum as f32
    };
    (0..(about.seconds * rate).round() as usize)
        .map(value)
        .collect()
}

#[test]
fn frames_at_every_rate_are_within_half_a_db_of_those_at_16_khz() {
    let about = index().resampled;
    let partials = floats(&about.partials);
    let expected = floats(&about.frames);
    assert!(about.rates.len() >= 5 && about.bands_below_top > 80);
    for &hz in &about.rates {
        let rate = SampleRate::new(f64::from(hz)).unwrap();
        let mut found: Vec<MelFrame> = Vec::new();
        let mut front_end = FrontEnd::new(rate).unwrap();
        for block in render(&partials, &about, rate.hz()).chunks(441) {
            front_end.process(block, &mut |frame| found.push(*frame));
        }
        // The last frames wait in the resampler for what comes next.
        assert!(
            found.len() + 2 >= about.whole_rows,
            "{hz} Hz: {}",
            found.len()
        );
        let differences: Vec<f64> = found
            .iter()
            .zip(expected.chunks(BANDS))
            .flat_map(|(f, e)| f.iter().zip(e).take(about.bands_below_top))
            .map(|(&f, e)| (f64::from(f) - e).abs())
            .collect();
        let mean = differences.iter().sum::<f64>() / differences.len() as f64;
        println!("{hz} Hz: {mean:.4} dB on average");
        assert!(mean <= 0.5, "{hz} Hz: {mean} dB");
    }
}
