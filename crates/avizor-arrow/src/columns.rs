//! Arrow columns of whatever types a program keeps its mentions in, to mentions.

use std::fmt::Write as _;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, UInt64Type};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Float64Array, Int64Array, RecordBatch, UInt64Array,
};
use arrow_cast::cast;
use arrow_schema::{DataType, Schema, TimeUnit};

use crate::batch::{Batch, RAW_BYTES};
use crate::error::{Error, Result};
use crate::options::ReadOptions;
use crate::plan::Plan;
use crate::row::Cell;
use crate::strings::Strings;

/// Mentions from one Arrow batch; rows are numbered from 1. For several batches use [`ColumnReader`].
///
/// Text columns may be strings of any layout, dictionaries or numbers; counts integers of any width, floats or
/// numeric text; flags booleans, 0/1 or words; the timestamp RFC 3339 text, integer epoch milliseconds or an Arrow
/// timestamp of any unit with a zone (without one, see [`ReadOptions::timezone`]).
///
/// # Errors
/// Where a needed column is missing, there twice, or of a type that holds nothing readable; or where the options'
/// time zone is unknown.
pub fn mentions_from_batch(batch: &RecordBatch, options: &ReadOptions) -> Result<Batch> {
    ColumnReader::new(options)?.read(batch)
}

/// Reads Arrow batches one after another and numbers their rows through.
#[derive(Clone, Debug)]
pub struct ColumnReader {
    plan: Plan,
    rows: u64,
}

impl ColumnReader {
    /// A reader whose rejects come from the file `columns`.
    ///
    /// # Errors
    /// Where the options' time zone is unknown.
    pub fn new(options: &ReadOptions) -> Result<Self> {
        Ok(Self::of_plan(Plan::new("columns", options)?))
    }

    pub(crate) fn of_plan(plan: Plan) -> Self {
        Self { plan, rows: 0 }
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The positions of the wanted columns, by slot; an error where one is missing or of no readable type.
    pub(crate) fn bind(&self, schema: &Schema) -> Result<Vec<Option<usize>>> {
        let names: Vec<&String> = schema.fields().iter().map(|f| f.name()).collect();
        let at = self.plan.bind(&names)?;
        for position in at.iter().flatten() {
            let field = schema.field(*position);
            if !readable(field.data_type()) {
                return Err(self.unreadable(field.name(), field.data_type()));
            }
        }
        Ok(at)
    }

    fn unreadable(&self, column: &str, found: &DataType) -> Error {
        Error::ColumnType {
            file: self.plan.file.clone(),
            column: column.to_owned(),
            found: found.to_string(),
        }
    }

    /// The mentions of one batch.
    ///
    /// # Errors
    /// Where a needed column is missing, there twice, or of a type that holds nothing readable.
    pub fn read(&mut self, batch: &RecordBatch) -> Result<Batch> {
        let schema = batch.schema_ref();
        let mut arrays: Vec<Option<ArrayRef>> = Vec::with_capacity(self.plan.names.len());
        for position in self.bind(schema)? {
            arrays.push(match position {
                None => None,
                Some(i) => {
                    let plain = plain(batch.column(i));
                    let found = batch.column(i).data_type();
                    Some(plain.ok_or_else(|| self.unreadable(schema.field(i).name(), found))?)
                }
            });
        }
        let columns: Vec<Column<'_>> = arrays
            .iter()
            .map(|a| a.as_deref().map_or(Column::Absent, Column::of))
            .collect();
        let mut out = Batch::default();
        for row in 0..batch.num_rows() {
            self.rows += 1;
            let cell = |slot: usize| columns[slot].cell(row);
            out.read(&self.plan, self.rows, self.rows, cell, || {
                raw(&self.plan, cell)
            });
        }
        Ok(out)
    }
}

/// The wanted cells of a row as a JSON object, cut short.
fn raw<'a>(plan: &Plan, cell: impl Fn(usize) -> Cell<'a>) -> Vec<u8> {
    let mut out = String::from("{");
    for (slot, name) in plan.names.iter().enumerate() {
        if let Some(text) = cell(slot).to_text()
            && out.len() < RAW_BYTES
        {
            let comma = if out.len() > 1 { "," } else { "" };
            let value: String = text.chars().take(RAW_BYTES).collect();
            let (name, value) = (serde_json::json!(name), serde_json::json!(value));
            // Writing to a string cannot fail.
            let _ = write!(out, "{comma}{name}:{value}");
        }
    }
    out.push('}');
    out.into_bytes()
}

/// Types that hold text, a number, a flag or a time.
fn readable(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, value) => readable(value),
        DataType::RunEndEncoded(_, value) => readable(value.data_type()),
        DataType::Null
        | DataType::Boolean
        | DataType::Date32
        | DataType::Date64
        | DataType::Timestamp(_, _)
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView => true,
        kind => kind.is_string() || kind.is_numeric(),
    }
}

/// The same values in one of the few types that [`Column`] reads.
fn plain(array: &ArrayRef) -> Option<ArrayRef> {
    let kind = array.data_type();
    let target = match kind {
        DataType::Dictionary(_, value) if !value.is_string() => {
            return plain(&cast(array, value).ok()?);
        }
        DataType::RunEndEncoded(_, value) => {
            return plain(&cast(array, value.data_type()).ok()?);
        }
        DataType::UInt64 => return Some(array.clone()),
        kind if kind.is_integer() => DataType::Int64,
        kind if kind.is_floating() => DataType::Float64,
        // The digits as they are: the text reader takes `12.00` for 12.
        kind if kind.is_numeric() => DataType::Utf8,
        DataType::Date32 => DataType::Date64,
        DataType::LargeBinary | DataType::BinaryView => DataType::Binary,
        _ => return Some(array.clone()),
    };
    cast(array, &target).ok()
}

enum Column<'a> {
    Absent,
    Strings(Strings<'a>),
    Bytes(&'a BinaryArray),
    Int(&'a Int64Array),
    UInt(&'a UInt64Array),
    Float(&'a Float64Array),
    Bool(&'a BooleanArray),
    /// Counts of a unit since the epoch; whether they are instants; units per millisecond, or milliseconds per unit.
    Time(Int64Array, bool, Scale),
}

#[derive(Clone, Copy)]
enum Scale {
    Times(i64),
    Over(i64),
}

impl<'a> Column<'a> {
    fn of(array: &'a dyn Array) -> Self {
        if let Some(strings) = Strings::of(array) {
            return Self::Strings(strings);
        }
        let kind = array.data_type();
        match kind {
            DataType::Binary => Self::Bytes(array.as_binary()),
            DataType::Int64 => Self::Int(array.as_primitive::<Int64Type>()),
            DataType::UInt64 => Self::UInt(array.as_primitive::<UInt64Type>()),
            DataType::Float64 => Self::Float(array.as_primitive::<Float64Type>()),
            DataType::Boolean => Self::Bool(array.as_boolean()),
            DataType::Date64 | DataType::Timestamp(_, _) => {
                let (zoned, scale) = match kind {
                    DataType::Timestamp(unit, zone) => (zone.is_some(), Scale::of(*unit)),
                    _ => (false, Scale::Times(1)),
                };
                match cast(array, &DataType::Int64) {
                    Ok(counts) => Self::Time(counts.as_primitive().clone(), zoned, scale),
                    Err(_) => Self::Absent,
                }
            }
            _ => Self::Absent,
        }
    }

    fn cell(&self, row: usize) -> Cell<'_> {
        let found = match self {
            Self::Absent => None,
            Self::Strings(a) => a.get(row).map(Cell::Text),
            Self::Bytes(a) => a.is_valid(row).then(|| Cell::of_bytes(a.value(row))),
            Self::Int(a) => a.is_valid(row).then(|| Cell::Int(a.value(row).into())),
            Self::UInt(a) => a.is_valid(row).then(|| Cell::Int(a.value(row).into())),
            Self::Float(a) => a.is_valid(row).then(|| Cell::Float(a.value(row))),
            Self::Bool(a) => a.is_valid(row).then(|| Cell::Bool(a.value(row))),
            Self::Time(a, zoned, scale) => a.is_valid(row).then(|| {
                let ms = match scale {
                    Scale::Times(n) => a.value(row).saturating_mul(*n),
                    Scale::Over(n) => a.value(row).div_euclid(*n),
                };
                if *zoned {
                    Cell::Instant(ms)
                } else {
                    Cell::Local(ms)
                }
            }),
        };
        found.unwrap_or(Cell::Null)
    }
}

impl Scale {
    fn of(unit: TimeUnit) -> Self {
        match unit {
            TimeUnit::Second => Self::Times(1_000),
            TimeUnit::Millisecond => Self::Times(1),
            TimeUnit::Microsecond => Self::Over(1_000),
            TimeUnit::Nanosecond => Self::Over(1_000_000),
        }
    }
}
