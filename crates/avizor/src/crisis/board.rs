//! The log of signals read back: which are open, at what level, and who has taken them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::judge::level_of;
use super::life::{Fire, Life};
use super::signal::{Confirmation, Signal, SignalHand, SignalState};
use super::tell::id;
use crate::protocol::{Level, Protocol, Trigger};
use crate::time::Timestamp;

/// A signal that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSignal {
    /// Its id, the same through its life.
    pub id: String,
    /// Name of the entity.
    pub entity: String,
    /// Name of the trigger.
    pub trigger: String,
    /// Name of the level it is at.
    pub level: String,
    /// What it is now: pending, firing or acknowledged.
    pub state: SignalState,
    /// When the condition began to hold.
    pub since: Timestamp,
    /// When it fired; none before that.
    pub fired: Option<Timestamp>,
    /// By when somebody has to answer.
    pub respond_by: Option<Timestamp>,
    /// Who has taken it.
    pub acknowledged: Option<SignalHand>,
    /// Whether it is confirmed.
    pub confirmation: Confirmation,
}

impl OpenSignal {
    /// How a rule stands for an entity; nothing where it is inactive.
    pub(crate) fn of(
        protocol: &Protocol,
        trigger: &Trigger,
        entity: &str,
        life: &Life,
    ) -> Option<Self> {
        let (since, fire) = match life {
            Life::Inactive => return None,
            Life::Pending(wait) => (wait.since, None),
            Life::Firing(fire) => (fire.since, Some(fire)),
        };
        let risen = fire.and_then(|f| f.risen_to.as_deref());
        let (_, level) = level_of(protocol, trigger, risen)?;
        Some(Self {
            id: id(&trigger.name, entity, since),
            entity: entity.to_owned(),
            trigger: trigger.name.clone(),
            level: level.name.clone(),
            state: match fire {
                None => SignalState::Pending,
                Some(fire) if fire.taken.is_some() => SignalState::Acknowledged,
                Some(_) => SignalState::Firing,
            },
            since,
            fired: fire.map(|f| f.fired),
            respond_by: fire.map(|f| protocol.deadline(level, f.risen, level.respond_within)),
            acknowledged: fire.and_then(|f| f.taken.clone()),
            confirmation: confirmation(fire, level),
        })
    }
}

/// Whether a fire of a level is confirmed.
pub(super) fn confirmation(fire: Option<&Fire>, level: &Level) -> Confirmation {
    match fire.and_then(|f| f.confirmed.clone()) {
        Some(hand) => Confirmation::Given(hand),
        None if level.confirm => Confirmation::Awaited,
        None => Confirmation::NotNeeded,
    }
}

/// The open signals, rebuilt from an append-only log of all changes.
///
/// A log is the signals of a monitor in the order in which they came, acknowledgements among them. Folding it gives
/// what [`Monitor::open_signals`](crate::Monitor::open_signals) gives, so a log is enough to know where things stand.
/// What is usual is not in it: that comes from a snapshot, or from the mentions.
///
/// ```
/// use avizor::crisis::Board;
/// # let log: Vec<avizor::Signal> = Vec::new();
/// let mut board = Board::default();
/// for signal in &log {
///     board.apply(signal);
/// }
/// assert!(board.open().next().is_none());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Board {
    open: BTreeMap<String, OpenSignal>,
}

impl Board {
    /// Takes the next line of the log; O(log of the open signals).
    pub fn apply(&mut self, signal: &Signal) {
        if signal.state == SignalState::Resolved {
            self.open.remove(&signal.id);
            return;
        }
        self.open.insert(
            signal.id.clone(),
            OpenSignal {
                id: signal.id.clone(),
                entity: signal.entity.clone(),
                trigger: signal.trigger.clone(),
                level: signal.level.clone(),
                state: signal.state,
                since: signal.life.since,
                fired: signal.life.fired,
                respond_by: signal.respond_by,
                acknowledged: signal.life.acknowledged.clone(),
                confirmation: signal.life.confirmation.clone(),
            },
        );
    }

    /// What is open, by id.
    pub fn open(&self) -> impl Iterator<Item = &OpenSignal> {
        self.open.values()
    }
}
