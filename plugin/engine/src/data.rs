//! Where Impasto keeps what an artist makes with it.

use std::path::PathBuf;

/// Names another folder for all of it, as for tests.
pub const DATA_VARIABLE: &str = "IMPASTO_DATA";

/// The folder for what an artist makes: what [`DATA_VARIABLE`] names, else `impasto` in the
/// platform's folder for programs' data. Without a home, in the folder for temporary files.
pub fn data_dir() -> PathBuf {
    if let Some(named) = named() {
        return named;
    }
    let data = directories::BaseDirs::new()
        .map_or_else(std::env::temp_dir, |dirs| dirs.data_local_dir().to_owned());
    data.join("impasto")
}

/// Where sessions are logged.
pub fn sessions_dir() -> PathBuf {
    data_dir().join("sessions")
}

/// Where sessions are exported to: `Impasto` among the user's documents.
pub fn exports_dir() -> PathBuf {
    let documents = || {
        let dirs = directories::UserDirs::new()?;
        Some(dirs.document_dir()?.join("Impasto"))
    };
    match named() {
        Some(named) => named.join("exports"),
        None => documents().unwrap_or_else(|| data_dir().join("exports")),
    }
}

/// Where pairs of a painting and music are kept unless the user says otherwise.
pub fn pairs_dir() -> PathBuf {
    data_dir().join("pairs")
}

/// Where heads lie that were taught in the plug-in.
pub fn heads_dir() -> PathBuf {
    data_dir().join("heads")
}

fn named() -> Option<PathBuf> {
    let named = std::env::var_os(DATA_VARIABLE)?;
    (!named.is_empty()).then(|| PathBuf::from(named))
}
