//! Ids seen lately, so that a mention collected twice is counted once.

use std::collections::{HashSet, VecDeque};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text;

/// How many ids are remembered: 8 MiB at most; an id that comes back after this many others counts anew.
const REMEMBERED: usize = 1 << 18;

/// The last ids, by their hashes (a false match once in 2^45 at this size).
#[derive(Clone, Debug, Default)]
pub(super) struct RecentIds {
    order: VecDeque<u64>,
    known: HashSet<u64>,
}

impl PartialEq for RecentIds {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl RecentIds {
    /// Whether the id is new; it is remembered either way.
    pub(super) fn insert(&mut self, id: &str) -> bool {
        let key = text::hash(id.as_bytes());
        if !self.known.insert(key) {
            return false;
        }
        self.order.push_back(key);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

impl Serialize for RecentIds {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.order.serialize(s)
    }
}

impl<'de> Deserialize<'de> for RecentIds {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let order = VecDeque::<u64>::deserialize(d)?;
        let known = order.iter().copied().collect();
        Ok(Self { order, known })
    }
}
