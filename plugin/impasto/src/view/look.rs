//! The live painting.

/// Where the live painting stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LookState {}

/// What the page of the painting asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum LookAction {}
