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

mod cast;
mod incidents;
mod noise;
mod plan;
mod population;
pub(crate) mod random;
mod scenario;
mod season;
mod stream;
mod text;

use avizor::{Mention, Polarity, Span, Timestamp};

pub use cast::recast;
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
    /// How many times its own size each wave has; above 0.
    pub size: f64,
    /// How strong hours and weekdays are: 1 as people live, 0 for the same rate day and night.
    pub season: f64,
    /// Weights of Spanish, English and Portuguese. Absent: nine in ten write Spanish. Stories that only Spanish has
    /// stay Spanish.
    pub languages: Option<[f64; 3]>,
    /// How many times as often texts have slips, abbreviations, lost accents, capitals and emoji; 0 for clean texts.
    pub noise: f64,
    /// Share of the labels in [`Simulation::sentiment`] that are wrong, as those of people are; 0 to 1.
    pub label_noise: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            days: None,
            // 2026-03-02T00:00:00Z, a Monday.
            start: Timestamp::from_millis(1_772_409_600_000),
            rate: None,
            size: 1.0,
            season: 1.0,
            languages: None,
            noise: 1.0,
            label_noise: 0.0,
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
    /// What each mention was written to express, but for the label noise that was asked for; as long as `mentions`.
    pub sentiment: Vec<Polarity>,
}

/// Every scenario, in the order in which they are explained.
pub fn scenarios() -> &'static [ScenarioInfo] {
    &scenario::INFO
}

/// Runs a scenario.
///
/// # Errors
/// [`Error::Scenario`] when there is none of that name, [`Error::Simulation`] when the options ask for
/// no days at all, a rate or a size that is not a number above 0, weights or shares out of their range, or more
/// mentions than fit in memory.
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
    check_manner(options)?;
    let plan = scenario::plan(info, options, length, rate);
    Ok(stream::run(&plan, options))
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

fn check_manner(o: &Options) -> Result<()> {
    let fault = |text: String| Err(Error::Simulation(text));
    if !(o.size.is_finite() && o.size > 0.0) {
        return fault(format!(
            "{} is no size of waves: give a number above 0",
            o.size
        ));
    }
    if !(0.0..=1.0).contains(&o.season) {
        return fault(format!(
            "{} is no strength of seasons: give 0 to 1",
            o.season
        ));
    }
    if !(0.0..=10.0).contains(&o.noise) {
        return fault(format!("{} is no strength of noise: give 0 to 10", o.noise));
    }
    if !(0.0..=1.0).contains(&o.label_noise) {
        return fault(format!(
            "{} is no share of wrong labels: give 0 to 1",
            o.label_noise
        ));
    }
    if let Some(weights) = o.languages {
        let fine = weights.iter().all(|w| w.is_finite() && *w >= 0.0);
        if !fine || weights.iter().sum::<f64>() <= 0.0 {
            return fault(format!(
                "{weights:?} are no weights of languages: give 0 or more, not all 0"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
