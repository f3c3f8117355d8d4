//! Embeddings and layers, up to the vectors of the last layer.

use candle_core::{D, Device, Tensor};
use candle_nn::{Embedding, LayerNorm, Linear, Module, ops};

use super::Padded;
use crate::error::Result;
use crate::folder::{Activation, Config, Family};
use crate::weights::Weights;

/// Added to the score of what fills up: far below any score, yet a number.
const NEVER: f64 = -1e9;

/// Everything below the head.
pub(crate) struct Trunk {
    words: Embedding,
    positions: Embedding,
    /// The first row of the segments' table: a single text has one segment only. DistilBERT has none.
    segment: Option<Tensor>,
    norm: LayerNorm,
    layers: Vec<Layer>,
    /// The padding token's id, where positions are counted from it.
    padding: Option<u32>,
}

struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    attended: Linear,
    attended_norm: LayerNorm,
    wide: Linear,
    narrow: Linear,
    norm: LayerNorm,
    heads: usize,
    activation: Activation,
}

/// What a family calls the parts of a layer.
struct Names {
    layer: &'static str,
    query: &'static str,
    key: &'static str,
    value: &'static str,
    attended: &'static str,
    attended_norm: &'static str,
    wide: &'static str,
    narrow: &'static str,
    norm: &'static str,
}

const BERT: Names = Names {
    layer: "encoder.layer",
    query: "attention.self.query",
    key: "attention.self.key",
    value: "attention.self.value",
    attended: "attention.output.dense",
    attended_norm: "attention.output.LayerNorm",
    wide: "intermediate.dense",
    narrow: "output.dense",
    norm: "output.LayerNorm",
};

const DISTIL: Names = Names {
    layer: "transformer.layer",
    query: "attention.q_lin",
    key: "attention.k_lin",
    value: "attention.v_lin",
    attended: "attention.out_lin",
    attended_norm: "sa_layer_norm",
    wide: "ffn.lin1",
    narrow: "ffn.lin2",
    norm: "output_layer_norm",
};

impl Trunk {
    /// What a classifier of the family puts before the names of these weights.
    pub(crate) const fn prefix(family: Family) -> &'static str {
        match family {
            Family::Bert => "bert.",
            Family::Roberta | Family::XlmRoberta => "roberta.",
            Family::DistilBert => "distilbert.",
        }
    }

    pub(crate) fn load(
        weights: &Weights,
        config: &Config,
        family: Family,
        activation: Activation,
        padding: u32,
    ) -> Result<Self> {
        let width = config.hidden_size;
        let segments = config.type_vocab_size;
        let names = if family == Family::DistilBert {
            &DISTIL
        } else {
            &BERT
        };
        Ok(Self {
            words: weights.embedding("embeddings.word_embeddings", config.vocab_size, width)?,
            positions: weights.embedding(
                "embeddings.position_embeddings",
                config.max_position_embeddings,
                width,
            )?,
            segment: if family == Family::DistilBert || segments == 0 {
                None
            } else {
                let table = weights.of_trunk(
                    "embeddings.token_type_embeddings.weight",
                    &[segments, width],
                )?;
                Some(table.narrow(0, 0, 1)?)
            },
            norm: weights.norm("embeddings.LayerNorm", width, config.layer_norm_eps)?,
            layers: (0..config.num_hidden_layers)
                .map(|i| Layer::load(weights, config, names, i, activation))
                .collect::<Result<_>>()?,
            padding: family.counts_from_padding().then_some(padding),
        })
    }

    /// How many layers there are.
    pub(crate) fn depth(&self) -> usize {
        self.layers.len()
    }

    /// Leaves the first layers.
    pub(crate) fn cut(&mut self, layers: usize) {
        self.layers.truncate(layers);
    }

    /// Vectors of the last layer: [texts, tokens, width].
    pub(crate) fn forward(&self, texts: &Padded) -> Result<Tensor> {
        let mut x = self.words.forward(&texts.ids)?;
        x = x.broadcast_add(&self.positions.forward(&self.numbered(&texts.ids)?)?)?;
        if let Some(segment) = &self.segment {
            x = x.broadcast_add(segment)?;
        }
        x = self.norm.forward(&x)?;
        let unseen = if texts.is_ragged {
            let hidden = texts.mask.affine(-NEVER, NEVER)?;
            Some(hidden.unsqueeze(1)?.unsqueeze(1)?)
        } else {
            None
        };
        for layer in &self.layers {
            x = layer.forward(&x, unseen.as_ref())?;
        }
        Ok(x)
    }

    /// Numbers of positions: from 0, or from the one after the padding token's id, which keeps its own.
    fn numbered(&self, ids: &Tensor) -> Result<Tensor> {
        let (texts, tokens) = ids.dims2()?;
        let Some(padding) = self.padding else {
            return Ok(Tensor::arange(0, tokens as u32, &Device::Cpu)?);
        };
        let mut numbers = Vec::with_capacity(texts * tokens);
        for text in ids.to_vec2::<u32>()? {
            let mut at = padding;
            numbers.extend(text.into_iter().map(|id| {
                if id == padding {
                    return padding;
                }
                at += 1;
                at
            }));
        }
        Ok(Tensor::from_vec(numbers, (texts, tokens), &Device::Cpu)?)
    }
}

impl Layer {
    fn load(
        weights: &Weights,
        config: &Config,
        names: &Names,
        number: usize,
        activation: Activation,
    ) -> Result<Self> {
        let (width, wide) = (config.hidden_size, config.intermediate_size);
        let linear = |part: &str, from, to| {
            weights.linear(&format!("{}.{number}.{part}", names.layer), from, to)
        };
        let norm = |part: &str| {
            weights.norm(
                &format!("{}.{number}.{part}", names.layer),
                width,
                config.layer_norm_eps,
            )
        };
        Ok(Self {
            query: linear(names.query, width, width)?,
            key: linear(names.key, width, width)?,
            value: linear(names.value, width, width)?,
            attended: linear(names.attended, width, width)?,
            attended_norm: norm(names.attended_norm)?,
            wide: linear(names.wide, width, wide)?,
            narrow: linear(names.narrow, wide, width)?,
            norm: norm(names.norm)?,
            heads: config.num_attention_heads,
            activation,
        })
    }

    fn forward(&self, x: &Tensor, unseen: Option<&Tensor>) -> Result<Tensor> {
        let attended = self.attended.forward(&self.attend(x, unseen)?)?;
        let x = self.attended_norm.forward(&(x + attended)?)?;
        let wide = self.wide.forward(&x)?;
        let wide = match self.activation {
            Activation::Gelu => wide.gelu_erf()?,
            Activation::GeluNew => wide.gelu()?,
            Activation::Relu => wide.relu()?,
        };
        let narrow = self.narrow.forward(&wide)?;
        Ok(self.norm.forward(&(x + narrow)?)?)
    }

    /// Scaled dot-product attention of several heads; `unseen` is added to the scores.
    fn attend(&self, x: &Tensor, unseen: Option<&Tensor>) -> Result<Tensor> {
        let (texts, tokens, width) = x.dims3()?;
        let size = width / self.heads;
        let split = |part: &Linear| -> Result<Tensor> {
            let part = part
                .forward(x)?
                .reshape((texts, tokens, self.heads, size))?;
            Ok(part.transpose(1, 2)?.contiguous()?)
        };
        let (query, key, value) = (split(&self.query)?, split(&self.key)?, split(&self.value)?);
        let query = (query * (1.0 / (size as f64).sqrt()))?;
        let mut scores = query.matmul(&key.transpose(D::Minus2, D::Minus1)?.contiguous()?)?;
        if let Some(unseen) = unseen {
            scores = scores.broadcast_add(unseen)?;
        }
        let seen = ops::softmax_last_dim(&scores)?.matmul(&value)?;
        Ok(seen.transpose(1, 2)?.reshape((texts, tokens, width))?)
    }
}
