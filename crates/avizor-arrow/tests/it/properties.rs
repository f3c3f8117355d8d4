//! Promises that hold for any input.

use avizor::{Mention, Timestamp};
use avizor_arrow::{
    Batch, CsvWriter, Format, ParquetWriter, ReadOptions, mentions_from_batch, mentions_to_batch,
    write_jsonl,
};
use proptest::prelude::*;

use crate::read;

/// Text with everything that CSV and JSON treat specially.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a,;\"\\\\\t\r\n \u{0}ñ😀\u{feff}]{0,12}",]
}

fn filled() -> impl Strategy<Value = String> {
    text().prop_map(|s| if s.is_empty() { "x".to_owned() } else { s })
}

fn optional() -> impl Strategy<Value = Option<String>> {
    prop::option::of(filled())
}

fn count() -> impl Strategy<Value = Option<u64>> {
    prop::option::of(0..=i64::MAX as u64)
}

fn mention() -> impl Strategy<Value = Mention> {
    (
        (
            filled(),
            -253_402_207_200_000..=253_402_207_200_000_i64,
            text(),
        ),
        (
            optional(),
            optional(),
            optional(),
            optional(),
            optional(),
            optional(),
        ),
        (count(), count(), count(), count()),
        (any::<Option<bool>>(), any::<bool>()),
    )
        .prop_map(|((id, ms, text), s, n, b)| Mention {
            id,
            timestamp: Timestamp::from_millis(ms),
            text,
            author: s.0,
            channel: s.1,
            url: s.2,
            language: s.3,
            entity: s.4,
            reply_to: s.5,
            followers: n.0,
            likes: n.1,
            shares: n.2,
            replies: n.3,
            verified: b.0,
            from_brand: b.1,
        })
}

fn same(read: Batch, mentions: &[Mention]) -> Result<(), TestCaseError> {
    prop_assert_eq!(read.rejects, []);
    prop_assert_eq!(read.mentions, mentions);
    Ok(())
}

/// Bytes that come near to being a file of rows.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        "[a1,;\"\n\r\t{}:\\\\]{0,80}".prop_map(String::into_bytes),
        "(\\{\"(id|timestamp|text|likes)\":(\"[a-z0-9]{0,3}\\\\?(ud83d)?\"|[0-9.e-]{1,5}|null|\\[\\])(,\"(id|timestamp|text)\":(0|\"x\")){0,3}\\}\n){0,6}"
            .prop_map(String::into_bytes),
        "([a1]{0,2},[0-9]{0,2},\"?[ab\n,]{0,3}\"?\r?\n){0,8}".prop_map(String::into_bytes),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn round_trips(mentions in prop::collection::vec(mention(), 0..8)) {
        let options = ReadOptions::default();
        let mut jsonl = Vec::new();
        write_jsonl(&mut jsonl, &mentions).expect("written");
        same(read(&jsonl, Format::Jsonl, &options).expect("readable"), &mentions)?;

        let table = mentions_to_batch(&mentions).expect("a table");
        same(mentions_from_batch(&table, &options).expect("readable"), &mentions)?;

        let mut csv = CsvWriter::new(Vec::new());
        csv.write(&table).expect("written");
        let csv = csv.finish().expect("written");
        same(read(&csv, Format::Csv, &options).expect("readable"), &mentions)?;

        let mut parquet = ParquetWriter::new(Vec::new(), table.schema()).expect("a writer");
        parquet.write(&table).expect("written");
        let parquet = parquet.finish().expect("written");
        same(read(&parquet, Format::Parquet, &options).expect("readable"), &mentions)?;
    }

    #[test]
    fn no_line_of_json_vanishes(bytes in bytes()) {
        if let Ok(batch) = read(&bytes, Format::Jsonl, &ReadOptions::default()) {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            let rows = bytes
                .split(|b| *b == b'\n')
                .filter(|line| !line.iter().all(u8::is_ascii_whitespace))
                .count();
            prop_assert_eq!(batch.rows(), rows);
        }
    }

    #[test]
    fn no_row_of_csv_vanishes(bytes in bytes(), tabs in any::<bool>()) {
        let (head, format) = if tabs {
            (b"id\ttimestamp\ttext\n", Format::Tsv)
        } else {
            (b"id,timestamp,text\n", Format::Csv)
        };
        let file = [head.as_slice(), &bytes].concat();
        let batch = read(&file, format, &ReadOptions::default()).expect("a good header");
        for r in &batch.rejects {
            prop_assert!(!r.reason.is_empty() && r.raw.len() <= 2_000);
        }
        // Every byte that is no line end is in some row: no quotes, no joined lines.
        if !bytes.contains(&b'"') {
            let rows = bytes
                .split(|b| *b == b'\n')
                .filter(|line| !matches!(*line, b"" | b"\r"))
                .count();
            prop_assert_eq!(batch.rows(), rows);
        }
        // A good row at the end is found, whatever stands before it, unless a quote before it claims it.
        let marked = [file.as_slice(), b"\nz,0,fin\n"].concat();
        let batch = read(&marked, Format::Csv, &ReadOptions::default());
        if let Ok(batch) = batch && !bytes.contains(&b'"') && !tabs {
            prop_assert_eq!(batch.mentions.last().map(|m| m.id.as_str()), Some("z"));
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes in bytes(), cut in 0usize..2_000) {
        for format in [Format::Jsonl, Format::Csv, Format::Tsv, Format::Parquet] {
            let _ = read(&bytes, format, &ReadOptions::text_only());
        }
        let table = mentions_to_batch(&[Mention::new("a", Timestamp::default(), "x")]).expect("a table");
        let mut parquet = ParquetWriter::new(Vec::new(), table.schema()).expect("a writer");
        parquet.write(&table).expect("written");
        let mut parquet = parquet.finish().expect("written");
        for (at, byte) in bytes.iter().take(4).enumerate() {
            let at = (cut + at * 37) % parquet.len();
            parquet[at] = *byte;
        }
        let _ = read(&parquet, Format::Parquet, &ReadOptions::default());
    }
}
