//! Results as one self-contained HTML page, for people who decide. Must not know how results are
//! estimated, nor the network, the disk or the clock.
//!
//! The page needs nothing but a browser: styles and figures are inline, there is no script, and no
//! link leads out of it. What people wrote is hostile until shown otherwise, so templates escape
//! everything; who wrote it is nobody's business, so [texts are masked](mask).

mod chart;
mod fire;
mod format;
mod gather;
pub mod mask;
mod strings;
mod ticks;
mod view;

use avizor::reputation::{Attribution, Grown, Influence, Kpi, Period};
use avizor::{
    Counts, GoalReport, Polarity, Protocol, ReputationRow, Signal, Timestamp, UrgencyLevel,
};
use serde::{Deserialize, Serialize};

pub use gather::Gathered;

/// Everything that one page shows.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// The protocol in force: language, time zone, names, levels.
    pub protocol: &'a Protocol,
    /// A name for the page; one is made of the entities' names where absent.
    pub title: Option<String>,
    /// What was read, such as a file's name.
    pub source: String,
    /// Name and rows, oldest first: entities, then competitors.
    pub reputation: Vec<(String, Vec<ReputationRow>)>,
    /// Every change of state, in the order in which it was raised.
    pub signals: &'a [Signal],
    /// What became of the mentions.
    pub counts: Counts,
    /// Event time up to which the stream was read; what was due later may still come.
    pub until: Option<Timestamp>,
    /// Mentions that may be shown. Those that signals name are shown first, then a diverse few.
    pub quotes: Vec<Quote>,
    /// What the talk is about, where it was counted.
    pub topics: Vec<TopicCount>,
    /// What moved those who had signals.
    pub moved: Vec<Moved>,
    /// What came of the protocol's goals.
    pub goals: Vec<GoalReport>,
    /// Indicators and authors of the organisation's own entities.
    pub standing: Vec<Standing>,
}

/// How an entity stands over the whole period.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Name in the protocol.
    pub entity: String,
    /// Every indicator of performance.
    pub kpis: Vec<Kpi>,
    /// Who carries the talk; shown under pseudonyms.
    pub influence: Influence,
}

/// What moved an entity's reputation in a stretch of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// Name in the protocol.
    pub entity: String,
    /// What is looked at; it is compared with [`Period::reference`].
    pub period: Period,
    /// The change and its causes.
    pub attribution: Attribution,
    /// Terms that grew, strongest first.
    pub grown: Vec<Grown>,
}

/// A mention that may be shown, masked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// The mention's id, by which signals name it.
    pub id: String,
    /// When it was published.
    pub at: Timestamp,
    /// Whom it is about.
    pub entity: String,
    /// Who wrote it; shown under a pseudonym.
    pub author: Option<String>,
    /// What was written.
    pub text: String,
    /// For or against the entity.
    pub polarity: Polarity,
    /// How soon somebody had to look.
    pub urgency: UrgencyLevel,
}

/// How much was said of one topic about one entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicCount {
    /// Whom it is about.
    pub entity: String,
    /// The topic's name in the protocol.
    pub name: String,
    /// Mentions.
    pub volume: u64,
    /// Negative ones among them.
    pub negative: u64,
    /// Positive ones among them.
    pub positive: u64,
}

/// The page, in the protocol's language. The same report gives the same bytes.
pub fn render(report: &Report<'_>) -> String {
    view::render(report)
}
