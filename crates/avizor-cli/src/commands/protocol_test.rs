//! `avizor protocol test`: each [[test]] of a protocol file, replayed over a scenario or a file of mentions.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use avizor::crisis::SignalState;
use avizor::protocol::{Expectation, Test};
use avizor::{Classifier, Counts, Mention, Monitor, Protocol, Signal};
use avizor_arrow::ReadOptions;
use avizor_lab::simulate::{Incident, Options, recast, scenarios, simulate};
use rayon::ThreadPool;

use crate::input::InputArgs;
use crate::{Outcome, load, output};

/// Arguments of `avizor protocol test`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Protocol file; `replay` names a scenario, or a file of mentions beside it
    #[arg(value_name = "P.toml")]
    protocol: PathBuf,
    /// Seed of the simulated scenarios
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Threads [default: one a core]
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let protocol = load::protocol(&args.protocol)?;
    if protocol.tests.is_empty() {
        output::say("there are no tests: add [[test]] with name, replay and expect");
        return Ok(Outcome::Done);
    }
    let stage = Stage {
        pool: load::pool(args.threads)?,
        classifier: Classifier::for_protocol(&protocol).with_evidence(false),
        folder: args.protocol.parent().unwrap_or(Path::new("")),
        protocol: &protocol,
        seed: args.seed,
    };
    let mut failed = 0;
    for test in &protocol.tests {
        let verdict = stage.run(test)?;
        failed += usize::from(verdict.missing.is_some());
        output::print(&line(test, &verdict))?;
    }
    output::say(&format!("{} tests, {failed} failed", protocol.tests.len()));
    Ok(if failed == 0 {
        Outcome::Done
    } else {
        Outcome::Failed
    })
}

/// What all tests share.
struct Stage<'a> {
    pool: ThreadPool,
    classifier: Classifier,
    folder: &'a Path,
    protocol: &'a Protocol,
    seed: u64,
}

/// How a test went.
struct Verdict {
    fired: Vec<Signal>,
    incidents: Vec<Incident>,
    /// Why it failed.
    missing: Option<String>,
}

impl Stage<'_> {
    fn run(&self, test: &Test) -> Result<Verdict> {
        let mut monitor = Monitor::with_classifier(self.protocol.clone(), self.classifier.clone());
        let mut fired = Vec::new();
        let incidents = if scenarios().iter().any(|s| s.name == test.replay) {
            let options = Options {
                seed: self.seed,
                ..Options::default()
            };
            let mut stream = simulate(&test.replay, &options)?;
            recast(&mut stream, self.protocol);
            self.observe(&mut monitor, &stream.mentions, &mut fired);
            stream.incidents
        } else {
            self.replay_file(test, &mut monitor, &mut fired)?;
            Vec::new()
        };
        fired.extend(monitor.finish());
        // A rise of level counts for what a test expects: it is how an unanswered signal comes to its level.
        fired.retain(|s| s.state == SignalState::Firing);
        if incidents.is_empty() && test.expect.iter().any(|e| e.before.is_some()) {
            bail!(
                "the test `{}` asks `before`, but nothing begins in `{}` that it could be counted from: leave `before` \
                 out, or replay a scenario with an incident",
                test.name,
                test.replay
            );
        }
        let missing = missing(test, &fired, &incidents, monitor.counts());
        Ok(Verdict {
            fired,
            incidents,
            missing,
        })
    }

    fn replay_file(
        &self,
        test: &Test,
        monitor: &mut Monitor,
        signals: &mut Vec<Signal>,
    ) -> Result<()> {
        let path = self.folder.join(&test.replay);
        if !path.is_file() {
            let names: Vec<&str> = scenarios().iter().map(|s| s.name).collect();
            bail!(
                "the test `{}` replays `{}`, which is no file beside the protocol and no scenario: the scenarios are {}",
                test.name,
                test.replay,
                names.join(", ")
            );
        }
        let mut source = InputArgs::of(&path).open(&ReadOptions::default())?;
        while let Some(batch) = source.next()? {
            self.observe(monitor, &batch.mentions, signals);
        }
        source.finish()?;
        Ok(())
    }

    fn observe(&self, monitor: &mut Monitor, mentions: &[Mention], signals: &mut Vec<Signal>) {
        let analyses = load::analyse(&self.pool, &self.classifier, mentions, |_, a| a);
        for (mention, analysis) in mentions.iter().zip(&analyses) {
            signals.extend(monitor.observe_analysed(mention, analysis));
        }
    }
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

/// The test's line: whether it passed, why not, and what fired.
fn line(test: &Test, verdict: &Verdict) -> String {
    let state = if verdict.missing.is_none() {
        "pass"
    } else {
        "FAIL"
    };
    let mut line = format!("{state}  {} ({})", test.name, test.replay);
    if let Some(missing) = &verdict.missing {
        let _ = write!(line, ": {missing}");
    }
    if verdict.fired.is_empty() {
        line.push_str("; nothing fired");
    } else {
        let fired: Vec<String> = verdict
            .fired
            .iter()
            .map(|s| when(s, &verdict.incidents))
            .collect();
        let _ = write!(line, "; fired: {}", fired.join(", "));
    }
    line.push('\n');
    line
}

/// A signal, with its delay after the incident that was on when it fired.
fn when(signal: &Signal, incidents: &[Incident]) -> String {
    let incident = incidents
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
