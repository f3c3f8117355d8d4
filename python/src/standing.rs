//! How an entity stands in a period: drift, causes, voices, authors, indicators. Results go over as JSON.

use avizor::reputation::{Dimension, Period};
use avizor::{Span, Timestamp};
use pyo3::prelude::*;
use serde::Serialize;

use crate::errors;
use crate::monitor::Monitor;

/// Start and end in epoch milliseconds, the end exclusive.
type Bounds = (i64, i64);

fn period((start, end): Bounds) -> Period {
    Period::new(Timestamp::from_millis(start), Timestamp::from_millis(end))
}

pub(crate) fn json<T: Serialize + Send>(
    py: Python<'_>,
    monitor: &Monitor,
    ask: impl FnOnce(&avizor::Monitor) -> avizor::Result<T> + Send,
) -> PyResult<String> {
    let found = monitor
        .with(py, |inner| ask(&inner.monitor))
        .map_err(|e| errors::core(py, &e))?;
    serde_json::to_string(&found).map_err(errors::internal)
}

#[pyfunction]
#[pyo3(signature = (monitor, entity, of, reference))]
pub(crate) fn drift(
    py: Python<'_>,
    monitor: &Monitor,
    entity: &str,
    of: Bounds,
    reference: Option<Bounds>,
) -> PyResult<String> {
    json(py, monitor, |m| {
        m.drift(entity, period(of), reference.map(period))
    })
}

#[pyfunction]
#[pyo3(signature = (monitor, entity, of, reference, count))]
pub(crate) fn what_grew(
    py: Python<'_>,
    monitor: &Monitor,
    entity: &str,
    of: Bounds,
    reference: Option<Bounds>,
    count: usize,
) -> PyResult<String> {
    json(py, monitor, |m| {
        m.what_grew(entity, period(of), reference.map(period), count)
    })
}

#[pyfunction]
#[pyo3(signature = (monitor, entity, of))]
pub(crate) fn share_of_voice(
    py: Python<'_>,
    monitor: &Monitor,
    entity: &str,
    of: Bounds,
) -> PyResult<String> {
    json(py, monitor, |m| {
        m.share_of_voice(entity, (Dimension::All, ""), period(of))
    })
}

#[pyfunction]
#[pyo3(signature = (monitor, entity, of))]
pub(crate) fn topics_compared(
    py: Python<'_>,
    monitor: &Monitor,
    entity: &str,
    of: Bounds,
) -> PyResult<String> {
    json(py, monitor, |m| m.topics_compared(entity, period(of)))
}

#[pyfunction]
#[pyo3(signature = (monitor, entity, of, count))]
pub(crate) fn influence(
    py: Python<'_>,
    monitor: &Monitor,
    entity: &str,
    of: Bounds,
    count: usize,
) -> PyResult<String> {
    json(py, monitor, |m| m.influence(entity, period(of), count))
}

#[pyfunction]
#[pyo3(signature = (monitor, entity, of))]
pub(crate) fn kpis(
    py: Python<'_>,
    monitor: &Monitor,
    entity: &str,
    of: Bounds,
) -> PyResult<String> {
    json(py, monitor, |m| m.kpis(entity, period(of)))
}

#[pyfunction]
#[pyo3(signature = (monitor, of))]
pub(crate) fn goals(py: Python<'_>, monitor: &Monitor, of: Bounds) -> PyResult<String> {
    json(py, monitor, |m| Ok(m.goals(period(of))))
}

#[pyfunction]
#[pyo3(signature = (monitor, entity, window))]
pub(crate) fn change_points(
    py: Python<'_>,
    monitor: &Monitor,
    entity: &str,
    window: &str,
) -> PyResult<String> {
    let window: Span = window.parse().map_err(|e| errors::core(py, &e))?;
    json(py, monitor, |m| {
        m.change_points(entity, (Dimension::All, ""), window)
    })
}
