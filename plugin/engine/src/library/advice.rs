//! What to do about an error of the index's database.

use rusqlite::{Error, ErrorCode};

/// As the rest of a sentence, for whoever reads [`IndexProblem::Database`](super::IndexProblem).
pub(super) fn for_database(error: &Error) -> &'static str {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => {
            "the disk is full: free some space on it, then index the folder again; what was \
             indexed before is kept"
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            "give this user the right to write to the index's folder, or choose another folder \
             for the index"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program holds it: close that program, or wait until it has finished, and \
             try again"
        }
        Some(ErrorCode::SystemIoFailure | ErrorCode::FileLockingProtocolFailed) => {
            "its disk can't be read or written: look whether the drive is connected, sound and \
             not full, and try again"
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            "it is damaged: index the music folder again, which rebuilds it"
        }
        Some(ErrorCode::OutOfMemory) => "close other programs and try again",
        _ => "index the music folder again; if that does not help, delete the index",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::IndexProblem;
    use rusqlite::Connection;

    /// SQLite's own numbers (sqlite.org/rescode.html), with some of the extended ones.
    #[test]
    fn the_advice_fits_the_error() {
        #[track_caller]
        fn check(code: i32, words: &str) {
            let error = Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
            let message = IndexProblem::Database(error).to_string();
            assert!(message.contains(words), "{code}: {message}");
        }
        check(13, "the disk is full");
        check(8, "the right to write");
        check(8 | (3 << 8), "the right to write");
        check(14, "the right to write");
        check(5, "another program holds it");
        check(6, "another program holds it");
        check(10 | (3 << 8), "can't be read or written");
        check(11, "damaged");
        check(26, "damaged");
        check(1, "index the music folder again");
    }

    #[test]
    fn only_a_full_disk_is_to_be_emptied() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.sqlite");
        let db = Connection::open(&path).unwrap();
        // What a database on a full disk says, made by its own limit.
        db.execute_batch("PRAGMA page_size = 512; CREATE TABLE t (x); PRAGMA max_page_count = 4;")
            .unwrap();
        let full = db
            .execute("INSERT INTO t VALUES (zeroblob(9000))", [])
            .unwrap_err();
        assert!(for_database(&full).contains("full"), "{full}");
        db.execute_batch("PRAGMA query_only = ON").unwrap();
        let locked = db.execute("INSERT INTO t VALUES (1)", []).unwrap_err();
        assert!(!for_database(&locked).contains("full"), "{locked}");
        assert!(for_database(&locked).contains("write"), "{locked}");
    }
}
