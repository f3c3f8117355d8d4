//! What the author wants: the likeliest label of a linear model, with the words that told.

use super::Scratch;
use super::model::Model;
use super::panel::{MAX_INTENTS, Panel};
use crate::analysis::{Evidence, EvidenceKind, Intent};
use crate::error::{Error, Result};

const _: () = assert!(Intent::ALL.len() <= MAX_INTENTS);

/// How many words are named as cues.
const CUES: usize = 3;

/// Refuses a model with labels that are no intents.
pub(super) fn check(model: &Model) -> Result<()> {
    let known = Intent::ALL.map(Intent::name);
    let stranger = model.labels.iter().find(|l| !known.contains(&l.as_str()));
    match stranger {
        Some(label) => Err(Error::format(
            "model",
            format!(
                "its label `{label}` is no intent; train it again with labels among {}",
                known.join(", ")
            ),
        )),
        None => Ok(()),
    }
}

/// The intent of what `scratch` holds; cues into `evidence` when asked.
pub(super) fn decide(
    panel: &Panel,
    scratch: &Scratch,
    evidence: Option<&mut Vec<Evidence>>,
) -> Intent {
    if scratch.text.tokens().is_empty() {
        return Intent::Information;
    }
    let logits = panel.intents(&scratch.tally, &scratch.dense);
    let labels = &panel.intent().labels;
    let known = labels.len();
    let best = (0..known).fold(0, |best, i| if logits[i] > logits[best] { i } else { best });
    let Some(intent) = Intent::ALL.into_iter().find(|i| labels[best] == i.name()) else {
        return Intent::Information;
    };
    if let Some(evidence) = evidence {
        cues(panel, scratch, best, intent, evidence);
    }
    intent
}

fn cues(
    panel: &Panel,
    scratch: &Scratch,
    label: usize,
    intent: Intent,
    evidence: &mut Vec<Evidence>,
) {
    let tokens = scratch.text.tokens();
    let by_token: Vec<f64> = panel.intent_weights(&scratch.tally, label).collect();
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
