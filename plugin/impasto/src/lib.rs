//! The Impasto plug-in: parameters, state, process, outputs, editor, entry points.
//!
//! This crate never opens a model or an index by itself and has no signal
//! processing of its own: both are the engine's. It wires the engine to hosts.

pub mod editor;
pub mod entry;
pub mod output;
pub mod params;
pub mod state;
pub mod view;

use std::sync::Arc;

use nice_plug::prelude::*;

use output::HostLink;
use params::ImpastoParams;

/// The plug-in as the framework constructs it.
pub struct Impasto {
    link: Arc<HostLink>,
}

impl Default for Impasto {
    fn default() -> Self {
        let link = Arc::new(HostLink::new(Arc::default()));
        entry::hand_over(&link);
        Self { link }
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
        aux_output_ports: &[STEREO],
        names: PortNames {
            layout: Some(name),
            // The framework names the main output after the main input where that
            // has a name, and JACK refuses two ports of one name.
            main_input: None,
            main_output: None,
            aux_inputs: &["Brush"],
            aux_outputs: &["Snippets"],
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

    type Editor = ();
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        Arc::clone(&self.link.params) as Arc<dyn Params>
    }

    fn process(
        &mut self,
        _buffer: &mut Buffer,
        _aux: &mut AuxiliaryBuffers,
        _context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        ProcessStatus::KeepAlive
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
