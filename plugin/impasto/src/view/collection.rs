//! The library as a collection of tracks and as a map.

/// What the library holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CollectionState {}

/// What the page of the library asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum CollectionAction {}
