//! The network: tokens to one vector each, and from there to a text's logits or its embedding.
//!
//! One forward pass serves all families (post-norm Transformer encoder: Vaswani et al. 2017; Devlin et al. 2019):
//! they differ in the names of their weights, in how positions are numbered, and in the head.

mod head;
mod trunk;

pub(crate) use head::Head;
pub(crate) use trunk::Trunk;

use candle_core::{Device, Tensor};

use crate::error::Result;
use crate::tokens::Tokens;

/// Texts of like length as one rectangle of ids.
pub(crate) struct Padded {
    /// [texts, tokens].
    pub(crate) ids: Tensor,
    /// [texts, tokens]: 1 for a token of the text, 0 for what fills up.
    pub(crate) mask: Tensor,
    /// Whether anything fills up at all.
    pub(crate) is_ragged: bool,
}

impl Padded {
    /// Fills texts up to the longest. O(texts * longest).
    pub(crate) fn new(texts: &[&Tokens], padding: u32) -> Result<Self> {
        let longest = texts.iter().map(|t| t.ids.len()).max().unwrap_or(0);
        let mut ids = Vec::with_capacity(texts.len() * longest);
        let mut mask = Vec::with_capacity(texts.len() * longest);
        for text in texts {
            let rest = longest - text.ids.len();
            ids.extend(
                text.ids
                    .iter()
                    .copied()
                    .chain(std::iter::repeat_n(padding, rest)),
            );
            mask.extend(std::iter::repeat_n(1_f32, text.ids.len()));
            mask.extend(std::iter::repeat_n(0_f32, rest));
        }
        let shape = (texts.len(), longest);
        Ok(Self {
            ids: Tensor::from_vec(ids, shape, &Device::Cpu)?,
            mask: Tensor::from_vec(mask, shape, &Device::Cpu)?,
            is_ragged: texts.iter().any(|t| t.ids.len() < longest),
        })
    }

    /// The mean of a text's token vectors: [texts, width] from [texts, tokens, width].
    pub(crate) fn mean(&self, tokens: &Tensor) -> Result<Tensor> {
        let mask = self.mask.unsqueeze(2)?;
        let total = tokens.broadcast_mul(&mask)?.sum(1)?;
        Ok(total.broadcast_div(&self.mask.sum_keepdim(1)?)?)
    }
}
