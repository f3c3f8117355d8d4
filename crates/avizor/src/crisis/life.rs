//! The life of one rule for one entity: inactive, pending, firing, resolved, with hysteresis.

use serde::{Deserialize, Serialize};

use super::signal::SignalState;
use crate::time::{Span, Timestamp};

/// Where a rule stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Life {
    #[default]
    Inactive,
    /// The condition has held since then.
    Pending { since: Timestamp },
    /// Fired; the condition last held at `held`.
    Firing {
        since: Timestamp,
        fired: Timestamp,
        held: Timestamp,
    },
}

/// A change, and since when the fire that it belongs to has burnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub state: SignalState,
    pub since: Timestamp,
    /// When it fired, for a resolution.
    pub fired: Option<Timestamp>,
}

impl Life {
    /// Moves on to `at`, where the condition `holds` or not. At most two changes at once
    /// (a rule without `for` is pending and firing in the same moment; only the firing is told).
    pub(crate) fn advance(
        &mut self,
        at: Timestamp,
        holds: bool,
        hold: Span,
        keep: Span,
    ) -> Option<Change> {
        let change = |state, since, fired| {
            Some(Change {
                state,
                since,
                fired,
            })
        };
        match *self {
            Self::Inactive if !holds => None,
            Self::Inactive if hold.millis() == 0 => {
                *self = Self::Firing {
                    since: at,
                    fired: at,
                    held: at,
                };
                change(SignalState::Firing, at, None)
            }
            Self::Inactive => {
                *self = Self::Pending { since: at };
                change(SignalState::Pending, at, None)
            }
            Self::Pending { since } if !holds => {
                *self = Self::Inactive;
                change(SignalState::Resolved, since, None)
            }
            Self::Pending { since } if at >= since.plus(hold) => {
                *self = Self::Firing {
                    since,
                    fired: at,
                    held: at,
                };
                change(SignalState::Firing, since, None)
            }
            Self::Firing { since, fired, .. } if holds => {
                *self = Self::Firing {
                    since,
                    fired,
                    held: at,
                };
                None
            }
            Self::Firing { since, fired, held } if at >= held.plus(keep) => {
                *self = Self::Inactive;
                change(SignalState::Resolved, since, Some(fired))
            }
            Self::Pending { .. } | Self::Firing { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(pattern: &str, hold: u32, keep: u32) -> Vec<(usize, SignalState)> {
        let mut life = Life::default();
        pattern
            .chars()
            .enumerate()
            .filter_map(|(i, c)| {
                let at = Timestamp::from_millis(i as i64 * 300_000);
                life.advance(at, c == '#', Span::minutes(hold), Span::minutes(keep))
                    .map(|change| (i, change.state))
            })
            .collect()
    }

    #[test]
    fn holds_before_it_fires_and_cools_before_it_resolves() {
        use SignalState::*;
        assert_eq!(
            run(".##.##", 10, 5),
            [(1, Pending), (3, Resolved), (4, Pending)]
        );
        assert_eq!(
            run(".###.#...", 10, 10),
            [(1, Pending), (3, Firing), (7, Resolved)]
        );
        assert_eq!(run("#.#.#....", 0, 15), [(0, Firing), (7, Resolved)]);
    }
}
