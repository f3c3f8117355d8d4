//! Trains the models that ship inside the core from the corpora written here: `make models`.

use std::error::Error;
use std::path::Path;

use avizor::classify::{Card, Task};
use avizor_lab::corpus::{self, Labelled};
use avizor_lab::prior::lexicon_model;
use avizor_lab::train::{Options, train};

/// Rows of the tables, 2^16: they stay in the second cache, and accuracy is that of four times as many.
const BITS: u8 = 16;

fn main() -> Result<(), Box<dyn Error>> {
    let only: Vec<String> = std::env::args().skip(1).collect();
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../avizor/models");
    let written = corpus::mentions();
    let label = |f: fn(&corpus::Written) -> &'static str| -> Vec<Labelled> {
        written
            .iter()
            .map(|w| Labelled {
                text: w.text.to_owned(),
                label: f(w).to_owned(),
                language: Some(w.language()),
            })
            .collect()
    };
    let jobs = [
        (Task::Language, corpus::languages()),
        (Task::Sentiment, label(corpus::Written::polarity)),
        (Task::Intent, label(|w| w.intent)),
    ];
    for (task, data) in jobs {
        if !only.is_empty() && !only.iter().any(|o| o == task.name()) {
            continue;
        }
        let card = Card {
            data: "mentions written for avizor (crates/avizor-lab/corpora)".into(),
            licence: "MIT OR Apache-2.0".into(),
            ..Card::default()
        };
        let options = match task {
            Task::Language => Options {
                bits: BITS,
                epochs: 12,
                rate: 0.25,
                decay: 2e-5,
                dropout: 0.0,
                card,
                ..Options::default()
            },
            // The lexicon as it stands, and what the corpus teaches beside it.
            Task::Sentiment => Options {
                bits: BITS,
                start: Some(lexicon_model(BITS)?),
                dense_rate: 0.0,
                blend: 0.35,
                caution: 1.35,
                epochs: 4,
                decay: 2e-5,
                dropout: 0.3,
                groups: Some(written.iter().map(|w| w.writer).collect()),
                card,
                ..Options::default()
            },
            _ => Options {
                bits: BITS,
                epochs: 12,
                rate: 0.25,
                decay: 2e-5,
                groups: Some(written.iter().map(|w| w.writer).collect()),
                card,
                ..Options::default()
            },
        };
        let trained = train(task, &data, &options)?;
        let e = &trained.held_out;
        println!(
            "{:10} n {:6}  held-out accuracy {:.3}  macro-F1 {:.3}  ECE {:.3}",
            task.name(),
            e.n,
            e.accuracy,
            e.macro_f1,
            e.ece.unwrap_or(0.0)
        );
        std::fs::write(
            models.join(format!("{}.avz", task.name())),
            trained.model.to_bytes()?,
        )?;
    }
    Ok(())
}
