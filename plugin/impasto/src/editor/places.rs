//! Where a browser may begin. Found once, when the editor opens: it reads files.

use std::path::{Path, PathBuf};

use super::tour::TourPlaces;

/// The folders that people keep pictures and music in.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The user's own folder.
    pub home: Option<PathBuf>,
    /// Names and folders for the browser's side, in order; all exist.
    pub shortcuts: Vec<(String, PathBuf)>,
    /// Where the user's presets lie, if the system has a place for settings.
    pub presets: Option<PathBuf>,
    /// The tour's material, and whether it was offered.
    pub tour: TourPlaces,
}

impl Places {
    /// Asks the platform.
    pub fn find() -> Self {
        let home = std::env::home_dir();
        let folders = directories::UserDirs::new();
        let mut shortcuts = Vec::new();
        let mut add = |name: &str, folder: Option<&Path>| {
            if let Some(folder) = folder.filter(|folder| folder.is_dir()) {
                shortcuts.push((name.to_owned(), folder.to_owned()));
            }
        };
        add("Home", home.as_deref());
        if let Some(folders) = &folders {
            add("Pictures", folders.picture_dir());
            add("Music", folders.audio_dir());
            add("Desktop", folders.desktop_dir());
            add("Documents", folders.document_dir());
            add("Downloads", folders.download_dir());
        }
        if cfg!(windows) {
            for letter in 'C'..='Z' {
                let drive = PathBuf::from(format!("{letter}:\\"));
                add(&format!("Drive {letter}:"), Some(&drive));
            }
        } else {
            add("Volumes", Some(Path::new("/Volumes")));
            add("Media", Some(Path::new("/media")));
            add("Computer", Some(Path::new("/")));
        }
        let settings = directories::ProjectDirs::from("org", "Impasto", "Impasto");
        let marker = settings
            .as_ref()
            .map(|place| place.config_dir().join("tour-seen"));
        let tour = TourPlaces {
            material: crate::bundle::tour(),
            seen: marker.as_deref().is_some_and(Path::exists),
            marker,
        };
        Self {
            home,
            shortcuts,
            tour,
            presets: settings.map(|place| place.config_dir().join("presets")),
        }
    }

    /// Where to begin to look when nothing was chosen before.
    pub fn start(&self, names: &[&str]) -> PathBuf {
        let named = names.iter().find_map(|wanted| {
            let mut found = self.shortcuts.iter().filter(|(name, _)| name == wanted);
            found.next().map(|(_, folder)| folder.clone())
        });
        named
            .or_else(|| self.home.clone())
            .unwrap_or_else(|| PathBuf::from("/"))
    }
}
