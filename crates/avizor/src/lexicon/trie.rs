//! A trie over hashes of words: children are found in one table keyed by (node, word).

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// Keys are hashes already; hashing them again would double the cost of a look-up.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes
            .iter()
            .fold(self.0, |h, &b| h.rotate_left(8) ^ u64::from(b));
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}

pub(crate) type HashTable<V> = HashMap<u64, V, BuildHasherDefault<Identity>>;
pub(crate) type Hashes = HashSet<u64, BuildHasherDefault<Identity>>;

const NONE: u32 = u32::MAX;
/// Marks a key as that of a stem, so that a word and another word's stem never meet.
const STEM: u64 = 0x9e37_79b9_7f4a_7c15;

#[derive(Clone, Copy, Debug)]
struct Node {
    entry: u32,
    /// How longer entries go on from here, by word and by stem: a bit for each leading part of a hash.
    /// Most texts go on otherwise, and are told so without a look-up.
    by_word: u32,
    by_stem: u32,
}

/// The bit of a hash in a node's masks.
#[inline]
fn mask(key: u64) -> u32 {
    1 << (key >> 59)
}

/// Where a token leads from the root, with what is asked first: whether the next token can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    by_word: u32,
    by_stem: u32,
    /// The ways of both nodes.
    ways_by_word: u32,
    ways_by_stem: u32,
    /// The entry of this token alone, and whether it is so spelled.
    entry: u32,
    exact: bool,
}

impl Start {
    /// Nothing begins there.
    pub(crate) const NONE: Self = Self {
        by_word: NONE,
        by_stem: NONE,
        ways_by_word: 0,
        ways_by_stem: 0,
        entry: NONE,
        exact: false,
    };

    /// The entry that is spelled like this token alone.
    #[inline]
    pub(crate) fn spelled(&self) -> Option<u32> {
        (self.exact && self.entry != NONE).then_some(self.entry)
    }

    /// What is found where nothing goes on.
    #[inline]
    fn alone(&self) -> Option<Found> {
        (self.entry != NONE).then_some(Found {
            entry: self.entry,
            tokens: 1,
            exact: self.exact,
        })
    }
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub entry: u32,
    /// How many tokens it covers.
    pub tokens: usize,
    /// By spelling rather than by stem.
    pub exact: bool,
}

/// One or two in a hundred of what is not there pass the filter, which stays in the second cache.
const BITS_A_CHILD: usize = 16;

#[derive(Debug, Default)]
pub(crate) struct Trie {
    nodes: Vec<Node>,
    children: HashTable<u32>,
    /// Two bits for each child: most texts go on otherwise, and are told so without a look-up.
    filter: Vec<u64>,
}

#[inline]
fn child_key(node: u32, key: u64, by_stem: bool) -> u64 {
    let key = if by_stem { key ^ STEM } else { key };
    (key ^ u64::from(node).wrapping_mul(0xd6e8_feb8_6659_fd93)).wrapping_mul(0xff51_afd7_ed55_8ccd)
}

/// The place of a child in a filter of so many words (a power of two, or none), and its bits there.
#[inline]
fn filter_bits(child: u64, words: usize) -> (usize, u64) {
    let word = (child >> 32) as usize & words.wrapping_sub(1);
    (word, 1 << (child >> 52 & 63) | 1 << (child >> 58))
}

impl Trie {
    fn root(&mut self) -> u32 {
        if self.nodes.is_empty() {
            self.nodes.push(Node {
                entry: NONE,
                by_word: 0,
                by_stem: 0,
            });
        }
        0
    }

    /// Adds a path of (hash, whether it is a stem's); an earlier entry on the same path stays.
    pub(crate) fn insert(&mut self, path: Vec<(u64, bool)>, entry: u32) {
        let mut node = self.root();
        for (key, by_stem) in path {
            let here = &mut self.nodes[node as usize];
            let ways = if by_stem {
                &mut here.by_stem
            } else {
                &mut here.by_word
            };
            *ways |= mask(key);
            let next = self.nodes.len() as u32;
            let child = child_key(node, key, by_stem);
            node = *self.children.entry(child).or_insert(next);
            self.sift(child);
            if node == next {
                self.nodes.push(Node {
                    entry: NONE,
                    by_word: 0,
                    by_stem: 0,
                });
            }
        }
        let end = &mut self.nodes[node as usize];
        if end.entry == NONE {
            end.entry = entry;
        }
    }

    /// The entry of one spelling alone.
    #[inline]
    pub(crate) fn first(&self, key: u64) -> Option<u32> {
        let node = self.child(0, key, false)?;
        Some(self.nodes[node as usize].entry).filter(|e| *e != NONE)
    }

    /// Where a token leads from the root, by its spelling and by its stem.
    pub(crate) fn start(&self, hash: u64, stem: Option<u64>) -> Start {
        let mut start = Start::NONE;
        let children = [
            self.child(0, hash, false),
            stem.and_then(|s| self.child(0, s, true)),
        ];
        [start.by_word, start.by_stem] = children.map(|c| c.unwrap_or(NONE));
        for (node, exact) in children.into_iter().zip([true, false]) {
            let Some(node) = node.map(|n| self.nodes[n as usize]) else {
                continue;
            };
            start.ways_by_word |= node.by_word;
            start.ways_by_stem |= node.by_stem;
            if start.entry == NONE && node.entry != NONE {
                (start.entry, start.exact) = (node.entry, exact);
            }
        }
        start
    }

    /// The longest entry that goes on from `start`, where token `at` of `len` leads; on a tie, the one
    /// reached by spelling. `key` gives the hash of a token, or of its stem.
    #[inline]
    pub(crate) fn longest(
        &self,
        start: &Start,
        at: usize,
        len: usize,
        key: impl Fn(usize, bool) -> u64,
    ) -> Option<Found> {
        if start.ways_by_word | start.ways_by_stem == 0 || at + 1 == len {
            return start.alone();
        }
        // The filter stands in a near cache, the nodes do not: they are asked last.
        let may = |ways: u32, by_stem: bool| {
            let key = key(at + 1, by_stem);
            ways & mask(key) != 0
                && [start.by_word, start.by_stem]
                    .into_iter()
                    .any(|node| node != NONE && self.may_be(child_key(node, key, by_stem)))
        };
        if may(start.ways_by_word, false) || may(start.ways_by_stem, true) {
            self.go_on(start, at, len, &key)
        } else {
            start.alone()
        }
    }

    fn go_on(
        &self,
        start: &Start,
        at: usize,
        len: usize,
        key: &impl Fn(usize, bool) -> u64,
    ) -> Option<Found> {
        let mut best: Option<Found> = None;
        for (node, exact) in [(start.by_word, true), (start.by_stem, false)] {
            if node == NONE {
                continue;
            }
            let mut forked = false;
            for prefer_spelling in [true, false] {
                let found = self.walk(at, len, node, exact, key, prefer_spelling, &mut forked);
                if found.map(rank) > best.map(rank) {
                    best = found;
                }
                if !forked {
                    break;
                }
            }
        }
        best
    }

    /// All that is found in `len` tokens, each time the longest, stepping over what was found.
    pub(crate) fn all(
        &self,
        len: usize,
        start: impl Fn(usize) -> Start,
        key: impl Fn(usize, bool) -> u64,
    ) -> impl Iterator<Item = (usize, Found)> {
        let mut at = 0;
        std::iter::from_fn(move || {
            while at < len {
                let here = at;
                let found = self.longest(&start(here), here, len, &key);
                at += found.map_or(1, |f| f.tokens);
                if let Some(found) = found {
                    return Some((here, found));
                }
            }
            None
        })
    }

    /// The child of a node, if it has that one.
    #[inline]
    fn child(&self, node: u32, key: u64, by_stem: bool) -> Option<u32> {
        let key = child_key(node, key, by_stem);
        self.may_be(key)
            .then(|| self.children.get(&key).copied())
            .flatten()
    }

    /// Whether the filter lets a child through.
    #[inline]
    fn may_be(&self, child: u64) -> bool {
        let (word, bits) = filter_bits(child, self.filter.len());
        self.filter.get(word).is_some_and(|w| w & bits == bits)
    }

    /// Lets a child through the filter, which grows with their number.
    fn sift(&mut self, child: u64) {
        let words = (self.children.len() * BITS_A_CHILD / 64 + 1).next_power_of_two();
        let grown = words > self.filter.len();
        if grown {
            self.filter = vec![0; words];
        }
        let all = grown.then(|| self.children.keys().copied());
        for child in all.into_iter().flatten().chain([child]) {
            let (word, bits) = filter_bits(child, words);
            self.filter[word] |= bits;
        }
    }

    /// Goes on from `node`, which token `at` led to: spellings first where they lead on, or stems first.
    /// Notes whether both led on somewhere, so that the other order may find something else.
    #[allow(clippy::too_many_arguments)] // where it is, what it reads, how it chooses
    fn walk(
        &self,
        at: usize,
        len: usize,
        mut node: u32,
        mut exact: bool,
        key: &impl Fn(usize, bool) -> u64,
        prefer_spelling: bool,
        forked: &mut bool,
    ) -> Option<Found> {
        let mut best = None;
        for i in at + 1..=len {
            let here = self.nodes[node as usize];
            if here.entry != NONE {
                best = Some(Found {
                    entry: here.entry,
                    tokens: i - at,
                    exact,
                });
            }
            if i == len || here.by_word | here.by_stem == 0 {
                break;
            }
            let step = |by_stem: bool| {
                let ways = if by_stem { here.by_stem } else { here.by_word };
                let key = key(i, by_stem);
                let child = (ways & mask(key) != 0).then(|| self.child(node, key, by_stem));
                child.flatten()
            };
            let (by_word, by_stem) = (step(false), step(true));
            *forked |= by_word.is_some() && by_stem.is_some();
            let Some(next) = (if prefer_spelling {
                by_word.or(by_stem)
            } else {
                by_stem.or(by_word)
            }) else {
                break;
            };
            exact &= Some(next) == by_word;
            node = next;
        }
        best
    }
}

/// Longer is better, then spelled out.
fn rank(found: Found) -> (usize, bool) {
    (found.tokens, found.exact)
}
