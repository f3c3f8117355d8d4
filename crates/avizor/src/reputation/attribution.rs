//! What moved net sentiment: the change from one period to another, taken apart until it adds up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::counts::sample::Entry;
use super::counts::tally::Tally;
use super::period::Period;
use super::score::{ENOUGH, points};
use super::store::{Dimension, Record, Reputation};
use super::window::Window;

/// Terms that are told apart; what is left is the rest.
const MOST_TERMS: usize = 12;
/// Causes that lead, of all facets.
const LEADING: usize = 5;
/// Sampled mentions that a term or an author needs in one of the periods.
const LEAST_SEEN: u32 = 3;

/// A way to take a change apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Facet {
    /// What was spoken of.
    Topic,
    /// Where.
    Channel,
    /// In which language.
    Language,
    /// Authors by how many follow them.
    Reach,
    /// Single authors.
    Author,
    /// Words: each mention counts for the strongest of its terms alone.
    Term,
}

/// One part of a change. Contributions are points of net sentiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// How the mentions were parted.
    pub facet: Facet,
    /// Which part; empty for the rest, in which mentions of several topics are set off against each other.
    pub name: String,
    /// How much of the change is its doing, in points; the contributions of one facet add up to the change.
    pub contribution: f64,
    /// Of it, what comes from there being more or fewer of these mentions.
    pub by_volume: f64,
    /// Of it, what comes from these mentions being better or worse than before.
    pub by_tone: f64,
    /// By how much the contribution is more than its share of the mentions would make it, in the direction of the
    /// change; negative for what held against it.
    pub beyond_share: f64,
    /// One standard error of the contribution.
    pub error: f64,
    /// Mentions in the period, estimated from the sample for authors and terms.
    pub now: f64,
    /// Mentions in the reference, likewise.
    pub before: f64,
}

/// A change of net sentiment with its causes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attribution {
    /// Net sentiment of the period less that of the reference, in points of [-200, 200].
    pub change: f64,
    /// The strongest causes of all facets, by what they did beyond their share, less one standard error.
    pub leading: Vec<Cause>,
    /// Every facet with its causes, strongest first, the rest last; each facet adds up to the change.
    pub facets: Vec<(Facet, Vec<Cause>)>,
}

/// Judged mentions of a part by polarity, and what one sampled mention stands for.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    counts: [f64; 3],
    squares: [f64; 3],
    seen: u32,
}

impl Part {
    fn counted(tally: Tally) -> Self {
        let counts = tally.sentiment.map(f64::from);
        Self {
            counts,
            squares: counts,
            seen: tally.judged(),
        }
    }

    fn add(&mut self, polarity: usize, stands_for: f64) {
        self.counts[polarity] += stands_for;
        self.squares[polarity] += stands_for * stands_for;
        self.seen += 1;
    }

    fn sum(&self) -> f64 {
        self.counts.iter().sum()
    }

    /// Sum of polarity less `middle` over its mentions.
    fn pull(&self, middle: f64) -> f64 {
        self.counts[2] - self.counts[0] - middle * self.sum()
    }

    fn variance(&self, middle: f64) -> f64 {
        (0..3)
            .map(|k| self.squares[k] * (k as f64 - 1.0 - middle).powi(2))
            .sum()
    }

    fn less(&self, other: &Self) -> Self {
        Self {
            counts: std::array::from_fn(|k| self.counts[k] - other.counts[k]),
            squares: std::array::from_fn(|k| (self.squares[k] - other.squares[k]).max(0.0)),
            seen: self.seen.saturating_sub(other.seen),
        }
    }
}

/// A part now and before.
type Pair = (Part, Part);

/// A sampled mention of either period, scaled so that the sample has the counts of the whole.
struct Sampled<'a> {
    entry: &'a Entry,
    polarity: usize,
    stands_for: f64,
    now: bool,
}

/// Both periods, and the line between better and worse.
struct Change {
    whole: Pair,
    now: f64,
    before: f64,
    middle: f64,
    total: f64,
}

impl Change {
    fn between(now: Tally, before: Tally) -> Option<Self> {
        if now.judged() < ENOUGH || before.judged() < ENOUGH {
            return None;
        }
        let whole = (Part::counted(now), Part::counted(before));
        let (n, m) = (whole.0.sum(), whole.1.sum());
        let (a, b) = (whole.0.pull(0.0) / n, whole.1.pull(0.0) / m);
        Some(Self {
            whole,
            now: n,
            before: m,
            middle: f64::midpoint(a, b),
            total: a - b,
        })
    }

    /// Kitagawa (1955), centred on the middle of both periods: growth of what is like the rest is no cause.
    fn cause(&self, facet: Facet, name: &str, (now, before): &Pair) -> Cause {
        let (w, v) = (now.sum() / self.now, before.sum() / self.before);
        let (a, b) = (
            now.pull(self.middle) / self.now,
            before.pull(self.middle) / self.before,
        );
        let contribution = a - b;
        let by_tone = if w > 0.0 && v > 0.0 {
            f64::midpoint(w, v) * (a / w - b / v)
        } else {
            0.0
        };
        let variance = now.variance(self.middle) / self.now.powi(2)
            + before.variance(self.middle) / self.before.powi(2);
        Cause {
            facet,
            name: name.to_owned(),
            contribution: points(contribution),
            by_volume: points(contribution - by_tone),
            by_tone: points(by_tone),
            beyond_share: points(
                self.total.signum() * (contribution - f64::midpoint(w, v) * self.total),
            ),
            error: points(variance.sqrt()),
            now: now.sum(),
            before: before.sum(),
        }
    }

    /// Causes by strength, and the rest.
    fn facet(&self, facet: Facet, parts: &BTreeMap<String, Pair>) -> (Facet, Vec<Cause>) {
        let mut causes: Vec<Cause> = parts
            .iter()
            .map(|(name, pair)| self.cause(facet, name, pair))
            .collect();
        causes.sort_by(|a, b| strength(b).total_cmp(&strength(a)));
        let rest = parts.values().fold(self.whole, |left, pair| {
            (left.0.less(&pair.0), left.1.less(&pair.1))
        });
        causes.push(self.cause(facet, "", &rest));
        (facet, causes)
    }
}

/// What a cause did beyond its share, and surely so.
fn strength(cause: &Cause) -> f64 {
    cause.beyond_share - cause.error
}

impl Reputation {
    /// What moved an entity's net sentiment from `reference` to `period`: topics, channels and languages by their
    /// counts, authors and terms by the sample; none where either has fewer than five readable mentions.
    ///
    /// O(mentions sampled of both periods x terms told apart).
    pub fn attribution(
        &self,
        entity: usize,
        period: Period,
        reference: Period,
    ) -> Option<Attribution> {
        let record = self.records.get(entity)?;
        let now = self.window(record, Dimension::All, "", period);
        let before = self.window(record, Dimension::All, "", reference);
        let change = Change::between(now.tally, before.tally)?;
        let sampled: Vec<Sampled> = calibrated(&now, true)
            .chain(calibrated(&before, false))
            .collect();
        let counted = |dimension| record.counted(dimension, period, reference);
        let names = &self.shelf.names;
        let facets = vec![
            change.facet(Facet::Topic, &counted(Dimension::Topic)),
            change.facet(Facet::Channel, &counted(Dimension::Channel)),
            change.facet(Facet::Language, &counted(Dimension::Language)),
            change.facet(Facet::Reach, &grouped(&sampled, |e| reach(e).to_owned())),
            change.facet(
                Facet::Author,
                &authors(&sampled, |a| names.author(a).to_owned()),
            ),
            change.facet(
                Facet::Term,
                &terms(&change, &sampled, |t| names.word(t).to_owned()),
            ),
        ];
        let mut leading: Vec<Cause> = facets
            .iter()
            .flat_map(|(_, causes)| causes)
            .filter(|c| !c.name.is_empty() && strength(c) > 0.0)
            .cloned()
            .collect();
        leading.sort_by(|a, b| strength(b).total_cmp(&strength(a)));
        leading.truncate(LEADING);
        Some(Attribution {
            change: points(change.total),
            leading,
            facets,
        })
    }
}

impl Record {
    fn counted(
        &self,
        dimension: Dimension,
        period: Period,
        reference: Period,
    ) -> BTreeMap<String, Pair> {
        self.lines(dimension)
            .map(|(name, line)| {
                let count = |p: Period| Part::counted(Tally::sum(line.within(p)));
                (name.to_owned(), (count(period), count(reference)))
            })
            .filter(|(_, (now, before))| now.seen + before.seen > 0)
            .collect()
    }
}

/// Post-stratification (Holt and Smith 1979): sampled mentions of each polarity stand for all that were counted.
fn calibrated<'a>(window: &'a Window, now: bool) -> impl Iterator<Item = Sampled<'a>> {
    let mut sums = [0.0; 3];
    for (entry, stands_for) in &window.kept {
        if let Some(k) = entry.judged() {
            sums[k] += stands_for;
        }
    }
    let scale: [f64; 3] =
        std::array::from_fn(|k| f64::from(window.tally.sentiment[k]) / f64::max(sums[k], 1.0));
    window.kept.iter().filter_map(move |&(entry, stands_for)| {
        let polarity = entry.judged()?;
        Some(Sampled {
            entry,
            polarity,
            stands_for: stands_for * scale[polarity],
            now,
        })
    })
}

fn add<K: Ord>(parts: &mut BTreeMap<K, Pair>, key: K, sampled: &Sampled) {
    let pair = parts.entry(key).or_default();
    let side = if sampled.now {
        &mut pair.0
    } else {
        &mut pair.1
    };
    side.add(sampled.polarity, sampled.stands_for);
}

fn grouped(sampled: &[Sampled], group: impl Fn(&Entry) -> String) -> BTreeMap<String, Pair> {
    let mut parts = BTreeMap::new();
    for s in sampled {
        add(&mut parts, group(s.entry), s);
    }
    parts
}

/// Bands of followers; a verified account is a group of its own.
fn reach(entry: &Entry) -> &'static str {
    match entry.followers {
        _ if entry.verified => "verified",
        100_000.. => "100,000 followers or more",
        10_000.. => "10,000 to 99,999 followers",
        1_000.. => "1,000 to 9,999 followers",
        _ => "fewer than 1,000 followers",
    }
}

fn authors(sampled: &[Sampled], named: impl Fn(u64) -> String) -> BTreeMap<String, Pair> {
    let mut parts: BTreeMap<u64, Pair> = BTreeMap::new();
    for s in sampled.iter().filter(|s| s.entry.named) {
        add(&mut parts, s.entry.author, s);
    }
    parts.retain(|_, pair| pair.0.seen.max(pair.1.seen) >= LEAST_SEEN);
    parts
        .into_iter()
        .map(|(k, pair)| (named(k), pair))
        .collect()
}

/// The strongest term takes its mentions, then the strongest of those that are left, and so on.
fn terms(
    change: &Change,
    sampled: &[Sampled],
    named: impl Fn(u32) -> String,
) -> BTreeMap<String, Pair> {
    let mut left: Vec<&Sampled> = sampled.iter().collect();
    let mut told = BTreeMap::new();
    while told.len() < MOST_TERMS {
        let mut parts: BTreeMap<u32, Pair> = BTreeMap::new();
        for s in &left {
            for &term in s.entry.terms.iter().filter(|t| **t != 0) {
                add(&mut parts, term, s);
            }
        }
        let best = parts
            .into_iter()
            .filter(|(_, pair)| pair.0.seen.max(pair.1.seen) >= LEAST_SEEN)
            .map(|(term, pair)| (strength(&change.cause(Facet::Term, "", &pair)), term, pair))
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let Some((strength, term, pair)) = best else {
            break;
        };
        if strength <= 0.0 {
            break;
        }
        left.retain(|s| !s.entry.terms.contains(&term));
        told.insert(named(term), pair);
    }
    told
}
