//! Ten seconds of painting set the detector up.

use engine::analysis::stroke::{Calibration, CalibrationError, Calibrator, StrokeSettings};
use engine::units::{SampleRate, Seconds};

use super::friction::Surface;
use super::judge::{Score, detect};
use super::scene::{Scene, scene};
use super::signals::{rub, silence};
use super::{RATE, noise};

fn listen(signal: &[f32]) -> Result<Calibration, CalibrationError> {
    let mut calibrator = Calibrator::new(SampleRate::new(RATE).unwrap());
    calibrator.process(signal);
    assert_eq!((calibrator.progress(), calibrator.result()), (0.0, None));
    let seconds = signal.len() as f64 / RATE;
    calibrator.begin(Seconds(seconds));
    let mut last = -1.0;
    for piece in signal.chunks(1000) {
        assert!(calibrator.is_listening());
        assert_eq!(calibrator.result(), None);
        let progress = calibrator.progress();
        assert!(progress > last && progress < 1.0, "{progress}");
        last = progress;
        calibrator.process(piece);
    }
    assert_eq!(calibrator.progress(), 1.0);
    let found = calibrator.result();
    calibrator.process(&[1.0; 1000]);
    assert_eq!(calibrator.result(), found, "its time is over");
    found.expect("the time is over")
}

fn score_of(scene: &Scene, settings: &StrokeSettings) -> Score {
    let mut score = Score::default();
    score.add(scene, &detect(scene, settings), settings.hold.0);
    score
}

/// The whole session is as well found with what its first ten seconds said.
#[test]
fn a_calibrated_detector_is_at_least_as_good() {
    let default = StrokeSettings::default();
    let mut gained = 0.0;
    for (surface, gain, db) in [
        (Surface::Canvas, 1.0, -40.0),
        (Surface::Paper, 1.0, -50.0),
        (Surface::Panel, 0.1, -40.0),
        // A quiet microphone: the default gate hides the softer strokes.
        (Surface::Canvas, 0.006, -40.0),
        (Surface::Paper, 0.006, -40.0),
    ] {
        let mut scene = scene(41, surface, noise(db), RATE);
        scene.signal.iter_mut().for_each(|x| *x *= gain);
        let found = listen(&scene.signal[..10 * RATE as usize]).unwrap();
        let settings = default.calibrated(&found);
        let (before, after) = (score_of(&scene, &default), score_of(&scene, &settings));
        assert!(
            after.f() >= before.f(),
            "{surface:?}, {gain}, {db}: {} before, {} after, {found:?}",
            before.f(),
            after.f()
        );
        assert!(after.f() > 0.95, "{surface:?}, {gain}, {db}: {}", after.f());
        gained += after.f() - before.f();
        // Strengths are spread over the range that was painted.
        let mut strengths = detect(&scene, &settings).strengths;
        strengths.sort_by(f32::total_cmp);
        let spread = strengths[strengths.len() * 9 / 10] - strengths[strengths.len() / 10];
        assert!(spread > 0.3, "{surface:?}, {gain}: {strengths:?}");
    }
    assert!(gained > 0.2, "{gained}");
}

#[test]
fn levels_are_those_that_were_painted() {
    let mut signal = silence(10.0);
    for n in 0..8 {
        let start = 0.5 + f64::from(n);
        let level = if n % 2 == 0 { 0.01 } else { 0.1 };
        rub(&mut signal, start, start + 0.4, level);
    }
    let found = listen(&signal).unwrap();
    // White noise: about half of its power lies in the bands of friction.
    assert!((found.floor_db + 83.0).abs() < 2.5, "{found:?}");
    assert!((found.softest_db + 43.0).abs() < 2.5, "{found:?}");
    assert!((found.hardest_db + 23.0).abs() < 2.5, "{found:?}");
    let gate = StrokeSettings::default().calibrated(&found).gate_db();
    assert!(
        gate > found.floor_db + 6.0 && gate < found.softest_db - 10.0,
        "{gate}"
    );
}

#[test]
fn what_says_nothing_is_refused_with_a_reason() {
    let nothing = vec![0.0; 10 * RATE as usize];
    assert_eq!(listen(&nothing), Err(CalibrationError::NothingHeard));
    let not_numbers = vec![f32::NAN; 10 * RATE as usize];
    assert_eq!(listen(&not_numbers), Err(CalibrationError::NothingHeard));
    let mut noise = silence(10.0);
    rub(&mut noise, 0.0, 10.0, 0.01);
    assert_eq!(listen(&noise), Err(CalibrationError::NoDifference));
    // Pauses that are hardly softer.
    rub(&mut noise, 1.0, 4.0, 0.02);
    assert_eq!(listen(&noise), Err(CalibrationError::NoDifference));
    let mut loud = silence(10.0);
    rub(&mut loud, 1.0, 3.0, 1.5);
    loud.iter_mut().for_each(|x| *x = x.clamp(-1.0, 1.0));
    assert_eq!(listen(&loud), Err(CalibrationError::TooLoud));
}

#[test]
fn it_can_be_begun_again_and_cancelled() {
    let mut calibrator = Calibrator::new(SampleRate::new(RATE).unwrap());
    calibrator.begin(Seconds(1.0));
    calibrator.process(&vec![1.0; 20_000]);
    calibrator.cancel();
    assert!(!calibrator.is_listening());
    assert_eq!((calibrator.progress(), calibrator.result()), (0.0, None));
    calibrator.begin(Seconds(1.0));
    let mut signal = silence(1.0);
    rub(&mut signal, 0.3, 0.6, 0.1);
    calibrator.process(&signal);
    assert!(
        calibrator.result().unwrap().is_ok(),
        "nothing is left of before"
    );
}
