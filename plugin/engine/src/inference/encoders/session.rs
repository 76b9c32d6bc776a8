//! One network of a pair, checked against what its manifest says.

use std::path::{Path, PathBuf};

use ort::environment::Environment;
use ort::session::Session;
use ort::value::{Outlet, TensorElementType, TensorRef, ValueType};
use sha2::{Digest, Sha256};

use super::manifest::File;
use super::problem::{EncoderProblem, Side, shape};
use crate::inference::network::session;
use crate::manifest::hex;
use crate::{Error, Result};

/// What is checked before anyone knows the file's name.
type Checked<T> = std::result::Result<T, EncoderProblem>;

/// A session of one encoder. It takes one input at a time.
pub(super) struct Encoder {
    session: Session,
    path: PathBuf,
    side: Side,
    input: String,
    output: String,
    shape: Vec<i64>,
    length: usize,
    /// Of its file.
    pub(super) sha256: String,
}

/// What an encoder must be like.
pub(super) struct Wanted<'a> {
    pub(super) side: Side,
    pub(super) file: File,
    /// Of the input that is made for it.
    pub(super) shape: Vec<i64>,
    /// Length of a point.
    pub(super) length: usize,
    /// Fields that make the shape.
    pub(super) advice: &'a str,
}

impl Encoder {
    /// Opens the network's file in `dir`.
    pub(super) fn open(environment: &Environment, dir: &Path, wanted: Wanted<'_>) -> Result<Self> {
        let side = wanted.side;
        let path = dir.join(&wanted.file.file);
        let wrong = |problem| Error::Encoders {
            path: path.clone(),
            problem: Box::new(problem),
        };
        if !path.is_file() {
            return Err(wrong(EncoderProblem::Missing(side)));
        }
        let bytes = std::fs::read(&path).map_err(Error::io(&path))?;
        let sha256 = hex(&Sha256::digest(&bytes));
        if let Some(expected) = &wanted.file.sha256
            && !expected.eq_ignore_ascii_case(&sha256)
        {
            return Err(wrong(EncoderProblem::Hash {
                side,
                expected: expected.clone(),
                found: sha256,
            }));
        }
        let session = session(environment, &bytes)
            .map_err(|error| wrong(EncoderProblem::Runtime(error.to_string())))?;
        let (inputs, outputs) = (session.inputs(), session.outputs());
        let input = choose(inputs, wanted.file.input.as_deref(), side, "input").map_err(wrong)?;
        let output =
            choose(outputs, wanted.file.output.as_deref(), side, "output").map_err(wrong)?;
        if inputs.len() != 1 {
            return Err(wrong(EncoderProblem::Inputs(inputs.len())));
        }
        check_input(input, &wanted).map_err(wrong)?;
        check_output(output, wanted.length).map_err(wrong)?;
        let (input, output) = (input.name().to_owned(), output.name().to_owned());
        Ok(Self {
            session,
            path,
            side,
            input,
            output,
            shape: wanted.shape,
            length: wanted.length,
            sha256,
        })
    }

    /// The output for one input.
    pub(super) fn run(&mut self, values: &[f32]) -> Result<Vec<f32>> {
        let (path, length) = (&self.path, self.length);
        let wrong = |problem| Error::Encoders {
            path: path.clone(),
            problem: Box::new(problem),
        };
        let failed = |error: ort::Error| wrong(EncoderProblem::Runtime(error.to_string()));
        let tensor = TensorRef::from_array_view((self.shape.as_slice(), values)).map_err(failed)?;
        let given = self
            .session
            .run(ort::inputs![self.input.as_str() => tensor])
            .map_err(failed)?;
        let output = &given[self.output.as_str()];
        let (dims, data) = output.try_extract_tensor::<f32>().map_err(failed)?;
        if data.len() != length || !is_point(dims, length) {
            return Err(wrong(EncoderProblem::OutputShape {
                name: self.output.clone(),
                expected: length,
                found: shape(dims),
            }));
        }
        if !data.iter().all(|value| value.is_finite()) {
            return Err(wrong(EncoderProblem::NotNumbers {
                name: self.output.clone(),
                side: self.side,
            }));
        }
        Ok(data.to_vec())
    }
}

/// The one that is named, or the only one.
fn choose<'a>(
    outlets: &'a [Outlet],
    name: Option<&str>,
    side: Side,
    field: &'static str,
) -> Checked<&'a Outlet> {
    let known = || {
        let names: Vec<&str> = outlets.iter().map(Outlet::name).collect();
        names.join(", ")
    };
    let found = match (name, outlets) {
        (None, [only]) => return Ok(only),
        (None, _) => format!("it has {} {field}s", outlets.len()),
        (Some(name), _) => {
            if let Some(outlet) = outlets.iter().find(|outlet| outlet.name() == name) {
                return Ok(outlet);
            }
            format!("it has no {field} called {name:?} but others")
        }
    };
    Err(EncoderProblem::Name {
        side,
        field,
        found,
        known: known(),
    })
}

/// The dimensions of a tensor of 32-bit floats; below 0 where any length will do.
fn dims(outlet: &Outlet) -> Checked<&[i64]> {
    match outlet.dtype() {
        ValueType::Tensor { ty, shape, .. } if *ty == TensorElementType::Float32 => Ok(shape),
        other => Err(EncoderProblem::Type {
            name: outlet.name().to_owned(),
            found: other.to_string(),
        }),
    }
}

fn check_input(input: &Outlet, wanted: &Wanted<'_>) -> Checked<()> {
    let found = dims(input)?;
    let fits = |(found, made): (&i64, &i64)| *found < 0 || found == made;
    if found.len() == wanted.shape.len() && found.iter().zip(&wanted.shape).all(fits) {
        return Ok(());
    }
    Err(EncoderProblem::InputShape {
        name: input.name().to_owned(),
        side: wanted.side,
        expected: shape(&wanted.shape),
        found: shape(found),
        advice: wanted.advice.to_owned(),
    })
}

fn check_output(output: &Outlet, length: usize) -> Checked<()> {
    let found = dims(output)?;
    // Some exports don't say; the first run tells then.
    if found.is_empty() || is_point(found, length) {
        return Ok(());
    }
    Err(EncoderProblem::OutputShape {
        name: output.name().to_owned(),
        expected: length,
        found: shape(found),
    })
}

/// Whether a tensor of these dimensions may be one point: its length last, and nothing
/// but ones before.
fn is_point(dims: &[i64], length: usize) -> bool {
    let Some((&last, before)) = dims.split_last() else {
        return false;
    };
    (last < 0 || last == length as i64) && before.iter().all(|&dim| dim < 0 || dim == 1)
}
