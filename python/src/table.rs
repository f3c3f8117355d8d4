//! The table that every call returns: Arrow batches that any Arrow program takes without a copy.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::ffi::FFI_ArrowSchema;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::types::{Float64Type, Int32Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch, RecordBatchIterator};
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, SchemaRef};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule, PyDict, PyList};

use crate::{errors, ffi};

/// Columns of one schema, in chunks.
#[pyclass(frozen, module = "avizor._avizor")]
pub(crate) struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

impl Table {
    pub(crate) fn new(schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        Self { schema, batches }
    }

    fn stream(&self) -> FFI_ArrowArrayStream {
        let batches = self.batches.clone().into_iter().map(Ok);
        FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new(
            batches,
            Arc::clone(&self.schema),
        )))
    }

    fn written(&self) -> Result<Vec<u8>, ArrowError> {
        let mut writer = StreamWriter::try_new(Vec::new(), &self.schema)?;
        for batch in &self.batches {
            writer.write(batch)?;
        }
        writer.into_inner()
    }

    fn read(bytes: &[u8]) -> Result<Self, ArrowError> {
        let reader = StreamReader::try_new(bytes, None)?;
        let schema = reader.schema();
        Ok(Self {
            schema,
            batches: reader.collect::<Result<_, _>>()?,
        })
    }
}

#[pymethods]
impl Table {
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // A producer that cannot cast ignores the wish; the consumer sees the true schema.
        drop(requested_schema);
        PyCapsule::new_with_value(py, self.stream(), ffi::STREAM)
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.schema.as_ref()).map_err(errors::internal)?;
        PyCapsule::new_with_value(py, schema, ffi::SCHEMA)
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Names of the columns and their Arrow types.
    fn schema(&self) -> Vec<(String, String)> {
        let fields = self.schema.fields().iter();
        fields
            .map(|f| (f.name().clone(), f.data_type().to_string()))
            .collect()
    }

    /// Rows from `start`, at most `length`; no copy.
    fn slice(&self, start: usize, length: usize) -> Self {
        let (mut skip, mut left) = (start, length);
        let mut batches = Vec::new();
        for batch in &self.batches {
            let from = skip.min(batch.num_rows());
            let rows = left.min(batch.num_rows() - from);
            if rows > 0 {
                batches.push(batch.slice(from, rows));
            }
            skip -= from;
            left -= rows;
        }
        Self {
            schema: Arc::clone(&self.schema),
            batches,
        }
    }

    /// The values of one column.
    fn column<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyList>> {
        let Ok(at) = self.schema.index_of(name) else {
            return Err(PyKeyError::new_err(name.to_owned()));
        };
        let values = PyList::empty(py);
        for batch in &self.batches {
            let array = batch.column(at);
            for row in 0..array.len() {
                values.append(value(py, array.as_ref(), row)?)?;
            }
        }
        Ok(values)
    }

    /// As an Arrow IPC stream.
    fn to_ipc<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = py.detach(|| self.written()).map_err(errors::internal)?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// From an Arrow IPC stream.
    #[staticmethod]
    fn from_ipc(py: Python<'_>, data: &[u8]) -> PyResult<Self> {
        Self::read(data).map_err(|e| errors::arrow(py, &e))
    }
}

/// One value as Python has it; instants are aware datetimes in UTC.
fn value<'py>(py: Python<'py>, array: &dyn Array, row: usize) -> PyResult<Bound<'py, PyAny>> {
    if array.is_null(row) {
        return Ok(py.None().into_bound(py));
    }
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).into_bound_py_any(py),
        DataType::Boolean => array.as_boolean().value(row).into_bound_py_any(py),
        DataType::Int32 => array
            .as_primitive::<Int32Type>()
            .value(row)
            .into_bound_py_any(py),
        DataType::Int64 => array
            .as_primitive::<Int64Type>()
            .value(row)
            .into_bound_py_any(py),
        DataType::Float64 => array
            .as_primitive::<Float64Type>()
            .value(row)
            .into_bound_py_any(py),
        DataType::Timestamp(_, _) => {
            let ms = array.as_primitive::<TimestampMillisecondType>().value(row);
            py.import("avizor._time")?.call_method1("instant", (ms,))
        }
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            let items = (0..items.len()).map(|i| value(py, items.as_ref(), i));
            Ok(PyList::new(py, items.collect::<PyResult<Vec<_>>>()?)?.into_any())
        }
        DataType::Struct(fields) => {
            let dict = PyDict::new(py);
            for (field, column) in fields.iter().zip(array.as_struct().columns()) {
                dict.set_item(field.name(), value(py, column.as_ref(), row)?)?;
            }
            Ok(dict.into_any())
        }
        other => Err(errors::internal(format!(
            "a column of {other} has no Python values"
        ))),
    }
}
