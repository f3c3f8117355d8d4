use std::sync::Mutex;

use super::*;
use crate::simulate::{Options as Simulated, simulate};
use avizor::Classifier;

const AIRLINE: &str = include_str!("../../../../examples/airline.toml");

/// A protocol with two rules of one level, one of them far too eager; nobody else is watched.
fn eager() -> String {
    r#"version = 1
language = "es"

[[entity]]
name = "Aurora Air"
aliases = ["aurora air", "auroraair", "@auroraair"]

[[level]]
name = "alerta"
severity = 2
owner = "comunidad"
respond_within = "1h"

# Muchas quejas.
[[trigger]]
name = "ola"
level = "alerta"
window = "1h"
when = "negative >= 5 && distinct_authors >= 4" # muy sensible
keep_firing_for = "2h"

[[trigger]]
name = "volumen"
level = "alerta"
window = "1h"
when = "volume >= 14"
"#
    .to_owned()
}

fn history(text: &str) -> (Recording, Vec<Incident>) {
    let options = Simulated {
        days: Some(14),
        ..Simulated::default()
    };
    let stream = simulate("month", &options).unwrap();
    let protocol = Protocol::parse(text).unwrap();
    let classifier = Classifier::for_protocol(&protocol);
    (
        Recording::of(stream.mentions, &classifier),
        stream.incidents,
    )
}

fn small() -> Options {
    Options {
        per_rule: 24,
        draws: 50,
        ..Options::default()
    }
}

#[test]
fn an_eager_protocol_is_calmed_and_the_file_does_what_is_reported() {
    let text = eager();
    let (recording, incidents) = history(&text);
    let kept = Mutex::new(Done::new());
    let told = |new: &Done| kept.lock().unwrap().extend(new.clone());
    let options = small();
    let tuned = tune(&text, &recording, &incidents, &options, &Done::new(), &told).unwrap();
    let (now, then) = (&tuned.chosen.searched, &tuned.present.searched);
    assert!(
        now.false_alarms < then.false_alarms,
        "{now:?} against {then:?}"
    );
    assert!(now.detected >= then.detected.min(1));
    assert!(tuned.diff.contains("\n-when = \"negative >= 5") || tuned.diff.contains("\n-window"));
    // Comments stay, and the file is what a backtest says it is.
    assert!(
        tuned.protocol.contains("# muy sensible") && tuned.protocol.contains("# Muchas quejas.")
    );
    let chosen = Protocol::parse(&tuned.protocol).unwrap();
    let (whole, _) =
        backtest::backtest(&chosen, &recording, &incidents, &options.counting).unwrap();
    assert_eq!(
        whole.false_alarms,
        now.false_alarms + tuned.chosen.held_out.false_alarms
    );
    assert_eq!(
        whole.detected,
        now.detected + tuned.chosen.held_out.detected
    );
    // A run that goes on from what was kept replays nothing and says the same.
    let kept = kept.into_inner().unwrap();
    let silent = |new: &Done| assert!(new.is_empty(), "replayed again: {new:?}");
    let again = tune(&text, &recording, &incidents, &options, &kept, &silent).unwrap();
    assert_eq!(again, tuned);
}

#[test]
fn no_point_of_the_front_dominates_another() {
    let text = eager();
    let (recording, incidents) = history(&text);
    let tuned = tune(
        &text,
        &recording,
        &incidents,
        &small(),
        &Done::new(),
        &|_| (),
    )
    .unwrap();
    assert!(!tuned.front.is_empty());
    for a in &tuned.front {
        assert!(
            tuned
                .front
                .iter()
                .all(|b| !a.searched.dominates(&b.searched))
        );
        assert!(!tuned.present.searched.dominates(&a.searched));
    }
    if let Some(cheapest) = &tuned.cheapest {
        assert!(cheapest.searched.dominates(&tuned.present.searched));
    }
}

#[test]
fn effects_of_variants_are_those_of_their_own_protocols() {
    // The search looks at rules one by one; what takes up another's fire is left to the replay of the whole.
    let mut lone = replay::document(AIRLINE).unwrap();
    lone.remove("inhibition");
    let text = lone.to_string();
    let (recording, _) = history(&text);
    let protocol = Protocol::parse(&text).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let varied = variants(&protocol, 0, false, 12, &mut rng);
    let jobs: Vec<(usize, &Variant)> = varied.iter().map(|v| (0, v)).collect();
    let together = replay::replay(&text, &recording, &jobs, &Done::new(), &|_| ()).unwrap();
    for (i, variant) in varied.iter().enumerate().step_by(5) {
        let mut document = lone.clone();
        replay::write(
            replay::rules(&mut document).unwrap().get_mut(0).unwrap(),
            variant,
        );
        let alone = Protocol::parse(&document.to_string()).unwrap();
        let alarms: Vec<Fire> = alarms(
            &alone,
            &recording.replay(&alone),
            &backtest::Options::default(),
        )
        .into_iter()
        .filter(|a| a.trigger == protocol.triggers[0].name)
        .map(|a| Fire {
            at: a.at,
            entity: a.entity,
        })
        .collect();
        assert_eq!(alarms, together[i], "{variant:?}");
    }
}

#[test]
fn what_cannot_be_tuned_says_why() {
    let text = eager();
    let (recording, incidents) = history(&text);
    let fault = |incidents: &[Incident], options: &Options| {
        tune(&text, &recording, incidents, options, &Done::new(), &|_| ())
            .unwrap_err()
            .to_string()
    };
    assert!(fault(&[], &small()).contains("no incident begins"));
    let unknown = Options {
        rules: vec!["olas".into()],
        ..small()
    };
    assert!(fault(&incidents, &unknown).contains("its rules are ola, volumen"));
    let share = Options {
        held_out: 1.5,
        ..small()
    };
    assert!(fault(&incidents, &share).contains("between 0 and 1"));
}

#[test]
fn rules_that_go_leave_what_named_them() {
    let mut document = replay::document(
        r#"
        [[inhibition]]
        while = ["a", "b"]
        mutes = ["c"]
        [[inhibition]]
        while = ["a"]
        mutes = ["c"]
        [[silence]]
        name = "only a"
        triggers = ["a"]
        [[silence]]
        name = "all"
        "#,
    )
    .unwrap();
    replay::forget(&mut document, &["a".to_owned()]);
    let left = document.to_string();
    assert!(
        left.contains(r#""b""#) && !left.contains(r#""a""#),
        "{left}"
    );
    assert_eq!(left.matches("[[inhibition]]").count(), 1);
    assert!(left.contains(r#"name = "all""#) && !left.contains("only a"));
}
