//! A protocol against a history whose incidents are known: what it finds, how late, and how often it cries wolf.
//!
//! What counts:
//!
//! - An *alarm* is one firing of one rule for one entity, at the moment it fires. One fire counts once, however long
//!   it burns; two rules that fire for the same thing are two alarms. Pending and resolved are no alarms.
//! - An alarm is *due* when an incident of its entity is on: from the incident's start to its end and `grace` more,
//!   both ends included. An incident is *detected* by the first alarm that is due to it, and its delay runs from its
//!   start to there. Further due alarms neither help nor hurt.
//! - Every alarm that is not due is a *false alarm*, also one that comes before the incident begins.
//!
//! Rates are per month of 30.44 days, over the time from the first mention to the last.

mod levels;

use std::collections::BTreeMap;

use avizor::crisis::SignalState;
use avizor::{Protocol, Signal, Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::recording::Recording;
use crate::simulate::Incident;
use crate::stats::{Interval, median, poisson_interval, share_interval};

pub use levels::time_in_levels;

/// Mean length of a month in days (Gregorian year / 12).
pub const MONTH_DAYS: f64 = 30.436_875;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long after an incident's end an alarm is still about it: rules look back over their window.
    pub grace: Span,
    /// Alarms of a lesser severity are not counted.
    pub severity: u8,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            grace: Span::hours(1),
            severity: 0,
        }
    }
}

/// One alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// When it fired.
    pub at: Timestamp,
    /// For whom.
    pub entity: String,
    /// By which rule.
    pub trigger: String,
    /// At which level.
    pub level: String,
}

/// What became of one incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fate {
    /// Its name.
    pub incident: String,
    /// What it is.
    pub kind: String,
    /// Whom it happens to.
    pub entity: String,
    /// When it begins.
    pub start: Timestamp,
    /// When the first due alarm fired; none where it was missed.
    pub detected_at: Option<Timestamp>,
    /// From the start to there, in minutes.
    pub delay_minutes: Option<f64>,
    /// From there to the hour with most mentions, in minutes: negative where the peak had passed.
    pub lead_minutes: Option<f64>,
    /// The rule that fired.
    pub trigger: Option<String>,
    /// The level it raised.
    pub level: Option<String>,
}

/// What an alarm was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The first that is due to an incident.
    Detection,
    /// Due, but the incident was known.
    Repeat,
    /// Not due.
    FalseAlarm,
    /// Below the severity that is counted.
    Uncounted,
}

/// A line of the log: a change of state of a rule and, for a firing, what it was worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transition {
    /// When.
    pub at: Timestamp,
    /// For whom.
    pub entity: String,
    /// Which rule.
    pub trigger: String,
    /// Its level.
    pub level: String,
    /// What it has become.
    pub state: SignalState,
    /// What the alarm was; none for what is no alarm.
    pub verdict: Option<Verdict>,
    /// The incidents it was due to.
    pub incidents: Vec<String>,
    /// The protocol's sentence.
    pub explanation: String,
}

/// How a protocol did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Backtest {
    /// From the first mention to the last.
    pub days: f64,
    /// How many there were.
    pub incidents: usize,
    /// How many were detected.
    pub detected: usize,
    /// The share of them; none where there was no incident.
    pub detection_rate: Option<f64>,
    /// Its 95 % interval (Clopper and Pearson).
    pub detection_rate_interval: Option<Interval>,
    /// Over the detected ones.
    pub median_delay_minutes: Option<f64>,
    /// Over the detected ones: how long before the peak the alarm came.
    pub median_lead_minutes: Option<f64>,
    /// Alarms of every kind.
    pub alarms: usize,
    /// Those that were not due.
    pub false_alarms: usize,
    /// A month of 30.44 days.
    pub false_alarms_per_month: f64,
    /// Its 95 % interval (Garwood).
    pub false_alarms_per_month_interval: Interval,
    /// False alarms by rule; rules without one are left out.
    pub false_alarms_by_trigger: BTreeMap<String, usize>,
    /// By entity and level, the minutes in which that level was the gravest in force; entities without an alarm are
    /// left out.
    pub minutes_in_level: BTreeMap<String, BTreeMap<String, f64>>,
    /// What became of each incident, in the order given.
    pub fates: Vec<Fate>,
}

/// Replays a recording under a protocol and judges it; the second part is the log.
///
/// # Errors
/// [`Error::Backtest`] where there is no mention, or an incident of somebody whom the protocol does not watch.
pub fn backtest(
    protocol: &Protocol,
    recording: &Recording,
    incidents: &[Incident],
    options: &Options,
) -> Result<(Backtest, Vec<Transition>)> {
    check(protocol, incidents)?;
    let signals = recording.replay(protocol);
    judge(protocol, recording, &signals, incidents, options)
}

/// The same of signals that were raised before.
///
/// # Errors
/// As [`backtest`].
pub fn judge(
    protocol: &Protocol,
    recording: &Recording,
    signals: &[Signal],
    incidents: &[Incident],
    options: &Options,
) -> Result<(Backtest, Vec<Transition>)> {
    check(protocol, incidents)?;
    let Some((first, last)) = recording.extent() else {
        return Err(Error::Backtest(
            "there is not one mention in it: give the history to replay".into(),
        ));
    };
    let days = days_between(first, last);
    let alarms = alarms(protocol, signals, options);
    let fates: Vec<Fate> = incidents
        .iter()
        .map(|i| fate(i, &alarms, recording, options))
        .collect();
    let wrong: Vec<&Alarm> = alarms
        .iter()
        .filter(|a| !incidents.iter().any(|i| is_due(a, i, options)))
        .collect();
    let mut by_trigger: BTreeMap<String, usize> = BTreeMap::new();
    for alarm in &wrong {
        *by_trigger.entry(alarm.trigger.clone()).or_default() += 1;
    }
    let per_month = MONTH_DAYS / days;
    let of_all = |f: fn(&Fate) -> Option<f64>| -> Vec<f64> { fates.iter().filter_map(f).collect() };
    let detected = of_all(|f| f.delay_minutes).len();
    let some = !incidents.is_empty();
    let result = Backtest {
        days,
        incidents: incidents.len(),
        detected,
        detection_rate: some.then(|| detected as f64 / incidents.len() as f64),
        detection_rate_interval: some.then(|| share_interval(detected, incidents.len())),
        median_delay_minutes: median(&of_all(|f| f.delay_minutes)),
        median_lead_minutes: median(&of_all(|f| f.lead_minutes)),
        alarms: alarms.len(),
        false_alarms: wrong.len(),
        false_alarms_per_month: wrong.len() as f64 * per_month,
        false_alarms_per_month_interval: poisson_interval(wrong.len()).scaled(per_month),
        false_alarms_by_trigger: by_trigger,
        minutes_in_level: time_in_levels(protocol, signals, last),
        fates,
    };
    let log = log(protocol, signals, incidents, &result.fates, options);
    Ok((result, log))
}

fn check(protocol: &Protocol, incidents: &[Incident]) -> Result<()> {
    let watched = |name: &str| protocol.entities.iter().any(|e| e.name == name);
    match incidents.iter().find(|i| !watched(&i.entity)) {
        None => Ok(()),
        Some(i) => {
            let known: Vec<&str> = protocol.entities.iter().map(|e| e.name.as_str()).collect();
            Err(Error::Backtest(format!(
                "the incident `{}` is of `{}`, whom the protocol does not watch: it watches {}",
                i.incident,
                i.entity,
                known.join(", ")
            )))
        }
    }
}

/// Days from one moment to another, at least the five minutes that the least history takes.
pub(crate) fn days_between(first: Timestamp, last: Timestamp) -> f64 {
    let span = (last.millis() - first.millis()).max(Span::minutes(5).millis());
    span as f64 / Span::days(1).millis() as f64
}

/// The firings that are counted, in order.
pub fn alarms(protocol: &Protocol, signals: &[Signal], options: &Options) -> Vec<Alarm> {
    signals
        .iter()
        // One that rises fires again, and is the same alarm.
        .filter(|s| s.state == SignalState::Firing && s.life.escalated_from.is_none())
        .filter(|s| counts(protocol, &s.level, options))
        .map(|s| Alarm {
            at: s.at,
            entity: s.entity.clone(),
            trigger: s.trigger.clone(),
            level: s.level.clone(),
        })
        .collect()
}

fn counts(protocol: &Protocol, level: &str, options: &Options) -> bool {
    let severity = protocol.levels.iter().find(|l| l.name == level);
    severity.is_some_and(|l| l.severity >= options.severity)
}

fn is_due(alarm: &Alarm, incident: &Incident, options: &Options) -> bool {
    within(alarm.at, &alarm.entity, incident, options)
}

/// Whether a moment of an entity lies within an incident or its grace.
pub(crate) fn within(at: Timestamp, entity: &str, incident: &Incident, options: &Options) -> bool {
    entity == incident.entity && at >= incident.start && at <= incident.end.plus(options.grace)
}

fn fate(incident: &Incident, alarms: &[Alarm], recording: &Recording, options: &Options) -> Fate {
    let found = alarms
        .iter()
        .filter(|a| is_due(a, incident, options))
        .min_by_key(|a| a.at);
    let minutes = |from: Timestamp, to: Timestamp| (to.millis() - from.millis()) as f64 / 60_000.0;
    let lead = found.and_then(|a| Some(minutes(a.at, peak(recording, incident)?)));
    Fate {
        incident: incident.incident.clone(),
        kind: incident.kind.clone(),
        entity: incident.entity.clone(),
        start: incident.start,
        detected_at: found.map(|a| a.at),
        delay_minutes: found.map(|a| minutes(incident.start, a.at)),
        lead_minutes: lead,
        trigger: found.map(|a| a.trigger.clone()),
        level: found.map(|a| a.level.clone()),
    }
}

/// The middle of the hour of the incident in which most was said of its entity, the first of equals.
fn peak(recording: &Recording, incident: &Incident) -> Option<Timestamp> {
    let hours = recording.hourly(&incident.entity, incident.start, incident.end);
    let most = hours.values().max()?;
    let (hour, _) = hours.iter().find(|(_, n)| *n == most)?;
    Some(hour.plus(Span::minutes(30)))
}

fn log(
    protocol: &Protocol,
    signals: &[Signal],
    incidents: &[Incident],
    fates: &[Fate],
    options: &Options,
) -> Vec<Transition> {
    let mut told: Vec<bool> = vec![false; incidents.len()];
    signals
        .iter()
        .map(|s| {
            let due: Vec<usize> = (0..incidents.len())
                .filter(|&i| within(s.at, &s.entity, &incidents[i], options))
                .collect();
            let verdict = (s.state == SignalState::Firing).then(|| {
                if !counts(protocol, &s.level, options) {
                    Verdict::Uncounted
                } else if due.is_empty() {
                    Verdict::FalseAlarm
                } else if due
                    .iter()
                    .any(|&i| fates[i].detected_at == Some(s.at) && !told[i])
                {
                    for &i in &due {
                        told[i] = true;
                    }
                    Verdict::Detection
                } else {
                    Verdict::Repeat
                }
            });
            Transition {
                at: s.at,
                entity: s.entity.clone(),
                trigger: s.trigger.clone(),
                level: s.level.clone(),
                state: s.state,
                verdict,
                incidents: due.iter().map(|&i| incidents[i].incident.clone()).collect(),
                explanation: s.explanation.clone(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
