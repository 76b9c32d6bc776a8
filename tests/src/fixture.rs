//! What the integration tests share: the demo material, and a plug-in that is
//! ready to translate with it.

use crate::bundle::{self, Bundle};
use crate::host::{Instance, parameter_id};
use crate::snapshot::Snapshot;
use crate::state::State;
use crate::{Error, Result};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

/// The parameter that the plug-in writes.
pub fn congruity() -> u32 {
    parameter_id("congruity")
}

/// The folder of demonstration and test material.
pub fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets")
}

/// A painting of the demonstration.
pub fn painting(name: &str) -> PathBuf {
    assets().join("paintings").join(name)
}

/// The painting that tests use when any would do.
pub const PAINTING: &str = "hokusai-great-wave.jpg";

/// The longest a test waits for models, painting and library: an index made
/// anew, on a slow machine that does other things as well.
pub const PATIENCE: Duration = Duration::from_secs(240);

/// The index that all tests share, made by whichever needs it first.
pub fn shared_index() -> PathBuf {
    let folder = bundle::folder();
    folder.parent().unwrap_or(&folder).join("host-tests/index")
}

/// A state that names the demo library and the painting `painting`, lets
/// `percent` of the library pass, and puts congruity out.
pub fn scene(
    instance: &mut Instance,
    painting: &Path,
    index: &Path,
    percent: f64,
) -> Result<State> {
    Ok(State::of(instance)?
        .with_path("painting", painting)
        .with_path("library", &assets().join("library"))
        .with_path("index", index)
        .with_parameter("filter", "f32", json!(percent))
        .with_parameter("interval", "f32", json!(0.25))
        .with_parameter("automation", "string", json!("native")))
}

/// An instance with networks, painting and library in use.
pub fn ready(bundle: &Bundle) -> Result<Instance> {
    ready_with(bundle, &painting(PAINTING), 20.0)
}

/// As [`ready`], with the painting and the share of the library given.
pub fn ready_with(bundle: &Bundle, painting: &Path, percent: f64) -> Result<Instance> {
    // Tests of one program run at the same time: one makes the index, the others find it.
    static INDEXING: Mutex<()> = Mutex::new(());
    let turn = INDEXING
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let index = shared_index();
    std::fs::create_dir_all(&index).map_err(|e| Error::plugin("get a folder for its index", e))?;
    let mut instance = bundle.instantiate()?;
    let state = scene(&mut instance, painting, &index, percent)?;
    instance.load_state(&state.to_bytes())?;
    let what = "networks, painting and library";
    Snapshot::wait(&mut instance, what, PATIENCE, Snapshot::is_ready, |_| ())?;
    drop(turn);
    Ok(instance)
}
