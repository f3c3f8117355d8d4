//! Working hours, silences and inhibitions: times and names, checked.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time, Weekday};
use serde::Deserialize;
use toml::Spanned;

use super::{Source, level_position};
use crate::error::{Error, Result};
use crate::protocol::condition::hint;
use crate::protocol::{Calendar, Entity, Inhibition, Level, Silence, Trigger};
use crate::time::Timestamp;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CalendarFile {
    days: Spanned<Vec<String>>,
    hours: Spanned<String>,
    #[serde(default)]
    holidays: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SilenceFile {
    name: String,
    #[serde(default)]
    triggers: Vec<Spanned<String>>,
    #[serde(default)]
    entities: Vec<Spanned<String>>,
    #[serde(default)]
    levels: Vec<Spanned<String>>,
    #[serde(default)]
    from: Option<Spanned<String>>,
    #[serde(default)]
    until: Option<Spanned<String>>,
    #[serde(default)]
    hours: Option<Spanned<String>>,
    #[serde(default)]
    days: Option<Spanned<Vec<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InhibitionFile {
    #[serde(rename = "while")]
    whenever: Vec<Spanned<String>>,
    mutes: Vec<Spanned<String>>,
}

/// What other tables may name.
pub(super) struct Names<'a> {
    pub triggers: &'a [Trigger],
    pub levels: &'a [Level],
    pub entities: &'a [Entity],
}

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

pub(super) fn calendar(source: &Source<'_>, file: &Spanned<CalendarFile>) -> Result<Calendar> {
    let file = file.get_ref();
    let days = days(source, &file.days)?;
    if days.is_empty() {
        return Err(source.fault(
            file.days.span().start,
            "nobody works on any day: name at least one, as in [\"mon\", \"fri\"]",
        ));
    }
    let (from, until) = hours(source, &file.hours)?;
    if from >= until {
        return Err(source.fault(
            file.hours.span().start,
            "the working day ends before it begins: write hours within one day, as in 09:00-18:00",
        ));
    }
    let holidays = file.holidays.iter().map(|day| {
        day.get_ref().parse::<Date>().map_err(|_| {
            source.fault(
                day.span().start,
                format!("`{}` is not a date: write 2026-12-25", day.get_ref()),
            )
        })
    });
    Ok(Calendar {
        days,
        from,
        until,
        holidays: holidays.collect::<Result<BTreeSet<_>>>()?,
    })
}

fn days(source: &Source<'_>, value: &Spanned<Vec<String>>) -> Result<Vec<Weekday>> {
    value
        .get_ref()
        .iter()
        .map(|name| {
            DAYS.iter()
                .find(|(n, _)| n == name)
                .map(|(_, day)| *day)
                .ok_or_else(|| {
                    source.fault(
                        value.span().start,
                        format!("`{name}` is not a day: write mon, tue, wed, thu, fri, sat or sun"),
                    )
                })
        })
        .collect()
}

/// `09:00-18:00`.
fn hours(source: &Source<'_>, value: &Spanned<String>) -> Result<(Time, Time)> {
    let time = |text: &str| text.trim().parse::<Time>().ok();
    value
        .get_ref()
        .split_once('-')
        .and_then(|(from, until)| Some((time(from)?, time(until)?)))
        .ok_or_else(|| {
            source.fault(
                value.span().start,
                format!("`{}` are no hours: write 09:00-18:00", value.get_ref()),
            )
        })
}

pub(super) fn silences(
    source: &Source<'_>,
    files: &[Spanned<SilenceFile>],
    names: &Names<'_>,
) -> Result<Vec<Silence>> {
    files
        .iter()
        .map(|file| {
            let silence = silence(source, file.get_ref(), names)?;
            let when = silence.from.is_some()
                || silence.until.is_some()
                || silence.hours.is_some()
                || !silence.days.is_empty();
            if !when {
                return Err(source.fault(
                    file.span().start,
                    format!(
                        "the silence `{}` never ends: give it from and until, hours or days, or remove its triggers",
                        silence.name
                    ),
                ));
            }
            Ok(silence)
        })
        .collect()
}

fn silence(source: &Source<'_>, file: &SilenceFile, names: &Names<'_>) -> Result<Silence> {
    let moment = |value: &Option<Spanned<String>>| -> Result<Option<Timestamp>> {
        value
            .as_ref()
            .map(|v| {
                v.get_ref()
                    .parse()
                    .map_err(|e: Error| source.fault(v.span().start, e.to_string()))
            })
            .transpose()
    };
    let (from, until) = (moment(&file.from)?, moment(&file.until)?);
    if let (Some(a), Some(b), Some(at)) = (from, until, &file.until)
        && a >= b
    {
        return Err(source.fault(
            at.span().start,
            format!("the silence `{}` ends before it begins", file.name),
        ));
    }
    Ok(Silence {
        name: file.name.clone(),
        triggers: triggers(source, &file.triggers, names.triggers)?,
        entities: file
            .entities
            .iter()
            .map(|name| known_entity(source, name, names.entities))
            .collect::<Result<_>>()?,
        levels: file
            .levels
            .iter()
            .map(|name| {
                level_position(names.levels, name.get_ref())
                    .map_err(|m| source.fault(name.span().start, m))
            })
            .collect::<Result<_>>()?,
        from,
        until,
        hours: file.hours.as_ref().map(|h| hours(source, h)).transpose()?,
        days: match &file.days {
            Some(value) => days(source, value)?,
            None => Vec::new(),
        },
    })
}

fn known_entity(
    source: &Source<'_>,
    name: &Spanned<String>,
    entities: &[Entity],
) -> Result<String> {
    entities
        .iter()
        .find(|e| e.name == *name.get_ref())
        .map(|e| e.name.clone())
        .ok_or_else(|| {
            let known: Vec<&str> = entities.iter().map(|e| e.name.as_str()).collect();
            source.fault(
                name.span().start,
                format!(
                    "there is no entity called `{}`: the entities are {}",
                    name.get_ref(),
                    known.join(", ")
                ),
            )
        })
}

fn triggers(
    source: &Source<'_>,
    names: &[Spanned<String>],
    triggers: &[Trigger],
) -> Result<Vec<usize>> {
    names
        .iter()
        .map(|name| {
            let wanted = name.get_ref();
            triggers
                .iter()
                .position(|t| t.name == *wanted)
                .ok_or_else(|| {
                    let known: Vec<&str> = triggers.iter().map(|t| t.name.as_str()).collect();
                    let hint = hint(known.iter().copied(), wanted);
                    source.fault(
                        name.span().start,
                        format!(
                            "there is no trigger called `{wanted}`{hint}: the triggers are {}",
                            known.join(", ")
                        ),
                    )
                })
        })
        .collect()
}

pub(super) fn inhibitions(
    source: &Source<'_>,
    files: &[Spanned<InhibitionFile>],
    names: &Names<'_>,
) -> Result<Vec<Inhibition>> {
    files
        .iter()
        .map(|file| {
            Ok(Inhibition {
                whenever: triggers(source, &file.get_ref().whenever, names.triggers)?,
                mutes: triggers(source, &file.get_ref().mutes, names.triggers)?,
            })
        })
        .collect()
}

/// Triggers in an order in which whoever inhibits comes first; then by falling severity, then as in the file.
/// None where a trigger inhibits itself, directly or around a circle.
pub(super) fn order(
    triggers: &[Trigger],
    levels: &[Level],
    inhibitions: &[Inhibition],
) -> Option<Vec<usize>> {
    let severity = |t: usize| std::cmp::Reverse(levels[triggers[t].level].severity);
    let mut left: Vec<usize> = (0..triggers.len()).collect();
    left.sort_by_key(|&t| (severity(t), t));
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let free = left.iter().position(|t| {
            !inhibitions
                .iter()
                .any(|i| i.mutes.contains(t) && i.whenever.iter().any(|w| left.contains(w)))
        });
        order.push(left.remove(free?));
    }
    Some(order)
}

pub(super) fn circle(source: &Source<'_>, files: &[Spanned<InhibitionFile>]) -> Error {
    source.fault(
        files.first().map_or(0, |f| f.span().start),
        "inhibitions go round in a circle: a trigger must not inhibit itself, nor one that inhibits it",
    )
}
