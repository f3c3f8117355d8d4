//! Prints the promises of reputation with what simulations and labelled mentions make of them:
//! `reputation [ROUNDS] [LABELLED.csv]`. The file has `sentiment` and `entity` beside the columns of a mention.

use std::error::Error;
use std::path::Path;

use avizor::Polarity;
use avizor_arrow::{ReadOptions, Reader};
use avizor_lab::study::reputation::{Figure, Labelled, against_labels, simulated};

/// Public tweets to three airlines, labelled by people; measured on, never shipped.
const AIRLINE: &str = "../shared/data/airline/mentions.csv";

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let rounds = args.next().map_or(Ok(2_000), |n| n.parse())?;
    let labelled = args.next().unwrap_or_else(|| AIRLINE.to_owned());
    println!("{:<72} {:>13} {:>7}  kept", "Reputation", "target", "got");
    simulated(rounds).iter().for_each(print);
    if Path::new(&labelled).exists() {
        against_labels(&read(&labelled)?)?.iter().for_each(print);
    } else {
        println!("labelled mentions: skipped, {labelled} is not there");
    }
    Ok(())
}

fn print(figure: &Figure) {
    let target = match figure.target {
        (low, high) if high.is_infinite() => format!("{low:.2} or more"),
        (low, high) if low.is_infinite() => format!("{high:.2} or less"),
        (low, high) => format!("{low:.2} to {high:.2}"),
    };
    let kept = if figure.kept() { "yes" } else { "NO" };
    println!(
        "{:<72} {target:>13} {:>7.3}  {kept}",
        figure.name, figure.got
    );
}

fn read(path: &str) -> Result<Vec<Labelled>, Box<dyn Error>> {
    let options = ReadOptions {
        extra: vec!["sentiment".to_owned()],
        ..ReadOptions::default()
    };
    let mut all = Vec::new();
    for batch in Reader::open(path, &options)? {
        let batch = batch?;
        for (mention, extra) in batch.mentions.into_iter().zip(&batch.extra) {
            let label = extra.first().and_then(|l| l.as_deref());
            let truth = Polarity::ALL.into_iter().find(|p| Some(p.name()) == label);
            let truth = truth.ok_or_else(|| format!("`{}` has no sentiment", mention.id))?;
            all.push(Labelled { mention, truth });
        }
    }
    Ok(all)
}
