//! Evidence as Python counts: in characters, not bytes; and as an Arrow column.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int32Array, ListArray, StringArray, StructArray};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{ArrowError, DataType, Field, Fields};
use avizor::{Analysis, Evidence, EvidenceKind};

/// Turns byte offsets into `text` into character offsets. O(length + spans), and nothing for ASCII.
pub(crate) fn in_characters(text: &str, evidence: &mut [Evidence]) {
    if evidence.is_empty() || text.is_ascii() {
        return;
    }
    // By byte, how many characters begin before it.
    let mut before = Vec::with_capacity(text.len() + 1);
    let mut count = 0;
    for byte in text.bytes() {
        before.push(count);
        count += u32::from(byte & 0xC0 != 0x80);
    }
    let at = |offset: u32| before.get(offset as usize).copied().unwrap_or(count);
    for reason in evidence {
        (reason.start, reason.end) = (at(reason.start), at(reason.end));
    }
}

const fn name(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Sentiment => "sentiment",
        EvidenceKind::Urgency => "urgency",
        EvidenceKind::Intent => "intent",
        EvidenceKind::Topic => "topic",
        EvidenceKind::Entity => "entity",
        EvidenceKind::Department => "department",
    }
}

/// The evidence of each analysis: a list of {start, end, kind, rule, weight}.
pub(crate) fn column(analyses: &[Analysis]) -> Result<ArrayRef, ArrowError> {
    let all = || analyses.iter().flat_map(|a| &a.evidence);
    let fields = Fields::from(vec![
        Field::new("start", DataType::Int32, false),
        Field::new("end", DataType::Int32, false),
        Field::new("kind", DataType::Utf8, false),
        Field::new("rule", DataType::Utf8, false),
        Field::new("weight", DataType::Float64, false),
    ]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int32Array::from_iter_values(all().map(|e| e.start as i32))),
        Arc::new(Int32Array::from_iter_values(all().map(|e| e.end as i32))),
        Arc::new(StringArray::from_iter_values(all().map(|e| name(e.kind)))),
        Arc::new(StringArray::from_iter_values(
            all().map(|e| e.rule.as_str()),
        )),
        Arc::new(Float64Array::from_iter_values(all().map(|e| e.weight))),
    ];
    let reasons = StructArray::try_new(fields.clone(), columns, None)?;
    let item = Arc::new(Field::new_list_field(DataType::Struct(fields), false));
    let offsets = OffsetBuffer::from_lengths(analyses.iter().map(|a| a.evidence.len()));
    Ok(Arc::new(ListArray::try_new(
        item,
        offsets,
        Arc::new(reasons),
        None,
    )?))
}
