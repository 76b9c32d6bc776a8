//! Why music and a painting go together: named parts of a congruity.
//!
//! People match music and pictures in ways that experiments have found again and
//! again: higher is lighter, faster is more saturated, dissonant is rough, and above
//! all what feels alike goes together. Here quantities of music ([`MusicMeasure`])
//! and of a picture ([`PictureMeasure`]) are measured, brought to one scale by how they are distributed over a body of music and of
//! pictures ([`Norms`]), and compared in pairs: each is a [`Part`] with its published
//! source, and [`explain`] weighs them, with the network's congruity as one of them.
//!
//! Two quantities `x` (music) and `y` (picture) agree by
//! `(1 + sign · u(x) · u(y)) / 2`, where `u` is the place in its distribution, from −1
//! (lowest) over 0 (the median) to 1 (highest). So a part is 1 where both are extreme
//! as the experiments say, 0 where they are extreme the other way, and 0.5 where one
//! of them is ordinary or unknown: a picture of middling lightness says nothing about
//! the pitch.

mod explain;
mod music;
mod norms;
mod part;
mod picture;
mod quantity;

pub use explain::{Explained, Weights, explain};
pub use music::{
    AROUSAL, AffectPlaces, MAJOR_PROFILE, MINOR_PROFILE, MusicMeasure, VALENCE, majorness,
};
pub use norms::{MusicStanding, Norm, Norms, PictureStanding};
pub use part::{Kind, PARTS, Part};
pub use picture::PictureMeasure;
pub use quantity::{MusicQuantity, PictureQuantity};
