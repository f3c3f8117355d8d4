//! Snowball stems behind a small cache: real text repeats its words, so most stems are looked up.

use rust_stemmers::{Algorithm, Stemmer};

use super::hash;
use crate::analysis::Language;

/// Entries of the direct-mapped cache; 16 bytes each, so it stays within the second-level cache.
const SLOTS: usize = 8192;

/// Hash of a word's stem by its own hash, for one language.
#[derive(Clone)]
pub(crate) struct StemCache {
    slots: Vec<[u64; 2]>,
}

impl Default for StemCache {
    fn default() -> Self {
        Self {
            slots: vec![[0; 2]; SLOTS * Language::SUPPORTED.len()],
        }
    }
}

impl StemCache {
    /// Hash of the stem of `word`, whose own hash is `key`.
    #[inline]
    pub(crate) fn stem_hash(&mut self, language: usize, key: u64, word: &str) -> u64 {
        let slot = &mut self.slots[language * SLOTS + key as usize % SLOTS];
        if slot[0] != key {
            *slot = [key, stem_hash(language, word)];
        }
        slot[1]
    }
}

/// Words of one stem must also begin alike: Snowball makes one of `temer` and `tema`.
const SHARED_PREFIX: usize = 4;

/// Hash of the Snowball stem of a folded word and of the letters it begins with; `language` is an
/// index of [`Language::SUPPORTED`].
pub(crate) fn stem_hash(language: usize, word: &str) -> u64 {
    let prefix = word.floor_char_boundary(SHARED_PREFIX);
    hash(stem(language, word).as_bytes()) ^ hash(&word.as_bytes()[..prefix]).rotate_left(17)
}

/// The Snowball stem of a folded word.
pub(crate) fn stem(language: usize, word: &str) -> std::borrow::Cow<'_, str> {
    const ALGORITHMS: [Algorithm; 3] = [
        Algorithm::Spanish,
        Algorithm::English,
        Algorithm::Portuguese,
    ];
    Stemmer::create(ALGORITHMS[language]).stem(word)
}
