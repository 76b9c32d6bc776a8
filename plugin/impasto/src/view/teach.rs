//! The artist's own pairs.

/// Where the pairs and their head stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TeachState {}

/// What the page of teaching asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum TeachAction {}
