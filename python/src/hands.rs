//! What people do to signals and may ask of them. Results go over as JSON.

use avizor::Timestamp;
use pyo3::prelude::*;

use crate::errors;
use crate::monitor::Monitor;
use crate::standing::json;

/// Takes, confirms or dismisses a signal at an instant in epoch milliseconds; the change of state.
#[pyfunction]
#[pyo3(signature = (monitor, what, signal, by, ms))]
pub(crate) fn act(
    py: Python<'_>,
    monitor: &Monitor,
    what: &str,
    signal: &str,
    by: &str,
    ms: i64,
) -> PyResult<String> {
    let at = Timestamp::from_millis(ms);
    let act = match what {
        "acknowledge" => avizor::Monitor::acknowledge,
        "confirm" => avizor::Monitor::confirm,
        "dismiss" => avizor::Monitor::dismiss,
        _ => return Err(errors::internal(format!("`{what}` is no act"))),
    };
    let told = monitor
        .with(py, |inner| inner.act(|m| act(m, signal, by, at)))
        .map_err(|e| errors::core(py, &e))?;
    serde_json::to_string(&told).map_err(errors::internal)
}

#[pyfunction]
#[pyo3(signature = (monitor))]
pub(crate) fn open_signals(py: Python<'_>, monitor: &Monitor) -> PyResult<String> {
    json(py, monitor, |m| Ok(m.open_signals()))
}

#[pyfunction]
#[pyo3(signature = (monitor))]
pub(crate) fn budgets(py: Python<'_>, monitor: &Monitor) -> PyResult<String> {
    json(py, monitor, |m| Ok(m.budgets()))
}
