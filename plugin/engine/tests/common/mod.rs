//! What several tests need.
#![allow(dead_code, reason = "each test uses a part of this")]

use std::path::{Path, PathBuf};

use engine::manifest::FILE_NAME;
use engine::teach::PairRecord;
use sha2::{Digest, Sha256};

/// The project's own models' folder.
pub fn models_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models")
}

/// Fails with what to do if the tests don't know where the inference runtime is.
#[track_caller]
pub fn expect_runtime() {
    let variable = engine::inference::RUNTIME_VARIABLE;
    assert!(
        std::env::var_os(variable).is_some(),
        "{variable} is not set: run `cargo xtask test`, or set it to the library that \
         `cargo xtask setup` puts into target/runtime"
    );
}

/// A models' folder made of fixture networks.
pub struct Fixtures {
    /// Deleted with this.
    pub dir: tempfile::TempDir,
}

impl Fixtures {
    /// The project's manifest with these two networks of `fixtures/networks` in the
    /// places of its own.
    pub fn new(audio: &str, picture: &str) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let text = std::fs::read_to_string(models_dir().join(FILE_NAME)).expect("the manifest");
        let mut manifest: toml::Table = text.parse().expect("a manifest");
        manifest["correspondence"]["points"] = 32.into();
        let models = manifest["model"].as_array_mut().expect("models");
        for model in models {
            let file = model["file"].as_str().expect("a file");
            let fixture = if file == "audio.onnx" { audio } else { picture };
            let source = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/fixtures/networks")
                .join(fixture);
            let bytes = std::fs::read(source).expect("a fixture");
            std::fs::write(dir.path().join(file), &bytes).expect("a copy");
            fit(model, &bytes);
            for output in model["output"].as_array_mut().expect("outputs") {
                if output["name"].as_str() == Some("embedding") {
                    output["length"] = 128.into();
                }
            }
        }
        let text = manifest.to_string();
        std::fs::write(dir.path().join(FILE_NAME), text).expect("a manifest");
        Self { dir }
    }

    /// Of a file in the folder.
    pub fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }
}

/// Makes a model's entry describe the fixture `bytes`.
fn fit(model: &mut toml::Value, bytes: &[u8]) {
    let hash: String = Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    model["sha256"] = hash.into();
    let outputs = model["output"].as_array_mut().expect("outputs");
    // The fixtures give none; a network need not.
    outputs.retain(|output| output["name"].as_str() != Some("features"));
    for output in outputs {
        if output["name"].as_str() == Some("point") {
            output["length"] = 32.into();
        }
    }
}

/// What is kept of the pair at `place` of a made-up lesson.
pub fn pair_record(place: usize, work: &str) -> PairRecord {
    PairRecord {
        picture: format!("{place}.png"),
        picture_sha256: format!("picture {place}"),
        music: format!("{place}.wav"),
        music_sha256: format!("music {place}"),
        start: 0.0,
        end: None,
        work: work.to_owned(),
    }
}
