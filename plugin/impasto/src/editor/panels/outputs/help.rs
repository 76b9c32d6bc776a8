//! What each control of the page is called and what it does, in words for artists.

use outputs::Signal;

/// A control of the page; those of a table's column are told apart by their signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// Which signal is shaped.
    Select,
    /// A signal as it is found.
    Found,
    /// A signal as it leaves.
    Leaves,
    /// Whether a signal goes to the host.
    Automate,
    /// A signal's MIDI controller.
    Controller,
    /// A signal on the left channel of the control voltage.
    Left,
    /// As above, on the right.
    Right,
    /// A signal's OSC address.
    Osc,
    /// A signal's slot of light.
    Slot,
    /// How slowly the signal rises.
    Attack,
    /// How slowly it falls.
    Release,
    /// What 0 becomes.
    Low,
    /// What 1 becomes.
    High,
    /// How it is bent.
    Curve,
    /// Turned round.
    Invert,
    /// How signals go to the host.
    Automation,
    /// How often.
    AutomationRate,
    /// The smallest change.
    Deadband,
    /// MIDI at all.
    Midi,
    /// How many bits.
    MidiBits,
    /// The channel.
    MidiChannel,
    /// How often.
    MidiRate,
    /// Where 0 lies on the left.
    LeftPolarity,
    /// How far the left reaches.
    LeftScale,
    /// Where 0 lies on the right.
    RightPolarity,
    /// How far the right reaches.
    RightScale,
    /// OSC out at all.
    OscOut,
    /// Where to.
    OscTarget,
    /// How often.
    OscRate,
    /// OSC in at all.
    OscIn,
    /// Where it is received.
    OscListen,
    /// Who is obeyed.
    OscAllowed,
    /// Light at all.
    Light,
    /// Where to.
    LightTarget,
    /// To a group.
    LightMulticast,
    /// By which network.
    LightInterface,
    /// Which universe.
    LightUniverse,
    /// Who wins.
    LightPriority,
    /// How many bits.
    LightBits,
    /// How often.
    LightRate,
    /// Dark while the host stands still.
    Blackout,
}

impl Control {
    /// What a screen reader calls it; of a table's column, what follows the signal's name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Select => "shape",
            Self::Found => "found",
            Self::Leaves => "level",
            Self::Automate => "to automation",
            Self::Controller => "controller",
            Self::Left => "to left voltage",
            Self::Right => "to right voltage",
            Self::Osc => "OSC address",
            Self::Slot => "light slot",
            Self::Attack => "Attack time",
            Self::Release => "Release time",
            Self::Low => "Low end",
            Self::High => "High end",
            Self::Curve => "Curve of shape",
            Self::Invert => "Inverted",
            Self::Automation => "Automation",
            Self::AutomationRate => "Automation rate",
            Self::Deadband => "Automation deadband",
            Self::Midi => "Send MIDI",
            Self::MidiBits => "MIDI resolution",
            Self::MidiChannel => "MIDI channel",
            Self::MidiRate => "MIDI rate",
            Self::LeftPolarity => "Left polarity",
            Self::LeftScale => "Left scale",
            Self::RightPolarity => "Right polarity",
            Self::RightScale => "Right scale",
            Self::OscOut => "Send OSC",
            Self::OscTarget => "OSC target",
            Self::OscRate => "OSC rate",
            Self::OscIn => "Receive OSC",
            Self::OscListen => "OSC listening address",
            Self::OscAllowed => "OSC allowed senders",
            Self::Light => "Send light",
            Self::LightTarget => "Light target",
            Self::LightMulticast => "Light to a group",
            Self::LightInterface => "Light interface",
            Self::LightUniverse => "Light universe",
            Self::LightPriority => "Light priority",
            Self::LightBits => "Light resolution",
            Self::LightRate => "Light rate",
            Self::Blackout => "Light blackout",
        }
    }
}

/// One control, and of a table's column the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Which.
    pub control: Control,
    /// Of which signal, in the table.
    pub signal: Option<Signal>,
}

impl Field {
    /// Of the table.
    pub fn of(control: Control, signal: Signal) -> Self {
        let signal = Some(signal);
        Self { control, signal }
    }

    /// Unlike that of any other.
    pub fn label(self) -> String {
        let label = self.control.label();
        self.signal.map_or_else(
            || label.to_owned(),
            |signal| format!("{} {label}", signal.name()),
        )
    }
}

impl From<Control> for Field {
    fn from(control: Control) -> Self {
        let signal = None;
        Self { control, signal }
    }
}

/// What a control does, in a sentence or two.
pub fn help_of(control: Control) -> &'static str {
    match control {
        Control::Select => "Shape this signal, below.",
        Control::Found => "As Impasto finds it now, from 0 to 1. A dash: unknown now.",
        Control::Leaves => {
            "As it leaves by automation, MIDI and voltage, after its shape. The mark shows \
             what was found."
        }
        Control::Automate => {
            "Move the output parameter of this signal, so that the host can record it. Works \
             while Automation is not off."
        }
        Control::Controller => {
            "The MIDI controller that carries this signal, 0 to 119; empty for none. \
             Controller 1 is the modulation wheel. Press Enter to apply."
        }
        Control::Left => {
            "Put this signal on the left channel of the output bus Control, as a voltage. \
             Click again to take it off."
        }
        Control::Right => {
            "Put this signal on the right channel of the output bus Control, as a voltage. \
             Click again to take it off."
        }
        Control::Osc => "Where this signal is found in OSC. All signals are sent while OSC is on.",
        Control::Slot => {
            "The slot, or DMX address, that this signal dims, 1 to 512; empty for none. Press \
             Enter to apply."
        }
        Control::Attack => "How slowly the signal rises: after this time most of the way is done.",
        Control::Release => "How slowly the signal falls: after this time most of the way is done.",
        Control::Low => {
            "What the lowest value becomes. Set Low above High and the signal runs the other way."
        }
        Control::High => "What the highest value becomes.",
        Control::Curve => {
            "0 is straight. Above, small values grow slowly, as a dimmer wants it; below, \
             large ones do."
        }
        Control::Invert => "Low becomes high and high becomes low.",
        Control::Automation => crate::params::help("automation"),
        Control::AutomationRate => {
            "The most values a second that the host is told, of each signal."
        }
        Control::Deadband => {
            "Changes smaller than this are not told: larger keeps automation lanes light."
        }
        Control::Midi => {
            "Send the signals as MIDI control changes, from the plug-in's MIDI output. Route \
             that to an instrument, or record it."
        }
        Control::MidiBits => {
            "7 bits are 128 steps, and every instrument understands them. 14 bits glide, for \
             controllers below 32 alone; the other half goes 32 controllers higher."
        }
        Control::MidiChannel => "The MIDI channel, 1 to 16.",
        Control::MidiRate => "The most values a second, of each signal.",
        Control::LeftPolarity | Control::RightPolarity => {
            "Unipolar: from 0 V up. Bipolar: from below to above, with the middle at 0 V."
        }
        Control::LeftScale | Control::RightScale => {
            "How far the voltage reaches, in parts of what the interface's output can give. \
             Begin small."
        }
        Control::OscOut => {
            "Send the signals over the network, to Max, TouchDesigner, QLab and the like."
        }
        Control::OscTarget => {
            "The machine and port that receive, as 192.168.1.20:9000. Numbers only: names are \
             not looked up. Press Enter to apply."
        }
        Control::OscRate => "The most bundles a second.",
        Control::OscIn => {
            "Obey messages from the network: load a painting, freeze, trigger, set parameters."
        }
        Control::OscListen => {
            "The address of this machine and the port to receive at: 127.0.0.1 for programs \
             here alone, 0.0.0.0 for all of its networks. Press Enter to apply."
        }
        Control::OscAllowed => {
            "The addresses of the machines that are obeyed, with commas between; all others \
             are only counted. Press Enter to apply."
        }
        Control::Light => {
            "Send the signals to lights, by sACN (E1.31), which most desks and nodes take."
        }
        Control::LightTarget => {
            "The address of the desk or node that receives. Numbers only. Press Enter to apply."
        }
        Control::LightMulticast => {
            "Send to everybody who listens to this universe, and not to one machine alone. \
             Ask whoever runs the network first."
        }
        Control::LightInterface => {
            "This machine's address on the network of the lights; empty leaves the choice to \
             the system. Press Enter to apply."
        }
        Control::LightUniverse => "The universe, 1 to 63999, as it is set at the receiver.",
        Control::LightPriority => {
            "Where several send to one universe the highest counts: 0 to 200, 100 is usual."
        }
        Control::LightBits => {
            "8 bits take one slot and have 256 steps. 16 bits take two, coarse then fine, and \
             glide."
        }
        Control::LightRate => "The most packets a second; DMX carries 44.",
        Control::Blackout => "Let the slots go dark while the host's transport stands still.",
    }
}
