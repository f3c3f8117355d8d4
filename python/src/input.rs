//! What a caller may hand over (Arrow streams and arrays, lists and iterators), as pieces of bounded size.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::builder::LargeStringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::ArrayStreamReader;
use arrow_array::{Array, ArrayReader, ArrayRef, NullArray, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema};
use avizor_arrow::{COLUMNS, ColumnMap, ReadOptions};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyCapsule, PyDict, PyFloat, PyInt, PyIterator, PyString, PyTuple};

use crate::{errors, ffi};

/// Rows that are taken from the caller at a time, for each thread: a tenth of a second of work.
const PIECE: usize = 32_768;
/// The most rows that are taken at a time, however many threads there are; so memory has a bound.
const MOST_ROWS: usize = 16 * PIECE;

/// Rows to work on.
pub(crate) enum Piece {
    /// Bare texts, an array of strings.
    Texts(ArrayRef),
    /// Columns of mentions.
    Mentions(RecordBatch),
}

impl Piece {
    pub(crate) fn rows(&self) -> usize {
        match self {
            Self::Texts(array) => array.len(),
            Self::Mentions(batch) => batch.num_rows(),
        }
    }
}

/// What was handed over.
pub(crate) struct Source<'py> {
    from: Origin<'py>,
    /// The rest of a chunk that was larger than a piece.
    rest: Option<ArrayRef>,
    /// The most rows of a piece.
    piece: usize,
}

enum Origin<'py> {
    Stream(ArrayStreamReader),
    /// What is in `rest`, and no more.
    Array,
    /// An iterator of tables or columns, and the one that is being read.
    Chunks(Bound<'py, PyIterator>, Option<Box<Source<'py>>>),
    Items(Items<'py>),
}

struct Items<'py> {
    iterator: Bound<'py, PyIterator>,
    /// The item that was taken to see what there is.
    first: Option<Bound<'py, PyAny>>,
    /// The names that the caller's rows have for our columns.
    names: Vec<String>,
    /// Whether rows are dicts, which the first piece decides.
    dicts: bool,
    /// Rows of the pieces before.
    rows: usize,
}

impl<'py> Source<'py> {
    /// Recognises what `data` is; `threads` work on each piece of it.
    pub(crate) fn open(
        data: &Bound<'py, PyAny>,
        options: &ReadOptions,
        threads: usize,
    ) -> PyResult<Self> {
        let piece = PIECE.saturating_mul(threads).min(MOST_ROWS);
        if let Some(source) = Self::of_arrow(data, piece)? {
            return Ok(source);
        }
        let (iterator, first) = Self::iterate(data)?;
        if let Some(first) = &first
            && let Some(source) = Self::of_arrow(first, piece)?
        {
            return Ok(Self {
                from: Origin::Chunks(iterator, Some(Box::new(source))),
                rest: None,
                piece,
            });
        }
        Ok(Self {
            from: Origin::Items(Items::new(iterator, first, options)),
            rest: None,
            piece,
        })
    }

    /// A table or column of a library that speaks Arrow.
    fn of_arrow(data: &Bound<'py, PyAny>, piece: usize) -> PyResult<Option<Self>> {
        let py = data.py();
        if data.hasattr("__arrow_c_stream__")? {
            let capsule = data
                .call_method0("__arrow_c_stream__")?
                .cast_into::<PyCapsule>()?;
            let stream = ffi::stream(&capsule)?.map_err(|e| errors::arrow(py, &e))?;
            return Ok(Some(Self {
                from: Origin::Stream(stream),
                rest: None,
                piece,
            }));
        }
        if data.hasattr("__arrow_c_array__")? {
            let pair = data
                .call_method0("__arrow_c_array__")?
                .cast_into::<PyTuple>()?;
            let schema = pair.get_item(0)?.cast_into::<PyCapsule>()?;
            let array = pair.get_item(1)?.cast_into::<PyCapsule>()?;
            let array = ffi::array(&schema, &array)?.and_then(ffi::checked);
            let array = array.map_err(|e| errors::arrow(py, &e))?;
            return Ok(Some(Self {
                from: Origin::Array,
                rest: Some(array),
                piece,
            }));
        }
        Ok(None)
    }

    /// An iterator over `data`, and its first item, which is gone from it.
    fn iterate(
        data: &Bound<'py, PyAny>,
    ) -> PyResult<(Bound<'py, PyIterator>, Option<Bound<'py, PyAny>>)> {
        let py = data.py();
        let one = data.is_instance_of::<PyString>() || data.is_instance_of::<PyDict>();
        let mut iterator = if one {
            (data,).into_pyobject(py)?.try_iter()?
        } else if data.hasattr("__iter__")? {
            data.try_iter()?
        } else {
            let lazy = if data.hasattr("collect")? {
                ": collect() it first"
            } else {
                ""
            };
            return Err(errors::input(
                py,
                format!(
                    "{} cannot be read{lazy}; pass texts, dicts, or a table or column of pandas, polars, pyarrow or DuckDB",
                    type_name(data)
                ),
            ));
        };
        let first = iterator.next().transpose()?;
        Ok((iterator, first))
    }

    /// Whether these are texts and no mentions, as far as can be told before the first row.
    pub(crate) fn is_bare(&self) -> bool {
        let kind = match (&self.from, &self.rest) {
            (Origin::Stream(stream), _) => stream.field().data_type(),
            (Origin::Chunks(_, Some(source)), _) => return source.is_bare(),
            (_, Some(array)) => array.data_type(),
            _ => return true,
        };
        !matches!(kind, DataType::Struct(_))
    }

    /// The next rows; looks at Ctrl-C first.
    pub(crate) fn next(&mut self, py: Python<'py>) -> PyResult<Option<Piece>> {
        py.check_signals()?;
        match &mut self.from {
            Origin::Items(items) => return items.next(py, self.piece),
            Origin::Chunks(iterator, current) => {
                return Self::next_of_chunks(py, iterator, current, self.piece);
            }
            Origin::Stream(_) | Origin::Array => {}
        }
        loop {
            if let Some(chunk) = self.rest.take_if(|chunk| !chunk.is_empty()) {
                let size = chunk.len().min(self.piece);
                self.rest = Some(chunk.slice(size, chunk.len() - size));
                return piece(py, &chunk.slice(0, size)).map(Some);
            }
            let Origin::Stream(stream) = &mut self.from else {
                return Ok(None);
            };
            // The producer may be a program with threads of its own that wait for the GIL.
            let chunk = py.detach(|| stream.next().map(|chunk| chunk.and_then(ffi::checked)));
            match chunk {
                None => return Ok(None),
                Some(chunk) => self.rest = Some(chunk.map_err(|e| errors::arrow(py, &e))?),
            }
        }
    }
}

impl<'py> Source<'py> {
    /// The next rows of an iterator of tables or columns.
    fn next_of_chunks(
        py: Python<'py>,
        iterator: &mut Bound<'py, PyIterator>,
        current: &mut Option<Box<Self>>,
        piece: usize,
    ) -> PyResult<Option<Piece>> {
        loop {
            let Some(source) = current else {
                return Ok(None);
            };
            if let Some(found) = source.next(py)? {
                return Ok(Some(found));
            }
            *current = match iterator.next().transpose()? {
                None => None,
                Some(item) => {
                    let bare = source.is_bare();
                    let next = Self::of_arrow(&item, piece)?.filter(|next| next.is_bare() == bare);
                    let Some(next) = next else {
                        let message = format!(
                            "a {} among tables: every item must be a table of the same columns, or every one a column",
                            type_name(&item)
                        );
                        return Err(errors::input(py, message));
                    };
                    Some(Box::new(next))
                }
            };
        }
    }
}

fn piece(py: Python<'_>, array: &ArrayRef) -> PyResult<Piece> {
    let DataType::Struct(fields) = array.data_type() else {
        return Ok(Piece::Texts(Arc::clone(array)));
    };
    let rows = array.as_struct();
    if rows.null_count() > 0 {
        return Err(errors::input(
            py,
            format!(
                "{} of these rows are null: drop them first",
                rows.null_count()
            ),
        ));
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    let schema = Arc::new(Schema::new(fields.clone()));
    RecordBatch::try_new_with_options(schema, rows.columns().to_vec(), &options)
        .map(Piece::Mentions)
        .map_err(|e| errors::arrow(py, &e))
}

impl<'py> Items<'py> {
    fn new(
        iterator: Bound<'py, PyIterator>,
        first: Option<Bound<'py, PyAny>>,
        options: &ReadOptions,
    ) -> Self {
        let mut names: Vec<String> = Vec::new();
        for ours in COLUMNS {
            let name = options.map.theirs(ours).unwrap_or(ours);
            if !names.iter().any(|n| n == name) {
                names.push(name.to_owned());
            }
        }
        Self {
            iterator,
            first,
            names,
            dicts: false,
            rows: 0,
        }
    }

    fn next(&mut self, py: Python<'py>, most: usize) -> PyResult<Option<Piece>> {
        let first = self.first.take().map(Ok);
        let items: Vec<Bound<'py, PyAny>> = first
            .into_iter()
            .chain(self.iterator.by_ref())
            .take(most)
            .collect::<PyResult<_>>()?;
        if items.is_empty() {
            return Ok(None);
        }
        if self.rows == 0 {
            self.dicts = items.iter().any(PyAnyMethods::is_instance_of::<PyDict>);
        }
        let piece = if self.dicts {
            Piece::Mentions(self.mentions(py, &items)?)
        } else {
            Piece::Texts(self.texts(&items)?)
        };
        self.rows += items.len();
        Ok(Some(piece))
    }

    fn texts(&self, items: &[Bound<'py, PyAny>]) -> PyResult<ArrayRef> {
        let mut texts = LargeStringBuilder::new();
        for (i, item) in items.iter().enumerate() {
            match item.cast::<PyString>() {
                Ok(text) => texts.append_value(self.utf8(text, i, None)?),
                Err(_) if is_missing(item) => texts.append_null(),
                Err(_) => {
                    return Err(self.refuse(item, i, None, "pass texts, or dicts, but not both"));
                }
            }
        }
        Ok(Arc::new(texts.finish()))
    }

    /// Dicts as columns of text, which the column reader takes for any field. Keys of other names become
    /// columns of nothing, so that a message can list them.
    fn mentions(&self, py: Python<'py>, items: &[Bound<'py, PyAny>]) -> PyResult<RecordBatch> {
        let mut columns: Vec<Column<'py>> = self
            .names
            .iter()
            .map(|name| Column::new(py, name))
            .collect();
        let mut others: Vec<String> = Vec::new();
        for (i, item) in items.iter().enumerate() {
            let Ok(row) = item.cast::<PyDict>() else {
                return Err(self.refuse(item, i, None, "pass dicts, or texts, but not both"));
            };
            for column in &mut columns {
                let value = row.get_item(&column.key)?;
                column.there |= value.is_some();
                match value {
                    Some(value) => self.append(&mut column.cells, &value, i, &column.name)?,
                    None => column.cells.append_null(),
                }
            }
            if i == 0 {
                others = row
                    .keys()
                    .iter()
                    .filter_map(|key| key.extract().ok())
                    .collect();
                others.retain(|key| !self.names.contains(key));
            }
        }
        let mut fields = Vec::new();
        let mut arrays: Vec<ArrayRef> = Vec::new();
        for mut column in columns.into_iter().filter(|column| column.there) {
            fields.push(Field::new(column.name, DataType::LargeUtf8, true));
            arrays.push(Arc::new(column.cells.finish()));
        }
        for name in others {
            fields.push(Field::new(name, DataType::Null, true));
            arrays.push(Arc::new(NullArray::new(items.len())));
        }
        let options = RecordBatchOptions::new().with_row_count(Some(items.len()));
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
            .map_err(|e| errors::arrow(py, &e))
    }

    fn append(
        &self,
        cells: &mut LargeStringBuilder,
        value: &Bound<'py, PyAny>,
        i: usize,
        column: &str,
    ) -> PyResult<()> {
        if let Ok(text) = value.cast::<PyString>() {
            cells.append_value(self.utf8(text, i, Some(column))?);
        } else if is_missing(value) {
            cells.append_null();
        } else if let Ok(flag) = value.cast::<PyBool>() {
            cells.append_value(if flag.is_true() { "true" } else { "false" });
        } else if value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>() {
            cells.append_value(value.str()?.to_str()?);
        } else if value.hasattr("isoformat")? {
            let text = value.call_method0("isoformat")?;
            cells.append_value(text.cast::<PyString>()?.to_str()?);
        } else if value.hasattr("dtype")? && value.hasattr("item")? {
            // A number, flag or time of numpy's; an array of several has no one item and says so.
            return self.append(cells, &value.call_method0("item")?, i, column);
        } else {
            let wanted = "write text, a number, a bool or a datetime";
            return Err(self.refuse(value, i, Some(column), wanted));
        }
        Ok(())
    }

    fn utf8<'a>(
        &self,
        text: &'a Bound<'py, PyString>,
        i: usize,
        column: Option<&str>,
    ) -> PyResult<&'a str> {
        text.to_str().map_err(|_| {
            let place = self.place(i, column);
            errors::input(
                text.py(),
                format!("{place} has half a character (a lone surrogate): decode it again with errors=\"replace\""),
            )
        })
    }

    fn refuse(
        &self,
        value: &Bound<'py, PyAny>,
        i: usize,
        column: Option<&str>,
        remedy: &str,
    ) -> PyErr {
        let message = format!(
            "{} is a {}: {remedy}",
            self.place(i, column),
            type_name(value)
        );
        errors::input(value.py(), message)
    }

    fn place(&self, i: usize, column: Option<&str>) -> String {
        let row = self.rows + i + 1;
        column.map_or_else(|| format!("row {row}"), |c| format!("row {row}: `{c}`"))
    }
}

struct Column<'py> {
    name: String,
    key: Bound<'py, PyString>,
    cells: LargeStringBuilder,
    there: bool,
}

impl<'py> Column<'py> {
    fn new(py: Python<'py>, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            key: PyString::new(py, name),
            cells: LargeStringBuilder::new(),
            there: false,
        }
    }
}

/// None, NaN, and what pandas has for them.
fn is_missing(value: &Bound<'_, PyAny>) -> bool {
    if let Ok(number) = value.cast::<PyFloat>() {
        return number.value().is_nan();
    }
    value.is_none() || matches!(type_name(value).as_str(), "NAType" | "NaTType")
}

fn type_name(value: &Bound<'_, PyAny>) -> String {
    value
        .get_type()
        .name()
        .map_or_else(|_| "this".to_owned(), |name| name.to_string())
}

/// Options of a call: `columns` is ours = theirs, `timezone` that of times without one.
pub(crate) fn options(
    py: Python<'_>,
    base: ReadOptions,
    columns: Option<BTreeMap<String, String>>,
    timezone: Option<String>,
) -> PyResult<ReadOptions> {
    let mut map = ColumnMap::default();
    for (ours, theirs) in columns.unwrap_or_default() {
        map.set(&ours, &theirs)
            .map_err(|e| errors::columns(py, &e))?;
    }
    Ok(ReadOptions {
        map,
        timezone,
        ..base
    })
}
