//! Counts by hour, folded into days as they age; any window is a sum over them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Drift, ReputationRow, Score};
use crate::analysis::Polarity;
use crate::time::{Span, Timestamp};

/// Hours kept apart: three months.
pub const HOURS_KEPT: usize = 24 * 92;
/// Days kept after that: ten years.
pub const DAYS_KEPT: usize = 3653;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// The past fades by half in this many days: long enough to be a character, short enough to forgive.
const HALF_LIFE_DAYS: f64 = 30.0;

/// What was counted in one stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub volume: u32,
    sentiment: [u32; 3],
}

impl Tally {
    /// One mention; without polarity where its language is not supported.
    pub(crate) fn add(&mut self, polarity: Option<Polarity>) {
        self.volume += 1;
        if let Some(p) = polarity {
            self.sentiment[p as usize] += 1;
        }
    }

    fn merge(&mut self, other: &Self) {
        self.volume += other.volume;
        for (a, b) in self.sentiment.iter_mut().zip(other.sentiment) {
            *a += b;
        }
    }

    /// Mentions whose sentiment could be read.
    pub(crate) fn judged(&self) -> u32 {
        self.sentiment.iter().sum()
    }

    pub(crate) fn sentiment(&self) -> [f64; 3] {
        self.sentiment.map(f64::from)
    }
}

/// One entity's counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    hours: BTreeMap<i64, Tally>,
    days: BTreeMap<i64, Tally>,
}

impl Ledger {
    /// Counts one mention.
    pub(crate) fn add(&mut self, at: Timestamp, polarity: Option<Polarity>) {
        let hour = at.millis().div_euclid(HOUR);
        if self.hours.len() >= HOURS_KEPT && !self.hours.contains_key(&hour) {
            self.fold();
        }
        self.hours.entry(hour).or_default().add(polarity);
    }

    /// The oldest hour's day moves from hours to days.
    fn fold(&mut self) {
        let Some((&oldest, _)) = self.hours.first_key_value() else {
            return;
        };
        let day = (oldest * HOUR).div_euclid(DAY);
        let rest = self.hours.split_off(&((day + 1) * DAY / HOUR));
        let folded = std::mem::replace(&mut self.hours, rest);
        let into = self.days.entry(day).or_default();
        for tally in folded.values() {
            into.merge(tally);
        }
        while self.days.len() > DAYS_KEPT {
            self.days.pop_first();
        }
    }

    /// All that was counted in [start, end).
    pub(crate) fn sum(&self, start: Timestamp, end: Timestamp) -> Tally {
        let mut total = Tally::default();
        for (unit, table) in [(HOUR, &self.hours), (DAY, &self.days)] {
            let first = ceil(start.millis(), unit);
            let last = ceil(end.millis(), unit);
            for tally in table.range(first..last.max(first)).map(|(_, t)| t) {
                total.merge(tally);
            }
        }
        total
    }

    /// First and last moment with anything counted.
    pub(crate) fn extent(&self) -> Option<(Timestamp, Timestamp)> {
        let starts = [
            self.hours.keys().next().map(|h| h * HOUR),
            self.days.keys().next().map(|d| d * DAY),
        ];
        let ends = [
            self.hours.keys().next_back().map(|h| (h + 1) * HOUR),
            self.days.keys().next_back().map(|d| (d + 1) * DAY),
        ];
        let start = starts.into_iter().flatten().min()?;
        let end = ends.into_iter().flatten().max()?;
        Some((Timestamp::from_millis(start), Timestamp::from_millis(end)))
    }

    /// One row for each window; `totals` are everybody's mentions in the same windows.
    pub(crate) fn rows(
        &self,
        entity: &str,
        windows: &[(Timestamp, Timestamp)],
        totals: &[u32],
    ) -> Vec<ReputationRow> {
        let mut past = [0.0_f64; 3];
        windows
            .iter()
            .zip(totals)
            .map(|(&(start, end), &total)| {
                let now = self.sum(start, end);
                let row = ReputationRow {
                    entity: entity.to_owned(),
                    start,
                    end,
                    volume: now.volume,
                    negative: now.sentiment[0],
                    neutral: now.sentiment[1],
                    positive: now.sentiment[2],
                    score: Score::of(&now, &past),
                    drift: Drift::between(&now, &past),
                    share_of_voice: if total == 0 {
                        0.0
                    } else {
                        f64::from(now.volume) / f64::from(total)
                    },
                };
                fade(&mut past, Span::from_millis(end.millis() - start.millis()));
                for (p, n) in past.iter_mut().zip(now.sentiment()) {
                    *p += n;
                }
                row
            })
            .collect()
    }
}

fn fade(past: &mut [f64; 3], span: Span) {
    let factor = libm::exp2(-(span.millis() as f64 / DAY as f64) / HALF_LIFE_DAYS);
    for p in past {
        *p *= factor;
    }
}

fn ceil(ms: i64, unit: i64) -> i64 {
    ms.div_euclid(unit) + i64::from(ms.rem_euclid(unit) > 0)
}
