use std::f64::consts::TAU;

use proptest::prelude::*;

use super::*;
use crate::analysis::{FLOOR_DB, mel_of};

fn rate(hz: f64) -> SampleRate {
    SampleRate::new(hz).unwrap()
}

/// Partials of moving level from 80 Hz to 7 kHz: band-limited, so that it is the
/// same at every rate.
fn material(hz: f64, seconds: f64) -> Vec<f32> {
    let partials = [82.0, 247.0, 611.0, 1313.0, 2417.0, 3733.0, 5171.0, 7013.0];
    (0..(hz * seconds) as usize)
        .map(|n| {
            let t = n as f64 / hz;
            let sum: f64 = partials
                .iter()
                .enumerate()
                .map(|(k, f)| {
                    let swell = 0.55 + 0.45 * (TAU * (0.7 + 0.3 * k as f64) * t).sin();
                    swell * (TAU * f * t + k as f64).sin()
                })
                .sum();
            (0.1 * sum) as f32
        })
        .collect()
}

fn frames(hz: f64, signal: &[f32], block: usize) -> Vec<MelFrame> {
    let mut front_end = FrontEnd::new(rate(hz)).unwrap();
    collect(&mut front_end, signal.chunks(block))
}

fn collect<'a>(front_end: &mut FrontEnd, blocks: impl Iterator<Item = &'a [f32]>) -> Vec<MelFrame> {
    let mut frames = Vec::new();
    for block in blocks {
        front_end.process(block, &mut |frame| frames.push(*frame));
    }
    frames
}

#[test]
fn at_16_khz_it_is_the_transform_itself() {
    let signal = material(16_000.0, 2.0);
    assert_eq!(frames(16_000.0, &signal, 97), mel_of(&signal));
}

/// Mean absolute difference in dB from the frames at 16 kHz, over the bands that the
/// material reaches and where either is above the floor.
#[track_caller]
fn check_parity(hz: f64) {
    let expected = mel_of(&material(16_000.0, 3.0));
    let found = frames(hz, &material(hz, 3.0), 512);
    assert!(found.len() + 3 >= expected.len(), "{} frames", found.len());
    let differences: Vec<f64> = found
        .iter()
        .zip(&expected)
        .flat_map(|(f, e)| f.iter().zip(e))
        .filter(|(f, e)| **f > FLOOR_DB || **e > FLOOR_DB)
        .map(|(f, e)| f64::from((f - e).abs()))
        .collect();
    let mean = differences.iter().sum::<f64>() / differences.len() as f64;
    eprintln!(
        "{hz} Hz: mean difference {mean:.4} dB over {} values",
        differences.len()
    );
    assert!(mean < 0.5, "{hz} Hz: {mean} dB");
}

#[test]
fn every_rate_gives_the_frames_of_16_khz() {
    for hz in [
        22_050.0, 24_000.0, 32_000.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0, 176_400.0, 192_000.0,
        45_678.901,
    ] {
        check_parity(hz);
    }
}

#[test]
fn usual_rates_have_few_phases() {
    let found = |hz| phases(rate(hz));
    assert_eq!(found(48_000.0), Some(1));
    assert_eq!(found(44_100.0), Some(160));
    assert_eq!(found(22_050.0), Some(320));
    assert_eq!(found(192_000.0), Some(1));
    assert_eq!(found(24_000.0), Some(2));
    assert_eq!(found(44_101.0), None);
    assert_eq!(found(45_678.901), None);
}

#[test]
fn what_16_khz_cannot_hold_is_kept_out() {
    for hz in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        for tone in [8_500.0, 9_700.0, 12_000.0, 16_000.0, 20_000.0] {
            let step = TAU * tone / hz;
            let signal: Vec<f32> = (0..hz as usize)
                .map(|n| (step * n as f64).sin() as f32)
                .collect();
            // The tone's own beginning is a click, which any rate may hear.
            let loudest = frames(hz, &signal, 256)[8..]
                .iter()
                .flatten()
                .copied()
                .fold(FLOOR_DB, f32::max);
            assert!(loudest < -80.0, "{tone} Hz at {hz}: {loudest} dB");
        }
    }
}

#[test]
fn rates_of_every_kind_are_taken_and_nonsense_is_refused() {
    for hz in [
        1_000.0,
        1_234.567_8,
        8_000.0,
        11_025.0,
        123_456.78,
        384_000.0,
        768_000.0,
    ] {
        let signal = material(hz, 1.0);
        let count = frames(hz, &signal, 1024).len();
        // The resampler of the lowest rate is 0.13 s late.
        assert!((65..=77).contains(&count), "{hz} Hz: {count} frames in 1 s");
    }
    for hz in [1.0, 999.0, 1e9] {
        assert!(matches!(FrontEnd::new(rate(hz)), Err(Error::SampleRate(_))));
    }
}

#[test]
fn reset_forgets_everything() {
    for hz in [16_000.0, 44_100.0] {
        let signal = material(hz, 0.7);
        let mut front_end = FrontEnd::new(rate(hz)).unwrap();
        collect(&mut front_end, signal[1234..].chunks(100));
        front_end.reset();
        assert_eq!(
            collect(&mut front_end, signal.chunks(64)),
            frames(hz, &signal, 64)
        );
    }
}

#[test]
fn a_bad_sample_does_not_outlive_its_window() {
    let mut signal = material(48_000.0, 1.0);
    let clean = frames(48_000.0, &signal, 64);
    for (n, bad) in [f32::NAN, f32::INFINITY, f32::MAX, f32::MIN]
        .into_iter()
        .enumerate()
    {
        signal[9_000 + n] = bad;
    }
    let dirty = frames(48_000.0, &signal, 64);
    assert!(dirty.iter().flatten().all(|db| db.is_finite()));
    // 9,000 samples are 15 hops; the window and the filter reach 5 hops back.
    assert_eq!(clean[..10], dirty[..10]);
    assert_eq!(clean[17..], dirty[17..]);
}

#[test]
fn latency_is_stated() {
    let latency = |hz| FrontEnd::new(rate(hz)).unwrap().latency().0;
    assert_eq!(latency(16_000.0), 0.0);
    for hz in [22_050.0, 44_100.0, 48_000.0, 192_000.0] {
        // A click at the end of a frame's window decides whether the frame is there.
        let mut front_end = FrontEnd::new(rate(hz)).unwrap();
        let mut first = None;
        for n in 0..hz as usize {
            front_end.process(&[0.0], &mut |_| first = first.or(Some(n + 1)));
        }
        let late = first.unwrap() as f64 / hz - 0.05;
        assert!(late <= latency(hz) + 1e-3, "{hz} Hz: {late} s");
        assert!(latency(hz) < 0.015, "{hz} Hz: {} s", latency(hz));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_split_gives_the_same_frames(
        hz in prop::sample::select(vec![16_000.0, 22_050.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0]),
        splits in prop::collection::vec(0usize..9000, 1..40),
    ) {
        let signal = material(hz, 0.5);
        let mut front_end = FrontEnd::new(rate(hz)).unwrap();
        let mut rest = &signal[..];
        let mut blocks = Vec::new();
        for split in splits {
            let (block, later) = rest.split_at(split.min(rest.len()));
            blocks.push(block);
            rest = later;
        }
        blocks.push(rest);
        let found = collect(&mut front_end, blocks.into_iter());
        prop_assert_eq!(found, frames(hz, &signal, signal.len()));
    }
}
