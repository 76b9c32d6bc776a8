//! One network: a session that was checked against the manifest and warmed up.

use std::path::PathBuf;

use ort::environment::Environment;
use ort::logging::LogLevel;
use ort::session::Session;
use ort::value::{Outlet, TensorElementType, TensorRef, ValueType};

use crate::manifest::{Model, Output};
use crate::{Error, Result};

/// A session of one network.
pub(super) struct Network {
    session: Session,
    path: PathBuf,
    input: String,
    /// With 1 for the number of inputs.
    shape: Vec<i64>,
    takes_batches: bool,
    outputs: Vec<Output>,
}

/// Inputs at once: more gain nothing (measured by `benches/index.rs`) and take memory.
const BATCH: usize = 16;

/// Inferences before the first that counts: the first ones lay out the memory.
const WARM_UP: usize = 2;

impl Network {
    /// A session of `bytes`, the file at `path`, which `model` describes.
    ///
    /// # Errors
    /// [`Error::Network`] if the runtime can't read it, [`Error::Shape`] if it
    /// takes or gives something else than the manifest says.
    pub fn new(
        environment: &Environment,
        path: PathBuf,
        bytes: &[u8],
        model: &Model,
    ) -> Result<Self> {
        let session = session(environment, bytes).map_err(|error| Error::Network {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        let mut network = Self {
            session,
            path,
            input: model.input.name.clone(),
            shape: model.input.shape.iter().map(|&d| d.max(1)).collect(),
            takes_batches: model.input.shape.first() == Some(&-1),
            outputs: model.outputs.clone(),
        };
        network.check_declared(model)?;
        let zeros = vec![0.0; network.input_len()];
        for _ in 0..WARM_UP {
            network.run(&zeros)?;
        }
        Ok(network)
    }

    /// How many values one input has.
    pub fn input_len(&self) -> usize {
        self.shape.iter().product::<i64>() as usize
    }

    /// The outputs for one input, in the manifest's order.
    ///
    /// # Errors
    /// [`Error::Network`]; [`Error::Shape`] if an output has another length than
    /// the manifest says.
    pub fn run(&mut self, input: &[f32]) -> Result<Vec<Vec<f32>>> {
        self.run_shaped(&self.shape.clone(), input)
    }

    /// The outputs for `n` inputs, one after the other, in the manifest's order; each
    /// output has its values for the first input first. Of a network that takes any
    /// number at once, batches of up to [`BATCH`] take little more than half the time
    /// that single inputs take. The runtime's kernels for few rows and for many round
    /// differently, so that a result may change in its last digits with `n`.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_batch(&mut self, inputs: &[f32], n: usize) -> Result<Vec<Vec<f32>>> {
        let len = self.input_len();
        debug_assert_eq!(inputs.len(), n * len, "length of the network's inputs");
        let size = if self.takes_batches { BATCH } else { 1 };
        let mut all = vec![Vec::new(); self.outputs.len()];
        let mut shape = self.shape.clone();
        for inputs in inputs.chunks(size * len) {
            shape[0] = (inputs.len() / len) as i64;
            let given = self.run_shaped(&shape, inputs)?;
            for (all, mut given) in all.iter_mut().zip(given) {
                all.append(&mut given);
            }
        }
        Ok(all)
    }

    /// `shape` is that of `input`: the first number says how many there are.
    fn run_shaped(&mut self, shape: &[i64], input: &[f32]) -> Result<Vec<Vec<f32>>> {
        let path = &self.path;
        let failed = |reason: String| Error::Network {
            path: path.clone(),
            reason,
        };
        let tensor = TensorRef::from_array_view((shape, input))
            .map_err(|error| failed(error.to_string()))?;
        let given = self
            .session
            .run(ort::inputs![self.input.as_str() => tensor])
            .map_err(|error| failed(error.to_string()))?;
        let mut values = Vec::with_capacity(self.outputs.len());
        for output in &self.outputs {
            let (found, data) = given[output.name.as_str()]
                .try_extract_tensor::<f32>()
                .map_err(|error| failed(error.to_string()))?;
            let expected = [shape[0], output.length as i64];
            if **found != expected {
                return Err(shape_error(path, &output.name, &expected, found));
            }
            if !data.iter().all(|value| value.is_finite()) {
                let reason = format!("{:?} has values that are not numbers", output.name);
                return Err(failed(reason));
            }
            values.push(data.to_vec());
        }
        Ok(values)
    }

    /// Checks what the file itself says that it takes and gives.
    fn check_declared(&self, model: &Model) -> Result<()> {
        let inputs = self.session.inputs();
        let input = self.find(inputs, &model.input.name)?;
        if inputs.len() != 1 || dims(input) != model.input.shape {
            let (name, expected) = (&model.input.name, &model.input.shape);
            return Err(shape_error(&self.path, name, expected, dims(input)));
        }
        for output in &self.outputs {
            let expected = [-1, output.length as i64];
            let found = dims(self.find(self.session.outputs(), &output.name)?);
            if found != expected {
                return Err(shape_error(&self.path, &output.name, &expected, found));
            }
        }
        Ok(())
    }

    fn find<'a>(&self, outlets: &'a [Outlet], name: &str) -> Result<&'a Outlet> {
        let found = outlets.iter().find(|outlet| outlet.name() == name);
        found.ok_or_else(|| {
            let names: Vec<&str> = outlets.iter().map(Outlet::name).collect();
            Error::Network {
                path: self.path.clone(),
                reason: format!("has no {name:?} but {names:?}"),
            }
        })
    }
}

/// The dimensions of a 32-bit float tensor, -1 where any length will do; empty for
/// anything else.
fn dims(outlet: &Outlet) -> &[i64] {
    match outlet.dtype() {
        ValueType::Tensor { ty, shape, .. } if *ty == TensorElementType::Float32 => shape,
        _ => &[],
    }
}

fn shape_error(path: &std::path::Path, name: &str, expected: &[i64], found: &[i64]) -> Error {
    Error::Shape {
        path: path.to_owned(),
        name: name.to_owned(),
        expected: expected.to_vec(),
        found: found.to_vec(),
    }
}

/// One thread that does not spin: a thread that waits for the next hop in a loop
/// takes a fifth of a core.
pub(super) fn session(environment: &Environment, bytes: &[u8]) -> ort::Result<Session> {
    Session::builder(environment)?
        .with_intra_threads(1)?
        .with_inter_threads(1)?
        .with_intra_op_spinning(false)?
        .with_inter_op_spinning(false)?
        .with_deterministic_compute(true)?
        .with_log_level(LogLevel::Error)?
        .commit_from_memory(bytes)
}
