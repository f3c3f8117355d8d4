//! The words that told a model beside the panel: what it says, shared out among them.

use super::model::{Model, unit};
use super::{Scratch, features};
use crate::analysis::{Evidence, EvidenceKind, Language};

/// How many words are named.
const WORDS: usize = 3;

/// What each token of what `scratch` holds adds to the logits of a model, each label's counted as `tilt` says. Features of
/// a pair belong to its second token. O(n).
pub(super) fn by_token(
    model: &Model,
    scratch: &Scratch,
    language: Language,
    tilt: impl Fn(usize) -> f32,
) -> Vec<f64> {
    let tilts: Vec<f32> = (0..model.labels.len()).map(tilt).collect();
    let of = |h: &u32| -> f32 {
        let row = model.row(*h).iter().zip(&model.scales).zip(&tilts);
        row.map(|((&step, scale), tilt)| f32::from(step) * scale * tilt)
            .sum()
    };
    let stem = |i: usize| scratch.senses[i].stem();
    let stem: Option<&dyn Fn(usize) -> u64> = language.index().is_some().then_some(&stem);
    let mut ends = Vec::with_capacity(scratch.text.tokens().len());
    let mut hashed = Vec::new();
    features::extract_each(&scratch.text, stem, &mut hashed, |end| ends.push(end));
    let worth = unit(hashed.len()) / model.temperature;
    let mut from = 0;
    let parts = ends.into_iter().map(|end| {
        let part = &hashed[std::mem::replace(&mut from, end)..end];
        f64::from(part.iter().map(of).sum::<f32>() * worth)
    });
    parts.collect()
}

/// Shares `total` out among the words that speak for it most, by what each of them adds (`by_token`); what the others tell
/// is one more piece without a span. Weights add up to `total`.
pub(super) fn share(
    scratch: &Scratch,
    by_token: &[f64],
    total: f64,
    (kind, rule): (EvidenceKind, &str),
    evidence: &mut Vec<Evidence>,
) {
    let speaks = |i: usize| (by_token[i] * total.signum()).max(0.0);
    let all: f64 = (0..by_token.len()).map(speaks).sum();
    let mut order: Vec<usize> = (0..by_token.len()).filter(|&i| speaks(i) > 0.0).collect();
    order.sort_by(|&a, &b| speaks(b).total_cmp(&speaks(a)).then(a.cmp(&b)));
    order.truncate(WORDS);
    order.sort_unstable();
    let tokens = scratch.text.tokens();
    let mut piece = |(start, end): (u32, u32), weight: f64| {
        evidence.push(Evidence {
            start,
            end,
            kind,
            rule: rule.to_owned(),
            weight,
        });
    };
    let mut rest = total;
    for i in order {
        let weight = total * speaks(i) / all;
        piece((tokens[i].start, tokens[i].end), weight);
        rest -= weight;
    }
    if rest.abs() > total.abs() * SLIGHT {
        piece((0, 0), rest);
    }
}

/// What is left below this share of the whole is rounding.
const SLIGHT: f64 = 1e-9;
