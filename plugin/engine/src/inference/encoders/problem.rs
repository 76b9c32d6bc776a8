//! What can be wrong with a pair of encoders, and what to do about it.

/// Which half of `encoders.toml` something is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// `[picture]`
    Picture,
    /// `[music]`
    Music,
}

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Picture => "[picture]",
            Self::Music => "[music]",
        })
    }
}

/// What is wrong with a pair of encoders.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EncoderProblem {
    /// The manifest can't be understood or contradicts itself.
    #[error("{0}. Its fields are described in docs/encoders.md")]
    Manifest(String),
    /// A network's file is not there.
    #[error("there is no such file: put the network there, or correct `file` of {0}")]
    Missing(Side),
    /// A network's file is not the one that the manifest describes.
    #[error("its SHA-256 is {found}, but {side} says {expected}: correct one of them")]
    Hash {
        /// Where it is said.
        side: Side,
        /// The manifest's.
        expected: String,
        /// The file's.
        found: String,
    },
    /// The runtime can't open or run a network.
    #[error(
        "the inference runtime refuses it: {0}. Export the network again, as ONNX with 32-bit \
         floats for ONNX Runtime 1.28"
    )]
    Runtime(String),
    /// An input or output has another name, or more than one comes into question.
    #[error("{found}, one of which {side} must name as `{field}`: {known}")]
    Name {
        /// Where to name it.
        side: Side,
        /// `input` or `output`.
        field: &'static str,
        /// What there is instead.
        found: String,
        /// The names that there are.
        known: String,
    },
    /// The network wants more than a picture or a sound.
    #[error("it takes {0} inputs: export it with one, the others being constants")]
    Inputs(usize),
    /// An input or output is not a tensor of 32-bit floats.
    #[error("{name:?} is not a tensor of 32-bit floats but {found}: export it as one")]
    Type {
        /// The input or output.
        name: String,
        /// What it is.
        found: String,
    },
    /// The network takes another shape than the manifest makes.
    #[error("{name:?} takes {found}, but {side} makes {expected}: change {advice}")]
    InputShape {
        /// The input.
        name: String,
        /// Where it is described.
        side: Side,
        /// What the manifest makes.
        expected: String,
        /// What the network takes.
        found: String,
        /// The fields that make the shape.
        advice: String,
    },
    /// The network gives another length than the manifest says.
    #[error(
        "{name:?} gives {found}, but [points] says one point of {expected} values: change \
         `length`, name another `output`, or export the joint space's projection"
    )]
    OutputShape {
        /// The output.
        name: String,
        /// `length` of `[points]`.
        expected: usize,
        /// What the network gives.
        found: String,
    },
    /// A network gave something that is no point.
    #[error(
        "{name:?} has values that are not numbers: check `range`, `mean`, `std` and the \
         logarithm's `floor` of {side}, or export the network again"
    )]
    NotNumbers {
        /// The output.
        name: String,
        /// Where its input is described.
        side: Side,
    },
}

/// A shape as people write it.
pub(super) fn shape(dims: &[i64]) -> String {
    let dims: Vec<String> = dims
        .iter()
        .map(|&dim| {
            if dim < 0 {
                "any".to_owned()
            } else {
                dim.to_string()
            }
        })
        .collect();
    format!("[{}]", dims.join(", "))
}
