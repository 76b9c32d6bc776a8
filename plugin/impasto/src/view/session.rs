//! The session's log.

/// Where the session's log stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionState {}

/// What the page of the session asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionAction {}
