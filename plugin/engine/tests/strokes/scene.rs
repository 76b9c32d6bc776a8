//! Half a minute of painting with known strokes, noise, hum and knocks.

use std::f64::consts::TAU;

use super::friction::{Attack, Gesture, Stroke, Surface, render, ring};
use super::noise::Random;
use super::proxies::music;

/// Length of a scene, in seconds.
pub const SECONDS: f64 = 30.0;
/// Peak of the strokes, in dB of full scale.
const PEAK_DB: f64 = -6.0;
/// The preamplifier's noise where no other is asked for, in dB of full scale.
const CLEAN_DB: f64 = -80.0;

/// What is heard beside the strokes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disturbance {
    /// RMS of the noise relative to that of the strokes, in dB; half of it white, half
    /// below 500 Hz.
    pub noise_db: Option<f64>,
    /// RMS of the hum relative to that of the strokes, in dB.
    pub hum_db: Option<f64>,
    /// Knocks on the easel between strokes and within.
    pub knocks: bool,
    /// RMS, relative to that of the strokes, in dB, of the music that the canvas picks up
    /// from the loudspeakers.
    pub music_db: Option<f64>,
    /// Every landing knocks the easel too, more softly.
    pub thumps: bool,
}

/// A signal and what is known of it.
pub struct Scene {
    pub rate: f64,
    pub signal: Vec<f32>,
    pub strokes: Vec<Known>,
    /// When the easel was knocked, in seconds.
    pub knocks: Vec<f64>,
}

/// Contact and lift of one stroke, in seconds, and what it was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    pub start: f64,
    pub end: f64,
    pub of: &'static str,
}

/// The scene of a seed: the same strokes whatever disturbs them.
pub fn scene(seed: u64, surface: Surface, with: Disturbance, rate: f64) -> Scene {
    let strokes = score(&mut Random::new(seed));
    let mut signal = render(&strokes, surface, SECONDS, rate, seed);
    let peak = signal.iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
    let gain = 10f64.powf(PEAK_DB / 20.0) / peak;
    signal.iter_mut().for_each(|x| *x *= gain);
    let strokes: Vec<Known> = strokes.iter().map(known).collect();
    disturbed(signal, strokes, with, rate, seed)
}

/// Strokes already rendered, disturbed.
pub fn disturbed(
    mut signal: Vec<f64>,
    strokes: Vec<Known>,
    with: Disturbance,
    rate: f64,
    seed: u64,
) -> Scene {
    let rms = rms_of(&signal, &strokes, rate);
    let peak = signal.iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
    let mut random = Random::new(seed ^ 0x5eed);
    let mut knocks = Vec::new();
    if with.knocks {
        knocks = knock_times(&strokes, &mut random);
        for at in &knocks {
            knock(&mut signal, *at, peak, rate, &mut random);
        }
    }
    if with.thumps {
        for stroke in &strokes {
            let at = (stroke.start * rate) as usize..((stroke.start + 0.05) * rate) as usize;
            let peak = signal[at].iter().fold(0.0f64, |peak, x| peak.max(x.abs()));
            knock(&mut signal, stroke.start, peak, rate, &mut random);
        }
    }
    let noise = match with.noise_db {
        Some(db) => rms * 10f64.powf(db / 20.0),
        None => 10f64.powf(CLEAN_DB / 20.0),
    };
    add_noise(&mut signal, noise, rate, &mut random);
    if let Some(db) = with.hum_db {
        add_hum(&mut signal, rms * 10f64.powf(db / 20.0), rate, &mut random);
    }
    if let Some(db) = with.music_db {
        let music = music(seed, signal.len(), rate);
        let gain = rms * 10f64.powf(db / 20.0);
        for (x, y) in signal.iter_mut().zip(music) {
            *x += gain * y;
        }
    }
    Scene {
        rate,
        signal: signal.iter().map(|x| *x as f32).collect(),
        strokes,
        knocks,
    }
}

fn known(stroke: &Stroke) -> Known {
    Known {
        start: stroke.start,
        end: stroke.end,
        of: match stroke.gesture {
            Gesture::Stroke => "stroke",
            Gesture::Dab => "dab",
            Gesture::Scrub => "scrub",
            Gesture::Slow => "slow",
            Gesture::Knife => "knife",
        },
    }
}

/// Gestures one after the other, dabs in groups.
fn score(random: &mut Random) -> Vec<Stroke> {
    use Gesture::{Dab, Knife, Scrub, Slow};
    let gestures = [Gesture::Stroke, Gesture::Stroke, Dab, Scrub, Slow, Knife];
    let attacks = [
        Attack::Linear,
        Attack::Smooth,
        Attack::Smooth,
        Attack::Sudden,
    ];
    let (mut strokes, mut at) = (Vec::new(), 0.5);
    while at < SECONDS - 4.0 {
        let gesture = random.choice(&gestures);
        let (shortest, longest, slowest, fastest, times) = match gesture {
            Gesture::Stroke => (0.25, 1.2, 0.08, 0.5, 1),
            Dab => (0.06, 0.15, 0.05, 0.15, 5),
            Scrub => (0.6, 1.8, 0.3, 0.7, 1),
            Slow => (1.2, 2.5, 0.03, 0.06, 1),
            Knife => (0.2, 0.8, 0.07, 0.3, 1),
        };
        for _ in 0..times {
            let end = at + random.between(shortest, longest);
            strokes.push(Stroke {
                start: at,
                end,
                gesture,
                speed: random.ratio(slowest, fastest),
                pressure: random.ratio(0.5, 1.6),
                attack: random.choice(&attacks),
                attack_seconds: random.ratio(0.001, if gesture == Slow { 0.01 } else { 0.006 }),
            });
            at = end
                + if gesture == Dab {
                    random.between(0.1, 0.3)
                } else {
                    random.between(0.2, 0.8)
                };
        }
    }
    strokes
}

/// RMS while there is contact.
pub fn rms_of(signal: &[f64], strokes: &[Known], rate: f64) -> f64 {
    let (mut sum, mut count) = (0.0, 0);
    for stroke in strokes {
        let span = (stroke.start * rate) as usize..((stroke.end * rate) as usize).min(signal.len());
        count += span.len();
        sum += signal[span].iter().map(|x| x * x).sum::<f64>();
    }
    (sum / f64::from(count.max(1) as u32)).sqrt()
}

/// In every other pause that is long enough, and within every fifth stroke.
fn knock_times(strokes: &[Known], random: &mut Random) -> Vec<f64> {
    let mut times = Vec::new();
    for (n, pair) in strokes.windows(2).enumerate() {
        let pause = pair[1].start - pair[0].end;
        if pause > 0.3 && n % 2 == 0 {
            times.push(pair[0].end + random.between(0.15, pause - 0.1));
        } else if pair[0].end - pair[0].start > 0.4 && n % 5 == 1 {
            times.push(random.between(pair[0].start + 0.15, pair[0].end - 0.1));
        }
    }
    times
}

/// A click, and low modes that die away; 0 to 18 dB below the loudest stroke's peak.
fn knock(signal: &mut [f64], at: f64, peak: f64, rate: f64, random: &mut Random) {
    let mut drive = vec![0.0; (0.6 * rate) as usize];
    let decay = random.ratio(0.000_2, 0.000_8) * rate;
    for (n, x) in drive.iter_mut().enumerate().take((8.0 * decay) as usize) {
        *x = random.gauss() * (-(n as f64) / decay).exp();
    }
    let mut modes = vec![0.0; drive.len()];
    for _ in 0..5 {
        let (hz, decay) = (random.ratio(60.0, 400.0), random.ratio(0.015, 0.08));
        let level = random.between(0.3, 1.0);
        // Struck once: what is driven is an impulse, softened by the knuckle.
        let mut struck = vec![0.0; drive.len()];
        struck[..(0.001 * rate) as usize].fill(1.0 / (0.001 * rate));
        ring(&mut modes, &struck, rate, hz, decay, level);
    }
    let scale = |of: &[f64]| 1.0 / of.iter().fold(1e-12f64, |peak, x| peak.max(x.abs()));
    let level = peak * 10f64.powf(random.between(-18.0, 0.0) / 20.0);
    let click = level * 10f64.powf(random.between(-30.0, -10.0) / 20.0) * scale(&drive);
    let low = level * scale(&modes);
    let at = (at * rate) as usize;
    for (n, x) in signal[at..].iter_mut().take(drive.len()).enumerate() {
        *x += low * modes[n] + click * drive[n];
    }
}

fn add_noise(signal: &mut [f64], rms: f64, rate: f64, random: &mut Random) {
    let half = rms * 0.5f64.sqrt();
    // A one-pole low-pass at 500 Hz, of the variance that it is given.
    let take = 1.0 - (-TAU * 500.0 / rate).exp();
    let unit = ((2.0 - take) / take).sqrt();
    let mut low = 0.0;
    for x in signal {
        low += (random.gauss() * unit - low) * take;
        *x += half * (random.gauss() + low);
    }
}

/// 50 or 60 Hz and nine harmonics.
fn add_hum(signal: &mut [f64], rms: f64, rate: f64, random: &mut Random) {
    let hz = random.choice(&[50.0, 60.0]);
    let parts: Vec<(f64, f64, f64)> = (1..=10)
        .map(|h| {
            (
                f64::from(h) * hz,
                1.0 / f64::from(h),
                random.between(0.0, TAU),
            )
        })
        .collect();
    let power: f64 = parts.iter().map(|(_, level, _)| level * level / 2.0).sum();
    let gain = rms / power.sqrt();
    for (n, x) in signal.iter_mut().enumerate() {
        let t = n as f64 / rate;
        *x += gain
            * parts
                .iter()
                .map(|(f, level, p)| level * (TAU * f * t + p).sin())
                .sum::<f64>();
    }
}
