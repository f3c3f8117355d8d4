//! Levels: who answers, by when, with what, and what happens if nobody does.

use serde::Deserialize;
use toml::Spanned;

use super::{Source, level_position};
use crate::error::Result;
use crate::protocol::{Level, Statement};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LevelFile {
    pub name: Spanned<String>,
    severity: Spanned<i64>,
    owner: String,
    respond_within: Spanned<String>,
    #[serde(default)]
    actions: Vec<String>,
    #[serde(default)]
    may_answer: Vec<String>,
    #[serde(default)]
    working_hours: Option<Spanned<bool>>,
    #[serde(default)]
    escalate_after: Option<Spanned<String>>,
    #[serde(default)]
    escalate_to: Option<Spanned<String>>,
    #[serde(default)]
    confirm: bool,
    #[serde(default)]
    statement: Option<Spanned<String>>,
}

/// The levels by rising severity.
pub(super) fn levels(
    source: &Source<'_>,
    files: &[LevelFile],
    calendar: bool,
) -> Result<Vec<Level>> {
    let mut read: Vec<(Level, &LevelFile)> = Vec::new();
    for file in files {
        if read.iter().any(|(l, _)| l.name == *file.name.get_ref()) {
            return Err(source.fault(
                file.name.span().start,
                format!(
                    "the level `{}` is declared twice: keep one",
                    file.name.get_ref()
                ),
            ));
        }
        read.push((level(source, file, calendar)?, file));
    }
    read.sort_by_key(|(level, _)| level.severity);
    let (mut levels, files): (Vec<Level>, Vec<&LevelFile>) = read.into_iter().unzip();
    for (position, file) in files.into_iter().enumerate() {
        let to = escalation(source, &levels, position, file)?;
        levels[position].escalate_to = to;
    }
    Ok(levels)
}

fn level(source: &Source<'_>, file: &LevelFile, calendar: bool) -> Result<Level> {
    let severity = u8::try_from(*file.severity.get_ref())
        .ok()
        .filter(|s| *s >= 1)
        .ok_or_else(|| {
            source.fault(
                file.severity.span().start,
                "severity is a whole number from 1 to 255",
            )
        })?;
    let working_hours = file.working_hours.as_ref().is_some_and(|w| *w.get_ref());
    if let Some(asked) = &file.working_hours
        && working_hours
        && !calendar
    {
        return Err(source.fault(
            asked.span().start,
            "there are no working hours: declare them in [calendar], or leave working_hours out",
        ));
    }
    Ok(Level {
        name: file.name.get_ref().clone(),
        severity,
        owner: file.owner.clone(),
        respond_within: source.span(&file.respond_within)?,
        actions: file.actions.clone(),
        may_answer: file.may_answer.clone(),
        working_hours,
        escalate_after: file
            .escalate_after
            .as_ref()
            .map(|s| source.span(s))
            .transpose()?,
        escalate_to: None,
        confirm: file.confirm,
        statement: statement(source, file.statement.as_ref())?,
    })
}

/// Where a level rises to: where it says, or to the next severity.
fn escalation(
    source: &Source<'_>,
    levels: &[Level],
    position: usize,
    file: &LevelFile,
) -> Result<Option<usize>> {
    let own = &levels[position];
    let Some(after) = &file.escalate_after else {
        return match &file.escalate_to {
            None => Ok(None),
            Some(to) => Err(source.fault(
                to.span().start,
                "escalate_to needs a time: write escalate_after as well",
            )),
        };
    };
    let to = match &file.escalate_to {
        Some(name) => {
            let to = level_position(levels, name.get_ref())
                .map_err(|m| source.fault(name.span().start, m))?;
            if levels[to].severity <= own.severity {
                return Err(source.fault(
                    name.span().start,
                    format!(
                        "`{}` is not graver than `{}`: escalate to a level of greater severity",
                        levels[to].name, own.name
                    ),
                ));
            }
            Some(to)
        }
        None => levels.iter().position(|l| l.severity > own.severity),
    };
    if to.is_none() {
        return Err(source.fault(
            after.span().start,
            format!(
                "nothing is graver than `{}`: leave escalate_after out",
                own.name
            ),
        ));
    }
    Ok(to)
}

/// A holding statement whose placeholders are all known.
pub(super) fn statement(
    source: &Source<'_>,
    value: Option<&Spanned<String>>,
) -> Result<Option<Statement>> {
    value
        .map(|v| {
            Statement::parse(v.get_ref())
                .map_err(|(at, message)| source.fault_inside(v, at, message))
        })
        .transpose()
}
