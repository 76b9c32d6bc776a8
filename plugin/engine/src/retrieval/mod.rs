//! The two-step filter (paper, §3): first the chunks whose sound belongs to
//! the painting, then, among those, the chunk nearest to the brush.
//!
//! [`Ranking`] scores every chunk of a library with a painting, [`Pool`] keeps
//! the lowest [`Fraction`] of it, [`nearest`] searches the pool, [`Recent`]
//! holds back what was played lately. [`Gallery`] goes the other way: from the
//! music to the painting.

mod fraction;
mod gallery;
mod kernel;
mod nearest;
mod pool;
mod recent;

pub use fraction::Fraction;
pub use gallery::{Gallery, GalleryProgress, PICTURE_EXTENSIONS, UnreadablePicture};
pub use nearest::{Hit, nearest, nearest_n};
pub use pool::{Pool, Ranking};
pub use recent::{Recent, Variety};
