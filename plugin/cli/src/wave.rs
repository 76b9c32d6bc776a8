//! Stereo sound into a file.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use hound::{SampleFormat, WavSpec, WavWriter};

/// A wav of 32-bit floats being written.
pub struct Wave {
    path: PathBuf,
    /// `None` once it is finished.
    writer: Option<WavWriter<BufWriter<File>>>,
}

impl Wave {
    /// Begins the file at `path`, over what was there.
    pub fn create(path: &Path, rate: u32) -> Result<Self> {
        let spec = WavSpec {
            channels: 2,
            sample_rate: rate,
            bits_per_sample: 32,
            sample_format: SampleFormat::Float,
        };
        let writer = WavWriter::create(path, spec).with_context(|| path.display().to_string())?;
        Ok(Self {
            path: path.to_owned(),
            writer: Some(writer),
        })
    }

    /// Appends a block.
    pub fn write(&mut self, left: &[f32], right: &[f32]) -> Result<()> {
        let Some(writer) = &mut self.writer else {
            return Ok(());
        };
        let samples = left
            .iter()
            .zip(right)
            .flat_map(|(&left, &right)| [left, right]);
        for sample in samples {
            writer
                .write_sample(sample)
                .with_context(|| self.path.display().to_string())?;
        }
        Ok(())
    }

    /// Ends the file.
    pub fn finish(&mut self) -> Result<()> {
        let writer = self.writer.take();
        let finished = writer.map_or(Ok(()), WavWriter::finalize);
        finished.with_context(|| self.path.display().to_string())
    }
}
