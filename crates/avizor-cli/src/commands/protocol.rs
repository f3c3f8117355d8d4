//! `avizor protocol`: the file checked, and its tests run.

use std::path::PathBuf;

use anyhow::Result;
use avizor::Protocol;

use super::{diff, protocol_test};
use crate::table::{aligned, wrapped};
use crate::{Outcome, load, output};

#[derive(clap::Subcommand, Debug)]
pub(crate) enum Command {
    /// Validates a protocol file and shows what it holds
    Check {
        /// Protocol file
        #[arg(value_name = "P.toml")]
        protocol: PathBuf,
    },
    /// Runs the tests of a protocol file: one line each, status 1 where one fails
    Test(protocol_test::Args),
    /// Replays one history under two protocols and says what the second changes
    Diff(Box<diff::ProtocolArgs>),
}

pub(crate) fn run(command: Command) -> Result<Outcome> {
    match command {
        Command::Test(args) => protocol_test::run(&args),
        Command::Diff(args) => diff::run_protocol(&args),
        Command::Check { protocol } => {
            let found = load::protocol(&protocol)?;
            let file = protocol.display().to_string();
            output::print(&format!(
                "{}{}",
                wrapped(&format!("{file}: valid"), 0),
                found_in(&found)
            ))?;
            Ok(Outcome::Done)
        }
    }
}

fn found_in(protocol: &Protocol) -> String {
    let names = |list: &[String]| {
        if list.is_empty() {
            "none".to_owned()
        } else {
            list.join(", ")
        }
    };
    let entities: Vec<String> = protocol.entities.iter().map(|e| e.name.clone()).collect();
    let competitors: Vec<String> = protocol
        .competitors
        .iter()
        .map(|e| e.name.clone())
        .collect();
    let topics: Vec<String> = protocol.topics.iter().map(|t| t.name.clone()).collect();
    let mut text = wrapped(
        &format!(
            "language {}, time zone {}, late mentions are waited for {}",
            protocol.language.code(),
            protocol.timezone,
            protocol.allowed_lateness
        ),
        0,
    );
    for (title, list) in [
        ("entities", entities),
        ("competitors", competitors),
        ("topics", topics),
    ] {
        text.push_str(&wrapped(&format!("{title}: {}", names(&list)), 0));
    }
    text.push('\n');
    text.push_str(&aligned(&levels(protocol)));
    text.push('\n');
    text.push_str(&aligned(&triggers(protocol)));
    for trigger in &protocol.triggers {
        text.push('\n');
        text.push_str(&wrapped(
            &format!("{}: {}", trigger.name, trigger.when.source()),
            0,
        ));
    }
    text.push('\n');
    text.push_str(&wrapped(&format!("tests: {}", protocol.tests.len()), 0));
    text
}

fn levels(protocol: &Protocol) -> Vec<Vec<String>> {
    let head = ["level", "severity", "respond within", "actions", "owner"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(protocol.levels.iter().map(|l| {
        vec![
            l.name.clone(),
            l.severity.to_string(),
            l.respond_within.to_string(),
            l.actions.len().to_string(),
            l.owner.clone(),
        ]
    }));
    rows
}

fn triggers(protocol: &Protocol) -> Vec<Vec<String>> {
    let head = ["trigger", "level", "window", "for", "keep firing for"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(protocol.triggers.iter().map(|t| {
        let level = protocol.levels.get(t.level).map_or("", |l| l.name.as_str());
        vec![
            t.name.clone(),
            level.to_owned(),
            t.window.to_string(),
            t.hold.to_string(),
            t.keep_firing_for.to_string(),
        ]
    }));
    rows
}
