//! Indicators of performance, and the goals that the protocol sets for them.

use avizor::GoalReport;
use avizor::reputation::{Kpi, KpiDefinition};

use super::Context;
use crate::strings::fill;

/// One goal, and what came of it.
pub(super) struct Goal {
    pub entity: String,
    pub title: String,
    pub target: String,
    pub value: String,
    pub of: String,
    pub verdict: String,
    pub look: &'static str,
    pub href: String,
}

pub(super) fn goals(c: &Context<'_>) -> Vec<Goal> {
    c.report.goals.iter().map(|g| goal(c, g)).collect()
}

/// One sentence for the head of the page; none without goals.
pub(super) fn sentence(c: &Context<'_>) -> Option<String> {
    let goals = &c.report.goals;
    if goals.is_empty() {
        return None;
    }
    let met = goals.iter().filter(|g| g.met == Some(true)).count();
    Some(fill(
        c.t.deck_goals,
        &[("met", &met.to_string()), ("all", &goals.len().to_string())],
    ))
}

fn goal(c: &Context<'_>, report: &GoalReport) -> Goal {
    let definition = &report.kpi.definition;
    let limit = |x: f64| written(c, definition, x);
    let target = match (report.goal.at_least, report.goal.at_most) {
        (Some(low), Some(high)) => fill(
            c.t.goal_between,
            &[("low", &limit(low)), ("high", &limit(high))],
        ),
        (Some(low), None) => fill(c.t.goal_at_least, &[("n", &limit(low))]),
        (None, high) => fill(
            c.t.goal_at_most,
            &[("n", &high.map_or_else(String::new, limit))],
        ),
    };
    let (look, verdict) = match report.met {
        Some(true) => ("met", c.t.goal_met),
        Some(false) => ("missed", c.t.goal_missed),
        None => ("unknown", c.t.goal_unknown),
    };
    let stands = c
        .report
        .standing
        .iter()
        .position(|s| s.entity == report.entity);
    Goal {
        entity: report.entity.clone(),
        title: title(c, definition),
        target,
        value: value(c, &report.kpi),
        of: denominator(c, &report.kpi),
        verdict: verdict.to_owned(),
        look,
        href: stands.map_or_else(|| "#indicators".to_owned(), |i| format!("#k{}", i + 1)),
    }
}

/// The indicators of one entity.
pub(super) struct Indicators {
    /// Suffix of the anchors: `k1`.
    pub index: usize,
    pub entity: String,
    pub rows: Vec<Indicator>,
}

pub(super) struct Indicator {
    pub title: String,
    pub value: String,
    pub of: String,
}

pub(super) fn indicators(c: &Context<'_>) -> Vec<Indicators> {
    let standing = c.report.standing.iter().enumerate();
    standing
        .map(|(i, s)| Indicators {
            index: i + 1,
            entity: s.entity.clone(),
            rows: s.kpis.iter().map(|kpi| indicator(c, kpi)).collect(),
        })
        .collect()
}

fn indicator(c: &Context<'_>, kpi: &Kpi) -> Indicator {
    Indicator {
        title: title(c, &kpi.definition),
        value: value(c, kpi),
        of: denominator(c, kpi),
    }
}

fn title(c: &Context<'_>, definition: &KpiDefinition) -> String {
    let language = c.report.protocol.language;
    definition.title.in_language(language).to_owned()
}

fn value(c: &Context<'_>, kpi: &Kpi) -> String {
    kpi.value.map_or_else(
        || c.t.no_data.to_owned(),
        |x| written(c, &kpi.definition, x),
    )
}

/// A value as its unit is read: times as lengths, shares in per cent.
fn written(c: &Context<'_>, definition: &KpiDefinition, x: f64) -> String {
    let unit = definition.unit.as_str();
    match unit {
        "minutes" => c.format.minutes(x),
        "hours" => c.format.minutes(60.0 * x),
        "per cent" => c.format.percent(x / 100.0),
        _ if unit.starts_with("points") => with_unit(c, definition, c.format.points(x)),
        _ => with_unit(c, definition, c.format.decimal(x, 2)),
    }
}

fn with_unit(c: &Context<'_>, definition: &KpiDefinition, number: String) -> String {
    match c.t.kpis.get(&definition.name) {
        Some(words) if !words.unit.is_empty() => format!("{number}\u{a0}{}", words.unit),
        _ => number,
    }
}

/// `de 412 menciones`: what the value is a share or a mean of, and how many.
fn denominator(c: &Context<'_>, kpi: &Kpi) -> String {
    let known = c.t.kpis.get(&kpi.definition.name);
    let words = known.map_or(kpi.definition.denominator.as_str(), |w| w.of.as_str());
    let places = usize::from(kpi.of < 10.0 && kpi.of.fract() > 0.05);
    let n = if places == 0 {
        c.format.int(kpi.of.round().max(0.0) as u64)
    } else {
        c.format.decimal(kpi.of, places)
    };
    format!("{n} {words}")
}
