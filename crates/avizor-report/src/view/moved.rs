//! What moved each entity's reputation while its signals lasted, part by part.

use avizor::reputation::{Cause, Facet};

use super::Context;
use crate::Moved;
use crate::strings::fill;

/// Causes of one entity that are shown.
const CAUSES: usize = 8;
/// Causes that the sentence names.
const NAMED: usize = 3;
/// Terms that grew.
const TERMS: usize = 12;
/// A term is said to have grown below this false discovery rate.
const SURE: f64 = 0.05;

/// One entity's change and its causes.
pub(super) struct Move {
    /// Suffix of the anchors: `v1`.
    pub index: usize,
    pub sentence: String,
    pub causes: Vec<Part>,
    pub terms: Vec<String>,
}

/// One cause, in words.
pub(super) struct Part {
    pub facet: String,
    pub name: String,
    pub contribution: String,
    pub by_volume: String,
    pub by_tone: String,
    pub now: String,
    pub before: String,
}

pub(super) fn all(c: &Context<'_>) -> Vec<Move> {
    let moved = c.report.moved.iter().enumerate();
    moved.map(|(i, m)| one(c, i + 1, m)).collect()
}

fn one(c: &Context<'_>, index: usize, moved: &Moved) -> Move {
    let causes: Vec<Part> = moved
        .attribution
        .leading
        .iter()
        .filter(|cause| !cause.name.is_empty())
        .take(CAUSES)
        .map(|cause| part(c, cause))
        .collect();
    let named: Vec<String> = causes
        .iter()
        .take(NAMED)
        .map(|p| format!("{} {} ({})", p.facet, p.name, p.contribution))
        .collect();
    let template = if named.is_empty() {
        c.t.moved_alone
    } else {
        c.t.moved_by
    };
    let sentence = fill(
        template,
        &[
            ("entity", &moved.entity),
            (
                "period",
                &c.format.between(moved.period.start, moved.period.end),
            ),
            ("change", &c.format.points(moved.attribution.change)),
            ("causes", &named.join(", ")),
        ],
    );
    let terms = moved.grown.iter().filter(|g| g.q_value < SURE);
    Move {
        index,
        sentence,
        causes,
        terms: terms.take(TERMS).map(|g| c.mask.text(&g.term)).collect(),
    }
}

fn part(c: &Context<'_>, cause: &Cause) -> Part {
    let (facet, name) = match cause.facet {
        Facet::Topic => (c.t.facet_topic, c.mask.text(&cause.name)),
        Facet::Channel => (c.t.facet_channel, c.mask.text(&cause.name)),
        Facet::Language => (c.t.facet_language, cause.name.clone()),
        Facet::Reach => (c.t.facet_reach, cause.name.clone()),
        Facet::Author => (c.t.facet_author, c.mask.author(&cause.name)),
        Facet::Term => (c.t.facet_term, c.mask.text(&cause.name)),
    };
    let about = |n: f64| c.format.about(n.round().max(0.0) as u64);
    Part {
        facet: facet.to_owned(),
        name,
        contribution: c.format.points(cause.contribution),
        by_volume: c.format.points(cause.by_volume),
        by_tone: c.format.points(cause.by_tone),
        now: about(cause.now),
        before: about(cause.before),
    }
}
