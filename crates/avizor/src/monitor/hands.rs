//! What people do to signals: take them, confirm them, dismiss them; and what they may ask.

use super::Monitor;
use crate::crisis::{
    Act, Bucket, BudgetReport, Life, OpenSignal, Scene, Signal, SignalHand, id, tell,
};
use crate::error::{Error, Result};
use crate::mention::Mention;
use crate::time::Timestamp;

impl Monitor {
    /// Somebody takes a firing signal: it rises no more. Returns the change, for the log.
    ///
    /// `at` is event time; an act before the last closed window is told at that window's end.
    ///
    /// # Errors
    /// [`Error::UnknownSignal`] where no signal of that id fires.
    pub fn acknowledge(&mut self, id: &str, by: &str, at: Timestamp) -> Result<Signal> {
        self.act(Act::Acknowledge, id, by, at)
    }

    /// Somebody confirms a firing signal of a level that asks for it, and so takes it: its actions and
    /// statement are given out.
    ///
    /// # Errors
    /// As [`Monitor::acknowledge`].
    pub fn confirm(&mut self, id: &str, by: &str, at: Timestamp) -> Result<Signal> {
        self.act(Act::Confirm, id, by, at)
    }

    /// Somebody says that a firing signal is nothing: it ends, and the rule rests for its `cooldown`.
    ///
    /// # Errors
    /// As [`Monitor::acknowledge`].
    pub fn dismiss(&mut self, id: &str, by: &str, at: Timestamp) -> Result<Signal> {
        self.act(Act::Dismiss, id, by, at)
    }

    /// The signals that are pending, firing or acknowledged, by id.
    pub fn open_signals(&self) -> Vec<OpenSignal> {
        let mut open: Vec<OpenSignal> = Vec::new();
        for (watch, entity) in self.state.watches.iter().zip(&self.protocol.entities) {
            for (rule, trigger) in watch.rules.iter().zip(&self.protocol.triggers) {
                open.extend(OpenSignal::of(
                    &self.protocol,
                    trigger,
                    &entity.name,
                    &rule.life,
                ));
            }
        }
        open.sort_by(|a, b| a.id.cmp(&b.id));
        open
    }

    /// What each rule with `alarms_per_month` was asked for and what has come of it, entity by entity.
    pub fn budgets(&self) -> Vec<BudgetReport> {
        let mut reports = Vec::new();
        for (watch, entity) in self.state.watches.iter().zip(&self.protocol.entities) {
            for (budget, trigger) in watch.budgets.iter().zip(&self.protocol.triggers) {
                reports.extend(
                    budget
                        .as_ref()
                        .map(|b| b.report(&entity.name, &trigger.name)),
                );
            }
        }
        reports
    }

    /// The organisation has answered a mention: whoever wrote it does not wait any more.
    pub(super) fn answered(&mut self, answer: &Mention, bucket: i64) {
        let Some(id) = &answer.reply_to else {
            return;
        };
        let own = self.protocol.entities.len();
        for watch in self.state.watches.iter_mut().take(own) {
            watch.open_bucket(bucket).add_answer(id);
        }
    }

    fn act(&mut self, act: Act, signal: &str, by: &str, at: Timestamp) -> Result<Signal> {
        let closed = self.state.next.map(Bucket::start);
        let hand = SignalHand {
            by: by.to_owned(),
            at: closed.map_or(at, |closed| at.max(closed)),
        };
        self.take(act, signal, &hand)
            .ok_or_else(|| Error::UnknownSignal {
                id: signal.to_owned(),
            })
    }

    fn take(&mut self, act: Act, signal: &str, hand: &SignalHand) -> Option<Signal> {
        let protocol = self.protocol.clone();
        let mut watches = protocol.entities.iter().zip(&mut self.state.watches);
        watches.find_map(|(entity, watch)| {
            let position = watch.rules.iter().zip(&protocol.triggers).position(
                |(rule, trigger)| match &rule.life {
                    Life::Firing(fire) => id(&trigger.name, &entity.name, fire.since) == signal,
                    _ => false,
                },
            )?;
            let change = watch.rules.get_mut(position)?.act(act, hand.clone())?;
            let scene = Scene {
                protocol: &protocol,
                watch,
                entity: &entity.name,
                position,
                at: hand.at,
                others: 0,
            };
            tell(&scene, &change, false)
        })
    }
}
