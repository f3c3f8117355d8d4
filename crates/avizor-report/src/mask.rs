//! Hides who wrote: addresses, numbers and names by which a person can be found.
//!
//! A report travels further than the data it was made of. So e-mail addresses, telephone, card and
//! account numbers, identity documents, plates and the handles of people are replaced before anything is
//! shown; the path of a web address goes too, because it names its author. What numbers are personal is
//! the core's to say: [`avizor::privacy`].

use std::collections::BTreeSet;

use avizor::Protocol;
use avizor::privacy::{self, Kind};

use crate::strings::{self, Strings};

/// Masks texts under one protocol, whose own entities keep their handles.
pub struct Mask {
    t: &'static Strings,
    /// Handles of organisations, lower case and without `@`.
    known: BTreeSet<String>,
    /// Names of authors that cannot be mistaken for words, lower case.
    authors: BTreeSet<String>,
}

/// Characters of an author's name that are looked for in texts.
const LONGEST_AUTHOR: usize = 64;

impl Mask {
    /// In the protocol's language; organisations of the protocol keep their names.
    pub fn new(protocol: &Protocol) -> Self {
        let known = protocol
            .everyone()
            .flat_map(|e| e.aliases.iter().chain([&e.name]))
            .map(|alias| handle_key(alias))
            .flat_map(|key| [key.replace(' ', ""), key])
            .collect();
        Self {
            t: strings::of(protocol.language),
            known,
            authors: BTreeSet::new(),
        }
    }

    /// Also hides these authors where a text writes them without `@`.
    ///
    /// Only names with a digit, an underscore, a dot or a space in them: others may be words.
    #[must_use]
    pub fn with_authors<'a>(mut self, authors: impl IntoIterator<Item = &'a str>) -> Self {
        let telling = |name: &String| {
            name.chars().count() >= 4
                && name.contains(|c: char| c.is_numeric() || "_. ".contains(c))
        };
        let names = authors.into_iter().map(handle_key).filter(telling);
        self.authors.extend(names);
        self
    }

    /// An author's pseudonym, the same wherever they appear; organisations of the protocol keep their name.
    pub fn author(&self, author: &str) -> String {
        let key = handle_key(author);
        if self.known.contains(&key) {
            return clean(author).trim().to_owned();
        }
        pseudonym(&key)
    }

    /// A text fit to be shown: without control characters, and masked.
    pub fn text(&self, text: &str) -> String {
        let chars: Vec<char> = clean(text).chars().collect();
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while at < chars.len() {
            if let Some((end, replacement)) = self.hide(&chars, at) {
                out.push_str(&replacement);
                at = end;
            } else {
                out.push(chars[at]);
                at += 1;
            }
        }
        out
    }

    /// What begins at `at` and has to go: where it ends and what stands in its place.
    fn hide(&self, chars: &[char], at: usize) -> Option<(usize, String)> {
        let t = self.t;
        if chars[at] == '@' {
            return self.handle(chars, at);
        }
        if at == 0 || !is_word(chars[at - 1]) {
            // Addresses first: a path may hold what looks like a number.
            let word = address(chars, at).or_else(|| self.written_author(chars, at));
            if word.is_some() {
                return word;
            }
        }
        let (end, kind) = privacy::begins(chars, at)?;
        let what = match kind {
            Kind::Email => t.mask_email,
            Kind::Phone => t.mask_phone,
            Kind::Card => t.mask_card,
            Kind::Account => t.mask_account,
            Kind::Document => t.mask_document,
            Kind::Plate => t.mask_plate,
        };
        Some((end, what.to_owned()))
    }

    fn handle(&self, chars: &[char], at: usize) -> Option<(usize, String)> {
        let mut end = at
            + 1
            + run(&chars[at + 1..], |c| {
                is_word(c) || c == '.' || c == '-' || c == '@'
            });
        while end > at + 1 && !is_word(chars[end - 1]) {
            end -= 1;
        }
        if end == at + 1 {
            return None;
        }
        let name: String = chars[at..end].iter().collect();
        let key = handle_key(&name);
        (!self.known.contains(&key)).then(|| (end, pseudonym(&key)))
    }

    fn written_author(&self, chars: &[char], at: usize) -> Option<(usize, String)> {
        if self.authors.is_empty() || !is_word(chars[at]) {
            return None;
        }
        let mut name = String::new();
        for (i, c) in chars.iter().enumerate().skip(at).take(LONGEST_AUTHOR) {
            name.extend(c.to_lowercase());
            let ends = chars.get(i + 1).is_none_or(|c| !is_word(*c));
            if ends && self.authors.contains(&name) {
                return Some((i + 1, pseudonym(&name)));
            }
        }
        None
    }
}

/// Without controls and without characters that change the direction of what surrounds them.
/// The joiner of emoji stays; a full-width `@` becomes a plain one.
pub fn clean(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            c if is_unseen(c) => None,
            '\u{ff20}' | '\u{fe6b}' => Some('@'),
            c if c.is_whitespace() => Some(' '),
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect()
}

/// Characters that are not seen and change what is: directions, zero widths, soft hyphens.
/// Texts name their own direction in the markup instead.
pub(crate) fn is_unseen(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{200e}'
        | '\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

/// Short and stable. Many names share one, so that it cannot be turned back by trying names.
fn pseudonym(key: &str) -> String {
    // FNV-1a (Fowler, Noll, Vo), folded to 16 bits.
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    });
    let folded = hash ^ (hash >> 32);
    format!("@{:04x}…", (folded ^ (folded >> 16)) & 0xffff)
}

fn handle_key(name: &str) -> String {
    clean(name)
        .trim()
        .trim_start_matches(['@', '#'])
        .to_lowercase()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn run(chars: &[char], test: impl Fn(char) -> bool) -> usize {
    chars.iter().take_while(|c| test(**c)).count()
}

/// A web address keeps its host: the path names people.
fn address(chars: &[char], at: usize) -> Option<(usize, String)> {
    let starts = |prefix: &str| {
        prefix.chars().enumerate().all(|(i, p)| {
            chars
                .get(at + i)
                .is_some_and(|c| c.eq_ignore_ascii_case(&p))
        })
    };
    let scheme = ["https://", "http://", "www."]
        .into_iter()
        .find(|p| starts(p));
    let begin = at + scheme.map_or(0, str::len);
    let host = run(&chars[begin..], |c| is_word(c) || c == '.' || c == '-');
    let end = begin + run(&chars[begin..], |c| !c.is_whitespace());
    let name: String = chars[begin..begin + host].iter().collect();
    // Without a scheme it takes a dot, letters behind it and a path: not `10.5/12` nor `a.m./p.m.`
    let bare = || {
        let last = name.rsplit_once('.').map_or("", |(_, last)| last);
        !last.is_empty()
            && last.chars().all(char::is_alphabetic)
            && chars.get(begin + host) == Some(&'/')
            && end > begin + host + 1
    };
    (scheme.is_some() || bare()).then(|| (end, format!("{}/…", name.trim_end_matches('.'))))
}

#[cfg(test)]
#[path = "mask_tests.rs"]
mod tests;
