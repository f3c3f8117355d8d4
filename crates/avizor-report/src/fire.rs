//! Changes of state joined to fires: one for each time that a rule burnt.

use std::collections::BTreeMap;

use avizor::{Protocol, Signal, SignalState, Timestamp};

/// Fires that a page tells of in full; the rest would be read by nobody.
pub(crate) const MOST_CARDS: usize = 60;

/// One fire, from the moment its condition held to the moment it ended.
pub(crate) struct Fire<'a> {
    /// From 1, in order of time, among those that fired; 0 for those that did not.
    pub number: usize,
    /// The change that says most: the firing one, or else the last.
    pub main: &'a Signal,
    /// The change that says what to do now: the last that calls somebody, or else `main`. A level may have risen, and a
    /// person may have confirmed what was held back.
    pub call: &'a Signal,
    /// The last change.
    pub last: &'a Signal,
    pub began: Timestamp,
    pub pending: Option<Timestamp>,
    pub fired: Option<Timestamp>,
    pub resolved: Option<Timestamp>,
    /// Position of its level; none for a level that the protocol does not have.
    level: Option<usize>,
    levels: usize,
}

impl Fire<'_> {
    /// Whether the page has a card for it, to which others may link.
    pub(crate) fn has_card(&self) -> bool {
        (1..=MOST_CARDS).contains(&self.number)
    }

    /// Greater is graver.
    pub(crate) fn gravity(&self) -> usize {
        self.level.map_or(0, |l| l + 1)
    }

    /// One of three looks: the gravest level, the next, the rest.
    pub(crate) fn look(&self) -> &'static str {
        match self.levels - self.gravity() {
            0 => "sev3",
            1 => "sev2",
            _ => "sev1",
        }
    }
}

/// All fires in order of time.
pub(crate) fn all<'a>(protocol: &Protocol, signals: &'a [Signal]) -> Vec<Fire<'a>> {
    let mut by_id: BTreeMap<(&str, &str), Vec<&Signal>> = BTreeMap::new();
    for signal in signals {
        by_id
            .entry((&signal.id, &signal.entity))
            .or_default()
            .push(signal);
    }
    let mut fires: Vec<Fire<'a>> = by_id
        .values()
        .filter_map(|changes| one(protocol, changes))
        .collect();
    fires.sort_by(|a, b| (a.began, &a.main.id).cmp(&(b.began, &b.main.id)));
    for (i, fire) in fires.iter_mut().filter(|f| f.fired.is_some()).enumerate() {
        fire.number = i + 1;
    }
    fires
}

fn one<'a>(protocol: &Protocol, changes: &[&'a Signal]) -> Option<Fire<'a>> {
    let when = |state| changes.iter().find(|s| s.state == state).map(|s| s.at);
    let last = changes.last()?;
    let mut firing = changes.iter().filter(|s| s.state == SignalState::Firing);
    let main = firing.next().unwrap_or(last);
    let calls = |s: &&&Signal| matches!(s.state, SignalState::Firing | SignalState::Acknowledged);
    let call = changes.iter().rfind(calls).unwrap_or(main);
    Some(Fire {
        number: 0,
        main,
        call,
        last,
        began: changes.iter().map(|s| s.at).min()?,
        pending: when(SignalState::Pending),
        fired: when(SignalState::Firing),
        resolved: when(SignalState::Resolved),
        level: protocol.levels.iter().position(|l| l.name == call.level),
        levels: protocol.levels.len(),
    })
}
