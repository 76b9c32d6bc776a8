//! A painter who hears music and dabs along with it, and what the canvas gives.

use crate::friction::{Attack, Gesture, Stroke, Surface, render};
use crate::noise::Random;

/// Samples a second of all sound here.
pub const RATE: f64 = 16_000.0;

/// How a painter moves along.
#[derive(Clone, Copy, Debug)]
pub struct Painter {
    /// For the tables.
    pub name: &'static str,
    /// Spread of the contacts about what is heard, in seconds.
    pub jitter: f64,
    /// Mean of the same: people are early.
    pub early: f64,
    /// Share of what is heard that is let go by.
    pub missed: f64,
    /// Contacts that answer nothing, for each that is heard.
    pub added: f64,
    /// Whether each contact lasts until the next; a dab otherwise.
    pub strokes: bool,
}

/// Asynchronies as people tap to music: spread some 30 ms, early by some 20 ms (Repp 2005,
/// *Sensorimotor synchronization*).
pub const PAINTERS: [Painter; 7] = [
    Painter {
        name: "dabs, exact",
        jitter: 0.0,
        early: 0.0,
        missed: 0.0,
        added: 0.0,
        strokes: false,
    },
    Painter {
        name: "dabs, human",
        jitter: 0.03,
        early: 0.02,
        missed: 0.2,
        added: 0.1,
        strokes: false,
    },
    Painter {
        name: "dabs, 50 ms late",
        jitter: 0.03,
        early: -0.05,
        missed: 0.2,
        added: 0.1,
        strokes: false,
    },
    Painter {
        name: "dabs, 100 ms late",
        jitter: 0.03,
        early: -0.1,
        missed: 0.2,
        added: 0.1,
        strokes: false,
    },
    Painter {
        name: "dabs, 200 ms late",
        jitter: 0.03,
        early: -0.2,
        missed: 0.2,
        added: 0.1,
        strokes: false,
    },
    Painter {
        name: "strokes, human",
        jitter: 0.03,
        early: 0.02,
        missed: 0.2,
        added: 0.1,
        strokes: true,
    },
    Painter {
        name: "strokes, loose",
        jitter: 0.06,
        early: 0.03,
        missed: 0.3,
        added: 0.2,
        strokes: true,
    },
];

/// Shortest time between contacts of a hand, in seconds.
const APART: f64 = 0.18;
/// Step of the level that onsets are heard in, in seconds.
const STEP: f64 = 0.01;
/// How far the level rises within 30 ms at an onset, in dB.
const RISE_DB: f64 = 3.0;

/// When something begins in `music`, in seconds: the level over 20 ms rises by
/// [`RISE_DB`], most of all within 0.1 s. Another way than the engine's, which looks at
/// bands, so that the measure is not asked about itself.
pub fn onsets(music: &[f32]) -> Vec<f64> {
    let step = (STEP * RATE) as usize;
    let levels: Vec<f64> = music
        .windows(2 * step)
        .step_by(step)
        .map(|w| w.iter().map(|x| f64::from(x * x)).sum::<f64>() / w.len() as f64)
        .map(|power| 10.0 * power.max(1e-10).log10())
        .collect();
    let peak = levels.iter().copied().fold(-100.0, f64::max);
    let rise = |at: usize| levels[at] - levels[at - 3].max(peak - 45.0);
    let rises: Vec<f64> = (3..levels.len()).map(rise).collect();
    let mut found: Vec<f64> = Vec::new();
    for (at, &rise) in rises.iter().enumerate() {
        let around = &rises[at.saturating_sub(10)..(at + 11).min(rises.len())];
        // The window's middle, at the half of the rise.
        let time = (at + 3) as f64 * STEP;
        let apart = found.last().is_none_or(|last| time - last > APART);
        if rise > RISE_DB && around.iter().all(|&other| other <= rise) && apart {
            found.push(time);
        }
    }
    found
}

/// The brush along `onsets` of a piece that lasts `seconds`.
pub fn brush(onsets: &[f64], seconds: f64, painter: &Painter, seed: u64) -> Vec<f32> {
    let mut random = Random::new(seed);
    let mut times = Vec::new();
    for onset in onsets {
        if random.between(0.0, 1.0) >= painter.missed {
            times.push(onset - painter.early + painter.jitter * random.gauss());
        }
        if random.between(0.0, 1.0) < painter.added {
            times.push(random.between(0.0, seconds));
        }
    }
    times.sort_by(f64::total_cmp);
    let mut strokes: Vec<Stroke> = Vec::new();
    for (at, &start) in times.iter().enumerate() {
        let apart = strokes.last().is_none_or(|last| start - last.start > APART);
        if !(0.0..seconds - 1.5).contains(&start) || !apart {
            continue;
        }
        let next = times[at + 1..].iter().find(|&&t| t - start > APART);
        let long = next.map_or(0.4, |next| (next - start - 0.06).clamp(0.1, 1.2));
        let length = if painter.strokes {
            long
        } else {
            random.between(0.06, 0.14)
        };
        strokes.push(Stroke {
            start,
            end: start + length,
            gesture: if painter.strokes {
                Gesture::Stroke
            } else {
                Gesture::Dab
            },
            speed: random.between(0.12, 0.4),
            pressure: random.between(0.7, 1.3),
            attack: random.choice(&[Attack::Linear, Attack::Smooth, Attack::Sudden]),
            attack_seconds: random.ratio(0.001, 0.01),
        });
    }
    let surface = random.choice(&[Surface::Canvas, Surface::Panel, Surface::Paper]);
    let mut signal = render(&strokes, surface, seconds, RATE, seed);
    let peak = signal.iter().fold(1e-9f64, |peak, x| peak.max(x.abs()));
    // A peak of -6 dB, and the preamplifier's noise at -75 dB.
    for x in &mut signal {
        *x = *x * 0.5 / peak + 1.8e-4 * random.gauss();
    }
    signal.into_iter().map(|x| x as f32).collect()
}
