//! Who carries the talk: authors by what they reach, stir and stand for, and how few they are.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::counts::distinct::Distinct;
use super::counts::sample::Entry;
use super::period::Period;
use super::store::{Dimension, Reputation};
use crate::time::Span;

/// What each part is worth in an author's influence (judgements; they sum to 1).
const REACH: f64 = 0.4;
const ENGAGEMENT: f64 = 0.3;
const CONSISTENCY: f64 = 0.15;
const RELEVANCE: f64 = 0.15;
/// A million followers and a thousand reactions to a mention are as much as counts (judgements).
const FULL_REACH: f64 = 1e6;
const FULL_ENGAGEMENT: f64 = 1e3;
/// The authors whose share of the talk is told.
const TOP: f64 = 10.0;

/// One author, as far as the sample knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Influencer {
    /// Name, as it came.
    pub author: String,
    /// Mentions of the entity; estimated where the sample is not everything.
    pub mentions: f64,
    /// The most followers seen.
    pub followers: u32,
    /// Whether the network marks the author as verified.
    pub verified: bool,
    /// Likes, shares and replies to a mention, on average.
    pub engagement: f64,
    /// Days with a mention over days of the period, in (0, 1].
    pub consistency: f64,
    /// Of the author's mentions of anybody in the protocol, the share that is about the entity, in (0, 1].
    pub relevance: f64,
    /// Praise less complaint over mentions that could be read, in [-1, 1].
    pub stance: f64,
    /// In [0, 1]: 0.4 reach + 0.3 engagement + 0.15 consistency + 0.15 relevance, the first two on a logarithmic scale.
    pub influence: f64,
}

/// Who carries an entity's talk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Influence {
    /// The most influential authors, of any stance.
    pub leading: Vec<Influencer>,
    /// The most influential of those that praise more than they complain.
    pub praise: Vec<Influencer>,
    /// The most influential of those that complain more than they praise.
    pub complaints: Vec<Influencer>,
    /// Different authors, within about 3 %; exact while they are few.
    pub distinct_authors: f64,
    /// Concentration of the mentions: 0 where all authors have as many, near 1 where one has them all (Gini 1912).
    pub gini: f64,
    /// Share of the mentions that the ten busiest authors wrote, in [0, 1].
    pub top10_share: f64,
    /// Whether every mention of the period was in the sample, so that nothing here is estimated.
    pub exact: bool,
}

/// What the sample knows of one author.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Whether it has a name.
    pub named: bool,
    pub seen: u32,
    pub stands_for: f64,
    pub followers: u32,
    pub verified: bool,
    pub reactions: f64,
    pub days: BTreeSet<i64>,
    /// Negative, neutral, positive, as seen.
    pub said: [u32; 3],
}

impl Known {
    /// Mentions, given that at least one was seen: the first for sure, each other for as many as it stands for.
    pub(super) fn mentions(&self) -> f64 {
        let each = self.stands_for / f64::from(self.seen.max(1));
        1.0 + f64::from(self.seen.saturating_sub(1)) * each
    }

    /// How many authors like this one there are, so that authors times mentions is what the sample stands for.
    pub(super) fn authors(&self) -> f64 {
        self.stands_for / self.mentions()
    }

    pub(super) fn stance(&self) -> f64 {
        let [bad, _, good] = self.said.map(f64::from);
        let all: u32 = self.said.iter().sum();
        (good - bad) / f64::from(all.max(1))
    }
}

/// Authors by hash; those without a name are one each.
pub(super) fn authors<'a>(
    kept: impl IntoIterator<Item = &'a (&'a Entry, f64)>,
) -> BTreeMap<u64, Known> {
    let mut authors: BTreeMap<u64, Known> = BTreeMap::new();
    for (entry, stands_for) in kept {
        let known = authors.entry(entry.author).or_default();
        known.named = entry.named;
        known.seen += 1;
        known.stands_for += stands_for;
        known.followers = known.followers.max(entry.followers);
        known.verified |= entry.verified;
        known.reactions += entry.engagement();
        known.days.insert(entry.at().floor(Span::days(1)).millis());
        if let Some(k) = entry.judged() {
            known.said[k] += 1;
        }
    }
    authors
}

impl Reputation {
    /// Who carries an entity's talk in a period, each list at most `count` long. An entity that is not there has
    /// nobody. O(mentions sampled of everybody).
    pub fn influence(&self, entity: usize, period: Period, count: usize) -> Influence {
        let Some(record) = self.records.get(entity) else {
            return Influence::of(&BTreeMap::new(), Vec::new(), count);
        };
        let window = self.window(record, Dimension::All, "", period);
        let known = authors(&window.kept);
        let anywhere = self.seen_anywhere(period);
        let days = (period.length().millis() as f64 / Span::days(1).millis() as f64)
            .ceil()
            .max(1.0);
        let named = known
            .iter()
            .filter(|(_, k)| k.named)
            .map(|(author, k)| {
                let everywhere = anywhere.get(author).copied().unwrap_or(0).max(k.seen);
                influencer(self.shelf.names.author(*author), k, days, everywhere)
            })
            .collect();
        let mut influence = Influence::of(&known, named, count);
        influence.exact = window.is_whole();
        if !influence.exact
            && let Some(estimate) = record.distinct_authors(period)
        {
            influence.distinct_authors = estimate;
        }
        influence
    }

    /// Sampled mentions of each author, of whomever.
    fn seen_anywhere(&self, period: Period) -> BTreeMap<u64, u32> {
        let mut seen = BTreeMap::new();
        for record in &self.records {
            for (entry, _) in self.window(record, Dimension::All, "", period).kept {
                *seen.entry(entry.author).or_default() += 1;
            }
        }
        seen
    }
}

impl super::store::Record {
    /// Different authors of a period that is made of whole days or folded weeks; none for others.
    pub(super) fn distinct_authors(&self, period: Period) -> Option<f64> {
        let mut all = Distinct::default();
        for digest in self.whole_digests(period)? {
            all.absorb(&digest.authors);
        }
        Some(all.estimate())
    }
}

impl Influence {
    fn of(known: &BTreeMap<u64, Known>, mut named: Vec<Influencer>, count: usize) -> Self {
        named.sort_by(|a, b| {
            let order = b.influence.total_cmp(&a.influence);
            order.then_with(|| a.author.cmp(&b.author))
        });
        let first = |keep: fn(&Influencer) -> bool| -> Vec<Influencer> {
            named
                .iter()
                .filter(|i| keep(i))
                .take(count)
                .cloned()
                .collect()
        };
        let (gini, top10_share) = concentration(known);
        Self {
            praise: first(|i| i.stance > 0.0),
            complaints: first(|i| i.stance < 0.0),
            distinct_authors: known.values().map(Known::authors).sum(),
            gini,
            top10_share,
            exact: true,
            leading: first(|_| true),
        }
    }
}

fn influencer(name: &str, known: &Known, days: f64, everywhere: u32) -> Influencer {
    let seen = f64::from(known.seen);
    let engagement = known.reactions / seen;
    let consistency = (known.days.len() as f64 / days).min(1.0);
    let relevance = seen / f64::from(everywhere);
    Influencer {
        author: name.to_owned(),
        mentions: known.mentions(),
        followers: known.followers,
        verified: known.verified,
        engagement,
        consistency,
        relevance,
        stance: known.stance(),
        influence: REACH * scale(f64::from(known.followers), FULL_REACH)
            + ENGAGEMENT * scale(engagement, FULL_ENGAGEMENT)
            + CONSISTENCY * consistency
            + RELEVANCE * relevance,
    }
}

/// 0 for nothing, 1 for `full` and beyond, by logarithm.
fn scale(x: f64, full: f64) -> f64 {
    (libm::log1p(x) / libm::log1p(full)).min(1.0)
}

/// The Gini coefficient of mentions by author, and the share of the ten busiest.
fn concentration(known: &BTreeMap<u64, Known>) -> (f64, f64) {
    let mut sizes: Vec<(f64, f64)> = known
        .values()
        .map(|k| (k.mentions(), k.authors()))
        .collect();
    sizes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let people: f64 = sizes.iter().map(|s| s.1).sum();
    let mentions: f64 = sizes.iter().map(|s| s.0 * s.1).sum();
    if mentions <= 0.0 {
        return (0.0, 0.0);
    }
    // One less twice the area under Lorenz's curve.
    let (mut below, mut area) = (0.0, 0.0);
    for (size, count) in &sizes {
        let here = size * count;
        area += count / people * (below + here / 2.0) / mentions;
        below += here;
    }
    let mut left = TOP;
    let mut top = 0.0;
    for (size, count) in sizes.iter().rev() {
        let taken = count.min(left);
        top += size * taken;
        left -= taken;
    }
    ((1.0 - 2.0 * area).max(0.0), (top / mentions).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn talk(sizes: &[u32]) -> BTreeMap<u64, Known> {
        let known = |&seen: &u32| Known {
            seen,
            stands_for: f64::from(seen),
            ..Known::default()
        };
        (0..).zip(sizes.iter().map(known)).collect()
    }

    #[test]
    fn concentration_is_none_for_equals_and_high_for_one_voice() {
        let (equal, share) = concentration(&talk(&[3; 100]));
        assert!(equal.abs() < 1e-9 && (share - 0.1).abs() < 1e-9);
        let mut sizes = vec![1; 99];
        sizes.push(901);
        let (one, share) = concentration(&talk(&sizes));
        // By hand: 1 - (99/100 x 0.099 + 1/100 x (2 x 0.099 + 0.901)).
        assert!((one - 0.891).abs() < 1e-9, "{one}");
        assert!((share - 0.91).abs() < 1e-9, "{share}");
        assert_eq!(concentration(&talk(&[])), (0.0, 0.0));
    }
}
