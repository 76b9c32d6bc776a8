//! From touch to sound, as it is played: strokes, keys, a button, a grid and a freeze, and
//! that none of it depends on how the host cuts its blocks.

use std::ops::Range;

use engine::analysis::level::LevelMeter;
use engine::instrument::{
    CONTROL, Instrument, InstrumentSettings, KeyEvent, NoteOut, NoteSettings, Play, Span,
};
use engine::library::StereoClip;
use engine::playback::sync::{Division, Transport};
use engine::playback::{Cue, CueSender, PlayerSettings, Role, cue_channel};
use engine::units::{ChunkId, SampleRate, Seconds};

const RATE: f64 = 48_000.0;

fn rate() -> SampleRate {
    SampleRate::new(RATE).expect("a rate")
}

fn samples(seconds: f64) -> usize {
    (seconds * RATE) as usize
}

/// An instrument with one cue of a constant, so that what sounds is seen.
struct Stage {
    cues: CueSender,
    instrument: Instrument,
    level: LevelMeter,
    /// Counted from the first sample played.
    notes: Vec<NoteOut>,
    position: usize,
    song: Option<Transport>,
}

fn settings(play: Play) -> InstrumentSettings {
    InstrumentSettings {
        play,
        player: PlayerSettings {
            attack: Seconds(0.001),
            release: Seconds(0.01),
            crossfade: Seconds(0.01),
            touch_level: 0.5,
            touch_tone: 0.5,
            ..PlayerSettings::default()
        },
        notes: NoteSettings {
            enabled: true,
            channel: 3,
            key: 60,
            range: 0,
        },
        ..InstrumentSettings::default()
    }
}

impl Stage {
    fn new(settings: InstrumentSettings) -> Self {
        let (mut cues, receiver) = cue_channel();
        let mut instrument = Instrument::new(rate(), receiver);
        instrument.set_settings(&settings);
        let clip = StereoClip {
            rate: rate(),
            left: vec![0.5; samples(4.0)],
            right: vec![0.5; samples(4.0)],
        };
        let cue = Box::new(Cue::new(1, Role::Best, ChunkId(1), clip));
        cues.send(cue).expect("room");
        Self {
            cues,
            instrument,
            level: LevelMeter::new(rate()),
            notes: Vec::new(),
            position: 0,
            song: None,
        }
    }

    /// Plays `brush` in blocks of `block`, cut where an instrument looks; keys are given by
    /// their sample.
    fn play(&mut self, brush: &[f32], keys: &[KeyEvent], block: usize) -> Vec<f32> {
        let mut out = Vec::with_capacity(brush.len());
        let mut start = 0;
        while start < brush.len() {
            let to_cut = CONTROL - self.position % CONTROL;
            let to_block = block - start % block;
            let within = start..(start + to_cut.min(to_block)).min(brush.len());
            out.extend(self.span(&brush[within.clone()], keys, &within));
            start = within.end;
        }
        out
    }

    fn span(&mut self, brush: &[f32], keys: &[KeyEvent], within: &Range<usize>) -> Vec<f32> {
        let keys: Vec<KeyEvent> = (keys.iter().copied())
            .filter(|key| within.contains(&key.offset()))
            .collect();
        let level_db = self.level.rms_db();
        self.level.process(brush);
        let (mut left, mut right) = (vec![0.0; brush.len()], vec![0.0; brush.len()]);
        let (notes, position) = (&mut self.notes, self.position);
        let span = Span {
            brush,
            level_db,
            keys: &keys,
            start: within.start,
            transport: self.song,
            output: [&mut left, &mut right],
        };
        self.instrument
            .play(span, &mut |note| notes.push(note.later(position)));
        self.position += brush.len();
        self.song = self.song.map(|song| song.after(brush.len(), rate()));
        left
    }
}

fn sample_of(note: NoteOut) -> usize {
    let (NoteOut::On { offset, .. } | NoteOut::Off { offset, .. }) = note;
    offset
}

/// Friction from each start to each end, in seconds, as loud as given; nearly silent else.
fn brush(seconds: f64, strokes: &[(f64, f64, f32)]) -> Vec<f32> {
    let mut state = 7u32;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state as f32 / u32::MAX as f32) * 2.0 - 1.0
    };
    (0..samples(seconds))
        .map(|at| {
            let time = at as f64 / RATE;
            let stroke = strokes
                .iter()
                .find(|(start, end, _)| (*start..*end).contains(&time));
            noise() * stroke.map_or(1e-5, |(_, _, loud)| *loud)
        })
        .collect()
}

fn song(tempo_bpm: f64) -> Transport {
    Transport {
        playing: true,
        tempo_bpm,
        beats: 0.0,
        bar_start_beats: 0.0,
        beats_a_bar: 4.0,
    }
}

/// Stretches of sound, as first sample and the one after the last.
fn sounding(out: &[f32]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, _) in out.iter().enumerate().filter(|(_, x)| **x != 0.0) {
        match found.last_mut() {
            Some((_, end)) if *end == at => *end = at + 1,
            _ => found.push((at, at + 1)),
        }
    }
    found
}

/// One stretch of sound from `start` to `end`; a fade may end a sample later, as its steps
/// are rounded.
#[track_caller]
fn check_sound(out: &[f32], start: usize, end: usize) {
    let sounds = sounding(out);
    let [(first, last)] = sounds[..] else {
        panic!("{sounds:?}");
    };
    assert!(first == start && last.abs_diff(end) <= 1, "{sounds:?}");
}

#[track_caller]
fn check_near(found: usize, seconds: f64, tolerance: f64) {
    let at = found as f64 / RATE;
    assert!(
        (at - seconds).abs() <= tolerance,
        "{at} s, expected {seconds}"
    );
}

#[test]
fn a_snippet_sounds_as_long_as_the_brush_moves_whatever_the_block() {
    let painted = brush(2.0, &[(0.5, 0.9, 0.1), (1.3, 1.5, 0.3)]);
    let mut stage = Stage::new(settings(Play::Stroke));
    let out = stage.play(&painted, &[], 64);
    let sounds = sounding(&out);
    assert_eq!(sounds.len(), 2, "{sounds:?}");
    let hold = settings(Play::Stroke).strokes.hold.0;
    for ((start, end), (contact, lift)) in sounds.iter().zip([(0.5, 0.9), (1.3, 1.5)]) {
        check_near(*start, contact + 0.0025, 0.0025);
        // Held through what may be a pause, then released.
        check_near(*end, lift + hold, 0.04);
    }
    assert_eq!(stage.instrument.strokes(), 2);
    for block in [1, 17, 63] {
        let mut again = Stage::new(settings(Play::Stroke));
        assert!(out == again.play(&painted, &[], block), "blocks of {block}");
        assert_eq!(stage.notes, again.notes, "blocks of {block}");
    }
}

#[test]
fn each_stroke_is_a_note_that_ends_with_it() {
    let painted = brush(2.0, &[(0.5, 0.9, 0.02), (1.3, 1.5, 0.4)]);
    let mut stage = Stage::new(settings(Play::Keys));
    let out = stage.play(&painted, &[], 64);
    assert_eq!(sounding(&out), [], "the brush only chooses");
    let velocities: Vec<f32> = stage
        .notes
        .iter()
        .filter_map(|note| match note {
            NoteOut::On { velocity, .. } => Some(*velocity),
            NoteOut::Off { .. } => None,
        })
        .collect();
    assert!(
        matches!(velocities[..], [soft, hard] if soft > 0.0 && soft + 0.2 < hard),
        "{velocities:?}"
    );
    let ons: Vec<bool> = stage
        .notes
        .iter()
        .map(|note| {
            matches!(
                note,
                NoteOut::On {
                    channel: 3,
                    key: 60,
                    ..
                }
            )
        })
        .collect();
    assert_eq!(ons, [true, false, true, false]);
    check_near(sample_of(stage.notes[0]), 0.5 + 0.0065, 0.0025);
}

#[test]
fn a_note_ends_when_the_host_resets_and_when_notes_are_switched_off() {
    let painted = brush(0.6, &[(0.5, 0.6, 0.2)]);
    for switched in [false, true] {
        let mut stage = Stage::new(settings(Play::Stroke));
        stage.play(&painted, &[], 64);
        assert_eq!(stage.notes.len(), 1);
        if switched {
            let mut off = settings(Play::Stroke);
            off.notes.enabled = false;
            stage.instrument.set_settings(&off);
        } else {
            stage.instrument.reset();
        }
        stage.play(&vec![0.0; 64], &[], 64);
        assert!(matches!(stage.notes[1], NoteOut::Off { .. }));
        assert_eq!(sample_of(stage.notes[1]), painted.len(), "at once");
        stage.play(&vec![0.0; samples(1.0)], &[], 64);
        assert_eq!(stage.notes.len(), 2, "once");
    }
}

#[test]
fn keys_and_the_button_play_to_the_sample() {
    let (down, up) = (samples(0.3) + 5, samples(0.7) + 11);
    let keys = [
        KeyEvent::Down {
            offset: down,
            key: KeyEvent::number(0, 64),
            velocity: 1.0,
        },
        KeyEvent::Up {
            offset: up,
            key: KeyEvent::number(0, 64),
        },
    ];
    let silence = vec![0.0; samples(1.0)];
    for play in [Play::Stroke, Play::Keys] {
        let mut stage = Stage::new(settings(play));
        let out = stage.play(&silence, &keys, 64);
        // The first sample of a fade-in is silent.
        check_sound(&out, down + 1, up + samples(0.01));
    }
    let mut stage = Stage::new(settings(Play::OneShot));
    let out = stage.play(&silence, &keys, 64);
    assert_eq!(sounding(&out), [(down + 1, out.len())], "to its end");

    let mut stage = Stage::new(settings(Play::Keys));
    let mut held = settings(Play::Keys);
    held.button = true;
    stage.instrument.set_settings(&held);
    assert_eq!(sounding(&stage.play(&silence, &[], 64)).len(), 1);
    stage.instrument.set_settings(&settings(Play::Keys));
    let out = stage.play(&silence, &[], 64);
    check_sound(&out, 0, samples(0.01));
}

#[test]
fn a_panic_of_the_host_s_lets_every_key_go() {
    let mut stage = Stage::new(settings(Play::Keys));
    let key = KeyEvent::number(15, 127);
    let down = KeyEvent::Down {
        offset: 10,
        key,
        velocity: 1.0,
    };
    let silence = vec![0.0; CONTROL];
    assert_eq!(sounding(&stage.play(&silence, &[down], CONTROL)).len(), 1);
    let all: Vec<KeyEvent> = (0..16 * 128)
        .map(|key| KeyEvent::Up { offset: 3, key })
        .collect();
    stage.play(&silence, &all, CONTROL);
    let out = stage.play(&vec![0.0; samples(0.5)], &[], CONTROL);
    assert!(
        sounding(&out)
            .last()
            .is_none_or(|(_, end)| *end <= samples(0.01))
    );
}

#[test]
fn what_is_not_set_plays_strokes() {
    let (mut cues, receiver) = cue_channel();
    let mut instrument = Instrument::new(rate(), receiver);
    let clip = StereoClip {
        rate: rate(),
        left: vec![0.5; 1000],
        right: vec![0.5; 1000],
    };
    let cue = Box::new(Cue::new(1, Role::Best, ChunkId(1), clip));
    cues.send(cue).expect("room");
    instrument.set_settings(&InstrumentSettings::default());
    let (mut left, mut right) = (vec![0.0; CONTROL], vec![0.0; CONTROL]);
    let span = Span {
        brush: &[0.0; CONTROL],
        level_db: 0.0,
        keys: &[],
        start: 0,
        transport: None,
        output: [&mut left, &mut right],
    };
    instrument.play(span, &mut |_| ());
    assert!(left.iter().all(|x| *x == 0.0), "nothing was touched");
}

#[test]
fn on_the_grid_a_stroke_waits_for_its_line_and_without_a_song_it_does_not() {
    let painted = brush(3.0, &[(0.8, 1.1, 0.2)]);
    let mut on_grid = settings(Play::Stroke);
    on_grid.division = Some(Division::Quarter);
    let mut stage = Stage::new(on_grid);
    stage.song = Some(song(120.0));
    let out = stage.play(&painted, &[], 64);
    let sounds = sounding(&out);
    assert_eq!(sounds.len(), 1, "{sounds:?}");
    assert_eq!(sounds[0].0, samples(1.0) + 1, "the third quarter at 120");
    for block in [7, 61] {
        let mut again = Stage::new(on_grid);
        again.song = Some(song(120.0));
        assert!(out == again.play(&painted, &[], block), "blocks of {block}");
    }
    for stopped in [
        None,
        Some(Transport {
            playing: false,
            ..song(120.0)
        }),
    ] {
        let mut stage = Stage::new(on_grid);
        stage.song = stopped;
        let out = stage.play(&painted, &[], 64);
        check_near(sounding(&out)[0].0, 0.8 + 0.0025, 0.0025);
    }
}

#[test]
fn continuous_playing_goes_on_when_the_song_stops() {
    let painted = brush(2.0, &[(0.0, 2.0, 0.2)]);
    let mut on_grid = settings(Play::Continuous);
    on_grid.division = Some(Division::Bar);
    let mut stage = Stage::new(on_grid);
    stage.song = Some(Transport {
        playing: false,
        ..song(120.0)
    });
    let out = stage.play(&painted, &[], 64);
    let sounds = sounding(&out);
    assert_eq!(sounds.len(), 1, "{sounds:?}");
    check_near(sounds[0].0, 0.0, 0.3);
}

#[test]
fn frozen_sound_outlasts_its_stroke_and_goes_with_the_freeze() {
    let painted = brush(1.0, &[(0.5, 1.0, 0.2)]);
    let mut stage = Stage::new(settings(Play::Stroke));
    stage.play(&painted, &[], 64);
    let mut frozen = settings(Play::Stroke);
    frozen.frozen = true;
    stage.instrument.set_settings(&frozen);
    let quiet = brush(10.0, &[]);
    let out = stage.play(&quiet, &[], 64);
    assert_eq!(sounding(&out), [(0, out.len())], "longer than the snippet");
    stage.instrument.set_settings(&settings(Play::Stroke));
    let out = stage.play(&quiet[..samples(1.0)], &[], 64);
    check_sound(&out, 0, samples(0.01));
    assert!(stage.cues.counts().started() >= 1);
}

#[test]
fn muted_it_hears_but_plays_nothing() {
    let painted = brush(2.0, &[(0.5, 0.9, 0.2)]);
    for play in [Play::Stroke, Play::OneShot, Play::Continuous, Play::Keys] {
        let mut stage = Stage::new(InstrumentSettings {
            muted: true,
            ..settings(play)
        });
        let key = KeyEvent::Down {
            offset: 100,
            key: 1,
            velocity: 1.0,
        };
        let out = stage.play(&painted, &[key], 64);
        assert_eq!(sounding(&out), [], "{play:?}");
        assert_eq!(stage.instrument.strokes(), 1);
        assert_eq!(stage.notes.len(), 2, "notes still go out");
    }
}
