//! Snowball stems, as hashes.

use rust_stemmers::{Algorithm, Stemmer};

use super::hash;

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
