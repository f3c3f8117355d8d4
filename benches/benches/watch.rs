//! What watching costs: a mention through the whole monitor, its counting alone, one bucket of surprise.

use std::hint::black_box;

use avizor::crisis::Surprise;
use avizor::{Analysis, Mention, Monitor, Protocol, Scratch, Span, Timestamp};
use avizor_benches::{AIRLINE, stream};
use divan::Bencher;
use divan::counter::ItemsCount;

/// Mentions of one round.
const MENTIONS: usize = 5_000;
/// Five-minute buckets of one round: a week.
const BUCKETS: usize = 7 * 288;

fn main() {
    divan::main();
}

fn monitor() -> Monitor {
    Monitor::new(Protocol::parse(AIRLINE).expect("the protocol of the examples is sound"))
}

fn some_mentions() -> Vec<Mention> {
    let mut mentions = stream().expect("the simulator knows its own scenario");
    mentions.truncate(MENTIONS);
    mentions
}

#[divan::bench]
fn observe(bencher: Bencher) {
    let (start, mentions) = (monitor(), some_mentions());
    bencher
        .counter(ItemsCount::new(mentions.len()))
        .with_inputs(|| start.clone())
        .bench_local_values(|mut monitor| {
            for mention in &mentions {
                black_box(monitor.observe(black_box(mention)));
            }
            black_box(monitor.finish());
            monitor
        });
}

#[divan::bench]
fn observe_analysed(bencher: Bencher) {
    let (start, mentions) = (monitor(), some_mentions());
    let mut scratch = Scratch::default();
    let analyses: Vec<Analysis> = mentions
        .iter()
        .map(|m| start.classifier().analyse(&mut scratch, m))
        .collect();
    bencher
        .counter(ItemsCount::new(mentions.len()))
        .with_inputs(|| start.clone())
        .bench_local_values(|mut monitor| {
            for (mention, analysis) in mentions.iter().zip(&analyses) {
                black_box(monitor.observe_analysed(black_box(mention), analysis));
            }
            black_box(monitor.finish());
            monitor
        });
}

/// One bucket of one series.
#[divan::bench]
fn surprise(bencher: Bencher) {
    let step = Span::minutes(5);
    let start = Timestamp::from_millis(1_772_409_600_000);
    bencher
        .counter(ItemsCount::new(BUCKETS))
        .with_inputs(|| Surprise::new(step))
        .bench_local_values(|mut series| {
            let mut at = start;
            for i in 0..BUCKETS {
                // Uneven, as counts are, and the same on every machine.
                let count = (i * i * 7 + i * 13) % 23;
                black_box(series.observe(at, black_box(count as f64)));
                at = at.plus(step);
            }
            series
        });
}

/// One bucket of a series that is followed and not judged: a thousand series for a year are 105 million.
#[divan::bench]
fn follow(bencher: Bencher) {
    let step = Span::minutes(5);
    let start = Timestamp::from_millis(1_772_409_600_000);
    bencher
        .counter(ItemsCount::new(BUCKETS))
        .with_inputs(|| Surprise::new(step))
        .bench_local_values(|mut series| {
            let mut at = start;
            for i in 0..BUCKETS {
                let count = (i * i * 7 + i * 13) % 23;
                black_box(series.follow(at, black_box(count as f64)));
                at = at.plus(step);
            }
            series
        });
}
