//! `avizor watch`: a stream under a protocol, signals as they come, reputation at the end.

use std::fs;
use std::io::{BufWriter, ErrorKind, StdoutLock, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use avizor::{Counts, Monitor, Signal, Span};
use avizor_arrow::ReadOptions;
use avizor_report::{Gathered, render};

use super::watch_table;
use crate::Outcome;
use crate::input::{InputArgs, Source};
use crate::load;
use crate::output;

/// Arguments of `avizor watch`.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Without --state the stream is taken to have ended: all windows are closed. With --state it may go \
                  on: windows stay open and go into the file, unless --finish closes them. The input of the next run \
                  is what has come since."
)]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,
    /// Protocol to judge by
    #[arg(long, value_name = "P.toml")]
    protocol: PathBuf,
    /// Go on from this snapshot if it exists, and write it at the end
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Close all windows at the end, also with --state
    #[arg(long)]
    finish: bool,
    /// Write a page with reputation, signals and examples, in the protocol's language
    #[arg(long, value_name = "OUT.html")]
    report: Option<PathBuf>,
    /// Print reputation and signals for people, instead of JSON Lines
    #[arg(long)]
    table: bool,
    /// Window of the reputation, as in 1h, 1d or 7d
    #[arg(long, value_name = "SPAN", default_value = "1d")]
    window: Span,
    /// Model in the place of the shipped one of its task; may be repeated
    #[arg(long, value_name = "M.avz")]
    model: Vec<PathBuf>,
    /// Threads [default: one a core]; the output is the same for any number
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

pub(crate) fn run(args: &Args) -> Result<Outcome> {
    for path in [&args.report, &args.state].into_iter().flatten() {
        output::check_folder(path)?;
    }
    let protocol = load::protocol(&args.protocol)?;
    let classifier = load::classifier(Some(&protocol), &args.model)?.with_evidence(false);
    let pool = load::pool(args.threads)?;
    let mut monitor = match read_state(args.state.as_deref())? {
        Some(bytes) => Monitor::restore_with(protocol, classifier.clone(), &bytes)?,
        None => Monitor::with_classifier(protocol, classifier.clone()),
    };
    let before = monitor.counts();
    let mut sink = Sink::new(args.table);
    let mut gathered = args.report.is_some().then(Gathered::default);
    let mut source = args.input.open(&ReadOptions::default())?;
    while let Some(batch) = source.next()? {
        let analyses = load::analyse(&pool, &classifier, &batch.mentions, |_, a| a);
        for (mention, analysis) in batch.mentions.iter().zip(&analyses) {
            let signals = match &mut gathered {
                Some(gathered) => gathered.observe(&mut monitor, mention, analysis),
                None => monitor.observe_analysed(mention, analysis),
            };
            sink.take(signals)?;
        }
        sink.flush()?;
    }
    if args.finish || args.state.is_none() {
        let signals = monitor.finish();
        if let Some(gathered) = &mut gathered {
            gathered.keep(&signals);
        }
        sink.take(signals)?;
    }
    sink.finish(&monitor, args.window)?;
    if let (Some(path), Some(gathered)) = (&args.report, gathered) {
        let report = gathered.report(&args.input.name(), &monitor, args.window)?;
        output::write_file(path, render(&report).as_bytes())?;
    }
    if let Some(path) = &args.state {
        output::write_file(path, &monitor.snapshot()?)?;
    }
    summarise(before, monitor.counts(), &source);
    source.finish()
}

/// The snapshot, if there is one yet.
fn read_state(path: Option<&Path>) -> Result<Option<Vec<u8>>> {
    let Some(path) = path else { return Ok(None) };
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(anyhow!(error)).with_context(|| {
            format!(
                "cannot read the state `{}`: check that you may read it",
                path.display()
            )
        }),
    }
}

/// What became of this run's mentions.
fn summarise(before: Counts, after: Counts, source: &Source) {
    output::say(&format!(
        "{} observed: {} counted ({} in an unsupported language), {} duplicates, {} late, {} from_brand, {} unmatched; \
         {} rejected",
        after.observed - before.observed,
        after.counted - before.counted,
        after.unsupported_language - before.unsupported_language,
        after.duplicates - before.duplicates,
        after.late - before.late,
        after.from_brand - before.from_brand,
        after.unmatched - before.unmatched,
        source.rejected(),
    ));
}

/// Signals as lines at once, or kept for the table at the end.
struct Sink {
    /// None where a table is printed at the end.
    lines: Option<BufWriter<StdoutLock<'static>>>,
    kept: Vec<Signal>,
}

impl Sink {
    fn new(table: bool) -> Self {
        Self {
            lines: (!table).then(output::stdout),
            kept: Vec::new(),
        }
    }

    fn take(&mut self, signals: Vec<Signal>) -> Result<()> {
        match &mut self.lines {
            Some(out) => {
                for signal in &signals {
                    out.write_all(&output::line(signal)?)?;
                }
            }
            None => self.kept.extend(signals),
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        if let Some(out) = &mut self.lines {
            out.flush()?;
        }
        Ok(())
    }

    fn finish(&mut self, monitor: &Monitor, window: Span) -> Result<()> {
        match &mut self.lines {
            Some(out) => Ok(out.flush()?),
            None => output::print(&watch_table::render(monitor, window, &self.kept)?),
        }
    }
}
