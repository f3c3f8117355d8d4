//! Hides who wrote: addresses, numbers and names by which a person can be found.
//!
//! A report travels further than the data it was made of. So e-mail addresses, telephone, card and
//! account numbers, identity documents and the handles of people are replaced before anything is
//! shown; the path of a web address goes too, because it names its author. What is hidden leans
//! to too much: a long number that is nobody's costs a reader little.

use std::collections::BTreeSet;

use avizor::Protocol;

use crate::strings::{self, Strings};

/// Masks texts under one protocol, whose own entities keep their handles.
pub struct Mask {
    t: &'static Strings,
    /// Handles of organisations, lower case and without `@`.
    known: BTreeSet<String>,
    /// Names of authors that cannot be mistaken for words, lower case.
    authors: BTreeSet<String>,
}

/// Fewer digits than this are a price, a flight or a year.
const PHONE_DIGITS: usize = 8;
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
        let with = |what: &String| {
            let what = what.clone();
            move |end| (end, what)
        };
        if chars[at] == '@' {
            return self.handle(chars, at);
        }
        if at == 0 || !is_word(chars[at - 1]) {
            let word = address(chars, at)
                .or_else(|| email(chars, at).map(with(&t.mask_email)))
                .or_else(|| self.written_author(chars, at))
                .or_else(|| account(chars, at).map(with(&t.mask_account)))
                .or_else(|| document(chars, at).map(with(&t.mask_document)));
            if word.is_some() {
                return word;
            }
        }
        // Numbers also begin right behind a letter: `tel612345678`.
        if at > 0 && chars[at - 1].is_numeric() {
            return None;
        }
        let (end, digits) = number(chars, at)?;
        let what = match digits.len() {
            _ if is_date(chars, at, end) => return None,
            13..=19 if luhn(&digits) => &t.mask_card,
            n if n >= PHONE_DIGITS && is_document_number(chars, at, end) => &t.mask_document,
            n if n >= PHONE_DIGITS => &t.mask_phone,
            _ => return None,
        };
        Some((end, what.clone()))
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

fn email(chars: &[char], at: usize) -> Option<usize> {
    let local = run(&chars[at..], |c| is_word(c) || ".+-%".contains(c));
    if local == 0 || chars.get(at + local) != Some(&'@') {
        return None;
    }
    let begin = at + local + 1;
    let mut end = begin + run(&chars[begin..], |c| is_word(c) || c == '.' || c == '-');
    while end > begin && !is_word(chars[end - 1]) {
        end -= 1;
    }
    chars[begin..end].contains(&'.').then_some(end)
}

/// IBAN: two letters, two digits, then 11 to 30 letters and digits in groups.
fn account(chars: &[char], at: usize) -> Option<usize> {
    let head = chars.get(at..at + 4)?;
    let shape =
        head[..2].iter().all(char::is_ascii_alphabetic) && head[2..].iter().all(|c| c.is_numeric());
    if !shape {
        return None;
    }
    let (mut count, mut digits, mut end) = (0, 0, at + 4);
    for (i, c) in chars.iter().enumerate().skip(at + 4) {
        match c {
            ' ' | '-'
                if chars
                    .get(i + 1)
                    .is_some_and(|n| n.is_numeric() || n.is_ascii_uppercase()) => {}
            c if c.is_numeric() || c.is_ascii_alphabetic() => {
                count += 1;
                digits += usize::from(c.is_numeric());
                end = i + 1;
            }
            _ => break,
        }
        if count == 30 {
            break;
        }
    }
    (count >= 11 && digits >= 8).then_some(end)
}

/// Identity documents whose shape has letters: DNI and NIE (Spain), CURP and RFC (Mexico),
/// RUT (Chile), passports of up to three letters.
fn document(chars: &[char], at: usize) -> Option<usize> {
    let end = at + run(&chars[at..], |c| is_word(c) || c == '.' || c == '-');
    let end = at + chars[at..end].iter().rposition(|c| is_word(*c))? + 1;
    let word: Vec<char> = chars[at..end]
        .iter()
        .filter(|c| is_word(**c))
        .copied()
        .collect();
    let digits = word.iter().filter(|c| c.is_numeric()).count();
    let lead = run(&word, |c| c.is_ascii_alphabetic());
    let tail = run(&word.iter().rev().copied().collect::<Vec<_>>(), |c| {
        c.is_ascii_alphabetic()
    });
    let within = lead + digits + tail == word.len();
    let dni = within && lead <= 1 && tail == 1 && (7..=8).contains(&digits);
    let passport = within && tail == 0 && (1..=3).contains(&lead) && (6..=9).contains(&digits);
    let mexican = (3..=4).contains(&lead)
        && (12..=18).contains(&word.len())
        && word
            .iter()
            .skip(lead)
            .take(6)
            .filter(|c| c.is_numeric())
            .count()
            == 6;
    (dni || passport || mexican).then_some(end)
}

/// A number written in groups: where it ends and its digits.
fn number(chars: &[char], at: usize) -> Option<(usize, Vec<u32>)> {
    if !(chars[at].is_numeric() || "+(".contains(chars[at])) {
        return None;
    }
    let (mut digits, mut end, mut gap) = (Vec::new(), at, 0);
    for (i, c) in chars.iter().enumerate().skip(at) {
        if c.is_numeric() {
            digits.push(c.to_digit(10).unwrap_or(0));
            (end, gap) = (i + 1, 0);
        } else if " .-()+\u{a0}".contains(*c) && gap < 2 {
            gap += 1;
        } else {
            break;
        }
    }
    (!digits.is_empty()).then_some((end, digits))
}

/// Identity documents written in groups of digits: CPF (Brazil), RUT (Chile), DNI (Argentina),
/// CC (Colombia), SSN (United States).
fn is_document_number(chars: &[char], at: usize, end: usize) -> bool {
    let shape: String = chars[at..end]
        .iter()
        .map(|c| if c.is_numeric() { '0' } else { *c })
        .collect();
    let shapes = [
        "000.000.000-00",
        "00.000.000",
        "00.000.000-0",
        "0.000.000.000",
        "000-00-0000",
    ];
    shapes.contains(&shape.as_str())
}

/// `2026-03-14`, perhaps with a time after it: a day is nobody's number.
fn is_date(chars: &[char], at: usize, end: usize) -> bool {
    let shape: String = chars[at..end]
        .iter()
        .take(10)
        .map(|c| if c.is_ascii_digit() { '0' } else { *c })
        .collect();
    let iso = shape == "0000-00-00" || shape == "00-00-0000" || shape == "00.00.0000";
    iso && end - at <= 13
}

/// Check digit of card numbers (ISO/IEC 7812).
fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| {
            if i % 2 == 1 {
                d * 2 / 10 + d * 2 % 10
            } else {
                *d
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
#[path = "mask_tests.rs"]
mod tests;
