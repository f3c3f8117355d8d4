//! A change of state as one sentence in the protocol's language; the sentences are data.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::signal::{
    Confirmation, Counterfactual, SignalEnd, SignalLife, SignalState, SignalTopic,
};
use crate::analysis::Language;
use crate::protocol::{IndicatorValue, Indicators, Posture};
use crate::time::Timestamp;

#[derive(Deserialize)]
struct Sentences {
    pending: String,
    firing: String,
    silent: String,
    risen: String,
    acknowledged: String,
    confirmed: String,
    resolved: String,
    lapsed: String,
    absorbed: String,
    dismissed: String,
    held_back: String,
    awaits: String,
    reads: String,
    below: String,
    above: String,
    topics: String,
    terms: String,
    respond: String,
    /// What a counterfactual calls the counts.
    names: BTreeMap<String, String>,
    /// What a statement speaks of where there is no topic.
    what_happened: String,
    /// What to do first in every crisis, and then by posture.
    first: Vec<String>,
    postures: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct File {
    es: Sentences,
    en: Sentences,
    pt: Sentences,
}

static FILE: LazyLock<Option<File>> =
    LazyLock::new(|| toml::from_str(include_str!("../../protocols/sentences.toml")).ok());

/// What a sentence may speak of.
pub(crate) struct Facts<'a> {
    pub language: Language,
    pub zone: &'a jiff::tz::TimeZone,
    pub entity: &'a str,
    pub trigger: &'a str,
    pub level: &'a str,
    pub owner: &'a str,
    pub state: SignalState,
    pub life: &'a SignalLife,
    pub start: Timestamp,
    pub end: Timestamp,
    pub indicators: &'a Indicators,
    /// Names that the condition reads.
    pub names: &'a [&'static str],
    pub topics: &'a [SignalTopic],
    pub counterfactual: Option<&'a Counterfactual>,
    pub respond_by: Option<Timestamp>,
}

fn sentences(language: Language) -> Option<&'static Sentences> {
    FILE.as_ref().map(|file| match language {
        Language::English => &file.en,
        Language::Portuguese => &file.pt,
        Language::Spanish | Language::Undetermined => &file.es,
    })
}

/// The sentence.
pub(crate) fn explain(facts: &Facts<'_>) -> String {
    let Some(sentences) = sentences(facts.language) else {
        return format!("{}: {} {}", facts.entity, facts.trigger, facts.state.name());
    };
    let mut sentence = fill(template(sentences, facts), facts);
    if let (SignalState::Pending, Some(by)) = (facts.state, &facts.life.held_back_by) {
        sentence.push_str(&sentences.held_back.replace("{by}", by));
    }
    if facts.state == SignalState::Firing {
        what_decides(&mut sentence, sentences, facts);
    }
    if facts.state == SignalState::Firing || facts.state == SignalState::Acknowledged {
        if facts.life.confirmation == Confirmation::Awaited {
            sentence.push_str(&sentences.awaits);
        }
        if let Some(by) = facts.respond_by {
            sentence.push_str(
                &sentences
                    .respond
                    .replace("{owner}", facts.owner)
                    .replace("{by}", &moment(by, facts.zone)),
            );
        }
    }
    sentence.push('.');
    sentence
}

fn template<'a>(sentences: &'a Sentences, facts: &Facts<'_>) -> &'a str {
    match (facts.state, &facts.life.end) {
        (SignalState::Pending, _) => &sentences.pending,
        (SignalState::Firing, _) if facts.life.escalated_from.is_some() => &sentences.risen,
        (SignalState::Firing, _) if facts.indicators.volume == 0 => &sentences.silent,
        (SignalState::Firing, _) => &sentences.firing,
        (SignalState::Acknowledged, _) => match facts.life.confirmation {
            Confirmation::Given(_) => &sentences.confirmed,
            _ => &sentences.acknowledged,
        },
        (SignalState::Resolved, Some(SignalEnd::Lapsed)) => &sentences.lapsed,
        (SignalState::Resolved, Some(SignalEnd::AbsorbedBy(_))) => &sentences.absorbed,
        (SignalState::Resolved, Some(SignalEnd::Dismissed(_))) => &sentences.dismissed,
        (SignalState::Resolved, _) => &sentences.resolved,
    }
}

/// What fired it, what would have turned it, and what the talk is about.
fn what_decides(sentence: &mut String, sentences: &Sentences, facts: &Facts<'_>) {
    let measured = |name: &&str| name.ends_with("surprise") || *name == "silence";
    if !facts.names.iter().any(measured) {
        sentence.push_str(&sentences.reads.replace("{reads}", &reads(facts)));
    }
    if let Some(c) = facts.counterfactual.filter(|c| c.held) {
        let side = if c.turns_at <= c.was {
            &sentences.below
        } else {
            &sentences.above
        };
        let name = sentences.names.get(&c.indicator).unwrap_or(&c.indicator);
        sentence.push_str(
            &side
                .replace("{turn}", &number(c.turns_at, facts.language))
                .replace("{name}", name),
        );
    }
    let named: Vec<&str> = facts
        .topics
        .iter()
        .filter(|t| !t.name.is_empty())
        .take(2)
        .map(|t| t.name.as_str())
        .collect();
    if !named.is_empty() {
        sentence.push_str(&sentences.topics.replace("{topics}", &named.join(", ")));
    }
    let terms: Vec<String> = facts
        .topics
        .iter()
        .flat_map(|t| &t.terms)
        .take(3)
        .map(|t| match facts.language {
            Language::English => format!("“{t}”"),
            _ => format!("«{t}»"),
        })
        .collect();
    if !terms.is_empty() {
        sentence.push_str(&sentences.terms.replace("{terms}", &terms.join(", ")));
    }
}

/// What a statement speaks of where there is no topic.
pub(crate) fn what_happened(language: Language) -> String {
    sentences(language).map_or_else(String::new, |s| s.what_happened.clone())
}

/// What to do under a posture, in order: inform and adjust first.
pub(crate) fn strategy_steps(language: Language, posture: Posture) -> Vec<String> {
    let Some(sentences) = sentences(language) else {
        return Vec::new();
    };
    let name = match posture {
        Posture::Inform => "inform",
        Posture::Deny => "deny",
        Posture::Diminish => "diminish",
        Posture::Rebuild => "rebuild",
    };
    let then = sentences.postures.get(name).into_iter().flatten();
    sentences.first.iter().chain(then).cloned().collect()
}

/// The values that a rule without surprise rests on, by their names.
fn reads(facts: &Facts<'_>) -> String {
    let values: Vec<String> = facts
        .names
        .iter()
        .filter_map(|name| {
            Some(match facts.indicators.get(name)? {
                IndicatorValue::Int(n) => format!("{name} {n}"),
                IndicatorValue::Double(x) => format!("{name} {x:.2}"),
            })
        })
        .collect();
    values.join(", ")
}

fn fill(template: &str, facts: &Facts<'_>) -> String {
    let i = facts.indicators;
    let life = facts.life;
    let minutes = life
        .fired
        .map_or(0, |f| (facts.end.millis() - f.millis()) / 60_000);
    let by = match (&life.confirmation, &life.end) {
        (_, Some(SignalEnd::AbsorbedBy(rule))) => rule.as_str(),
        (_, Some(SignalEnd::Dismissed(hand))) | (Confirmation::Given(hand), _) => hand.by.as_str(),
        _ => life
            .acknowledged
            .as_ref()
            .map_or("", |hand| hand.by.as_str()),
    };
    let expected = if i.expected_volume < 10.0 {
        decimal(format!("{:.1}", i.expected_volume), facts.language)
    } else {
        format!("{:.0}", i.expected_volume)
    };
    [
        ("{entity}", facts.entity.to_owned()),
        ("{trigger}", facts.trigger.to_owned()),
        ("{level}", facts.level.to_owned()),
        ("{from}", moment(facts.start, facts.zone)),
        ("{to}", clock(facts.end, facts.zone)),
        ("{volume}", i.volume.to_string()),
        ("{expected}", expected),
        ("{authors}", i.distinct_authors.to_string()),
        ("{negative}", format!("{:.0}", 100.0 * i.negative_share)),
        ("{by}", by.to_owned()),
        ("{before}", life.escalated_from.clone().unwrap_or_default()),
        ("{hours}", format!("{}:{:02}", minutes / 60, minutes % 60)),
    ]
    .iter()
    .fold(template.to_owned(), |text, (slot, value)| {
        text.replace(slot, value)
    })
}

/// A whole number as such, another with two decimals.
fn number(x: f64, language: Language) -> String {
    if x.fract() == 0.0 {
        format!("{x:.0}")
    } else {
        decimal(format!("{x:.2}"), language)
    }
}

/// Spanish and Portuguese write a decimal comma.
fn decimal(number: String, language: Language) -> String {
    match language {
        Language::English => number,
        _ => number.replace('.', ","),
    }
}

fn local(at: Timestamp, zone: &jiff::tz::TimeZone) -> jiff::ZonedDateTime {
    at.to_jiff().to_zoned_datetime(zone.clone())
}

fn moment(at: Timestamp, zone: &jiff::tz::TimeZone) -> String {
    local(at, zone).strftime("%d/%m %H:%M").to_string()
}

fn clock(at: Timestamp, zone: &jiff::tz::TimeZone) -> String {
    local(at, zone).strftime("%H:%M").to_string()
}
