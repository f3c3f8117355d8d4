//! Everything counted of everybody: bounded, and the same bytes however the stream was split.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::counts::digest::{Answers, DETAIL, Digest, Shelf};
use super::counts::sample::{Entry, TERMS, TOPICS, voice};
use super::counts::tally::{PART, Tally, WHOLE};
use super::counts::timeline::Timeline;
use super::counts::weight;
use crate::analysis::{Analysis, Intent, Polarity};
use crate::classify::{seal, unseal};
use crate::error::{Error, Result};
use crate::mention::Mention;
use crate::text;
use crate::time::Timestamp;

/// Most mentions kept of each day when nothing else is asked for: an interval of 10 points each way from them alone.
pub const SAMPLE: usize = 128;
/// Fewer are kept where there are so many entities that their samples would take more than this together, in bytes.
const SAMPLES_TOGETHER: usize = 256 << 20;
/// Bytes of a sampled mention, its names and its place included, about.
const SAMPLED: usize = 220;
/// Days and folded weeks of which samples are kept.
const SAMPLED_STRETCHES: usize = 24;
/// Different topics, channels and languages counted apart, of an entity and kind; more are in the whole only.
pub const MOST_PARTS: usize = 128;
const MAGIC: &[u8; 8] = b"avizor-r";
/// Rises when older programs could not read what a new one wrote.
const FORMAT: u32 = 2;
/// Words that a text needs for a second one like it to be a copy.
const COPY_WORDS: usize = 4;

/// A way to part an entity's mentions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dimension {
    /// Not parted.
    All,
    /// By topic of the taxonomy; a mention counts for each that it has.
    Topic,
    /// By where it was published.
    Channel,
    /// By language (`es`, `en`, `pt`, `und`).
    Language,
}

impl Dimension {
    /// Position among the kinds of parts; none for the whole.
    fn part(self) -> Option<usize> {
        match self {
            Self::All => None,
            Self::Topic => Some(0),
            Self::Channel => Some(1),
            Self::Language => Some(2),
        }
    }
}

/// What was counted of a set of entities.
///
/// A commutative monoid: shards that were counted apart [merge](Self::merge) in any order to the same state,
/// and the same bytes, as if one had counted everything. Sums are whole numbers, samples are by hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reputation {
    pub(super) names: Vec<String>,
    pub(super) records: Vec<Record>,
    pub(super) shelf: Shelf,
    pub(super) answers: Timeline<Answers>,
}

/// What was counted of one entity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    pub whole: Timeline<Tally>,
    parts: [BTreeMap<Box<str>, Timeline<Tally>>; 3],
    pub digests: Timeline<Digest>,
}

impl Reputation {
    /// Nothing counted yet, of these entities. Of each day 128 mentions are kept, fewer where there are more than 397
    /// entities, so that all samples fit into a quarter of a gibibyte: 5 for 10,000 entities.
    pub fn new(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let each = SAMPLES_TOGETHER / (SAMPLED * SAMPLED_STRETCHES) / names.len().max(1);
        Self::with_sample(names, each.min(SAMPLE))
    }

    /// With another number of mentions kept of each day: fewer take less memory (about 130 bytes each), more
    /// make attribution, growth and influence of loud days surer.
    pub fn with_sample(
        names: impl IntoIterator<Item = impl Into<String>>,
        mentions: usize,
    ) -> Self {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        Self {
            records: vec![Record::default(); names.len()],
            shelf: Shelf {
                size: mentions.max(1),
                ..Shelf::default()
            },
            names,
            answers: Timeline::default(),
        }
    }

    /// The entities, in order.
    pub fn entities(&self) -> &[String] {
        &self.names
    }

    /// Counts a mention of the entity at `entity`; one that is not there is passed over.
    ///
    /// `polarity` is the sentiment towards that entity, none where it cannot be read; `terms` are the words by
    /// which it may be told apart, each once. O(topics + log of what is kept).
    pub fn observe(
        &mut self,
        entity: usize,
        mention: &Mention,
        analysis: &Analysis,
        polarity: Option<Polarity>,
        terms: &[impl AsRef<str>],
    ) {
        if let Some(record) = self.records.get_mut(entity) {
            record.observe(&mut self.shelf, mention, analysis, polarity, terms);
        }
    }

    /// Notes that the organisation answered the mention with this id.
    pub fn answered(&mut self, reply_to: &str, at: Timestamp) {
        if let Some(day) = self.answers.at(&DETAIL, &mut (), at) {
            day.insert(text::hash(reply_to.as_bytes()), at);
        }
    }

    /// As bytes, versioned and checksummed: the same for the same counts, however they came about.
    ///
    /// # Errors
    /// Only if memory for the bytes cannot be had.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        seal(MAGIC, FORMAT, "reputation", self)
    }

    /// From [`Reputation::to_bytes`].
    ///
    /// # Errors
    /// [`Error::Format`] for bytes that are damaged, foreign or newer.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let read: Self = unseal(MAGIC, FORMAT, "reputation", bytes)?;
        if read.records.len() != read.names.len() {
            return Err(Error::format(
                "reputation",
                "it holds other entities than it names; take it anew",
            ));
        }
        Ok(read)
    }

    /// Adds what another has counted of the same entities. O(size of both).
    ///
    /// # Errors
    /// [`Error::Merge`] where entities or sizes of samples differ; nothing is added then.
    pub fn merge(&mut self, other: Self) -> Result<()> {
        if self.names != other.names || self.shelf.size != other.shelf.size {
            return Err(Error::Merge);
        }
        self.shelf.names.absorb(other.shelf.names);
        for (record, more) in self.records.iter_mut().zip(other.records) {
            record.merge(&mut self.shelf, more);
        }
        self.answers.merge(&DETAIL, &mut (), other.answers);
        Ok(())
    }

    /// First and last moment with anything counted of anybody.
    pub(crate) fn extent(&self) -> Option<(Timestamp, Timestamp)> {
        self.records
            .iter()
            .filter_map(|r| r.whole.extent(&WHOLE))
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }

    /// Where each stretch with anything counted begins, entity by entity.
    pub(crate) fn starts(&self) -> impl Iterator<Item = Timestamp> {
        self.records.iter().flat_map(|r| r.whole.starts())
    }

    /// The topics, channels or languages that an entity was mentioned in, by name; none for the whole.
    pub fn parts(&self, entity: usize, dimension: Dimension) -> Vec<&str> {
        let Some(record) = self.records.get(entity) else {
            return Vec::new();
        };
        record.lines(dimension).map(|(name, _)| name).collect()
    }
}

impl Record {
    fn observe(
        &mut self,
        shelf: &mut Shelf,
        mention: &Mention,
        analysis: &Analysis,
        polarity: Option<Polarity>,
        terms: &[impl AsRef<str>],
    ) {
        let at = mention.timestamp;
        let weight = weight::weight(mention);
        if let Some(tally) = self.whole.at(&WHOLE, &mut (), at) {
            tally.add(polarity, weight);
        }
        for topic in &analysis.topics {
            self.count_part(0, &topic.name, at, polarity, weight);
        }
        if let Some(channel) = &mention.channel {
            self.count_part(1, channel, at, polarity, weight);
        }
        self.count_part(2, analysis.language.code(), at, polarity, weight);
        self.digest(shelf, mention, analysis, polarity, weight, terms);
    }

    fn count_part(
        &mut self,
        kind: usize,
        name: &str,
        at: Timestamp,
        polarity: Option<Polarity>,
        weight: u8,
    ) {
        let parts = &mut self.parts[kind];
        let add = |line: &mut Timeline<Tally>| {
            if let Some(tally) = line.at(&PART, &mut (), at) {
                tally.add(polarity, weight);
            }
        };
        if let Some(line) = parts.get_mut(name) {
            add(line);
        } else if takes(parts, name) {
            add(parts.entry(name.into()).or_default());
            bound(parts);
        }
    }

    fn digest(
        &mut self,
        shelf: &mut Shelf,
        mention: &Mention,
        analysis: &Analysis,
        polarity: Option<Polarity>,
        weight: u8,
        terms: &[impl AsRef<str>],
    ) {
        let Some(digest) = self.digests.at(&DETAIL, shelf, mention.timestamp) else {
            return;
        };
        let id = text::hash(mention.id.as_bytes());
        let author = mention
            .author
            .as_ref()
            .map_or(id, |a| text::hash(a.as_bytes()));
        digest.authors.insert(author);
        let echo = super::counts::digest::Echo {
            mentions: 1,
            followers: mention.followers.unwrap_or(0),
            likes: mention.likes.unwrap_or(0),
            shares: mention.shares.unwrap_or(0),
            replies: mention.replies.unwrap_or(0),
        };
        digest.echo.absorb(echo);
        let copy = copy_key(&mention.text);
        let judged = polarity.map(|p| p as usize);
        digest.crowd(shelf.size, (author, voice(copy, id)), judged, weight);
        let loudness = weight::loudness(mention);
        let rank = id / u64::from(loudness);
        if !digest.sample.takes(shelf.size, rank) {
            return;
        }
        let names = &mut shelf.names;
        let narrow = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let mut entry = Entry {
            id,
            author,
            text: copy,
            minute: mention.timestamp.millis().div_euclid(60_000) as i32,
            followers: narrow(echo.followers),
            likes: narrow(echo.likes),
            shares: narrow(echo.shares),
            replies: narrow(echo.replies),
            channel: mention.channel.as_deref().map_or(0, |c| names.refer(c)),
            language: analysis.language.index().map_or(3, |i| i as u8),
            polarity: polarity.map_or(3, |p| p as u8),
            weight,
            loudness,
            asks: matches!(
                analysis.intent,
                Intent::Complaint | Intent::Question | Intent::Request
            ),
            named: mention.author.is_some(),
            verified: mention.verified == Some(true),
            topics: [0; TOPICS],
            terms: [0; TERMS],
        };
        if let Some(name) = &mention.author {
            names.refer_author(author, name);
        }
        for (slot, topic) in entry.topics.iter_mut().zip(&analysis.topics) {
            *slot = names.refer(&topic.name);
        }
        for (slot, term) in entry.terms.iter_mut().zip(terms) {
            *slot = names.refer(term.as_ref());
        }
        if let Some(dropped) = digest.sample.insert(shelf.size, rank, entry) {
            names.release(&dropped);
        }
    }

    fn merge(&mut self, shelf: &mut Shelf, other: Self) {
        self.whole.merge(&WHOLE, &mut (), other.whole);
        for (mine, theirs) in self.parts.iter_mut().zip(other.parts) {
            // Both are in order, and mostly name the same.
            let mut known = mine.iter_mut().peekable();
            let mut fresh = Vec::new();
            for (name, line) in theirs {
                loop {
                    match known.peek().map(|(known, _)| (***known).cmp(&*name)) {
                        Some(Ordering::Less) => {
                            known.next();
                        }
                        Some(Ordering::Equal) => {
                            if let Some((_, mine)) = known.next() {
                                mine.merge(&PART, &mut (), line);
                            }
                            break;
                        }
                        _ => {
                            fresh.push((name, line));
                            break;
                        }
                    }
                }
            }
            mine.extend(fresh);
            bound(mine);
        }
        self.digests.merge(&DETAIL, shelf, other.digests);
    }

    /// The topics, channels or languages with their counts, by name; none for the whole.
    pub(super) fn lines(
        &self,
        dimension: Dimension,
    ) -> impl Iterator<Item = (&str, &Timeline<Tally>)> {
        let parts = dimension.part().map(|kind| &self.parts[kind]);
        parts
            .into_iter()
            .flatten()
            .map(|(name, line)| (name.as_ref(), line))
    }

    /// The counts of the whole or of one of its parts; none where the part was never seen.
    pub(super) fn line(&self, dimension: Dimension, part: &str) -> Option<&Timeline<Tally>> {
        match dimension.part() {
            None => Some(&self.whole),
            Some(kind) => self.parts[kind].get(part),
        }
    }
}

/// Whether a new name has a place: those with the lowest hashes stay, whoever came first.
fn takes(parts: &BTreeMap<Box<str>, Timeline<Tally>>, name: &str) -> bool {
    parts.len() < MOST_PARTS
        || last(parts).is_some_and(|l| text::hash(name.as_bytes()) < text::hash(l.as_bytes()))
}

fn bound(parts: &mut BTreeMap<Box<str>, Timeline<Tally>>) {
    while parts.len() > MOST_PARTS {
        let Some(last) = last(parts).map(Box::<str>::from) else {
            return;
        };
        parts.remove(&last);
    }
}

fn last(parts: &BTreeMap<Box<str>, Timeline<Tally>>) -> Option<&str> {
    parts
        .keys()
        .map(AsRef::as_ref)
        .max_by_key(|name: &&str| text::hash(name.as_bytes()))
}

/// By what copies of one text are known; 0 for one so short that two people may well have written it.
fn copy_key(text: &str) -> u32 {
    match text::fingerprint_of_words(text) {
        (hash, COPY_WORDS..) => (hash as u32).max(1),
        _ => 0,
    }
}
