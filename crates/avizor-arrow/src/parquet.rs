//! Parquet: only the wanted columns are read, in batches sized by what the file says of its rows.

use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::ChunkReader;

use crate::batch::{BATCH_BYTES, Batch};
use crate::columns::ColumnReader;
use crate::error::{Error, Result};
use crate::plan::Plan;

pub(crate) struct Parquet {
    batches: ParquetRecordBatchReader,
    columns: ColumnReader,
}

impl Parquet {
    pub(crate) fn of_file(file: File, plan: Plan) -> Result<Self> {
        Self::new(file, plan)
    }

    /// Parquet's index is at its end: a stream has to be read whole.
    pub(crate) fn of_stream(mut input: impl Read, plan: Plan) -> Result<Self> {
        let mut bytes = Vec::new();
        input
            .read_to_end(&mut bytes)
            .map_err(|source| Error::Read {
                file: plan.file.clone(),
                source,
            })?;
        Self::new(Bytes::from(bytes), plan)
    }

    fn new<C: ChunkReader + 'static>(input: C, plan: Plan) -> Result<Self> {
        let file = plan.file.clone();
        let size = input.len();
        let columns = ColumnReader::of_plan(plan);
        let builder = guarded(&file, || ParquetRecordBatchReaderBuilder::try_new(input))?;
        if !plausible(builder.metadata(), size) {
            return Err(damaged(&file, "its index points outside the file"));
        }
        let wanted: Vec<usize> = columns
            .bind(builder.schema())?
            .into_iter()
            .flatten()
            .collect();
        let mask = ProjectionMask::roots(builder.parquet_schema(), wanted.iter().copied());
        let rows = rows_per_batch(builder.metadata(), &mask, columns.plan().batch_size);
        let builder = builder.with_projection(mask).with_batch_size(rows);
        let batches = guarded(&file, || builder.build())?;
        Ok(Self { batches, columns })
    }

    /// The next rows; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Batch>> {
        let batches = &mut self.batches;
        let next = guarded(&self.columns.plan().file, || batches.next().transpose())?;
        next.map(|batch| self.columns.read(&batch)).transpose()
    }
}

/// The Parquet reader panics on some damaged files; to a caller that is one more unreadable file.
fn guarded<T, E: Into<ParquetError>>(
    file: &str,
    read: impl FnOnce() -> std::result::Result<T, E>,
) -> Result<T> {
    // Nothing that was in the reader's hands is used after a panic.
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(source)) => Err(failed(file, source.into())),
        Err(_) => Err(damaged(file, "the reader gave up on its contents")),
    }
}

/// Whether every column's bytes lie inside the file; the reader takes it for granted.
fn plausible(metadata: &ParquetMetaData, size: u64) -> bool {
    let inside = |start: i64, length: i64| {
        let (start, length) = (u64::try_from(start), u64::try_from(length));
        start.is_ok_and(|s| length.is_ok_and(|l| s.checked_add(l).is_some_and(|end| end <= size)))
    };
    metadata.row_groups().iter().all(|group| {
        group.num_rows() >= 0
            && group.columns().iter().all(|column| {
                let start = column
                    .dictionary_page_offset()
                    .unwrap_or_else(|| column.data_page_offset());
                inside(start, column.compressed_size())
            })
    })
}

fn damaged(file: &str, how: &str) -> Error {
    failed(file, ParquetError::General(how.to_owned()))
}

fn failed(file: &str, source: ParquetError) -> Error {
    Error::Parquet {
        file: file.to_owned(),
        source,
    }
}

/// As many rows as fit in a batch's bytes, going by the row group with the largest rows.
fn rows_per_batch(metadata: &ParquetMetaData, mask: &ProjectionMask, limit: usize) -> usize {
    let largest = metadata
        .row_groups()
        .iter()
        .map(|group| {
            let bytes: i64 = group
                .columns()
                .iter()
                .enumerate()
                .filter(|(leaf, _)| mask.leaf_included(*leaf))
                .map(|(_, column)| column.uncompressed_size().max(0))
                .fold(0, i64::saturating_add);
            bytes / group.num_rows().max(1)
        })
        .max()
        .unwrap_or(0);
    let fitting = BATCH_BYTES / usize::try_from(largest).unwrap_or(usize::MAX).max(1);
    fitting.clamp(1, limit)
}
