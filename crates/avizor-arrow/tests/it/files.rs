//! Paths, formats, maps, extra columns and the size of batches.

use std::fs;

use avizor_arrow::{ColumnMap, Error, Format, ReadOptions, Reader};

use crate::{plainly, read, texts};

#[test]
fn formats_go_by_the_name() {
    let dir = tempfile::tempdir().expect("a directory");
    let rows = [
        ("a.csv", "id,timestamp,text\n1,0,x\n"),
        ("a.tsv", "id\ttimestamp\ttext\n1\t0\tx\n"),
        ("a.JSONL", "{\"id\":1,\"timestamp\":0,\"text\":\"x\"}\n"),
        ("a.ndjson", "{\"id\":1,\"timestamp\":0,\"text\":\"x\"}\n"),
    ];
    for (name, content) in rows {
        let path = dir.path().join(name);
        fs::write(&path, content).expect("written");
        let mut reader = Reader::open(&path, &ReadOptions::default()).expect("opened");
        let batch = reader.next().expect("a batch").expect("readable");
        assert_eq!(batch.mentions[0].id, "1", "{name}");
        assert!(reader.next().is_none());
    }
    let open = |name: &str| Reader::open(dir.path().join(name), &ReadOptions::default());
    assert!(matches!(open("none.csv"), Err(Error::Open { .. })));
    assert!(matches!(open(""), Err(Error::Open { .. })));
    fs::write(dir.path().join("rows"), "id,timestamp,text\n").expect("written");
    assert!(matches!(open("rows"), Err(Error::UnknownFormat { .. })));
    fs::write(dir.path().join("bad.parquet"), "PAR1 no").expect("written");
    assert!(matches!(open("bad.parquet"), Err(Error::Parquet { .. })));
}

#[test]
fn columns_are_mapped_and_extra_ones_kept() {
    let options = ReadOptions {
        map: ColumnMap::parse("text=tweet, timestamp=created").expect("a map"),
        extra: vec!["label".into(), "tweet".into()],
        id_optional: true,
        timezone: Some("Europe/Madrid".into()),
        ..ReadOptions::default()
    };
    let csv = b"created,label,tweet,text\n2026-07-01 12:00:00,neg,uno,no\nmal,pos,dos,no\n2026-07-01T00:00:00Z,,tres,no\n";
    let batch = read(csv, Format::Csv, &options).expect("readable");
    assert_eq!(texts(&batch), ["uno", "tres"]);
    // Numbers of rows: the broken one has its own.
    assert_eq!(
        (batch.mentions[0].id.as_str(), batch.mentions[1].id.as_str()),
        ("1", "3")
    );
    assert_eq!(
        batch.mentions[0].timestamp.to_string(),
        "2026-07-01T10:00:00Z"
    );
    assert_eq!(
        batch.extra,
        [
            vec![Some("neg".to_owned()), Some("uno".to_owned())],
            vec![None, Some("tres".to_owned())]
        ]
    );
    assert!(
        batch.rejects[0]
            .reason
            .contains("`timestamp` (column `created`) is `mal`")
    );

    let json = br#"{"created":0,"label":["a","b"],"tweet":"uno"}"#;
    let batch = read(json, Format::Jsonl, &options).expect("readable");
    assert_eq!(batch.extra[0][0].as_deref(), Some(r#"["a","b"]"#));

    let absent = read(b"created,tweet\n", Format::Csv, &options).expect_err("no label");
    assert!(absent.to_string().contains("no column `label`"), "{absent}");
}

#[test]
fn maps_are_checked() {
    assert!(ColumnMap::parse("").is_ok());
    assert_eq!(
        ColumnMap::parse("text=a=b").expect("a map").theirs("text"),
        Some("a=b")
    );
    for bad in ["text", "tekst=a", "text=", "text=a,text=b"] {
        assert!(
            matches!(ColumnMap::parse(bad), Err(Error::Map { .. })),
            "{bad}"
        );
    }
    let options = ReadOptions {
        map: ColumnMap::parse("likes=favs").expect("a map"),
        ..ReadOptions::default()
    };
    let error = read(b"id,timestamp,text\n", Format::Csv, &options).expect_err("no favs");
    assert!(
        error
            .to_string()
            .contains("no column `favs`, which is mapped to `likes`")
    );
}

#[test]
fn only_the_text_matters() {
    let options = ReadOptions::text_only();
    let csv = b"text,timestamp\nuno,ayer\ndos,\n";
    let batch = read(csv, Format::Csv, &options).expect("readable");
    assert_eq!(texts(&batch), ["uno", "dos"]);
    assert_eq!(batch.mentions[1].id, "2");
    assert_eq!(batch.mentions[0].timestamp.millis(), 0);
    let batch = read(b"text\n\"a, b\"\n\"\"\n", Format::Csv, &options).expect("readable");
    assert_eq!(texts(&batch), ["a, b", ""]);
}

#[test]
fn separators_are_found() {
    let batch = plainly("id;timestamp;text\n1;0;uno, dos\n", Format::Csv);
    assert_eq!(texts(&batch), ["uno, dos"]);
    let batch = plainly(
        "id;\"what\r\nelse\";timestamp;text\n1;;0;uno\n",
        Format::Csv,
    );
    assert_eq!(texts(&batch), ["uno"]);
    let batch = plainly("id\ttimestamp\ttext\n1\t0\t\"uno\" dos\n", Format::Csv);
    assert_eq!(texts(&batch), ["\"uno\" dos"]);
}

#[test]
fn values_of_many_shapes() {
    let json = r#"{"id":570306133677760513,"timestamp":"2015-02-24 11:35:52 -0800","text":12,"followers":"12.0","likes":3.0,"shares":"","replies":null,"verified":"Yes","from_brand":1,"author":"","channel":7}"#;
    let m = &plainly(json, Format::Jsonl).mentions[0];
    assert_eq!(
        (m.id.as_str(), m.text.as_str()),
        ("570306133677760513", "12")
    );
    assert_eq!(m.timestamp.to_string(), "2015-02-24T19:35:52Z");
    assert_eq!(
        (m.followers, m.likes, m.shares, m.replies),
        (Some(12), Some(3), None, None)
    );
    assert_eq!((m.verified, m.from_brand), (Some(true), true));
    assert_eq!(
        (m.author.as_deref(), m.channel.as_deref()),
        (None, Some("7"))
    );
}

#[test]
fn batches_are_bounded() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("a.csv");
    let rows: Vec<String> = (0..10_000).map(|i| format!("{i},0,x\n")).collect();
    fs::write(&path, format!("id,timestamp,text\n{}", rows.concat())).expect("written");
    let sizes = |batch_size| -> Vec<usize> {
        let options = ReadOptions {
            batch_size,
            ..ReadOptions::default()
        };
        let reader = Reader::open(&path, &options).expect("opened");
        reader.map(|b| b.expect("readable").rows()).collect()
    };
    assert_eq!(sizes(4096), [4096, 4096, 1808]);
    assert_eq!(sizes(10_000), [10_000]);
    assert_eq!(sizes(0).len(), 10_000);

    let long = format!("1,0,{}\n", "x".repeat(1 << 20)).repeat(40);
    fs::write(&path, format!("id,timestamp,text\n{long}")).expect("written");
    assert_eq!(sizes(4096), [16, 16, 8]);
}

#[test]
fn a_failing_stream_gives_what_it_had() {
    struct Failing(&'static [u8]);
    impl std::io::Read for Failing {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            if self.0.is_empty() {
                return Err(std::io::Error::other("unplugged"));
            }
            self.0.read(out)
        }
    }
    let input = Failing(b"{\"id\":1,\"timestamp\":0,\"text\":\"x\"}\n");
    let mut reader =
        Reader::from_read("-", input, Format::Jsonl, &ReadOptions::default()).expect("opened");
    assert_eq!(reader.next().expect("a batch").expect("readable").rows(), 1);
    assert!(matches!(reader.next(), Some(Err(Error::Read { .. }))));
    assert!(reader.next().is_none());
}

#[test]
fn a_live_stream_is_not_held_back() {
    /// Hands out one line per call, and fails the test when asked for more than it has.
    struct Live(std::vec::IntoIter<&'static [u8]>);
    impl std::io::Read for Live {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            let mut line = self.0.next().expect("asked too early");
            line.read(out)
        }
    }
    fn sendable<T: Send>(value: T) -> T {
        value
    }
    let lines: Vec<&[u8]> = vec![b"id,timestamp,text\n", b"1,0,a\n", b"2,0,b\n3,0,c\n"];
    let input = Live(lines.into_iter());
    let reader = Reader::from_read("-", input, Format::Csv, &ReadOptions::default());
    let mut reader = sendable(reader.expect("opened"));
    for expected in [vec!["a"], vec!["b", "c"]] {
        let batch = reader.next().expect("a batch").expect("readable");
        assert_eq!(texts(&batch), expected);
    }
}
