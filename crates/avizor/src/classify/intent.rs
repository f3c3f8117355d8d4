//! What the author wants: the likeliest label of a linear model, with the words that told.

use super::Scratch;
use super::model::{MAX_LABELS, Model};
use crate::analysis::{Evidence, EvidenceKind, Intent};

/// How many words are named as cues.
const CUES: usize = 3;

/// The intent of what `scratch` holds; cues into `evidence` when asked.
pub(super) fn decide(
    model: &Model,
    scratch: &Scratch,
    evidence: Option<&mut Vec<Evidence>>,
) -> Intent {
    if scratch.text.tokens().is_empty() {
        return Intent::Information;
    }
    let mut logits = [0.0; MAX_LABELS];
    model.logits(&scratch.hashed, &scratch.dense, &mut logits);
    let known = model.labels.len();
    let best = (0..known).fold(0, |best, i| if logits[i] > logits[best] { i } else { best });
    let Some(intent) = Intent::ALL
        .into_iter()
        .find(|i| model.labels[best] == i.name())
    else {
        return Intent::Information;
    };
    if let Some(evidence) = evidence {
        cues(model, scratch, best, intent, evidence);
    }
    intent
}

fn cues(
    model: &Model,
    scratch: &Scratch,
    label: usize,
    intent: Intent,
    evidence: &mut Vec<Evidence>,
) {
    let tokens = scratch.text.tokens();
    let mut by_token = vec![0.0_f64; tokens.len()];
    for (h, origin) in scratch.hashed.iter().zip(&scratch.origins) {
        by_token[origin.token as usize] +=
            f64::from(model.hashed_weight(*h, scratch.hashed.len(), label));
    }
    let mut order: Vec<usize> = (0..tokens.len()).filter(|&i| by_token[i] > 0.0).collect();
    order.sort_by(|&a, &b| by_token[b].total_cmp(&by_token[a]).then(a.cmp(&b)));
    order.truncate(CUES);
    order.sort_unstable();
    evidence.extend(order.into_iter().map(|i| Evidence {
        start: tokens[i].start,
        end: tokens[i].end,
        kind: EvidenceKind::Intent,
        rule: intent.name().to_owned(),
        weight: by_token[i],
    }));
}
