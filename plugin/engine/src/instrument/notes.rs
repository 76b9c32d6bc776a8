//! Strokes as notes, to play other instruments with the brush.

use crate::analysis::stroke::StrokeEvent;

/// How strokes become notes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoteSettings {
    /// Whether they do.
    pub enabled: bool,
    /// 0..16.
    pub channel: u8,
    /// Of the darkest stroke, 0..128 (60 is middle C).
    pub key: u8,
    /// How many semitones above it the brightest stroke lies.
    pub range: u8,
}

/// A note to send.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoteOut {
    /// A key goes down.
    On {
        /// The sample.
        offset: usize,
        /// 0..16.
        channel: u8,
        /// 0..128.
        key: u8,
        /// Above 0, up to 1.
        velocity: f32,
    },
    /// It comes up.
    Off {
        /// The sample.
        offset: usize,
        /// 0..16.
        channel: u8,
        /// 0..128.
        key: u8,
    },
}

impl NoteOut {
    /// The same within a block that began `samples` earlier.
    #[must_use]
    pub fn later(mut self, samples: usize) -> Self {
        let (Self::On { offset, .. } | Self::Off { offset, .. }) = &mut self;
        *offset += samples;
        self
    }
}

/// The least velocity: 1 of MIDI's 127, as 0 would be a note-off to many instruments.
const LEAST_VELOCITY: f32 = 1.0 / 127.0;

/// Makes a note of each stroke: on when its strength is known, off when it ends. At most
/// one sounds.
#[derive(Debug, Default)]
pub(super) struct StrokeNotes {
    settings: NoteSettings,
    /// Channel and key of the note that is on.
    on: Option<(u8, u8)>,
}

impl StrokeNotes {
    /// A note that is on ends as it began, whatever the settings are by then.
    pub(super) fn set_settings(&mut self, settings: NoteSettings) {
        self.settings = settings;
    }

    /// Follows a stroke.
    pub(super) fn follow(&mut self, event: StrokeEvent, sink: &mut impl FnMut(NoteOut)) {
        match event {
            // The strength is not known yet.
            StrokeEvent::Start { .. } => {}
            StrokeEvent::Sized {
                offset,
                strength,
                brightness,
            } => {
                self.end(offset, sink);
                if self.settings.enabled {
                    self.begin(offset, strength, brightness, sink);
                }
            }
            StrokeEvent::End { offset } => self.end(offset, sink),
        }
    }

    /// Ends what is on at sample `offset`: the strokes were forgotten, or are not heard.
    pub(super) fn end(&mut self, offset: usize, sink: &mut impl FnMut(NoteOut)) {
        if let Some((channel, key)) = self.on.take() {
            sink(NoteOut::Off {
                offset,
                channel,
                key,
            });
        }
    }

    fn begin(
        &mut self,
        offset: usize,
        strength: f32,
        brightness: f32,
        sink: &mut impl FnMut(NoteOut),
    ) {
        let NoteSettings {
            channel,
            key,
            range,
            ..
        } = self.settings;
        let above = (brightness.clamp(0.0, 1.0) * f32::from(range)).round() as u8;
        let key = key.saturating_add(above).min(127);
        self.on = Some((channel, key));
        sink(NoteOut::On {
            offset,
            channel,
            key,
            velocity: strength.clamp(LEAST_VELOCITY, 1.0),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: NoteSettings = NoteSettings {
        enabled: true,
        channel: 2,
        key: 100,
        range: 48,
    };

    fn sized(offset: usize, strength: f32, brightness: f32) -> StrokeEvent {
        StrokeEvent::Sized {
            offset,
            strength,
            brightness,
        }
    }

    #[track_caller]
    fn check(notes: &mut StrokeNotes, event: StrokeEvent, expected: &[NoteOut]) {
        let mut sent = Vec::new();
        notes.follow(event, &mut |note| sent.push(note));
        assert_eq!(sent, expected);
    }

    fn on(offset: usize, key: u8, velocity: f32) -> NoteOut {
        NoteOut::On {
            offset,
            channel: 2,
            key,
            velocity,
        }
    }

    fn off(offset: usize, key: u8) -> NoteOut {
        NoteOut::Off {
            offset,
            channel: 2,
            key,
        }
    }

    #[test]
    fn each_note_that_begins_ends_once_and_as_it_began() {
        let mut notes = StrokeNotes::default();
        notes.set_settings(SETTINGS);
        let start = StrokeEvent::Start {
            offset: 3,
            strength: 0.4,
        };
        check(&mut notes, start, &[]);
        check(&mut notes, sized(9, 0.5, 0.25), &[on(9, 112, 0.5)]);
        // A stroke within the stroke.
        check(
            &mut notes,
            sized(40, 0.0, 1.0),
            &[off(40, 112), on(40, 127, LEAST_VELOCITY)],
        );
        notes.set_settings(NoteSettings {
            enabled: false,
            channel: 7,
            ..SETTINGS
        });
        check(&mut notes, StrokeEvent::End { offset: 60 }, &[off(60, 127)]);
        check(&mut notes, StrokeEvent::End { offset: 61 }, &[]);
        check(&mut notes, sized(70, 0.5, 0.0), &[]);
    }
}
