//! A monitor behind a lock that is never waited for with the GIL in hand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray,
};
use avizor::{Analysis, Mention, ReputationRow, Signal, Span, Timestamp};
use avizor_arrow::{ColumnReader, ReadOptions};
use avizor_report::{Gathered, Report, render};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::classifier::{self, Rejected};
use crate::errors::{self, Stop};
use crate::input::{self, Piece, Source};
use crate::protocol::Protocol;
use crate::table::Table;
use crate::threads::Threads;

/// Rejected rows that are kept; the others are counted.
const KEPT: usize = 1_000;

/// Watches mentions under a protocol.
#[pyclass(frozen, module = "avizor._avizor")]
pub(crate) struct Monitor {
    inner: Mutex<Inner>,
}

pub(crate) struct Inner {
    pub(crate) monitor: avizor::Monitor,
    /// For the report.
    gathered: Gathered,
    /// Signals that no call has returned yet: an interrupted one leaves them to the next.
    signals: Vec<Signal>,
    rejects: Vec<Rejected>,
    rejected: u64,
}

impl Inner {
    fn observe(&mut self, mention: &Mention, analysis: &Analysis) {
        let signals = self.gathered.observe(&mut self.monitor, mention, analysis);
        self.signals.extend(signals);
    }

    /// What a person does to a signal, and the change that it is; the report tells of it too.
    pub(crate) fn act(
        &mut self,
        act: impl FnOnce(&mut avizor::Monitor) -> avizor::Result<Signal>,
    ) -> avizor::Result<Signal> {
        let signal = act(&mut self.monitor)?;
        self.gathered.keep(std::slice::from_ref(&signal));
        Ok(signal)
    }

    /// Signals that no mention brought.
    fn raise(&mut self, signals: Vec<Signal>) {
        self.gathered.keep(&signals);
        self.signals.extend(signals);
    }

    fn reject(&mut self, rows: Vec<Rejected>) {
        self.rejected += rows.len() as u64;
        let room = KEPT - self.rejects.len().min(KEPT);
        self.rejects.extend(rows.into_iter().take(room));
    }
}

impl Monitor {
    /// Works on the monitor with the GIL released: whoever holds the lock may need the GIL to go on.
    pub(crate) fn with<R: Send>(
        &self,
        py: Python<'_>,
        f: impl FnOnce(&mut Inner) -> R + Send,
    ) -> R {
        py.detach(|| f(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

#[pymethods]
impl Monitor {
    #[new]
    #[pyo3(signature = (protocol, models, snapshot, gathered))]
    fn new(
        py: Python<'_>,
        protocol: &Protocol,
        models: Vec<Vec<u8>>,
        snapshot: Option<&[u8]>,
        gathered: Option<&[u8]>,
    ) -> PyResult<Self> {
        let classifier = classifier::build(py, Some(&protocol.inner), models)?.with_evidence(false);
        let protocol = protocol.inner.as_ref().clone();
        let monitor = match snapshot {
            None => avizor::Monitor::with_classifier(protocol, classifier),
            Some(bytes) => avizor::Monitor::restore_with(protocol, classifier, bytes)
                .map_err(|e| errors::core(py, &e))?,
        };
        let gathered = match gathered {
            None => Gathered::default(),
            Some(bytes) => serde_json::from_slice(bytes).map_err(errors::internal)?,
        };
        let inner = Inner {
            monitor,
            gathered,
            signals: Vec::new(),
            rejects: Vec::new(),
            rejected: 0,
        };
        Ok(Self {
            inner: Mutex::new(inner),
        })
    }

    /// Reads mentions; their signals wait for [`Monitor::take_signals`]. Returns how many rows were read,
    /// how many were not, and the first of these.
    #[pyo3(signature = (data, columns, timezone, threads, progress))]
    fn observe(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyAny>,
        columns: Option<BTreeMap<String, String>>,
        timezone: Option<String>,
        threads: Option<usize>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<(u64, u64, Option<Rejected>)> {
        let threads = Threads::new(py, threads)?;
        let options = input::options(py, ReadOptions::default(), columns, timezone)?;
        let mut reader = ColumnReader::new(&options).map_err(|e| errors::columns(py, &e))?;
        let mut source = Source::open(data, &options, threads.count())?;
        let classifier = self.with(py, |inner| inner.monitor.classifier().clone());
        let mut rows = 0;
        let mut rejected = 0;
        let mut first = None;
        while let Some(piece) = source.next(py)? {
            let Piece::Mentions(piece) = piece else {
                return Err(errors::input(
                    py,
                    "these are bare texts: a monitor needs mentions with `id`, `timestamp` and `text`; classify() takes texts",
                ));
            };
            rows += piece.num_rows() as u64;
            let read = py.detach(|| {
                let batch = reader.read(&piece)?;
                let analyses = classifier::analyse(&classifier, &threads, &batch.mentions)?;
                Ok((batch, analyses))
            });
            let (batch, analyses) = read.map_err(|stop: Stop| stop.raise(py))?;
            let refused: Vec<Rejected> =
                batch.rejects.into_iter().map(classifier::reject).collect();
            rejected += refused.len() as u64;
            first = first.or_else(|| refused.first().cloned());
            self.with(py, |inner| {
                for (mention, analysis) in batch.mentions.iter().zip(&analyses) {
                    inner.observe(mention, analysis);
                }
                inner.reject(refused);
            });
            if let Some(progress) = progress {
                progress.call1((piece.num_rows(),))?;
            }
        }
        Ok((rows, rejected, first))
    }

    /// Event time has come to this instant, in epoch milliseconds.
    fn advance(&self, py: Python<'_>, ms: i64) {
        self.with(py, |inner| {
            let signals = inner.monitor.advance(Timestamp::from_millis(ms));
            inner.raise(signals);
        });
    }

    /// Closes every window that has begun.
    fn finish(&self, py: Python<'_>) {
        self.with(py, |inner| {
            let signals = inner.monitor.finish();
            inner.raise(signals);
        });
    }

    /// The signals that wait, each as JSON.
    fn take_signals(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        let signals = self.with(py, |inner| std::mem::take(&mut inner.signals));
        let json = signals.iter().map(serde_json::to_string);
        json.collect::<Result<_, _>>().map_err(errors::internal)
    }

    /// What became of the mentions, as JSON, and how many rows were rejected.
    fn counts(&self, py: Python<'_>) -> PyResult<(String, u64)> {
        let (counts, rejected) = self.with(py, |inner| (inner.monitor.counts(), inner.rejected));
        Ok((
            serde_json::to_string(&counts).map_err(errors::internal)?,
            rejected,
        ))
    }

    /// The rejected rows that were kept.
    fn rejects(&self, py: Python<'_>) -> Vec<Rejected> {
        self.with(py, |inner| inner.rejects.clone())
    }

    /// The moment before which nothing is waited for, in epoch milliseconds.
    fn watermark(&self, py: Python<'_>) -> Option<i64> {
        self.with(py, |inner| inner.monitor.watermark())
            .map(Timestamp::millis)
    }

    /// An entity's reputation, window by window.
    fn reputation(&self, py: Python<'_>, entity: &str, window: &str) -> PyResult<Table> {
        let window: Span = window.parse().map_err(|e| errors::core(py, &e))?;
        let rows = self
            .with(py, |inner| inner.monitor.reputation(entity, window))
            .map_err(|e| errors::core(py, &e))?;
        reputation(&rows).map_err(errors::internal)
    }

    /// The page, in the protocol's language.
    fn report(
        &self,
        py: Python<'_>,
        source: &str,
        title: Option<String>,
        window: &str,
    ) -> PyResult<String> {
        let window: Span = window.parse().map_err(|e| errors::core(py, &e))?;
        let page = self.with(py, |inner| {
            let report = inner.gathered.report(source, &inner.monitor, window)?;
            Ok(render(&Report { title, ..report }))
        });
        page.map_err(|e: avizor::Error| errors::core(py, &e))
    }

    /// What the report has beside the monitor's state, which a snapshot does not hold.
    fn gathered<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = self.with(py, |inner| serde_json::to_vec(&inner.gathered));
        Ok(PyBytes::new(py, &bytes.map_err(errors::internal)?))
    }

    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = self.with(py, |inner| inner.monitor.snapshot());
        Ok(PyBytes::new(py, &bytes.map_err(|e| errors::core(py, &e))?))
    }
}

fn reputation(rows: &[ReputationRow]) -> Result<Table, arrow_schema::ArrowError> {
    let count = |get: fn(&ReputationRow) -> u32| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(
            rows.iter().map(|r| i64::from(get(r))),
        ))
    };
    let number = |get: fn(&ReputationRow) -> Option<f64>| -> ArrayRef {
        Arc::new(rows.iter().map(get).collect::<Float64Array>())
    };
    let time = |get: fn(&ReputationRow) -> Timestamp| -> ArrayRef {
        let times = rows.iter().map(|r| get(r).millis());
        Arc::new(TimestampMillisecondArray::from_iter_values(times).with_timezone("UTC"))
    };
    let entities: ArrayRef = Arc::new(StringArray::from_iter_values(
        rows.iter().map(|r| r.entity.as_str()),
    ));
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("entity", entities, true),
        ("start", time(|r| r.start), true),
        ("end", time(|r| r.end), true),
        ("volume", count(|r| r.volume), true),
        ("negative", count(|r| r.negative), true),
        ("neutral", count(|r| r.neutral), true),
        ("positive", count(|r| r.positive), true),
        ("score", number(|r| r.score.map(|s| s.value)), true),
        ("score_low", number(|r| r.score.map(|s| s.low)), true),
        ("score_high", number(|r| r.score.map(|s| s.high)), true),
        (
            "effective_n",
            number(|r| r.score.map(|s| s.effective_n)),
            true,
        ),
        ("drift", number(|r| r.drift.map(|d| d.distance)), true),
        (
            "drift_p_value",
            number(|r| r.drift.map(|d| d.p_value)),
            true,
        ),
        ("drift_change", number(|r| r.drift.map(|d| d.change)), true),
        ("share_of_voice", number(|r| Some(r.share_of_voice)), true),
    ])?;
    Ok(Table::new(batch.schema(), vec![batch]))
}
