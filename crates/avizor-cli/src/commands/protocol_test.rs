//! `avizor protocol test`: each [[test]] of a protocol file, replayed over a scenario or a file of mentions.

use std::path::{Path, PathBuf};

use anyhow::Result;
use avizor::protocol::Test;
use avizor::{Classifier, Mention, Monitor, Protocol, Signal};
use avizor_arrow::ReadOptions;
use avizor_lab::trial::{Trial, nothing_to_replay, scenario};
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
        let trial = stage.run(test)?;
        failed += usize::from(trial.missing.is_some());
        output::print(&format!("{}\n", trial.line()))?;
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

impl Stage<'_> {
    fn run(&self, test: &Test) -> Result<Trial> {
        let mut monitor = Monitor::with_classifier(self.protocol.clone(), self.classifier.clone());
        let mut signals = Vec::new();
        let incidents = if let Some(stream) = scenario(self.protocol, test, self.seed)? {
            self.observe(&mut monitor, &stream.mentions, &mut signals);
            stream.incidents
        } else {
            self.replay_file(test, &mut monitor, &mut signals)?;
            Vec::new()
        };
        signals.extend(monitor.finish());
        Ok(Trial::judge(test, signals, incidents, monitor.counts())?)
    }

    fn replay_file(
        &self,
        test: &Test,
        monitor: &mut Monitor,
        signals: &mut Vec<Signal>,
    ) -> Result<()> {
        let path = self.folder.join(&test.replay);
        if !path.is_file() {
            return Err(nothing_to_replay(test).into());
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
