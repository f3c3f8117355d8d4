//! Rust's errors as the classes of `avizor.errors`, their message kept.

use std::error::Error as _;

use pyo3::call::PyCallArgs;
use pyo3::exceptions::PySystemError;
use pyo3::prelude::*;

/// An exception of `avizor.errors`, by name.
fn raise<'py>(py: Python<'py>, name: &str, arguments: impl PyCallArgs<'py>) -> PyErr {
    let made = py
        .import("avizor.errors")
        .and_then(|module| module.getattr(name))
        .and_then(|class| class.call1(arguments));
    match made {
        Ok(value) => PyErr::from_value(value),
        Err(error) => error,
    }
}

/// `InputError`: what was handed over cannot be read.
pub(crate) fn input(py: Python<'_>, message: impl Into<String>) -> PyErr {
    raise(py, "InputError", (message.into(),))
}

/// The core's error as its class.
pub(crate) fn core(py: Python<'_>, error: &avizor::Error) -> PyErr {
    use avizor::Error as E;
    let message = error.to_string();
    match error {
        E::Protocol { line, column, .. } => raise(py, "ProtocolError", (message, line, column)),
        E::Time { value } => raise(py, "TimeError", (message, value)),
        E::Duration { value } => raise(py, "DurationError", (message, value)),
        E::UnknownEntity { name, .. } => raise(py, "UnknownEntityError", (message, name)),
        E::UnknownSignal { id } => raise(py, "UnknownSignalError", (message, id)),
        E::Format { what: "model", .. } => raise(py, "ModelError", (message,)),
        E::Format {
            what: "snapshot", ..
        } => raise(py, "SnapshotError", (message,)),
        E::Format { .. } => raise(py, "FormatError", (message,)),
        E::ForeignSnapshot { at } => raise(py, "ForeignSnapshotError", (message, at.to_string())),
        _ => raise(py, "AvizorError", (message,)),
    }
}

/// The lab's error as its class.
pub(crate) fn lab(py: Python<'_>, error: &avizor_lab::Error) -> PyErr {
    match error {
        avizor_lab::Error::Core(error) => core(py, error),
        error => input(py, error.to_string()),
    }
}

/// A transformer's error: its folder, its heads or what is asked of them do not fit.
#[cfg(feature = "encoder")]
pub(crate) fn encoder(py: Python<'_>, error: &avizor_encoder::Error) -> PyErr {
    match error {
        avizor_encoder::Error::Core(error) => core(py, error),
        avizor_encoder::Error::Lab(error) => lab(py, error),
        error => raise(py, "ModelError", (error.to_string(),)),
    }
}

/// A column's error as its class; what Python writes differently is added as a note.
pub(crate) fn columns(py: Python<'_>, error: &avizor_arrow::Error) -> PyErr {
    use avizor_arrow::Error as E;
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        message = format!("{message}: {error}");
        source = error.source();
    }
    match error {
        E::MissingColumn { column, .. } => {
            let raised = raise(py, "MissingColumnError", (message, column));
            // A note says how; an interpreter that cannot add one has still raised the error.
            let note = "in Python: columns={\"text\": \"tweet\"}";
            let _ = raised.value(py).call_method1("add_note", (note,));
            raised
        }
        _ => input(py, message),
    }
}

/// Why work stopped before its end: what was read, or Python (Ctrl-C).
pub(crate) enum Stop {
    Columns(avizor_arrow::Error),
    Python(PyErr),
}

impl From<avizor_arrow::Error> for Stop {
    fn from(error: avizor_arrow::Error) -> Self {
        Self::Columns(error)
    }
}

impl From<PyErr> for Stop {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl Stop {
    /// As Python raises it.
    pub(crate) fn raise(self, py: Python<'_>) -> PyErr {
        match self {
            Self::Columns(error) => columns(py, &error),
            Self::Python(error) => error,
        }
    }
}

/// Arrow's own errors: the producer of the columns failed, or they are broken.
pub(crate) fn arrow(py: Python<'_>, error: &arrow_schema::ArrowError) -> PyErr {
    input(py, format!("these Arrow columns cannot be read: {error}"))
}

/// What cannot happen, said without a panic.
pub(crate) fn internal(error: impl std::fmt::Display) -> PyErr {
    PySystemError::new_err(format!("avizor: {error}; please report this"))
}
