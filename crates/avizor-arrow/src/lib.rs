//! Columns and files on one side, [`avizor`]'s types on the other. It must not know how a mention is judged, nor print.
//!
//! - [`Reader`] reads JSON Lines, CSV, TSV and Parquet, from a file or a stream, as [`Batch`]es of bounded size.
//! - [`mentions_from_batch`] and [`ColumnReader`] read Arrow columns; [`texts_from_array`] reads bare texts.
//! - [`mentions_to_batch`] and [`analyses_to_batch`] make Arrow tables with stable schemas.
//! - [`write_jsonl`], [`CsvWriter`] and [`ParquetWriter`] write.
//!
//! A row that cannot be read never stops the run and never vanishes: it becomes a [`Reject`] that says where it is,
//! what is wrong and what to do. What stops a whole file is an [`Error`].

mod batch;
mod columns;
mod csv;
mod error;
mod fields;
mod jsonl;
mod lines;
mod options;
mod parquet;
mod plan;
mod reader;
mod row;
mod strings;
mod tables;
mod when;
mod write;

pub use crate::batch::{Batch, Reject};
pub use crate::columns::{ColumnReader, mentions_from_batch};
pub use crate::error::{Error, Result};
pub use crate::options::{COLUMNS, ColumnMap, Format, ReadOptions};
pub use crate::reader::Reader;
pub use crate::strings::texts_from_array;
pub use crate::tables::{analyses_to_batch, analysis_schema, mention_schema, mentions_to_batch};
pub use crate::write::{CsvWriter, ParquetWriter, write_jsonl};
