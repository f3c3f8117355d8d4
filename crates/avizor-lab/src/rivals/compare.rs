//! The comparison: a protocol and every documented rule over the same streams, at the same false alarms and at the
//! same delay.
//!
//! The rules get every help: their threshold is the best there is for these very streams, they know four calm weeks
//! before, they wait for no late mention, and they may count all mentions or only those that our own reading finds
//! negative. The protocol is taken as it is.

use avizor::{Analysis, Classifier, Mention, Monitor, Polarity, Protocol, Span, Timestamp};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;

use super::{Look, Rule, STEP, Series, rules};
use crate::backtest::{self, MONTH_DAYS, within};
use crate::error::Result;
use crate::recording::Recording;
use crate::simulate::{self, Incident, simulate};
use crate::stats::{Interval, poisson_interval};

/// Calm before each stream: what the longest of the rules looks back on.
const RUN_IN: Span = Span::days(29);
/// Seeds of the calm before, apart from those of the streams.
const RUN_IN_SEED: u64 = 1_000_000;

/// What to compare on.
#[derive(Clone, Debug)]
pub struct Options {
    /// Scenarios by name.
    pub scenarios: Vec<String>,
    /// Streams of each.
    pub seeds: u64,
    /// What counts as an alarm of the protocol.
    pub counting: backtest::Options,
    /// Resamples of the streams for the intervals.
    pub draws: usize,
}

impl Default for Options {
    fn default() -> Self {
        // Without those that counts cannot tell (a collector that died) and those that hold others together.
        let left_out = ["collector-gap", "demo", "month", "large-brand"];
        let all = simulate::scenarios().iter().map(|s| s.name);
        Self {
            scenarios: all
                .filter(|n| !left_out.contains(n))
                .map(str::to_owned)
                .collect(),
            seeds: 10,
            counting: backtest::Options::default(),
            draws: 1000,
        }
    }
}

/// Sums over streams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// How many there were.
    pub incidents: usize,
    /// How many were found.
    pub detected: usize,
    /// Over all incidents; a missed one counts with its whole length.
    pub mean_delay_minutes: f64,
    /// Alarms that were not due.
    pub false_alarms: usize,
    /// A month of 30.44 days.
    pub false_alarms_per_month: f64,
}

/// A rule on one series, beside the protocol.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rival {
    /// The rule.
    pub rule: &'static str,
    /// `all` mentions or `negative` ones.
    pub series: &'static str,
    /// With the thresholds that are documented.
    pub documented: Figures,
    /// Least false alarms of any threshold that is as quick as the protocol; none where none is.
    pub as_quick: Option<Figures>,
    /// False alarms a month of that less the protocol's; above 0 the protocol is better.
    pub more_false_alarms: Option<Interval>,
    /// Least delay of any threshold with no more false alarms than the protocol; none where none has so few.
    pub as_quiet: Option<Figures>,
    /// Mean delay of that less the protocol's, in minutes; above 0 the protocol is better.
    pub later_by: Option<Interval>,
}

impl Rival {
    /// Whether the protocol is better both ways, beyond chance.
    pub fn is_dominated(&self) -> bool {
        let above = |i: &Option<Interval>| i.is_none_or(|i| i.low > 0.0);
        above(&self.more_false_alarms) && above(&self.later_by)
    }
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Streams that were replayed.
    pub streams: usize,
    /// Their length, without the calm before.
    pub days: f64,
    /// The protocol.
    pub protocol: Figures,
    /// 95 % interval (Garwood).
    pub false_alarms_per_month_interval: Interval,
    /// Every rule on both series.
    pub rivals: Vec<Rival>,
}

/// One stream with what the protocol raised in it.
struct Stream {
    from: Timestamp,
    days: f64,
    incidents: Vec<Incident>,
    /// All mentions and negative ones, with the calm before.
    series: [Series; 2],
    ours: Tally,
}

/// What one stream adds to the figures.
#[derive(Clone, Debug, Default)]
struct Tally {
    /// Of each incident: whether it was found, and minutes.
    delays: Vec<(bool, f64)>,
    false_alarms: usize,
}

/// Replays every scenario under the protocol and under the documented rules. `entity` is whom the scenarios watch.
///
/// # Errors
/// Those of [`simulate()`].
pub fn compare(protocol: &Protocol, options: &Options) -> Result<Comparison> {
    let classifier = Classifier::for_protocol(protocol).with_evidence(false);
    let streams = (1..=options.seeds)
        .into_par_iter()
        .map(|seed| streams(protocol, &classifier, seed, options))
        .collect::<Result<Vec<_>>>()?;
    let streams: Vec<Stream> = streams.into_iter().flatten().collect();
    let ours: Vec<&Tally> = streams.iter().map(|s| &s.ours).collect();
    let days: Vec<f64> = streams.iter().map(|s| s.days).collect();
    let protocol = figures(&ours, &days);
    let kinds: Vec<(&'static Rule, usize)> =
        rules().iter().flat_map(|r| [(r, 0), (r, 1)]).collect();
    let rivals = kinds
        .into_par_iter()
        .map(|(rule, series)| rival(rule, series, &streams, &protocol, options))
        .collect();
    let total: f64 = days.iter().sum();
    Ok(Comparison {
        streams: streams.len(),
        days: total,
        false_alarms_per_month_interval: poisson_interval(protocol.false_alarms)
            .scaled(MONTH_DAYS / total),
        protocol,
        rivals,
    })
}

/// Every scenario with one seed, each after the same calm weeks.
fn streams(
    protocol: &Protocol,
    classifier: &Classifier,
    seed: u64,
    options: &Options,
) -> Result<Vec<Stream>> {
    let mut calm: Option<(f64, Recording, Monitor)> = None;
    let mut streams = Vec::new();
    for name in &options.scenarios {
        let asked = simulate::Options {
            seed,
            ..simulate::Options::default()
        };
        let simulation = simulate(name, &asked)?;
        let rate = simulate::scenarios()
            .iter()
            .find(|s| s.name == *name)
            .map_or(0.0, |s| s.rate);
        if calm.as_ref().is_none_or(|c| c.0 != rate) {
            let before = simulate::Options {
                seed: seed + RUN_IN_SEED,
                days: u32::try_from(RUN_IN.millis() / Span::days(1).millis()).ok(),
                start: asked.start.minus(RUN_IN),
                rate: Some(rate),
                ..asked.clone()
            };
            let recording = Recording::of(simulate("calm", &before)?.mentions, classifier);
            let mut monitor = Monitor::with_classifier(protocol.clone(), classifier.clone());
            recording.replay_into(&mut monitor);
            calm = Some((rate, recording, monitor));
        }
        let Some((_, before, monitor)) = &calm else {
            continue;
        };
        let recording = Recording::of(simulation.mentions, classifier);
        let mut monitor = monitor.clone();
        let mut signals = recording.replay_into(&mut monitor);
        signals.extend(monitor.finish());
        let fires: Vec<(Timestamp, String)> =
            backtest::alarms(protocol, &signals, &options.counting)
                .into_iter()
                .filter(|a| a.at >= asked.start)
                .map(|a| (a.at, a.entity))
                .collect();
        let last = recording.extent().map_or(asked.start, |(_, last)| last);
        let entity = protocol.entities.first().map_or("", |e| e.name.as_str());
        streams.push(Stream {
            from: asked.start,
            days: backtest::days_between(asked.start, last),
            ours: tally(&fires, &simulation.incidents, &options.counting),
            incidents: simulation.incidents,
            series: [false, true].map(|negative| {
                let counted = before.mentions.iter().zip(&before.analyses);
                let counted = counted.chain(recording.mentions.iter().zip(&recording.analyses));
                series(counted, asked.start.minus(RUN_IN), last, entity, negative)
            }),
        });
    }
    Ok(streams)
}

fn series<'a>(
    counted: impl Iterator<Item = (&'a Mention, &'a Analysis)>,
    first: Timestamp,
    last: Timestamp,
    entity: &str,
    negative: bool,
) -> Series {
    let place =
        |at: Timestamp| usize::try_from((at.millis() - first.millis()) / STEP.millis()).ok();
    let mut counts = vec![0; place(last).unwrap_or(0) + 1];
    for (mention, analysis) in counted {
        let about = !mention.from_brand && analysis.entities.iter().any(|e| e.name == entity);
        if about
            && (!negative || analysis.sentiment.label == Polarity::Negative)
            && let Some(count) = place(mention.timestamp).and_then(|p| counts.get_mut(p))
        {
            *count += 1;
        }
    }
    Series::new(&counts)
}

fn tally(
    fires: &[(Timestamp, String)],
    incidents: &[Incident],
    counting: &backtest::Options,
) -> Tally {
    let due = |f: &(Timestamp, String), i: &Incident| within(f.0, &f.1, i, counting);
    let minutes = |from: Timestamp, to: Timestamp| (to.millis() - from.millis()) as f64 / 60_000.0;
    Tally {
        delays: incidents
            .iter()
            .map(|i| {
                let whole = minutes(i.start, i.end);
                let first = fires.iter().filter(|f| due(f, i)).map(|f| f.0).min();
                first.map_or((false, whole), |at| (true, minutes(i.start, at).min(whole)))
            })
            .collect(),
        false_alarms: fires
            .iter()
            .filter(|f| !incidents.iter().any(|i| due(f, i)))
            .count(),
    }
}

fn figures(tallies: &[&Tally], days: &[f64]) -> Figures {
    let delays = || tallies.iter().flat_map(|t| &t.delays);
    let incidents = delays().count();
    let false_alarms = tallies.iter().map(|t| t.false_alarms).sum();
    Figures {
        incidents,
        detected: delays().filter(|d| d.0).count(),
        mean_delay_minutes: delays().map(|d| d.1).sum::<f64>() / incidents.max(1) as f64,
        false_alarms,
        false_alarms_per_month: false_alarms as f64 * MONTH_DAYS / days.iter().sum::<f64>(),
    }
}

fn rival(
    rule: &'static Rule,
    series: usize,
    streams: &[Stream],
    ours: &Figures,
    options: &Options,
) -> Rival {
    let days: Vec<f64> = streams.iter().map(|s| s.days).collect();
    let first = (RUN_IN.millis() / STEP.millis()) as usize;
    let looks: Vec<Vec<Option<Look>>> = streams
        .iter()
        .map(|s| rule.looks(&s.series[series], first))
        .collect();
    let run = |rule: &Rule| -> (Vec<Tally>, Figures) {
        let tallies: Vec<Tally> = streams
            .iter()
            .zip(&looks)
            .map(|(stream, looks)| {
                let entity = stream.incidents.first().map_or("", |i| i.entity.as_str());
                let at = |t: usize| {
                    let closed = STEP.millis() * (t as i64 + 1);
                    Timestamp::from_millis(stream.from.millis() + closed)
                };
                let fires = rule.fires(looks).into_iter();
                let fires: Vec<_> = fires.map(|t| (at(t), entity.to_owned())).collect();
                tally(&fires, &stream.incidents, &options.counting)
            })
            .collect();
        let figures = figures(&tallies.iter().collect::<Vec<_>>(), &days);
        (tallies, figures)
    };
    let swept: Vec<(Vec<Tally>, Figures)> = rule.sweep().iter().map(run).collect();
    let as_quick = swept
        .iter()
        .filter(|(_, f)| f.mean_delay_minutes <= ours.mean_delay_minutes)
        .min_by_key(|(_, f)| f.false_alarms);
    let as_quiet = swept
        .iter()
        .filter(|(_, f)| f.false_alarms <= ours.false_alarms)
        .min_by(|a, b| a.1.mean_delay_minutes.total_cmp(&b.1.mean_delay_minutes));
    let gap = |theirs: Option<&(Vec<Tally>, Figures)>, what: fn(&Figures) -> f64| {
        theirs.and_then(|(tallies, _)| difference(tallies, streams, &days, what, options.draws))
    };
    Rival {
        rule: &rule.name,
        series: ["all", "negative"][series],
        documented: run(rule).1,
        more_false_alarms: gap(as_quick, |f| f.false_alarms_per_month),
        as_quick: as_quick.map(|(_, f)| *f),
        later_by: gap(as_quiet, |f| f.mean_delay_minutes),
        as_quiet: as_quiet.map(|(_, f)| *f),
    }
}

/// The 95 % interval of a figure of theirs less ours, over streams drawn again in pairs.
fn difference(
    theirs: &[Tally],
    streams: &[Stream],
    days: &[f64],
    what: fn(&Figures) -> f64,
    draws: usize,
) -> Option<Interval> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let n = streams.len();
    let draws = (0..draws)
        .map(|_| {
            let drawn: Vec<usize> = (0..n)
                .map(|_| rng.random_range(0..n as u64) as usize)
                .collect();
            let days: Vec<f64> = drawn.iter().map(|&i| days[i]).collect();
            let theirs: Vec<&Tally> = drawn.iter().map(|&i| &theirs[i]).collect();
            let ours: Vec<&Tally> = drawn.iter().map(|&i| &streams[i].ours).collect();
            what(&figures(&theirs, &days)) - what(&figures(&ours, &days))
        })
        .collect();
    Interval::of_draws(draws)
}
