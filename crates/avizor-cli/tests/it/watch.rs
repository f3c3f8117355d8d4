use serde_json::Value;

use crate::{PROTOCOL, Place, mention, stream};

fn states(out: &str) -> Vec<String> {
    out.lines()
        .map(|l| {
            let signal: Value = serde_json::from_str(l).expect("one signal a line");
            assert_eq!(signal["trigger"], "ola-negativa");
            signal["state"].as_str().expect("a state").to_owned()
        })
        .collect()
}

#[test]
fn signals_as_lines_and_a_summary() {
    let place = Place::new();
    place.write("m.jsonl", stream()).write("p.toml", PROTOCOL);
    let run = place.run("watch m.jsonl --protocol p.toml");
    assert_eq!(run.status, 0);
    // An hour of complaints, with the daily ones before and after it.
    assert_eq!(states(&run.out), ["firing", "resolved"]);
    assert!(run.err.contains("432 observed: 432 counted"), "{}", run.err);
    let pipe = place.run_with("watch - --protocol p.toml --threads 4", stream());
    assert!(pipe.out == run.out);
}

#[test]
fn duplicates_late_own_and_foreign_are_counted_apart() {
    let place = Place::new();
    let at =
        |id: &str, time: &str, text: &str| mention(id, &format!("2026-03-01T{time}:00Z"), text);
    let rows = [
        at("a", "10:00", "@auroraair mal servicio"),
        at("a", "10:00", "@auroraair mal servicio"),
        at("b", "12:00", "@auroraair buen vuelo"),
        at("c", "10:30", "@auroraair llego tarde"),
        at("d", "12:00", "nada que ver"),
        at("e", "12:01", "@auroraair somos nosotros")
            .replace("\"author\"", "\"from_brand\":true,\"author\""),
        at("f", "12:02", "").replace("\"text\":\"\"", "\"texto\":\"\""),
    ];
    place
        .write("m.jsonl", rows.concat())
        .write("p.toml", PROTOCOL);
    let run = place.run("watch m.jsonl --protocol p.toml");
    assert_eq!(run.status, 0);
    assert!(
        run.err.contains("6 observed: 2 counted (0 in an unsupported language), 1 duplicates, 1 late, 1 from_brand, 1 unmatched; 1 rejected"),
        "{}",
        run.err
    );
    assert!(run.err.contains("m.jsonl:7: "), "{}", run.err);
    assert_eq!(
        place.run("watch m.jsonl --protocol p.toml --strict").status,
        2
    );
}

#[test]
fn a_state_makes_two_runs_like_one() {
    let place = Place::new();
    let all = stream();
    let lines: Vec<&str> = all.split_inclusive('\n').collect();
    place.write("p.toml", PROTOCOL).write("all.jsonl", &all);
    let one = place.run("watch all.jsonl --protocol p.toml");
    assert_eq!(one.out.lines().count(), 2);
    for cut in [1, 203, 400] {
        place
            .write("a.jsonl", lines[..cut].concat())
            .write("b.jsonl", lines[cut..].concat());
        let first = place.run("watch a.jsonl --protocol p.toml --state s");
        let second = place.run("watch b.jsonl --protocol p.toml --state s --finish");
        assert_eq!((first.status, second.status), (0, 0), "{}", second.err);
        assert_eq!(first.out + &second.out, one.out, "cut at {cut}");
        std::fs::remove_file(place.path("s")).expect("the state was written");
    }
    let left: Vec<String> = std::fs::read_dir(place.path(""))
        .expect("readable")
        .filter_map(|e| e.ok()?.file_name().into_string().ok())
        .filter(|name| name.contains("tmp"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_foreign_or_broken_state_is_refused() {
    let place = Place::new();
    place.write("m.jsonl", stream()).write("p.toml", PROTOCOL);
    assert_eq!(
        place
            .run("watch m.jsonl --protocol p.toml --state s")
            .status,
        0
    );
    place.write("q.toml", PROTOCOL.replace("Boreas", "Bóreas Sur"));
    let run = place.run("watch m.jsonl --protocol q.toml --state s");
    assert_eq!(run.status, 2);
    assert!(run.err.contains("another protocol"), "{}", run.err);
    place.write("s", "rubbish");
    assert_eq!(
        place
            .run("watch m.jsonl --protocol p.toml --state s")
            .status,
        2
    );
    assert_eq!(place.read("s"), "rubbish");
}

#[test]
fn the_table_fits_eighty_columns_in_three_languages() {
    let place = Place::new();
    place.write("m.jsonl", stream());
    for (language, word) in [("es", "Señales"), ("en", "Signals"), ("pt", "Sinais")] {
        let protocol = PROTOCOL
            .replace("language = \"es\"", &format!("language = \"{language}\""))
            .replace("\"ola-negativa\"", "\"una regla con un nombre que es más largo de lo que nadie querría leer en una tabla\"");
        place.write("p.toml", protocol);
        for window in ["1h", "1d"] {
            let run = place.run(&format!(
                "watch m.jsonl --protocol p.toml --table --window {window}"
            ));
            assert_eq!(run.status, 0, "{}", run.err);
            assert!(
                run.out.contains(word) && run.out.contains("Boreas") && run.out.contains('●'),
                "{}",
                run.out
            );
            for line in run.out.lines() {
                assert!(line.chars().count() <= 80, "{line}");
            }
        }
    }
}

#[test]
fn the_report_is_one_page() {
    let place = Place::new();
    place.write("m.jsonl", stream()).write("p.toml", PROTOCOL);
    let run = place.run("watch m.jsonl --protocol p.toml --report r.html");
    assert_eq!(run.status, 0, "{}", run.err);
    assert_eq!(states(&run.out), ["firing", "resolved"]);
    let page = place.read("r.html");
    for word in [
        "Aurora Air",
        "Boreas",
        "ola-negativa",
        "equipaje",
        "m.jsonl",
        "pésimo servicio",
    ] {
        assert!(page.contains(word), "{word}");
    }
}

#[test]
fn times_without_zone_need_one() {
    let place = Place::new();
    place
        .write(
            "m.csv",
            "id,timestamp,text\n1,2026-03-01 10:00:00,@auroraair hola\n",
        )
        .write("p.toml", PROTOCOL);
    let run = place.run("watch m.csv --protocol p.toml");
    assert!(
        run.err.contains("m.csv:2: ") && run.err.contains("0 observed"),
        "{}",
        run.err
    );
    let run = place.run("watch m.csv --protocol p.toml --timezone Europe/Madrid");
    assert!(run.err.contains("1 observed: 1 counted"), "{}", run.err);
    assert_eq!(
        place
            .run("watch m.csv --protocol p.toml --timezone Europe/Aurora")
            .status,
        2
    );
}
