//! OSC that comes in: packets from the network to commands.
//!
//! Anything may come. How deep bundles lie in bundles and how much a packet holds is
//! looked at before anything is decoded, as decoders call themselves for what is nested.
//! A packet with a fault anywhere is dropped whole. The time tags of bundles are not
//! waited for: what comes is obeyed at once. Address patterns are not expanded.

use std::path::{Path, PathBuf};

use rosc::{OscMessage, OscPacket, OscType, decoder};

use super::osc_out::ROOT;

/// The longest packet, in bytes.
pub const LONGEST: usize = 4096;
/// Bundles may lie this deep in bundles.
const DEEPEST: usize = 4;
/// As many messages as a packet may have.
const MOST_MESSAGES: usize = 64;
/// As many arguments as a message may have.
const MOST_ARGUMENTS: usize = 16;
/// The longest id of a parameter, in bytes.
const LONGEST_ID: usize = 64;
/// What a bundle begins with, before its time tag.
const BUNDLE: &[u8] = b"#bundle\0";

/// What the sender wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// The painting in this file of this machine, an absolute path, is to be loaded.
    LoadPainting(PathBuf),
    /// No painting.
    ClearPainting,
    /// The painting is to be read from its file again.
    ReloadPainting,
    /// What plays is held, or let go.
    Freeze(bool),
    /// A touch begins or ends.
    Trigger(bool),
    /// A parameter is to be set.
    Parameter {
        /// Its id.
        id: String,
        /// 0..=1 of its range.
        value: f32,
    },
}

/// What a packet says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Incoming {
    /// In their order.
    pub commands: Vec<Command>,
    /// Everything is to be sent again.
    pub refresh: bool,
    /// Messages that mean nothing here.
    pub ignored: u64,
}

/// No OSC, or more than is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// Reads a packet.
///
/// # Errors
/// If it is no OSC, longer than [`LONGEST`], or too deep or too many.
pub fn decode(packet: &[u8]) -> Result<Incoming, Malformed> {
    if packet.len() > LONGEST {
        return Err(Malformed);
    }
    let mut messages = Vec::new();
    split(packet, 0, &mut messages)?;
    let mut incoming = Incoming::default();
    for bytes in messages {
        let message = read(bytes)?;
        match meaning(&message) {
            Some(Meaning::Command(command)) => incoming.commands.push(command),
            Some(Meaning::Refresh) => incoming.refresh = true,
            Some(Meaning::Released) => {}
            None => incoming.ignored += 1,
        }
    }
    Ok(incoming)
}

/// The messages within a packet, still encoded (OSC 1.0, "OSC Bundles").
fn split<'a>(
    packet: &'a [u8],
    depth: usize,
    messages: &mut Vec<&'a [u8]>,
) -> Result<(), Malformed> {
    let Some(bundle) = packet.strip_prefix(BUNDLE) else {
        if messages.len() == MOST_MESSAGES {
            return Err(Malformed);
        }
        messages.push(packet);
        return Ok(());
    };
    if depth == DEEPEST {
        return Err(Malformed);
    }
    let (_time, mut rest) = bundle.split_at_checked(8).ok_or(Malformed)?;
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<4>().ok_or(Malformed)?;
        let length = u32::from_be_bytes(*length) as usize;
        if !length.is_multiple_of(4) {
            return Err(Malformed);
        }
        let (element, after) = after.split_at_checked(length).ok_or(Malformed)?;
        split(element, depth + 1, messages)?;
        rest = after;
    }
    Ok(())
}

fn read(bytes: &[u8]) -> Result<OscMessage, Malformed> {
    let tags = type_tags(bytes).ok_or(Malformed)?;
    // Nothing here takes a list, and lists in lists are nested without end.
    if tags.len() > MOST_ARGUMENTS + 1 || tags.contains(&b'[') {
        return Err(Malformed);
    }
    match decoder::decode_udp(bytes) {
        Ok(([], OscPacket::Message(message))) => Ok(message),
        _ => Err(Malformed),
    }
}

/// The second of the two strings that a message begins with.
fn type_tags(bytes: &[u8]) -> Option<&[u8]> {
    let address = bytes.iter().position(|byte| *byte == 0)?;
    let rest = bytes.get((address / 4 + 1) * 4..)?;
    let end = rest.iter().position(|byte| *byte == 0)?;
    Some(&rest[..end])
}

enum Meaning {
    Command(Command),
    Refresh,
    /// The end of a press, where only its beginning counts.
    Released,
}

fn meaning(message: &OscMessage) -> Option<Meaning> {
    let address = message.addr.strip_prefix(ROOT)?;
    let args = message.args.as_slice();
    let command = match address {
        "/painting/load" => Command::LoadPainting(path(args)?),
        "/painting/clear" => return pressed(args, Meaning::Command(Command::ClearPainting)),
        "/painting/reload" => return pressed(args, Meaning::Command(Command::ReloadPainting)),
        "/refresh" => return pressed(args, Meaning::Refresh),
        "/freeze" => Command::Freeze(switch(args)?),
        "/trigger" => Command::Trigger(switch(args)?),
        _ => {
            let id = address.strip_prefix("/parameter/")?;
            Command::Parameter {
                id: parameter_id(id)?,
                value: number(args)?.clamp(0.0, 1.0),
            }
        }
    };
    Some(Meaning::Command(command))
}

/// Buttons on touch screens send 1 when they are pressed and 0 when they are let go.
fn pressed(args: &[OscType], meaning: Meaning) -> Option<Meaning> {
    if args.is_empty() || switch(args)? {
        Some(meaning)
    } else {
        Some(Meaning::Released)
    }
}

fn switch(args: &[OscType]) -> Option<bool> {
    match args {
        [OscType::Bool(on)] => Some(*on),
        _ => Some(number(args)? >= 0.5),
    }
}

fn number(args: &[OscType]) -> Option<f32> {
    let value = match args {
        [OscType::Float(value)] => *value,
        [OscType::Double(value)] => *value as f32,
        [OscType::Int(value)] => *value as f32,
        [OscType::Long(value)] => *value as f32,
        [OscType::Bool(on)] => f32::from(u8::from(*on)),
        _ => return None,
    };
    (!value.is_nan()).then_some(value)
}

/// An absolute path to this machine's own files: one that names another machine would
/// have the system log in there.
fn path(args: &[OscType]) -> Option<PathBuf> {
    let [OscType::String(text)] = args else {
        return None;
    };
    let path = Path::new(text);
    let good = path.is_absolute() && !leads_elsewhere(text) && !text.contains('\0');
    good.then(|| path.to_owned())
}

/// Whether a path begins with two slashes, which Windows follows by a machine's name.
/// Either slash will do there.
fn leads_elsewhere(path: &str) -> bool {
    let mut start = path.chars();
    let mut slash = || matches!(start.next(), Some('/' | '\\'));
    slash() && slash()
}

fn parameter_id(id: &str) -> Option<String> {
    let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let good = (1..=LONGEST_ID).contains(&id.len()) && id.chars().all(known);
    good.then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rosc::{OscBundle, OscTime, encoder};

    fn message(addr: &str, args: &[OscType]) -> OscPacket {
        OscPacket::Message(OscMessage {
            addr: addr.to_owned(),
            args: args.to_vec(),
        })
    }

    fn bundle(content: Vec<OscPacket>) -> OscPacket {
        let timetag = OscTime {
            seconds: u32::MAX,
            fractional: 0,
        };
        OscPacket::Bundle(OscBundle { timetag, content })
    }

    fn decoded(packet: &OscPacket) -> Result<Incoming, Malformed> {
        decode(&encoder::encode(packet).expect("OSC"))
    }

    #[track_caller]
    fn check(addr: &str, args: &[OscType], expected: Option<Command>) {
        let incoming = decoded(&message(addr, args)).expect("OSC");
        assert_eq!(incoming.ignored, u64::from(expected.is_none()), "{addr}");
        assert_eq!(incoming.commands, Vec::from_iter(expected), "{addr}");
    }

    #[test]
    fn commands_are_read() {
        use OscType::{Bool, Double, Float, Int, Nil, String};
        let here = std::env::temp_dir().join("sea.png");
        let text = here.to_str().expect("text").to_owned();
        check(
            "/impasto/painting/load",
            &[String(text)],
            Some(Command::LoadPainting(here)),
        );
        for bad in [
            "sea.png",
            "",
            r"\\server\share\sea.png",
            "//server/share/sea.png",
            r"/\server/share/sea.png",
        ] {
            check("/impasto/painting/load", &[bad.into()], None);
        }
        check("/impasto/painting/load", &[Int(1)], None);
        check("/impasto/painting/clear", &[], Some(Command::ClearPainting));
        check(
            "/impasto/painting/reload",
            &[Float(1.0)],
            Some(Command::ReloadPainting),
        );
        for (arg, on) in [(Bool(true), true), (Int(0), false), (Float(0.7), true)] {
            check(
                "/impasto/freeze",
                std::slice::from_ref(&arg),
                Some(Command::Freeze(on)),
            );
            check("/impasto/trigger", &[arg], Some(Command::Trigger(on)));
        }
        let parameter = |value| Command::Parameter {
            id: "dry".to_owned(),
            value,
        };
        check(
            "/impasto/parameter/dry",
            &[Float(0.5)],
            Some(parameter(0.5)),
        );
        check(
            "/impasto/parameter/dry",
            &[Double(1e300)],
            Some(parameter(1.0)),
        );
        check("/impasto/parameter/dry", &[Float(f32::NAN)], None);
        check("/impasto/parameter/dry", &[Float(0.5), Float(0.5)], None);
        check("/impasto/parameter/", &[Float(0.5)], None);
        check("/impasto/parameter/a/b", &[Float(0.5)], None);
        check("/impasto/freeze", &[Nil], None);
        check("/impasto/congruity", &[Float(0.5)], None);
        check("/other/freeze", &[Bool(true)], None);
    }

    /// On every system, as only some take the backslash for the root.
    #[test]
    fn two_slashes_of_any_kind_lead_to_another_machine() {
        for elsewhere in ["//", r"\\", r"/\", r"\/"] {
            assert!(leads_elsewhere(&format!("{elsewhere}server/sea.png")));
        }
        for here in ["/home/sea.png", r"\home\sea.png", r"C:\sea.png", "/", ""] {
            assert!(!leads_elsewhere(here), "{here}");
        }
    }

    #[test]
    fn letting_a_button_go_is_nothing() {
        let incoming = decoded(&message("/impasto/painting/clear", &[OscType::Float(0.0)]));
        assert_eq!(incoming, Ok(Incoming::default()));
        let incoming = decoded(&message("/impasto/refresh", &[])).expect("OSC");
        assert!(incoming.refresh);
    }

    #[test]
    fn bundles_are_obeyed_at_once_as_deep_and_as_many_as_is_allowed() {
        let freeze = |on| message("/impasto/freeze", &[OscType::Bool(on)]);
        let both = bundle(vec![freeze(true), bundle(vec![freeze(false)])]);
        let commands = decoded(&both).expect("OSC").commands;
        assert_eq!(commands, [Command::Freeze(true), Command::Freeze(false)]);
        let mut deep = freeze(true);
        for depth in 1..=DEEPEST + 1 {
            deep = bundle(vec![deep]);
            assert_eq!(decoded(&deep).is_ok(), depth <= DEEPEST, "{depth}");
        }
        let many = |count| bundle(vec![freeze(true); count]);
        assert!(decoded(&many(MOST_MESSAGES)).is_ok());
        assert_eq!(decoded(&many(MOST_MESSAGES + 1)), Err(Malformed));
    }

    #[test]
    fn what_is_no_osc_is_dropped_whole() {
        let good = encoder::encode(&bundle(vec![message(
            "/impasto/freeze",
            &[OscType::Int(1)],
        )]));
        let good = good.expect("OSC");
        assert!(decode(&good).is_ok());
        for end in 1..good.len() {
            // A bundle may be empty.
            assert_eq!(decode(&good[..end]).is_ok(), end == 16, "{end}");
        }
        for bad in [
            &b""[..],
            b"GET / HTTP/1.1\r\n",
            b"/impasto/freeze\0,[[[[]]]]\0\0\0",
        ] {
            assert_eq!(decode(bad), Err(Malformed));
        }
        assert_eq!(decode(&vec![0; LONGEST + 1]), Err(Malformed));
        // As long as the wire carries, and nested as deep as that allows.
        let deep: Vec<u8> = b"#bundle\0\0\0\0\0\0\0\0\x01\0\0\xff\xfc".repeat(3000);
        assert_eq!(decode(&deep), Err(Malformed));
    }
}
