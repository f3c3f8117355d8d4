//! What is said of one mention: labels, scores and the spans of text that earned them.

use serde::{Deserialize, Serialize};

/// The judgement on one mention.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// The mention's id (empty when a bare text was classified).
    pub id: String,
    /// The text's language, or `und` where it is none of the supported ones.
    pub language: Language,
    /// How the author speaks of what the text is about.
    pub sentiment: Sentiment,
    /// How soon somebody has to look at it.
    pub urgency: Urgency,
    /// What the author wants above all.
    pub intent: Intent,
    /// All that the author wants, `intent` first: a complaint may ask, too.
    #[serde(default)]
    pub intents: Vec<Intent>,
    /// What it is about, strongest first.
    pub topics: Vec<Topic>,
    /// Who inside the organisation must see it; `None` where no rule routes it.
    pub department: Option<String>,
    /// Whom it is about, strongest first.
    pub entities: Vec<EntityMatch>,
    /// The same for copies of one text.
    #[serde(default)]
    pub fingerprint: Fingerprint,
    /// Whether it passes on what another said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// Why: spans and rules. For each [`EvidenceKind`] the weights add up to the score they explain.
    pub evidence: Vec<Evidence>,
}

/// A supported language, or none of them.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Language {
    /// Spanish.
    #[serde(rename = "es")]
    Spanish,
    /// English.
    #[serde(rename = "en")]
    English,
    /// Portuguese.
    #[serde(rename = "pt")]
    Portuguese,
    /// Not supported, or nothing to tell it by.
    #[default]
    #[serde(rename = "und")]
    Undetermined,
}

impl Language {
    /// The supported languages, in the order of every table indexed by language.
    pub const SUPPORTED: [Self; 3] = [Self::Spanish, Self::English, Self::Portuguese];

    /// ISO 639-1 code, or `und`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Spanish => "es",
            Self::English => "en",
            Self::Portuguese => "pt",
            Self::Undetermined => "und",
        }
    }

    /// From a code such as `es`, `pt-BR` or `en_GB`; anything else is [`Language::Undetermined`].
    pub fn from_code(code: &str) -> Self {
        let primary = code.split(['-', '_']).next().unwrap_or_default();
        Self::SUPPORTED
            .into_iter()
            .find(|l| primary.eq_ignore_ascii_case(l.code()))
            .unwrap_or(Self::Undetermined)
    }

    /// Position in [`Language::SUPPORTED`].
    pub const fn index(self) -> Option<usize> {
        match self {
            Self::Spanish => Some(0),
            Self::English => Some(1),
            Self::Portuguese => Some(2),
            Self::Undetermined => None,
        }
    }
}

/// Negative, neutral or positive, in the order of every table indexed by polarity.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Polarity {
    /// Speaks against.
    Negative,
    /// Neither.
    #[default]
    Neutral,
    /// Speaks for.
    Positive,
}

impl Polarity {
    /// All three, in order.
    pub const ALL: [Self; 3] = [Self::Negative, Self::Neutral, Self::Positive];

    /// `negative`, `neutral` or `positive`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Neutral => "neutral",
            Self::Positive => "positive",
        }
    }
}

/// Sentiment of a text.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sentiment {
    /// The likeliest of the three.
    pub label: Polarity,
    /// P(positive) - P(negative), in [-1, 1].
    pub score: f64,
    /// Probabilities of negative, neutral, positive; they sum to 1. Calibrated on writers the model had not
    /// seen: the expected calibration error on public data is 0.03 to 0.10.
    pub probabilities: [f64; 3],
}

impl Default for Sentiment {
    fn default() -> Self {
        Self::from_probabilities([0.0, 1.0, 0.0])
    }
}

impl Sentiment {
    /// Label and score of a distribution; a tie goes to neutral, then to negative.
    pub fn from_probabilities(probabilities: [f64; 3]) -> Self {
        let [neg, neu, pos] = probabilities;
        let label = if neu >= neg && neu >= pos {
            Polarity::Neutral
        } else if neg >= pos {
            Polarity::Negative
        } else {
            Polarity::Positive
        };
        Self {
            label,
            score: pos - neg,
            probabilities,
        }
    }
}

/// How soon somebody has to look.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum UrgencyLevel {
    /// Can wait.
    #[default]
    Low,
    /// Within the usual time.
    Normal,
    /// Today.
    High,
    /// Now.
    Critical,
}

impl UrgencyLevel {
    /// All of them, from the one that can wait longest.
    pub const ALL: [Self; 4] = [Self::Low, Self::Normal, Self::High, Self::Critical];

    /// The level of a score in [0, 1]: below 0.25 low, 0.50 normal, 0.75 high, then critical.
    pub fn of(score: f64) -> Self {
        match score {
            s if s >= 0.75 => Self::Critical,
            s if s >= 0.50 => Self::High,
            s if s >= 0.25 => Self::Normal,
            _ => Self::Low,
        }
    }

    /// `low`, `normal`, `high` or `critical`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// Urgency of a mention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Urgency {
    /// The level of the score, or the one a hard override sets.
    pub level: UrgencyLevel,
    /// In [0, 1].
    pub score: f64,
    /// The hard override that set the level, whatever the score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forced: Option<Override>,
}

/// What makes a mention critical whatever its score; a protocol lists those that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Override {
    /// Somebody is hurt, or in danger of it.
    Safety,
    /// A court, the police, a lawyer or a regulator.
    Legal,
    /// Personal data or accounts in the hands of others.
    Data,
    /// A child hurt, lost, or approached.
    Minors,
}

impl Override {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Safety, Self::Legal, Self::Data, Self::Minors];

    /// `safety`, `legal`, `data` or `minors`: the rule that its evidence names.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safety => "safety",
            Self::Legal => "legal",
            Self::Data => "data",
            Self::Minors => "minors",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.name() == name)
    }
}

/// What the author wants.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Intent {
    /// Says that something went wrong.
    Complaint,
    /// Asks.
    Question,
    /// Wants something done.
    Request,
    /// Proposes a change.
    Suggestion,
    /// Commends.
    Praise,
    /// Is about to buy.
    Purchase,
    /// Tells, and wants nothing.
    #[default]
    Information,
}

impl Intent {
    /// All of them, in the order in which ties are decided.
    pub const ALL: [Self; 7] = [
        Self::Complaint,
        Self::Question,
        Self::Request,
        Self::Suggestion,
        Self::Praise,
        Self::Purchase,
        Self::Information,
    ];

    /// What a model that knows some of the intents calls all else.
    pub const OTHER: &str = "other";

    /// The intent of a lower-case English name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|i| i.name() == name)
    }

    /// Whether a model of intents may have this label: the name of one, or [`Intent::OTHER`].
    pub fn is_label(name: &str) -> bool {
        name == Self::OTHER || Self::of(name).is_some()
    }

    /// Lower-case English name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Complaint => "complaint",
            Self::Question => "question",
            Self::Request => "request",
            Self::Suggestion => "suggestion",
            Self::Praise => "praise",
            Self::Purchase => "purchase",
            Self::Information => "information",
        }
    }
}

/// A topic of the protocol's taxonomy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Topic {
    /// Its name in the taxonomy.
    pub name: String,
    /// How strongly the text speaks of it, in (0, 1].
    pub score: f64,
}

impl Topic {
    /// Names that labelled texts about no topic go by.
    pub const NONE: [&str; 3] = ["none", "-", ""];

    /// The topic that a judge of labels speaks for: the likeliest of them, unless it stands for none. `labels` and their
    /// probabilities `p` are in the same order; of equals the first counts. O(n).
    ///
    /// ```
    /// use avizor::Topic;
    ///
    /// let labels = ["billing", "none"].map(str::to_owned);
    /// assert_eq!(Topic::likeliest(&labels, &[0.6, 0.4]).unwrap().name, "billing");
    /// assert_eq!(Topic::likeliest(&labels, &[0.3, 0.7]), None);
    /// ```
    pub fn likeliest(labels: &[String], p: &[f64]) -> Option<Self> {
        let (name, score) = labels
            .iter()
            .zip(p.iter().copied())
            .reduce(|best, next| if next.1 > best.1 { next } else { best })?;
        (!Self::NONE.contains(&name.as_str()) && score > 0.0).then(|| Self {
            name: name.clone(),
            score,
        })
    }
}

/// An entity or competitor that the text is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntityMatch {
    /// Its name in the protocol.
    pub name: String,
    /// Probability that the text is about it, in (0, 1].
    pub score: f64,
    /// Whether the protocol lists it as a competitor.
    pub competitor: bool,
    /// Sentiment towards this entity.
    pub sentiment: Sentiment,
}

/// 64 bits that are the same for texts of the same words, and nearly so after a small edit (SimHash). Handles, addresses,
/// numbers, case, accents, punctuation, hashtags at the end and marks such as `RT @x:` do not count.
///
/// As JSON and text 16 hexadecimal digits; all 0 where the text has no words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub u64);

impl Fingerprint {
    /// Bits in which copies of one text may differ. One word changed among twenty moves about 8, texts that have
    /// nothing to do with each other differ in 32, give or take 4 (a binomial of 64 halves).
    pub const NEAR: u32 = 12;

    /// In how many of the 64 bits two differ.
    pub const fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }

    /// Whether these are copies of one text, as far as the words tell: at most [`Fingerprint::NEAR`] bits differ. Texts
    /// without words are near to none. Below some eight words only equal texts are sure to be near.
    pub const fn is_near(self, other: Self) -> bool {
        self.0 != 0 && other.0 != 0 && self.distance(other) <= Self::NEAR
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = String::deserialize(deserializer)?;
        u64::from_str_radix(&digits, 16).map(Self).map_err(|_| {
            serde::de::Error::custom(format!(
                "`{digits}` is no fingerprint: write 16 hexadecimal digits"
            ))
        })
    }
}

/// How a text passes on what another said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Repeat {
    /// As it was: `RT @x: ...`.
    Retweet,
    /// With words of its own, or naming the source: `... RT @x`, `vía @x`, `QT @x`, quoted words and a link.
    Quote,
}

impl Repeat {
    /// `retweet` or `quote`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Retweet => "retweet",
            Self::Quote => "quote",
        }
    }
}

/// What a piece of evidence explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceKind {
    /// Weights add up to `sentiment.score`.
    Sentiment,
    /// Weights add up to `urgency.score`.
    Urgency,
    /// Weight of a cue for the intent that `rule` names.
    Intent,
    /// Weights of one topic add up to its score.
    Topic,
    /// Weights of one entity add up to its score.
    Entity,
    /// The one rule that sent it to the department, such as `topic:delays`, with the topic's score.
    Department,
}

/// One reason: a span of the text, the rule that read it, and what it added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// First byte of the span in the original text (characters in Python).
    pub start: u32,
    /// One past its last byte; equal to `start` where the reason is no span (a prior, the author's reach).
    pub end: u32,
    /// What it explains.
    pub kind: EvidenceKind,
    /// The rule's name, such as `lexicon`, `negation`, `model` or `safety`.
    pub rule: String,
    /// What it added to the score it explains.
    pub weight: f64,
}
