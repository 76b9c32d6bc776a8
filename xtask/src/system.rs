//! The system packages that building, the editor's screenshot and the Python tests need.

use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;

/// Debian and Ubuntu names. The build needs a C compiler (SQLite is compiled in);
/// the editor opens X11 and GL at run time; Xvfb is a display for its screenshot; one
/// of the Python hosts needs GLib; names of tracks are drawn in Chinese, Arabic and Hebrew
/// with two small fonts. Where releases differ in a name, the newer comes
/// first and a bar between them.
const PACKAGES: &[&str] = &[
    "fonts-dejavu-core",
    "fonts-droid-fallback",
    "gcc",
    "libc6-dev",
    "libgl1",
    "libgl1-mesa-dri",
    "libglib2.0-0t64|libglib2.0-0",
    "libx11-6",
    "libx11-xcb1",
    "libxcursor1",
    "pkg-config",
    "python3-pip",
    "python3-venv",
    "xvfb",
];

/// Installs what is missing where that is allowed, else says what to install.
/// Other systems bring their own libraries, so nothing is looked for there.
pub fn packages() -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    if !shell::exists("dpkg-query") {
        println!(
            "not a Debian-like system; make sure you have: {}",
            PACKAGES.join(" ")
        );
        return Ok(());
    }
    install(PACKAGES)
}

/// Installs PyTorch where the system packages it; whether it is there.
pub fn pytorch() -> Result<bool> {
    const PYTORCH: &str = "python3-torch";
    if !cfg!(target_os = "linux") || !shell::exists("dpkg-query") {
        return Ok(false);
    }
    if !installed(PYTORCH) {
        let known = || shell::output(Command::new("apt-cache").args(["show", PYTORCH])).is_ok();
        let Some(prefix) = privilege() else {
            println!(
                "PyTorch is missing and this user may not install it: sudo apt-get install {PYTORCH}"
            );
            return Ok(false);
        };
        if !known() {
            shell::run(apt(prefix).arg("update"))?;
        }
        if !known() {
            return Ok(false);
        }
        // A fast BLAS beside it.
        install(&[PYTORCH, "libopenblas0-pthread"])?;
    }
    Ok(true)
}

/// Installs those that are missing.
fn install(packages: &[&str]) -> Result<()> {
    let missing: Vec<_> = packages.iter().filter(|name| !installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let Some(prefix) = privilege() else {
        bail!(
            "these packages are missing and this user may not install them; run\n    sudo apt-get install {}",
            names(&missing).join(" ")
        );
    };
    shell::run(apt(prefix).arg("update"))?;
    let names = names(&missing);
    println!("installing {}", names.join(" "));
    shell::run(
        apt(prefix)
            .args(["install", "--yes", "--no-install-recommends"])
            .args(&names),
    )
}

/// Whether one of the names that the release may use is installed.
fn installed(package: &str) -> bool {
    package.split('|').any(|name| {
        shell::output(Command::new("dpkg-query").args(["-W", "-f=${Status}", name]))
            .is_ok_and(|status| status.ends_with(" installed"))
    })
}

/// The names that this release uses; the last one where it knows none.
fn names<'a>(packages: &[&&'a str]) -> Vec<&'a str> {
    let known = |name: &&str| shell::output(Command::new("apt-cache").args(["show", name])).is_ok();
    let name = |package: &&&'a str| {
        let mut names = package.split('|');
        names.clone().find(known).or_else(|| names.next_back())
    };
    packages.iter().filter_map(name).collect()
}

/// What to put before `apt-get`; `None` if this user may not install packages.
fn privilege() -> Option<&'static [&'static str]> {
    let root = shell::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let sudo = || shell::output(Command::new("sudo").args(["-n", "true"])).is_ok();
    if root {
        Some(&[])
    } else if sudo() {
        Some(&["sudo", "-n"])
    } else {
        None
    }
}

fn apt(prefix: &[&str]) -> Command {
    let mut words = prefix
        .iter()
        .copied()
        .chain(["env", "DEBIAN_FRONTEND=noninteractive"]);
    let mut command = Command::new(words.next().unwrap_or("env"));
    command.args(words).args(["apt-get", "-qq"]);
    command
}
