//! What a series was expected to be: level, damped trend, hour of day, day of week.

use serde::{Deserialize, Serialize};

use super::{MEMORY_DAYS, WINSOR, greater, half_life};
use crate::time::Timestamp;

/// Half-life of the level: a week, so that every weekday weighs in it.
const LEVEL_DAYS: f64 = 7.0;
/// The root of the drift between level and lagged level is carried on (Gardner & McKenzie's damping by a
/// half), and never more than a doubling.
const MAX_DRIFT: f64 = 2.0;
/// An hour of the day is believed by half once four hours of it were seen, a weekday after two days.
const HOUR_PRIOR_DAYS: f64 = 4.0 / 24.0;
const WEEKDAY_PRIOR_DAYS: f64 = 2.0;
/// Before an hour was seen there is no telling an outlier.
const WARM_UP_DAYS: f64 = 1.0 / 24.0;
/// Jeffreys' half count: a first bucket of zero does not mean that nothing will ever come.
const HALF: f64 = 0.5;
const FLOOR: f64 = 1e-6;

/// Gamma-Poisson rates: each a discounted sum of counts over a discounted sum of exposures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Baseline {
    per_day: f64,
    keep_level: f64,
    keep_hour: f64,
    keep_weekday: f64,
    first: Option<f64>,
    level: Rate,
    lagged: f64,
    hours: [Rate; 24],
    weekdays: [Rate; 7],
}

/// What a bucket was expected to be, and what that was made of.
pub(super) struct Outlook {
    pub(super) count: f64,
    level: f64,
    hour: f64,
    weekday: f64,
    slots: (usize, usize),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Rate {
    count: f64,
    exposure: f64,
}

impl Rate {
    #[inline]
    fn learn(&mut self, count: f64, exposure: f64, keep: f64) {
        self.count = keep * self.count + count;
        self.exposure = keep * self.exposure + exposure;
    }
}

impl Baseline {
    pub(super) fn new(per_day: f64) -> Self {
        Self {
            per_day,
            keep_level: half_life(LEVEL_DAYS * per_day),
            // A slot is only visited 1 in 24 (1 in 7) of the time, and forgets per visit.
            keep_hour: half_life(MEMORY_DAYS * per_day / 24.0),
            keep_weekday: half_life(MEMORY_DAYS * per_day / 7.0),
            first: None,
            level: Rate::default(),
            lagged: 0.0,
            hours: [Rate::default(); 24],
            weekdays: [Rate::default(); 7],
        }
    }

    /// What is expected at `at`; of the very first bucket nothing is known, so it is itself expected.
    #[inline]
    pub(super) fn outlook(&self, at: Timestamp, count: f64) -> Outlook {
        let first = self.first.unwrap_or(count + HALF);
        // The level is its count over its exposure, a bucket as the first one being added to both.
        let exposure = self.level.exposure + 1.0;
        let count = greater(self.level.count + first, FLOOR * exposure);
        let level = count / exposure;
        let lagged = greater(self.lagged + first, FLOOR * exposure);
        // To the power of a half.
        let drift = (count / lagged).clamp(1.0 / MAX_DRIFT, MAX_DRIFT).sqrt();
        let (h, d) = slots(at);
        // Shrunk to 1 by so many days of the level. Over its exposure all along, so that no division waits for another.
        let factor = |rate: Rate, days: f64| {
            let prior = days * self.per_day * count;
            (rate.count * exposure + prior) / (rate.exposure * exposure + prior)
        };
        let hour = factor(self.hours[h], HOUR_PRIOR_DAYS);
        let weekday = factor(self.weekdays[d], WEEKDAY_PRIOR_DAYS);
        Outlook {
            count: greater(level * drift * hour * weekday, FLOOR),
            level,
            hour,
            weekday,
            slots: (h, d),
        }
    }

    /// Relative variance of the level: `hours` of doubt over the time seen.
    pub(super) fn relative_doubt(&self, hours: f64) -> f64 {
        hours / 24.0 * self.per_day / (self.level.exposure + 0.1)
    }

    /// Learns the count of the bucket that `outlook` was of.
    #[inline]
    pub(super) fn learn(&mut self, outlook: &Outlook, count: f64, variance: f64) {
        self.first.get_or_insert(count + HALF);
        let Outlook {
            level,
            hour,
            weekday,
            slots: (h, d),
            ..
        } = *outlook;
        // One more than winsorised: of a series of nearly nothing, one is no outlier.
        let over = count - outlook.count - 1.0;
        let warm = self.level.exposure > WARM_UP_DAYS * self.per_day;
        let seen = if warm && over > 0.0 && over * over > WINSOR * WINSOR * variance {
            outlook.count + WINSOR * variance.sqrt() + 1.0
        } else {
            count
        };
        let keep = self.keep_level;
        self.lagged = keep * self.lagged + level * hour * weekday;
        self.level.learn(seen, hour * weekday, keep);
        self.hours[h].learn(seen, level * weekday, self.keep_hour);
        self.weekdays[d].learn(seen, level * hour, self.keep_weekday);
    }
}

/// Hour of day and day of week, in UTC: the season only needs them to recur.
fn slots(at: Timestamp) -> (usize, usize) {
    /// So many weeks after which everything is, for to divide what has no sign is quicker.
    const WEEKS: i64 = 1_000_000_000 * 7 * 86_400_000;
    let hour = at.millis().saturating_add(WEEKS).max(0) as u64 / 3_600_000;
    let day = hour / 24;
    ((hour - day * 24) as usize, (day % 7) as usize)
}
