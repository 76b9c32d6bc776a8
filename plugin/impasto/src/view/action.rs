//! What the editor asks for.

use std::path::PathBuf;

use engine::units::ChunkId;
use outputs::{OutputSettings, Test};

use super::{CollectionAction, LookAction, SessionAction, TeachAction};

/// What the editor asks the worker to do. Parameters are not among these: they
/// are set through the framework, so that the host knows.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Use this picture as the painting; remembered in the state.
    LoadPainting(PathBuf),
    /// Use no painting.
    ClearPainting,
    /// Read the painting's file again (it is being painted).
    ReloadPainting,
    /// Use this folder of music: open its index, then scan for what is new.
    SetLibrary(PathBuf),
    /// Scan the folder in use again.
    RescanLibrary,
    /// Stop the scan; what is indexed so far stays in use.
    CancelIndexing,
    /// Let the scan rest; what it has is in use.
    PauseIndexing,
    /// Let the scan go on.
    ResumeIndexing,
    /// Use this folder of paintings for the way back.
    SetGallery(PathBuf),
    /// Use no gallery.
    ClearGallery,
    /// Judge by this taught head.
    SetHead(PathBuf),
    /// Judge by the shipped head.
    ClearHead,
    /// Make the suggested painting the painting.
    UseSuggestedPainting,
    /// Play this chunk once, now.
    Audition(ChunkId),
    /// Listen to how somebody paints for ten seconds, to set up the brush.
    Calibrate,
    /// Let the signals take these routes; what is out of range is brought into it.
    SetOutputs(Box<OutputSettings>),
    /// Send a known movement by one way for some seconds; `None` ends it.
    TestOutput(Option<Test>),
    /// Load the networks that could not be loaded.
    ReloadModels,
    /// Of the live painting.
    Look(LookAction),
    /// Of the library as a collection: what is listed and mapped.
    Collection(CollectionAction),
    /// Of the session's log.
    Session(SessionAction),
    /// Of the artist's own pairs.
    Teach(TeachAction),
}
