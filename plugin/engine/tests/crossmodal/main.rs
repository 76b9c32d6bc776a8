//! The parts of a congruity move as the cited experiments found.
//!
//! Floors are set under what `cargo run --example crossmodal_suite` measured, which is
//! in `models/cards/crossmodal.md`. What depends on the audio network, which is trained
//! anew now and then, has low ones.

#[path = "../common/mod.rs"]
mod common;
mod live;
mod suite;

use std::sync::OnceLock;

use engine::crossmodal::{
    AffectPlaces, Kind, MusicQuantity as M, Norms, PARTS, PictureQuantity as P, Weights,
};
use engine::inference::Models;

use suite::choice::{Choice, deterministic, only};
use suite::pictures::{Shown, rows, to_choose_from};
use suite::series::{Correlation, Series, Varied, correlate, render};

/// Each series once a process, as the network hears it.
fn series(varied: Varied) -> &'static [Series] {
    static ALL: OnceLock<Vec<Vec<Series>>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        common::expect_runtime();
        let models = Models::load(&common::models_dir()).expect("the models");
        let places = AffectPlaces::of(models.manifest().audio());
        let mut embedder = models.audio_embedder().expect("a session");
        let mut heard = |varied| render(varied, Some((embedder.as_mut(), places)));
        Varied::ALL.map(&mut heard).into()
    });
    &all[varied as usize]
}

#[track_caller]
fn check(what: &str, found: Correlation, within: f64, pooled: f64) {
    assert!(
        found.within >= within && found.pooled >= pooled,
        "{what}: {found:?} instead of {within} within and {pooled} pooled"
    );
}

#[test]
fn quantities_of_music_follow_what_is_played() {
    let norms = Norms::built_in();
    for (varied, quantity, within, pooled) in [
        (Varied::Height, M::Pitch, 0.99, 0.95),
        (Varied::Level, M::Loudness, 0.99, 0.9),
        (Varied::Tempo, M::Rate, 0.97, 0.85),
        (Varied::Mode, M::Mode, 0.75, 0.75),
        (Varied::Roughness, M::Roughness, 0.85, 0.6),
        (Varied::Tempo, M::Arousal, 0.5, 0.2),
        (Varied::Level, M::Arousal, 0.5, 0.2),
        (Varied::Tempo, M::Valence, 0.3, 0.1),
        (Varied::Mode, M::Valence, 0.3, 0.1),
    ] {
        let found = correlate(series(varied), |one| one.values(norms, quantity));
        check(&format!("{varied:?} {quantity:?}"), found, within, pooled);
    }
}

#[test]
fn level_and_register_leave_other_quantities_where_they_were() {
    let norms = Norms::built_in();
    for (varied, quantity) in [
        (Varied::Level, M::Pitch),
        (Varied::Level, M::Rate),
        (Varied::Level, M::Mode),
        (Varied::Level, M::Roughness),
        (Varied::Height, M::Rate),
        (Varied::Height, M::Mode),
        (Varied::Tempo, M::Pitch),
        (Varied::Mode, M::Rate),
    ] {
        let found = correlate(series(varied), |one| one.values(norms, quantity));
        assert!(
            found.pooled.abs() < 0.15,
            "{varied:?} {quantity:?}: {found:?}"
        );
    }
}

#[test]
fn the_mode_of_most_melodies_is_told() {
    let all = series(Varied::Mode);
    let told = |of: &Series| {
        let [minor, major] = of.modes();
        usize::from(minor < 0.0) + usize::from(major > 0.0)
    };
    let right: usize = all.iter().map(told).sum();
    assert!(
        right * 100 >= all.len() * 2 * 85,
        "{right} of {}",
        all.len() * 2
    );
}

#[test]
fn quantities_of_pictures_follow_what_is_painted() {
    let norms = Norms::built_in();
    for (shown, quantity, pooled) in [
        (Shown::Lightness, P::Lightness, 0.95),
        (Shown::Saturation, P::Saturation, 0.95),
        (Shown::Yellowness, P::Yellowness, 0.95),
        (Shown::Redness, P::Redness, 0.95),
        (Shown::Roughness, P::Roughness, 0.8),
        (Shown::Density, P::Density, 0.85),
        (Shown::Lightness, P::Valence, 0.9),
        (Shown::Saturation, P::Valence, 0.9),
        (Shown::Saturation, P::Arousal, 0.9),
    ] {
        let found = correlate(&rows(shown), |row| row.values(norms, quantity));
        check(&format!("{shown:?} {quantity:?}"), found, 0.95, pooled);
    }
    // Valdez & Mehrabian: darker is more arousing.
    let found = correlate(&rows(Shown::Lightness), |row| row.values(norms, P::Arousal));
    assert!(found.pooled < -0.9, "{found:?}");
}

#[test]
fn every_part_leans_as_was_found() {
    let norms = Norms::built_in();
    for part in PARTS {
        let Kind::Pair {
            music,
            picture,
            sign,
        } = part.kind
        else {
            continue;
        };
        let choice = Choice::new(norms, to_choose_from(picture));
        let weights = only(part.name);
        let floor = match music {
            M::Valence | M::Arousal => 0.3,
            M::Mode => 0.75,
            _ => 0.85,
        };
        for &varied in Varied::of(music) {
            let found = correlate(series(varied), |one| {
                choice.leanings(one, &weights, picture)
            });
            let (within, pooled) = (found.within * f64::from(sign), found.pooled);
            assert!(within >= floor, "{} {varied:?}: {found:?}", part.name);
            assert!(
                pooled * f64::from(sign) > 0.1,
                "{} {varied:?}: {found:?}",
                part.name
            );
        }
    }
}

/// Palmer et al. 2013 and 2016, Marks 1974, Hamilton-Fletcher et al. 2017, Giannos et
/// al. 2021, Sherman et al. 2013: in which direction the colours and textures chosen
/// change. The last number is the floor once valence and arousal count too.
const WHOLE: [(Varied, P, f64, f64); 11] = [
    (Varied::Height, P::Lightness, 0.95, 0.7),
    (Varied::Level, P::Saturation, 0.9, 0.5),
    (Varied::Tempo, P::Lightness, 0.85, 0.4),
    (Varied::Tempo, P::Saturation, 0.9, 0.7),
    (Varied::Tempo, P::Yellowness, 0.9, 0.5),
    (Varied::Tempo, P::Density, 0.95, 0.9),
    (Varied::Mode, P::Lightness, 0.75, 0.3),
    (Varied::Mode, P::Saturation, 0.75, 0.3),
    (Varied::Mode, P::Yellowness, 0.75, 0.3),
    (Varied::Roughness, P::Roughness, 0.8, 0.7),
    (Varied::Level, P::Redness, 0.9, 0.5),
];

#[test]
fn the_whole_leans_as_was_found() {
    let norms = Norms::built_in();
    for (varied, property, plain, felt) in WHOLE {
        let choice = Choice::new(norms, to_choose_from(property));
        for (weights, floor) in [(deterministic(), plain), (Weights::without_network(), felt)] {
            let found = correlate(series(varied), |one| {
                choice.leanings(one, &weights, property)
            });
            let what = format!("{varied:?} {property:?}");
            check(&what, found, floor, 0.1);
        }
    }
}
