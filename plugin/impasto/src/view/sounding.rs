//! The snippet now heard, in detail.

/// The snippet now heard and the one that is next.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sounding {}
