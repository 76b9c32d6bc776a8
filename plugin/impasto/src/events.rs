//! Notes and transport, as the framework has them and as the engine does.

use engine::instrument::{KeyEvent, NoteOut};
use engine::playback::sync;
use engine::session::HostTime;
use nice_plug::midi::{Channel, Key, VoiceID};
use nice_plug::prelude::{NoteEvent, Plugin, ProcessContext, Transport};
use outputs::cc::ControlChange;

/// Keys that are followed within one block: room for all keys of all channels to come up
/// at once, as when a host sends "all notes off" key by key.
const KEYS: usize = 16 * 128 + 512;

/// The keys of a block, gathered without allocating.
pub struct Keys([KeyEvent; KEYS]);

impl Default for Keys {
    fn default() -> Self {
        Self([KeyEvent::Up { offset: 0, key: 0 }; KEYS])
    }
}

impl Keys {
    /// Takes all events of the block from `context`; gives the keys among them, in order.
    pub fn gather<P: Plugin>(&mut self, context: &mut impl ProcessContext<P>) -> &[KeyEvent] {
        let mut count = 0;
        // All are taken, also those for which there is no room: what stays would come
        // with the next block.
        while let Some(event) = context.next_event() {
            if let (Some(event), Some(place)) = (key(&event), self.0.get_mut(count)) {
                *place = event;
                count += 1;
            }
        }
        &self.0[..count]
    }
}

/// A key that goes down or comes up; one that is choked comes up.
fn key<S>(event: &NoteEvent<S>) -> Option<KeyEvent> {
    let number = |channel: Channel, note: Key| {
        KeyEvent::number(channel.number().unwrap_or(0), note.number_or_middle_c())
    };
    match *event {
        NoteEvent::NoteOn {
            timing,
            channel,
            key,
            velocity,
            ..
        } => Some(KeyEvent::Down {
            offset: timing as usize,
            key: number(channel, key),
            velocity,
        }),
        NoteEvent::NoteOff {
            timing,
            channel,
            key,
            ..
        }
        | NoteEvent::Choke {
            timing,
            channel,
            key,
            ..
        } => Some(KeyEvent::Up {
            offset: timing as usize,
            key: number(channel, key),
        }),
        _ => None,
    }
}

/// What goes out to other instruments.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sent {
    /// A key that a stroke plays.
    Note(NoteOut),
    /// A signal as a controller.
    Controller {
        /// The sample of the block.
        offset: usize,
        /// The message.
        change: ControlChange,
    },
}

impl Sent {
    /// As the framework sends it.
    pub fn event<S>(self) -> NoteEvent<S> {
        match self {
            Self::Note(sent) => note(sent),
            Self::Controller { offset, change } => NoteEvent::MidiCC {
                timing: offset as u32,
                channel: change.channel,
                cc: change.controller,
                value: f32::from(change.value) / 127.0,
            },
        }
    }
}

/// What the framework sends of `note`.
fn note<S>(note: NoteOut) -> NoteEvent<S> {
    match note {
        NoteOut::On {
            offset,
            channel,
            key,
            velocity,
        } => NoteEvent::NoteOn {
            timing: offset as u32,
            voice_id: VoiceID::Wildcard,
            channel: Channel::Number(channel),
            key: Key::Number(key),
            velocity,
        },
        NoteOut::Off {
            offset,
            channel,
            key,
        } => NoteEvent::NoteOff {
            timing: offset as u32,
            voice_id: VoiceID::Wildcard,
            channel: Channel::Number(channel),
            key: Key::Number(key),
            velocity: 0.0,
        },
    }
}

/// Where the host is, if it says enough: a tempo and a position in the song.
pub fn transport(host: &Transport) -> Option<sync::Transport> {
    let beats = host.pos_beats()?;
    // Whoever does not say is taken to be in common time.
    let numerator = f64::from(host.time_sig_numerator.unwrap_or(4).max(1));
    let denominator = f64::from(host.time_sig_denominator.unwrap_or(4).max(1));
    Some(sync::Transport {
        playing: host.playing,
        tempo_bpm: host.tempo?,
        beats,
        bar_start_beats: host.bar_start_pos_beats().unwrap_or(0.0),
        beats_a_bar: 4.0 * numerator / denominator,
    })
}

/// All that the host says of where it is, for the log.
pub fn host_time(host: &Transport) -> HostTime {
    let number = |value: Option<i32>| u32::try_from(value?).ok().filter(|n| *n > 0);
    let signature = number(host.time_sig_numerator).zip(number(host.time_sig_denominator));
    HostTime {
        playing: host.playing,
        tempo: host.tempo.filter(|tempo| tempo.is_finite() && *tempo > 0.0),
        signature: signature.map(|(over, under)| [over, under]),
        quarters: host.pos_beats().filter(|at| at.is_finite()),
        bar_start: host.bar_start_pos_beats().filter(|at| at.is_finite()),
        // The host counts from 0, musicians from 1.
        bar: host.bar_number().map(|bar| bar.saturating_add(1)),
        samples: host.pos_samples(),
        seconds: host.pos_seconds().filter(|at| at.is_finite()),
    }
}
