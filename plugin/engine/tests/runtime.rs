//! The inference runtime is the pinned one or none. In a process of its own: a
//! runtime once loaded stays.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Fixtures, expect_runtime};
use engine::Error;
use engine::inference::{Models, RUNTIME_VARIABLE};

/// Set for the child process that tries to load; names the folder of models.
const FOLDER: &str = "RUNTIME_TEST_FOLDER";

/// What the child prints before the error's name and text.
const MARK: &str = "loading gave: ";

/// Not a test by itself: what the others run with another environment.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let outcome = match Models::load(Path::new(&folder)) {
        Ok(_) => "models".to_owned(),
        Err(error @ Error::RuntimeMissing { .. }) => format!("RuntimeMissing {error}"),
        Err(error @ Error::Hash { .. }) => format!("Hash {error}"),
        Err(error) => format!("{error:?}"),
    };
    println!("{MARK}{outcome}");
}

/// What loading gives in a process with `runtime` as the variable.
fn load(folder: &Path, runtime: Option<&Path>) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "child", "--nocapture"])
        .env(FOLDER, folder);
    match runtime {
        Some(path) => command.env(RUNTIME_VARIABLE, path),
        None => command.env_remove(RUNTIME_VARIABLE),
    };
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (_, outcome) = text
        .split_once(MARK)
        .unwrap_or_else(|| panic!("{output:?}"));
    outcome.lines().next().unwrap().to_owned()
}

fn models() -> Fixtures {
    Fixtures::new("average_audio.onnx", "average_picture.onnx")
}

#[test]
fn a_missing_runtime_is_named_by_the_place_where_it_belongs() {
    let fixtures = models();
    let outcome = load(fixtures.dir.path(), None);
    assert!(outcome.starts_with("RuntimeMissing"), "{outcome}");
    let folder = fixtures.dir.path().with_file_name("runtime");
    assert!(outcome.contains(folder.to_str().unwrap()), "{outcome}");
    assert!(outcome.contains("Install Impasto again"), "{outcome}");
}

#[test]
fn another_library_is_never_loaded() {
    let fixtures = models();
    let fake = fixtures.path("libonnxruntime.so");
    std::fs::write(&fake, "another version").unwrap();
    let outcome = load(fixtures.dir.path(), Some(&fake));
    assert!(outcome.starts_with("Hash"), "{outcome}");
    assert!(outcome.contains("libonnxruntime.so"), "{outcome}");
}

#[test]
fn the_pinned_library_is_found_beside_the_models() {
    expect_runtime();
    let fixtures = models();
    let bundle = tempfile::tempdir().unwrap();
    let folder = bundle.path().join("models");
    std::fs::create_dir(&folder).unwrap();
    for file in ["manifest.toml", "audio.onnx", "picture.onnx"] {
        std::fs::copy(fixtures.path(file), folder.join(file)).unwrap();
    }
    let library = PathBuf::from(std::env::var_os(RUNTIME_VARIABLE).unwrap());
    let runtime = bundle.path().join("runtime");
    std::fs::create_dir(&runtime).unwrap();
    std::fs::copy(&library, runtime.join(library.file_name().unwrap())).unwrap();
    assert_eq!(load(&folder, None), "models");
}
