//! `avizor eval`: how right the classifier is on labelled texts, how sure one can be of that, and where it errs.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use avizor::{Analysis, Classifier, EvidenceKind, Mention, Protocol, Scratch};
use avizor_lab::metrics::{
    Evaluation, Intervals, Judged, compare, evaluate, intervals, one_against_rest,
};
use avizor_lab::stats::McNemar;
use serde::Serialize;
use serde_json::json;

use super::encoder::{Analyst, EncoderArgs};
use super::eval_table;
use super::labelled::{Columns, EvalTask, Labels, Texts, Told, judge};
use super::slices::{SliceBy, positions};
use crate::input::InputArgs;
use crate::output::WholeFile;
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
    /// Measure in parts as well; may be repeated
    #[arg(long, value_name = "BY")]
    slice: Vec<SliceBy>,
    /// Compare with this model, or with `shipped`, on the same texts (McNemar's test)
    #[arg(long, value_name = "M.avz")]
    against: Option<PathBuf>,
    /// Resamples for the 95 % intervals; 0 leaves them out
    #[arg(long, value_name = "N", default_value_t = 1000)]
    bootstrap: usize,
    /// Seed of the resamples
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Write what is wrong to this file as JSON Lines with the evidence, the surest mistakes first
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// Threads [default: one a core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

/// All that is reported.
#[derive(Serialize)]
pub(crate) struct Report {
    #[serde(flatten)]
    pub(crate) evaluation: Evaluation,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) intervals: Option<Intervals>,
    /// What by -> part -> figures.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) slices: BTreeMap<&'static str, BTreeMap<String, Slice>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) against: Option<Against>,
}

/// A part of the texts.
#[derive(Serialize)]
pub(crate) struct Slice {
    pub(crate) n: usize,
    pub(crate) accuracy: f64,
    pub(crate) macro_f1: f64,
    pub(crate) macro_f1_interval: Option<avizor_lab::stats::Interval>,
}

/// Another run over the same texts.
#[derive(Serialize)]
pub(crate) struct Against {
    pub(crate) model: String,
    pub(crate) accuracy: f64,
    pub(crate) macro_f1: f64,
    pub(crate) mcnemar: McNemar,
}

/// The rows of a run, and what was needed of each.
#[derive(Default)]
struct Rows {
    judged: Vec<Judged>,
    /// The same rows as the other model judges them.
    others: Vec<Judged>,
    /// The part of each row, by what was asked for.
    parts: Vec<Vec<String>>,
    /// Texts that were judged wrongly.
    wrong: Vec<(Mention, usize)>,
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
    let positive = positive.as_deref();
    let mut errors = args.errors.as_deref().map(WholeFile::create).transpose()?;
    let classifier = load::classifier(protocol.as_ref(), &args.model)?.with_evidence(false);
    let told = match positive {
        Some(_) => Told::default(),
        None => Told::by(&classifier, task),
    };
    let labels = labels.told(told.clone());
    let texts = Texts::open(&args.input, &args.columns, task, labels)?;
    let (rows, outcome) = judge_all(args, protocol.as_ref(), &classifier, positive, &told, texts)?;
    let report = report(args, &rows, positive)?;
    if let Some(file) = &mut errors {
        write_errors(file, task, &classifier.with_evidence(true), &rows)?;
    }
    if let Some(file) = errors {
        file.commit()?;
    }
    if args.json {
        output::print(&format!("{}\n", serde_json::to_string_pretty(&report)?))?;
    } else {
        output::print(&eval_table::page(&report))?;
    }
    Ok(outcome)
}

fn judge_all(
    args: &Args,
    protocol: Option<&Protocol>,
    classifier: &Classifier,
    positive: Option<&str>,
    told: &Told,
    mut texts: Texts,
) -> Result<(Rows, Outcome)> {
    let other = args
        .against
        .as_deref()
        .map(|path| {
            let own: Vec<PathBuf> = (path != Path::new("shipped"))
                .then(|| path.to_owned())
                .into_iter()
                .collect();
            Ok::<_, anyhow::Error>(load::classifier(protocol, &own)?.with_evidence(false))
        })
        .transpose()?;
    let pool = load::pool(args.threads)?;
    let mut analyst = Analyst::new(&args.encoder, classifier.clone(), args.threads, false)?;
    let mut rows = Rows {
        parts: vec![Vec::new(); args.slice.len()],
        ..Rows::default()
    };
    while let Some(batch) = texts.next_rows()? {
        let (mentions, labels) = (&batch.mentions, &batch.labels);
        let read = |c: &Classifier| load::analyse(&pool, c, mentions, |_, a| a);
        let of =
            |truth: &String, analysis: &Analysis| judge(args.task, truth, analysis, positive, told);
        let analyses = analyst.analyse(mentions, |_, a| a)?;
        if let Some(other) = &other {
            let analyses = read(other);
            rows.others
                .extend(labels.iter().zip(&analyses).map(|(t, a)| of(t, a)));
        }
        for (i, (mention, analysis)) in mentions.iter().zip(&analyses).enumerate() {
            for (by, parts) in args.slice.iter().zip(&mut rows.parts) {
                parts.push(by.of(mention, analysis, &batch.locales[i]));
            }
            let row = of(&labels[i], analysis);
            if args.errors.is_some() && is_wrong(&row, positive) {
                rows.wrong.push((mention.clone(), rows.judged.len()));
            }
            rows.judged.push(row);
        }
    }
    analyst.tell();
    Ok((rows, texts.finish()?))
}

fn report(args: &Args, rows: &Rows, positive: Option<&str>) -> Result<Report> {
    let folded = |rows: &[Judged]| match positive {
        Some(p) => one_against_rest(rows, p),
        None => rows.to_vec(),
    };
    let evaluation = measure(args.task, &rows.judged, positive)?;
    let judged = folded(&rows.judged);
    let mut slices = BTreeMap::new();
    for (by, parts) in args.slice.iter().zip(&rows.parts) {
        let of = |places: &Vec<usize>| {
            let rows: Vec<Judged> = places.iter().map(|&i| judged[i].clone()).collect();
            let e = evaluate(args.task.name(), &rows);
            let sure = intervals(&rows, args.bootstrap, args.seed);
            Slice {
                n: e.n,
                accuracy: e.accuracy,
                macro_f1: e.macro_f1,
                macro_f1_interval: sure.map(|s| s.macro_f1),
            }
        };
        let parts = positions(parts);
        let parts = parts
            .iter()
            .map(|(name, places)| ((*name).to_owned(), of(places)));
        slices.insert(by.name(), parts.collect());
    }
    let against = args.against.as_deref().map(|model| {
        let others = folded(&rows.others);
        let e = evaluate(args.task.name(), &others);
        Against {
            model: model.display().to_string(),
            accuracy: e.accuracy,
            macro_f1: e.macro_f1,
            mcnemar: compare(&judged, &others),
        }
    });
    Ok(Report {
        evaluation,
        intervals: intervals(&judged, args.bootstrap, args.seed),
        slices,
        against,
    })
}

/// The surest mistakes first, each with the reasons that misled.
fn write_errors(
    file: &mut WholeFile,
    task: EvalTask,
    classifier: &Classifier,
    rows: &Rows,
) -> Result<()> {
    let kind = match task {
        EvalTask::Sentiment => Some(EvidenceKind::Sentiment),
        EvalTask::Urgency => Some(EvidenceKind::Urgency),
        EvalTask::Intent => Some(EvidenceKind::Intent),
        EvalTask::Topic => Some(EvidenceKind::Topic),
        EvalTask::Entity => Some(EvidenceKind::Entity),
        EvalTask::Language => None,
    };
    let sure = |i: usize| rows.judged[i].confidence().unwrap_or(0.0);
    let mut wrong: Vec<&(Mention, usize)> = rows.wrong.iter().collect();
    wrong.sort_by(|a, b| sure(b.1).total_cmp(&sure(a.1)).then(a.1.cmp(&b.1)));
    let mut scratch = Scratch::default();
    for (mention, i) in wrong {
        let analysis = classifier.analyse(&mut scratch, mention);
        let evidence: Vec<_> = analysis
            .evidence
            .iter()
            .filter(|e| Some(e.kind) == kind)
            .map(|e| {
                let span = mention.text.get(e.start as usize..e.end as usize);
                json!({ "text": span.unwrap_or_default(), "rule": e.rule, "weight": e.weight })
            })
            .collect();
        let row = &rows.judged[*i];
        file.write_all(&output::line(&json!({
            "id": mention.id, "text": mention.text, "truth": row.truth, "predicted": row.predicted,
            "confidence": row.confidence(), "evidence": evidence,
        }))?)?;
    }
    Ok(())
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
