//! What a set of rules is worth: sums over its rules, by stretch of time.

use std::cmp::Ordering;

use avizor::Timestamp;
use serde::{Deserialize, Serialize};

use super::replay::Fire;
use crate::backtest::{MONTH_DAYS, Options, within};
use crate::simulate::Incident;
use crate::stats::{Interval, poisson_interval};

/// A stretch of the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Inclusive.
    pub from: Timestamp,
    /// Exclusive.
    pub to: Timestamp,
}

impl Part {
    fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    fn days(&self) -> f64 {
        crate::backtest::days_between(self.from, self.to)
    }
}

/// What one variant of one rule does: the delay to each incident, and false alarms by part.
#[derive(Clone, Debug)]
pub(super) struct Effect {
    pub delays: Vec<Option<f64>>,
    pub false_alarms: Vec<usize>,
}

/// What all effects are measured on.
pub(super) struct Truth<'a> {
    pub incidents: &'a [Incident],
    pub parts: &'a [Part],
    pub options: &'a Options,
}

impl Truth<'_> {
    pub(super) fn effect(&self, fires: &[Fire]) -> Effect {
        let due = |f: &Fire, i: &Incident| within(f.at, &f.entity, i, self.options);
        let delay = |incident: &Incident| {
            let first = fires
                .iter()
                .filter(|f| due(f, incident))
                .map(|f| f.at)
                .min()?;
            Some((first.millis() - incident.start.millis()) as f64 / 60_000.0)
        };
        let wrong: Vec<Timestamp> = fires
            .iter()
            .filter(|f| !self.incidents.iter().any(|i| due(f, i)))
            .map(|f| f.at)
            .collect();
        Effect {
            delays: self.incidents.iter().map(delay).collect(),
            false_alarms: self
                .parts
                .iter()
                .map(|p| wrong.iter().filter(|at| p.holds(**at)).count())
                .collect(),
        }
    }

    /// The score of rules together over the parts whose numbers are given.
    pub(super) fn score<'a>(
        &self,
        effects: impl Iterator<Item = &'a Effect> + Clone,
        parts: &[usize],
    ) -> Score {
        let mut score = Score {
            days: parts.iter().map(|&p| self.parts[p].days()).sum(),
            ..Score::default()
        };
        let mut minutes = 0.0;
        for (i, incident) in self.incidents.iter().enumerate() {
            if !parts.iter().any(|&p| self.parts[p].holds(incident.start)) {
                continue;
            }
            let found = effects
                .clone()
                .filter_map(|e| e.delays[i])
                .min_by(f64::total_cmp);
            let whole = (incident.end.millis() - incident.start.millis()) as f64 / 60_000.0;
            score.incidents += 1;
            score.detected += usize::from(found.is_some());
            minutes += found.map_or(whole, |f| f.min(whole));
        }
        score.false_alarms = effects
            .map(|e| parts.iter().map(|&p| e.false_alarms[p]).sum::<usize>())
            .sum();
        score.mean_delay_minutes = (score.incidents > 0).then(|| minutes / score.incidents as f64);
        score.false_alarms_per_month = score.per_month(score.false_alarms as f64);
        score
    }
}

/// How a set of rules does over a stretch of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Length.
    pub days: f64,
    /// Incidents that begin in it.
    pub incidents: usize,
    /// Those that were detected.
    pub detected: usize,
    /// Over all incidents; one that was missed counts with its whole length. None where there is no incident.
    pub mean_delay_minutes: Option<f64>,
    /// Alarms that were not due.
    pub false_alarms: usize,
    /// A month of 30.44 days.
    pub false_alarms_per_month: f64,
    /// Its 95 % interval (Garwood).
    pub false_alarms_per_month_interval: Interval,
}

impl Default for Score {
    fn default() -> Self {
        Self {
            days: 0.0,
            incidents: 0,
            detected: 0,
            mean_delay_minutes: None,
            false_alarms: 0,
            false_alarms_per_month: 0.0,
            false_alarms_per_month_interval: Interval {
                low: 0.0,
                high: 0.0,
            },
        }
    }
}

impl Score {
    fn per_month(&self, count: f64) -> f64 {
        if self.days > 0.0 {
            count * MONTH_DAYS / self.days
        } else {
            0.0
        }
    }

    /// With the interval of the rate, which costs more than all the rest and is not searched by.
    pub(super) fn with_interval(self) -> Self {
        let interval = poisson_interval(self.false_alarms);
        Self {
            false_alarms_per_month_interval: Interval {
                low: self.per_month(interval.low),
                high: self.per_month(interval.high),
            },
            ..self
        }
    }

    /// Sum over stretches that do not overlap.
    pub(super) fn and(&self, other: &Self) -> Self {
        let minutes = |s: &Self| s.mean_delay_minutes.unwrap_or(0.0) * s.incidents as f64;
        let incidents = self.incidents + other.incidents;
        let mut sum = Self {
            days: self.days + other.days,
            incidents,
            detected: self.detected + other.detected,
            mean_delay_minutes: (incidents > 0)
                .then(|| (minutes(self) + minutes(other)) / incidents as f64),
            false_alarms: self.false_alarms + other.false_alarms,
            ..Self::default()
        };
        sum.false_alarms_per_month = sum.per_month(sum.false_alarms as f64);
        sum
    }

    /// At least as good in detection, delay and false alarms, and better in one of them.
    pub fn dominates(&self, other: &Self) -> bool {
        let delay = |s: &Self| s.mean_delay_minutes.unwrap_or(0.0);
        let no_worse = self.detected >= other.detected
            && delay(self) <= delay(other)
            && self.false_alarms <= other.false_alarms;
        no_worse
            && (self.detected > other.detected
                || delay(self) < delay(other)
                || self.false_alarms < other.false_alarms)
    }

    /// Which is to be preferred under a budget of false alarms a month: first whoever keeps it (or, where neither
    /// does, whoever comes nearer), then more detected, a shorter delay, fewer false alarms. `Less` is better.
    pub(super) fn order(&self, other: &Self, budget: f64) -> Ordering {
        let over = |s: &Self| (s.false_alarms_per_month - budget).max(0.0);
        let delay = |s: &Self| s.mean_delay_minutes.unwrap_or(0.0);
        over(self)
            .total_cmp(&over(other))
            .then(other.detected.cmp(&self.detected))
            .then(delay(self).total_cmp(&delay(other)))
            .then(self.false_alarms.cmp(&other.false_alarms))
    }
}
