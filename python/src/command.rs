//! The command `avizor`, so that `pip install` brings it too.

use std::ffi::OsString;
use std::io::Write as _;

use pyo3::prelude::*;

/// Runs the command with its arguments (the program's name first) and returns the exit status.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| {
        let status = avizor_cli::run(arguments.into_iter());
        // A library has no `main` whose end would flush.
        let _ = std::io::stdout().flush();
        status
    })
}
