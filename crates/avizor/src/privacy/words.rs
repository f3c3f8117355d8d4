//! The words beside a number.

use std::sync::LazyLock;

use super::digits::is_word;
use crate::text::fold_text;

const FILE: &str = include_str!("../../lexicons/privacy.tsv");
/// Characters and words that are looked at on a side.
const REACH: usize = 48;
const WORDS: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Phone,
    Reference,
    Document,
    Passport,
    Plate,
    Money,
    Unit,
}

const CLASSES: [(&str, Class); 7] = [
    ("phone", Class::Phone),
    ("reference", Class::Reference),
    ("document", Class::Document),
    ("passport", Class::Passport),
    ("plate", Class::Plate),
    ("money", Class::Money),
    ("unit", Class::Unit),
];

static WORDS_OF: LazyLock<Vec<(&'static str, Class)>> = LazyLock::new(|| {
    let lines = FILE.lines().filter(|l| !l.starts_with('#'));
    lines
        .filter_map(|l| l.split_once('\t'))
        .filter_map(|(name, words)| {
            let (_, class) = CLASSES.into_iter().find(|(n, _)| *n == name)?;
            Some(words.split(',').map(move |w| (w, class)))
        })
        .flatten()
        .collect()
});

/// The words before a place, nearest first, read when they are asked for.
pub(super) struct Context<'a> {
    chars: &'a [char],
    at: usize,
}

impl<'a> Context<'a> {
    pub(super) fn new(chars: &'a [char], at: usize) -> Self {
        Self { chars, at }
    }

    /// Whether the nearest word before that tells anything tells this: a few words back, within the sentence.
    pub(super) fn before(&self, class: Class) -> bool {
        let from = self.at.saturating_sub(REACH);
        let stretch: String = self.chars[from..self.at].iter().collect();
        let sentence = stretch
            .rsplit(['!', '?', ';', '\n'])
            .next()
            .unwrap_or_default();
        let words = sentence
            .split(|c: char| !(is_word(c) || "€$£%".contains(c)))
            .filter(|w| !w.is_empty());
        let words: Vec<String> = words.map(fold_symbol).collect();
        let telling = words
            .iter()
            .rev()
            .take(WORDS)
            .find(|w| WORDS_OF.iter().any(|(known, _)| known == w));
        telling.is_some_and(|w| WORDS_OF.iter().any(|(known, c)| known == w && *c == class))
    }

    /// Whether the word right behind `end`, or the sign right before, is this.
    pub(super) fn beside(&self, end: usize, class: Class) -> bool {
        let is = |word: &str| {
            let word = fold_symbol(word);
            WORDS_OF
                .iter()
                .any(|(known, c)| *known == word && *c == class)
        };
        let after: String = self.chars[end.min(self.chars.len())..]
            .iter()
            .take(REACH)
            .collect();
        let after = after.trim_start();
        let next: String = match after.chars().next() {
            Some(c) if "€$£%".contains(c) => c.to_string(),
            _ => after.chars().take_while(|c| is_word(*c)).collect(),
        };
        let before: String = self.chars[self.at.saturating_sub(5)..self.at]
            .iter()
            .collect();
        let before = before.trim_end();
        let sign = before.chars().next_back().filter(|c| "€$£".contains(*c));
        let last = before.rsplit(' ').next().unwrap_or_default();
        is(&next) || sign.is_some_and(|s| is(&s.to_string())) || is(last)
    }
}

fn fold_symbol(word: &str) -> String {
    if word.chars().any(char::is_alphabetic) {
        fold_text(word)
    } else {
        word.to_owned()
    }
}
