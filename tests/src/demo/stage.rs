//! The performance: a hosted plug-in with painting, library, brush and music.

use crate::bundle::Bundle;
use crate::fixture::{self, congruity};
use crate::host::{Activation, Instance};
use crate::signal::{Clip, Rendered, render};
use crate::snapshot::{Played, Snapshot};
use crate::state::State;
use crate::{Error, Result};
use engine::library::decode::decode_stereo;
use engine::units::{SampleRate, Seconds};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Frames a block.
const BLOCK: usize = 512;

/// The sample rate of the demonstration, in Hz.
pub const RATE: f64 = 48_000.0;

/// What is played with.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The composer's folder.
    pub library: PathBuf,
    /// The painter's folder, for the way back.
    pub gallery: PathBuf,
    /// The library's index.
    pub index: PathBuf,
    /// The share of the library that a painting lets through, in percent.
    pub percent: f64,
    /// The main input.
    pub music: Clip,
    /// The sidechain; as long as the music.
    pub brush: Clip,
}

/// What came of one painting.
pub struct Performance {
    /// The painting's file.
    pub painting: PathBuf,
    /// Audio and events.
    pub rendered: Rendered,
    /// The plug-in's own account at the end.
    pub snapshot: Snapshot,
}

impl Performance {
    /// The snippets that were played, in order.
    pub fn played(&self) -> &[Played] {
        &self.snapshot.snippets
    }

    /// Congruity as the host received it: seconds and values.
    pub fn congruity(&self) -> Vec<(f64, f64)> {
        let seconds = |frame: u64| frame as f64 / self.rendered.main.rate;
        let values = self.rendered.values_of(congruity());
        values
            .into_iter()
            .map(|(frame, value)| (seconds(frame), value))
            .collect()
    }
}

/// Reads both recordings at [`RATE`], as long as the shorter one.
pub fn recordings(music: &Path, brush: &Path) -> Result<(Clip, Clip)> {
    let [mut music, mut brush] = [read(music)?, read(brush)?];
    let frames = music.len().min(brush.len());
    for channel in music.channels.iter_mut().chain(&mut brush.channels) {
        channel.truncate(frames);
    }
    Ok((music, brush))
}

fn read(path: &Path) -> Result<Clip> {
    let unreadable = |reason: String| Error::Unreadable {
        what: "recording",
        reason,
    };
    let rate = SampleRate::new(RATE).ok_or_else(|| unreadable(format!("{RATE} Hz")))?;
    let all = Seconds(3600.0);
    let clip =
        decode_stereo(path, Seconds(0.0), all, rate).map_err(|e| unreadable(e.to_string()))?;
    Ok(Clip {
        rate: RATE,
        channels: [clip.left, clip.right],
    })
}

impl Scene {
    /// A plug-in with `painting` and the library in use. `progress` sees every
    /// snapshot until then.
    pub fn set(
        &self,
        bundle: &Bundle,
        painting: &Path,
        progress: impl FnMut(&Snapshot),
    ) -> Result<Instance> {
        let mut instance = bundle.instantiate()?;
        let state = State::of(&mut instance)?
            .with_path("painting", painting)
            .with_path("library", &self.library)
            .with_path("index", &self.index)
            .with_path("gallery", &self.gallery)
            .with_parameter("filter", "f32", json!(self.percent))
            .with_parameter("automation", "string", json!("native"));
        instance.load_state(&state.to_bytes())?;
        let what = "networks, painting and library";
        Snapshot::wait(
            &mut instance,
            what,
            fixture::PATIENCE,
            Snapshot::is_ready,
            progress,
        )?;
        Ok(instance)
    }

    /// Plays the whole scene offline, as fast as it goes; the same every time.
    pub fn perform(&self, instance: &mut Instance, painting: &Path) -> Result<Performance> {
        instance.set_offline(true)?;
        let mut snapshot = None;
        let rendered = instance.run_with(
            Activation::stereo(RATE, BLOCK),
            |processor| render(processor, &self.music, &self.brush, BLOCK, &[], |_| ()),
            |instance| {
                snapshot = Some(Snapshot::of(instance)?);
                Ok(())
            },
        )?;
        let snapshot =
            snapshot.ok_or_else(|| Error::plugin("write its snapshot", "never asked"))?;
        Ok(Performance {
            painting: painting.to_owned(),
            rendered,
            snapshot,
        })
    }

    /// Plays the scene's first `seconds` in real time, block by block as a sound
    /// card would ask for them, and calls `idle` on the main thread meanwhile.
    pub fn perform_live(
        &self,
        instance: &mut Instance,
        seconds: f64,
        idle: impl FnMut(&mut Instance) -> Result<()>,
    ) -> Result<Rendered> {
        instance.set_offline(false)?;
        let frames = ((seconds * RATE) as usize).min(self.music.len());
        let first = |clip: &Clip| Clip {
            rate: RATE,
            channels: clip.cut(0..frames).map(<[f32]>::to_vec),
        };
        let (music, brush) = (first(&self.music), first(&self.brush));
        let begin = std::time::Instant::now();
        instance.run_with(
            Activation::stereo(RATE, BLOCK),
            |processor| {
                render(processor, &music, &brush, BLOCK, &[], |frames| {
                    let due = Duration::from_secs_f64(frames as f64 / RATE);
                    std::thread::sleep(due.saturating_sub(begin.elapsed()));
                })
            },
            idle,
        )
    }
}
