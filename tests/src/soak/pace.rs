//! Blocks at the pace of a sound card.

use crate::Result;
use crate::host::{Block, Processor};
use crate::signal::Clip;
use std::time::{Duration, Instant};

/// How the audio thread stands among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priority {
    /// Real time (`SCHED_FIFO`), as hosts ask for their audio threads.
    RealTime,
    /// As any other thread: the system granted no more.
    Usual,
}

impl Priority {
    /// Asks for real time for the calling thread.
    pub fn raise() -> Priority {
        let wanted = libc::sched_param { sched_priority: 20 };
        // SAFETY: the parameters are read only; 0 is the calling thread.
        let refused = unsafe { libc::sched_setscheduler(0, libc::SCHED_FIFO, &raw const wanted) };
        if refused == 0 {
            Priority::RealTime
        } else {
            Priority::Usual
        }
    }
}

/// How a rehearsal went.
#[derive(Clone, Debug)]
pub struct Paced {
    /// Of the audio thread.
    pub priority: Priority,
    /// Blocks played.
    pub blocks: usize,
    /// Blocks that took longer than they last, all instances together.
    pub missed: usize,
    /// Blocks that were ready after the end of their time, as the system woke the
    /// thread late; those missed are not among them.
    pub woken_late: usize,
    /// Seconds that all instances took for a block, in order.
    pub times: Vec<f32>,
    /// Seconds that plain arithmetic took after each: what the machine does to a thread
    /// that needs no memory and no plug-in.
    pub floor: Vec<f32>,
}

/// Some tens of microseconds of arithmetic in registers.
fn arithmetic() -> f32 {
    let begin = Instant::now();
    let mut x = 0.5f32;
    for _ in 0..FLOOR_STEPS {
        x = std::hint::black_box(x).mul_add(0.999, 0.001);
    }
    std::hint::black_box(x);
    begin.elapsed().as_secs_f32()
}

/// Multiplications of the floor.
const FLOOR_STEPS: usize = 20_000;

/// Plays `music` and `brush` over and over through `processors`, `blocks` blocks of
/// `frames` at `rate`, no faster than they would sound.
///
/// # Errors
/// A plug-in failed.
pub fn play(
    processors: &mut [Processor],
    (music, brush): (&Clip, &Clip),
    (rate, frames, blocks): (f64, usize, usize),
) -> Result<Paced> {
    let priority = Priority::raise();
    let period = Duration::from_secs_f64(frames as f64 / rate);
    let mut paced = Paced {
        priority,
        blocks,
        missed: 0,
        woken_late: 0,
        times: Vec::with_capacity(blocks),
        floor: Vec::with_capacity(blocks),
    };
    let loops = music.len() / frames;
    let mut due = Instant::now();
    for block in 0..blocks {
        let place = block % loops * frames;
        let range = place..place + frames;
        let begin = Instant::now();
        for processor in processors.iter_mut() {
            processor.process(Block {
                music: music.cut(range.clone()),
                brush: brush.cut(range.clone()),
                changes: &[],
            })?;
            processor.forget_events();
        }
        let took = begin.elapsed();
        paced.times.push(took.as_secs_f32());
        paced.floor.push(arithmetic());
        due += period;
        if took > period {
            paced.missed += 1;
        } else if Instant::now() > due {
            paced.woken_late += 1;
        }
        match due.checked_duration_since(Instant::now()) {
            Some(wait) => std::thread::sleep(wait),
            // A sound card drops what came too late, and goes on from now.
            None => due = Instant::now(),
        }
    }
    Ok(paced)
}
