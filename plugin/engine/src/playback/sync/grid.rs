//! Lines in musical time.

use crate::units::SampleRate;

/// How far apart the lines of a grid are. Each bar has a line at its beginning, and
/// lines are counted from there: in 7/8, quarters are at 0, 1, 2, 3 and again at 3.5
/// quarter notes, where the next bar begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Division {
    /// A sixteenth note.
    Sixteenth,
    /// A third of a quarter note.
    EighthTriplet,
    /// An eighth note.
    Eighth,
    /// A quarter note.
    Quarter,
    /// A half note.
    Half,
    /// Once a bar.
    Bar,
}

impl Division {
    /// All, from the shortest to the longest.
    pub const ALL: [Self; 6] = [
        Self::Sixteenth,
        Self::EighthTriplet,
        Self::Eighth,
        Self::Quarter,
        Self::Half,
        Self::Bar,
    ];

    /// In quarter notes, in bars of `beats_a_bar`.
    fn beats(self, beats_a_bar: f64) -> f64 {
        let beats: f64 = match self {
            Self::Sixteenth => 0.25,
            Self::EighthTriplet => 1.0 / 3.0,
            Self::Eighth => 0.5,
            Self::Quarter => 1.0,
            Self::Half => 2.0,
            Self::Bar => beats_a_bar,
        };
        beats.min(beats_a_bar)
    }
}

/// Where the host is at the first sample of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transport {
    /// Whether the position moves.
    pub playing: bool,
    /// Quarter notes a minute.
    pub tempo_bpm: f64,
    /// The position in quarter notes; below zero in a pre-roll.
    pub beats: f64,
    /// Where a bar begins, in quarter notes: the one that the position is in, or any
    /// other with whole bars between.
    pub bar_start_beats: f64,
    /// Quarter notes a bar: 4 in 4/4, 3.5 in 7/8.
    pub beats_a_bar: f64,
}

impl Transport {
    /// The same `samples` later, at `rate`, if nothing happens before.
    pub fn after(&self, samples: usize, rate: SampleRate) -> Self {
        let moved = if self.playing { samples as f64 } else { 0.0 };
        Self {
            beats: self.beats + moved * self.tempo_bpm / (60.0 * rate.hz()),
            ..*self
        }
    }

    /// True if there is a time to be in.
    pub(super) fn runs(&self) -> bool {
        self.playing && self.tempo_bpm.is_finite() && self.tempo_bpm > 0.0 && self.beats.is_finite()
    }

    /// Of one bar, in quarter notes; common time where the host says nothing usable.
    pub(super) fn bar(&self) -> f64 {
        if self.beats_a_bar.is_finite() && self.beats_a_bar > 0.01 {
            self.beats_a_bar
        } else {
            4.0
        }
    }

    fn bar_start(&self) -> f64 {
        if self.bar_start_beats.is_finite() {
            self.bar_start_beats
        } else {
            0.0
        }
    }
}

/// The lines that a transport and a division make.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    origin: f64,
    bar: f64,
    /// From line to line within a bar.
    step: f64,
}

impl Grid {
    pub(super) fn new(transport: &Transport, division: Division) -> Self {
        let bar = transport.bar();
        Self {
            origin: transport.bar_start(),
            bar,
            step: division.beats(bar),
        }
    }

    /// From line to line, in quarter notes; the last of a bar may be nearer.
    pub(super) fn step(&self) -> f64 {
        self.step
    }

    /// Of one bar, in quarter notes.
    pub(super) fn bar(&self) -> f64 {
        self.bar
    }

    /// The last line at or before `beats`, where one that is `near` after it counts.
    pub(super) fn line_before(&self, beats: f64, near: f64) -> f64 {
        let bar_at = self.bar_at(beats, near);
        let steps = ((beats + near - bar_at) / self.step).floor().max(0.0);
        bar_at + steps * self.step
    }

    /// The line after `line`.
    pub(super) fn line_after(&self, line: f64) -> f64 {
        // Far smaller than any step, far larger than what rounding leaves.
        let near = self.step * 1e-3;
        let bar_at = self.bar_at(line, near);
        let steps = ((line + near - bar_at) / self.step).floor() + 1.0;
        let (next, next_bar) = (bar_at + steps * self.step, bar_at + self.bar);
        // A line just before a bar's is that one.
        if next > next_bar - near {
            next_bar
        } else {
            next
        }
    }

    /// Where the bar of `beats` begins.
    fn bar_at(&self, beats: f64, near: f64) -> f64 {
        let bars = ((beats + near - self.origin) / self.bar).floor();
        self.origin + bars * self.bar
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(division: Division, bar: f64, origin: f64) -> Grid {
        let transport = Transport {
            playing: true,
            tempo_bpm: 120.0,
            beats: 0.0,
            bar_start_beats: origin,
            beats_a_bar: bar,
        };
        Grid::new(&transport, division)
    }

    #[track_caller]
    fn check(grid: Grid, from: f64, expected: &[f64]) {
        let mut line = grid.line_before(from, 1e-9);
        for expected in expected {
            assert!((line - expected).abs() < 1e-9, "{line}, {expected}");
            assert_eq!(grid.line_before(line, 1e-9), line);
            line = grid.line_after(line);
        }
    }

    #[test]
    fn lines_are_counted_from_the_bar() {
        use Division::*;
        check(grid(Quarter, 4.0, 0.0), 2.5, &[2.0, 3.0, 4.0, 5.0]);
        check(
            grid(Quarter, 3.5, 0.0),
            2.5,
            &[2.0, 3.0, 3.5, 4.5, 5.5, 6.5, 7.0],
        );
        check(grid(Half, 3.0, 0.0), 0.0, &[0.0, 2.0, 3.0, 5.0, 6.0]);
        check(grid(Half, 1.0, 0.0), 0.3, &[0.0, 1.0, 2.0]);
        check(grid(Bar, 2.5, 10.0), 13.0, &[12.5, 15.0]);
        check(grid(Bar, 4.0, 100.0), -3.0, &[-4.0, 0.0, 4.0]);
        check(grid(Sixteenth, 4.0, 0.25), 0.3, &[0.25, 0.5, 0.75]);
    }

    #[test]
    fn triplets_meet_the_beats() {
        let grid = grid(Division::EighthTriplet, 4.0, 0.0);
        let mut line = 0.0;
        for count in 0..1200 {
            assert!(
                (line - f64::from(count) / 3.0).abs() < 1e-9,
                "{count}: {line}"
            );
            line = grid.line_after(line);
        }
    }

    #[test]
    fn what_a_host_does_not_know_is_common_time() {
        for odd in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            check(grid(Division::Bar, odd, f64::NAN), 5.0, &[4.0, 8.0]);
        }
    }
}
