//! Key figures of each entity, and the tables that they are drawn from.

use std::collections::BTreeSet;

use avizor::{ReputationRow, Timestamp};

use super::{Context, lead};
use crate::strings::fill;

/// Rows shown in all; a year of sixty entities would weigh more than anybody reads.
const MOST_ROWS: usize = 2000;
/// Latest days that each entity keeps where there are too many.
const LATEST: usize = 28;

pub(super) struct Figure {
    pub index: usize,
    pub name: String,
    pub own: bool,
    pub score: Option<ScoreWords>,
    pub volume: String,
    pub voice: String,
    pub change: Option<String>,
    pub sure: String,
    pub lowest: Option<(String, String)>,
}

/// A score in words, and where it stands on a strip of 120 units that has the range of the panels.
pub(super) struct ScoreWords {
    pub value: String,
    pub low: String,
    pub high: String,
    pub day: String,
    pub zero: f64,
    pub at: f64,
    pub from: f64,
    pub width: f64,
}

pub(super) fn all(c: &Context<'_>) -> Vec<Figure> {
    let total: u64 = c
        .report
        .reputation
        .iter()
        .map(|(_, rows)| volume(rows))
        .sum();
    c.report
        .reputation
        .iter()
        .enumerate()
        .map(|(i, (name, rows))| figure(c, i + 1, name, rows, total))
        .collect()
}

pub(super) fn volume(rows: &[ReputationRow]) -> u64 {
    rows.iter().map(|r| u64::from(r.volume)).sum()
}

fn figure(c: &Context<'_>, index: usize, name: &str, rows: &[ReputationRow], total: u64) -> Figure {
    let scored = || rows.iter().filter_map(|r| r.score.map(|s| (r, s)));
    let last = scored().next_back();
    let drift = last.and_then(|(row, _)| row.drift);
    let lowest = scored().min_by(|a, b| a.1.value.total_cmp(&b.1.value));
    let (least, most) = c.frame.as_ref().map_or((-100.0, 100.0), |f| f.scores);
    let part = |x: f64| 120.0 * (x.clamp(least, most) - least) / (most - least);
    Figure {
        index,
        name: name.to_owned(),
        own: c.is_own(name),
        score: last.map(|(row, s)| ScoreWords {
            value: c.format.points(s.value),
            low: c.format.points(s.low),
            high: c.format.points(s.high),
            day: c.format.date_short(row.start),
            zero: part(0.0),
            at: part(s.value),
            from: part(s.low),
            width: (part(s.high) - part(s.low)).max(1.0),
        }),
        volume: c.format.int(volume(rows)),
        voice: c.format.percent(share(volume(rows), total)),
        change: drift.map(|d| c.format.points(d.change)),
        sure: match drift.map(|d| d.p_value) {
            Some(p) if p < lead::SURE => c.t.change_clear.to_owned(),
            Some(p) if p < lead::MAYBE => c.t.change_maybe.to_owned(),
            Some(_) => c.t.change_none.to_owned(),
            None => c.t.change_unknown.to_owned(),
        },
        lowest: lowest.map(|(row, s)| (c.format.points(s.value), c.format.date_short(row.start))),
    }
}

pub(super) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// The days of every entity.
pub(super) struct Annex {
    pub tables: Vec<Table>,
    /// Whether a printed page can hold them.
    pub short: bool,
}

pub(super) struct Table {
    pub index: usize,
    pub name: String,
    /// How many days are shown of how many, where some are left out.
    pub cut: Option<String>,
    pub without: String,
    pub rows: Vec<Row>,
}

pub(super) struct Row {
    pub day: String,
    pub machine: String,
    pub score: Option<(String, String, String)>,
    pub volume: String,
    pub negative: String,
    pub neutral: String,
    pub positive: String,
    pub change: String,
    pub p: String,
    pub voice: String,
}

impl Annex {
    pub(super) fn of(c: &Context<'_>) -> Self {
        let all: usize = c.report.reputation.iter().map(|(_, rows)| rows.len()).sum();
        let tables: Vec<Table> = c
            .report
            .reputation
            .iter()
            .enumerate()
            .map(|(i, (name, rows))| table(c, i + 1, name, rows, all > MOST_ROWS))
            .collect();
        Self {
            short: all <= 200,
            tables,
        }
    }
}

fn table(c: &Context<'_>, index: usize, name: &str, rows: &[ReputationRow], cut: bool) -> Table {
    let alarms: BTreeSet<Timestamp> = c
        .fired()
        .filter(|f| f.main.entity == name)
        .filter_map(|f| f.fired)
        .collect();
    let latest = rows.len().saturating_sub(LATEST);
    let kept: Vec<&ReputationRow> = rows
        .iter()
        .enumerate()
        .filter(|(i, r)| !cut || *i >= latest || alarms.range(r.start..=r.end).next().is_some())
        .map(|(_, r)| r)
        .collect();
    let (shown, all) = (kept.len().to_string(), rows.len().to_string());
    let without = rows.iter().filter(|r| r.score.is_none()).count();
    Table {
        index,
        name: name.to_owned(),
        cut: (kept.len() < rows.len())
            .then(|| fill(c.t.annex_cut, &[("shown", &shown), ("all", &all)])),
        without: fill(c.t.not_enough, &[("n", &without.to_string())]),
        rows: kept.into_iter().rev().map(|r| row(c, r)).collect(),
    }
}

fn row(c: &Context<'_>, r: &ReputationRow) -> Row {
    let f = &c.format;
    let int = |n: u32| f.int(u64::from(n));
    let dash = || "–".to_owned();
    Row {
        day: f.date_short(r.start),
        machine: crate::format::Format::machine(r.start),
        score: r
            .score
            .map(|s| (f.points(s.value), f.points(s.low), f.points(s.high))),
        volume: int(r.volume),
        negative: int(r.negative),
        neutral: int(r.neutral),
        positive: int(r.positive),
        change: r.drift.map_or_else(dash, |d| f.points(d.change)),
        p: r.drift.map_or_else(dash, |d| f.p_value(d.p_value)),
        voice: f.percent(r.share_of_voice),
    }
}
