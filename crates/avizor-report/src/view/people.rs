//! Topics, share of voice and the quality of the data: counts as bars.

use super::Context;
use super::figures::{share, volume};
use crate::TopicCount;

/// Topics of one entity, the most spoken of.
const MOST: usize = 8;

/// What is said of one entity.
pub(super) struct Topics {
    pub entity: String,
    pub rows: Vec<Topic>,
}

/// A topic, and its two bars in per cent of the longest.
pub(super) struct Topic {
    pub name: String,
    pub volume: String,
    pub negative: String,
    pub positive: String,
    pub left: f64,
    pub right: f64,
}

pub(super) fn topics(c: &Context<'_>) -> Vec<Topics> {
    let of = |name: &str| {
        let mut counts: Vec<&TopicCount> = c
            .report
            .topics
            .iter()
            .filter(|t| t.entity == name && t.volume > 0)
            .collect();
        counts.sort_by(|a, b| (b.volume, &a.name).cmp(&(a.volume, &b.name)));
        counts.truncate(MOST);
        let longest = counts
            .iter()
            .map(|t| t.negative.max(t.positive))
            .max()
            .unwrap_or(0);
        counts
            .into_iter()
            .map(|t| topic(c, t, longest))
            .collect::<Vec<_>>()
    };
    c.report
        .protocol
        .everyone()
        .map(|e| Topics {
            entity: e.name.clone(),
            rows: of(&e.name),
        })
        .filter(|t| !t.rows.is_empty())
        .collect()
}

fn topic(c: &Context<'_>, t: &TopicCount, longest: u64) -> Topic {
    let bar = |n: u64| tenth(100.0 * share(n, longest));
    Topic {
        name: t.name.clone(),
        volume: c.format.int(t.volume),
        negative: c.format.int(t.negative),
        positive: c.format.int(t.positive),
        left: bar(t.negative),
        right: bar(t.positive),
    }
}

/// One bar of share of voice.
pub(super) struct Voice {
    pub name: String,
    pub own: bool,
    pub share: String,
    pub volume: String,
    pub bar: f64,
}

pub(super) fn voices(c: &Context<'_>) -> Vec<Voice> {
    let mut volumes: Vec<(&str, u64)> = c
        .report
        .reputation
        .iter()
        .map(|(name, rows)| (name.as_str(), volume(rows)))
        .collect();
    volumes.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let total = volumes.iter().map(|(_, n)| n).sum();
    let most = volumes.first().map_or(0, |(_, n)| *n);
    volumes
        .into_iter()
        .map(|(name, n)| Voice {
            name: name.to_owned(),
            own: c.is_own(name),
            share: c.format.percent(share(n, total)),
            volume: c.format.int(n),
            bar: tenth(100.0 * share(n, most)),
        })
        .collect()
}

/// One way that mentions went.
pub(super) struct Quality {
    pub label: String,
    pub n: String,
    pub share: String,
    pub note: String,
}

pub(super) fn quality(c: &Context<'_>) -> Vec<Quality> {
    let (n, t) = (c.report.counts, c.t);
    [
        (t.observed, n.observed, t.observed_note),
        (t.counted, n.counted, t.counted_note),
        (t.unmatched, n.unmatched, t.unmatched_note),
        (t.duplicates, n.duplicates, t.duplicates_note),
        (t.late, n.late, t.late_note),
        (t.from_brand, n.from_brand, t.from_brand_note),
        (t.unsupported, n.unsupported_language, t.unsupported_note),
    ]
    .into_iter()
    .map(|(label, count, note)| Quality {
        label: label.to_owned(),
        n: c.format.int(count),
        share: c.format.percent(share(count, n.observed)),
        note: note.to_owned(),
    })
    .collect()
}

fn tenth(x: f64) -> f64 {
    (x * 10.0).round() / 10.0
}
