//! A full set of channels, whatever the host hands over.
//!
//! The framework reads past the host's array of buses when an auxiliary bus is
//! missing, takes channels that are not there, and leaves slices of another length.
//! So it is never shown the host's own arrays: what is missing is replaced by spare
//! memory that reads as silence or is written to in vain.

/// Input buses: the music and the brush.
pub const INPUTS: usize = 2;

/// Output buses: the mix, the snippets alone, and the control voltages.
pub const OUTPUTS: usize = 3;

/// Channels of every bus that the framework is shown.
pub const CHANNELS: usize = 2;

/// The pointers to a bus's channels.
pub type Channels = [*mut f32; CHANNELS];

/// A bus as the host gave it.
#[derive(Clone, Copy)]
pub struct HostBus {
    /// An array of `count` channel pointers, or null.
    pub channels: *mut *mut f32,
    /// How many channels it has.
    pub count: usize,
}

/// Spare channels for the buses that a host leaves out.
pub struct Spare {
    /// All zeros; only ever read.
    silence: Vec<f32>,
    /// Written to in vain, a part for each output channel.
    sink: Vec<f32>,
    frames: usize,
}

impl Spare {
    /// For blocks of at most `frames` samples.
    pub fn new(frames: usize) -> Self {
        Self {
            silence: vec![0.0; frames],
            sink: vec![0.0; frames * OUTPUTS * CHANNELS],
            frames,
        }
    }

    /// The longest block.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// The channels of an input bus, and whether the host connected it. A mono bus
    /// is heard on both channels, so that its downmix is the bus itself.
    ///
    /// # Safety
    /// `bus.channels` is null or points to `bus.count` pointers, each null or to the
    /// block's samples.
    pub unsafe fn input(&mut self, bus: Option<HostBus>) -> (Channels, bool) {
        // SAFETY: the caller's promise.
        let first = bus.and_then(|bus| unsafe { channel(bus, 0) });
        // SAFETY: the caller's promise.
        let second = bus.and_then(|bus| unsafe { channel(bus, 1) }).or(first);
        let silence = self.silence.as_mut_ptr();
        let channels = [first.unwrap_or(silence), second.unwrap_or(silence)];
        (channels, first.is_some())
    }

    /// The channels of all output buses, the spare's own where the host has none.
    ///
    /// # Safety
    /// As for [`Self::input`], for the bus that `bus` gives for each index.
    pub unsafe fn outputs(
        &mut self,
        bus: impl Fn(usize) -> Option<HostBus>,
    ) -> [Channels; OUTPUTS] {
        std::array::from_fn(|index| {
            // SAFETY: the caller's promise; `index` is less than `OUTPUTS`.
            unsafe { self.output(index, bus(index)) }
        })
    }

    /// # Safety
    /// As for [`Self::input`]; `index` is less than [`OUTPUTS`].
    unsafe fn output(&mut self, index: usize, bus: Option<HostBus>) -> Channels {
        let frames = self.frames;
        std::array::from_fn(|c| {
            // SAFETY: the caller's promise.
            let host = bus.and_then(|bus| unsafe { channel(bus, c) });
            let start = (index * CHANNELS + c) * frames;
            host.unwrap_or_else(|| self.sink[start..start + frames].as_mut_ptr())
        })
    }
}

/// The channel `index` of `bus`, if there is one.
///
/// # Safety
/// As for [`Spare::input`].
unsafe fn channel(bus: HostBus, index: usize) -> Option<*mut f32> {
    if bus.channels.is_null() || index >= bus.count {
        return None;
    }
    // SAFETY: `channels` points to `count` pointers, and `index` is among them.
    let pointer = unsafe { *bus.channels.add(index) };
    (!pointer.is_null()).then_some(pointer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(channels: &mut [*mut f32]) -> Option<HostBus> {
        let count = channels.len();
        let channels = channels.as_mut_ptr();
        Some(HostBus { channels, count })
    }

    #[test]
    fn inputs_are_full_connected_or_silent() {
        let mut spare = Spare::new(4);
        let (mut left, mut right) = ([1.0f32; 4], [2.0f32; 4]);
        let (l, r) = (left.as_mut_ptr(), right.as_mut_ptr());
        let check = |spare: &mut Spare, bus: Option<HostBus>, expected: [f32; 2], connected| {
            // SAFETY: every bus below is made of live arrays.
            let (channels, is_connected) = unsafe { spare.input(bus) };
            // SAFETY: the channels are the arrays above or the spare's.
            let found = channels.map(|channel| unsafe { *channel });
            assert_eq!((found, is_connected), (expected, connected));
        };
        check(&mut spare, host(&mut [l, r]), [1.0, 2.0], true);
        check(&mut spare, host(&mut [l]), [1.0, 1.0], true);
        check(
            &mut spare,
            host(&mut [l, std::ptr::null_mut()]),
            [1.0, 1.0],
            true,
        );
        check(&mut spare, host(&mut []), [0.0, 0.0], false);
        check(&mut spare, None, [0.0, 0.0], false);
        let null = HostBus {
            channels: std::ptr::null_mut(),
            count: 2,
        };
        check(&mut spare, Some(null), [0.0, 0.0], false);
    }

    #[test]
    fn spare_outputs_do_not_overlap() {
        let mut spare = Spare::new(4);
        // SAFETY: no host memory at all.
        let buses = unsafe { spare.outputs(|_| None) };
        let mut starts: Vec<usize> = buses.iter().flatten().map(|p| *p as usize).collect();
        starts.sort_unstable();
        for pair in starts.windows(2) {
            assert!(pair[1] - pair[0] >= 4 * size_of::<f32>());
        }
    }
}
