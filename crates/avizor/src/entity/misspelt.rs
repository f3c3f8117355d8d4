//! Names that are written with a slip: a letter more, less, other, or two swapped.

/// Shorter names have too many neighbours among words.
const SHORTEST: usize = 6;
/// From this length on a slip still leaves no doubt, and a second one may be forgiven a little further on.
const LONG: usize = 8;
const TWO_SLIPS: usize = 10;
/// No slip, no plural changes the length by more.
const MOST_APART: usize = 2;
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

/// Names of one word, by their first letter.
#[derive(Debug, Default)]
pub(super) struct LongNames {
    /// `a` to `z`; within a letter by length, and in the order in which they came.
    by_letter: [Vec<LongName>; 26],
}

#[derive(Debug)]
struct LongName {
    name: Box<[u8]>,
    letters: u32,
    id: u32,
}

impl LongNames {
    /// Keeps a folded name; what is not plain letters is left to exact matching.
    pub(super) fn insert(&mut self, name: &str, id: u32) {
        let bytes = name.as_bytes();
        if let Some(place) = letter(bytes).filter(|_| bytes.iter().all(u8::is_ascii_lowercase)) {
            let names = &mut self.by_letter[place];
            let at = names.partition_point(|n| n.name.len() <= bytes.len());
            let name = LongName {
                name: bytes.into(),
                letters: letters(bytes),
                id,
            };
            names.insert(at, name);
        }
    }

    /// The names that a folded word may stand for; the name itself is none of them.
    pub(super) fn find(&self, word: &str) -> impl Iterator<Item = (u32, Slip)> {
        let word = word.as_bytes();
        // Neither a slip nor a plural of any name is shorter.
        let place = letter(word).filter(|_| word.len() >= SHORTEST - 1);
        let names = place.map_or(&[][..], |l| &self.by_letter[l][..]);
        let shape = if names.is_empty() { 0 } else { letters(word) };
        let near = word.len() - MOST_APART.min(word.len())..=word.len() + MOST_APART;
        let from = names.partition_point(|n| n.name.len() < *near.start());
        let near = names[from..]
            .iter()
            .take_while(move |n| near.contains(&n.name.len()));
        near.filter_map(move |n| {
            let slip = n.compare(word, shape)?;
            Some((n.id, slip))
        })
    }

    /// The name that a handle begins with, up to something that is no letter: `@orange_es`.
    pub(super) fn begins(&self, handle: &str) -> Option<u32> {
        let handle = handle.trim_start_matches('@').as_bytes();
        let head = handle.iter().take_while(|b| b.is_ascii_lowercase()).count();
        let head = &handle[..head];
        let names = &self.by_letter[letter(head)?];
        names.iter().find(|n| *n.name == *head).map(|n| n.id)
    }
}

impl LongName {
    fn compare(&self, word: &[u8], shape: u32) -> Option<Slip> {
        let (n, m) = (self.name.len(), word.len());
        let differ = (self.letters ^ shape).count_ones() as usize;
        // Two slips, or the ending of a plural, change no more than this; most words go no further.
        if differ > 4 {
            return None;
        }
        let plural = |end: &[u8]| {
            word.strip_prefix(&*self.name)
                .is_some_and(|rest| rest == end)
        };
        if n >= SHORTEST_PLURAL && (plural(b"s") || plural(b"es")) {
            return Some(Slip::Plural);
        }
        let allowed = if n >= TWO_SLIPS { 2 } else { 1 };
        if n < SHORTEST || n.abs_diff(m) > allowed || differ > 2 * allowed || *self.name == *word {
            return None;
        }
        let slip = if n >= LONG { Slip::Long } else { Slip::Short };
        within(allowed, &self.name, word).then_some(slip)
    }
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
    let mut before = [0_u8; ROW];
    let mut last: [u8; ROW] = std::array::from_fn(|j| j as u8);
    for i in 1..=a.len() {
        let mut row = [i as u8; ROW];
        for j in 1..=b.len() {
            let change = last[j - 1] + u8::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row[j] = least;
        }
        (before, last) = (last, row);
    }
    usize::from(last[b.len()]) <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;

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
