//! What a host sends with a block besides audio, and what it gets back.

use clack_host::events::event_types::{
    MidiEvent, NoteOffEvent, NoteOnEvent, ParamGestureBeginEvent, ParamGestureEndEvent,
    ParamValueEvent, TransportEvent, TransportFlags,
};
use clack_host::events::{EventFlags, Match};
use clack_host::prelude::*;
use clack_host::utils::{BeatTime, SecondsTime};

/// A parameter change sent to the plug-in.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// The frame of the block that it applies from.
    pub time: u32,
    /// The CLAP parameter id.
    pub id: u32,
    /// The plain value.
    pub value: f64,
}

/// A key that is pressed or let go, sent to the plug-in.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The frame of the next block.
    pub time: u32,
    /// 0..128.
    pub key: u16,
    /// Pressed with this velocity, 0..1, or let go.
    pub velocity: Option<f64>,
}

/// The host's song, which goes on by itself block after block.
#[derive(Clone, Copy, Debug)]
pub struct Song {
    /// Whether it plays.
    pub playing: bool,
    /// Quarter notes a minute.
    pub tempo: f64,
    /// Where the next block begins, in quarter notes.
    pub beats: f64,
    /// Quarter notes a bar.
    pub beats_a_bar: u16,
}

impl Song {
    /// For the block that begins here.
    pub(super) fn event(&self) -> TransportEvent {
        let mut flags = TransportFlags::HAS_TEMPO
            | TransportFlags::HAS_BEATS_TIMELINE
            | TransportFlags::HAS_TIME_SIGNATURE;
        flags.set(TransportFlags::IS_PLAYING, self.playing);
        let bar = f64::from(self.beats_a_bar);
        let bars = (self.beats / bar).floor();
        let zero = SecondsTime::from_int(0);
        TransportEvent {
            header: EventHeader::new_core(0, EventFlags::empty()),
            flags,
            song_pos_beats: BeatTime::from_float(self.beats),
            song_pos_seconds: zero,
            tempo: self.tempo,
            tempo_inc: 0.0,
            loop_start_beats: BeatTime::from_int(0),
            loop_end_beats: BeatTime::from_int(0),
            loop_start_seconds: zero,
            loop_end_seconds: zero,
            bar_start: BeatTime::from_float(bars * bar),
            bar_number: bars as i32,
            time_signature_numerator: self.beats_a_bar,
            time_signature_denominator: 4,
        }
    }

    /// The block after.
    pub(super) fn go_on(&mut self, frames: usize, rate: f64) {
        if self.playing {
            self.beats += frames as f64 / rate * self.tempo / 60.0;
        }
    }
}

/// An event that the plug-in put out.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum OutputEvent {
    /// A new parameter value at `frame` since activation.
    Value {
        /// Frames since activation.
        frame: u64,
        /// The CLAP parameter id.
        id: u32,
        /// The plain value.
        value: f64,
    },
    /// A gesture began (`true`) or ended (`false`) at `frame` since activation.
    Gesture {
        /// Frames since activation.
        frame: u64,
        /// The CLAP parameter id.
        id: u32,
        /// Whether it began.
        begin: bool,
    },
    /// A note began (with a velocity) or ended at `frame` since activation.
    Note {
        /// Frames since activation.
        frame: u64,
        /// 0..16.
        channel: u16,
        /// 0..128.
        key: u16,
        /// 0..1; `None` where it ended.
        velocity: Option<f64>,
    },
    /// A MIDI 1.0 message at `frame` since activation.
    Midi {
        /// Frames since activation.
        frame: u64,
        /// Status and data.
        data: [u8; 3],
    },
    /// Anything else.
    Other {
        /// Frames since activation.
        frame: u64,
    },
}

pub(super) fn output_event(event: &UnknownEvent, frame: u64) -> OutputEvent {
    let id = |id: Option<ClapId>| id.map_or(u32::MAX, |id| id.get());
    let of_pckn = |pckn: Pckn| {
        let number = |number: Match<u16>| number.into_specific().unwrap_or(u16::MAX);
        (number(pckn.channel), number(pckn.key))
    };
    if let Some(event) = event.as_event::<NoteOnEvent>() {
        let (channel, key) = of_pckn(event.pckn());
        OutputEvent::Note {
            frame,
            channel,
            key,
            velocity: Some(event.velocity()),
        }
    } else if let Some(event) = event.as_event::<NoteOffEvent>() {
        let (channel, key) = of_pckn(event.pckn());
        OutputEvent::Note {
            frame,
            channel,
            key,
            velocity: None,
        }
    } else if let Some(event) = event.as_event::<ParamValueEvent>() {
        OutputEvent::Value {
            frame,
            id: id(event.param_id()),
            value: event.value(),
        }
    } else if let Some(event) = event.as_event::<ParamGestureBeginEvent>() {
        OutputEvent::Gesture {
            frame,
            id: id(event.param_id()),
            begin: true,
        }
    } else if let Some(event) = event.as_event::<ParamGestureEndEvent>() {
        OutputEvent::Gesture {
            frame,
            id: id(event.param_id()),
            begin: false,
        }
    } else if let Some(event) = event.as_event::<MidiEvent>() {
        OutputEvent::Midi {
            frame,
            data: event.data(),
        }
    } else {
        OutputEvent::Other { frame }
    }
}
