//! Tokens to an [`Analysis`]: language, sentiment, urgency, intent, topics, entities, each with its reasons.
//!
//! Keeps no state: the same text gives the same answer on every thread and platform.

mod compose;
mod features;
mod intent;
mod language;
mod memory;
mod model;
mod panel;
mod reasons;
mod sentiment;
mod topic;
mod urgency;
mod verdict;

use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

pub use model::{Card, MAX_LABELS, Model, Task, Weights};
pub(crate) use model::{seal, unseal};
pub use verdict::Verdict;

use crate::analysis::{
    Analysis, EvidenceKind, Fingerprint, Language, Override, Polarity, Sentiment, UrgencyLevel,
};
use crate::entity::Directory;
use crate::error::{Error, Result};
use crate::lexicon::{Found, Lexicon, Start, Trie};
use crate::mention::Mention;
use crate::protocol::Protocol;
use crate::text::{self, Kind, Text, Token};
use compose::Composition;
use memory::{Memory, Sense};
use panel::{Panel, Tally};
use topic::Taxonomy;
pub(crate) use topic::default_topics;

macro_rules! shipped {
    ($($name:ident: $file:literal;)*) => {
        $(static $name: LazyLock<Arc<Model>> = LazyLock::new(|| {
            let bytes = include_bytes!(concat!("../../models/", $file));
            Arc::new(Model::from_bytes(bytes).unwrap_or_else(|_| Model::silent()))
        });)*
    };
}

shipped! {
    SENTIMENT: "sentiment.avz";
    INTENT: "intent.avz";
    LANGUAGE: "language.avz";
}

static DEFAULT_TOPICS: LazyLock<Arc<Taxonomy>> = LazyLock::new(|| Arc::new(Taxonomy::shipped()));

/// Reads mentions. Cheap to clone; shared by any number of threads, each with a [`Scratch`] of its own.
///
/// ```
/// let classifier = avizor::Classifier::new();
/// let analysis = classifier.classify("Fatal: tres horas de retraso y nadie responde");
/// assert_eq!(analysis.language, avizor::Language::Spanish);
/// assert_eq!(analysis.sentiment.label, avizor::Polarity::Negative);
/// ```
#[derive(Clone, Debug)]
pub struct Classifier {
    panel: Arc<Panel>,
    topics: Option<Arc<Model>>,
    urgency: Option<Arc<Model>>,
    taxonomy: Arc<Taxonomy>,
    /// Whether what the taxonomy finds is named: the default one gives way to a model.
    names_taxonomy: bool,
    directory: Arc<Directory>,
    overrides: Arc<[Override]>,
    /// Whether the model of intents is not the shipped one.
    own_intents: bool,
    evidence: bool,
}

impl Default for Classifier {
    fn default() -> Self {
        Self::new()
    }
}

/// Buffers of one reader: keep one a thread and nothing is allocated for each token.
#[derive(Clone, Default)]
pub struct Scratch {
    text: Text,
    memory: Memory,
    /// What each token is in the text's language.
    senses: Vec<Sense>,
    tally: Tally,
    composition: Composition,
    dense: Vec<(u16, f32)>,
    /// Features of a model beside the panel.
    hashed: Vec<u32>,
    shares: Vec<sentiment::Share>,
    urgency_parts: Vec<urgency::Hit>,
}

impl Scratch {
    /// The text read last.
    pub(crate) fn text(&self) -> &Text {
        &self.text
    }

    /// Hashes of the features of what was read and composed; with stems where its language is known.
    fn hashes(&self, stems: bool) -> Vec<u32> {
        let mut hashes = Vec::new();
        let stem = |i: usize| self.senses[i].stem();
        let stem: Option<&dyn Fn(usize) -> u64> = stems.then_some(&stem);
        features::extract(&self.text, stem, &mut hashes);
        hashes
    }

    /// The features of what was read and composed; with stems where its language is known.
    fn features(&self, stems: bool) -> Features {
        Features {
            hashed: self.hashes(stems),
            dense: self.dense.clone(),
        }
    }

    /// Splits a text into words, and no more.
    pub(crate) fn split(&mut self, text: &str) {
        self.text.read(text);
    }

    /// What a trie finds in the text that was read and composed; `start` says where a token leads in it.
    fn find<'a>(
        &'a self,
        trie: &'a Trie,
        start: impl Fn(&Token, &Sense) -> Start + 'a,
    ) -> impl Iterator<Item = (usize, Found)> + 'a {
        let (tokens, senses) = (self.text.tokens(), &self.senses);
        trie.all(
            tokens.len(),
            move |i| start(&tokens[i], &senses[i]),
            move |i, by_stem| {
                if by_stem {
                    senses[i].stem()
                } else {
                    tokens[i].hash
                }
            },
        )
    }
}

impl std::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scratch")
    }
}

/// The features of one text, as trainers need them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Features {
    /// Hashes; a model keeps the lowest bits.
    pub hashed: Vec<u32>,
    /// (feature, value).
    pub dense: Vec<(u16, f32)>,
}

impl Classifier {
    /// The shipped models and the default taxonomy; no entities.
    pub fn new() -> Self {
        static PANEL: LazyLock<Arc<Panel>> = LazyLock::new(|| {
            let shipped = [&LANGUAGE, &SENTIMENT, &INTENT].map(|m| Arc::clone(m));
            let [language, sentiment, intent] = shipped;
            Arc::new(Panel::new(language, sentiment, intent))
        });
        Self {
            panel: Arc::clone(&PANEL),
            topics: None,
            urgency: None,
            taxonomy: Arc::clone(&DEFAULT_TOPICS),
            names_taxonomy: true,
            directory: Arc::new(Directory::default()),
            overrides: Override::ALL.into(),
            own_intents: false,
            evidence: true,
        }
    }

    /// The shipped models with the topics and entities of a protocol; a protocol without topics
    /// keeps the default taxonomy.
    pub fn for_protocol(protocol: &Protocol) -> Self {
        let mut classifier = Self::new();
        if !protocol.topics.is_empty() {
            classifier.taxonomy = Arc::new(Taxonomy::new(&protocol.topics));
        }
        classifier.directory = Arc::new(Directory::new(protocol));
        classifier.overrides = protocol.overrides.clone().into();
        classifier
    }

    /// Replaces the shipped model of the model's task, or adds an urgency model. A topic model takes the place of the
    /// default taxonomy, and joins the topics of a protocol that has its own.
    ///
    /// # Errors
    /// Where the model's labels are not those of the task.
    pub fn with_model(mut self, model: Model) -> Result<Self> {
        let expected: Vec<&str> = match model.task {
            Task::Sentiment => Polarity::ALL.iter().map(|p| p.name()).collect(),
            Task::Language => vec!["es", "en", "pt", "und"],
            Task::Urgency => UrgencyLevel::ALL.map(UrgencyLevel::name).to_vec(),
            Task::Intent | Task::Topic => Vec::new(),
        };
        if model.task == Task::Intent {
            self.own_intents = true;
            intent::check(&model)?;
        }
        if !expected.is_empty() && model.labels != expected {
            return Err(Error::format(
                "model",
                format!(
                    "its labels are {} where {} are needed in this order; train it again",
                    model.labels.join(", "),
                    expected.join(", ")
                ),
            ));
        }
        match model.task {
            Task::Sentiment | Task::Intent | Task::Language => {
                self.panel = Arc::new(self.panel.with(model));
            }
            Task::Topic => {
                self = self.without_default_topics();
                self.topics = Some(Arc::new(model));
            }
            Task::Urgency => self.urgency = Some(Arc::new(model)),
        }
        Ok(self)
    }

    /// The same without the default taxonomy's topics, for whoever names topics of another kind. Its departments stay, for
    /// topics of the same name, and a protocol's own topics.
    pub fn without_default_topics(mut self) -> Self {
        self.names_taxonomy &= !Arc::ptr_eq(&self.taxonomy, &DEFAULT_TOPICS);
        self
    }

    /// Whether analyses carry their evidence (they do unless told otherwise); without it they cost less.
    pub fn with_evidence(mut self, evidence: bool) -> Self {
        self.evidence = evidence;
        self
    }

    /// The model in use for a task, if there is one.
    pub fn model(&self, task: Task) -> Option<&Model> {
        match task {
            Task::Sentiment => Some(self.panel.sentiment()),
            Task::Intent => Some(self.panel.intent()),
            Task::Language => Some(self.panel.language()),
            Task::Topic => self.topics.as_deref(),
            Task::Urgency => self.urgency.as_deref(),
        }
    }

    /// The departments that mentions may be sent to, in alphabetical order.
    pub fn departments(&self) -> Vec<&str> {
        self.taxonomy.departments()
    }

    /// Classifies a bare text. O(n) in its length.
    pub fn classify(&self, text: &str) -> Analysis {
        let mention = Mention {
            text: text.to_owned(),
            ..Mention::default()
        };
        self.analyse(&mut Scratch::default(), &mention)
    }

    /// Classifies a mention, with what its other fields tell of urgency and language. O(n) in the text's length.
    pub fn analyse(&self, scratch: &mut Scratch, mention: &Mention) -> Analysis {
        self.analyse_given(scratch, mention, None)
    }

    fn analyse_given(
        &self,
        scratch: &mut Scratch,
        mention: &Mention,
        verdict: Option<&Verdict>,
    ) -> Analysis {
        let text = mention.text.as_str();
        let language = self.read(scratch, text, mention.language.as_deref(), self.evidence);
        let mut evidence = Vec::new();
        let given = verdict.and_then(|v| Some((v.sentiment?, v)));
        let sink = (self.evidence && given.is_none()).then_some(&mut evidence);
        let mut sentiment = self.judge(scratch, language, sink);
        if let Some((judged, verdict)) = given {
            sentiment = judged;
            if self.evidence {
                evidence.extend(verdict.reasons(EvidenceKind::Sentiment));
            }
        }
        let sink = self.evidence.then_some(&mut evidence);
        let judged = verdict.and_then(|v| v.topics.as_deref());
        let found = topic::decide(self, scratch, language, &sentiment, judged, sink);
        let topics = found.topics;
        urgency::read(scratch, language);
        let given = verdict.filter(|v| !v.intents.is_empty());
        if let Some(verdict) = given.filter(|_| self.evidence) {
            evidence.extend(verdict.reasons(EvidenceKind::Intent));
        }
        let sink = (self.evidence && given.is_none()).then_some(&mut evidence);
        let judged = given.map(|v| v.intents.as_slice());
        let seen = intent::Seen {
            mention,
            sentiment: &sentiment,
            topics: found.by_taxonomy,
        };
        let intents = intent::decide(self, scratch, &seen, judged, sink);
        let intent = intents.first().copied().unwrap_or_default();
        let sink = self.evidence.then_some(&mut evidence);
        let urgency = urgency::decide(self, scratch, language, mention, &sentiment, intent, sink);
        let sink = self.evidence.then_some(&mut evidence);
        let mut entities = self
            .directory
            .find(&scratch.text, language, mention, sentiment, sink);
        let sink = self.evidence.then_some(&mut evidence);
        let department = topic::route(self, &topics, sink);
        let fingerprint = Fingerprint(text::simhash(&scratch.text));
        let repeat = text::repeat(&scratch.text);
        if entities.len() > 1 {
            self.judge_each(scratch, text, language, &mut entities);
        }
        Analysis {
            id: mention.id.clone(),
            language,
            sentiment,
            urgency,
            intent,
            intents,
            topics,
            department,
            entities: entities.into_iter().map(|e| e.found).collect(),
            fingerprint,
            repeat,
            evidence,
        }
    }

    /// Language and sentiment alone: the fast path, which allocates nothing once the buffers have grown.
    pub fn sentiment(&self, scratch: &mut Scratch, text: &str) -> (Language, Sentiment) {
        let language = self.read(scratch, text, None, false);
        (language, self.judge(scratch, language, None))
    }

    /// Language alone.
    pub fn language(&self, scratch: &mut Scratch, text: &str) -> Language {
        self.read(scratch, text, None, false)
    }

    /// What a trainer of `task` sees of a text, in a given language or the detected one.
    pub fn features(
        &self,
        scratch: &mut Scratch,
        task: Task,
        text: &str,
        language: Option<Language>,
    ) -> Features {
        let language = if task == Task::Language {
            scratch.text.read(text);
            features::letters(text, &scratch.text, &mut scratch.dense);
            None
        } else {
            let language = self.read_in(scratch, text, language);
            self.compose(scratch, language, false);
            language.index()
        };
        scratch.features(language.is_some())
    }

    /// What a trainer of an organisation's own intents, topics or levels of urgency sees: [`Classifier::features`] and
    /// after them, as further dense ones, what the shipped reader makes of the text. A model with weights for these is
    /// given them whenever it reads. O(n).
    pub fn features_with_opinions(
        &self,
        scratch: &mut Scratch,
        task: Task,
        text: &str,
        language: Option<Language>,
    ) -> Features {
        let language = self.read_in(scratch, text, language);
        let sentiment = self.judge(scratch, language, None);
        urgency::read(scratch, language);
        let mut features = scratch.features(language.index().is_some());
        match task {
            Task::Intent => intent::opinions(&INTENT, scratch, &sentiment, &mut features.dense),
            Task::Urgency => {
                let opinions = urgency::opinions(self, scratch, &sentiment);
                features.dense.extend(opinions);
            }
            Task::Topic => features.dense.extend(topic::opinions(scratch, language)),
            Task::Language | Task::Sentiment => {}
        }
        features
    }

    /// Reads a text in a given language, or in the detected one.
    fn read_in(&self, scratch: &mut Scratch, text: &str, language: Option<Language>) -> Language {
        let given = language.filter(|l| *l != Language::Undetermined);
        self.read(scratch, text, given.map(Language::code), false)
    }

    /// How many dense features the models of `task` have.
    pub fn dense_features(task: Task) -> usize {
        match task {
            Task::Language => features::LANGUAGE_DENSE,
            _ => sentiment::DENSE_IN_ALL,
        }
    }

    /// Tokens and language; `traced`: with what each token tells.
    fn read(
        &self,
        scratch: &mut Scratch,
        text: &str,
        given: Option<&str>,
        traced: bool,
    ) -> Language {
        scratch.text.read(text);
        scratch.memory.serve(&self.panel, &self.taxonomy);
        let Scratch {
            text: read,
            memory,
            tally,
            ..
        } = scratch;
        self.panel.read(read, memory, tally, traced);
        match given {
            Some(code) => Language::from_code(code),
            None => language::detect(&self.panel, scratch, text),
        }
    }

    /// Hits and features of what was read; once for each reading.
    fn compose(&self, scratch: &mut Scratch, language: Language, traced: bool) {
        let Scratch {
            text,
            memory,
            senses,
            tally,
            composition,
            dense,
            shares,
            ..
        } = scratch;
        memory.senses(&self.panel, &self.taxonomy, text, language.index(), senses);
        composition.read(text, senses, Lexicon::of(language.index()));
        shares.clear();
        let set = language.index().unwrap_or(Language::SUPPORTED.len());
        sentiment::dense(text, composition, set, dense, traced.then_some(shares));
        if language.index().is_some() {
            Panel::read_stems(text, senses, tally);
        } else {
            // Words of an unknown language say nothing; its emoji do.
            tally.silence();
        }
    }

    /// Sentiment of what was read; reasons into `evidence` when asked.
    fn judge(
        &self,
        scratch: &mut Scratch,
        language: Language,
        evidence: Option<&mut Vec<crate::analysis::Evidence>>,
    ) -> Sentiment {
        self.compose(scratch, language, evidence.is_some());
        if language == Language::Undetermined && scratch.composition.hits.is_empty() {
            return unsupported(evidence);
        }
        let decided = sentiment::decide(&self.panel.sentiments(&scratch.tally, &scratch.dense));
        if let Some(evidence) = evidence {
            evidence.extend(sentiment::explain(&self.panel, scratch, &decided));
        }
        decided
    }

    /// Gives each of several entities the sentiment of its own stretch of the text.
    fn judge_each(
        &self,
        scratch: &mut Scratch,
        text: &str,
        language: Language,
        entities: &mut [crate::entity::Located],
    ) {
        let stretches = crate::entity::stretches(&scratch.text, entities, text.len());
        for (entity, (from, to)) in entities.iter_mut().zip(stretches) {
            if let Some(part) = text.get(from..to).filter(|p| p.len() < text.len()) {
                self.read(scratch, part, Some(language.code()), false);
                entity.found.sentiment = self.judge(scratch, language, None);
            }
        }
        scratch.text.read(text);
    }

    pub(crate) fn taxonomy(&self) -> &Taxonomy {
        &self.taxonomy
    }
}

/// What is said of a text in a language that is not supported: nothing, evenly.
fn unsupported(evidence: Option<&mut Vec<crate::analysis::Evidence>>) -> Sentiment {
    if let Some(evidence) = evidence {
        evidence.push(crate::analysis::Evidence {
            start: 0,
            end: 0,
            kind: EvidenceKind::Sentiment,
            rule: "unsupported-language".into(),
            weight: 0.0,
        });
    }
    Sentiment::from_probabilities([0.25, 0.5, 0.25])
}

/// Probabilities of the labels of a model beside the panel, from what was read and composed and from what the shipped
/// reader makes of it (`told`).
fn further(
    model: &Model,
    scratch: &mut Scratch,
    language: Language,
    told: impl IntoIterator<Item = (u16, f32)>,
) -> [f64; MAX_LABELS] {
    let length = scratch.dense.len();
    scratch.dense.extend(told);
    let Scratch {
        text,
        senses,
        hashed,
        dense,
        ..
    } = scratch;
    hashed.clear();
    let stem = |i: usize| senses[i].stem();
    let stem: Option<&dyn Fn(usize) -> u64> = language.index().is_some().then_some(&stem);
    features::extract(text, stem, hashed);
    let logits = model.logits(hashed, dense);
    dense.truncate(length);
    model::softmax(&logits[..model.labels.len()])
}

/// Whether the text has a word at all.
fn has_words(text: &Text) -> bool {
    text.tokens().iter().any(|t| t.kind == Kind::Word)
}
