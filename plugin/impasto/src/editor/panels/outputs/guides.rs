//! How a route is mapped, step by step, host by host. In short what docs/hosts.md,
//! docs/osc.md and docs/light.md say.

use outputs::Way;

/// The steps at one place.
pub struct Guide {
    /// Where they are done.
    pub host: &'static str,
    /// In order.
    pub steps: &'static [&'static str],
    /// Whether we have done so ourselves.
    pub tried: bool,
}

const fn tried(host: &'static str, steps: &'static [&'static str]) -> Guide {
    let tried = true;
    Guide { host, steps, tried }
}

const fn read(host: &'static str, steps: &'static [&'static str]) -> Guide {
    let tried = false;
    Guide { host, steps, tried }
}

const AUTOMATION: [Guide; 6] = [
    tried(
        "Ardour",
        &[
            "Set Automation to Compatibility here, and switch the signal's column on.",
            "In the track, press A, choose Processor automation, Impasto, and the signal.",
            "Set that lane to Touch and roll: what moves is recorded. Then set it to Play.",
        ],
    ),
    read(
        "Ableton Live",
        &[
            "Set Automation to Compatibility, and keep this editor open while you record.",
            "Press Configure on the device, then move the signal below: it appears in the device.",
            "Arm Automation, record in the Arrangement; or map the parameter to a macro.",
        ],
    ),
    read(
        "Bitwig Studio",
        &[
            "In the device's panel find the output parameter, or move the signal below and look \
         which knob turns.",
            "Arm automation writing in the transport and record.",
            "To modulate without recording, map the control voltage instead.",
        ],
    ),
    read(
        "REAPER",
        &[
            "Move the signal below and press Param in the plug-in's window: Last touched is the \
         signal. Show its track envelope.",
            "Set the track to Touch or Latch and record.",
            "Elsewhere: Param, Parameter modulation, Link from MIDI or FX parameter, Impasto.",
        ],
    ),
    read(
        "Cubase",
        &[
            "Set Automation to Compatibility and keep this editor open.",
            "Press W in the plug-in's panel, choose Touch in the automation panel, and record.",
            "For a Quick Control press Learn there, then move the signal below.",
        ],
    ),
    read(
        "another host",
        &[
            "Set Automation to Compatibility: the signal then moves as if a hand turned a knob.",
            "Start the host's parameter learn, then move the signal below: it takes that one.",
            "To record, arm the parameter's lane for touch or latch.",
        ],
    ),
];

const MIDI: [Guide; 5] = [
    tried(
        "Ardour",
        &[
            "Switch Send on here, and give the signal a controller.",
            "Connect the music track's MIDI output to a MIDI track, or to an instrument.",
            "Arm and record; or let the instrument learn while the signal below moves.",
        ],
    ),
    read(
        "Ableton Live",
        &[
            "On a MIDI track choose MIDI From: the music's track, and below it Impasto.",
            "Press MIDI in Live, click what is to follow, then move the signal below.",
            "Keep to controllers 1, 2 and 4: others were reported to be dropped.",
        ],
    ),
    read(
        "Bitwig Studio",
        &[
            "On the track to follow add a Note Receiver with the music's track as its source.",
            "Right-click a knob, Learn controller assignment, then move the signal below.",
        ],
    ),
    read(
        "REAPER",
        &[
            "Send the track's MIDI to another track.",
            "In the other plug-in's window touch the knob, press Param, Learn, then move the \
         signal below.",
        ],
    ),
    read(
        "another host",
        &[
            "Route the plug-in's MIDI output to the track or instrument that is to follow.",
            "Start MIDI learn there, then move the signal below: only its controller is sent.",
        ],
    ),
];

const VOLTAGE: [Guide; 4] = [
    tried(
        "Ardour",
        &[
            "Connect outputs 5 and 6 of the track, and keep them away from the master.",
            "Bypass the track's panner, or the mix gets into the voltage.",
            "Move the signal below, and look at the meter of what you have connected.",
        ],
    ),
    read(
        "Bitwig Studio",
        &[
            "Add the plug-in's output Control as a chain.",
            "On any device add the modulator Audio Rate with that chain as its source, and \
         switch Rectify off.",
            "Move the signal below: the modulator's scope goes up and down.",
        ],
    ),
    read(
        "Ableton Live",
        &[
            "On an audio track choose Audio From: Impasto, Control; monitor In; no output.",
            "Put Envelope Follower (Max for Live) on it and press Map.",
            "Move the signal below, and set its range.",
        ],
    ),
    read(
        "a modular synthesizer",
        &[
            "Send the output Control to an output that passes direct current, and to no \
         loudspeaker.",
            "Begin with a small Scale. Patch it to the input to be moved.",
            "Move the signal below, and raise Scale until the range is right.",
        ],
    ),
];

const OSC: [Guide; 4] = [
    read(
        "TouchDesigner",
        &[
            "Put the address of that computer and a port in To.",
            "Add an OSC In CHOP with that port.",
            "Move the signal below: its channel appears, named as in the column OSC.",
        ],
    ),
    read(
        "Max",
        &[
            "Put the address of that computer and a port in To.",
            "Use [udpreceive PORT] and [route /impasto/congruity].",
            "Move the signal below: a number from 0 to 1 comes out.",
        ],
    ),
    read(
        "QLab",
        &[
            "Put the address of that computer and a port in To.",
            "In QLab use OSC controls, Capture, then move the signal below.",
        ],
    ),
    tried(
        "another program",
        &[
            "Put the address and port of the program that receives in To.",
            "Each signal is a float from 0 to 1 at the address that its row shows.",
            "Move the signal below: only its address is sent.",
        ],
    ),
];

const LIGHT: [Guide; 2] = [
    tried(
        "a desk or node (sACN)",
        &[
            "Put its address in To, and the universe that it listens to in Universe.",
            "Give the signal a slot: the DMX address of the dimmer.",
            "Move the signal below: that dimmer goes up and down.",
            "If nothing moves: is another source of higher priority sending?",
        ],
    ),
    read(
        "a visualiser on this computer",
        &[
            "Leave 127.0.0.1 in To, and choose sACN as the visualiser's input.",
            "Patch a dimmer at the signal's slot, then move the signal below.",
        ],
    ),
];

/// The guides of a route; there is one at least.
pub fn of(way: Way) -> &'static [Guide] {
    match way {
        Way::Automation => &AUTOMATION,
        Way::Midi => &MIDI,
        Way::Voltage => &VOLTAGE,
        Way::Osc => &OSC,
        Way::Light => &LIGHT,
    }
}
