//! The command `avizor`, so that `pip install` brings it too.

use std::io::Write as _;

use pyo3::prelude::*;

/// Runs the command with its arguments (the program's name first) and returns the exit status.
#[pyfunction]
pub(crate) fn run_command(py: Python<'_>, arguments: Vec<String>) -> u8 {
    py.detach(|| {
        let status = run(&arguments);
        // A library has no `main` whose end would flush.
        let _ = std::io::stdout().flush();
        status
    })
}

fn run(arguments: &[String]) -> u8 {
    let _ = arguments;
    eprintln!("avizor: this build comes without the command");
    2
}
