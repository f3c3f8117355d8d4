//! `avizor simulate`: a stream with a known truth, to rehearse a protocol on.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Result, bail};
use avizor_lab::simulate::{Options, incidents_csv, scenarios, simulate};

use crate::table::wrapped;
use crate::{Outcome, output};

/// Arguments of `avizor simulate`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Name of a scenario; --list shows them
    #[arg(value_name = "SCENARIO", required_unless_present = "list")]
    scenario: Option<String>,
    /// Another seed, another stream of the same scenario
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Length in days [default: the scenario's own]
    #[arg(long, value_name = "D")]
    days: Option<u32>,
    /// Mentions a day [default: the scenario's own]
    #[arg(long, value_name = "R")]
    rate: Option<f64>,
    /// Write what should be raised to this file, as CSV
    #[arg(long, value_name = "I.csv")]
    incidents: Option<PathBuf>,
    /// Show the scenarios and what should be raised in each
    #[arg(long)]
    list: bool,
}

pub(crate) fn run(args: &Args) -> Result<Outcome> {
    if args.list {
        return list();
    }
    let Some(scenario) = &args.scenario else {
        bail!("name a scenario; `avizor simulate --list` shows them");
    };
    let options = Options {
        seed: args.seed,
        days: args.days,
        rate: args.rate,
        ..Options::default()
    };
    let stream = simulate(scenario, &options)?;
    if let Some(path) = &args.incidents {
        output::write_file(path, incidents_csv(&stream.incidents).as_bytes())?;
    }
    let mut out = output::stdout();
    for mention in &stream.mentions {
        out.write_all(&output::line(mention)?)?;
    }
    out.flush()?;
    Ok(Outcome::Done)
}

fn list() -> Result<Outcome> {
    let mut text = String::new();
    for scenario in scenarios() {
        let _ = writeln!(text, "{} ({})", scenario.name, scenario.length);
        text.push_str(&wrapped(scenario.description, 4));
        text.push_str(&wrapped(&format!("expect: {}", scenario.expect), 4));
    }
    output::print(&text)?;
    Ok(Outcome::Done)
}
