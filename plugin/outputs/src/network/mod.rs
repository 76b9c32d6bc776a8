//! Signals over the network: OSC out and in, and light by sACN. Off unless asked for.
//!
//! A [`Network`] has at most two threads, and none while nothing is asked for: one that
//! sends OSC and light, one that receives OSC. Nothing here is for the audio thread;
//! whoever else calls is never kept waiting by the network. Nothing goes to an address
//! that the user has not named: no names are looked up, no group is sent to unless asked
//! for, nobody who sends is answered.

mod address;
mod light;
mod osc_in;
mod osc_out;
mod pace;
mod receiver;
mod sender;
mod status;
mod task;

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use crossbeam::channel::{Receiver, Sender, bounded};
use uuid::Uuid;

pub use address::{AddressError, LightTarget, allowed, light, listen, target};
pub use light::{LightStream, SOURCE_NAME};
pub use osc_in::{Command, Incoming, LONGEST, Malformed, decode};
pub use osc_out::{Event, News, OscStream, ROOT};
pub use status::{NetworkStatus, Received, Route, RouteState, Sent};

use crate::settings::{LightSettings, OscSettings, OutputSettings};
use crate::shape::Shape;
use crate::signal::{PerSignal, SharedValues};
use pace::Paces;
use receiver::ReceiveJob;
use sender::{LightJob, OscJob, SendJob};
use status::{ReceiveBoard, SendBoard, count, locked};
use task::Task;

/// As many commands as wait to be obeyed.
const COMMANDS: usize = 256;

/// What the threads share with whoever owns the [`Network`].
#[derive(Debug)]
struct Shared {
    signals: Arc<SharedValues>,
    cid: Uuid,
    playing: AtomicBool,
    held: AtomicBool,
    refresh: AtomicBool,
    news: Mutex<News>,
    paces: Mutex<Paces>,
    osc_out: SendBoard,
    osc_in: ReceiveBoard,
    light: SendBoard,
}

/// The routes over the network of one instance.
#[derive(Debug)]
pub struct Network {
    shared: Arc<Shared>,
    commands: Sender<Command>,
    applied: Option<Wanted>,
    faults: Faults,
    sending: Task<SendJob>,
    receiving: Task<ReceiveJob>,
}

/// The settings that matter here.
#[derive(Clone, Debug, PartialEq)]
struct Wanted {
    shapes: PerSignal<Shape>,
    osc: OscSettings,
    light: LightSettings,
}

/// What is wrong with the settings themselves, by route.
#[derive(Debug, Default)]
struct Faults {
    osc_out: Option<RouteState>,
    osc_in: Option<RouteState>,
    light: Option<RouteState>,
}

impl Network {
    /// All off, with the other end of the commands that come in. `signals` are as they
    /// are found: they are shaped here. The component's identifier (E1.31, section 5.6)
    /// is new for each instance, as two that send to one universe would else be taken
    /// for one with muddled sequence numbers.
    pub fn new(signals: Arc<SharedValues>) -> (Self, Receiver<Command>) {
        let (commands, inbox) = bounded(COMMANDS);
        let network = Self {
            shared: Arc::new(Shared {
                signals,
                cid: Uuid::new_v4(),
                playing: AtomicBool::new(false),
                held: AtomicBool::new(false),
                refresh: AtomicBool::new(false),
                news: Mutex::default(),
                paces: Mutex::default(),
                osc_out: SendBoard::default(),
                osc_in: ReceiveBoard::default(),
                light: SendBoard::default(),
            }),
            commands,
            applied: None,
            faults: Faults::default(),
            sending: Task::new("impasto-send"),
            receiving: Task::new("impasto-receive"),
        };
        (network, inbox)
    }

    /// Makes the routes what `settings` say, and returns at once. What did not change goes
    /// on undisturbed; with the same settings nothing is done.
    pub fn apply(&mut self, settings: &OutputSettings) {
        if self
            .applied
            .as_ref()
            .is_some_and(|applied| applied.is(settings))
            && self.is_alive()
        {
            return;
        }
        self.applied = Some(Wanted::from(settings));
        let checked = settings.clone().checked();
        self.faults = Faults::default();
        let osc = wanted(
            checked.osc.enabled,
            || osc_job(&checked.osc),
            &mut self.faults.osc_out,
        );
        let light = wanted(
            checked.light.enabled,
            || light_job(&checked.light),
            &mut self.faults.light,
        );
        let receive = wanted(
            checked.osc.listening,
            || receive_job(&checked.osc),
            &mut self.faults.osc_in,
        );
        let send = (osc.is_some() || light.is_some()).then_some(SendJob {
            shapes: checked.shapes,
            osc,
            light,
        });
        let shared = Arc::clone(&self.shared);
        let sending = self
            .sending
            .set(send, move |mailbox| sender::run(&shared, mailbox));
        if let Err(error) = sending {
            self.faults.osc_out = Some(no_thread(&error));
            self.faults.light = Some(no_thread(&error));
        }
        let (shared, commands) = (Arc::clone(&self.shared), self.commands.clone());
        let receiving = self.receiving.set(receive, move |mailbox| {
            receiver::run(&shared, mailbox, &commands)
        });
        if let Err(error) = receiving {
            self.faults.osc_in = Some(no_thread(&error));
        }
    }

    /// Whether the host's transport runs: while it does not, light may be dark.
    pub fn set_playing(&self, playing: bool) {
        self.shared.playing.store(playing, Relaxed);
    }

    /// Whether signals stay where they are, as while the plug-in is bypassed: to who
    /// receives them they are unknown then.
    pub fn set_held(&self, held: bool) {
        self.shared.held.store(held, Relaxed);
    }

    /// Tells `event` with the next bundle. While OSC is off, the newest painting and
    /// snippet are kept for when it is on.
    pub fn announce(&self, event: Event) {
        let on = self.sends_osc();
        if !locked(&self.shared.news).add(event, on) {
            count(&self.shared.osc_out.dropped);
        }
    }

    /// What the routes are doing.
    pub fn status(&self) -> NetworkStatus {
        let mut status = NetworkStatus {
            osc_out: self.shared.osc_out.route(),
            osc_in: self.shared.osc_in.route(),
            light: self.shared.light.route(),
        };
        // The threads do not know that they are not wanted.
        let state = |on: bool, fault: &Option<RouteState>, state: &mut RouteState| match fault {
            Some(fault) => *state = fault.clone(),
            None if !on => *state = RouteState::Off,
            None => {}
        };
        let lit = self.sending.job().is_some_and(|job| job.light.is_some());
        let faults = &self.faults;
        state(self.sends_osc(), &faults.osc_out, &mut status.osc_out.state);
        state(lit, &faults.light, &mut status.light.state);
        state(
            self.receiving.job().is_some(),
            &faults.osc_in,
            &mut status.osc_in.state,
        );
        status
    }

    fn sends_osc(&self) -> bool {
        self.sending.job().is_some_and(|job| job.osc.is_some())
    }

    /// Whether every thread that is wanted is there; one that panicked is begun anew.
    fn is_alive(&self) -> bool {
        self.sending.is_alive() && self.receiving.is_alive()
    }
}

impl Drop for Network {
    /// Light ends dark. Takes as long as a look and a receiver's patience, under 100 ms.
    fn drop(&mut self) {
        self.sending.finish();
        self.receiving.finish();
    }
}

impl Wanted {
    fn is(&self, settings: &OutputSettings) -> bool {
        self.shapes == settings.shapes && self.osc == settings.osc && self.light == settings.light
    }
}

impl From<&OutputSettings> for Wanted {
    fn from(settings: &OutputSettings) -> Self {
        Self {
            shapes: settings.shapes,
            osc: settings.osc.clone(),
            light: settings.light.clone(),
        }
    }
}

/// The route's job if it is on; if its settings are wrong, none and why.
fn wanted<J>(
    on: bool,
    job: impl FnOnce() -> Result<J, AddressError>,
    fault: &mut Option<RouteState>,
) -> Option<J> {
    if !on {
        return None;
    }
    job()
        .map_err(|error| *fault = Some(RouteState::failed(&error)))
        .ok()
}

fn osc_job(settings: &OscSettings) -> Result<OscJob, AddressError> {
    Ok(OscJob {
        target: target(&settings.target)?,
        rate: settings.rate,
    })
}

fn light_job(settings: &LightSettings) -> Result<LightJob, AddressError> {
    Ok(LightJob {
        target: light(settings)?,
        settings: settings.clone(),
    })
}

fn receive_job(settings: &OscSettings) -> Result<ReceiveJob, AddressError> {
    Ok(ReceiveJob {
        address: listen(&settings.listen)?,
        allowed: allowed(&settings.allowed)?,
    })
}

fn no_thread(error: &io::Error) -> RouteState {
    let reason: fmt::Arguments<'_> = format_args!(
        "The system gives no thread: close other programs, then turn this off and on ({error})"
    );
    RouteState::failed(&reason)
}
