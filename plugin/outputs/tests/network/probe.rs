//! A test of a route arrives at its receiver, and at no other.

use std::time::Duration;

use outputs::{Signal, Test, Way};
use rosc::OscType;

use crate::{Rig, light_to, messages, osc_to, packets, receiver, slots};

const WHILE: Duration = Duration::from_millis(400);

/// What came of each signal last, by its address.
fn last(sent: &[Vec<u8>], address: &str) -> Option<f32> {
    let all = sent.iter().flat_map(|packet| messages(packet));
    let mut values = all.filter(|(at, _)| at == address);
    values.next_back().and_then(|(_, args)| match args[..] {
        [OscType::Float(value)] => Some(value),
        _ => None,
    })
}

#[test]
fn a_test_of_osc_arrives_and_light_does_not_notice() {
    let (stage, lamps) = (receiver(), receiver());
    let mut settings = osc_to(&stage);
    let light = light_to(&lamps).light;
    settings.light = light;
    let rig = Rig::with(&settings);
    rig.set(0.5);
    packets(&stage, WHILE);
    let before = packets(&lamps, WHILE);
    let way = Way::Osc;
    let all = Test { way, signal: None };
    rig.signals.probe.set(Some((all, 0.9)));
    let sent = packets(&stage, WHILE);
    for signal in Signal::ALL {
        let address = format!("/impasto/{}", signal.id());
        assert_eq!(last(&sent, &address), Some(0.9), "{address}");
    }
    // One alone: the others stand still.
    let one = Test {
        way,
        signal: Some(Signal::Brush),
    };
    rig.signals.probe.set(Some((one, 0.25)));
    let sent = packets(&stage, WHILE);
    assert_eq!(last(&sent, "/impasto/brush"), Some(0.25));
    assert_eq!(last(&sent, "/impasto/congruity"), None);
    // Then what was found is back.
    rig.signals.probe.set(None);
    assert_eq!(
        last(&packets(&stage, WHILE), "/impasto/congruity"),
        Some(0.5)
    );
    let slot = |sent: &[Vec<u8>]| {
        sent.iter()
            .map(|packet| slots(packet).0[1])
            .collect::<Vec<_>>()
    };
    assert!(slot(&before).ends_with(&[128]));
    let after = packets(&lamps, Duration::from_millis(1000));
    assert!(slot(&after).iter().all(|slot| *slot == 128), "{after:?}");
}

#[test]
fn a_test_of_light_is_seen_though_the_host_stands_still() {
    let lamps = receiver();
    let mut settings = light_to(&lamps);
    settings.light.blackout = true;
    settings.light.slots[Signal::Brush] = Some(2);
    let rig = Rig::with(&settings);
    rig.set(0.5);
    packets(&lamps, WHILE);
    let test = Test {
        way: Way::Light,
        signal: Some(Signal::Brush),
    };
    rig.signals.probe.set(Some((test, 1.0)));
    let sent = packets(&lamps, WHILE);
    // The other dimmer stays at what is found: it must not go dark on a stage.
    assert_eq!(slots(sent.last().expect("packets")).0[1..3], [128, 255]);
    rig.signals.probe.set(None);
    let sent = packets(&lamps, WHILE);
    assert_eq!(slots(sent.last().expect("packets")).0[1..3], [0, 0]);
}
