//! What comes out: a change of state of a rule, with everything needed to judge and to prove it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::protocol::IndicatorValue;
use crate::time::Timestamp;

/// State that a rule has come into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignalState {
    /// The condition holds, and must hold on for the trigger's `for`.
    Pending,
    /// It has held long enough: somebody has to act.
    Firing,
    /// It has been false for `keep_firing_for`, or a pending one lapsed.
    Resolved,
}

impl SignalState {
    /// `pending`, `firing` or `resolved`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Firing => "firing",
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

/// One change of state of one trigger for one entity.
///
/// All changes of one fire share an `id`: pending, firing and resolved are told apart by `state`.
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
}
