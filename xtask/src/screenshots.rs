//! `cargo xtask screenshots`: the README's pictures of the editor, drawn without a display.

use anyhow::Result;

use crate::shell::{self, Steps};
use crate::workspace::Workspace;

/// Draws them into `docs/pictures`. The same sources give the same files.
pub fn run(workspace: &Workspace, steps: &mut Steps) -> Result<()> {
    let folder = workspace.root.join("docs/pictures");
    steps.run("draw the editor", || {
        shell::run(
            workspace
                .cargo()
                .args(["run", "-p", "impasto", "--example", "screenshots", "--"])
                .arg(&folder),
        )
    })
}
