//! The paintings that were in use, each with the congruity of its time.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use engine::units::Congruity;

use super::live::Found;
use crate::view::{HISTORY_ROWS, HistoryRow, View};

/// How the newest painting's mean stands.
#[derive(Default)]
pub struct History {
    serial: u64,
    /// Congruity times seconds, and seconds.
    sum: [f64; 2],
    /// When it was looked at last.
    looked: Option<Instant>,
    /// What the view shows.
    told: Option<Congruity>,
}

impl History {
    /// Begins a row for `found`. The same file again, as it is painted on, has a row of
    /// its own: that is what the history is for.
    pub fn begin(&mut self, found: &Found, view: &mut View, now: Instant) {
        self.end(view, now);
        self.serial += 1;
        (self.sum, self.told, self.looked) = ([0.0; 2], None, Some(now));
        let rows = Arc::make_mut(&mut view.look.history);
        rows.insert(
            0,
            HistoryRow {
                serial: self.serial,
                thumbnail: Arc::clone(&found.small),
                name: found.name.clone(),
                path: found.path.clone(),
                at: now,
                time: SystemTime::now(),
                congruity: None,
            },
        );
        rows.truncate(HISTORY_ROWS);
    }

    /// No painting is in use any more.
    pub fn end(&mut self, view: &mut View, now: Instant) {
        self.follow(view, now);
        self.looked = None;
    }

    /// Takes in how well the music goes with the painting now.
    pub fn follow(&mut self, view: &mut View, now: Instant) {
        let Some(before) = self.looked.replace(now) else {
            self.looked = None;
            return;
        };
        let Some(congruity) = view.congruity else {
            return;
        };
        let passed = now.saturating_duration_since(before).as_secs_f64();
        self.sum[0] += f64::from(congruity.get()) * passed;
        self.sum[1] += passed;
        if self.sum[1] <= 0.0 {
            return;
        }
        let mean = Congruity::new((self.sum[0] / self.sum[1]) as f32);
        let Some(mean) = mean else { return };
        // The list is copied when it changes: not for what nobody can read.
        let far = |told: Congruity| (told.get() - mean.get()).abs() >= 0.005;
        if self.told.is_none_or(far) {
            self.told = Some(mean);
            if let Some(row) = Arc::make_mut(&mut view.look.history).first_mut() {
                row.congruity = Some(mean);
            }
        }
    }
}
