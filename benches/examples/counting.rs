//! The limits of reputation, as JSON: `reputation ingest|memory|merge`.
//!
//! `ingest`: analysed mentions a second, 50 entities x 25 topics x 5 channels. `memory`: mebibytes that 10,000
//! entities take after 90 days of 20 mentions a day each (resident memory where the system tells it, Linux).
//! `merge`: milliseconds for two shards of 1,000 entities. What is timed is the processor's time.

use std::hint::black_box;

use avizor_benches::counting::{Shape, count, counted, empty};
use avizor_benches::{Clock, Result, median};

/// Rounds of what is timed.
const ROUNDS: usize = 7;
const MENTIONS: usize = 500_000;
/// Mentions made at once, so that the stream itself takes no memory.
const CHUNK: usize = 50_000;

fn main() -> Result<()> {
    let what = std::env::args().nth(1).unwrap_or_default();
    let value = match what.as_str() {
        "ingest" => ingest(),
        "memory" => memory()?,
        "merge" => merge()?,
        other => {
            return Err(
                format!("`{other}` is not a thing to measure: ingest, memory or merge").into(),
            );
        }
    };
    println!("{}", serde_json::json!({ "value": value }));
    Ok(())
}

fn ingest() -> f64 {
    let shape = Shape {
        entities: 50,
        topics: 25,
        channels: 5,
        days: 7,
    };
    let all = counted(shape, 0, MENTIONS, MENTIONS);
    let clock = Clock::new();
    let rounds = (0..ROUNDS).map(|_| {
        let mut reputation = empty(shape);
        let begun = clock.seconds();
        count(&mut reputation, black_box(&all));
        let seconds = clock.seconds() - begun;
        black_box(reputation);
        MENTIONS as f64 / seconds
    });
    median(rounds.collect())
}

fn memory() -> Result<f64> {
    let shape = Shape {
        entities: 10_000,
        topics: 10,
        channels: 3,
        days: 90,
    };
    let all = shape.entities * shape.days as usize * 20;
    let before = resident()?;
    let mut reputation = empty(shape);
    for from in (0..all).step_by(CHUNK) {
        count(
            &mut reputation,
            &counted(shape, from, (from + CHUNK).min(all), all),
        );
    }
    let after = resident()?;
    black_box(reputation);
    Ok(after - before)
}

fn merge() -> Result<f64> {
    let shape = Shape {
        entities: 1_000,
        topics: 25,
        channels: 5,
        days: 7,
    };
    let shard = |part: usize| {
        let mut reputation = empty(shape);
        let (from, to) = (part * MENTIONS / 2, (part + 1) * MENTIONS / 2);
        count(&mut reputation, &counted(shape, from, to, MENTIONS));
        reputation
    };
    let (one, other) = (shard(0), shard(1));
    let clock = Clock::new();
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let (mut one, other) = (one.clone(), other.clone());
        let begun = clock.seconds();
        one.merge(other)?;
        times.push((clock.seconds() - begun) * 1_000.0);
        black_box(one);
    }
    Ok(median(times))
}

/// Mebibytes of this process in memory.
fn resident() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|l| l.strip_prefix("VmRSS:"))
        .ok_or("this system does not tell how much memory a process has")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kib / 1024.0)
}
