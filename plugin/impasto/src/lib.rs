//! The Impasto plug-in: parameters, state, process, outputs, editor, entry points.
//!
//! This crate never opens a model or an index by itself and has no signal
//! processing of its own: both are the engine's. It wires the engine to hosts.

pub mod bridge;
pub mod bundle;
pub mod editor;
pub mod entry;
pub mod events;
pub mod looking;
pub mod outlet;
pub mod output;
pub mod params;
pub mod process;
pub mod reports;
pub mod snapshot;
pub mod state;
pub mod view;
pub mod worker;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use engine::units::SampleRate;
use nice_plug::prelude::*;

use bridge::{Shared, bridge};
use editor::ImpastoEditor;
use output::HostLink;
use process::{Block, Processor};
use worker::{Message, Worker};

/// The plug-in as the framework constructs it.
pub struct Impasto {
    link: Arc<HostLink>,
    shared: Arc<Shared>,
    /// `None` if the system gave no thread; then audio passes.
    worker: Option<Worker>,
    /// Between activation and deactivation.
    processor: Option<Box<Processor>>,
    /// What the host sends with a block.
    keys: events::Keys,
}

impl Default for Impasto {
    fn default() -> Self {
        let (publisher, view) = view::channel();
        let link = Arc::new(HostLink::new(Arc::default(), view));
        let shared = Shared::new();
        let worker = Worker::spawn(Arc::clone(&link), Arc::clone(&shared), publisher);
        entry::hand_over(&link);
        Self {
            link,
            shared,
            worker,
            processor: None,
            keys: events::Keys::default(),
        }
    }
}

impl Impasto {
    /// Makes both ends for `rate` and gives the worker its own.
    fn attach(&mut self, rate: SampleRate) -> engine::Result<()> {
        let Some(worker) = &self.worker else {
            return Ok(());
        };
        let (audio, end) = bridge(rate);
        let inbox = worker.inbox().clone();
        let processor = Processor::new(rate, audio, &self.link, &self.shared, inbox)?;
        self.processor = Some(Box::new(processor));
        worker.tell(Message::Attach(Box::new(end)));
        Ok(())
    }
}

const STEREO: NonZeroU32 = new_nonzero_u32(2);
const MONO: NonZeroU32 = new_nonzero_u32(1);

/// The buses, with the sidechain as given.
const fn layout(name: &'static str, brush: &'static [NonZeroU32]) -> AudioIOLayout {
    AudioIOLayout {
        main_input_channels: Some(STEREO),
        main_output_channels: Some(STEREO),
        aux_input_ports: brush,
        aux_output_ports: &[STEREO, STEREO],
        names: PortNames {
            layout: Some(name),
            // The framework names the main output after the main input where that
            // has a name, and JACK refuses two ports of one name.
            main_input: None,
            main_output: None,
            aux_inputs: &["Brush"],
            aux_outputs: &["Snippets", "Control"],
        },
    }
}

impl Plugin for Impasto {
    const NAME: &'static str = "Impasto";
    const VENDOR: &'static str = "Impasto";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    /// The first is what VST3 is built on; there the entry class negotiates the rest.
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[
        layout("Stereo brush", &[STEREO]),
        layout("Mono brush", &[MONO]),
    ];

    /// Notes play snippets.
    const MIDI_INPUT: MidiConfig = MidiConfig::Basic;
    /// Strokes are notes to other instruments, and signals are controllers.
    const MIDI_OUTPUT: MidiConfig = MidiConfig::MidiCCs;

    type Editor = ImpastoEditor;
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        Arc::clone(&self.link.params) as Arc<dyn Params>
    }

    fn editor(&mut self, _executor: AsyncExecutor<Self>) -> Option<ImpastoEditor> {
        let params = Arc::clone(&self.link.params);
        Some(editor::create(params, self.link.view.clone()))
    }

    fn filter_state(state: &mut PluginState) {
        if let Some(record) = state.fields.get_mut(state::FIELD) {
            state::migrate(record);
        }
        state::migrate_params(&mut state.params);
        state::keep_in_range(&mut state.params);
    }

    fn activate(
        &mut self,
        _layout: &AudioIOLayout,
        config: &BufferConfig,
        _context: &mut impl ActivateContext<Self>,
    ) -> bool {
        let Some(rate) = SampleRate::new(f64::from(config.sample_rate)) else {
            return false;
        };
        match self.attach(rate) {
            Ok(()) => true,
            Err(error) => {
                nice_error!("{error}");
                false
            }
        }
    }

    fn reset(&mut self) {
        if let Some(processor) = &mut self.processor {
            processor.reset();
        }
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let transport = events::transport(context.transport());
        let playing = context.transport().playing;
        self.shared.playing.store(playing, Ordering::Relaxed);
        let host = events::host_time(context.transport());
        let keys = self.keys.gather(context);
        let (Some(processor), [left, right]) = (&mut self.processor, buffer.as_slice()) else {
            return ProcessStatus::Normal;
        };
        let brush = aux
            .inputs
            .first()
            .map_or(&[][..], Buffer::as_slice_immutable);
        let channel = |index: usize| brush.get(index).map_or(&[][..], |channel| &**channel);
        let [snippets, control] = aux.outputs else {
            return ProcessStatus::Normal;
        };
        let ([snippets_left, snippets_right], [control_left, control_right]) =
            (snippets.as_slice(), control.as_slice())
        else {
            return ProcessStatus::Normal;
        };
        let block = Block {
            main: [left, right],
            brush: [channel(0), channel(1)],
            brush_channels: brush.len().min(2),
            snippets: [snippets_left, snippets_right],
            control: [control_left, control_right],
            keys,
            transport,
        };
        processor.note_host(host);
        // A host whose queue is full, or absent, loses the event.
        processor.process(block, &mut |sent| {
            let _ = context.try_send_event(sent.event());
        });
        processor
            .tail()
            .map_or(ProcessStatus::KeepAlive, ProcessStatus::Tail)
    }

    fn deactivate(&mut self) {
        self.processor = None;
        if let Some(worker) = &self.worker {
            worker.tell(Message::Detach);
        }
    }
}

impl ClapPlugin for Impasto {
    const CLAP_ID: &'static str = "org.impasto.impasto";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("A painting and the sound of its brush play your own music");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::AudioEffect,
        ClapFeature::Sampler,
        ClapFeature::Stereo,
    ];
}

impl Vst3Plugin for Impasto {
    const VST3_CLASS_ID: [u8; 16] = *b"ImpastoPaintingM";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Fx, Vst3SubCategory::Sampler];
}
