//! What grew: terms and phrases that are over-represented now against a reference.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::counts::sample::Entry;
use super::drift::benjamini_hochberg;
use super::period::Period;
use super::store::{Dimension, Reputation};

/// Sampled mentions that a term needs: fewer are chance or one person's.
const LEAST_SEEN: u32 = 3;
/// Different authors that it needs: what one repeats has not grown.
const LEAST_AUTHORS: usize = 2;
/// A term that comes in a phrase this often is told by the phrase alone.
const SUBSUMED: f64 = 0.75;
/// At most this share of what is said to have grown has not, on average.
const FALSE_GROWTH: f64 = 0.05;

/// A term or a phrase that is more frequent than it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grown {
    /// A word, or two that follow each other with at most function words between.
    pub term: String,
    /// Mentions in the period that have it, estimated where the sample is not everything.
    pub mentions: f64,
    /// How many there would be at the rate of the reference.
    pub expected: f64,
    /// Log-likelihood ratio (Dunning 1993), each side with half a mention added.
    pub likelihood: f64,
    /// The false discovery rate at which it is called grown, over all terms that were looked at.
    pub q_value: f64,
}

/// Log-likelihood ratio of a term's rate now against before (Dunning 1993,
/// <https://aclanthology.org/J93-1003>); 0 where it did not grow.
///
/// Half a mention on either side keeps new words finite and rare words modest.
pub(crate) fn log_likelihood_ratio(
    now: f64,
    now_total: f64,
    before: f64,
    before_total: f64,
) -> f64 {
    let (a, b) = (now + 0.5, before + 0.5);
    let (n, m) = (now_total + 1.0, before_total + 1.0);
    if a / n <= b / m {
        return 0.0;
    }
    let rate = (a + b) / (n + m);
    2.0 * (a * libm::log(a / (n * rate)) + b * libm::log(b / (m * rate)))
}

/// One word, or two in a row.
type Key = (u32, u32);

/// How often something was said.
#[derive(Debug, Default)]
struct Said {
    seen: u32,
    mentions: f64,
    authors: BTreeSet<u64>,
}

/// What was said in one period.
#[derive(Debug, Default)]
struct Speech {
    seen: f64,
    mentions: f64,
    said: BTreeMap<Key, Said>,
}

impl Speech {
    fn of(kept: &[(&Entry, f64)]) -> Self {
        let mut speech = Self::default();
        for (entry, stands_for) in kept {
            speech.seen += 1.0;
            speech.mentions += stands_for;
            for key in keys(entry) {
                let said = speech.said.entry(key).or_default();
                said.seen += 1;
                said.mentions += stands_for;
                if said.authors.len() < LEAST_AUTHORS {
                    said.authors.insert(entry.author);
                }
            }
        }
        speech
    }

    /// Sampled mentions that one mention is worth.
    fn fraction(&self) -> f64 {
        self.seen / self.mentions.max(1.0)
    }
}

fn keys(entry: &Entry) -> BTreeSet<Key> {
    let pairs = entry.terms.iter().zip(entry.terms.iter().skip(1));
    let phrases = pairs
        .filter(|(a, b)| **a != 0 && **b != 0)
        .map(|(&a, &b)| (a, b));
    let words = entry.terms.iter().filter(|t| **t != 0).map(|&t| (t, 0));
    words.chain(phrases).collect()
}

impl Reputation {
    /// The terms and phrases that grew most from `reference` to `period`, strongest first, at most `count`: the
    /// headline of a window. Those of a false discovery rate above 5 % are left out.
    ///
    /// O(terms of the mentions sampled of both periods).
    pub fn what_grew(
        &self,
        entity: usize,
        period: Period,
        reference: Period,
        count: usize,
    ) -> Vec<Grown> {
        let Some(record) = self.records.get(entity) else {
            return Vec::new();
        };
        let now = Speech::of(&self.window(record, Dimension::All, "", period).kept);
        let before = Speech::of(&self.window(record, Dimension::All, "", reference).kept);
        if before.seen == 0.0 {
            return Vec::new();
        }
        let mut grown: Vec<(Key, Grown)> = now
            .said
            .iter()
            .filter(|(_, said)| said.seen >= LEAST_SEEN && said.authors.len() >= LEAST_AUTHORS)
            .map(|(key, said)| {
                let past = before.said.get(key).map_or(0.0, |s| s.mentions);
                let likelihood = log_likelihood_ratio(
                    said.mentions * now.fraction(),
                    now.seen,
                    past * before.fraction(),
                    before.seen,
                );
                let name = |k: u32| self.shelf.names.word(k);
                let term = format!("{} {}", name(key.0), name(key.1));
                let expected = past * now.mentions / before.mentions;
                let found = Grown {
                    term: term.trim_end().to_owned(),
                    mentions: said.mentions,
                    expected,
                    likelihood,
                    q_value: 1.0,
                };
                (*key, found)
            })
            .collect();
        let p_values: Vec<f64> = grown.iter().map(|(_, g)| tail(g.likelihood)).collect();
        for ((_, g), q) in grown.iter_mut().zip(benjamini_hochberg(&p_values)) {
            g.q_value = q;
        }
        grown.retain(|(_, g)| g.q_value <= FALSE_GROWTH);
        headline(grown, &now, count)
    }
}

/// Strongest first. A phrase stands for its words where each of them hardly comes without it; others are not phrases.
fn headline(mut grown: Vec<(Key, Grown)>, now: &Speech, count: usize) -> Vec<Grown> {
    let alone = |word: u32| now.said.get(&(word, 0)).map_or(0.0, |said| said.mentions);
    let is_phrase = |((a, b), g): &(Key, Grown)| {
        *b != 0 && [*a, *b].iter().all(|w| g.mentions >= SUBSUMED * alone(*w))
    };
    let told: BTreeSet<u32> = grown
        .iter()
        .filter(|g| is_phrase(g))
        .flat_map(|((a, b), _)| [*a, *b])
        .collect();
    grown.retain(|g| {
        let (first, second) = g.0;
        is_phrase(g) || (second == 0 && !told.contains(&first))
    });
    grown.sort_by(|(a, x), (b, y)| y.likelihood.total_cmp(&x.likelihood).then(a.cmp(b)));
    grown.truncate(count);
    grown.into_iter().map(|(_, g)| g).collect()
}

/// Chi-squared with one degree of freedom, one-sided: it only counts where the rate rose.
fn tail(likelihood: f64) -> f64 {
    if likelihood <= 0.0 {
        1.0
    } else {
        0.5 * libm::erfc((likelihood / 2.0).sqrt())
    }
}
