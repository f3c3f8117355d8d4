//! Where the marks of an axis stand.

use avizor::{ReputationRow, Timestamp};

use crate::format::Format;

/// The range of scores that all panels share: multiples of 25 that hold every band and zero.
pub(crate) fn score_range<'a>(rows: impl Iterator<Item = &'a ReputationRow>) -> (f64, f64) {
    let (mut low, mut high) = (0.0_f64, 0.0_f64);
    for score in rows.filter_map(|r| r.score) {
        low = low.min(score.low.max(-100.0));
        high = high.max(score.high.min(100.0));
    }
    let round_out = |x: f64| (x.abs() / 25.0).ceil().max(1.0) * 25.0;
    (-round_out(low), round_out(high))
}

/// Scores to mark: every 50 where the range is long, every 25 where it is short.
pub(crate) fn scores((low, high): (f64, f64)) -> Vec<f64> {
    let step = if high - low > 100.0 { 50.0 } else { 25.0 };
    let (first, last) = ((low / step).ceil() as i32, (high / step).floor() as i32);
    (first..=last).map(|i| f64::from(i) * step).collect()
}

/// Days to mark and what to write: days in a short period, beginnings of months in a long one.
pub(crate) fn days(format: &Format, days: &[Timestamp], most: usize) -> Vec<(Timestamp, String)> {
    let long = days.len() > 100;
    let candidates: Vec<Timestamp> = days
        .iter()
        .copied()
        .filter(|d| !long || format.day_of_month(*d) == 1)
        .collect();
    let stride = candidates.len().div_ceil(most.max(1)).max(1);
    candidates
        .into_iter()
        .step_by(stride)
        .map(|d| {
            (
                d,
                if long {
                    format.month(d)
                } else {
                    format.date_short(d)
                },
            )
        })
        .collect()
}
