//! Rows and tables to files.

use std::io::Write;

use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, SchemaRef, TimeUnit};
use avizor::Timestamp;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::strings::Strings;

/// Writes one JSON object per line; returns how many.
///
/// # Errors
/// [`Error::Write`] where the output fails or a value cannot be written as JSON.
pub fn write_jsonl<T: Serialize>(
    out: &mut impl Write,
    rows: impl IntoIterator<Item = T>,
) -> Result<u64> {
    let mut count = 0;
    let mut line = Vec::new();
    for row in rows {
        line.clear();
        serde_json::to_writer(&mut line, &row).map_err(Error::write)?;
        line.push(b'\n');
        out.write_all(&line).map_err(Error::write)?;
        count += 1;
    }
    Ok(count)
}

/// Writes tables as CSV (RFC 4180, LF): a header, then rows.
///
/// A null is an empty field, a timestamp with a zone is RFC 3339 in UTC, and a list of strings is a JSON list.
#[derive(Debug)]
pub struct CsvWriter<W: Write> {
    out: csv::Writer<W>,
    header: bool,
}

impl<W: Write> CsvWriter<W> {
    /// A writer that has written nothing yet; the first batch brings the header.
    pub fn new(out: W) -> Self {
        Self {
            out: csv::Writer::from_writer(out),
            header: false,
        }
    }

    /// Writes a batch. All batches must have one schema.
    ///
    /// # Errors
    /// [`Error::Write`] where the output fails or a batch has another number of columns; [`Error::Arrow`] where a
    /// column's type has no text.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        if !self.header {
            let schema = batch.schema();
            self.out
                .write_record(schema.fields().iter().map(|f| f.name()))
                .map_err(Error::write)?;
            self.header = true;
        }
        let options = FormatOptions::default();
        let columns: Vec<Printer<'_>> = batch
            .columns()
            .iter()
            .map(|c| Printer::of(c.as_ref(), &options))
            .collect::<Result<_>>()?;
        let mut field = String::new();
        for row in 0..batch.num_rows() {
            for column in &columns {
                field.clear();
                column.print(row, &mut field)?;
                self.out.write_field(&field).map_err(Error::write)?;
            }
            self.out.write_record(None::<&[u8]>).map_err(Error::write)?;
        }
        Ok(())
    }

    /// Flushes and gives the output back.
    ///
    /// # Errors
    /// [`Error::Write`] where the output fails.
    pub fn finish(self) -> Result<W> {
        self.out
            .into_inner()
            .map_err(|e| Error::write(e.into_error()))
    }
}

enum Printer<'a> {
    Strings(Strings<'a>),
    Lists(&'a dyn Array),
    Times(&'a arrow_array::TimestampMillisecondArray),
    Other(&'a dyn Array, ArrayFormatter<'a>),
}

impl<'a> Printer<'a> {
    fn of(array: &'a dyn Array, options: &'a FormatOptions<'a>) -> Result<Self> {
        if let Some(strings) = Strings::of(array) {
            return Ok(Self::Strings(strings));
        }
        Ok(match array.data_type() {
            DataType::List(item) if item.data_type().is_string() => Self::Lists(array),
            DataType::Timestamp(TimeUnit::Millisecond, Some(_)) => {
                Self::Times(array.as_primitive())
            }
            _ => Self::Other(array, ArrayFormatter::try_new(array, options)?),
        })
    }

    fn print(&self, row: usize, out: &mut String) -> Result<()> {
        match self {
            Self::Strings(a) => out.push_str(a.get(row).unwrap_or_default()),
            Self::Lists(a) if a.is_valid(row) => {
                let items = a.as_list::<i32>().value(row);
                let items = crate::strings::texts_from_array(items.as_ref())?;
                out.push_str(&serde_json::to_string(&items).map_err(Error::write)?);
            }
            Self::Times(a) if a.is_valid(row) => {
                out.push_str(&Timestamp::from_millis(a.value(row)).to_string());
            }
            Self::Other(a, formatter) if a.is_valid(row) => {
                out.push_str(&formatter.value(row).try_to_string()?);
            }
            Self::Lists(_) | Self::Times(_) | Self::Other(..) => {}
        }
        Ok(())
    }
}

/// Writes tables as Parquet, compressed with zstd.
#[derive(Debug)]
pub struct ParquetWriter<W: Write + Send> {
    out: ArrowWriter<W>,
}

impl<W: Write + Send> ParquetWriter<W> {
    /// A writer of tables of that schema.
    ///
    /// # Errors
    /// [`Error::Write`] where the output fails or Parquet has no such type.
    pub fn new(out: W, schema: SchemaRef) -> Result<Self> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .build();
        Ok(Self {
            out: ArrowWriter::try_new(out, schema, Some(properties)).map_err(Error::write)?,
        })
    }

    /// Writes a batch.
    ///
    /// # Errors
    /// [`Error::Write`] where the output fails or the batch has another schema.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.out.write(batch).map_err(Error::write)
    }

    /// Writes Parquet's index, without which the file is nothing, and gives the output back.
    ///
    /// # Errors
    /// [`Error::Write`] where the output fails.
    pub fn finish(self) -> Result<W> {
        self.out.into_inner().map_err(Error::write)
    }
}
