//! `avizor diff` and `avizor protocol diff`: what the second of two models or protocols changes over the same mentions.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use avizor::Classifier;
use avizor_lab::backtest::Alarm;
use avizor_lab::change::{ClassifierChange, ProtocolChange, Shift, classifiers, protocols};
use avizor_lab::recording::{Recording, scope};

use super::backtest::{Counting, summary};
use super::history::{HistoryArgs, incidents, mentions};
use crate::input::InputArgs;
use crate::table::wrapped;
use crate::{Outcome, load, output};

/// Lines shown of each kind of change; --json has them all.
const SHOWN: usize = 10;

/// Arguments of `avizor diff`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Model file, protocol file, or `shipped`
    #[arg(value_name = "A")]
    before: PathBuf,
    /// What to compare it with: of the same kind
    #[arg(value_name = "B")]
    after: PathBuf,
    #[command(flatten)]
    rest: Rest,
    /// Protocol whose topics and entities both models look for
    #[arg(long, value_name = "P.toml")]
    protocol: Option<PathBuf>,
    /// Examples shown of each change of a label
    #[arg(long, value_name = "N", default_value_t = 3)]
    examples: usize,
}

/// Arguments of `avizor protocol diff`.
#[derive(clap::Args, Debug)]
pub(crate) struct ProtocolArgs {
    /// Protocol as it is
    #[arg(value_name = "A.toml")]
    before: PathBuf,
    /// Protocol as it would be
    #[arg(value_name = "B.toml")]
    after: PathBuf,
    #[command(flatten)]
    rest: Rest,
}

#[derive(clap::Args, Debug)]
struct Rest {
    #[command(flatten)]
    input: InputArgs,
    /// What happened, as CSV: incident,entity,start,end,kind [default: nothing is known]
    #[arg(long, value_name = "I.csv")]
    incidents: Option<PathBuf>,
    #[command(flatten)]
    counting: Counting,
    #[command(flatten)]
    history: HistoryArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let is_protocol = |path: &Path| path.extension() == Some(OsStr::new("toml"));
    match (is_protocol(&args.before), is_protocol(&args.after)) {
        (true, true) => compare_protocols(&args.before, &args.after, &args.rest),
        (false, false) => compare_models(args),
        _ => bail!(
            "`{}` and `{}` are of different kinds: compare two protocols (.toml) or two models (.avz, or `shipped`)",
            args.before.display(),
            args.after.display()
        ),
    }
}

pub(crate) fn run_protocol(args: &ProtocolArgs) -> Result<Outcome> {
    compare_protocols(&args.before, &args.after, &args.rest)
}

fn compare_protocols(before: &Path, after: &Path, rest: &Rest) -> Result<Outcome> {
    let (old, new) = (load::protocol(before)?, load::protocol(after)?);
    let incidents = rest.incidents.as_deref().map(incidents).transpose()?;
    let (first, outcome) = rest.history.read(&rest.input, &old)?;
    // Where entities and topics are the same, so are the analyses.
    let second = if scope(&old) == scope(&new) {
        None
    } else {
        let classifier = Classifier::for_protocol(&new).with_evidence(false);
        let pool = rest.history.pool()?;
        Some(pool.install(|| Recording::of(first.mentions.clone(), &classifier)))
    };
    let change = protocols(
        (&old, &first),
        (&new, second.as_ref().unwrap_or(&first)),
        incidents.as_deref().unwrap_or_default(),
        &rest.counting.options(&old)?,
    )?;
    if rest.json {
        output::print(&format!("{}\n", serde_json::to_string_pretty(&change)?))?;
    } else {
        output::print(&protocol_table(&change, incidents.is_some()))?;
    }
    Ok(outcome)
}

fn protocol_table(c: &ProtocolChange, known: bool) -> String {
    let mut text = wrapped(&sentence(c, known), 0);
    text.push('\n');
    for (name, b) in [("before", &c.before), ("after", &c.after)] {
        let said = if known {
            summary(b)
        } else {
            format!("{} alarms in {:.1} days", b.alarms, b.days)
        };
        text.push_str(&wrapped(&format!("{name}: {said}"), 0));
    }
    let line = |a: &Alarm| format!("{}  {} by {} for {}", a.at, a.level, a.trigger, a.entity);
    let of = |alarms: &[Alarm]| alarms.iter().map(line).collect::<Vec<_>>();
    let moved = c.moved.iter().map(|(old, new)| {
        let minutes = (new.at.millis() - old.at.millis()) / 60_000;
        format!("{} ({minutes:+} min)", line(new))
    });
    list(&mut text, "added", &of(&c.added));
    list(&mut text, "removed", &of(&c.removed));
    list(&mut text, "moved", &moved.collect::<Vec<_>>());
    text
}

/// The change as one would tell it.
fn sentence(c: &ProtocolChange, known: bool) -> String {
    let mut parts = Vec::new();
    let alarms = |n: usize, what: &str| {
        let s = if n == 1 { "" } else { "s" };
        format!("{n} {what}alarm{s}")
    };
    let what = if known { "false " } else { "" };
    let count = |b: &avizor_lab::backtest::Backtest| if known { b.false_alarms } else { b.alarms };
    let (old, new) = (count(&c.before), count(&c.after));
    if new > old {
        parts.push(format!("adds {}", alarms(new - old, what)));
    } else if new < old {
        parts.push(format!("saves {}", alarms(old - new, what)));
    }
    parts.extend(c.shifts.iter().map(shifted));
    if parts.is_empty() && c.moved.is_empty() && c.added.is_empty() && c.removed.is_empty() {
        return "this change alters nothing over this history".to_owned();
    }
    if parts.is_empty() {
        return format!(
            "this change leaves the number of {what}alarms as it is: {} added, {} removed, {} moved",
            c.added.len(),
            c.removed.len(),
            c.moved.len()
        );
    }
    format!("this change {}", parts.join(" and "))
}

fn shifted(s: &Shift) -> String {
    match (s.before_minutes, s.after_minutes, s.earlier_minutes) {
        (None, Some(after), _) => format!(
            "finds {}, missed before, after {after:.0} minutes",
            s.incident
        ),
        (Some(_), None, _) => format!("misses {}", s.incident),
        (_, _, Some(e)) if e < 0.0 => format!("finds {} {:.0} minutes later", s.incident, -e),
        (_, _, e) => format!(
            "finds {} {:.0} minutes earlier",
            s.incident,
            e.unwrap_or(0.0)
        ),
    }
}

fn list(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}: {}", lines.len());
    for line in lines.iter().take(SHOWN) {
        text.push_str(&wrapped(line, 2));
    }
    if lines.len() > SHOWN {
        text.push_str(&wrapped(&format!("and {} more", lines.len() - SHOWN), 2));
    }
}

fn compare_models(args: &Args) -> Result<Outcome> {
    let protocol = args.protocol.as_deref().map(load::protocol).transpose()?;
    let classifier = |path: &Path| {
        let own = (path.as_os_str() != "shipped").then(|| path.to_owned());
        let own: Vec<PathBuf> = own.into_iter().collect();
        Ok::<_, anyhow::Error>(load::classifier(protocol.as_ref(), &own)?.with_evidence(false))
    };
    let (old, new) = (classifier(&args.before)?, classifier(&args.after)?);
    let (said, outcome) = mentions(&args.rest.input)?;
    let pool = args.rest.history.pool()?;
    let read = |classifier: &Classifier| load::analyse(&pool, classifier, &said, |_, a| a);
    let change = classifiers(&said, &read(&old), &read(&new), args.examples);
    if args.rest.json {
        output::print(&format!("{}\n", serde_json::to_string_pretty(&change)?))?;
    } else {
        output::print(&model_table(&change))?;
    }
    Ok(outcome)
}

fn model_table(c: &ClassifierChange) -> String {
    let mut text = format!("{} of {} mentions change\n", c.changed, c.mentions);
    for (name, field) in &c.fields {
        let share = 100.0 * field.changed as f64 / c.mentions.max(1) as f64;
        let _ = writeln!(text, "\n{name}: {} ({share:.1} %)", field.changed);
        let mut moves: Vec<(&str, &str, usize)> = field
            .transitions
            .iter()
            .flat_map(|(from, to)| {
                to.iter()
                    .map(move |(to, n)| (from.as_str(), to.as_str(), *n))
            })
            .collect();
        moves.sort_by(|a, b| b.2.cmp(&a.2).then(a.cmp(b)));
        for (from, to, n) in moves.into_iter().take(SHOWN) {
            text.push_str(&wrapped(&format!("{n} {from} -> {to}"), 2));
        }
        for e in &field.examples {
            text.push_str(&wrapped(
                &format!("{}: {} -> {}", e.id, e.before, e.after),
                4,
            ));
            text.push_str(&wrapped(&e.text, 6));
        }
    }
    text
}
