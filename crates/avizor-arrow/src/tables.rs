//! Mentions and analyses as Arrow tables with stable schemas. Integers are signed: Spark reads no others.

use std::sync::{Arc, LazyLock};

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMillisecondArray,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use avizor::{Analysis, Mention, Override, Repeat};

use crate::error::{Error, Result};
use crate::options::COLUMNS;

/// The most text that one column of one batch holds: Arrow's 32-bit offsets.
const LIMIT: usize = i32::MAX as usize;

/// The columns of [`mentions_to_batch`]: the names of [`COLUMNS`], in their order.
///
/// `timestamp` is Timestamp(ms, UTC); `followers`, `likes`, `shares` and `replies` are Int64; `verified` and
/// `from_brand` Boolean; the others Utf8. `id`, `timestamp`, `text` and `from_brand` are never null.
pub fn mention_schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let field = |name: &&str| {
            let kind = match *name {
                "timestamp" => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
                "followers" | "likes" | "shares" | "replies" => DataType::Int64,
                "verified" | "from_brand" => DataType::Boolean,
                _ => DataType::Utf8,
            };
            let needed = matches!(*name, "id" | "timestamp" | "text" | "from_brand");
            Field::new(*name, kind, !needed)
        };
        Arc::new(Schema::new(COLUMNS.iter().map(field).collect::<Vec<_>>()))
    });
    SCHEMA.clone()
}

/// The columns of [`analyses_to_batch`], in this order.
///
/// | column | type | null | meaning |
/// |---|---|---|---|
/// | `id` | Utf8 | no | the mention's id |
/// | `language` | Utf8 | no | `es`, `en`, `pt` or `und` |
/// | `sentiment` | Utf8 | no | `negative`, `neutral` or `positive` |
/// | `sentiment_score` | Float64 | no | P(positive) - P(negative), in [-1, 1] |
/// | `p_negative`, `p_neutral`, `p_positive` | Float64 | no | probabilities, which sum to 1 |
/// | `urgency` | Utf8 | no | `low`, `normal`, `high` or `critical` |
/// | `urgency_score` | Float64 | no | in [0, 1] |
/// | `urgency_forced` | Utf8 | yes | the hard override that set the level: `safety`, `legal`, `data` or `minors` |
/// | `intent` | Utf8 | no | what the author wants above all |
/// | `intents` | List of Utf8 | no | all that the author wants, `intent` first |
/// | `topics` | List of Utf8 | no | names, strongest first |
/// | `department` | Utf8 | yes | who must see it |
/// | `entities` | List of Utf8 | no | names, strongest first |
/// | `fingerprint` | Utf8 | no | 16 hexadecimal digits, the same for copies of one text |
/// | `repeat` | Utf8 | yes | `retweet` or `quote` |
pub fn analysis_schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let list = || DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)));
        Arc::new(Schema::new(vec![
            Field::new("id", DataType::Utf8, false),
            Field::new("language", DataType::Utf8, false),
            Field::new("sentiment", DataType::Utf8, false),
            Field::new("sentiment_score", DataType::Float64, false),
            Field::new("p_negative", DataType::Float64, false),
            Field::new("p_neutral", DataType::Float64, false),
            Field::new("p_positive", DataType::Float64, false),
            Field::new("urgency", DataType::Utf8, false),
            Field::new("urgency_score", DataType::Float64, false),
            Field::new("urgency_forced", DataType::Utf8, true),
            Field::new("intent", DataType::Utf8, false),
            Field::new("intents", list(), false),
            Field::new("topics", list(), false),
            Field::new("department", DataType::Utf8, true),
            Field::new("entities", list(), false),
            Field::new("fingerprint", DataType::Utf8, false),
            Field::new("repeat", DataType::Utf8, true),
        ]))
    });
    SCHEMA.clone()
}

fn strings<'a>(values: impl Iterator<Item = Option<&'a str>> + Clone) -> Result<ArrayRef> {
    let bytes = values.clone().flatten().map(str::len).sum();
    if bytes > LIMIT {
        return Err(Error::TooLarge { bytes });
    }
    Ok(Arc::new(values.collect::<StringArray>()))
}

/// Mentions as a table of [`mention_schema`]. Counts above 2^63 - 1 are written as 2^63 - 1.
///
/// # Errors
/// [`Error::TooLarge`] where one column's text is more than 2 GiB.
pub fn mentions_to_batch(mentions: &[Mention]) -> Result<RecordBatch> {
    let rows = || mentions.iter();
    let count = |get: fn(&Mention) -> Option<u64>| -> ArrayRef {
        let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        Arc::new(rows().map(|m| get(m).map(signed)).collect::<Int64Array>())
    };
    let times: TimestampMillisecondArray = rows().map(|m| Some(m.timestamp.millis())).collect();
    let columns: Vec<ArrayRef> = vec![
        strings(rows().map(|m| Some(m.id.as_str())))?,
        Arc::new(times.with_timezone("UTC")),
        strings(rows().map(|m| Some(m.text.as_str())))?,
        strings(rows().map(|m| m.author.as_deref()))?,
        count(|m| m.followers),
        Arc::new(rows().map(|m| m.verified).collect::<BooleanArray>()),
        strings(rows().map(|m| m.channel.as_deref()))?,
        strings(rows().map(|m| m.url.as_deref()))?,
        strings(rows().map(|m| m.language.as_deref()))?,
        strings(rows().map(|m| m.entity.as_deref()))?,
        count(|m| m.likes),
        count(|m| m.shares),
        count(|m| m.replies),
        strings(rows().map(|m| m.reply_to.as_deref()))?,
        Arc::new(rows().map(|m| Some(m.from_brand)).collect::<BooleanArray>()),
    ];
    Ok(RecordBatch::try_new(mention_schema(), columns)?)
}

/// Analyses as a table of [`analysis_schema`], in their order. Evidence stays behind: it is nested, and long.
///
/// # Errors
/// [`Error::TooLarge`] where one column's text is more than 2 GiB.
pub fn analyses_to_batch(analyses: &[Analysis]) -> Result<RecordBatch> {
    let rows = || analyses.iter();
    let numbers = |get: fn(&Analysis) -> f64| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(rows().map(get)))
    };
    let columns: Vec<ArrayRef> = vec![
        strings(rows().map(|a| Some(a.id.as_str())))?,
        strings(rows().map(|a| Some(a.language.code())))?,
        strings(rows().map(|a| Some(a.sentiment.label.name())))?,
        numbers(|a| a.sentiment.score),
        numbers(|a| a.sentiment.probabilities[0]),
        numbers(|a| a.sentiment.probabilities[1]),
        numbers(|a| a.sentiment.probabilities[2]),
        strings(rows().map(|a| Some(a.urgency.level.name())))?,
        numbers(|a| a.urgency.score),
        strings(rows().map(|a| a.urgency.forced.map(Override::name)))?,
        strings(rows().map(|a| Some(a.intent.name())))?,
        lists(rows().map(|a| a.intents.iter().map(|i| i.name())))?,
        lists(rows().map(|a| a.topics.iter().map(|t| t.name.as_str())))?,
        strings(rows().map(|a| a.department.as_deref()))?,
        lists(rows().map(|a| a.entities.iter().map(|e| e.name.as_str())))?,
        Arc::new(StringArray::from_iter_values(
            rows().map(|a| a.fingerprint.to_string()),
        )),
        strings(rows().map(|a| a.repeat.map(Repeat::name)))?,
    ];
    Ok(RecordBatch::try_new(analysis_schema(), columns)?)
}

fn lists<'a, I>(rows: impl Iterator<Item = I> + Clone) -> Result<ArrayRef>
where
    I: Iterator<Item = &'a str>,
{
    let bytes = rows.clone().flatten().map(|s| s.len().max(1)).sum();
    if bytes > LIMIT {
        return Err(Error::TooLarge { bytes });
    }
    let mut builder = ListBuilder::new(StringBuilder::new());
    for row in rows {
        for name in row {
            builder.values().append_value(name);
        }
        builder.append(true);
    }
    Ok(Arc::new(builder.finish()))
}
