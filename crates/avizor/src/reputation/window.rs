//! What is known of one window of one entity, and what it is worth as evidence.

use std::collections::BTreeMap;

use super::counts::crowd::Crowd;
use super::counts::digest::Digest;
use super::counts::names;
use super::counts::sample::Entry;
use super::counts::tally::Tally;
use super::counts::weight::UNIT;
use super::period::Period;
use super::store::{Dimension, Record, Reputation};
use crate::analysis::Language;

/// An author or a text counts for as much as this many mentions of unit weight, however often it comes
/// (a judgement: one that says it twice means it; the tenth time adds nothing).
const MOST_OF_ONE: f64 = 2.0;

/// Counts and sample of a period.
#[derive(Debug)]
pub(super) struct Window<'a> {
    pub tally: Tally,
    /// Sampled mentions, each with how many it stands for.
    pub kept: Vec<(&'a Entry, f64)>,
    /// By how much repetition is known to move the shares, where the sample is not everything.
    moved: Option<[f64; 3]>,
}

/// Shares of negative, neutral and positive, and how many independent mentions they are worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Evidence {
    pub shares: [f64; 3],
    pub n: f64,
}

impl Reputation {
    /// One window of the whole or of one part of an entity.
    pub(super) fn window<'a>(
        &self,
        record: &'a Record,
        dimension: Dimension,
        part: &str,
        period: Period,
    ) -> Window<'a> {
        let tally = record
            .line(dimension, part)
            .map_or_else(Tally::default, |line| Tally::sum(line.within(period)));
        let name = names::key(part);
        let language = Language::from_code(part).index().map_or(3, |i| i as u8);
        let belongs = |e: &Entry| match dimension {
            Dimension::All => true,
            Dimension::Topic => e.topics.contains(&name),
            Dimension::Channel => e.channel == name,
            Dimension::Language => e.language == language,
        };
        let kept = record
            .digests
            .touching(period)
            .flat_map(|d: &Digest| d.sample.kept(self.shelf.size))
            .filter(|(e, _)| period.contains(e.at()) && belongs(e))
            .collect();
        let moved = (dimension == Dimension::All)
            .then(|| record.moved(period))
            .flatten();
        Window { tally, kept, moved }
    }
}

impl Record {
    /// The digests of a period that is made of whole ones; none where it cuts one, or they are gone.
    pub(super) fn whole_digests(&self, period: Period) -> Option<Vec<&Digest>> {
        let digests: Vec<&Digest> = self.digests.within(period).collect();
        let held: u64 = digests.iter().map(|d| d.echo.mentions).sum();
        let counted = Tally::sum(self.whole.within(period)).volume;
        (held == u64::from(counted)).then_some(digests)
    }

    /// What groups of authors and texts tell of the days of a window; none where every mention is remembered.
    fn moved(&self, period: Period) -> Option<[f64; 3]> {
        let mut all = Crowd::default();
        let mut needed = false;
        for digest in self.digests.touching(period) {
            let (crowd, more) = digest.all_crowd();
            all.absorb(&crowd);
            needed |= more;
        }
        needed.then(|| all.moves())
    }
}

impl Window<'_> {
    /// Whether the sample is everything.
    pub(super) fn is_whole(&self) -> bool {
        self.kept.len() == self.tally.volume as usize && self.kept.iter().all(|k| k.1 == 1.0)
    }

    /// Weighs reach, echo and repetition.
    ///
    /// Where every mention is in the sample this is exact. Where not, the counts are exact, and groups of authors
    /// and texts say by how much repetition moves them; of a part, for which there are no groups, the sample
    /// does (difference estimator: Särndal, Swensson and Wretman 1992, 6.3), with the doubt that this adds.
    pub(super) fn evidence(&self) -> Evidence {
        let judged = f64::from(self.tally.judged());
        let counted = shares(self.tally.weight.map(f64::from));
        let voices = Voices::of(&self.kept);
        if judged == 0.0 || voices.n == 0.0 {
            return Evidence {
                shares: counted,
                n: judged,
            };
        }
        let sampled: f64 = voices.seen.iter().map(|v| v.expansion).sum();
        let whole = voices.seen.iter().all(|v| v.expansion == 1.0) && sampled == judged;
        if whole {
            return Evidence {
                shares: voices.shares,
                n: voices.n.min(judged),
            };
        }
        let by_sample = std::array::from_fn(|k| voices.shares[k] - voices.plain[k]);
        let moved = self.moved.unwrap_or(by_sample);
        let shares = shares(std::array::from_fn(|k| (counted[k] + moved[k]).max(0.0)));
        let net = shares[2] - shares[0];
        let variance = shares[2] + shares[0] - net * net;
        let n = (judged * voices.n / sampled).min(judged);
        let doubt = if self.moved.is_some() {
            0.0
        } else {
            voices.doubt(net)
        };
        let n = if doubt > 0.0 && variance > 0.0 {
            1.0 / (1.0 / n + doubt / variance)
        } else {
            n
        };
        Evidence { shares, n }
    }
}

/// A sampled mention: what it says, what it stands for, and its weight before and after repetition.
struct Voice {
    polarity: usize,
    expansion: f64,
    plain: f64,
    weight: f64,
}

/// A sample with its weights.
struct Voices {
    seen: Vec<Voice>,
    /// Shares by weight alone, and with repetition bounded.
    plain: [f64; 3],
    shares: [f64; 3],
    /// Effective sample size (Kish 1965), an author's mentions and a text's copies taken as one voice.
    n: f64,
}

impl Voices {
    fn of(kept: &[(&Entry, f64)]) -> Self {
        let judged: Vec<(&Entry, f64, usize)> = kept
            .iter()
            .filter_map(|&(e, x)| e.judged().map(|k| (e, x, k)))
            .collect();
        let plain: Vec<f64> = judged
            .iter()
            .map(|(e, ..)| f64::from(e.weight) / f64::from(UNIT))
            .collect();
        let expansions: Vec<f64> = judged.iter().map(|j| j.1).collect();
        let authors: Vec<Option<u64>> = judged.iter().map(|(e, ..)| Some(e.author)).collect();
        let texts: Vec<Option<u64>> = judged
            .iter()
            .map(|(e, ..)| (e.text != 0).then_some(u64::from(e.text)))
            .collect();
        let once = bounded(&plain, &expansions, &authors);
        let weights = bounded(&once, &expansions, &texts);
        let total: f64 = weights.iter().zip(&expansions).map(|(w, x)| w * x).sum();
        let squares = clustered(&weights, &expansions, &authors).max(clustered(
            &weights,
            &expansions,
            &texts,
        ));
        let seen: Vec<Voice> = judged
            .iter()
            .zip(plain.iter().zip(&weights))
            .map(|(&(_, expansion, polarity), (&plain, &weight))| Voice {
                polarity,
                expansion,
                plain,
                weight,
            })
            .collect();
        let by = |weight: fn(&Voice) -> f64| {
            let mut sums = [0.0; 3];
            for voice in &seen {
                sums[voice.polarity] += voice.expansion * weight(voice);
            }
            shares(sums)
        };
        Self {
            plain: by(|v| v.plain),
            shares: by(|v| v.weight),
            n: if squares > 0.0 {
                total * total / squares
            } else {
                0.0
            },
            seen,
        }
    }

    /// Variance of the net sentiment that comes from knowing repetition by the sample alone
    /// (Horvitz-Thompson under Poisson sampling).
    fn doubt(&self, net: f64) -> f64 {
        let sum = |weight: fn(&Voice) -> f64| -> f64 {
            self.seen.iter().map(|v| v.expansion * weight(v)).sum()
        };
        let (plain, weighted) = (sum(|v| v.plain), sum(|v| v.weight));
        self.seen
            .iter()
            .map(|v| {
                let away = v.polarity as f64 - 1.0 - net;
                let d = (v.weight / weighted - v.plain / plain) * away;
                v.expansion * (v.expansion - 1.0) * d * d
            })
            .sum()
    }
}

/// The weights, scaled so that no group has more than [`MOST_OF_ONE`] together.
fn bounded(weights: &[f64], expansions: &[f64], groups: &[Option<u64>]) -> Vec<f64> {
    let mut totals: BTreeMap<u64, f64> = BTreeMap::new();
    for ((w, x), group) in weights.iter().zip(expansions).zip(groups) {
        if let Some(group) = group {
            *totals.entry(*group).or_default() += w * x;
        }
    }
    weights
        .iter()
        .zip(groups)
        .map(|(w, group)| {
            let total = group.and_then(|g| totals.get(&g)).copied();
            w * (MOST_OF_ONE / total.unwrap_or(0.0).max(MOST_OF_ONE))
        })
        .collect()
}

/// The sum over groups of their squared weights: of pairs seen in the sample, each stands for as many.
fn clustered(weights: &[f64], expansions: &[f64], groups: &[Option<u64>]) -> f64 {
    let mut together: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
    let mut alone = 0.0;
    for ((w, x), group) in weights.iter().zip(expansions).zip(groups) {
        alone += w * w * x;
        if let Some(group) = group {
            let sums = together.entry(*group).or_default();
            sums.0 += w * x;
            sums.1 += w * w * x * x;
        }
    }
    alone + together.values().map(|(s, own)| s * s - own).sum::<f64>()
}

fn shares(sums: [f64; 3]) -> [f64; 3] {
    let total: f64 = sums.iter().sum();
    if total > 0.0 {
        sums.map(|s| s / total)
    } else {
        [0.0; 3]
    }
}
