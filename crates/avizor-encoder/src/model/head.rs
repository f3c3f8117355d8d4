//! What stands on the network in a sequence classifier: the first token's vector to logits.

use candle_core::Tensor;
use candle_nn::{Linear, Module};

use crate::error::Result;
use crate::folder::{Config, Family};
use crate::weights::Weights;

/// A layer with its activation, and the layer that gives the logits.
pub(crate) struct Head {
    dense: Linear,
    logits: Linear,
    family: Family,
}

impl Head {
    /// Whether the weights are a sequence classifier's.
    pub(crate) fn is_in(weights: &Weights) -> bool {
        weights.has("classifier.weight") || weights.has("classifier.out_proj.weight")
    }

    pub(crate) fn load(
        weights: &Weights,
        config: &Config,
        family: Family,
        labels: usize,
    ) -> Result<Self> {
        let width = config.hidden_size;
        let (dense, logits) = match family {
            Family::Bert => (
                weights.linear("pooler.dense", width, width)?,
                weights.head("classifier", width, labels)?,
            ),
            Family::Roberta | Family::XlmRoberta => (
                weights.head("classifier.dense", width, width)?,
                weights.head("classifier.out_proj", width, labels)?,
            ),
            Family::DistilBert => (
                weights.head("pre_classifier", width, width)?,
                weights.head("classifier", width, labels)?,
            ),
        };
        Ok(Self {
            dense,
            logits,
            family,
        })
    }

    /// Logits: [texts, labels] from the vectors of the last layer.
    pub(crate) fn forward(&self, tokens: &Tensor) -> Result<Tensor> {
        let first = tokens.narrow(1, 0, 1)?.squeeze(1)?.contiguous()?;
        let x = self.dense.forward(&first)?;
        let x = match self.family {
            Family::DistilBert => x.relu()?,
            _ => x.tanh()?,
        };
        Ok(self.logits.forward(&x)?)
    }
}
