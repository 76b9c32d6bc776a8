//! Which signal takes which route, and how: what a project remembers.
//!
//! All routes are off at first. Fields may be added without a new version of the saved
//! record: what is missing takes its default, what is unknown is ignored.

use serde::{Deserialize, Serialize};

use crate::cc::LSB_OFFSET;
use crate::shape::{Shape, within};
use crate::signal::{PerSignal, Signal};

/// The last controller that is not a channel mode message.
pub const LAST_CONTROLLER: u8 = 119;

/// All routes but the mode of automation, which is a parameter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OutputSettings {
    /// What is done to each signal before it takes any route.
    pub shapes: PerSignal<Shape>,
    /// Automation.
    pub automation: AutomationSettings,
    /// MIDI control change.
    pub cc: CcSettings,
    /// The two channels of the control voltage's bus.
    pub cv: [CvChannel; 2],
    /// OSC.
    pub osc: OscSettings,
    /// Light.
    pub light: LightSettings,
}

/// Which values go to the host as automation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AutomationSettings {
    /// The most values a second for each signal, 1..=100.
    pub rate: f32,
    /// The smallest change that is sent, 0..=0.2.
    pub deadband: f32,
    /// Which signals.
    pub signals: PerSignal<bool>,
}

impl Default for AutomationSettings {
    /// Congruity alone: every value may enter the host's undo history.
    fn default() -> Self {
        let mut signals = PerSignal::default();
        signals[Signal::Congruity] = true;
        Self {
            rate: 30.0,
            deadband: 0.005,
            signals,
        }
    }
}

/// How many bits a control change carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CcResolution {
    /// Seven.
    #[default]
    Coarse,
    /// Fourteen, for controllers below 32; the others have seven.
    Fine,
}

/// MIDI control change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CcSettings {
    /// Whether anything is sent.
    pub enabled: bool,
    /// How many bits.
    pub resolution: CcResolution,
    /// 1..=16.
    pub channel: u8,
    /// The most values a second for each signal, 1..=200.
    pub rate: f32,
    /// Each signal's controller, 0..=119.
    pub controllers: PerSignal<Option<u8>>,
}

impl Default for CcSettings {
    /// Congruity on controller 1, the modulation wheel, which every host passes.
    fn default() -> Self {
        let mut controllers = PerSignal::default();
        controllers[Signal::Congruity] = Some(1);
        Self {
            enabled: false,
            resolution: CcResolution::Coarse,
            channel: 1,
            rate: 50.0,
            controllers,
        }
    }
}

/// Where 0 and 1 lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Polarity {
    /// From 0 to the scale.
    #[default]
    Unipolar,
    /// From minus the scale to the scale.
    Bipolar,
}

/// One channel of control voltage.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CvChannel {
    /// Which signal; `None` is 0 V.
    pub source: Option<Signal>,
    /// Where 0 and 1 lie.
    pub polarity: Polarity,
    /// The largest sample, 0..=1 of full scale.
    pub scale: f32,
}

impl Default for CvChannel {
    fn default() -> Self {
        Self {
            source: None,
            polarity: Polarity::Unipolar,
            scale: 1.0,
        }
    }
}

/// Open Sound Control over UDP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OscSettings {
    /// Whether signals are sent.
    pub enabled: bool,
    /// Where to: an IP address and a port.
    pub target: String,
    /// The most bundles a second, 1..=200.
    pub rate: f32,
    /// Whether messages are received.
    pub listening: bool,
    /// The address and port to receive at.
    pub listen: String,
    /// IP addresses whose messages are obeyed; of all others they are only counted.
    pub allowed: Vec<String>,
}

impl Default for OscSettings {
    /// Off, and if on, this machine alone.
    fn default() -> Self {
        Self {
            enabled: false,
            target: "127.0.0.1:9000".to_owned(),
            rate: 50.0,
            listening: false,
            listen: "127.0.0.1:9001".to_owned(),
            allowed: vec!["127.0.0.1".to_owned()],
        }
    }
}

/// How many slots of a universe a signal takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SlotResolution {
    /// One.
    #[default]
    Coarse,
    /// Two: coarse, then fine.
    Fine,
}

/// Light by Streaming ACN (ANSI E1.31).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LightSettings {
    /// Whether anything is sent.
    pub enabled: bool,
    /// Where to, if not to the universe's multicast group: an IP address, and a port
    /// unless it is 5568.
    pub target: String,
    /// To the universe's multicast group instead of the target.
    pub multicast: bool,
    /// This machine's IPv4 address on the network that carries the group; empty leaves
    /// the choice to the system.
    pub interface: String,
    /// 1..=63999.
    pub universe: u16,
    /// 0..=200; where several send to one universe the highest counts.
    pub priority: u8,
    /// How many slots each signal takes.
    pub resolution: SlotResolution,
    /// The most packets a second, 1..=44, which is what DMX512 can carry.
    pub rate: f32,
    /// Each signal's slot, 1..=512.
    pub slots: PerSignal<Option<u16>>,
    /// All slots go to 0 while the host's transport stands still.
    pub blackout: bool,
}

impl Default for LightSettings {
    /// Off, and if on, this machine alone; congruity in the first slot.
    fn default() -> Self {
        let mut slots = PerSignal::default();
        slots[Signal::Congruity] = Some(1);
        Self {
            enabled: false,
            target: "127.0.0.1".to_owned(),
            multicast: false,
            interface: String::new(),
            universe: 1,
            priority: 100,
            resolution: SlotResolution::Coarse,
            rate: 40.0,
            slots,
            blackout: true,
        }
    }
}

impl OutputSettings {
    /// With every number in its range: a damaged project, or a hand that slips, must not
    /// flood a host or a network. Addresses are left as they are; who opens them says
    /// what is wrong with them.
    pub fn checked(mut self) -> Self {
        for shape in &mut self.shapes.0 {
            *shape = shape.checked();
        }
        self.automation = self.automation.checked();
        self.cc = self.cc.checked();
        for channel in &mut self.cv {
            channel.scale = within(channel.scale, 0.0, 1.0, 1.0);
        }
        self.osc.rate = within(self.osc.rate, 1.0, 200.0, 50.0);
        self.light = self.light.checked();
        self
    }
}

impl AutomationSettings {
    /// Within the ranges.
    pub fn checked(mut self) -> Self {
        self.rate = within(self.rate, 1.0, 100.0, 30.0);
        self.deadband = within(self.deadband, 0.0, 0.2, 0.005);
        self
    }
}

impl CcSettings {
    /// Within the ranges, and no two signals on one controller: the first keeps it.
    pub fn checked(mut self) -> Self {
        self.channel = self.channel.clamp(1, 16);
        self.rate = within(self.rate, 1.0, 200.0, 50.0);
        let mut taken = Vec::new();
        for place in &mut self.controllers.0 {
            let Some(controller) = place.filter(|number| *number <= LAST_CONTROLLER) else {
                *place = None;
                continue;
            };
            let fine = self.resolution == CcResolution::Fine && controller < LSB_OFFSET;
            let wanted = [Some(controller), fine.then_some(controller + LSB_OFFSET)];
            if wanted.iter().flatten().any(|number| taken.contains(number)) {
                *place = None;
            } else {
                taken.extend(wanted.into_iter().flatten());
            }
        }
        self
    }
}

impl LightSettings {
    /// Within the ranges, and no two signals in one slot: the first keeps it. A signal
    /// whose slot does not exist has none.
    pub fn checked(mut self) -> Self {
        self.universe = self.universe.clamp(1, 63_999);
        self.priority = self.priority.min(200);
        self.rate = within(self.rate, 1.0, 44.0, 40.0);
        let width = match self.resolution {
            SlotResolution::Coarse => 1,
            SlotResolution::Fine => 2,
        };
        let mut taken: Vec<u16> = Vec::new();
        for place in &mut self.slots.0 {
            let free = |slot: &u16| taken.iter().all(|other| slot.abs_diff(*other) >= width);
            *place = place.filter(|slot| (1..=513 - width).contains(slot) && free(slot));
            taken.extend(*place);
        }
        self
    }
}

/// The part of the settings that the audio thread works by. No heap: it is copied.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AudioSettings {
    /// Of every signal.
    pub shapes: PerSignal<Shape>,
    /// Automation.
    pub automation: AutomationSettings,
    /// MIDI control change.
    pub cc: CcSettings,
    /// Control voltage.
    pub cv: [CvChannel; 2],
}

impl From<&OutputSettings> for AudioSettings {
    fn from(settings: &OutputSettings) -> Self {
        Self {
            shapes: settings.shapes,
            automation: settings.automation,
            cc: settings.cc,
            cv: settings.cv,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_off_at_first() {
        let settings = OutputSettings::default();
        assert!(!settings.cc.enabled && !settings.osc.enabled && !settings.osc.listening);
        assert!(!settings.light.enabled && !settings.light.multicast);
        assert!(settings.cv.iter().all(|channel| channel.source.is_none()));
        assert_eq!(
            settings.clone().checked(),
            settings,
            "the default is in range"
        );
    }

    #[test]
    fn writing_and_reading_change_nothing_and_what_is_missing_is_default() {
        let mut settings = OutputSettings::default();
        settings.cv[1].source = Some(Signal::Brush);
        settings.cc.controllers[Signal::Valence] = Some(74);
        let written = serde_json::to_string(&settings).expect("written");
        let read: OutputSettings = serde_json::from_str(&written).expect("read");
        assert_eq!(read, settings);
        let read: OutputSettings =
            serde_json::from_str(r#"{"cc": {"enabled": true}, "smell": 1}"#).expect("read");
        assert_eq!(read.cc.controllers[Signal::Congruity], Some(1));
    }

    #[test]
    fn numbers_are_brought_into_range() {
        let read: OutputSettings = serde_json::from_str(
            r#"{"automation": {"rate": 1e9, "deadband": -1},
                "cc": {"channel": 0, "rate": 0, "controllers": {"brush": 120}},
                "light": {"universe": 0, "priority": 255, "slots": {"brush": 513}},
                "cv": [{"scale": 1e30}, {}]}"#,
        )
        .expect("read");
        let checked = read.checked();
        assert_eq!(checked.automation.rate, 100.0);
        assert_eq!(checked.automation.deadband, 0.0);
        assert_eq!((checked.cc.channel, checked.cc.rate), (1, 1.0));
        assert_eq!(checked.cc.controllers[Signal::Brush], None);
        assert_eq!((checked.light.universe, checked.light.priority), (1, 200));
        assert_eq!(checked.light.slots[Signal::Brush], None);
        assert_eq!(checked.cv[0].scale, 1.0);
    }

    #[test]
    fn a_controller_belongs_to_one_signal() {
        let mut cc = CcSettings::default();
        cc.controllers[Signal::Valence] = Some(1);
        cc.controllers[Signal::Brush] = Some(33);
        let coarse = cc.checked();
        assert_eq!(coarse.controllers[Signal::Valence], None);
        assert_eq!(coarse.controllers[Signal::Brush], Some(33));
        cc.resolution = CcResolution::Fine;
        // 33 is the lower half of 1.
        assert_eq!(cc.checked().controllers[Signal::Brush], None);
    }

    #[test]
    fn a_slot_belongs_to_one_signal() {
        let mut light = LightSettings::default();
        light.slots[Signal::Network] = Some(2);
        light.slots[Signal::Valence] = Some(1);
        light.slots[Signal::Arousal] = Some(512);
        let coarse = light.clone().checked();
        assert_eq!(coarse.slots[Signal::Network], Some(2));
        assert_eq!(coarse.slots[Signal::Valence], None);
        assert_eq!(coarse.slots[Signal::Arousal], Some(512));
        light.resolution = SlotResolution::Fine;
        let fine = light.checked();
        // 2 is the lower half of 1, and 512 has no lower half.
        assert_eq!(fine.slots[Signal::Network], None);
        assert_eq!(fine.slots[Signal::Arousal], None);
    }
}
