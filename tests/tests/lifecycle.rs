//! Signals against the life that a rule may lead: pending, firing, resolved, each in its turn.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use avizor::crisis::SignalEnd;
use avizor::{Classifier, Mention, Protocol, Signal, SignalState, Span, Timestamp};
use avizor_tests::{AIRLINE, SMALL, monitor, protocol, replay, scenario};
use proptest::collection::vec;
use proptest::prelude::*;

const STEP: i64 = 300_000;

/// Checks each change against the one before it of the same rule and entity.
fn check(protocol: &Protocol, signals: &[Signal]) {
    let mut last: BTreeMap<(&str, &str), &Signal> = BTreeMap::new();
    for s in signals {
        let trigger = protocol.triggers.iter().find(|t| t.name == s.trigger);
        let trigger = trigger.expect("the protocol has this rule");
        let before = last.insert((&s.trigger, &s.entity), s);
        let open = before.filter(|b| b.state != SignalState::Resolved);
        let waited = open.map_or(0, |b| s.at.millis() - b.at.millis());
        match (open.map(|b| b.state), s.state) {
            (None, SignalState::Pending) => {
                let held_back = s.life.held_back_by.is_some();
                assert!(trigger.hold > Span::default() || held_back, "{s:?}");
            }
            (None, SignalState::Firing) => assert_eq!(trigger.hold, Span::default(), "{s:?}"),
            (Some(SignalState::Pending), SignalState::Firing | SignalState::Resolved) => {
                assert!(waited >= trigger.hold.millis(), "{s:?}");
            }
            (Some(SignalState::Firing), SignalState::Resolved)
                if matches!(s.life.end, Some(SignalEnd::AbsorbedBy(_))) => {}
            (Some(SignalState::Firing), SignalState::Resolved) => {
                assert!(waited >= trigger.keep_firing_for.millis(), "{s:?}");
            }
            (from, to) => panic!("{from:?} to {to:?} is no step of a life: {s:?}"),
        }
        assert!(before.is_none_or(|b| b.at < s.at), "{s:?}");
        assert!(open.is_none_or(|b| b.id == s.id), "one fire, one id: {s:?}");
        assert!(
            open.is_some() || before.is_none_or(|b| b.id != s.id),
            "{s:?}"
        );
        assert_eq!(s.respond_by.is_some(), s.state == SignalState::Firing);
        assert_eq!(s.window.end, s.at);
        assert_eq!(s.window.end.minus(trigger.window), s.window.start);
        assert_eq!(s.level, protocol.levels[trigger.level].name);
        assert!(!s.explanation.is_empty());
        assert!(
            s.indicators.keys().map(String::as_str).eq(trigger
                .when
                .names()
                .iter()
                .copied()
                .collect::<std::collections::BTreeSet<_>>()),
            "{s:?}"
        );
    }
    assert!(signals.is_sorted_by_key(|s| s.at));
}

#[test]
fn whole_scenarios_keep_to_it() {
    for name in ["flash-burst", "collector-gap", "late-data", "bot-flood"] {
        let protocol = protocol(AIRLINE);
        let mut monitor = monitor(&protocol, &Classifier::for_protocol(&protocol));
        let signals = replay(&mut monitor, &scenario(name, 3));
        check(&protocol, &signals);
    }
}

/// A rule on volume alone, so that a plain model can foretell everything.
fn counting(hold: u32, keep: u32) -> Protocol {
    let when = format!(
        "[[trigger]]\nname = \"v\"\nlevel = \"aviso\"\nwindow = \"30m\"\nwhen = \"volume >= 3\"\nfor = \"{hold}m\"\nkeep_firing_for = \"{keep}m\"\n"
    );
    let (head, _) = SMALL.split_once("[[level]]").expect("it has levels");
    protocol(&format!(
        "{head}[[level]]\nname = \"aviso\"\nseverity = 1\nowner = \"x\"\nrespond_within = \"1h\"\n{when}"
    ))
}

/// The changes that a count of three in half an hour must bring, by the book.
fn model(minutes: &[i64], hold: i64, keep: i64) -> Vec<(SignalState, i64)> {
    let (hold, keep) = (hold * 60_000, keep * 60_000);
    let buckets: Vec<i64> = minutes.iter().map(|m| m * 60_000 / STEP).collect();
    let (Some(first), Some(last)) = (buckets.iter().min(), buckets.iter().max()) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    // Since when it has held, and since when it has not, while it is pending; when it last held, once it fires.
    let (mut since, mut broken, mut fired) = (None, None, None::<i64>);
    for b in *first..=*last {
        let at = (b + 1) * STEP;
        let holds = buckets.iter().filter(|x| (b - 5..=b).contains(*x)).count() >= 3;
        match (since, fired, holds) {
            (_, Some(_), true) => fired = Some(at),
            (_, Some(held), false) if at >= held + keep => {
                (since, broken, fired) = (None, None, None);
                out.push((SignalState::Resolved, at));
            }
            (_, Some(_), false) | (None, None, false) => {}
            (None, None, true) if hold > 0 => {
                since = Some(at);
                out.push((SignalState::Pending, at));
            }
            (Some(start), None, true) => {
                let start = if broken.take().is_some() { at } else { start };
                since = Some(start);
                if at >= start + hold {
                    fired = Some(at);
                    out.push((SignalState::Firing, at));
                }
            }
            (None, None, true) => {
                fired = Some(at);
                out.push((SignalState::Firing, at));
            }
            (Some(_), None, false) => {
                let end = *broken.get_or_insert(at);
                if at >= end + hold {
                    (since, broken) = (None, None);
                    out.push((SignalState::Resolved, at));
                }
            }
        }
    }
    out
}

static SMALL_PROTOCOL: LazyLock<Protocol> = LazyLock::new(|| protocol(SMALL));
static SMALL_CLASSIFIER: LazyLock<Classifier> =
    LazyLock::new(|| Classifier::for_protocol(&SMALL_PROTOCOL).with_evidence(false));

fn stream(minutes: &[i64], text: impl Fn(usize) -> &'static str) -> Vec<Mention> {
    let of = |(i, m): (usize, &i64)| {
        Mention::new(format!("m{i}"), Timestamp::from_millis(m * 60_000), text(i))
    };
    minutes.iter().enumerate().map(of).collect()
}

fn gaps() -> impl Strategy<Value = Vec<i64>> {
    let gap = prop_oneof![10 => 0_i64..15, 3 => 15_i64..90, 1 => 90_i64..6_000];
    vec(gap, 0..80).prop_map(|gaps| {
        let total = |at: &mut i64, gap| {
            *at += gap;
            Some(*at)
        };
        gaps.into_iter().scan(1_000_000, total).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_count_lives_by_the_book(minutes in gaps(), hold in 0_u32..30, keep in 0_u32..60) {
        let protocol = counting(hold, keep);
        let mut monitor = monitor(&protocol, &SMALL_CLASSIFIER);
        let signals = replay(&mut monitor, &stream(&minutes, |_| "aurora air"));
        check(&protocol, &signals);
        let seen: Vec<_> = signals.iter().map(|s| (s.state, s.at.millis())).collect();
        prop_assert_eq!(seen, model(&minutes, i64::from(hold), i64::from(keep)));
    }

    #[test]
    fn every_kind_of_rule_keeps_to_it(minutes in gaps(), texts in vec(0_usize..4, 80)) {
        let pool = [
            "@auroraair pésimo servicio, un desastre",
            "@brisa vergonzoso, nadie contesta",
            "@auroraair gracias, todo perfecto",
            "boreas abre una ruta",
        ];
        let mut monitor = monitor(&SMALL_PROTOCOL, &SMALL_CLASSIFIER);
        let signals = replay(&mut monitor, &stream(&minutes, |i| pool[texts[i]]));
        check(&SMALL_PROTOCOL, &signals);
    }
}
