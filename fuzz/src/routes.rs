//! Settings of the routes: any document, or any text for an address, ends in packets to
//! one machine that every receiver can read, or in a sentence.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant, SystemTime};

use outputs::network::{
    AddressError, Event, LightStream, LightTarget, News, OscStream, allowed, light, listen, target,
};
use outputs::{OutputSettings, PerSignal, Shaper, Signal};
use rosc::{OscPacket, OscType, decoder};
use sacn::packet::{AcnRootLayerProtocol, E131RootLayerData};
use uuid::Uuid;

use crate::memory;

/// Of a document's tree, settings made of it, and a packet of each kind.
const MEMORY: usize = 512 << 10;

/// Takes `bytes` as saved settings, or, where they are none, as text for every address;
/// its beginning is a name that is sent as well.
pub fn check(bytes: &[u8]) {
    memory::within(MEMORY, || {
        let text = String::from_utf8_lossy(bytes);
        let read = serde_json::from_slice(bytes);
        let mut settings: OutputSettings = read.unwrap_or_else(|_| all(&text)).checked();
        assert_eq!(
            settings.clone().checked(),
            settings,
            "checked once is checked"
        );
        addresses(&settings);
        settings.light.multicast ^= true;
        assert_explained(light(&settings.light).map(|to| assert_light(&settings, to)));
        packets(&settings, &text);
        let saved = serde_json::to_string(&settings).expect("our own");
        let again: OutputSettings = serde_json::from_str(&saved).expect("our own");
        assert_eq!(again, settings, "what is saved is what is restored");
    });
}

/// Settings with `text` for every address; of a few numbers, what its length says.
fn all(text: &str) -> OutputSettings {
    let mut settings = OutputSettings::default();
    let number = text.len() as u16;
    settings.osc.target = text.to_owned();
    settings.osc.listen = text.to_owned();
    settings.osc.allowed = text.lines().map(str::to_owned).collect();
    settings.light.target = text.to_owned();
    settings.light.interface = text.to_owned();
    settings.light.universe = number.wrapping_mul(251);
    settings.light.slots.0[1] = Some(number);
    settings
}

fn addresses(settings: &OutputSettings) {
    assert_explained(target(&settings.osc.target).map(assert_one_machine));
    assert_explained(listen(&settings.osc.listen).map(|at| {
        assert!(at.port() > 0 && !at.ip().is_multicast(), "{at}");
    }));
    assert_explained(allowed(&settings.osc.allowed).map(|all| assert!(!all.is_empty())));
    assert_explained(light(&settings.light).map(|to| assert_light(settings, to)));
}

fn assert_light(settings: &OutputSettings, to: LightTarget) {
    if !settings.light.multicast {
        assert!(to.interface.is_none());
        return assert_one_machine(to.address);
    }
    let [high, low] = settings.light.universe.to_be_bytes();
    assert_eq!(to.address, SocketAddr::from(([239, 255, high, low], 5568)));
}

fn assert_one_machine(address: SocketAddr) {
    let ip = address.ip().to_canonical();
    let group = ip.is_multicast() || ip == IpAddr::from([255; 4]) || ip.is_unspecified();
    assert!(address.port() > 0 && !group, "{address}");
}

fn assert_explained<T>(outcome: Result<T, AddressError>) {
    if let Err(error) = outcome {
        let message = error.to_string();
        assert!((20..500).contains(&message.len()), "{message}");
    }
}

/// What goes out with these settings, for three looks at signals that move.
fn packets(settings: &OutputSettings, name: &str) {
    let mut shapers = [Shaper::default(); Signal::COUNT];
    let (mut osc, mut news) = (OscStream::default(), News::default());
    let mut dmx = LightStream::new(Uuid::nil());
    news.add(Event::Painting(Some(name.to_owned())), true);
    let start = Instant::now();
    for (at, value) in [0.0, 1.0, 0.3].into_iter().enumerate() {
        let raw = PerSignal([Some(value); Signal::COUNT]);
        let shaped = PerSignal(Signal::ALL.map(|signal| {
            shapers[signal as usize].next(Some(value), 0.1, &settings.shapes[signal])
        }));
        if let Some(bundle) = osc.next(&raw, &shaped, &mut news, SystemTime::UNIX_EPOCH) {
            assert_bundle(&bundle);
        }
        let now = start + Duration::from_secs(at as u64);
        let packet = dmx.next(&shaped, at == 2, &settings.light, now);
        assert_packet(&packet.expect("due"), settings, at == 2, false);
    }
    for (at, packet) in dmx.end(&settings.light).iter().enumerate() {
        assert_packet(packet, settings, true, at >= 3);
    }
}

fn assert_bundle(bundle: &[u8]) {
    assert!(bundle.len() <= 1452, "{}", bundle.len());
    let Ok(([], OscPacket::Bundle(bundle))) = decoder::decode_udp(bundle) else {
        panic!("no bundle");
    };
    for element in bundle.content {
        let OscPacket::Message(message) = element else {
            panic!("no message");
        };
        if let [OscType::Float(value)] = message.args[..] {
            assert!((0.0..=1.0).contains(&value), "{message:?}");
        }
    }
}

fn assert_packet(packet: &[u8], settings: &OutputSettings, dark: bool, ends: bool) {
    let packet = AcnRootLayerProtocol::parse(packet).expect("E1.31");
    let E131RootLayerData::DataPacket(data) = packet.pdu.data else {
        panic!("no data");
    };
    assert_eq!(data.universe, settings.light.universe);
    assert_eq!(data.priority, settings.light.priority);
    assert_eq!(data.stream_terminated, ends);
    let slots = &data.data.property_values;
    assert_eq!((slots.len(), slots[0]), (513, 0));
    assert!(!dark || slots.iter().all(|slot| *slot == 0), "not dark");
}
