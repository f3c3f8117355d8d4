//! Analysed mentions for counting alone: entities, topics and channels as many as asked for, days as long.

use avizor::reputation::Reputation;
use avizor::{Analysis, Language, Mention, Polarity, Span, Timestamp, Topic};

/// 2026-03-02T00:00:00Z, a Monday.
const START: Timestamp = Timestamp::from_millis(1_772_409_600_000);

/// What a stream looks like.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Entities that are spoken of, evenly.
    pub entities: usize,
    /// Topics; each mention has one.
    pub topics: usize,
    /// Channels; each mention has one.
    pub channels: usize,
    /// Days over which the mentions are spread, evenly and in order.
    pub days: u32,
}

/// One analysed mention with what the monitor would hand on.
#[derive(Clone, Debug)]
pub struct Counted {
    entity: usize,
    mention: Mention,
    analysis: Analysis,
    polarity: Option<Polarity>,
    terms: Vec<String>,
}

/// Nobody has said anything yet.
pub fn empty(shape: Shape) -> Reputation {
    Reputation::new((0..shape.entities).map(|i| format!("entity {i}")))
}

/// Mentions `from..to` of `of` in all: the same on every machine.
pub fn counted(shape: Shape, from: usize, to: usize, of: usize) -> Vec<Counted> {
    let topics: Vec<String> = (0..shape.topics).map(|i| format!("topic {i}")).collect();
    let channels: Vec<String> = (0..shape.channels)
        .map(|i| format!("channel {i}"))
        .collect();
    let length = Span::days(shape.days).millis();
    (from..to)
        .map(|i| {
            let dice = mixed(i as u64);
            let at = START.plus(Span::from_millis((i as i64) * length / of.max(1) as i64));
            let mention = Mention {
                author: Some(format!("author {}", dice >> 8 & 0xffff)),
                followers: Some(dice >> 24 & 0xfff),
                likes: Some(dice >> 36 & 0xf),
                channel: Some(channels[(dice >> 40) as usize % channels.len()].clone()),
                ..Mention::new(format!("{i}"), at, "no llegó la maleta y nadie contesta")
            };
            let analysis = Analysis {
                language: Language::Spanish,
                topics: vec![Topic {
                    name: topics[(dice >> 44) as usize % topics.len()].clone(),
                    score: 1.0,
                }],
                ..Analysis::default()
            };
            Counted {
                entity: (dice >> 50) as usize % shape.entities,
                mention,
                analysis,
                polarity: Some(Polarity::ALL[(dice % 3) as usize]),
                terms: vec!["maleta".to_owned(), format!("word{}", dice >> 12 & 0xff)],
            }
        })
        .collect()
}

/// Counts them all.
pub fn count(reputation: &mut Reputation, all: &[Counted]) {
    for c in all {
        reputation.observe(c.entity, &c.mention, &c.analysis, c.polarity, &c.terms);
    }
}

/// The finishing step of SplitMix64 (Steele, Lea and Flood 2014).
fn mixed(i: u64) -> u64 {
    let x = i.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
