//! The class driven directly through the format's own traits.

use vst3::Steinberg::Vst::BusDirections_::{kInput, kOutput};
use vst3::Steinberg::Vst::MediaTypes_::kAudio;
use vst3::Steinberg::Vst::{
    BusDirection, BusInfo, IAudioProcessorTrait, IComponentTrait, IEditControllerTrait, MediaType,
    ParameterInfo, SpeakerArr, SpeakerArrangement,
};
use vst3::Steinberg::{int32, kInvalidArgument, kResultFalse, kResultOk};

use outputs::Signal;

use super::ImpastoClass;
use super::host::{Block, Changes, Host};
use crate::entry::param_id;

const FRAMES: usize = 256;

fn ramp(from: f32) -> Vec<f32> {
    (0..FRAMES).map(|n| from + n as f32 / 1000.0).collect()
}

/// Five stereo buses, all connected.
struct Full {
    channels: [Vec<f32>; 10],
}

impl Full {
    fn new() -> Self {
        Self {
            channels: std::array::from_fn(|n| ramp(n as f32 / 10.0)),
        }
    }

    fn block(&mut self) -> Block<'_> {
        let mut channels = self.channels.iter_mut().map(|c| Some(c.as_mut_slice()));
        let mut bus = || channels.by_ref().take(2).collect();
        Block {
            inputs: vec![bus(), bus()],
            outputs: vec![bus(), bus(), bus()],
            ..Block::default()
        }
    }
}

#[test]
fn music_passes_through() {
    let host = Host::new(FRAMES);
    let mut full = Full::new();
    assert_eq!(host.process(FRAMES, full.block()), kResultOk);
    let [left, right, _, _, out_left, out_right, others @ ..] = &full.channels;
    assert_eq!((left, right), (out_left, out_right));
    assert!(others.iter().flatten().all(|sample| *sample == 0.0));
}

#[test]
fn any_bus_may_be_missing() {
    // Buses in and out, and channels of each.
    for inputs in 0..=2 {
        for outputs in 1..=3 {
            for channels in 0..=2 {
                for null in [false, true] {
                    let host = Host::new(FRAMES);
                    let mut full = Full::new();
                    let mut block = full.block();
                    block.inputs.truncate(inputs);
                    block.outputs.truncate(outputs);
                    for bus in block.inputs.iter_mut().chain(&mut block.outputs) {
                        bus.truncate(channels);
                        if null {
                            bus.iter_mut().for_each(|channel| *channel = None);
                        }
                    }
                    let result = host.process(FRAMES, block);
                    assert_eq!(result, kResultOk, "{inputs} {outputs} {channels} {null}");
                }
            }
        }
    }
}

#[test]
fn music_passes_without_a_brush() {
    let host = Host::new(FRAMES);
    let mut full = Full::new();
    let mut block = full.block();
    block.inputs.truncate(1);
    block.outputs.truncate(1);
    assert_eq!(host.process(FRAMES, block), kResultOk);
    assert_eq!(full.channels[0], full.channels[4]);
    assert_eq!(full.channels[1], full.channels[5]);
}

#[test]
fn blocks_of_any_length_up_to_the_longest() {
    let host = Host::new(FRAMES);
    for frames in [1, 2, 63, 64, 65, FRAMES] {
        let mut full = Full::new();
        assert_eq!(host.process(frames, full.block()), kResultOk);
        assert_eq!(full.channels[0][..frames], full.channels[4][..frames]);
    }
    let host = Host::new(16);
    assert_eq!(host.process(17, Full::new().block()), kInvalidArgument);
    assert_eq!(host.process(0, Full::new().block()), kResultOk);
}

#[test]
fn rates_and_lengths_change_between_activations() {
    let host = Host::new(FRAMES);
    for (longest, rate) in [
        (1, 22_050.0),
        (8192, 44_100.0),
        (64, 192_000.0),
        (FRAMES, 96_000.0),
    ] {
        host.stop();
        host.start(longest, rate);
        let frames = longest.min(FRAMES);
        assert_eq!(host.process(frames, Full::new().block()), kResultOk);
    }
}

fn arrange(
    class: &ImpastoClass,
    inputs: [SpeakerArrangement; 2],
    outputs: [SpeakerArrangement; 3],
) -> i32 {
    let (mut inputs, mut outputs) = (inputs, outputs);
    // SAFETY: arrays as long as is said.
    unsafe { class.setBusArrangements(inputs.as_mut_ptr(), 2, outputs.as_mut_ptr(), 3) }
}

fn arrangement(class: &ImpastoClass, is_input: bool, index: int32) -> (SpeakerArrangement, i32) {
    let mut found = 0;
    // SAFETY: all zeros are a valid `BusInfo`.
    let mut info: BusInfo = unsafe { std::mem::zeroed() };
    let direction = if is_input { kInput } else { kOutput } as BusDirection;
    // SAFETY: places for the answers.
    unsafe {
        assert_eq!(
            class.getBusArrangement(direction, index, &mut found),
            kResultOk
        );
        let result = class.getBusInfo(kAudio as MediaType, direction, index, &mut info);
        assert_eq!(result, kResultOk);
    }
    (found, info.channelCount)
}

#[test]
fn the_brush_is_mono_or_stereo_and_aux_outputs_may_be_unconnected() {
    use SpeakerArr::{k51, kEmpty, kMono, kStereo};
    let class = ImpastoClass::new().expect("an instance");
    assert_eq!(
        arrange(&class, [kStereo, kMono], [kStereo, kEmpty, kEmpty]),
        kResultOk
    );
    assert_eq!(arrangement(&class, true, 1), (kMono, 1));
    assert_eq!(arrangement(&class, false, 1), (kEmpty, 0));
    assert_eq!(arrangement(&class, false, 2), (kEmpty, 0));
    assert_eq!(
        arrange(&class, [kStereo, kStereo], [kStereo, kStereo, kStereo]),
        kResultOk
    );
    assert_eq!(arrangement(&class, true, 1), (kStereo, 2));
    assert_eq!(arrangement(&class, false, 1), (kStereo, 2));
    for (inputs, outputs) in [
        ([kStereo, kEmpty], [kStereo, kStereo, kStereo]),
        ([kStereo, k51], [kStereo, kStereo, kStereo]),
        ([kMono, kMono], [kMono, kStereo, kStereo]),
        ([kStereo, kMono], [kStereo, kMono, kStereo]),
        ([kStereo, kMono], [kStereo, kStereo, kMono]),
    ] {
        assert_eq!(arrange(&class, inputs, outputs), kResultFalse);
    }
    assert_eq!(
        arrangement(&class, true, 1),
        (kStereo, 2),
        "refused, unchanged"
    );
}

#[test]
fn parameters_are_counted_and_the_one_after_the_last_is_refused() {
    let class = ImpastoClass::new().expect("an instance");
    // SAFETY: all zeros are a valid `ParameterInfo`; places for the answers.
    unsafe {
        let mut info: ParameterInfo = std::mem::zeroed();
        let count = class.getParameterCount();
        assert!(count > 0);
        for index in 0..count {
            assert_eq!(class.getParameterInfo(index, &mut info), kResultOk);
        }
        assert_eq!(class.getParameterInfo(count, &mut info), kInvalidArgument);
        assert_eq!(class.getParameterInfo(-1, &mut info), kInvalidArgument);
    }
}

fn value(host: &Host, id: &str) -> f64 {
    // SAFETY: without pointers.
    unsafe { host.class.getParamNormalized(param_id(id)) }
}

#[test]
fn changes_in_a_block_apply_even_past_its_end() {
    let host = Host::new(FRAMES);
    let mut full = Full::new();
    let mut block = full.block();
    let late = FRAMES as int32;
    block.changes = Some(Changes::new(&[
        (param_id("dry"), &[(0, 0.5), (late, 0.0)]),
        (param_id("sensitivity"), &[(3, 0.25), (5, f64::NAN)]),
        (12345, &[(0, 0.5)]),
    ]));
    assert_eq!(host.process(FRAMES, block), kResultOk);
    assert_eq!(value(&host, "dry"), 0.0);
    assert_eq!(
        value(&host, "sensitivity"),
        0.5,
        "what is no number is left out"
    );
}

#[test]
fn a_value_set_while_processing_is_in_the_state_at_once() {
    let host = Host::new(FRAMES);
    host.process(FRAMES, Full::new().block());
    // SAFETY: without pointers.
    let result = unsafe {
        host.class
            .setParamNormalized(param_id("sensitivity"), 0.125)
    };
    assert_eq!(result, kResultOk);
    let state = host.state();
    let other = Host::new(FRAMES);
    assert_eq!(other.set_state(&state), kResultOk);
    assert_eq!(value(&other, "sensitivity"), 0.125);
    assert_eq!(other.state(), state, "byte for byte");
}

/// The class on another thread, as hosts use it that save in the background.
struct Elsewhere<'a>(&'a Host);

// SAFETY: the tests call nothing there but `state` and `set_state`, which use the class
// alone and none of the host's cells.
unsafe impl Send for Elsewhere<'_> {}

impl Elsewhere<'_> {
    /// Saves and restores `count` times.
    fn save_and_restore(&self, count: usize) {
        for _ in 0..count {
            let state = self.0.state();
            assert_eq!(self.0.set_state(&state), kResultOk);
        }
    }
}

#[test]
fn states_are_saved_and_restored_on_another_thread_while_blocks_are_processed() {
    let host = Host::new(FRAMES);
    let before = host.state();
    std::thread::scope(|scope| {
        let elsewhere = Elsewhere(&host);
        let background = scope.spawn(move || elsewhere.save_and_restore(50));
        while !background.is_finished() {
            assert_eq!(host.process(FRAMES, Full::new().block()), kResultOk);
        }
    });
    assert_eq!(host.state(), before);
}

#[test]
fn nonsense_is_no_state() {
    let host = Host::new(FRAMES);
    let before = host.state();
    assert_ne!(host.set_state(b"{\"version\": 1, \"par"), kResultOk);
    assert_ne!(host.set_state(&[0xff; 64]), kResultOk);
    assert_eq!(host.state(), before);
}

#[test]
fn congruity_reaches_the_host_when_it_is_switched_on() {
    let host = Host::new(FRAMES);
    let link = host.class.link();
    // The worker has no painting and says so when it steps; this is its cell.
    let found = || link.signals.set(Signal::Congruity, Some(0.75));
    for _ in 0..20 {
        found();
        host.process(FRAMES, Full::new().block());
    }
    assert!(host.changes.borrow().is_empty(), "off by default");
    // Native, of three. SAFETY: without pointers.
    unsafe { host.class.setParamNormalized(param_id("automation"), 0.5) };
    for _ in 0..20 {
        found();
        host.process(FRAMES, Full::new().block());
    }
    let sent = host.changes.borrow().clone();
    assert_eq!(sent, [(param_id("congruity"), FRAMES as int32 - 1, 0.75)]);
    assert_eq!(value(&host, "congruity"), 0.75);
}

#[test]
fn instances_come_and_go_quickly() {
    for _ in 0..20 {
        let host = Host::new(FRAMES);
        host.process(FRAMES, Full::new().block());
    }
}
