//! The buses of a block, completed.

use vst3::Steinberg::Vst::{AudioBusBuffers, AudioBusBuffers__type0, ProcessData};
use vst3::Steinberg::int32;

use crate::entry::buses::{CHANNELS, Channels, HostBus, INPUTS, OUTPUTS, Spare};

/// All buses of a block, with pointers to every channel.
pub struct Buses {
    inputs: [Channels; INPUTS],
    outputs: [Channels; OUTPUTS],
    /// Whether the host connected the sidechain.
    pub brush_connected: bool,
}

impl Buses {
    /// # Safety
    /// `data` is as the format demands.
    pub unsafe fn new(spare: &mut Spare, data: &ProcessData) -> Self {
        let input = |index: usize| {
            let there = index < data.numInputs.max(0) as usize;
            // SAFETY: within the host's array.
            there.then(|| unsafe { host_bus(data.inputs, index) })?
        };
        let output = |index: usize| {
            let there = index < data.numOutputs.max(0) as usize;
            // SAFETY: within the host's array.
            there.then(|| unsafe { host_bus(data.outputs, index) })?
        };
        // SAFETY: the buses are the host's own.
        unsafe {
            let (music, _) = spare.input(input(0));
            let (brush, brush_connected) = spare.input(input(1));
            Self {
                inputs: [music, brush],
                outputs: spare.outputs(output),
                brush_connected,
            }
        }
    }

    /// Calls `work` with a copy of `data` that holds these buses and no changes of
    /// parameters: those have been applied.
    pub fn with<T>(&mut self, data: &ProcessData, work: impl FnOnce(*mut ProcessData) -> T) -> T {
        let buffers = |channels: &mut Channels| AudioBusBuffers {
            numChannels: CHANNELS as int32,
            silenceFlags: 0,
            __field0: AudioBusBuffers__type0 {
                channelBuffers32: channels.as_mut_ptr(),
            },
        };
        let mut inputs = self.inputs.each_mut().map(buffers);
        let mut outputs = self.outputs.each_mut().map(buffers);
        let mut full = ProcessData {
            numInputs: INPUTS as int32,
            numOutputs: OUTPUTS as int32,
            inputs: inputs.as_mut_ptr(),
            outputs: outputs.as_mut_ptr(),
            inputParameterChanges: std::ptr::null_mut(),
            outputParameterChanges: std::ptr::null_mut(),
            ..*data
        };
        work(&raw mut full)
    }
}

/// The bus `index`, if the host hands over an array of buses.
///
/// # Safety
/// `buses` is null or an array of more than `index` buses.
unsafe fn host_bus(buses: *mut AudioBusBuffers, index: usize) -> Option<HostBus> {
    if buses.is_null() {
        return None;
    }
    // SAFETY: the caller's promise; both members of the union are pointers.
    unsafe {
        let bus = buses.add(index);
        Some(HostBus {
            channels: (*bus).__field0.channelBuffers32,
            count: (*bus).numChannels.max(0) as usize,
        })
    }
}
