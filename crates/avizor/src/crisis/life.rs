//! The life of one rule for one entity: inactive, pending, firing, acknowledged, resolved.
//!
//! Hysteresis on every side: a pending rule that wavers is not told off and on, a firing one ends only after
//! `keep_firing_for`, and one that has ended rests for its `cooldown`.

use serde::{Deserialize, Serialize};

use super::signal::{SignalEnd, SignalHand, SignalState};
use crate::time::{Span, Timestamp};

/// Where a rule stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Life {
    #[default]
    Inactive,
    /// The condition holds, or has just stopped.
    Pending(Wait),
    /// It has fired.
    Firing(Fire),
}

/// A condition that must hold on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wait {
    /// When it began; it names the fire.
    pub since: Timestamp,
    /// Since when it has held without a break.
    pub held_since: Timestamp,
    /// Since when it has not held, if it does not.
    pub broken: Option<Timestamp>,
    /// What keeps it from firing.
    pub held_back_by: Option<String>,
}

/// A fire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fire {
    pub since: Timestamp,
    pub fired: Timestamp,
    /// When the condition last held.
    pub held: Timestamp,
    /// Name of the level it has risen to; none: the rule's own. Levels may change under a snapshot.
    pub risen_to: Option<String>,
    /// When it came to its level.
    pub risen: Timestamp,
    pub taken: Option<SignalHand>,
    pub confirmed: Option<SignalHand>,
}

/// One rule's life, and what it remembers of its fires.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rule {
    pub life: Life,
    /// When it last resolved after a fire.
    ended: Option<Timestamp>,
    /// When a person last took one of its fires for real.
    pub lived: Option<Timestamp>,
}

/// What the protocol says of a rule's life.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub hold: Span,
    pub keep: Span,
    pub cooldown: Span,
}

/// What is so at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now<'a> {
    pub at: Timestamp,
    /// Whether the condition holds.
    pub holds: bool,
    /// Whether a firing rule goes on: the condition or its milder form holds.
    pub lasts: bool,
    /// The silence that covers the rule.
    pub silence: Option<&'a str>,
    /// The graver rule that fires.
    pub inhibitor: Option<&'a str>,
    /// By when somebody must have taken a fire that came to its level at `risen`, and the level it rises to.
    pub escalation: Option<(Timestamp, &'a str)>,
}

/// What a person does to a fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Takes it: it rises no more.
    Acknowledge,
    /// Says that it is real, and takes it.
    Confirm,
    /// Says that it is nothing.
    Dismiss,
}

/// What keeps a rule quiet after its own fire.
const COOLDOWN: &str = "cooldown";

/// A change of state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub state: SignalState,
    pub since: Timestamp,
    /// What was pending.
    pub wait: Option<Wait>,
    /// The fire, as it is or as it was when it ended.
    pub fire: Option<Fire>,
    pub end: Option<SignalEnd>,
    /// Whether this is a rise of level.
    pub rise: bool,
}

impl Change {
    fn pending(wait: &Wait) -> Self {
        Self {
            state: SignalState::Pending,
            since: wait.since,
            wait: Some(wait.clone()),
            fire: None,
            end: None,
            rise: false,
        }
    }

    fn of_fire(state: SignalState, fire: &Fire) -> Self {
        Self {
            state,
            since: fire.since,
            wait: None,
            fire: Some(fire.clone()),
            end: None,
            rise: false,
        }
    }
}

impl Rule {
    /// Moves on to a moment.
    pub(crate) fn advance(&mut self, now: &Now<'_>, terms: Terms) -> Option<Change> {
        match std::mem::take(&mut self.life) {
            Life::Inactive if !now.holds => None,
            Life::Inactive => Some(self.begin(now, terms)),
            Life::Pending(wait) => self.wait(wait, now, terms),
            Life::Firing(fire) => self.burn(fire, now, terms),
        }
    }

    fn begin(&mut self, now: &Now<'_>, terms: Terms) -> Change {
        let wait = Wait {
            since: now.at,
            held_since: now.at,
            broken: None,
            held_back_by: self.held_back(now, terms),
        };
        if terms.hold.millis() == 0 && wait.held_back_by.is_none() {
            return self.fire(now.at, now.at);
        }
        let change = Change::pending(&wait);
        self.life = Life::Pending(wait);
        change
    }

    fn wait(&mut self, mut wait: Wait, now: &Now<'_>, terms: Terms) -> Option<Change> {
        if now.holds {
            if wait.broken.take().is_some() {
                wait.held_since = now.at;
            }
            wait.held_back_by = self.held_back(now, terms);
            if wait.held_back_by.is_none() && now.at >= wait.held_since.plus(terms.hold) {
                return Some(self.fire(wait.since, now.at));
            }
        } else {
            // It takes as long to lapse as to be confirmed: a condition on the edge is told once.
            let broken = *wait.broken.get_or_insert(now.at);
            if now.at >= broken.plus(terms.hold) {
                return Some(Change {
                    state: SignalState::Resolved,
                    end: Some(SignalEnd::Lapsed),
                    ..Change::pending(&wait)
                });
            }
        }
        self.life = Life::Pending(wait);
        None
    }

    fn burn(&mut self, mut fire: Fire, now: &Now<'_>, terms: Terms) -> Option<Change> {
        if let Some(inhibitor) = now.inhibitor {
            return Some(self.end(&fire, now.at, SignalEnd::AbsorbedBy(inhibitor.to_owned())));
        }
        if now.holds || now.lasts {
            fire.held = now.at;
        } else if now.at >= fire.held.plus(terms.keep) {
            return Some(self.end(&fire, now.at, SignalEnd::Calmed));
        }
        let change = match now.escalation {
            Some((deadline, level))
                if fire.taken.is_none() && now.silence.is_none() && now.at >= deadline =>
            {
                fire.risen_to = Some(level.to_owned());
                fire.risen = now.at;
                Some(Change {
                    rise: true,
                    ..Change::of_fire(SignalState::Firing, &fire)
                })
            }
            _ => None,
        };
        self.life = Life::Firing(fire);
        change
    }

    /// A person acts on a fire; nothing where none burns.
    pub(crate) fn act(&mut self, act: Act, hand: SignalHand) -> Option<Change> {
        let Life::Firing(fire) = &mut self.life else {
            return None;
        };
        if act == Act::Dismiss {
            let fire = fire.clone();
            return Some(self.end(&fire, hand.at, SignalEnd::Dismissed(hand.clone())));
        }
        self.lived = Some(hand.at);
        if act == Act::Confirm {
            fire.confirmed = Some(hand.clone());
        }
        fire.taken.get_or_insert(hand);
        Some(Change::of_fire(SignalState::Acknowledged, fire))
    }

    fn held_back(&self, now: &Now<'_>, terms: Terms) -> Option<String> {
        let rests = self
            .ended
            .is_some_and(|ended| now.at < ended.plus(terms.cooldown));
        now.inhibitor
            .or(now.silence)
            .or(rests.then_some(COOLDOWN))
            .map(str::to_owned)
    }

    fn fire(&mut self, since: Timestamp, at: Timestamp) -> Change {
        let fire = Fire {
            since,
            fired: at,
            held: at,
            risen_to: None,
            risen: at,
            taken: None,
            confirmed: None,
        };
        let change = Change::of_fire(SignalState::Firing, &fire);
        self.life = Life::Firing(fire);
        change
    }

    /// Ends a fire, whatever it is that ends it.
    fn end(&mut self, fire: &Fire, at: Timestamp, end: SignalEnd) -> Change {
        self.life = Life::Inactive;
        self.ended = Some(at);
        Change {
            end: Some(end),
            ..Change::of_fire(SignalState::Resolved, fire)
        }
    }

    pub(crate) fn is_inactive(&self) -> bool {
        self.life == Life::Inactive
    }

    pub(crate) fn fires(&self) -> bool {
        matches!(self.life, Life::Firing(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SignalState::{Firing, Pending, Resolved};

    fn at(step: usize) -> Timestamp {
        Timestamp::from_millis(step as i64 * 300_000)
    }

    fn terms(hold: u32, keep: u32, cooldown: u32) -> Terms {
        Terms {
            hold: Span::minutes(hold),
            keep: Span::minutes(keep),
            cooldown: Span::minutes(cooldown),
        }
    }

    /// One letter a step: `#` holds, `-` only lasts, `s` holds in silence, `i` holds and is inhibited.
    fn run(pattern: &str, terms: Terms) -> Vec<(usize, SignalState)> {
        let mut rule = Rule::default();
        pattern
            .chars()
            .enumerate()
            .filter_map(|(i, c)| {
                let now = Now {
                    at: at(i),
                    holds: "#si".contains(c),
                    lasts: c == '-',
                    silence: (c == 's').then_some("campaign"),
                    inhibitor: (c == 'i').then_some("graver"),
                    escalation: None,
                };
                rule.advance(&now, terms).map(|change| (i, change.state))
            })
            .collect()
    }

    #[test]
    fn holds_before_it_fires_and_cools_before_it_resolves() {
        assert_eq!(
            run(".##...", terms(10, 5, 0)),
            [(1, Pending), (5, Resolved)]
        );
        assert_eq!(
            run(".###.#...", terms(10, 10, 0)),
            [(1, Pending), (3, Firing), (7, Resolved)]
        );
        assert_eq!(
            run("#.#.#....", terms(0, 15, 0)),
            [(0, Firing), (7, Resolved)]
        );
    }

    #[test]
    fn one_that_wavers_is_told_once() {
        let wavers = run("#.#.#.#.#.#.#...", terms(10, 10, 0));
        assert_eq!(wavers, [(0, Pending), (15, Resolved)]);
        // A break starts the count anew, under the same beginning.
        assert_eq!(
            run("##.####", terms(10, 10, 0)),
            [(0, Pending), (5, Firing)]
        );
    }

    #[test]
    fn the_milder_condition_keeps_it_but_does_not_raise_it() {
        assert_eq!(
            run("--#---...", terms(0, 10, 0)),
            [(2, Firing), (7, Resolved)]
        );
    }

    #[test]
    fn it_rests_after_a_fire() {
        assert_eq!(
            run("#..#.#####", terms(0, 5, 20)),
            [
                (0, Firing),
                (1, Resolved),
                (3, Pending),
                (4, Resolved),
                (5, Firing)
            ]
        );
    }

    #[test]
    fn silence_holds_back_and_inhibition_ends() {
        assert_eq!(run("sss#", terms(0, 5, 0)), [(0, Pending), (3, Firing)]);
        assert_eq!(run("ss..", terms(0, 5, 0)), [(0, Pending), (2, Resolved)]);
        assert_eq!(
            run("##ii#", terms(0, 5, 0)),
            [(0, Firing), (2, Resolved), (3, Pending), (4, Firing)]
        );
    }

    #[test]
    fn nobody_took_it_so_it_rises_once_a_level() {
        let mut rule = Rule::default();
        let mut rises = Vec::new();
        for step in 0..12 {
            let risen = match &rule.life {
                Life::Firing(fire) if fire.risen_to.is_none() => Some(fire.risen),
                _ => None,
            };
            let now = Now {
                at: at(step),
                holds: true,
                lasts: false,
                silence: None,
                inhibitor: None,
                escalation: risen.map(|r| (r.plus(Span::minutes(15)), "crisis")),
            };
            let change = rule.advance(&now, terms(0, 5, 0));
            if change.is_some_and(|c| c.rise) {
                rises.push(step);
            }
        }
        assert_eq!(rises, [3]);
    }
}
