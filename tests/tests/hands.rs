//! What people do to signals, what keeps rules quiet, and the log that all of it leaves.

use avizor::crisis::{Board, Confirmation, SignalEnd};
use avizor::{Classifier, Error, Mention, Monitor, Protocol, Signal, SignalState, Span, Timestamp};
use avizor_tests::{AIRLINE, monitor, protocol, replay, scenario};

const HEAD: &str = r#"
version = 1
language = "es"
timezone = "Europe/Madrid"
allowed_lateness = "0s"
[[entity]]
name = "Aurora Air"
aliases = ["@auroraair"]
[[topic]]
name = "equipaje"
department = "operaciones"
phrases = ["maleta"]
[[level]]
name = "aviso"
severity = 1
owner = "analista"
respond_within = "2h"
escalate_after = "30m"
[[level]]
name = "crisis"
severity = 3
owner = "dirección"
respond_within = "1h"
confirm = true
may_answer = ["dirección"]
actions = ["reunir al comité"]
statement = "Sabemos de {topic}; {department} lo mira. A las {next_update} más."
[[trigger]]
name = "muchas"
level = "aviso"
window = "15m"
when = "volume >= 3"
keep_firing_for = "2h"
crisis = "technical_accident"
"#;

/// Monday at ten in Madrid.
const START: i64 = 1_772_442_000_000;

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_millis(START + minutes * 60_000)
}

/// A complaint a minute over some minutes.
fn talk(monitor: &mut Monitor, minutes: std::ops::Range<i64>) -> Vec<Signal> {
    minutes
        .flat_map(|m| {
            let text = "@auroraair perdieron mi maleta, pésimo";
            monitor.observe(&Mention::new(format!("m{m}"), at(m), text))
        })
        .collect()
}

fn states(log: &[Signal]) -> Vec<(SignalState, &str)> {
    log.iter().map(|s| (s.state, s.level.as_str())).collect()
}

/// The log tells what the monitor knows.
fn agree(log: &[Signal], monitor: &Monitor) {
    let mut board = Board::default();
    for signal in log {
        board.apply(signal);
    }
    let open: Vec<_> = board.open().cloned().collect();
    assert_eq!(open, monitor.open_signals());
}

#[test]
fn nobody_takes_it_so_it_rises_and_waits_for_a_person() {
    let protocol = protocol(HEAD);
    let mut monitor = Monitor::new(protocol);
    let mut log = talk(&mut monitor, 0..50);
    agree(&log, &monitor);
    assert_eq!(
        states(&log),
        [
            (SignalState::Firing, "aviso"),
            (SignalState::Firing, "crisis")
        ]
    );
    let [fired, risen] = &log[..] else { panic!() };
    assert_eq!(fired.id, risen.id);
    assert_eq!(risen.life.escalated_from.as_deref(), Some("aviso"));
    assert!(risen.at >= fired.at.plus(Span::minutes(30)));
    assert_eq!(risen.respond_by, Some(risen.at.plus(Span::hours(1))));
    // Until somebody confirms, what to do and what to say is held back.
    assert_eq!(risen.life.confirmation, Confirmation::Awaited);
    assert!(risen.actions.is_empty() && risen.response.statement.is_none());
    assert!(
        risen.explanation.contains("sube de aviso a crisis"),
        "{}",
        risen.explanation
    );

    let confirmed = monitor.confirm(&risen.id, "Ana", at(52)).expect("it fires");
    assert_eq!(confirmed.state, SignalState::Acknowledged);
    assert_eq!(confirmed.actions, ["reunir al comité"]);
    let statement = confirmed
        .response
        .statement
        .clone()
        .expect("it is given out");
    assert!(
        statement.starts_with("Sabemos de equipaje; operaciones lo mira."),
        "{statement}"
    );
    log.push(confirmed);
    agree(&log, &monitor);
    // Once taken it rises no more, and ends by itself.
    log.extend(monitor.advance(at(600)));
    assert_eq!(log.last().map(|s| s.state), Some(SignalState::Resolved));
    assert_eq!(
        log.last().and_then(|s| s.life.end.clone()),
        Some(SignalEnd::Calmed)
    );
    agree(&log, &monitor);
    let gone = monitor.acknowledge(&log[0].id, "Ana", at(601));
    assert!(matches!(gone, Err(Error::UnknownSignal { .. })));

    // The same crisis within the year has a history now.
    let posture = |s: &Signal| {
        s.response
            .strategy
            .clone()
            .map(|s| (s.history, s.steps.len()))
    };
    assert!(matches!(posture(&log[0]), Some((false, n)) if n > 3));
    let again = talk(&mut monitor, 1_000..1_020);
    assert!(matches!(posture(&again[0]), Some((true, _))));
}

#[test]
fn dismissed_it_rests() {
    let protocol = protocol(&HEAD.replace("keep_firing_for", "cooldown = \"1h\"\nkeep_firing_for"));
    let mut monitor = Monitor::new(protocol);
    let mut log = talk(&mut monitor, 0..12);
    log.push(
        monitor
            .dismiss(&log[0].id.clone(), "Ana", at(12))
            .expect("it fires"),
    );
    log.extend(talk(&mut monitor, 12..100));
    assert_eq!(
        states(&log),
        [
            (SignalState::Firing, "aviso"),
            (SignalState::Resolved, "aviso"),
            (SignalState::Pending, "aviso"),
            (SignalState::Firing, "aviso"),
        ]
    );
    assert_eq!(log[2].life.held_back_by.as_deref(), Some("cooldown"));
    assert!(log[3].at >= log[1].at.plus(Span::hours(1)));
    agree(&log, &monitor);
}

#[test]
fn a_silence_puts_it_off_and_says_so() {
    let silence = "[[silence]]\nname = \"campaña\"\nuntil = \"2026-03-02T10:40:00+01:00\"\n";
    let mut monitor = Monitor::new(protocol(&format!("{HEAD}{silence}")));
    let log = talk(&mut monitor, 0..60);
    assert_eq!(
        states(&log),
        [
            (SignalState::Pending, "aviso"),
            (SignalState::Firing, "aviso")
        ]
    );
    assert_eq!(log[0].life.held_back_by.as_deref(), Some("campaña"));
    assert_eq!(log[1].at, at(40));
}

#[test]
fn the_graver_rule_takes_up_the_milder() {
    let more = "[[trigger]]\nname = \"muchísimas\"\nlevel = \"crisis\"\nwindow = \"15m\"\nwhen = \"volume >= 12\"\n\
                [[inhibition]]\nwhile = [\"muchísimas\"]\nmutes = [\"muchas\"]\n";
    let mut monitor = Monitor::new(protocol(&format!("{HEAD}{more}")));
    let log = talk(&mut monitor, 0..60);
    let open = monitor.open_signals();
    let firing: Vec<&str> = open
        .iter()
        .filter(|s| s.state == SignalState::Firing)
        .map(|s| s.trigger.as_str())
        .collect();
    assert_eq!(firing, ["muchísimas"]);
    let absorbed = log
        .iter()
        .find(|s| s.state == SignalState::Resolved)
        .expect("it ends");
    assert_eq!(
        absorbed.life.end,
        Some(SignalEnd::AbsorbedBy("muchísimas".into()))
    );
    agree(&log, &monitor);
}

#[test]
fn every_change_carries_its_evidence() {
    let protocol = protocol(AIRLINE);
    let mut monitor = monitor(&protocol, &Classifier::for_protocol(&protocol));
    let log = replay(&mut monitor, &scenario("flash-burst", 7));
    let wave = log
        .iter()
        .find(|s| s.trigger == "ola-negativa" && s.state == SignalState::Firing)
        .expect("it is seen");
    let evidence = &wave.evidence;
    assert!(evidence.p_value.is_some_and(|p| p > 0.0 && p < 2e-3));
    assert!(evidence.baseline["negative"] > 0.0);
    assert!(evidence.budget_threshold.is_some());
    let counterfactual = evidence
        .counterfactual
        .as_ref()
        .expect("something would have turned it");
    assert!(counterfactual.held && counterfactual.was != counterfactual.turns_at);
    assert!(
        wave.explanation.contains("no habría saltado"),
        "{}",
        wave.explanation
    );
    agree(&log, &monitor);
}

#[test]
fn a_broken_clock_does_not_make_all_others_late() {
    let mut monitor = Monitor::new(protocol(HEAD));
    talk(&mut monitor, 0..20);
    let far = "2099-01-01T00:00:00Z".parse().expect("a time");
    monitor.observe(&Mention::new("far", far, "@auroraair hola"));
    talk(&mut monitor, 20..40);
    let counts = monitor.counts();
    assert_eq!((counts.late, counts.ahead, counts.counted), (0, 1, 41));
    // Three in a row are a stream that had a gap.
    for i in 0..3 {
        let at = at(60 * 24 * 30 + i);
        monitor.observe(&Mention::new(format!("later{i}"), at, "@auroraair hola"));
    }
    assert!(monitor.watermark().is_some_and(|w| w >= at(60 * 24 * 30)));
}

#[test]
fn unanswered_voices_wait_until_they_are_answered() {
    let rule = HEAD
        .replace(
            "when = \"volume >= 3\"",
            "when = \"insistent_reach >= 20000\"",
        )
        .replace("\"15m\"", "\"1d\"");
    let complain = |id: &str, m: i64| Mention {
        author: Some("voz".into()),
        followers: Some(25_000),
        ..Mention::new(id, at(m), "@auroraair nadie me contesta, qué vergüenza")
    };
    for answered in [false, true] {
        let mut monitor = Monitor::new(protocol(&rule));
        monitor.observe(&complain("a", 0));
        if answered {
            let answer = Mention {
                from_brand: true,
                reply_to: Some("a".into()),
                ..Mention::new("r", at(30), "Hola, te escribimos por privado")
            };
            monitor.observe(&answer);
        }
        monitor.observe(&complain("b", 120));
        let log = monitor.finish();
        assert_eq!(
            log.iter().any(|s| s.state == SignalState::Firing),
            !answered
        );
    }
}

#[test]
fn a_polite_first_message_counts_as_insisting_and_praise_does_not() {
    let rule = HEAD
        .replace(
            "when = \"volume >= 3\"",
            "when = \"insistent_reach >= 20000\"",
        )
        .replace("\"15m\"", "\"1d\"");
    let complaint = "@auroraair nadie me contesta, qué vergüenza";
    for (first, second, fires) in [
        ("Hola, @auroraair, ¿con quién hablo?", complaint, true),
        ("@auroraair gracias, un viaje excelente", complaint, false),
        (
            "Hola, @auroraair, ¿con quién hablo?",
            "@auroraair vuelo a Roma",
            false,
        ),
    ] {
        let mut monitor = Monitor::new(protocol(&rule));
        for (id, m, text) in [("a", 0, first), ("b", 120, second)] {
            monitor.observe(&Mention {
                author: Some("voz".into()),
                followers: Some(25_000),
                ..Mention::new(id, at(m), text)
            });
        }
        let log = monitor.finish();
        let fired = log.iter().any(|s| s.state == SignalState::Firing);
        assert_eq!(fired, fires, "{first} / {second}");
    }
}

#[test]
fn a_restored_monitor_goes_on_in_the_middle_of_a_fire() {
    let protocol: Protocol = protocol(HEAD);
    let mut whole = Monitor::new(protocol.clone());
    let mut log = talk(&mut whole, 0..20);
    log.extend(whole.acknowledge(&log[0].id.clone(), "Ana", at(20)));
    let mut back =
        Monitor::restore(protocol, &whole.snapshot().expect("memory")).expect("it is whole");
    assert_eq!(back.open_signals(), whole.open_signals());
    assert_eq!(talk(&mut back, 20..90), talk(&mut whole, 20..90));
    assert_eq!(back.advance(at(900)), whole.advance(at(900)));
}

/// One life by the hands of people, which the Python package lives too and tells the same of.
#[test]
fn the_log_is_that_of_python() {
    fn lines(file: &str) -> Vec<serde_json::Value> {
        let read = |line| serde_json::from_str(line).expect("the golden files are JSON");
        file.lines().map(read).collect()
    }
    let text = |value: &serde_json::Value| value.as_str().expect("it is a text").to_owned();
    let time = |value: &serde_json::Value| text(value).parse::<Timestamp>().expect("it is a time");
    let mut monitor = Monitor::new(protocol(include_str!("../golden/hands/protocol.toml")));
    let mut log = Vec::new();
    for line in lines(include_str!("../golden/hands/mentions.jsonl")) {
        let mention = Mention {
            author: Some(text(&line["author"])),
            ..Mention::new(
                text(&line["id"]),
                time(&line["timestamp"]),
                text(&line["text"]),
            )
        };
        log.extend(monitor.observe(&mention));
    }
    for hand in lines(include_str!("../golden/hands/acts.jsonl")) {
        let (by, at) = (text(&hand["by"]), time(&hand["at"]));
        log.extend(monitor.advance(at));
        let id = monitor.open_signals()[0].id.clone();
        let told = match text(&hand["act"]).as_str() {
            "acknowledge" => monitor.acknowledge(&id, &by, at),
            "confirm" => monitor.confirm(&id, &by, at),
            _ => monitor.dismiss(&id, &by, at),
        };
        log.push(told.expect("it fires"));
    }
    log.extend(monitor.advance("2026-03-02T23:00:00Z".parse().expect("it is a time")));
    let write = |s: &Signal| serde_json::to_string(s).expect("signals are JSON") + "\n";
    let now: String = log.iter().map(write).collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/hands/log.jsonl");
    if std::env::var_os("AVIZOR_BLESS").is_some() {
        std::fs::write(path, &now).expect("the golden folder is there");
    }
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        now == golden,
        "the log has changed. If that is wanted, run again with AVIZOR_BLESS=1.\n{now}"
    );
}
