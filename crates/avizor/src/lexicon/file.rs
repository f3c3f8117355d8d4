//! The format of the data files: `form <TAB> weight <TAB> class <TAB> marks`.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::text::fold_text;

/// What an entry does in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Adjective,
    Adverb,
    Verb,
    Noun,
    Interjection,
    Phrase,
    /// Good or bad without a word of feeling: `lost my bag`.
    Fact,
    /// A comparison: `better than`, `worse than the rest`.
    Comparison,
    /// Says the contrary of what its words say.
    Irony,
    Emoji,
    Emoticon,
    /// Strengthens what follows.
    Booster,
    /// Weakens what follows.
    Damper,
    Negator,
    Contrast,
    /// Speaks of what is not (yet) so: wishes, conditions, offers.
    Conditional,
    /// Asks or requests.
    Ask,
    /// Stands in the way of a shorter entry that would mislead.
    Block,
}

impl Class {
    const NAMES: [(&'static str, Self); 18] = [
        ("adj", Self::Adjective),
        ("adv", Self::Adverb),
        ("verb", Self::Verb),
        ("noun", Self::Noun),
        ("interj", Self::Interjection),
        ("phrase", Self::Phrase),
        ("fact", Self::Fact),
        ("comp", Self::Comparison),
        ("irony", Self::Irony),
        ("emoji", Self::Emoji),
        ("emoticon", Self::Emoticon),
        ("boost", Self::Booster),
        ("damp", Self::Damper),
        ("neg", Self::Negator),
        ("but", Self::Contrast),
        ("cond", Self::Conditional),
        ("ask", Self::Ask),
        ("block", Self::Block),
    ];

    pub(crate) fn is_symbol(self) -> bool {
        matches!(self, Self::Emoji | Self::Emoticon)
    }
}

/// Which way a negator or a contrast word reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reach {
    /// What follows in the clause (`next`, `after`).
    #[default]
    Forward,
    /// What stands before in the clause (`prev`, `before`).
    Backward,
    /// Nothing: the negation is part of the expression.
    Itself,
}

/// One line of a data file, less its form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Entry {
    /// In [-1, 1].
    pub weight: f32,
    pub class: Class,
    pub reach: Reach,
    /// Matches this form only, not others of its stem.
    pub exact: bool,
}

impl Entry {
    /// Stands in the way of a likeness of stems.
    pub(super) const NOTHING: Self = Self {
        weight: 0.0,
        class: Class::Block,
        reach: Reach::Forward,
        exact: true,
    };
}

pub(super) struct Line<'a> {
    file: &'a str,
    number: usize,
    pub form: &'a str,
    pub entry: Entry,
}

impl Line<'_> {
    pub(super) fn fault(&self, message: &str) -> Error {
        Error::Lexicon {
            file: self.file.to_owned(),
            line: self.number,
            message: format!("`{}`: {message}", self.form),
        }
    }
}

const MARKS: [&str; 14] = [
    "es", "mx", "ar", "co", "cl", "pe", "br", "pt", "us", "uk", "vulgar", "=", "next", "after",
];

pub(super) fn lines<'a>(file: &'a str, content: &'a str) -> impl Iterator<Item = Result<Line<'a>>> {
    content
        .lines()
        .enumerate()
        .filter(|(_, l)| !l.trim().is_empty() && (l.contains('\t') || !l.starts_with('#')))
        .map(move |(i, l)| parse(file, i + 1, l))
}

fn parse<'a>(file: &'a str, number: usize, line: &'a str) -> Result<Line<'a>> {
    let fault = |message: String| Error::Lexicon {
        file: file.to_owned(),
        line: number,
        message,
    };
    let columns: Vec<&str> = line.split('\t').collect();
    let [form, weight, class, marks] = columns[..] else {
        return Err(fault(format!(
            "{} columns where form, weight, class and marks are needed, separated by tabs",
            columns.len()
        )));
    };
    let weight = weight
        .parse::<f32>()
        .ok()
        .filter(|w| w.abs() <= 1.0)
        .ok_or_else(|| fault(format!("`{weight}` is not a weight from -1 to 1")))?;
    let class = Class::NAMES
        .iter()
        .find(|(n, _)| *n == class)
        .map(|(_, c)| *c)
        .ok_or_else(|| fault(format!("`{class}` is not a class")))?;
    let mut entry = Entry {
        weight,
        class,
        reach: Reach::Forward,
        exact: false,
    };
    for mark in marks.split(',').filter(|m| !m.is_empty()) {
        match mark {
            "=" => entry.exact = true,
            "prev" | "before" => entry.reach = Reach::Backward,
            "self" => entry.reach = Reach::Itself,
            m if MARKS.contains(&m) => {}
            m => return Err(fault(format!("`{m}` is not a mark"))),
        }
    }
    Ok(Line {
        file,
        number,
        form,
        entry,
    })
}

/// Forms that are written twice, with the same or another weight.
pub(super) fn contradictions(files: &[(&str, &str)]) -> Vec<String> {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut faults = Vec::new();
    for (file, content) in files {
        for line in lines(file, content).flatten() {
            let place = format!("{file}:{}", line.number);
            if let Some(first) = seen.insert(fold_text(line.form), place) {
                faults.push(
                    line.fault(&format!("stands already at {first}"))
                        .to_string(),
                );
            }
        }
    }
    faults
}
