//! A change of state as one sentence in the protocol's language; the sentences are data.

use std::sync::LazyLock;

use serde::Deserialize;

use super::signal::{SignalState, SignalTopic};
use crate::analysis::Language;
use crate::protocol::{IndicatorValue, Indicators};
use crate::time::Timestamp;

#[derive(Deserialize)]
struct Sentences {
    pending: String,
    firing: String,
    silent: String,
    resolved: String,
    lapsed: String,
    reads: String,
    topics: String,
    terms: String,
    respond: String,
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
    pub start: Timestamp,
    pub end: Timestamp,
    /// When the fire that ends here had fired; none if it never did.
    pub fired: Option<Timestamp>,
    pub indicators: &'a Indicators,
    /// Names that the condition reads.
    pub names: &'a [&'static str],
    pub topics: &'a [SignalTopic],
    pub respond_by: Option<Timestamp>,
}

/// The sentence.
pub(crate) fn explain(facts: &Facts<'_>) -> String {
    let Some(file) = FILE.as_ref() else {
        return format!("{}: {} {}", facts.entity, facts.trigger, facts.state.name());
    };
    let sentences = match facts.language {
        Language::English => &file.en,
        Language::Portuguese => &file.pt,
        Language::Spanish | Language::Undetermined => &file.es,
    };
    let template = match (facts.state, facts.fired) {
        (SignalState::Pending, _) => &sentences.pending,
        (SignalState::Firing, _) if facts.indicators.volume == 0 => &sentences.silent,
        (SignalState::Firing, _) => &sentences.firing,
        (SignalState::Resolved, Some(_)) => &sentences.resolved,
        (SignalState::Resolved, None) => &sentences.lapsed,
    };
    let mut sentence = fill(template, facts);
    if facts.state == SignalState::Firing {
        if !facts
            .names
            .iter()
            .any(|n| n.ends_with("surprise") || *n == "silence")
        {
            sentence.push_str(&sentences.reads.replace("{reads}", &reads(facts)));
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
    let minutes = facts
        .fired
        .map_or(0, |f| (facts.end.millis() - f.millis()) / 60_000);
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
        ("{hours}", format!("{}:{:02}", minutes / 60, minutes % 60)),
    ]
    .iter()
    .fold(template.to_owned(), |text, (slot, value)| {
        text.replace(slot, value)
    })
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
