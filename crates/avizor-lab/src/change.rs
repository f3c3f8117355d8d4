//! What a change brings: two protocols or two classifiers over the same mentions, difference by difference.

use std::collections::{BTreeMap, BTreeSet};

use avizor::{Analysis, Mention, Protocol};
use serde::{Deserialize, Serialize};

use crate::backtest::{Alarm, Backtest, Fate, Options, alarms, judge};
use crate::error::Result;
use crate::recording::Recording;
use crate::simulate::Incident;

/// An incident that two protocols find at different moments, or only one of them finds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shift {
    /// Its name.
    pub incident: String,
    /// Delay under the first protocol; none where it misses it.
    pub before_minutes: Option<f64>,
    /// Delay under the second.
    pub after_minutes: Option<f64>,
    /// How much earlier the second finds it; negative is later.
    pub earlier_minutes: Option<f64>,
}

/// What the second protocol changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProtocolChange {
    /// The first one's result.
    pub before: Backtest,
    /// The second one's.
    pub after: Backtest,
    /// Alarms that only the second raises.
    pub added: Vec<Alarm>,
    /// Alarms that only the first raises.
    pub removed: Vec<Alarm>,
    /// The same rule for the same entity, but at another moment: before and after.
    pub moved: Vec<(Alarm, Alarm)>,
    /// Incidents that are found at another moment.
    pub shifts: Vec<Shift>,
}

/// Two alarms of one rule so near to each other are one that has moved: a day.
const SAME_MS: i64 = 86_400_000;

/// Replays a history under two protocols; each has its own recording, for entities and topics may differ.
///
/// # Errors
/// As [`crate::backtest::backtest`].
pub fn protocols(
    before: (&Protocol, &Recording),
    after: (&Protocol, &Recording),
    incidents: &[Incident],
    options: &Options,
) -> Result<ProtocolChange> {
    let run = |(protocol, recording): (&Protocol, &Recording)| -> Result<(Backtest, Vec<Alarm>)> {
        let signals = recording.replay(protocol);
        let (result, _) = judge(protocol, recording, &signals, incidents, options)?;
        Ok((result, alarms(protocol, &signals, options)))
    };
    let (old, old_alarms) = run(before)?;
    let (new, new_alarms) = run(after)?;
    let (added, removed, moved) = pair(old_alarms, new_alarms);
    let shifts = old
        .fates
        .iter()
        .zip(&new.fates)
        .filter_map(|(a, b)| shift(a, b))
        .collect();
    Ok(ProtocolChange {
        before: old,
        after: new,
        added,
        removed,
        moved,
        shifts,
    })
}

fn shift(before: &Fate, after: &Fate) -> Option<Shift> {
    (before.delay_minutes != after.delay_minutes).then(|| Shift {
        incident: before.incident.clone(),
        before_minutes: before.delay_minutes,
        after_minutes: after.delay_minutes,
        earlier_minutes: before
            .delay_minutes
            .zip(after.delay_minutes)
            .map(|(b, a)| b - a),
    })
}

/// Alarms of the second list alone, of the first alone, and those that moved. Equal ones are matched first, then each
/// with the nearest one left of its rule and entity.
fn pair(old: Vec<Alarm>, new: Vec<Alarm>) -> (Vec<Alarm>, Vec<Alarm>, Vec<(Alarm, Alarm)>) {
    let same = |a: &Alarm, b: &Alarm| a.trigger == b.trigger && a.entity == b.entity;
    let mut added: Vec<Alarm> = new;
    let mut left: Vec<Alarm> = Vec::new();
    for alarm in old {
        match added.iter().position(|b| *b == alarm) {
            Some(i) => drop(added.remove(i)),
            None => left.push(alarm),
        }
    }
    let mut removed = Vec::new();
    let mut moved = Vec::new();
    for alarm in left {
        let apart = |b: &Alarm| (b.at.millis() - alarm.at.millis()).abs();
        let nearest = (0..added.len())
            .filter(|&i| same(&added[i], &alarm) && apart(&added[i]) <= SAME_MS)
            .min_by_key(|&i| apart(&added[i]));
        match nearest {
            Some(i) => moved.push((alarm, added.remove(i))),
            None => removed.push(alarm),
        }
    }
    (added, removed, moved)
}

/// A mention that two classifiers read differently.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// The mention.
    pub id: String,
    /// Its text.
    pub text: String,
    /// What the first says.
    pub before: String,
    /// What the second says.
    pub after: String,
    /// How far the second is from the first, in [0, 1]; the greatest come first.
    pub distance: f64,
}

/// How the labels of one field change.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Mentions whose label differs.
    pub changed: usize,
    /// before -> after -> mentions, changed ones only.
    pub transitions: BTreeMap<String, BTreeMap<String, usize>>,
    /// The clearest changes.
    pub examples: Vec<Example>,
}

/// What another classifier changes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClassifierChange {
    /// Mentions that both read.
    pub mentions: usize,
    /// Mentions of which anything differs.
    pub changed: usize,
    /// By field: language, sentiment, urgency, intent, topics, entities. Fields without a change are left out.
    pub fields: BTreeMap<String, FieldChange>,
}

/// The label that a field gives a mention.
type Label = fn(&Analysis) -> String;

/// Fields that are compared.
const FIELDS: [(&str, Label); 6] = [
    ("language", |a| a.language.code().to_owned()),
    ("sentiment", |a| a.sentiment.label.name().to_owned()),
    ("urgency", |a| a.urgency.level.name().to_owned()),
    ("intent", |a| a.intent.name().to_owned()),
    ("topics", |a| set(a.topics.iter().map(|t| t.name.as_str()))),
    ("entities", |a| {
        set(a.entities.iter().map(|e| e.name.as_str()))
    }),
];

fn set<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: BTreeSet<&str> = names.collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.into_iter().collect::<Vec<_>>().join(", ")
    }
}

/// Compares two readings of the same mentions; `examples` at most for each field.
pub fn classifiers(
    mentions: &[Mention],
    before: &[Analysis],
    after: &[Analysis],
    examples: usize,
) -> ClassifierChange {
    let mut change = ClassifierChange {
        mentions: mentions.len(),
        ..ClassifierChange::default()
    };
    for ((mention, old), new) in mentions.iter().zip(before).zip(after) {
        let mut any = false;
        for (name, label) in FIELDS {
            let (was, is) = (label(old), label(new));
            if was == is {
                continue;
            }
            any = true;
            let field = change.fields.entry(name.to_owned()).or_default();
            field.changed += 1;
            *field
                .transitions
                .entry(was.clone())
                .or_default()
                .entry(is.clone())
                .or_default() += 1;
            field.examples.push(Example {
                id: mention.id.clone(),
                text: mention.text.clone(),
                before: was,
                after: is,
                distance: distance(name, old, new),
            });
        }
        change.changed += usize::from(any);
    }
    for field in change.fields.values_mut() {
        // Stable: equals stay in the order of the stream.
        field
            .examples
            .sort_by(|a, b| b.distance.total_cmp(&a.distance));
        field.examples.truncate(examples);
    }
    change
}

fn distance(field: &str, old: &Analysis, new: &Analysis) -> f64 {
    match field {
        "sentiment" => (old.sentiment.score - new.sentiment.score).abs() / 2.0,
        "urgency" => (old.urgency.score - new.urgency.score).abs(),
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::{Options as Simulated, simulate};
    use avizor::{Classifier, Timestamp};

    const AIRLINE: &str = include_str!("../../../examples/airline.toml");

    fn alarm(trigger: &str, hour: i64) -> Alarm {
        Alarm {
            at: Timestamp::from_millis(hour * 3_600_000),
            entity: "A".into(),
            trigger: trigger.into(),
            level: "alerta".into(),
        }
    }

    #[test]
    fn alarms_are_added_removed_or_moved() {
        let old = vec![alarm("x", 1), alarm("x", 100), alarm("y", 5)];
        let new = vec![alarm("x", 1), alarm("x", 102), alarm("z", 5)];
        let (added, removed, moved) = pair(old, new);
        assert_eq!((added, removed), (vec![alarm("z", 5)], vec![alarm("y", 5)]));
        assert_eq!(moved, vec![(alarm("x", 100), alarm("x", 102))]);
    }

    #[test]
    fn a_stricter_rule_comes_later_and_the_same_protocol_changes_nothing() {
        let first = Protocol::parse(AIRLINE).unwrap();
        let strict = AIRLINE.replace("distinct_authors >= 8 ", "distinct_authors >= 45 ");
        let second = Protocol::parse(&strict).unwrap();
        let stream = simulate("flash-burst", &Simulated::default()).unwrap();
        let recording = Recording::of(stream.mentions, &Classifier::for_protocol(&first));
        let of = |a, b| {
            protocols(
                (a, &recording),
                (b, &recording),
                &stream.incidents,
                &Options::default(),
            )
            .unwrap()
        };
        let change = of(&first, &second);
        assert!(change.shifts[0].earlier_minutes.unwrap() < 0.0);
        assert_eq!(change.moved.len(), 1, "{change:?}");
        let none = of(&first, &first);
        assert!(none.added.is_empty() && none.removed.is_empty() && none.moved.is_empty());
        assert!(none.shifts.is_empty());
    }

    #[test]
    fn readings_are_compared_field_by_field() {
        let texts = ["gracias, excelente vuelo", "qué desastre de servicio"];
        let mentions: Vec<Mention> = texts
            .iter()
            .enumerate()
            .map(|(i, t)| Mention::new(i.to_string(), Timestamp::default(), *t))
            .collect();
        let before = Recording::of(mentions.clone(), &Classifier::new()).analyses;
        let mut after = before.clone();
        after[1].sentiment = before[0].sentiment;
        let change = classifiers(&mentions, &before, &after, 1);
        assert_eq!((change.mentions, change.changed), (2, 1));
        let field = &change.fields["sentiment"];
        assert_eq!(field.transitions["negative"]["positive"], 1);
        assert_eq!(field.examples[0].id, "1");
        assert!(field.examples[0].distance > 0.3);
    }
}
