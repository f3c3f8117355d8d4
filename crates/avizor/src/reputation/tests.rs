//! What a reputation promises of any stream at all: merging is exact, nobody moves it alone.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Dimension, Reputation};
use crate::analysis::{Analysis, Language, Polarity, Topic};
use crate::mention::Mention;
use crate::time::{Span, Timestamp};

const NAMES: [&str; 2] = ["Aurora Air", "Boreas"];
const START: i64 = 1_772_409_600_000;
const TEXTS: [&str; 4] = [
    "me perdieron la maleta otra vez",
    "gracias",
    "el vuelo salió tarde y nadie avisó",
    "",
];

/// Enough of a mention to be counted: distinct ids come from its place.
#[derive(Clone, Debug)]
struct Draft {
    hours: i64,
    entity: usize,
    polarity: Option<Polarity>,
    author: Option<u8>,
    text: usize,
    topics: u8,
    channel: Option<u8>,
    followers: Option<u64>,
    answers: Option<u8>,
}

fn draft() -> impl Strategy<Value = Draft> {
    let hours = prop_oneof![4 => 0_i64..72, 2 => 0_i64..24 * 150, 1 => 0_i64..24 * 2_000];
    let polarity = proptest::option::weighted(0.9, prop::sample::select(&Polarity::ALL[..]));
    let author = proptest::option::of(0_u8..20);
    let followers = proptest::option::of(0_u64..3_000_000);
    let channel = proptest::option::of(0_u8..3);
    let answers = proptest::option::weighted(0.1, 0_u8..50);
    (
        hours,
        0_usize..2,
        polarity,
        author,
        0_usize..4,
        0_u8..8,
        channel,
        followers,
        answers,
    )
        .prop_map(
            |(hours, entity, polarity, author, text, topics, channel, followers, answers)| Draft {
                hours,
                entity,
                polarity,
                author,
                text,
                topics,
                channel,
                followers,
                answers,
            },
        )
}

fn observe(to: &mut Reputation, i: usize, draft: &Draft) {
    let at = Timestamp::from_millis(START + draft.hours * 3_600_000 + i as i64 * 977);
    if let Some(id) = draft.answers {
        to.answered(&format!("m{id}"), at);
        return;
    }
    let mention = Mention {
        author: draft.author.map(|a| format!("a{a}")),
        followers: draft.followers,
        channel: draft.channel.map(|c| format!("c{c}")),
        ..Mention::new(format!("m{i}"), at, TEXTS[draft.text])
    };
    let topics = ["equipaje", "retrasos", "precio"];
    let analysis = Analysis {
        language: Language::Spanish,
        topics: (0..3)
            .filter(|t| draft.topics >> t & 1 == 1)
            .map(|t| Topic {
                name: topics[t].to_owned(),
                score: 1.0,
            })
            .collect(),
        ..Analysis::default()
    };
    let terms: Vec<String> = TEXTS[draft.text].split(' ').map(str::to_owned).collect();
    to.observe(draft.entity, &mention, &analysis, draft.polarity, &terms);
}

/// A sample small enough to overflow.
fn empty() -> Reputation {
    Reputation::with_sample(NAMES, 8)
}

fn bytes(of: &Reputation) -> Vec<u8> {
    postcard::to_stdvec(of).expect("there is memory")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_split_in_any_order_gives_the_same_bytes(
        drafts in vec(draft(), 0..200),
        shards in vec(0_usize..5, 200),
        order in Just((0_usize..5).collect::<Vec<_>>()).prop_shuffle(),
        reversed in any::<bool>(),
    ) {
        let mut one = empty();
        for (i, d) in drafts.iter().enumerate() {
            observe(&mut one, i, d);
        }
        let mut parts = vec![empty(); 5];
        let mut indices: Vec<usize> = (0..drafts.len()).collect();
        if reversed {
            indices.reverse();
        }
        for i in indices {
            observe(&mut parts[shards[i]], i, &drafts[i]);
        }
        let mut merged = empty();
        for shard in order {
            merged.merge(parts[shard].clone()).expect("of the same entities");
        }
        prop_assert_eq!(bytes(&merged), bytes(&one));
        let read: Reputation = postcard::from_bytes(&bytes(&one)).expect("whole");
        prop_assert_eq!(read, one);
    }
}

#[test]
fn shards_of_others_are_refused() {
    let mut one = empty();
    assert!(one.merge(Reputation::with_sample(["Boreas"], 8)).is_err());
    assert!(one.merge(Reputation::with_sample(NAMES, 9)).is_err());
    assert_eq!(one, empty());
}

/// The score of a day on which forty authors are split evenly, and what comes on top.
fn score(extra: impl Fn(usize) -> Mention, count: usize) -> f64 {
    let mut reputation = Reputation::new(["Aurora Air"]);
    let analysis = Analysis {
        language: Language::Spanish,
        ..Analysis::default()
    };
    let at = Timestamp::from_millis(START);
    let polarity = |i: usize| {
        Some(if i % 2 == 0 {
            Polarity::Positive
        } else {
            Polarity::Negative
        })
    };
    for i in 0..40 {
        let mention = Mention {
            author: Some(format!("a{i}")),
            ..Mention::new(
                format!("m{i}"),
                at,
                format!("una opinión propia, la número {i}"),
            )
        };
        reputation.observe(0, &mention, &analysis, polarity(i), &[]);
    }
    for i in 0..count {
        reputation.observe(0, &extra(i), &analysis, Some(Polarity::Negative), &[]);
    }
    let day = [(at, at.plus(Span::days(1)))];
    let rows = reputation.rows(0, (Dimension::All, ""), &day, None);
    rows[0].score.expect("forty are enough").value
}

#[test]
fn no_author_and_no_copied_text_moves_the_score_alone() {
    let at = Timestamp::from_millis(START);
    let one_author = |i: usize| Mention {
        author: Some("a-loud-one".into()),
        followers: Some(5_000_000),
        likes: Some(90_000),
        ..Mention::new(
            format!("x{i}"),
            at,
            format!("lo mismo con otras palabras {i}"),
        )
    };
    let one_text = |i: usize| Mention {
        author: Some(format!("b{i}")),
        ..Mention::new(format!("x{i}"), at, "RT @someone nunca más vuelo con ellos")
    };
    // Two mentions of unit weight among forty are 100 x 2 / 42 = 4.8 points; where there are too many to remember,
    // one group of 64 may stand four deviations above the others: 100 x 6.6 / 46.6 = 14 at most.
    assert!(score(one_author, 0).abs() < 0.01);
    for count in [1, 10, 88, 300, 3_000] {
        for value in [score(one_author, count), score(one_text, count)] {
            assert!(
                (-15.0..-1.0).contains(&value),
                "{count} moved it to {value}"
            );
        }
    }
    let people = |i: usize| Mention {
        author: Some(format!("b{i}")),
        ..Mention::new(format!("x{i}"), at, format!("también me pasó, caso {i}"))
    };
    assert!(score(people, 300) < -80.0, "many people do");
}

#[test]
fn parts_add_up_and_are_bounded() {
    let mut reputation = Reputation::new(NAMES);
    let at = Timestamp::from_millis(START);
    for i in 0..400 {
        let mention = Mention {
            channel: Some(format!("channel {i}")),
            ..Mention::new(format!("m{i}"), at, "")
        };
        reputation.observe(0, &mention, &Analysis::default(), None, &[]);
        reputation.observe(7, &mention, &Analysis::default(), None, &[]);
    }
    let parts = reputation.parts(0, Dimension::Channel);
    assert_eq!(parts.len(), super::MOST_PARTS);
    let day = [(at, at.plus(Span::days(1)))];
    let row = |dimension, part| reputation.rows(0, (dimension, part), &day, None);
    assert_eq!(row(Dimension::Channel, parts[5])[0].volume, 1);
    assert_eq!(row(Dimension::Language, "und")[0].volume, 400);
    assert_eq!(row(Dimension::Topic, "none such"), []);
    assert_eq!(row(Dimension::All, "")[0].score, None);
}
