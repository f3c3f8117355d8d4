//! Changes of a text that a reader looks through: case, accents, stretched words, slips of the finger.

use serde::Deserialize;

/// A change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Change {
    /// No accents; tildes and cedillas go too.
    Bare,
    Upper,
    Lower,
    /// The last vowel of the longest word four more times.
    Stretch,
    /// Two neighbouring letters inside the longest word change places.
    Swap,
    /// A letter inside the longest word is left out.
    Drop,
    /// A letter inside the longest word is written twice.
    Double,
    /// A full stop at the end, or none.
    Stop,
    /// Exclamation marks at the end.
    Exclaim,
    /// An ellipsis at the end.
    Trail,
    /// All marks left out.
    NoMarks,
    /// Two spaces for one.
    Spaces,
    /// The text twice.
    Twice,
    /// An address at the end.
    Address,
    /// Somebody's handle at the beginning.
    Handle,
    /// Passed on by somebody.
    Passed,
    /// In quotation marks, with a word before.
    Quoted,
}

impl Change {
    /// The changed text; none where there is nothing to change.
    pub(super) fn apply(self, text: &str) -> Option<String> {
        let bare = text.trim_end_matches(['.', '!', '…']);
        let changed = match self {
            Self::Bare => text.chars().map(without_accent).collect(),
            Self::Upper => text.to_uppercase(),
            Self::Lower => text.to_lowercase(),
            Self::Stretch => stretched(text)?,
            Self::Swap => inside_longest(text, |w, i| w.swap(i, i + 1))?,
            Self::Drop => inside_longest(text, |w, i| {
                w.remove(i);
            })?,
            Self::Double => inside_longest(text, |w, i| w.insert(i, w[i]))?,
            Self::Stop if text.ends_with('.') => bare.to_owned(),
            Self::Stop => format!("{bare}."),
            Self::Exclaim => format!("{bare}!!"),
            Self::Trail => format!("{bare}..."),
            Self::NoMarks => text.replace(['.', ',', ';', ':', '!', '¡', '¿'], ""),
            Self::Spaces => text.replace(' ', "  "),
            Self::Twice => format!("{bare}. {bare}."),
            Self::Address => format!("{text} https://ejemplo.example/n/4821"),
            Self::Handle => format!("@torvex_88 {text}"),
            Self::Passed => format!("RT @marina_q7: {text}"),
            Self::Quoted => format!("\"{text}\""),
        };
        (changed != text).then_some(changed)
    }
}

fn without_accent(c: char) -> char {
    const FROM: &str = "áàâãéêíóôõúüçñÁÀÂÃÉÊÍÓÔÕÚÜÇÑ";
    const TO: &str = "aaaaeeiooouucnAAAAEEIOOOUUCN";
    FROM.chars()
        .position(|f| f == c)
        .and_then(|i| TO.chars().nth(i))
        .unwrap_or(c)
}

/// First character and length of the longest word, in characters.
fn longest(letters: &[char]) -> Option<(usize, usize)> {
    let mut best = None;
    let mut from = 0;
    for end in 0..=letters.len() {
        if end == letters.len() || !letters[end].is_alphabetic() {
            if best.is_none_or(|(_, n)| end - from > n) && end > from {
                best = Some((from, end - from));
            }
            from = end + 1;
        }
    }
    best
}

/// Changes a place in the middle of the longest word, where it has six letters or more and the two
/// letters there differ.
fn inside_longest(text: &str, change: impl Fn(&mut Vec<char>, usize)) -> Option<String> {
    let mut letters: Vec<char> = text.chars().collect();
    let (from, length) = longest(&letters).filter(|(_, n)| *n >= 6)?;
    let at = (from + length / 2..from + length - 2).find(|&i| letters[i] != letters[i + 1])?;
    change(&mut letters, at);
    Some(letters.into_iter().collect())
}

fn stretched(text: &str) -> Option<String> {
    let mut letters: Vec<char> = text.chars().collect();
    let (from, length) = longest(&letters)?;
    let at = (from..from + length)
        .rev()
        .find(|&i| "aeiouáéíóúãõâêô".contains(letters[i]))?;
    for _ in 0..4 {
        letters.insert(at, letters[at]);
    }
    Some(letters.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes() {
        let apply = |c: Change, s: &str| c.apply(s).unwrap_or_default();
        assert_eq!(apply(Change::Bare, "pésima atenção"), "pesima atencao");
        assert_eq!(apply(Change::Stretch, "un horror"), "un horrooooor");
        assert_eq!(apply(Change::Swap, "un servicio"), "un servciio");
        assert_eq!(apply(Change::Drop, "un servicio"), "un servcio");
        assert_eq!(apply(Change::Twice, "Fatal."), "Fatal. Fatal.");
        assert_eq!(Change::Upper.apply("FATAL"), None);
    }
}
