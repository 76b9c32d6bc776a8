//! A player, its cues, and what can be measured of its sound.

use std::sync::{Arc, OnceLock};

use engine::library::StereoClip;
use engine::playback::{
    Cue, CueAudio, CueSender, Mode, PackedClip, Player, PlayerSettings, Role, Touch, WholeSlot,
    cue_channel,
};
use engine::units::{ChunkId, SampleRate, Seconds};

pub const RATE: usize = 48_000;

pub fn rate() -> SampleRate {
    SampleRate::new(RATE as f64).expect("a rate")
}

/// Reproducible choices: a 64-bit linear congruential generator.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(1))
    }

    /// In 0..1.
    pub fn unit(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64 / (1u64 << 24) as f64
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.unit() * limit as f64) as usize
    }
}

/// White noise in ±1.
pub fn noise(seed: u64, len: usize) -> Vec<f32> {
    let mut chance = Chance::new(seed);
    (0..len)
        .map(|_| (chance.unit() * 2.0 - 1.0) as f32)
        .collect()
}

/// Begins at its peak, so that a missing fade is a step.
pub fn cosine(hertz: f64, len: usize) -> Vec<f32> {
    let sample = |at: usize| (std::f64::consts::TAU * hertz * at as f64 / RATE as f64).cos() as f32;
    (0..len).map(sample).collect()
}

pub fn packed(samples: &[f32]) -> Arc<PackedClip> {
    Arc::new(PackedClip::pack(&StereoClip {
        rate: rate(),
        left: samples.to_vec(),
        right: samples.to_vec(),
    }))
}

pub fn settings(mode: Mode) -> PlayerSettings {
    PlayerSettings {
        mode,
        attack: Seconds(0.01),
        release: Seconds(0.1),
        crossfade: Seconds(0.2),
        interval: Seconds(0.3),
        ..PlayerSettings::default()
    }
}

pub fn touch(key: u32, strength: f32) -> Touch {
    Touch { key, strength }
}

pub struct Rig {
    pub sender: CueSender,
    pub player: Player,
}

impl Rig {
    pub fn new(settings: PlayerSettings) -> Self {
        let (sender, receiver) = cue_channel();
        let mut player = Player::new(rate(), receiver);
        player.set_settings(settings);
        Self { sender, player }
    }

    /// A cue whose chunk has the number of its serial.
    pub fn cue(&mut self, serial: u64, role: Role, clip: &Arc<PackedClip>) {
        let audio = CueAudio::of_whole(Arc::clone(clip));
        self.send(serial, role, audio);
    }

    /// A cue of which the first `head` samples are decoded; the rest goes where told.
    pub fn head(&mut self, serial: u64, clip: &Arc<PackedClip>, head: usize) -> Arc<WholeSlot> {
        let slot = Arc::new(OnceLock::new());
        let first = Arc::new(clip.first(head));
        let audio = CueAudio::of_head(first, Arc::clone(&slot), clip.len(), None);
        self.send(serial, Role::Best, audio);
        slot
    }

    fn send(&mut self, serial: u64, role: Role, audio: CueAudio) {
        let cue = Cue::new(serial, role, ChunkId(serial as u32), audio);
        // Refused when too many are on their way, as live.
        let _ = self.sender.send(Box::new(cue));
    }

    pub fn render(&mut self, len: usize) -> Vec<f32> {
        self.render_in(len, 64)
    }

    pub fn render_in(&mut self, len: usize, block: usize) -> Vec<f32> {
        let (mut left, mut right) = (vec![0.0; len], vec![0.0; len]);
        for (left, right) in left.chunks_mut(block).zip(right.chunks_mut(block)) {
            self.player.render(left, right);
        }
        assert_eq!(left, right, "both channels carry the same clip");
        left
    }

    pub fn playing(&self) -> Option<u64> {
        self.player.now_playing().map(|now| now.serial)
    }
}

/// RMS in dB.
pub fn level_db(samples: &[f32]) -> f64 {
    let energy: f64 = samples.iter().map(|s| f64::from(*s).powi(2)).sum();
    10.0 * (energy / samples.len() as f64).log10()
}

/// The largest step from one sample to the next.
pub fn largest_step(samples: &[f32]) -> f32 {
    let steps = samples.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    steps.fold(0.0, f32::max)
}

/// Every 50 ms of `samples` within `tolerance` of `expected`, in dB.
#[track_caller]
pub fn steady(samples: &[f32], expected: f64, tolerance: f64) {
    for (part, samples) in samples.chunks_exact(RATE / 20).enumerate() {
        let level = level_db(samples);
        assert!(
            (level - expected).abs() < tolerance,
            "part {part}: {level} dB, not {expected}"
        );
    }
}
