//! `avizor backtest`: a protocol against a history whose incidents are known.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context, Result};
use avizor::{Protocol, Span};
use avizor_lab::backtest::{Backtest, Fate, Options, backtest};

use super::history::{HistoryArgs, incidents};
use crate::input::InputArgs;
use crate::output::WholeFile;
use crate::table::{aligned, wrapped};
use crate::{Outcome, load, output};

/// Arguments of `avizor backtest`.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "An alarm is one firing of one rule for one entity. It is due from the start of an incident of its \
                  entity to the incident's end and --grace more; the first alarm that is due detects the incident, \
                  and every alarm that is not due is a false one. A fire counts once, at the moment it fires."
)]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,
    /// Protocol to judge by
    #[arg(long, value_name = "P.toml")]
    protocol: PathBuf,
    /// What happened, as CSV: incident,entity,start,end,kind; the header alone where nothing should be raised
    #[arg(long, value_name = "I.csv")]
    incidents: PathBuf,
    #[command(flatten)]
    counting: Counting,
    #[command(flatten)]
    history: HistoryArgs,
    /// Write every change of state and what it was worth to this file, as JSON Lines
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What counts as an alarm.
#[derive(clap::Args, Debug)]
pub(crate) struct Counting {
    /// How long after an incident's end an alarm is still about it
    #[arg(long, value_name = "SPAN", default_value = "1h")]
    grace: Span,
    /// Count alarms of this level and graver ones only [default: all]
    #[arg(long, value_name = "LEVEL")]
    level: Option<String>,
}

impl Counting {
    pub(crate) fn options(&self, protocol: &Protocol) -> Result<Options> {
        let severity = match &self.level {
            None => 0,
            Some(name) => {
                let known: Vec<&str> = protocol.levels.iter().map(|l| l.name.as_str()).collect();
                protocol
                    .levels
                    .iter()
                    .find(|l| l.name == *name)
                    .with_context(|| {
                        format!(
                            "there is no level called `{name}`: the levels are {}",
                            known.join(", ")
                        )
                    })?
                    .severity
            }
        };
        Ok(Options {
            grace: self.grace,
            severity,
        })
    }
}

pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let protocol = load::protocol(&args.protocol)?;
    let incidents = incidents(&args.incidents)?;
    let options = args.counting.options(&protocol)?;
    let mut log_file = args.log.as_deref().map(WholeFile::create).transpose()?;
    let (recording, outcome) = args.history.read(&args.input, &protocol)?;
    let (result, log) = backtest(&protocol, &recording, &incidents, &options)?;
    if let Some(file) = &mut log_file {
        for transition in &log {
            file.write_all(&output::line(transition)?)?;
        }
    }
    if let Some(file) = log_file {
        file.commit()?;
    }
    if args.json {
        output::print(&format!("{}\n", serde_json::to_string_pretty(&result)?))?;
    } else {
        output::print(&table(&protocol, &result))?;
    }
    Ok(outcome)
}

fn table(protocol: &Protocol, b: &Backtest) -> String {
    let mut text = format!("{:.1} days, {} alarms\n", b.days, b.alarms);
    text.push_str(&wrapped(&summary(b), 0));
    if !b.fates.is_empty() {
        text.push('\n');
        text.push_str(&aligned(&fates(&b.fates)));
    }
    if !b.false_alarms_by_trigger.is_empty() {
        let by: Vec<String> = b
            .false_alarms_by_trigger
            .iter()
            .map(|(t, n)| format!("{t} {n}"))
            .collect();
        let _ = write!(
            text,
            "\n{}",
            wrapped(&format!("false alarms: {}", by.join(", ")), 0)
        );
    }
    for (entity, minutes) in &b.minutes_in_level {
        let levels: Vec<String> = protocol
            .levels
            .iter()
            .filter_map(|l| Some(format!("{} {:.1} h", l.name, minutes.get(&l.name)? / 60.0)))
            .collect();
        text.push_str(&wrapped(
            &format!("time in each level, {entity}: {}", levels.join(", ")),
            0,
        ));
    }
    text
}

/// The figures in one sentence.
pub(crate) fn summary(b: &Backtest) -> String {
    let interval = b.false_alarms_per_month_interval;
    let mut text = format!("{} of {} incidents detected", b.detected, b.incidents);
    if let Some(delay) = b.median_delay_minutes {
        let _ = write!(text, ", median delay {delay:.0} min");
    }
    if let Some(lead) = b.median_lead_minutes {
        let _ = write!(text, ", median lead before the peak {lead:.0} min");
    }
    let _ = write!(
        text,
        "; {} false alarms, {:.2} a month (95 %: {:.2} to {:.2})",
        b.false_alarms, b.false_alarms_per_month, interval.low, interval.high
    );
    text
}

fn fates(fates: &[Fate]) -> Vec<Vec<String>> {
    let head = [
        "incident",
        "start",
        "delay min",
        "lead min",
        "level",
        "trigger",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let minutes = |m: Option<f64>| m.map_or("-".to_owned(), |m| format!("{m:.0}"));
    rows.extend(fates.iter().map(|f| {
        vec![
            f.incident.clone(),
            f.start.to_string(),
            minutes(f.delay_minutes),
            minutes(f.lead_minutes),
            f.level.clone().unwrap_or_else(|| "missed".to_owned()),
            f.trigger.clone().unwrap_or_default(),
        ]
    }));
    rows
}
