//! A VST3 host for the tests of this module: as much of one as they need.

use std::cell::RefCell;
use std::ffi::c_void;

use parking_lot::Mutex;
use vst3::Steinberg::IBStream_::IStreamSeekMode_::{kIBSeekCur, kIBSeekEnd, kIBSeekSet};
use vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, IAudioProcessorTrait, IComponentTrait,
    IParamValueQueue, IParamValueQueueTrait, IParameterChanges, IParameterChangesTrait, ParamID,
    ParamValue, ProcessData, ProcessModes_, ProcessSetup, SymbolicSampleSizes_,
};
use vst3::Steinberg::{
    IBStream, IBStreamTrait, int32, int64, kInvalidArgument, kResultFalse, kResultOk, tresult,
};
use vst3::{Class, ComPtr, ComWrapper};

use super::ImpastoClass;

/// One parameter's points in a block.
pub struct Queue {
    id: ParamID,
    points: Mutex<Vec<(int32, ParamValue)>>,
}

impl Class for Queue {
    type Interfaces = (IParamValueQueue,);
}

impl IParamValueQueueTrait for Queue {
    unsafe fn getParameterId(&self) -> ParamID {
        self.id
    }

    unsafe fn getPointCount(&self) -> int32 {
        self.points.lock().len() as int32
    }

    unsafe fn getPoint(&self, index: int32, offset: *mut int32, value: *mut ParamValue) -> tresult {
        let Some((at, what)) = self.points.lock().get(index as usize).copied() else {
            return kResultFalse;
        };
        // SAFETY: the caller's places.
        unsafe { (*offset, *value) = (at, what) };
        kResultOk
    }

    unsafe fn addPoint(&self, offset: int32, value: ParamValue, index: *mut int32) -> tresult {
        let mut points = self.points.lock();
        points.push((offset, value));
        // SAFETY: the caller's place.
        unsafe { *index = points.len() as int32 - 1 };
        kResultOk
    }
}

/// A block's changes.
#[derive(Default)]
pub struct Changes(Mutex<Vec<ComWrapper<Queue>>>);

impl Class for Changes {
    type Interfaces = (IParameterChanges,);
}

impl IParameterChangesTrait for Changes {
    unsafe fn getParameterCount(&self) -> int32 {
        self.0.lock().len() as int32
    }

    unsafe fn getParameterData(&self, index: int32) -> *mut IParamValueQueue {
        let queues = self.0.lock();
        let queue = queues.get(index as usize);
        let queue = queue.and_then(|queue| queue.as_com_ref::<IParamValueQueue>());
        queue.map_or(std::ptr::null_mut(), |queue| queue.as_ptr())
    }

    unsafe fn addParameterData(
        &self,
        id: *const ParamID,
        index: *mut int32,
    ) -> *mut IParamValueQueue {
        let mut queues = self.0.lock();
        // SAFETY: the caller's places.
        unsafe { *index = queues.len() as int32 };
        queues.push(ComWrapper::new(Queue {
            // SAFETY: the caller's id.
            id: unsafe { *id },
            points: Mutex::default(),
        }));
        let queue = queues
            .last()
            .and_then(|queue| queue.as_com_ref::<IParamValueQueue>());
        queue.map_or(std::ptr::null_mut(), |queue| queue.as_ptr())
    }
}

impl Changes {
    /// With these points, one list for each id.
    pub fn new(points: &[(ParamID, &[(int32, ParamValue)])]) -> ComWrapper<Self> {
        let queue = |(id, points): &(ParamID, &[(int32, ParamValue)])| {
            ComWrapper::new(Queue {
                id: *id,
                points: Mutex::new(points.to_vec()),
            })
        };
        ComWrapper::new(Self(Mutex::new(points.iter().map(queue).collect())))
    }

    /// All points, in the order of their lists.
    pub fn points(&self) -> Vec<(ParamID, int32, ParamValue)> {
        let queues = self.0.lock();
        let points = |queue: &ComWrapper<Queue>| {
            let points = queue.points.lock().clone();
            points
                .into_iter()
                .map(|(at, value)| (queue.id, at, value))
                .collect::<Vec<_>>()
        };
        queues.iter().flat_map(points).collect()
    }
}

/// A stream in memory.
#[derive(Default)]
pub struct Stream(Mutex<(Vec<u8>, usize)>);

impl Class for Stream {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Stream {
    unsafe fn read(&self, to: *mut c_void, count: int32, done: *mut int32) -> tresult {
        let mut stream = self.0.lock();
        let (bytes, at) = &mut *stream;
        let count = (count.max(0) as usize).min(bytes.len() - *at);
        // SAFETY: the caller's buffer has room for what it asks for.
        unsafe {
            std::ptr::copy_nonoverlapping(bytes[*at..].as_ptr(), to.cast::<u8>(), count);
            if !done.is_null() {
                *done = count as int32;
            }
        }
        *at += count;
        kResultOk
    }

    unsafe fn write(&self, from: *mut c_void, count: int32, done: *mut int32) -> tresult {
        let count = count.max(0) as usize;
        // SAFETY: the caller's buffer is as long as it says.
        let new = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), count) };
        let mut stream = self.0.lock();
        let (bytes, at) = &mut *stream;
        bytes.truncate(*at);
        bytes.extend_from_slice(new);
        *at = bytes.len();
        if !done.is_null() {
            // SAFETY: the caller's place.
            unsafe { *done = count as int32 };
        }
        kResultOk
    }

    unsafe fn seek(&self, by: int64, mode: int32, result: *mut int64) -> tresult {
        let mut stream = self.0.lock();
        let (bytes, at) = &mut *stream;
        let from = match mode {
            m if m == kIBSeekSet as int32 => 0,
            m if m == kIBSeekCur as int32 => *at as int64,
            m if m == kIBSeekEnd as int32 => bytes.len() as int64,
            _ => return kInvalidArgument,
        };
        *at = (from + by).clamp(0, bytes.len() as int64) as usize;
        if !result.is_null() {
            // SAFETY: the caller's place.
            unsafe { *result = *at as int64 };
        }
        kResultOk
    }

    unsafe fn tell(&self, at: *mut int64) -> tresult {
        // SAFETY: the caller's place.
        unsafe { *at = self.0.lock().1 as int64 };
        kResultOk
    }
}

impl Stream {
    /// At the beginning of `bytes`.
    pub fn new(bytes: &[u8]) -> ComWrapper<Self> {
        ComWrapper::new(Self(Mutex::new((bytes.to_vec(), 0))))
    }
}

/// A bus of a block: `None` for a channel stands for a null pointer.
pub type Bus<'a> = Vec<Option<&'a mut [f32]>>;

/// A block that the host processes.
#[derive(Default)]
pub struct Block<'a> {
    pub inputs: Vec<Bus<'a>>,
    pub outputs: Vec<Bus<'a>>,
    pub changes: Option<ComWrapper<Changes>>,
    pub offline: bool,
}

/// One instance, activated.
pub struct Host {
    pub class: ComWrapper<ImpastoClass>,
    /// What came out of all blocks.
    pub changes: RefCell<Vec<(ParamID, int32, ParamValue)>>,
}

impl Host {
    /// Active and processing, at 48 kHz, blocks of at most `longest`.
    pub fn new(longest: usize) -> Self {
        let class = ComWrapper::new(ImpastoClass::new().expect("an instance"));
        let host = Self {
            class,
            changes: RefCell::default(),
        };
        host.start(longest, 48_000.0);
        host
    }

    pub fn start(&self, longest: usize, rate: f64) {
        let mut setup = ProcessSetup {
            processMode: ProcessModes_::kRealtime as int32,
            symbolicSampleSize: SymbolicSampleSizes_::kSample32 as int32,
            maxSamplesPerBlock: longest as int32,
            sampleRate: rate,
        };
        // SAFETY: in the order that the format asks for.
        unsafe {
            assert_eq!(self.class.setupProcessing(&mut setup), kResultOk);
            assert_eq!(self.class.setActive(1), kResultOk);
            assert_eq!(self.class.setProcessing(1), kResultOk);
        }
    }

    pub fn stop(&self) {
        // SAFETY: in the order that the format asks for.
        unsafe {
            self.class.setProcessing(0);
            self.class.setActive(0);
        }
    }

    /// Processes `frames` samples.
    pub fn process(&self, frames: usize, block: Block<'_>) -> tresult {
        let pointers = |buses: Vec<Bus<'_>>| -> Vec<Vec<*mut f32>> {
            let pointer = |channel: Option<&mut [f32]>| {
                channel.map_or(std::ptr::null_mut(), |channel| channel.as_mut_ptr())
            };
            let bus = |bus: Bus<'_>| bus.into_iter().map(pointer).collect();
            buses.into_iter().map(bus).collect()
        };
        let buffers = |buses: &mut Vec<Vec<*mut f32>>| -> Vec<AudioBusBuffers> {
            let bus = |channels: &mut Vec<*mut f32>| AudioBusBuffers {
                numChannels: channels.len() as int32,
                silenceFlags: 0,
                __field0: AudioBusBuffers__type0 {
                    channelBuffers32: channels.as_mut_ptr(),
                },
            };
            buses.iter_mut().map(bus).collect()
        };
        let (mut inputs, mut outputs) = (pointers(block.inputs), pointers(block.outputs));
        let (mut inputs, mut outputs) = (buffers(&mut inputs), buffers(&mut outputs));
        let given: Option<ComPtr<IParameterChanges>> =
            block.changes.as_ref().and_then(ComWrapper::to_com_ptr);
        let taken = Changes::new(&[]);
        let taken_pointer = taken
            .to_com_ptr::<IParameterChanges>()
            .expect("implemented");
        let mode = if block.offline {
            ProcessModes_::kOffline
        } else {
            ProcessModes_::kRealtime
        };
        let mut data = ProcessData {
            processMode: mode as int32,
            symbolicSampleSize: SymbolicSampleSizes_::kSample32 as int32,
            numSamples: frames as int32,
            numInputs: inputs.len() as int32,
            numOutputs: outputs.len() as int32,
            inputs: inputs.as_mut_ptr(),
            outputs: outputs.as_mut_ptr(),
            inputParameterChanges: given.as_ref().map_or(std::ptr::null_mut(), |c| c.as_ptr()),
            outputParameterChanges: taken_pointer.as_ptr(),
            inputEvents: std::ptr::null_mut(),
            outputEvents: std::ptr::null_mut(),
            processContext: std::ptr::null_mut(),
        };
        // SAFETY: all arrays live until the end of this function.
        let result = unsafe { self.class.process(&mut data) };
        self.changes.borrow_mut().extend(taken.points());
        result
    }

    /// The saved state.
    pub fn state(&self) -> Vec<u8> {
        let stream = Stream::new(&[]);
        let pointer = stream.to_com_ptr::<IBStream>().expect("implemented");
        // SAFETY: a live stream.
        let result = unsafe { IComponentTrait::getState(&*self.class, pointer.as_ptr()) };
        assert_eq!(result, kResultOk);
        stream.0.lock().0.clone()
    }

    /// Restores a state.
    pub fn set_state(&self, bytes: &[u8]) -> tresult {
        let stream = Stream::new(bytes);
        let pointer = stream.to_com_ptr::<IBStream>().expect("implemented");
        // SAFETY: a live stream.
        unsafe { IComponentTrait::setState(&*self.class, pointer.as_ptr()) }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.stop();
    }
}
