//! `avizor simulate`: a stream with a known truth, to rehearse a protocol on.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Result, bail};
use avizor_lab::simulate::{Options, Simulation, incidents_csv, scenarios, simulate};

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
    /// How many times its own size each wave has
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    size: f64,
    /// How strong hours and weekdays are, 0 to 1
    #[arg(long, value_name = "S", default_value_t = 1.0)]
    season: f64,
    /// Shares of the languages, such as es=6,en=3,pt=1 [default: nine in ten write Spanish]
    #[arg(long, value_name = "SHARES", value_parser = languages)]
    languages: Option<Languages>,
    /// How many times as often texts have slips, abbreviations, lost accents and emoji; 0 for clean texts
    #[arg(long, value_name = "X", default_value_t = 1.0)]
    noise: f64,
    /// Share of wrong labels in the file of --labels, 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, requires = "labels")]
    label_noise: f64,
    /// Write the sentiment that each text was written to express to this file, as CSV: id,text,label
    #[arg(long, value_name = "L.csv")]
    labels: Option<PathBuf>,
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
        size: args.size,
        season: args.season,
        languages: args.languages.map(|l| l.0),
        noise: args.noise,
        label_noise: args.label_noise,
        ..Options::default()
    };
    let stream = simulate(scenario, &options)?;
    if let Some(path) = &args.incidents {
        output::write_file(path, incidents_csv(&stream.incidents).as_bytes())?;
    }
    if let Some(path) = &args.labels {
        output::write_file(path, &labels(&stream)?)?;
    }
    let mut out = output::stdout();
    for mention in &stream.mentions {
        out.write_all(&output::line(mention)?)?;
    }
    out.flush()?;
    Ok(Outcome::Done)
}

/// Weights of Spanish, English and Portuguese.
#[derive(Clone, Copy, Debug)]
struct Languages([f64; 3]);

fn languages(text: &str) -> std::result::Result<Languages, String> {
    let mut weights = [0.0; 3];
    for part in text.split(',') {
        let fault = || format!("`{part}` is no share of a language: write es=6,en=3,pt=1");
        let (code, share) = part.split_once('=').ok_or_else(fault)?;
        let place = ["es", "en", "pt"].iter().position(|c| *c == code.trim());
        weights[place.ok_or_else(fault)?] = share.trim().parse().map_err(|_| fault())?;
    }
    Ok(Languages(weights))
}

fn labels(stream: &Simulation) -> Result<Vec<u8>> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["id", "text", "label"])?;
    for (mention, sentiment) in stream.mentions.iter().zip(&stream.sentiment) {
        csv.write_record([mention.id.as_str(), mention.text.as_str(), sentiment.name()])?;
    }
    Ok(csv.into_inner()?)
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
