//! Melodies rendered by additive synthesis at 16 kHz.

use std::f32::consts::TAU;

use engine::analysis::CHUNK_SAMPLES;

use super::melodies::{Melody, Mode};

const RATE: f32 = 16_000.0;

/// How partials are built up and how a tone begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timbre {
    /// Quick attack, decay, partials that fall with their number; as a piano.
    Struck,
    /// Held, few partials; as an organ's flute stop.
    Held,
    /// Slow attack, vibrato, many partials; as a string section.
    Bowed,
}

impl Timbre {
    pub const ALL: [Self; 3] = [Self::Struck, Self::Held, Self::Bowed];

    fn partial(self, number: usize) -> f32 {
        let n = number as f32;
        match self {
            Self::Struck => n.powf(-1.3),
            Self::Held => [1.0, 0.5, 0.2, 0.1].get(number - 1).copied().unwrap_or(0.0),
            Self::Bowed => 1.0 / n,
        }
    }

    /// Of a tone that began `t` seconds ago and has `left` to go.
    fn envelope(self, t: f32, left: f32) -> f32 {
        let release = (left / 0.03).clamp(0.0, 1.0);
        release
            * match self {
                Self::Struck => (t / 0.004).min(1.0) * (-2.5 * t).exp(),
                Self::Held => (t / 0.02).min(1.0),
                Self::Bowed => (t / 0.06).min(1.0),
            }
    }
}

/// What makes a melody rough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rough {
    /// Its amplitude beats 30 times a second.
    Tremolo,
    /// A second voice a semitone above.
    Seconds,
    /// It is driven into saturation.
    Distortion,
}

impl Rough {
    pub const ALL: [Self; 3] = [Self::Tremolo, Self::Seconds, Self::Distortion];
}

/// How a melody is played.
#[derive(Clone, Copy, Debug)]
pub struct Playing {
    pub melody: Melody,
    pub mode: Mode,
    pub timbre: Timbre,
    /// MIDI note of the tonic.
    pub tonic: i32,
    /// Quarters a minute.
    pub tempo: f32,
    /// In dB; at 0 a tone's peak is near 0.4 of full scale.
    pub gain_db: f32,
    /// What makes it rough, and how much, 0 to 1.
    pub rough: (Rough, f32),
}

impl Playing {
    /// An ordinary performance in major.
    pub fn of(melody: Melody, timbre: Timbre) -> Self {
        Self {
            melody,
            mode: Mode::Major,
            timbre,
            tonic: 60,
            tempo: 132.0,
            gain_db: 0.0,
            rough: (Rough::Tremolo, 0.0),
        }
    }

    /// 4 s of it, from its beginning; it starts over where it is shorter.
    pub fn render(&self) -> Vec<f32> {
        let len = CHUNK_SAMPLES + 800;
        let mut samples = vec![0.0; len];
        let mut start = 0.0;
        for &(note, quarters) in self.melody.iter().cycle() {
            let from = (start * RATE) as usize;
            if from >= len {
                break;
            }
            let seconds = quarters * 60.0 / self.tempo;
            let until = (((start + seconds) * RATE) as usize).min(len);
            let key = self.tonic + self.mode.note(note);
            self.tone(&mut samples[from..until], key, seconds);
            start += seconds;
        }
        let gain = 10f32.powf(self.gain_db / 20.0);
        let (kind, depth) = self.rough;
        for (n, sample) in samples.iter_mut().enumerate() {
            let t = n as f32 / RATE;
            let roughened = match kind {
                Rough::Tremolo => *sample * (1.0 - depth * 0.5 * (1.0 - (TAU * 30.0 * t).cos())),
                Rough::Seconds => *sample,
                Rough::Distortion if depth > 0.0 => {
                    let drive = 1.0 + 30.0 * depth;
                    (drive * *sample).tanh() / drive.sqrt()
                }
                Rough::Distortion => *sample,
            };
            *sample = gain * roughened;
        }
        samples
    }

    fn tone(&self, samples: &mut [f32], key: i32, seconds: f32) {
        self.voice(samples, key, seconds, 0.25);
        if let (Rough::Seconds, depth) = self.rough
            && depth > 0.0
        {
            self.voice(samples, key + 1, seconds, 0.25 * depth);
        }
    }

    fn voice(&self, samples: &mut [f32], key: i32, seconds: f32, amplitude: f32) {
        let hz = 440.0 * ((key - 69) as f32 / 12.0).exp2();
        let vibrato = if self.timbre == Timbre::Bowed {
            0.006
        } else {
            0.0
        };
        let mut phase = 0.0f32;
        for (n, sample) in samples.iter_mut().enumerate() {
            let t = n as f32 / RATE;
            phase += hz * (1.0 + vibrato * (TAU * 5.5 * t).sin()) / RATE;
            phase = phase.fract();
            let mut value = 0.0;
            for number in 1..=10 {
                if number as f32 * hz > 7000.0 {
                    break;
                }
                value += self.timbre.partial(number) * (TAU * number as f32 * phase).sin();
            }
            *sample += amplitude * self.timbre.envelope(t, seconds - t) * value;
        }
    }
}
