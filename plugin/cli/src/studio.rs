//! What the commands work with: networks, library, translator.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use engine::Error;
use engine::inference::{self, Models};
use engine::library::{Contract, Library, index_dir_of};
use engine::manifest::{FILE_NAME, Manifest};
use engine::teach::TaughtHead;
use engine::translate::{Settings, Translator};

use crate::args::{Args, HeadArgs, LibraryArgs};
use crate::exit::Exit;
use crate::progress;

/// Opens the networks.
pub fn models(args: &Args) -> Result<Arc<Models>> {
    let waiting = progress::spinner(args, "opening the networks");
    let folder = match &args.models {
        Some(folder) => folder.clone(),
        None => inference::locate(None).or_else(|error| workspace_models().ok_or(error))?,
    };
    let runtime = args.runtime.clone().or_else(|| workspace_runtime(&folder));
    let models = Models::load_with(&folder, runtime.as_deref(), args.encoders.as_deref());
    waiting.finish_and_clear();
    Ok(models?)
}

/// The workspace's own models, if Cargo runs this program and nothing else is asked for.
fn workspace_models() -> Option<PathBuf> {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR")?;
    if std::env::var_os(inference::MODELS_VARIABLE).is_some() {
        return None;
    }
    let folder = Path::new(&manifest).join("../../models");
    folder.join(FILE_NAME).is_file().then_some(folder)
}

/// The library in `target/runtime`, if Cargo runs this program and nothing else is asked
/// for. By the manifest's name: the runtime's licences lie beside it.
fn workspace_runtime(models: &Path) -> Option<PathBuf> {
    std::env::var_os("CARGO_MANIFEST_DIR")?;
    if std::env::var_os(inference::RUNTIME_VARIABLE).is_some() {
        return None;
    }
    let program = std::env::current_exe().ok()?;
    let folder = program.parent()?.parent()?.join("runtime");
    let manifest = Manifest::load(models).ok()?;
    let library = folder.join(&manifest.runtime()?.library);
    library.is_file().then_some(library)
}

/// Opens a library that has been indexed with these networks and is not empty.
pub fn library(args: &LibraryArgs, models: &Models) -> Result<Library> {
    let index_dir = index_dir(&args.library, args.index_dir.as_deref(), models);
    let hint = |models: &Models| {
        let place = args.index_dir.as_ref();
        let place = place.map(|dir| format!(" --index-dir {}", dir.display()));
        let folder = args.library.display();
        let encoders = models.encoders();
        let encoders = encoders.map(|pair| format!(" --encoders {}", pair.dir().display()));
        format!(
            "run `impasto index {folder}{}{}` first",
            place.unwrap_or_default(),
            encoders.unwrap_or_default()
        )
    };
    let library = Library::open(&index_dir).map_err(|error| match error {
        Error::Index { .. } => Exit::NoLibrary(format!("{error} ({})", hint(models))).into(),
        error => anyhow::Error::from(error),
    })?;
    if !library.is_of(&Contract::of_models(models)) {
        let index = index_dir.display();
        let text = format!("{index} was made with other networks: {}", hint(models));
        return Err(Exit::NoLibrary(text).into());
    }
    if library.is_empty() {
        let folder = args.library.display();
        let text = format!("{folder} holds no music that can be used; `impasto index` says why");
        return Err(Exit::NoLibrary(text).into());
    }
    Ok(library)
}

/// Where the index of `folder` lies.
pub fn index_dir(folder: &Path, given: Option<&Path>, models: &Models) -> PathBuf {
    given.map_or_else(|| index_dir_of(folder, models), Path::to_owned)
}

/// The taught head that is asked for, if one is.
pub fn head(args: &HeadArgs, models: &Models) -> Result<Option<Arc<TaughtHead>>> {
    let load = |file: &PathBuf| TaughtHead::load_for(file, models);
    Ok(args.head.as_ref().map(load).transpose()?.map(Arc::new))
}

/// A translator with its painting, library and head.
pub fn translator(
    models: &Arc<Models>,
    painting: &Path,
    library: Library,
    head: Option<Arc<TaughtHead>>,
    settings: Settings,
) -> Result<Translator> {
    let mut translator = Translator::new(models, settings)?;
    translator.set_head(head)?;
    translator.set_painting(Some(painting))?;
    translator.set_library(Some(library))?;
    Ok(translator)
}

/// For results: parents of `path` are made, and errors name it.
pub fn make_room(path: &Path) -> Result<()> {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    parent
        .map_or(Ok(()), std::fs::create_dir_all)
        .with_context(|| path.display().to_string())
}
