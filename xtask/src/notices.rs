//! The licences of what is linked into the plug-in, gathered from the sources that
//! Cargo built it from: a bundle carries their notices, as they ask.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::shell;
use crate::workspace::Workspace;

/// How deep below a package's folder a licence is looked for: fonts keep theirs
/// beside them, one folder down.
const DEPTH: usize = 2;

/// The beginnings of the names of files that state a licence.
const NAMES: [&str; 7] = [
    "licen",
    "copying",
    "copyright",
    "notice",
    "unlicense",
    "ofl",
    "ufl",
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
    repository: Option<String>,
    manifest_path: PathBuf,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    /// `None` for what is linked; `build` and `dev` are not.
    kind: Option<String>,
}

/// Writes the notices of all that is linked into the plug-in to `to`.
pub fn write(workspace: &Workspace, to: &Path) -> Result<()> {
    let metadata = shell::output(workspace.cargo().args([
        "metadata",
        "--format-version",
        "1",
        "--filter-platform",
        env!("XTASK_TARGET"),
    ]))?;
    let metadata: Metadata = serde_json::from_str(&metadata)?;
    let linked = linked(&metadata, "impasto")?;
    fs::write(to, notices(&metadata, &linked)?).with_context(|| to.display().to_string())
}

/// The ids of the packages linked into `root`.
fn linked<'a>(metadata: &'a Metadata, root: &str) -> Result<BTreeSet<&'a str>> {
    let nodes: HashMap<&str, &Node> = metadata
        .resolve
        .nodes
        .iter()
        .map(|node| (node.id.as_str(), node))
        .collect();
    let of_root = |package: &&Package| package.name == root && package.source.is_none();
    let root = metadata
        .packages
        .iter()
        .find(of_root)
        .with_context(|| format!("the workspace has no package {root}"))?;
    let mut found = BTreeSet::new();
    let mut next = vec![root.id.as_str()];
    while let Some(id) = next.pop() {
        if found.insert(id)
            && let Some(node) = nodes.get(id)
        {
            let is_linked = |dep: &&Dependency| dep.dep_kinds.iter().any(|k| k.kind.is_none());
            next.extend(node.deps.iter().filter(is_linked).map(|dep| &*dep.pkg));
        }
    }
    Ok(found)
}

/// Each package with its licence, then each text once with those that it is for.
fn notices(metadata: &Metadata, linked: &BTreeSet<&str>) -> Result<String> {
    let mut list = String::from("Impasto links these packages, each under its own licence.\n\n");
    let mut texts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in &metadata.packages {
        // The project's own are under the licence beside this file.
        if !linked.contains(package.id.as_str()) || package.source.is_none() {
            continue;
        }
        let title = format!("{} {}", package.name, package.version);
        let licence = package.license.as_deref().unwrap_or("see its text below");
        let home = package.repository.as_deref().unwrap_or("");
        writeln!(list, "{title}: {licence} {home}")?;
        let folder = package.manifest_path.parent();
        for file in folder.map_or_else(Vec::new, |folder| licence_files(folder, DEPTH)) {
            // A text that is not UTF-8 is still a notice to be carried.
            let text = String::from_utf8_lossy(&fs::read(&file)?).trim().to_owned();
            texts.entry(text).or_default().insert(title.clone());
        }
    }
    for (text, titles) in texts {
        let titles: Vec<_> = titles.into_iter().collect();
        write!(
            list,
            "\n{}\n{}\n\n{text}\n",
            "=".repeat(78),
            titles.join(", ")
        )?;
    }
    Ok(list)
}

fn licence_files(folder: &Path, depth: usize) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    entries.sort();
    let mut files = Vec::new();
    for path in entries {
        if path.is_dir() && depth > 1 {
            files.extend(licence_files(&path, depth - 1));
        } else if path.is_file() && states_a_licence(&path) {
            files.push(path);
        }
    }
    files
}

fn states_a_licence(path: &Path) -> bool {
    let lower = |part: Option<&OsStr>| part.unwrap_or_default().to_string_lossy().to_lowercase();
    let name = lower(path.file_name());
    let source = name.ends_with(".rs");
    // Beside fonts any text is their licence, whatever it is called.
    let of_a_font = lower(path.parent().and_then(Path::file_name)) == "fonts";
    let named = NAMES.iter().any(|part| name.contains(part));
    !source && (named || (of_a_font && name.ends_with(".txt")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_told_by_their_names_and_places() {
        for (path, expected) in [
            ("crate/LICENSE-MIT", true),
            ("crate/UNLICENSE", true),
            ("crate/COPYING", true),
            ("crate/fonts/OFL.txt", true),
            ("crate/fonts/Hack-Regular.txt", true),
            ("crate/src/licence.rs", false),
            ("crate/README.md", false),
            ("crate/notes.txt", false),
        ] {
            assert_eq!(states_a_licence(Path::new(path)), expected, "{path}");
        }
    }
}
