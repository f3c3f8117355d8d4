//! An evaluation for people: figures, intervals, reliability, parts, confusion.

use std::fmt::Write as _;

use avizor_lab::metrics::Evaluation;
use avizor_lab::stats::Interval;

use super::eval::Report;
use crate::table::{WIDTH, aligned, left, wrapped};

/// The report for people.
pub(crate) fn page(r: &Report) -> String {
    let mut text = table(&r.evaluation);
    if let Some(i) = &r.intervals {
        let of = |name: &str, i: Interval| format!("{name} {:.4} to {:.4}", i.low, i.high);
        let parts = [
            of("accuracy", i.accuracy),
            of("macro-F1", i.macro_f1),
            of("macro-recall", i.macro_recall),
        ];
        let _ = write!(
            text,
            "\n{}",
            wrapped(&format!("95 %: {}", parts.join(", ")), 0)
        );
    }
    if !r.evaluation.reliability.is_empty() {
        text.push_str(
            "\nreliability: how often what is so sure is right (│ is as sure as it says)\n",
        );
        text.push_str(&reliability(&r.evaluation));
    }
    for (by, parts) in &r.slices {
        let mut rows = vec![
            [by, "n", "accuracy", "macro-F1", "95 %"]
                .map(str::to_owned)
                .to_vec(),
        ];
        rows.extend(parts.iter().map(|(name, s)| {
            let interval = s.macro_f1_interval;
            vec![
                name.clone(),
                s.n.to_string(),
                format!("{:.4}", s.accuracy),
                format!("{:.4}", s.macro_f1),
                interval.map_or_else(String::new, |i| format!("{:.4} to {:.4}", i.low, i.high)),
            ]
        }));
        let _ = write!(text, "\n{}", aligned(&rows));
    }
    if let Some(a) = &r.against {
        let m = a.mcnemar;
        let sentence = format!(
            "against {}: accuracy {:.4}, macro-F1 {:.4}; {} texts only here right, {} only there; McNemar p {}",
            a.model,
            a.accuracy,
            a.macro_f1,
            m.only_first,
            m.only_second,
            p_value(m.p_value)
        );
        let _ = write!(text, "\n{}", wrapped(&sentence, 0));
    }
    text
}

/// A bar for each bin, with a stroke where a calibrated one would end.
fn reliability(e: &Evaluation) -> String {
    const BAR: usize = 50;
    let place = |share: f64| (share * BAR as f64).round() as usize;
    e.reliability.iter().fold(String::new(), |mut text, p| {
        let bar: String = (0..=BAR)
            .map(|i| match i {
                i if i == place(p.confidence) => '│',
                i if i < place(p.accuracy) => '█',
                _ => ' ',
            })
            .collect();
        let bar = left(&bar, BAR + 1);
        let _ = writeln!(
            text,
            "{:.2} {bar} {:.2} {:>6}",
            p.confidence, p.accuracy, p.n
        );
        text
    })
}

/// The evaluation for people.
pub(crate) fn table(e: &Evaluation) -> String {
    let mut text = format!("{}: {} texts\n", e.task, e.n);
    let mut head = vec![
        ("accuracy", Some(e.accuracy)),
        ("macro-F1", Some(e.macro_f1)),
        ("macro-recall", Some(e.macro_recall)),
    ];
    head.extend([("ECE", e.ece), ("F1", e.f1)]);
    let head: Vec<String> = head
        .into_iter()
        .filter_map(|(name, x)| Some(format!("{name} {:.4}", x?)))
        .collect();
    text.push_str(&head.join("   "));
    if let Some(chance) = e.ece_by_chance {
        let _ = write!(
            text,
            "\n(of the ECE, chance alone gives a calibrated model {chance:.4} on as many texts)"
        );
    }
    text.push_str("\n\n");
    text.push_str(&aligned(&per_class(e)));
    let confusion = confusion(e);
    // Many labels make no table for people; --json has them all.
    let width: usize = confusion[0].iter().map(|c| c.chars().count() + 2).sum();
    if width <= WIDTH {
        text.push('\n');
        text.push_str(&aligned(&confusion));
    }
    text
}

fn per_class(e: &Evaluation) -> Vec<Vec<String>> {
    let mut rows = vec![
        ["label", "precision", "recall", "F1", "support"]
            .map(str::to_owned)
            .to_vec(),
    ];
    rows.extend(e.per_class.iter().map(|(label, c)| {
        let ratios = [c.precision, c.recall, c.f1].map(|x| format!("{x:.4}"));
        let mut row = vec![label.clone()];
        row.extend(ratios);
        row.push(c.support.to_string());
        row
    }));
    rows
}

fn confusion(e: &Evaluation) -> Vec<Vec<String>> {
    let mut predicted: Vec<&String> = e.confusion.values().flat_map(|r| r.keys()).collect();
    predicted.extend(e.confusion.keys());
    predicted.sort_unstable();
    predicted.dedup();
    let mut head = vec!["truth, then predicted".to_owned()];
    head.extend(predicted.iter().map(|p| (*p).clone()));
    let mut rows = vec![head];
    for (truth, counts) in &e.confusion {
        let mut row = vec![truth.clone()];
        row.extend(
            predicted
                .iter()
                .map(|p| counts.get(*p).copied().unwrap_or(0).to_string()),
        );
        rows.push(row);
    }
    rows
}

/// As statisticians write it: never 0.
fn p_value(p: f64) -> String {
    if p < 0.0001 {
        "< 0.0001".to_owned()
    } else {
        format!("= {p:.4}")
    }
}
