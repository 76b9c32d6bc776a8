//! The audio thread's half: buffers, wiring, one block after the other.

use super::conduct::Conduct;
use super::events::{Change, Key, OutputEvent, Song, output_event};
use super::handlers::{Role, TestHost, role};
use crate::{Error, Result};
use clack_extensions::tail::{PluginTail, TailLength};
use clack_host::events::Match;
use clack_host::events::event_types::{NoteOffEvent, NoteOnEvent, ParamValueEvent};
use clack_host::prelude::*;

/// How a host may connect a bus, rightly or wrongly.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Connection {
    /// The port is not passed at all: fewer ports than the plug-in declared.
    Missing,
    /// The port is passed with no channel, as a bus that is switched off.
    Empty,
    /// Two channels of zeros, marked constant: how most hosts show "nothing connected".
    Silent,
    /// One channel, the left one.
    Mono,
    /// Two channels.
    Stereo,
}

impl Connection {
    fn channels(self) -> usize {
        match self {
            Connection::Missing | Connection::Empty => 0,
            Connection::Mono => 1,
            Connection::Silent | Connection::Stereo => 2,
        }
    }
}

/// The connections of all buses while one activation lasts.
#[derive(Clone, Copy, Debug)]
pub struct Wiring {
    /// The main input.
    pub music: Connection,
    /// The sidechain.
    pub brush: Connection,
    /// The main output. `Silent` means `Stereo` here.
    pub main: Connection,
    /// The snippets' own output. `Silent` means `Stereo` here.
    pub aux: Connection,
    /// The output of control voltages. `Silent` means `Stereo` here.
    pub control: Connection,
}

impl Wiring {
    /// Everything connected in stereo, but for the sidechain, which is `brush`.
    pub const fn with_brush(brush: Connection) -> Wiring {
        Wiring {
            music: Connection::Stereo,
            brush,
            main: Connection::Stereo,
            aux: Connection::Stereo,
            control: Connection::Stereo,
        }
    }
}

/// What a host promises when it activates a plug-in.
#[derive(Clone, Copy, Debug)]
pub struct Activation {
    /// The sample rate in Hz.
    pub rate: f64,
    /// The longest block, in frames.
    pub max_block: usize,
    /// The buses.
    pub wiring: Wiring,
}

impl Activation {
    /// All buses in stereo, at `rate` Hz, with blocks of up to `max_block` frames.
    pub const fn stereo(rate: f64, max_block: usize) -> Activation {
        Activation {
            rate,
            max_block,
            wiring: Wiring::with_brush(Connection::Stereo),
        }
    }
}

/// The input of one block. All four slices have the same length, in frames.
#[derive(Clone, Copy)]
pub struct Block<'a> {
    /// Left and right of the main input.
    pub music: [&'a [f32]; 2],
    /// Left and right of the sidechain; mono uses the left.
    pub brush: [&'a [f32]; 2],
    /// Parameter changes, sorted by time.
    pub changes: &'a [Change],
}

/// Told when the audio thread enters and leaves the plug-in's `process`.
pub trait Watch: Send {
    /// The next instruction is the plug-in's.
    fn enter(&mut self);
    /// The plug-in has returned.
    fn leave(&mut self);
}

/// Two channels of samples, as long as the longest block.
type Bus = [Vec<f32>; 2];

/// A plug-in that is processing. It exists on the audio thread only.
pub struct Processor {
    plugin: StartedPluginAudioProcessor<TestHost>,
    activation: Activation,
    inputs: [Bus; 2],
    outputs: [Bus; 3],
    input_ports: AudioPorts,
    output_ports: AudioPorts,
    input_events: EventBuffer,
    output_events: EventBuffer,
    events: Vec<OutputEvent>,
    frame: u64,
    watch: Option<Box<dyn Watch>>,
    /// Offline, the plug-in may wait for its other threads.
    offline: bool,
    /// For the next block.
    keys: Vec<Key>,
    song: Option<Song>,
}

impl Processor {
    /// Room for a block's events. More would make the host allocate inside the
    /// plug-in's call, which would be counted against the plug-in.
    const EVENTS: usize = 4096;

    pub(super) fn new(
        plugin: StartedPluginAudioProcessor<TestHost>,
        activation: Activation,
        offline: bool,
    ) -> Processor {
        let bus = || -> Bus { std::array::from_fn(|_| vec![0.0; activation.max_block]) };
        Processor {
            plugin,
            activation,
            inputs: [bus(), bus()],
            outputs: [bus(), bus(), bus()],
            input_ports: AudioPorts::with_capacity(4, 2),
            output_ports: AudioPorts::with_capacity(6, 3),
            input_events: EventBuffer::with_capacity(64),
            output_events: EventBuffer::with_capacity(Self::EVENTS),
            events: Vec::new(),
            frame: 0,
            watch: None,
            offline,
            keys: Vec::new(),
            song: None,
        }
    }

    /// Sends `key` with the next block; in order of time.
    pub fn press(&mut self, key: Key) {
        self.keys.push(key);
    }

    /// Tells the plug-in of a song from the next block on, or of none.
    pub fn set_song(&mut self, song: Option<Song>) {
        self.song = song;
    }

    /// Where the song is.
    pub fn song(&self) -> Option<Song> {
        self.song
    }

    /// What the plug-in was activated with.
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// Frames processed since activation.
    pub fn frames_done(&self) -> u64 {
        self.frame
    }

    /// Surrounds every call of the plug-in's `process` with `watch`.
    pub fn watch(&mut self, watch: Box<dyn Watch>) {
        self.watch = Some(watch);
    }

    /// Makes room for blocks of `frames`, beyond what the plug-in was promised.
    pub fn break_promise(&mut self, frames: usize) {
        for channel in self.inputs.iter_mut().chain(&mut self.outputs).flatten() {
            channel.resize(frames, 0.0);
        }
    }

    /// Tells the plug-in to forget what it heard.
    pub fn reset(&mut self) {
        self.plugin.reset();
    }

    /// Processes one block of `block.music[0].len()` frames.
    ///
    /// # Errors
    /// The plug-in failed, left an output sample unwritten or not finite, or put
    /// out events that are unsorted or beyond the block.
    pub fn process(&mut self, block: Block<'_>) -> Result<()> {
        debug_assert_eq!(role(), Role::Audio);
        let frames = block.music[0].len();
        self.fill(block, frames);
        self.call(frames)?;
        self.collect(frames)?;
        self.frame += frames as u64;
        if let Some(song) = &mut self.song {
            song.go_on(frames, self.activation.rate);
        }
        Ok(())
    }

    fn fill(&mut self, block: Block<'_>, frames: usize) {
        for (bus, source) in self.inputs.iter_mut().zip([block.music, block.brush]) {
            for (channel, source) in bus.iter_mut().zip(source) {
                channel[..frames].copy_from_slice(&source[..frames]);
            }
        }
        for bus in [self.activation.wiring.music, self.activation.wiring.brush]
            .into_iter()
            .zip(&mut self.inputs)
            .filter_map(|(connection, bus)| (connection == Connection::Silent).then_some(bus))
        {
            bus.iter_mut()
                .for_each(|channel| channel[..frames].fill(0.0));
        }
        // A sample that the plug-in does not write stays a NaN, and is found.
        for channel in self.outputs.iter_mut().flatten() {
            channel[..frames].fill(f32::NAN);
        }
        self.input_events.clear();
        self.output_events.clear();
        for change in block.changes {
            if let Some(id) = ClapId::from_raw(change.id) {
                let event = ParamValueEvent::new(change.time, id, Pckn::match_all(), change.value);
                self.input_events.push(&event);
            }
        }
        for key in self.keys.drain(..) {
            let pckn = Pckn::new(0u16, 0u16, key.key, Match::All);
            match key.velocity {
                Some(velocity) => {
                    let event = NoteOnEvent::new(key.time, pckn, velocity);
                    self.input_events.push(&event);
                }
                None => {
                    let event = NoteOffEvent::new(key.time, pckn, 0.0);
                    self.input_events.push(&event);
                }
            }
        }
        // Events go to a plug-in in order of time.
        self.input_events.sort();
    }

    fn call(&mut self, frames: usize) -> Result<()> {
        let wiring = self.activation.wiring;
        let [music, brush] = &mut self.inputs;
        let [main, aux, control] = &mut self.outputs;
        let inputs = self.input_ports.with_input_buffers(
            [
                input_port(music, wiring.music, frames),
                input_port(brush, wiring.brush, frames),
            ]
            .into_iter()
            .take(ports_passed(&[wiring.music, wiring.brush])),
        );
        let mut outputs = self.output_ports.with_output_buffers(
            [
                output_port(main, wiring.main, frames),
                output_port(aux, wiring.aux, frames),
                output_port(control, wiring.control, frames),
            ]
            .into_iter()
            .take(ports_passed(&[wiring.main, wiring.aux, wiring.control])),
        );
        let input_events = self.input_events.as_input();
        let mut output_events = self.output_events.as_output();
        if let Some(watch) = &mut self.watch {
            watch.enter();
        }
        let transport = self.song.map(|song| song.event());
        let conduct = Conduct::watch(!self.offline);
        let status = self.plugin.process(
            &inputs,
            &mut outputs,
            &input_events,
            &mut output_events,
            Some(self.frame),
            transport.as_ref(),
        );
        let conduct = conduct.end();
        if let Some(watch) = &mut self.watch {
            watch.leave();
        }
        conduct?;
        status
            .map(|_| ())
            .map_err(|e| Error::plugin("process a block", e))
    }

    fn collect(&mut self, frames: usize) -> Result<()> {
        let wiring = self.activation.wiring;
        for (name, connection, bus) in [
            ("main", wiring.main, &self.outputs[0]),
            ("aux", wiring.aux, &self.outputs[1]),
            ("control", wiring.control, &self.outputs[2]),
        ] {
            for channel in &bus[..connection.channels()] {
                if let Some(i) = channel[..frames].iter().position(|s| !s.is_finite()) {
                    return Err(Error::plugin(
                        "process a block",
                        format!(
                            "{name} output holds {} at frame {i} of {frames}",
                            channel[i]
                        ),
                    ));
                }
            }
        }
        let mut last = 0;
        for event in self.output_events.iter() {
            let time = event.header().time();
            if time < last || time as usize >= frames {
                return Err(Error::plugin(
                    "process a block",
                    format!("an output event at {time} follows one at {last} of {frames} frames"),
                ));
            }
            last = time;
            self.events
                .push(output_event(event, self.frame + u64::from(time)));
        }
        Ok(())
    }

    /// The main output of the last block, left and right.
    pub fn main_out(&self) -> [&[f32]; 2] {
        self.outputs[0].each_ref().map(Vec::as_slice)
    }

    /// The snippets' own output of the last block, left and right.
    pub fn aux_out(&self) -> [&[f32]; 2] {
        self.outputs[1].each_ref().map(Vec::as_slice)
    }

    /// The control voltages of the last block.
    pub fn control_out(&self) -> [&[f32]; 2] {
        self.outputs[2].each_ref().map(Vec::as_slice)
    }

    /// The events put out since this was last called, in order.
    pub fn take_events(&mut self) -> Vec<OutputEvent> {
        std::mem::take(&mut self.events)
    }

    /// How many frames it sounds on when its inputs end; `None`: without end.
    ///
    /// # Errors
    /// The plug-in does not tell.
    pub fn tail(&mut self) -> Result<Option<u32>> {
        let handle = self.plugin.plugin_handle();
        let tail: PluginTail = handle
            .get_extension()
            .ok_or(Error::MissingExtension("clap.tail"))?;
        Ok(match tail.get(&handle) {
            TailLength::Finite(frames) => Some(frames),
            TailLength::Infinite => None,
        })
    }

    /// Drops the events put out so far, and keeps their room.
    pub fn forget_events(&mut self) {
        self.events.clear();
    }

    pub(super) fn stop(self) -> StoppedPluginAudioProcessor<TestHost> {
        self.plugin.stop_processing()
    }
}

/// How many of some ports a host passes: those before the first missing one.
fn ports_passed(ports: &[Connection]) -> usize {
    let passed = ports.iter().take_while(|c| **c != Connection::Missing);
    passed.count()
}

/// Stands where 64-bit buffers could be: this host passes 32-bit ones only.
type No64<T> = std::array::IntoIter<T, 0>;

fn input_port<'a>(
    bus: &'a mut Bus,
    connection: Connection,
    frames: usize,
) -> AudioPortBuffer<impl Iterator<Item = InputChannel<'a, f32>>, No64<InputChannel<'a, f64>>> {
    let constant = connection == Connection::Silent;
    let channels = bus.iter_mut().take(connection.channels());
    AudioPortBuffer {
        latency: 0,
        channels: AudioPortBufferType::F32(
            channels.map(move |c| InputChannel::from_buffer(&mut c[..frames], constant)),
        ),
    }
}

fn output_port(
    bus: &mut Bus,
    connection: Connection,
    frames: usize,
) -> AudioPortBuffer<impl Iterator<Item = &mut [f32]>, No64<&mut [f64]>> {
    let channels = bus.iter_mut().take(connection.channels());
    AudioPortBuffer {
        latency: 0,
        channels: AudioPortBufferType::F32(channels.map(move |c| &mut c[..frames])),
    }
}
