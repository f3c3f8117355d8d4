//! How long talk takes to fade: from a peak until half of what exceeds the usual has come.

use super::super::counts::tally::Tally;
use super::super::period::Period;
use super::super::store::Record;
use super::Measured;
use crate::time::Span;

const HOUR: Span = Span::hours(1);
/// Hours that a period is cut into at most: beyond five weeks there are no hours any more.
const MOST_HOURS: i64 = 35 * 24;
/// A peak stands out if it exceeds the usual by this many standard deviations of a Poisson count.
const STANDS_OUT: f64 = 4.0;
/// The usual is back when this many hours in a row are no more than it.
const BACK: usize = 3;
/// Days with a peak that a natural half-life needs.
const ENOUGH_DAYS: usize = 3;

/// Of the negative mentions of a period.
pub(super) fn crisis_half_life(record: &Record, period: Period) -> Measured {
    let usual = median(hours(record, period.reference(), |t| t.sentiment[0]));
    fade(&hours(record, period, |t| t.sentiment[0]), usual)
}

/// Of all mentions, day by day of the four weeks before: how fast talk about the entity fades when nobody does anything.
pub(super) fn natural_half_life(record: &Record, period: Period) -> Measured {
    let volume = hours(record, period.reference(), |t| t.volume);
    let usual = median(volume.clone());
    let lives: Vec<f64> = volume
        .chunks(24)
        .enumerate()
        .filter_map(|(day, hours)| {
            let peak = day * 24 + peak(hours)?;
            let from = day * 24;
            // A day's peak fades into the next, not beyond.
            let until = (from + 48).min(volume.len());
            fade_from(&volume[peak..until], usual).value
        })
        .collect();
    let of = lives.len() as f64;
    let value = (lives.len() >= ENOUGH_DAYS).then(|| median(lives));
    Measured { value, of }
}

/// Hour by hour, the newest five weeks of a period.
fn hours(record: &Record, period: Period, of: fn(&Tally) -> u32) -> Vec<f64> {
    let count = (period.length().millis() / HOUR.millis()).clamp(0, MOST_HOURS);
    let first = period
        .end
        .minus(Span::from_millis(count * HOUR.millis()))
        .max(period.start);
    (0..count)
        .map(|i| {
            let start = first.plus(Span::from_millis(i * HOUR.millis()));
            let hour = Period::new(start, start.plus(HOUR));
            f64::from(of(&Tally::sum(record.whole.within(hour))))
        })
        .collect()
}

fn fade(hours: &[f64], usual: f64) -> Measured {
    peak(hours).map_or_else(Measured::default, |at| fade_from(&hours[at..], usual))
}

/// From the peak, which comes first: hours until half of the excess has come, and the excess.
fn fade_from(hours: &[f64], usual: f64) -> Measured {
    let Some(peak) = hours.first() else {
        return Measured::default();
    };
    if peak - usual < STANDS_OUT * (usual + 1.0).sqrt() {
        return Measured::default();
    }
    let calm = |at: usize| {
        let next = &hours[at..(at + BACK).min(hours.len())];
        next.len() == BACK && next.iter().all(|n| *n <= usual)
    };
    let end = (1..hours.len()).find(|&at| calm(at)).unwrap_or(hours.len());
    let excess: Vec<f64> = hours[..end].iter().map(|n| (n - usual).max(0.0)).collect();
    let of: f64 = excess.iter().sum();
    let mut come = 0.0;
    let value = excess.iter().enumerate().find_map(|(i, here)| {
        let before = come;
        come += here;
        (come >= of / 2.0).then(|| i as f64 + (of / 2.0 - before) / here)
    });
    Measured { value, of }
}

fn peak(hours: &[f64]) -> Option<usize> {
    // The first of equals.
    (0..hours.len())
        .rev()
        .max_by(|&a, &b| hours[a].total_cmp(&hours[b]))
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exponential_fades_by_its_own_half_life() {
        for half_life in [2.0_f64, 6.0, 12.0] {
            let hours: Vec<f64> = (0..200)
                .map(|i| {
                    let at = |t: f64| 1000.0 * libm::exp2(-t / half_life);
                    let whole = (at(f64::from(i)) - at(f64::from(i) + 1.0)).round();
                    5.0 + whole
                })
                .collect();
            let got = fade(&hours, 5.0).value.expect("it stands out");
            assert!(
                (got - half_life).abs() < 0.1 * half_life,
                "{half_life}: {got}"
            );
        }
        assert_eq!(fade(&[5.0, 6.0, 5.0, 7.0], 5.0), Measured::default());
        assert_eq!(fade(&[], 0.0), Measured::default());
    }
}
