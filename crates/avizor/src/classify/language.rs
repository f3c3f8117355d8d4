//! Which of the supported languages a text is in, if any.

use super::model::{MAX_LABELS, Model, softmax};
use super::{Scratch, features, has_words};
use crate::analysis::Language;

/// Above this probability of "another language" the text is called unsupported.
const FOREIGN: f64 = 0.5;

/// Detects the language of the tokens in `scratch`; leaves the features it used in its buffers.
pub(super) fn detect(model: &Model, scratch: &mut Scratch, original: &str) -> Language {
    if !has_words(&scratch.text) {
        return Language::Undetermined;
    }
    features::extract(
        &scratch.text,
        None,
        &mut scratch.stems,
        &mut scratch.hashed,
        None,
    );
    features::letters(original, &scratch.text, &mut scratch.dense);
    let mut logits = [0.0; MAX_LABELS];
    model.logits(&scratch.hashed, &scratch.dense, &mut logits);
    let p = softmax(&logits[..4]);
    if p[3] > FOREIGN {
        return Language::Undetermined;
    }
    let best = (0..3).fold(0, |best, i| if logits[i] > logits[best] { i } else { best });
    Language::SUPPORTED[best]
}
