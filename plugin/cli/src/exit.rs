//! What the command's exit codes mean; `impasto --help` lists them.

use std::process::ExitCode;

/// Shown under `--help`.
pub const HELP: &str = "\
Exit codes:
  0    done
  1    failed, or `impasto teach` refused; the message says why and what to do
  2    wrong usage
  3    the library holds no music that can be used, or is not indexed yet
  130  interrupted with Ctrl-C; `impasto index` goes on where it was";

/// Failures that scripts may want to tell from others.
#[derive(Debug, thiserror::Error)]
pub enum Exit {
    /// There is nothing to choose from.
    #[error("{0}")]
    NoLibrary(String),
    /// Ctrl-C.
    #[error("interrupted{0}")]
    Interrupted(&'static str),
}

impl Exit {
    fn code(&self) -> u8 {
        match self {
            Self::NoLibrary(_) => 3,
            Self::Interrupted(_) => 130,
        }
    }
}

/// Prints the error with its causes and gives its code.
pub fn report(error: &anyhow::Error) -> ExitCode {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        // The engine's messages have their cause in them already.
        if !text.ends_with(&cause) {
            let separator = if text.is_empty() { "" } else { ": " };
            text.push_str(separator);
            text.push_str(&cause);
        }
    }
    eprintln!("impasto: {text}");
    let code = error.downcast_ref::<Exit>().map_or(1, Exit::code);
    ExitCode::from(code)
}
