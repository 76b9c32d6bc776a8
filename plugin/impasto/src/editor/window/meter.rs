//! What drawing costs, by part, in the time that the window's own thread computes.
//!
//! Counted always: a few clock readings a frame. `examples/editor_cost.rs` shows it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// The parts of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Looking whether anything has changed.
    Watch,
    /// egui's layout: panels to shapes.
    Layout,
    /// What has changed, and shapes to triangles.
    Tessellate,
    /// Textures and triangles to OpenGL. A software renderer does part of its work here.
    Upload,
    /// The picture to the window. A software renderer does the rest of its work here.
    Present,
}

/// How many [`Part`]s there are.
pub const PARTS: usize = 5;

/// Counts frames and what they cost; written by the window, read by anyone.
#[derive(Debug, Default)]
pub struct Meter {
    nanos: [AtomicU64; PARTS],
    drawn: AtomicU64,
    unchanged: AtomicU64,
    pixels: AtomicU64,
    first: OnceLock<Instant>,
}

/// What a [`Meter`] says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading {
    /// Computing time of the window's thread, in the order of [`Part`].
    pub cost: [Duration; PARTS],
    /// Frames of which anything reached the screen.
    pub drawn: u64,
    /// Frames that were laid out and looked the same.
    pub unchanged: u64,
    /// Pixels painted anew.
    pub pixels: u64,
}

impl Meter {
    /// Runs `work` and counts it as `part`.
    pub(super) fn time<R>(&self, part: Part, work: impl FnOnce() -> R) -> R {
        let begin = thread_time();
        let result = work();
        let spent = thread_time().saturating_sub(begin);
        let nanos = u64::try_from(spent.as_nanos()).unwrap_or(u64::MAX);
        self.nanos[part as usize].fetch_add(nanos, Relaxed);
        result
    }

    /// Counts a frame that painted `pixels`.
    pub(super) fn frame(&self, pixels: u64) {
        match pixels {
            0 => self.unchanged.fetch_add(1, Relaxed),
            _ => self.drawn.fetch_add(1, Relaxed),
        };
        self.pixels.fetch_add(pixels, Relaxed);
        if pixels > 0 {
            self.first.get_or_init(Instant::now);
        }
    }

    /// All so far.
    pub fn read(&self) -> Reading {
        Reading {
            cost: std::array::from_fn(|n| Duration::from_nanos(self.nanos[n].load(Relaxed))),
            drawn: self.drawn.load(Relaxed),
            unchanged: self.unchanged.load(Relaxed),
            pixels: self.pixels.load(Relaxed),
        }
    }

    /// When the first frame reached the screen.
    pub fn first_frame(&self) -> Option<Instant> {
        self.first.get().copied()
    }
}

impl Reading {
    /// What came since `earlier`.
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            cost: std::array::from_fn(|n| self.cost[n].saturating_sub(earlier.cost[n])),
            drawn: self.drawn - earlier.drawn,
            unchanged: self.unchanged - earlier.unchanged,
            pixels: self.pixels - earlier.pixels,
        }
    }
}

/// The time for which this thread has computed.
#[cfg(unix)]
fn thread_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the clock exists on every system that we build for, and `time` is ours.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or(0),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

/// Where threads have no clock of their own that is fine enough: the time of day.
#[cfg(not(unix))]
fn thread_time() -> Duration {
    static BEGIN: OnceLock<Instant> = OnceLock::new();
    BEGIN.get_or_init(Instant::now).elapsed()
}
