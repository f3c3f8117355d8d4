//! A history to replay: mentions read by the classifier once, or analyses that were recorded before.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use avizor::{Analysis, Classifier, Mention, Protocol};
use avizor_arrow::{Format, ReadOptions};
use avizor_lab::recording::Recording;
use avizor_lab::simulate::{Incident, parse_incidents};

use crate::input::InputArgs;
use crate::output::WholeFile;
use crate::{Outcome, load};

/// Where analyses come from and whether they are kept.
#[derive(clap::Args, Debug)]
pub(crate) struct HistoryArgs {
    /// Analyses of these mentions as `avizor classify --protocol` wrote them, joined by id: nothing is read again
    #[arg(long, value_name = "A.jsonl")]
    analyses: Option<PathBuf>,
    /// Keep mentions and analyses in this file, which then serves as input and is not read again
    #[arg(long, value_name = "FILE.jsonl")]
    record: Option<PathBuf>,
    /// Model in the place of the shipped one of its task; may be repeated
    #[arg(long, value_name = "M.avz")]
    model: Vec<PathBuf>,
    /// Threads [default: one a core]; the output is the same for any number
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

impl HistoryArgs {
    /// The threads asked for.
    pub(crate) fn pool(&self) -> Result<rayon::ThreadPool> {
        load::pool(self.threads)
    }

    /// Mentions and analyses, kept in a file where that was asked for.
    pub(crate) fn read(
        &self,
        input: &InputArgs,
        protocol: &Protocol,
    ) -> Result<(Recording, Outcome)> {
        let mut kept = self.record.as_deref().map(WholeFile::create).transpose()?;
        let (recording, outcome) = if is_recording(input)? {
            if self.analyses.is_some() || !self.model.is_empty() {
                bail!(
                    "`{}` holds its analyses: leave --analyses and --model out",
                    input.name()
                );
            }
            recorded(input, protocol)?
        } else if let Some(path) = &self.analyses {
            let (mentions, outcome) = mentions(input)?;
            (Recording::join(mentions, analyses(path)?)?, outcome)
        } else {
            let classifier = load::classifier(Some(protocol), &self.model)?;
            classified(input, classifier, &self.pool()?)?
        };
        if let Some(file) = &mut kept {
            let mut out = BufWriter::new(file);
            recording.write(protocol, &mut out)?;
            out.flush()?;
        }
        if let Some(file) = kept {
            file.commit()?;
        }
        Ok((recording, outcome))
    }
}

/// Reads a file of incidents.
pub(crate) fn incidents(path: &Path) -> Result<Vec<Incident>> {
    let file = path.display();
    let text = std::fs::read_to_string(path).with_context(|| {
        format!("cannot read `{file}`: check that it exists and is text in UTF-8")
    })?;
    parse_incidents(&text).map_err(|error| anyhow!("`{file}`: {error}"))
}

/// Whether the first line of a file carries its analysis.
fn is_recording(input: &InputArgs) -> Result<bool> {
    let path = &input.input;
    let lines = input.format().or_else(|| Format::of_path(path)) == Some(Format::Jsonl);
    if !lines || !path.is_file() {
        return Ok(false);
    }
    let mut first = String::new();
    let file = File::open(path).with_context(|| {
        format!(
            "cannot read `{}`: check that you may read it",
            path.display()
        )
    })?;
    // Bytes that are no text are for the reader of mentions to complain of.
    if BufReader::new(file).read_line(&mut first).is_err() {
        return Ok(false);
    }
    let line: serde_json::Value = serde_json::from_str(&first).unwrap_or_default();
    Ok(line["analysis"].is_object() && line["scope"].is_string())
}

fn recorded(input: &InputArgs, protocol: &Protocol) -> Result<(Recording, Outcome)> {
    let mut recording = Recording::default();
    let mut source = input.open_labelled(&ReadOptions::default(), None, &["analysis", "scope"])?;
    while let Some(batch) = source.next()? {
        for (mention, extra) in batch.mentions.into_iter().zip(batch.extra) {
            let [analysis, scope] = [0, 1].map(|i| extra.get(i).cloned().flatten());
            let (analysis, scope) = (analysis.unwrap_or_default(), scope.unwrap_or_default());
            let analysis = Recording::read_analysis(protocol, &analysis, &scope)
                .with_context(|| format!("`{}`, mention `{}`", input.name(), mention.id))?;
            recording.push(mention, analysis);
        }
    }
    Ok((recording, source.finish()?))
}

/// All mentions of an input, of which nothing but the text is needed.
pub(crate) fn mentions(input: &InputArgs) -> Result<(Vec<Mention>, Outcome)> {
    let mut mentions = Vec::new();
    let mut source = input.open(&ReadOptions::text_only())?;
    while let Some(batch) = source.next()? {
        mentions.extend(batch.mentions);
    }
    Ok((mentions, source.finish()?))
}

fn analyses(path: &Path) -> Result<Vec<Analysis>> {
    let file = path.display();
    let open = File::open(path).with_context(|| {
        format!("cannot read `{file}`: check that it exists and that you may read it")
    })?;
    let mut analyses = Vec::new();
    for (i, line) in BufReader::new(open).lines().enumerate() {
        let line = line.with_context(|| format!("{file}:{}: this is not UTF-8", i + 1))?;
        if !line.trim().is_empty() {
            analyses.push(serde_json::from_str(&line).with_context(|| {
                format!(
                    "{file}:{}: this is not what `avizor classify` writes",
                    i + 1
                )
            })?);
        }
    }
    Ok(analyses)
}

fn classified(
    input: &InputArgs,
    classifier: Classifier,
    pool: &rayon::ThreadPool,
) -> Result<(Recording, Outcome)> {
    let classifier = classifier.with_evidence(false);
    let (mentions, outcome) = mentions(input)?;
    Ok((
        pool.install(|| Recording::of(mentions, &classifier)),
        outcome,
    ))
}
