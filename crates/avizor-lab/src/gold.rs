//! Labelled mentions that measure and never train: see `gold/README.md`.

use std::collections::BTreeMap;

use avizor::{Mention, UrgencyLevel};

const SENTIMENT: &str = include_str!("../gold/sentiment.tsv");
const SENTIMENT_SECOND: &str = include_str!("../gold/sentiment_second.tsv");
const URGENCY: &str = include_str!("../gold/urgency.tsv");
const URGENCY_SECOND: &str = include_str!("../gold/urgency_second.tsv");
const OVERRIDES: &str = include_str!("../gold/overrides.tsv");
const NAMES: &str = include_str!("../gold/names.tsv");
/// The protocol under which the names of [`names`] are looked for.
pub const NAMES_PROTOCOL: &str = include_str!("../gold/names.toml");

/// A mention with its labels by column.
#[derive(Clone, Debug)]
pub struct Gold {
    /// What was written, and by whom.
    pub mention: Mention,
    labels: BTreeMap<&'static str, &'static str>,
}

impl Gold {
    /// What stands in a column; empty where the file has none.
    pub fn label(&self, column: &str) -> &'static str {
        self.labels.get(column).copied().unwrap_or_default()
    }
}

/// Texts whose feeling is mostly told by facts: columns `label` and `second` (by another hand).
pub fn sentiment() -> Vec<Gold> {
    read_twice(SENTIMENT, SENTIMENT_SECOND)
}

/// Mentions labelled for urgency: columns `label`, `second` (the second pass) and `override`.
pub fn urgency() -> Vec<Gold> {
    read_twice(URGENCY, URGENCY_SECOND)
}

/// Mentions that a hard override must find: `label` names it.
pub fn overrides() -> Vec<Gold> {
    read(OVERRIDES)
}

/// Texts with an ambiguous name: `name`, and as `label` the name again or `none`.
pub fn names() -> Vec<Gold> {
    read(NAMES)
}

/// 0 to 3 for a level's name.
pub fn grade(label: &str) -> Option<f64> {
    UrgencyLevel::ALL
        .iter()
        .position(|l| l.name() == label)
        .map(|at| at as f64)
}

/// [`read`], and as `second` the label that the second pass gave the same id.
fn read_twice(content: &'static str, second: &'static str) -> Vec<Gold> {
    let second: BTreeMap<&str, &str> = second
        .lines()
        .skip(1)
        .filter_map(|l| l.split_once('\t'))
        .collect();
    let mut gold = read(content);
    for g in &mut gold {
        let label = second.get(g.mention.id.as_str()).copied();
        g.labels.insert("second", label.unwrap_or_default());
    }
    gold
}

/// Rows under a header, columns parted by tabs.
fn read(content: &'static str) -> Vec<Gold> {
    let mut lines = content.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    lines
        .map(|line| {
            let labels: BTreeMap<&str, &str> =
                header.iter().copied().zip(line.split('\t')).collect();
            let of = |column: &str| labels.get(column).copied().unwrap_or_default();
            let given = |column: &str| Some(of(column).to_owned()).filter(|v| !v.is_empty());
            let mention = Mention {
                id: of("id").to_owned(),
                text: of("text").to_owned(),
                language: given("language"),
                author: given("author"),
                followers: of("followers").parse().ok(),
                ..Mention::default()
            };
            Gold { mention, labels }
        })
        .collect()
}
