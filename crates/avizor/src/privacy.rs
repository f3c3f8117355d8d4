//! Personal data in a text: e-mail addresses, telephone, card and account numbers, identity documents, plates.
//!
//! Where a number has a check digit it must be right, so that the number of an order is not taken for a card.
//! What has none (telephones, plates, some documents) is told by its shape and the words beside it.

mod checksum;
mod digits;
mod documents;
mod phones;
mod words;

use serde::{Deserialize, Serialize};

use digits::{groups, is_word};
use words::{Class, Context};

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A payment card (Luhn, ISO/IEC 7812).
    Card,
    /// A bank account (IBAN, ISO 13616).
    Account,
    /// An identity document: DNI, NIE, CPF, CURP, RFC, RUT, CUIT, SSN, passport.
    Document,
    /// A vehicle's plate.
    Plate,
}

/// Something personal and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Personal {
    /// First byte in the text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
}

/// Everything personal in a text, in order, without overlaps. Time linear in its length, memory too.
///
/// ```
/// use avizor::privacy::{Kind, find};
/// let found = find("mi DNI es 12345678Z y el pedido 12345678A");
/// assert_eq!(found.len(), 1);
/// assert_eq!(found[0].kind, Kind::Document);
/// ```
pub fn find(text: &str) -> Vec<Personal> {
    let offsets: Vec<(usize, char)> = text.char_indices().collect();
    let chars: Vec<char> = offsets.iter().map(|(_, c)| *c).collect();
    let byte = |at: usize| offsets.get(at).map_or(text.len(), |(byte, _)| *byte);
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        match begins(&chars, at) {
            Some((end, kind)) => {
                found.push(Personal {
                    start: byte(at),
                    end: byte(end),
                    kind,
                });
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

/// The text with everything personal replaced by what `label` writes for its kind.
///
/// ```
/// let masked = avizor::privacy::mask("llamadme al 612 345 678", |_| "[…]");
/// assert_eq!(masked, "llamadme al […]");
/// ```
pub fn mask<'a>(text: &str, label: impl Fn(Kind) -> &'a str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut last = 0;
    for p in find(text) {
        out.push_str(&text[last..p.start]);
        out.push_str(label(p.kind));
        last = p.end;
    }
    out.push_str(&text[last..]);
    out
}

/// What personal begins at `at`: one past its last character, and its kind. O(1): looks at a bounded stretch.
pub fn begins(chars: &[char], at: usize) -> Option<(usize, Kind)> {
    let first = *chars.get(at)?;
    let fresh = at == 0 || !is_word(chars[at - 1]);
    if fresh && (is_word(first) || first == '.') {
        let context = Context::new(chars, at);
        let word = email(chars, at)
            .map(|end| (end, Kind::Email))
            .or_else(|| account(chars, at).map(|end| (end, Kind::Account)))
            .or_else(|| documents::lettered(chars, at, &context).map(|end| (end, Kind::Document)))
            .or_else(|| documents::plate(chars, at, &context).map(|end| (end, Kind::Plate)));
        if word.is_some() {
            return word;
        }
    }
    // Numbers also begin right behind a letter: `tel612345678`.
    if at > 0 && chars[at - 1].is_numeric() {
        return None;
    }
    number(chars, at)
}

/// A group of so many digits is a number of its own even behind another.
const WHOLE: usize = 9;

/// Whether a place is inside a number that began before: digits and one separator stand right before it.
fn is_inside(chars: &[char], at: usize) -> bool {
    at >= 2 && " .-".contains(chars[at - 1]) && chars[at - 2].is_numeric()
}

/// A number in groups: the longest run of whole groups that is something.
fn number(chars: &[char], at: usize) -> Option<(usize, Kind)> {
    let groups = groups(chars, at)?;
    if is_inside(chars, at) && groups[0].digits.len() < WHOLE {
        return None;
    }
    let context = Context::new(chars, at);
    (1..=groups.len()).rev().find_map(|n| {
        let run = &groups[..n];
        let end = run.last()?.end;
        if chars.get(end).is_some_and(|c| c.is_alphabetic()) {
            return None;
        }
        let digits: Vec<u32> = run.iter().flat_map(|g| g.digits.iter().copied()).collect();
        let kind = match digits.len() {
            13..=19 if checksum::luhn(&digits) && !context.before(Class::Reference) => Kind::Card,
            _ if documents::numeric(chars, at, run, &digits, &context) => Kind::Document,
            _ if phones::stands_alone(chars, run, &groups[n..])
                && phones::is_phone(chars, at, run, &digits, &context) =>
            {
                Kind::Phone
            }
            _ => return None,
        };
        Some((end, kind))
    })
}

/// The longest local part that is looked at (RFC 5321).
const LONGEST_LOCAL: usize = 64;

fn email(chars: &[char], at: usize) -> Option<usize> {
    let run = |from: usize, most: usize, test: fn(char) -> bool| {
        chars[from..]
            .iter()
            .take(most)
            .take_while(|c| test(**c))
            .count()
    };
    let local = run(at, LONGEST_LOCAL + 1, |c| is_word(c) || ".+-%".contains(c));
    if local == 0 || chars.get(at + local) != Some(&'@') {
        return None;
    }
    let begin = at + local + 1;
    let mut end = begin + run(begin, 255, |c| is_word(c) || c == '.' || c == '-');
    while end > begin && !is_word(chars[end - 1]) {
        end -= 1;
    }
    chars[begin..end].contains(&'.').then_some(end)
}

/// IBAN: two letters, two check digits, 11 to 30 letters and digits in groups, right modulo 97.
fn account(chars: &[char], at: usize) -> Option<usize> {
    let head = chars.get(at..at + 4)?;
    if !(head[..2].iter().all(char::is_ascii_alphabetic)
        && head[2..].iter().all(char::is_ascii_digit))
    {
        return None;
    }
    let (mut iban, mut ends) = (head.to_vec(), Vec::new());
    for (i, c) in chars.iter().enumerate().skip(at + 4) {
        match c {
            ' ' | '-' if chars.get(i + 1).is_some_and(char::is_ascii_alphanumeric) => {}
            c if c.is_ascii_alphanumeric() && iban.len() < 34 => {
                iban.push(*c);
                if chars.get(i + 1).is_none_or(|n| !is_word(*n)) {
                    ends.push((i + 1, iban.len()));
                }
            }
            _ => break,
        }
    }
    ends.into_iter()
        .rev()
        .find(|(_, n)| *n >= 15 && checksum::iban(&iban[..*n]))
        .map(|(end, _)| end)
}

#[cfg(test)]
mod tests;
