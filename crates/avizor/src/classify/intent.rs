//! What the author wants: the likeliest label of a linear model, with the words that told.

use super::model::Model;
use super::panel::{MAX_INTENTS, Panel};
use super::urgency::Cues;
use super::{Classifier, Scratch, sentiment};
use crate::analysis::{Evidence, EvidenceKind, Intent, Sentiment};
use crate::error::{Error, Result};
use crate::mention::Mention;
use crate::text::Kind;

const _: () = assert!(Intent::ALL.len() <= MAX_INTENTS);

/// How many words are named as cues.
const CUES: usize = 3;
/// What each of at most two cues adds to an intent's logit.
const CUE: f64 = 0.7;
/// Log-odds of a complaint: before anything is read, for how far its logit lies behind the best, for a wholly
/// negative or positive tone, for each of at most three cues, for each of at most two topics, for somebody who is spoken to,
/// for a handle that offers help. Round values, chosen among few on public data, not fitted.
const PRIOR: f64 = -1.6;
const MODEL: f64 = 0.2;
const NEGATIVE: f64 = 2.0;
const POSITIVE: f64 = 2.0;
const PROBLEM: f64 = 0.7;
const TOPIC: f64 = 0.4;
const SPOKEN_TO: f64 = 1.2;
const TO_SERVICE: f64 = 0.7;
/// Further intents are named from this probability on.
const SECOND: f64 = 0.25;
const MOST: usize = 3;

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

/// Every intent of what `scratch` holds, the main one first; reasons into `evidence` when asked.
///
/// A complaint is weighed against all else, by the model, the tone, the cues and whether somebody is spoken to; a
/// complaint that asks is a complaint first. A model that an organisation trained is believed alone.
pub(super) fn decide(
    classifier: &Classifier,
    scratch: &Scratch,
    mention: &Mention,
    sentiment: &Sentiment,
    topics: usize,
    evidence: Option<&mut Vec<Evidence>>,
) -> Vec<Intent> {
    if scratch.text.tokens().is_empty() {
        return vec![Intent::Information];
    }
    let panel = &classifier.panel;
    let logits = if classifier.own_intents && asks_opinions(panel.intent()) {
        let mut dense = scratch.dense.clone();
        opinions(&super::INTENT, scratch, sentiment, &mut dense);
        panel.intents(&scratch.tally, &dense)
    } else {
        panel.intents(&scratch.tally, &scratch.dense)
    };
    let labels = panel.labels_of_intents().iter().zip(logits);
    let mut scores = Vec::with_capacity(MAX_INTENTS);
    scores.extend(labels.filter_map(|(intent, z)| Some(((*intent)?, f64::from(z)))));
    if !classifier.own_intents {
        for (intent, z) in &mut scores {
            *z += CUE * count(scratch, *intent).min(2) as f64;
        }
    }
    let top = scores.iter().map(|s| s.1).fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = scores.iter().map(|s| libm::exp(s.1 - top)).sum();
    for (intent, z) in &mut scores {
        *z = if *intent == Intent::Complaint && !classifier.own_intents {
            let object = Object {
                handle: handle(scratch),
                known: mention.entity.is_some(),
                topics,
            };
            complaint(scratch, sentiment, *z - top, &object)
        } else {
            libm::exp(*z - top) / total
        };
    }
    let found = choose(scores);
    if let Some(evidence) = evidence {
        for &intent in &found {
            spans(scratch, intent, evidence);
            if let Some(label) = panel.label_of(intent) {
                cues(panel, scratch, label, intent, evidence);
            }
        }
    }
    found
}

/// Dense features of an organisation's own model come after those of the sentiment: for each intent what the shipped
/// model thinks and the cues of it; then a negative and a positive tone, a handle, one that offers help.
const OPINIONS: usize = sentiment::DENSE_IN_ALL;
/// The shipped model's logits behind its best are taken up to this, so that the least likely does not outweigh all else.
const FAR_BEHIND: f32 = 6.0;

/// Whether a model has weights for opinions.
fn asks_opinions(model: &Model) -> bool {
    model.dense.len() > OPINIONS * model.labels.len()
}

/// Adds what the shipped reader makes of the text.
pub(super) fn opinions(
    shipped: &Model,
    scratch: &Scratch,
    sentiment: &Sentiment,
    out: &mut Vec<(u16, f32)>,
) {
    let logits = shipped.logits(&scratch.hashes(true), &scratch.dense);
    let logits = &logits[..shipped.labels.len()];
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    // Up to 3 for one intent, as it is what tells most; the others are about 0 to 1.
    let behind = logits.iter().map(|z| (z - top).max(-FAR_BEHIND) / 2.0);
    let cues = Intent::ALL.map(|intent| count(scratch, intent).min(3) as f32 / 2.0);
    let score = sentiment.score as f32;
    let handle = handle(scratch);
    let of = |is: bool| f32::from(u8::from(is));
    let more = [
        (-score).max(0.0),
        score.max(0.0),
        of(handle.is_some()),
        of(handle.is_some_and(Cues::offers_help)),
    ];
    let values = behind.chain(cues).chain(more);
    out.extend((OPINIONS as u16..).zip(values).filter(|(_, x)| *x != 0.0));
}

/// The main intent and what else is likely. A complaint comes first where it is likelier than not.
fn choose(mut scores: Vec<(Intent, f64)>) -> Vec<Intent> {
    let rank = |s: &(Intent, f64)| {
        let leads = s.0 == Intent::Complaint && s.1 >= 0.5;
        let yields = s.0 == Intent::Complaint && s.1 < 0.5;
        (u8::from(leads), if yields { s.1 - 1.0 } else { s.1 })
    };
    scores.sort_by(|a, b| {
        let (a, b) = (rank(a), rank(b));
        b.0.cmp(&a.0).then(b.1.total_cmp(&a.1))
    });
    let complains = scores.first().is_some_and(|s| s.0 == Intent::Complaint);
    let kept = scores.iter().enumerate().filter(|(i, (intent, p))| {
        let beside =
            *p >= SECOND && !(complains && matches!(intent, Intent::Information | Intent::Praise));
        *i == 0 || beside
    });
    let found: Vec<Intent> = kept.take(MOST).map(|(_, s)| s.0).collect();
    if found.is_empty() {
        return vec![Intent::Information];
    }
    found
}

/// Whom or what a text speaks of.
struct Object<'a> {
    handle: Option<&'a str>,
    known: bool,
    topics: usize,
}

/// The probability that the text complains to or of somebody.
fn complaint(scratch: &Scratch, sentiment: &Sentiment, behind: f64, object: &Object<'_>) -> f64 {
    let served = object.handle.is_some_and(Cues::offers_help);
    let spoken_to = object.handle.is_some() || object.known;
    let of = |is: bool, worth: f64| if is { worth } else { 0.0 };
    let log_odds = PRIOR + MODEL * behind + NEGATIVE * (-sentiment.score).max(0.0)
        - POSITIVE * sentiment.score.max(0.0)
        + PROBLEM * count(scratch, Intent::Complaint).min(3) as f64
        + TOPIC * object.topics.min(2) as f64
        + of(spoken_to, SPOKEN_TO)
        + of(served, TO_SERVICE);
    1.0 / (1.0 + libm::exp(-log_odds))
}

/// The first handle of the text.
fn handle(scratch: &Scratch) -> Option<&str> {
    let text = &scratch.text;
    let token = text.tokens().iter().find(|t| t.kind == Kind::Handle)?;
    Some(text.norm(token))
}

/// How many cues of an intent the text holds.
fn count(scratch: &Scratch, intent: Intent) -> usize {
    let part = Cues::part_of(intent);
    let hits = scratch.urgency_parts.iter();
    hits.filter(|h| h.parts & part != 0).count()
}

/// The cues that were found, as spans.
fn spans(scratch: &Scratch, intent: Intent, evidence: &mut Vec<Evidence>) {
    let tokens = scratch.text.tokens();
    let part = Cues::part_of(intent);
    let hits = scratch.urgency_parts.iter().filter(|h| h.parts & part != 0);
    evidence.extend(hits.map(|h| Evidence {
        start: tokens[h.first].start,
        end: tokens[h.last].end,
        kind: EvidenceKind::Intent,
        rule: intent.name().to_owned(),
        weight: CUE,
    }));
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
