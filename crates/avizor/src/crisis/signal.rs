//! What comes out: a change of state of a rule, with everything needed to judge and to prove it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::protocol::{Cluster, CrisisType, IndicatorValue, Posture};
use crate::time::Timestamp;

/// State that a rule has come into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignalState {
    /// The condition holds, and must hold on for the trigger's `for`.
    Pending,
    /// It has held long enough: somebody has to act. Told again when nobody did and its level rises.
    Firing,
    /// It fires, and a person has taken it.
    Acknowledged,
    /// It is over; [`SignalLife::end`] says how.
    Resolved,
}

impl SignalState {
    /// `pending`, `firing`, `acknowledged` or `resolved`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Firing => "firing",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
        }
    }
}

/// The stretch of event time that was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalWindow {
    /// Inclusive.
    pub start: Timestamp,
    /// Exclusive.
    pub end: Timestamp,
}

/// A topic that the talk is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignalTopic {
    /// Name in the taxonomy; empty for terms that belong to no topic.
    pub name: String,
    /// Share of the window's mentions that speak of it, in [0, 1].
    pub share: f64,
    /// Terms that grew most against the entity's past, strongest first.
    pub terms: Vec<String>,
}

/// An author who carries the talk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalAuthor {
    /// As the collector names them.
    pub author: String,
    /// Mentions in the window.
    pub mentions: u32,
    /// Negative ones among them.
    pub negative: u32,
    /// Followers, as last seen.
    pub followers: u64,
}

/// Who did something, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalHand {
    /// As the caller names the person.
    pub by: String,
    /// Event time.
    pub at: Timestamp,
}

/// Whether a person has confirmed a signal of a level that asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// The level asks for none.
    #[default]
    NotNeeded,
    /// Nobody has yet: `actions` and `statement` are held back.
    Awaited,
    /// Somebody has.
    Given(SignalHand),
}

/// How a signal ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignalEnd {
    /// The condition has been false for `keep_firing_for`.
    Calmed,
    /// It was pending and never confirmed by `for`.
    Lapsed,
    /// A graver rule of this name fires for the same entity.
    AbsorbedBy(String),
    /// A person said that it was nothing.
    Dismissed(SignalHand),
}

/// Where a signal stands in its life.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalLife {
    /// When the condition began to hold.
    pub since: Timestamp,
    /// When it fired; none before that.
    pub fired: Option<Timestamp>,
    /// The level it had when nobody took it in time, if this change is its rise.
    pub escalated_from: Option<String>,
    /// Name of the silence or graver rule that keeps it from firing, or `cooldown`.
    pub held_back_by: Option<String>,
    /// Who has taken it.
    pub acknowledged: Option<SignalHand>,
    /// Whether a person has confirmed it.
    pub confirmation: Confirmation,
    /// How it ended.
    pub end: Option<SignalEnd>,
}

/// The change that would have turned a condition: the nearest of those in one indicator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counterfactual {
    /// What would have been different: an indicator, or `negative` and `volume` for what surprise rests on.
    pub indicator: String,
    /// What it was.
    pub was: f64,
    /// From where on, towards `was`, the condition gives what it gave.
    pub turns_at: f64,
    /// Whether the condition held: if so it would not have held short of `turns_at`.
    pub held: bool,
}

/// Why one may believe a signal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SignalEvidence {
    /// What was usual, by the name of the count: `volume`, `negative`.
    pub baseline: BTreeMap<String, f64>,
    /// Probability of so surprising a window if nothing had happened, by the greatest surprise that the
    /// condition read; none where it reads none.
    pub p_value: Option<f64>,
    /// What would have turned the condition.
    pub counterfactual: Option<Counterfactual>,
    /// The surprise that the alarm budget asks for, where there is one.
    pub budget_threshold: Option<f64>,
}

/// How to answer, after Coombs' Situational Crisis Communication Theory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strategy {
    /// The kind of crisis that the protocol says this is.
    pub crisis: CrisisType,
    /// How much responsibility people will lay on the organisation.
    pub cluster: Cluster,
    /// Whether there is a history of such crises, which raises the posture.
    pub history: bool,
    /// What the answer does about responsibility.
    pub posture: Posture,
    /// What to do, in order, in the protocol's language: always inform and adjust first.
    pub steps: Vec<String>,
}

/// What to answer and who may.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalResponse {
    /// Who may speak; empty where the protocol does not say.
    pub may_answer: Vec<String>,
    /// The departments of its topics.
    pub departments: Vec<String>,
    /// The strategy, where the rule names a kind of crisis.
    pub strategy: Option<Strategy>,
    /// The holding statement, filled in.
    pub statement: Option<String>,
}

/// One change of state of one trigger for one entity.
///
/// All changes of one fire share an `id`: they are told apart by `state`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// `trigger/entity/start`: the same through the life of one fire.
    pub id: String,
    /// Name of the entity.
    pub entity: String,
    /// Name of the trigger.
    pub trigger: String,
    /// Name of the level.
    pub level: String,
    /// What it has become.
    pub state: SignalState,
    /// Event time of the change: the end of the window that decided it.
    pub at: Timestamp,
    /// The window that decided it.
    pub window: SignalWindow,
    /// Every value that the condition read.
    pub indicators: BTreeMap<String, IndicatorValue>,
    /// The condition, as the protocol writes it.
    pub condition: String,
    /// What the talk is about, with the terms that grew.
    pub topics: Vec<SignalTopic>,
    /// Ids of the strongest examples, strongest first.
    pub mentions: Vec<String>,
    /// Who carries it, most mentions first.
    pub authors: Vec<SignalAuthor>,
    /// Who has to act.
    pub owner: String,
    /// By when, from the moment it fires; none while pending or once resolved.
    pub respond_by: Option<Timestamp>,
    /// What the protocol says to do.
    pub actions: Vec<String>,
    /// One sentence in the protocol's language.
    pub explanation: String,
    /// Where it stands: since when, who has taken it, how it ended.
    #[serde(default)]
    pub life: SignalLife,
    /// What was usual, how unlikely this is, and what would have turned it.
    #[serde(default)]
    pub evidence: SignalEvidence,
    /// Who may answer, and how.
    #[serde(default)]
    pub response: SignalResponse,
}
