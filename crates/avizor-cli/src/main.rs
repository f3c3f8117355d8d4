//! The command `avizor`; everything is in the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(avizor_cli::run(std::env::args_os()))
}
