//! The files of a model's folder, as Hugging Face's libraries save them, and what `config.json` says.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};

/// Architectures that can be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// BERT and its like, MiniLM among them (Devlin et al. 2019).
    Bert,
    /// RoBERTa (Liu et al. 2019).
    Roberta,
    /// XLM-RoBERTa (Conneau et al. 2020): RoBERTa's network.
    XlmRoberta,
    /// DistilBERT (Sanh et al. 2019).
    DistilBert,
}

impl Family {
    /// `model_type` in `config.json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bert => "bert",
            Self::Roberta => "roberta",
            Self::XlmRoberta => "xlm-roberta",
            Self::DistilBert => "distilbert",
        }
    }

    /// Whether positions are counted from the padding token's id on, as RoBERTa does.
    pub(crate) const fn counts_from_padding(self) -> bool {
        matches!(self, Self::Roberta | Self::XlmRoberta)
    }
}

/// The activation between the two layers of a feed-forward block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Activation {
    /// By the error function.
    Gelu,
    /// By the hyperbolic tangent.
    #[serde(alias = "gelu_pytorch_tanh")]
    GeluNew,
    Relu,
}

/// What `config.json` says of the network, under the names of all four families.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Config {
    model_type: Option<String>,
    #[serde(default)]
    architectures: Vec<String>,
    pub(crate) vocab_size: usize,
    #[serde(alias = "dim")]
    pub(crate) hidden_size: usize,
    #[serde(alias = "n_layers")]
    pub(crate) num_hidden_layers: usize,
    #[serde(alias = "n_heads")]
    pub(crate) num_attention_heads: usize,
    #[serde(alias = "hidden_dim")]
    pub(crate) intermediate_size: usize,
    #[serde(alias = "activation", default = "gelu")]
    hidden_act: String,
    pub(crate) max_position_embeddings: usize,
    #[serde(default)]
    pub(crate) type_vocab_size: usize,
    /// DistilBERT's is fixed in its code and not written.
    #[serde(default = "narrow")]
    pub(crate) layer_norm_eps: f64,
    pub(crate) pad_token_id: Option<u32>,
    position_embedding_type: Option<String>,
    #[serde(default)]
    is_decoder: bool,
    problem_type: Option<String>,
    #[serde(default)]
    id2label: BTreeMap<String, String>,
}

fn gelu() -> String {
    "gelu".to_owned()
}

fn narrow() -> f64 {
    1e-12
}

impl Config {
    pub(crate) fn family(&self, path: &Path) -> Result<Family> {
        let name = self.model_type.as_deref().unwrap_or("");
        let families = [
            Family::Bert,
            Family::Roberta,
            Family::XlmRoberta,
            Family::DistilBert,
        ];
        families.into_iter().find(|f| f.name() == name).ok_or_else(|| {
            Error::content(
                path,
                format!(
                    "its `model_type` is `{name}`, which cannot be run here: take a model of bert, roberta, xlm-roberta or distilbert"
                ),
            )
        })
    }

    pub(crate) fn activation(&self, path: &Path) -> Result<Activation> {
        serde_json::from_value(self.hidden_act.clone().into()).map_err(|_| {
            Error::content(
                path,
                format!(
                    "its activation is `{}`, and gelu, gelu_new and relu can be run here: take another model",
                    self.hidden_act
                ),
            )
        })
    }

    /// Whether it was saved as one; a config without architectures is believed to be what its weights are.
    pub(crate) fn is_sequence_classifier(&self) -> bool {
        let mut names = self.architectures.iter();
        self.architectures.is_empty() || names.any(|a| a.ends_with("ForSequenceClassification"))
    }

    /// Names of the outputs of a sequence classifier, in their order.
    pub(crate) fn labels(&self, path: &Path) -> Result<Vec<String>> {
        let numbered: BTreeMap<usize, &String> = self
            .id2label
            .iter()
            .filter_map(|(id, name)| Some((id.parse().ok()?, name)))
            .collect();
        let is_whole = numbered.keys().copied().eq(0..self.id2label.len());
        if is_whole && numbered.len() >= 2 {
            return Ok(numbered.into_values().cloned().collect());
        }
        Err(Error::content(
            path,
            "its `id2label` does not number two labels or more from 0: a classifier needs them",
        ))
    }

    /// Refuses what would be run wrongly.
    fn check(&self, path: &Path) -> Result<()> {
        let fault = |message: &str| Err(Error::content(path, message));
        match self.position_embedding_type.as_deref() {
            None | Some("absolute") => {}
            Some(_) => {
                return fault(
                    "its positions are relative, which cannot be run here: take another model",
                );
            }
        }
        if self.is_decoder {
            return fault("it is a decoder, which cannot be run here: take an encoder");
        }
        if self
            .problem_type
            .as_deref()
            .is_some_and(|p| p != "single_label_classification")
        {
            return fault(
                "its `problem_type` is not single_label_classification: only one label a text can be read here",
            );
        }
        let sizes = [
            self.vocab_size,
            self.hidden_size,
            self.num_hidden_layers,
            self.num_attention_heads,
            self.intermediate_size,
            self.max_position_embeddings,
        ];
        let fits = sizes.iter().all(|s| (1..=1 << 24).contains(s))
            && self.hidden_size.is_multiple_of(self.num_attention_heads)
            && self.layer_norm_eps > 0.0;
        if !fits {
            return fault(
                "its sizes cannot be those of a model: restore it from where the model came from",
            );
        }
        Ok(())
    }
}

/// A folder with a model.
#[derive(Clone, Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn config(&self) -> Result<Config> {
        let path = self.path("config.json");
        let config: Config = self.json("config.json")?;
        config.check(&path)?;
        Ok(config)
    }

    /// The weights' bytes. Where they are not there, says what other formats ask for.
    pub(crate) fn weights(&self) -> Result<Vec<u8>> {
        let path = self.path("model.safetensors");
        let other = |name: &str| self.path(name).exists();
        let remedy = if other("model.safetensors.index.json") {
            "the model is saved in parts: save it in one, with `save_pretrained(DIR, max_shard_size=\"100GB\")`"
        } else if other("pytorch_model.bin") {
            "the weights are in PyTorch's own format: save them with `save_pretrained(DIR, safe_serialization=True)`"
        } else {
            "a model's folder holds config.json, tokenizer.json and model.safetensors; copy it whole"
        };
        read(&path, remedy)
    }

    /// A file of JSON that must be there.
    pub(crate) fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let path = self.path(name);
        let bytes = read(
            &path,
            "a model's folder holds config.json, tokenizer.json and model.safetensors; copy it whole",
        )?;
        serde_json::from_slice(&bytes).map_err(|e| {
            Error::content(
                &path,
                format!("{e}; restore it from where the model came from"),
            )
        })
    }

    /// A file of JSON that may be missing.
    pub(crate) fn optional<T: DeserializeOwned + Default>(&self, name: &str) -> Result<T> {
        if self.path(name).exists() {
            self.json(name)
        } else {
            Ok(T::default())
        }
    }
}

pub(crate) fn read(path: &Path, remedy: &str) -> Result<Vec<u8>> {
    fs::read(path).map_err(|source| Error::File {
        path: path.to_owned(),
        remedy: remedy.to_owned(),
        source,
    })
}
