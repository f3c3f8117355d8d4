//! The organisation's protocol: a file that says whom to watch, what to call a crisis and who answers.
//!
//! Rules follow the conventions of Prometheus alerting: a condition, a `for`, a `keep_firing_for`, and
//! tests for the file itself. Knows nothing of how indicators are computed.

mod answer;
mod condition;
mod expression;
mod indicator;
mod parse;
mod quiet;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use answer::{Calendar, Cluster, CrisisType, PLACEHOLDERS, Posture, Statement};
pub use condition::Condition;
pub use indicator::{INDICATORS, Indicator, IndicatorType, IndicatorValue, Indicators};
pub use quiet::{Inhibition, Silence};

pub(crate) use condition::Turn;
pub(crate) use indicator::{COUNT, Name, Set};

use crate::analysis::{Language, Override};
use crate::error::Result;
use crate::time::{Span, Timestamp};

/// A protocol that has been read and found sound.
///
/// ```
/// let protocol = avizor::Protocol::parse(r#"
///     version = 1
///     [[entity]]
///     name = "Aurora Air"
///     aliases = ["aurora air", "@auroraair"]
///     [[level]]
///     name = "alerta"
///     severity = 2
///     owner = "community-manager"
///     respond_within = "1h"
///     [[trigger]]
///     name = "ola-negativa"
///     level = "alerta"
///     window = "30m"
///     when = "negative_share > 0.45 && distinct_authors >= 20"
/// "#)?;
/// assert_eq!(protocol.triggers[0].keep_firing_for.to_string(), "1h");
/// # Ok::<(), avizor::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Protocol {
    /// Language of explanations and reports.
    pub language: Language,
    /// IANA name of the zone in which days begin and end.
    pub timezone: String,
    pub(crate) zone: jiff::tz::TimeZone,
    /// How long a window waits for mentions that come late.
    pub allowed_lateness: Span,
    /// Whom this organisation watches as itself.
    pub entities: Vec<Entity>,
    /// Against whom it is compared.
    pub competitors: Vec<Entity>,
    /// What makes a mention critical whatever its score.
    pub overrides: Vec<Override>,
    /// The taxonomy.
    pub topics: Vec<TopicRule>,
    /// When people work; none: always.
    pub calendar: Option<Calendar>,
    /// Levels, by rising severity.
    pub levels: Vec<Level>,
    /// Rules, in the order of the file.
    pub triggers: Vec<Trigger>,
    /// When certain rules do not fire.
    pub silences: Vec<Silence>,
    /// Which rules keep which quiet.
    pub inhibitions: Vec<Inhibition>,
    /// Figures that the organisation wants to reach, in the order of the file.
    pub goals: Vec<Goal>,
    /// Tests of the file itself.
    pub tests: Vec<Test>,
    /// Positions of the triggers, gravest first: who inhibits is judged before whom it inhibits.
    pub(crate) order: Vec<usize>,
    /// Fingerprint of everything that decides what a snapshot means.
    pub(crate) fingerprint: u64,
}

/// An organisation, brand or product, and how people write it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    /// As it is to be shown.
    pub name: String,
    /// Names, handles and hashtags by which people write it; matched without case and accents, as whole words.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// What it sells, under names of its own.
    #[serde(default)]
    pub products: Vec<String>,
    /// Who speaks for it in public.
    #[serde(default)]
    pub spokespeople: Vec<String>,
    /// Expressions that contain an alias and mean something else, and words that tell so from afar.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Words that tell that an ambiguous alias is meant; none: the alias is enough, unless it is a common word.
    #[serde(default)]
    pub context: Vec<String>,
}

/// One topic of the taxonomy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicRule {
    /// As it is to be shown.
    pub name: String,
    /// RepTrak dimension, for reports across organisations.
    #[serde(default)]
    pub dimension: Option<Dimension>,
    /// Who inside must see it.
    #[serde(default)]
    pub department: Option<String>,
    /// Words and expressions; matched by stem, without case and accents.
    #[serde(default)]
    pub phrases: Vec<String>,
    /// Expressions that contain a phrase and mean something else.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Topics of the default taxonomy whose phrases and exclusions count for this one too.
    #[serde(default)]
    pub includes: Vec<String>,
    /// What one phrase is worth, in (0, 1): the topic's score after it; 0.6 if absent.
    #[serde(default)]
    pub weight: Option<f64>,
    /// Named where a text complains and no phrase of any topic is found.
    #[serde(default)]
    pub otherwise: bool,
}

/// The seven dimensions of reputation of the RepTrak model
/// (Fombrun, Ponzi and Newburry 2015, *Corporate Reputation Review* 18:3-24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// What is sold and how it is served.
    ProductsServices,
    /// New things and adapting.
    Innovation,
    /// How employees are treated.
    Workplace,
    /// Openness and fair dealing.
    Governance,
    /// Society and environment.
    Citizenship,
    /// Management and direction.
    Leadership,
    /// Results and growth.
    Performance,
}

/// A level of alarm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// As it is to be shown.
    pub name: String,
    /// Greater is graver, from 1.
    pub severity: u8,
    /// Who has to act.
    pub owner: String,
    /// By when, counted from the moment the signal fires.
    pub respond_within: Span,
    /// What to do, in order.
    pub actions: Vec<String>,
    /// Who may speak for the organisation; none: nothing is said about it.
    pub may_answer: Vec<String>,
    /// Whether `respond_within` and `escalate_after` count working hours only.
    pub working_hours: bool,
    /// How long nobody may take a signal of this level before it rises.
    pub escalate_after: Option<Span>,
    /// To which level it rises: a position in [`Protocol::levels`].
    pub escalate_to: Option<usize>,
    /// Whether a person must confirm before `actions` and `statement` are given out.
    pub confirm: bool,
    /// What may be published at once.
    pub statement: Option<Statement>,
}

/// A rule: while `when` holds for `hold`, raise `level`.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// As it is to be shown.
    pub name: String,
    /// Position in [`Protocol::levels`].
    pub level: usize,
    /// The stretch of event time over which indicators are taken.
    pub window: Span,
    /// The condition.
    pub when: Condition,
    /// `for`: how long the condition must hold before the signal fires.
    pub hold: Span,
    /// How long the condition must have been false before the signal resolves.
    pub keep_firing_for: Span,
    /// A milder condition that keeps a signal firing once it fires.
    pub keep_firing_while: Option<Condition>,
    /// How long after its end the rule does not fire again.
    pub cooldown: Span,
    /// What kind of crisis it tells of.
    pub crisis: Option<CrisisType>,
    /// Whether the organisation has been through such a crisis before.
    pub history: bool,
    /// What may be published at once, in the place of the level's.
    pub statement: Option<Statement>,
    /// False alarms a month that the organisation accepts of this rule.
    pub alarms_per_month: Option<f64>,
}

impl Trigger {
    /// The indicators that judging it needs.
    pub(crate) fn reads(&self) -> Set {
        let milder = self.keep_firing_while.as_ref();
        milder
            .map_or(Set::NONE, Condition::reads)
            .union(self.when.reads())
    }
}

/// A figure that the organisation wants to reach over the period that is looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// Name in the registry of indicators of performance: [`crate::reputation::kpi_definitions`].
    pub kpi: String,
    /// For whom; none: for each of the organisation's own entities.
    pub entity: Option<String>,
    /// Met from this value on, in the indicator's unit.
    pub at_least: Option<f64>,
    /// Met up to this value, in the indicator's unit.
    pub at_most: Option<f64>,
}

impl Goal {
    /// Whether a value meets it.
    pub fn is_met(&self, value: f64) -> bool {
        self.at_least.is_none_or(|low| value >= low)
            && self.at_most.is_none_or(|high| value <= high)
    }
}

/// A test of the protocol itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// What is expected, in words.
    pub name: String,
    /// A simulated scenario, or a file of mentions.
    pub replay: String,
    /// Signals that must fire; empty: none may.
    pub expect: Vec<Expectation>,
}

/// A signal that a test expects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Name of the trigger; any if absent.
    #[serde(default)]
    pub trigger: Option<String>,
    /// Name of the level; any if absent.
    #[serde(default)]
    pub level: Option<String>,
    /// At the latest this long after the onset of the incident.
    #[serde(default)]
    pub before: Option<Span>,
}

impl Protocol {
    /// Reads and validates a protocol file.
    ///
    /// # Errors
    /// [`crate::Error::Protocol`] with line and column of what is wrong and how to put it right.
    pub fn parse(toml: &str) -> Result<Self> {
        parse::parse(toml)
    }

    /// Entities, then competitors: the order of every table indexed by entity.
    pub fn everyone(&self) -> impl Iterator<Item = &Entity> {
        self.entities.iter().chain(&self.competitors)
    }

    /// Position of `name` in [`Protocol::everyone`], without regard to case.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.everyone().position(|e| e.name == name).or_else(|| {
            self.everyone()
                .position(|e| e.name.eq_ignore_ascii_case(name))
        })
    }

    /// By when somebody has to answer, or a signal of the level rises, counted from `at`.
    pub(crate) fn deadline(&self, level: &Level, at: Timestamp, span: Span) -> Timestamp {
        match &self.calendar {
            Some(calendar) if level.working_hours => calendar.after(at, span, &self.zone),
            _ => at.plus(span),
        }
    }

    /// The longest window that any trigger looks back over.
    pub(crate) fn longest_window(&self) -> Span {
        self.triggers
            .iter()
            .map(|t| t.window)
            .max()
            .unwrap_or(Span::hours(1))
    }

    /// The departments that topics route to.
    pub fn departments(&self) -> BTreeSet<&str> {
        self.topics
            .iter()
            .filter_map(|t| t.department.as_deref())
            .collect()
    }
}
