use serde_json::Value;

use crate::{PROTOCOL, Place, stream};

#[test]
fn tuning_chooses_writes_goes_on_and_is_repeatable() {
    let place = Place::new();
    place
        .write("p.toml", PROTOCOL.replace("negative >= 3", "negative >= 1"))
        .write("m.jsonl", stream())
        .write(
            "i.csv",
            "incident,entity,start,end,kind\nc1,Aurora Air,2026-03-02T09:20:00Z,2026-03-02T11:20:00Z,luggage\n",
        );
    let args = "tune m.jsonl --protocol p.toml --incidents i.csv --variants 12 --draws 20 --resume r.jsonl";
    let first = place.run(&format!("{args} --json --output new.toml"));
    assert_eq!(first.status, 0, "{}", first.err);
    let tuned: Value = serde_json::from_str(&first.out).expect("JSON");
    assert!(tuned["variants"].as_u64().expect("a number") > 5);
    assert_eq!(tuned["protocol"], place.read("new.toml"));
    assert!(tuned["front"][0]["searched"]["false_alarms"].is_u64());
    assert_eq!(place.run("protocol check new.toml").status, 0);
    // A line that was cut off is no obstacle, and what was kept gives the same answer.
    let kept = place.read("r.jsonl");
    place.write("r.jsonl", &kept[..kept.len() - 9]);
    let again = place.run(&format!("{args} --json --threads 1"));
    assert_eq!((again.status, &again.out), (0, &first.out));
    assert_eq!(place.read("r.jsonl"), kept);
    let table = place.run(args);
    assert!(
        table.out.contains("held out") && table.out.contains("front"),
        "{}",
        table.out
    );
    assert!(table.out.lines().all(|l| l.chars().count() <= 100));
    place.write("r.jsonl", "something else\n");
    let foreign = place.run(args);
    assert!(
        (foreign.status == 2) && foreign.err.contains("name another file"),
        "{}",
        foreign.err
    );
}
