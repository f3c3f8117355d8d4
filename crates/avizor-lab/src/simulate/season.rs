//! When people write: hour of the day, day of the week, and days that are livelier than others.

use avizor::{Span, Timestamp};

use super::random::Dice;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Madrid in winter. Summer time is left out: a stream may start on any date and must not jump.
const LOCAL_OFFSET_MS: i64 = HOUR_MS;

/// Mentions by local hour, relative to the mean hour: low at night, a peak after lunch and one in the evening.
const BY_HOUR: [f64; 24] = [
    0.55, 0.30, 0.17, 0.12, 0.12, 0.20, 0.42, 0.78, 1.10, 1.28, 1.38, 1.45, 1.55, 1.66, 1.60, 1.32,
    1.20, 1.22, 1.30, 1.42, 1.58, 1.72, 1.58, 1.00,
];
/// Monday to Sunday: complaints of travellers gather at both ends of the week.
const BY_WEEKDAY: [f64; 7] = [1.10, 1.00, 0.97, 1.00, 1.12, 0.86, 0.95];

/// The local calendar of one stream.
#[derive(Clone, Copy)]
pub(super) struct Calendar {
    start: i64,
    first_day: i64,
    /// Whether hours and weekdays differ.
    pub seasonal: bool,
    /// How much of it: 1 as people live, 0 none.
    strength: f64,
}

impl Calendar {
    pub(super) fn new(start: Timestamp, seasonal: bool, strength: f64) -> Self {
        Self {
            start: start.millis(),
            first_day: (start.millis() + LOCAL_OFFSET_MS).div_euclid(DAY_MS),
            seasonal,
            strength,
        }
    }

    /// The instant of a local hour on a day of the stream, counted from 1; never before the stream begins.
    pub(super) fn at(&self, day: u32, hour: f64) -> i64 {
        let midnight = (self.first_day + i64::from(day) - 1) * DAY_MS - LOCAL_OFFSET_MS;
        (midnight + hours(hour)).max(self.start)
    }

    /// Local hour of the day, with its fraction.
    pub(super) fn hour(at: i64) -> f64 {
        (at + LOCAL_OFFSET_MS).rem_euclid(DAY_MS) as f64 / HOUR_MS as f64
    }

    /// How many times the mean rate people write at this instant.
    pub(super) fn intensity(&self, at: i64) -> f64 {
        if !self.seasonal {
            return 1.0;
        }
        let hour = Self::hour(at);
        let (whole, fraction) = (hour as usize % 24, hour - libm::floor(hour));
        let level = BY_HOUR[whole] * (1.0 - fraction) + BY_HOUR[(whole + 1) % 24] * fraction;
        // 1970-01-01 was a Thursday.
        let weekday = ((at + LOCAL_OFFSET_MS).div_euclid(DAY_MS) + 3).rem_euclid(7) as usize;
        let lived = level * 24.0 / BY_HOUR.iter().sum::<f64>() * BY_WEEKDAY[weekday];
        lived * self.strength + (1.0 - self.strength)
    }
}

pub(super) fn hours(h: f64) -> i64 {
    libm::round(h * HOUR_MS as f64) as i64
}

/// Instants of a Poisson process whose rate wanders: gamma effects by day and by hour make counts
/// over-dispersed, as counts of mentions are.
pub(super) fn arrivals(
    dice: &mut Dice,
    calendar: Calendar,
    start: i64,
    length: Span,
    per_day: f64,
) -> Vec<i64> {
    const STEP: i64 = HOUR_MS / 4;
    // Coefficients of variation of 15 % between days and 25 % between hours; steadier without a season.
    let (day_shape, hour_shape) = if calendar.seasonal {
        (45.0, 16.0)
    } else {
        (400.0, 400.0)
    };
    let steps = length.millis() / STEP;
    let mut day_effect = 1.0;
    let (mut hour_effect, mut next_effect) = (dice.gamma(hour_shape), dice.gamma(hour_shape));
    let mut instants = Vec::new();
    for step in 0..steps {
        if step % 96 == 0 {
            day_effect = dice.gamma(day_shape);
        }
        if step > 0 && step % 4 == 0 {
            (hour_effect, next_effect) = (next_effect, dice.gamma(hour_shape));
        }
        // From one hour's effect to the next in a straight line: levels do not jump on the hour.
        let weight = (step % 4) as f64 / 4.0;
        let effect = day_effect * (hour_effect * (1.0 - weight) + next_effect * weight);
        let at = start + step * STEP;
        let mean = per_day / 96.0 * calendar.intensity(at + STEP / 2) * effect;
        for _ in 0..dice.poisson(mean) {
            instants.push(at + (dice.unit() * STEP as f64) as i64);
        }
    }
    instants
}
