//! Sends known curves by OSC and sACN for ten seconds, and prints what was set when:
//! seconds since 1970, congruity and brush, one line a change. Receives OSC meanwhile and
//! prints what it was told. `docs/network_peers.py` holds other programs against it.
//!
//! `cargo run --release -p impasto-outputs --example send -- OSC_TARGET LIGHT_TARGET LISTEN`,
//! where `multicast` as LIGHT_TARGET is the universe's group.

use std::env;
use std::io::{self, Write};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use outputs::network::{Event, Network};
use outputs::settings::SlotResolution;
use outputs::{OutputSettings, SharedValues, Signal};

const LENGTH: Duration = Duration::from_secs(10);
/// As often as the plug-in refreshes congruity at most.
const REFRESH: Duration = Duration::from_millis(20);

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let mut settings = OutputSettings::default();
    settings.osc.enabled = true;
    settings.osc.target = arguments.next().unwrap_or(settings.osc.target);
    settings.light.enabled = true;
    match arguments.next().as_deref() {
        Some("multicast") => settings.light.multicast = true,
        target => settings.light.target = target.unwrap_or("127.0.0.1").to_owned(),
    }
    settings.osc.listening = true;
    settings.osc.listen = arguments.next().unwrap_or(settings.osc.listen);
    settings.light.resolution = SlotResolution::Fine;
    // As the stage would have it: quick to rise, slow to fall.
    settings.shapes[Signal::Brush].attack = 0.02;
    settings.shapes[Signal::Brush].release = 0.6;
    settings.light.slots[Signal::Brush] = Some(3);
    let signals = Arc::new(SharedValues::default());
    let (mut network, commands) = Network::new(Arc::clone(&signals));
    network.set_playing(true);
    network.apply(&settings);
    network.announce(Event::Painting(Some("sea.png".to_owned())));
    let start = Instant::now();
    let mut stroke = false;
    while start.elapsed() < LENGTH {
        let seconds = start.elapsed().as_secs_f32();
        let congruity = 0.5 + 0.4 * (1.7 * seconds).sin() * (0.6 * seconds).cos();
        let touching = seconds % 2.5 < 0.8;
        if touching && !stroke {
            network.announce(Event::Stroke(0.8));
        }
        stroke = touching;
        let brush = if touching { 0.8 } else { 0.0 };
        signals.set(Signal::Congruity, Some(congruity));
        signals.set(Signal::Brush, Some(brush));
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0.0, |now| now.as_secs_f64());
        writeln!(io::stdout(), "{now:.6},{congruity},{brush}")?;
        for command in commands.try_iter() {
            eprintln!("{command:?}");
        }
        thread::sleep(REFRESH);
    }
    network.set_playing(false);
    thread::sleep(Duration::from_millis(200));
    let status = network.status();
    eprintln!("{status:#?}");
    Ok(())
}
