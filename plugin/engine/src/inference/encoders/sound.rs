//! From 4 s of a track to the music encoder's inputs.

use super::image::strides;
use super::manifest::{Fill, Listen};
use super::mel::Spectrogram;

/// Makes inputs of chunks.
pub(super) struct Listener {
    listen: Listen,
    spectrogram: Option<Spectrogram>,
}

impl Listener {
    pub(super) fn new(listen: &Listen) -> Self {
        let mel = listen.mel.as_ref();
        Self {
            spectrogram: mel.map(|mel| Spectrogram::new(mel, listen.rate)),
            listen: listen.clone(),
        }
    }

    /// The inputs for one chunk, at the encoder's rate, mono: one if the encoder hears as
    /// much as a chunk or more, else as many as fit in it one after the other.
    pub(super) fn inputs(&self, chunk: &[f32]) -> Vec<Vec<f32>> {
        let samples = self.listen.samples();
        let count = (chunk.len() / samples).max(1);
        let first = chunk.len().saturating_sub(count * samples) / 2;
        let part = |at: usize| {
            let begin = first + at * samples;
            let end = (begin + samples).min(chunk.len());
            self.input(&chunk[begin..end])
        };
        (0..count).map(part).collect()
    }

    fn input(&self, part: &[f32]) -> Vec<f32> {
        let mut samples: Vec<f32> = match self.listen.fill {
            Fill::Repeat => part
                .iter()
                .copied()
                .cycle()
                .take(self.listen.samples())
                .collect(),
            Fill::Silence => part.to_vec(),
        };
        samples.resize(self.listen.samples(), 0.0);
        samples
            .iter_mut()
            .for_each(|sample| *sample *= self.listen.gain);
        let normalised = |value: f32| (value - self.listen.mean) / self.listen.std;
        let (Some(spectrogram), Some(mel)) = (&self.spectrogram, &self.listen.mel) else {
            return samples.into_iter().map(normalised).collect();
        };
        let count = self.listen.frames(mel);
        let strides = strides(&self.listen.layout, |axis| match axis {
            't' => count,
            'b' => mel.bands,
            _ => 1,
        });
        let mut values = vec![0.0; count * mel.bands];
        for (time, frame) in spectrogram.frames(&samples, count).iter().enumerate() {
            for (band, &value) in frame.iter().enumerate() {
                values[strides('t') * time + strides('b') * band] = normalised(value);
            }
        }
        values
    }
}
