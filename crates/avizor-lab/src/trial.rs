//! A protocol's own tests: each `[[test]]` is a replay and what must fire in it, or that nothing may.

use std::fmt::Write as _;

use avizor::crisis::SignalState;
use avizor::protocol::{Expectation, Test};
use avizor::{Counts, Protocol, Signal};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::simulate::{Incident, Options, Simulation, recast, scenarios, simulate};

/// How a test went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// The test's name.
    pub name: String,
    /// What was replayed.
    pub replay: String,
    /// What fired, in order.
    pub fired: Vec<Signal>,
    /// What the replay holds that should be raised; empty for a file of mentions.
    pub incidents: Vec<Incident>,
    /// Why it failed; none where it passed.
    pub missing: Option<String>,
}

impl Trial {
    /// Judges the signals that the replay of `test` raised.
    ///
    /// # Errors
    /// [`Error::Trial`] where the test asks `before`, but nothing begins in the replay that it could be counted from.
    pub fn judge(
        test: &Test,
        signals: Vec<Signal>,
        incidents: Vec<Incident>,
        counts: Counts,
    ) -> Result<Self> {
        if incidents.is_empty() && test.expect.iter().any(|e| e.before.is_some()) {
            return Err(Error::Trial(format!(
                "the test `{}` asks `before`, but nothing begins in `{}` that it could be counted from: leave `before` \
                 out, or replay a scenario with an incident",
                test.name, test.replay
            )));
        }
        let mut fired = signals;
        // A rise of level counts for what a test expects: it is how an unanswered signal comes to its level.
        fired.retain(|s| s.state == SignalState::Firing);
        let missing = missing(test, &fired, &incidents, counts);
        Ok(Self {
            name: test.name.clone(),
            replay: test.replay.clone(),
            fired,
            incidents,
            missing,
        })
    }

    /// One line: whether it passed, why not, and what fired.
    pub fn line(&self) -> String {
        let state = if self.missing.is_none() {
            "pass"
        } else {
            "FAIL"
        };
        let mut line = format!("{state}  {} ({})", self.name, self.replay);
        if let Some(missing) = &self.missing {
            let _ = write!(line, ": {missing}");
        }
        if self.fired.is_empty() {
            line.push_str("; nothing fired");
        } else {
            let fired: Vec<String> = self.fired.iter().map(|s| self.when(s)).collect();
            let _ = write!(line, "; fired: {}", fired.join(", "));
        }
        line
    }

    /// A signal, with its delay after the incident that was on when it fired.
    fn when(&self, signal: &Signal) -> String {
        let incident = self
            .incidents
            .iter()
            .rfind(|i| i.entity == signal.entity && i.start <= signal.at && signal.at <= i.end);
        let delay = incident.map_or_else(String::new, |i| {
            let minutes = (signal.at.millis() - i.start.millis()) / 60_000;
            format!(" ({minutes} min after the onset)")
        });
        format!(
            "{} by {} for {} at {}{delay}",
            signal.level, signal.trigger, signal.entity, signal.at
        )
    }
}

/// The simulated stream that a test of `protocol` replays, told of the protocol's own entity; none where it names
/// no scenario, and so a file of mentions.
///
/// # Errors
/// Those of [`simulate`].
pub fn scenario(protocol: &Protocol, test: &Test, seed: u64) -> Result<Option<Simulation>> {
    if !scenarios().iter().any(|s| s.name == test.replay) {
        return Ok(None);
    }
    let options = Options {
        seed,
        ..Options::default()
    };
    let mut stream = simulate(&test.replay, &options)?;
    recast(&mut stream, protocol);
    Ok(Some(stream))
}

/// The error for a test that replays neither a scenario nor a file that is there.
pub fn nothing_to_replay(test: &Test) -> Error {
    let names: Vec<&str> = scenarios().iter().map(|s| s.name).collect();
    Error::Trial(format!(
        "the test `{}` replays `{}`, which is no file beside the protocol and no scenario: the scenarios are {}",
        test.name,
        test.replay,
        names.join(", ")
    ))
}

/// Why the test fails; nothing where it passes.
fn missing(
    test: &Test,
    fired: &[Signal],
    incidents: &[Incident],
    counts: Counts,
) -> Option<String> {
    if counts.counted == 0 {
        // Silence about somebody else would pass any test that expects nothing.
        return Some("no mention is about anybody in this protocol".to_owned());
    }
    if test.expect.is_empty() && !fired.is_empty() {
        return Some("nothing was expected".to_owned());
    }
    let unmet: Vec<String> = test
        .expect
        .iter()
        .filter(|e| !fired.iter().any(|s| meets(s, e, incidents)))
        .map(wish)
        .collect();
    (!unmet.is_empty()).then(|| format!("expected {}", unmet.join(" and ")))
}

/// Whether a signal is the expected one: not before the incident begins, and not too late.
fn meets(signal: &Signal, expected: &Expectation, incidents: &[Incident]) -> bool {
    let named = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|w| w == is);
    let in_time = incidents.is_empty()
        || incidents.iter().any(|incident| {
            incident.entity == signal.entity
                && signal.at >= incident.start
                && expected
                    .before
                    .is_none_or(|before| signal.at <= incident.start.plus(before))
        });
    named(&expected.trigger, &signal.trigger) && named(&expected.level, &signal.level) && in_time
}

/// An expectation in words.
fn wish(expected: &Expectation) -> String {
    let mut words = format!("level {}", expected.level.as_deref().unwrap_or("any"));
    if let Some(trigger) = &expected.trigger {
        let _ = write!(words, " by {trigger}");
    }
    if let Some(before) = expected.before {
        let _ = write!(words, " within {before}");
    }
    words
}
