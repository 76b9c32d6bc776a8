//! Starts held back to the grid.

use std::sync::Arc;

use super::grid::{Division, Grid, Transport};
use crate::playback::channel::PlaybackCounts;
use crate::playback::touch::Touch;
use crate::units::{SampleRate, Seconds};

/// Starts that may wait at once; any more play at once.
const HELD: usize = 16;

/// A start that comes this much after a line counts as on it: hands that tap to a beat
/// miss it by 10 to 20 ms, and two sounds are heard one after the other from about 20 ms
/// on. Early ones need no such allowance, as they only wait. At most [`LATE_SHARE`] of
/// a step, so that short steps still mean something.
const LATE: Seconds = Seconds(0.02);
const LATE_SHARE: f64 = 0.125;

/// A position further off than this from where the last block ended is a jump. Less is
/// rounding, or a tempo that moved within the block.
const JUMP: Seconds = Seconds(0.01);

/// What is halfway between two samples goes to the earlier, by this much of a sample:
/// it must not depend on how the host's numbers were rounded, and tempi that are whole
/// numbers put many lines exactly halfway.
const TIE: f64 = 1e-3;

/// What is due at sample `offset` of the block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Due {
    /// A start that was held back.
    Start {
        /// In samples from the block's first.
        offset: usize,
        /// What starts.
        touch: Touch,
    },
    /// The end of a stroke whose start was held back.
    End {
        /// In samples from the block's first.
        offset: usize,
        /// The key of its start.
        key: u32,
    },
    /// A line of the grid.
    Line {
        /// In samples from the block's first.
        offset: usize,
    },
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// For `line` in quarter notes. `length` is known once its stroke has ended.
    Waiting {
        line: f64,
        /// Quarter notes that it has waited for at the block's beginning.
        waited: f64,
        length: Option<u64>,
    },
    /// At a sample; its end is not known.
    Started { at: u64 },
    /// Its end is due at a sample.
    Ending { at: u64 },
    /// Nothing is left to do from a sample on. Kept until then, so that how many may wait
    /// does not depend on how far blocks look ahead.
    Done { at: u64 },
}

#[derive(Clone, Copy, Debug)]
struct Held {
    touch: Touch,
    /// When it came, in samples.
    arrived: u64,
    order: u64,
    state: State,
}

impl Held {
    /// True if it needs no place from `sample` on.
    fn is_over(&self, sample: u64) -> bool {
        match self.state {
            State::Started { at } => sample >= at + (at - self.arrived),
            State::Done { at } => sample >= at,
            State::Waiting { .. } | State::Ending { .. } => false,
        }
    }
}

/// Musical time over one block.
#[derive(Clone, Copy, Debug)]
struct Clock {
    /// At the block's first sample.
    beats: f64,
    beats_a_sample: f64,
    /// Quarter notes that a start may come after a line.
    late: f64,
    grid: Grid,
}

impl Clock {
    fn new(transport: &Transport, division: Division, rate: SampleRate) -> Self {
        let grid = Grid::new(transport, division);
        let beats_a_second = transport.tempo_bpm / 60.0;
        let beats_a_sample = beats_a_second / rate.hz();
        let late = (LATE.0 * beats_a_second).min(LATE_SHARE * grid.step());
        Self {
            beats: transport.beats,
            beats_a_sample,
            late: late + TIE * beats_a_sample,
            grid,
        }
    }

    /// The position at a sample of the block.
    fn beats_at(&self, offset: usize) -> f64 {
        self.beats + offset as f64 * self.beats_a_sample
    }

    /// The sample nearest to `beats`, 0 if that is over.
    fn sample_of(&self, beats: f64) -> usize {
        let samples = (beats - self.beats) / self.beats_a_sample;
        (samples - 0.5 - TIE).ceil().max(0.0) as usize
    }

    /// How far from a sample a line may be that is played at it, in quarter notes.
    fn near(&self) -> f64 {
        (0.5 + TIE) * self.beats_a_sample
    }

    /// The first line that is not over at the block's beginning.
    fn first_line(&self) -> f64 {
        let line = self.grid.line_before(self.beats, self.near());
        if line >= self.beats - self.near() {
            line
        } else {
            self.grid.line_after(line)
        }
    }

    fn has_line(&self, line: f64) -> bool {
        let near = self.grid.step() * 1e-3;
        (self.grid.line_before(line, near) - line).abs() <= near
    }
}

/// Holds starts back to the next line of a grid, and the ends of their strokes with
/// them. Neither allocates nor waits; lives on the audio thread.
///
/// For each block: [`begin`](Self::begin) gives what is due in it of what came before,
/// then [`start`](Self::start) and [`end`](Self::end) take what comes in it and answer
/// at which of its samples that is to happen, if it is to happen in it.
///
/// A stroke that ends before its start was due is played as long as it lasted. One that
/// ends soon after sounds at least as long as it had waited; later ones end when they
/// end. No start waits longer than one bar, whatever the host does to the position.
#[derive(Debug)]
pub struct Quantizer {
    rate: SampleRate,
    counts: Arc<PlaybackCounts>,
    division: Option<Division>,
    clock: Option<Clock>,
    /// The block's first sample, counted from the last reset.
    now: u64,
    frames: usize,
    held: [Option<Held>; HELD],
    /// Starts held so far.
    order: u64,
    /// The next line to be told.
    next_line: f64,
}

impl Quantizer {
    /// Without a grid, for a host at `rate`; counts in `counts` what it holds back.
    pub fn new(rate: SampleRate, counts: Arc<PlaybackCounts>) -> Self {
        Self {
            rate,
            counts,
            division: None,
            clock: None,
            now: 0,
            frames: 0,
            held: [None; HELD],
            order: 0,
            next_line: 0.0,
        }
    }

    /// Sets the grid, from the next block on; with none, all plays at once.
    pub fn set_division(&mut self, division: Option<Division>) {
        self.division = division;
    }

    /// True if starts are held back in this block: there is a grid, and a time to be in.
    pub fn is_running(&self) -> bool {
        self.clock.is_some()
    }

    /// Forgets what waits, as when the host resets.
    pub fn reset(&mut self) {
        self.held = [None; HELD];
        self.clock = None;
        (self.now, self.frames) = (0, 0);
    }

    /// Begins a block of `frames` samples and tells `sink` what is due in it, in order.
    /// Without a `transport`, or one that stands still, what waits is due at once.
    pub fn begin(
        &mut self,
        transport: Option<&Transport>,
        frames: usize,
        sink: &mut impl FnMut(Due),
    ) {
        let passed = self.frames;
        self.now += passed as u64;
        self.frames = frames;
        let before = self.clock.take();
        let transport = transport.filter(|transport| transport.runs());
        self.clock = transport
            .zip(self.division)
            .map(|(transport, division)| Clock::new(transport, division, self.rate));
        self.follow(before, passed);
        while let Some(due) = self.next_due() {
            sink(due);
        }
    }

    /// `touch` starts at sample `offset` of this block: the sample at which it is to
    /// start, or `None` if that is in a later one.
    pub fn start(&mut self, offset: usize, touch: Touch) -> Option<usize> {
        let arrived = self.now + offset as u64;
        let Some(clock) = self.clock else {
            self.forget_end(touch.key, offset);
            return Some(offset);
        };
        let beats = clock.beats_at(offset);
        let line = clock.grid.line_before(beats, clock.near());
        let is_free = |held: &Option<Held>| held.is_none_or(|held| held.is_over(arrived));
        let free = self.held.iter().position(is_free);
        let Some(free) = free.filter(|_| beats - line > clock.late) else {
            self.forget_end(touch.key, offset);
            return Some(offset);
        };
        let line = clock.grid.line_after(line);
        let at = clock.sample_of(line).max(offset);
        let in_this_block = at < self.frames;
        let state = if in_this_block {
            self.forget_end(touch.key, at);
            let at = self.now + at as u64;
            State::Started { at }
        } else {
            State::Waiting {
                line,
                waited: -(offset as f64) * clock.beats_a_sample,
                length: None,
            }
        };
        self.order += 1;
        self.held[free] = Some(Held {
            touch,
            arrived,
            order: self.order,
            state,
        });
        self.counts.add_held_for_grid();
        in_this_block.then_some(at)
    }

    /// The stroke of `key` ends at sample `offset` of this block: the sample at which
    /// its sound is to end, or `None` if that is in a later one.
    pub fn end(&mut self, offset: usize, key: u32) -> Option<usize> {
        let lifted = self.now + offset as u64;
        let open = |held: &&mut Option<Held>| {
            held.is_some_and(|held| {
                let ended = matches!(
                    held.state,
                    State::Ending { .. }
                        | State::Done { .. }
                        | State::Waiting {
                            length: Some(_),
                            ..
                        }
                );
                held.touch.key == key && !ended
            })
        };
        let newest = (self.held.iter_mut().filter(open)).max_by_key(|held| held.map(|h| h.order));
        let Some(place) = newest else {
            return Some(offset);
        };
        let held = place.as_mut()?;
        match &mut held.state {
            State::Waiting { length, .. } => {
                *length = Some(lifted.saturating_sub(held.arrived));
                None
            }
            State::Started { at } | State::Ending { at } | State::Done { at } => {
                let delay = at.saturating_sub(held.arrived);
                let length = lifted.saturating_sub(held.arrived).min(delay);
                let at = lifted.max(*at + length.max(1));
                let offset = (at - self.now) as usize;
                if offset < self.frames {
                    held.state = State::Done { at };
                    return Some(offset);
                }
                held.state = State::Ending { at };
                None
            }
        }
    }

    /// The strength of `key` turned out to be another: true if its start waits, and
    /// will have it.
    pub fn set_strength(&mut self, key: u32, strength: f32) -> bool {
        let waiting =
            self.held.iter_mut().flatten().filter(|held| {
                held.touch.key == key && matches!(held.state, State::Waiting { .. })
            });
        let newest = waiting.max_by_key(|held| held.order);
        newest.is_some_and(|held| {
            held.touch.strength = strength;
            true
        })
    }

    /// A start of `key` plays at sample `offset`: what it was before ends with that.
    fn forget_end(&mut self, key: u32, offset: usize) {
        let at = self.now + offset as u64;
        for held in self.held.iter_mut().flatten() {
            if held.touch.key == key && matches!(held.state, State::Ending { .. }) {
                held.state = State::Done { at };
            }
        }
    }

    /// Brings what waits up to the beginning of the block, `passed` samples after that
    /// of the block `before`.
    fn follow(&mut self, before: Option<Clock>, passed: usize) {
        let Some(clock) = self.clock else { return };
        let first = clock.first_line();
        let jumped = before.is_none_or(|before| {
            let off = clock.beats - before.beats_at(passed);
            off.abs() > JUMP.0 * self.rate.hz() * clock.beats_a_sample
        });
        if jumped || !clock.has_line(self.next_line) {
            self.next_line = first;
        }
        let went = before.map_or(0.0, |before| before.beats_a_sample * passed as f64);
        for held in self.held.iter_mut().flatten() {
            if let State::Waiting { line, waited, .. } = &mut held.state {
                *waited += went;
                if jumped || !clock.has_line(*line) {
                    *line = first;
                }
            }
        }
    }

    /// The next that is due in this block; it is then no longer.
    fn next_due(&mut self) -> Option<Due> {
        let places = (0..HELD).filter_map(|place| {
            let held = self.held[place].as_ref()?;
            let (offset, starts) = self.due_at(held)?;
            Some((offset, starts, held.order, place))
        });
        let next = places.min();
        if let Some(clock) = self.clock {
            let offset = clock.sample_of(self.next_line);
            if offset < self.frames && next.is_none_or(|next| offset <= next.0) {
                self.next_line = clock.grid.line_after(self.next_line);
                return Some(Due::Line { offset });
            }
        }
        let (offset, _, _, place) = next.filter(|next| next.0 < self.frames)?;
        let held = self.held[place]?;
        let (touch, key) = (held.touch, held.touch.key);
        let at = self.now + offset as u64;
        let State::Waiting { length, .. } = held.state else {
            let state = State::Done { at };
            self.held[place] = Some(Held { state, ..held });
            return Some(Due::End { offset, key });
        };
        self.forget_end(key, offset);
        let state = match length {
            Some(length) => State::Ending {
                at: at + length.max(1),
            },
            None => State::Started { at },
        };
        self.held[place] = Some(Held { state, ..held });
        Some(Due::Start { offset, touch })
    }

    /// The sample of this block or a later one at which `held` is due, and whether it
    /// is a start.
    fn due_at(&self, held: &Held) -> Option<(usize, bool)> {
        match held.state {
            State::Waiting { line, waited, .. } => {
                let offset = self.clock.map_or(0, |clock| {
                    // Not at a bar's very end, where the line is.
                    let longest = clock.grid.bar() * 1.001 - waited;
                    clock.sample_of(line.min(clock.beats + longest))
                });
                Some((offset, true))
            }
            State::Ending { at } => Some((at.saturating_sub(self.now) as usize, false)),
            State::Started { .. } | State::Done { .. } => None,
        }
    }
}
