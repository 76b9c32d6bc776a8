//! What the audio thread tells of a performance: strokes and where the host is.
//!
//! Both ends are made together by [`report_channel`]. Nothing is allocated, freed or waited
//! for on the audio thread; a full ring drops, and the next that fits says what counts now.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use engine::session::HostTime;
use engine::units::SampleRate;
use rtrb::{Consumer, Producer, RingBuffer};

/// Strokes that wait for the worker: more than it ever leaves lying.
const STROKES: usize = 256;

/// Jumps of the host that wait for the worker.
const JUMPS: usize = 64;

/// A beginning or an end of a stroke. Samples count from the activation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Brushed {
    /// The brush came down.
    Down {
        /// When.
        sample: u64,
    },
    /// It was lifted.
    Up {
        /// When it had come down.
        begin: u64,
        /// When it was lifted.
        end: u64,
        /// How hard it was, 0..=1.
        strength: f32,
    },
}

/// The host's time is no longer what followed from before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HostJump {
    /// Since when, in samples since the activation.
    pub sample: u64,
    /// Where the host is there.
    pub host: HostTime,
}

/// The audio thread's end.
pub struct ReportSender {
    rate: SampleRate,
    strokes: Producer<Brushed>,
    jumps: Producer<HostJump>,
    elapsed: Arc<AtomicU64>,
    /// Strokes begun when last looked at.
    begun: u64,
    /// Where the stroke that is not over began.
    open: Option<u64>,
    strength: f32,
    /// The last jump that was sent.
    sent: Option<HostJump>,
}

/// The worker's end.
pub struct ReportReceiver {
    strokes: Consumer<Brushed>,
    jumps: Consumer<HostJump>,
    elapsed: Arc<AtomicU64>,
}

/// Both ends, at the host's `rate`.
pub fn report_channel(rate: SampleRate) -> (ReportSender, ReportReceiver) {
    let (strokes, strokes_out) = RingBuffer::new(STROKES);
    let (jumps, jumps_out) = RingBuffer::new(JUMPS);
    let elapsed = Arc::new(AtomicU64::new(0));
    let sender = ReportSender {
        rate,
        strokes,
        jumps,
        elapsed: Arc::clone(&elapsed),
        begun: 0,
        open: None,
        strength: 0.0,
        sent: None,
    };
    let receiver = ReportReceiver {
        strokes: strokes_out,
        jumps: jumps_out,
        elapsed,
    };
    (sender, receiver)
}

impl ReportSender {
    /// Where the host is at `sample`, the first of a block. Sent only if it does not follow
    /// from what was sent before.
    pub fn note_host(&mut self, sample: u64, host: HostTime) {
        let expected = self.sent.map(|sent| {
            let passed = i64::try_from(sample - sent.sample).unwrap_or(i64::MAX);
            sent.host.after(passed, self.rate)
        });
        if expected.is_some_and(|expected| host.agrees(&expected)) {
            return;
        }
        let jump = HostJump { sample, host };
        // Full, it is tried again with the next block.
        if self.jumps.push(jump).is_ok() {
            self.sent = Some(jump);
        }
    }

    /// How the brush is at `sample`: strokes begun so far, whether one is not over, and how
    /// hard the last is as far as that is known.
    pub fn note_brush(&mut self, sample: u64, begun: u64, down: bool, strength: f32) {
        let new = begun != std::mem::replace(&mut self.begun, begun);
        if let Some(begin) = self.open.filter(|_| new || !down) {
            self.open = None;
            let strength = self.strength;
            self.push(Brushed::Up {
                begin,
                end: sample,
                strength,
            });
        }
        self.strength = strength;
        if new {
            self.push(Brushed::Down { sample });
            match down {
                true => self.open = Some(sample),
                // Over before it was looked at.
                false => self.push(Brushed::Up {
                    begin: sample,
                    end: sample,
                    strength,
                }),
            }
        }
    }

    /// Samples since the activation, at the end of a block.
    pub fn note_elapsed(&self, samples: u64) {
        self.elapsed.store(samples, Ordering::Release);
    }

    fn push(&mut self, brushed: Brushed) {
        // Full, a stroke is missing in the log; the worker was away for minutes then.
        let _ = self.strokes.push(brushed);
    }
}

impl ReportReceiver {
    /// The next beginning or end of a stroke.
    pub fn stroke(&mut self) -> Option<Brushed> {
        self.strokes.pop().ok()
    }

    /// The next jump of the host.
    pub fn jump(&mut self) -> Option<HostJump> {
        self.jumps.pop().ok()
    }

    /// Samples that the audio thread has dealt with since the activation.
    pub fn elapsed(&self) -> u64 {
        self.elapsed.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel() -> (ReportSender, ReportReceiver) {
        report_channel(SampleRate::new(48_000.0).expect("above zero"))
    }

    #[test]
    fn strokes_are_told_at_both_ends() {
        let (mut sender, mut receiver) = channel();
        sender.note_brush(0, 0, false, 0.0);
        sender.note_brush(64, 1, true, 0.2);
        sender.note_brush(128, 1, true, 0.7);
        assert_eq!(receiver.stroke(), Some(Brushed::Down { sample: 64 }));
        assert_eq!(receiver.stroke(), None);
        // The next begins where it ends, without a lift that was seen.
        sender.note_brush(192, 2, true, 0.3);
        sender.note_brush(256, 2, false, 0.4);
        // One that is over at once.
        sender.note_brush(320, 3, false, 0.9);
        let told: Vec<_> = std::iter::from_fn(|| receiver.stroke()).collect();
        let up = |begin, end, strength| Brushed::Up {
            begin,
            end,
            strength,
        };
        let down = |sample| Brushed::Down { sample };
        let expected = [
            up(64, 192, 0.7),
            down(192),
            up(192, 256, 0.3),
            down(320),
            up(320, 320, 0.9),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn only_jumps_of_the_host_are_told() {
        let (mut sender, mut receiver) = channel();
        let at = |seconds: f64, playing| HostTime {
            playing,
            tempo: Some(120.0),
            quarters: Some(2.0 * seconds),
            seconds: Some(seconds),
            ..HostTime::default()
        };
        let block = |n: u64| (480 * n, n as f64 / 100.0);
        for n in 0..100 {
            let (sample, seconds) = block(n);
            sender.note_host(sample, at(10.0 + seconds, true));
        }
        let jump = receiver.jump().expect("the beginning");
        assert_eq!((jump.sample, jump.host), (0, at(10.0, true)));
        assert_eq!(receiver.jump(), None);
        // A loop, and a stop.
        sender.note_host(48_000, at(2.0, true));
        sender.note_host(48_480, at(2.01, true));
        sender.note_host(48_960, at(2.02, false));
        sender.note_host(49_440, at(2.02, false));
        let told: Vec<_> = std::iter::from_fn(|| receiver.jump()).collect();
        assert_eq!(told.len(), 2);
        assert_eq!((told[0].sample, told[1].sample), (48_000, 48_960));
    }

    #[test]
    fn a_full_ring_loses_no_state_of_the_host() {
        let (mut sender, mut receiver) = channel();
        let at = |tempo: u64| HostTime {
            tempo: Some(tempo as f64),
            ..HostTime::default()
        };
        (0..1000).for_each(|n| sender.note_host(n, at(n)));
        while receiver.jump().is_some() {}
        sender.note_host(1000, at(999));
        assert_eq!(receiver.jump().map(|jump| jump.host), Some(at(999)));
    }
}
