//! The linear model: a hashed table of bytes, a few dense weights, and how sure to be of the sum.
//!
//! A softmax regression whose hashed part is stored as signed bytes with one scale a label
//! (feature hashing: Weinberger et al. 2009, <https://arxiv.org/abs/0902.2206>). Calibrated by
//! temperature (Guo et al. 2017, <https://arxiv.org/abs/1706.04599>).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::text;

/// First bytes of every model file.
const MAGIC: &[u8; 8] = b"avizor-m";
/// Rises when older programs could not read a new file.
const FORMAT: u32 = 1;

/// What a model decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// negative, neutral, positive.
    Sentiment,
    /// complaint, question, request ...
    Intent,
    /// low, normal, high, critical.
    Urgency,
    /// Names of an organisation's taxonomy.
    Topic,
    /// es, en, pt, und.
    Language,
}

impl Task {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Sentiment,
        Self::Intent,
        Self::Urgency,
        Self::Topic,
        Self::Language,
    ];

    /// Lower-case English name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sentiment => "sentiment",
            Self::Intent => "intent",
            Self::Urgency => "urgency",
            Self::Topic => "topic",
            Self::Language => "language",
        }
    }
}

/// Where a model comes from; travels inside its file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// What it was trained on, in words.
    pub data: String,
    /// Fingerprint of the training texts and labels.
    pub data_hash: String,
    /// How many labelled texts.
    pub examples: u64,
    /// When, as the caller says (the library reads no clock).
    pub date: Option<String>,
    /// Under what terms it may be used.
    pub licence: String,
    /// Metrics measured on held-out folds.
    pub metrics: Vec<(String, f64)>,
}

/// A linear model of one task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// What it decides.
    pub task: Task,
    /// Names of the labels, in the order of the probabilities.
    pub labels: Vec<String>,
    /// The hashed table has 2^bits rows of one byte a label.
    pub bits: u8,
    /// Row after row.
    pub(crate) table: Vec<i8>,
    /// What one step of a byte is worth, by label.
    pub(crate) scales: Vec<f32>,
    /// Dense weights: feature after feature, one a label.
    pub(crate) dense: Vec<f32>,
    /// By label.
    pub(crate) bias: Vec<f32>,
    /// Logits are divided by it.
    pub(crate) temperature: f32,
    /// Where it comes from.
    pub card: Card,
}

/// The weights of a model before they are packed, as a trainer finds them.
#[derive(Clone, Debug)]
pub struct Weights {
    /// `[row * labels + label]`, 2^bits rows.
    pub table: Vec<f32>,
    /// `[feature * labels + label]`.
    pub dense: Vec<f32>,
    /// By label.
    pub bias: Vec<f32>,
    /// Logits are divided by it; above 0.
    pub temperature: f32,
}

/// The most labels a model may have: keeps sums on the stack.
pub const MAX_LABELS: usize = 64;

impl Model {
    /// A model that knows nothing: stands in for a shipped file that cannot be read, which a test rules out.
    pub(crate) fn silent() -> Self {
        Self {
            task: Task::Sentiment,
            labels: ["negative", "neutral", "positive", "und"]
                .map(str::to_owned)
                .to_vec(),
            bits: 8,
            table: vec![0; 4 << 8],
            scales: vec![0.0; 4],
            dense: Vec::new(),
            bias: vec![0.0; 4],
            temperature: 1.0,
            card: Card::default(),
        }
    }

    /// Packs weights into bytes: the greatest weight of a label becomes 127.
    ///
    /// # Errors
    /// Where sizes do not fit each other.
    pub fn pack(
        task: Task,
        labels: Vec<String>,
        bits: u8,
        weights: &Weights,
        card: Card,
    ) -> Result<Self> {
        let n = labels.len();
        let model = Self {
            task,
            bits,
            scales: (0..n)
                .map(|k| {
                    let column = weights.table.iter().skip(k).step_by(n.max(1));
                    column.fold(1e-9_f32, |m, w| m.max(w.abs())) / 127.0
                })
                .collect(),
            table: Vec::new(),
            dense: weights.dense.clone(),
            bias: weights.bias.clone(),
            temperature: weights.temperature,
            labels,
            card,
        };
        let table = weights
            .table
            .iter()
            .enumerate()
            .map(|(i, w)| (w / model.scales[i % n.max(1)]).round() as i8)
            .collect();
        let model = Self { table, ..model };
        model.check()?;
        Ok(model)
    }

    /// The weights as numbers, to go on training from them.
    pub fn unpack(&self) -> Weights {
        let n = self.labels.len();
        Weights {
            table: self
                .table
                .iter()
                .enumerate()
                .map(|(i, &b)| f32::from(b) * self.scales[i % n])
                .collect(),
            dense: self.dense.clone(),
            bias: self.bias.clone(),
            temperature: self.temperature,
        }
    }

    /// Logits of a text by its features; those of the model's labels come first.
    pub(crate) fn logits(&self, hashed: &[u32], dense: &[(u16, f32)]) -> [f32; MAX_LABELS] {
        let mut sums = [0_i32; MAX_LABELS];
        for &h in hashed {
            for (sum, &step) in sums.iter_mut().zip(self.row(h)) {
                *sum += i32::from(step);
            }
        }
        self.logits_of(&sums[..self.labels.len()], hashed.len(), dense)
    }

    /// Logits from the sums of `count` rows, one sum a label.
    #[inline]
    pub(crate) fn logits_of(
        &self,
        sums: &[i32],
        count: usize,
        dense: &[(u16, f32)],
    ) -> [f32; MAX_LABELS] {
        let n = self.labels.len();
        let value = unit(count);
        let mut out = [0.0; MAX_LABELS];
        for (k, &sum) in sums.iter().enumerate() {
            out[k] = self.bias[k] + sum as f32 * self.scales[k] * value;
        }
        for &(feature, x) in dense {
            let row = feature as usize * n;
            if let Some(weights) = self.dense.get(row..row + n) {
                for (o, w) in out.iter_mut().zip(weights) {
                    *o += w * x;
                }
            }
        }
        for o in &mut out[..n] {
            *o /= self.temperature;
        }
        out
    }

    /// The bytes of a hashed feature, one a label.
    #[inline]
    pub(crate) fn row(&self, h: u32) -> &[i8] {
        let n = self.labels.len();
        let row = (h & ((1 << self.bits) - 1)) as usize * n;
        &self.table[row..row + n]
    }

    /// Whether it has weights for what the shipped reader makes of a text, as
    /// [`Classifier::features_with_opinions`](super::Classifier::features_with_opinions) gives it to trainers.
    pub fn is_told(&self) -> bool {
        self.dense.len() > super::sentiment::DENSE_IN_ALL * self.labels.len()
    }

    /// What hashed features that sum up to `steps`, some of `count`, add to the logit of label `k`.
    pub(crate) fn hashed_weight(&self, steps: i16, count: usize, k: usize) -> f32 {
        f32::from(steps) * self.scales[k] * unit(count) / self.temperature
    }

    /// What a dense feature adds to the logit of label `k` for each unit of it.
    pub(crate) fn dense_weight(&self, feature: u16, k: usize) -> f32 {
        self.dense
            .get(feature as usize * self.labels.len() + k)
            .map_or(0.0, |w| w / self.temperature)
    }

    pub(crate) fn bias(&self, k: usize) -> f32 {
        self.bias[k] / self.temperature
    }

    /// The file's bytes: a magic word, the format, a checksum, the body.
    ///
    /// # Errors
    /// Never for a model that [`Model::pack`] made.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        seal(MAGIC, FORMAT, "model", self)
    }

    /// Reads what [`Model::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`Error::Format`] for bytes that are damaged, foreign, or of a newer program.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let model: Self = unseal(MAGIC, FORMAT, "model", bytes)?;
        model.check()?;
        Ok(model)
    }

    fn check(&self) -> Result<()> {
        let n = self.labels.len();
        let distinct: BTreeSet<&String> = self.labels.iter().collect();
        let fits = (2..=MAX_LABELS).contains(&n)
            && distinct.len() == n
            && (8..=24).contains(&self.bits)
            && self.table.len() == n << self.bits
            && self.scales.len() == n
            && self.bias.len() == n
            && self.dense.len().is_multiple_of(n)
            && self.temperature > 0.0
            && self
                .scales
                .iter()
                .chain(&self.bias)
                .chain(&self.dense)
                .all(|w| w.is_finite());
        if fits {
            Ok(())
        } else {
            Err(Error::format(
                "model",
                "its parts do not fit each other; train it again",
            ))
        }
    }
}

/// Value of each of `count` hashed features: their vector has length 1.
#[inline]
pub(crate) fn unit(count: usize) -> f32 {
    1.0 / (count.max(1) as f32).sqrt()
}

/// Softmax of the first `n` logits. `libm`, so that every platform gives the same bits.
#[inline]
pub(crate) fn softmax(logits: &[f32]) -> [f64; MAX_LABELS] {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut p = [0.0; MAX_LABELS];
    let mut total = 0.0;
    for (p, l) in p.iter_mut().zip(logits) {
        *p = libm::exp(f64::from(l - top));
        total += *p;
    }
    for p in &mut p[..logits.len()] {
        *p /= total;
    }
    p
}

pub(crate) fn seal<T: Serialize>(
    magic: &[u8; 8],
    format: u32,
    what: &'static str,
    body: &T,
) -> Result<Vec<u8>> {
    let body = postcard::to_stdvec(body).map_err(|e| Error::format(what, e.to_string()))?;
    let mut bytes = Vec::with_capacity(body.len() + 20);
    bytes.extend_from_slice(magic);
    bytes.extend_from_slice(&format.to_le_bytes());
    bytes.extend_from_slice(&text::hash(&body).to_le_bytes());
    bytes.extend_from_slice(&body);
    Ok(bytes)
}

pub(crate) fn unseal<T: for<'a> Deserialize<'a>>(
    magic: &[u8; 8],
    format: u32,
    what: &'static str,
    bytes: &[u8],
) -> Result<T> {
    let fault = |m: &str| Error::format(what, m);
    let Some((head, body)) = bytes.split_at_checked(20) else {
        return Err(fault(
            "it is too short; it was cut off, or is another kind of file",
        ));
    };
    if &head[..8] != magic {
        return Err(fault(
            "it does not begin as one; it is another kind of file",
        ));
    }
    let number = |from: usize, to: usize| {
        head[from..to]
            .iter()
            .rev()
            .fold(0_u64, |n, &b| n << 8 | u64::from(b))
    };
    if number(8, 12) != u64::from(format) {
        return Err(Error::format(
            what,
            format!(
                "it has format {} and this program reads {format}; use the version that wrote it",
                number(8, 12)
            ),
        ));
    }
    if number(12, 20) != text::hash(body) {
        return Err(fault(
            "its checksum does not match; it is damaged, restore it from a copy",
        ));
    }
    postcard::from_bytes(body).map_err(|e| Error::format(what, format!("{e}; write it again")))
}
