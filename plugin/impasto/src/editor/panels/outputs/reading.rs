//! What is typed, as settings; or why it cannot be taken, in a sentence. Pure.

use outputs::cc::LSB_OFFSET;
use outputs::network::{allowed, light};
use outputs::settings::{
    CcResolution, CcSettings, LAST_CONTROLLER, LightSettings, OutputSettings, SlotResolution,
};
use outputs::{PerSignal, Signal};

use super::help::{Control, Field};

/// A signal's controller; `None` for none.
///
/// # Errors
/// If it is no controller, or another signal has it.
pub fn controller(text: &str, cc: &CcSettings, signal: Signal) -> Result<Option<u8>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let number = text
        .parse()
        .ok()
        .filter(|number| *number <= LAST_CONTROLLER)
        .ok_or("Controllers go from 0 to 119: write one of them, or nothing.")?;
    let fine = cc.resolution == CcResolution::Fine;
    let halves =
        |other: u8| fine && other.abs_diff(number) == LSB_OFFSET && other.min(number) < LSB_OFFSET;
    match holder(&cc.controllers, signal, |other| {
        other == number || halves(other)
    }) {
        None => Ok(Some(number)),
        Some((holder, other)) if other == number => Err(format!(
            "Controller {number} is taken by {}: write another.",
            holder.name()
        )),
        Some((holder, other)) => Err(format!(
            "With 14 bits, controllers {} and {} belong together, and {} has them: write \
             another.",
            other.min(number),
            other.max(number),
            holder.name()
        )),
    }
}

/// A signal's slot of light; `None` for none.
///
/// # Errors
/// If it is no slot, or another signal has it.
pub fn slot(text: &str, light: &LightSettings, signal: Signal) -> Result<Option<u16>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let (width, last) = match light.resolution {
        SlotResolution::Coarse => (1, 512),
        SlotResolution::Fine => (2, 511),
    };
    let number: u16 = text
        .parse()
        .ok()
        .filter(|number| (1..=last).contains(number))
        .ok_or_else(|| format!("Slots go from 1 to {last}: write one of them, or nothing."))?;
    match holder(&light.slots, signal, |other| other.abs_diff(number) < width) {
        None => Ok(Some(number)),
        Some((holder, other)) if other == number => Err(format!(
            "Slot {number} is taken by {}: write another.",
            holder.name()
        )),
        Some((holder, other)) => Err(format!(
            "With 16 bits a signal takes two slots, and {} has {other} and {}: write another.",
            holder.name(),
            other + 1
        )),
    }
}

/// The signal other than `signal` whose number clashes.
fn holder<N: Copy>(
    numbers: &PerSignal<Option<N>>,
    signal: Signal,
    clashes: impl Fn(N) -> bool,
) -> Option<(Signal, N)> {
    let mut others = numbers.iter().filter(|(other, _)| *other != signal);
    others.find_map(|(other, number)| number.filter(|n| clashes(*n)).map(|n| (other, n)))
}

/// Where OSC is sent.
///
/// # Errors
/// If it is not one machine's address with a port.
pub fn osc_target(text: &str) -> Result<String, String> {
    sentence(outputs::network::target(text)).map(|_| text.to_owned())
}

/// Where OSC is received.
///
/// # Errors
/// If it is not an address and a port.
pub fn osc_listen(text: &str) -> Result<String, String> {
    sentence(outputs::network::listen(text)).map(|_| text.to_owned())
}

/// Whose OSC is obeyed: addresses with commas or blanks between.
///
/// # Errors
/// If there is none, or one is no address.
pub fn senders(text: &str) -> Result<Vec<String>, String> {
    let parts = text.split([',', ';', ' ']).map(str::trim);
    let list: Vec<String> = parts
        .filter(|part| !part.is_empty())
        .map(ToOwned::to_owned)
        .collect();
    sentence(allowed(&list)).map(|_| list)
}

/// Where light is sent.
///
/// # Errors
/// If it is not one machine's address.
pub fn light_target(text: &str) -> Result<String, String> {
    let wanted = LightSettings {
        target: text.to_owned(),
        ..LightSettings::default()
    };
    sentence(light(&wanted)).map(|_| wanted.target)
}

/// By which of this machine's networks light goes to a group.
///
/// # Errors
/// If it is neither empty nor an IPv4 address.
pub fn light_interface(text: &str) -> Result<String, String> {
    let wanted = LightSettings {
        interface: text.to_owned(),
        multicast: true,
        ..LightSettings::default()
    };
    sentence(light(&wanted)).map(|_| wanted.interface)
}

fn sentence<T>(result: Result<T, outputs::network::AddressError>) -> Result<T, String> {
    result.map_err(|error| format!("{error}."))
}

/// What `wanted` loses when it is brought into range, as when more bits need a number
/// that another signal has: at which control, and what happened.
pub fn lost(wanted: &OutputSettings, checked: &OutputSettings) -> Option<(Field, String)> {
    let gone = |signal: Signal, what: &str| {
        let name = signal.name();
        format!("{name} lost its {what}, as more bits need more numbers: write another.")
    };
    let (cc, light) = (&wanted.cc.controllers, &wanted.light.slots);
    let controller = Signal::ALL
        .into_iter()
        .find(|signal| cc[*signal].is_some() && checked.cc.controllers[*signal].is_none());
    let slot = Signal::ALL
        .into_iter()
        .find(|signal| light[*signal].is_some() && checked.light.slots[*signal].is_none());
    if let Some(signal) = controller {
        let field = Control::Controller.into();
        return Some((field, gone(signal, "controller")));
    }
    slot.map(|signal| (Control::Slot.into(), gone(signal, "slot")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_controller_is_a_free_number_or_none() {
        let mut cc = CcSettings::default();
        let read = |text: &str, cc: &CcSettings| controller(text, cc, Signal::Brush);
        assert_eq!(read("", &cc), Ok(None));
        assert_eq!(read("0", &cc), Ok(Some(0)));
        assert_eq!(read("33", &cc), Ok(Some(33)));
        for (text, part) in [("120", "0 to 119"), ("mod", "0 to 119"), ("1", "Congruity")] {
            let reason = read(text, &cc).expect_err(text);
            assert!(reason.contains(part), "{reason}");
        }
        assert_eq!(controller("1", &cc, Signal::Congruity), Ok(Some(1)));
        cc.resolution = CcResolution::Fine;
        let reason = read("33", &cc).expect_err("half of 1");
        assert!(reason.contains("1 and 33"), "{reason}");
        assert_eq!(read("65", &cc), Ok(Some(65)));
    }

    #[test]
    fn a_slot_is_free_or_none_and_wide_enough() {
        let mut light = LightSettings::default();
        let read = |text: &str, light: &LightSettings| slot(text, light, Signal::Brush);
        assert_eq!(read("512", &light), Ok(Some(512)));
        assert_eq!(read("2", &light), Ok(Some(2)));
        for text in ["0", "513", "1", "x"] {
            assert!(read(text, &light).is_err(), "{text}");
        }
        light.resolution = SlotResolution::Fine;
        assert!(read("512", &light).is_err() && read("2", &light).is_err());
        assert_eq!(read("3", &light), Ok(Some(3)));
    }

    #[test]
    fn addresses_are_taken_or_refused_with_a_sentence() {
        assert_eq!(osc_target("10.0.0.1:9000"), Ok("10.0.0.1:9000".to_owned()));
        assert!(osc_target("10.0.0.1").is_err() && osc_listen("0.0.0.0:1").is_ok());
        assert_eq!(
            senders("10.0.0.1, 10.0.0.2;::1"),
            Ok(["10.0.0.1", "10.0.0.2", "::1"].map(str::to_owned).to_vec())
        );
        assert!(senders(" , ").is_err());
        assert!(light_target("10.0.0.7").is_ok() && light_target("desk").is_err());
        assert!(light_interface("").is_ok() && light_interface("::1").is_err());
    }

    #[test]
    fn what_more_bits_take_away_is_said() {
        let mut wanted = OutputSettings::default();
        wanted.cc.controllers[Signal::Brush] = Some(33);
        assert_eq!(lost(&wanted, &wanted.clone().checked()), None);
        wanted.cc.resolution = CcResolution::Fine;
        let (field, sentence) = lost(&wanted, &wanted.clone().checked()).expect("lost");
        assert_eq!(field.control, Control::Controller);
        assert!(sentence.starts_with("Brush"), "{sentence}");
    }
}
