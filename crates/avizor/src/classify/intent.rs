//! What the author wants: the likeliest label of a linear model, with the words that told.

use super::model::{MAX_LABELS, Model, softmax};
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
/// Below this what a judge leaves for the intents that it does not know is rounding.
const SLIGHT: f64 = 1e-6;

/// Refuses a model with labels that are no intents, and one without any that is.
pub(super) fn check(model: &Model) -> Result<()> {
    let fault = |what: String| {
        let remedy = format!(
            "train it again with labels among {}, and {} for all else",
            Intent::ALL.map(Intent::name).join(", "),
            Intent::OTHER
        );
        Err(Error::format("model", format!("{what}; {remedy}")))
    };
    let mut labels = model.labels.iter();
    match labels.find(|l| !Intent::is_label(l)) {
        Some(label) => fault(format!("its label `{label}` is no intent")),
        None if model.labels.iter().all(|l| l == Intent::OTHER) => {
            fault("it knows no intent".into())
        }
        None => Ok(()),
    }
}

/// What else tells of an intent.
pub(super) struct Seen<'a> {
    pub(super) mention: &'a Mention,
    pub(super) sentiment: &'a Sentiment,
    /// How many topics the taxonomy finds.
    pub(super) topics: usize,
}

/// Every intent of what `scratch` holds, the main one first; reasons into `evidence` when asked.
///
/// A model that an organisation trained, or another judge (`judged`), is believed on the intents that it knows.
pub(super) fn decide(
    classifier: &Classifier,
    scratch: &Scratch,
    seen: &Seen<'_>,
    judged: Option<&[(Intent, f64)]>,
    evidence: Option<&mut Vec<Evidence>>,
) -> Vec<Intent> {
    if scratch.text.tokens().is_empty() {
        return vec![Intent::Information];
    }
    let panel = &classifier.panel;
    let found = match judged {
        Some(judged) => among_known(judged, || by_shipped_model(scratch, seen)),
        None if classifier.own_intents => {
            let logits = logits(classifier, scratch, seen.sentiment);
            let labels = panel.labels_of_intents();
            let labels = labels.iter().zip(softmax(&logits[..labels.len()]));
            let known: Vec<_> = labels.filter_map(|(i, p)| Some(((*i)?, p))).collect();
            among_known(&known, || by_shipped_model(scratch, seen))
        }
        None => {
            let logits = panel.intents(&scratch.tally, &scratch.dense);
            let labels = panel.labels_of_intents().iter().copied();
            choose(shipped(labels.zip(logits), scratch, seen))
        }
    };
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

/// Logits of the labels of the model in use, with what the shipped reader makes of the text where it asks for that.
pub(super) fn logits(
    classifier: &Classifier,
    scratch: &Scratch,
    sentiment: &Sentiment,
) -> [f32; MAX_LABELS] {
    let panel = &classifier.panel;
    if classifier.own_intents && panel.intent().is_told() {
        let mut dense = scratch.dense.clone();
        opinions(&super::INTENT, scratch, sentiment, &mut dense);
        panel.intents(&scratch.tally, &dense)
    } else {
        panel.intents(&scratch.tally, &scratch.dense)
    }
}

/// What the shipped model says where another has its place.
fn by_shipped_model(scratch: &Scratch, seen: &Seen<'_>) -> Vec<(Intent, f64)> {
    let model = &super::INTENT;
    let logits = model.logits(&scratch.hashes(true), &scratch.dense);
    let labels = model.labels.iter().map(|l| Intent::of(l));
    shipped(labels.zip(logits), scratch, seen)
}

/// The main intent and what else is likely, by a judge that knows some of them (probabilities that may leave something
/// for the others). What it does not know `shipped` tells: the main one, where the others together are likelier than any
/// that it knows, and what is likely beside.
fn among_known(
    known: &[(Intent, f64)],
    shipped: impl FnOnce() -> Vec<(Intent, f64)>,
) -> Vec<Intent> {
    let by_probability = |a: &(Intent, f64), b: &(Intent, f64)| b.1.total_cmp(&a.1);
    let rest = 1.0 - known.iter().map(|k| k.1).sum::<f64>();
    let mut scores = known.to_vec();
    scores.sort_by(by_probability);
    if rest < SLIGHT {
        return further(&scores);
    }
    let mut others = shipped();
    others.retain(|(intent, _)| known.iter().all(|k| k.0 != *intent));
    others.sort_by(by_probability);
    // Of those that it tells from the others, the judge names one at most.
    scores.truncate(usize::from(scores.first().is_some_and(|s| s.1 >= rest)));
    scores.extend(others);
    further(&scores)
}

/// The likeliest intent by the shipped model, the tone and the cues. A complaint is weighed against all else, by these
/// and by whether somebody is spoken to.
fn shipped(
    logits: impl Iterator<Item = (Option<Intent>, f32)>,
    scratch: &Scratch,
    seen: &Seen<'_>,
) -> Vec<(Intent, f64)> {
    let mut scores = Vec::with_capacity(MAX_INTENTS);
    scores.extend(logits.filter_map(|(intent, z)| {
        let intent = intent?;
        let cues = CUE * count(scratch, intent).min(2) as f64;
        Some((intent, f64::from(z) + cues))
    }));
    let top = scores.iter().map(|s| s.1).fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = scores.iter().map(|s| libm::exp(s.1 - top)).sum();
    for (intent, z) in &mut scores {
        *z = if *intent == Intent::Complaint {
            complaint(scratch, seen, *z - top)
        } else {
            libm::exp(*z - top) / total
        };
    }
    scores
}

/// Dense features of an organisation's own model come after those of the sentiment: for each intent what the shipped
/// model thinks and the cues of it; then a negative and a positive tone, a handle, one that offers help.
const OPINIONS: usize = sentiment::DENSE_IN_ALL;
/// The shipped model's logits behind its best are taken up to this, so that the least likely does not outweigh all else.
const FAR_BEHIND: f32 = 6.0;

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
    further(&scores)
}

/// The first of some intents, and of the others those that are likely beside it.
fn further(scores: &[(Intent, f64)]) -> Vec<Intent> {
    let Some(&(main, _)) = scores.first() else {
        return vec![Intent::Information];
    };
    let contradicts = |intent: Intent| {
        main == Intent::Complaint && matches!(intent, Intent::Information | Intent::Praise)
    };
    let beside = scores[1..]
        .iter()
        .filter(|(intent, p)| *p >= SECOND && !contradicts(*intent))
        .map(|s| s.0);
    std::iter::once(main).chain(beside).take(MOST).collect()
}

/// The probability that the text complains to or of somebody; its logit lies so far `behind` the best.
fn complaint(scratch: &Scratch, seen: &Seen<'_>, behind: f64) -> f64 {
    let handle = handle(scratch);
    let served = handle.is_some_and(Cues::offers_help);
    let spoken_to = handle.is_some() || seen.mention.entity.is_some();
    let of = |is: bool, worth: f64| if is { worth } else { 0.0 };
    let tone = seen.sentiment.score;
    let log_odds = PRIOR + MODEL * behind + NEGATIVE * (-tone).max(0.0) - POSITIVE * tone.max(0.0)
        + PROBLEM * count(scratch, Intent::Complaint).min(3) as f64
        + TOPIC * seen.topics.min(2) as f64
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
