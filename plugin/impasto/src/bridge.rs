//! What passes between the audio thread and the worker.
//!
//! [`bridge`] makes both ends at each activation. Frames and reports go one way,
//! cues the other and back; nothing is allocated or freed on the audio thread. What
//! outlives activations is [`Shared`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam::channel::Sender;
use engine::analysis::stroke::{Calibration, CalibrationError};
use engine::analysis::{MelReceiver, MelSender, mel_ring};
use engine::playback::{CueReceiver, CueSender, cue_channel};
use engine::units::{ChunkId, SampleRate, Seconds};
use outputs::settings::AudioSettings;
use parking_lot::{Condvar, Mutex};
use rtrb::{Consumer, Producer, RingBuffer};

use crate::reports::{ReportReceiver, ReportSender, report_channel};
use crate::worker::Message;

/// Mel frames that fit into a ring: 12.8 s, more than the longest block and than
/// the networks take to load.
const FRAMES: usize = 1024;

/// Reports of starts that wait for the worker.
const STARTS: usize = 64;

/// Samples of music at 16 kHz that wait for the worker: four seconds, longer than it is ever
/// away. Then there is a gap in what can be taught, and nothing else.
const MUSIC: usize = 1 << 16;

/// How long an offline block waits for the worker at most. A library that can't be
/// read in this time is a fault; a render that never ends would be a worse one.
const PATIENCE: Duration = Duration::from_secs(60);

/// Calibrations whose outcome the worker has not fetched.
const CALIBRATIONS: usize = 4;

/// Settings of the outputs that the audio thread has not taken over.
const SETTINGS: usize = 4;

/// A number that one thread writes and others read.
pub struct Gauge(AtomicU32);

impl Gauge {
    fn new(value: f32) -> Self {
        Self(AtomicU32::new(value.to_bits()))
    }

    /// A level in dB; silence.
    fn level() -> Self {
        Self::new(-100.0)
    }

    /// As it is now.
    pub fn get(&self) -> f32 {
        f32::from_bits(self.0.load(Ordering::Relaxed))
    }

    /// Sets it.
    pub fn set(&self, value: f32) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }
}

/// Which snippet sounds and how far it is, in one word, so that the two belong together.
pub struct PlayHead(AtomicU64);

impl PlayHead {
    /// No chunk has this number together with a place.
    const NOTHING: u64 = u64::MAX;

    fn new() -> Self {
        Self(AtomicU64::new(Self::NOTHING))
    }

    /// Sets it, or says that nothing sounds; waits for nobody.
    pub fn set(&self, sounding: Option<(ChunkId, Seconds)>) {
        let word = sounding.map_or(Self::NOTHING, |(chunk, at)| {
            u64::from(chunk.0) << 32 | u64::from((at.0 as f32).to_bits())
        });
        self.0.store(word, Ordering::Relaxed);
    }

    /// The chunk, and how far into it, as they were told last.
    pub fn get(&self) -> Option<(ChunkId, Seconds)> {
        let word = self.0.load(Ordering::Relaxed);
        (word != Self::NOTHING).then(|| {
            let at = f32::from_bits(word as u32);
            (ChunkId((word >> 32) as u32), Seconds(f64::from(at)))
        })
    }
}

/// What an instance's threads share for as long as it lives.
pub struct Shared {
    /// Peak of the brush in dB, written by the audio thread.
    pub brush_peak: Gauge,
    /// Peak of the music in dB, written by the audio thread.
    pub music_peak: Gauge,
    /// RMS of the music in dB, written by the audio thread: what snippets are matched to.
    pub music_rms: Gauge,
    /// Whether the brush is on the canvas, written by the audio thread.
    pub brush_down: AtomicBool,
    /// How hard it presses, 0..=1, written by the audio thread.
    pub pressure: Gauge,
    /// How bright it sounds, 0..=1, written by the audio thread.
    pub brightness: Gauge,
    /// Counts strokes of the brush, for the editor; written by the audio thread.
    pub strokes: AtomicU64,
    /// How hard the last of them was, 0..=1, written by the audio thread.
    pub strength: Gauge,
    /// What is heard of the brush's snippets, written by the audio thread at each block.
    pub sounding: PlayHead,
    /// What is heard of those that the editor asked for, written at each block.
    pub auditioned: PlayHead,
    /// Counts blocks, so that what is to last for one can; written by the audio thread.
    pub blocks: AtomicU64,
    /// Counts resets of the audio thread; the worker forgets what it heard at each.
    pub resets: AtomicU64,
    /// Counts what the editor asked to hear; the audio thread starts it when ready.
    pub auditions: AtomicU64,
    /// How many of the brush's frames, since the activation, the newest cue has heard;
    /// written by the worker. What was sent meanwhile says how old it is.
    pub cued: AtomicU64,
    /// Counts calibrations that the editor asked for; the audio thread begins them.
    pub calibrations: AtomicU64,
    /// How much of one has passed, 0..=1, written by the audio thread.
    pub calibration_progress: Gauge,
    /// Whether the host's transport plays, written by the audio thread.
    pub playing: AtomicBool,
    /// Set when the instance is dropped.
    pub stop: AtomicBool,
    rendezvous: Mutex<Rendezvous>,
    answered: Condvar,
}

/// Offline, the audio thread waits for the worker here.
#[derive(Default)]
struct Rendezvous {
    asked: u64,
    answered: u64,
    /// The worker is gone and answers no more.
    closed: bool,
}

impl Shared {
    /// For a new instance.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            brush_peak: Gauge::level(),
            music_peak: Gauge::level(),
            music_rms: Gauge::level(),
            brush_down: AtomicBool::new(false),
            pressure: Gauge::new(0.0),
            brightness: Gauge::new(0.0),
            strokes: AtomicU64::new(0),
            strength: Gauge::new(0.0),
            sounding: PlayHead::new(),
            auditioned: PlayHead::new(),
            blocks: AtomicU64::new(0),
            resets: AtomicU64::new(0),
            auditions: AtomicU64::new(0),
            cued: AtomicU64::new(0),
            calibrations: AtomicU64::new(0),
            calibration_progress: Gauge::new(0.0),
            playing: AtomicBool::new(false),
            stop: AtomicBool::new(false),
            rendezvous: Mutex::default(),
            answered: Condvar::new(),
        })
    }

    /// Whether the worker shall end.
    pub fn stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Whether the host's transport plays.
    pub fn is_playing(&self) -> bool {
        self.playing.load(Ordering::Relaxed)
    }

    /// Waits until the worker has dealt with all frames sent so far. Only for
    /// offline rendering, where the audio thread is none: it locks and waits. False
    /// if the worker is gone or too slow; then the render goes on without it.
    pub fn meet(&self, inbox: &Sender<Message>) -> bool {
        let mut rendezvous = self.rendezvous.lock();
        if rendezvous.closed {
            return false;
        }
        rendezvous.asked += 1;
        let mine = rendezvous.asked;
        // Wakes the worker; if its inbox is full it is awake already.
        let _ = inbox.try_send(Message::Wake);
        let until = Instant::now() + PATIENCE;
        while rendezvous.answered < mine && !rendezvous.closed {
            if self.answered.wait_until(&mut rendezvous, until).timed_out() {
                return false;
            }
        }
        rendezvous.answered >= mine
    }

    /// For the worker: what it is asked for and has not answered.
    pub fn asked(&self) -> Option<u64> {
        let rendezvous = self.rendezvous.lock();
        (rendezvous.answered < rendezvous.asked).then_some(rendezvous.asked)
    }

    /// For the worker: answers what [`Self::asked`] gave.
    pub fn answer(&self, asked: u64) {
        self.rendezvous.lock().answered = asked;
        self.answered.notify_all();
    }

    /// For the worker: it answers no more.
    pub fn close(&self) {
        self.rendezvous.lock().closed = true;
        self.answered.notify_all();
    }
}

/// A snippet began to sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StartedAt {
    /// The cue's serial.
    pub serial: u64,
    /// The first sample, counted from the activation.
    pub sample: u64,
}

/// How a calibration ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibrated {
    /// Which: [`Shared::calibrations`] when it began.
    pub asked: u64,
    /// What painting said.
    pub result: Result<Calibration, CalibrationError>,
}

/// The audio thread's end.
pub struct AudioEnd {
    /// The sidechain's frames.
    pub brush: MelSender,
    /// The main input's frames.
    pub music: MelSender,
    /// Cues for what the brush plays.
    pub cues: CueReceiver,
    /// Cues for what the editor asks to hear.
    pub auditions: CueReceiver,
    /// What began to sound; full, it drops.
    pub starts: Producer<StartedAt>,
    /// What calibrations found; full, it drops.
    pub calibrated: Producer<Calibrated>,
    /// Which signal takes which route.
    pub outputs: Consumer<AudioSettings>,
    /// What is told of the performance.
    pub reports: ReportSender,
    /// The main input as the networks hear it.
    pub heard: Producer<f32>,
}

/// The worker's end.
pub struct WorkerEnd {
    /// The host's.
    pub rate: SampleRate,
    /// The sidechain's frames.
    pub brush: MelReceiver,
    /// The main input's frames.
    pub music: MelReceiver,
    /// Cues for what the brush plays.
    pub cues: CueSender,
    /// Cues for what the editor asks to hear.
    pub auditions: CueSender,
    /// What began to sound.
    pub starts: Consumer<StartedAt>,
    /// What calibrations found.
    pub calibrated: Consumer<Calibrated>,
    /// Which signal takes which route; full, it is tried again.
    pub outputs: Producer<AudioSettings>,
    /// What is told of the performance.
    pub reports: ReportReceiver,
    /// The main input as the networks hear it.
    pub heard: Consumer<f32>,
}

/// Both ends, for a host that runs at `rate`.
pub fn bridge(rate: SampleRate) -> (AudioEnd, WorkerEnd) {
    let (brush, brush_out) = mel_ring(FRAMES);
    let (music, music_out) = mel_ring(FRAMES);
    let (cues_in, cues) = cue_channel();
    let (auditions_in, auditions) = cue_channel();
    let (starts, starts_out) = RingBuffer::new(STARTS);
    let (calibrated, calibrated_out) = RingBuffer::new(CALIBRATIONS);
    let (outputs_in, outputs) = RingBuffer::new(SETTINGS);
    let (reports, reports_out) = report_channel(rate);
    let (heard, heard_out) = RingBuffer::new(MUSIC);
    let audio = AudioEnd {
        brush,
        music,
        cues,
        auditions,
        starts,
        calibrated,
        outputs,
        reports,
        heard,
    };
    let worker = WorkerEnd {
        rate,
        brush: brush_out,
        music: music_out,
        cues: cues_in,
        auditions: auditions_in,
        starts: starts_out,
        calibrated: calibrated_out,
        outputs: outputs_in,
        reports: reports_out,
        heard: heard_out,
    };
    (audio, worker)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossbeam::channel::bounded;

    #[test]
    fn a_chunk_and_its_place_come_back_together() {
        let head = PlayHead::new();
        assert_eq!(head.get(), None);
        for told in [
            Some((ChunkId(0), Seconds(0.0))),
            Some((ChunkId(u32::MAX), Seconds(3.5))),
            None,
            Some((ChunkId(7), Seconds(0.25))),
        ] {
            head.set(told);
            assert_eq!(head.get(), told);
        }
    }

    #[test]
    fn the_render_waits_for_the_answer_and_not_for_a_worker_that_is_gone() {
        let shared = Shared::new();
        let (inbox, messages) = bounded(4);
        let worker = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || {
                for _ in 0..100 {
                    messages.recv().expect("a call");
                    let asked = shared.asked().expect("a question");
                    shared.answer(asked);
                }
                shared.close();
            }
        });
        for _ in 0..100 {
            assert!(shared.meet(&inbox));
        }
        worker.join().expect("no panic");
        assert!(!shared.meet(&inbox));
    }
}
