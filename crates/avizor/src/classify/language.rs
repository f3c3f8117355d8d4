//! Which of the supported languages a text is in, if any.

use super::model::softmax;
use super::panel::Panel;
use super::{Scratch, features, has_words};
use crate::analysis::Language;
use crate::lexicon::Lexicon;
use crate::text::{Kind, TITLE, Text};

/// Above this probability of "another language" the text is called unsupported.
const FOREIGN: f64 = 0.5;
/// Above this one only a text of nothing but known words and names is believed to be in a supported language.
const SURELY_FOREIGN: f64 = 0.98;
/// Below it, one whose words are mostly known: a short text with a name or two looks foreign by its
/// letters alone.
const KNOWN: f64 = 0.6;

/// Share of words that the lexicon of a language has as they are spelled; others written like names
/// are left out.
fn known(text: &Text, language: usize) -> f64 {
    let lexicon = Lexicon::shipped(language);
    let (mut words, mut found) = (0_u32, 0_u32);
    for token in text.tokens().iter().filter(|t| t.kind == Kind::Word) {
        let is_known = lexicon.word(token).is_some();
        words += u32::from(is_known || !token.is(TITLE));
        found += u32::from(is_known);
    }
    f64::from(found) / f64::from(words.max(1))
}

/// Detects the language of the tokens in `scratch`.
pub(super) fn detect(panel: &Panel, scratch: &mut Scratch, original: &str) -> Language {
    if !has_words(&scratch.text) {
        return Language::Undetermined;
    }
    features::letters(original, &scratch.text, &mut scratch.dense);
    let logits = panel.languages(&scratch.tally, &scratch.dense);
    let best = (0..3).fold(0, |best, i| if logits[i] > logits[best] { i } else { best });
    // What is likelier than not is likelier than each other.
    if logits[3] <= logits[best] {
        return Language::SUPPORTED[best];
    }
    let p = softmax(&logits[..4]);
    if p[3] > FOREIGN {
        let needed = if p[3] > SURELY_FOREIGN { 1.0 } else { KNOWN };
        if known(&scratch.text, best) < needed {
            return Language::Undetermined;
        }
    }
    Language::SUPPORTED[best]
}
