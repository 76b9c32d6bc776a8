//! What holds for any signal, and for signals made to be hard.

use std::f64::consts::TAU;

use engine::analysis::stroke::{StrokeDetector, StrokeEvent, StrokeSettings};
use engine::units::{SampleRate, Seconds};
use proptest::prelude::*;

use super::RATE;
use super::noise::Random;
use super::signals::{detector, ends, events, rub, silence, starts};

fn at(event: StrokeEvent, from: usize) -> StrokeEvent {
    match event {
        StrokeEvent::Start { offset, strength } => StrokeEvent::Start {
            offset: offset + from,
            strength,
        },
        StrokeEvent::Sized {
            offset,
            strength,
            brightness,
        } => StrokeEvent::Sized {
            offset: offset + from,
            strength,
            brightness,
        },
        StrokeEvent::End { offset } => StrokeEvent::End {
            offset: offset + from,
        },
    }
}

/// Events and the last pressure and brightness of a signal cut after `cuts`, in turn.
fn in_pieces(rate: f64, signal: &[f32], cuts: &[usize]) -> (Vec<StrokeEvent>, f32, f32) {
    let mut detector = StrokeDetector::new(SampleRate::new(rate).unwrap());
    let (mut found, mut from) = (Vec::new(), 0);
    for cut in cuts.iter().cycle() {
        let piece = &signal[from..signal.len().min(from + cut)];
        detector.process(piece, &mut |event| {
            let offset = match event {
                StrokeEvent::Start { offset, .. }
                | StrokeEvent::Sized { offset, .. }
                | StrokeEvent::End { offset } => offset,
            };
            assert!(offset < piece.len());
            found.push(at(event, from));
        });
        from += piece.len();
        if from == signal.len() {
            break;
        }
    }
    (found, detector.pressure(), detector.brightness())
}

fn some_strokes() -> Vec<f32> {
    let mut signal = silence(1.2);
    rub(&mut signal, 0.1, 0.2, 0.1);
    rub(&mut signal, 0.4, 0.55, 0.02);
    rub(&mut signal, 0.6, 0.75, 0.2);
    rub(&mut signal, 1.0, 1.2, 0.1);
    signal
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_split_gives_the_same(
        cuts in prop::collection::vec(1usize..700, 1..40),
        rate in prop::sample::select(vec![22_050.0, 44_100.0, 48_000.0, 192_000.0]),
    ) {
        let signal = some_strokes();
        let whole = in_pieces(rate, &signal, &[signal.len()]);
        prop_assert!(whole.0.len() >= 4, "{whole:?}");
        prop_assert_eq!(in_pieces(rate, &signal, &cuts), whole);
    }

    #[test]
    fn garbage_does_no_lasting_harm(
        bits in prop::collection::vec(any::<u32>(), 1..4000),
        sensitivity in -1f32..2.0,
        rate in prop::sample::select(vec![8_000.0, 22_050.0, 48_000.0, 192_000.0]),
    ) {
        let mut detector = StrokeDetector::new(SampleRate::new(rate).unwrap());
        let settings = StrokeSettings { sensitivity, ..StrokeSettings::default() };
        detector.set_settings(&settings);
        let garbage: Vec<f32> = bits.iter().copied().map(f32::from_bits).collect();
        let mut down = false;
        for piece in garbage.chunks(37) {
            detector.process(piece, &mut |event| match event {
                StrokeEvent::Start { strength, .. } => {
                    assert!(!down && (0.0..=1.0).contains(&strength));
                    down = true;
                }
                StrokeEvent::Sized { strength, brightness, .. } => {
                    assert!(down && (0.0..=1.0).contains(&strength));
                    assert!((0.0..=1.0).contains(&brightness));
                }
                StrokeEvent::End { .. } => {
                    assert!(down);
                    down = false;
                }
            });
            prop_assert_eq!(down, detector.is_down());
            prop_assert!((0.0..=1.0).contains(&detector.pressure()));
            prop_assert!((0.0..=1.0).contains(&detector.brightness()));
            prop_assert!(detector.floor_db().is_finite());
        }
        // After some seconds of silence it finds strokes as if nothing had been.
        detector.set_settings(&StrokeSettings::default());
        detector.process(&vec![0.0; (6.0 * rate) as usize], &mut |_| ());
        prop_assert!(!detector.is_down());
        let mut random = Random::new(1);
        let rub: Vec<f32> = (0..(0.1 * rate) as usize)
            .map(|_| 0.1 * random.gauss() as f32)
            .collect();
        let mut starts = 0;
        detector.process(&rub, &mut |event| {
            starts += usize::from(matches!(event, StrokeEvent::Start { .. }));
        });
        prop_assert_eq!(starts, 1);
    }
}

#[test]
fn settings_that_are_not_numbers_are_survived() {
    let mut detector = detector();
    detector.set_settings(&StrokeSettings {
        sensitivity: f32::NAN,
        hold: Seconds(f64::NAN),
        softest_db: f32::NAN,
        hardest_db: f32::INFINITY,
    });
    let found = events(&mut detector, &some_strokes());
    for event in found {
        if let StrokeEvent::Start { strength, .. } | StrokeEvent::Sized { strength, .. } = event {
            assert!((0.0..=1.0).contains(&strength));
        }
    }
}

#[test]
fn a_reset_forgets() {
    let signal = some_strokes();
    let mut detector = detector();
    let found = events(&mut detector, &signal);
    detector.reset();
    assert!(!detector.is_down());
    assert_eq!(events(&mut detector, &signal), found);
}

#[test]
fn strength_and_pressure_follow_the_level() {
    let mut last = -1.0;
    for db in [-46.0f32, -36.0, -26.0, -16.0] {
        let mut signal = silence(0.6);
        // White noise: about half of its power lies in the bands of friction.
        rub(&mut signal, 0.2, 0.5, 10f32.powf(db / 20.0));
        let mut detector = detector();
        let found = events(&mut detector, &signal[..(0.45 * RATE) as usize]);
        let Some(StrokeEvent::Sized { strength, .. }) = found.get(1).copied() else {
            panic!("{found:?}");
        };
        assert!(strength > last + 0.1, "{db}: {strength} after {last}");
        let expected = (db - 3.0 + 50.0) / 40.0;
        assert!((strength - expected).abs() < 0.12, "{db}: {strength}");
        let pressure = detector.pressure();
        assert!((pressure - expected).abs() < 0.1, "{db}: {pressure}");
        assert!(detector.brightness() > 0.5, "white is bright");
        events(&mut detector, &signal[(0.45 * RATE) as usize..]);
        events(&mut detector, &silence(0.2));
        assert_eq!((detector.pressure(), detector.brightness()), (0.0, 0.0));
        last = strength;
    }
}

#[test]
fn a_dull_stroke_is_less_bright() {
    let mut random = Random::new(3);
    let mut low = 0.0;
    let dull = (0..(0.2 * RATE) as usize).map(|_| {
        low += (random.gauss() as f32 - low) * 0.08;
        0.3 * low
    });
    let mut signal = silence(0.1);
    signal.extend(dull);
    let mut detector = detector();
    assert_eq!(starts(&events(&mut detector, &signal)).len(), 1);
    assert!(detector.brightness() < 0.4, "{}", detector.brightness());
}

#[test]
fn sensitivity_is_a_gate() {
    let mut signal = silence(0.5);
    rub(&mut signal, 0.2, 0.4, 0.003);
    for (sensitivity, found) in [(0.0, 0), (0.2, 0), (0.6, 1), (1.0, 1)] {
        let mut detector = detector();
        detector.set_settings(&StrokeSettings {
            sensitivity,
            ..StrokeSettings::default()
        });
        assert_eq!(
            starts(&events(&mut detector, &signal)).len(),
            found,
            "{sensitivity}"
        );
    }
}

#[test]
fn a_stroke_ends_after_the_hold_time() {
    for hold in [0.02, 0.06, 0.2] {
        let mut signal = silence(1.0);
        rub(&mut signal, 0.2, 0.5, 0.1);
        let mut detector = detector();
        detector.set_settings(&StrokeSettings {
            hold: Seconds(hold),
            ..StrokeSettings::default()
        });
        let ends = ends(&events(&mut detector, &signal));
        assert_eq!(ends.len(), 1, "{hold}");
        let late = ends[0] - 0.5 - hold;
        assert!((0.0..0.02).contains(&late), "{hold}: {late}");
    }
}

#[test]
fn strokes_stay_apart_though_the_hold_time_is_longer() {
    // Silences of 0.1 s.
    let mut signal = silence(1.5);
    for n in 0..5 {
        let start = 0.2 + 0.2 * f64::from(n);
        rub(&mut signal, start, start + 0.1, 0.1);
    }
    let mut detector = detector();
    let mut with_hold = |hold: f64| {
        detector.reset();
        detector.set_settings(&StrokeSettings {
            hold: Seconds(hold),
            ..StrokeSettings::default()
        });
        events(&mut detector, &signal)
    };
    assert_eq!(starts(&with_hold(0.5)).len(), 1, "unless it is much longer");
    let found = with_hold(0.15);
    assert_eq!(starts(&found).len(), 5, "{found:?}");
    assert_eq!(ends(&found).len(), 5);
    // One that goes on ends where the next begins.
    for (end, start) in ends(&found).iter().zip(&starts(&found)[1..]) {
        assert_eq!(end, start);
    }
}

/// Slips of `pulse` seconds that come `hz` times a second, and weave of that rate.
#[test]
fn slips_and_weave_do_not_strike_anew() {
    for hz in [20.0, 27.0, 40.0, 60.0, 100.0] {
        let (mut slips, mut weave) = (silence(2.0), silence(2.0));
        let mut random = Random::new(9);
        for n in (0.3 * RATE) as usize..(1.8 * RATE) as usize {
            let t = n as f64 / RATE - 0.3;
            let since = (t * hz).fract() / hz;
            let slip = (-since / 0.004).exp() + 0.03;
            slips[n] += (0.2 * slip * random.gauss()) as f32;
            let thread = 1.0 + 0.9 * (TAU * hz * t).sin();
            weave[n] += (0.05 * thread * random.gauss()) as f32;
        }
        for (name, signal) in [("slips", slips), ("weave", weave)] {
            let found = events(&mut detector(), &signal);
            assert_eq!(
                starts(&found).len(),
                1,
                "{name} at {hz} Hz: {:?}",
                starts(&found)
            );
            assert_eq!(ends(&found).len(), 1, "{name} at {hz} Hz");
        }
    }
}

#[test]
fn a_clear_accent_strikes_anew_and_a_swell_does_not() {
    let mut accent = silence(1.5);
    rub(&mut accent, 0.2, 1.2, 0.01);
    rub(&mut accent, 0.7, 1.0, 0.1);
    let found = events(&mut detector(), &accent);
    let starts_found = starts(&found);
    assert_eq!(starts_found.len(), 2, "{starts_found:?}");
    assert!(
        (0.0..0.006).contains(&(starts_found[1] - 0.7)),
        "{starts_found:?}"
    );
    let mut swell = silence(1.5);
    let mut random = Random::new(2);
    let rubbed = (0.2 * RATE) as usize..(1.2 * RATE) as usize;
    for (n, x) in swell[rubbed].iter_mut().enumerate() {
        // 30 dB in a fifth of a second.
        let t = n as f64 / RATE;
        let db = -40.0 + 150.0 * (t - 0.3).clamp(0.0, 0.2);
        *x += (10f64.powf(db / 20.0) * random.gauss()) as f32;
    }
    assert_eq!(starts(&events(&mut detector(), &swell)).len(), 1);
}

#[test]
fn a_crackling_cable_is_no_stroke() {
    let mut signal = silence(1.0);
    for n in 0..6 {
        signal[(0.2 * RATE) as usize + n * 5000] = 0.5;
    }
    assert_eq!(events(&mut detector(), &signal), []);
}

#[test]
fn noise_that_is_there_from_the_beginning_is_no_stroke() {
    let mut signal = vec![0.0; (4.0 * RATE) as usize];
    rub(&mut signal, 0.0, 4.0, 0.03);
    rub(&mut signal, 2.0, 2.2, 0.3);
    let found = events(&mut detector(), &signal);
    assert_eq!(starts(&found).len(), 1, "{found:?}");
    assert_eq!(ends(&found).len(), 1);
}

#[test]
fn noise_that_begins_ends_as_a_stroke_in_some_seconds() {
    let mut signal = silence(20.0);
    rub(&mut signal, 1.0, 20.0, 0.01);
    rub(&mut signal, 18.0, 18.2, 0.2);
    let found = events(&mut detector(), &signal);
    let (starts, ends) = (starts(&found), ends(&found));
    assert_eq!(starts.len(), 2, "{starts:?}");
    assert!((10.0..16.0).contains(&ends[0]), "{ends:?}");
    assert!((18.2..18.4).contains(&ends[1]), "{ends:?}");
}

#[test]
fn a_stroke_at_once_after_a_silent_beginning_is_found() {
    let mut signal = vec![0.0; RATE as usize];
    rub(&mut signal, 0.01, 0.2, 0.1);
    let found = starts(&events(&mut detector(), &signal));
    assert_eq!(found.len(), 1);
    assert!((0.01..0.015).contains(&found[0]), "{found:?}");
}
