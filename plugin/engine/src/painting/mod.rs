//! From what a camera or a file shows to the painting alone: its place in the picture
//! ([`Corners`], [`rectify`]), the colour of the light ([`Balance`]), and whether it has
//! changed enough to be looked at anew ([`Canvas`], [`Eye`]).
//!
//! A painting that is being painted is looked at again and again, and mostly nothing has
//! happened. So everything here is cheap beside the picture network, and an [`Eye`] lets
//! a frame through only if the canvas differs from the one that was let through last:
//! sensor noise, a lamp that warms up and an arm that passes do not count
//! (`docs/painting.md` has what was measured).
//!
//! Where frames come from is a [`FrameSource`]'s business: a file that is written anew, the
//! newest picture in a folder, the frames of a recording, or a camera.

pub mod balance;
pub mod change;
mod corners;
mod correction;
mod eye;
mod rectify;
pub mod source;

pub use balance::{Balance, Gains};
pub use change::{Canvas, Change, Sensitivity};
pub use corners::{Corners, Homography};
pub use correction::{Corrected, Correction};
pub use eye::{Eye, Sight};
pub use rectify::{LONGEST, rectify, shrink};
pub use source::{Frame, FrameSource, Glance};
