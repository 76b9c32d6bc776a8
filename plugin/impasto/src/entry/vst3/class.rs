//! The class that a VST3 host sees: the framework's, with its gaps mended.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use nice_plug::wrapper::vst3::Wrapper;
use parking_lot::Mutex;
use vst3::Steinberg::Vst::BusDirections_::kInput;
use vst3::Steinberg::Vst::ChannelContext::IInfoListener;
use vst3::Steinberg::Vst::MediaTypes_::kAudio;
use vst3::Steinberg::Vst::ProcessModes_::kOffline;
use vst3::Steinberg::Vst::SymbolicSampleSizes_::kSample32;
use vst3::Steinberg::Vst::{
    BusDirection, BusInfo, IAudioProcessor, IAudioProcessorTrait, IComponent, IComponentHandler,
    IComponentTrait, IEditController, IEditControllerTrait, IProcessContextRequirements, IUnitInfo,
    IoMode, MediaType, ParamID, ParamValue, ParameterInfo, ProcessData, ProcessSetup, RoutingInfo,
    SpeakerArr, SpeakerArrangement, String128, TChar,
};
use vst3::Steinberg::{
    FIDString, FUnknown, IBStream, IPlugView, IPluginBaseTrait, TBool, TUID, int32,
    kInvalidArgument, kResultFalse, kResultOk, tresult, uint32,
};
use vst3::{Class, ComRef};

use super::buses::Buses;
use super::changes::{ParamTable, append};
use super::gestures::Gestures;
use super::settle::Settling;
use super::view;
use crate::Impasto;
use crate::entry::buses::{INPUTS, OUTPUTS, Spare};
use crate::entry::{denormals, take_over};
use crate::output::{HostEdit, HostLink};

/// One instance. The framework's object does all that is not mended here.
pub struct ImpastoClass {
    pub(super) inner: Wrapper<Impasto>,
    link: Arc<HostLink>,
    params: ParamTable,
    /// Locked by the audio thread while it processes and by the main thread while
    /// the host must not process, so that neither ever waits.
    audio: Mutex<AudioSide>,
    /// What the host arranged; written while inactive.
    arrangement: Mutex<Arrangement>,
    /// The bits of the sample rate as `f64`; zero before it is known.
    rate: AtomicU64,
    gestures: Gestures,
    settling: Settling,
}

struct AudioSide {
    spare: Spare,
    longest_block: usize,
}

/// The arrangements of the buses that may differ.
#[derive(Clone, Copy)]
struct Arrangement {
    /// Mono or stereo.
    brush: SpeakerArrangement,
    /// Stereo, or empty where the host does not connect it.
    snippets: SpeakerArrangement,
    /// As above, of the control voltages.
    control: SpeakerArrangement,
}

impl Class for ImpastoClass {
    type Interfaces = (
        IComponent,
        IEditController,
        IAudioProcessor,
        IProcessContextRequirements,
        IUnitInfo,
        IInfoListener,
    );
}

impl ImpastoClass {
    /// A new instance; `None` if the framework did not construct one.
    pub fn new() -> Option<Self> {
        let inner = Wrapper::new();
        let link = take_over()?;
        let gestures = Gestures::new();
        let relay = gestures.relay().clone();
        link.set_door(Box::new(move |edit| relay.tell(edit)));
        let relay = gestures.relay().clone();
        link.view.set_on_frame(move || relay.frame());
        Some(Self {
            inner,
            params: ParamTable::new(Arc::clone(&link.params)),
            link,
            audio: Mutex::new(AudioSide {
                spare: Spare::new(0),
                longest_block: 0,
            }),
            arrangement: Mutex::new(Arrangement {
                brush: SpeakerArr::kStereo,
                snippets: SpeakerArr::kStereo,
                control: SpeakerArr::kStereo,
            }),
            rate: AtomicU64::new(0),
            gestures,
            settling: Settling::new(),
        })
    }

    /// The way to the host's main thread.
    pub fn gestures(&self) -> &Gestures {
        &self.gestures
    }

    /// What the instance shares with this class.
    #[cfg(test)]
    pub fn link(&self) -> &Arc<HostLink> {
        &self.link
    }

    /// In hertz; the most usual rate before the host has said one.
    fn rate(&self) -> f64 {
        let rate = f64::from_bits(self.rate.load(Ordering::Relaxed));
        if rate > 0.0 { rate } else { 44_100.0 }
    }

    /// The arrangement of an audio bus; `None` if there is no such bus.
    fn arrangement_of(&self, direction: BusDirection, index: int32) -> Option<SpeakerArrangement> {
        let arrangement = *self.arrangement.lock();
        match (direction == kInput as BusDirection, index) {
            (_, 0) => Some(SpeakerArr::kStereo),
            (true, 1) => Some(arrangement.brush),
            (false, 1) => Some(arrangement.snippets),
            (false, 2) => Some(arrangement.control),
            _ => None,
        }
    }
}

impl Drop for ImpastoClass {
    fn drop(&mut self) {
        self.settling.wait();
        // A host that does not terminate before it lets the instance go.
        self.gestures.close();
    }
}

impl IPluginBaseTrait for ImpastoClass {
    unsafe fn initialize(&self, context: *mut FUnknown) -> tresult {
        // SAFETY: null or the host's context.
        self.gestures.offer(unsafe { ComRef::from_raw(context) });
        // SAFETY: as the host called us.
        unsafe { self.inner.initialize(context) }
    }

    unsafe fn terminate(&self) -> tresult {
        self.gestures.close();
        // SAFETY: as the host called us; null gives the handler back.
        unsafe {
            self.inner.setComponentHandler(std::ptr::null_mut());
            self.inner.terminate()
        }
    }
}

impl IComponentTrait for ImpastoClass {
    unsafe fn getControllerClassId(&self, id: *mut TUID) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.getControllerClassId(id) }
    }

    unsafe fn setIoMode(&self, mode: IoMode) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.setIoMode(mode) }
    }

    unsafe fn getBusCount(&self, media: MediaType, direction: BusDirection) -> int32 {
        // SAFETY: as the host called us.
        unsafe { self.inner.getBusCount(media, direction) }
    }

    unsafe fn getBusInfo(
        &self,
        media: MediaType,
        direction: BusDirection,
        index: int32,
        info: *mut BusInfo,
    ) -> tresult {
        if index < 0 {
            return kInvalidArgument;
        }
        // SAFETY: as the host called us.
        let result = unsafe { self.inner.getBusInfo(media, direction, index, info) };
        if result == kResultOk
            && media == kAudio as MediaType
            && let Some(arrangement) = self.arrangement_of(direction, index)
        {
            // SAFETY: the framework has just filled it.
            unsafe { (*info).channelCount = arrangement.count_ones() as int32 };
        }
        result
    }

    unsafe fn getRoutingInfo(&self, from: *mut RoutingInfo, to: *mut RoutingInfo) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.getRoutingInfo(from, to) }
    }

    unsafe fn activateBus(
        &self,
        media: MediaType,
        direction: BusDirection,
        index: int32,
        state: TBool,
    ) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.activateBus(media, direction, index, state) }
    }

    unsafe fn setActive(&self, state: TBool) -> tresult {
        if state != 0 {
            let mut audio = self.audio.lock();
            audio.spare = Spare::new(audio.longest_block);
        }
        // SAFETY: as the host called us.
        unsafe { self.inner.setActive(state) }
    }

    unsafe fn setState(&self, state: *mut IBStream) -> tresult {
        // SAFETY: as the host called us.
        let result = unsafe { IComponentTrait::setState(&self.inner, state) };
        // What it posted was posted by now.
        self.settling.note();
        result
    }

    unsafe fn getState(&self, state: *mut IBStream) -> tresult {
        // SAFETY: as the host called us.
        unsafe { IComponentTrait::getState(&self.inner, state) }
    }
}

impl IEditControllerTrait for ImpastoClass {
    unsafe fn setComponentState(&self, state: *mut IBStream) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.setComponentState(state) }
    }

    unsafe fn setState(&self, state: *mut IBStream) -> tresult {
        // SAFETY: as the host called us.
        unsafe { IEditControllerTrait::setState(&self.inner, state) }
    }

    unsafe fn getState(&self, state: *mut IBStream) -> tresult {
        // SAFETY: as the host called us.
        unsafe { IEditControllerTrait::getState(&self.inner, state) }
    }

    unsafe fn getParameterCount(&self) -> int32 {
        // SAFETY: as the host called us.
        unsafe { self.inner.getParameterCount() }
    }

    unsafe fn getParameterInfo(&self, index: int32, info: *mut ParameterInfo) -> tresult {
        // SAFETY: as the host called us.
        unsafe {
            // The framework panics for the index after the last.
            if index < 0 || index >= self.inner.getParameterCount() {
                return kInvalidArgument;
            }
            self.inner.getParameterInfo(index, info)
        }
    }

    unsafe fn getParamStringByValue(
        &self,
        id: ParamID,
        value: ParamValue,
        string: *mut String128,
    ) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.getParamStringByValue(id, value, string) }
    }

    unsafe fn getParamValueByString(
        &self,
        id: ParamID,
        string: *mut TChar,
        value: *mut ParamValue,
    ) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.getParamValueByString(id, string, value) }
    }

    unsafe fn normalizedParamToPlain(&self, id: ParamID, value: ParamValue) -> ParamValue {
        // SAFETY: as the host called us.
        unsafe { self.inner.normalizedParamToPlain(id, value) }
    }

    unsafe fn plainParamToNormalized(&self, id: ParamID, value: ParamValue) -> ParamValue {
        // SAFETY: as the host called us.
        unsafe { self.inner.plainParamToNormalized(id, value) }
    }

    unsafe fn getParamNormalized(&self, id: ParamID) -> ParamValue {
        // SAFETY: as the host called us.
        unsafe { self.inner.getParamNormalized(id) }
    }

    unsafe fn setParamNormalized(&self, id: ParamID, value: ParamValue) -> tresult {
        // At once, whether processing or not: the framework would drop it while
        // processing, and the state saved before the next block would be stale.
        if self.params.set(id, value, self.rate() as f32) {
            kResultOk
        } else {
            kInvalidArgument
        }
    }

    unsafe fn setComponentHandler(&self, handler: *mut IComponentHandler) -> tresult {
        // SAFETY: null or the host's handler.
        let relay = unsafe { self.gestures.take_handler(handler) };
        // SAFETY: the relay outlives the framework's use: it holds a reference.
        unsafe { self.inner.setComponentHandler(relay) }
    }

    unsafe fn createView(&self, name: FIDString) -> *mut IPlugView {
        // SAFETY: as the host called us.
        let inner = unsafe { self.inner.createView(name) };
        // SAFETY: a new view with its one reference, or null.
        unsafe { view::wrap(inner, &self.gestures) }
    }
}

impl IAudioProcessorTrait for ImpastoClass {
    unsafe fn setBusArrangements(
        &self,
        inputs: *mut SpeakerArrangement,
        input_count: int32,
        outputs: *mut SpeakerArrangement,
        output_count: int32,
    ) -> tresult {
        if input_count != INPUTS as int32 || output_count != OUTPUTS as int32 {
            return kResultFalse;
        }
        if inputs.is_null() || outputs.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: the host's arrays are as long as it says.
        let (inputs, outputs) = unsafe {
            let inputs = inputs.cast::<[SpeakerArrangement; INPUTS]>();
            (*inputs, *outputs.cast::<[SpeakerArrangement; OUTPUTS]>())
        };
        let stereo = |arrangement| arrangement == SpeakerArr::kStereo;
        let brush_fits = stereo(inputs[1]) || inputs[1] == SpeakerArr::kMono;
        // A host may say so of an output that it does not connect.
        let aux_fits = |arrangement| stereo(arrangement) || arrangement == SpeakerArr::kEmpty;
        let outputs_fit = stereo(outputs[0]) && outputs[1..].iter().copied().all(aux_fits);
        if !(stereo(inputs[0]) && brush_fits && outputs_fit) {
            return kResultFalse;
        }
        // The framework keeps its own layout, all stereo: it is shown such buses
        // whatever the host has.
        *self.arrangement.lock() = Arrangement {
            brush: inputs[1],
            snippets: outputs[1],
            control: outputs[2],
        };
        kResultOk
    }

    unsafe fn getBusArrangement(
        &self,
        direction: BusDirection,
        index: int32,
        arrangement: *mut SpeakerArrangement,
    ) -> tresult {
        if arrangement.is_null() {
            return kInvalidArgument;
        }
        let Some(found) = self.arrangement_of(direction, index) else {
            return kInvalidArgument;
        };
        // SAFETY: the host's place for it.
        unsafe { *arrangement = found };
        kResultOk
    }

    unsafe fn canProcessSampleSize(&self, size: int32) -> tresult {
        // SAFETY: as the host called us.
        unsafe { self.inner.canProcessSampleSize(size) }
    }

    unsafe fn getLatencySamples(&self) -> uint32 {
        // SAFETY: as the host called us.
        unsafe { self.inner.getLatencySamples() }
    }

    unsafe fn setupProcessing(&self, setup: *mut ProcessSetup) -> tresult {
        // SAFETY: null or the host's setup.
        let Some(wanted) = (unsafe { setup.as_ref() }) else {
            return kInvalidArgument;
        };
        if wanted.symbolicSampleSize != kSample32 as int32
            || wanted.maxSamplesPerBlock < 0
            || !(wanted.sampleRate.is_finite() && wanted.sampleRate > 0.0)
        {
            return kInvalidArgument;
        }
        self.rate
            .store(wanted.sampleRate.to_bits(), Ordering::Relaxed);
        self.audio.lock().longest_block = wanted.maxSamplesPerBlock as usize;
        self.link
            .set_offline(wanted.processMode == kOffline as int32);
        // SAFETY: as the host called us. Twice, as the framework keeps the mode of
        // the call before.
        unsafe {
            self.inner.setupProcessing(setup);
            self.inner.setupProcessing(setup)
        }
    }

    unsafe fn setProcessing(&self, state: TBool) -> tresult {
        // SAFETY: as the host called us.
        unsafe {
            let result = self.inner.setProcessing(state);
            if state != 0 {
                // Else the framework drops what the editor sets until a block comes,
                // and the state saved before is stale.
                self.inner.setProcessing(0);
            }
            result
        }
    }

    unsafe fn process(&self, data: *mut ProcessData) -> tresult {
        // SAFETY: null or the host's block.
        let Some(data) = (unsafe { data.as_ref() }) else {
            return kInvalidArgument;
        };
        let offline = data.processMode == kOffline as int32;
        if offline && !self.link.is_offline() {
            // Ardour switches to offline rendering without a new setup. What it played
            // before must not change what is rendered.
            // SAFETY: as the host called us.
            unsafe { self.setProcessing(1) };
        }
        self.link.set_offline(offline);
        // SAFETY: the host's list.
        unsafe {
            self.params
                .apply(data.inputParameterChanges, self.rate() as f32)
        };
        let frames = data.numSamples.max(0) as usize;
        if frames == 0 || data.numOutputs <= 0 {
            return kResultOk; // the host only hands over parameters
        }
        let Some(mut audio) = self.audio.try_lock() else {
            return kResultFalse;
        };
        if data.symbolicSampleSize != kSample32 as int32 || frames > audio.spare.frames() {
            return kInvalidArgument;
        }
        // SAFETY: the host's buses are as many and as long as it says.
        let mut buses = unsafe { Buses::new(&mut audio.spare, data) };
        self.link.set_brush_connected(buses.brush_connected);
        let result = buses.with(data, |full| {
            // SAFETY: as the host called us, with buses that are complete.
            denormals::flushed(|| unsafe { self.inner.process(full) })
        });
        while let Some(edit) = self.link.take_told() {
            // Gestures are the main thread's business in this format.
            if let HostEdit::Value(id, value) = edit {
                let (changes, last) = (data.outputParameterChanges, data.numSamples - 1);
                // SAFETY: the host's list.
                unsafe { append(changes, id, last, f64::from(value)) };
            }
        }
        result
    }

    unsafe fn getTailSamples(&self) -> uint32 {
        // SAFETY: as the host called us.
        unsafe { self.inner.getTailSamples() }
    }
}
