//! Names that a sample refers to, each once, for as long as something refers to it.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text;

/// Keys are hashes already.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = text::hash(bytes);
    }
    fn write_u32(&mut self, key: u32) {
        // Its high bits choose the group within a table.
        self.0 = u64::from(key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

type Table = HashMap<u32, (u32, Box<str>), BuildHasherDefault<AsItIs>>;

/// Names by their 32-bit hashes, with how often each is referred to. Of two names with one hash (one pair
/// among 100,000 names) the first in the alphabet is shown for both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names(Table);

/// The key of a name; 0 is no name.
pub(crate) fn key(name: &str) -> u32 {
    (text::hash(name.as_bytes()) as u32).max(1)
}

impl Names {
    /// Refers to a name once more.
    pub(crate) fn refer(&mut self, name: &str) -> u32 {
        let key = key(name);
        let entry = self.0.entry(key).or_insert_with(|| (0, name.into()));
        entry.0 += 1;
        if *name < *entry.1 {
            entry.1 = name.into();
        }
        key
    }

    /// Refers to names of another table as often as it does.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.0.reserve(other.0.len());
        for (key, (count, name)) in other.0 {
            match self.0.entry(key) {
                Entry::Vacant(place) => {
                    place.insert((count, name));
                }
                Entry::Occupied(mut place) => {
                    let (all, first) = place.get_mut();
                    *all = all.saturating_add(count);
                    if name < *first {
                        *first = name;
                    }
                }
            }
        }
    }

    /// No longer refers to these; 0 is passed over.
    pub(crate) fn release(&mut self, keys: impl Iterator<Item = u32>) {
        for key in keys.filter(|&k| k != 0) {
            if let Some(entry) = self.0.get_mut(&key) {
                entry.0 = entry.0.saturating_sub(1);
                if entry.0 == 0 {
                    self.0.remove(&key);
                }
            }
        }
    }

    /// The name of a key; empty for none.
    pub(crate) fn get(&self, key: u32) -> &str {
        self.0.get(&key).map_or("", |e| &e.1)
    }
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.0.iter().collect::<BTreeMap<_, _>>().serialize(s)
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let sorted = BTreeMap::<u32, (u32, Box<str>)>::deserialize(d)?;
        Ok(Self(sorted.into_iter().collect()))
    }
}
