//! Clips of audio: read, made, cut into blocks, and what came back of them.

use crate::host::{Block, Change, OutputEvent, Processor};
use crate::{Error, Result};
use std::path::Path;

/// Two channels of equal length. Mono material has the same samples in both.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clip {
    /// Hz.
    pub rate: f64,
    /// Left and right.
    pub channels: [Vec<f32>; 2],
}

impl Clip {
    /// `seconds` of silence.
    pub fn silence(rate: f64, seconds: f64) -> Clip {
        let frames = (rate * seconds).round() as usize;
        Clip {
            rate,
            channels: [vec![0.0; frames], vec![0.0; frames]],
        }
    }

    /// `seconds` of a sound made by `sample`, from the time in seconds to a sample.
    pub fn made(rate: f64, seconds: f64, mut sample: impl FnMut(f64) -> f32) -> Clip {
        let frames = (rate * seconds).round() as usize;
        let left: Vec<f32> = (0..frames).map(|i| sample(i as f64 / rate)).collect();
        Clip {
            rate,
            channels: [left.clone(), left],
        }
    }

    /// Strokes of filtered noise, two a second: loud, sudden, and the same every time.
    pub fn strokes(rate: f64, seconds: f64) -> Clip {
        let mut noise = Noise::new(0x1A2B_3C4D);
        let mut low = 0.0f32;
        Clip::made(rate, seconds, |t| {
            let within = t.fract() % 0.5;
            let envelope = (within / 0.01).min(1.0) * (1.0 - within / 0.3).max(0.0);
            low += 0.3 * (noise.sample() - low);
            0.8 * envelope as f32 * low
        })
    }

    /// A slow run of chords: three sines a second, with overtones.
    pub fn chords(rate: f64, seconds: f64) -> Clip {
        const ROOTS: [f64; 4] = [220.0, 174.61, 261.63, 196.0];
        Clip::made(rate, seconds, |t| {
            let root = ROOTS[t as usize % ROOTS.len()];
            let tone = |f: f64| (std::f64::consts::TAU * f * t).sin();
            let chord = tone(root) + tone(root * 1.25) + tone(root * 1.5) + 0.3 * tone(root * 3.0);
            0.12 * chord as f32
        })
    }

    /// Frames.
    pub fn len(&self) -> usize {
        self.channels[0].len()
    }

    /// Whether there is no frame.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Both channels of the frames in `range`.
    pub fn cut(&self, range: std::ops::Range<usize>) -> [&[f32]; 2] {
        self.channels
            .each_ref()
            .map(|channel| &channel[range.clone()])
    }

    /// Root mean square over both channels.
    pub fn rms(&self) -> f64 {
        let squares: f64 = self
            .channels
            .iter()
            .flatten()
            .map(|s| f64::from(*s).powi(2))
            .sum();
        (squares / (2 * self.len().max(1)) as f64).sqrt()
    }

    /// Every bit of both channels, for comparisons that allow no difference.
    pub fn bits(&self) -> Vec<u32> {
        self.channels
            .iter()
            .flatten()
            .map(|s| s.to_bits())
            .collect()
    }

    /// Writes a 32-bit float WAV file.
    pub fn write_wav(&self, path: &Path) -> Result<()> {
        let unwritable =
            |e: hound::Error| Error::plugin("be recorded", format!("{}: {e}", path.display()));
        let spec = hound::WavSpec {
            channels: 2,
            sample_rate: self.rate as u32,
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let mut writer = hound::WavWriter::create(path, spec).map_err(unwritable)?;
        for (left, right) in self.channels[0].iter().zip(&self.channels[1]) {
            writer.write_sample(*left).map_err(unwritable)?;
            writer.write_sample(*right).map_err(unwritable)?;
        }
        writer.finalize().map_err(unwritable)
    }
}

/// Uniform noise in -1..1 from a printed seed (xorshift, Marsaglia 2003).
#[derive(Clone, Debug)]
pub struct Noise(u32);

impl Noise {
    /// The seed must not be 0.
    pub fn new(seed: u32) -> Noise {
        Noise(seed)
    }

    /// The generator's next 32 bits.
    pub fn bits(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    /// The next sample.
    pub fn sample(&mut self) -> f32 {
        (self.bits() as f32 / u32::MAX as f32) * 2.0 - 1.0
    }
}

/// What came out of a render.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// The main output.
    pub main: Clip,
    /// The snippets' own output.
    pub aux: Clip,
    /// The control voltages.
    pub control: Clip,
    /// All events, in order.
    pub events: Vec<OutputEvent>,
}

impl Rendered {
    /// The values that parameter `id` was given, with their frames.
    pub fn values_of(&self, id: u32) -> Vec<(u64, f64)> {
        self.events
            .iter()
            .filter_map(|event| match event {
                OutputEvent::Value {
                    frame,
                    id: of,
                    value,
                } if *of == id => Some((*frame, *value)),
                _ => None,
            })
            .collect()
    }
}

/// Streams `music` and `brush`, of equal length, through `processor` in blocks of
/// `block` frames; `changes` go with the first block. `between` is called after
/// every block, outside the plug-in, with the frames done.
pub fn render(
    processor: &mut Processor,
    music: &Clip,
    brush: &Clip,
    block: usize,
    changes: &[Change],
    mut between: impl FnMut(u64),
) -> Result<Rendered> {
    let mut main: [Vec<f32>; 2] = std::array::from_fn(|_| Vec::with_capacity(music.len()));
    let (mut aux, mut control) = (main.clone(), main.clone());
    let mut changes = changes;
    let mut start = 0;
    while start < music.len() {
        let end = (start + block).min(music.len());
        processor.process(Block {
            music: music.cut(start..end),
            brush: brush.cut(start..end),
            changes,
        })?;
        changes = &[];
        for (kept, out) in [
            (&mut main, processor.main_out()),
            (&mut aux, processor.aux_out()),
            (&mut control, processor.control_out()),
        ] {
            for (kept, out) in kept.iter_mut().zip(out) {
                kept.extend_from_slice(&out[..end - start]);
            }
        }
        between(processor.frames_done());
        start = end;
    }
    let rate = music.rate;
    Ok(Rendered {
        main: Clip {
            rate,
            channels: main,
        },
        aux: Clip {
            rate,
            channels: aux,
        },
        control: Clip {
            rate,
            channels: control,
        },
        events: processor.take_events(),
    })
}
