//! The main thread's half of one plug-in instance.

use super::ensemble;
use super::events::{OutputEvent, output_event};
use super::handlers::{HostMainThread, HostShared, Role, TestHost, set_role};
use super::processor::{Activation, Processor};
use crate::{Error, Result};
use clack_extensions::audio_ports::{AudioPortInfoBuffer, PluginAudioPorts};
use clack_extensions::gui::GuiSize;
use clack_extensions::latency::PluginLatency;
use clack_extensions::params::{ParamInfoBuffer, ParamInfoFlags, PluginParams};
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::state::PluginState;
use clack_host::prelude::*;
use std::ffi::CStr;
use std::io::{Read, Write};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

/// One parameter, as the plug-in describes it.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The CLAP id.
    pub id: u32,
    /// The name shown to the user.
    pub name: String,
    /// Smallest, largest and default plain value.
    pub range: [f64; 3],
    /// Whether a host may automate it.
    pub automatable: bool,
    /// Whether a host may not set it.
    pub read_only: bool,
}

/// One audio port, as the plug-in declares it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Port {
    /// The name shown to the user.
    pub name: String,
    /// Channels.
    pub channels: u32,
}

/// The declared audio ports.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ports {
    /// Main input first, then the sidechain.
    pub inputs: Vec<Port>,
    /// Main output first, then the snippets' own.
    pub outputs: Vec<Port>,
}

/// One instance of the plug-in, which is not active between calls of [`Instance::run`].
///
/// It belongs to the thread that made it, which is the plug-in's main thread.
pub struct Instance {
    pub(crate) plugin: PluginInstance<TestHost>,
    /// As it was set last.
    pub(super) offline: bool,
}

impl Instance {
    pub(crate) fn new(entry: &PluginEntry, id: &CStr) -> Result<Instance> {
        set_role(Role::Main);
        let info = HostInfo::new(
            "Impasto test host",
            "Impasto",
            "",
            env!("CARGO_PKG_VERSION"),
        )
        .map_err(|e| Error::plugin("be told its host", e))?;
        let plugin = PluginInstance::<TestHost>::new(
            |_| HostShared::default(),
            |shared| HostMainThread::new(shared),
            entry,
            id,
            &info,
        )
        .map_err(|e| Error::plugin("make an instance", e))?;
        Ok(Instance {
            plugin,
            offline: false,
        })
    }

    /// Activates the plug-in, runs `body` on an audio thread of its own while this
    /// thread serves the plug-in's callbacks, and deactivates it.
    pub fn run<R: Send>(
        &mut self,
        activation: Activation,
        body: impl FnOnce(&mut Processor) -> Result<R> + Send,
    ) -> Result<R> {
        self.run_with(activation, body, |_| Ok(()))
    }

    /// As [`Instance::run`], and calls `idle` on the main thread every few
    /// milliseconds meanwhile, and once more when the audio thread is done.
    ///
    /// # Errors
    /// The plug-in refused to be activated or started, `body` failed, `idle`
    /// failed (the audio thread still runs to its end), or the plug-in made a
    /// call that CLAP does not allow on its thread.
    pub fn run_with<R: Send>(
        &mut self,
        activation: Activation,
        body: impl FnOnce(&mut Processor) -> Result<R> + Send,
        mut idle: impl FnMut(&mut Instance) -> Result<()>,
    ) -> Result<R> {
        ensemble::run_with(
            std::slice::from_mut(self),
            activation,
            |processors| body(&mut processors[0]),
            |instances| idle(&mut instances[0]),
        )
    }

    /// Calls the plug-in back on the main thread if it asked for it.
    pub fn serve_callbacks(&mut self) {
        let asked = self
            .plugin
            .access_shared_handler(|shared| shared.callback.swap(false, Ordering::AcqRel));
        if asked {
            self.plugin.call_on_main_thread_callback();
        }
    }

    /// The size that the editor has asked for since the last call, in pixels.
    pub(crate) fn wanted_size(&mut self) -> Option<GuiSize> {
        self.plugin.access_shared_handler(|shared| {
            let mut wanted = shared.resize.lock().unwrap_or_else(PoisonError::into_inner);
            wanted.take()
        })
    }

    /// While it is not active: lets the plug-in tell of its parameters, if it asked for it.
    /// What it told, in order.
    ///
    /// # Errors
    /// The plug-in has no parameters.
    pub fn serve_flush(&mut self) -> Result<Vec<OutputEvent>> {
        let asked = self
            .plugin
            .access_shared_handler(|shared| shared.flush.swap(false, Ordering::AcqRel));
        if !asked {
            return Ok(Vec::new());
        }
        let mut output = EventBuffer::new();
        let params: PluginParams = self
            .plugin
            .plugin_handle()
            .get_extension()
            .ok_or(Error::MissingExtension("clap.params"))?;
        let mut handle = self
            .plugin
            .inactive_plugin_handle()
            .ok_or_else(|| Error::plugin("flush", "it is active"))?;
        let (input, mut events) = (InputEvents::empty(), output.as_output());
        params.flush(&mut handle, &input, &mut events);
        Ok(output.iter().map(|event| output_event(event, 0)).collect())
    }

    /// Fails if the plug-in called its host from a thread that CLAP does not allow.
    pub fn check_conduct(&self) -> Result<()> {
        let faults = self.plugin.access_shared_handler(HostShared::misbehaviour);
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Error::plugin("behave", faults.join("; ")))
        }
    }

    /// What the plug-in logged so far.
    pub fn log_lines(&self) -> Vec<String> {
        self.plugin.access_shared_handler(HostShared::log_lines)
    }

    /// Switches between real-time and offline rendering.
    pub fn set_offline(&mut self, offline: bool) -> Result<()> {
        let handle = self.plugin.plugin_handle();
        let render: PluginRender = handle
            .get_extension()
            .ok_or(Error::MissingExtension("clap.render"))?;
        let mode = if offline {
            RenderMode::Offline
        } else {
            RenderMode::Realtime
        };
        render
            .set(&handle, mode)
            .map_err(|e| Error::plugin("change the render mode", e))?;
        self.offline = offline;
        Ok(())
    }

    /// All parameters, in the plug-in's order.
    pub fn parameters(&mut self) -> Result<Vec<Parameter>> {
        let handle = self.plugin.plugin_handle();
        let params: PluginParams = handle
            .get_extension()
            .ok_or(Error::MissingExtension("clap.params"))?;
        let mut buffer = ParamInfoBuffer::new();
        (0..params.count(&handle))
            .map(|index| {
                let info = params
                    .get_info(&handle, index, &mut buffer)
                    .ok_or_else(|| {
                        Error::plugin("describe a parameter", format!("none at index {index}"))
                    })?;
                Ok(Parameter {
                    id: info.id.get(),
                    name: String::from_utf8_lossy(info.name).into_owned(),
                    range: [info.min_value, info.max_value, info.default_value],
                    automatable: info.flags.contains(ParamInfoFlags::IS_AUTOMATABLE),
                    read_only: info.flags.contains(ParamInfoFlags::IS_READONLY),
                })
            })
            .collect()
    }

    /// The plain value of the parameter `id`.
    pub fn value(&mut self, id: u32) -> Result<f64> {
        let handle = self.plugin.plugin_handle();
        let params: PluginParams = handle
            .get_extension()
            .ok_or(Error::MissingExtension("clap.params"))?;
        ClapId::from_raw(id)
            .and_then(|id| params.get_value(&handle, id))
            .ok_or_else(|| Error::plugin("tell a parameter's value", format!("no parameter {id}")))
    }

    /// By how many frames the plug-in delays what it passes on.
    pub fn latency(&mut self) -> Result<u32> {
        let handle = self.plugin.plugin_handle();
        let latency: PluginLatency = handle
            .get_extension()
            .ok_or(Error::MissingExtension("clap.latency"))?;
        Ok(latency.get(&handle))
    }

    /// The declared audio ports.
    pub fn ports(&mut self) -> Result<Ports> {
        let handle = self.plugin.plugin_handle();
        let ports: PluginAudioPorts = handle
            .get_extension()
            .ok_or(Error::MissingExtension("clap.audio-ports"))?;
        let mut buffer = AudioPortInfoBuffer::new();
        let mut list = |is_input| {
            (0..ports.count(&handle, is_input))
                .filter_map(|index| {
                    let info = ports.get(&handle, index, is_input, &mut buffer)?;
                    Some(Port {
                        name: String::from_utf8_lossy(info.name).into_owned(),
                        channels: info.channel_count,
                    })
                })
                .collect()
        };
        Ok(Ports {
            inputs: list(true),
            outputs: list(false),
        })
    }

    /// The state, as the plug-in writes it.
    pub fn save_state(&mut self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.save_state_into(&mut bytes)?;
        Ok(bytes)
    }

    /// As [`Instance::save_state`], appended to `bytes`.
    pub fn save_state_into(&mut self, bytes: &mut Vec<u8>) -> Result<()> {
        self.save_state_to(bytes)
    }

    /// As [`Instance::save_state`], into a stream that may take less than it is given.
    pub fn save_state_to(&mut self, stream: &mut impl Write) -> Result<()> {
        let handle = self.plugin.plugin_handle();
        let state: PluginState = handle
            .get_extension()
            .ok_or(Error::MissingExtension("clap.state"))?;
        state
            .save(&handle, stream)
            .map_err(|e| Error::plugin("save its state", e))
    }

    /// Gives the plug-in a state that [`Instance::save_state`] returned.
    pub fn load_state(&mut self, mut bytes: &[u8]) -> Result<()> {
        self.load_state_from(&mut bytes)
    }

    /// As [`Instance::load_state`], from a stream that may give less than is asked for.
    pub fn load_state_from(&mut self, stream: &mut impl Read) -> Result<()> {
        let handle = self.plugin.plugin_handle();
        let state: PluginState = handle
            .get_extension()
            .ok_or(Error::MissingExtension("clap.state"))?;
        state
            .load(&handle, stream)
            .map_err(|e| Error::plugin("load a state", e))
    }
}
