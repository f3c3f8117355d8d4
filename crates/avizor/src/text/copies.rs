//! Copies of one text: a fingerprint that small edits hardly move, and the marks of passing on what another said.
//!
//! SimHash (Charikar 2002, doi:10.1145/509907.509965) over words and pairs of neighbours: each bit says what most of
//! their hashes have there, so texts that share most of them differ in few bits (Manku, Jain and Das Sarma 2007,
//! doi:10.1145/1242572.1242592).

use super::{IN_HASHTAG, Kind, Text, Token, finish};
use crate::analysis::Repeat;

/// Quoted words from here on are somebody's text and not a name.
const QUOTED_WORDS: usize = 4;
/// Marks before whoever is passed on.
const MARKS: [&str; 3] = ["rt", "qt", "via"];

/// 64 counters side by side: plane `i` holds bit `i` of each, so that adding a hash costs a few operations.
#[derive(Default)]
struct Counters {
    planes: [u64; 16],
    added: u32,
}

impl Counters {
    fn add(&mut self, hash: u64) {
        if self.added == u32::from(u16::MAX) {
            return;
        }
        self.added += 1;
        let mut carry = hash;
        for plane in &mut self.planes {
            let next = *plane & carry;
            *plane ^= carry;
            carry = next;
            if carry == 0 {
                break;
            }
        }
    }

    /// The bits that more than half of the hashes have.
    fn majority(&self) -> u64 {
        let half = self.added / 2;
        let (mut above, mut level) = (0, u64::MAX);
        for (i, plane) in self.planes.iter().enumerate().rev() {
            if half >> i & 1 == 1 {
                level &= plane;
            } else {
                above |= level & plane;
                level &= !plane;
            }
        }
        above
    }
}

/// The fingerprint of a text's words; 0 where it has none. Case, accents, punctuation, emoji, handles, addresses, numbers,
/// hashtags at the end and marks such as `RT @x` do not count. O(n), no allocation.
pub(crate) fn simhash(text: &Text) -> u64 {
    let tokens = text.tokens();
    let plain = |t: &Token| t.kind == Kind::Word && !t.is(IN_HASHTAG);
    let last = tokens
        .iter()
        .rposition(plain)
        .unwrap_or(tokens.len().saturating_sub(1));
    let mut counters = Counters::default();
    let mut previous = None;
    for (i, token) in tokens.iter().enumerate() {
        if token.kind != Kind::Word || (i > last && token.is(IN_HASHTAG)) || is_mark(text, i) {
            continue;
        }
        counters.add(token.hash);
        if let Some(previous) = previous.replace(token.hash) {
            let pair = u64::rotate_left(previous, 23) ^ token.hash;
            counters.add(finish(pair.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        }
    }
    counters.majority()
}

/// Whether the text passes on what another said, and how it says so. O(n), no allocation.
pub(crate) fn repeat(text: &Text) -> Option<Repeat> {
    let tokens = text.tokens();
    let begins = tokens.first().is_some_and(|t| text.norm(t) == "rt");
    if begins && is_mark(text, 0) {
        return Some(Repeat::Retweet);
    }
    let marked = (0..tokens.len()).any(|i| is_mark(text, i));
    let linked = tokens.iter().any(|t| t.kind == Kind::Url);
    (marked || (linked && quotes(text))).then_some(Repeat::Quote)
}

/// Whether token `i` is a mark with a handle behind it.
fn is_mark(text: &Text, i: usize) -> bool {
    let tokens = text.tokens();
    tokens.get(i + 1).is_some_and(|t| t.kind == Kind::Handle)
        && tokens[i].kind == Kind::Word
        && MARKS.contains(&text.norm(&tokens[i]))
}

/// Whether several words stand between quotation marks.
fn quotes(text: &Text) -> bool {
    let mut words = None;
    for token in text.tokens() {
        if token.kind == Kind::Punctuation
            && text.norm(token).starts_with(['"', '“', '”', '«', '»'])
        {
            if words.is_some_and(|n| n >= QUOTED_WORDS) {
                return true;
            }
            words = Some(0);
        } else if let Some(words) = &mut words {
            *words += usize::from(token.kind == Kind::Word);
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Fingerprint;

    fn read(original: &str) -> Text {
        let mut text = Text::new();
        text.read(original);
        text
    }

    fn print(original: &str) -> Fingerprint {
        Fingerprint(simhash(&read(original)))
    }

    const STORY: &str = "El vuelo de anoche salió con cinco horas de retraso y nadie de la compañía nos dio una explicación ni agua";

    #[test]
    fn counters_count_as_one_by_one() {
        let hashes: Vec<u64> = (1..400_u64)
            .map(|i| finish(i.wrapping_mul(0x9e37_79b9)))
            .collect();
        for n in [1, 2, 3, 17, 64, 255, 256, 399] {
            let mut counters = Counters::default();
            hashes[..n.min(hashes.len())]
                .iter()
                .for_each(|&h| counters.add(h));
            let many = n.min(hashes.len());
            let plain = (0..64).fold(0_u64, |all, bit| {
                let set = hashes[..many]
                    .iter()
                    .filter(|h| **h >> bit & 1 == 1)
                    .count();
                all | u64::from(set * 2 > many) << bit
            });
            assert_eq!(counters.majority(), plain, "{n}");
        }
    }

    #[test]
    fn what_bots_change_does_not_count() {
        for copy in [
            "RT @pepa: El vuelo de anoche salió con cinco horas de retraso y nadie de la compañía nos dio una explicación ni agua",
            "EL VUELO DE ANOCHE SALIO CON CINCO HORAS DE RETRASO, Y NADIE DE LA COMPAÑIA NOS DIO UNA EXPLICACION NI AGUA!!! 😡",
            "@auroraair El vuelo 7712 de anoche salió con cinco horas de retraso y nadie de la compañía nos dio una explicación ni agua https://t.co/x1 #AuroraAir #vergüenza",
            "El vuelo de anoche salió con cinco horas de retraso y nadie de la compañía nos dio una explicación ni agua vía @pepa",
        ] {
            assert_eq!(print(copy), print(STORY), "{copy}");
        }
        assert_ne!(print("#Aurora sin agua"), print("sin agua"));
    }

    #[test]
    fn one_word_changed_stays_near_and_another_story_is_far() {
        let words: Vec<&str> = STORY.split(' ').collect();
        for i in 0..words.len() {
            let mut edited = words.clone();
            edited[i] = "tampoco";
            assert!(print(&edited.join(" ")).is_near(print(STORY)), "{edited:?}");
            edited.remove(i);
            assert!(print(&edited.join(" ")).is_near(print(STORY)), "{edited:?}");
        }
        for other in [
            "La compañía nos dio una explicación y agua: el vuelo salió a la hora",
            "Gracias a la tripulación del vuelo de anoche, de lo mejor que he visto en años de viajes con esta compañía",
            "My bag has been missing for five days and nobody at the desk gives me an answer",
        ] {
            assert!(!print(other).is_near(print(STORY)), "{other}");
        }
    }

    #[test]
    fn nothing_to_compare_is_near_nothing() {
        for empty in ["", "😡😡", "@a https://x.y 123"] {
            assert_eq!(print(empty), Fingerprint::default());
            assert!(!print(empty).is_near(print(empty)));
        }
    }

    #[test]
    fn passing_on_is_told() {
        for (original, expected) in [
            ("RT @pepa: vaya desastre", Some(Repeat::Retweet)),
            ("rt @pepa vaya desastre", Some(Repeat::Retweet)),
            ("Vaya desastre vía @pepa", Some(Repeat::Quote)),
            ("Otra vez. RT @pepa: vaya desastre", Some(Repeat::Quote)),
            ("no way QT @pepa: they lost it again", Some(Repeat::Quote)),
            (
                "\"nos dejaron tirados toda la noche\" https://t.co/a1",
                Some(Repeat::Quote),
            ),
            (
                "“deixaram a gente sem resposta nenhuma” https://t.co/a1",
                Some(Repeat::Quote),
            ),
            ("\"nos dejaron tirados toda la noche\"", None),
            ("el plan \"Plus\" sale caro https://t.co/a1", None),
            ("la vía del tren @pepa", None),
            ("RT si te pasó", None),
            ("", None),
        ] {
            assert_eq!(repeat(&read(original)), expected, "{original}");
        }
    }
}
