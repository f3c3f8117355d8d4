//! The harness in Python: histories, backtests, tuning, training, simulations. Results go over as JSON.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use arrow_array::RecordBatch;
use avizor::classify::Card;
use avizor::{Analysis, Classifier, Mention, Model, Monitor, Signal, Span, Task, Timestamp};
use avizor_arrow::{
    ColumnReader, ReadOptions, Reader, mention_schema, mentions_to_batch, texts_from_array,
};
use avizor_lab::backtest::{self, judge};
use avizor_lab::corpus::Labelled;
use avizor_lab::recording::{self, Recording as History};
use avizor_lab::simulate::{self, Incident, scenarios};
use avizor_lab::trial::{Trial, nothing_to_replay, scenario};
use avizor_lab::{change, train, tune};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde::Serialize;
use serde_json::json;

use crate::classifier::{self, Rejected};
use crate::errors::{self, Stop};
use crate::input::{self, Piece, Source};
use crate::protocol::Protocol;
use crate::table::Table;
use crate::threads::Threads;

/// Time between two looks at Ctrl-C while the lab works.
const LOOK: Duration = Duration::from_millis(100);
/// Mentions replayed between two looks at whether to stop.
const TURN: usize = 10_000;

/// What the lab says, or that nobody waits for it any more.
type Work<T> = Result<T, avizor_lab::Error>;

/// Mentions with their analyses, which are never read twice.
#[pyclass(frozen, module = "avizor._avizor")]
pub(crate) struct Recording {
    inner: Arc<History>,
    /// Of the entities and topics that were looked for.
    scope: String,
}

impl Recording {
    fn under(&self, py: Python<'_>, protocol: &avizor::Protocol) -> PyResult<Arc<History>> {
        if self.scope == recording::scope(protocol) {
            return Ok(Arc::clone(&self.inner));
        }
        Err(errors::input(
            py,
            "this recording was made for other entities or topics than this protocol's: record the mentions again under it",
        ))
    }
}

#[pymethods]
impl Recording {
    fn __len__(&self) -> usize {
        self.inner.len()
    }

    /// The first and the last moment, in epoch milliseconds.
    fn extent(&self) -> Option<(i64, i64)> {
        let (first, last) = self.inner.extent()?;
        Some((first.millis(), last.millis()))
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let parts = (&self.scope, &self.inner.mentions, &self.inner.analyses);
        let bytes = py
            .detach(|| serde_json::to_vec(&parts))
            .map_err(errors::internal)?;
        Ok(PyBytes::new(py, &bytes))
    }

    #[staticmethod]
    fn from_bytes(py: Python<'_>, data: &[u8]) -> PyResult<Self> {
        let read: Result<(String, Vec<Mention>, Vec<Analysis>), _> =
            py.detach(|| serde_json::from_slice(data));
        let (scope, mentions, analyses) =
            read.map_err(|e| errors::input(py, format!("this is no recording: {e}")))?;
        let inner = Arc::new(History { mentions, analyses });
        Ok(Self { inner, scope })
    }
}

/// Reads a history once; also how many rows were read, how many were not, and the first of these.
#[pyfunction]
#[pyo3(signature = (protocol, models, data, columns, timezone, threads, progress))]
#[allow(clippy::too_many_arguments, clippy::type_complexity)]
pub(crate) fn record(
    py: Python<'_>,
    protocol: &Protocol,
    models: Vec<Vec<u8>>,
    data: &Bound<'_, PyAny>,
    columns: Option<BTreeMap<String, String>>,
    timezone: Option<String>,
    threads: Option<usize>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<(Recording, u64, u64, Option<Rejected>)> {
    let threads = Threads::new(py, threads)?;
    let classifier = classifier::build(py, Some(&protocol.inner), models)?.with_evidence(false);
    let options = input::options(py, ReadOptions::default(), columns, timezone)?;
    let mut reader = ColumnReader::new(&options).map_err(|e| errors::columns(py, &e))?;
    let mut source = Source::open(data, &options, threads.count())?;
    let mut history = History::default();
    let (mut rows, mut rejected, mut first) = (0, 0, None);
    while let Some(piece) = source.next(py)? {
        let Piece::Mentions(piece) = piece else {
            return Err(errors::input(
                py,
                "these are bare texts: a history needs mentions with `id`, `timestamp` and `text`",
            ));
        };
        rows += piece.num_rows() as u64;
        let read = py.detach(|| {
            let batch = reader.read(&piece)?;
            let analyses = classifier::analyse(&classifier, &threads, &batch.mentions)?;
            Ok((batch, analyses))
        });
        let (batch, analyses) = read.map_err(|stop: Stop| stop.raise(py))?;
        rejected += batch.rejects.len() as u64;
        first = first.or_else(|| batch.rejects.into_iter().next().map(classifier::reject));
        history.mentions.extend(batch.mentions);
        history.analyses.extend(analyses);
        if let Some(progress) = progress {
            progress.call1((piece.num_rows(),))?;
        }
    }
    let recording = Recording {
        inner: Arc::new(history),
        scope: recording::scope(&protocol.inner),
    };
    Ok((recording, rows, rejected, first))
}

/// Replays a recording and judges it, as JSON: the result and the log.
#[pyfunction]
#[pyo3(signature = (protocol, recording, incidents, grace, severity))]
pub(crate) fn run_backtest(
    py: Python<'_>,
    protocol: &Protocol,
    recording: &Recording,
    incidents: &str,
    grace: &str,
    severity: u8,
) -> PyResult<String> {
    let options = counting(py, grace, severity)?;
    let incidents = read_incidents(py, incidents)?;
    let history = recording.under(py, &protocol.inner)?;
    let protocol = Arc::clone(&protocol.inner);
    let done = in_background(py, &Threads::One, move |stop| {
        let signals = replay(&protocol, &history, stop);
        judge(&protocol, &history, &signals, &incidents, &options)
    })?;
    written(py, done)
}

/// What the second protocol changes over the same mentions, as JSON.
#[pyfunction]
#[pyo3(signature = (before, before_history, after, after_history, incidents, grace, severity))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn diff(
    py: Python<'_>,
    before: &Protocol,
    before_history: &Recording,
    after: &Protocol,
    after_history: &Recording,
    incidents: &str,
    grace: &str,
    severity: u8,
) -> PyResult<String> {
    let options = counting(py, grace, severity)?;
    let incidents = read_incidents(py, incidents)?;
    let old = (
        Arc::clone(&before.inner),
        before_history.under(py, &before.inner)?,
    );
    let new = (
        Arc::clone(&after.inner),
        after_history.under(py, &after.inner)?,
    );
    let done = in_background(py, &Threads::One, move |_| {
        change::protocols((&old.0, &old.1), (&new.0, &new.1), &incidents, &options)
    })?;
    written(py, done)
}

/// Chooses thresholds under a budget of false alarms, as JSON. `options` is JSON too; `progress` is called with
/// the number of variants that were replayed.
#[pyfunction]
#[pyo3(signature = (protocol, recording, incidents, options, threads, progress))]
pub(crate) fn run_tune(
    py: Python<'_>,
    protocol: &Protocol,
    recording: &Recording,
    incidents: &str,
    options: &TuneOptions,
    threads: Option<usize>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<String> {
    let threads = Threads::new(py, threads)?;
    let incidents = read_incidents(py, incidents)?;
    let history = recording.under(py, &protocol.inner)?;
    let source = protocol.source.clone();
    let options = options.0.clone();
    let progress = progress.map(|p| p.clone().unbind());
    let done = in_background(py, &threads, move |stop| {
        let told = |new: &tune::Done| {
            // Nobody waits for the result: the search cannot be told so, but its threads can be unwound.
            if stop.load(Ordering::Relaxed) {
                std::panic::resume_unwind(Box::new("stopped"));
            }
            if let Some(progress) = &progress {
                // What a bar has to say is no reason to lose hours of work.
                Python::attach(|py| drop(progress.call1(py, (new.len(),))));
            }
        };
        tune::tune(
            &source,
            &history,
            &incidents,
            &options,
            &tune::Done::new(),
            &told,
        )
    })?;
    written(py, done)
}

/// Options of [`run_tune`].
#[pyclass(frozen, module = "avizor._avizor")]
pub(crate) struct TuneOptions(tune::Options);

#[pymethods]
impl TuneOptions {
    #[new]
    #[pyo3(signature = (*, budget, rules, may_drop, per_rule, draws, seed, held_out, folds, grace, severity))]
    #[allow(clippy::too_many_arguments)]
    fn new(
        py: Python<'_>,
        budget: f64,
        rules: Vec<String>,
        may_drop: bool,
        per_rule: usize,
        draws: usize,
        seed: u64,
        held_out: f64,
        folds: usize,
        grace: &str,
        severity: u8,
    ) -> PyResult<Self> {
        Ok(Self(tune::Options {
            budget,
            rules,
            may_drop,
            per_rule,
            draws,
            seed,
            held_out,
            folds,
            counting: counting(py, grace, severity)?,
        }))
    }
}

/// Every test of a protocol, as JSON; files are looked for in `folder`.
#[pyfunction]
#[pyo3(signature = (protocol, seed, folder, threads))]
pub(crate) fn test_protocol(
    py: Python<'_>,
    protocol: &Protocol,
    seed: u64,
    folder: &str,
    threads: Option<usize>,
) -> PyResult<String> {
    let threads = Threads::new(py, threads)?;
    let protocol = &protocol.inner;
    let classifier = Classifier::for_protocol(protocol).with_evidence(false);
    let mut trials = Vec::new();
    for test in &protocol.tests {
        let stream = py
            .detach(|| scenario(protocol, test, seed))
            .map_err(|e| errors::lab(py, &e))?;
        let (mentions, incidents) = if let Some(stream) = stream {
            (stream.mentions, stream.incidents)
        } else {
            let path = Path::new(folder).join(&test.replay);
            if !path.is_file() {
                return Err(errors::lab(py, &nothing_to_replay(test)));
            }
            let read = py.detach(|| read_file(&path));
            (read.map_err(|e| errors::columns(py, &e))?, Vec::new())
        };
        let done = py.detach(|| -> Result<_, PyErr> {
            let analyses = classifier::analyse(&classifier, &threads, &mentions)?;
            let mut monitor =
                Monitor::with_classifier(protocol.as_ref().clone(), Classifier::new());
            let mut signals = Vec::new();
            for (mention, analysis) in mentions.iter().zip(&analyses) {
                signals.extend(monitor.observe_analysed(mention, analysis));
            }
            signals.extend(monitor.finish());
            Ok(Trial::judge(test, signals, incidents, monitor.counts()))
        });
        let trial = done?.map_err(|e| errors::lab(py, &e))?;
        trials.push(json!({ "trial": trial, "line": trial.line() }));
    }
    serde_json::to_string(&trials).map_err(errors::internal)
}

fn read_file(path: &Path) -> avizor_arrow::Result<Vec<Mention>> {
    let mut mentions = Vec::new();
    for batch in Reader::open(path, &ReadOptions::default())? {
        mentions.extend(batch?.mentions);
    }
    Ok(mentions)
}

/// The scenarios: name, what happens, what should be raised, days, mentions a day.
#[pyfunction]
pub(crate) fn list_scenarios() -> Vec<(&'static str, &'static str, &'static str, f64, f64)> {
    let days = |length: Span| length.millis() as f64 / Span::days(1).millis() as f64;
    scenarios()
        .iter()
        .map(|s| (s.name, s.description, s.expect, days(s.length), s.rate))
        .collect()
}

/// A simulated stream: its mentions, and as JSON its incidents.
#[pyfunction]
#[pyo3(signature = (scenario, seed, days, start, rate))]
pub(crate) fn run_simulation(
    py: Python<'_>,
    scenario: String,
    seed: u64,
    days: Option<u32>,
    start: Option<i64>,
    rate: Option<f64>,
) -> PyResult<(Table, String)> {
    let defaults = simulate::Options::default();
    let options = simulate::Options {
        seed,
        days,
        start: start.map_or(defaults.start, Timestamp::from_millis),
        rate,
        ..defaults
    };
    let done = in_background(py, &Threads::One, move |_| {
        simulate::simulate(&scenario, &options)
    })?;
    let stream = done.map_err(|e| errors::lab(py, &e))?;
    let table = py
        .detach(|| mentions_to_batch(&stream.mentions))
        .map_err(|e| errors::columns(py, &e))?;
    let batches: Vec<RecordBatch> = vec![table];
    let incidents = serde_json::to_string(&stream.incidents).map_err(errors::internal)?;
    Ok((Table::new(mention_schema(), batches), incidents))
}

/// Trains a model: its bytes, as JSON how it did on folds it had not seen, and labels that counted as all else because no
/// intent is called so.
#[pyfunction]
#[pyo3(signature = (task, texts, labels, shipped, start, epochs, folds, seed, data, threads))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn run_training<'py>(
    py: Python<'py>,
    task: &str,
    texts: &Bound<'py, PyAny>,
    labels: &Bound<'py, PyAny>,
    shipped: bool,
    start: Option<Vec<u8>>,
    epochs: Option<usize>,
    folds: Option<usize>,
    seed: u64,
    data: String,
    threads: Option<usize>,
) -> PyResult<(Bound<'py, PyBytes>, String, Vec<String>)> {
    let threads = Threads::new(py, threads)?;
    let task = task_of(py, task)?;
    let mut labelled = labelled(py, texts, labels)?;
    let folded = if task == Task::Intent {
        train::fold_intents(&mut labelled)
    } else {
        Vec::new()
    };
    let start = starting_point(py, task, shipped, start)?;
    let defaults = train::Options::default();
    let options = train::Options {
        bits: start.as_ref().map_or(defaults.bits, |m| m.bits),
        ridge: epochs.is_none() && train::suits_ridge(task, start.as_ref(), labelled.len()),
        opinions: true,
        epochs: epochs.unwrap_or(defaults.epochs),
        early_stopping: true,
        folds: folds.unwrap_or(defaults.folds),
        seed,
        start,
        card: Card {
            data,
            ..Card::default()
        },
        ..defaults
    };
    let done = in_background(py, &threads, move |_| {
        train::train(task, &labelled, &options)
    })?;
    let trained = done.map_err(|e| errors::lab(py, &e))?;
    let model = trained.model.to_bytes().map_err(|e| errors::core(py, &e))?;
    let held_out = serde_json::to_string(&trained.held_out).map_err(errors::internal)?;
    Ok((PyBytes::new(py, &model), held_out, folded))
}

fn task_of(py: Python<'_>, name: &str) -> PyResult<Task> {
    let known = || Task::ALL.map(Task::name).join(", ");
    let found = Task::ALL.into_iter().find(|task| task.name() == name);
    found.ok_or_else(|| {
        errors::input(
            py,
            format!(
                "there is no task called `{name}`: the tasks are {}",
                known()
            ),
        )
    })
}

/// The model that training goes on from: the one given, else the shipped one where that is wanted.
fn starting_point(
    py: Python<'_>,
    task: Task,
    shipped: bool,
    start: Option<Vec<u8>>,
) -> PyResult<Option<Model>> {
    let model = match start {
        Some(bytes) => Model::from_bytes(&bytes).map_err(|e| errors::core(py, &e))?,
        None if !shipped => return Ok(None),
        None => Classifier::new().model(task).cloned().ok_or_else(|| {
            let message = format!("no model of {} is shipped: pass start=False", task.name());
            errors::input(py, message)
        })?,
    };
    if model.task == task {
        return Ok(Some(model));
    }
    let message = format!(
        "start is a model of {}, not of {}: start from one of the same task",
        model.task.name(),
        task.name()
    );
    Err(errors::input(py, message))
}

/// Texts beside their labels; a row that lacks one of them is an error, for it was meant to have both.
fn labelled(
    py: Python<'_>,
    texts: &Bound<'_, PyAny>,
    labels: &Bound<'_, PyAny>,
) -> PyResult<Vec<Labelled>> {
    let texts = strings(py, texts, "texts")?;
    let labels = strings(py, labels, "labels")?;
    if texts.len() != labels.len() {
        let message = format!(
            "there are {} texts but {} labels: pass one label for each text",
            texts.len(),
            labels.len()
        );
        return Err(errors::input(py, message));
    }
    let pairs = texts.into_iter().zip(labels);
    Ok(pairs
        .map(|(text, label)| Labelled {
            text,
            label,
            language: None,
        })
        .collect())
}

fn strings(py: Python<'_>, data: &Bound<'_, PyAny>, what: &str) -> PyResult<Vec<String>> {
    let mut source = Source::open(data, &ReadOptions::default(), 1)?;
    let mut all = Vec::new();
    while let Some(piece) = source.next(py)? {
        let Piece::Texts(array) = piece else {
            let message = format!("the {what} are a table: pass one column of it");
            return Err(errors::input(py, message));
        };
        for text in texts_from_array(array.as_ref()).map_err(|e| errors::columns(py, &e))? {
            let Some(text) = text else {
                let row = all.len() + 1;
                let message = format!("row {row} of the {what} is missing: drop such rows first");
                return Err(errors::input(py, message));
            };
            all.push(text.to_owned());
        }
    }
    Ok(all)
}

/// Incidents from CSV, as JSON: what the other functions take.
#[pyfunction]
pub(crate) fn incidents_from_csv(py: Python<'_>, text: &str) -> PyResult<String> {
    let incidents = simulate::parse_incidents(text).map_err(|e| errors::lab(py, &e))?;
    serde_json::to_string(&incidents).map_err(errors::internal)
}

fn read_incidents(py: Python<'_>, json: &str) -> PyResult<Vec<Incident>> {
    serde_json::from_str(json).map_err(|e| {
        errors::input(
            py,
            format!("these incidents cannot be read ({e}): each has incident, entity, start, end and kind"),
        )
    })
}

fn counting(py: Python<'_>, grace: &str, severity: u8) -> PyResult<backtest::Options> {
    let grace = grace.parse().map_err(|e| errors::core(py, &e))?;
    Ok(backtest::Options { grace, severity })
}

fn written<T: Serialize>(py: Python<'_>, done: Work<T>) -> PyResult<String> {
    let result = done.map_err(|e| errors::lab(py, &e))?;
    serde_json::to_string(&result).map_err(errors::internal)
}

/// [`History::replay`], which stops when nobody waits for it.
fn replay(protocol: &avizor::Protocol, history: &History, stop: &AtomicBool) -> Vec<Signal> {
    let mut monitor = Monitor::with_classifier(protocol.clone(), Classifier::new());
    let mut signals = Vec::new();
    let turns = history
        .mentions
        .chunks(TURN)
        .zip(history.analyses.chunks(TURN));
    for (mentions, analyses) in turns {
        if stop.load(Ordering::Relaxed) {
            return signals;
        }
        for (mention, analysis) in mentions.iter().zip(analyses) {
            signals.extend(monitor.observe_analysed(mention, analysis));
        }
    }
    signals.extend(monitor.finish());
    signals
}

/// Works in another thread, so that Ctrl-C is heard at once whatever the work is; `stop` tells it that nobody
/// waits any more.
fn in_background<T: Send + 'static>(
    py: Python<'_>,
    threads: &Threads,
    work: impl FnOnce(&AtomicBool) -> T + Send + 'static,
) -> PyResult<T> {
    let pool = threads.own_pool()?;
    let stop = Arc::new(AtomicBool::new(false));
    let (sender, mut receiver) = mpsc::channel();
    let flag = Arc::clone(&stop);
    let worker = move || {
        let done = pool.install(|| work(&flag));
        // Who has stopped waiting has dropped the other end.
        let _ = sender.send(done);
    };
    std::thread::Builder::new()
        .name("avizor-lab".to_owned())
        .spawn(worker)
        .map_err(errors::internal)?;
    loop {
        let (back, heard) = py.detach(move || {
            let heard = receiver.recv_timeout(LOOK);
            (receiver, heard)
        });
        receiver = back;
        match heard {
            Ok(done) => return Ok(done),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                if let Err(interrupt) = py.check_signals() {
                    stop.store(true, Ordering::Relaxed);
                    return Err(interrupt);
                }
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return Err(errors::internal("the work ended without an answer"));
            }
        }
    }
}
