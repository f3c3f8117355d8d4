use serde_json::Value;

use crate::{PROTOCOL, Place, mention, stream};

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|l| serde_json::from_str(l).expect("one JSON value a line"))
        .collect()
}

#[test]
fn one_analysis_a_line_in_input_order() {
    let place = Place::new();
    place.write("m.jsonl", stream()).write("p.toml", PROTOCOL);
    let run = place.run("classify m.jsonl --protocol p.toml");
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let analyses = lines(&run.out);
    assert_eq!(analyses.len(), 432);
    for (i, analysis) in analyses.iter().enumerate() {
        assert_eq!(analysis["id"], format!("m{i}"));
    }
    let complaint = &analyses[200];
    assert_eq!(complaint["sentiment"]["label"], "negative");
    assert_eq!(complaint["department"], "operaciones");
    assert_eq!(complaint["entities"][0]["name"], "Aurora Air");
    assert!(!complaint["evidence"].as_array().expect("a list").is_empty());
    let bare = lines(&place.run("classify m.jsonl --no-evidence").out);
    assert_eq!(bare[200]["evidence"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_department_gets_its_own_list() {
    let place = Place::new();
    place.write("m.jsonl", stream()).write("p.toml", PROTOCOL);
    let all = lines(&place.run("classify m.jsonl --protocol p.toml").out);
    let run = place.run("classify m.jsonl --protocol p.toml --department Operaciones");
    let own = lines(&run.out);
    let sent = all.iter().filter(|a| a["department"] == "operaciones");
    assert_eq!(own, sent.cloned().collect::<Vec<_>>());
    assert!(own.len() == 12 && run.status == 0);
    let reasons = own[0]["evidence"].as_array().expect("a list");
    let reason = reasons.iter().find(|e| e["kind"] == "department");
    assert_eq!(reason.expect("a reason")["rule"], "topic:equipaje");
    let table =
        place.run("classify m.jsonl --protocol p.toml --department operaciones --output o.csv");
    assert_eq!(table.status, 0, "{}", table.err);
    assert_eq!(place.read("o.csv").lines().count(), 13);
    let wrong = place.run("classify m.jsonl --protocol p.toml --department marketing");
    assert_eq!(wrong.status, 2);
    assert!(
        wrong.err.contains("they go to operaciones"),
        "{}",
        wrong.err
    );
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let place = Place::new();
    place.write("m.jsonl", stream().repeat(12));
    let one = place.run("classify m.jsonl --threads 1");
    let four = place.run("classify m.jsonl --threads 4");
    assert_eq!(one.out.lines().count(), 432 * 12);
    assert!(one.out == four.out);
}

#[test]
fn a_pipe_reads_like_a_file() {
    let place = Place::new();
    place.write("m.jsonl", stream());
    let file = place.run("classify m.jsonl");
    let pipe = place.run_with("classify -", stream());
    assert_eq!(pipe.status, 0);
    assert!(file.out == pipe.out);
}

#[test]
fn columns_are_mapped_and_formats_told() {
    let place = Place::new();
    let csv = "tweet_id,tweet\n7,\"gracias, excelente\"\n";
    place.write("t.txt", csv);
    let run = place.run("classify t.txt --format csv --map id=tweet_id,text=tweet");
    assert_eq!(run.status, 0, "{}", run.err);
    let analysis = &lines(&run.out)[0];
    assert_eq!(
        (&analysis["id"], &analysis["sentiment"]["label"]),
        (&"7".into(), &"positive".into())
    );
    let unknown = place.run("classify t.txt");
    assert_eq!(unknown.status, 2);
    assert!(unknown.err.contains("say the format"), "{}", unknown.err);
    let missing = place.run("classify t.txt --format csv --map text=toot");
    assert_eq!(missing.status, 2);
    assert!(missing.err.contains("no column `toot`"), "{}", missing.err);
}

#[test]
fn broken_rows_are_told_of_counted_and_kept() {
    let place = Place::new();
    let mut rows = mention("a", "2026-03-01T10:00:00Z", "hola");
    for _ in 0..12 {
        rows.push_str("{\"id\": \"b\", \"text\"\n");
    }
    rows.push_str(&mention("c", "2026-03-01T10:00:00Z", "adiós"));
    place.write("m.jsonl", rows);
    let run = place.run("classify m.jsonl --rejects r.jsonl");
    assert_eq!((run.status, run.out.lines().count()), (0, 2));
    assert!(
        run.err.contains("m.jsonl:2: ") && run.err.contains("m.jsonl:11: "),
        "{}",
        run.err
    );
    assert!(!run.err.contains("m.jsonl:12: "), "{}", run.err);
    assert!(run.err.contains("12 rows could not be read"), "{}", run.err);
    let rejects = lines(&place.read("r.jsonl"));
    assert_eq!(rejects.len(), 12);
    assert_eq!(
        (&rejects[11]["line"], &rejects[11]["file"]),
        (&13.into(), &"m.jsonl".into())
    );
    let strict = place.run("classify m.jsonl --strict");
    assert_eq!((strict.status, strict.out.lines().count()), (2, 2));
}

#[test]
fn output_files_of_every_format() {
    let place = Place::new();
    place.write("m.jsonl", stream());
    let stdout = place.run("classify m.jsonl").out;
    for name in ["o.jsonl", "o.csv", "o.parquet"] {
        let run = place.run(&format!("classify m.jsonl --output {name}"));
        assert_eq!((run.status, run.out.as_str()), (0, ""), "{}", run.err);
    }
    assert!(place.read("o.jsonl") == stdout);
    let csv = place.read("o.csv");
    assert!(csv.starts_with("id,language,sentiment,"));
    assert_eq!(csv.lines().count(), 433);
    let parquet = std::fs::read(place.path("o.parquet")).expect("the file was written");
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
    place.write("empty.jsonl", "");
    assert_eq!(place.run("classify empty.jsonl --output e.csv").status, 0);
    assert_eq!(place.read("e.csv").lines().count(), 1);
    assert_eq!(place.run("classify m.jsonl --output o.xlsx").status, 2);
    assert_eq!(
        place
            .run("classify m.jsonl --output no/such/folder.jsonl")
            .status,
        2
    );
}

#[test]
fn what_cannot_be_opened_is_status_two() {
    let place = Place::new();
    let run = place.run("classify nowhere.jsonl");
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert!(
        run.err.contains("cannot open `nowhere.jsonl`"),
        "{}",
        run.err
    );
    place.write("m.jsonl", stream()).write("m.avz", "no model");
    let run = place.run("classify m.jsonl --model m.avz");
    assert_eq!(run.status, 2);
    assert!(run.err.contains("not a usable model"), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_ends_quietly() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::{Command, Stdio};
    let place = Place::new();
    place.write("m.jsonl", stream().repeat(20));
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("avizor"))
        .args(["classify", "m.jsonl"])
        .current_dir(place.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    out.read_line(&mut String::new()).expect("a line");
    drop(out);
    assert!(child.wait().expect("it ends").success());
    let mut err = String::new();
    child
        .stderr
        .take()
        .expect("piped")
        .read_to_string(&mut err)
        .expect("UTF-8");
    assert_eq!(err, "");
}
