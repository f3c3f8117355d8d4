//! Same text, same answer: on any thread, and whatever was read before it.

use std::sync::LazyLock;
use std::thread;

use avizor::classify::Scratch;
use avizor::{Analysis, Classifier, Mention};
use avizor_tests::{AIRLINE, protocol, scenario};

static CLASSIFIER: LazyLock<Classifier> =
    LazyLock::new(|| Classifier::for_protocol(&protocol(AIRLINE)));

fn texts() -> Vec<Mention> {
    let mut all = scenario("flash-burst", 5);
    all.truncate(1_200);
    for (i, text) in [
        "",
        "\0",
        "😡😡",
        "not bad at all",
        "não é ruim",
        "これはひどい",
    ]
    .into_iter()
    .enumerate()
    {
        all.push(Mention::new(
            format!("x{i}"),
            avizor::Timestamp::default(),
            text,
        ));
    }
    all
}

#[test]
fn from_four_threads() {
    let texts = texts();
    let read = |from: usize| -> Vec<(usize, Analysis)> {
        let mut scratch = Scratch::default();
        let order = (0..texts.len()).map(|i| (i * 7 + from * 301) % texts.len());
        let mut all: Vec<_> = order
            .map(|i| (i, CLASSIFIER.analyse(&mut scratch, &texts[i])))
            .collect();
        all.sort_by_key(|(i, _)| *i);
        all.dedup_by_key(|(i, _)| *i);
        all
    };
    let answers: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|from| scope.spawn(move || read(from))).collect();
        threads
            .into_iter()
            .map(|t| t.join().expect("no panic"))
            .collect()
    });
    assert_eq!(answers[0].len(), texts.len());
    for other in &answers[1..] {
        assert!(*other == answers[0]);
    }
}

#[test]
fn with_fresh_and_with_used_buffers() {
    let mut used = Scratch::default();
    for mention in texts() {
        let fresh = CLASSIFIER.analyse(&mut Scratch::default(), &mention);
        assert_eq!(fresh, CLASSIFIER.analyse(&mut used, &mention));
        assert_eq!(
            fresh.sentiment,
            CLASSIFIER.sentiment(&mut used, &mention.text).1,
            "{}",
            mention.text
        );
    }
}

#[test]
fn from_two_classifiers_by_turns() {
    let plain = Classifier::new();
    let mut shared = Scratch::default();
    let (mut first, mut second) = (Scratch::default(), Scratch::default());
    for mention in texts().iter().take(200) {
        let answers = [&plain, &CLASSIFIER].map(|c| c.analyse(&mut shared, mention));
        let own = [
            plain.analyse(&mut first, mention),
            CLASSIFIER.analyse(&mut second, mention),
        ];
        assert!(answers == own, "{}", mention.text);
    }
}

#[test]
fn with_and_without_evidence() {
    let silent = CLASSIFIER.clone().with_evidence(false);
    let mut scratch = Scratch::default();
    for mention in texts() {
        let told = CLASSIFIER.analyse(&mut scratch, &mention);
        let untold = silent.analyse(&mut scratch, &mention);
        assert!(untold.evidence.is_empty());
        assert_eq!(
            Analysis {
                evidence: Vec::new(),
                ..told
            },
            untold
        );
    }
}
