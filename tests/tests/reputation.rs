//! What may be asked of a monitor about reputation, from texts to answers.

use std::sync::LazyLock;

use avizor::reputation::{Dimension, Period};
use avizor::{Classifier, Error, Mention, Monitor, Protocol, Span, Timestamp};
use avizor_tests::{AIRLINE, SMALL, monitor, protocol};

static PROTOCOL: LazyLock<Protocol> = LazyLock::new(|| protocol(SMALL));
static CLASSIFIER: LazyLock<Classifier> =
    LazyLock::new(|| Classifier::for_protocol(&PROTOCOL).with_evidence(false));
const START: Timestamp = Timestamp::from_millis(1_772_409_600_000);
const ALL: (Dimension, &str) = (Dimension::All, "");

fn fresh() -> Monitor {
    monitor(&PROTOCOL, &CLASSIFIER)
}

/// Thirty days of five mentions, and a last one on which the news is a lost suitcase.
fn month() -> Vec<Mention> {
    let usual = [
        "@auroraair gracias por el vuelo, muy amables",
        "@auroraair pésimo servicio, un desastre",
        "aurora air abre una ruta a Lisboa",
        "boreas muy puntual, da gusto",
        "aurora air tiene mejor precio",
    ];
    let mut all = Vec::new();
    let mut add = |day: u32, text: &str| {
        let i = all.len();
        let at = START
            .plus(Span::days(day))
            .plus(Span::minutes(i as u32 % 600));
        all.push(Mention {
            author: Some(format!("autor {i}")),
            channel: Some(if i.is_multiple_of(2) { "x" } else { "web" }.to_owned()),
            // No two alike: copies of one text would weigh no more than two.
            ..Mention::new(format!("m{i}"), at, format!("{text}, caso {i}"))
        });
    };
    for day in 0..30 {
        for text in usual {
            add(day, text);
        }
    }
    for _ in 0..20 {
        add(
            30,
            "@auroraair una vergüenza, maleta perdida y nadie responde",
        );
    }
    all.sort_by_key(|m| m.timestamp);
    all
}

fn last_day() -> Period {
    let start = START.plus(Span::days(30));
    Period::new(start, start.plus(Span::days(1)))
}

fn counted(mentions: &[Mention]) -> Monitor {
    let mut monitor = fresh();
    for m in mentions {
        monitor.observe(m);
    }
    monitor.finish();
    monitor
}

#[test]
fn shards_merge_to_what_one_monitor_counts() {
    let all = month();
    let one = counted(&all);
    let shard = |k: usize| -> Vec<Mention> {
        let of = all.iter().enumerate().filter(|(i, _)| i % 3 == k);
        of.map(|(_, m)| m.clone()).collect()
    };
    let mut merged = counted(&shard(2));
    for k in [0, 1] {
        merged.merge(&counted(&shard(k))).expect("of one protocol");
    }
    let bytes = |m: &Monitor| m.reputation_state().to_bytes().expect("there is memory");
    assert_eq!(bytes(&merged), bytes(&one));
    assert_eq!(merged.counts(), one.counts());
    let other = Monitor::new(protocol(AIRLINE));
    assert!(matches!(merged.merge(&other), Err(Error::Merge)));
}

#[test]
fn what_was_restored_answers_alike() {
    let all = month();
    let (before, after) = all.split_at(100);
    let bytes = counted(before).snapshot().expect("there is memory");
    let mut restored =
        Monitor::restore_with(PROTOCOL.clone(), CLASSIFIER.clone(), &bytes).expect("it is whole");
    let mut one = counted(before);
    for m in after {
        restored.observe(m);
        one.observe(m);
    }
    assert_eq!(
        restored.snapshot().expect("memory"),
        one.snapshot().expect("memory")
    );
    let asked = |m: &Monitor| m.drift("Aurora Air", last_day(), None).expect("known");
    assert_eq!(asked(&restored), asked(&one));
}

#[test]
fn every_question_has_an_answer() {
    let monitor = counted(&month());
    let day = last_day();
    let shift = monitor
        .drift("Aurora Air", day, None)
        .expect("known")
        .expect("there");
    assert!(shift.sentiment.expect("enough").change < -30.0);
    let cause = monitor
        .attribution("Aurora Air", day, None)
        .expect("known")
        .expect("enough");
    assert!(cause.change < -30.0 && !cause.leading.is_empty());
    let grown = monitor
        .what_grew("Aurora Air", day, None, 3)
        .expect("known");
    let told: Vec<&str> = grown.iter().map(|g| g.term.as_str()).collect();
    assert!(told.iter().any(|t| t.contains("maleta")), "{told:?}");
    let voices = monitor
        .share_of_voice("Aurora Air", ALL, day)
        .expect("known");
    assert_eq!((voices.len(), voices[0].share), (3, 1.0));
    let influence = monitor.influence("Aurora Air", day, 5).expect("known");
    assert_eq!(
        (influence.complaints.len(), influence.distinct_authors),
        (5, 20.0)
    );
    let kpis = monitor.kpis("Aurora Air", day).expect("known");
    assert!(kpis.iter().any(|k| k.value.is_some_and(|v| v < -30.0)));
    let points = monitor
        .change_points("Aurora Air", ALL, Span::days(1))
        .expect("known");
    assert!(points.len() <= 1);
    for error in [
        monitor.drift("Nadie", day, None).err(),
        monitor.kpis("Nadie", day).err(),
        monitor.kpi("Aurora Air", "buzz", day).err(),
    ] {
        let message = error.expect("nobody and nothing of that name").to_string();
        assert!(message.contains("Aurora Air") || message.contains("net_sentiment"));
    }
}

#[test]
fn a_long_gap_has_no_rows_of_its_own() {
    let text = "@auroraair gracias por el vuelo";
    let years = |n: u32| START.plus(Span::days(365 * n));
    let mentions = [0, 30].map(|n| Mention::new(format!("m{n}"), years(n), text));
    let monitor = counted(&mentions);
    let rows = monitor
        .reputation("Aurora Air", Span::hours(1))
        .expect("known");
    assert!(rows.len() <= 2, "{}", rows.len());
    assert_eq!(rows.iter().map(|r| r.volume).sum::<u32>(), 2);
    let days = monitor
        .reputation("Aurora Air", Span::days(30))
        .expect("known");
    assert!(days.is_sorted_by(|a, b| a.end <= b.start));
    assert_eq!(days.iter().map(|r| r.volume).sum::<u32>(), 2);
}
