//! How long each call of `process` takes.

use crate::host::Watch;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Seconds of each call, in order.
pub type Times = Arc<Mutex<Vec<f32>>>;

/// A call that takes this long, in seconds, is looked at for its cause.
const SLOW: f32 = 250e-6;

/// A call that took long.
#[derive(Clone, Copy, Debug)]
pub struct Slow {
    /// How long.
    pub seconds: f32,
    /// Pages that had to be read from a disk meanwhile.
    pub major_faults: i64,
    /// Pages that only had to be entered into the thread's tables.
    pub minor_faults: i64,
}

/// The calls that took long, in order.
pub type SlowCalls = Arc<Mutex<Vec<Slow>>>;

/// Notes the time of each call on a clock of the wall and on the thread's own, which
/// stands while the system lets others run.
pub struct Stopwatch {
    begun: (Instant, f64),
    faults: (i64, i64),
    wall: Times,
    own: Times,
    slow: SlowCalls,
}

impl Stopwatch {
    /// With room for `calls`; gives the times on the wall's clock and on the thread's, and
    /// the calls that took long.
    pub fn new(calls: usize) -> (Stopwatch, Times, Times, SlowCalls) {
        let room = || Arc::new(Mutex::new(Vec::with_capacity(calls)));
        let (wall, own) = (room(), room());
        let slow = SlowCalls::default();
        let watch = Stopwatch {
            begun: (Instant::now(), 0.0),
            faults: (0, 0),
            wall: Arc::clone(&wall),
            own: Arc::clone(&own),
            slow: Arc::clone(&slow),
        };
        (watch, wall, own, slow)
    }
}

impl Watch for Stopwatch {
    fn enter(&mut self) {
        self.faults = thread_faults();
        let own = thread_seconds();
        self.begun = (Instant::now(), own);
    }

    fn leave(&mut self) {
        let wall = self.begun.0.elapsed().as_secs_f32();
        let own = (thread_seconds() - self.begun.1) as f32;
        for (times, time) in [(&self.wall, wall), (&self.own, own)] {
            let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
            times.push(time);
        }
        if wall >= SLOW {
            let (major, minor) = thread_faults();
            let mut slow = self.slow.lock().unwrap_or_else(PoisonError::into_inner);
            slow.push(Slow {
                seconds: wall,
                major_faults: major - self.faults.0,
                minor_faults: minor - self.faults.1,
            });
        }
    }
}

/// Major and minor page faults of the calling thread so far.
fn thread_faults() -> (i64, i64) {
    // SAFETY: zeros are a valid `rusage`, which the call fills.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_THREAD, &raw mut usage);
        usage
    };
    (usage.ru_majflt, usage.ru_minflt)
}

/// Processor time of the calling thread.
fn thread_seconds() -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the clock writes one `timespec`.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// The spread of some times, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// Their mean.
    pub mean: f64,
    /// Medians and further: 50 %, 99 %, 99.9 %, 99.99 % and all of them lie below.
    pub below: [f64; 5],
}

impl Spread {
    /// The shares that [`below`](Spread::below) is for.
    pub const SHARES: [f64; 5] = [0.5, 0.99, 0.999, 0.9999, 1.0];

    /// Of `times`, of which there is at least one.
    pub fn of(mut times: Vec<f32>) -> Spread {
        times.sort_unstable_by(f32::total_cmp);
        let sum: f64 = times.iter().map(|time| f64::from(*time)).sum();
        let at = |share: f64| f64::from(times[((times.len() - 1) as f64 * share) as usize]);
        Spread {
            mean: sum / times.len() as f64,
            below: Spread::SHARES.map(at),
        }
    }
}
