//! What comes out of a source: mentions, and the rows that were not mentions.

use avizor::Mention;
use serde::Serialize;

use crate::plan::Plan;
use crate::row::{self, Cell};

/// The most bytes of a broken row that are kept.
pub(crate) const RAW_BYTES: usize = 2_000;

/// About how many bytes one batch may read before it is handed over.
pub(crate) const BATCH_BYTES: usize = 16 << 20;

/// Some rows of a source, in their order. Every row is in `mentions` or in `rejects`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// The rows that could be read.
    pub mentions: Vec<Mention>,
    /// The rows that could not.
    pub rejects: Vec<Reject>,
    /// Per mention, the columns of [`ReadOptions::extra`](crate::ReadOptions::extra) in that order, `None` where
    /// empty. Aligned with `mentions`; no element at all where no extra column was asked for.
    pub extra: Vec<Vec<Option<String>>>,
}

/// A row that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// The path, `-` for standard input, `columns` for Arrow.
    pub file: String,
    /// Where the row starts, from 1: the physical line in text files, the row in Parquet and Arrow.
    pub line: u64,
    /// What is wrong and what to do.
    pub reason: String,
    /// The row's beginning, at most 2,000 bytes; what is not UTF-8 shows as U+FFFD.
    pub raw: String,
}

impl Batch {
    /// Mentions and rejects together.
    pub fn rows(&self) -> usize {
        self.mentions.len() + self.rejects.len()
    }

    pub(crate) fn reject(&mut self, plan: &Plan, line: u64, reason: String, raw: &[u8]) {
        self.rejects.push(Reject {
            file: plan.file.clone(),
            line,
            reason,
            raw: shorten(raw),
        });
    }

    /// Reads one row; `number` counts rows, `line` says where it is.
    pub(crate) fn read<'a>(
        &mut self,
        plan: &Plan,
        number: u64,
        line: u64,
        cell: impl Fn(usize) -> Cell<'a>,
        raw: impl FnOnce() -> Vec<u8>,
    ) {
        match row::read(plan, number, &cell) {
            Ok((mention, extra)) => {
                self.mentions.push(mention);
                if !plan.extra.is_empty() {
                    self.extra.push(extra);
                }
            }
            Err(reason) => self.reject(plan, line, reason, &raw()),
        }
    }
}

/// At most [`RAW_BYTES`] of text, without the line's end.
fn shorten(raw: &[u8]) -> String {
    let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
    let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
    let mut text = String::from_utf8_lossy(&raw[..raw.len().min(RAW_BYTES)]).into_owned();
    // A cut inside a character and the three bytes of U+FFFD both have to fit.
    text.truncate(text.floor_char_boundary(RAW_BYTES));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_is_short_and_lossy() {
        assert_eq!(shorten(b"a\xffb\r\n"), "a\u{fffd}b");
        assert_eq!(shorten(&[0xff; 5_000]).len(), 1_998);
        assert_eq!(shorten("ñ".repeat(5_000).as_bytes()).len(), 2_000);
    }
}
