//! From touch to sound, on the audio thread.
//!
//! An [`Instrument`] hears the brush, keys and a button, waits for the grid where it is
//! to, and plays: what begins at a sample sounds from that sample on. It also makes
//! notes of strokes, for other instruments. It knows no host: whoever drives it says at
//! the beginning of each span of time where the host's transport is.

mod keys;
mod notes;
mod settings;

pub use keys::KeyEvent;
pub use notes::{NoteOut, NoteSettings};
pub use settings::{InstrumentSettings, Play};

use std::sync::Arc;

use crate::analysis::stroke::{StrokeDetector, StrokeEvent};
use crate::playback::sync::{Due, Quantizer, Transport};
use crate::playback::{CueReceiver, Mode, Player, Touch};
use crate::units::SampleRate;
use notes::StrokeNotes;

/// How far below the gate a sounding brush may fall before it counts as silent, for
/// continuous playing.
const HYSTERESIS_DB: f32 = 6.0;

/// Samples from one look at level and pressure to the next, counted from the last reset.
/// A span that begins in between does not look, so that what sounds does not depend on how
/// a host cuts its blocks; but it must not reach beyond the next look.
pub const CONTROL: usize = 64;

/// What is heard and told within a span of at most [`CONTROL`] samples, which ends at a
/// multiple of it if not before. All slices of samples are of one length.
pub struct Span<'a> {
    /// The brush.
    pub brush: &'a [f32],
    /// RMS of the brush just before its first sample, in dB of full scale.
    pub level_db: f32,
    /// Keys that go down or come up in it, in order.
    pub keys: &'a [KeyEvent],
    /// At which sample of the keys' count it begins, as of the host's block.
    pub start: usize,
    /// Where the host is at its first sample, if it says so.
    pub transport: Option<Transport>,
    /// What sounds is added here, left and right.
    pub output: [&'a mut [f32]; 2],
}

/// Plays what is cued as brush, keys and button ask for it. Never allocates, frees, locks
/// or waits; dropping it frees cues, so drop it elsewhere.
pub struct Instrument {
    settings: InstrumentSettings,
    strokes: StrokeDetector,
    quantizer: Quantizer,
    player: Player,
    notes: StrokeNotes,
    /// Strokes heard so far.
    count: u64,
    /// Of the last of them.
    strength: f32,
    /// Whether the brush sounds, for continuous playing.
    brush_sounds: bool,
    /// Whether there is a grid and it moves.
    on_grid: bool,
    /// The button as it was last.
    button: bool,
    /// Samples since the last reset.
    position: u64,
    /// A note may be on of which the brush knows no more.
    let_go: bool,
}

impl Instrument {
    /// A silent instrument at the host's `rate` that gets its cues from `cues`.
    pub fn new(rate: SampleRate, cues: CueReceiver) -> Self {
        let counts = Arc::clone(cues.counts());
        let settings = InstrumentSettings::default();
        let mut player = Player::new(rate, cues);
        player.set_settings(settings.player(false));
        Self {
            settings,
            strokes: StrokeDetector::new(rate),
            quantizer: Quantizer::new(rate, counts),
            player,
            notes: StrokeNotes::default(),
            count: 0,
            strength: 0.0,
            brush_sounds: false,
            on_grid: false,
            button: false,
            position: 0,
            let_go: false,
        }
    }

    /// Changes how it plays, from the next span on.
    pub fn set_settings(&mut self, settings: &InstrumentSettings) {
        if *settings == self.settings {
            return;
        }
        self.settings = *settings;
        self.strokes.set_settings(&settings.strokes);
        self.quantizer.set_division(settings.division);
        self.notes.set_settings(settings.notes);
        self.player.set_settings(settings.player(self.on_grid));
        self.player.set_frozen(settings.frozen);
        if settings.muted {
            self.quantizer.reset();
        }
    }

    /// Plays a span; `send` is given the notes that strokes make in it, in order.
    pub fn play(&mut self, span: Span<'_>, send: &mut impl FnMut(NoteOut)) {
        let frames = span.brush.len();
        let player = &mut self.player;
        self.quantizer
            .begin(span.transport.as_ref(), frames, &mut |due| match due {
                Due::Start { offset, touch } => player.start(offset, touch),
                Due::End { offset, key } => player.end(offset, key),
                Due::Line { offset } => player.advance(offset),
            });
        let runs = self.quantizer.is_running();
        if runs != std::mem::replace(&mut self.on_grid, runs) {
            self.player.set_settings(self.settings.player(runs));
        }
        if std::mem::take(&mut self.let_go) || !self.settings.notes.enabled {
            self.notes.end(0, send);
        }
        if self.position.is_multiple_of(CONTROL as u64) {
            self.follow_level(span.level_db);
            self.follow_pressure();
        }
        self.position += frames as u64;
        self.follow_strokes(span.brush, send);
        self.follow_button();
        for key in span.keys {
            self.follow_key(key.earlier(span.start));
        }
        let [left, right] = span.output;
        self.player.render(left, right);
    }

    /// Silences and forgets what it heard, as when the host starts or jumps. A note that
    /// is on ends with the next span.
    pub fn reset(&mut self) {
        self.strokes.reset();
        self.quantizer.reset();
        self.player.reset();
        self.brush_sounds = false;
        self.position = 0;
        self.let_go = true;
    }

    /// What plays.
    pub fn player(&self) -> &Player {
        &self.player
    }

    /// Strokes heard so far.
    pub fn strokes(&self) -> u64 {
        self.count
    }

    /// How hard the last stroke was, 0..=1, as far as it is known.
    pub fn strength(&self) -> f32 {
        self.strength
    }

    /// Whether the brush is on the canvas, how hard (0..=1) and how bright (0..=1).
    pub fn touch(&self) -> (bool, f32, f32) {
        let strokes = &self.strokes;
        (strokes.is_down(), strokes.pressure(), strokes.brightness())
    }

    fn follow_strokes(&mut self, brush: &[f32], send: &mut impl FnMut(NoteOut)) {
        // Strokes are heard whatever plays: notes go out, and the editor shows them.
        let play = self.settings.plays_strokes();
        let Self {
            strokes,
            quantizer,
            player,
            notes,
            count,
            strength: last,
            ..
        } = self;
        strokes.process(brush, &mut |event| {
            notes.follow(event, send);
            match event {
                StrokeEvent::Start { offset, strength } => {
                    (*count, *last) = (*count + 1, strength);
                    let key = keys::STROKE;
                    if play {
                        begin(quantizer, player, offset, Touch { key, strength });
                    }
                }
                StrokeEvent::Sized {
                    offset, strength, ..
                } => {
                    *last = strength;
                    if play && !quantizer.set_strength(keys::STROKE, strength) {
                        player.set_strength(offset, keys::STROKE, strength);
                    }
                }
                StrokeEvent::End { offset } => end(quantizer, player, offset, keys::STROKE),
            }
        });
    }

    /// What sounds gets louder and brighter with the stroke that holds it.
    fn follow_pressure(&mut self) {
        if self.settings.follows_pressure() && self.strokes.is_down() {
            let pressure = self.strokes.pressure();
            for key in [keys::STROKE, Touch::CONTINUOUS] {
                self.player.set_pressure(0, key, pressure);
            }
        }
    }

    fn follow_button(&mut self) {
        if self.settings.button == std::mem::replace(&mut self.button, self.settings.button) {
            return;
        }
        self.follow_key(if self.button {
            KeyEvent::Down {
                offset: 0,
                key: keys::BUTTON,
                velocity: 1.0,
            }
        } else {
            KeyEvent::Up {
                offset: 0,
                key: keys::BUTTON,
            }
        });
    }

    fn follow_key(&mut self, event: KeyEvent) {
        let (quantizer, player) = (&mut self.quantizer, &mut self.player);
        match event {
            KeyEvent::Down {
                offset,
                key,
                velocity: strength,
            } => {
                if self.settings.plays_keys() {
                    begin(quantizer, player, offset, Touch { key, strength });
                }
            }
            KeyEvent::Up { offset, key } => end(quantizer, player, offset, key),
        }
    }

    /// Continuous playing goes on while the brush sounds.
    fn follow_level(&mut self, level_db: f32) {
        let gate = self.settings.strokes.gate_db();
        let enough = if self.brush_sounds {
            gate - HYSTERESIS_DB
        } else {
            gate
        };
        self.brush_sounds = level_db >= enough;
        self.player.set_active(self.brush_sounds);
    }
}

/// Begins at once, or when the grid says so.
fn begin(quantizer: &mut Quantizer, player: &mut Player, offset: usize, touch: Touch) {
    if let Some(offset) = quantizer.start(offset, touch) {
        player.start(offset, touch);
    }
}

/// Ends at once, or as long after its beginning as it was meant to.
fn end(quantizer: &mut Quantizer, player: &mut Player, offset: usize, key: u32) {
    if let Some(offset) = quantizer.end(offset, key) {
        player.end(offset, key);
    }
}

impl From<Play> for Mode {
    fn from(play: Play) -> Self {
        match play {
            Play::Stroke | Play::Keys => Self::Gated,
            Play::OneShot => Self::Triggered,
            Play::Continuous => Self::Continuous,
        }
    }
}
