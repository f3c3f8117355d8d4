//! How soon somebody has to look: cues of harm, law, money, time and patience, joined by a noisy or.
//!
//! Each cue removes its share of the doubt that is left (Pearl 1988, noisy-or), so the parts add up
//! to the score and no cue can lower it. Some words tell only together ("daughter" and "choked"): those
//! are parts, and rules say which pairs count and how near. A model that an organisation trained has the
//! last word on the text.

mod cues;

pub(super) use cues::{Cues, Hit};

use super::{Classifier, Scratch, reasons, sentiment};
use crate::analysis::{
    Evidence, EvidenceKind, Intent, Language, Override, Sentiment, Urgency, UrgencyLevel,
};
use crate::mention::Mention;
use crate::text::Token;
use cues::Rule;

/// From this weight on a cue of a hard override makes the level critical, whatever the score.
const FORCES: f64 = 0.6;
/// Above this sentiment a danger that is named is no emergency ("you saved my daughter"), and counts for so
/// much; other cues give way to less praise.
const HIGH_PRAISE: f64 = 0.6;
const PRAISE: f64 = 0.3;
const PRAISED: f64 = 0.2;
/// What a cue that is no override counts for in a text that complains of nothing.
const CALM: f64 = 0.4;
/// The most that an angry tone, a complaint and a wide reach may each take of the doubt that is left.
const ANGER: f64 = 0.25;
const COMPLAINT: f64 = 0.15;
const REACH: f64 = 0.4;
/// How much of a level's band of scores a model may use: the rest is the next level's.
const BELOW_NEXT: f64 = 0.999;
/// Between the middle two of the four levels.
const MIDDLE: f32 = 1.5;
/// Followers from which reach counts in full.
const WIDE: f64 = 1e6;

/// Joins cues and keeps the account of what each added.
struct Account<'a> {
    score: f64,
    forced: Option<Override>,
    /// Which overrides count.
    allowed: &'a [Override],
    /// What cues count for under the text's tone: hard ones, then the others.
    tone: [f64; 2],
    evidence: Option<&'a mut Vec<Evidence>>,
}

impl<'a> Account<'a> {
    fn new(classifier: &'a Classifier, sentiment: &Sentiment) -> Self {
        Self {
            score: 0.0,
            forced: None,
            allowed: &classifier.overrides,
            tone: tone(sentiment),
            evidence: None,
        }
    }

    fn anger(&mut self, sentiment: &Sentiment) {
        self.add((0, 0), "anger", ANGER * (-sentiment.score).max(0.0));
    }

    fn add(&mut self, span: (u32, u32), rule: &str, weight: f64) {
        if weight <= 0.0 {
            return;
        }
        let added = (1.0 - self.score) * weight.min(1.0);
        self.score += added;
        if let Some(evidence) = self.evidence.as_deref_mut() {
            evidence.push(Evidence {
                start: span.0,
                end: span.1,
                kind: EvidenceKind::Urgency,
                rule: rule.to_owned(),
                weight: added,
            });
        }
    }

    /// Sets the score, whatever was said before; returns what that changes, for which the caller has the reasons.
    fn settle(&mut self, score: f64) -> f64 {
        score - std::mem::replace(&mut self.score, score)
    }

    /// A cue of the text, under its tone.
    fn cue(&mut self, span: (u32, u32), category: &str, weight: f64) {
        let hard = Override::from_name(category);
        let [hard_tone, soft_tone] = self.tone;
        if let Some(hard) = hard
            && weight >= FORCES
            && hard_tone >= 1.0
            && self.allowed.contains(&hard)
        {
            self.forced.get_or_insert(hard);
        }
        let tone = if hard.is_some() { hard_tone } else { soft_tone };
        self.add(span, category, weight * tone);
    }
}

/// Urgency of what `scratch` holds; reasons into `evidence` when asked.
pub(super) fn decide(
    classifier: &Classifier,
    scratch: &mut Scratch,
    language: Language,
    mention: &Mention,
    sentiment: &Sentiment,
    intent: Intent,
    evidence: Option<&mut Vec<Evidence>>,
) -> Urgency {
    let mut account = Account::new(classifier, sentiment);
    account.evidence = evidence;
    read_cues(scratch, &mut account);
    account.anger(sentiment);
    match &classifier.urgency {
        Some(model) => {
            let p = super::further(model, scratch, language, told(&account));
            let change = account.settle(score_of(&p[..model.labels.len()]));
            if let Some(evidence) = account.evidence.as_deref_mut().filter(|_| change != 0.0) {
                let words =
                    reasons::by_token(model, scratch, language, |level| level as f32 - MIDDLE);
                let named = (EvidenceKind::Urgency, "model");
                reasons::share(scratch, &words, change, named, evidence);
            }
        }
        None if intent == Intent::Complaint => account.add((0, 0), "complaint", COMPLAINT),
        None => {}
    }
    if sentiment.score < 0.0 {
        account.add((0, 0), "reach", reach(mention) * -sentiment.score);
    }
    if let Some((category, weight)) = mention.author.as_deref().and_then(cues::author) {
        account.add((0, 0), category, weight * sentiment.probabilities[0]);
    }
    let level = match account.forced {
        Some(_) => UrgencyLevel::Critical,
        None => UrgencyLevel::of(account.score),
    };
    Urgency {
        level,
        score: account.score,
        forced: account.forced,
    }
}

/// What cues and tone tell, as dense features of an organisation's own model, after all others: the score (up to 3, as it
/// is what tells most), whether a hard override was found, and the level that they come to.
fn told(account: &Account<'_>) -> impl Iterator<Item = (u16, f32)> + use<> {
    const FROM: u16 = sentiment::DENSE_IN_ALL as u16;
    let forced = account.forced.map(|_| (FROM + 1, 1.0));
    let level = FROM + 2 + UrgencyLevel::of(account.score) as u16;
    [(FROM, 3.0 * account.score as f32), (level, 1.0)]
        .into_iter()
        .chain(forced)
}

/// The same of what `scratch` holds.
pub(super) fn opinions(
    classifier: &Classifier,
    scratch: &Scratch,
    sentiment: &Sentiment,
) -> impl Iterator<Item = (u16, f32)> + use<> {
    let mut account = Account::new(classifier, sentiment);
    read_cues(scratch, &mut account);
    account.anger(sentiment);
    told(&account)
}

/// The score that probabilities of the levels speak for: in the band of the likeliest, as high as their mean asks.
fn score_of(p: &[f64]) -> f64 {
    let width = 1.0 / p.len().max(1) as f64;
    let (best, mean) = (p.iter().enumerate()).fold((0, 0.0), |(best, mean), (k, &x)| {
        let best = if x > p[best] { k } else { best };
        (best, mean + x * (k as f64 + 0.5) * width)
    });
    let from = best as f64 * width;
    mean.clamp(from, from + width * BELOW_NEXT)
}

/// What hard and other cues count for.
fn tone(sentiment: &Sentiment) -> [f64; 2] {
    let praised = |bar: f64, plain: f64| {
        if sentiment.score > bar {
            PRAISED
        } else {
            plain
        }
    };
    let complaining = CALM + (1.0 - CALM) * sentiment.probabilities[0];
    [praised(HIGH_PRAISE, 1.0), praised(PRAISE, complaining)]
}

/// Finds the cues of the text that was read and composed, for intent and urgency.
pub(super) fn read(scratch: &mut Scratch, language: Language) {
    let mut hits = std::mem::take(&mut scratch.urgency_parts);
    hits.clear();
    if let Some(index) = language.index() {
        let found = scratch.find(Cues::trie(index), |_, s| s.cues);
        hits.extend(found.map(|(at, found)| Hit {
            entry: found.entry,
            parts: Cues::get(found.entry).parts,
            first: at,
            last: at + found.tokens - 1,
        }));
    }
    scratch.urgency_parts = hits;
}

/// Cues of the text, then the pairs of parts among them.
fn read_cues(scratch: &Scratch, account: &mut Account<'_>) {
    let (tokens, hits) = (scratch.text.tokens(), &scratch.urgency_parts);
    for hit in hits {
        let cue = Cues::get(hit.entry);
        account.cue(span(tokens, hit.first, hit.last), cue.category, cue.weight);
    }
    let parts = hits.iter().fold(0, |all, hit| all | hit.parts);
    let told = |rule: &&Rule| rule.parts.iter().all(|&p| p == 0 || parts & p != 0);
    for rule in Cues::rules().iter().filter(told) {
        if let Some((first, last)) = nearest(rule, hits) {
            account.cue(span(tokens, first, last), rule.category, rule.weight);
        }
    }
}

fn span(tokens: &[Token], first: usize, last: usize) -> (u32, u32) {
    (tokens[first].start, tokens[last].end)
}

/// First and last token of the nearest pair that a rule asks for, in either order; one expression may be both.
fn nearest(rule: &Rule, hits: &[Hit]) -> Option<(usize, usize)> {
    let [a, b] = rule.parts;
    let both = hits
        .iter()
        .find(|h| h.parts & a != 0 && (b == 0 || h.parts & b != 0));
    if let Some(hit) = both {
        return Some((hit.first, hit.last));
    }
    hits.iter()
        .enumerate()
        .flat_map(|(i, first)| hits[i + 1..].iter().map(move |second| (first, second)))
        .filter(|(x, y)| {
            (x.parts & a != 0 && y.parts & b != 0) || (x.parts & b != 0 && y.parts & a != 0)
        })
        .map(|(x, y)| (x.first, y.last, y.first - x.last))
        .filter(|(.., gap)| *gap <= rule.window)
        .min_by_key(|(.., gap)| *gap)
        .map(|(first, last, _)| (first, last))
}

/// The author's reach on a logarithmic scale, in [0, `REACH`].
fn reach(mention: &Mention) -> f64 {
    let followers = mention.followers.unwrap_or(0) as f64;
    let share = (libm::log10(followers.max(1.0)) / libm::log10(WIDE)).min(1.0);
    REACH * (share * share)
}
