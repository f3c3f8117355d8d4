//! `avizor tune`: thresholds, windows and waits chosen under a budget of false alarms.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, Result};
use avizor_lab::tune::{Candidate, Done, Options, Part, Score, Tuned, tune};

use super::backtest::Counting;
use super::history::{HistoryArgs, incidents};
use crate::input::InputArgs;
use crate::progress::Progress;
use crate::table::{aligned, plot, wrapped};
use crate::{Outcome, load, output};

/// Arguments of `avizor tune`.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Every rule is varied and replayed over the recorded analyses; sets of rules are scored by adding \
                  up. The end of the history is held out: nothing is chosen on it, and the result says how the chosen \
                  protocol does there. Delays are means over all incidents; a missed one counts with its whole length."
)]
pub(crate) struct Args {
    #[command(flatten)]
    input: InputArgs,
    /// Protocol to tune
    #[arg(long, value_name = "P.toml")]
    protocol: PathBuf,
    /// What happened, as CSV: incident,entity,start,end,kind
    #[arg(long, value_name = "I.csv")]
    incidents: PathBuf,
    /// False alarms a month that are accepted, of all rules and entities together
    #[arg(long, value_name = "K", default_value_t = Options::default().budget)]
    budget: f64,
    /// Change this rule only; may be repeated [default: all]
    #[arg(long = "rule", value_name = "TRIGGER")]
    rules: Vec<String>,
    /// Leave out rules that earn nothing in the days searched, where others raise their level and no test names them
    #[arg(long)]
    drop_rules: bool,
    /// Variants of each rule at most
    #[arg(long, value_name = "N", default_value_t = Options::default().per_rule)]
    variants: usize,
    /// Random sets of rules looked at, beside those of the search
    #[arg(long, value_name = "N", default_value_t = Options::default().draws)]
    draws: usize,
    /// Share of the history, its end, that nothing is chosen on
    #[arg(long, value_name = "SHARE", default_value_t = Options::default().held_out)]
    held_out: f64,
    /// Seed of all that is drawn: the same gives the same answer
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    counting: Counting,
    #[command(flatten)]
    history: HistoryArgs,
    /// Keep what was replayed in this file, and go on from it if it exists
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    /// Write the chosen protocol to this file
    #[arg(long, value_name = "NEW.toml")]
    output: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<Outcome> {
    for path in [&args.output, &args.resume].into_iter().flatten() {
        output::check_folder(path)?;
    }
    let protocol = load::protocol(&args.protocol)?;
    let text = fs::read_to_string(&args.protocol)?;
    let incidents = incidents(&args.incidents)?;
    let options = Options {
        budget: args.budget,
        rules: args.rules.clone(),
        may_drop: args.drop_rules,
        per_rule: args.variants,
        draws: args.draws,
        seed: args.seed,
        held_out: args.held_out,
        counting: args.counting.options(&protocol)?,
        ..Options::default()
    };
    let (recording, outcome) = args.history.read(&args.input, &protocol)?;
    let done = args.resume.as_deref().map(kept).transpose()?;
    let keeper = Keeper::open(args.resume.as_deref())?;
    let most = (args.variants * protocol.triggers.len()) as u64;
    let progress = Mutex::new(Progress::counting(most, "variants"));
    let told = |new: &Done| {
        keeper.keep(new);
        if let Ok(progress) = progress.lock() {
            progress.more(new.len() as u64);
        }
    };
    let tuned = args.history.pool()?.install(|| {
        tune(
            &text,
            &recording,
            &incidents,
            &options,
            &done.unwrap_or_default(),
            &told,
        )
    });
    if let Ok(progress) = progress.lock() {
        progress.finish();
    }
    let tuned = tuned?;
    keeper.check()?;
    if let Some(path) = &args.output {
        output::write_file(path, tuned.protocol.as_bytes())?;
    }
    if args.json {
        output::print(&format!("{}\n", serde_json::to_string_pretty(&tuned)?))?;
    } else {
        output::print(&table(&tuned, args.budget))?;
    }
    Ok(outcome)
}

/// What an earlier run kept; a last line that was cut off is replayed again.
fn kept(path: &Path) -> Result<Done> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Done::new()),
        Err(error) => {
            return Err(error).with_context(|| {
                format!(
                    "cannot read `{}`: check that you may read it",
                    path.display()
                )
            });
        }
    };
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let mut done = Done::new();
    for (i, line) in whole.lines().enumerate() {
        let read: Done = serde_json::from_str(line).with_context(|| {
            format!(
                "{}:{}: this is not what `avizor tune --resume` keeps; name another file",
                path.display(),
                i + 1
            )
        })?;
        done.extend(read);
    }
    Ok(done)
}

/// Adds what is new to the file, line by line.
struct Keeper {
    file: Option<Mutex<fs::File>>,
    fault: Mutex<Option<std::io::Error>>,
}

impl Keeper {
    fn open(path: Option<&Path>) -> Result<Self> {
        let open = |path: &Path| {
            let mut file = OpenOptions::new().create(true).append(true).open(path)?;
            let text = fs::read(path)?;
            // What was cut off must not run into what comes.
            if text.last().is_some_and(|b| *b != b'\n') {
                let whole = text
                    .iter()
                    .rposition(|b| *b == b'\n')
                    .map_or(0, |end| end + 1);
                file.set_len(whole as u64)?;
                file.flush()?;
            }
            Ok::<_, std::io::Error>(Mutex::new(file))
        };
        let file = path.map(open).transpose().with_context(|| {
            "cannot write the file of --resume: check that its folder exists and that you may write there"
        })?;
        Ok(Self {
            file,
            fault: Mutex::new(None),
        })
    }

    fn keep(&self, new: &Done) {
        let (Some(file), Ok(line)) = (&self.file, output::line(new)) else {
            return;
        };
        let written = file.lock().map(|mut file| file.write_all(&line));
        if let (Ok(Err(error)), Ok(mut fault)) = (written, self.fault.lock()) {
            fault.get_or_insert(error);
        }
    }

    fn check(self) -> Result<()> {
        match self.fault.into_inner() {
            Ok(Some(error)) => {
                Err(error).context("cannot write the file of --resume: check the space on the disk")
            }
            _ => Ok(()),
        }
    }
}

fn table(t: &Tuned, budget: f64) -> String {
    let mut text = wrapped(
        &format!(
            "{} variants of single rules replayed, {} sets of rules looked at; budget {budget} false alarms a month",
            t.variants, t.rule_sets
        ),
        0,
    );
    for (name, part) in [("searched", &t.searched), ("held out", &t.held_out)] {
        let Part { from, to } = part;
        text.push_str(&wrapped(&format!("{name}: {from} to {to}"), 0));
    }
    text.push('\n');
    let head = ["", "found", "delay min", "false/month", "95 %"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for (name, score) in [
        ("present, searched", &t.present.searched),
        ("chosen, searched", &t.chosen.searched),
        ("chosen, nested estimate", &t.nested),
        ("present, held out", &t.present.held_out),
        ("chosen, held out", &t.chosen.held_out),
    ] {
        rows.push(row(name.to_owned(), score));
    }
    text.push_str(&aligned(&rows));
    let _ = write!(text, "\n{}", wrapped(&fall(t), 0));
    text.push_str("\nfront, on the days searched:\n");
    let mut rows = vec![
        [
            "false/month",
            "found",
            "delay min",
            "rules out",
            "values changed",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    rows.extend(t.front.iter().map(point));
    text.push_str(&aligned(&rows));
    let dots: Vec<(f64, f64)> = t
        .front
        .iter()
        .filter_map(|c| {
            Some((
                c.searched.false_alarms_per_month,
                c.searched.mean_delay_minutes?,
            ))
        })
        .collect();
    let _ = write!(
        text,
        "\n{}",
        plot(&dots, "false alarms a month", "delay min")
    );
    match &t.cheapest {
        Some(c) => {
            text.push_str("\nthe least change that is better in all three:\n");
            text.push_str(&changes(c));
        }
        None => text.push_str("\nnothing is better than the present protocol in all three\n"),
    }
    if t.diff.is_empty() {
        text.push_str("\nthe present protocol is the best under this budget\n");
    } else {
        let _ = write!(text, "\n{}", t.diff);
    }
    text
}

fn row(name: String, s: &Score) -> Vec<String> {
    let i = s.false_alarms_per_month_interval;
    vec![
        name,
        format!("{}/{}", s.detected, s.incidents),
        s.mean_delay_minutes
            .map_or("-".to_owned(), |m| format!("{m:.0}")),
        format!("{:.2}", s.false_alarms_per_month),
        format!("{:.2} to {:.2}", i.low, i.high),
    ]
}

fn point(c: &Candidate) -> Vec<String> {
    let s = &c.searched;
    vec![
        format!("{:.2}", s.false_alarms_per_month),
        format!("{}/{}", s.detected, s.incidents),
        s.mean_delay_minutes
            .map_or("-".to_owned(), |m| format!("{m:.0}")),
        c.dropped.len().to_string(),
        c.edits.len().to_string(),
    ]
}

/// How far the result fell on the days that nothing was chosen on.
fn fall(t: &Tuned) -> String {
    let (seen, unseen) = (&t.chosen.searched, &t.chosen.held_out);
    let share = |s: &Score| 100.0 * s.detected as f64 / s.incidents.max(1) as f64;
    let mut text = format!(
        "from the days searched to those held out, false alarms a month go from {:.2} to {:.2}",
        seen.false_alarms_per_month, unseen.false_alarms_per_month
    );
    if unseen.incidents == 0 {
        text.push_str(
            "; no incident begins in the days held out, so detection cannot be told there",
        );
    } else {
        let _ = write!(
            text,
            ", detection from {:.0} % to {:.0} %",
            share(seen),
            share(unseen)
        );
        if let (Some(a), Some(b)) = (seen.mean_delay_minutes, unseen.mean_delay_minutes) {
            let _ = write!(text, ", the delay from {a:.0} to {b:.0} minutes");
        }
    }
    text
}

fn changes(c: &Candidate) -> String {
    let mut text: String = c
        .edits
        .iter()
        .map(|e| {
            wrapped(
                &format!("{}: {} {} -> {}", e.trigger, e.what, e.from, e.to),
                2,
            )
        })
        .collect();
    for rule in &c.dropped {
        text.push_str(&wrapped(&format!("{rule}: left out"), 2));
    }
    text
}
