//! What a protocol does with many seeds of every scenario: `crisis SEEDS PROTOCOL.toml [--json] [SCENARIO...]`.
//!
//! Beside each delay stands that of a CUSUM that knows the shape of the wave, at one false alarm a month. With `--json`
//! all of it is one object. `budget` among the scenarios is what budgets of 0.5, 1 and 4 alarms a month give over years of calm.

use std::collections::BTreeMap;

use avizor::{Classifier, Protocol};
use avizor_benches::{Result, median};
use avizor_lab::simulate::{Options, scenarios};
use avizor_lab::study::crisis::{Replay, Shape, Tally, budget_year, replay, tally};
use rayon::prelude::*;
use serde_json::{Map, Value, json};

/// Streams in which nothing should be raised, but for a notice of the flood and of the gap.
const QUIET: [&str; 4] = ["calm", "viral-positive", "bot-flood", "collector-gap"];
/// Waves that a CUSUM can know the shape of: what comes in the first hours.
const WAVES: [&str; 8] = [
    "flash-burst",
    "outage",
    "recall",
    "breach",
    "night",
    "irony",
    "competitor-crisis",
    "late-data",
];
/// Two hours of a wave tell; later buckets add nothing to the first alarm.
const WAVE: usize = 24;
/// Six hours without a rise end an alarm of the CUSUM.
const REST: usize = 72;
/// Until half of the slow burn has passed, and until the unanswered complaint goes viral, in minutes from the onset.
const SOON: [(&str, f64); 2] = [
    ("slow-burn", 72.0 * 60.0),
    ("unanswered-complaint", 3.0 * 1440.0 + 40.0),
];
/// Alarms a month that are asked for.
const ASKED: [f64; 3] = [0.5, 1.0, 4.0];
/// The fastest streams are not worth two hundred.
const FEW: u64 = 4;
const MONTH_DAYS: f64 = 30.436_875;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let as_json = args.iter().any(|a| a == "--json");
    let mut plain = args.iter().filter(|a| !a.starts_with("--"));
    let usage = "usage: crisis SEEDS PROTOCOL.toml [--json] [SCENARIO...]";
    let seeds: u64 = plain.next().ok_or(usage)?.parse()?;
    let protocol = Protocol::parse(&std::fs::read_to_string(plain.next().ok_or(usage)?)?)?;
    let only: Vec<&String> = plain.collect();
    let wanted = |name: &str| only.is_empty() || only.iter().any(|o| *o == name);
    let by_scenario = replays(seeds, &protocol, wanted)?;
    let mut report = Map::new();
    let mut quiet = Tally::default();
    for info in scenarios() {
        let Some(replays) = by_scenario.get(info.name) else {
            continue;
        };
        let replays: Vec<&Replay> = replays.iter().collect();
        let sum = tally(&replays, 0);
        if QUIET.contains(&info.name) {
            quiet.days += sum.days;
            quiet.vain.extend(sum.vain.clone());
        }
        report.insert(info.name.to_owned(), row(&by_scenario, &replays, &sum));
    }
    report.insert(
        "quiet".into(),
        json!({ "false_alarms_per_month": quiet.vain_per_month(1) }),
    );
    if wanted("budget") {
        report.insert("budget".into(), budgets(seeds.div_ceil(25))?);
    }
    if as_json {
        println!("{}", Value::Object(report));
    } else {
        for (name, row) in report {
            println!("{name:22} {row}");
        }
    }
    Ok(())
}

fn replays(
    seeds: u64,
    protocol: &Protocol,
    wanted: impl Fn(&str) -> bool,
) -> Result<BTreeMap<&'static str, Vec<Replay>>> {
    let classifier = Classifier::for_protocol(protocol).with_evidence(false);
    let protocols = [protocol.clone()];
    let jobs: Vec<(&'static str, u64)> = scenarios()
        .iter()
        .filter(|s| wanted(s.name))
        .flat_map(|s| {
            let few = if s.rate > 1e5 { seeds.min(FEW) } else { seeds };
            (1..=few).map(|seed| (s.name, seed))
        })
        .collect();
    let replays: Vec<Replay> = jobs
        .par_iter()
        .map(|&(name, seed)| {
            let options = Options {
                seed,
                ..Options::default()
            };
            replay(name, &options, &classifier, &protocols)
        })
        .collect::<std::result::Result<_, _>>()?;
    let mut by_scenario: BTreeMap<&str, Vec<Replay>> = BTreeMap::new();
    for replay in replays {
        by_scenario.entry(replay.scenario).or_default().push(replay);
    }
    Ok(by_scenario)
}

fn row(
    by_scenario: &BTreeMap<&'static str, Vec<Replay>>,
    replays: &[&Replay],
    sum: &Tally,
) -> Value {
    let name = replays.first().map_or("", |r| r.scenario);
    let incident = replays.first().is_some_and(|r| !r.incidents.is_empty());
    let optimum = optimum(by_scenario, replays);
    let soon = SOON.iter().find(|(scenario, _)| *scenario == name);
    json!({
        "raised": incident.then(|| sum.raised as f64 / sum.streams.max(1) as f64),
        "median_delay_minutes": sum.median_delay(),
        "cusum_minutes": optimum,
        "ratio": sum.median_delay().zip(optimum).map(|(ours, best)| ours / best),
        "in_time": soon.map(|(_, minutes)| sum.raised_within(*minutes)),
        "false_alarms_per_month": sum.vain_per_month(1),
        "rules": sum.rules,
    })
}

/// Middle delay of the CUSUM that knows the shape, at one false alarm a month on the calm streams.
fn optimum(by_scenario: &BTreeMap<&'static str, Vec<Replay>>, replays: &[&Replay]) -> Option<f64> {
    let first = replays.first().filter(|r| WAVES.contains(&r.scenario))?;
    let calm: Vec<&[u32]> = by_scenario
        .get("calm")?
        .iter()
        .map(|r| &r.negative[..])
        .collect();
    let since = first.incidents.first()?.start.millis() - first.start.millis();
    let onset = (since / 300_000) as usize;
    let waves: Vec<&[u32]> = replays.iter().map(|r| &r.negative[..]).collect();
    let shape = Shape::learn(&calm, &waves, onset, WAVE);
    let months = calm.len() as f64 * 7.0 / MONTH_DAYS;
    let threshold = shape.threshold(&calm, months, REST);
    let delays: Vec<f64> = waves
        .iter()
        .filter_map(|counts| shape.alarm(counts, onset, threshold))
        .map(|bucket| ((bucket + 1) as f64 * 300_000.0 - since as f64) / 60_000.0)
        .collect();
    (!delays.is_empty()).then(|| median(delays))
}

/// What budgets gave over so many years of calm: for each, the greatest factor between asked and achieved, all years
/// together, and the rates.
fn budgets(years: u64) -> Result<Value> {
    let all: Vec<_> = (1..=years)
        .into_par_iter()
        .map(|seed| budget_year(seed, 365, &ASKED))
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let mut rates: BTreeMap<String, (f64, f64, f64)> = BTreeMap::new();
    for year in all.iter().flatten() {
        let key = format!("{} {}", year.window, year.report.asked);
        let sum = rates.entry(key).or_insert((year.report.asked, 0.0, 0.0));
        sum.1 += f64::from(year.report.alarms);
        sum.2 += year.report.months;
    }
    let factor = |&(asked, alarms, months): &(f64, f64, f64)| {
        let ratio = alarms / months / asked;
        ratio.max(1.0 / ratio)
    };
    let worst = rates.values().map(factor).fold(1.0, f64::max);
    let rates: Map<String, Value> = rates
        .into_iter()
        .map(|(name, (_, alarms, months))| (name, json!(alarms / months)))
        .collect();
    Ok(json!({ "years": years, "rates": rates, "factor": worst }))
}
