//! Identity documents and plates.

use super::checksum;
use super::digits::{Group, gaps, is_word};
use super::words::{Class, Context};

/// A document whose number has letters: DNI, NIE, RUT with K, CURP, RFC, passport.
pub(super) fn lettered(chars: &[char], at: usize, context: &Context<'_>) -> Option<usize> {
    let words = candidates(chars, at, 18);
    let found = words.iter().find(|(word, _)| is_lettered(word, context));
    found.map(|(_, end)| *end)
}

fn is_lettered(word: &[char], context: &Context<'_>) -> bool {
    let plain: String = word.iter().collect();
    let digits = |from: usize, to: usize| -> Option<u32> { plain.get(from..to)?.parse().ok() };
    let is_document = match (word.len(), word[0]) {
        (9, c) if c.is_ascii_digit() && word[8].is_ascii_alphabetic() => {
            let dni = digits(0, 8).is_some_and(|n| checksum::dni(n, word[8]));
            dni || rut(word)
        }
        (9, 'X' | 'Y' | 'Z' | 'x' | 'y' | 'z') => {
            let lead = u32::from(word[0].to_ascii_uppercase() as u8 - b'X');
            digits(1, 8).is_some_and(|n| checksum::dni(lead * 10_000_000 + n, word[8]))
        }
        (8, c) if c.is_ascii_digit() && word[7].is_ascii_alphabetic() => {
            let short = digits(0, 7).is_some_and(|n| checksum::dni(n, word[7]));
            short && context.before(Class::Document) || rut(word)
        }
        (18, _) => {
            let upper: Vec<char> = word.iter().map(char::to_ascii_uppercase).collect();
            curp_shape(&upper) && (checksum::curp(&upper) || context.before(Class::Document))
        }
        (12 | 13, _) => rfc_shape(word),
        _ => false,
    };
    let passport = context.before(Class::Passport)
        && word.iter().take(3).any(char::is_ascii_alphabetic)
        && word.iter().filter(|c| c.is_ascii_digit()).count() >= 5;
    is_document || passport
}

/// A document of digits alone in the groups of `run`: CPF, CUIT, RUT, SSN, and those that only a word tells.
pub(super) fn numeric(
    chars: &[char],
    at: usize,
    run: &[Group],
    digits: &[u32],
    context: &Context<'_>,
) -> bool {
    let gaps = gaps(chars, run);
    let gaps: Vec<&str> = gaps.iter().map(String::as_str).collect();
    let sizes: Vec<usize> = run.iter().map(|g| g.digits.len()).collect();
    if run.first().is_none_or(|g| g.start != at) {
        return false;
    }
    let named = context.before(Class::Document);
    let reference = context.before(Class::Reference);
    match (&sizes[..], &gaps[..]) {
        ([3, 3, 3, 2], [".", ".", "-"]) | ([9, 2], ["-"]) => checksum::cpf(digits),
        ([2, 8, 1], ["-", "-"]) => checksum::cuit(digits),
        ([11], []) => !reference && (checksum::cuit(digits) || checksum::cpf(digits)),
        ([1 | 2, 3, 3, 1], [".", ".", "-"]) | ([7 | 8, 1], ["-"]) => {
            checksum::rut(&digits[..digits.len() - 1], digits.last().copied())
        }
        ([8 | 9], []) if named => true,
        ([3, 2, 4], ["-", "-"]) => {
            digits[0] < 9 && digits[..3] != [0, 0, 0] && digits[..3] != [6, 6, 6]
        }
        // Argentina and Colombia have no check digit: only the word tells.
        ([1 | 2, 3, 3] | [1, 3, 3, 3], gaps) if named => gaps.iter().all(|g| *g == "."),
        ([7 | 8 | 10], []) => named,
        _ => false,
    }
}

/// Plates: Spain, Portugal, Brazil and Argentina by their shape; others behind the word for it.
pub(super) fn plate(chars: &[char], at: usize, context: &Context<'_>) -> Option<usize> {
    let words = candidates(chars, at, 8);
    let found = words
        .iter()
        .find(|(word, end)| is_plate(word, &chars[at..*end], context));
    found.map(|(_, end)| *end)
}

fn is_plate(word: &[char], written: &[char], context: &Context<'_>) -> bool {
    if word.iter().any(char::is_ascii_lowercase) {
        return false;
    }
    let shape: String = word
        .iter()
        .map(|c| if c.is_ascii_digit() { '0' } else { 'A' })
        .collect();
    let consonants = |part: &[char]| part.iter().all(|c| !"AEIOUQ".contains(*c));
    let own = match shape.as_str() {
        "0000AAA" => consonants(&word[4..]) && !written.contains(&'.'),
        "AAA0A00" | "AA000AA" => !written.contains(&'.'),
        "AA00AA" | "00AA00" => written.iter().filter(|c| **c == '-').count() == 2,
        _ => false,
    };
    let named = context.before(Class::Plate)
        && (5..=8).contains(&word.len())
        && shape.contains('A')
        && shape.contains('0');
    own || named
}

/// Letters and digits from `at` on without the separators inside, up to each end of a word: what mixes both and has
/// at most `most`, the longest first.
fn candidates(chars: &[char], at: usize, most: usize) -> Vec<(Vec<char>, usize)> {
    let (mut word, mut found) = (Vec::new(), Vec::new());
    for (i, &c) in chars.iter().enumerate().skip(at) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
            if word.len() > most {
                break;
            }
            let whole = chars.get(i + 1).is_none_or(|c| !is_word(*c));
            let mixed =
                word.iter().any(char::is_ascii_digit) && word.iter().any(char::is_ascii_alphabetic);
            if whole && mixed {
                found.push((word.clone(), i + 1));
            }
        } else if !(" .-".contains(c) && chars.get(i + 1).is_some_and(char::is_ascii_alphanumeric))
        {
            break;
        }
    }
    found.reverse();
    found
}

fn rut(word: &[char]) -> bool {
    let (check, number) = match word.split_last() {
        Some((k, number)) if k.eq_ignore_ascii_case(&'k') => (None, number),
        _ => return false,
    };
    let digits: Option<Vec<u32>> = number.iter().map(|c| c.to_digit(10)).collect();
    digits.is_some_and(|d| checksum::rut(&d, check))
}

/// Four letters, a date, sex, state and consonants, a letter or digit, the check digit.
fn curp_shape(word: &[char]) -> bool {
    let letters = |r: std::ops::Range<usize>| word[r].iter().all(char::is_ascii_uppercase);
    letters(0..4) && birth(&word[4..10]) && "HMX".contains(word[10]) && letters(11..16)
}

/// Three or four letters, a date, three letters or digits.
fn rfc_shape(word: &[char]) -> bool {
    let lead = word.len() - 9;
    word[..lead].iter().all(char::is_ascii_uppercase)
        && birth(&word[lead..lead + 6])
        && word.iter().all(|c| !c.is_ascii_lowercase())
}

/// `YYMMDD`.
fn birth(six: &[char]) -> bool {
    let d: Option<Vec<u32>> = six.iter().map(|c| c.to_digit(10)).collect();
    d.is_some_and(|d| {
        (1..=12).contains(&(d[2] * 10 + d[3])) && (1..=31).contains(&(d[4] * 10 + d[5]))
    })
}
