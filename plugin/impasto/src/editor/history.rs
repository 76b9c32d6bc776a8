//! The congruity of the last minute, as the editor saw it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How far back the curve goes.
pub const SPAN: Duration = Duration::from_secs(60);

/// Between two samples: as many as the curve has pixels, at most.
const SPACING: Duration = Duration::from_millis(100);

/// Samples of congruity, oldest first; `None` where it was unknown.
#[derive(Clone, Debug, Default)]
pub struct History {
    samples: VecDeque<(Instant, Option<f32>)>,
}

impl History {
    /// Takes the value at `now`, unless it comes too soon after the last one taken.
    pub fn push(&mut self, now: Instant, value: Option<f32>) {
        let due = |&(at, _): &(Instant, _)| now.duration_since(at) >= SPACING;
        if self.samples.back().is_none_or(due) {
            self.samples.push_back((now, value));
        }
        while let Some(&(at, _)) = self.samples.front()
            && now.duration_since(at) > SPAN + SPACING
        {
            self.samples.pop_front();
        }
    }

    /// The known stretches, each a line of (share of [`SPAN`] ago in 0..=1, value) points,
    /// oldest first. Where congruity was unknown, or the editor closed, a line ends.
    pub fn lines(&self, now: Instant) -> Vec<Vec<(f32, f32)>> {
        let mut lines: Vec<Vec<(f32, f32)>> = vec![Vec::new()];
        let mut last = None;
        for &(at, value) in &self.samples {
            let gap = last.is_some_and(|last: Instant| at.duration_since(last) > SPACING * 20);
            if (gap || value.is_none()) && !lines.last().is_none_or(Vec::is_empty) {
                lines.push(Vec::new());
            }
            if let (Some(value), Some(line)) = (value, lines.last_mut()) {
                let ago = now.duration_since(at).as_secs_f32() / SPAN.as_secs_f32();
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

    #[test]
    fn keeps_a_minute_and_breaks_where_nothing_is_known() {
        let start = Instant::now();
        let mut history = History::default();
        for tick in 0..700 {
            let at = start + SPACING * tick;
            history.push(at, (!(300..350).contains(&tick)).then_some(0.5));
            history.push(at + SPACING / 10, Some(0.9));
        }
        assert!(history.samples.len() <= 602, "{}", history.samples.len());
        let lines = history.lines(start + SPACING * 700);
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
    }

    #[test]
    fn a_closed_editor_leaves_a_gap_and_not_a_straight_line() {
        let start = Instant::now();
        let mut history = History::default();
        history.push(start, Some(0.1));
        history.push(start + Duration::from_secs(10), Some(0.9));
        assert_eq!(history.lines(start + Duration::from_secs(11)).len(), 2);
        assert!(History::default().lines(start).is_empty());
    }
}
