//! What is known of a stretch of time beyond its counts: who spoke, what was said, how far it went.

use serde::{Deserialize, Serialize};

use super::crowd::Crowd;
use super::distinct::Distinct;
use super::names::Names;
use super::sample::Sample;
use super::timeline::{Cell, DAY, Level, WEEK};
use crate::time::Timestamp;

/// Days for two weeks, weeks for ten; what is older is known by its counts alone.
pub(crate) const DETAIL: [Level; 2] = [
    Level {
        unit: DAY,
        keep: 14 * DAY,
    },
    Level {
        unit: WEEK,
        keep: 10 * WEEK,
    },
];

/// What all digests share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shelf {
    /// Mentions kept of each day and of each folded week.
    pub size: usize,
    pub names: Names,
}

/// One day or one folded week of an entity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Digest {
    pub sample: Sample,
    /// From when the sample is full: until then it holds everything there is to know.
    crowd: Option<Crowd>,
    pub authors: Distinct,
    pub echo: Echo,
}

impl Digest {
    /// Keeps what repetition is told by; comes before the mention goes to the sample.
    pub(crate) fn crowd(
        &mut self,
        size: usize,
        (author, voice): (u64, u64),
        polarity: Option<usize>,
        weight: u8,
    ) {
        if self.crowd.is_none() && self.sample.is_full(size) {
            self.crowd = Some(Crowd::of(self.sample.held()));
        }
        if let Some(crowd) = &mut self.crowd {
            crowd.add(author, voice, polarity, weight);
        }
    }

    /// Everybody's part, and whether that is more than the sample holds.
    pub(crate) fn all_crowd(&self) -> (Crowd, bool) {
        match &self.crowd {
            Some(crowd) => (crowd.clone(), true),
            None => (Crowd::of(self.sample.held()), false),
        }
    }
}

/// Sums of what the networks count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Echo {
    pub mentions: u64,
    pub followers: u64,
    pub likes: u64,
    pub shares: u64,
    pub replies: u64,
}

impl Echo {
    pub(crate) fn absorb(&mut self, other: Self) {
        self.mentions = self.mentions.saturating_add(other.mentions);
        self.followers = self.followers.saturating_add(other.followers);
        self.likes = self.likes.saturating_add(other.likes);
        self.shares = self.shares.saturating_add(other.shares);
        self.replies = self.replies.saturating_add(other.replies);
    }
}

impl Cell for Digest {
    type Shared = Shelf;

    fn absorb(&mut self, shelf: &mut Shelf, other: Self) {
        let held = self.sample.held().len() + other.sample.held().len();
        if self.crowd.is_some() || other.crowd.is_some() || held > shelf.size + 1 {
            let mut crowd = self.all_crowd().0;
            crowd.absorb(&other.all_crowd().0);
            self.crowd = Some(crowd);
        }
        for entry in self.sample.absorb(shelf.size, other.sample) {
            shelf.names.release(&entry);
        }
        self.authors.absorb(&other.authors);
        self.echo.absorb(other.echo);
    }

    fn forget(self, shelf: &mut Shelf) {
        for entry in self.sample.held() {
            shelf.names.release(entry);
        }
    }
}

/// Answers kept of a day and of a folded week.
const ANSWERS: usize = 1024;

/// The organisation's answers in one stretch of time: those to mentions of the lowest hashes, so that
/// they are the answers to the very mentions that a sample keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answers(Vec<(u64, i64)>);

impl Answers {
    /// An answer to the mention with this hash, in epoch milliseconds.
    pub(crate) fn insert(&mut self, id: u64, at: Timestamp) {
        match self.0.binary_search_by_key(&id, |a| a.0) {
            Ok(i) => self.0[i].1 = self.0[i].1.min(at.millis()),
            Err(i) => self.0.insert(i, (id, at.millis())),
        }
        self.0.truncate(ANSWERS);
    }

    pub(crate) fn all(&self) -> &[(u64, i64)] {
        &self.0
    }

    /// The greatest hash of which it is known whether it was answered.
    pub(crate) fn known(&self) -> u64 {
        match self.0.last() {
            Some(last) if self.0.len() >= ANSWERS => last.0,
            _ => u64::MAX,
        }
    }
}

impl Cell for Answers {
    type Shared = ();

    fn absorb(&mut self, (): &mut (), other: Self) {
        self.0.extend(other.0);
        // The earliest answer of each mention comes first, and stays.
        self.0.sort_unstable();
        self.0.dedup_by_key(|a| a.0);
        self.0.truncate(ANSWERS);
    }
}
