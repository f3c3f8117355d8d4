//! What counting costs: analysed mentions into windows, two shards into one, a year into rows.

use std::hint::black_box;

use avizor::reputation::{Dimension, Period};
use avizor::{Span, Timestamp};
use avizor_benches::counting::{Shape, count, counted, empty};
use divan::Bencher;
use divan::counter::ItemsCount;

/// Mentions of one round.
const MENTIONS: usize = 100_000;
/// Days of one entity that are turned into rows.
const DAYS: u32 = 365;

fn main() {
    divan::main();
}

/// The target is 1,000,000 a second.
#[divan::bench(sample_count = 5)]
fn ingest_50_entities_25_topics_5_channels(bencher: Bencher) {
    let shape = Shape {
        entities: 50,
        topics: 25,
        channels: 5,
        days: 1,
    };
    let all = counted(shape, 0, MENTIONS, MENTIONS);
    bencher
        .counter(ItemsCount::new(all.len()))
        .with_inputs(|| empty(shape))
        .bench_local_values(|mut reputation| {
            count(&mut reputation, black_box(&all));
            reputation
        });
}

/// The target is 50 ms.
#[divan::bench(sample_count = 5)]
fn merge_two_shards_of_1000_entities(bencher: Bencher) {
    let shape = Shape {
        entities: 1_000,
        topics: 5,
        channels: 3,
        days: 7,
    };
    let shard = |part: usize| {
        let mut reputation = empty(shape);
        count(
            &mut reputation,
            &counted(shape, part * MENTIONS, (part + 1) * MENTIONS, 2 * MENTIONS),
        );
        reputation
    };
    let (one, other) = (shard(0), shard(1));
    bencher
        .with_inputs(|| (one.clone(), other.clone()))
        .bench_local_values(|(mut one, other)| {
            one.merge(other).expect("shards of the same entities");
            one
        });
}

#[divan::bench(sample_count = 5)]
fn rows_of_a_year(bencher: Bencher) {
    let shape = Shape {
        entities: 1,
        topics: 5,
        channels: 3,
        days: DAYS,
    };
    let mut reputation = empty(shape);
    count(&mut reputation, &counted(shape, 0, MENTIONS, MENTIONS));
    let start = Timestamp::from_millis(1_772_409_600_000);
    let days: Vec<Period> = (0..DAYS)
        .map(|d| Period::new(start.plus(Span::days(d)), start.plus(Span::days(d + 1))))
        .collect();
    bencher
        .counter(ItemsCount::new(days.len()))
        .bench_local(|| reputation.rows(0, (Dimension::All, ""), black_box(&days), None));
}
