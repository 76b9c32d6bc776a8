//! How snippets start and end.

use crate::units::{SampleRate, Seconds};

/// The most voices that may be held at once.
pub const MAX_POLYPHONY: usize = 8;

/// How long a stolen voice fades: short enough to be gone before the next can
/// be stolen, long enough not to click.
const STEAL: Seconds = Seconds(0.008);

/// How long before the end of a snippet's head the rest has to be there: the fade-out
/// without it, and the glide to the level that is known with it.
const HANDOVER: Seconds = Seconds(0.02);

/// How long level and tone take to follow a change of pressure. Slower than any
/// audible modulation of their own, faster than a hand.
const FOLLOW: Seconds = Seconds(0.015);

/// How much a grid line may come before the interval is over: lines are whole
/// samples, and the tempo that a host tells is rounded.
const EARLY: Seconds = Seconds(0.01);

/// What makes a snippet start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Nothing does; what sounds fades out.
    Off,
    /// While the player is [active](super::Player::set_active), one snippet follows
    /// the other: a new cue crossfades in as soon as the interval allows, and
    /// a clip that ends is followed by the cue that is ready.
    #[default]
    Continuous,
    /// [`Player::start`](super::Player::start) starts the cue that is ready; it plays
    /// to its end or until the next one takes its voice.
    Triggered,
    /// [`Player::start`](super::Player::start) starts the cue that is ready, and it is
    /// held until [`Player::end`](super::Player::end): where a snippet ends before
    /// that, the next one crossfades in.
    Gated,
}

/// How snippets start and end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlayerSettings {
    /// What starts them.
    pub mode: Mode,
    /// Fade-in of a snippet that something started, and of a continuous one that
    /// starts out of silence.
    pub attack: Seconds,
    /// Fade-out of a triggered snippet, at its end and when the next starts; of a
    /// gated one when its stroke ends.
    pub release: Seconds,
    /// Length of a crossfade in continuous mode, and from one snippet to the next
    /// within a gated stroke.
    pub crossfade: Seconds,
    /// The least time between two starts in continuous mode; a crossfade is
    /// never cut short by the next, so it is at least `crossfade`.
    pub interval: Seconds,
    /// Voices that may be held at once, 1..=[`MAX_POLYPHONY`]. With one, each start
    /// releases what sounds; with more they overlap, and the faintest is stolen where
    /// they are too many.
    pub polyphony: usize,
    /// How much of the level a touch decides, 0..=1: at 0 all are at full level, at
    /// 1 they go from −30 dB (strength 0) to full.
    pub touch_level: f32,
    /// How much of the brightness a touch decides, 0..=1: at 0 nothing is filtered,
    /// at 1 a low-pass goes from 700 Hz (strength 0) to open.
    pub touch_tone: f32,
    /// In continuous mode: a new cue comes in at
    /// [`Player::advance`](super::Player::advance) only.
    pub on_grid: bool,
}

impl Default for PlayerSettings {
    fn default() -> Self {
        Self {
            mode: Mode::Continuous,
            attack: Seconds(0.003),
            release: Seconds(0.25),
            crossfade: Seconds(0.5),
            interval: Seconds(2.0),
            polyphony: 1,
            touch_level: 0.0,
            touch_tone: 0.0,
            on_grid: false,
        }
    }
}

impl PlayerSettings {
    /// In 1..=[`MAX_POLYPHONY`].
    pub(super) fn voices(&self) -> usize {
        self.polyphony.clamp(1, MAX_POLYPHONY)
    }
}

/// The settings in samples.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lengths {
    pub attack: usize,
    pub release: usize,
    pub crossfade: usize,
    pub interval: usize,
    pub steal: usize,
    pub handover: usize,
    pub follow: usize,
    pub early: usize,
}

impl Lengths {
    pub(super) fn new(settings: &PlayerSettings, rate: SampleRate) -> Self {
        let samples = |time: Seconds| ((time.0.max(0.0) * rate.hz()).round() as usize).max(1);
        let crossfade = samples(settings.crossfade);
        Self {
            attack: samples(settings.attack),
            release: samples(settings.release),
            crossfade,
            interval: samples(settings.interval).max(crossfade),
            steal: samples(STEAL),
            handover: samples(HANDOVER),
            follow: samples(FOLLOW),
            early: samples(EARLY),
        }
    }
}
