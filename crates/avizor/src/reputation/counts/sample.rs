//! A sample of mentions that any split of the stream agrees on: exact while they are few.
//!
//! A mention's rank is the hash of its id over its loudness, and the lowest ranks are kept (bottom-k:
//! Cohen and Kaplan 2007; priority sampling: Duffield, Lund and Thorup 2007). Whether one is kept does not
//! depend on the order, so samples merge without loss. A kept one stands for `expansion` like it.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Topics and terms kept of a mention: the strongest, and the first.
pub(crate) const TOPICS: usize = 3;
pub(crate) const TERMS: usize = 6;

/// One mention without its words; names stand in [`super::names::Names`].
///
/// The order is by everything, so that it is total.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Hash of the mention's id.
    pub id: u64,
    /// Hash of its author; of its id where nobody is named.
    pub author: u64,
    /// Fingerprint of a text long enough to be a copy; 0 for others.
    pub text: u32,
    /// Epoch minutes.
    pub minute: i32,
    pub followers: u32,
    pub likes: u32,
    pub shares: u32,
    pub replies: u32,
    pub channel: u32,
    pub language: u8,
    /// Negative, neutral, positive; 3 where it could not be read.
    pub polarity: u8,
    /// In units of [`super::weight::UNIT`].
    pub weight: u8,
    /// How much likelier it is to be kept than the quietest.
    pub loudness: u8,
    /// Whether it waits for an answer: a complaint, a question or a request.
    pub asks: bool,
    /// Whether its author is named.
    pub named: bool,
    pub verified: bool,
    pub topics: [u32; TOPICS],
    pub terms: [u32; TERMS],
}

impl Entry {
    pub(crate) fn at(&self) -> Timestamp {
        Timestamp::from_millis(i64::from(self.minute) * 60_000)
    }

    /// Negative, neutral or positive, as an index; `None` where it could not be read.
    pub(crate) fn judged(&self) -> Option<usize> {
        (self.polarity < 3).then_some(usize::from(self.polarity))
    }

    /// Likes, shares and replies.
    pub(crate) fn engagement(&self) -> f64 {
        f64::from(self.likes) + f64::from(self.shares) + f64::from(self.replies)
    }

    /// Its text where that may be a copy, itself where not.
    pub(crate) fn voice(&self) -> u64 {
        voice(self.text, self.id)
    }

    /// Every channel, topic and term it refers to, zeros included.
    pub(crate) fn words(&self) -> impl Iterator<Item = u32> + '_ {
        std::iter::once(self.channel)
            .chain(self.topics)
            .chain(self.terms)
    }
}

/// A copied text as a hash of all 64 bits; the mention itself where its text is too short to be one.
pub(crate) fn voice(text: u32, id: u64) -> u64 {
    if text == 0 {
        id
    } else {
        u64::from(text) << 32 | u64::from(text)
    }
}

/// A mention under its rank. Behind a pointer, for moving a hundred bytes within a list costs more.
type Ranked = (u64, Box<Entry>);

/// The mentions of lowest rank, in order of it; one more than the size once it is full, whose rank is the threshold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sample(Vec<Ranked>);

impl Sample {
    /// Whether a mention of this rank would be kept.
    pub(crate) fn takes(&self, size: usize, rank: u64) -> bool {
        self.0.len() <= size || self.0.last().is_some_and(|last| rank <= last.0)
    }

    /// Keeps it, and gives back what no longer fits.
    pub(crate) fn insert(&mut self, size: usize, rank: u64, entry: Entry) -> Option<Box<Entry>> {
        let ranked = (rank, Box::new(entry));
        let place = self.0.partition_point(|r| *r < ranked);
        self.0.insert(place, ranked);
        if self.0.len() > size + 1 {
            self.0.pop().map(|last| last.1)
        } else {
            None
        }
    }

    /// Keeps the lowest of both, and gives back what no longer fits.
    pub(crate) fn absorb(
        &mut self,
        size: usize,
        other: Self,
    ) -> impl Iterator<Item = Box<Entry>> + use<> {
        self.0.extend(other.0);
        // Two runs in order: stable sorting merges them.
        self.0.sort();
        let kept = self.0.len().min(size + 1);
        self.0.split_off(kept).into_iter().map(|last| last.1)
    }

    /// Whether another mention would be one too many.
    pub(crate) fn is_full(&self, size: usize) -> bool {
        self.0.len() > size
    }

    /// All that is held, the threshold included.
    pub(crate) fn held(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.0.iter().map(|r| r.1.as_ref())
    }

    /// Each kept mention with how many it stands for.
    pub(crate) fn kept(&self, size: usize) -> impl Iterator<Item = (&Entry, f64)> {
        let threshold = self.0.get(size).map(|r| r.0 as f64 / u64::MAX as f64);
        self.0.iter().take(size).map(move |(_, e)| {
            let expansion = threshold.map_or(1.0, |t| (t * f64::from(e.loudness)).min(1.0));
            (e.as_ref(), 1.0 / expansion.max(f64::MIN_POSITIVE))
        })
    }
}
