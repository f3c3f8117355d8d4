//! Hits and marks to the dense features of the sentiment model, and the score back to its reasons.

use super::Scratch;
use super::compose::{Composition, Hit};
use super::model::{MAX_LABELS, softmax};
use super::panel::Panel;
use crate::analysis::{Evidence, EvidenceKind, Language, Sentiment};
use crate::lexicon::Class;
use crate::text::{CAPS, ELONGATED, Kind, Text};

/// Groups of hits, each with a positive and a negative feature.
const GROUPS: usize = 5;
/// Groups (two signs each), last hit (two signs), then the marks of [`marks`].
pub(crate) const DENSE: usize = GROUPS * 2 + 2 + MARKS;
const MARKS: usize = 19;
/// Those of every language, and of texts in none.
pub(crate) const DENSE_IN_ALL: usize = DENSE * (Language::SUPPORTED.len() + 1);
/// The second hit of a kind says less than the first; still, repetition never weakens.
const FATIGUE: f32 = 0.35;

fn group(class: Class) -> usize {
    match class {
        Class::Adjective | Class::Adverb | Class::Verb | Class::Noun => 0,
        Class::Fact | Class::Comparison => 2,
        Class::Irony | Class::Conditional => 3,
        Class::Emoji | Class::Emoticon => 4,
        _ => 1,
    }
}

/// What is meant comes last, unless it weighs less than this share of the heaviest hit.
const LAST: f32 = 0.25;

/// One hit's share in a dense feature.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    pub feature: u16,
    pub value: f32,
    pub hit: u32,
}

/// Dense features of a text in `language` (an index; the emoji reader uses the one past the last).
pub(crate) fn dense(
    text: &Text,
    composition: &Composition,
    language: usize,
    out: &mut Vec<(u16, f32)>,
    mut shares: Option<&mut Vec<Share>>,
) {
    out.clear();
    let base = (language * DENSE) as u16;
    let mut sums = [0.0_f32; GROUPS * 2];
    let mut seen = [0_u32; GROUPS * 2];
    for (i, hit) in composition.hits.iter().enumerate() {
        let slot = group(hit.class) * 2 + usize::from(hit.weight > 0.0);
        let value = hit.weight.abs() / (1.0 + FATIGUE * seen[slot] as f32);
        seen[slot] += 1;
        sums[slot] += value;
        if let Some(shares) = shares.as_deref_mut() {
            shares.push(Share {
                feature: base + slot as u16,
                value,
                hit: i as u32,
            });
        }
    }
    for (slot, sum) in sums.iter().enumerate().filter(|(_, s)| **s > 0.0) {
        out.push((base + slot as u16, *sum));
    }
    if let Some((i, last)) = last_hit(&composition.hits) {
        let feature = base + (GROUPS * 2 + usize::from(last.weight > 0.0)) as u16;
        out.push((feature, last.weight.abs()));
        if let Some(shares) = shares {
            shares.push(Share {
                feature,
                value: last.weight.abs(),
                hit: i as u32,
            });
        }
    }
    let marks_base = base + (GROUPS * 2 + 2) as u16;
    for (i, value) in marks(text, composition, &sums).into_iter().enumerate() {
        if value != 0.0 {
            out.push((marks_base + i as u16, value));
        }
    }
}

/// The last hit that says something, and not far less than the strongest.
fn last_hit(hits: &[Hit]) -> Option<(usize, &Hit)> {
    let strongest = hits.iter().map(|h| h.weight.abs()).fold(0.0, f32::max);
    hits.iter()
        .enumerate()
        .rev()
        .find(|(_, h)| h.weight.abs() >= 0.1_f32.max(strongest * LAST))
}

/// Marks of style: none of them polar alone, each telling beside the rest.
fn marks(text: &Text, composition: &Composition, sums: &[f32; GROUPS * 2]) -> [f32; MARKS] {
    let mut m = [0.0_f32; MARKS];
    let (mut words, mut capitals) = (0_u32, 0_u32);
    for (i, token) in text.tokens().iter().enumerate() {
        match token.kind {
            Kind::Word => {
                words += 1;
                capitals += u32::from(token.is(CAPS));
                m[0] += f32::from(u8::from(token.is(ELONGATED)));
            }
            Kind::Laughter => m[1] = 1.0,
            Kind::Url => m[2] = 1.0,
            Kind::Handle => {
                m[3] = 1.0;
                m[4] += f32::from(u8::from(i == 0));
            }
            Kind::Hashtag => m[5] += 1.0,
            Kind::Number => m[6] += 1.0,
            Kind::Emoji | Kind::Emoticon => m[7] = 1.0,
            Kind::Punctuation => match text.norm(token).as_bytes() {
                [b'!', ..] => m[8] += if token.is(ELONGATED) { 2.0 } else { 1.0 },
                [b'?', ..] => m[9] = 1.0,
                [b'"', ..] => m[10] = 1.0,
                [b'.', b'.'] => m[11] = 1.0,
                _ => {}
            },
        }
    }
    for i in [0, 5, 6, 8] {
        m[i] = m[i].min(3.0) / 2.0;
    }
    m[12] = if words > 0 {
        capitals as f32 / words as f32
    } else {
        0.0
    };
    let c = &composition.counts;
    m[13] = c.negators.min(2) as f32 / 2.0;
    m[14] = c.conditionals.min(2) as f32 / 2.0;
    m[15] = c.asks.min(1) as f32;
    m[16] = c.contrasts.min(1) as f32;
    m[17] = f32::from(u8::from(sums.iter().sum::<f32>() < 0.1));
    m[18] = (words.min(40) as f32) / 40.0;
    m
}

/// Probabilities of the first three logits.
pub(crate) fn decide(logits: &[f32; MAX_LABELS]) -> Sentiment {
    let p = softmax(&logits[..3]);
    Sentiment::from_probabilities([p[0], p[1], p[2]])
}

/// Spans and rules whose weights add up to `sentiment.score`.
///
/// The score is f(d), d = logit of positive less logit of negative, a sum over features; each
/// feature gets its part of d times score / d, so that the parts add up to the score.
pub(super) fn explain(panel: &Panel, scratch: &Scratch, sentiment: &Sentiment) -> Vec<Evidence> {
    let model = panel.sentiment();
    let Scratch {
        text,
        composition,
        dense,
        shares,
        tally,
        ..
    } = scratch;
    let gap =
        |feature: u16| f64::from(model.dense_weight(feature, 2) - model.dense_weight(feature, 0));
    let tokens = text.tokens();
    let mut by_hit = vec![0.0_f64; composition.hits.len()];
    for share in shares {
        by_hit[share.hit as usize] += gap(share.feature) * f64::from(share.value);
    }
    let shared = |feature: u16| shares.iter().any(|s| s.feature == feature);
    let style: f64 = dense
        .iter()
        .filter(|(f, _)| !shared(*f))
        .map(|(f, x)| gap(*f) * f64::from(*x))
        .sum();
    let prior = f64::from(model.bias(2) - model.bias(0));

    let mut parts: Vec<Evidence> = Vec::new();
    let part = |start: u32, end: u32, rule: &str, weight: f64| Evidence {
        start,
        end,
        kind: EvidenceKind::Sentiment,
        rule: rule.to_owned(),
        weight,
    };
    for (hit, weight) in composition.hits.iter().zip(&by_hit) {
        let (first, last) = (
            &tokens[hit.at as usize],
            &tokens[(hit.at + hit.tokens - 1) as usize],
        );
        parts.push(part(first.start, last.end, hit.rule.name(), *weight));
    }
    for (token, weight) in tokens
        .iter()
        .zip(panel.polar_weights(tally))
        .filter(|(_, w)| *w != 0.0)
    {
        parts.push(part(token.start, token.end, "model", weight));
    }
    parts.push(part(0, 0, "style", style));
    parts.push(part(0, 0, "prior", prior));

    let total: f64 = parts.iter().map(|p| p.weight).sum();
    let scale = if total.abs() < 1e-9 {
        0.0
    } else {
        sentiment.score / total
    };
    for p in &mut parts {
        p.weight *= scale;
    }
    let rest = sentiment.score - parts.iter().map(|p| p.weight).sum::<f64>();
    if let Some(last) = parts.last_mut() {
        last.weight += rest;
    }
    parts.retain(|p| p.weight != 0.0 || p.rule == "prior");
    parts
}
