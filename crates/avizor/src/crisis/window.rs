//! Buckets to trailing windows, kept up to date as buckets come and go: O(1) for each mention.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;

use super::bucket::{Bucket, STEP, Voice};
use super::watch::tidy;
use crate::lexicon::HashTable;
use crate::protocol::{Name, Set};
use crate::text;
use crate::time::Span;

/// One author's part in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Part {
    mentions: u32,
    negative: u32,
    followers: u64,
}

/// What of a window is kept beside its plain counts: only what some rule reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Kept {
    authors: bool,
    texts: bool,
    voices: bool,
    complaints: bool,
}

/// Sums over the last `length` buckets. Not in a snapshot: they follow from the buckets.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Window {
    pub length: usize,
    kept: Kept,
    pub volume: u32,
    pub judged: u32,
    pub negative: u32,
    pub positive: u32,
    pub urgent: u32,
    pub critical: u32,
    /// By the hash of the name.
    authors: HashTable<Part>,
    texts: HashTable<u32>,
    /// In order: the most followed is asked for.
    voices: BTreeMap<Voice, u32>,
    answers: HashTable<u32>,
    /// Negative mentions by the hash of their topic.
    pub complaints: HashTable<u32>,
}

impl Window {
    /// An empty window over `span` that keeps what the indicators `read` need.
    pub(crate) fn new(span: Span, read: Set) -> Self {
        let reads = |names: &[Name]| read.meets(Set::of(names));
        Self {
            length: (span.millis() / STEP.millis()).max(1) as usize,
            kept: Kept {
                authors: reads(&[
                    Name::distinct_authors,
                    Name::top_author_share,
                    Name::max_followers,
                    Name::reach,
                ]),
                texts: reads(&[Name::duplicate_share]),
                voices: reads(&[Name::unanswered_reach, Name::insistent_reach]),
                complaints: reads(&[Name::topic_drift]),
            },
            ..Self::default()
        }
    }

    /// Forgets what was counted.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            length: self.length,
            kept: self.kept,
            ..Self::default()
        };
    }

    pub(crate) fn enter(&mut self, bucket: &Bucket) {
        self.count(bucket, u32::saturating_add);
        if self.kept.authors {
            for tally in bucket.authors.values() {
                let author = self.authors.entry(tally.key).or_default();
                author.mentions = author.mentions.saturating_add(tally.mentions);
                author.negative = author.negative.saturating_add(tally.negative);
                author.followers = author.followers.max(tally.followers);
            }
        }
        if self.kept.texts {
            for (text, n) in &bucket.texts {
                enter(&mut self.texts, *text, *n);
            }
        }
        if self.kept.voices {
            for voice in &bucket.voices {
                let count = self.voices.entry(*voice).or_default();
                *count = count.saturating_add(1);
            }
            for answer in &bucket.answers {
                enter(&mut self.answers, *answer, 1);
            }
        }
        if self.kept.complaints {
            for (topic, n) in &bucket.complaints {
                enter(&mut self.complaints, text::hash(topic.as_bytes()), *n);
            }
        }
    }

    pub(crate) fn leave(&mut self, bucket: &Bucket) {
        self.count(bucket, u32::saturating_sub);
        if self.kept.authors {
            for tally in bucket.authors.values() {
                if let Entry::Occupied(mut entry) = self.authors.entry(tally.key) {
                    let author = entry.get_mut();
                    author.mentions = author.mentions.saturating_sub(tally.mentions);
                    author.negative = author.negative.saturating_sub(tally.negative);
                    if author.mentions == 0 {
                        entry.remove();
                    }
                }
            }
        }
        if self.kept.texts {
            for (text, n) in &bucket.texts {
                leave(&mut self.texts, *text, *n);
            }
        }
        if self.kept.voices {
            for voice in &bucket.voices {
                if let Some(count) = self.voices.get_mut(voice) {
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        self.voices.remove(voice);
                    }
                }
            }
            for answer in &bucket.answers {
                leave(&mut self.answers, *answer, 1);
            }
        }
        if self.kept.complaints {
            for (topic, n) in &bucket.complaints {
                leave(&mut self.complaints, text::hash(topic.as_bytes()), *n);
            }
        }
    }

    fn count(&mut self, bucket: &Bucket, change: fn(u32, u32) -> u32) {
        for (sum, n) in [
            (&mut self.volume, bucket.volume),
            (&mut self.judged, bucket.judged),
            (&mut self.negative, bucket.negative),
            (&mut self.positive, bucket.positive),
            (&mut self.urgent, bucket.urgent),
            (&mut self.critical, bucket.critical),
        ] {
            *sum = change(*sum, n);
        }
    }

    pub(crate) fn distinct_authors(&self) -> usize {
        self.authors.len()
    }

    pub(crate) fn negative_share(&self) -> f64 {
        share(self.negative, self.judged)
    }

    pub(crate) fn positive_share(&self) -> f64 {
        share(self.positive, self.judged)
    }

    pub(crate) fn net_sentiment(&self) -> f64 {
        100.0 * (self.positive_share() - self.negative_share())
    }

    pub(crate) fn share_of_voice(&self, others: u32) -> f64 {
        share(self.volume, self.volume.saturating_add(others))
    }

    /// Share of mentions whose text is not the first of its kind in the window.
    pub(crate) fn duplicate_share(&self) -> f64 {
        let copies = self.volume.saturating_sub(self.texts.len() as u32);
        share(copies, self.volume)
    }

    /// Between which values an indicator lies, if that is to be had for next to nothing.
    pub(crate) fn glance(&self, indicator: Name, others: u32) -> Option<(f64, f64)> {
        let exact = match indicator {
            Name::volume => f64::from(self.volume),
            Name::negative => f64::from(self.negative),
            Name::positive => f64::from(self.positive),
            Name::urgent => f64::from(self.urgent),
            Name::critical => f64::from(self.critical),
            Name::distinct_authors => self.distinct_authors() as f64,
            Name::negative_share => self.negative_share(),
            Name::positive_share => self.positive_share(),
            Name::net_sentiment => self.net_sentiment(),
            Name::duplicate_share => self.duplicate_share(),
            Name::share_of_voice => self.share_of_voice(others),
            Name::competitor_volume => f64::from(others),
            Name::unanswered_reach | Name::insistent_reach => {
                let most = self.voices.last_key_value();
                return Some((0.0, most.map_or(0.0, |(voice, _)| voice.followers as f64)));
            }
            _ => return None,
        };
        Some((exact, exact))
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

    /// Followers of the most followed author with an unanswered complaint.
    pub(crate) fn unanswered_reach(&self) -> u64 {
        let mut complaints = self.unanswered().filter(|v| v.complaint);
        complaints.next().map_or(0, |v| v.followers)
    }

    /// Followers of the most followed author with two unanswered mentions, one of them a complaint at least: the first
    /// message is often polite.
    pub(crate) fn insistent_reach(&self) -> u64 {
        if self.voices.len() < 2 {
            return 0;
        }
        let mut before: HashTable<(u64, bool)> = HashTable::default();
        for voice in self.unanswered() {
            match before.entry(voice.author) {
                Entry::Vacant(first) => {
                    first.insert((voice.followers, voice.complaint));
                }
                Entry::Occupied(first) => {
                    let (most, complained) = *first.get();
                    if complained || voice.complaint {
                        return most;
                    }
                }
            }
        }
        0
    }

    /// Most followed first.
    fn unanswered(&self) -> impl Iterator<Item = &Voice> {
        self.voices
            .keys()
            .rev()
            .filter(|v| !self.answers.contains_key(&v.mention))
    }
}

/// To four decimals; 0 of nothing.
pub(super) fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 {
        0.0
    } else {
        tidy(f64::from(part) / f64::from(whole))
    }
}

fn enter(counts: &mut HashTable<u32>, key: u64, n: u32) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(n);
}

fn leave(counts: &mut HashTable<u32>, key: u64, n: u32) {
    if let Entry::Occupied(mut count) = counts.entry(key) {
        *count.get_mut() = count.get().saturating_sub(n);
        if *count.get() == 0 {
            count.remove();
        }
    }
}
