//! Stereo sound into a file.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use hound::{SampleFormat, WavSpec, WavWriter};

/// A wav of 32-bit floats being written. What stood under its name before stays
/// until the whole is written; a part that was given up is removed.
pub struct Wave {
    path: PathBuf,
    partial: PathBuf,
    /// `None` once it is finished.
    writer: Option<WavWriter<BufWriter<File>>>,
}

impl Wave {
    /// Begins the file that will stand at `path`.
    pub fn create(path: &Path, rate: u32) -> Result<Self> {
        let spec = WavSpec {
            channels: 2,
            sample_rate: rate,
            bits_per_sample: 32,
            sample_format: SampleFormat::Float,
        };
        let mut partial = OsString::from(path);
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let writer =
            WavWriter::create(&partial, spec).with_context(|| partial.display().to_string())?;
        Ok(Self {
            path: path.to_owned(),
            partial,
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
                .with_context(|| self.partial.display().to_string())?;
        }
        Ok(())
    }

    /// Ends the file and gives it its name.
    pub fn finish(&mut self) -> Result<()> {
        let Some(writer) = self.writer.take() else {
            return Ok(());
        };
        writer
            .finalize()
            .with_context(|| self.partial.display().to_string())?;
        fs::rename(&self.partial, &self.path).with_context(|| self.path.display().to_string())
    }
}

impl Drop for Wave {
    fn drop(&mut self) {
        if self.writer.take().is_some() {
            // Best effort: nobody is left to be told, and the name says what it is.
            let _ = fs::remove_file(&self.partial);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_wave_takes_its_name() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("out.wav");
        fs::write(&path, "what was there")?;

        let mut given_up = Wave::create(&path, 48_000)?;
        given_up.write(&[0.5], &[0.5])?;
        drop(given_up);
        assert_eq!(fs::read_to_string(&path)?, "what was there");
        assert_eq!(fs::read_dir(folder.path())?.count(), 1, "no part is left");

        let mut whole = Wave::create(&path, 48_000)?;
        whole.write(&[0.5, 0.25], &[0.5, 0.25])?;
        whole.finish()?;
        assert_eq!(hound::WavReader::open(&path)?.duration(), 2);
        assert_eq!(fs::read_dir(folder.path())?.count(), 1, "no part is left");
        Ok(())
    }
}
