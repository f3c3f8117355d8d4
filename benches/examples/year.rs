//! Seconds on one core for a year of five-minute buckets in 1,000 series, as JSON: `year`.
//!
//! Counts are drawn beforehand: over-dispersed, with a day and a week, from one mention in an hour to one a second. What is
//! timed is the processor's time.

use std::hint::black_box;

use avizor::crisis::Surprise;
use avizor::{Span, Timestamp};
use avizor_benches::{Clock, Result};

const SERIES: usize = 1_000;
/// Different series; each is followed so often that there are [`SERIES`].
const DRAWN: usize = 20;
const DAY: usize = 288;
const BUCKETS: usize = 365 * DAY;
const START: Timestamp = Timestamp::from_millis(1_772_409_600_000);

fn main() -> Result<()> {
    if std::env::args().nth(1).is_some() {
        return Err("year takes no arguments: it prints the seconds that 1,000 series take".into());
    }
    let drawn: Vec<Vec<f64>> = (0..DRAWN).map(series).collect();
    let clock = Clock::new();
    let begun = clock.seconds();
    let step = Span::minutes(5);
    let mut total = 0.0;
    for counts in drawn.iter().cycle().take(SERIES) {
        let mut surprise = Surprise::new(step);
        let mut at = START;
        for &count in counts {
            total += surprise.follow(at, black_box(count));
            at = at.plus(step);
        }
    }
    black_box(total);
    let seconds = clock.seconds() - begun;
    println!("{}", serde_json::json!({ "value": seconds }));
    Ok(())
}

/// Counts of one series, the same on every run.
fn series(number: usize) -> Vec<f64> {
    let usual = 0.08 * 1.55_f64.powi(number as i32);
    let mut state = number as u64 + 1;
    let mut exponential = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        -((state >> 11) as f64 / (1_u64 << 53) as f64)
            .max(1e-300)
            .ln()
    };
    (0..BUCKETS)
        .map(|i| {
            let turn = (i % DAY) as f64 / DAY as f64 * std::f64::consts::TAU;
            let weekend = if i / DAY % 7 > 4 { 0.6 } else { 1.0 };
            let spread = (0..4).map(|_| exponential()).sum::<f64>() / 4.0;
            let rate = usual * (1.0 - 0.7 * turn.cos()) * weekend * spread;
            // Arrivals until their waiting times exceed the rate; many are as many as expected.
            if rate > 30.0 {
                return rate.round();
            }
            let (mut waited, mut count) = (exponential(), 0.0);
            while waited < rate {
                waited += exponential();
                count += 1.0;
            }
            count
        })
        .collect()
}
