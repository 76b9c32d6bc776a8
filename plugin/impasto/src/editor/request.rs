//! What the panels ask for. They change nothing themselves: they take the published
//! snapshot and return these.

use std::path::PathBuf;

use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::{Param, ParamPtr};

use super::pages::Page;
use crate::view::Action;

/// What a file or a folder is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A picture file that becomes the painting.
    Painting,
    /// A folder that becomes the library.
    Library,
    /// A folder of paintings for the way back.
    Gallery,
    /// A taught head's file.
    Head,
    /// A folder of the artist's own pairs.
    Pairs,
    /// A folder that pictures of the painting come into.
    Inbox,
    /// A folder with the frames of a recording.
    Frames,
}

impl Purpose {
    /// Whether a file is looked for, and not a folder.
    pub fn is_file(self) -> bool {
        matches!(self, Self::Painting | Self::Head)
    }

    /// Whether pictures are listed.
    pub fn shows_pictures(self) -> bool {
        self == Self::Painting
    }
}

/// One thing that a panel asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// For the worker.
    Act(Action),
    /// For the host.
    Edit(Edit),
    /// Show the editor at this size, in percent.
    Zoom(u32),
    /// Show this page.
    Show(Page),
    /// Show or hide the parameters on the page of the performance; remembered.
    ShowControls(bool),
    /// Open the help.
    Help,
    /// Open the list of presets.
    ShowPresets,
    /// Take the last change of parameters back.
    Undo,
    /// Do again what was taken back last.
    Redo,
    /// Open the file browser.
    Browse(Purpose),
    /// Open the file browser at this place, or take it if it is what is looked for.
    BrowseAt(Purpose, PathBuf),
    /// Show which files of the library could not be used.
    ShowFailed,
}

/// One step of a change to a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edit {
    /// Of this instance's parameters.
    pub param: ParamPtr,
    /// Which step.
    pub step: Step,
}

/// A change is begun, made of any number of values, and ended, so that a host that
/// records automation knows when a hand lies on the control.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// The hand is on the control.
    Begin,
    /// It is moved to this normalized value, 0..=1.
    Set(f32),
    /// It is let go.
    End,
}

/// A whole change of `param` to a normalized value, 0..=1, in one go.
pub fn whole_change(param: &impl Param, normalized: f32) -> [Request; 3] {
    let param = param.as_ptr();
    let steps = [Step::Begin, Step::Set(normalized), Step::End];
    steps.map(|step| Request::Edit(Edit { param, step }))
}

/// Hands `edit` to the host. The only place where the editor sets a parameter, so that
/// what has to be moved to the host's main thread is moved in the context given here.
pub fn apply(edit: Edit, context: &GuiContext) {
    let Edit { param, step } = edit;
    // SAFETY: the functions are marked unsafe as a parameter of another instance could be
    // given. `edit` comes from this window's panels, which saw only this instance's
    // parameters, and the wrapper behind `context` keeps those alive.
    unsafe {
        match step {
            Step::Begin => context.raw_begin_set_parameter(param),
            Step::Set(normalized) => context.raw_set_parameter_normalized(param, normalized),
            Step::End => context.raw_end_set_parameter(param),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Does what is asked, as a host would.
    pub fn apply(requests: &[Request]) {
        for request in requests {
            if let Request::Edit(Edit {
                param,
                step: Step::Set(to),
            }) = request
            {
                // SAFETY: the parameters of the tests outlive their requests.
                unsafe { param._internal_set_normalized_value(*to) };
            }
        }
    }
}
