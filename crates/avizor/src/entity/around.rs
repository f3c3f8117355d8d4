//! What stands around a name: dealings with a company, a place that it marks, the words right before it.

use std::sync::LazyLock;

use crate::analysis::Language;
use crate::lexicon::{Stems, Trie, path};
use crate::text::{CAPS, IN_HASHTAG, Kind, TITLE, Text, fold_text, stem_hash};

const FILE: &str = include_str!("../../lexicons/dealings.tsv");

/// Log-odds. Words of dealings; a name that only marks a place.
const DEAL: f64 = 1.3;
const LANDMARK: f64 = -2.8;
/// Of a name that is also a word: right behind *at*, *with*; behind *an*, *the*.
const INSIDE: f64 = 0.5;
const PLAIN: f64 = -0.8;
/// Written with a capital inside a sentence, or at its beginning; in small letters where others are capital.
const CAPITAL: f64 = 1.3;
const FIRST: f64 = 0.3;
const SMALL: f64 = -0.6;
/// Said to somebody ("Claro, ..."), and part of a longer name ("Tim Maia").
const SPOKEN: f64 = -0.9;
const LONGER: f64 = -1.2;
/// A hashtag of its own.
const TAGGED: f64 = 1.5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Deal,
    Landmark,
    Inside,
    Article,
    Plain,
}

#[derive(Default)]
struct Around {
    tries: [Trie; 3],
    classes: Vec<Class>,
    words: Vec<String>,
}

type Reasons = Vec<(usize, usize, &'static str, f64)>;

/// Whether an alias is also a common word, so that it tells nothing alone.
pub(super) fn is_word(alias: &str) -> bool {
    let folded = fold_text(alias);
    Around::shipped().words.contains(&folded)
}

/// Adds what stands around the name in tokens `first..=last`.
pub(super) fn weigh(
    text: &Text,
    language: Language,
    first: usize,
    last: usize,
    ambiguous: bool,
    reasons: &mut Reasons,
) {
    if let Some(index) = language.index() {
        words(text, index, (first, last), ambiguous, reasons);
    }
    if ambiguous {
        case(text, first, last, reasons);
    }
}

fn words(
    text: &Text,
    language: usize,
    (first, last): (usize, usize),
    ambiguous: bool,
    reasons: &mut Reasons,
) {
    let around = Around::shipped();
    let trie = &around.tries[language];
    let tokens = text.tokens();
    let stem = |i: usize| match tokens[i].kind {
        Kind::Word => stem_hash(language, text.norm(&tokens[i])),
        _ => tokens[i].hash,
    };
    let key = |i: usize, by_stem: bool| if by_stem { stem(i) } else { tokens[i].hash };
    let start = |i: usize| trie.start(tokens[i].hash, Some(stem(i)));
    for (at, found) in trie.all(tokens.len(), start, key) {
        let end = at + found.tokens - 1;
        let right_before = end + 1 == first;
        match around.classes[found.entry as usize] {
            _ if at <= last && end >= first => {}
            Class::Deal if ambiguous => reasons.push((at, end, "dealing", DEAL)),
            Class::Landmark if right_before || end + 2 == first => {
                reasons.push((at, end, "landmark", LANDMARK));
            }
            Class::Inside if ambiguous && right_before => reasons.push((at, end, "before", INSIDE)),
            Class::Article if ambiguous && right_before => {
                reasons.push((at, end, "before", PLAIN));
            }
            Class::Plain if ambiguous && right_before && !tokens[first].is(TITLE) => {
                reasons.push((at, end, "before", PLAIN));
            }
            _ => {}
        }
    }
}

/// How the name is written, and what its neighbours are.
fn case(text: &Text, first: usize, last: usize, reasons: &mut Reasons) {
    let tokens = text.tokens();
    let name = &tokens[first];
    let word = |i: usize| tokens.get(i).filter(|t| t.kind == Kind::Word);
    let capital = |flags: u8| tokens.iter().any(|t| t.kind == Kind::Word && t.is(flags));
    let opens = (0..first)
        .rev()
        .take_while(|&i| tokens[i].kind != Kind::Punctuation)
        .all(|i| tokens[i].kind != Kind::Word);
    if name.is(IN_HASHTAG) {
        reasons.push((first, last, "hashtag", TAGGED));
    } else if name.is(TITLE | CAPS) {
        let worth = if opens { FIRST } else { CAPITAL };
        reasons.push((first, last, "capital", worth));
    } else if capital(TITLE) {
        reasons.push((first, last, "small", SMALL));
    }
    let next = tokens.get(last + 1);
    let touches = |i: usize| tokens[i].end + 1 == tokens[i + 1].start;
    if next.is_some_and(|t| t.is(TITLE) && t.kind == Kind::Word && touches(last)) && name.is(TITLE)
    {
        reasons.push((last + 1, last + 1, "longer-name", LONGER));
    } else if first > 0
        && word(first - 1).is_some_and(|t| t.is(TITLE))
        && name.is(TITLE)
        && first > 1
        && touches(first - 1)
    {
        reasons.push((first - 1, first - 1, "longer-name", LONGER));
    }
    if opens && next.is_some_and(|t| t.kind == Kind::Punctuation) {
        reasons.push((last + 1, last + 1, "spoken", SPOKEN));
    }
}

impl Around {
    fn shipped() -> &'static Self {
        static SHIPPED: LazyLock<Around> = LazyLock::new(Around::read);
        &SHIPPED
    }

    fn read() -> Self {
        let mut around = Self::default();
        let (mut reader, mut stems) = (Text::new(), Stems::default());
        for line in FILE.lines().filter(|l| !l.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [code, class, forms] = columns[..] else {
                continue;
            };
            let forms = forms.split(',').map(str::trim);
            let class = match class {
                "word" => {
                    around.words.extend(forms.map(fold_text));
                    continue;
                }
                "landmark" => Class::Landmark,
                "inside" => Class::Inside,
                "article" => Class::Article,
                "plain" => Class::Plain,
                _ => Class::Deal,
            };
            let Some(language) = Language::from_code(code).index() else {
                continue;
            };
            for form in forms {
                reader.read(form);
                let id = around.classes.len() as u32;
                around.classes.push(class);
                around.tries[language].insert(path(language, &reader, None), id);
                if class == Class::Deal {
                    around.tries[language].insert(path(language, &reader, Some(&mut stems)), id);
                }
            }
        }
        around
    }
}
