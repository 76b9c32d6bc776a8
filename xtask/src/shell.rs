//! Running commands, and timing the steps they make up.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Runs `command` with its output shown; an error names the command and its status.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = describe(command);
    let status = command
        .status()
        .with_context(|| format!("could not start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` ended with {status}");
    }
    Ok(())
}

/// Runs `command` and gives back what it printed.
pub fn output(command: &mut Command) -> Result<String> {
    let shown = describe(command);
    let output = command
        .output()
        .with_context(|| format!("could not start `{shown}`"))?;
    if !output.status.success() {
        bail!(
            "`{shown}` ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Whether `program` starts at all when asked for its version.
pub fn exists(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .is_ok()
}

fn describe(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|a| a.to_string_lossy().into_owned()));
    words.join(" ")
}

/// The steps of one command with the time that each took.
pub struct Steps {
    rows: Vec<(&'static str, Duration, bool)>,
}

impl Steps {
    /// None taken yet.
    pub fn new() -> Self {
        Self { rows: Vec::new() }
    }

    /// Takes one step, announced and timed whether it succeeds or not.
    pub fn run<T>(&mut self, name: &'static str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("==> {name}");
        let start = Instant::now();
        let result = step();
        self.rows.push((name, start.elapsed(), result.is_ok()));
        result.with_context(|| format!("step failed: {name}"))
    }

    /// A line for each step, then the sum.
    pub fn print_table(&self) {
        if self.rows.is_empty() {
            return;
        }
        println!("\n{:<38} {:>9}", "step", "seconds");
        for (name, time, succeeded) in &self.rows {
            let mark = if *succeeded { "" } else { "  failed" };
            println!("{name:<38} {:>9.1}{mark}", time.as_secs_f64());
        }
        let total: Duration = self.rows.iter().map(|(_, time, _)| *time).sum();
        println!("{:<38} {:>9.1}", "total", total.as_secs_f64());
    }
}
