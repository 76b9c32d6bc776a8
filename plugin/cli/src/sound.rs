//! A recording played to the analysis as the plug-in hears its inputs.

use std::ops::ControlFlow;
use std::path::Path;

use anyhow::Result;
use engine::analysis::{FrontEnd, HOP, MelFrame};
use engine::library::decode::{Limits, decode_16k_mono};
use engine::translate::duration_of;
use engine::units::SampleRate;

use crate::args::Args;
use crate::interrupt::Interrupt;
use crate::progress;

/// Gives `hear` each frame of the recording in order, with the 12.5 ms of sound
/// (16 kHz, mono) that came with it.
///
/// # Errors
/// If the recording can't be decoded, `hear` fails, or on Ctrl-C.
pub fn listen(
    args: &Args,
    path: &Path,
    interrupt: &Interrupt,
    hear: &mut dyn FnMut(&MelFrame, &[f32]) -> Result<()>,
) -> Result<()> {
    let bar = progress::sound(args, path);
    let mut front_end = FrontEnd::new(SampleRate::ANALYSIS)?;
    let mut hop = Vec::with_capacity(HOP);
    let mut frames = 0;
    let mut done = Ok(());
    decode_16k_mono(path, Limits::default(), &mut |mut samples| {
        while !samples.is_empty() {
            let (now, later) = samples.split_at(samples.len().min(HOP - hop.len()));
            hop.extend_from_slice(now);
            samples = later;
            if hop.len() < HOP {
                break;
            }
            front_end.process(&hop, &mut |frame| {
                frames += 1;
                done = hear(frame, &hop);
            });
            hop.clear();
            if done.is_err() {
                return ControlFlow::Break(());
            }
        }
        progress::sound_at(&bar, duration_of(frames));
        match interrupt.pressed() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    })?;
    bar.finish_and_clear();
    done?;
    interrupt.check()
}
