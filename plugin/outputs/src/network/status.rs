//! What the routes over the network are doing, for people.

use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Whether a route works.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RouteState {
    /// Not asked for.
    #[default]
    Off,
    /// It works, as far as a sender of datagrams can know.
    On,
    /// It does not. It is tried again each second if the settings are right.
    Failed {
        /// One sentence that says what to do.
        reason: Arc<str>,
    },
}

impl RouteState {
    pub(super) fn failed(reason: &impl fmt::Display) -> Self {
        Self::Failed {
            reason: reason.to_string().into(),
        }
    }
}

/// A route: whether it works, and what it has done since the instance began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route<C> {
    /// Whether it works.
    pub state: RouteState,
    /// What it has done.
    pub counts: C,
}

/// What a route out has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Packets that the system took.
    pub sent: u64,
    /// Packets and strokes that were not sent: the system had no room or refused them,
    /// or too many came at once.
    pub dropped: u64,
}

/// What the route in has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Packets that came, from anybody.
    pub received: u64,
    /// Commands that were passed on.
    pub obeyed: u64,
    /// Messages from who is allowed that mean nothing here.
    pub ignored: u64,
    /// Packets from who is allowed that are no OSC, or too long, or too deep.
    pub malformed: u64,
    /// Packets from who is not allowed.
    pub refused: u64,
    /// Commands beyond what is obeyed in a second, or that nobody took in time.
    pub limited: u64,
    /// Who sent the last packet that was refused.
    pub last_refused: Option<IpAddr>,
}

/// All routes over the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkStatus {
    /// OSC out.
    pub osc_out: Route<Sent>,
    /// OSC in.
    pub osc_in: Route<Received>,
    /// Light.
    pub light: Route<Sent>,
}

/// A route out, as its thread writes it.
#[derive(Debug, Default)]
pub(super) struct SendBoard {
    state: Mutex<RouteState>,
    pub sent: AtomicU64,
    pub dropped: AtomicU64,
}

impl SendBoard {
    pub fn set(&self, state: RouteState) {
        *locked(&self.state) = state;
    }

    pub fn route(&self) -> Route<Sent> {
        Route {
            state: locked(&self.state).clone(),
            counts: Sent {
                sent: self.sent.load(Relaxed),
                dropped: self.dropped.load(Relaxed),
            },
        }
    }
}

/// The route in, as its thread writes it.
#[derive(Debug, Default)]
pub(super) struct ReceiveBoard {
    state: Mutex<RouteState>,
    last_refused: Mutex<Option<IpAddr>>,
    pub received: AtomicU64,
    pub obeyed: AtomicU64,
    pub ignored: AtomicU64,
    pub malformed: AtomicU64,
    pub refused: AtomicU64,
    pub limited: AtomicU64,
}

impl ReceiveBoard {
    pub fn set(&self, state: RouteState) {
        *locked(&self.state) = state;
    }

    pub fn refuse(&self, sender: IpAddr) {
        count(&self.refused);
        *locked(&self.last_refused) = Some(sender);
    }

    pub fn route(&self) -> Route<Received> {
        Route {
            state: locked(&self.state).clone(),
            counts: Received {
                received: self.received.load(Relaxed),
                obeyed: self.obeyed.load(Relaxed),
                ignored: self.ignored.load(Relaxed),
                malformed: self.malformed.load(Relaxed),
                refused: self.refused.load(Relaxed),
                limited: self.limited.load(Relaxed),
                last_refused: *locked(&self.last_refused),
            },
        }
    }
}

/// One more.
pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}

/// What a thread that panicked has left is still good: it is only ever replaced whole.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
