//! Goals: figures that the organisation wants to reach, by the names of the registry.

use serde::Deserialize;
use toml::Spanned;

use super::Source;
use crate::error::Result;
use crate::protocol::condition::hint;
use crate::protocol::{Entity, Goal};
use crate::reputation::kpi_definitions;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GoalFile {
    kpi: Spanned<String>,
    #[serde(default)]
    entity: Option<Spanned<String>>,
    #[serde(default)]
    at_least: Option<Spanned<f64>>,
    #[serde(default)]
    at_most: Option<Spanned<f64>>,
}

/// The goals in the order of the file; `entities` are those that one may speak of.
pub(super) fn goals(
    source: &Source<'_>,
    files: &[Spanned<GoalFile>],
    entities: &[Entity],
) -> Result<Vec<Goal>> {
    let mut goals: Vec<Goal> = Vec::new();
    for file in files {
        let goal = goal(source, file, entities)?;
        let same = |g: &Goal| g.kpi == goal.kpi && g.entity == goal.entity;
        if goals.iter().any(same) {
            return Err(source.fault(
                file.span().start,
                format!(
                    "there are two goals for `{}`: write at_least and at_most in one",
                    goal.kpi
                ),
            ));
        }
        goals.push(goal);
    }
    Ok(goals)
}

fn goal(source: &Source<'_>, file: &Spanned<GoalFile>, entities: &[Entity]) -> Result<Goal> {
    let (at, file) = (file.span().start, file.get_ref());
    known(source, &file.kpi)?;
    let (low, high) = (
        bound(source, file.at_least.as_ref())?,
        bound(source, file.at_most.as_ref())?,
    );
    match (low, high) {
        (None, None) => {
            return Err(source.fault(
                at,
                "this goal has no figure: write at_least, at_most or both",
            ));
        }
        (Some(low), Some(high)) if low > high => {
            return Err(source.fault(
                at,
                format!("at_least {low} is above at_most {high}: no value meets this goal"),
            ));
        }
        _ => {}
    }
    Ok(Goal {
        kpi: file.kpi.get_ref().clone(),
        entity: file
            .entity
            .as_ref()
            .map(|name| entity(source, name, entities))
            .transpose()?,
        at_least: low,
        at_most: high,
    })
}

fn known(source: &Source<'_>, name: &Spanned<String>) -> Result<()> {
    let computed = kpi_definitions().iter().filter(|d| d.instead.is_empty());
    let names: Vec<&str> = computed.map(|d| d.name.as_str()).collect();
    if names.contains(&name.get_ref().as_str()) {
        return Ok(());
    }
    let hint = hint(names.iter().copied(), name.get_ref());
    Err(source.fault(
        name.span().start,
        format!(
            "there is no indicator of performance called `{}`{hint}: there are {}",
            name.get_ref(),
            names.join(", ")
        ),
    ))
}

fn bound(source: &Source<'_>, value: Option<&Spanned<f64>>) -> Result<Option<f64>> {
    match value {
        Some(v) if !v.get_ref().is_finite() => {
            Err(source.fault(v.span().start, "a goal is a number"))
        }
        other => Ok(other.map(|v| *v.get_ref())),
    }
}

/// The name as it is declared, whatever its case.
fn entity(source: &Source<'_>, name: &Spanned<String>, entities: &[Entity]) -> Result<String> {
    let same = |e: &&Entity| e.name.eq_ignore_ascii_case(name.get_ref());
    let found = entities.iter().find(same);
    found.map(|e| e.name.clone()).ok_or_else(|| {
        let names: Vec<&str> = entities.iter().map(|e| e.name.as_str()).collect();
        source.fault(
            name.span().start,
            format!(
                "goals are for the organisation's own entities, and `{}` is none: they are {}",
                name.get_ref(),
                names.join(", ")
            ),
        )
    })
}
