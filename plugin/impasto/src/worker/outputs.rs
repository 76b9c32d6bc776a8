//! The worker's part of the signals' way out: settings to whoever works by them,
//! automation that goes through the host's main thread, the network, and what others ask
//! for over it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use crossbeam::channel::Receiver;
use engine::congruity::Part;
use engine::translate::Outcome;
use engine::units::{Congruity, Seconds};
use outputs::automation::Emitter;
use outputs::network::{Command, Event, Network};
use outputs::probe::{probed, sweep};
use outputs::settings::AudioSettings;
use outputs::{OutputSettings, PerSignal, Shaper, SharedValues, Signal, Test, Way};

use super::desk::Desk;
use super::stage::Stage;
use crate::params::{Automation, output_id};
use crate::view::{Action, PaintingState};

/// What the worker keeps of it.
pub struct Routes {
    /// As the record has them, whatever it has.
    saved: OutputSettings,
    /// As they are in force: within their ranges.
    settings: OutputSettings,
    /// The audio thread has not got them.
    unsent: bool,
    shapers: PerSignal<Shaper>,
    automation: Emitter,
    looked: Instant,
    network: Network,
    commands: Receiver<Command>,
    /// The painting that the network was told of.
    painting: Option<String>,
    /// Strokes that it was told of.
    strokes: u64,
    /// The trigger went on by a command when the audio thread had done so many blocks:
    /// what comes next waits until a block has seen it.
    pressed: Option<u64>,
    /// Of a way out, and since when.
    test: Option<(Test, Instant)>,
}

impl Routes {
    pub fn new(signals: &Arc<SharedValues>) -> Self {
        let (network, commands) = Network::new(Arc::clone(signals));
        Self {
            network,
            commands,
            painting: None,
            strokes: 0,
            pressed: None,
            test: None,
            saved: OutputSettings::default(),
            settings: OutputSettings::default(),
            unsent: true,
            shapers: PerSignal::default(),
            automation: Emitter::default(),
            looked: Instant::now(),
        }
    }

    /// Tells the network that a snippet of `track` begins `start` into it.
    pub fn announce_snippet(&self, track: String, start: Seconds) {
        let start = start.0 as f32;
        self.network.announce(Event::Snippet { track, start });
    }

    /// A new activation knows of no settings.
    pub fn attach(&mut self) {
        self.unsent = true;
    }
}

impl Desk {
    /// Whether the host waits for values from here.
    pub(super) fn is_compatible(&self) -> bool {
        self.link.params.automation.value() == Automation::Compatibility
    }

    /// Whether somebody may be waiting for what comes over the network, or for a test.
    pub(super) fn is_listening(&self) -> bool {
        self.routes.settings.osc.listening || self.routes.test.is_some()
    }

    /// Takes over what was found of the music.
    pub(super) fn take_signals(&mut self, outcome: &Outcome) {
        let congruity = outcome.congruity.map(Congruity::get);
        self.link.signals.set(Signal::Congruity, congruity);
        for part in Part::ALL {
            let value = outcome.parts.get(part);
            self.link.signals.set(signal_of(part), value);
        }
    }

    /// Nothing is known of the music any more.
    pub(super) fn forget_signals(&mut self) {
        for signal in Signal::ALL {
            // The brush is the audio thread's.
            if signal != Signal::Brush {
                self.link.signals.set(signal, None);
            }
        }
    }

    /// Nothing is known at all: the audio thread is gone.
    pub(super) fn forget_all_signals(&mut self) {
        for signal in Signal::ALL {
            self.link.signals.set(signal, None);
            self.link.shaped.set(signal, None);
        }
    }

    /// Follows the settings, and moves the parameters where the host wants it from here.
    pub(super) fn follow_outputs(&mut self) {
        let routes = &mut self.routes;
        {
            let record = self.link.params.remembered.read();
            if record.outputs != routes.saved {
                routes.saved = record.outputs.clone();
                routes.settings = routes.saved.clone().checked();
                (routes.unsent, self.urgent) = (true, true);
            }
        }
        if routes.unsent
            && let Some(stage) = &mut self.stage
        {
            routes.unsent = !stage.set_outputs(AudioSettings::from(&routes.settings));
        }
        self.follow_test();
        self.move_parameters();
        self.follow_network();
    }

    /// Begins a test of a way out, or ends the one that is on.
    pub(super) fn test_output(&mut self, test: Option<Test>) {
        self.routes.test = test.map(|test| (test, Instant::now()));
        self.follow_test();
    }

    /// Moves what is tested. A render is left alone: it must come out the same each time.
    fn follow_test(&mut self) {
        let routes = &mut self.routes;
        let offline = self.link.is_offline();
        let lasts = |(test, began): &(Test, Instant)| {
            !offline && began.elapsed().as_secs_f32() < test.lasting()
        };
        routes.test = routes.test.filter(lasts);
        let stands = |(test, began): (Test, Instant)| (test, sweep(began.elapsed().as_secs_f32()));
        self.link.signals.probe.set(routes.test.map(stands));
        let test = routes.test.map(|(test, _)| test);
        self.urgent |= self.view.testing != test;
        self.view.testing = test;
    }

    fn follow_network(&mut self) {
        while self.is_free_to_obey()
            && let Ok(command) = self.routes.commands.try_recv()
        {
            self.obey(command);
        }
        let processing = self.is_processing();
        let routes = &mut self.routes;
        routes.network.apply(&routes.settings);
        routes
            .network
            .set_playing(processing && self.shared.is_playing());
        let bypassed = self.link.params.bypass.value();
        routes.network.set_held(bypassed);
        let painting = match &self.view.painting {
            PaintingState::Ready { name, .. } => Some(name),
            _ => None,
        };
        if painting != routes.painting.as_ref() {
            routes.painting = painting.cloned();
            let told = routes.painting.clone();
            routes.network.announce(Event::Painting(told));
        }
        let strokes = self.shared.strokes.load(Ordering::Relaxed);
        for _ in routes.strokes..strokes {
            if !bypassed {
                let strength = self.shared.strength.get();
                routes.network.announce(Event::Stroke(strength));
            }
        }
        routes.strokes = strokes;
    }

    /// Whether the next command may be obeyed: a tap on a pad must last for a block, or
    /// nobody hears it.
    fn is_free_to_obey(&mut self) -> bool {
        let blocks = self.shared.blocks.load(Ordering::Acquire);
        // The first block to end may have begun before the trigger went on.
        let seen = |pressed| blocks >= pressed + 2;
        if !self.is_processing() || self.routes.pressed.is_some_and(seen) {
            self.routes.pressed = None;
        }
        self.routes.pressed.is_none()
    }

    /// Whether blocks come: a host may stop without one that says so.
    fn is_processing(&self) -> bool {
        self.stage.is_some() && self.pace.is_playing(Instant::now())
    }

    fn obey(&mut self, command: Command) {
        self.urgent = true;
        match command {
            Command::LoadPainting(file) => self.load_from_afar(&file),
            Command::ClearPainting => self.act(Action::ClearPainting),
            Command::ReloadPainting => self.act(Action::ReloadPainting),
            Command::Freeze(on) => self.set_parameter("freeze", f32::from(u8::from(on))),
            Command::Trigger(on) => {
                self.set_parameter("trigger", f32::from(u8::from(on)));
                let blocks = self.shared.blocks.load(Ordering::Acquire);
                self.routes.pressed = on.then_some(blocks);
            }
            Command::Parameter { id, value } => self.set_parameter(&id, value),
        }
    }

    /// Loads a painting that somebody asks for from afar, if there is such a file: a
    /// mistake of theirs must not take the painting away.
    fn load_from_afar(&mut self, file: &Path) {
        if file.is_file() {
            self.act(Action::LoadPainting(file.to_owned()));
        } else {
            let warning = format!(
                "{}: asked for by OSC, but there is no such file: send the absolute path of a \
                 picture on this computer",
                file.display()
            );
            self.view.warning = Some(warning);
        }
    }

    /// Sets a parameter as the editor would, and tells the host.
    fn set_parameter(&mut self, id: &str, normalized: f32) {
        let written = Signal::ALL.iter().any(|signal| output_id(*signal) == id);
        let rate = self.stage.as_ref().map(Stage::rate);
        if written || !self.link.set_parameter(id, normalized, rate) {
            self.view.warning = Some(format!(
                "{id}: asked for by OSC, but there is no such parameter to set"
            ));
        }
    }

    fn move_parameters(&mut self) {
        let compatible = self.is_compatible();
        let routes = &mut self.routes;
        let now = Instant::now();
        let elapsed = now
            .duration_since(std::mem::replace(&mut routes.looked, now))
            .as_secs_f32();
        let link = &self.link;
        let tell = &mut |edit| link.tell(edit);
        if !compatible {
            routes.automation.stop(tell);
            return;
        }
        let shapes = &routes.settings.shapes;
        let shaped = routes.shapers.shape(&link.offered(), elapsed, shapes);
        let shaped = probed(link.signals.probe.get(), Way::Automation, &shaped);
        let settings = &routes.settings.automation;
        routes.automation.next(&shaped, elapsed, settings, tell);
    }

    /// Takes the signals and their routes into the view.
    pub(super) fn show_outputs(&mut self) {
        self.view.signals = self.link.signals.values();
        self.view.routed = self.link.shaped.values();
        self.view.edits_lost = self.link.lost();
        self.view.controllers_sent = self.link.controllers();
        self.view.processing = self.is_processing();
        self.view.network = self.routes.network.status();
        if *self.view.outputs != self.routes.settings {
            self.view.outputs = self.routes.settings.clone().into();
        }
    }
}

/// What a part goes out as.
fn signal_of(part: Part) -> Signal {
    match part {
        Part::Network => Signal::Network,
        Part::Valence => Signal::Valence,
        Part::Arousal => Signal::Arousal,
        Part::Crossmodal => Signal::Crossmodal,
        Part::Gesture => Signal::Gesture,
    }
}
