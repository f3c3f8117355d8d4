//! Words and what they weigh. The data files beside the crate are parsed once, on first use.
//!
//! Expressions of several words are found by walking a trie of word hashes: word boundaries, case,
//! accents and stems come for free, and the cost does not grow with the number of entries.

mod file;
mod trie;

use std::sync::{LazyLock, OnceLock};

pub(crate) use file::{Class, Entry, Reach};
pub(crate) use trie::{Found, HashTable, Hashes, Start, Trie};

use crate::analysis::Language;
use crate::error::Result;
use crate::text::{self, Kind, Text, Token, stem_hash};

const FILES: [&[(&str, &str)]; 3] = [
    &[
        ("es.tsv", include_str!("../../lexicons/es.tsv")),
        (
            "es_phrases.tsv",
            include_str!("../../lexicons/es_phrases.tsv"),
        ),
    ],
    &[("en.tsv", include_str!("../../lexicons/en.tsv"))],
    &[
        ("pt.tsv", include_str!("../../lexicons/pt.tsv")),
        (
            "pt_phrases.tsv",
            include_str!("../../lexicons/pt_phrases.tsv"),
        ),
    ],
];
const EMOJI: (&str, &str) = ("emoji.tsv", include_str!("../../lexicons/emoji.tsv"));

const STOPWORDS: &str = include_str!("../../lexicons/stopwords.tsv");

/// Function words of a language, or of all for an empty code.
pub(crate) fn function_words(code: &'static str) -> impl Iterator<Item = &'static str> {
    STOPWORDS
        .lines()
        .filter_map(|l| l.split_once('\t'))
        .filter(move |(c, _)| code.is_empty() || *c == code)
        .flat_map(|(_, words)| words.split(' '))
}

/// The entries of one language, with emoji and emoticons.
#[derive(Debug)]
pub(crate) struct Lexicon {
    entries: Vec<Entry>,
    trie: Trie,
}

impl Lexicon {
    /// The shipped lexicon of a language, by its index in [`Language::SUPPORTED`].
    pub(crate) fn shipped(language: usize) -> &'static Self {
        static SHIPPED: [OnceLock<Lexicon>; 3] = [const { OnceLock::new() }; 3];
        SHIPPED[language].get_or_init(|| Self::build(language, FILES[language], true).0)
    }

    /// That of a language; emoji and emoticons alone for a text of none.
    #[inline]
    pub(crate) fn of(language: Option<usize>) -> &'static Self {
        language.map_or_else(Self::emoji, Self::shipped)
    }

    /// Emoji and emoticons alone, for texts whose language is not supported.
    pub(crate) fn emoji() -> &'static Self {
        static SHIPPED: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::build(0, &[], true).0);
        &SHIPPED
    }

    /// Builds from files; lines that cannot be used are returned as errors and left out.
    fn build(language: usize, files: &[(&str, &str)], emoji: bool) -> (Self, Vec<crate::Error>) {
        let mut lexicon = Self {
            entries: Vec::new(),
            trie: Trie::default(),
        };
        let mut faults = Vec::new();
        let mut reader = Text::new();
        let mut stems = Stems::default();
        for &(name, content) in files.iter().chain(emoji.then_some(&EMOJI)) {
            for parsed in file::lines(name, content) {
                match parsed.and_then(|line| lexicon.add(language, &line, &mut reader, &mut stems))
                {
                    Ok(()) => {}
                    Err(e) => faults.push(e),
                }
            }
        }
        lexicon.shield(language, &mut reader);
        (lexicon, faults)
    }

    fn add(
        &mut self,
        language: usize,
        line: &file::Line<'_>,
        reader: &mut Text,
        stems: &mut Stems,
    ) -> Result<()> {
        reader.read(line.form);
        let id = self.entries.len() as u32;
        let exact = line.entry.exact || line.entry.class.is_symbol();
        let spelled = path(language, reader, None);
        if spelled.is_empty() {
            return Err(line.fault("the form has no word: write a word, an expression or an emoji"));
        }
        self.entries.push(line.entry);
        // An exact spelling of the same words wins over the stem of another entry.
        self.trie.insert(spelled, id);
        if !exact {
            self.trie.insert(path(language, reader, Some(stems)), id);
        }
        Ok(())
    }

    /// Function words that no entry spells out carry nothing, whatever their stem is like.
    fn shield(&mut self, language: usize, reader: &mut Text) {
        let code = Language::SUPPORTED[language].code();
        for word in function_words(code) {
            reader.read(word);
            self.trie.insert(
                reader.tokens().iter().map(|t| (t.hash, false)).collect(),
                self.entries.len() as u32,
            );
        }
        self.entries.push(Entry::NOTHING);
    }

    pub(crate) fn entry(&self, id: u32) -> &Entry {
        &self.entries[id as usize]
    }

    /// What a word spelled so is by itself.
    #[inline]
    pub(crate) fn word(&self, token: &Token) -> Option<&Entry> {
        self.trie
            .first(token.hash)
            .map(|id| &self.entries[id as usize])
    }

    /// The entries' trie.
    pub(crate) fn trie(&self) -> &Trie {
        &self.trie
    }

    /// The longest entry that begins at token `at`, which leads to `start`; `stem` gives a token's stem.
    #[inline]
    pub(crate) fn longest(
        &self,
        text: &Text,
        at: usize,
        start: &Start,
        stem: impl Fn(usize) -> u64,
    ) -> Option<Found> {
        let tokens = text.tokens();
        let key = |i: usize, by_stem| if by_stem { stem(i) } else { tokens[i].hash };
        let found = self.trie.longest(start, at, tokens.len(), key);
        if found.is_some() {
            return found;
        }
        // `goood` reads as `god` first, which is no word here, and as `good` then.
        let long = text::hash(text.long_norm(&tokens[at])?.as_bytes());
        let start = self.trie.start(long, Some(stem(at)));
        self.trie.longest(&start, at, tokens.len(), key)
    }
}

/// The stems of words seen before, by language: what reads files of thousands of phrases stems each word once.
#[derive(Debug, Default)]
pub(crate) struct Stems([HashTable<u64>; 3]);

impl Stems {
    /// [`stem_hash`] of a word whose own hash is `word_hash`.
    pub(crate) fn hash(&mut self, language: usize, word_hash: u64, word: &str) -> u64 {
        *self.0[language]
            .entry(word_hash)
            .or_insert_with(|| stem_hash(language, word))
    }
}

/// The way to an entry through a trie: its words by their stems where those are given, by their spelling elsewhere.
/// A hashtag is its words.
pub(crate) fn path(
    language: usize,
    form: &Text,
    mut stems: Option<&mut Stems>,
) -> Vec<(u64, bool)> {
    form.tokens()
        .iter()
        .filter(|t| t.kind != Kind::Hashtag)
        .map(|t| match &mut stems {
            Some(stems) if t.kind == Kind::Word => {
                (stems.hash(language, t.hash, form.norm(t)), true)
            }
            _ => (t.hash, false),
        })
        .collect()
}

/// What is wrong with the shipped files: faults of form, and entries that another one hides.
#[doc(hidden)]
pub fn check_shipped() -> Vec<String> {
    let mut faults = Vec::new();
    for (i, files) in FILES.iter().enumerate() {
        let (lexicon, errors) = Lexicon::build(i, files, true);
        faults.extend(errors.iter().map(ToString::to_string));
        faults.extend(file::contradictions(files));
        faults.extend(lexicon.unreachable(i, files));
    }
    let (symbols, _) = Lexicon::build(0, &[], true);
    faults.extend(file::contradictions(&[EMOJI]));
    faults.extend(symbols.unreachable(0, &[EMOJI]));
    faults
}

/// How many entries each language ships, in the order of [`Language::SUPPORTED`].
pub fn sizes() -> [usize; 3] {
    std::array::from_fn(|i| {
        FILES[i]
            .iter()
            .flat_map(|(name, content)| file::lines(name, content))
            .count()
    })
}

impl Lexicon {
    /// Entries that reading their own form does not find.
    fn unreachable(&self, language: usize, files: &[(&str, &str)]) -> Vec<String> {
        let mut text = Text::new();
        let mut faults = Vec::new();
        let lines = files
            .iter()
            .flat_map(|(name, content)| file::lines(name, content));
        for (id, line) in lines.flatten().enumerate() {
            text.read(line.form);
            let first = text.tokens().iter().position(|t| t.kind != Kind::Hashtag);
            let stem = |i: usize| match &text.tokens()[i] {
                t if t.kind == Kind::Word => stem_hash(language, text.norm(t)),
                t => t.hash,
            };
            let found = first.and_then(|at| {
                let start = self.trie.start(text.tokens()[at].hash, Some(stem(at)));
                self.longest(&text, at, &start, stem)
            });
            if found.is_none_or(|f| f.entry as usize != id) {
                faults.push(line.fault("another entry hides it: remove one").to_string());
            }
        }
        faults
    }
}

const _: () = assert!(Language::SUPPORTED.len() == FILES.len());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_files_are_sound() {
        let faults = check_shipped();
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        let least = [5_000, 3_000, 3_000];
        assert!(sizes().iter().zip(least).all(|(n, least)| *n >= least));
    }
}
