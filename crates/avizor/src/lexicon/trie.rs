//! A trie over hashes of words: children are found in one table keyed by (node, word).

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::text::Token;

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

const NONE: u32 = u32::MAX;
/// Marks a key as that of a stem, so that a word and another word's stem never meet.
const STEM: u64 = 0x9e37_79b9_7f4a_7c15;

#[derive(Clone, Copy, Debug)]
struct Node {
    entry: u32,
    /// Whether longer entries go through here, by word and by stem.
    by_word: bool,
    by_stem: bool,
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

#[derive(Debug, Default)]
pub(crate) struct Trie {
    nodes: Vec<Node>,
    children: HashTable<u32>,
}

#[inline]
fn child_key(node: u32, key: u64, by_stem: bool) -> u64 {
    let key = if by_stem { key ^ STEM } else { key };
    (key ^ u64::from(node).wrapping_mul(0xd6e8_feb8_6659_fd93)).wrapping_mul(0xff51_afd7_ed55_8ccd)
}

impl Trie {
    fn root(&mut self) -> u32 {
        if self.nodes.is_empty() {
            self.nodes.push(Node {
                entry: NONE,
                by_word: false,
                by_stem: false,
            });
        }
        0
    }

    /// Adds a path of (hash, whether it is a stem's); an earlier entry on the same path stays.
    pub(crate) fn insert(&mut self, path: Vec<(u64, bool)>, entry: u32) {
        let mut node = self.root();
        for (key, by_stem) in path {
            let here = &mut self.nodes[node as usize];
            here.by_word |= !by_stem;
            here.by_stem |= by_stem;
            let next = self.nodes.len() as u32;
            node = *self
                .children
                .entry(child_key(node, key, by_stem))
                .or_insert(next);
            if node == next {
                self.nodes.push(Node {
                    entry: NONE,
                    by_word: false,
                    by_stem: false,
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
        let node = *self.children.get(&child_key(0, key, false))?;
        Some(self.nodes[node as usize].entry).filter(|e| *e != NONE)
    }

    /// The longest entry whose path starts at `at`; on a tie, the one reached by spelling.
    #[inline]
    pub(crate) fn longest(
        &self,
        tokens: &[Token],
        at: usize,
        mut key: impl FnMut(usize, bool) -> u64,
    ) -> Option<Found> {
        if self.nodes.is_empty() {
            return None;
        }
        self.walk(tokens, at, &mut key, true)
            .into_iter()
            .chain(self.walk(tokens, at, &mut key, false))
            .max_by_key(|f| (f.tokens, f.exact))
    }

    /// Follows spellings where they lead on, stems elsewhere (`prefer_spelling`), or the reverse.
    #[inline]
    fn walk(
        &self,
        tokens: &[Token],
        at: usize,
        key: &mut impl FnMut(usize, bool) -> u64,
        prefer_spelling: bool,
    ) -> Option<Found> {
        let (mut node, mut best, mut exact) = (0_u32, None, true);
        for i in at..tokens.len() {
            let here = self.nodes[node as usize];
            let mut step = |by_stem: bool| {
                let possible = if by_stem { here.by_stem } else { here.by_word };
                possible
                    .then(|| {
                        self.children
                            .get(&child_key(node, key(i, by_stem), by_stem))
                    })
                    .flatten()
                    .map(|&n| (n, by_stem))
            };
            let Some((next, by_stem)) = step(!prefer_spelling).or_else(|| step(prefer_spelling))
            else {
                break;
            };
            node = next;
            exact &= !by_stem;
            let entry = self.nodes[node as usize].entry;
            if entry != NONE {
                best = Some(Found {
                    entry,
                    tokens: i + 1 - at,
                    exact,
                });
            }
        }
        best
    }
}
