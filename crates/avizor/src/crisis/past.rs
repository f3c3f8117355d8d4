//! What an entity was like before: its words, its share of complaints, and what they were about.

use serde::{Deserialize, Serialize};

use super::bucket::Bucket;
use super::window::Window;
use crate::lexicon::HashTable;
use crate::text;

/// Words remembered.
const TERMS: usize = 4096;
/// Topics remembered; a protocol has far fewer.
const TOPICS: usize = 1024;
/// Words fade by this factor a day.
const TERM_FADE: f64 = 0.9;
/// Sentiment fades by half in a month.
const SENTIMENT_FADE: f64 = 0.977_159_968_434_245_7;
/// Fewer mentions than this are no past to compare with.
const ENOUGH: f64 = 100.0;
/// A bucket counts as at most so many times what was to be expected of it: a wave is not what one is like.
const WINSOR: f64 = 3.0;

/// The words of what has left the longest window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Past {
    /// By the hash of the word.
    #[serde(with = "in_order")]
    terms: HashTable<f64>,
    pub volume: f64,
    day: Option<i64>,
}

impl Past {
    /// How often the word with this hash was said.
    pub(crate) fn said(&self, term: u64) -> f64 {
        self.terms.get(&term).copied().unwrap_or(0.0)
    }

    /// Takes up a bucket on the day of now.
    pub(crate) fn remember(&mut self, bucket: &Bucket, day: i64) {
        if self.day != Some(day) {
            self.day = Some(day);
            self.volume *= TERM_FADE;
            fade(&mut self.terms, TERM_FADE, 0.3);
        }
        self.volume += f64::from(bucket.volume);
        for (term, n) in &bucket.terms {
            add(&mut self.terms, TERMS, term, f64::from(*n));
        }
    }
}

/// The sentiment of what has left one window: of mentions whose sentiment could be read, the negative ones, in all and
/// by topic.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Habit {
    judged: f64,
    negative: f64,
    /// By the hash of the topic.
    #[serde(with = "in_order")]
    complaints: HashTable<f64>,
    day: Option<i64>,
}

impl Habit {
    /// Takes up a bucket on the day of now.
    pub(crate) fn remember(&mut self, bucket: &Bucket, day: i64) {
        if self.day != Some(day) {
            self.day = Some(day);
            self.judged *= SENTIMENT_FADE;
            self.negative *= SENTIMENT_FADE;
            fade(&mut self.complaints, SENTIMENT_FADE, 0.01);
        }
        let volume = f64::from(bucket.volume).max(1.0);
        let weight = ((WINSOR * bucket.usual + WINSOR) / volume).clamp(0.0, 1.0);
        self.judged += weight * f64::from(bucket.judged);
        self.negative += weight * f64::from(bucket.negative);
        for (topic, n) in &bucket.complaints {
            add(&mut self.complaints, TOPICS, topic, weight * f64::from(*n));
        }
    }

    /// -log10 of the probability of so great a share of negative mentions if it were still that of the past.
    pub(crate) fn negative_drift(&self, window: &Window) -> f64 {
        let now = (f64::from(window.negative), f64::from(window.judged));
        excess(now, (self.negative, self.judged)).map_or(0.0, surprise)
    }

    /// The same of the negative mentions of the topic that stands out most, corrected for having looked for it
    /// among `topics` (Bonferroni).
    pub(crate) fn topic_drift(&self, window: &Window, topics: usize) -> f64 {
        let mut most = None;
        for (topic, &n) in &window.complaints {
            let before = self.complaints.get(topic).copied().unwrap_or(0.0);
            let now = (f64::from(n), f64::from(window.judged));
            most = excess_beyond(most, now, (before, self.judged)).or(most);
        }
        let looked = libm::log10(topics.max(window.complaints.len()).max(1) as f64);
        most.map_or(0.0, |g| (surprise(g) - looked).max(0.0))
    }
}

/// The G statistic (Wilks 1938) of a share that rose: part and whole, now and before; none where it did not.
fn excess(now: (f64, f64), before: (f64, f64)) -> Option<f64> {
    excess_beyond(None, now, before)
}

/// The same where it is more than `least`.
fn excess_beyond(least: Option<f64>, (a, n): (f64, f64), (b, m): (f64, f64)) -> Option<f64> {
    if n < 1.0 || m < ENOUGH || a / n <= b / m {
        return None;
    }
    let pooled = (a + b) / (n + m);
    if let Some(least) = least {
        // G is at most twice Pearson's statistic, as ln x is at most x - 1, and that takes no logarithm.
        let off = a - n * pooled;
        let pearson = off * off * (1.0 / n + 1.0 / m) / (pooled * (1.0 - pooled));
        if 2.001 * pearson <= least {
            return None;
        }
    }
    let term = |observed: f64, expected: f64| {
        if observed > 0.0 {
            2.0 * observed * libm::log(observed / expected)
        } else {
            0.0
        }
    };
    let g = term(a, n * pooled)
        + term(n - a, n * (1.0 - pooled))
        + term(b, m * pooled)
        + term(m - b, m * (1.0 - pooled));
    Some(g.max(0.0)).filter(|g| least.is_none_or(|least| *g > least))
}

/// -log10 of the one-sided probability of the signed root of G.
fn surprise(g: f64) -> f64 {
    let p = 0.5 * libm::erfc((g / 2.0).sqrt());
    -libm::log10(p.max(1e-300))
}

fn add(counts: &mut HashTable<f64>, most: usize, word: &str, n: f64) {
    let key = text::hash(word.as_bytes());
    if let Some(count) = counts.get_mut(&key) {
        *count += n;
    } else if counts.len() < most {
        counts.insert(key, n);
    }
}

fn fade(counts: &mut HashTable<f64>, factor: f64, least: f64) {
    counts.retain(|_, count| {
        *count *= factor;
        *count > least
    });
}

/// A table as bytes: in order of its keys, so that the same content is the same bytes.
mod in_order {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::lexicon::HashTable;

    pub(super) fn serialize<S: Serializer>(
        table: &HashTable<f64>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let sorted: BTreeMap<&u64, &f64> = table.iter().collect();
        sorted.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<HashTable<f64>, D::Error> {
        let sorted = BTreeMap::<u64, f64>::deserialize(deserializer)?;
        Ok(sorted.into_iter().collect())
    }
}
