//! Several instances, one after the other on one audio thread, as a host with one
//! processing thread runs its tracks.

use super::handlers::{HostAudioThread, Role, TestHost, set_role};
use super::instance::Instance;
use super::processor::{Activation, Processor};
use crate::{Error, Result};
use clack_host::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often the main thread looks for something to do, as a host's idle timer.
const IDLE: Duration = Duration::from_millis(5);

type Stopped = StoppedPluginAudioProcessor<TestHost>;

/// As [`Instance::run_with`], with the processors of all `instances`.
///
/// # Errors
/// As there, of any of them.
pub fn run_with<R: Send>(
    instances: &mut [Instance],
    activation: Activation,
    body: impl FnOnce(&mut [Processor]) -> Result<R> + Send,
    mut idle: impl FnMut(&mut [Instance]) -> Result<()>,
) -> Result<R> {
    let stopped: Vec<(Stopped, bool)> = instances
        .iter_mut()
        .map(|instance| Ok((activate(instance, activation)?, instance.offline)))
        .collect::<Result<_>>()?;
    let done = AtomicBool::new(false);
    let (outcome, idled) = std::thread::scope(|scope| {
        let audio = scope.spawn(|| {
            let _finish = SetOnDrop(&done);
            audio_thread(stopped, activation, body)
        });
        let mut idled = Ok(());
        while !done.load(Ordering::Acquire) {
            instances.iter_mut().for_each(Instance::serve_callbacks);
            if idled.is_ok() {
                idled = idle(instances);
            }
            std::thread::sleep(IDLE);
        }
        (audio.join(), idled)
    });
    let (stopped, outcome) = outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    instances.iter_mut().for_each(Instance::serve_callbacks);
    let idled = idled.and_then(|()| idle(instances));
    for (instance, stopped) in instances.iter_mut().zip(stopped) {
        instance.plugin.deactivate(stopped);
    }
    let value = outcome?;
    idled?;
    instances.iter().try_for_each(Instance::check_conduct)?;
    Ok(value)
}

fn activate(instance: &mut Instance, activation: Activation) -> Result<Stopped> {
    let configuration = PluginAudioConfiguration {
        sample_rate: activation.rate,
        min_frames_count: 1,
        max_frames_count: activation.max_block as u32,
    };
    instance
        .plugin
        .activate(|_, _| HostAudioThread, configuration)
        .map_err(|e| Error::plugin("activate", e))
}

/// What the audio thread does from its first instruction to its last; with each plug-in
/// goes whether it renders offline.
fn audio_thread<R>(
    stopped: Vec<(Stopped, bool)>,
    activation: Activation,
    body: impl FnOnce(&mut [Processor]) -> Result<R>,
) -> (Vec<Stopped>, Result<R>) {
    set_role(Role::Audio);
    let mut processors = Vec::with_capacity(stopped.len());
    let mut refused = Vec::new();
    for (plugin, offline) in stopped {
        match plugin.start_processing() {
            Ok(plugin) => processors.push(Processor::new(plugin, activation, offline)),
            Err(unwilling) => refused.push(unwilling.into_stopped_processor()),
        }
    }
    let outcome = if refused.is_empty() {
        body(&mut processors)
    } else {
        Err(Error::plugin("start processing", "it said no"))
    };
    let mut stopped: Vec<Stopped> = processors.into_iter().map(Processor::stop).collect();
    stopped.append(&mut refused);
    (stopped, outcome)
}

/// Raises a flag even when the thread that owns it panics.
struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}
