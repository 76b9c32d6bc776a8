//! How long a signal takes from where it is set to a receiver on this machine, how often
//! packets come, and what the thread that sends costs.
//!
//! `cargo run --release -p impasto-outputs --example latency`

use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use outputs::network::Network;
use outputs::{OutputSettings, SharedValues, Signal};
use rosc::{OscPacket, OscType, decoder};
use sacn::packet::{AcnRootLayerProtocol, E131RootLayerData};

/// How many changes are timed.
const CHANGES: u32 = 500;
/// How long a signal that moves all the time is listened to.
const MOVING: Duration = Duration::from_secs(20);

fn main() {
    for (name, read, settings) in [
        ("OSC", osc as Read, osc_settings as Settings),
        ("sACN, 16 bits", light, light_settings),
    ] {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let target = socket.local_addr().expect("bound").to_string();
        let signals = Arc::new(SharedValues::default());
        signals.set(Signal::Congruity, Some(0.0));
        let (mut network, _commands) = Network::new(Arc::clone(&signals));
        network.apply(&settings(target));
        step(name, &socket, read, &signals);
        still(name, &socket);
        moving(name, &socket, read, signals);
    }
}

type Settings = fn(String) -> OutputSettings;
/// The value in a packet, if it has one.
type Read = fn(&[u8]) -> Option<f32>;

fn osc_settings(target: String) -> OutputSettings {
    let mut settings = OutputSettings::default();
    settings.osc.enabled = true;
    settings.osc.target = target;
    settings
}

fn light_settings(target: String) -> OutputSettings {
    let mut settings = OutputSettings::default();
    settings.light.enabled = true;
    settings.light.target = target;
    settings.light.blackout = false;
    settings.light.resolution = outputs::settings::SlotResolution::Fine;
    settings
}

fn osc(packet: &[u8]) -> Option<f32> {
    let Ok((_, OscPacket::Bundle(bundle))) = decoder::decode_udp(packet) else {
        return None;
    };
    bundle.content.iter().find_map(|element| match element {
        OscPacket::Message(message) if message.addr == "/impasto/congruity" => {
            match message.args[..] {
                [OscType::Float(value)] => Some(value),
                _ => None,
            }
        }
        _ => None,
    })
}

fn light(packet: &[u8]) -> Option<f32> {
    let packet = AcnRootLayerProtocol::parse(packet).ok()?;
    let E131RootLayerData::DataPacket(data) = packet.pdu.data else {
        return None;
    };
    let slots = &data.data.property_values;
    Some(f32::from(u16::from_be_bytes([slots[1], slots[2]])) / 65_535.0)
}

/// A value that jumps now and then: from the jump to the packet that has it.
fn step(name: &str, socket: &UdpSocket, read: Read, signals: &SharedValues) {
    let mut taken = Vec::new();
    let mut buffer = [0; 2048];
    socket
        .set_read_timeout(Some(Duration::from_secs(2)))
        .expect("a timeout");
    for n in 1..=CHANGES {
        // Not in step with anything.
        thread::sleep(Duration::from_micros(u64::from(60_000 + n * 7919 % 40_000)));
        let value = (n * 29 % 101) as f32 / 101.0;
        let start = Instant::now();
        signals.set(Signal::Congruity, Some(value));
        loop {
            let (length, _) = socket.recv_from(&mut buffer).expect("a packet");
            if read(&buffer[..length]).is_some_and(|got| (got - value).abs() < 1e-4) {
                break;
            }
        }
        taken.push(start.elapsed().as_secs_f64() * 1e3);
    }
    report(name, "a jump", taken);
}

/// Nothing changes.
fn still(name: &str, socket: &UdpSocket) {
    let mut buffer = [0; 2048];
    let start = Instant::now();
    let before = processor_time();
    let mut packets = 0;
    socket
        .set_read_timeout(Some(Duration::from_millis(100)))
        .expect("a timeout");
    while start.elapsed() < MOVING {
        packets += u32::from(socket.recv_from(&mut buffer).is_ok());
    }
    let cost = (processor_time() - before) / MOVING.as_secs_f64() * 100.0;
    println!(
        "{name}, nothing changes: {packets} packets in {} s, {cost:.2} % of a core",
        MOVING.as_secs()
    );
}

/// A value that moves each millisecond: how old what comes is, and how often it comes.
fn moving(name: &str, socket: &UdpSocket, read: Read, signals: Arc<SharedValues>) {
    let start = Instant::now();
    let stop = Arc::new(AtomicBool::new(false));
    let mover = {
        let stop = Arc::clone(&stop);
        thread::spawn(move || {
            while !stop.load(Relaxed) {
                // The value is the time, so that a packet tells how old it is.
                let value = start.elapsed().as_secs_f32() / 30.0;
                signals.set(Signal::Congruity, Some(value));
                thread::sleep(Duration::from_millis(1));
            }
        })
    };
    let (mut ages, mut arrivals) = (Vec::new(), Vec::new());
    let mut buffer = [0; 2048];
    while start.elapsed() < MOVING {
        let Ok((length, _)) = socket.recv_from(&mut buffer) else {
            continue;
        };
        let now = start.elapsed().as_secs_f64();
        if let Some(value) = read(&buffer[..length]) {
            arrivals.push(now);
            ages.push((now - f64::from(value) * 30.0) * 1e3);
        }
    }
    stop.store(true, Relaxed);
    mover.join().expect("it ends");
    // The jump from the last value to the first of the ramp.
    ages.drain(..ages.len().min(3));
    let gaps: Vec<_> = arrivals.windows(2).map(|w| (w[1] - w[0]) * 1e3).collect();
    let rate = arrivals.len() as f64 / MOVING.as_secs_f64();
    println!("{name}, a value that moves each millisecond: {rate:.1} packets a second");
    report(name, "age of what comes", ages);
    report(name, "from packet to packet", gaps);
}

fn report(name: &str, what: &str, mut milliseconds: Vec<f64>) {
    milliseconds.sort_by(f64::total_cmp);
    let at = |part: f64| milliseconds[((milliseconds.len() - 1) as f64 * part) as usize];
    println!(
        "{name}, {what}: n {}, p50 {:.2} ms, p99 {:.2} ms, most {:.2} ms",
        milliseconds.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

/// Of all threads of this process, in seconds; 0 where the system does not tell.
fn processor_time() -> f64 {
    let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else {
        return 0.0;
    };
    // After the name, which may hold anything: utime and stime are fields 14 and 15.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|field| field.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}
