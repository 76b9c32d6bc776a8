//! The routes over the network on this machine's own loopback: real sockets, ports that
//! the system chooses, and packets read by the crates' own parsers.

mod lifetime;
mod light;
mod osc_in;
mod osc_out;
mod probe;

use std::net::UdpSocket;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam::channel::Receiver;
use outputs::network::{Command, Network, NetworkStatus};
use outputs::{OutputSettings, SharedValues, Signal};
use rosc::{OscPacket, OscType};
use sacn::packet::{AcnRootLayerProtocol, E131RootLayerData};

/// Long enough for a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(5);

/// An instance and the signals that it sends.
struct Rig {
    signals: Arc<SharedValues>,
    network: Network,
    commands: Receiver<Command>,
}

impl Rig {
    fn new() -> Self {
        let signals = Arc::new(SharedValues::default());
        let (network, commands) = Network::new(Arc::clone(&signals));
        Self {
            signals,
            network,
            commands,
        }
    }

    fn with(settings: &OutputSettings) -> Self {
        let mut rig = Self::new();
        rig.network.apply(settings);
        rig
    }

    fn set(&self, value: f32) {
        self.signals.set(Signal::Congruity, Some(value));
    }

    /// Waits until the status is as wanted.
    #[track_caller]
    fn wait(&self, wanted: impl Fn(&NetworkStatus) -> bool) -> NetworkStatus {
        let start = Instant::now();
        loop {
            let status = self.network.status();
            if wanted(&status) {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "{status:?}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// A receiver on a port that the system chose.
fn receiver() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    socket
}

fn address(socket: &UdpSocket) -> String {
    socket.local_addr().expect("bound").to_string()
}

/// A port that was free just now.
fn free_address() -> String {
    address(&receiver())
}

fn packet(socket: &UdpSocket) -> Vec<u8> {
    let mut buffer = [0; 2048];
    let (length, _) = socket.recv_from(&mut buffer).expect("a packet in time");
    buffer[..length].to_vec()
}

/// All packets of the next `time`.
fn packets(socket: &UdpSocket, time: Duration) -> Vec<Vec<u8>> {
    let end = Instant::now() + time;
    let mut all = Vec::new();
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        socket.set_read_timeout(Some(left)).expect("a timeout");
        let mut buffer = [0; 2048];
        if let Ok((length, _)) = socket.recv_from(&mut buffer) {
            all.push(buffer[..length].to_vec());
        }
    }
    socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    all
}

/// A bundle's messages.
fn messages(packet: &[u8]) -> Vec<(String, Vec<OscType>)> {
    match rosc::decoder::decode_udp(packet) {
        Ok(([], OscPacket::Bundle(bundle))) => bundle
            .content
            .into_iter()
            .map(|element| match element {
                OscPacket::Message(message) => (message.addr, message.args),
                OscPacket::Bundle(_) => panic!("a bundle in a bundle"),
            })
            .collect(),
        other => panic!("{other:?}"),
    }
}

/// The slots with the start code, and whether the stream ends.
fn slots(packet: &[u8]) -> (Vec<u8>, bool) {
    let packet = AcnRootLayerProtocol::parse(packet).expect("E1.31");
    let E131RootLayerData::DataPacket(data) = packet.pdu.data else {
        panic!("no data");
    };
    let slots = data.data.property_values.into_owned();
    (slots, data.stream_terminated)
}

/// OSC to `target`, nothing else.
fn osc_to(target: &UdpSocket) -> OutputSettings {
    let mut settings = OutputSettings::default();
    settings.osc.enabled = true;
    settings.osc.target = address(target);
    settings
}

/// Light to `target`, nothing else, whatever the transport does.
fn light_to(target: &UdpSocket) -> OutputSettings {
    let mut settings = OutputSettings::default();
    settings.light.enabled = true;
    settings.light.target = address(target);
    settings.light.blackout = false;
    settings
}

/// OSC received at `address`, nothing else.
fn osc_at(address: &str) -> OutputSettings {
    let mut settings = OutputSettings::default();
    settings.osc.listening = true;
    settings.osc.listen = address.to_owned();
    settings
}
