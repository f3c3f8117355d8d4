//! What a reputation promises of any stream at all: merging is exact, nobody moves it alone.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Dimension, Facet, Period, Reputation};
use crate::analysis::{Analysis, Language, Polarity, Topic};
use crate::mention::Mention;
use crate::time::{Span, Timestamp};

const NO_TERMS: &[&str] = &[];

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
        Some(if i.is_multiple_of(2) {
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
        reputation.observe(0, &mention, &analysis, polarity(i), NO_TERMS);
    }
    for i in 0..count {
        reputation.observe(0, &extra(i), &analysis, Some(Polarity::Negative), NO_TERMS);
    }
    let day = [Period::new(at, at.plus(Span::days(1)))];
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
        reputation.observe(0, &mention, &Analysis::default(), None, NO_TERMS);
        reputation.observe(7, &mention, &Analysis::default(), None, NO_TERMS);
    }
    let parts = reputation.parts(0, Dimension::Channel);
    assert_eq!(parts.len(), super::MOST_PARTS);
    let day = [Period::new(at, at.plus(Span::days(1)))];
    let row = |dimension, part| reputation.rows(0, (dimension, part), &day, None);
    assert_eq!(row(Dimension::Channel, parts[5])[0].volume, 1);
    assert_eq!(row(Dimension::Language, "und")[0].volume, 400);
    assert_eq!(row(Dimension::Topic, "none such"), []);
    assert_eq!(row(Dimension::All, "")[0].score, None);
}

/// Noon of a day of the study, and what is said on it.
struct Day<'a> {
    to: &'a mut Reputation,
    at: Timestamp,
    next: &'a mut u64,
}

impl Day<'_> {
    /// So many mentions, each by somebody new unless named.
    fn say(
        &mut self,
        count: u32,
        polarity: Polarity,
        change: impl Fn(&mut Mention, &mut Analysis, &mut Vec<String>),
    ) {
        for _ in 0..count {
            *self.next += 1;
            let i = *self.next;
            let mut mention = Mention {
                author: Some(format!("a{i}")),
                ..Mention::new(format!("m{i}"), self.at, "")
            };
            let mut analysis = Analysis {
                language: Language::Spanish,
                ..Analysis::default()
            };
            let mut terms = Vec::new();
            change(&mut mention, &mut analysis, &mut terms);
            self.to
                .observe(0, &mention, &analysis, Some(polarity), &terms);
        }
    }
}

fn topic(analysis: &mut Analysis, name: &str) {
    analysis.topics.push(Topic {
        name: name.to_owned(),
        score: 1.0,
    });
}

/// Twenty-eight quiet days, then one on which baggage is lost.
fn lost_baggage() -> (Reputation, Period) {
    let mut reputation = Reputation::new(NAMES);
    let mut next = 0;
    let start = Timestamp::from_millis(START).floor(Span::days(1));
    for day in 0..29 {
        let at = start.plus(Span::days(day)).plus(Span::hours(12));
        let mut day_of = Day {
            to: &mut reputation,
            at,
            next: &mut next,
        };
        for (name, channel) in [("equipaje", "x"), ("precio", "web"), ("comida", "x")] {
            for polarity in Polarity::ALL {
                day_of.say(8, polarity, |m, a, t| {
                    topic(a, name);
                    m.channel = Some(channel.to_owned());
                    t.extend(["vuelo", name].map(str::to_owned));
                });
            }
        }
        if day == 28 {
            day_of.say(40, Polarity::Negative, |m, a, t| {
                topic(a, "equipaje");
                m.channel = Some("x".to_owned());
                t.extend(["vuelo", "maleta", "perdida"].map(str::to_owned));
            });
        }
    }
    let last = start.plus(Span::days(28));
    (reputation, Period::new(last, last.plus(Span::days(1))))
}

#[test]
fn a_change_is_taken_apart_and_adds_up() {
    let (reputation, day) = lost_baggage();
    let found = reputation
        .attribution(0, day, day.reference())
        .expect("there is enough");
    assert!(found.change < -30.0, "{found:?}");
    for (facet, causes) in &found.facets {
        let sum: f64 = causes.iter().map(|c| c.contribution).sum();
        assert!(
            (sum - found.change).abs() < 0.01 * causes.len() as f64,
            "{facet:?}: {sum}"
        );
        for c in causes {
            assert!(
                (c.by_volume + c.by_tone - c.contribution).abs() < 0.02,
                "{c:?}"
            );
        }
    }
    let of = |facet| {
        let (_, causes) = found
            .facets
            .iter()
            .find(|f| f.0 == facet)
            .expect("every facet");
        causes[0].name.as_str()
    };
    assert_eq!(of(Facet::Topic), "equipaje");
    assert_eq!(of(Facet::Channel), "x");
    assert!(["maleta", "perdida"].contains(&of(Facet::Term)));
    assert_eq!(reputation.attribution(1, day, day.reference()), None);
}

#[test]
fn what_grew_is_the_headline() {
    let (reputation, day) = lost_baggage();
    let grown = reputation.what_grew(0, day, day.reference(), 5);
    assert_eq!(grown[0].term, "maleta perdida", "{grown:?}");
    assert!(
        grown
            .iter()
            .all(|g| g.q_value <= 0.05 && g.mentions > g.expected)
    );
    assert!(grown.iter().all(|g| g.term != "precio"));
    let before = Period::new(day.start.minus(Span::days(1)), day.start);
    let quiet = Period::new(before.start.minus(Span::days(7)), before.start);
    assert_eq!(reputation.what_grew(0, before, quiet, 5), []);
}

#[test]
fn drift_tells_what_moved_and_what_did_not() {
    let (reputation, day) = lost_baggage();
    let shift = reputation
        .drift(0, day, day.reference())
        .expect("it is there");
    assert!(shift.sentiment.expect("enough").p_value < 1e-4);
    assert!(shift.wasserstein.expect("enough") > 0.3);
    assert!(shift.topics.p_value < 0.01 && shift.topics.distance > 0.1);
    assert_eq!(shift.series[0].name, "equipaje");
    let quiet = |s: &&super::SeriesDrift| s.name == "precio";
    let price = shift.series.iter().find(quiet).expect("it was spoken of");
    assert!(price.q_value > 0.5);
    assert_eq!(reputation.drift(7, day, day.reference()), None);
}

#[test]
fn shares_of_voice_add_up_and_gaps_have_a_side() {
    let (mut reputation, day) = lost_baggage();
    let analysis = Analysis {
        language: Language::Spanish,
        ..Analysis::default()
    };
    for i in 0..50 {
        let mention = Mention::new(format!("b{i}"), day.start, "");
        reputation.observe(1, &mention, &analysis, Some(Polarity::Positive), NO_TERMS);
    }
    let voices = reputation.share_of_voice(0, (Dimension::All, ""), day, None);
    assert!((voices.iter().map(|v| v.share).sum::<f64>() - 1.0).abs() < 1e-12);
    assert!(
        voices
            .iter()
            .all(|v| v.share_low < v.share && v.share < v.share_high)
    );
    assert_eq!(voices[0].gap, None);
    let gap = voices[1].gap.expect("both have enough");
    assert!(gap.high < -50.0 && gap.low < gap.value && gap.value < gap.high);
    let topics = reputation.topics_compared(0, day, None);
    assert_eq!(topics.len(), 3);
    assert!(
        topics
            .iter()
            .all(|t| t.voices[1].volume == 0 && t.voices[0].share == 1.0)
    );
}

#[test]
fn influence_ranks_by_what_carries() {
    let (mut reputation, day) = lost_baggage();
    let mut next = 1_000_000;
    let mut of_day = Day {
        to: &mut reputation,
        at: day.start,
        next: &mut next,
    };
    of_day.say(3, Polarity::Negative, |m, _, _| {
        m.author = Some("the loud one".to_owned());
        m.followers = Some(400_000);
        m.likes = Some(900);
    });
    of_day.say(2, Polarity::Positive, |m, _, _| {
        m.author = Some("the fond one".to_owned());
        m.followers = Some(9_000);
    });
    let influence = reputation.influence(0, day, 3);
    assert!(influence.exact);
    assert_eq!(influence.leading[0].author, "the loud one");
    assert_eq!(influence.leading[0].mentions, 3.0);
    assert_eq!(influence.complaints[0].author, "the loud one");
    assert_eq!(influence.praise[0].author, "the fond one");
    assert_eq!(influence.distinct_authors, 114.0);
    assert!(influence.gini > 0.0 && influence.top10_share > 10.0 / 117.0);
}

#[test]
fn indicators_are_those_of_the_registry() {
    let (mut reputation, day) = lost_baggage();
    let mut next = 2_000_000;
    let mut of_day = Day {
        to: &mut reputation,
        at: day.start.plus(Span::hours(13)),
        next: &mut next,
    };
    of_day.say(4, Polarity::Negative, |m, a, _| {
        a.intent = crate::Intent::Complaint;
        m.likes = Some(10);
        m.shares = Some(5);
        m.followers = Some(100);
    });
    let asked = day.start.plus(Span::hours(13));
    reputation.answered("m2000001", asked.plus(Span::minutes(10)));
    reputation.answered("m2000001", asked.plus(Span::minutes(50)));
    reputation.answered("m2000002", asked.plus(Span::minutes(30)));
    let value = |name: &str| reputation.kpi(0, name, day).expect("in the registry").value;
    let near = |name: &str, expected: f64| {
        let got = value(name).unwrap_or(f64::NAN);
        assert!((got - expected).abs() < 0.01, "{name}: {got}");
    };
    near("net_sentiment", 100.0 * -44.0 / 116.0);
    near("net_sentiment_polar", 100.0 * -44.0 / 92.0);
    near("share_of_voice", 100.0);
    near("engagement_rate", 100.0 * 60.0 / 400.0);
    near("amplification_rate", 20.0 / 116.0);
    near("applause_rate", 40.0 / 116.0);
    near("conversation_rate", 0.0);
    near("response_rate", 50.0);
    near("first_response_median", 10.0);
    near("first_response_p90", 30.0);
    near("advocates_share", 100.0 * 24.0 / 116.0);
    assert!(value("crisis_half_life").is_some_and(|h| h < 2.0));
    assert_eq!(
        reputation.kpis(0, day).len(),
        super::kpi_definitions().len() - 1
    );
    let ave = reputation.kpi(0, "AVE", day).expect("it has an answer");
    assert_eq!(ave.value, None);
    assert_eq!(ave.instead.len(), 4);
    assert!(
        ave.instead
            .iter()
            .any(|k| k.definition.name == "net_sentiment" && k.value.is_some())
    );
    for language in Language::SUPPORTED {
        assert!(ave.definition.note.in_language(language).contains("AMEC"));
        let titled = |d: &super::KpiDefinition| !d.title.in_language(language).is_empty();
        assert!(super::kpi_definitions().iter().all(titled));
    }
    let unknown = reputation.kpi(0, "buzz", day).expect_err("no such thing");
    assert!(unknown.to_string().contains("net_sentiment"));
}

#[test]
fn bytes_are_versioned_and_checked() {
    let (reputation, _) = lost_baggage();
    let bytes = reputation.to_bytes().expect("there is memory");
    assert_eq!(Reputation::from_bytes(&bytes).expect("whole"), reputation);
    assert!(Reputation::from_bytes(&bytes[..bytes.len() - 1]).is_err());
    for at in [0, 8, 12, 20, bytes.len() / 2, bytes.len() - 1] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        assert!(Reputation::from_bytes(&damaged).is_err(), "at {at}");
    }
    let mut newer = bytes;
    newer[8] += 1;
    let message = Reputation::from_bytes(&newer)
        .expect_err("newer")
        .to_string();
    assert!(
        message.contains("use the version that wrote it"),
        "{message}"
    );
}
