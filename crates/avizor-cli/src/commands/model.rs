//! `avizor model inspect`: what a model file holds and where it comes from.

use std::path::PathBuf;

use anyhow::Result;
use serde_json::json;

use crate::table::wrapped;
use crate::{Outcome, load, output};

#[derive(clap::Subcommand, Debug)]
pub(crate) enum Command {
    /// Shows a model's task, labels, size, origin and metrics
    Inspect {
        /// Model file
        #[arg(value_name = "M.avz")]
        model: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn run(command: Command) -> Result<Outcome> {
    let Command::Inspect { model: path, json } = command;
    let model = load::model(&path)?;
    let card = &model.card;
    let text = if json {
        let all = json!({
            "task": model.task, "labels": model.labels, "bits": model.bits, "card": card,
        });
        format!("{}\n", serde_json::to_string_pretty(&all)?)
    } else {
        let or_unknown = |s: &str| if s.is_empty() { "not said" } else { s }.to_owned();
        let mut lines = vec![
            ("task", model.task.name().to_owned()),
            ("labels", model.labels.join(", ")),
            ("hashed features", format!("2^{}", model.bits)),
            ("trained on", or_unknown(&card.data)),
            ("examples", card.examples.to_string()),
            ("data hash", or_unknown(&card.data_hash)),
            ("date", or_unknown(card.date.as_deref().unwrap_or_default())),
            ("licence", or_unknown(&card.licence)),
        ];
        let metrics: Vec<(&str, String)> = card
            .metrics
            .iter()
            .map(|(name, value)| (name.as_str(), format!("{value:.4}")))
            .collect();
        lines.extend(metrics);
        lines
            .iter()
            .map(|(name, value)| wrapped(&format!("{name}: {value}"), 0))
            .collect()
    };
    output::print(&text)?;
    Ok(Outcome::Done)
}
