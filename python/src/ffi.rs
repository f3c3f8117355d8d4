//! Arrow's C data interface in Python's capsules: the only module with `unsafe`.
//!
//! A producer hands over a capsule that owns a C struct. Its name is the contract: whoever names a capsule
//! `arrow_array_stream` promises that the pointer is a valid `ArrowArrayStream`
//! (<https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html>). Rust cannot check that
//! promise, and no consumer of Arrow in Python can; what can be checked, is: the name, and then
//! ([`checked`]) every offset, length and byte of text, before anything is read as `&str`.
#![allow(unsafe_code)]

use std::ffi::CStr;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{Array, ArrayRef, make_array};
use arrow_schema::ArrowError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyCapsuleMethods};

pub(crate) const STREAM: &CStr = c"arrow_array_stream";
pub(crate) const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";

/// The stream in a capsule. The capsule keeps an empty one: a stream is read once.
pub(crate) fn stream(
    capsule: &Bound<'_, PyCapsule>,
) -> PyResult<Result<ArrayStreamReader, ArrowError>> {
    let raw = capsule
        .pointer_checked(Some(STREAM))?
        .cast::<FFI_ArrowArrayStream>();
    // SAFETY: a capsule of this name points to an initialised stream, aligned and writable; the GIL is
    // held, so nobody else takes it meanwhile. `from_raw` leaves a released stream behind, so that the
    // capsule's destructor frees nothing twice.
    Ok(unsafe { ArrayStreamReader::from_raw(raw.as_ptr()) })
}

/// The array in a pair of capsules, as `__arrow_c_array__` returns them.
pub(crate) fn array(
    schema: &Bound<'_, PyCapsule>,
    array: &Bound<'_, PyCapsule>,
) -> PyResult<Result<ArrayRef, ArrowError>> {
    let schema = schema
        .pointer_checked(Some(SCHEMA))?
        .cast::<FFI_ArrowSchema>();
    let array = array.pointer_checked(Some(ARRAY))?.cast::<FFI_ArrowArray>();
    // SAFETY: as above; the schema is only read, and stays the capsule's; the array is moved out and
    // released by the buffers that are made of it.
    let data = unsafe { from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), schema.as_ref()) };
    Ok(data.map(make_array))
}

/// The array, once every offset, index and byte of text in it was found sound.
///
/// O(bytes), about 0.02 us for a text of 100 bytes: a program that views bytes as text without looking is
/// common, and would be undefined behaviour here.
pub(crate) fn checked(array: ArrayRef) -> Result<ArrayRef, ArrowError> {
    array.to_data().validate_full()?;
    Ok(array)
}
