//! Names that a sample refers to, each once, for as long as something refers to it.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hash, Hasher};

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

type Table<K> = HashMap<K, (u32, Box<str>), BuildHasherDefault<AsItIs>>;

/// Names by their hashes, with how often each is referred to: authors by 64 bits, topics, channels and terms by 32. Of
/// two names with one hash (one pair among 100,000 words) the first in the alphabet is shown for both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Names {
    authors: Referred<u64>,
    words: Referred<u32>,
}

/// The key of a topic, a channel or a term; 0 is none.
pub(crate) fn key(name: &str) -> u32 {
    (text::hash(name.as_bytes()) as u32).max(1)
}

impl Names {
    /// Refers to a topic, a channel or a term once more.
    pub(crate) fn refer(&mut self, name: &str) -> u32 {
        let key = key(name);
        self.words.refer(key, name);
        key
    }

    /// Refers to an author once more.
    pub(crate) fn refer_author(&mut self, hash: u64, name: &str) {
        self.authors.refer(hash, name);
    }

    /// Refers to names of another table as often as it does.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.authors.absorb(other.authors);
        self.words.absorb(other.words);
    }

    /// No longer refers to what a mention referred to.
    pub(crate) fn release(&mut self, entry: &super::sample::Entry) {
        if entry.named {
            self.authors.release(entry.author);
        }
        for key in entry.words().filter(|&k| k != 0) {
            self.words.release(key);
        }
    }

    /// The topic, channel or term of a key; empty for none.
    pub(crate) fn word(&self, key: u32) -> &str {
        self.words.get(key)
    }

    /// The name of an author; empty where nobody was named.
    pub(crate) fn author(&self, hash: u64) -> &str {
        self.authors.get(hash)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Referred<K: Eq + Hash>(Table<K>);

impl<K: Eq + Hash> Default for Referred<K> {
    fn default() -> Self {
        Self(Table::default())
    }
}

impl<K: Copy + Eq + Hash> Referred<K> {
    fn refer(&mut self, key: K, name: &str) {
        let entry = self.0.entry(key).or_insert_with(|| (0, name.into()));
        entry.0 = entry.0.saturating_add(1);
        if *name < *entry.1 {
            entry.1 = name.into();
        }
    }

    fn absorb(&mut self, mut other: Self) {
        // The smaller goes into the larger.
        if self.0.len() < other.0.len() {
            std::mem::swap(self, &mut other);
        }
        self.0.reserve(other.0.len() / 4);
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

    fn release(&mut self, key: K) {
        if let Entry::Occupied(mut place) = self.0.entry(key) {
            let count = &mut place.get_mut().0;
            *count = count.saturating_sub(1);
            if *count == 0 {
                place.remove();
            }
        }
    }

    fn get(&self, key: K) -> &str {
        self.0.get(&key).map_or("", |e| &e.1)
    }
}

impl<K: Ord + Hash + Serialize> Serialize for Referred<K> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.0.iter().collect::<BTreeMap<_, _>>().serialize(s)
    }
}

impl<'de, K: Ord + Hash + Deserialize<'de>> Deserialize<'de> for Referred<K> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let sorted = BTreeMap::<K, (u32, Box<str>)>::deserialize(d)?;
        Ok(Self(sorted.into_iter().collect()))
    }
}
