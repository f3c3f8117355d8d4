//! Each rule for one entity at the close of a bucket: does it hold, may it fire, what has become of it.

use std::collections::BTreeMap;

use super::Bucket;
use super::budget::Budget;
use super::life::{Change, Life, Now, Rule, Terms};
use super::signal::{Signal, SignalState};
use super::tell::{Scene, tell};
use super::watch::Watch;
use crate::protocol::{COUNT, IndicatorValue, Indicators, Level, Protocol, Set, Trigger};
use crate::time::{Span, Timestamp};

/// Indicators of one window as far as they are known: they are computed when a rule could hold by what a glance says.
struct Sight {
    window: Span,
    others: u32,
    values: Indicators,
    known: Set,
    /// The values as conditions read them.
    list: [IndicatorValue; COUNT],
}

impl Sight {
    fn over(window: Span, others: u32) -> Self {
        let values = Indicators::default();
        Self {
            window,
            others,
            list: values.values(),
            values,
            known: Set::NONE,
        }
    }

    /// Gets to know the indicators `wanted`.
    fn look(&mut self, watch: &Watch, topics: usize, wanted: Set) {
        let missing = wanted.without(self.known);
        if !missing.is_empty() {
            watch.indicators(self.window, self.others, topics, missing, &mut self.values);
            self.known = self.known.union(missing);
            self.list = self.values.values();
        }
    }
}

/// Judges every rule for one entity at the close of bucket `index`, gravest rules first; signals come in the order of
/// the file.
///
/// `totals` gives, for each window length, the mentions of everybody together, where some rule reads them.
pub(crate) fn judge(
    protocol: &Protocol,
    watch: &mut Watch,
    entity: &str,
    index: i64,
    totals: &BTreeMap<Span, u32>,
    signals: &mut Vec<Signal>,
) {
    let at = Bucket::start(index.saturating_add(1));
    let topics = protocol.topics.len();
    let mut sights: Vec<Sight> = Vec::with_capacity(watch.different_windows());
    let mut told: Vec<(usize, Signal)> = Vec::new();
    for &i in &protocol.order {
        let Some(trigger) = protocol.triggers.get(i) else {
            continue;
        };
        let window = trigger.window;
        let place = sights.iter().position(|sight| sight.window == window);
        let place = place.unwrap_or_else(|| {
            let own = watch.said(window);
            let total = totals.get(&window).copied();
            sights.push(Sight::over(
                window,
                total.unwrap_or(own).saturating_sub(own),
            ));
            sights.len() - 1
        });
        let Some(sight) = sights.get_mut(place) else {
            continue;
        };
        let glance = |name| watch.glance(window, name, sight.others);
        let may_hold = trigger.when.may_hold(&glance);
        if may_hold {
            sight.look(watch, topics, trigger.reads());
        }
        let holds = may_hold && trigger.when.holds_by(&sight.list);
        let fires = watch.rules.get(i).is_some_and(Rule::fires);
        let milder = trigger
            .keep_firing_while
            .as_ref()
            .filter(|_| fires && !holds);
        let lasts = milder.is_some_and(|milder| {
            sight.look(watch, topics, milder.reads());
            milder.holds_by(&sight.list)
        });
        let value = if holds {
            Budget::value(trigger, &sight.values)
        } else {
            0.0
        };
        let allowed = match watch.budgets.get_mut(i).and_then(Option::as_mut) {
            Some(budget) => budget.allows(index, value),
            None => holds,
        };
        let Some(change) = advance(protocol, watch, entity, i, at, allowed, lasts) else {
            continue;
        };
        if change.state == SignalState::Firing
            && !change.rise
            && let Some(Some(budget)) = watch.budgets.get_mut(i)
        {
            budget.fired();
        }
        let scene = Scene {
            protocol,
            watch,
            entity,
            position: i,
            at,
            others: sight.others,
        };
        told.extend(tell(&scene, &change, holds).map(|signal| (i, signal)));
    }
    told.sort_by_key(|(i, _)| *i);
    signals.extend(told.into_iter().map(|(_, signal)| signal));
}

fn advance(
    protocol: &Protocol,
    watch: &mut Watch,
    entity: &str,
    position: usize,
    at: Timestamp,
    holds: bool,
    lasts: bool,
) -> Option<Change> {
    let trigger = protocol.triggers.get(position)?;
    let rule = watch.rules.get(position)?;
    if rule.is_inactive() && !holds {
        return None;
    }
    let fire = match &rule.life {
        Life::Firing(fire) => Some(fire),
        _ => None,
    };
    let (place, level) = level_of(protocol, trigger, fire.and_then(|f| f.risen_to.as_deref()))?;
    let silence = protocol
        .silences
        .iter()
        .find(|s| s.covers(position, place, entity, at, &protocol.zone));
    let inhibitor = protocol
        .inhibitions
        .iter()
        .filter(|i| i.mutes.contains(&position))
        .flat_map(|i| &i.whenever)
        .find(|w| watch.rules.get(**w).is_some_and(Rule::fires))
        .and_then(|w| protocol.triggers.get(*w));
    let escalation = fire.and_then(|fire| {
        let after = level.escalate_after?;
        let to = protocol.levels.get(level.escalate_to?)?;
        Some((
            protocol.deadline(level, fire.risen, after),
            to.name.as_str(),
        ))
    });
    let now = Now {
        at,
        holds,
        lasts,
        silence: silence.map(|s| s.name.as_str()),
        inhibitor: inhibitor.map(|t| t.name.as_str()),
        escalation,
    };
    let terms = Terms {
        hold: trigger.hold,
        keep: trigger.keep_firing_for,
        cooldown: trigger.cooldown,
    };
    watch.rules.get_mut(position)?.advance(&now, terms)
}

/// The level a rule is at: the one it has risen to, if the protocol still has it, or its own.
pub(super) fn level_of<'a>(
    protocol: &'a Protocol,
    trigger: &Trigger,
    risen_to: Option<&str>,
) -> Option<(usize, &'a Level)> {
    let place = risen_to
        .and_then(|name| protocol.levels.iter().position(|l| l.name == name))
        .unwrap_or(trigger.level);
    Some((place, protocol.levels.get(place)?))
}
