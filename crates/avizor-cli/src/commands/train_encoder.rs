//! `avizor train TASK --encoder DIR`: a head on a transformer, blended with the fast model, and what each is worth.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, bail};
use avizor::{Classifier, Mention, Scratch, Task};
use avizor_encoder::{Budget, Cache, Encoder, Head, LabelMap, Read, Source, doubt};
use avizor_lab::blend::Blend;
use avizor_lab::corpus::Labelled;
use avizor_lab::metrics::{Evaluation, Judged, evaluate};
use avizor_lab::softmax;
use avizor_lab::train::{self as lab_train, Options, fingerprint, suits_ridge};
use rayon::prelude::*;
use serde::{Serialize, Serializer};
use serde_json::json;

use super::encoder::{HeadArgs, load_encoder};
use super::eval_table;
use super::train::{self, Args};
use crate::input::InputArgs;
use crate::progress::Progress;
use crate::{Outcome, load, output};

/// Shares of the mentions at which the cascade is measured.
const BUDGETS: [f64; 9] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 1.0];
/// Parts of the labels, each judged by a fast model that was trained on the others.
const PARTS: usize = 3;
/// Texts between two movements of the bar.
const TOGETHER: usize = 512;

/// What each judge is worth on some labelled texts.
#[derive(Serialize)]
struct Measured {
    /// None where no fast model knows the labels.
    fast: Option<Evaluation>,
    encoder: Evaluation,
    /// The two as one, as `avizor classify` uses them.
    blend: Evaluation,
    /// By budget, as in `5%`; empty without a fast model.
    #[serde(serialize_with = "by_budget")]
    cascade: Vec<Step>,
    /// Texts that the transformer read a second; none where all came from the cache.
    encoder_per_second: Option<f64>,
}

/// Shares of a gain; none where nothing is gained.
#[derive(Serialize)]
struct Gain {
    accuracy: Option<f64>,
    macro_f1: Option<f64>,
}

/// The cascade at one budget.
#[derive(Serialize)]
struct Step {
    budget: f64,
    /// Share of the texts that the transformer judged.
    judged: f64,
    accuracy: f64,
    macro_f1: f64,
    /// Shares of what the whole blend gains over the fast model.
    gain: Gain,
}

fn by_budget<S: Serializer>(steps: &[Step], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_map(
        steps
            .iter()
            .map(|s| (format!("{:.0}%", s.budget * 100.0), s)),
    )
}

/// The distributions of a head's labels for some texts.
struct Opinions {
    encoder: Vec<Vec<f64>>,
    fast: Option<Vec<Vec<f64>>>,
}

pub(crate) fn run(args: &Args, head_args: &HeadArgs, folder: &Path) -> Result<Outcome> {
    if !matches!(args.task, Task::Sentiment | Task::Intent | Task::Topic) {
        bail!(
            "a transformer decides sentiment, intent or topic, not {}: name one of them",
            args.task.name()
        );
    }
    let models: Vec<_> = head_args.model.iter().cloned().collect();
    let classifier = load::classifier(None, &models)?.with_evidence(false);
    let encoder = load_encoder(folder)?;
    let encoder = match head_args.layers {
        Some(layers) => encoder.with_layers(layers)?,
        None => encoder,
    };
    let (data, outcome) = train::read(args, &args.input)?;
    let (mut head, held) = fit(args, head_args, folder, &encoder, &classifier, &data)?;
    head.layers = head_args.layers;
    let truth = numbers(&data, &head.labels);
    if let Some(fast) = &held.opinions.fast {
        let rows: Vec<(usize, &[f64], &[f64])> =
            (truth.iter().zip(&held.opinions.encoder).zip(fast))
                .filter_map(|((t, own), fast)| Some(((*t)?, &own[..], &fast[..])))
                .collect();
        let known: Vec<usize> = rows.iter().map(|r| r.0).collect();
        head.blend = Some(Blend::fit(&rows, &weights(args, &known, &head.labels)));
        head.fast = classifier
            .model(args.task)
            .map(|m| m.card.data_hash.clone());
    }
    let held_out = measure(&head, &data, &held);
    head.card = train::card(args);
    head.card.examples = data.len() as u64;
    head.card.data_hash = fingerprint(&data);
    head.card.metrics = vec![
        ("held-out accuracy".into(), held_out.blend.accuracy),
        ("held-out macro-F1".into(), held_out.blend.macro_f1),
        ("held-out ECE".into(), held_out.blend.ece.unwrap_or(0.0)),
    ];
    let validation = args
        .validation
        .as_deref()
        .map(|path| {
            validate(
                args,
                head_args,
                &args.input.beside(path),
                &encoder,
                &classifier,
                &head,
            )
        })
        .transpose()?;
    output::write_file(&args.output, &head.to_bytes()?)?;
    print(args, &head, &held_out, validation.as_ref())?;
    Ok(outcome)
}

/// What was said of texts, and at what cost.
struct Said {
    opinions: Opinions,
    /// Texts a second of the transformer, where they were timed.
    per_second: Option<f64>,
}

/// A head without a blend, and what its like says of labels held out.
fn fit(
    args: &Args,
    head_args: &HeadArgs,
    folder: &Path,
    encoder: &Encoder,
    classifier: &Classifier,
    data: &[Labelled],
) -> Result<(Head, Said)> {
    let map = if encoder.labels().is_empty() || head_args.embedding {
        None
    } else {
        let map = LabelMap::load(folder, head_args.labels.as_deref(), encoder.labels())?;
        (map.task == args.task).then_some(map)
    };
    let (head, own, read) = if let Some(map) = map {
        let read = logits(encoder, data)?;
        let own = read.rows.iter().map(|row| map.apply(row)).collect();
        let head = Head::new(encoder, args.task, map.labels.clone(), Source::Logits(map));
        (head, own, read)
    } else {
        let labels = lab_train::labels_of(args.task, data, None)?;
        let read = embed(head_args, encoder, data)?;
        let truth: Vec<usize> = numbers(data, &labels)
            .into_iter()
            .map(Option::unwrap_or_default)
            .collect();
        let busy = Progress::busy("fitting the head");
        let fitted = softmax::fit(
            &read.rows,
            &truth,
            labels.len(),
            &weights(args, &truth, &labels),
        );
        busy.finish();
        let fitted = fitted?;
        let head = Head::new(
            encoder,
            args.task,
            labels,
            Source::Embedding(fitted.softmax),
        );
        (head, fitted.held_out, read)
    };
    let said = Said {
        opinions: Opinions {
            encoder: own,
            fast: held_out_fast(args, &head, classifier, data)?,
        },
        per_second: read.per_second,
    };
    Ok((head, said))
}

/// What a text of each label counts for.
fn weights(args: &Args, truth: &[usize], labels: &[String]) -> Vec<f32> {
    if args.is_balanced() {
        softmax::balance(truth, labels.len())
    } else {
        Vec::new()
    }
}

/// Embeddings or logits of texts.
struct Rows {
    rows: Vec<Vec<f32>>,
    /// Texts a second; none where a cache may have spared the work.
    per_second: Option<f64>,
}

fn embed(head_args: &HeadArgs, encoder: &Encoder, data: &[Labelled]) -> Result<Rows> {
    match &head_args.cache {
        None => timed(encoder, data, |texts, bar| {
            in_parts(texts, bar, |part| Ok(encoder.embed(part)?))
        }),
        Some(folder) => {
            let mut cache = Cache::open(folder, encoder)?;
            let cached = timed(encoder, data, |texts, bar| {
                Ok(cache.embed(encoder, texts, bar)?)
            })?;
            Ok(Rows {
                per_second: None,
                ..cached
            })
        }
    }
}

fn logits(encoder: &Encoder, data: &[Labelled]) -> Result<Rows> {
    timed(encoder, data, |texts, bar| {
        in_parts(texts, bar, |part| Ok(encoder.logits(part)?))
    })
}

/// Reads texts under a bar and tells how many were cut.
fn timed(
    encoder: &Encoder,
    data: &[Labelled],
    read: impl FnOnce(&[&str], &dyn Fn(usize)) -> Result<Read>,
) -> Result<Rows> {
    let texts: Vec<&str> = data.iter().map(|d| d.text.as_str()).collect();
    let bar = RefCell::new(Progress::new(None));
    let begun = Instant::now();
    let read = read(&texts, &|rows| bar.borrow_mut().advance(rows as u64, 0));
    bar.borrow().finish();
    let read = read?;
    if read.cut > 0 {
        output::say(&format!(
            "{} texts were longer than the transformer's {} tokens and were cut",
            read.cut,
            encoder.limit()
        ));
    }
    Ok(Rows {
        rows: read.rows,
        per_second: Some(data.len() as f64 / begun.elapsed().as_secs_f64().max(1e-9)),
    })
}

/// Reads some texts at a time, so that the bar moves.
fn in_parts(
    texts: &[&str],
    progress: &dyn Fn(usize),
    read: impl Fn(&[&str]) -> Result<Read>,
) -> Result<Read> {
    let mut all = Read::default();
    for part in texts.chunks(TOGETHER) {
        let of_part = read(part)?;
        all.rows.extend(of_part.rows);
        all.cut += of_part.cut;
        all.tokens += of_part.tokens;
        progress(part.len());
    }
    Ok(all)
}

/// What the fast model says of labelled texts. One that was trained on these very labels would be believed too much:
/// its like are trained without each part of them, and asked of that part.
fn held_out_fast(
    args: &Args,
    head: &Head,
    classifier: &Classifier,
    data: &[Labelled],
) -> Result<Option<Vec<Vec<f64>>>> {
    let Some(model) = classifier.model(head.task) else {
        return Ok(None);
    };
    if model.card.data_hash != fingerprint(data) {
        return Ok(fast(head, classifier, data));
    }
    let mut said: Vec<Vec<f64>> = vec![Vec::new(); data.len()];
    for part in 0..PARTS {
        let (out, kept): (Vec<usize>, Vec<usize>) =
            (0..data.len()).partition(|i| i % PARTS == part);
        let pick = |numbers: &[usize]| numbers.iter().map(|&i| data[i].clone()).collect::<Vec<_>>();
        // Two folds: their measure is not asked for here.
        let options = Options {
            bits: model.bits,
            folds: 2,
            balanced: args.is_balanced(),
            ridge: suits_ridge(head.task, None, kept.len()),
            opinions: true,
            ..Options::default()
        };
        let trained = lab_train::train(head.task, &pick(&kept), &options)?;
        let without = classifier.clone().with_model(trained.model)?;
        let Some(of_part) = fast(head, &without, &pick(&out)) else {
            return Ok(None);
        };
        for (i, p) in out.into_iter().zip(of_part) {
            said[i] = p;
        }
    }
    Ok(Some(said))
}

/// What the fast model says of texts, over the head's labels.
fn fast(head: &Head, classifier: &Classifier, data: &[Labelled]) -> Option<Vec<Vec<f64>>> {
    data.par_iter()
        .map_init(Scratch::default, |scratch, d| {
            let mention = Mention {
                text: d.text.clone(),
                language: d.language.map(|l| l.code().to_owned()),
                ..Mention::default()
            };
            head.fast(classifier, scratch, &mention)
        })
        .collect()
}

/// Number of each text's label; none for a label that the head does not know.
fn numbers(data: &[Labelled], labels: &[String]) -> Vec<Option<usize>> {
    data.iter()
        .map(|d| labels.iter().position(|l| *l == d.label))
        .collect()
}

/// Fast model, transformer and blend on texts that none of them was fitted on.
fn validate(
    args: &Args,
    head_args: &HeadArgs,
    input: &InputArgs,
    encoder: &Encoder,
    classifier: &Classifier,
    head: &Head,
) -> Result<Measured> {
    let (data, _) = train::read(args, input)?;
    if data.is_empty() {
        bail!(
            "there is not one labelled text to validate on: check --validation, --text and --label"
        );
    }
    let (encoder_said, read) = match &head.source {
        Source::Logits(map) => {
            let read = logits(encoder, &data)?;
            (read.rows.iter().map(|row| map.apply(row)).collect(), read)
        }
        Source::Embedding(softmax) => {
            let read = embed(head_args, encoder, &data)?;
            (
                read.rows
                    .iter()
                    .map(|row| softmax.probabilities(row))
                    .collect(),
                read,
            )
        }
    };
    let said = Said {
        opinions: Opinions {
            encoder: encoder_said,
            fast: fast(head, classifier, &data),
        },
        per_second: read.per_second,
    };
    Ok(measure(head, &data, &said))
}

fn measure(head: &Head, data: &[Labelled], said: &Said) -> Measured {
    let Opinions { encoder, fast } = &said.opinions;
    let blend = blended(head, &said.opinions);
    let judge = |said: &[Vec<f64>]| evaluate(head.task.name(), &judged(head, data, said));
    let whole = judge(&blend);
    let cascade = fast.as_ref().map_or_else(Vec::new, |fast| {
        let alone = judge(fast);
        let share = |mixed: f64, alone: f64, whole: f64| {
            (whole > alone).then(|| (mixed - alone) / (whole - alone))
        };
        let step = |&budget: &f64| {
            let mut grants = Budget::new(budget);
            let granted: Vec<bool> = fast.iter().map(|p| grants.grants(doubt(p))).collect();
            let mixed: Vec<Vec<f64>> = (granted.iter().zip(fast).zip(&blend))
                .map(|((granted, fast), both)| if *granted { both } else { fast }.clone())
                .collect();
            let e = judge(&mixed);
            Step {
                budget,
                judged: granted.iter().filter(|g| **g).count() as f64 / granted.len().max(1) as f64,
                accuracy: e.accuracy,
                macro_f1: e.macro_f1,
                gain: Gain {
                    accuracy: share(e.accuracy, alone.accuracy, whole.accuracy),
                    macro_f1: share(e.macro_f1, alone.macro_f1, whole.macro_f1),
                },
            }
        };
        BUDGETS.iter().map(step).collect()
    });
    Measured {
        fast: fast.as_ref().map(|p| judge(p)),
        encoder: judge(encoder),
        blend: whole,
        cascade,
        encoder_per_second: said.per_second,
    }
}

fn blended(head: &Head, opinions: &Opinions) -> Vec<Vec<f64>> {
    match (&opinions.fast, head.blend) {
        (Some(fast), Some(blend)) => {
            let both = opinions.encoder.iter().zip(fast);
            both.map(|(own, fast)| blend.apply(own, fast)).collect()
        }
        _ => opinions.encoder.clone(),
    }
}

fn judged(head: &Head, data: &[Labelled], said: &[Vec<f64>]) -> Vec<Judged> {
    let row = |(d, p): (&Labelled, &Vec<f64>)| {
        let best = softmax::likeliest(p);
        Judged {
            truth: d.label.clone(),
            predicted: head.labels[best].clone(),
            probabilities: head.labels.iter().cloned().zip(p.iter().copied()).collect(),
        }
    };
    data.iter().zip(said).map(row).collect()
}

fn print(
    args: &Args,
    head: &Head,
    held_out: &Measured,
    validation: Option<&Measured>,
) -> Result<()> {
    if args.json {
        let all = json!({ "blend": head.blend, "held_out": held_out, "validation": validation });
        return output::print(&format!("{}\n", serde_json::to_string_pretty(&all)?));
    }
    let mut text = format!("held out, {}", eval_table::table(&held_out.blend));
    if let Some(validation) = validation {
        text.push_str("\nvalidation, ");
        text.push_str(&eval_table::table(&validation.blend));
    }
    let shown = validation.unwrap_or(held_out);
    let mut rows = vec![
        ["", "accuracy", "macro-F1", "ECE"]
            .map(str::to_owned)
            .to_vec(),
    ];
    let judges = [
        ("fast model", shown.fast.as_ref()),
        ("transformer", Some(&shown.encoder)),
        ("blend", Some(&shown.blend)),
    ];
    for (name, e) in judges {
        if let Some(e) = e {
            let numbers = [e.accuracy, e.macro_f1, e.ece.unwrap_or(0.0)].map(|x| format!("{x:.4}"));
            rows.push(std::iter::once(name.to_owned()).chain(numbers).collect());
        }
    }
    for step in &shown.cascade {
        let numbers = [step.accuracy, step.macro_f1].map(|x| format!("{x:.4}"));
        let name = format!("cascade, {:.0} % judged", step.judged * 100.0);
        rows.push(
            std::iter::once(name)
                .chain(numbers)
                .chain([String::new()])
                .collect(),
        );
    }
    text.push('\n');
    text.push_str(&crate::table::aligned(&rows));
    if let Some(rate) = shown.encoder_per_second {
        let _ = writeln!(text, "the transformer read {rate:.0} mentions a second");
    }
    output::print(&text)
}
