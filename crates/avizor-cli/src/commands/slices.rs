//! An evaluation in parts: by language, dialect, length or channel of the texts.

use std::collections::BTreeMap;

use avizor::{Analysis, Mention};
use clap::ValueEnum;

/// What texts are told apart by.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SliceBy {
    /// The language that was read
    Language,
    /// The region in the column `language`, as in es-MX
    Dialect,
    /// Words: up to 10, 11 to 25, more
    Length,
    /// The column `channel`
    Channel,
}

impl SliceBy {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Language => "language",
            Self::Dialect => "dialect",
            Self::Length => "length",
            Self::Channel => "channel",
        }
    }

    /// The part that a text belongs to.
    pub(crate) fn of(self, mention: &Mention, analysis: &Analysis, locale: &str) -> String {
        match self {
            Self::Language => analysis.language.code().to_owned(),
            Self::Dialect if locale.contains(['-', '_']) => locale.replace('_', "-"),
            Self::Dialect => "not said".to_owned(),
            Self::Length => match mention.text.split_whitespace().count() {
                0..=10 => "1 to 10 words",
                11..=25 => "11 to 25 words",
                _ => "26 words and more",
            }
            .to_owned(),
            Self::Channel => mention
                .channel
                .clone()
                .unwrap_or_else(|| "not said".to_owned()),
        }
    }
}

/// Positions of the rows of each part.
pub(crate) fn positions(parts: &[String]) -> BTreeMap<&str, Vec<usize>> {
    let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, part) in parts.iter().enumerate() {
        found.entry(part).or_default().push(i);
    }
    found
}
