use serde_json::Value;

use crate::{PROTOCOL, Place, stream};

fn place() -> Place {
    let place = Place::new();
    place
        .write("a.toml", PROTOCOL)
        .write("b.toml", PROTOCOL.replace("negative >= 3", "negative >= 2"))
        .write("m.jsonl", stream())
        .write(
            "i.csv",
            "incident,entity,start,end,kind\nc1,Aurora Air,2026-03-02T09:20:00Z,2026-03-02T11:20:00Z,luggage\n",
        );
    place
}

#[test]
fn a_change_of_protocol_is_told_in_a_sentence_and_in_json() {
    let place = place();
    let run = place.run("protocol diff a.toml b.toml m.jsonl --incidents i.csv");
    assert_eq!(run.status, 0, "{}", run.err);
    assert!(run.out.contains("minutes earlier"), "{}", run.out);
    assert!(run.out.lines().all(|l| l.chars().count() <= 80));
    let json: Value = serde_json::from_str(
        &place
            .run("diff a.toml b.toml m.jsonl --incidents i.csv --json")
            .out,
    )
    .expect("JSON");
    assert!(
        json["shifts"][0]["earlier_minutes"]
            .as_f64()
            .expect("a number")
            > 0.0
    );
    let same = place.run("protocol diff a.toml a.toml m.jsonl");
    assert!(same.out.contains("alters nothing"), "{}", same.out);
}

#[test]
fn a_change_of_model_is_told_with_examples() {
    let place = place();
    // A model that has learnt the opposite of what it reads.
    place.write(
        "l.csv",
        "text,label\n".to_owned()
            + &"excelente vuelo gracias,negative\npésimo servicio desastre,positive\n".repeat(30),
    );
    let train = place.run("train sentiment l.csv --start none --output m.avz");
    assert_eq!(train.status, 0, "{}", train.err);
    let run = place.run("diff shipped m.avz m.jsonl --json");
    assert_eq!(run.status, 0, "{}", run.err);
    let json: Value = serde_json::from_str(&run.out).expect("JSON");
    let sentiment = &json["fields"]["sentiment"];
    assert!(sentiment["changed"].as_u64().expect("a number") > 0);
    assert!(sentiment["examples"][0]["text"].is_string());
    let table = place.run("diff shipped m.avz m.jsonl");
    assert!(table.out.contains("sentiment: "), "{}", table.out);
    let mixed = place.run("diff a.toml m.avz m.jsonl");
    assert!(
        (mixed.status == 2) && mixed.err.contains("different kinds"),
        "{}",
        mixed.err
    );
}
