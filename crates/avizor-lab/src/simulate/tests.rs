use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::*;

const AIRLINE: &str = include_str!("../../../../examples/airline.toml");

fn run(name: &str, seed: u64) -> Simulation {
    let options = Options {
        seed,
        ..Options::default()
    };
    simulate(name, &options).unwrap()
}

/// Mentions as JSON Lines, and the incidents after them.
fn bytes(stream: &Simulation) -> String {
    let mut out = String::new();
    for mention in &stream.mentions {
        let _ = writeln!(out, "{}", serde_json::to_string(mention).unwrap());
    }
    out + &incidents_csv(&stream.incidents)
}

fn print(bytes: &str) -> u64 {
    bytes.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn about(mention: &Mention, name: &str) -> bool {
    let text = mention.text.to_lowercase();
    match name {
        "Aurora Air" => text.contains("aurora air") || text.contains("auroraair"),
        other => text.contains(&other.to_lowercase()),
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    assert_eq!(bytes(&run("demo", 3)), bytes(&run("demo", 3)));
    assert_ne!(bytes(&run("calm", 1)), bytes(&run("calm", 2)));
}

#[test]
fn the_airline_protocol_is_sound_and_its_tests_name_scenarios() {
    let protocol = avizor::Protocol::parse(AIRLINE).unwrap();
    assert!(protocol.topics.len() >= 14);
    assert_eq!(protocol.levels.len(), 3);
    assert_eq!(protocol.tests.len(), 4);
    for test in &protocol.tests {
        assert!(
            scenarios().iter().any(|s| s.name == test.replay),
            "{}",
            test.replay
        );
    }
}

#[test]
fn every_scenario_is_sound() {
    for info in scenarios() {
        let stream = run(info.name, 1);
        let ids: BTreeSet<&str> = stream.mentions.iter().map(|m| m.id.as_str()).collect();
        assert_eq!(ids.len(), stream.mentions.len(), "{}", info.name);
        let start = Options::default().start;
        for mention in &stream.mentions {
            let text = &mention.text;
            assert!(!text.is_empty() && !text.contains(['{', '}']), "{text}");
            assert!(!text.contains("  ") && text.trim() == text, "{text:?}");
            assert!(mention.timestamp >= start && mention.timestamp < start.plus(info.length));
            assert!(mention.entity.is_none() && mention.language.is_none());
            let known = about(mention, "Aurora Air") || about(mention, "Boreas");
            assert!(known || info.name == "bot-flood", "{text}");
            if let Some(parent) = &mention.reply_to {
                assert!(ids.contains(parent.as_str()), "{parent}");
            }
        }
        let in_order = stream.mentions.is_sorted_by_key(|m| m.timestamp);
        assert_eq!(in_order, info.name != "late-data", "{}", info.name);
        assert_eq!(
            parse_incidents(&incidents_csv(&stream.incidents)).unwrap(),
            stream.incidents
        );
    }
}
