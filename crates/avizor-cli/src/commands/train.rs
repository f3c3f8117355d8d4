//! `avizor train`: labelled texts to a model file, with what held-out folds say of it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use avizor::classify::Card;
use avizor::{Classifier, Intent, Language, Model, Task};
use avizor_lab::corpus::Labelled;
use avizor_lab::metrics::Evaluation;
use avizor_lab::train::{Options, Teacher, Trained, fold_intents, suits_ridge, train};
use clap::builder::TypedValueParser;
use clap::builder::{ArgPredicate, PossibleValuesParser};
use serde_json::json;

use super::encoder::{HeadArgs, TeacherArgs};
use super::labelled::{Columns, EvalTask, Labels, Texts, Told, judge};
use super::{eval, eval_table};
use crate::input::InputArgs;
use crate::progress::Progress;
use crate::{Outcome, load, output};

/// Arguments of `avizor train`.
#[derive(clap::Args, Debug)]
#[command(mut_arg("input", |input| input
    .help("File of labelled mentions, or - for standard input; none where --unlabelled texts are enough")
    .required(false)
    .required_unless_present("unlabelled")
    .default_value_if("unlabelled", ArgPredicate::IsPresent, InputArgs::NONE)))]
pub(crate) struct Args {
    /// What the model decides
    #[arg(value_name = "TASK", value_parser = tasks())]
    pub(super) task: Task,
    #[command(flatten)]
    pub(super) input: InputArgs,
    #[command(flatten)]
    pub(super) columns: Columns,
    /// Labelled texts with the same columns that are only measured on
    #[arg(long, value_name = "FILE")]
    pub(super) validation: Option<PathBuf>,
    /// Go on from a model file, from the shipped model, or from nothing [default: shipped for sentiment, else none]
    #[arg(long, value_name = "shipped|none|M.avz")]
    start: Option<PathBuf>,
    #[command(flatten)]
    pub(super) head: HeadArgs,
    #[command(flatten)]
    teacher: TeacherArgs,
    /// Passes over the data at most: it stops at the one after which the held-out folds are read best [default: 8; up
    /// to 10,000 texts for intent and topic, and where it goes on from a model, are fitted all at once, with the pull
    /// towards zero or towards that model that the folds like best]
    #[arg(long, value_name = "N")]
    epochs: Option<usize>,
    /// Make every pass
    #[arg(long)]
    no_early_stopping: bool,
    /// Folds of the cross-validation that measures, calibrates and stops: 2 to 20
    #[arg(long, value_name = "N", default_value_t = Options::default().folds)]
    folds: usize,
    /// Whether rare labels weigh as much as frequent ones
    #[arg(long, value_name = "HOW", value_enum, default_value_t = ClassWeights::Balanced)]
    class_weights: ClassWeights,
    /// Seed of every shuffle: the same gives the same model
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Date for the model's card
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// What the texts are, for the model's card [default: the file's name]
    #[arg(long, value_name = "WORDS")]
    data: Option<String>,
    /// Under what terms the model may be used, for its card
    #[arg(long, value_name = "WORDS", default_value = "")]
    licence: String,
    /// Model file to write
    #[arg(long, value_name = "M.avz")]
    pub(super) output: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

impl Args {
    /// Whether rare labels weigh as much as frequent ones.
    pub(super) fn is_balanced(&self) -> bool {
        self.class_weights == ClassWeights::Balanced
    }

    /// Whether it goes on from a model.
    fn starts(&self) -> bool {
        match &self.start {
            Some(path) => path.as_os_str() != "none",
            // What the lexicon knows is worth more than any few hundred labels.
            None => self.task == Task::Sentiment,
        }
    }
}

/// What a text counts for by its label.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum ClassWeights {
    /// Every label weighs alike; within a factor of five where passes are made
    Balanced,
    /// Every text weighs alike
    None,
}

fn tasks() -> impl TypedValueParser<Value = Task> {
    PossibleValuesParser::new(Task::ALL.map(Task::name)).map(|name| {
        // The parser lets no other name pass.
        Task::ALL
            .into_iter()
            .find(|t| t.name() == name)
            .unwrap_or(Task::Sentiment)
    })
}

pub(crate) fn run(args: &Args) -> Result<Outcome> {
    output::check_folder(&args.output)?;
    if let Some(folder) = &args.head.encoder {
        #[cfg(feature = "encoder")]
        return super::train_encoder::run(args, &args.head, folder);
        #[cfg(not(feature = "encoder"))]
        bail!(
            "cannot use `{}`: {}",
            folder.display(),
            super::encoder::WITHOUT
        );
    }
    let start = args
        .starts()
        .then(|| {
            let shipped = Path::new("shipped");
            starting_point(args.task, args.start.as_deref().unwrap_or(shipped))
        })
        .transpose()?;
    let teacher = teacher(args)?;
    let (data, outcome) = if args.input.is_none() {
        (Vec::new(), Outcome::Done)
    } else {
        read(args, &args.input)?
    };
    if data.is_empty() && teacher.is_none() {
        bail!("there is not one labelled text to train on: check the file, --text and --label");
    }
    let defaults = Options::default();
    let options = Options {
        bits: start.as_ref().map_or(defaults.bits, |m| m.bits),
        ridge: suits_ridge(args.task, start.as_ref(), data.len())
            && args.epochs.is_none()
            && !args.no_early_stopping,
        opinions: true,
        epochs: args.epochs.unwrap_or(defaults.epochs),
        early_stopping: !args.no_early_stopping,
        folds: args.folds,
        balanced: args.is_balanced(),
        seed: args.seed,
        start,
        teacher,
        card: card(args),
        ..defaults
    };
    let busy = Progress::busy("training");
    let trained = train(args.task, &data, &options);
    busy.finish();
    let trained = trained?;
    let validation = args
        .validation
        .as_ref()
        .map(|path| validate(args, path, trained.model.clone()))
        .transpose()?;
    output::write_file(&args.output, &trained.model.to_bytes()?)?;
    print(args, &trained, validation.as_ref())?;
    Ok(outcome)
}

/// What a transformer says of the unlabelled texts, where one is to be learnt from.
fn teacher(args: &Args) -> Result<Option<Teacher>> {
    let Some(folder) = &args.teacher.teacher else {
        return Ok(None);
    };
    #[cfg(feature = "encoder")]
    return super::distil::teacher(args, &args.teacher, folder).map(Some);
    #[cfg(not(feature = "encoder"))]
    bail!(
        "cannot use `{}`: {}",
        folder.display(),
        super::encoder::WITHOUT
    );
}

fn starting_point(task: Task, path: &Path) -> Result<Model> {
    let model = if path.as_os_str() == "shipped" {
        Classifier::new()
            .model(task)
            .cloned()
            .with_context(|| format!("no model of {} is shipped: leave --start out", task.name()))?
    } else {
        load::model(path)?
    };
    if model.task != task {
        bail!(
            "`{}` is a model of {}, not of {}: start from one of the same task",
            path.display(),
            model.task.name(),
            task.name()
        );
    }
    Ok(model)
}

/// All labelled texts of a file.
pub(super) fn read(args: &Args, input: &InputArgs) -> Result<(Vec<Labelled>, Outcome)> {
    let task = EvalTask::of(args.task);
    let own_labels = matches!(args.task, Task::Intent | Task::Topic);
    let labels = Labels::new(task, None, own_labels);
    let mut texts = Texts::open(input, &args.columns, task, labels)?;
    let mut data = Vec::new();
    while let Some((mentions, labels)) = texts.next()? {
        for (mention, label) in mentions.into_iter().zip(labels) {
            let language = mention.language.as_deref().map(Language::from_code);
            data.push(Labelled {
                text: mention.text,
                label,
                language,
            });
        }
    }
    let outcome = texts.finish()?;
    if task == EvalTask::Intent {
        let folded = fold_intents(&mut data);
        if !folded.is_empty() {
            output::say(&format!(
                "{} counted as `{}`: no intent is called so",
                folded.join(", "),
                Intent::OTHER
            ));
        }
    }
    Ok((data, outcome))
}

/// The files' names.
fn sources(args: &Args) -> String {
    let labelled = (!args.input.is_none()).then(|| args.input.name());
    let judged = args.teacher.unlabelled.as_deref().map(|path| {
        let name = args.input.beside(path).name();
        format!("{name} by a teacher")
    });
    let all: Vec<String> = labelled.into_iter().chain(judged).collect();
    all.join(", ")
}

pub(super) fn card(args: &Args) -> Card {
    Card {
        data: args.data.clone().unwrap_or_else(|| sources(args)),
        date: args.date.clone(),
        licence: args.licence.clone(),
        ..Card::default()
    }
}

/// The packed model on texts it was not trained on, as `avizor eval --model` would measure it.
fn validate(args: &Args, path: &Path, model: Model) -> Result<Evaluation> {
    let task = EvalTask::of(args.task);
    let classifier = Classifier::new().with_model(model)?.with_evidence(false);
    let pool = load::pool(None)?;
    let own_labels = matches!(args.task, Task::Intent | Task::Topic);
    let told = Told::by(&classifier, task);
    let labels = Labels::new(task, None, own_labels).told(told.clone());
    let mut texts = Texts::open(&args.input.beside(path), &args.columns, task, labels)?;
    let mut rows = Vec::new();
    while let Some((mentions, labels)) = texts.next()? {
        let analyses = load::analyse(&pool, &classifier, &mentions, |_, a| a);
        rows.extend(
            analyses
                .iter()
                .zip(&labels)
                .map(|(a, truth)| judge(task, truth, a, None, &told)),
        );
    }
    texts.finish()?;
    eval::measure(task, &rows, None)
}

fn print(args: &Args, trained: &Trained, validation: Option<&Evaluation>) -> Result<()> {
    if args.json {
        let all = json!({
            "held_out": trained.held_out, "epochs": trained.epochs, "pull": trained.pull, "validation": validation,
        });
        return output::print(&format!("{}\n", serde_json::to_string_pretty(&all)?));
    }
    let how = match trained.pull {
        Some(pull) if args.starts() => format!("pull towards the start: {pull}"),
        Some(pull) => format!("pull towards zero: {pull}"),
        None => format!("passes: {}", trained.epochs),
    };
    let mut text = format!("{how}\nheld out, {}", eval_table::table(&trained.held_out));
    if let Some(validation) = validation {
        let _ = write!(text, "\nvalidation, {}", eval_table::table(validation));
    }
    output::print(&text)
}
