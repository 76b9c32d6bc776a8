//! Friction of a brush, synthesized, with the very sample of its first contact known.
//!
//! The physics is that of `models/training/friction.py`, which has the sources: tufts
//! that stick and slip, scraping noise whose bandwidth grows with speed, the weave read
//! at the tool's position, a burst when the tool lands, modes of canvas and stretcher,
//! and a contact microphone. It adds surfaces and ways to land.

use std::f64::consts::{PI, TAU};

use super::noise::Random;

/// What is painted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Surface {
    Canvas,
    Panel,
    Paper,
}

/// What the hand does, and with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gesture {
    Stroke,
    Dab,
    Scrub,
    Slow,
    Knife,
}

/// How the force grows when the tool lands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Attack {
    /// In a straight line.
    Linear,
    /// As half a cosine.
    Smooth,
    /// At once, then settling.
    Sudden,
}

/// One contact of a tool with a surface.
#[derive(Clone, Copy, Debug)]
pub struct Stroke {
    /// First contact and its loss, in seconds.
    pub start: f64,
    pub end: f64,
    pub gesture: Gesture,
    /// Mean speed, m/s.
    pub speed: f64,
    /// Normal force relative to an ordinary stroke.
    pub pressure: f64,
    pub attack: Attack,
    /// How long the force takes to grow, in seconds.
    pub attack_seconds: f64,
}

/// What touches the surface.
struct Tool {
    tufts: usize,
    /// Slip length, m, at unit pressure, and its relative spread.
    slip: f64,
    jitter: f64,
    /// Time constant of a slip's pulse, in seconds.
    pulse: f64,
    /// Above this speed, m/s, slips melt into sliding.
    critical: f64,
    slips: f64,
    scrape: f64,
    weave: f64,
    landing: f64,
}

const BRISTLE: Tool = Tool {
    tufts: 12,
    slip: 0.22e-3,
    jitter: 0.35,
    pulse: 0.2e-3,
    critical: 0.35,
    slips: 1.5,
    scrape: 1.0,
    weave: 0.25,
    landing: 0.6,
};
const KNIFE: Tool = Tool {
    tufts: 2,
    slip: 0.5e-3,
    jitter: 0.03,
    pulse: 0.12e-3,
    critical: 0.8,
    slips: 3.6,
    scrape: 0.2,
    weave: 0.1,
    landing: 1.6,
};
/// Spatial period of the weave, m.
const WEAVE: f64 = 0.62e-3;

impl Surface {
    /// Factors of slips, scraping and weave, corner of the scraping noise at 0.3 m/s,
    /// and how much the body's low modes sound.
    fn traits(self) -> (f64, f64, f64, f64, f64) {
        match self {
            Self::Canvas => (1.0, 1.0, 1.0, 9000.0, 1.0),
            Self::Panel => (0.7, 0.8, 0.0, 12_000.0, 0.3),
            Self::Paper => (0.4, 1.3, 0.1, 7000.0, 0.1),
        }
    }
}

/// The strokes as a contact microphone hears them, before any noise; as long as `seconds`.
pub fn render(
    strokes: &[Stroke],
    surface: Surface,
    seconds: f64,
    rate: f64,
    seed: u64,
) -> Vec<f64> {
    let mut signal = vec![0.0; (seconds * rate) as usize];
    for (n, stroke) in strokes.iter().enumerate() {
        let mut random = Random::new(seed ^ (n as u64 + 1).wrapping_mul(0x9e37_79b9));
        let at = (stroke.start * rate).round() as usize;
        for (x, y) in signal[at..]
            .iter_mut()
            .zip(contact(stroke, surface, rate, &mut random))
        {
            *x += y;
        }
    }
    microphone(&mut body(&signal, surface, rate), rate)
}

/// Friction force from the first to the last sample of contact.
fn contact(stroke: &Stroke, surface: Surface, rate: f64, random: &mut Random) -> Vec<f64> {
    let count = ((stroke.end - stroke.start) * rate).round() as usize;
    let tool = match stroke.gesture {
        Gesture::Knife => &KNIFE,
        _ => &BRISTLE,
    };
    let speed: Vec<f64> = (0..count)
        .map(|n| stroke.speed * profile(stroke, (n as f64 + 0.5) / count as f64))
        .collect();
    let force: Vec<f64> = (0..count).map(|n| force(stroke, n, count, rate)).collect();
    let (slip_gain, scrape_gain, weave_gain, corner, _) = surface.traits();
    let mut out = vec![0.0; count];
    slips(
        &mut out,
        tool,
        stroke,
        &speed,
        &force,
        rate,
        random,
        slip_gain * tool.slips,
    );
    scrape(
        &mut out,
        &speed,
        &force,
        rate,
        random,
        corner,
        0.5 * scrape_gain * tool.scrape,
    );
    if weave_gain > 0.0 {
        weave(
            &mut out,
            tool,
            &speed,
            &force,
            rate,
            random,
            0.2 * weave_gain * tool.weave,
        );
    }
    let burst = count.min((0.012 * rate) as usize);
    for (n, out) in out[..burst].iter_mut().enumerate() {
        let t = n as f64 / rate;
        let envelope = (-t / 0.003).exp() * (1.0 - (-t / 0.0004).exp());
        // The same noise for its band at every rate.
        let gain = tool.landing * stroke.pressure * (0.001 / stroke.attack_seconds).min(1.0);
        *out += gain * envelope * random.gauss();
    }
    out
}

/// Speed relative to its mean, at a share `u` of the contact: the tool moves when it
/// lands and when it lifts (Flash & Hogan 1985, and half of it constant).
fn profile(stroke: &Stroke, u: f64) -> f64 {
    if stroke.gesture == Gesture::Scrub {
        let turns = ((stroke.end - stroke.start) / 0.2).round().max(1.0);
        return PI / 2.0 * (PI * (turns * u + 0.25)).sin().abs();
    }
    0.5 + 0.5 * 30.0 * u * u * (1.0 - u) * (1.0 - u)
}

fn force(stroke: &Stroke, n: usize, count: usize, rate: f64) -> f64 {
    let ramp = |n: usize, seconds: f64| ((n as f64 + 0.5) / (seconds * rate)).min(1.0);
    let landing = ramp(n, stroke.attack_seconds);
    let landing = match stroke.attack {
        Attack::Linear => landing,
        Attack::Smooth => 0.5 - 0.5 * (PI * landing).cos(),
        Attack::Sudden => 1.0 + 0.5 * (-4.0 * landing).exp(),
    };
    let lift = 0.5 - 0.5 * (PI * ramp(count - 1 - n, 0.004)).cos();
    let swell = 1.0 + 0.15 * (PI * n as f64 / count as f64).sin();
    stroke.pressure * swell * landing * lift
}

#[expect(clippy::too_many_arguments, reason = "the physics has as many")]
fn slips(
    out: &mut [f64],
    tool: &Tool,
    stroke: &Stroke,
    speed: &[f64],
    force: &[f64],
    rate: f64,
    random: &mut Random,
    gain: f64,
) {
    let mut pulses = vec![0.0; out.len()];
    for _ in 0..tool.tufts {
        let mean = tool.slip * stroke.pressure * random.between(0.8, 1.25);
        let mut length = mean;
        let mut left = mean * random.between(0.0, 1.0);
        for n in 0..out.len() {
            left -= speed[n] / rate;
            if left <= 0.0 {
                let melts = 1.0 + (speed[n] / tool.critical).powi(2);
                pulses[n] += length / tool.slip * force[n] / melts;
                length = mean * (1.0 + tool.jitter * random.gauss()).max(0.2);
                left += length;
            }
        }
    }
    // A decay of unit energy at 48 kHz, and of the same sound at any rate.
    let keep = (-1.0 / (tool.pulse * rate)).exp();
    let unit = (1.0 - (-2.0 / (tool.pulse * 48_000.0)).exp()).sqrt();
    let mut y = 0.0;
    for (out, pulse) in out.iter_mut().zip(pulses) {
        y = y * keep + pulse;
        *out += gain * unit * y / (tool.tufts as f64).sqrt();
    }
}

fn scrape(
    out: &mut [f64],
    speed: &[f64],
    force: &[f64],
    rate: f64,
    random: &mut Random,
    corner: f64,
    gain: f64,
) {
    let (mut first, mut second) = (0.0, 0.0);
    for n in 0..out.len() {
        let hz = (corner * (speed[n] / 0.3).powf(0.8)).clamp(250.0, 0.4 * rate);
        let take = 1.0 - (-TAU * hz / rate).exp();
        // Of unit variance whatever the corner.
        let unit = ((2.0 - take) / take).sqrt();
        first += (random.gauss() * unit - first) * take;
        second += (first - second) * take;
        out[n] += gain * 1.4 * second * force[n] * (speed[n] / 0.3).sqrt();
    }
}

fn weave(
    out: &mut [f64],
    tool: &Tool,
    speed: &[f64],
    force: &[f64],
    rate: f64,
    random: &mut Random,
    gain: f64,
) {
    for _ in 0..tool.tufts.min(3) {
        let mut phase = random.between(0.0, TAU);
        let offsets: [f64; 4] = std::array::from_fn(|_| random.between(0.0, TAU));
        for n in 0..out.len() {
            let travelled = speed[n] / rate;
            // Threads are not evenly spaced.
            phase += TAU * travelled / WEAVE + 0.6 * (travelled / 0.004).sqrt() * random.gauss();
            for (h, offset) in offsets.iter().enumerate() {
                let harmonic = h as f64 + 1.0;
                let level = gain / harmonic.powf(1.2);
                out[n] += level * force[n] * (harmonic * phase + offset).sin();
            }
        }
    }
}

/// Adds a damped mode's response to what drives it.
pub fn ring(out: &mut [f64], drive: &[f64], rate: f64, hz: f64, decay: f64, level: f64) {
    // Impulse response level * exp(-t / decay) * sin(2 pi hz t), at 48 kHz.
    let r = (-1.0 / (decay * rate)).exp();
    let (a1, a2) = (2.0 * r * (TAU * hz / rate).cos(), -r * r);
    let gain = level * r * (TAU * hz / rate).sin() * 48_000.0 / rate;
    let (mut y1, mut y2, mut x1) = (0.0, 0.0, 0.0);
    for (out, x) in out.iter_mut().zip(drive) {
        let y = a1 * y1 + a2 * y2 + gain * x1;
        (y2, y1, x1) = (y1, y, *x);
        *out += y;
    }
}

/// Canvas and stretcher: the direct path and damped modes.
fn body(signal: &[f64], surface: Surface, rate: f64) -> Vec<f64> {
    let (width, height, wave_speed) = (0.60, 0.45, 62.0);
    let low = surface.traits().4;
    let mut out = signal.to_vec();
    for m in 1..=4 {
        for n in 1..=3 {
            let (m, n) = (f64::from(m), f64::from(n));
            let hz = 0.5 * wave_speed * f64::hypot(m / width, n / height);
            let decay = 0.035 * (90.0 / hz).sqrt();
            ring(
                &mut out,
                signal,
                rate,
                hz,
                decay,
                low * 0.002 / (m * n).sqrt(),
            );
        }
    }
    for (hz, decay, level) in [
        (410.0, 0.020, 0.012),
        (735.0, 0.014, 0.010),
        (1280.0, 0.009, 0.012),
        (2350.0, 0.005, 0.015),
    ] {
        ring(&mut out, signal, rate, hz, decay, level);
    }
    out
}

/// The contact microphone: nothing deep, a resonance, nothing above 11 kHz.
fn microphone(signal: &mut [f64], rate: f64) -> Vec<f64> {
    let mut out = signal.to_vec();
    for (shape, hz, q) in [
        ("high", 70.0, 0.6),
        ("peak", 4500.0, 1.2),
        ("low", 11_000.0, 0.6),
    ] {
        let w = TAU * f64::min(hz, 0.45 * rate) / rate;
        let (alpha, c) = (w.sin() / (2.0 * q), w.cos());
        let gain = 10f64.powf(8.0 / 40.0);
        let (b, a) = match shape {
            "high" => (
                [(1.0 + c) / 2.0, -1.0 - c, (1.0 + c) / 2.0],
                [1.0 + alpha, 1.0 - alpha],
            ),
            "low" => (
                [(1.0 - c) / 2.0, 1.0 - c, (1.0 - c) / 2.0],
                [1.0 + alpha, 1.0 - alpha],
            ),
            _ => (
                [1.0 + alpha * gain, -2.0 * c, 1.0 - alpha * gain],
                [1.0 + alpha / gain, 1.0 - alpha / gain],
            ),
        };
        let (mut s1, mut s2) = (0.0, 0.0);
        for x in &mut out {
            let y = b[0] / a[0] * *x + s1;
            s1 = b[1] / a[0] * *x + 2.0 * c / a[0] * y + s2;
            s2 = b[2] / a[0] * *x - a[1] / a[0] * y;
            *x = y;
        }
    }
    out
}
