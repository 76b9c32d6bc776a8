//! The plug-in's saved state, opened up: how a test or the demo chooses a
//! painting and a library without an editor.

use crate::host::Instance;
use crate::{Error, Result};
use serde_json::{Map, Value};
use std::path::Path;

/// The key of the plug-in's own record among the state's fields.
const RECORD: &str = "impasto";

/// Bytes of the length that comes first.
const LENGTH: usize = size_of::<u64>();

/// A state document: parameters, and the record of chosen files and folders.
///
/// In CLAP the framework writes the document as JSON after its length, a
/// little-endian 64-bit number.
#[derive(Clone, Debug)]
pub struct State {
    document: Value,
    record: Map<String, Value>,
}

impl State {
    /// Reads what [`Instance::save_state`] returned.
    pub fn parse(bytes: &[u8]) -> Result<State> {
        let unreadable = |reason: String| Error::Unreadable {
            what: "state",
            reason,
        };
        let (length, json) = bytes
            .split_first_chunk::<LENGTH>()
            .ok_or_else(|| unreadable(format!("it has {} bytes only", bytes.len())))?;
        if u64::from_le_bytes(*length) != json.len() as u64 {
            return Err(unreadable("it does not begin with its own length".into()));
        }
        let document: Value =
            serde_json::from_slice(json).map_err(|e| unreadable(e.to_string()))?;
        let record = document["fields"][RECORD]
            .as_str()
            .ok_or_else(|| unreadable(format!("it has no field \"{RECORD}\"")))?;
        let record = serde_json::from_str(record).map_err(|e| unreadable(e.to_string()))?;
        Ok(State { document, record })
    }

    /// The state of `instance` now.
    pub fn of(instance: &mut Instance) -> Result<State> {
        State::parse(&instance.save_state()?)
    }

    /// The bytes for [`Instance::load_state`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut document = self.document.clone();
        document["fields"][RECORD] = Value::String(Value::Object(self.record.clone()).to_string());
        let json = document.to_string().into_bytes();
        [&(json.len() as u64).to_le_bytes()[..], &json].concat()
    }

    /// One entry of the record.
    pub fn entry(&self, key: &str) -> Option<&Value> {
        self.record.get(key)
    }

    /// Names a file or folder in the record: `painting`, `library`, `index` or `gallery`.
    pub fn with_path(mut self, key: &str, path: &Path) -> State {
        self.record.insert(
            key.to_owned(),
            Value::String(path.to_string_lossy().into_owned()),
        );
        self
    }

    /// Sets one entry of the record.
    pub fn with_entry(mut self, key: &str, value: Value) -> State {
        self.record.insert(key.to_owned(), value);
        self
    }

    /// Sets a parameter by its string id. `kind` is the state's own word for the
    /// type of the value: `f32`, `i32`, `bool` or `string`.
    pub fn with_parameter(mut self, id: &str, kind: &str, value: Value) -> State {
        self.document["params"][id] = serde_json::json!({ kind: value });
        self
    }
}
