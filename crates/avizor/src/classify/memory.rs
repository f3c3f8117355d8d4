//! Words seen before, so that a word's next reading is one look-up.
//!
//! Real text repeats its words: what follows from a spelling alone (its letters' votes), or from a
//! spelling in a language (its stem, where phrases begin with it), is kept until newer words need its
//! place. Forgetting changes the time an answer takes, never the answer.

use std::sync::Arc;

use super::compose::marks;
use super::features;
use super::panel::{Panel, Votes, WIDTH};
use super::topic::Taxonomy;
use super::urgency::Cues;
use crate::analysis::Language;
use crate::lexicon::{Lexicon, Start};
use crate::text::{Kind, Text, Token, stem_hash};

/// Slots of a table at first and at most: a few texts ask for little, and a day's talk mostly fits.
const FEWEST: usize = 1 << 8;
const MOST: usize = 1 << 15;
/// Languages, and the lack of one.
const SETS: usize = Language::SUPPORTED.len() + 1;
/// Sets the key of a symbol apart from that of a word with the same spelling.
const SYMBOL: u64 = 0x33b1_90e4_c1ab_5d69;

/// What is kept under a key; 0 stands for an empty slot, and what truly has it is read anew each time.
trait Keyed: Copy {
    const EMPTY: Self;
    fn key(&self) -> u64;
}

/// A table with two places for each key, that grows with what it is given to keep.
#[derive(Clone, Debug)]
struct Table<T> {
    slots: Vec<T>,
    kept: usize,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            kept: 0,
        }
    }
}

impl<T: Keyed> Table<T> {
    /// What is kept under `key`, made where it is not.
    #[inline]
    fn get(&mut self, key: u64, make: impl FnOnce() -> T) -> &T {
        let mut place = self.place(key);
        if self.slots.get(place).is_none_or(|s| s.key() != key) {
            place ^= 1;
        }
        if key == 0 || self.slots.get(place).is_none_or(|s| s.key() != key) {
            place = self.keep(make());
        }
        &self.slots[place]
    }

    /// The lowest bits of a key; the number of slots is a power of two.
    #[inline]
    fn place(&self, key: u64) -> usize {
        key as usize & self.slots.len().wrapping_sub(1)
    }

    /// Keeps an item; returns its place.
    fn keep(&mut self, item: T) -> usize {
        if self.slots.len() < MOST && self.kept * 8 >= self.slots.len() {
            let more = (self.slots.len() * 4).clamp(FEWEST, MOST);
            let before = std::mem::replace(&mut self.slots, vec![T::EMPTY; more]);
            self.kept = 0;
            for item in before.into_iter().filter(|i| i.key() != 0) {
                self.put(item);
            }
        }
        self.put(item)
    }

    /// The newer of two stands first.
    fn put(&mut self, item: T) -> usize {
        let place = self.place(item.key());
        if self.slots[place].key() != 0 {
            self.slots.swap(place, place ^ 1);
        }
        self.kept += usize::from(self.slots[place].key() == 0);
        self.slots[place] = item;
        place
    }
}

#[derive(Clone, Copy)]
#[repr(align(64))]
struct Spelling {
    key: u64,
    votes: Votes,
}

impl Keyed for Spelling {
    const EMPTY: Self = Self {
        key: 0,
        votes: Votes::NONE,
    };

    #[inline]
    fn key(&self) -> u64 {
        self.key
    }
}

/// What a token is in one language.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct Sense {
    key: u64,
    /// Hash of the stem; of the spelling where there is none.
    stem: u64,
    /// What the stem adds to the logits.
    pub row: [i8; WIDTH],
    /// Where the lexicon, the topics and the cues of urgency go on from it.
    pub lexicon: Start,
    pub topics: Start,
    pub cues: Start,
    /// Function words that rules look for: see [`marks`].
    pub marks: u8,
}

/// Words seen before by one reader, for one panel and one taxonomy.
#[derive(Clone, Default)]
pub(crate) struct Memory {
    /// Whose words these are; holding them keeps their addresses from being used again.
    of: Option<(Arc<Panel>, Arc<Taxonomy>)>,
    spellings: Table<Spelling>,
    senses: [Table<Sense>; SETS],
    features: Vec<u32>,
}

impl Memory {
    /// Forgets what was kept for others.
    #[inline]
    pub(crate) fn serve(&mut self, panel: &Arc<Panel>, taxonomy: &Arc<Taxonomy>) {
        let same = |(p, t): &(_, _)| Arc::ptr_eq(p, panel) && Arc::ptr_eq(t, taxonomy);
        if !self.of.as_ref().is_some_and(same) {
            self.of = Some((Arc::clone(panel), Arc::clone(taxonomy)));
            self.spellings = Table::default();
            self.senses = Default::default();
        }
    }

    /// What a word's letters add to the logits of `panel`.
    #[inline]
    pub(crate) fn votes(&mut self, panel: &Panel, key: u64, form: &str) -> &Votes {
        let Self {
            spellings,
            features,
            ..
        } = self;
        let spelling = spellings.get(key, || {
            features.clear();
            features::word(key, form, features);
            let votes = panel.votes(features);
            Spelling { key, votes }
        });
        &spelling.votes
    }

    /// What the tokens of `text` are in a language, or in none, into `out`.
    pub(crate) fn senses(
        &mut self,
        panel: &Panel,
        taxonomy: &Taxonomy,
        text: &Text,
        language: Option<usize>,
        out: &mut Vec<Sense>,
    ) {
        out.clear();
        let reader = Reader::new(panel, taxonomy, language);
        let table = &mut self.senses[language.unwrap_or(SETS - 1)];
        for token in text.tokens() {
            let key = match token.kind {
                Kind::Word => token.hash,
                Kind::Emoji | Kind::Emoticon | Kind::Laughter | Kind::Punctuation => {
                    token.hash ^ SYMBOL
                }
                // Names, numbers and addresses hardly come back.
                Kind::Handle | Kind::Number | Kind::Hashtag | Kind::Url => {
                    out.push(reader.read(text, token, 0));
                    continue;
                }
            };
            out.push(*table.get(key, || reader.read(text, token, key)));
        }
    }
}

impl Keyed for Sense {
    const EMPTY: Self = Self {
        key: 0,
        stem: 0,
        row: [0; WIDTH],
        lexicon: Start::NONE,
        topics: Start::NONE,
        cues: Start::NONE,
        marks: 0,
    };

    #[inline]
    fn key(&self) -> u64 {
        self.key
    }
}

impl Sense {
    /// Hash of the stem.
    pub(crate) fn stem(&self) -> u64 {
        self.stem
    }
}

/// Reads words for the first time.
struct Reader<'a> {
    panel: &'a Panel,
    taxonomy: &'a Taxonomy,
    lexicon: &'static Lexicon,
    cues: Option<&'static crate::lexicon::Trie>,
    language: Option<usize>,
}

impl<'a> Reader<'a> {
    fn new(panel: &'a Panel, taxonomy: &'a Taxonomy, language: Option<usize>) -> Self {
        Self {
            panel,
            taxonomy,
            lexicon: Lexicon::of(language),
            cues: language.map(Cues::trie),
            language,
        }
    }

    fn read(&self, text: &Text, token: &Token, key: u64) -> Sense {
        let word = (token.kind == Kind::Word).then(|| text.norm(token));
        let stem = word.zip(self.language).map(|(w, l)| stem_hash(l, w));
        let start = |trie: &crate::lexicon::Trie| trie.start(token.hash, stem);
        Sense {
            key,
            stem: stem.unwrap_or(token.hash),
            row: stem.map_or([0; WIDTH], |s| *self.panel.row(features::stem(s))),
            lexicon: match token.kind {
                Kind::Url | Kind::Handle | Kind::Hashtag => Start::NONE,
                _ => start(self.lexicon.trie()),
            },
            topics: start(self.taxonomy.trie(self.language)),
            cues: self.cues.map_or(Start::NONE, start),
            marks: word.map_or(0, |w| marks(w, self.language.unwrap_or(0))),
        }
    }
}
