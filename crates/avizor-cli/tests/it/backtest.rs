use serde_json::Value;

use crate::{PROTOCOL, Place, stream};

const HEADER: &str = "incident,entity,start,end,kind\n";

fn place() -> Place {
    let place = Place::new();
    place
        .write("p.toml", PROTOCOL)
        .write("m.jsonl", stream())
        .write(
            "i.csv",
            format!("{HEADER}c1,Aurora Air,2026-03-02T09:20:00Z,2026-03-02T11:20:00Z,luggage\n"),
        )
        .write("none.csv", HEADER);
    place
}

fn json(place: &Place, args: &str) -> Value {
    let run = place.run(args);
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{args}");
    serde_json::from_str(&run.out).expect("JSON")
}

#[test]
fn backtest_has_the_keys_of_its_contract_and_a_log() {
    let place = place();
    let b = json(
        &place,
        "backtest m.jsonl --protocol p.toml --incidents i.csv --json --log log.jsonl",
    );
    assert!((b["days"].as_f64().expect("a number") - 3.0).abs() < 0.01);
    assert_eq!((&b["incidents"], &b["detected"]), (&1.into(), &1.into()));
    assert_eq!(b["detection_rate"], 1.0);
    let fate = &b["fates"][0];
    assert_eq!(
        (&fate["incident"], &fate["trigger"]),
        (&"c1".into(), &"ola-negativa".into())
    );
    assert_eq!(fate["delay_minutes"], b["median_delay_minutes"]);
    assert!(
        fate["detected_at"]
            .as_str()
            .expect("a time")
            .starts_with("2026-03-02T09")
    );
    let rate = b["false_alarms_per_month"].as_f64().expect("a number");
    let count = b["false_alarms"].as_f64().expect("a number");
    assert!((rate - count * 30.436875 / b["days"].as_f64().expect("a number")).abs() < 1e-9);
    assert!(
        place
            .read("log.jsonl")
            .contains("\"verdict\":\"detection\"")
    );
    let table = place.run("backtest m.jsonl --protocol p.toml --incidents i.csv");
    assert!(
        table.out.contains("1 of 1 incidents detected"),
        "{}",
        table.out
    );
    assert!(table.out.lines().all(|l| l.chars().count() <= 80));
}

#[test]
fn a_recording_and_joined_analyses_give_the_same_as_the_texts() {
    let place = place();
    let from_texts = json(
        &place,
        "backtest m.jsonl --protocol p.toml --incidents none.csv --json --record r.jsonl",
    );
    assert_eq!(from_texts["detection_rate"], Value::Null);
    assert_eq!(from_texts["fates"], Value::Array(vec![]));
    let recorded = json(
        &place,
        "backtest r.jsonl --protocol p.toml --incidents none.csv --json",
    );
    assert_eq!(recorded, from_texts);
    let analyses = place.run("classify m.jsonl --protocol p.toml").out;
    place.write("a.jsonl", analyses);
    let joined = json(
        &place,
        "backtest m.jsonl --analyses a.jsonl --protocol p.toml --incidents none.csv --json",
    );
    assert_eq!(joined, from_texts);
    // A recording is also a file of mentions.
    assert_eq!(place.run("watch r.jsonl --protocol p.toml").status, 0);
    place.write("q.toml", PROTOCOL.replace("@boreas", "@boreasair"));
    let stale = place.run("backtest r.jsonl --protocol q.toml --incidents none.csv");
    assert_eq!(stale.status, 2);
    assert!(stale.err.contains("record it again"), "{}", stale.err);
}

#[test]
fn what_is_wrong_is_said() {
    let place = place();
    let fault = |args: &str, words: &str| {
        let run = place.run(args);
        assert_eq!(run.status, 2, "{args}");
        assert!(run.err.contains(words), "{}", run.err);
    };
    fault("backtest m.jsonl --protocol p.toml", "--incidents");
    fault(
        "backtest m.jsonl --protocol p.toml --incidents none.csv --level alarm",
        "the levels are alerta",
    );
    place.write("bad.csv", format!("{HEADER}a,Aurora Air,soon,later,x\n"));
    fault(
        "backtest m.jsonl --protocol p.toml --incidents bad.csv",
        "line 2",
    );
    place.write(
        "foreign.csv",
        format!("{HEADER}a,Cierzo,2026-03-02T09:20:00Z,2026-03-02T11:20:00Z,x\n"),
    );
    fault(
        "backtest m.jsonl --protocol p.toml --incidents foreign.csv",
        "does not watch",
    );
}
