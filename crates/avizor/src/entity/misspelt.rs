//! Names that are written with a slip: a letter more, less, other, or two swapped.

use std::ops::{Range, RangeInclusive};

/// Shorter names have too many neighbours among words.
const SHORTEST: usize = 6;
/// From this length on a slip still leaves no doubt, and a second one may be forgiven a little further on.
const LONG: usize = 8;
const TWO_SLIPS: usize = 10;
/// No slip, no plural changes the length by more, nor the letters that occur.
const MOST_APART: usize = 2;
const MOST_LETTERS: u32 = 4;
/// Lengths that are told apart.
const LENGTHS: usize = 32;
/// A plural needs fewer letters than a slip.
const SHORTEST_PLURAL: usize = 5;

/// Longer stretches that differ are no slips.
const ROW: usize = 64;

/// How a word differs from a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slip {
    Plural,
    Long,
    Short,
}

/// Names of one word, by their first letter and within a letter by length.
#[derive(Debug, Default)]
pub(super) struct LongNames {
    names: Vec<LongName>,
    /// The letters of each name, as bits.
    shapes: Vec<u32>,
    /// Where the names begin that have a letter and so many letters, or more.
    begins: Vec<u32>,
}

#[derive(Debug)]
struct LongName {
    name: Box<[u8]>,
    id: u32,
}

impl LongNames {
    /// Keeps a folded name; what is not plain letters is left to exact matching.
    pub(super) fn insert(&mut self, name: &str, id: u32) {
        let bytes = name.as_bytes();
        let Some(letter) = letter(bytes).filter(|_| bytes.iter().all(u8::is_ascii_lowercase))
        else {
            return;
        };
        self.begins.resize(26 * LENGTHS + 1, 0);
        let cell = letter * LENGTHS + bytes.len().min(LENGTHS - 1);
        let at = self.begins[cell + 1] as usize;
        for begin in &mut self.begins[cell + 1..] {
            *begin += 1;
        }
        let name = bytes.into();
        self.names.insert(at, LongName { name, id });
        self.shapes.insert(at, letters(bytes));
    }

    /// The names of a letter whose length is in a range, longer ones than are told apart among the longest.
    fn of(&self, letter: usize, lengths: RangeInclusive<usize>) -> Range<usize> {
        let cell = |length: usize| letter * LENGTHS + length.min(LENGTHS - 1);
        let begin = |cell: usize| self.begins.get(cell).map_or(0, |b| *b as usize);
        begin(cell(*lengths.start()))..begin(cell(*lengths.end()) + 1)
    }

    /// The names that a folded word may stand for; the name itself is none of them.
    pub(super) fn find(&self, word: &str) -> impl Iterator<Item = (u32, Slip)> {
        let word = word.as_bytes();
        let n = word.len();
        // Neither a slip nor a plural of any name is shorter.
        let near = match letter(word).filter(|_| n >= SHORTEST - 1) {
            Some(letter) => self.of(letter, n - MOST_APART..=n + MOST_APART),
            None => 0..0,
        };
        let shape = if near.is_empty() { 0 } else { letters(word) };
        near.filter_map(move |i| {
            // Most names are dropped here, without a look at them.
            if bits_above(MOST_LETTERS, self.shapes[i] ^ shape) {
                return None;
            }
            let name = &self.names[i];
            let slip = name.compare(word, self.shapes[i] ^ shape)?;
            Some((name.id, slip))
        })
    }

    /// The name that a handle begins with, up to something that is no letter: `@orange_es`.
    pub(super) fn begins(&self, handle: &str) -> Option<u32> {
        let handle = handle.trim_start_matches('@').as_bytes();
        let head = handle.iter().take_while(|b| b.is_ascii_lowercase()).count();
        let head = &handle[..head];
        let names = self.of(letter(head)?, head.len()..=head.len());
        let mut names = self.names[names].iter();
        names.find(|n| *n.name == *head).map(|n| n.id)
    }
}

impl LongName {
    /// `differ`: letters that only one of the two has.
    fn compare(&self, word: &[u8], differ: u32) -> Option<Slip> {
        let (n, m) = (self.name.len(), word.len());
        let plural = |end: &[u8]| {
            word.strip_prefix(&*self.name)
                .is_some_and(|rest| rest == end)
        };
        if n >= SHORTEST_PLURAL && (plural(b"s") || plural(b"es")) {
            return Some(Slip::Plural);
        }
        let allowed = if n >= TWO_SLIPS { 2 } else { 1 };
        let is_far = n.abs_diff(m) > allowed || bits_above(2 * allowed as u32, differ);
        if n < SHORTEST || is_far || *self.name == *word {
            return None;
        }
        let slip = if n >= LONG { Slip::Long } else { Slip::Short };
        within(allowed, &self.name, word).then_some(slip)
    }
}

/// Whether more than so many bits are set: cheaper than counting them where the processor does not.
fn bits_above(most: u32, bits: u32) -> bool {
    let rest = (0..most).fold(bits, |rest, _| rest & rest.wrapping_sub(1));
    rest != 0
}

fn letter(word: &[u8]) -> Option<usize> {
    let first = word.first().filter(|b| b.is_ascii_lowercase())?;
    Some(usize::from(first - b'a'))
}

/// A bit for each letter: what differs here differs in spelling.
fn letters(word: &[u8]) -> u32 {
    word.iter()
        .filter(|b| b.is_ascii_lowercase())
        .fold(0, |all, b| all | 1 << (b - b'a'))
}

/// Whether at most `allowed` letters are put in, left out or changed, or neighbours swapped (optimal string alignment,
/// Damerau 1964). O(a·b) time.
fn within(allowed: usize, a: &[u8], b: &[u8]) -> bool {
    // What both begin and end with costs nothing, and is most of a word with a slip.
    let head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = (a.iter().rev().zip(b.iter().rev()))
        .take_while(|(a, b)| a == b)
        .count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    let longest = a.len().max(b.len());
    if longest <= allowed {
        return true;
    }
    if a.len().abs_diff(b.len()) > allowed || longest >= ROW {
        return false;
    }
    // Cells further off the diagonal than slips are allowed count as too many.
    let beyond = allowed as u8 + 1;
    let mut before = [beyond; ROW];
    let mut last: [u8; ROW] = std::array::from_fn(|j| beyond.min(j as u8));
    let mut best_before = beyond;
    for i in 1..=a.len() {
        let mut row = [beyond; ROW];
        row[0] = beyond.min(i as u8);
        let mut best = row[0];
        for j in i.saturating_sub(allowed).max(1)..=b.len().min(i + allowed) {
            let change = last[j - 1] + u8::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row[j] = least.min(beyond);
            best = best.min(row[j]);
        }
        // A swap may still begin two rows back, at one more.
        if best >= beyond && best_before + 1 >= beyond {
            return false;
        }
        best_before = best;
        (before, last) = (last, row);
    }
    usize::from(last[b.len()]) <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The distance without any shortcut.
    fn distance(a: &[u8], b: &[u8]) -> usize {
        let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
        for i in 1..=a.len() {
            let mut row = vec![i];
            for j in 1..=b.len() {
                let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut least = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    least = least.min(rows[i - 2][j - 2] + 1);
                }
                row.push(least);
            }
            rows.push(row);
        }
        rows[a.len()][b.len()]
    }

    #[test]
    fn shortcuts_find_what_the_long_way_finds() {
        let mut state = 7_u64;
        let mut draw = |n: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % n
        };
        let mut near = [0; 2];
        for _ in 0..40_000 {
            let name: Vec<u8> = (0..5 + draw(8)).map(|_| b'a' + draw(3) as u8).collect();
            let mut word = name.clone();
            for _ in 0..draw(5) {
                let at = draw(word.len() as u64 - 1) as usize;
                match draw(4) {
                    0 => word.insert(at, b'a' + draw(3) as u8),
                    1 => drop(word.remove(at)),
                    2 => word[at] = b'a' + draw(3) as u8,
                    _ => word.swap(at, at + 1),
                }
            }
            for allowed in [1, 2] {
                let is_near = distance(&name, &word) <= allowed;
                assert_eq!(within(allowed, &name, &word), is_near, "{name:?} {word:?}");
                near[allowed - 1] += usize::from(is_near);
            }
        }
        assert!(near.iter().all(|n| (5_000..35_000).contains(n)), "{near:?}");
    }

    #[test]
    fn slips_are_bounded() {
        let mut names = LongNames::default();
        for (i, name) in ["movistar", "amazon", "puma", "telefonica", "corona"]
            .into_iter()
            .enumerate()
        {
            names.insert(name, i as u32);
        }
        let found = |word: &str| names.find(word).next();
        assert_eq!(found("mobistar"), Some((0, Slip::Long)));
        assert_eq!(found("movsitar"), Some((0, Slip::Long)));
        assert_eq!(found("amazom"), Some((1, Slip::Short)));
        assert_eq!(found("coronas"), Some((4, Slip::Plural)));
        assert_eq!(found("telefonoca"), Some((3, Slip::Long)));
        for word in [
            "pumo", "movistar", "mostrar", "amasada", "", "ñandú", "tele",
        ] {
            assert_eq!(found(word), None, "{word}");
        }
        let all = |word: &str| names.find(word).map(|(id, _)| id).collect::<Vec<_>>();
        assert_eq!(all("teleefoncia"), [3], "two slips far apart");
        assert_eq!(all("telefonicaa"), [3]);
        assert_eq!(names.begins("@puma_es"), Some(2));
        assert_eq!(names.begins("@pumas"), None);
    }
}
