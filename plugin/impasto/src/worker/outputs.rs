//! The worker's part of the signals' way out: settings to whoever works by them, and
//! automation that goes through the host's main thread.

use std::time::Instant;

use engine::translate::Outcome;
use engine::units::Congruity;
use outputs::automation::Emitter;
use outputs::settings::AudioSettings;
use outputs::{OutputSettings, PerSignal, Shaper, Signal, Values};

use super::desk::Desk;
use crate::params::Automation;

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
}

impl Routes {
    pub fn new() -> Self {
        Self {
            saved: OutputSettings::default(),
            settings: OutputSettings::default(),
            unsent: true,
            shapers: PerSignal::default(),
            automation: Emitter::default(),
            looked: Instant::now(),
        }
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

    /// Takes over what was found of the music.
    pub(super) fn take_signals(&mut self, outcome: &Outcome) {
        let congruity = outcome.congruity.map(Congruity::get);
        self.link.signals.set(Signal::Congruity, congruity);
        self.link.signals.set(Signal::Network, congruity);
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
        self.move_parameters();
    }

    fn move_parameters(&mut self) {
        let compatible = self.is_compatible();
        let bypassed = self.link.params.bypass.value();
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
        let found = if bypassed {
            Values::default()
        } else {
            link.signals.values()
        };
        let mut shaped = Values::default();
        for (signal, value) in found.iter() {
            let shape = &routes.settings.shapes[signal];
            shaped[signal] = routes.shapers[signal].next(*value, elapsed, shape);
        }
        let settings = &routes.settings.automation;
        routes.automation.next(&shaped, elapsed, settings, tell);
    }

    /// Takes the signals and their routes into the view.
    pub(super) fn show_outputs(&mut self) {
        self.view.signals = self.link.signals.values();
        self.view.routed = self.link.shaped.values();
        self.view.edits_lost = self.link.lost();
        if *self.view.outputs != self.routes.settings {
            self.view.outputs = self.routes.settings.clone().into();
        }
    }
}
