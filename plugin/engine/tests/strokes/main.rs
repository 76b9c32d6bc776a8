//! Brush strokes are found when they begin and end, and nothing else is.
//!
//! What is measured in full is in `docs/strokes.md`; here are floors under it.

mod behaviour;
mod calibration;
mod energy;
mod friction;
#[allow(dead_code, reason = "the example prints the rest")]
mod judge;
mod noise;
#[allow(dead_code, reason = "the example goes through all")]
mod proxies;
mod scene;
mod signals;

use engine::analysis::stroke::StrokeSettings;

use friction::Surface;
use judge::{Score, detect, detect_energy, deviation, quantile};
use scene::{Disturbance, Scene};

const RATE: f64 = 48_000.0;
const SURFACES: [Surface; 3] = [Surface::Canvas, Surface::Panel, Surface::Paper];

fn noise(db: f64) -> Disturbance {
    Disturbance {
        noise_db: Some(db),
        ..Disturbance::default()
    }
}

/// One scene a surface.
fn scenes(with: Disturbance) -> Vec<Scene> {
    let surfaces = SURFACES.iter().zip(21..);
    surfaces
        .map(|(surface, seed)| scene::scene(seed, *surface, with, RATE))
        .collect()
}

fn score(scenes: &[Scene]) -> Score {
    let settings = StrokeSettings::default();
    let mut score = Score::default();
    for scene in scenes {
        score.add(scene, &detect(scene, &settings), settings.hold.0);
    }
    assert!(score.hits > 30, "{} hits say little", score.hits);
    score
}

#[track_caller]
fn check_f(score: &Score, at_least: f64) {
    let f = score.f();
    assert!(
        f >= at_least,
        "F {f:.3}: {} false, missed {:?}",
        score.false_starts,
        score.missed_of
    );
}

#[test]
fn clean_strokes_start_within_5_ms_and_evenly() {
    let score = score(&scenes(Disturbance::default()));
    check_f(&score, 0.97);
    let p99 = quantile(&score.latencies, 0.99);
    assert!(p99 <= 0.005, "{p99}");
    assert!(quantile(&score.latencies, 0.0) > 0.0, "before the contact");
    let jitter = deviation(&score.latencies);
    assert!(jitter <= 0.001, "{jitter}");
    let middle = quantile(&score.end_errors, 0.5);
    assert!((0.0..0.06).contains(&middle), "{middle}");
}

#[test]
fn noise_hides_few_strokes_and_makes_none() {
    for (db, at_least) in [(-60.0, 0.97), (-40.0, 0.97), (-20.0, 0.93)] {
        check_f(&score(&scenes(noise(db))), at_least);
    }
}

#[test]
fn hum_hides_few_strokes_and_makes_none() {
    let hum = Disturbance {
        hum_db: Some(-20.0),
        ..noise(-60.0)
    };
    check_f(&score(&scenes(hum)), 0.95);
}

#[test]
fn a_knock_on_the_easel_is_no_stroke() {
    let knocks = Disturbance {
        knocks: true,
        ..noise(-40.0)
    };
    let scenes = scenes(knocks);
    let score = score(&scenes);
    check_f(&score, 0.95);
    assert!(score.knocks >= 15, "{} knocks say little", score.knocks);
    assert!(
        score.knocks_taken * 10 <= score.knocks,
        "{}",
        score.knocks_taken
    );
    // The task is not a trivial one: energy alone takes most of them.
    let mut energy = Score::default();
    for scene in &scenes {
        energy.add(scene, &detect_energy(scene, -60.0), 0.0);
    }
    assert!(
        energy.knocks_taken * 2 > energy.knocks,
        "{}",
        energy.knocks_taken
    );
}

/// From the loudspeakers, by way of the canvas.
#[test]
fn soft_music_makes_few_strokes_and_loud_music_does_not_deafen() {
    let music = |db: f64| Disturbance {
        music_db: Some(db),
        ..noise(-60.0)
    };
    check_f(&score(&scenes(music(-40.0))), 0.9);
    let loud = score(&scenes(music(-20.0)));
    assert!(loud.recall() > 0.6, "{:?}", loud.missed_of);
}

/// A landing may knock the easel itself.
#[test]
fn a_landing_that_thumps_is_found() {
    let thumps = Disturbance {
        thumps: true,
        ..noise(-40.0)
    };
    let score = score(&scenes(thumps));
    check_f(&score, 0.93);
    let p90 = quantile(&score.latencies, 0.9);
    assert!(p90 <= 0.005, "{p90}");
}

#[test]
fn real_friction_is_found() {
    for (name, at_least) in [
        ("glass-rub", 0.97),
        ("grass-slide", 0.97),
        ("leaves-slide", 0.95),
        ("mousepad-rub", 0.97),
        ("rock-slide", 0.93),
        ("vinyl-scratch", 0.95),
    ] {
        check_f(
            &score(&[proxies::scene(name, 21, noise(-40.0), RATE)]),
            at_least,
        );
    }
}

#[test]
fn every_rate_finds_the_same() {
    for rate in [22_050.0, 44_100.0, 96_000.0, 192_000.0] {
        let scene = scene::scene(31, Surface::Canvas, noise(-40.0), rate);
        let mut score = Score::default();
        let settings = StrokeSettings::default();
        score.add(&scene, &detect(&scene, &settings), settings.hold.0);
        check_f(&score, 0.95);
        let p99 = quantile(&score.latencies, 0.99);
        assert!(p99 <= 0.005, "{rate}: {p99}");
    }
}
