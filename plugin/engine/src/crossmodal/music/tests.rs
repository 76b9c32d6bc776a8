use super::*;
use crate::analysis::{CHUNK_SAMPLES, chunk_mel};

fn measured(sound: impl Fn(f32) -> f32) -> MusicMeasure {
    let samples: Vec<f32> = (0..CHUNK_SAMPLES + 800)
        .map(|n| sound(n as f32 / 16_000.0))
        .collect();
    let mut mel = Vec::new();
    chunk_mel(&samples, 0, &mut mel);
    MusicMeasure::of(&mel, &[], AffectPlaces::default())
}

fn tone(hz: f32) -> impl Fn(f32) -> f32 {
    move |t| 0.1 * (std::f32::consts::TAU * hz * t).sin()
}

#[test]
fn a_tone_has_its_own_pitch() {
    for hz in [110.0, 220.0, 440.0, 880.0, 1760.0f32] {
        let pitch = measured(tone(hz)).get(MusicQuantity::Pitch).expect("known");
        assert!((pitch - hz.log2()).abs() < 0.06, "{hz}: {}", pitch.exp2());
    }
}

#[test]
fn level_changes_loudness_by_as_much_and_nothing_else() {
    let melody = |gain: f32| {
        measured(move |t| {
            let hz = [262.0, 330.0, 392.0, 523.0][(t * 3.0) as usize % 4];
            let partials = (1..6).map(|n| (std::f32::consts::TAU * hz * n as f32 * t).sin());
            gain * (-2.0 * (t * 3.0).fract()).exp() * partials.sum::<f32>()
        })
    };
    let (loud, soft) = (melody(0.1), melody(0.01));
    for quantity in MusicQuantity::ALL {
        let (Some(loud), Some(soft)) = (loud.get(quantity), soft.get(quantity)) else {
            assert!(quantity >= MusicQuantity::NetworkValence, "{quantity:?}");
            continue;
        };
        let expected = if quantity == MusicQuantity::Loudness {
            20.0
        } else {
            0.0
        };
        assert!(
            (loud - soft - expected).abs() < 0.1,
            "{quantity:?}: {loud} {soft}"
        );
    }
}

#[test]
fn silence_and_short_sounds_are_unknown() {
    let silence = measured(|_| 0.0);
    assert!(MusicQuantity::ALL.iter().all(|&q| silence.get(q).is_none()));
    let short = measured(|t| if t < 0.3 { tone(440.0)(t) } else { 0.0 });
    assert!(short.get(MusicQuantity::Pitch).is_some());
    assert_eq!(short.get(MusicQuantity::Rate), None);
}

#[test]
fn affect_is_read_by_the_manifest_s_names() {
    let places = AffectPlaces {
        valence: Some(1),
        arousal: Some(7),
    };
    let mel = vec![FLOOR_DB; BANDS * FRAMES];
    let measure = MusicMeasure::of(&mel, &[0.1, 0.5, 0.9], places);
    assert_eq!(measure.get(MusicQuantity::NetworkValence), Some(0.0));
    assert_eq!(
        measure.get(MusicQuantity::NetworkEnergy),
        None,
        "there is no such value"
    );
}

#[test]
fn events_are_counted() {
    for rate in [1.0, 2.0, 4.0, 8.0f32] {
        let pulses = measured(move |t| {
            let hz = 300.0 + 90.0 * ((t * rate).floor() % 5.0);
            (-5.0 * (t * rate).fract()).exp() * tone(hz)(t)
        });
        let found = pulses.get(MusicQuantity::Rate).expect("known");
        assert!(
            (found - rate.log2()).abs() < 0.25,
            "{rate}: {}",
            found.exp2()
        );
    }
}

#[test]
fn emotion_is_mixed_from_what_is_known() {
    let norm = |_| {
        Some(Norm {
            mean: 1.0,
            spread: 2.0,
        })
    };
    let mut measure = MusicMeasure::default();
    measure.set(MusicQuantity::NetworkValence, Some(3.0));
    assert_eq!(measure.with_emotion(norm).get(MusicQuantity::Valence), None);
    measure.set(MusicQuantity::Mode, Some(-3.0));
    let valence = measure.with_emotion(norm).get(MusicQuantity::Valence);
    // z of 1 and −2.
    assert!((valence.expect("known") - 0.0).abs() < 1e-6);
    for weights in [&VALENCE[..], &AROUSAL[..]] {
        let sum: f32 = weights.iter().map(|(_, weight)| weight).sum();
        assert!((sum - 1.0).abs() < 1e-6);
    }
}
