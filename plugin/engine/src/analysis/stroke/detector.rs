//! When a stroke begins and ends, and how hard it is.

use crate::units::SampleRate;

use super::StrokeSettings;
use super::bands::Bands;
use super::floor::{Floor, step};
use super::lanes::{LANES, Lanes, decibels, each, follow, log2, power};

/// What happens at a sample of the slice that was given to
/// [`StrokeDetector::process`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StrokeEvent {
    /// The brush has touched the canvas, or has struck anew without a lift.
    Start {
        /// The sample.
        offset: usize,
        /// 0..=1, as far as it is known yet: the brush has barely landed.
        strength: f32,
    },
    /// The landing is over: what a note's velocity is made of. Once a stroke,
    /// 4 ms after its start.
    Sized {
        /// The sample.
        offset: usize,
        /// 0..=1: the most since the start.
        strength: f32,
        /// 0..=1: dull to bright.
        brightness: f32,
    },
    /// The brush has been silent for the hold time, or strikes anew: then a start at
    /// the same sample follows.
    End {
        /// The sample.
        offset: usize,
    },
}

/// Time constant of the powers that are compared, in seconds.
const FAST_SECONDS: f64 = 0.000_7;
/// Time constant of pressure and brightness, in seconds.
const TOUCH_SECONDS: f64 = 0.01;
/// From a start to what a note's velocity is made of, in seconds.
const SCAN_SECONDS: f64 = 0.004;
/// The shortest time from one start to the next, in seconds.
const REFRACTORY_SECONDS: f64 = 0.06;
/// The shortest time from a start to one without a lift between, in seconds.
const ACCENT_REFRACTORY_SECONDS: f64 = 0.1;
/// A silence of this many seconds, or of half the hold time if that is more, parts two
/// strokes though the first has not ended: strokes may follow one another fast.
const GAP_SECONDS: f64 = 0.035;
/// At first, the noise is listened to this long before anything is a stroke, or until
/// it has been far below the gate for the shorter time; in seconds.
const WARM_SECONDS: f64 = 0.06;
const QUIET_SECONDS: f64 = 0.005;
/// A rise is listened to this long before it is judged, as a knock's click comes before
/// its modes; and this long at most if it may be a knock; in seconds.
const LISTEN_SECONDS: f64 = 0.001;
const DOUBT_SECONDS: f64 = 0.004;
/// A sound that has not come down by [`STEADY_RATIO`] for this long is noise, in seconds.
const STEADY_SECONDS: f64 = 12.0;
const STEADY_RATIO: f32 = 4.0;
const STEADY_PARTS: usize = 8;

/// The flux, in octaves of power, that begins a stroke at least, and that always does
/// (music from a loudspeaker moves as much as strokes; a stroke that does not sound is
/// worse than a beat that does); how many standard deviations of the noise's flux it
/// must lie above its mean between the two; and what an accent within a stroke needs.
const LEAST_FLUX: f32 = 1.2;
const MOST_FLUX: f32 = 4.0;
const DEVIATIONS: f32 = 7.0;
const ACCENT_FLUX: f32 = 3.6;
/// A band's weight in the flux: the wider the band, the less its power trembles.
const WEIGHTS: Lanes = [0.0, 0.3, 0.6, 1.0, 1.0, 1.0, 1.0, 1.0];
/// What is above this lane is hardly moved by an easel's modes.
const CLEAR_LANE: usize = 3;
/// More power below friction than this many times that above is a knock's way to begin;
/// one that has so much more is nothing else.
const KNOCK_RATIO: f32 = 1.5;
const SURE_KNOCK_RATIO: f32 = 20.0;
/// Friction goes on or grows; a click has fallen below this share of its peak when it has
/// been listened to.
const CLICK_SHARE: f32 = 0.55;
/// How fast what a rise is measured against falls, in dB a second: while a stroke
/// lasts (slips and weave come back within 50 ms), and otherwise.
const HELD_FALL_DB: f32 = 60.0;
const FREE_FALL_DB: f32 = 1000.0;
/// Time constant with which it rises, in seconds.
const HELD_RISE_SECONDS: f64 = 0.005;
/// A stroke has ended below its peak by this ratio of powers, the peak falling by
/// [`PEAK_FALL_DB`] a second, ...
const END_BELOW_PEAK: f32 = 1.0 / 400.0;
const PEAK_FALL_DB: f32 = 20.0;
/// ... or below the gate by this one, or where its bands are this many octaves of power
/// above the noise, over [`CALM_SECONDS`].
const END_BELOW_GATE: f32 = 0.25;
const END_FLUX: f32 = 0.6;
const CALM_SECONDS: f64 = 0.004;

/// Where a stroke is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    /// The noise is not known yet.
    Warm {
        hops: u32,
        quiet: u32,
    },
    Up,
    /// Something has landed: a brush, or a knock.
    Landing(Landing),
    Down(Down),
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Landing {
    /// Hops since the rise.
    hops: u32,
    /// Highest power where an easel's modes hardly reach.
    loudest: f32,
}

/// What has landed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Verdict {
    Brush,
    Knock,
    Unknown(Landing),
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Down {
    /// Hops since the start.
    hops: u32,
    /// Hops since the stroke was last heard.
    quiet: u32,
    /// Highest power, falling.
    peak: f32,
    /// A rise within the stroke: an accent, or a knock.
    landing: Option<Landing>,
}

/// Times in hops, and what followers take over a hop.
#[derive(Clone)]
struct Times {
    hop_seconds: f64,
    fast: f32,
    calm: f32,
    touch: f32,
    rise: f32,
    held_fall: f32,
    free_fall: f32,
    peak_fall: f32,
    hold: u32,
    gap: u32,
}

impl Times {
    fn new(hop_seconds: f64) -> Self {
        let fall = |db_a_second: f32| power(-db_a_second * hop_seconds as f32);
        Self {
            hop_seconds,
            fast: step(FAST_SECONDS, hop_seconds),
            calm: step(CALM_SECONDS, hop_seconds),
            touch: step(TOUCH_SECONDS, hop_seconds),
            rise: step(HELD_RISE_SECONDS, hop_seconds),
            held_fall: fall(HELD_FALL_DB),
            free_fall: fall(FREE_FALL_DB),
            peak_fall: fall(PEAK_FALL_DB),
            hold: 1,
            gap: 1,
        }
    }

    fn hops(&self, seconds: f64) -> u32 {
        (seconds / self.hop_seconds).round().max(1.0) as u32
    }
}

/// Finds strokes in the signal of a contact microphone.
///
/// Events do not depend on how the signal is split into slices. Nothing is allocated
/// after [`StrokeDetector::new`].
#[derive(Clone)]
pub struct StrokeDetector {
    bands: Bands,
    settings: StrokeSettings,
    times: Times,
    /// Power below which nothing is a stroke.
    gate: f32,
    floor: Floor,
    /// Each band's power now, over about a millisecond.
    fast: Lanes,
    /// The same over 4 ms and over 10 ms.
    calm: Lanes,
    touch: Lanes,
    /// Each band's recent power, which a rise is measured against.
    held: Lanes,
    state: State,
    /// Hops since the last start.
    since: u32,
    steady: Steady,
}

impl StrokeDetector {
    /// A detector for a signal of `rate`, with the default settings.
    pub fn new(rate: SampleRate) -> Self {
        let bands = Bands::new(rate);
        let times = Times::new(bands.hop_seconds());
        let mut detector = Self {
            floor: Floor::new(bands.hop_seconds()),
            steady: Steady::new(times.hops(STEADY_SECONDS / STEADY_PARTS as f64)),
            bands,
            settings: StrokeSettings::default(),
            times,
            gate: 0.0,
            fast: [0.0; LANES],
            calm: [0.0; LANES],
            touch: [0.0; LANES],
            held: [0.0; LANES],
            state: State::WARM,
            since: u32::MAX,
        };
        detector.set_settings(&StrokeSettings::default());
        detector
    }

    /// Takes other settings from the next sample on; a stroke goes on.
    pub fn set_settings(&mut self, settings: &StrokeSettings) {
        self.settings = *settings;
        self.gate = power(settings.gate_db());
        let hold = settings.hold.0.clamp(0.005, 60.0);
        self.times.hold = self.times.hops(hold);
        self.times.gap = self.times.hops((hold / 2.0).max(GAP_SECONDS));
    }

    /// Whether the brush is on the canvas.
    pub fn is_down(&self) -> bool {
        matches!(self.state, State::Down(_))
    }

    /// 0..=1: how hard the brush is pressed now, over about 10 ms; 0 between strokes.
    pub fn pressure(&self) -> f32 {
        if self.is_down() {
            self.strength(&self.touch)
        } else {
            0.0
        }
    }

    /// 0..=1: how bright the stroke sounds now, over about 10 ms: the centroid of its
    /// spectrum on a logarithmic scale from 450 Hz to 10 kHz. 0 between strokes.
    pub fn brightness(&self) -> f32 {
        if self.is_down() {
            self.centroid(&self.touch)
        } else {
            0.0
        }
    }

    /// The noise between strokes, in dB of full scale (RMS), as far as it sounds like
    /// friction.
    pub fn floor_db(&self) -> f32 {
        decibels(self.bands.friction(self.floor.power()))
    }

    /// Takes the next samples and gives `sink` what happens in them, in order.
    pub fn process(&mut self, mono: &[f32], sink: &mut impl FnMut(StrokeEvent)) {
        let mut at = 0;
        while at < mono.len() {
            let (count, powers) = self.bands.take(&mono[at..]);
            at += count;
            if let Some(powers) = powers {
                self.hop(&powers, at - 1, sink);
            }
        }
    }

    /// Back to silence, the noise forgotten; the settings stay.
    pub fn reset(&mut self) {
        self.bands.reset();
        self.floor.reset();
        self.steady.reset();
        (self.fast, self.calm) = ([0.0; LANES], [0.0; LANES]);
        (self.touch, self.held) = ([0.0; LANES], [0.0; LANES]);
        (self.state, self.since) = (State::WARM, u32::MAX);
    }

    fn hop(&mut self, powers: &Lanes, offset: usize, sink: &mut impl FnMut(StrokeEvent)) {
        follow(&mut self.fast, powers, self.times.fast);
        follow(&mut self.calm, powers, self.times.calm);
        follow(&mut self.touch, powers, self.times.touch);
        self.since = self.since.saturating_add(1);
        match self.state {
            State::Warm { hops, quiet } => self.warm(hops, quiet),
            State::Up => self.up(),
            State::Landing(landing) => self.landing(landing, offset, sink),
            State::Down(down) => self.down(down, offset, sink),
        }
        self.hold();
    }

    fn warm(&mut self, hops: u32, quiet: u32) {
        let below = self.friction(&self.fast) < END_BELOW_GATE * self.gate;
        let quiet = if below { quiet + 1 } else { 0 };
        self.floor.learn(&self.fast);
        let known = hops >= self.times.hops(WARM_SECONDS);
        self.state = if known || quiet >= self.times.hops(QUIET_SECONDS) {
            State::Up
        } else {
            State::Warm {
                hops: hops + 1,
                quiet,
            }
        };
    }

    fn up(&mut self) {
        let flux = self.flux();
        let bound = self.bound();
        let ready = self.since >= self.times.hops(REFRACTORY_SECONDS);
        if ready && flux > bound && self.excess(&self.fast) > self.gate {
            self.state = State::Landing(self.rise());
            return;
        }
        self.floor.learn(&self.fast);
        self.floor.learn_flux(flux.min(bound));
    }

    fn landing(&mut self, landing: Landing, offset: usize, sink: &mut impl FnMut(StrokeEvent)) {
        match self.judge(landing) {
            Verdict::Unknown(landing) => self.state = State::Landing(landing),
            Verdict::Brush => self.start(offset, sink),
            Verdict::Knock => {
                self.let_ring();
                self.state = State::Up;
            }
        }
    }

    fn rise(&self) -> Landing {
        Landing {
            hops: 0,
            loudest: self.clear(&self.fast),
        }
    }

    /// Tells a brush from a knock, whose click dies at once and leaves the modes.
    fn judge(&self, mut landing: Landing) -> Verdict {
        let clear = self.clear(&self.fast);
        let low = self.fast[0] - self.floor.power()[0];
        landing.hops += 1;
        landing.loudest = landing.loudest.max(clear);
        let heard = landing.hops >= self.times.hops(LISTEN_SECONDS);
        let over = landing.hops >= self.times.hops(DOUBT_SECONDS);
        let loud = self.excess(&self.fast) > self.gate;
        let lasts = loud && clear > CLICK_SHARE * landing.loudest;
        let brush =
            (heard && low < KNOCK_RATIO * clear) || (over && low < SURE_KNOCK_RATIO * clear);
        if lasts && brush {
            Verdict::Brush
        } else if over {
            Verdict::Knock
        } else {
            Verdict::Unknown(landing)
        }
    }

    /// What still rings is no rise.
    fn let_ring(&mut self) {
        self.held = each(|lane| self.held[lane].max(self.fast[lane]));
    }

    fn start(&mut self, offset: usize, sink: &mut impl FnMut(StrokeEvent)) {
        self.since = 0;
        self.steady.reset();
        self.state = State::Down(Down {
            hops: 0,
            quiet: 0,
            peak: self.friction(&self.fast),
            landing: None,
        });
        sink(StrokeEvent::Start {
            offset,
            strength: self.strength(&self.fast),
        });
    }

    fn down(&mut self, mut down: Down, offset: usize, sink: &mut impl FnMut(StrokeEvent)) {
        let now = self.friction(&self.fast);
        down.hops = down.hops.saturating_add(1);
        down.peak = now.max(down.peak * self.times.peak_fall);
        if down.hops == self.times.hops(SCAN_SECONDS) {
            sink(StrokeEvent::Sized {
                offset,
                strength: self.strength_of(down.peak),
                brightness: self.centroid(&self.touch),
            });
        }
        match down.landing.map(|landing| self.judge(landing)) {
            None if self.strikes(&down) => down.landing = Some(self.rise()),
            None => {}
            Some(Verdict::Unknown(landing)) => down.landing = Some(landing),
            Some(Verdict::Knock) => {
                self.let_ring();
                down.landing = None;
            }
            Some(Verdict::Brush) => {
                sink(StrokeEvent::End { offset });
                self.start(offset, sink);
                return;
            }
        }
        let end = (END_BELOW_GATE * self.gate).max(END_BELOW_PEAK * down.peak);
        let silent = now < end || self.flux_over(&self.calm, self.floor.power()) < END_FLUX;
        down.quiet = if silent { down.quiet + 1 } else { 0 };
        self.state = State::Down(down);
        if self.steady.is_noise(self.friction(&self.touch)) {
            self.floor.lift(&self.touch);
            down.quiet = self.times.hold;
        }
        if down.quiet >= self.times.hold && down.landing.is_none() {
            self.state = State::Up;
            sink(StrokeEvent::End { offset });
        }
    }

    /// Whether there is a clear accent within a stroke, or another one after a gap.
    fn strikes(&self, down: &Down) -> bool {
        let parted = down.quiet >= self.times.gap;
        let (wait, bound) = if parted {
            (REFRACTORY_SECONDS, self.bound())
        } else {
            (ACCENT_REFRACTORY_SECONDS, ACCENT_FLUX)
        };
        self.since >= self.times.hops(wait)
            && self.flux() > bound
            && self.excess(&self.fast) > self.gate
    }

    /// The flux that begins a stroke.
    fn bound(&self) -> f32 {
        let noise = self.floor.flux_bound(DEVIATIONS);
        noise.clamp(LEAST_FLUX, MOST_FLUX)
    }

    /// Lets what a rise is measured against go with the signal.
    fn hold(&mut self) {
        let (rise, fall) = match self.state {
            State::Warm { .. } => (self.times.rise, self.times.free_fall),
            State::Up => (0.0, self.times.free_fall),
            State::Landing(_) => (0.0, 1.0),
            State::Down(down) if down.landing.is_some() => (0.0, 1.0),
            State::Down(down) if down.quiet >= self.times.gap => {
                (self.times.rise, self.times.free_fall)
            }
            State::Down(_) => (self.times.rise, self.times.held_fall),
        };
        for lane in 0..LANES {
            let (held, now) = (self.held[lane], self.fast[lane]);
            self.held[lane] = if now > held {
                held + (now - held) * rise
            } else {
                now.max(held * fall)
            };
        }
    }

    /// How much the bands have risen above what they lately were.
    fn flux(&self) -> f32 {
        let noise = self.floor.power();
        self.flux_over(&self.fast, &each(|lane| noise[lane].max(self.held[lane])))
    }

    /// How far `powers` lie above others, in octaves of power: the mean of the
    /// logarithms, so that many bands that rise together count for more than one that
    /// rises far.
    fn flux_over(&self, powers: &Lanes, before: &Lanes) -> f32 {
        // A share of the gate: what is far below it does not rise.
        let least = 0.03 * self.gate + 1e-18;
        let (mut flux, mut total) = (0.0, 0.0);
        for lane in 0..LANES {
            let rise = log2((powers[lane] + least) / (before[lane] + least)).max(0.0);
            flux += WEIGHTS[lane] * rise;
            total += WEIGHTS[lane];
        }
        flux / total
    }

    fn friction(&self, powers: &Lanes) -> f32 {
        self.bands.friction(powers)
    }

    /// The power of friction beyond the noise.
    fn excess(&self, powers: &Lanes) -> f32 {
        (self.friction(powers) - self.friction(self.floor.power())).max(0.0)
    }

    /// The same where an easel's modes hardly reach.
    fn clear(&self, powers: &Lanes) -> f32 {
        let noise = self.floor.power();
        (CLEAR_LANE..LANES)
            .map(|lane| (powers[lane] - noise[lane]).max(0.0))
            .sum()
    }

    fn strength(&self, powers: &Lanes) -> f32 {
        self.strength_of(self.excess(powers))
    }

    fn strength_of(&self, power: f32) -> f32 {
        self.settings.strength(decibels(power))
    }

    fn centroid(&self, powers: &Lanes) -> f32 {
        let noise = self.floor.power();
        let (mut sum, mut weight) = (0.0, 1e-20);
        for lane in 1..LANES {
            let excess = (powers[lane] - noise[lane]).max(0.0);
            sum += excess * self.bands.brightness(lane);
            weight += excess;
        }
        sum / weight
    }
}

impl State {
    const WARM: Self = Self::Warm { hops: 0, quiet: 0 };
}

/// Tells noise that grew from a stroke: the least level of each of some parts of time.
#[derive(Clone)]
struct Steady {
    least: [f32; STEADY_PARTS],
    part: usize,
    hops: u32,
    hops_a_part: u32,
}

impl Steady {
    fn new(hops_a_part: u32) -> Self {
        Self {
            least: [0.0; STEADY_PARTS],
            part: 0,
            hops: 0,
            hops_a_part,
        }
    }

    fn is_noise(&mut self, level: f32) -> bool {
        if self.hops == 0 {
            self.least[self.part] = level;
        }
        self.least[self.part] = self.least[self.part].min(level);
        self.hops += 1;
        if self.hops < self.hops_a_part {
            return false;
        }
        // A part has passed. Those that have not been are zero, and no level is near.
        self.hops = 0;
        self.part = (self.part + 1) % STEADY_PARTS;
        let least = self.least.iter().copied().fold(f32::MAX, f32::min);
        level < STEADY_RATIO * least
    }

    fn reset(&mut self) {
        (self.least, self.part, self.hops) = ([0.0; STEADY_PARTS], 0, 0);
    }
}
