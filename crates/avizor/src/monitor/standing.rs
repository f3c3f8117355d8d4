//! What may be asked of the counted: every answer is computed from the reputation, none is kept.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Monitor;
use crate::error::{Error, Result};
use crate::protocol::Goal;
use crate::reputation::{
    Attribution, ChangePoint, Confusion, Dimension, Grown, Influence, Kpi, Period, Reputation,
    ReputationRow, Shift, TopicVoices, Voice,
};
use crate::time::{Span, Timestamp};

/// Windows that are listed without asking whether anything is in them.
const MOST_WINDOWS: i64 = 10_000;

/// What came of a goal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GoalReport {
    /// Name of the entity.
    pub entity: String,
    /// As the protocol writes it.
    pub goal: Goal,
    /// The figure that was reached.
    pub kpi: Kpi,
    /// Whether the goal was met; none where the indicator has no value.
    pub met: Option<bool>,
}

impl Monitor {
    /// An entity's or competitor's reputation, window by window, from the first mention to the last.
    ///
    /// Windows of whole days begin at midnight in the protocol's time zone, shorter ones at multiples
    /// of their length since 1970. Windows are at least an hour long. Where there would be more than 10,000 of
    /// them, those in which nothing was said of anybody are left out.
    ///
    /// # Errors
    /// [`Error::UnknownEntity`] for a name that is not in the protocol.
    pub fn reputation(&self, entity: &str, window: Span) -> Result<Vec<ReputationRow>> {
        self.reputation_by(entity, (Dimension::All, ""), window, None)
    }

    /// [`Monitor::reputation`] of one topic, channel or language of the entity's mentions, by its name; with a
    /// confusion matrix, scores are corrected for the classifier's own error.
    ///
    /// Which parts there are is told by [`Reputation::parts`]; one that never came has no rows.
    ///
    /// # Errors
    /// [`Error::UnknownEntity`] for a name that is not in the protocol.
    pub fn reputation_by(
        &self,
        entity: &str,
        part: (Dimension, &str),
        window: Span,
        confusion: Option<&Confusion>,
    ) -> Result<Vec<ReputationRow>> {
        let i = self.position(entity)?;
        let windows = self.windows(window);
        Ok(self.state.reputation.rows(i, part, &windows, confusion))
    }

    /// How an entity's period differs from `reference`, or from the four weeks before it: sentiment, topics,
    /// channels, which series moved, and what moved them. None where it is not known who that is.
    ///
    /// # Errors
    /// [`Error::UnknownEntity`] for a name that is not in the protocol.
    pub fn drift(
        &self,
        entity: &str,
        period: Period,
        reference: Option<Period>,
    ) -> Result<Option<Shift>> {
        let i = self.position(entity)?;
        let reference = reference.unwrap_or_else(|| period.reference());
        Ok(self.state.reputation.drift(i, period, reference))
    }

    /// What moved an entity's net sentiment against `reference`, or the four weeks before; see
    /// [`Reputation::attribution`].
    ///
    /// # Errors
    /// [`Error::UnknownEntity`] for a name that is not in the protocol.
    pub fn attribution(
        &self,
        entity: &str,
        period: Period,
        reference: Option<Period>,
    ) -> Result<Option<Attribution>> {
        let i = self.position(entity)?;
        let reference = reference.unwrap_or_else(|| period.reference());
        Ok(self.state.reputation.attribution(i, period, reference))
    }

    /// The terms and phrases that grew most against `reference`, or the four weeks before; see
    /// [`Reputation::what_grew`].
    ///
    /// # Errors
    /// [`Error::UnknownEntity`] for a name that is not in the protocol.
    pub fn what_grew(
        &self,
        entity: &str,
        period: Period,
        reference: Option<Period>,
        count: usize,
    ) -> Result<Vec<Grown>> {
        let i = self.position(entity)?;
        let reference = reference.unwrap_or_else(|| period.reference());
        Ok(self.state.reputation.what_grew(i, period, reference, count))
    }

    /// When an entity's sentiment changed for good, over windows as in [`Monitor::reputation`].
    ///
    /// # Errors
    /// [`Error::UnknownEntity`] for a name that is not in the protocol.
    pub fn change_points(
        &self,
        entity: &str,
        part: (Dimension, &str),
        window: Span,
    ) -> Result<Vec<ChangePoint>> {
        let i = self.position(entity)?;
        let windows = self.windows(window);
        Ok(self.state.reputation.change_points(i, part, &windows))
    }

    /// Everybody's share of the talk, and the gap between an entity and each of the others; see
    /// [`Reputation::share_of_voice`].
    ///
    /// # Errors
    /// [`Error::UnknownEntity`] for a name that is not in the protocol.
    pub fn share_of_voice(
        &self,
        entity: &str,
        part: (Dimension, &str),
        period: Period,
    ) -> Result<Vec<Voice>> {
        let i = self.position(entity)?;
        Ok(self.state.reputation.share_of_voice(i, part, period, None))
    }

    /// [`Monitor::share_of_voice`] topic by topic.
    ///
    /// # Errors
    /// [`Error::UnknownEntity`] for a name that is not in the protocol.
    pub fn topics_compared(&self, entity: &str, period: Period) -> Result<Vec<TopicVoices>> {
        let i = self.position(entity)?;
        Ok(self.state.reputation.topics_compared(i, period, None))
    }

    /// Who carries an entity's talk, each list at most `count` long; see [`Reputation::influence`].
    ///
    /// # Errors
    /// [`Error::UnknownEntity`] for a name that is not in the protocol.
    pub fn influence(&self, entity: &str, period: Period, count: usize) -> Result<Influence> {
        let i = self.position(entity)?;
        Ok(self.state.reputation.influence(i, period, count))
    }

    /// Every indicator of performance of an entity; see [`Reputation::kpis`].
    ///
    /// # Errors
    /// [`Error::UnknownEntity`] for a name that is not in the protocol.
    pub fn kpis(&self, entity: &str, period: Period) -> Result<Vec<Kpi>> {
        let i = self.position(entity)?;
        Ok(self.state.reputation.kpis(i, period))
    }

    /// One indicator of performance by its name; see [`Reputation::kpi`].
    ///
    /// # Errors
    /// [`Error::UnknownEntity`] for a name that is not in the protocol, [`Error::UnknownKpi`] for one that is not in
    /// the registry.
    pub fn kpi(&self, entity: &str, name: &str, period: Period) -> Result<Kpi> {
        let i = self.position(entity)?;
        self.state.reputation.kpi(i, name, period)
    }

    /// The protocol's goals over a period, each for each entity that it is for.
    pub fn goals(&self, period: Period) -> Vec<GoalReport> {
        let protocol = &self.protocol;
        let mut reports = Vec::new();
        for goal in &protocol.goals {
            let meant = |name: &str| goal.entity.as_deref().is_none_or(|e| e == name);
            for (i, entity) in protocol.entities.iter().enumerate() {
                if !meant(&entity.name) {
                    continue;
                }
                // The parser let known names pass only.
                if let Ok(kpi) = self.state.reputation.kpi(i, &goal.kpi, period) {
                    reports.push(GoalReport {
                        entity: entity.name.clone(),
                        met: kpi.value.map(|value| goal.is_met(value)),
                        goal: goal.clone(),
                        kpi,
                    });
                }
            }
        }
        reports
    }

    /// Adds what a monitor of the same protocol has counted of another part of the stream: reputation, and what
    /// became of the mentions. Alarms stay as they are, for they judge a stream in its order.
    ///
    /// # Errors
    /// [`Error::Merge`] for a monitor of other entities; nothing is added then.
    pub fn merge(&mut self, shard: &Self) -> Result<()> {
        self.state
            .reputation
            .merge(shard.state.reputation.clone())?;
        self.state.counts.add(&shard.state.counts);
        Ok(())
    }

    /// Everything counted of everybody, in the order of the protocol: entities, then competitors.
    pub fn reputation_state(&self) -> &Reputation {
        &self.state.reputation
    }

    pub(super) fn position(&self, entity: &str) -> Result<usize> {
        self.protocol
            .position(entity)
            .ok_or_else(|| Error::UnknownEntity {
                name: entity.to_owned(),
                known: self
                    .protocol
                    .everyone()
                    .map(|e| e.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            })
    }

    /// The windows of a length that cover everything counted.
    fn windows(&self, window: Span) -> Vec<Period> {
        let Some((start, end)) = self.state.reputation.extent() else {
            return Vec::new();
        };
        let length = window.max(Span::hours(1));
        let whole = end.millis().saturating_sub(start.millis());
        if whole / length.millis() > MOST_WINDOWS {
            let starts = self.state.reputation.starts();
            let begins: BTreeSet<Timestamp> = starts.map(|at| self.aligned(at, length)).collect();
            let mut windows: Vec<Period> = Vec::new();
            for from in begins {
                if windows.last().is_none_or(|last| last.end <= from) {
                    windows.push(Period::new(from, self.following(from, length)));
                }
            }
            return windows;
        }
        let mut windows = Vec::new();
        let mut from = self.aligned(start, length);
        while from < end {
            let to = self.following(from, length);
            if to <= from {
                break;
            }
            windows.push(Period::new(from, to));
            from = to;
        }
        windows
    }
    fn aligned(&self, at: Timestamp, length: Span) -> Timestamp {
        if is_days(length) {
            self.midnight(at).unwrap_or_else(|| at.floor(length))
        } else {
            at.floor(length)
        }
    }

    fn following(&self, from: Timestamp, length: Span) -> Timestamp {
        if is_days(length) {
            // Half a day past the end stands clear of the hour that daylight saving moves.
            self.midnight(from.plus(length).plus(Span::hours(12)))
                .unwrap_or_else(|| from.plus(length))
        } else {
            from.plus(length)
        }
    }

    fn midnight(&self, at: Timestamp) -> Option<Timestamp> {
        let local = at.to_jiff().to_zoned_datetime(self.protocol.zone.clone());
        let midnight = local.start_of_day().ok()?;
        Some(Timestamp::from_millis(
            midnight.timestamp().as_millisecond(),
        ))
    }
}

fn is_days(length: Span) -> bool {
    length.millis() % Span::days(1).millis() == 0
}
