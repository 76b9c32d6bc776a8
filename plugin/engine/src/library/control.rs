//! How a scan is steered from other threads: paused, slowed, cancelled.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

/// How fast a scan may go.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Pace {
    /// As fast as its threads can.
    #[default]
    Full,
    /// Each thread works this share of the time, in 0.01..=1, and sleeps the rest: for
    /// while the host plays.
    Share(f64),
}

impl Pace {
    /// While the host's transport plays: a quarter of the time.
    pub const WHILE_PLAYING: Self = Self::Share(0.25);

    /// Sleep that `work` has to be followed by.
    fn rest(self, work: Duration) -> Duration {
        match self {
            Self::Full => Duration::ZERO,
            Self::Share(share) => {
                let share = share.clamp(0.01, 1.0);
                work.mul_f64(1.0 / share - 1.0).min(LONGEST_REST)
            }
        }
    }
}

/// After a chunk on a busy machine a scan must still be seen to go on.
const LONGEST_REST: Duration = Duration::from_secs(2);

/// How often who rests looks whether the scan has ended without the control.
const LOOK: Duration = Duration::from_millis(200);

/// What a scan is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// At full speed.
    Running,
    /// At a lower [`Pace`].
    Slowed,
    /// Until [`Control::resume`]. What it has is committed.
    Paused,
    /// Soon ended by [`Control::cancel`].
    Cancelled,
}

#[derive(Debug, Default)]
struct State {
    pace: Pace,
    paused: bool,
    cancelled: bool,
}

/// Steers the scans that were given it. All threads of a scan ask it between chunks, so
/// every call takes effect within some hundredths of a second.
#[derive(Debug, Default)]
pub struct Control {
    state: Mutex<State>,
    changed: Condvar,
}

impl Control {
    /// Runs at full speed.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the scan rest until [`Control::resume`].
    pub fn pause(&self) {
        self.change(|state| state.paused = true);
    }

    /// Goes on after [`Control::pause`].
    pub fn resume(&self) {
        self.change(|state| state.paused = false);
    }

    /// Ends the scan, a paused one too; what it reached stays in the index. It is for
    /// good: the next scan needs a new control.
    pub fn cancel(&self) {
        self.change(|state| state.cancelled = true);
    }

    /// Sets the speed.
    pub fn set_pace(&self, pace: Pace) {
        self.change(|state| state.pace = pace);
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock());
        self.changed.notify_all();
    }

    /// What scans with this control are told to do.
    pub fn activity(&self) -> Activity {
        let state = self.state.lock();
        match *state {
            State {
                cancelled: true, ..
            } => Activity::Cancelled,
            State { paused: true, .. } => Activity::Paused,
            State {
                pace: Pace::Share(share),
                ..
            } if share < 1.0 => Activity::Slowed,
            _ => Activity::Running,
        }
    }

    /// Whether [`Control::cancel`] was called.
    pub fn is_cancelled(&self) -> bool {
        self.state.lock().cancelled
    }

    /// Whether [`Control::rest`] would wait for [`Control::resume`].
    pub(super) fn is_paused(&self) -> bool {
        let state = self.state.lock();
        state.paused && !state.cancelled
    }

    /// Waits as long as the pace and a pause ask for after `work`; gives `false` when
    /// cancelled, or when `stop` is set. A change of pace ends the wait early.
    pub(super) fn rest(&self, work: Duration, stop: &AtomicBool) -> bool {
        let began = Instant::now();
        let mut state = self.state.lock();
        loop {
            if state.cancelled || stop.load(Ordering::Relaxed) {
                return false;
            }
            let look = Instant::now() + LOOK;
            let until = match state.paused {
                true => look,
                false => look.min(began + state.pace.rest(work)),
            };
            if !state.paused && until <= Instant::now() {
                return true;
            }
            self.changed.wait_until(&mut state, until);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    const MS: Duration = Duration::from_millis(1);
    static GO_ON: AtomicBool = AtomicBool::new(false);

    #[test]
    fn full_speed_does_not_wait_and_a_share_does() {
        let control = Control::new();
        let began = Instant::now();
        assert!(control.rest(1000 * MS, &GO_ON));
        assert!(began.elapsed() < 500 * MS);
        control.set_pace(Pace::WHILE_PLAYING);
        assert_eq!(control.activity(), Activity::Slowed);
        assert!(control.rest(20 * MS, &GO_ON));
        assert!(began.elapsed() >= 60 * MS);
    }

    #[test]
    fn a_change_of_pace_ends_a_rest() {
        let control = Control::new();
        control.set_pace(Pace::Share(0.01));
        thread::scope(|scope| {
            let resting = scope.spawn(|| {
                let began = Instant::now();
                (control.rest(1000 * MS, &GO_ON), began.elapsed())
            });
            thread::sleep(50 * MS);
            control.set_pace(Pace::Full);
            let (goes_on, rested) = resting.join().unwrap();
            assert!(goes_on && rested < LONGEST_REST, "{rested:?}");
        });
    }

    #[test]
    fn a_pause_lasts_until_it_is_ended() {
        let control = Control::new();
        control.pause();
        assert_eq!(control.activity(), Activity::Paused);
        thread::scope(|scope| {
            let resting = scope.spawn(|| control.rest(Duration::ZERO, &GO_ON));
            thread::sleep(30 * MS);
            assert!(!resting.is_finished());
            control.resume();
            assert!(resting.join().unwrap());
            control.pause();
            let resting = scope.spawn(|| control.rest(Duration::ZERO, &GO_ON));
            thread::sleep(30 * MS);
            control.cancel();
            assert!(!resting.join().unwrap());
        });
        assert_eq!(control.activity(), Activity::Cancelled);
        assert!(!control.is_paused());
    }

    #[test]
    fn a_scan_that_has_failed_does_not_wait_for_the_end_of_a_pause() {
        let (control, stop) = (Control::new(), AtomicBool::new(false));
        control.pause();
        thread::scope(|scope| {
            let resting = scope.spawn(|| control.rest(Duration::ZERO, &stop));
            stop.store(true, Ordering::Relaxed);
            assert!(!resting.join().unwrap());
        });
    }
}
