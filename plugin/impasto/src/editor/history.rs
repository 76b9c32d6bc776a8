//! Congruity and its parts of the last minutes, as the editor saw them.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use outputs::{Signal, Values};

/// How far back the curves go.
pub const SPAN: Duration = Duration::from_secs(180);

/// Between two samples: as many as the curve has pixels, at most.
const SPACING: Duration = Duration::from_millis(200);

/// Samples of all signals, oldest first; `None` where one was unknown.
#[derive(Clone, Debug, Default)]
pub struct History {
    samples: VecDeque<(Instant, Values)>,
}

impl History {
    /// Takes the values at `now`, unless they come too soon after the last ones taken.
    pub fn push(&mut self, now: Instant, values: Values) {
        let due = |&(at, _): &(Instant, _)| now.duration_since(at) >= SPACING;
        if self.samples.back().is_none_or(due) {
            self.samples.push_back((now, values));
        }
        while let Some(&(at, _)) = self.samples.front()
            && now.duration_since(at) > SPAN + SPACING
        {
            self.samples.pop_front();
        }
    }

    /// The known stretches of `signal`, each a line of (share of [`SPAN`] ago in 0..=1,
    /// value) points, oldest first. Where it was unknown, or the editor closed, a line ends.
    pub fn lines(&self, signal: Signal, now: Instant) -> Vec<Vec<(f32, f32)>> {
        let mut lines: Vec<Vec<(f32, f32)>> = vec![Vec::new()];
        let mut last = None;
        for (at, values) in &self.samples {
            let (at, value) = (*at, values[signal]);
            let gap = last.is_some_and(|last: Instant| at.duration_since(last) > SPACING * 20);
            if (gap || value.is_none()) && !lines.last().is_none_or(Vec::is_empty) {
                lines.push(Vec::new());
            }
            if let (Some(value), Some(line)) = (value, lines.last_mut()) {
                let ago = now.saturating_duration_since(at).as_secs_f32() / SPAN.as_secs_f32();
                line.push((ago.min(1.0), value));
            }
            last = Some(at);
        }
        lines.retain(|line| !line.is_empty());
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn congruity(value: Option<f32>) -> Values {
        let mut values = Values::default();
        values[Signal::Congruity] = value;
        values
    }

    #[test]
    fn keeps_three_minutes_and_breaks_where_nothing_is_known() {
        let start = Instant::now();
        let mut history = History::default();
        for tick in 0..1000 {
            let at = start + SPACING * tick;
            let known = !(400..450).contains(&tick);
            history.push(at, congruity(known.then_some(0.5)));
            history.push(at + SPACING / 10, congruity(Some(0.9)));
        }
        assert!(history.samples.len() <= 902, "{}", history.samples.len());
        let now = start + SPACING * 1000;
        let lines = history.lines(Signal::Congruity, now);
        assert_eq!(lines.len(), 2);
        let points = lines.concat();
        assert!(
            points
                .iter()
                .all(|&(ago, value)| (0.0..=1.0).contains(&ago) && value == 0.5)
        );
        assert!(
            points.windows(2).all(|pair| pair[0].0 >= pair[1].0),
            "oldest first"
        );
        assert!(history.lines(Signal::Gesture, now).is_empty());
    }

    #[test]
    fn a_closed_editor_leaves_a_gap_and_not_a_straight_line() {
        let start = Instant::now();
        let lines = |history: &History, at| history.lines(Signal::Congruity, at).len();
        let mut history = History::default();
        assert_eq!(lines(&history, start), 0);
        history.push(start, congruity(Some(0.1)));
        history.push(start + Duration::from_secs(10), congruity(Some(0.9)));
        assert_eq!(lines(&history, start + Duration::from_secs(11)), 2);
    }
}
