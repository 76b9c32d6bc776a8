//! How the painting is looked at, as a project remembers it.

use std::path::{Path, PathBuf};

use engine::painting::{Correction, Sensitivity};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// Paintings that are remembered at most, the one loaded last first.
pub const MOST_RECENT: usize = 12;

/// Seconds between two looks, at least and at most.
pub const EVERY: [f32; 2] = [0.5, 300.0];

/// Where the painting's picture comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookSource {
    /// The painting's file, read once.
    #[default]
    Still,
    /// The painting's file, read again whenever it was written.
    File,
    /// The newest picture in this folder.
    Folder(PathBuf),
    /// The pictures in this folder, one a look, as a camera would show them.
    Recording(PathBuf),
    /// The camera of this name or number.
    Camera(String),
}

impl LookSource {
    /// Whether it is looked at again and again.
    pub fn is_live(&self) -> bool {
        *self != Self::Still
    }

    /// Whether it shows the painting's own file.
    pub fn is_file(&self) -> bool {
        matches!(self, Self::Still | Self::File)
    }

    /// The folder that it shows, if it shows one.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) | Self::Recording(folder) => Some(folder),
            Self::Still | Self::File | Self::Camera(_) => None,
        }
    }
}

/// What a project remembers of it. Read from a record, it is in range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LookSettings {
    /// Where the picture comes from.
    pub source: LookSource,
    /// Where in the picture the painting lies, and how white is found.
    pub correction: Correction,
    /// Seconds between two looks, within [`EVERY`].
    pub every: f32,
    /// How small a change counts.
    pub sensitivity: Sensitivity,
    /// Paintings that were loaded, the last one first; at most [`MOST_RECENT`].
    pub recent: Vec<PathBuf>,
}

impl Default for LookSettings {
    fn default() -> Self {
        Self {
            source: LookSource::Still,
            correction: Correction::default(),
            every: 2.0,
            sensitivity: Sensitivity::default(),
            recent: Vec::new(),
        }
    }
}

impl LookSettings {
    /// What is out of range is brought into it.
    #[must_use]
    pub fn checked(mut self) -> Self {
        self.every = match self.every.is_finite() {
            true => self.every.clamp(EVERY[0], EVERY[1]),
            false => Self::default().every,
        };
        self.correction.balance = self.correction.balance.checked();
        self.recent.truncate(MOST_RECENT);
        self
    }

    /// Notes that `path` was loaded.
    pub fn remember(&mut self, path: &Path) {
        self.recent.retain(|known| known != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(MOST_RECENT);
    }
}

/// Settings that can't be read, of a later version or damaged, must not take the painting
/// and the library with them: what is wrong becomes the usual, field by field.
pub fn tolerant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LookSettings, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let mut settings = LookSettings::default();
    fn field<T: for<'a> Deserialize<'a>>(value: &Value, name: &str, to: &mut T) {
        let read = value.get(name).map(T::deserialize);
        if let Some(Ok(read)) = read {
            *to = read;
        }
    }
    field(&value, "source", &mut settings.source);
    field(&value, "correction", &mut settings.correction);
    field(&value, "every", &mut settings.every);
    field(&value, "sensitivity", &mut settings.sensitivity);
    field(&value, "recent", &mut settings.recent);
    Ok(settings.checked())
}

#[cfg(test)]
mod tests {
    use engine::painting::{Balance, Corners};

    use super::*;

    fn read(text: &str) -> LookSettings {
        tolerant(&mut serde_json::Deserializer::from_str(text)).expect("read all the same")
    }

    #[test]
    fn what_was_written_is_read() {
        let mut settings = LookSettings {
            source: LookSource::Folder("/inbox".into()),
            every: 7.5,
            sensitivity: Sensitivity::new(0.8),
            ..LookSettings::default()
        };
        settings.correction.balance = Balance::Neutral([0.25, 0.75]);
        let corners = Corners::WHOLE.moved(2, [0.9, 0.8]);
        settings.correction.corners = corners.expect("convex");
        settings.remember(Path::new("/a.png"));
        let text = serde_json::to_string(&settings).expect("written");
        assert_eq!(read(&text), settings);
    }

    #[test]
    fn what_is_damaged_becomes_the_usual_and_the_rest_stays() {
        let usual = LookSettings::default();
        assert_eq!(read("{}"), usual);
        assert_eq!(read("[1, 2]"), usual);
        let odd = r#"{"source": {"telescope": "/x"}, "every": 9e9, "sensitivity": -4,
            "correction": {"corners": [[0,0],[0,0],[0,0],[0,0]]}, "recent": ["/a.png"]}"#;
        let odd = read(odd);
        assert_eq!(odd.source, LookSource::Still);
        assert_eq!((odd.every, odd.sensitivity.get()), (300.0, 0.0));
        assert!(odd.correction.is_none());
        assert_eq!(odd.recent, [PathBuf::from("/a.png")]);
    }

    #[test]
    fn recent_paintings_are_few_and_each_is_named_once() {
        let mut settings = LookSettings::default();
        for nth in 0..30 {
            settings.remember(&PathBuf::from(format!("/{}.png", nth % 15)));
        }
        assert_eq!(settings.recent.len(), MOST_RECENT);
        assert_eq!(settings.recent[0], PathBuf::from("/14.png"));
        settings.remember(Path::new("/10.png"));
        assert_eq!(settings.recent[0], PathBuf::from("/10.png"));
        assert_eq!(settings.recent.len(), MOST_RECENT);
    }
}
