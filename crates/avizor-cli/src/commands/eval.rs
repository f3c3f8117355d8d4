//! `avizor eval`: how right the classifier is on labelled texts.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Result, bail};
use avizor_lab::metrics::{Evaluation, Judged, evaluate, one_against_rest};
use serde_json::json;

use super::encoder::{Analyst, EncoderArgs};
use super::labelled::{Columns, EvalTask, Labels, Texts, judge};
use crate::input::InputArgs;
use crate::output::WholeFile;
use crate::table::{WIDTH, aligned};
use crate::{Outcome, load, output};

/// Arguments of `avizor eval`.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Labels: negative, neutral, positive; low, normal, high, critical; complaint, question, request, \
                  suggestion, praise, purchase, information; es, en, pt and other codes; topics and entities of the \
                  protocol, or none. Case does not matter. With --positive the others may be called anything."
)]
pub(crate) struct Args {
    /// What is measured
    #[arg(value_name = "TASK")]
    task: EvalTask,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    columns: Columns,
    /// Measure this label against the rest
    #[arg(long, value_name = "LABEL")]
    positive: Option<String>,
    /// Model in the place of the shipped one of its task; may be repeated
    #[arg(long, value_name = "M.avz")]
    model: Vec<PathBuf>,
    /// Protocol whose topics and entities are looked for
    #[arg(long, value_name = "P.toml")]
    protocol: Option<PathBuf>,
    #[command(flatten)]
    encoder: EncoderArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Write the rows that are wrong to this file, as JSON Lines
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// Threads [default: one a core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let task = args.task;
    if task == EvalTask::Entity && args.protocol.is_none() {
        bail!("entities are those of a protocol: say which with --protocol");
    }
    let protocol = args.protocol.as_deref().map(load::protocol).transpose()?;
    let labels = Labels::new(task, protocol.as_ref(), args.positive.is_some());
    let positive = args
        .positive
        .as_deref()
        .map(|p| labels.positive(p))
        .transpose()?;
    let classifier = load::classifier(protocol.as_ref(), &args.model)?;
    let mut analyst = Analyst::new(&args.encoder, classifier, args.threads, false)?;
    let mut errors = args.errors.as_deref().map(WholeFile::create).transpose()?;
    let mut texts = Texts::open(&args.input, &args.columns, task, labels)?;
    let mut rows: Vec<Judged> = Vec::new();
    while let Some((mentions, labels)) = texts.next()? {
        let analyses = analyst.analyse(&mentions, |_, a| a)?;
        for ((mention, analysis), truth) in mentions.iter().zip(&analyses).zip(&labels) {
            let row = judge(task, truth, analysis, positive.as_deref());
            if let Some(file) = errors
                .as_mut()
                .filter(|_| is_wrong(&row, positive.as_deref()))
            {
                file.write_all(&output::line(&json!({
                    "id": mention.id, "text": mention.text, "truth": row.truth,
                    "predicted": row.predicted, "confidence": row.confidence,
                }))?)?;
            }
            rows.push(row);
        }
    }
    let outcome = texts.finish()?;
    analyst.tell();
    let evaluation = measure(task, &rows, positive.as_deref())?;
    if let Some(file) = errors {
        file.commit()?;
    }
    if args.json {
        output::print(&format!("{}\n", serde_json::to_string_pretty(&evaluation)?))?;
    } else {
        output::print(&table(&evaluation))?;
    }
    Ok(outcome)
}

fn is_wrong(row: &Judged, positive: Option<&str>) -> bool {
    match positive {
        Some(p) => (row.truth == p) != (row.predicted == p),
        None => row.truth != row.predicted,
    }
}

/// Scores the rows; one label against the rest where `positive` names it.
pub(crate) fn measure(
    task: EvalTask,
    rows: &[Judged],
    positive: Option<&str>,
) -> Result<Evaluation> {
    if rows.is_empty() {
        bail!("there is not one labelled text to measure: check the file, --text and --label");
    }
    let Some(positive) = positive else {
        return Ok(evaluate(task.name(), rows));
    };
    if !rows.iter().any(|r| r.truth == positive) {
        let mut labels: Vec<&str> = rows.iter().map(|r| r.truth.as_str()).collect();
        labels.sort_unstable();
        labels.dedup();
        labels.truncate(10);
        bail!(
            "no text is labelled `{positive}`: the labels are {}; rename them, or name another with --positive",
            labels.join(", ")
        );
    }
    let mut evaluation = evaluate(task.name(), &one_against_rest(rows, positive));
    evaluation.f1 = evaluation.per_class.get(positive).map(|c| c.f1);
    Ok(evaluation)
}

/// The evaluation for people.
pub(crate) fn table(e: &Evaluation) -> String {
    let mut text = format!("{}: {} texts\n", e.task, e.n);
    let mut head = vec![
        ("accuracy", Some(e.accuracy)),
        ("macro-F1", Some(e.macro_f1)),
        ("macro-recall", Some(e.macro_recall)),
    ];
    head.extend([("ECE", e.ece), ("F1", e.f1)]);
    let head: Vec<String> = head
        .into_iter()
        .filter_map(|(name, x)| Some(format!("{name} {:.4}", x?)))
        .collect();
    text.push_str(&head.join("   "));
    text.push_str("\n\n");
    text.push_str(&aligned(&per_class(e)));
    let confusion = confusion(e);
    // Many labels make no table for people; --json has them all.
    let width: usize = confusion[0].iter().map(|c| c.chars().count() + 2).sum();
    if width <= WIDTH {
        text.push('\n');
        text.push_str(&aligned(&confusion));
    }
    text
}

fn per_class(e: &Evaluation) -> Vec<Vec<String>> {
    let mut rows = vec![
        ["label", "precision", "recall", "F1", "support"]
            .map(str::to_owned)
            .to_vec(),
    ];
    rows.extend(e.per_class.iter().map(|(label, c)| {
        let ratios = [c.precision, c.recall, c.f1].map(|x| format!("{x:.4}"));
        let mut row = vec![label.clone()];
        row.extend(ratios);
        row.push(c.support.to_string());
        row
    }));
    rows
}

fn confusion(e: &Evaluation) -> Vec<Vec<String>> {
    let mut predicted: Vec<&String> = e.confusion.values().flat_map(|r| r.keys()).collect();
    predicted.extend(e.confusion.keys());
    predicted.sort_unstable();
    predicted.dedup();
    let mut head = vec!["truth, then predicted".to_owned()];
    head.extend(predicted.iter().map(|p| (*p).clone()));
    let mut rows = vec![head];
    for (truth, counts) in &e.confusion {
        let mut row = vec![truth.clone()];
        row.extend(
            predicted
                .iter()
                .map(|p| counts.get(*p).copied().unwrap_or(0).to_string()),
        );
        rows.push(row);
    }
    rows
}
