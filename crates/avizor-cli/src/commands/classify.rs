//! `avizor classify`: mentions in, one Analysis a line out, in input order whatever the number of threads.

use std::io::{self, BufWriter, StdoutLock, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use avizor::{Analysis, Classifier};
use avizor_arrow::{
    CsvWriter, Format, ParquetWriter, ReadOptions, analyses_to_batch, analysis_schema,
};

use super::encoder::{Analyst, EncoderArgs};
use crate::Outcome;
use crate::input::InputArgs;
use crate::load;
use crate::output::{self, WholeFile};

/// Arguments of `avizor classify`. Only `text` is required of a row: a missing id becomes the row's number.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,
    /// Protocol whose topics and entities are looked for
    #[arg(long, value_name = "P.toml")]
    protocol: Option<PathBuf>,
    /// Model in the place of the shipped one of its task; may be repeated
    #[arg(long, value_name = "M.avz")]
    model: Vec<PathBuf>,
    #[command(flatten)]
    encoder: EncoderArgs,
    /// Threads [default: one a core]; the output is the same for any number
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Only what goes to this department of the protocol, or of the taxonomy that ships; may be repeated
    #[arg(long, value_name = "NAME")]
    department: Vec<String>,
    /// Leave the evidence out
    #[arg(long)]
    no_evidence: bool,
    /// Write to a .jsonl, .csv or .parquet file instead; tables hold no evidence
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let protocol = args.protocol.as_deref().map(load::protocol).transpose()?;
    let mut sink = Sink::open(args.output.as_deref())?;
    let classifier = load::classifier(protocol.as_ref(), &args.model)?;
    let wanted = departments(&args.department, &classifier)?;
    let goes = |a: &Analysis| {
        wanted.is_empty() || a.department.as_ref().is_some_and(|d| wanted.contains(d))
    };
    let evidence = !args.no_evidence && sink.is_lines();
    let mut analyst = Analyst::new(&args.encoder, classifier, args.threads, evidence)?;
    let mut source = args.input.open(&ReadOptions::text_only())?;
    while let Some(batch) = source.next()? {
        if sink.is_lines() {
            let lines = analyst.analyse(&batch.mentions, |_, analysis| {
                goes(&analysis).then(|| output::line(&analysis))
            })?;
            for line in lines.into_iter().flatten() {
                sink.write_line(&line?)?;
            }
        } else {
            let mut analyses = analyst.analyse(&batch.mentions, |_, a| a)?;
            analyses.retain(goes);
            sink.write_rows(&analyses)?;
        }
        sink.flush()?;
    }
    sink.finish()?;
    analyst.tell();
    source.finish()
}

/// The departments that were asked for, in the spelling that analyses have.
fn departments(asked: &[String], classifier: &Classifier) -> Result<Vec<String>> {
    let known = classifier.departments();
    let find = |name: &String| {
        let folded = name.to_lowercase();
        let found = known.iter().find(|k| k.to_lowercase() == folded);
        found.map(|k| (*k).to_owned()).with_context(|| {
            format!(
                "no topic goes to the department `{name}`: they go to {}; name one of these, or give the topic its \
                 `department` in the protocol",
                known.join(", ")
            )
        })
    };
    asked.iter().map(find).collect()
}

/// Where analyses go.
enum Sink {
    Stdout(BufWriter<StdoutLock<'static>>),
    Lines(WholeFile),
    Csv(CsvWriter<WholeFile>),
    Parquet(ParquetWriter<WholeFile>),
}

impl Sink {
    fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path.filter(|p| p.as_os_str() != "-") else {
            return Ok(Self::Stdout(output::stdout()));
        };
        let open = || WholeFile::create(path);
        Ok(match Format::of_path(path) {
            Some(Format::Jsonl) => Self::Lines(open()?),
            Some(Format::Csv) => Self::Csv(CsvWriter::new(open()?)),
            Some(Format::Parquet) => Self::Parquet(ParquetWriter::new(open()?, analysis_schema())?),
            _ => bail!(
                "cannot tell the format of `{}`: name the output .jsonl, .csv or .parquet",
                path.display()
            ),
        })
    }

    fn is_lines(&self) -> bool {
        matches!(self, Self::Stdout(_) | Self::Lines(_))
    }

    fn write_line(&mut self, line: &[u8]) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.write_all(line),
            Self::Lines(out) => out.write_all(line),
            Self::Csv(_) | Self::Parquet(_) => Ok(()),
        }
    }

    fn write_rows(&mut self, analyses: &[Analysis]) -> Result<()> {
        match self {
            Self::Csv(out) => out.write(&analyses_to_batch(analyses)?)?,
            Self::Parquet(out) => out.write(&analyses_to_batch(analyses)?)?,
            Self::Stdout(_) | Self::Lines(_) => {}
        }
        Ok(())
    }

    /// Whoever reads standard output may be waiting; nobody waits for a file.
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            _ => Ok(()),
        }
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::Stdout(mut out) => Ok(out.flush()?),
            Self::Lines(out) => out.commit(),
            // Without rows there is no batch to bring the header: an empty one does.
            Self::Csv(mut out) => {
                out.write(&analyses_to_batch(&[])?)?;
                out.finish()?.commit()
            }
            Self::Parquet(out) => out.finish()?.commit(),
        }
    }
}
