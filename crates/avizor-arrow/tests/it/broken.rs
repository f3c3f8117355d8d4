//! Each kind of broken row is reported where it is, and harms no other row.

use avizor_arrow::{Error, Format, ReadOptions};

use crate::{plainly, read, reasons, texts};

/// `{fields}` between a good first and a good last line; the middle one's reason.
fn json_reason(line: &[u8]) -> String {
    let good = r#"{"id":"a","timestamp":0,"text":"ok"}"#;
    let bytes = [good.as_bytes(), b"\n", line, b"\n", good.as_bytes()].concat();
    let batch = read(&bytes, Format::Jsonl, &ReadOptions::default()).expect("readable");
    assert_eq!(batch.mentions.len(), 2, "{}", String::from_utf8_lossy(line));
    assert_eq!(batch.rejects.len(), 1, "{}", String::from_utf8_lossy(line));
    let reject = &batch.rejects[0];
    assert_eq!((reject.file.as_str(), reject.line), ("demo", 2));
    assert_eq!(reject.raw, String::from_utf8_lossy(line));
    reject.reason.clone()
}

#[test]
fn json_rows() {
    let row = |rest: &str| json_reason(format!(r#"{{"id":"b",{rest}}}"#).as_bytes());
    for (reason, part) in [
        (json_reason(b"hello"), "not one JSON object"),
        (json_reason(b"{\"id\":\"b\""), "at column 9"),
        (json_reason(b"[{}]"), "a JSON list"),
        (json_reason(b"{} {}"), "one object per line"),
        (json_reason(b"12"), "not one JSON object"),
        (json_reason(b"\0\0"), "not one JSON object"),
        (
            json_reason(b"{\"id\":\"\xff\"}"),
            "byte 8 of this line is not UTF-8",
        ),
        (json_reason(&[b'['; 1_000]), "a JSON list"),
        (
            json_reason(br#"{"timestamp":0,"text":"x"}"#),
            "`id` is missing",
        ),
        (
            json_reason(br#"{"id":"","timestamp":0,"text":"x"}"#),
            "`id` is missing",
        ),
        (
            json_reason(br#"{"id":1e300,"timestamp":0,"text":"x"}"#),
            "write it as text",
        ),
        (row(r#""text":"x""#), "`timestamp` is missing"),
        (
            row(r#""timestamp":"2026-03-01 10:00:00","text":"x""#),
            "without zone",
        ),
        (row(r#""timestamp":"soon","text":"x""#), "write RFC 3339"),
        (
            row(r#""timestamp":1772359200000000,"text":"x""#),
            "milliseconds",
        ),
        (row(r#""timestamp":0"#), "`text` is missing"),
        (row(r#""timestamp":0,"text":null"#), "`text` is missing"),
        (row(r#""timestamp":0,"text":["x"]"#), "a list or an object"),
        (
            row(r#""timestamp":0,"text":"x","followers":-1"#),
            "`followers` is `-1`",
        ),
        (
            row(r#""timestamp":0,"text":"x","likes":"1,234""#),
            "whole number",
        ),
        (
            row(r#""timestamp":0,"text":"x","likes":1.5"#),
            "whole number",
        ),
        (
            row(r#""timestamp":0,"text":"x","verified":"maybe""#),
            "true or false",
        ),
        (
            row(r#""timestamp":0,"text":"x","author":{"a":1}"#),
            "`author` is",
        ),
    ] {
        assert!(reason.contains(part), "{reason} | {part}");
    }
}

#[test]
fn csv_rows() {
    let csv = "\u{feff}id,timestamp,text,likes\r\n\
        1,0,bien,3\r\n\
        2,0,uno,dos,3\r\n\
        \r\n\
        3,0\r\n\
        4,,sin hora,\r\n\
        ,0,sin id,\r\n\
        5,0,\"con\nsalto, y \"\"comillas\"\"\",12.0\r\n\
        6,0,x,muchos\r\n\
        7,2026-03-01,x,\r\n";
    let batch = plainly(csv, Format::Csv);
    assert_eq!(texts(&batch), ["bien", "con\nsalto, y \"comillas\""]);
    assert_eq!(batch.mentions[1].likes, Some(12));
    let lines: Vec<u64> = batch.rejects.iter().map(|r| r.line).collect();
    assert_eq!(lines, [3, 5, 6, 7, 10, 11]);
    for ((_, reason), part) in reasons(&batch).into_iter().zip([
        "5 fields and the header 4",
        "2 fields and the header 4",
        "`timestamp` is missing",
        "`id` is missing",
        "`likes` is `muchos`",
        "without zone",
    ]) {
        assert!(reason.contains(part), "{reason} | {part}");
    }
    assert_eq!(batch.rejects[0].raw, "2,0,uno,dos,3");
}

#[test]
fn a_stray_quote_costs_one_row() {
    let row = |i| {
        let quote = if i == 10 || i == 400 { "\"" } else { "" };
        format!("{i},0,{quote}texto {i}\n")
    };
    let rows: Vec<String> = (0..500).map(row).collect();
    let csv = format!("id,timestamp,text\n{}", rows.concat());
    let batch = plainly(&csv, Format::Csv);
    assert_eq!(batch.mentions.len(), 498);
    let found = reasons(&batch);
    assert_eq!((found[0].0, found[1].0), (12, 402));
    assert!(found[0].1.contains("quote"));

    // In TSV a quote is a letter where it encloses nothing.
    let tsv = csv.replace(',', "\t");
    let batch = plainly(&tsv, Format::Tsv);
    assert!(batch.rejects.is_empty());
    assert_eq!(batch.mentions[10].text, "\"texto 10");
    assert_eq!(batch.mentions[400].text, "\"texto 400");

    // A quote that opens in the last row of a group may still close properly.
    let csv = "id,timestamp,text\n1,0,\"a\n2,0,b\n3,0,\"c\nd\"\n4,0,e\n";
    let batch = plainly(csv, Format::Csv);
    assert_eq!(texts(&batch), ["b", "c\nd", "e"]);
    assert_eq!(batch.rejects[0].line, 2);
}

#[test]
fn adversarial_quotes_take_linear_time() {
    // Every line leaves a quote open, whether it starts inside one or not.
    let csv = format!("id,timestamp,text\n{}", "x\"y,\"z\n".repeat(300_000));
    let start = std::time::Instant::now();
    let batch = plainly(&csv, Format::Csv);
    assert_eq!(batch.rejects.len(), 300_000);
    assert!(start.elapsed().as_secs() < 60);
}

#[test]
fn invalid_utf8_in_csv() {
    let csv = b"id,timestamp,text,other\n1,0,ma\xf1ana,x\n2,0,ok,\xf1\n";
    let batch = read(csv, Format::Csv, &ReadOptions::default()).expect("readable");
    assert_eq!(texts(&batch), ["ok"]);
    assert!(batch.rejects[0].reason.contains("`text` is not UTF-8"));
    assert_eq!(batch.rejects[0].raw, "1,0,ma\u{fffd}ana,x");
}

#[test]
fn long_rows() {
    let long = "á".repeat(600_000);
    for (file, format) in [
        (
            format!("id,timestamp,text\n1,0,{long}\n2,0,x\n"),
            Format::Csv,
        ),
        (
            format!(
                "{{\"id\":1,\"timestamp\":0,\"text\":\"{long}\"}}\n{{\"id\":2,\"timestamp\":0,\"text\":\"x\"}}"
            ),
            Format::Jsonl,
        ),
    ] {
        let batch = plainly(&file, format);
        assert_eq!(batch.mentions[0].text.len(), 1_200_000);
        assert_eq!(batch.mentions[1].text, "x");
    }
    let endless = "a".repeat(40 << 20);
    for (file, format) in [
        (
            format!("id,timestamp,text\n{endless}\n1,0,x\n"),
            Format::Csv,
        ),
        (
            format!("id,timestamp,text\n\"{endless}\n1,0,x\n"),
            Format::Csv,
        ),
        (
            format!("id,timestamp,text\n7,0,\"a\n{endless}\n1,0,x\n"),
            Format::Csv,
        ),
        (
            format!("{endless}\n{{\"id\":1,\"timestamp\":0,\"text\":\"x\"}}"),
            Format::Jsonl,
        ),
    ] {
        let batch = plainly(&file, format);
        assert_eq!(texts(&batch), ["x"]);
        let last = batch.rejects.last().expect("a reject");
        assert!(
            last.reason.contains("longer than 16 MiB"),
            "{}",
            last.reason
        );
        assert_eq!(last.raw.len(), 2_000);
    }
}

#[test]
fn lone_surrogates_and_nul_are_kept() {
    let json = r#"{"id":"1","timestamp":0,"text":"a\ud83d b \ud83d\ude00 \u0000"}"#;
    let batch = plainly(json, Format::Jsonl);
    assert_eq!(texts(&batch), ["a\u{fffd} b 😀 \0"]);
    let batch = plainly("id,timestamp,text\n1,0,a\0b\n", Format::Csv);
    assert_eq!(texts(&batch), ["a\0b"]);
}

#[test]
fn whole_files() {
    let refuse = |bytes: &[u8], format| {
        let options = ReadOptions::default();
        read(bytes, format, &options)
            .expect_err("an error")
            .to_string()
    };
    let csv = refuse(b"id,timestamp,tweet\n1,0,x\n", Format::Csv);
    assert!(
        csv.contains("no column `text`") && csv.contains("id, timestamp, tweet"),
        "{csv}"
    );
    let json = refuse(b"{\"id\":1,\"timestamp\":0,\"tweet\":\"x\"}", Format::Jsonl);
    assert!(
        json.contains("no column `text`") && json.contains("tweet"),
        "{json}"
    );
    assert!(refuse(b"id,timestamp,text,text\n", Format::Csv).contains("two columns"));
    assert!(refuse(b"\xff\xfei\0d\0", Format::Csv).contains("UTF-16"));
    assert!(refuse(b"PAR1....", Format::Jsonl).contains("a Parquet file"));
    assert!(refuse(b"id,timestamp,text\r1,0,x\r", Format::Csv).contains("CR alone"));
    assert!(refuse(b"id,timestamp,\"text\n1,0,x\n", Format::Csv).contains("header has no end"));
    assert!(refuse(b"", Format::Parquet).contains("cannot be read as Parquet"));
    assert!(refuse(b"id,timestamp,text\n", Format::Parquet).contains("Parquet"));
    for format in [Format::Csv, Format::Tsv, Format::Jsonl] {
        assert_eq!(plainly("", format).rows(), 0);
        assert_eq!(plainly("\n\r\n", format).rows(), 0);
    }
    let options = ReadOptions {
        timezone: Some("Mars/Olympus".into()),
        ..ReadOptions::default()
    };
    let error = read(b"", Format::Csv, &options).expect_err("no such zone");
    assert!(matches!(error, Error::TimeZone { .. }));
}
