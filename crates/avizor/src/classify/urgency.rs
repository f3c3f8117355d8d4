//! How soon somebody has to look: cues of harm, law, money, time and patience, joined by a noisy or.
//!
//! Each cue removes its share of the doubt that is left (Pearl 1988, noisy-or), so the parts add up
//! to the score and no cue can lower it.

use std::sync::LazyLock;

use super::model::softmax;
use super::{Classifier, Scratch};
use crate::analysis::{Evidence, EvidenceKind, Intent, Language, Sentiment, Urgency, UrgencyLevel};
use crate::lexicon::{Trie, path};
use crate::mention::Mention;
use crate::text::Text;

/// Categories that are critical whatever the score.
const OVERRIDES: [&str; 4] = ["safety", "legal", "data", "minors"];
/// The most that an angry tone, a complaint and a wide reach may each take of the doubt that is left.
const ANGER: f64 = 0.25;
const COMPLAINT: f64 = 0.15;
const REACH: f64 = 0.3;
/// Followers from which reach counts in full.
const WIDE: f64 = 1e6;

/// A line of `urgency.tsv`: language, expression, weight, category.
struct Cue {
    weight: f64,
    category: &'static str,
}

pub(super) struct Cues {
    tries: [Trie; 3],
    cues: Vec<Cue>,
}

impl Cues {
    /// The cues of a language.
    pub(super) fn trie(language: usize) -> &'static Trie {
        &Self::shipped().tries[language]
    }

    fn shipped() -> &'static Self {
        static SHIPPED: LazyLock<Cues> =
            LazyLock::new(|| Cues::parse(include_str!("../../lexicons/urgency.tsv")));
        &SHIPPED
    }

    fn parse(content: &'static str) -> Self {
        let mut cues = Self {
            tries: Default::default(),
            cues: Vec::new(),
        };
        let mut reader = Text::new();
        for line in content.lines().filter(|l| !l.starts_with('#')) {
            let columns: Vec<&'static str> = line.split('\t').collect();
            let [code, form, weight, category] = columns[..] else {
                continue;
            };
            let (Some(language), Ok(weight)) =
                (Language::from_code(code).index(), weight.parse::<f64>())
            else {
                continue;
            };
            reader.read(form);
            let id = cues.cues.len() as u32;
            for by_stem in [false, true] {
                cues.tries[language].insert(path(language, &reader, by_stem), id);
            }
            cues.cues.push(Cue { weight, category });
        }
        cues
    }
}

/// Joins cues and keeps the account of what each added.
struct Account<'a> {
    score: f64,
    evidence: Option<&'a mut Vec<Evidence>>,
}

impl Account<'_> {
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
    let mut account = Account {
        score: 0.0,
        evidence,
    };
    let mut forced = false;
    let text = &scratch.text;
    if let Some(index) = language.index() {
        let cues = Cues::shipped();
        let tokens = text.tokens();
        for (at, found) in scratch.find(&cues.tries[index], |s| s.cues) {
            let cue = &cues.cues[found.entry as usize];
            // Praise that names a danger ("saved my daughter") is no emergency.
            let praised = sentiment.score > 0.3;
            let weight = if praised {
                cue.weight * 0.2
            } else {
                cue.weight
            };
            forced |= !praised && OVERRIDES.contains(&cue.category) && cue.weight >= 0.6;
            let span = (tokens[at].start, tokens[at + found.tokens - 1].end);
            account.add(span, cue.category, weight);
        }
    }
    if let Some(model) = &classifier.urgency {
        let logits = super::further(model, scratch, language);
        let n = model.labels.len();
        let p = softmax(&logits[..n]);
        let mean: f64 = (0..n).map(|k| p[k] * k as f64 / (n - 1) as f64).sum();
        account.add((0, 0), "model", mean);
    }
    account.add((0, 0), "anger", ANGER * (-sentiment.score).max(0.0));
    if intent == Intent::Complaint {
        account.add((0, 0), "complaint", COMPLAINT);
    }
    if sentiment.score < 0.0 {
        account.add((0, 0), "reach", reach(mention) * -sentiment.score);
    }
    let level = if forced {
        UrgencyLevel::Critical
    } else {
        UrgencyLevel::of(account.score)
    };
    Urgency {
        level,
        score: account.score,
    }
}

/// The author's reach on a logarithmic scale, in [0, `REACH`].
fn reach(mention: &Mention) -> f64 {
    let followers = mention.followers.unwrap_or(0) as f64;
    let share = (libm::log10(followers.max(1.0)) / libm::log10(WIDE)).min(1.0);
    REACH * (share * share)
}
