use std::collections::BTreeSet;
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

fn fingerprint(bytes: &str) -> u64 {
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
fn the_bytes_are_those_of_every_other_machine() {
    // A change of templates or of chance changes these; nothing else may.
    let streams = [("flash-burst", 7), ("unanswered-complaint", 1)];
    let prints = streams.map(|(name, seed)| fingerprint(&bytes(&run(name, seed))));
    assert_eq!(prints, [11847890388160022530, 15471966918497874222]);
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
            assert!(known && text.len() > 12, "{text}");
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

/// Mentions of Aurora Air with `part` in their text, between two hours of the stream.
fn count(stream: &Simulation, from: f64, to: f64, part: &str) -> usize {
    let instant = |h: f64| {
        Options::default()
            .start
            .plus(Span::minutes((h * 60.0) as u32))
    };
    let within = |m: &&Mention| m.timestamp >= instant(from) && m.timestamp < instant(to);
    stream
        .mentions
        .iter()
        .filter(within)
        .filter(|m| about(m, "Aurora Air") && m.text.to_lowercase().contains(part))
        .count()
}

#[test]
fn calm_is_calm_and_hardly_repeats_itself() {
    let stream = run("calm", 1);
    let (total, ours) = (stream.mentions.len(), count(&stream, 0.0, 168.0, ""));
    assert!((2_400..3_300).contains(&total), "{total}");
    assert!((0.6..0.8).contains(&(ours as f64 / total as f64)), "{ours}");
    let texts: BTreeSet<&str> = stream.mentions.iter().map(|m| m.text.as_str()).collect();
    assert!(texts.len() as f64 > 0.97 * total as f64, "{}", texts.len());
    let answers: Vec<&Mention> = stream.mentions.iter().filter(|m| m.from_brand).collect();
    assert!(answers.len() > 80 && answers.iter().all(|m| m.reply_to.is_some()));
    let channels: BTreeSet<&str> = stream
        .mentions
        .iter()
        .filter_map(|m| m.channel.as_deref())
        .collect();
    assert_eq!(
        channels,
        BTreeSet::from(["facebook", "instagram", "reviews", "x"])
    );
}

#[test]
fn nights_are_quiet_and_evenings_are_not() {
    let stream = run("calm", 2);
    // 02:00 to 05:00 and 20:00 to 23:00 in Madrid.
    let sum = |from: f64| -> usize {
        (0..7)
            .map(|d| {
                count(
                    &stream,
                    f64::from(d) * 24.0 + from,
                    f64::from(d) * 24.0 + from + 3.0,
                    "",
                )
            })
            .sum()
    };
    assert!(sum(19.0) > 5 * sum(1.0), "{} {}", sum(19.0), sum(1.0));
}

#[test]
fn incidents_are_those_of_the_documentation() {
    let none = ["calm", "viral-positive", "bot-flood", "large-brand"];
    for info in scenarios() {
        let incidents = run(info.name, 1).incidents;
        let expected = match info.name {
            "demo" => 2,
            "month" => 6,
            name => usize::from(!none.contains(&name)),
        };
        assert_eq!(incidents.len(), expected, "{}", info.name);
        assert!(
            incidents
                .iter()
                .all(|i| i.entity == "Aurora Air" && i.start < i.end)
        );
    }
    let start = |name: &str| run(name, 9).incidents[0].start.to_string();
    assert_eq!(start("flash-burst"), "2026-03-06T17:20:00Z");
    assert_eq!(start("night"), "2026-03-07T02:00:00Z");
    assert_eq!(start("unanswered-complaint"), "2026-03-04T10:20:00Z");
}

#[test]
fn waves_come_when_they_are_said_to_come() {
    for seed in 1..=5 {
        let flash = run("flash-burst", seed);
        assert!(count(&flash, 0.0, 113.3, "perr") < 15);
        assert!(count(&flash, 113.3, 117.3, "") > 120);
        let night = run("night", seed);
        assert!(count(&night, 122.0, 126.0, "") > 100);
        let viral = run("unanswered-complaint", seed);
        assert!(count(&viral, 131.0, 135.0, "") > 120);
        assert!(count(&viral, 58.3, 131.0, "guitarra") < 60);
        let slow = run("slow-burn", seed);
        assert!(count(&slow, 192.0, 264.0, "malet") > 3 * count(&slow, 96.0, 168.0, "malet"));
        let flood = run("bot-flood", seed);
        assert!(count(&flood, 108.0, 112.0, "#novuelesaurora") > 400);
    }
}

#[test]
fn the_collector_stops_and_resumes() {
    let stream = run("collector-gap", 4);
    let gap = &stream.incidents[0];
    assert!(
        !stream
            .mentions
            .iter()
            .any(|m| m.timestamp >= gap.start && m.timestamp < gap.end)
    );
    assert!(stream.mentions.iter().any(|m| m.timestamp > gap.end));
}

#[test]
fn a_tenth_of_late_data_is_late() {
    let mentions = run("late-data", 4).mentions;
    let mut latest = Timestamp::default();
    let late = mentions.iter().filter(|m| {
        latest = latest.max(m.timestamp);
        m.timestamp < latest
    });
    let share = late.count() as f64 / mentions.len() as f64;
    assert!((0.03..0.12).contains(&share), "{share}");
}

#[test]
fn streams_can_be_shorter_longer_fuller_and_start_elsewhere() {
    for info in scenarios().iter().filter(|s| s.name != "large-brand") {
        for days in [1, 2, 20] {
            let options = Options {
                days: Some(days),
                rate: Some(info.rate * 2.0),
                start: "2025-12-31T21:30:00Z".parse().unwrap(),
                ..Options::default()
            };
            let stream = simulate(info.name, &options).unwrap();
            let end = options.start.plus(Span::days(days));
            assert!(
                stream
                    .mentions
                    .iter()
                    .all(|m| m.timestamp >= options.start && m.timestamp < end)
            );
            assert!(
                stream
                    .incidents
                    .iter()
                    .all(|i| i.start >= options.start && i.end <= end)
            );
        }
    }
}

#[test]
fn what_cannot_be_simulated_says_why() {
    let options = Options::default();
    let fault = |name: &str, options: &Options| simulate(name, options).unwrap_err().to_string();
    assert!(fault("clam", &options).contains("calm, flash-burst"));
    assert!(
        fault(
            "calm",
            &Options {
                days: Some(0),
                ..options.clone()
            }
        )
        .contains("1 or more")
    );
    assert!(
        fault(
            "calm",
            &Options {
                rate: Some(f64::NAN),
                ..options.clone()
            }
        )
        .contains("above 0")
    );
    assert!(
        fault(
            "calm",
            &Options {
                rate: Some(1e12),
                ..options
            }
        )
        .contains("fewer days")
    );
}

#[test]
fn manner_and_truth_are_as_asked() {
    let with = |change: fn(&mut Options)| {
        let mut options = Options {
            days: Some(2),
            ..Options::default()
        };
        change(&mut options);
        simulate("flash-burst", &options)
    };
    let usual = with(|_| ()).unwrap();
    assert_eq!(usual.sentiment.len(), usual.mentions.len());
    // Wrong labels are a matter of the labels alone.
    let mislabelled = with(|o| o.label_noise = 0.25).unwrap();
    assert_eq!(usual.mentions, mislabelled.mentions);
    let pairs = usual.sentiment.iter().zip(&mislabelled.sentiment);
    let wrong = pairs.filter(|(a, b)| a != b).count() as f64 / usual.sentiment.len() as f64;
    assert!((0.2..0.3).contains(&wrong), "{wrong}");
    let emoji = |s: &Simulation| {
        let has = |m: &&Mention| m.text.contains(['😡', '😍', '😤', '👏', '🙄', '❤']);
        s.mentions.iter().filter(has).count()
    };
    assert_eq!(emoji(&with(|o| o.noise = 0.0).unwrap()), 0);
    assert!(emoji(&with(|o| o.noise = 3.0).unwrap()) > 2 * emoji(&usual));
    let larger = with(|o| o.size = 3.0).unwrap();
    assert!(larger.mentions.len() > usual.mentions.len() * 3 / 2);
    // By night a quarter of a day passes: with no season it brings a quarter of the talk.
    let night = |s: &Simulation| {
        let dark = |m: &&Mention| super::season::Calendar::hour(m.timestamp.millis()) < 6.0;
        s.mentions.iter().filter(dark).count() as f64 / s.mentions.len() as f64
    };
    let flat = simulate(
        "calm",
        &Options {
            season: 0.0,
            ..Options::default()
        },
    )
    .unwrap();
    assert!((0.2..0.3).contains(&night(&flat)) && night(&run("calm", 1)) < 0.12);
    let english = simulate(
        "calm",
        &Options {
            languages: Some([0.0, 1.0, 0.0]),
            ..Options::default()
        },
    );
    let the = |s: &Simulation| {
        s.mentions
            .iter()
            .filter(|m| m.text.contains(" the "))
            .count()
    };
    assert!(the(&english.unwrap()) > 5 * the(&run("calm", 1)));
    for fault in [
        with(|o| o.size = 0.0),
        with(|o| o.season = 1.5),
        with(|o| o.noise = -1.0),
        with(|o| o.label_noise = f64::NAN),
        with(|o| o.languages = Some([0.0; 3])),
    ] {
        assert!(fault.unwrap_err().to_string().contains("give"));
    }
}
