//! The thread that sends: looks at the signals by its own clock, and has no other.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use socket2::SockRef;

use super::Shared;
use super::address::LightTarget;
use super::light::LightStream;
use super::osc_out::OscStream;
use super::pace::{Pace, Paces};
use super::status::{RouteState, SendBoard, count, locked};
use super::task::Mailbox;
use crate::probe::{Way, probed};
use crate::settings::LightSettings;
use crate::shape::{Shape, Shaper};
use crate::signal::{PerSignal, Values};

/// How often the signals are looked at. What changes is on its way this late at most,
/// if its rate does not hold it back.
const LOOK: Duration = Duration::from_millis(5);
/// The shortest sleep, so that a thread that is late does not spin.
const NAP: Duration = Duration::from_micros(500);
/// A route that failed is tried again after this long.
const RETRY: Duration = Duration::from_secs(1);

/// What is sent where. Addresses and numbers are checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct SendJob {
    pub shapes: PerSignal<Shape>,
    pub osc: Option<OscJob>,
    pub light: Option<LightJob>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OscJob {
    pub target: SocketAddr,
    pub rate: f32,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct LightJob {
    pub target: LightTarget,
    pub settings: LightSettings,
}

/// Sends until it is told to stop.
pub(super) fn run(shared: &Shared, mailbox: &Mailbox<SendJob>) {
    let mut sender = Sender {
        paces: *locked(&shared.paces),
        ..Sender::default()
    };
    let mut last = Instant::now();
    while !mailbox.is_stopped() {
        if let Some(job) = mailbox.take() {
            sender.change(job, shared);
        }
        let now = Instant::now();
        sender.look(now, (now - last).as_secs_f32(), shared);
        last = now;
        thread::sleep(sender.rest(Instant::now()));
    }
    sender.change(SendJob::default(), shared);
    *locked(&shared.paces) = sender.paces;
}

#[derive(Default)]
struct Sender {
    shapes: PerSignal<Shape>,
    shapers: PerSignal<Shaper>,
    osc: Option<OscRoute>,
    light: Option<LightRoute>,
    /// Of the routes that were.
    paces: Paces,
}

impl Sender {
    /// Keeps what did not change: light that is only shaped otherwise must not flicker.
    fn change(&mut self, job: SendJob, shared: &Shared) {
        self.shapes = job.shapes;
        match (job.osc, &mut self.osc) {
            (Some(new), Some(route)) if new.target == route.outlet.target => route.rate = new.rate,
            (new, route) => {
                locked(&shared.news).forget_strokes();
                locked(&shared.news).refresh();
                if let Some(old) = route {
                    self.paces.osc = old.pace;
                }
                *route = new.map(|new| OscRoute::new(new, self.paces.osc));
            }
        }
        match (job.light, &mut self.light) {
            (Some(new), Some(route)) if route.continues(&new) => route.settings = new.settings,
            (new, route) => {
                if let Some(old) = route {
                    old.end(shared);
                    self.paces.light = old.stream.pace();
                }
                *route = new.map(|new| LightRoute::new(new, self.paces.light, shared));
            }
        }
    }

    fn look(&mut self, now: Instant, elapsed: f32, shared: &Shared) {
        let raw = if shared.held.load(Relaxed) {
            Values::default()
        } else {
            shared.signals.values()
        };
        let shaped = self.shapers.shape(&raw, elapsed, &self.shapes);
        let test = shared.signals.probe.get();
        if let Some(osc) = &mut self.osc {
            osc.look(now, &raw, &probed(test, Way::Osc, &shaped), shared);
        }
        if let Some(light) = &mut self.light {
            // A test is seen while the host stands still, too.
            let tested = test.is_some_and(|(test, _)| test.way == Way::Light);
            light.look(now, &probed(test, Way::Light, &shaped), tested, shared);
        }
    }

    /// Until the next look: sooner where a rate that may hold something back lets go.
    fn rest(&self, now: Instant) -> Duration {
        let osc = self.osc.as_ref().and_then(|route| route.pace.opens(now));
        let light = self
            .light
            .as_ref()
            .and_then(|route| route.stream.opens(now));
        let opens = [osc, light].into_iter().flatten().min();
        let until = opens.map_or(LOOK, |opens| opens.saturating_duration_since(now));
        until.clamp(NAP, LOOK)
    }
}

struct OscRoute {
    outlet: Outlet,
    stream: OscStream,
    pace: Pace,
    rate: f32,
}

impl OscRoute {
    fn new(job: OscJob, pace: Pace) -> Self {
        Self {
            outlet: Outlet::new(job.target, None),
            stream: OscStream::default(),
            pace,
            rate: job.rate,
        }
    }

    fn look(&mut self, now: Instant, raw: &Values, shaped: &Values, shared: &Shared) {
        let board = &shared.osc_out;
        if !self.outlet.is_ready(now, board) || !self.pace.is_open(now) {
            return;
        }
        if shared.refresh.swap(false, Relaxed) {
            self.stream.refresh();
            locked(&shared.news).refresh();
        }
        let news = &mut locked(&shared.news);
        let Some(bundle) = self.stream.next(raw, shaped, news, SystemTime::now()) else {
            return;
        };
        self.pace.shut(now, self.rate);
        if !self.outlet.send(&bundle, now, board) {
            // What did not go is sent when something goes again.
            self.stream.refresh();
            news.refresh();
        }
    }
}

struct LightRoute {
    target: LightTarget,
    outlet: Outlet,
    stream: LightStream,
    settings: LightSettings,
}

impl LightRoute {
    fn new(job: LightJob, pace: Pace, shared: &Shared) -> Self {
        Self {
            target: job.target,
            outlet: Outlet::new(job.target.address, job.target.interface),
            stream: LightStream::new(shared.cid).after(pace),
            settings: job.settings,
        }
    }

    fn continues(&self, job: &LightJob) -> bool {
        self.target == job.target && self.settings.universe == job.settings.universe
    }

    fn look(&mut self, now: Instant, shaped: &Values, tested: bool, shared: &Shared) {
        if !self.outlet.is_ready(now, &shared.light) {
            return;
        }
        let dark = self.settings.blackout && !shared.playing.load(Relaxed) && !tested;
        if let Some(packet) = self.stream.next(shaped, dark, &self.settings, now) {
            self.outlet.send(&packet, now, &shared.light);
        }
    }

    fn end(&mut self, shared: &Shared) {
        for packet in self.stream.end(&self.settings) {
            self.outlet.send(&packet, Instant::now(), &shared.light);
        }
    }
}

/// A socket that sends to one address, and opens itself again after a failure.
struct Outlet {
    target: SocketAddr,
    interface: Option<Ipv4Addr>,
    socket: Option<UdpSocket>,
    retry: Option<Instant>,
}

impl Outlet {
    fn new(target: SocketAddr, interface: Option<Ipv4Addr>) -> Self {
        Self {
            target,
            interface,
            socket: None,
            retry: None,
        }
    }

    /// Whether anything can be sent. Opens the socket if it is not.
    fn is_ready(&mut self, now: Instant, board: &SendBoard) -> bool {
        if self.socket.is_some() {
            return true;
        }
        if self.retry.is_some_and(|retry| now < retry) {
            return false;
        }
        match open(self.target, self.interface) {
            Ok(socket) => {
                self.socket = Some(socket);
                // After a failure it works when something has gone.
                if self.retry.is_none() {
                    board.set(RouteState::On);
                }
                true
            }
            Err(error) => {
                self.fail(&error, now, board);
                false
            }
        }
    }

    /// Whether the system took it.
    fn send(&mut self, packet: &[u8], now: Instant, board: &SendBoard) -> bool {
        let Some(socket) = &self.socket else {
            return false;
        };
        match socket.send_to(packet, self.target) {
            Ok(_) => {
                count(&board.sent);
                if self.retry.take().is_some() {
                    board.set(RouteState::On);
                }
                true
            }
            Err(error) => {
                count(&board.dropped);
                // No room for now: the network is slow, not gone.
                if error.kind() != ErrorKind::WouldBlock {
                    self.fail(&error, now, board);
                }
                false
            }
        }
    }

    fn fail(&mut self, error: &io::Error, now: Instant, board: &SendBoard) {
        self.socket = None;
        self.retry = Some(now + RETRY);
        board.set(RouteState::failed(&explained(
            error,
            self.target,
            self.interface,
        )));
    }
}

/// Not connected, so that a machine that has nobody listening is no error.
fn open(target: SocketAddr, interface: Option<Ipv4Addr>) -> io::Result<UdpSocket> {
    let any: IpAddr = if target.is_ipv4() {
        Ipv4Addr::UNSPECIFIED.into()
    } else {
        Ipv6Addr::UNSPECIFIED.into()
    };
    let socket = UdpSocket::bind((any, 0))?;
    socket.set_nonblocking(true)?;
    if let Some(interface) = interface {
        SockRef::from(&socket).set_multicast_if_v4(&interface)?;
    }
    Ok(socket)
}

fn explained(error: &io::Error, target: SocketAddr, interface: Option<Ipv4Addr>) -> String {
    match (error.kind(), interface) {
        (ErrorKind::AddrNotAvailable, Some(interface)) => format!(
            "{interface} is no address of this machine: write one that is, or leave the interface empty"
        ),
        (ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable, _) => format!(
            "No network of this machine leads to {}: check the address and the connection",
            target.ip()
        ),
        (ErrorKind::PermissionDenied, _) => format!(
            "The system lets nothing go to {target}: write one machine's address, and look whether a firewall forbids it"
        ),
        _ => format!(
            "Nothing could be sent to {target}: check the address and the connection ({error})"
        ),
    }
}
