//! The cards of the editor. Each is a function from the published snapshot to what is
//! drawn and what is asked for; none holds a lock, reads a file or changes the plug-in.

pub mod brush;
pub mod congruity;
pub mod head;
pub mod help;
pub mod library;
pub mod outputs;
pub mod painting;
pub mod parameters;
pub mod presets;
pub mod snippet;
pub mod snippets;
pub mod status;
pub mod suggestion;
pub mod top;
