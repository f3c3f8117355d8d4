//! Tokens to the hashed features that every linear model shares: words, stems, word pairs, letters.

use crate::text::{self, IN_HASHTAG, Kind, StemCache, Text, Token};

/// Letters of the shortest and longest run of characters.
const GRAM: std::ops::RangeInclusive<usize> = 3..=5;
/// Longer words are read this far: nobody writes them, and time stays linear.
const LONGEST_WORD: usize = 32;

const HANDLE: u64 = 0x1d8e_4e27_c47d_124f;
const NUMBER: u64 = 0x9f3a_5b02_77c1_b8e1;
const LAUGHTER: u64 = 0x51c6_4d1b_2f0a_9e03;
const START: u64 = 0x2f2b_5c2d_93e8_1a77;
const STEM: u64 = 0x7a5c_11e9_3dd4_0f25;
const SYMBOL: u64 = 0x33b1_90e4_c1ab_5d69;

/// One hashed feature and the token it was read from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub token: u32,
}

/// Hashes of the features of `text` into `out`; and where each comes from, when asked.
///
/// Names, numbers and addresses all look alike here: whoever is written to must not matter.
pub(crate) fn extract(
    text: &Text,
    language: Option<usize>,
    stems: &mut StemCache,
    out: &mut Vec<u32>,
    mut origins: Option<&mut Vec<Origin>>,
) {
    out.clear();
    if let Some(origins) = origins.as_deref_mut() {
        origins.clear();
    }
    let mut previous = START;
    for (i, token) in text.tokens().iter().enumerate() {
        let before = out.len();
        let Some(word) = key(token) else { continue };
        out.push(fold(word));
        if matches!(token.kind, Kind::Word | Kind::Punctuation | Kind::Number) {
            out.push(fold(pair(previous, word)));
        }
        if token.kind == Kind::Word {
            let form = text.norm(token);
            if let Some(language) = language {
                out.push(fold(stems.stem_hash(language, token.hash, form) ^ STEM));
            }
            grams(form.as_bytes(), out);
        }
        previous = word;
        if let Some(origins) = origins.as_deref_mut() {
            origins.extend((before..out.len()).map(|_| Origin { token: i as u32 }));
        }
    }
}

/// Adds the features that need a language to those extracted without one: the same as extracting with it.
pub(crate) fn append_stems(
    text: &Text,
    language: usize,
    stems: &mut StemCache,
    out: &mut Vec<u32>,
) {
    for token in text.tokens().iter().filter(|t| t.kind == Kind::Word) {
        out.push(fold(
            stems.stem_hash(language, token.hash, text.norm(token)) ^ STEM,
        ));
    }
}

/// What a token counts as; none: it is not read.
#[inline]
fn key(token: &Token) -> Option<u64> {
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
fn fold(h: u64) -> u32 {
    (h ^ (h >> 32)) as u32
}

#[inline]
fn pair(a: u64, b: u64) -> u64 {
    (a.rotate_left(23) ^ b).wrapping_mul(0x9e37_79b9_7f4a_7c15)
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
