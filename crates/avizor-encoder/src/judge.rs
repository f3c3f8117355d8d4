//! An encoder with its heads: texts to probabilities of our labels.

use avizor::Classifier;
use avizor_lab::softmax::Softmax;

use crate::encoder::Encoder;
use crate::error::{Error, Result};
use crate::head::{Head, Source};
use crate::labels::LabelMap;

/// A transformer that judges one task or several.
#[derive(Debug)]
pub struct Judge {
    encoder: Encoder,
    heads: Vec<Head>,
}

/// What a judge says of some texts.
#[derive(Clone, Debug, Default)]
pub struct Opinions {
    /// Text after text: for each head the probabilities of its labels.
    pub of: Vec<Vec<Vec<f64>>>,
    /// How many texts were longer than the model reads.
    pub cut: usize,
    /// Tokens that were read.
    pub tokens: usize,
}

impl Judge {
    /// Joins an encoder and heads, one a task, each of which must have been fitted on it and beside the classifier's
    /// models.
    ///
    /// # Errors
    /// Where they do not fit each other.
    pub fn new(encoder: Encoder, heads: Vec<Head>, classifier: &Classifier) -> Result<Self> {
        for (i, head) in heads.iter().enumerate() {
            head.check(&encoder, classifier)?;
            if heads[..i].iter().any(|h| h.task == head.task) {
                return Err(Error::Unfit(format!(
                    "two heads decide {}: give one for each task",
                    head.task.name()
                )));
            }
        }
        Ok(Self { encoder, heads })
    }

    /// The encoder.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// The heads, in the order of the opinions.
    pub fn heads(&self) -> &[Head] {
        &self.heads
    }

    /// Probabilities of each head's labels for each text, before any blend.
    ///
    /// # Errors
    /// As [`Encoder::embed`].
    pub fn opinions<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Result<Opinions> {
        let mut out = Opinions {
            of: vec![Vec::new(); texts.len()],
            ..Opinions::default()
        };
        let is_fitted = |h: &&Head| matches!(h.source, Source::Embedding(_));
        let embeddings = if self.heads.iter().any(|h| is_fitted(&h)) {
            Some(self.encoder.embed(texts)?)
        } else {
            None
        };
        let logits = if self.heads.iter().all(|h| is_fitted(&h)) {
            None
        } else {
            Some(self.encoder.logits(texts)?)
        };
        for read in [&embeddings, &logits].into_iter().flatten() {
            out.cut = read.cut;
            out.tokens += read.tokens;
        }
        for head in &self.heads {
            match &head.source {
                Source::Embedding(softmax) => {
                    let rows = embeddings.iter().flat_map(|e| &e.rows);
                    push(
                        &mut out.of,
                        rows.map(|row| Softmax::probabilities(softmax, row)),
                    );
                }
                Source::Logits(map) => {
                    let rows = logits.iter().flat_map(|l| &l.rows);
                    push(&mut out.of, rows.map(|row| LabelMap::apply(map, row)));
                }
            }
        }
        Ok(out)
    }
}

fn push(to: &mut [Vec<Vec<f64>>], column: impl Iterator<Item = Vec<f64>>) {
    for (of_text, p) in to.iter_mut().zip(column) {
        of_text.push(p);
    }
}
