//! Opens the editor in a window of its own, without a plug-in or a host behind it:
//!
//! ```text
//! cargo run -p impasto --example editor_window [-- STATE [SECONDS]]
//! ```
//!
//! STATE is one of those that `editor_states` draws; with SECONDS the window is left open
//! for so long. What is asked of the worker or the host is printed. Parameters move, as
//! there is no host that would refuse.

#[path = "../tests/support/mod.rs"]
mod support;

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use impasto::editor;
use impasto::params::ImpastoParams;
use impasto::view::{Publisher, channel};
use nice_plug::context::PluginApi;
use nice_plug::context::gui::{GuiContext, GuiContextInner};
use nice_plug::editor::{Editor, EditorHandle};
use nice_plug::plugin::PluginState;
use nice_plug::prelude::ParamPtr;
use support::states;

/// A host that takes every value.
struct Host {
    /// Kept alive for the pointers that the editor hands over.
    _params: Arc<ImpastoParams>,
}

impl GuiContextInner for Host {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Standalone
    }

    unsafe fn raw_begin_set_parameter(&self, _: ParamPtr) {
        println!("a hand on a control");
    }

    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, normalized: f32) {
        // SAFETY: the editor was given the parameters that `self` keeps alive, and no others.
        unsafe { param._internal_set_normalized_value(normalized) };
        println!("a parameter at {normalized:.3}");
    }

    unsafe fn raw_end_set_parameter(&self, _: ParamPtr) {
        println!("the hand is off");
    }

    fn get_state(&self) -> PluginState {
        unreachable!("the editor does not read the host's state")
    }

    fn set_state(&self, _: PluginState) {}

    fn request_restart(&self) {}
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let wanted = arguments.next().unwrap_or_else(|| "playing".to_owned());
    let seconds = arguments
        .next()
        .map(|text| text.parse::<f64>())
        .transpose()?;
    let (_, view) = states::all()
        .into_iter()
        .find(|(name, _)| *name == wanted)
        .ok_or_else(|| format!("there is no state called {wanted}"))?;

    let params: Arc<ImpastoParams> = Arc::default();
    let (publisher, handle) = channel();
    publisher.publish(view);
    std::thread::spawn(move || work(&publisher));

    let editor = editor::create(Arc::clone(&params), handle.clone());
    let host = GuiContext::new(Arc::new(Host {
        _params: Arc::clone(&params),
    }));
    let spawned = editor.spawn(None, false, None, host, None)?;
    println!("open, {:?} native pixels", editor.size());
    if let Some(seconds) = seconds {
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_secs_f64(seconds));
            std::process::exit(0);
        });
    }
    <editor::ImpastoEditor as Editor>::Handle::run_until_closed(spawned.window)?;
    println!(
        "closed; remembered {:?}",
        params.remembered.read().editor_size
    );
    Ok(())
}

/// Prints what the worker is asked for.
fn work(publisher: &Publisher) {
    let begin = Instant::now();
    while let Ok(action) = publisher.actions.recv() {
        println!("{:.1} s: {action:?}", begin.elapsed().as_secs_f64());
    }
}
