//! How they write it: without accents, in a hurry, shouting, with emoji and with slips of the thumb.

use super::random::Dice;
use super::text::{Lang, Polarity};

/// Abbreviations that people type, by language.
const SHORT_ES: [(&str, &str); 12] = [
    ("que", "q"),
    ("por", "x"),
    ("porque", "xq"),
    ("también", "tb"),
    ("para", "pa"),
    ("nada", "na"),
    ("favor", "fvr"),
    ("bien", "bn"),
    ("mucho", "mxo"),
    ("gracias", "grax"),
    ("mensaje", "msj"),
    ("estoy", "toy"),
];
const SHORT_EN: [(&str, &str); 6] = [
    ("you", "u"),
    ("your", "ur"),
    ("please", "pls"),
    ("thanks", "thx"),
    ("because", "cuz"),
    ("are", "r"),
];
const SHORT_PT: [(&str, &str); 7] = [
    ("que", "q"),
    ("você", "vc"),
    ("vocês", "vcs"),
    ("também", "tb"),
    ("porque", "pq"),
    ("não", "n"),
    ("hoje", "hj"),
];
const SAD: [&str; 12] = [
    "😡",
    "🤬",
    "😤",
    "🙄",
    "😭",
    "👎",
    "🤦‍♀️",
    "🤦",
    "💔",
    "😠",
    "😩",
    "🤡",
];
const PLAIN: [&str; 6] = ["🤔", "✈️", "👀", "🙏", "🛫", "🧳"];
const GLAD: [&str; 12] = [
    "😍", "❤️", "👏", "🙌", "😊", "💙", "🥰", "😁", "✨", "👍", "🎉", "🥹",
];

/// The haste of one whose texts come out clean.
pub(super) const NONE: f64 = -0.125;

/// The haste of one whose texts are so many times as rough.
pub(super) fn times(haste: f64, noise: f64) -> f64 {
    noise * (haste - NONE) + NONE
}

/// Roughens a text as much as its author is in haste; names, handles, hashtags and addresses stay as they are.
pub(super) fn roughen(
    text: &str,
    lang: Lang,
    polarity: Polarity,
    haste: f64,
    dice: &mut Dice,
) -> String {
    // Each author has habits, but not every text shows them.
    let mut p = |share: f64| dice.chance(share * (0.2 + 1.6 * haste));
    let plain = p(0.35);
    let lower = p(0.28);
    let short = p(0.22);
    let slip = p(0.11);
    let stretch = p(0.04);
    let shout = p(0.07);
    let all_capitals = polarity == Polarity::Negative && p(0.04);
    let no_opening = p(0.7);
    let no_stop = p(0.5);
    let emoji = p(0.3);
    let marks = polarity != Polarity::Neutral && p(0.14);

    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let free: Vec<usize> = (0..words.len())
        .filter(|i| !is_protected(&words[*i]))
        .collect();
    for &i in &free {
        let word = &mut words[i];
        if no_opening {
            word.retain(|c| c != '¿' && c != '¡');
        }
        if short {
            abbreviate(word, lang);
        }
    }
    if slip && let Some(i) = long_word(&words, &free, 6, dice) {
        words[i] = misspell(&words[i], dice);
    }
    if stretch && let Some(i) = long_word(&words, &free, 4, dice) {
        words[i] = elongate(&words[i]);
    }
    if shout && let Some(i) = long_word(&words, &free, 4, dice) {
        words[i] = words[i].to_uppercase();
    }
    let mut out = words.join(" ");
    if no_stop && out.ends_with('.') && !out.ends_with("..") {
        out.pop();
    }
    if marks {
        let stop = out.trim_end_matches('.').len();
        out.truncate(stop);
        out.push_str(dice.pick(&["!", "!!", "!!!"]));
    }
    if plain {
        out = out.chars().map(without_accent).collect();
    }
    if all_capitals {
        out = map_free(&out, str::to_uppercase);
    } else if lower {
        out = map_free(&out, str::to_lowercase);
    }
    if emoji {
        let from: &[&str] = match polarity {
            Polarity::Negative => &SAD,
            Polarity::Neutral => &PLAIN,
            Polarity::Positive => &GLAD,
        };
        let sign = dice.pick(from);
        out = format!("{out} {}", sign.repeat(1 + dice.weighted(&[0.7, 0.2, 0.1])));
    }
    out
}

/// Whether the library must still find in it whom the text is about.
fn is_protected(word: &str) -> bool {
    word.contains(['@', '#', '/'])
        || ["Aurora", "Air", "Boreas"]
            .iter()
            .any(|name| word.contains(name))
}

fn map_free(text: &str, change: impl Fn(&str) -> String) -> String {
    let words: Vec<String> = text
        .split(' ')
        .map(|w| {
            if is_protected(w) {
                w.to_owned()
            } else {
                change(w)
            }
        })
        .collect();
    words.join(" ")
}

fn abbreviate(word: &mut String, lang: Lang) {
    let table: &[(&str, &str)] = match lang {
        Lang::Es => &SHORT_ES,
        Lang::En => &SHORT_EN,
        Lang::Pt => &SHORT_PT,
    };
    let core = word.trim_end_matches(['.', ',', '?', '!']);
    if let Some((_, short)) = table.iter().find(|(long, _)| *long == core) {
        *word = format!("{short}{}", &word[core.len()..]);
    }
}

fn long_word(words: &[String], free: &[usize], least: usize, dice: &mut Dice) -> Option<usize> {
    let long: Vec<usize> = free
        .iter()
        .copied()
        .filter(|i| {
            words[*i].chars().count() >= least && words[*i].chars().all(char::is_alphabetic)
        })
        .collect();
    long.get(dice.below(long.len())).copied()
}

/// Two letters inside the word change places, one is lost, or one is doubled.
fn misspell(word: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = 1 + dice.below(letters.len().saturating_sub(3));
    match dice.below(3) {
        0 => letters.swap(at, at + 1),
        1 => {
            letters.remove(at);
        }
        _ => letters.insert(at, letters[at]),
    }
    letters.into_iter().collect()
}

fn elongate(word: &str) -> String {
    match word
        .char_indices()
        .rev()
        .find(|(_, c)| "aeiouáéíóú".contains(*c))
    {
        Some((at, vowel)) => {
            let after = at + vowel.len_utf8();
            let more: String = std::iter::repeat_n(vowel, 2).collect();
            format!("{}{more}{}", &word[..after], &word[after..])
        }
        None => word.to_owned(),
    }
}

fn without_accent(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ã' => 'a',
        'é' | 'ê' => 'e',
        'í' => 'i',
        'ó' | 'ô' | 'õ' => 'o',
        'ú' | 'ü' => 'u',
        'Á' => 'A',
        'É' => 'E',
        'Í' => 'I',
        'Ó' => 'O',
        'Ú' => 'U',
        other => other,
    }
}
