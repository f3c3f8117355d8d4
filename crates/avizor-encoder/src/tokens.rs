//! Texts to token ids, as the model's own `tokenizer.json` makes them.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use tokenizers::{PaddingParams, Tokenizer, TruncationParams};

use crate::error::{Error, Result};
use crate::folder::{Config, Family, Folder};

/// A text's tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Ids, with the special tokens at both ends.
    pub ids: Vec<u32>,
    /// Whether the text was longer than the model reads, and its end was left out.
    pub is_cut: bool,
}

/// The tokenizer of a model, checked against it.
#[derive(Clone)]
pub(crate) struct Reader {
    tokenizer: Tokenizer,
    /// Tokens at most, special ones included.
    pub(crate) limit: usize,
    pub(crate) padding: u32,
}

#[derive(Default, Deserialize)]
struct SpecialTokens {
    pad_token: Option<Value>,
}

#[derive(Default, Deserialize)]
struct TokenizerConfig {
    pad_token: Option<Value>,
    /// Some libraries write 1e30 for "no limit".
    model_max_length: Option<f64>,
}

/// Written by sentence-transformers.
#[derive(Default, Deserialize)]
struct SentenceConfig {
    max_seq_length: Option<f64>,
}

impl Reader {
    pub(crate) fn load(folder: &Folder, config: &Config, family: Family) -> Result<Self> {
        let path = folder.path("tokenizer.json");
        let bytes = crate::folder::read(
            &path,
            "save the fast tokenizer beside the model, with `AutoTokenizer.from_pretrained(...).save_pretrained(DIR)`",
        )?;
        let tokenizer = Tokenizer::from_bytes(bytes).map_err(|e| {
            Error::content(
                &path,
                format!("{e}; restore it from where the model came from"),
            )
        })?;
        let special: SpecialTokens = folder.optional("special_tokens_map.json")?;
        let settings: TokenizerConfig = folder.optional("tokenizer_config.json")?;
        let sentence: SentenceConfig = folder.optional("sentence_bert_config.json")?;
        let named = special.pad_token.or(settings.pad_token);
        let padding = padding(&tokenizer, named.as_ref(), config, &path)?;
        let reader = Self {
            limit: limit(
                config,
                family,
                padding,
                [settings.model_max_length, sentence.max_seq_length],
            ),
            padding,
            tokenizer: bare(tokenizer, &path)?,
        };
        reader.check(config, &path)?;
        Ok(reader)
    }

    /// Tokens of a text, cut at the model's limit. O(n) in the text's length.
    pub(crate) fn read(&self, text: &str) -> Result<Tokens> {
        let encoding = self.tokenizer.encode_fast(text, true).map_err(|e| {
            Error::Unfit(format!(
                "the model's tokenizer refuses a text ({e}): its tokenizer.json is not whole"
            ))
        })?;
        let mut ids = encoding.get_ids().to_vec();
        let is_cut = ids.len() > self.limit;
        if is_cut {
            // What ends every text ends this one too, as truncation in the reference does.
            let end = ids[ids.len() - 1];
            ids.truncate(self.limit - 1);
            ids.push(end);
        }
        Ok(Tokens { ids, is_cut })
    }

    /// Refuses a tokenizer whose ids the model has no rows for, or that marks no beginning and end.
    fn check(&self, config: &Config, path: &Path) -> Result<()> {
        if self.limit < 3 {
            return Err(Error::content(
                path,
                "the model has no positions for a text: its config.json is not whole",
            ));
        }
        let vocabulary = self.tokenizer.get_vocab(true);
        let highest = vocabulary.values().max().copied().unwrap_or(0) as usize;
        if highest >= config.vocab_size {
            return Err(Error::content(
                path,
                format!(
                    "it numbers tokens up to {highest} and the model has rows for {}: it belongs to another model",
                    config.vocab_size
                ),
            ));
        }
        if self.read("")?.ids.len() != 2 {
            return Err(Error::content(
                path,
                "it does not mark the beginning and the end of a text: save the fast tokenizer of this model again",
            ));
        }
        Ok(())
    }
}

/// The id that fills up short texts: the same for tokenizer and model.
fn padding(
    tokenizer: &Tokenizer,
    named: Option<&Value>,
    config: &Config,
    path: &Path,
) -> Result<u32> {
    let name = named.and_then(|v| v.as_str().or_else(|| v.get("content")?.as_str()));
    let by_name = name.map(|n| (n, tokenizer.token_to_id(n)));
    match (by_name, config.pad_token_id) {
        (Some((name, None)), _) => Err(Error::content(
            path,
            format!("it does not know the padding token `{name}`: it belongs to another model"),
        )),
        (Some((name, Some(id))), Some(model)) if id != model => Err(Error::content(
            path,
            format!(
                "its padding token `{name}` is {id} and the model's is {model}: it belongs to another model"
            ),
        )),
        (Some((_, Some(id))), _) | (None, Some(id)) => Ok(id),
        (None, None) => Err(Error::content(
            path,
            "no file says which token fills up short texts: add special_tokens_map.json with its `pad_token`",
        )),
    }
}

/// How many tokens the model reads: its positions, and what its makers ask for.
fn limit(config: &Config, family: Family, padding: u32, asked: [Option<f64>; 2]) -> usize {
    let first = if family.counts_from_padding() {
        padding as usize + 1
    } else {
        0
    };
    let positions = config.max_position_embeddings.saturating_sub(first);
    asked
        .into_iter()
        .flatten()
        .filter(|l| *l >= 3.0)
        .fold(positions, |limit, l| limit.min(l as usize))
}

/// Without the padding and truncation that some tokenizers bring along: both are ours to do and to count.
fn bare(mut tokenizer: Tokenizer, path: &Path) -> Result<Tokenizer> {
    tokenizer.with_padding(None::<PaddingParams>);
    tokenizer
        .with_truncation(None::<TruncationParams>)
        .map_err(|e| {
            Error::content(
                path,
                format!("{e}; restore it from where the model came from"),
            )
        })?;
    Ok(tokenizer)
}
