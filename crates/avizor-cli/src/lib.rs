//! The command `avizor` as a library, so that the Python package offers the same command: files and pipes in front of
//! the other crates. It must not know how anything is judged, nor hold logic that a library user would miss.

mod commands;
mod input;
mod load;
mod output;
mod progress;
mod table;

use std::ffi::OsString;
use std::io;

use clap::{Parser, Subcommand};

/// Watches what people say about an organisation: sentiment with reasons, reputation, crisis signals by protocol.
#[derive(Parser, Debug)]
#[command(name = "avizor", version, max_term_width = 100)]
#[command(after_help = "Exit status: 0 done, 1 a check failed, 2 the input or the usage is wrong.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Says of each mention what it means: one Analysis a line, in input order
    Classify(commands::classify::Args),
    /// Replays or follows a stream under a protocol and prints signals as they come
    Watch(commands::watch::Args),
    /// Checks a protocol file, or runs its tests
    #[command(subcommand)]
    Protocol(commands::protocol::Command),
    /// Scores a series of counts for surprise, row by row and without looking ahead
    Surprise(commands::surprise::Args),
    /// Judges a protocol by a history whose incidents are known
    Backtest(commands::backtest::Args),
    /// Shows what the second of two models or protocols changes over the same mentions
    Diff(commands::diff::Args),
    /// Chooses thresholds, windows and waits under a budget of false alarms
    Tune(commands::tune::Args),
    /// Measures a task against labelled texts
    Eval(commands::eval::Args),
    /// Trains a linear model from labelled texts
    Train(commands::train::Args),
    /// Shows what a model file holds
    #[command(subcommand)]
    Model(commands::model::Command),
    /// Makes mentions with a known truth, to rehearse a protocol on
    Simulate(commands::simulate::Args),
}

/// How a command that ran to its end went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Done,
    /// A check failed.
    Failed,
    /// `--strict`, and there were rows that could not be read.
    Rejected,
}

/// Runs the command with the process's arguments, the program's name first, and returns its exit status:
/// 0 done, 1 a check failed, 2 the input or the usage is wrong.
///
/// ```
/// assert_eq!(avizor_cli::run(["avizor".into(), "no-such-command".into()].into_iter()), 2);
/// ```
pub fn run(args: impl Iterator<Item = OsString>) -> u8 {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way too, with status 0. A closed pipe is nobody's fault.
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(2);
        }
    };
    let result = match cli.command {
        Command::Classify(args) => commands::classify::run(&args),
        Command::Watch(args) => commands::watch::run(&args),
        Command::Protocol(command) => commands::protocol::run(command),
        Command::Surprise(args) => commands::surprise::run(&args),
        Command::Backtest(args) => commands::backtest::run(&args),
        Command::Diff(args) => commands::diff::run(&args),
        Command::Tune(args) => commands::tune::run(&args),
        Command::Eval(args) => commands::eval::run(&args),
        Command::Train(args) => commands::train::run(&args),
        Command::Model(command) => commands::model::run(command),
        Command::Simulate(args) => commands::simulate::run(&args),
    };
    match result {
        Ok(Outcome::Done) => 0,
        Ok(Outcome::Failed) => 1,
        Ok(Outcome::Rejected) => 2,
        Err(error) if is_closed_pipe(&error) => 0,
        Err(error) => {
            output::say(&sentence(&error));
            2
        }
    }
}

/// Whether the reader of our output has gone, as `head` does.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// The error, and in brackets what the system said of it.
fn sentence(error: &anyhow::Error) -> String {
    let causes: Vec<String> = error.chain().skip(1).map(ToString::to_string).collect();
    if causes.is_empty() {
        error.to_string()
    } else {
        format!("{error} ({})", causes.join(": "))
    }
}
