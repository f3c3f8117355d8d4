//! Streams of mentions with a known truth: what a protocol is rehearsed on before anything happens.
//!
//! Everything is invented: the airlines *Aurora Air* (watched) and *Boreas* (its competitor), who
//! writes, and what they write. The same scenario, options and seed give the same bytes on every platform.
//!
//! ```
//! use avizor_lab::simulate::{Options, simulate};
//!
//! let stream = simulate("flash-burst", &Options { seed: 7, ..Options::default() })?;
//! assert_eq!(stream.incidents[0].kind, "flash-burst");
//! assert!(stream.mentions.len() > 2_000);
//! # Ok::<(), avizor_lab::Error>(())
//! ```

mod incidents;
mod noise;
mod plan;
mod population;
pub(crate) mod random;
mod scenario;
mod season;
mod stream;
mod text;

use avizor::{Mention, Span, Timestamp};

pub use incidents::{Incident, incidents_csv, parse_incidents};
pub use scenario::ScenarioInfo;

use crate::error::{Error, Result};

/// What may be asked of a simulation.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Another seed, another stream of the same scenario.
    pub seed: u64,
    /// Length in days. Absent: the scenario's own. In a shorter stream events come sooner, on
    /// proportional days; in a longer one they keep their days and more calm follows.
    pub days: Option<u32>,
    /// When the stream begins.
    pub start: Timestamp,
    /// Mentions a day, competitor included. Absent: the scenario's own. Waves grow and shrink with it.
    pub rate: Option<f64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            days: None,
            // 2026-03-02T00:00:00Z, a Monday.
            start: Timestamp::from_millis(1_772_409_600_000),
            rate: None,
        }
    }
}

/// A stream and the truth about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Simulation {
    /// In order of arrival, which in `late-data` is not the order of event time.
    pub mentions: Vec<Mention>,
    /// What should be raised; empty where nothing should.
    pub incidents: Vec<Incident>,
}

/// Every scenario, in the order in which they are explained.
pub fn scenarios() -> &'static [ScenarioInfo] {
    &scenario::INFO
}

/// Runs a scenario.
///
/// # Errors
/// [`Error::Scenario`] when there is none of that name, [`Error::Simulation`] when the options ask for
/// no days at all, a rate that is not a number above 0, or more mentions than fit in memory.
pub fn simulate(name: &str, options: &Options) -> Result<Simulation> {
    let info = scenarios()
        .iter()
        .find(|s| s.name == name)
        .ok_or_else(|| Error::Scenario {
            name: name.to_owned(),
            known: scenarios()
                .iter()
                .map(|s| s.name)
                .collect::<Vec<_>>()
                .join(", "),
        })?;
    let length = options.days.map_or(info.length, Span::days);
    let rate = options.rate.unwrap_or(info.rate);
    check(length, rate)?;
    let plan = scenario::plan(info, options.start, length, rate);
    Ok(stream::run(&plan, options.seed))
}

/// About 10 GB of mentions.
const MOST_MENTIONS: f64 = 2e7;

fn check(length: Span, rate: f64) -> Result<()> {
    let days = length.millis() as f64 / Span::days(1).millis() as f64;
    if days == 0.0 {
        return Err(Error::Simulation(
            "0 days is no stream: ask for 1 or more".into(),
        ));
    }
    if !(rate.is_finite() && rate > 0.0) {
        return Err(Error::Simulation(format!(
            "{rate} mentions a day is no rate: give a number above 0"
        )));
    }
    if days * rate > MOST_MENTIONS {
        return Err(Error::Simulation(format!(
            "{days} days of {rate} mentions are more than {MOST_MENTIONS}: ask for fewer days or a lower rate"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
