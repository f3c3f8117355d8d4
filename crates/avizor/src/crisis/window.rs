//! Buckets to trailing windows, kept up to date as buckets come and go: O(1) for each mention.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bucket::{AuthorTally, Bucket, STEP};
use crate::time::Span;

/// Sums over the last `length` buckets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Window {
    pub length: usize,
    pub volume: u32,
    pub judged: u32,
    pub negative: u32,
    pub positive: u32,
    pub urgent: u32,
    pub critical: u32,
    authors: BTreeMap<String, AuthorTally>,
    texts: BTreeMap<u64, u32>,
}

impl Window {
    pub(crate) fn new(span: Span) -> Self {
        Self {
            length: (span.millis() / STEP.millis()).max(1) as usize,
            ..Self::default()
        }
    }

    pub(crate) fn enter(&mut self, bucket: &Bucket) {
        self.volume += bucket.volume;
        self.judged += bucket.judged;
        self.negative += bucket.negative;
        self.positive += bucket.positive;
        self.urgent += bucket.urgent;
        self.critical += bucket.critical;
        for (name, tally) in &bucket.authors {
            let author = self.authors.entry(name.clone()).or_default();
            author.mentions += tally.mentions;
            author.negative += tally.negative;
            author.followers = author.followers.max(tally.followers);
        }
        for (text, n) in &bucket.texts {
            *self.texts.entry(*text).or_default() += n;
        }
    }

    pub(crate) fn leave(&mut self, bucket: &Bucket) {
        self.volume = self.volume.saturating_sub(bucket.volume);
        self.judged = self.judged.saturating_sub(bucket.judged);
        self.negative = self.negative.saturating_sub(bucket.negative);
        self.positive = self.positive.saturating_sub(bucket.positive);
        self.urgent = self.urgent.saturating_sub(bucket.urgent);
        self.critical = self.critical.saturating_sub(bucket.critical);
        for (name, tally) in &bucket.authors {
            if let Some(author) = self.authors.get_mut(name) {
                author.mentions = author.mentions.saturating_sub(tally.mentions);
                author.negative = author.negative.saturating_sub(tally.negative);
                if author.mentions == 0 {
                    self.authors.remove(name);
                }
            }
        }
        for (text, n) in &bucket.texts {
            if let Some(count) = self.texts.get_mut(text) {
                *count = count.saturating_sub(*n);
                if *count == 0 {
                    self.texts.remove(text);
                }
            }
        }
    }

    pub(crate) fn distinct_authors(&self) -> usize {
        self.authors.len()
    }

    pub(crate) fn distinct_texts(&self) -> usize {
        self.texts.len()
    }

    pub(crate) fn top_author_mentions(&self) -> u32 {
        self.authors.values().map(|a| a.mentions).max().unwrap_or(0)
    }

    /// Followers of authors with a negative mention: the most of one, and the sum.
    pub(crate) fn negative_followers(&self) -> (u64, u64) {
        self.authors
            .values()
            .filter(|a| a.negative > 0)
            .fold((0, 0), |(most, sum), a| {
                (most.max(a.followers), sum.saturating_add(a.followers))
            })
    }

    /// The `count` authors with most mentions, then followers, then by name; nameless ones left out.
    pub(crate) fn leading_authors(&self, count: usize) -> Vec<(&str, &AuthorTally)> {
        let mut all: Vec<(&str, &AuthorTally)> = self
            .authors
            .iter()
            .filter(|(n, _)| !n.starts_with('\0'))
            .map(|(n, t)| (n.as_str(), t))
            .collect();
        all.sort_by(|(an, a), (bn, b)| {
            (b.negative, b.mentions, b.followers, *an).cmp(&(
                a.negative,
                a.mentions,
                a.followers,
                *bn,
            ))
        });
        all.truncate(count);
        all
    }
}
