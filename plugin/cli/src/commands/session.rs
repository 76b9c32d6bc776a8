//! `impasto session`: what the plug-in has logged, and the way out.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::Result;
use engine::data::sessions_dir;
use engine::session::{Form, Missing, SessionFile, SessionProblem, export, sessions};
use engine::units::Seconds;
use serde::Serialize;

use crate::args::{Args, ExportForm, SessionCommand, SessionExport};
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{progress, report, time};

/// What `list --json` prints.
#[derive(Serialize)]
struct Listed {
    path: PathBuf,
    name: String,
    began: String,
    length_s: f64,
    bytes: u64,
}

/// What `export --json` prints.
#[derive(Serialize)]
struct Written {
    path: PathBuf,
    events: usize,
    snippets: usize,
    missing: Vec<Left>,
}

#[derive(Serialize)]
struct Left {
    track: PathBuf,
    reason: String,
}

impl From<Missing> for Left {
    fn from(missing: Missing) -> Self {
        Self {
            track: missing.track,
            reason: missing.reason,
        }
    }
}

/// Runs the command.
pub fn run(args: &Args, session: &crate::args::Session, interrupt: &Interrupt) -> Result<()> {
    match &session.command {
        SessionCommand::List => list(args),
        SessionCommand::Export(asked) => take_out(args, asked, interrupt),
    }
}

fn list(args: &Args) -> Result<()> {
    let all = sessions(&sessions_dir());
    if args.json {
        let listed = |file: SessionFile| Listed {
            path: file.path,
            name: file.name,
            began: file.began,
            length_s: file.length,
            bytes: file.bytes,
        };
        return report::json(&all.into_iter().map(listed).collect::<Vec<_>>());
    }
    if all.is_empty() {
        return report::text(&format!("no sessions in {}\n", sessions_dir().display()));
    }
    let mut table = report::Table::new(&["session (UTC)", ">length", ">kB"]);
    for file in all {
        let size = file.bytes.div_ceil(1000).to_string();
        table.row(vec![file.name, time::duration(Seconds(file.length)), size]);
    }
    report::text(&table.render())
}

fn take_out(args: &Args, asked: &SessionExport, interrupt: &Interrupt) -> Result<()> {
    let session = find(&asked.session);
    let form = match asked.form {
        ExportForm::Csv => Form::Csv,
        ExportForm::Json => Form::Json,
        ExportForm::Folder => Form::Folder,
    };
    let bar = progress::bar(args, 100, "cutting {bar:32} {pos:>3} %");
    let exported = export(&session, form, &asked.out, &mut |share| {
        bar.set_position((100.0 * share) as u64);
        match interrupt.pressed() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    bar.finish_and_clear();
    let exported = exported.map_err(|error| match error {
        engine::Error::Session {
            problem: SessionProblem::Stopped,
            ..
        } => Exit::Interrupted("; nothing was written").into(),
        error => anyhow::Error::from(error),
    })?;
    if args.json {
        return report::json(&Written {
            path: exported.path,
            events: exported.events,
            snippets: exported.snippets,
            missing: exported.missing.into_iter().map(Left::from).collect(),
        });
    }
    let mut text = format!("{}: {} events", exported.path.display(), exported.events);
    if form == Form::Folder {
        text.push_str(&format!(", {} snippets", exported.snippets));
    }
    text.push('\n');
    for missing in &exported.missing {
        text.push_str(&format!("  not cut: {}\n", missing.reason));
    }
    report::text(&text)
}

/// A file, or a session by its name.
fn find(named: &Path) -> PathBuf {
    let by_name = || {
        let name = named.to_str()?;
        let all = sessions(&sessions_dir());
        all.into_iter().find(|file| file.name == name)
    };
    match named.exists() {
        true => named.to_owned(),
        false => by_name().map_or_else(|| named.to_owned(), |file| file.path),
    }
}
