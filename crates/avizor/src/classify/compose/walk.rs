//! What the rules of composition look up in the text and the lexicon around a hit.

use super::{Hit, clamp};
use crate::classify::memory::Sense;
use crate::lexicon::{Class, Entry, Lexicon};
use crate::text::Token;

/// Thanks, congratulations and what they are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Manners {
    #[default]
    None,
    /// A bare word of thanks or congratulation.
    Bare,
    /// What it is for follows.
    For,
}

/// What the rules look up around a hit.
pub(super) struct Walk<'a> {
    pub(super) tokens: &'a [Token],
    pub(super) senses: &'a [Sense],
    pub(super) lexicon: &'a Lexicon,
}

impl Walk<'_> {
    fn is_class(&self, at: usize, class: Class) -> bool {
        self.word(at).is_some_and(|e| e.class == class)
    }

    /// What the token at `at` is by itself, as it is spelled.
    fn word(&self, at: usize) -> Option<&Entry> {
        let id = self.senses.get(at)?.lexicon.spelled()?;
        Some(self.lexicon.entry(id))
    }

    /// The word at `at` denies what follows it.
    pub(super) fn negative(&self, at: usize) -> bool {
        self.is_class(at, Class::Negator)
    }

    /// How many tokens an entry uses up: a contrast leaves its negator (`pero no`) to what follows.
    pub(super) fn covered(&self, entry: Entry, at: usize, count: usize) -> usize {
        let leaves = count > 1 && entry.class == Class::Contrast && self.negative(at + count - 1);
        count - usize::from(leaves)
    }

    /// An expression of a word and a booster weighs no less than the rules make of its parts.
    pub(super) fn at_least_its_parts(&self, hit: &mut Hit) {
        let (at, count) = (hit.at as usize, hit.tokens as usize);
        if count != 2 || hit.class == Class::Irony {
            return;
        }
        let (Some(first), Some(second)) = (self.word(at), self.word(at + 1)) else {
            return;
        };
        let parts = match (first.class, second.class) {
            (Class::Booster, _) => second.weight * (1.0 + first.weight),
            (_, Class::Booster) => first.weight * (1.0 + second.weight / 2.0),
            _ => return,
        };
        if parts * hit.weight > 0.0 && parts.abs() > hit.weight.abs() {
            hit.weight = clamp(parts);
        }
    }

    pub(super) fn manners(&self, entry: Entry, at: usize, count: usize) -> Manners {
        let marked = |count: usize, mark: u8| {
            let mut senses = self.senses[at..].iter().take(count);
            senses.any(|s| s.marks & mark != 0)
        };
        if entry.weight <= 0.0 || !marked(count, THANKED) {
            return Manners::None;
        }
        // Bare thanks may still be followed by a word or two: `muchas gracias a todos por`.
        if marked(count + 1, WHAT_FOR) {
            Manners::For
        } else {
            Manners::Bare
        }
    }
}

/// Words that thank, congratulate or take leave, in the supported languages, as they are normalised.
const THANKS: [&str; 24] = [
    "gracias",
    "agradezco",
    "felicidades",
    "felicitaciones",
    "enhorabuena",
    "bravo",
    "saludo",
    "saludos",
    "abrazo",
    "thanks",
    "thank",
    "thx",
    "congratulations",
    "congrats",
    "kudos",
    "done",
    "regards",
    "obrigado",
    "obrigada",
    "agradeco",
    "parabens",
    "valeu",
    "abraco",
    "abracos",
];
/// Comparatives of good.
const BETTER: [&str; 5] = ["mejor", "mejores", "better", "melhor", "melhores"];
const FOR: [&str; 7] = ["por", "for", "on", "pelo", "pela", "pelos", "pelas"];

/// A word that joins what is denied together.
pub(super) const OR: u8 = 1;
/// A word that begins a condition.
pub(super) const IF: u8 = 2;
/// A past subjunctive: with the word before, contrary to fact.
pub(super) const UNTRUE: u8 = 4;
/// What changes how the words around are read.
pub(super) const GUIDES: u8 = OR | IF | UNTRUE;
/// A word of [`THANKS`], of [`FOR`], of [`BETTER`].
const THANKED: u8 = 8;
const WHAT_FOR: u8 = 16;
pub(super) const SURPASSING: u8 = 32;

/// What a normalised word is to the rules above: flags.
pub(crate) fn marks(word: &str, language: usize) -> u8 {
    const ORS: [&str; 3] = ["o", "or", "ou"];
    const IFS: [&str; 3] = ["si", "if", "se"];
    const SUBJUNCTIVES: [&[&str]; 3] = [
        &[
            "fuera", "fueran", "fuese", "fuesen", "iera", "ieran", "iese", "iesen", "ara", "aran",
            "ase", "asen",
        ],
        &["were"],
        &[
            "fosse", "fossem", "asse", "assem", "esse", "essem", "isse", "issem",
        ],
    ];
    let untrue = word.len() >= 4
        && SUBJUNCTIVES[language]
            .iter()
            .any(|ending| word.ends_with(ending));
    let flag = |is: bool, flag: u8| if is { flag } else { 0 };
    flag(word == ORS[language], OR)
        | flag(word == IFS[language], IF)
        | flag(untrue, UNTRUE)
        | flag(THANKS.contains(&word), THANKED)
        | flag(FOR.contains(&word), WHAT_FOR)
        | flag(BETTER.contains(&word), SURPASSING)
}
