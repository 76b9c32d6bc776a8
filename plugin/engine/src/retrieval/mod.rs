//! The two-step filter (paper, §3): first the chunks whose sound belongs to
//! the painting, then, among those, the chunk nearest to the brush.
//!
//! [`Ranking`] scores every chunk of a library with a painting, [`Pool`] keeps
//! the lowest [`Fraction`] of it, both follow a library that grows, [`nearest`]
//! searches the pool with the fastest [`Kernel`], [`Recent`] holds back what was
//! played lately, [`Preferences`] let more count than the distance. [`Gallery`] goes the other way: from the
//! music to the painting.

mod fraction;
mod gallery;
mod kernel;
mod nearest;
mod pool;
mod preferences;
mod ranking;
mod recent;

pub use fraction::Fraction;
pub use gallery::{Gallery, GalleryProgress, PICTURE_EXTENSIONS, UnreadablePicture};
pub use kernel::Kernel;
pub use nearest::{Hit, best_n, nearest, nearest_n};
pub use pool::Pool;
pub use preferences::Preferences;
pub use ranking::Ranking;
pub use recent::{Recent, Variety};
