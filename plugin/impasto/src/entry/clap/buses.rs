//! The buses of a block, completed.

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::process::clap_process;

use crate::entry::buses::{CHANNELS, Channels, HostBus, INPUTS, OUTPUTS, Spare};

/// All buses of a block, with pointers to every channel.
pub struct Buses {
    inputs: [Channels; INPUTS],
    outputs: [Channels; OUTPUTS],
    /// Whether the host connected the sidechain.
    pub brush_connected: bool,
    /// Of the port configuration that the host chose.
    pub brush_channels: u32,
}

impl Buses {
    /// # Safety
    /// `process` is as the format demands.
    pub unsafe fn new(spare: &mut Spare, process: &clap_process) -> Self {
        let input = |index| {
            let there = index < process.audio_inputs_count as usize;
            // SAFETY: within the host's array.
            there.then(|| unsafe { host_bus(process.audio_inputs, index) })?
        };
        let output = |index| {
            let there = index < process.audio_outputs_count as usize;
            // SAFETY: within the host's array.
            there.then(|| unsafe { host_bus(process.audio_outputs, index) })?
        };
        // SAFETY: the buses are the host's own.
        let (music, (brush, brush_connected)) =
            unsafe { (spare.input(input(0)).0, spare.input(input(1))) };
        // SAFETY: the buses are the host's own.
        let outputs = unsafe { spare.outputs(output) };
        Self {
            inputs: [music, brush],
            outputs,
            brush_connected,
            brush_channels: CHANNELS as u32,
        }
    }

    /// Calls `work` with a copy of `process` that holds these buses.
    pub fn with<T>(&mut self, process: &clap_process, work: impl FnOnce(&clap_process) -> T) -> T {
        let buffer = |channels: &mut Channels| clap_audio_buffer {
            data32: channels.as_mut_ptr(),
            data64: std::ptr::null_mut(),
            channel_count: CHANNELS as u32,
            latency: 0,
            constant_mask: 0,
        };
        let mut inputs = self.inputs.each_mut().map(buffer);
        inputs[1].channel_count = self.brush_channels.min(CHANNELS as u32);
        let mut outputs = self.outputs.each_mut().map(buffer);
        work(&clap_process {
            audio_inputs: inputs.as_ptr(),
            audio_outputs: outputs.as_mut_ptr(),
            audio_inputs_count: INPUTS as u32,
            audio_outputs_count: OUTPUTS as u32,
            ..*process
        })
    }
}

/// The bus `index`, if the host hands over an array of single-precision channels.
///
/// # Safety
/// `buses` is null or an array of more than `index` buses.
unsafe fn host_bus(buses: *const clap_audio_buffer, index: usize) -> Option<HostBus> {
    if buses.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    let bus = unsafe { &*buses.add(index) };
    Some(HostBus {
        channels: bus.data32,
        count: bus.channel_count as usize,
    })
}
