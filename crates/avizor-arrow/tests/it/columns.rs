//! Arrow columns of every layout, in and out.

use std::sync::Arc;

use arrow_array::types::{Int8Type, UInt64Type};
use arrow_array::{
    Array, ArrayRef, BinaryArray, Date32Array, Decimal128Array, DictionaryArray, Float32Array,
    Int32Array, Int64Array, LargeStringArray, RecordBatch, StringArray, StringViewArray,
    TimestampMicrosecondArray, TimestampNanosecondArray, TimestampSecondArray, UInt64Array,
    new_null_array,
};
use arrow_schema::DataType;
use avizor::{
    Analysis, EntityMatch, Fingerprint, Intent, Override, Repeat, Sentiment, Topic, Urgency,
    UrgencyLevel,
};
use avizor_arrow::{
    ColumnReader, CsvWriter, Error, Format, ParquetWriter, ReadOptions, analyses_to_batch,
    mentions_from_batch, texts_from_array,
};

use crate::{read, texts};

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter(columns).expect("columns of one length")
}

fn three(text: ArrayRef, time: ArrayRef) -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..text.len() as i64));
    batch(vec![("id", ids), ("timestamp", time), ("text", text)])
}

#[test]
fn strings_of_every_layout() {
    let words = vec![Some("uno"), None, Some("tres")];
    let dictionary: DictionaryArray<Int8Type> = words.iter().copied().collect();
    let views = DictionaryArray::<UInt64Type>::new(
        UInt64Array::from(vec![Some(1), Some(2), Some(0)]),
        Arc::new(StringViewArray::from(vec![Some("tres"), Some("uno"), None])),
    );
    let none = DictionaryArray::<Int8Type>::new(
        vec![None, None, None].into(),
        Arc::new(StringArray::from(Vec::<&str>::new())),
    );
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(words.clone())),
        Arc::new(LargeStringArray::from(words.clone())),
        Arc::new(StringViewArray::from(words.clone())),
        Arc::new(dictionary),
        Arc::new(views),
    ];
    for array in &arrays {
        assert_eq!(texts_from_array(array).expect("strings"), words);
        let slice = array.slice(1, 2);
        assert_eq!(texts_from_array(&slice).expect("strings"), words[1..]);
        let time: ArrayRef = Arc::new(Int64Array::from(vec![5, 6, 7]));
        let read = mentions_from_batch(&three(array.clone(), time), &ReadOptions::default())
            .expect("readable");
        assert_eq!(texts(&read), ["uno", "tres"]);
        assert_eq!(read.mentions[1].timestamp.millis(), 7);
        assert_eq!(read.rejects[0].line, 2);
        assert_eq!(read.rejects[0].raw, r#"{"id":"1","timestamp":"6"}"#);
    }
    assert_eq!(
        texts_from_array(&none).expect("strings"),
        [None, None, None]
    );
    let nulls = new_null_array(&DataType::Null, 2);
    assert_eq!(texts_from_array(&nulls).expect("nothing"), [None, None]);
    let numbers = Int32Array::from(vec![1]);
    assert!(matches!(
        texts_from_array(&numbers),
        Err(Error::NotStrings { .. })
    ));
}

#[test]
fn times_of_every_unit() {
    let text = || Arc::new(StringArray::from(vec!["x"])) as ArrayRef;
    let ms = 1_772_359_200_123_i64;
    let times: Vec<ArrayRef> = vec![
        Arc::new(TimestampSecondArray::from(vec![ms / 1_000]).with_timezone("Europe/Madrid")),
        Arc::new(TimestampMicrosecondArray::from(vec![ms * 1_000 + 7]).with_timezone("UTC")),
        Arc::new(TimestampNanosecondArray::from(vec![ms * 1_000_000 + 7]).with_timezone("+01:00")),
        Arc::new(StringArray::from(vec!["2026-03-01T10:00:00.123Z"])),
        Arc::new(UInt64Array::from(vec![ms as u64])),
    ];
    for time in times {
        let read = mentions_from_batch(&three(text(), time), &ReadOptions::default());
        let read = read.expect("readable").mentions[0].timestamp.millis();
        assert_eq!(read / 1_000, ms / 1_000);
    }
    let madrid = ReadOptions {
        timezone: Some("Europe/Madrid".into()),
        ..ReadOptions::default()
    };
    let naive: Vec<ArrayRef> = vec![
        Arc::new(TimestampSecondArray::from(vec![0])),
        Arc::new(Date32Array::from(vec![0])),
    ];
    for time in naive {
        let batch = three(text(), time);
        let refused = mentions_from_batch(&batch, &ReadOptions::default()).expect("readable");
        assert!(refused.rejects[0].reason.contains("without zone"));
        let read = mentions_from_batch(&batch, &madrid).expect("readable");
        assert_eq!(read.mentions[0].timestamp.millis(), -3_600_000);
    }
    let beyond: ArrayRef =
        Arc::new(TimestampSecondArray::from(vec![i64::MAX]).with_timezone("UTC"));
    let read = mentions_from_batch(&three(text(), beyond), &ReadOptions::default());
    assert_eq!(read.expect("readable").rejects.len(), 1);
}

#[test]
fn numbers_and_flags_of_every_type() {
    let row = |likes: ArrayRef, verified: ArrayRef| {
        batch(vec![
            ("id", Arc::new(StringArray::from(vec!["a"])) as ArrayRef),
            ("timestamp", Arc::new(Int64Array::from(vec![0]))),
            ("text", Arc::new(BinaryArray::from(vec!["x".as_bytes()]))),
            ("likes", likes),
            ("verified", verified),
        ])
    };
    let decimal = Decimal128Array::from(vec![1200]).with_precision_and_scale(10, 2);
    let twelve: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from(vec![12])),
        Arc::new(UInt64Array::from(vec![12])),
        Arc::new(Float32Array::from(vec![12.0])),
        Arc::new(StringArray::from(vec!["12.0"])),
        Arc::new(decimal.expect("fits")),
    ];
    for likes in twelve {
        let flag = Arc::new(Int32Array::from(vec![1]));
        let read = mentions_from_batch(&row(likes, flag), &ReadOptions::default());
        let m = &read.expect("readable").mentions[0];
        assert_eq!((m.likes, m.verified), (Some(12), Some(true)));
    }
    let nothing: ArrayRef = Arc::new(Float32Array::from(vec![f32::NAN]));
    let read = mentions_from_batch(&row(nothing.clone(), nothing), &ReadOptions::default());
    assert_eq!(read.expect("readable").mentions[0].likes, None);

    let bytes: ArrayRef = Arc::new(BinaryArray::from(vec![b"ma\xf1ana".as_slice()]));
    let time: ArrayRef = Arc::new(Int64Array::from(vec![0]));
    let read = mentions_from_batch(&three(bytes, time), &ReadOptions::default());
    assert!(
        read.expect("readable").rejects[0]
            .reason
            .contains("not UTF-8")
    );
}

#[test]
fn columns_are_checked_and_rows_numbered_through() {
    let list: ArrayRef = new_null_array(&DataType::new_list(DataType::Int32, true), 1);
    let time: ArrayRef = Arc::new(Int64Array::from(vec![0]));
    let error = mentions_from_batch(&three(list, time), &ReadOptions::default());
    assert!(matches!(error, Err(Error::ColumnType { .. })));

    let mut reader = ColumnReader::new(&ReadOptions::text_only()).expect("options");
    let one = batch(vec![(
        "text",
        Arc::new(StringArray::from(vec!["a", "b"])) as ArrayRef,
    )]);
    reader.read(&one).expect("readable");
    assert_eq!(reader.read(&one).expect("readable").mentions[0].id, "3");
    let none = batch(vec![(
        "other",
        Arc::new(StringArray::from(vec!["a"])) as ArrayRef,
    )]);
    let error = reader.read(&none).expect_err("no text").to_string();
    assert!(
        error.contains("no column `text`") && error.contains("other"),
        "{error}"
    );
}

#[test]
fn analyses_have_a_stable_table() {
    let named = |name: &str| EntityMatch {
        name: name.into(),
        score: 1.0,
        competitor: false,
        sentiment: Sentiment::default(),
    };
    let analyses = [
        Analysis {
            id: "a".into(),
            topics: vec![
                Topic {
                    name: "equipaje".into(),
                    score: 0.9,
                },
                Topic {
                    name: "retraso, \"grave\"".into(),
                    score: 0.4,
                },
            ],
            urgency: Urgency {
                level: UrgencyLevel::Critical,
                score: 0.7,
                forced: Some(Override::Safety),
            },
            intent: Intent::Complaint,
            intents: vec![Intent::Complaint, Intent::Question],
            fingerprint: Fingerprint(255),
            repeat: Some(Repeat::Quote),
            department: Some("operaciones".into()),
            entities: vec![named("Aurora Air")],
            ..Analysis::default()
        },
        Analysis::default(),
    ];
    let table = analyses_to_batch(&analyses).expect("a table");
    let mut out = CsvWriter::new(Vec::new());
    out.write(&table).expect("written");
    let csv = String::from_utf8(out.finish().expect("written")).expect("UTF-8");
    assert_eq!(
        csv,
        "id,language,sentiment,sentiment_score,p_negative,p_neutral,p_positive,urgency,urgency_score,urgency_forced,intent,intents,topics,department,entities,fingerprint,repeat\n\
         a,und,neutral,0.0,0.0,1.0,0.0,critical,0.7,safety,complaint,\"[\"\"complaint\"\",\"\"question\"\"]\",\"[\"\"equipaje\"\",\"\"retraso, \\\"\"grave\\\"\"\"\"]\",operaciones,\"[\"\"Aurora Air\"\"]\",00000000000000ff,quote\n\
         ,und,neutral,0.0,0.0,1.0,0.0,low,0.0,,information,[],[],,[],0000000000000000,\n"
    );
    assert_eq!(analyses_to_batch(&[]).expect("a table").num_rows(), 0);

    let mut out = ParquetWriter::new(Vec::new(), table.schema()).expect("a writer");
    out.write(&table).expect("written");
    let bytes = out.finish().expect("written");
    // Without time and text it is no table of mentions, and says so.
    let error = read(&bytes, Format::Parquet, &ReadOptions::default()).expect_err("no mentions");
    assert!(
        error.to_string().contains("no column `timestamp`"),
        "{error}"
    );
}
