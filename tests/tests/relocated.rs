//! The bundle carries everything: copied to another folder, with nothing in the
//! environment to lead it back, it finds its own networks and runtime.

use anyhow::{Context, Result, ensure};
use impasto_tests::bundle::{self, Bundle};
use impasto_tests::fixture;
use impasto_tests::snapshot::Snapshot;
use std::path::Path;

fn main() -> Result<()> {
    let bundles = bundle::folder();
    for name in [
        "IMPASTO_MODELS",
        "IMPASTO_RUNTIME",
        "ORT_DYLIB_PATH",
        "LD_LIBRARY_PATH",
    ] {
        // SAFETY: no other thread runs yet.
        unsafe { std::env::remove_var(name) };
    }
    let elsewhere = tempfile::Builder::new()
        .prefix("impasto moved ü ")
        .tempdir()?;
    copy(&bundles.join("Impasto"), elsewhere.path())?;
    let inner = bundle::clap_path();
    let inner = inner.strip_prefix(bundles.join("Impasto"))?;
    let bundle = Bundle::load_from(&elsewhere.path().join(inner))?;

    check_tour(elsewhere.path())?;
    let mut instance = bundle.instantiate()?;
    let index = tempfile::tempdir()?;
    // What the tour brings is what is loaded.
    let painting = elsewhere
        .path()
        .join("tour/paintings/hokusai-great-wave.jpg");
    let state = fixture::scene(&mut instance, &painting, index.path(), 10.0)?;
    instance.load_state(&state.to_bytes())?;
    let seen = Snapshot::wait(
        &mut instance,
        "networks and painting",
        fixture::PATIENCE,
        |s| s.models.state == "ready" && s.painting.state == "ready",
        |_| (),
    )?;
    ensure!(seen.failure().is_none(), "{seen:#?}");
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    for library in maps.lines().filter(|line| line.contains("onnxruntime")) {
        ensure!(
            library.contains("impasto moved"),
            "a runtime from outside the bundle is in use: {library}"
        );
    }
    println!("relocated bundle ... ok");
    Ok(())
}

/// The tour's music and paintings are there, with whose they are, and small.
fn check_tour(bundle: &Path) -> Result<()> {
    let tour = bundle.join("tour");
    let readme = std::fs::read_to_string(tour.join("README.md"))?;
    let mut tracks = 0;
    let mut bytes = 0;
    for work in std::fs::read_dir(tour.join("library"))? {
        for track in std::fs::read_dir(work?.path())? {
            let track = track?;
            let name = track.file_name();
            let stated = readme.contains(&*name.to_string_lossy());
            ensure!(stated, "{name:?} is carried without its licence");
            tracks += 1;
            bytes += track.metadata()?.len();
        }
    }
    ensure!(tracks >= 12, "{tracks} tracks");
    ensure!(bytes < 7_000_000, "{bytes} bytes of music");
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    for entry in std::fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            std::fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
