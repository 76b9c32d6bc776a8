//! The thread that receives OSC. It never answers.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam::channel::Sender;

use super::Shared;
use super::osc_in::{self, Command};
use super::pace::Bucket;
use super::status::{RouteState, count};
use super::task::Mailbox;

/// How long it waits for a packet before it looks whether it is to stop.
const PATIENCE: Duration = Duration::from_millis(50);
/// An address that could not be received at is tried again after this long.
const RETRY: Duration = Duration::from_secs(1);
/// Commands obeyed in a second, and at once: several faders that are moved.
const COMMANDS: (f32, f32) = (500.0, 200.0);
/// Packets from who is allowed that are looked at in a second, and at once. The system
/// drops what comes beyond that.
const PACKETS: (f32, f32) = (2000.0, 500.0);
/// How long a flood is left to the system.
const FLOODED: Duration = Duration::from_millis(5);
/// Holds any datagram: one that is cut would be an error on Windows, without its sender.
const DATAGRAM: usize = 65_536;

/// Where, and from whom. Addresses are checked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ReceiveJob {
    pub address: SocketAddr,
    pub allowed: Vec<IpAddr>,
}

/// Receives until it is told to stop.
pub(super) fn run(shared: &Shared, mailbox: &Mailbox<ReceiveJob>, commands: &Sender<Command>) {
    let Some(job) = mailbox.take() else {
        return;
    };
    let mut receiver = Receiver::new(job, shared, commands);
    while !mailbox.is_stopped() {
        if let Some(job) = mailbox.take() {
            receiver.change(job);
        }
        if receiver.is_ready(Instant::now()) {
            receiver.receive();
        } else {
            thread::sleep(PATIENCE);
        }
    }
}

struct Receiver<'a> {
    job: ReceiveJob,
    socket: Option<UdpSocket>,
    retry: Option<Instant>,
    packets: Bucket,
    obeyed: Bucket,
    buffer: Vec<u8>,
    shared: &'a Shared,
    commands: &'a Sender<Command>,
}

impl<'a> Receiver<'a> {
    fn new(job: ReceiveJob, shared: &'a Shared, commands: &'a Sender<Command>) -> Self {
        let now = Instant::now();
        Self {
            job,
            socket: None,
            retry: None,
            packets: Bucket::new(PACKETS.0, PACKETS.1, now),
            obeyed: Bucket::new(COMMANDS.0, COMMANDS.1, now),
            buffer: vec![0; DATAGRAM],
            shared,
            commands,
        }
    }

    fn change(&mut self, job: ReceiveJob) {
        if job.address != self.job.address {
            self.socket = None;
            self.retry = None;
        }
        self.job = job;
    }

    fn is_ready(&mut self, now: Instant) -> bool {
        if self.socket.is_some() {
            return true;
        }
        if self.retry.is_some_and(|retry| now < retry) {
            return false;
        }
        let opened = UdpSocket::bind(self.job.address)
            .and_then(|socket| socket.set_read_timeout(Some(PATIENCE)).map(|()| socket));
        let state = match opened {
            Ok(socket) => {
                self.socket = Some(socket);
                RouteState::On
            }
            Err(error) => {
                self.retry = Some(now + RETRY);
                RouteState::failed(&explained(&error, self.job.address))
            }
        };
        self.shared.osc_in.set(state);
        self.socket.is_some()
    }

    /// Waits for one packet and obeys it. Who is not allowed takes nothing from who is:
    /// neither of what may pass nor, by a sleep, of the system's room for packets.
    fn receive(&mut self) {
        let Some(socket) = &self.socket else {
            return;
        };
        let board = &self.shared.osc_in;
        match socket.recv_from(&mut self.buffer) {
            Ok((length, sender)) => {
                count(&board.received);
                let sender = sender.ip().to_canonical();
                if !self.job.allowed.contains(&sender) {
                    board.refuse(sender);
                } else if self.packets.take(Instant::now()) {
                    self.obey(length);
                } else {
                    count(&board.limited);
                    thread::sleep(FLOODED);
                }
            }
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => {}
                // What fails again and again is not to keep a core busy.
                _ => thread::sleep(FLOODED),
            },
        }
    }

    fn obey(&mut self, length: usize) {
        let board = &self.shared.osc_in;
        let Ok(incoming) = osc_in::decode(&self.buffer[..length]) else {
            count(&board.malformed);
            return;
        };
        board.ignored.fetch_add(incoming.ignored, Relaxed);
        let now = Instant::now();
        if incoming.refresh {
            if self.obeyed.take(now) {
                self.shared.refresh.store(true, Relaxed);
                count(&board.obeyed);
            } else {
                count(&board.limited);
            }
        }
        for command in incoming.commands {
            if self.obeyed.take(now) && self.commands.try_send(command).is_ok() {
                count(&board.obeyed);
            } else {
                count(&board.limited);
            }
        }
    }
}

fn explained(error: &io::Error, address: SocketAddr) -> String {
    let port = address.port();
    match error.kind() {
        ErrorKind::AddrInUse => format!(
            "Port {port} is taken by another program or another Impasto: choose another port, or close the other"
        ),
        ErrorKind::AddrNotAvailable => format!(
            "{} is no address of this machine: write one that is, or 0.0.0.0 for all of them",
            address.ip()
        ),
        ErrorKind::PermissionDenied => {
            format!("The system does not give port {port} away: choose a port from 1024 on")
        }
        _ => format!(
            "Nothing can be received at {address}: choose another address or port ({error})"
        ),
    }
}
