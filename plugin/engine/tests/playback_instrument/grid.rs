//! Starts in time with the host.

use std::sync::Arc;

use engine::playback::sync::{Division, Due, Quantizer, Transport};
use engine::playback::{Mode, PlaybackCounts, PlayerSettings, Role};

use super::support::*;

/// A host whose position is a function of the sample.
#[derive(Clone, Copy)]
struct Host {
    tempo: f64,
    begin: f64,
    bar: f64,
}

impl Host {
    fn beats(&self, sample: usize) -> f64 {
        self.begin + sample as f64 * self.tempo / (60.0 * RATE as f64)
    }

    fn transport(&self, sample: usize) -> Transport {
        let beats = self.beats(sample);
        Transport {
            playing: true,
            tempo_bpm: self.tempo,
            beats,
            bar_start_beats: (beats / self.bar).floor() * self.bar,
            beats_a_bar: self.bar,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Told {
    Start(u32),
    End(u32),
    Line,
}

/// What happened at which sample.
type Log = Vec<(usize, Told)>;

struct Rig {
    quantizer: Quantizer,
    counts: Arc<PlaybackCounts>,
    at: usize,
    log: Log,
}

impl Rig {
    fn new(division: Division) -> Self {
        let counts = Arc::new(PlaybackCounts::default());
        let mut quantizer = Quantizer::new(rate(), Arc::clone(&counts));
        quantizer.set_division(Some(division));
        Self {
            quantizer,
            counts,
            at: 0,
            log: Vec::new(),
        }
    }

    /// One block, with what is told at samples of it.
    fn block(&mut self, transport: Option<Transport>, frames: usize, told: &[(usize, Told)]) {
        let (at, log) = (self.at, &mut self.log);
        let mut last = 0;
        self.quantizer
            .begin(transport.as_ref(), frames, &mut |due| {
                let (offset, told) = match due {
                    Due::Start { offset, touch } => (offset, Told::Start(touch.key)),
                    Due::End { offset, key } => (offset, Told::End(key)),
                    Due::Line { offset } => (offset, Told::Line),
                };
                assert!((last..frames).contains(&offset), "in order, in the block");
                last = offset;
                log.push((at + offset, told));
            });
        for (offset, told) in told {
            let due = match told {
                Told::Start(key) => self.quantizer.start(*offset, touch(*key, 1.0)),
                Told::End(key) => self.quantizer.end(*offset, *key),
                Told::Line => None,
            };
            if let Some(due) = due {
                assert!((*offset..frames).contains(&due));
                self.log.push((at + due, *told));
            }
        }
        self.at += frames;
    }

    /// Blocks of `block` samples of a host that plays on, with what is told at samples
    /// from the first on.
    fn play(&mut self, host: Host, length: usize, block: usize, told: &Log) {
        let end = self.at + length;
        while self.at < end {
            let from = self.at;
            let frames = block.min(end - from);
            let here = told
                .iter()
                .filter(|(at, _)| (from..from + frames).contains(at));
            let here: Vec<_> = here.map(|(at, told)| (at - from, *told)).collect();
            self.block(Some(host.transport(from)), frames, &here);
        }
    }

    fn of(&self, wanted: impl Fn(&Told) -> bool) -> Vec<usize> {
        let mut samples: Vec<usize> = (self.log.iter())
            .filter(|(_, told)| wanted(told))
            .map(|(at, _)| *at)
            .collect();
        samples.sort_unstable();
        samples
    }

    fn start(&self, key: u32) -> Vec<usize> {
        self.of(|told| *told == Told::Start(key))
    }

    fn end(&self, key: u32) -> Vec<usize> {
        self.of(|told| *told == Told::End(key))
    }
}

/// All lines within `bars` bars by the definition, in quarter notes.
fn lines(division: Division, bar: f64, bars: usize) -> Vec<f64> {
    let step = match division {
        Division::Sixteenth => 0.25,
        Division::EighthTriplet => 1.0 / 3.0,
        Division::Eighth => 0.5,
        Division::Quarter => 1.0,
        Division::Half => 2.0,
        Division::Bar => bar,
    };
    let of_bar = |count: usize| {
        let steps = (0..).map(move |line| f64::from(line) * step);
        let within = steps.take_while(move |beats| *beats < bar - 1e-6);
        within.map(move |beats| count as f64 * bar + beats)
    };
    (0..bars).flat_map(of_bar).collect()
}

#[test]
fn starts_wait_for_their_line_to_the_sample() {
    let length = 8 * RATE;
    let mut held = 0;
    for (case, tempo) in [60.0, 93.7, 120.0, 128.0, 174.3, 200.123]
        .into_iter()
        .enumerate()
    {
        for (place, division) in Division::ALL.into_iter().enumerate() {
            let host = Host {
                tempo,
                begin: [0.0, 0.37, 5.0][place % 3],
                bar: [4.0, 3.0, 3.5][case % 3],
            };
            let mut chance = Chance::new((case * 10 + place) as u64);
            let mut starts: Vec<usize> = (0..40).map(|_| chance.below(length / 3)).collect();
            starts.sort_unstable();
            // One stroke in twelve at most, so that there is room for all to wait.
            starts = starts.into_iter().step_by(4).collect();
            let numbered = starts.iter().zip(0..);
            let told: Log = numbered.map(|(at, key)| (*at, Told::Start(key))).collect();
            let lines = lines(division, host.bar, 12);
            let a_beat = 60.0 * RATE as f64 / tempo;
            // The nearest; what is halfway, or a thousandth more, is the earlier.
            let sample = |line: f64| ((line - host.begin) * a_beat - 0.501).ceil() as usize;
            let step = lines[1] - lines[0];
            // A thousandth of a sample more, as what is exactly late enough is on it.
            let late = (0.02 * tempo / 60.0).min(step / 8.0) + 1e-3 / a_beat;
            for block in [1, 32, 100, 512, 4096] {
                if block == 1 && place > 1 {
                    continue;
                }
                let mut rig = Rig::new(division);
                rig.play(host, length, block, &told);
                for (at, key) in starts.iter().zip(0..) {
                    let beats = host.beats(*at);
                    let on = lines
                        .iter()
                        .any(|line| (0.0..=late).contains(&(beats - line)));
                    let next = lines.iter().find(|line| **line >= beats);
                    let expected = if on {
                        *at
                    } else {
                        sample(*next.expect("a line"))
                    };
                    assert_eq!(
                        rig.start(key),
                        [expected],
                        "{tempo} bpm, {division:?}, blocks of {block}, from {at}"
                    );
                }
                let told = rig.of(|told| *told == Told::Line);
                let within = |line: &&f64| **line >= host.begin - 1e-9;
                let all = lines.iter().filter(within).map(|line| sample(*line));
                let all: Vec<usize> = all.filter(|at| *at < length).collect();
                assert_eq!(told, all, "{tempo} bpm, {division:?}, blocks of {block}");
                held += rig.counts.held_for_grid();
            }
        }
    }
    assert!(held > 500, "{held}");
}

/// 24,000 samples a quarter note, 4/4.
const STEADY: Host = Host {
    tempo: 120.0,
    begin: 0.0,
    bar: 4.0,
};

#[test]
fn a_moment_late_is_on_the_line() {
    // 20 ms are 960 samples; an eighth of a sixteenth note is 750.
    for (division, at, expected) in [
        (Division::Quarter, 24_000, 24_000),
        (Division::Quarter, 24_960, 24_960),
        (Division::Quarter, 24_962, 48_000),
        (Division::Quarter, 23_999, 24_000),
        (Division::Sixteenth, 24_750, 24_750),
        (Division::Sixteenth, 24_752, 30_000),
    ] {
        let mut rig = Rig::new(division);
        rig.play(STEADY, 50_000, 256, &vec![(at, Told::Start(1))]);
        assert_eq!(rig.start(1), [expected], "{division:?} from {at}");
    }
}

#[test]
fn a_loop_is_followed_and_its_beginning_is_a_line() {
    // The host jumps from 4 back to 0, or to 0.3, where there is no line.
    for (back_to, expected) in [(0.0, 96_000), (0.3, 96_000 + 16_800)] {
        for block in [32, 100, 480] {
            let mut rig = Rig::new(Division::Quarter);
            rig.play(STEADY, 96_000, block, &vec![(90_000, Told::Start(1))]);
            assert_eq!(rig.start(1), [] as [usize; 0]);
            while rig.at < 150_000 {
                let again = Host {
                    begin: back_to - 4.0,
                    ..STEADY
                };
                rig.block(Some(again.transport(rig.at)), block, &[]);
            }
            assert_eq!(rig.start(1), [expected], "blocks of {block}");
        }
    }
}

#[test]
fn a_jump_waits_for_the_next_line_from_there() {
    for (to, line) in [(17.25, 18.0), (1.25, 2.0), (-7.75, -7.0)] {
        let mut rig = Rig::new(Division::Quarter);
        rig.play(STEADY, 12_800, 256, &vec![(3_000, Told::Start(1))]);
        let from = STEADY.beats(12_800);
        let there = Host {
            begin: to - from,
            ..STEADY
        };
        rig.play(there, 40_000, 256, &Log::new());
        let expected = 12_800 + ((line - to) * 24_000.0) as usize;
        assert_eq!(rig.start(1), [expected], "to {to}");
    }
}

#[test]
fn without_a_time_all_plays_at_once() {
    let stopped = Transport {
        playing: false,
        ..STEADY.transport(6_000)
    };
    let no_tempo = Transport {
        tempo_bpm: 0.0,
        ..STEADY.transport(6_000)
    };
    for transport in [None, Some(stopped), Some(no_tempo)] {
        let mut rig = Rig::new(Division::Bar);
        rig.block(transport, 512, &[(77, Told::Start(1)), (300, Told::End(1))]);
        assert!(!rig.quantizer.is_running());
        assert_eq!((rig.start(1), rig.end(1)), (vec![77], vec![300]));
        // What waits when the host stops.
        let mut rig = Rig::new(Division::Bar);
        let told = [
            (3_000, Told::Start(1)),
            (3_100, Told::Start(2)),
            (3_500, Told::End(1)),
        ];
        rig.play(STEADY, 6_000, 100, &told.to_vec());
        rig.block(transport, 400, &[]);
        rig.block(transport, 400, &[(5, Told::End(2))]);
        assert_eq!((rig.start(1), rig.start(2)), (vec![6_000], vec![6_000]));
        // It lasts as long as it did; the other at least as long as it waited.
        assert_eq!(rig.end(1), [6_500]);
        while rig.at < 10_000 {
            rig.block(transport, 400, &[]);
        }
        assert_eq!(rig.end(2), [8_900]);
        assert_eq!(rig.counts.held_for_grid(), 2);
    }
    let mut rig = Rig::new(Division::Bar);
    rig.quantizer.set_division(None);
    rig.block(Some(STEADY.transport(6_000)), 512, &[(77, Told::Start(1))]);
    assert_eq!(rig.start(1), [77]);
}

#[test]
fn a_change_of_tempo_while_waiting_is_followed() {
    let mut rig = Rig::new(Division::Bar);
    rig.play(STEADY, 48_000, 500, &vec![(10_000, Told::Start(1))]);
    // Half as fast from beat 2 on: the bar is 2 · 48,000 samples away.
    let slow = Host {
        tempo: 60.0,
        begin: 1.0,
        bar: 4.0,
    };
    rig.play(slow, 100_000, 500, &Log::new());
    assert_eq!(rig.start(1), [48_000 + 96_000]);
    // Another meter from there on: the bar ends at once a beat later.
    let mut rig = Rig::new(Division::Bar);
    rig.play(STEADY, 48_000, 500, &vec![(10_000, Told::Start(1))]);
    let other = Host { bar: 3.0, ..STEADY };
    rig.play(other, 48_000, 500, &Log::new());
    assert_eq!(rig.start(1), [72_000]);
}

#[test]
fn strokes_keep_their_length() {
    // All start 4,000 samples before the line.
    for (lifted, expected) in [
        (20_500, 24_500),
        (23_999, 27_999),
        (24_001, 28_000),
        (27_999, 28_000),
        (28_001, 28_001),
        (60_000, 60_000),
    ] {
        for block in [64, 1000, 8192] {
            let mut rig = Rig::new(Division::Quarter);
            let told = vec![(20_000, Told::Start(1)), (lifted, Told::End(1))];
            rig.play(STEADY, 80_000, block, &told);
            assert_eq!(rig.start(1), [24_000]);
            assert_eq!(
                rig.end(1),
                [expected],
                "lifted at {lifted}, blocks of {block}"
            );
        }
    }
}

#[test]
fn a_late_end_does_not_end_the_next_of_its_key() {
    let told = vec![
        (20_000, Told::Start(1)),
        (23_000, Told::End(1)),
        (24_100, Told::Start(1)),
        (70_000, Told::End(1)),
    ];
    for block in [64, 8192] {
        let mut rig = Rig::new(Division::Quarter);
        rig.play(STEADY, 80_000, block, &told);
        assert_eq!(rig.start(1), [24_000, 24_100]);
        assert_eq!(rig.end(1), [70_000], "blocks of {block}");
    }
}

#[test]
fn nothing_waits_longer_than_a_bar() {
    // A host that says it plays and stands still, and one that loops between lines.
    for looped in [false, true] {
        let mut rig = Rig::new(Division::Bar);
        for block in 0..1000 {
            let at = if looped { block * 256 % 24_000 } else { 0 };
            let told = [(100, Told::Start(1))];
            let told = if block == 0 { &told[..] } else { &[] };
            rig.block(Some(STEADY.transport(30_000 + at)), 256, told);
        }
        let [start] = rig.start(1)[..] else {
            panic!("one start")
        };
        assert!((96_000..=96_300).contains(&start), "{start}");
    }
}

/// A host that changes its mind: where it is at each multiple of 4800 samples.
fn wild_host(seed: u64) -> Vec<Option<Host>> {
    let mut chance = Chance::new(seed);
    let mut host = STEADY;
    let mut stretches = Vec::new();
    for stretch in 0..60 {
        // As if it had always been there at this tempo.
        let here = host.beats(stretch * 4800);
        let mut beats = here;
        match chance.below(12) {
            0 => host.tempo = 60.0 + 140.0 * chance.unit(),
            1 => beats = chance.below(40) as f64 / 4.0,
            2 => host.bar = [4.0, 3.0, 3.5, 2.25][chance.below(4)],
            _ => {}
        }
        host.begin = 0.0;
        host.begin = beats - host.beats(stretch * 4800);
        stretches.push(Some(host).filter(|_| chance.below(10) > 0));
    }
    stretches
}

#[test]
fn however_blocks_are_cut_it_is_the_same() {
    for seed in 0..40 {
        let mut chance = Chance::new(seed);
        let stretches = wild_host(seed);
        let length = stretches.len() * 4800;
        let mut times: Vec<usize> = (0..100).map(|_| chance.below(length - 48_000)).collect();
        times.sort_unstable();
        // Strokes of unlike lengths that overlap.
        let mut told: Log = Vec::new();
        for (key, at) in (0..).zip(times) {
            told.push((at, Told::Start(key)));
            told.push((at + 1 + chance.below(9_000), Told::End(key)));
        }
        told.sort_by_key(|(at, _)| *at);
        let division = Division::ALL[seed as usize % 6];
        let play = |block: usize| {
            let mut rig = Rig::new(division);
            for (stretch, host) in stretches.iter().enumerate() {
                let end = (stretch + 1) * 4800;
                while rig.at < end {
                    let (from, frames) = (rig.at, block.min(end - rig.at));
                    let here = told
                        .iter()
                        .filter(|(at, _)| (from..from + frames).contains(at));
                    let here: Vec<_> = here.map(|(at, told)| (at - from, *told)).collect();
                    rig.block(host.map(|host| host.transport(from)), frames, &here);
                }
            }
            rig
        };
        let whole = play(4800);
        for key in 0..100 {
            let (start, end) = (whole.start(key), whole.end(key));
            assert_eq!((start.len(), end.len()), (1, 1), "seed {seed}, key {key}");
            assert!(start < end, "seed {seed}, key {key}");
        }
        let in_order = |rig: &Rig| {
            let mut log = rig.log.clone();
            log.sort_by_key(|(at, told)| (*at, format!("{told:?}")));
            log
        };
        for block in [32, 100, 1024] {
            assert_eq!(
                in_order(&play(block)),
                in_order(&whole),
                "seed {seed}, {block}"
            );
        }
    }
}

#[test]
fn more_than_can_wait_play_at_once() {
    let mut rig = Rig::new(Division::Bar);
    let told: Vec<_> = (0..20)
        .map(|key| (key as usize + 2_000, Told::Start(key)))
        .collect();
    rig.play(STEADY, 5_000, 64, &told);
    assert_eq!(
        rig.log
            .iter()
            .filter(|(_, told)| matches!(told, Told::Start(_)))
            .count(),
        4
    );
    assert_eq!(rig.counts.held_for_grid(), 16);
    assert!(rig.quantizer.set_strength(3, 0.5));
    assert!(!rig.quantizer.set_strength(19, 0.5));
    rig.quantizer.reset();
    rig.play(STEADY, 200_000, 64, &Log::new());
    assert_eq!(rig.start(3), [] as [usize; 0]);
}

#[test]
fn continuous_playing_changes_on_the_grid_only() {
    let mut rig = super::support::Rig::new(PlayerSettings {
        on_grid: true,
        ..settings(Mode::Continuous)
    });
    rig.cue(1, Role::Best, &packed(&noise(1, 4 * RATE)));
    assert!(rig.render(RATE / 2).iter().all(|s| *s == 0.0), "not yet");
    rig.player.advance(40);
    let heard = rig.render_in(512, 512);
    assert_eq!(heard.iter().position(|s| *s != 0.0), Some(41));
    rig.cue(2, Role::Best, &packed(&noise(2, RATE)));
    rig.player.advance(9);
    rig.render(RATE);
    assert_eq!(rig.playing(), Some(1), "the interval was not over");
    rig.player.advance(0);
    rig.render(RATE / 2);
    assert_eq!(rig.playing(), Some(2));
    // Its end is no reason for silence.
    let heard = rig.render(3 * RATE);
    steady(&heard, -4.77, 0.6);
}
