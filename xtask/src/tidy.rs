//! The architecture's mechanical invariants, checked on every test run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;
use crate::workspace::Workspace;

/// A source file longer than this has outgrown one reading.
const LONGEST_SOURCE: usize = 600;
/// Larger files do not belong in the repository.
const LARGEST_FILE: u64 = 20_000_000;

/// Checks every invariant and reports all that is broken at once.
pub fn run(workspace: &Workspace) -> Result<()> {
    let files = tracked(workspace)?;
    let mut faults = Vec::new();
    faults.extend(long_sources(&files)?);
    faults.extend(heavy_files(&files)?);
    faults.extend(missing_pictures(&files)?);
    faults.extend(forbidden_dependencies(workspace)?);
    faults.extend(network_crates(&workspace.root.join("Cargo.lock"))?);
    faults.extend(stray_sockets(workspace, &files)?);
    if faults.is_empty() {
        return Ok(());
    }
    bail!("{}", faults.join("\n"))
}

fn tracked(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let listing = shell::output(
        Command::new("git")
            .args(["ls-files", "-z"])
            .current_dir(&workspace.root),
    )?;
    Ok(listing
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(|name| workspace.root.join(name))
        .filter(|path| path.exists())
        .collect())
}

fn long_sources(files: &[PathBuf]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for file in files {
        let source = file.extension().is_some_and(|e| e == "rs" || e == "py");
        if source {
            let lines = fs::read_to_string(file)?.lines().count();
            if lines > LONGEST_SOURCE {
                faults.push(format!("{}: {lines} lines, split it", file.display()));
            }
        }
    }
    Ok(faults)
}

/// Pictures that a page of text shows and that are not there.
fn missing_pictures(files: &[PathBuf]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for page in files
        .iter()
        .filter(|file| file.extension().is_some_and(|e| e == "md"))
    {
        let text = fs::read_to_string(page)?;
        for name in pictures_of(&text) {
            let picture = page.parent().unwrap_or(page).join(name);
            if !picture.is_file() {
                let (page, picture) = (page.display(), picture.display());
                faults.push(format!("{page}: shows {picture}, which is not there"));
            }
        }
    }
    Ok(faults)
}

/// The files that `![...](...)` names; addresses elsewhere are left out.
fn pictures_of(text: &str) -> Vec<&str> {
    let after = text.split("![").skip(1);
    let named = after.filter_map(|rest| {
        let (_, rest) = rest.split_once("](")?;
        rest.split_once(')').map(|(name, _)| name)
    });
    named.filter(|name| !name.contains("://")).collect()
}

fn heavy_files(files: &[PathBuf]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for file in files {
        let bytes = fs::metadata(file)?.len();
        if bytes > LARGEST_FILE {
            faults.push(format!(
                "{}: {bytes} bytes, too large for the repository",
                file.display()
            ));
        }
    }
    Ok(faults)
}

/// The engine never knows of a host, of the editor or of the network; the
/// plug-in never opens a model or an index by itself.
fn forbidden_dependencies(workspace: &Workspace) -> Result<Vec<String>> {
    let rules: [(&str, &[&str]); 3] = [
        (
            "plugin/engine",
            &[
                "nice-plug",
                "egui",
                "baseview",
                "clap-sys",
                "vst3",
                "ureq",
                "reqwest",
            ],
        ),
        ("plugin/impasto", &["ort", "rusqlite", "symphonia"]),
        (
            "plugin/outputs",
            &["nice-plug", "egui", "clap-sys", "vst3", "engine", "impasto"],
        ),
    ];
    let mut faults = Vec::new();
    for (package, forbidden) in rules {
        for name in dependencies(&workspace.root.join(package).join("Cargo.toml"))? {
            if forbidden.iter().any(|bad| name.starts_with(bad)) {
                faults.push(format!("{package} must not depend on {name}"));
            }
        }
    }
    Ok(faults)
}

/// Nothing leaves the machine but what the user turns on: no crate that speaks to servers
/// is locked, for whatever reason.
fn network_crates(lock: &Path) -> Result<Vec<String>> {
    const CLIENTS: &[&str] = &[
        "curl",
        "hyper",
        "isahc",
        "native-tls",
        "openssl",
        "quinn",
        "reqwest",
        "rustls",
        "tungstenite",
        "ureq",
    ];
    let lock: toml::Table = toml::from_str(&fs::read_to_string(lock)?)?;
    let packages = lock.get("package").and_then(toml::Value::as_array);
    let names = packages.into_iter().flatten();
    let names = names.filter_map(|package| package.get("name")?.as_str());
    Ok(names
        .filter(|name| CLIENTS.contains(name))
        .map(|name| format!("Cargo.lock holds {name}, which can reach the network"))
        .collect())
}

/// Where the plug-in may open sockets.
const SOCKETS: &str = "plugin/outputs/src/network/";
/// What opens them: crates as they are named in a manifest, and paths as they are written
/// in a source.
const SOCKET_CRATES: [&str; 6] = ["mio", "rosc", "sacn", "smol", "socket2", "tokio"];
const SOCKET_PATHS: [&str; 7] = [
    "std::net",
    "os::unix::net",
    "rustix::net",
    "Networking::WinSock",
    "rosc::",
    "sacn::",
    "socket2::",
];

/// Sockets are in one place, which the user turns on: nothing else that ships names them,
/// or a crate that has them. Tests, examples and benches may, as they are the other end.
fn stray_sockets(workspace: &Workspace, files: &[PathBuf]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for file in files {
        let Ok(name) = file.strip_prefix(&workspace.root) else {
            continue;
        };
        let name = name.to_string_lossy().replace('\\', "/");
        if !name.starts_with("plugin/") {
            continue;
        }
        let source = name.contains("/src/") && name.ends_with(".rs");
        if source && !name.starts_with(SOCKETS) {
            let text = fs::read_to_string(file)?;
            let named = SOCKET_PATHS.iter().filter(|path| text.contains(**path));
            faults.extend(named.map(|path| format!("{name}: {path} belongs in {SOCKETS}")));
        }
        if name.ends_with("/Cargo.toml") && name != "plugin/outputs/Cargo.toml" {
            let stray = dependencies(file)?;
            let stray = stray.iter().filter(|d| SOCKET_CRATES.contains(&d.as_str()));
            faults.extend(stray.map(|d| format!("{name}: {d} belongs in plugin/outputs")));
        }
    }
    Ok(faults)
}

fn dependencies(manifest: &Path) -> Result<Vec<String>> {
    let manifest: toml::Table = toml::from_str(&fs::read_to_string(manifest)?)?;
    Ok(["dependencies", "dev-dependencies"]
        .iter()
        .filter_map(|section| manifest.get(*section)?.as_table())
        .flat_map(|table| table.keys().cloned())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_a_page_are_found() {
        let text = "a ![one](x/1.png) b\n![two](2.png)![far](https://a.b/c.png) [no](3.png)";
        assert_eq!(pictures_of(text), ["x/1.png", "2.png"]);
    }
}
