//! Tokens to the hashed features that every linear model shares: words, stems, word pairs, letters.

use crate::text::{self, IN_HASHTAG, Kind, Text, Token};

/// Letters of the shortest and longest run of characters.
const GRAM: std::ops::RangeInclusive<usize> = 3..=5;
/// Longer words are read this far: nobody writes them, and time stays linear.
const LONGEST_WORD: usize = 32;

const HANDLE: u64 = 0x1d8e_4e27_c47d_124f;
const NUMBER: u64 = 0x9f3a_5b02_77c1_b8e1;
const LAUGHTER: u64 = 0x51c6_4d1b_2f0a_9e03;
pub(super) const START: u64 = 0x2f2b_5c2d_93e8_1a77;
const STEM: u64 = 0x7a5c_11e9_3dd4_0f25;
const SYMBOL: u64 = 0x33b1_90e4_c1ab_5d69;

/// Hashes of the features of `text` into `out`, in whatever order: a model sums over them.
/// `stem` gives the hash of a word's stem, where the language is known.
///
/// Names, numbers and addresses all look alike here: whoever is written to must not matter.
pub(crate) fn extract(text: &Text, stem: Option<&dyn Fn(usize) -> u64>, out: &mut Vec<u32>) {
    extract_each(text, stem, out, |_| ());
}

/// The same; `ended` is told after each token how many there are.
#[inline]
pub(super) fn extract_each(
    text: &Text,
    stem: Option<&dyn Fn(usize) -> u64>,
    out: &mut Vec<u32>,
    mut ended: impl FnMut(usize),
) {
    out.clear();
    let mut previous = START;
    for (i, token) in text.tokens().iter().enumerate() {
        if let Some(key) = key(token) {
            if token.kind == Kind::Word {
                word(key, text.norm(token), out);
                out.extend(stem.map(|stem| self::stem(stem(i))));
            } else {
                out.push(fold(key));
            }
            out.extend(pair(previous, key, token.kind));
            previous = key;
        }
        ended(out.len());
    }
}

/// What a word's spelling alone tells: itself and its letters.
pub(super) fn word(key: u64, form: &str, out: &mut Vec<u32>) {
    out.push(fold(key));
    grams(form.as_bytes(), out);
}

/// A word's stem, by its hash.
#[inline]
pub(super) fn stem(hash: u64) -> u32 {
    fold(hash ^ STEM)
}

/// What a token counts as; none: it is not read.
#[inline]
pub(super) fn key(token: &Token) -> Option<u64> {
    match token.kind {
        Kind::Word => Some(token.hash),
        Kind::Handle => Some(HANDLE),
        Kind::Number => Some(NUMBER),
        Kind::Laughter => Some(LAUGHTER),
        Kind::Emoji | Kind::Emoticon | Kind::Punctuation => Some(token.hash ^ SYMBOL),
        Kind::Url | Kind::Hashtag => None,
    }
}

#[inline]
pub(super) fn fold(h: u64) -> u32 {
    (h ^ (h >> 32)) as u32
}

/// A token after the one before it; emoji and handles stand for themselves.
#[inline]
pub(super) fn pair(previous: u64, key: u64, kind: Kind) -> Option<u32> {
    let pair = (previous.rotate_left(23) ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    matches!(kind, Kind::Word | Kind::Punctuation | Kind::Number).then(|| fold(pair))
}

/// Runs of letters with the word's borders marked, each from a rolling hash.
#[inline]
fn grams(word: &[u8], out: &mut Vec<u32>) {
    let word = &word[..word.len().min(LONGEST_WORD)];
    let n = word.len() + 2;
    let mut padded = [b'>'; LONGEST_WORD + 2];
    padded[0] = b'<';
    padded[1..n - 1].copy_from_slice(word);
    let padded = &padded[..n];
    for start in 0..n.saturating_sub(GRAM.start() - 1) {
        let mut h = text::FNV_OFFSET;
        for (len, &byte) in (1..=*GRAM.end()).zip(&padded[start..]) {
            h = text::step(h, byte);
            if len >= *GRAM.start() {
                out.push(fold(h.wrapping_mul(0xff51_afd7_ed55_8ccd)));
            }
        }
    }
}

/// Letters that tell languages apart before they are folded away: one dense feature a group.
const LETTERS: [&str; 12] = [
    "ñÑ",
    "¿¡",
    "ãõÃÕ",
    "çÇ",
    "êôâÊÔ",
    "àèìòùÀÈ",
    "äöüßÄÖÜ",
    "áéíóúÁÉÍÓÚ",
    "ïëîûÎ",
    "øåæØÅÆ",
    "ışğİŞĞțșă",
    "łżśęąńźćŁčšžřěů",
];
/// Groups above, then: share of letters of other scripts, no word at all.
pub(crate) const LANGUAGE_DENSE: usize = LETTERS.len() + 2;

/// Dense features for telling languages: presence of groups of letters.
pub(crate) fn letters(original: &str, text: &Text, out: &mut Vec<(u16, f32)>) {
    out.clear();
    let mut seen = [false; LETTERS.len()];
    let (mut foreign, mut total) = (0_u32, 0_u32);
    if original.is_ascii() {
        total = 1;
    } else {
        for c in original.chars() {
            if c.is_ascii() {
                total += u32::from(c.is_ascii_alphabetic());
                continue;
            }
            if let Some(group) = LETTERS.iter().position(|g| g.contains(c)) {
                seen[group] = true;
                total += 1;
            } else if c.is_alphabetic() {
                total += 1;
                foreign += u32::from(c as u32 >= 0x250);
            }
        }
    }
    for (i, _) in seen.iter().enumerate().filter(|(_, s)| **s) {
        out.push((i as u16, 1.0));
    }
    if foreign > 0 {
        out.push((LETTERS.len() as u16, foreign as f32 / total as f32));
    }
    let words = text
        .tokens()
        .iter()
        .any(|t| t.kind == Kind::Word && !t.is(IN_HASHTAG));
    if !words {
        out.push((LETTERS.len() as u16 + 1, 1.0));
    }
}
