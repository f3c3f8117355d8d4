//! Labelled texts, and the labels that a task knows: never guessed, only matched without case.

use anyhow::{Result, bail};
use avizor::{
    Analysis, Classifier, Intent, Language, Mention, Polarity, Protocol, Task, UrgencyLevel,
};
use avizor_arrow::ReadOptions;
use avizor_lab::metrics::Judged;
use clap::ValueEnum;

use crate::input::{InputArgs, Source};
use crate::output;

/// The label of a text about no topic, or about nobody.
const NONE: &str = "none";

/// What can be measured.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EvalTask {
    Sentiment,
    Urgency,
    Intent,
    Topic,
    Language,
    Entity,
}

impl EvalTask {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sentiment => "sentiment",
            Self::Urgency => "urgency",
            Self::Intent => "intent",
            Self::Topic => "topic",
            Self::Language => "language",
            Self::Entity => "entity",
        }
    }

    pub(crate) const fn of(task: Task) -> Self {
        match task {
            Task::Sentiment => Self::Sentiment,
            Task::Urgency => Self::Urgency,
            Task::Intent => Self::Intent,
            Task::Topic => Self::Topic,
            Task::Language => Self::Language,
        }
    }
}

/// Which columns hold what.
#[derive(clap::Args, Debug, Clone)]
pub(crate) struct Columns {
    /// Column of the texts
    #[arg(long, value_name = "COLUMN", default_value = "text")]
    pub(crate) text: String,
    /// Column of the labels
    #[arg(long, value_name = "COLUMN", default_value = "label")]
    pub(crate) label: String,
    /// Leave rows without a label out; of topics and entities they count as about none otherwise
    #[arg(long)]
    pub(crate) skip_unlabelled: bool,
    /// Language of all texts: es, en or pt [default: the column `language`, else detected]
    #[arg(long, value_name = "CODE", value_parser = language)]
    pub(crate) language: Option<Language>,
}

fn language(code: &str) -> std::result::Result<Language, String> {
    match Language::from_code(code) {
        Language::Undetermined => Err("write es, en or pt".to_owned()),
        known => Ok(known),
    }
}

/// Some labelled texts.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) mentions: Vec<Mention>,
    /// In the task's spelling.
    pub(crate) labels: Vec<String>,
    /// As the column `language` has them, such as `es-MX`; may be empty.
    pub(crate) locales: Vec<String>,
}

/// Labelled texts, batch by batch.
pub(crate) struct Texts {
    source: Source,
    task: EvalTask,
    language: Option<Language>,
    labels: Labels,
    skip_unlabelled: bool,
    unlabelled: u64,
}

impl Texts {
    pub(crate) fn open(
        input: &InputArgs,
        columns: &Columns,
        task: EvalTask,
        labels: Labels,
    ) -> Result<Self> {
        let text = (columns.text != "text").then_some(columns.text.as_str());
        Ok(Self {
            source: input.open_labelled(&ReadOptions::text_only(), text, &[&columns.label])?,
            task,
            language: columns.language,
            labels,
            skip_unlabelled: columns.skip_unlabelled,
            unlabelled: 0,
        })
    }

    /// The next texts and their labels, in the task's spelling.
    pub(crate) fn next(&mut self) -> Result<Option<(Vec<Mention>, Vec<String>)>> {
        let rows = self.next_rows()?;
        Ok(rows.map(|r| (r.mentions, r.labels)))
    }

    /// The same, and what the column `language` holds.
    pub(crate) fn next_rows(&mut self) -> Result<Option<Rows>> {
        let Some(batch) = self.source.next()? else {
            return Ok(None);
        };
        let mut rows = Rows::default();
        for (mut mention, extra) in batch.mentions.into_iter().zip(batch.extra) {
            let label = extra.into_iter().next().flatten().unwrap_or_default();
            let label = label.trim();
            let skipped = self.skip_unlabelled && label.is_empty();
            let Some(label) = self.labels.read(label)?.filter(|_| !skipped) else {
                self.unlabelled += 1;
                continue;
            };
            rows.locales
                .push(mention.language.clone().unwrap_or_default());
            if let Some(language) = self.language {
                mention.language = Some(language.code().to_owned());
            }
            // Truth that lies beside the text must not tell the answer.
            match self.task {
                EvalTask::Language => mention.language = None,
                EvalTask::Entity => mention.entity = None,
                _ => {}
            }
            rows.mentions.push(mention);
            rows.labels.push(label);
        }
        Ok(Some(rows))
    }

    /// Ends the account of rows that could not be read.
    pub(crate) fn finish(self) -> Result<crate::Outcome> {
        if self.unlabelled > 0 {
            output::say(&format!(
                "{} rows without a label were left out",
                self.unlabelled
            ));
        }
        self.source.finish()
    }
}

/// Labels of a model of intents that tells some of them from all else, which it calls `other`.
#[derive(Clone, Default)]
pub(crate) struct Told(Option<Vec<String>>);

impl Told {
    /// Those of the model in use, where it is such a one.
    pub(crate) fn by(classifier: &Classifier, task: EvalTask) -> Self {
        let model = classifier.model(Task::Intent);
        let told = model
            .filter(|m| task == EvalTask::Intent && m.labels.iter().any(|l| l == Intent::OTHER));
        Self(told.map(|m| m.labels.clone()))
    }

    /// A label as the model has it.
    fn fold(&self, label: String) -> String {
        match &self.0 {
            Some(known) if !known.contains(&label) => Intent::OTHER.to_owned(),
            _ => label,
        }
    }
}

/// The labels of a task.
pub(crate) struct Labels {
    task: EvalTask,
    known: Vec<String>,
    /// Whether labels that are not known are labels too.
    open: bool,
    told: Told,
}

impl Labels {
    /// `open`: the data may hold labels of its own.
    pub(crate) fn new(task: EvalTask, protocol: Option<&Protocol>, open: bool) -> Self {
        let own = |names: &mut dyn Iterator<Item = &str>| names.map(str::to_owned).collect();
        let mut known: Vec<String> = match task {
            EvalTask::Sentiment => own(&mut Polarity::ALL.iter().map(|p| p.name())),
            EvalTask::Intent => own(&mut Intent::ALL.iter().map(|i| i.name())),
            EvalTask::Urgency => own(&mut UrgencyLevel::ALL.iter().map(|u| u.name())),
            EvalTask::Language => own(&mut ["es", "en", "pt", "und"].into_iter()),
            EvalTask::Topic => own(&mut protocol
                .iter()
                .flat_map(|p| &p.topics)
                .map(|t| t.name.as_str())),
            EvalTask::Entity => own(&mut protocol
                .iter()
                .flat_map(|p| p.everyone())
                .map(|e| e.name.as_str())),
        };
        // Without a protocol the names of topics are the data's own.
        let open = open || known.is_empty();
        if matches!(task, EvalTask::Topic | EvalTask::Entity) {
            known.push(NONE.to_owned());
        }
        Self {
            task,
            known,
            open,
            told: Told::default(),
        }
    }

    /// The same where a model tells some of the labels from all else.
    pub(crate) fn told(self, told: Told) -> Self {
        Self {
            open: self.open || told.0.is_some(),
            told,
            ..self
        }
    }

    /// A label in the task's spelling; nothing where there is none.
    pub(crate) fn read(&self, label: &str) -> Result<Option<String>> {
        let may_be_none = matches!(self.task, EvalTask::Topic | EvalTask::Entity);
        if label.is_empty() || (may_be_none && label == "-") {
            return Ok(may_be_none.then(|| NONE.to_owned()));
        }
        let folded = label.to_lowercase();
        if let Some(known) = self.known.iter().find(|k| k.to_lowercase() == folded) {
            return Ok(Some(self.told.fold(known.clone())));
        }
        if self.task == EvalTask::Language && is_code(label) {
            return Ok(Some(Language::from_code(label).code().to_owned()));
        }
        if self.open {
            return Ok(Some(self.told.fold(label.to_owned())));
        }
        bail!(
            "`{label}` is not a label of {}: it knows {}; rename the labels, or name the right column with --label",
            self.task.name(),
            self.known.join(", ")
        )
    }

    /// The label that is to be told from the rest, in the task's spelling.
    pub(crate) fn positive(&self, label: &str) -> Result<String> {
        let folded = label.to_lowercase();
        let found = self.known.iter().find(|k| k.to_lowercase() == folded);
        match found {
            Some(known) => Ok(known.clone()),
            None if self.known.len() <= 1 => Ok(label.to_owned()),
            None => bail!(
                "--positive `{label}` is never predicted for {}: choose one of {}",
                self.task.name(),
                self.known.join(", ")
            ),
        }
    }
}

/// Whether this is written as the code of some language: `fr`, `pt-BR`.
fn is_code(label: &str) -> bool {
    let primary = label.split(['-', '_']).next().unwrap_or_default();
    (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_alphabetic())
}

/// One row: the truth, and what the analysis says of it, as a model that tells some labels from all else has it. Where one
/// label is asked for, a text that has it among others has it.
pub(crate) fn judge(
    task: EvalTask,
    truth: &str,
    analysis: &Analysis,
    positive: Option<&str>,
    told: &Told,
) -> Judged {
    let sentiment = &analysis.sentiment;
    let leading = |names: &mut dyn Iterator<Item = &str>| {
        let names: Vec<&str> = names.collect();
        let asked = positive.filter(|p| names.iter().any(|n| n.to_lowercase() == p.to_lowercase()));
        asked
            .or_else(|| names.first().copied())
            .unwrap_or(NONE)
            .to_owned()
    };
    let predicted = match task {
        EvalTask::Sentiment => sentiment.label.name().to_owned(),
        EvalTask::Urgency => analysis.urgency.level.name().to_owned(),
        EvalTask::Intent => told.fold(analysis.intent.name().to_owned()),
        EvalTask::Language => analysis.language.code().to_owned(),
        EvalTask::Topic => leading(&mut analysis.topics.iter().map(|t| t.name.as_str())),
        EvalTask::Entity => leading(&mut analysis.entities.iter().map(|e| e.name.as_str())),
    };
    let probabilities = match task {
        EvalTask::Sentiment => Polarity::ALL
            .iter()
            .map(|p| p.name().to_owned())
            .zip(sentiment.probabilities)
            .collect(),
        _ => Vec::new(),
    };
    Judged {
        truth: truth.to_owned(),
        predicted,
        probabilities,
    }
}
