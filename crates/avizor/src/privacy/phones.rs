//! Telephone numbers: by country code, by national shape, or by the word before.

use super::digits::{Group, gaps};
use super::words::{Class, Context};

/// Country codes of the countries whose people write these languages, with the digits that follow.
const CODES: [(&[u32], std::ops::RangeInclusive<usize>); 14] = [
    (&[3, 4], 9..=9),
    (&[3, 5, 1], 9..=9),
    (&[4, 4], 10..=10),
    (&[1], 10..=10),
    (&[5, 2], 10..=11),
    (&[5, 4], 10..=11),
    (&[5, 5], 10..=11),
    (&[5, 6], 9..=9),
    (&[5, 7], 10..=10),
    (&[5, 1], 9..=9),
    (&[5, 8], 10..=10),
    (&[5, 9, 3], 8..=9),
    (&[5, 9, 8], 8..=8),
    (&[5, 0, 2], 8..=8),
];

pub(super) fn is_phone(
    chars: &[char],
    at: usize,
    run: &[Group],
    digits: &[u32],
    context: &Context<'_>,
) -> bool {
    let end = run[run.len() - 1].end;
    let n = digits.len();
    if !(7..=15).contains(&n)
        || context.beside(end, Class::Money)
        || context.beside(end, Class::Unit)
    {
        return false;
    }
    let gaps = gaps(chars, run);
    if gaps.iter().any(|g| g.contains('/')) || is_date(run) || is_decimal(chars, end) {
        return false;
    }
    if chars[at] == '+' {
        return n >= 8;
    }
    if context.before(Class::Phone) {
        return true;
    }
    if context.before(Class::Reference) || context.before(Class::Document) {
        return false;
    }
    let sizes: Vec<usize> = run.iter().map(|g| g.digits.len()).collect();
    // Documents are written so: one with a wrong check digit is nothing.
    if matches!(
        sizes[..],
        [3, 3, 3, 2] | [2, 8, 1] | [7 | 8, 1] | [9, 2] | [1 | 2, 3, 3, 1]
    ) {
        return false;
    }
    if gaps.iter().any(|g| g.contains('.')) && !dotted(&sizes) {
        return false;
    }
    coded(digits) || national(digits, &sizes, chars[at] == '(')
}

/// Whether what follows a run is another number: a few digits behind a space.
pub(super) fn stands_alone(chars: &[char], run: &[Group], rest: &[Group]) -> bool {
    let digits: usize = rest.iter().map(|g| g.digits.len()).sum();
    let end = run.last().map_or(0, |g| g.end);
    rest.is_empty() || digits <= 3 && chars.get(end) == Some(&' ')
}

/// With the country's code, without a plus.
fn coded(digits: &[u32]) -> bool {
    let digits = digits.strip_prefix(&[0, 0]).unwrap_or(digits);
    digits.len() >= 11
        && CODES.iter().any(|(code, rest)| {
            digits.starts_with(code) && rest.contains(&(digits.len() - code.len()))
        })
}

/// As it is dialled inside a country.
fn national(digits: &[u32], sizes: &[usize], bracket: bool) -> bool {
    let first = digits[0];
    match digits.len() {
        // Local numbers are written 4-4, or with their area.
        8 => sizes == [4, 4],
        // Spain, Portugal, Peru, Chile.
        9 => matches!(first, 2 | 6..=9) && !sizes.contains(&1) || sizes == [1, 4, 4],
        // Mexico, Colombia, Argentina, the United States, Brazil without the ninth digit.
        10 => (2..=9).contains(&first),
        // Brazil with its nine, the United Kingdom and Argentina with their zero, 0800.
        11 => first == 0 || (digits[2] == 9 && digits[1] != 0),
        12 => first == 0 && bracket,
        _ => false,
    }
}

/// Dots part telephones into these; other dots are thousands and addresses of machines.
fn dotted(sizes: &[usize]) -> bool {
    matches!(
        sizes,
        [3, 3, 3 | 4] | [3, 2, 2, 2] | [2, 2, 2, 2, 2] | [2, 3, 2, 2] | [4, 4]
    )
}

/// A comma and more digits: an amount.
fn is_decimal(chars: &[char], end: usize) -> bool {
    chars.get(end) == Some(&',') && chars.get(end + 1).is_some_and(char::is_ascii_digit)
}

/// `2026-03-14` or `14.03.2026`, perhaps with a time behind it.
fn is_date(run: &[Group]) -> bool {
    let sizes: Vec<usize> = run.iter().map(|g| g.digits.len()).collect();
    let value = |g: &Group| g.digits.iter().fold(0, |n, d| n * 10 + d);
    let day = |a: &Group, b: &Group| {
        let (a, b) = (value(a), value(b));
        (1..=31).contains(&a) && (1..=12).contains(&b)
            || (1..=12).contains(&a) && (1..=31).contains(&b)
    };
    match sizes[..] {
        [4, 2, 2, ..] => day(&run[2], &run[1]) && (1900..2100).contains(&value(&run[0])),
        [2, 2, 4, ..] => day(&run[0], &run[1]) && (1900..2100).contains(&value(&run[2])),
        _ => false,
    }
}
