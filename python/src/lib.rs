//! The extension module `avizor._avizor`: columns in, columns out, the GIL released in between.
//!
//! Thin on purpose. What a user reads (names, documentation, defaults) is in the Python package; what is
//! decided is in the Rust crates. This crate must not judge anything, nor know pandas, polars or pyarrow.

mod classifier;
mod command;
mod encoder;
mod errors;
mod evidence;
mod ffi;
mod hands;
mod input;
mod lab;
mod monitor;
mod protocol;
mod standing;
mod table;
mod threads;

#[pyo3::pymodule]
mod _avizor {
    #[pymodule_export]
    use super::classifier::Classifier;
    #[pymodule_export]
    use super::command::run_command;
    #[pymodule_export]
    use super::hands::{act, budgets, open_signals};
    #[pymodule_export]
    use super::lab::{
        Recording, TuneOptions, diff, incidents_from_csv, list_scenarios, record, run_backtest,
        run_simulation, run_training, run_tune, test_protocol,
    };
    #[pymodule_export]
    use super::monitor::Monitor;
    #[pymodule_export]
    use super::protocol::Protocol;
    #[pymodule_export]
    use super::standing::{
        change_points, drift, goals, influence, kpis, share_of_voice, topics_compared, what_grew,
    };
    #[pymodule_export]
    use super::table::Table;

    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
