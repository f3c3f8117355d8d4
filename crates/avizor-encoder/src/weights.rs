//! `model.safetensors` to tensors of the wanted shapes, in single precision whatever they were saved in.

use std::path::Path;

use candle_core::{DType, Device, Tensor};
use candle_nn::{Embedding, LayerNorm, Linear};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::error::{Error, Result};

/// The tensors of a file; reads bytes that the caller holds.
pub(crate) struct Weights<'a> {
    tensors: SafeTensors<'a>,
    path: &'a Path,
    /// What stands before the trunk's names: `bert.` in a classifier, nothing in a bare model.
    trunk: &'static str,
}

impl<'a> Weights<'a> {
    /// `trunk`: what a classifier of the family puts before the names of the network below its head.
    pub(crate) fn open(bytes: &'a [u8], path: &'a Path, trunk: &'static str) -> Result<Self> {
        let tensors = SafeTensors::deserialize(bytes).map_err(|e| {
            Error::content(
                path,
                format!("it is not whole ({e}): it was cut off or damaged; copy it again"),
            )
        })?;
        let has_prefix = tensors.names().iter().any(|n| n.starts_with(trunk));
        Ok(Self {
            tensors,
            path,
            trunk: if has_prefix { trunk } else { "" },
        })
    }

    /// A tensor of the network below the head.
    pub(crate) fn of_trunk(&self, name: &str, shape: &[usize]) -> Result<Tensor> {
        self.tensor(&format!("{}{name}", self.trunk), shape)
    }

    /// Whether there is such a tensor at the top.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.tensors.tensor(name).is_ok()
    }

    pub(crate) fn tensor(&self, name: &str, shape: &[usize]) -> Result<Tensor> {
        let view = self.view(name)?;
        if view.shape() != shape {
            return Err(Error::content(
                self.path,
                format!(
                    "its `{name}` has the shape {:?} where config.json asks for {shape:?}: the two belong to different models",
                    view.shape()
                ),
            ));
        }
        let kind = match view.dtype() {
            Dtype::F16 => DType::F16,
            Dtype::BF16 => DType::BF16,
            Dtype::F32 => DType::F32,
            Dtype::F64 => DType::F64,
            other => {
                return Err(Error::content(
                    self.path,
                    format!(
                        "its `{name}` is saved as {other:?}, which cannot be read here: save the model in float16, bfloat16 or float32"
                    ),
                ));
            }
        };
        let tensor = Tensor::from_raw_buffer(view.data(), kind, shape, &Device::Cpu)?;
        Ok(tensor.to_dtype(DType::F32)?)
    }

    /// Older files call the two parts of a layer norm gamma and beta.
    fn view(&self, name: &str) -> Result<TensorView<'a>> {
        let older = name
            .replace("LayerNorm.weight", "LayerNorm.gamma")
            .replace("LayerNorm.bias", "LayerNorm.beta");
        self.tensors
            .tensor(name)
            .or_else(|_| self.tensors.tensor(&older))
            .map_err(|_| {
                Error::content(
                    self.path,
                    format!(
                        "it has no `{name}`: it is no model of the kind that config.json describes"
                    ),
                )
            })
    }

    pub(crate) fn linear(&self, name: &str, from: usize, to: usize) -> Result<Linear> {
        Ok(Linear::new(
            self.of_trunk(&format!("{name}.weight"), &[to, from])?,
            Some(self.of_trunk(&format!("{name}.bias"), &[to])?),
        ))
    }

    /// A layer of the head, which stands beside the trunk.
    pub(crate) fn head(&self, name: &str, from: usize, to: usize) -> Result<Linear> {
        Ok(Linear::new(
            self.tensor(&format!("{name}.weight"), &[to, from])?,
            Some(self.tensor(&format!("{name}.bias"), &[to])?),
        ))
    }

    pub(crate) fn embedding(&self, name: &str, rows: usize, width: usize) -> Result<Embedding> {
        let table = self.of_trunk(&format!("{name}.weight"), &[rows, width])?;
        Ok(Embedding::new(table, width))
    }

    pub(crate) fn norm(&self, name: &str, width: usize, epsilon: f64) -> Result<LayerNorm> {
        Ok(LayerNorm::new(
            self.of_trunk(&format!("{name}.weight"), &[width])?,
            self.of_trunk(&format!("{name}.bias"), &[width])?,
            epsilon,
        ))
    }
}
