//! The file as it is written, and the checks that turn it into a [`Protocol`].

mod goals;
mod levels;
mod quiet;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Deserialize;
use toml::Spanned;

use goals::GoalFile;
use levels::LevelFile;
use quiet::{CalendarFile, InhibitionFile, SilenceFile};

use super::condition::{Condition, hint};
use super::{CrisisType, Entity, Level, Protocol, Test, TopicRule, Trigger};
use crate::analysis::{Language, Override};
use crate::error::{Error, Result};
use crate::text;
use crate::time::Span;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<i64>,
    #[serde(default)]
    language: Option<Spanned<String>>,
    #[serde(default)]
    timezone: Option<Spanned<String>>,
    #[serde(default)]
    allowed_lateness: Option<Spanned<String>>,
    #[serde(default = "every_override")]
    hard_overrides: Vec<Override>,
    #[serde(default)]
    entity: Vec<Spanned<Entity>>,
    #[serde(default)]
    competitor: Vec<Spanned<Entity>>,
    #[serde(default)]
    topic: Vec<Spanned<TopicRule>>,
    #[serde(default)]
    calendar: Option<Spanned<CalendarFile>>,
    #[serde(default)]
    level: Vec<LevelFile>,
    #[serde(default)]
    trigger: Vec<TriggerFile>,
    #[serde(default)]
    silence: Vec<Spanned<SilenceFile>>,
    #[serde(default)]
    inhibition: Vec<Spanned<InhibitionFile>>,
    #[serde(default)]
    goal: Vec<Spanned<GoalFile>>,
    #[serde(default)]
    test: Vec<Spanned<Test>>,
}

fn every_override() -> Vec<Override> {
    Override::ALL.to_vec()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TriggerFile {
    name: Spanned<String>,
    level: Spanned<String>,
    window: Spanned<String>,
    when: Spanned<String>,
    #[serde(default, rename = "for")]
    hold: Option<Spanned<String>>,
    #[serde(default)]
    keep_firing_for: Option<Spanned<String>>,
    #[serde(default)]
    keep_firing_while: Option<Spanned<String>>,
    #[serde(default)]
    cooldown: Option<Spanned<String>>,
    #[serde(default)]
    alarms_per_month: Option<Spanned<f64>>,
    #[serde(default)]
    crisis: Option<CrisisType>,
    #[serde(default)]
    history: bool,
    #[serde(default)]
    statement: Option<Spanned<String>>,
}

/// Windows are made of buckets of five minutes.
const SHORTEST_WINDOW: Span = Span::minutes(5);
/// A month: buckets of five minutes for longer would not fit the memory a series may use.
const LONGEST_WINDOW: Span = Span::days(31);
/// Enough for collectors that poll every ten minutes.
const DEFAULT_LATENESS: Span = Span::minutes(15);

/// The text of the file, to turn byte offsets into lines and columns.
struct Source<'a>(&'a str);

impl Source<'_> {
    fn fault(&self, at: usize, message: impl Into<String>) -> Error {
        let before = &self.0[..self.0.floor_char_boundary(at)];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        Error::Protocol {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.into(),
        }
    }

    fn span(&self, value: &Spanned<String>) -> Result<Span> {
        value
            .get_ref()
            .parse()
            .map_err(|e: Error| self.fault(value.span().start, e.to_string()))
    }

    /// A fault inside a string, at a byte of what it holds.
    fn fault_inside(&self, value: &Spanned<String>, at: usize, message: String) -> Error {
        let start = value.span().start;
        self.fault(start + opening(&self.0[start..]) + at, message)
    }

    /// A condition.
    fn condition(&self, value: &Spanned<String>) -> Result<Condition> {
        Condition::compile(value.get_ref()).map_err(|fault| {
            let start = value.span().start;
            let inside: usize = self.0[start + opening(&self.0[start..])..]
                .chars()
                .take(fault.at)
                .map(char::len_utf8)
                .sum();
            self.fault_inside(value, inside, fault.message)
        })
    }

    fn optional_span(&self, value: Option<&Spanned<String>>, default: Span) -> Result<Span> {
        value.map_or(Ok(default), |v| self.span(v))
    }
}

pub(super) fn parse(text: &str) -> Result<Protocol> {
    let source = Source(text);
    let file: File = toml::from_str(text)
        .map_err(|e| source.fault(e.span().map_or(0, |s| s.start), e.message().trim()))?;
    if *file.version.get_ref() != 1 {
        return Err(source.fault(
            file.version.span().start,
            format!(
                "version {} is not known here: write `version = 1`",
                file.version.get_ref()
            ),
        ));
    }
    let language = language(&source, file.language.as_ref())?;
    let (timezone, zone) = timezone(&source, file.timezone.as_ref())?;
    let allowed_lateness =
        source.optional_span(file.allowed_lateness.as_ref(), DEFAULT_LATENESS)?;
    let (entities, competitors) = entities(&source, file.entity, file.competitor)?;
    let topics = topics(&source, file.topic)?;
    let calendar = file
        .calendar
        .as_ref()
        .map(|c| quiet::calendar(&source, c))
        .transpose()?;
    let levels = levels::levels(&source, &file.level, calendar.is_some())?;
    let triggers = triggers(&source, &file.trigger, &levels)?;
    reachable(&source, &file.level, &levels, &triggers)?;
    let names = quiet::Names {
        triggers: &triggers,
        levels: &levels,
        entities: &entities,
    };
    let silences = quiet::silences(&source, &file.silence, &names)?;
    let inhibitions = quiet::inhibitions(&source, &file.inhibition, &names)?;
    let order = quiet::order(&triggers, &levels, &inhibitions)
        .ok_or_else(|| quiet::circle(&source, &file.inhibition))?;
    let goals = goals::goals(&source, &file.goal, &entities)?;
    let tests = tests(&source, file.test, &triggers, &levels)?;
    let fingerprint = fingerprint(&entities, &competitors, &topics, &triggers);
    Ok(Protocol {
        language,
        timezone,
        zone,
        allowed_lateness,
        entities,
        competitors,
        overrides: file.hard_overrides,
        topics,
        calendar,
        levels,
        triggers,
        silences,
        inhibitions,
        goals,
        tests,
        order,
        fingerprint,
    })
}

/// Names and windows, in order: what the tables of a snapshot are indexed by. Thresholds may change under it.
fn fingerprint(
    entities: &[Entity],
    competitors: &[Entity],
    topics: &[TopicRule],
    triggers: &[Trigger],
) -> u64 {
    let mut key = String::new();
    for name in entities
        .iter()
        .chain(competitors)
        .map(|e| &e.name)
        .chain(topics.iter().map(|t| &t.name))
    {
        key.push_str(name);
        key.push('\u{1f}');
    }
    let _ = write!(key, "{}\u{1f}{}", entities.len(), competitors.len());
    for trigger in triggers {
        let _ = write!(key, "\u{1f}{}\u{1f}{}", trigger.name, trigger.window);
    }
    text::hash(key.as_bytes())
}

fn language(source: &Source<'_>, value: Option<&Spanned<String>>) -> Result<Language> {
    let Some(value) = value else {
        return Ok(Language::Spanish);
    };
    match Language::from_code(value.get_ref()) {
        Language::Undetermined => Err(source.fault(
            value.span().start,
            format!(
                "`{}` is not a language of protocols: write es, en or pt",
                value.get_ref()
            ),
        )),
        language => Ok(language),
    }
}

fn timezone(
    source: &Source<'_>,
    value: Option<&Spanned<String>>,
) -> Result<(String, jiff::tz::TimeZone)> {
    let Some(value) = value else {
        return Ok(("UTC".into(), jiff::tz::TimeZone::UTC));
    };
    let name = value.get_ref().clone();
    jiff::tz::TimeZone::get(&name)
        .map(|zone| (name.clone(), zone))
        .map_err(|_| {
            source.fault(
                value.span().start,
                format!("`{name}` is not a time zone: write an IANA name such as Europe/Madrid"),
            )
        })
}

fn entities(
    source: &Source<'_>,
    own: Vec<Spanned<Entity>>,
    competitors: Vec<Spanned<Entity>>,
) -> Result<(Vec<Entity>, Vec<Entity>)> {
    if own.is_empty() {
        return Err(source.fault(
            0,
            "the protocol watches nobody: add an [[entity]] with name and aliases",
        ));
    }
    let mut names = BTreeSet::new();
    let mut aliases: BTreeMap<String, String> = BTreeMap::new();
    for entity in own.iter().chain(&competitors) {
        let (at, entity) = (entity.span().start, entity.get_ref());
        if entity.name.trim().is_empty() {
            return Err(source.fault(
                at,
                "this entity has an empty name: write how it is to be shown",
            ));
        }
        if !names.insert(entity.name.to_lowercase()) {
            return Err(source.fault(at, format!("`{}` is declared twice: keep one", entity.name)));
        }
        for alias in &entity.aliases {
            let folded = text::fold_text(alias);
            if folded.is_empty() {
                return Err(source.fault(
                    at,
                    format!("`{}` has an empty alias: remove it", entity.name),
                ));
            }
            if let Some(other) = aliases.insert(folded, entity.name.clone())
                && other != entity.name
            {
                return Err(source.fault(
                    at,
                    format!(
                        "the alias `{alias}` belongs to both `{other}` and `{}`: keep it in one",
                        entity.name
                    ),
                ));
            }
        }
    }
    let plain = |v: Vec<Spanned<Entity>>| v.into_iter().map(Spanned::into_inner).collect();
    Ok((plain(own), plain(competitors)))
}

fn topics(source: &Source<'_>, topics: Vec<Spanned<TopicRule>>) -> Result<Vec<TopicRule>> {
    let mut names = BTreeSet::new();
    let known: Vec<String> = crate::classify::default_topics()
        .into_iter()
        .map(|t| t.name)
        .collect();
    for topic in &topics {
        let (at, topic) = (topic.span().start, topic.get_ref());
        if !names.insert(topic.name.as_str()) {
            return Err(source.fault(
                at,
                format!("the topic `{}` is declared twice: join them", topic.name),
            ));
        }
        if let Some(unknown) = topic.includes.iter().find(|n| !known.contains(n)) {
            return Err(source.fault(
                at,
                format!(
                    "the topic `{}` includes `{unknown}`, which the default taxonomy does not have: it has {}",
                    topic.name,
                    known.join(", ")
                ),
            ));
        }
        if topic.weight.is_some_and(|w| !(w > 0.0 && w < 1.0)) {
            return Err(source.fault(
                at,
                format!(
                    "the weight of the topic `{}` is a number above 0 and below 1",
                    topic.name
                ),
            ));
        }
        let silent = topic.phrases.iter().all(|p| text::fold_text(p).is_empty());
        if silent && topic.includes.is_empty() && !topic.otherwise {
            return Err(source.fault(
                at,
                format!(
                    "the topic `{}` can never be found: give it phrases",
                    topic.name
                ),
            ));
        }
    }
    Ok(topics.into_iter().map(Spanned::into_inner).collect())
}

fn triggers(source: &Source<'_>, files: &[TriggerFile], levels: &[Level]) -> Result<Vec<Trigger>> {
    let mut triggers: Vec<Trigger> = Vec::new();
    for file in files {
        let name = file.name.get_ref();
        if triggers.iter().any(|t| t.name == *name) {
            return Err(source.fault(
                file.name.span().start,
                format!("the trigger `{name}` is declared twice: rename one"),
            ));
        }
        let level = level_position(levels, file.level.get_ref())
            .map_err(|m| source.fault(file.level.span().start, m))?;
        let window = source.span(&file.window)?;
        if window < SHORTEST_WINDOW || window > LONGEST_WINDOW {
            return Err(source.fault(
                file.window.span().start,
                format!("a window of {window} is out of range: write {SHORTEST_WINDOW} to {LONGEST_WINDOW}"),
            ));
        }
        if window.millis() % SHORTEST_WINDOW.millis() != 0 {
            return Err(source.fault(
                file.window.span().start,
                format!("windows are made of stretches of {SHORTEST_WINDOW}: write a multiple of it instead of {window}"),
            ));
        }
        let when = source.condition(&file.when)?;
        if let Some(budget) = &file.alarms_per_month
            && !(budget.get_ref().is_finite() && *budget.get_ref() > 0.0)
        {
            return Err(source.fault(
                budget.span().start,
                "alarms_per_month is a number above 0: leave it out for no budget",
            ));
        }
        triggers.push(Trigger {
            name: name.clone(),
            level,
            window,
            when,
            hold: source.optional_span(file.hold.as_ref(), Span::default())?,
            keep_firing_for: source.optional_span(file.keep_firing_for.as_ref(), Span::hours(1))?,
            keep_firing_while: file
                .keep_firing_while
                .as_ref()
                .map(|c| source.condition(c))
                .transpose()?,
            cooldown: source.optional_span(file.cooldown.as_ref(), Span::default())?,
            alarms_per_month: file.alarms_per_month.as_ref().map(|b| *b.get_ref()),
            crisis: file.crisis,
            history: file.history,
            statement: levels::statement(source, file.statement.as_ref())?,
        });
    }
    Ok(triggers)
}

/// How many bytes a string opens with: its quotes, and the line end after three of them.
fn opening(literal: &str) -> usize {
    for quotes in ["\"\"\"", "'''"] {
        if let Some(rest) = literal.strip_prefix(quotes) {
            let newline = ["\r\n", "\n"].into_iter().find(|n| rest.starts_with(n));
            return quotes.len() + newline.map_or(0, str::len);
        }
    }
    1
}

fn level_position(levels: &[Level], name: &str) -> std::result::Result<usize, String> {
    levels.iter().position(|l| l.name == name).ok_or_else(|| {
        let known: Vec<&str> = levels.iter().map(|l| l.name.as_str()).collect();
        let hint = hint(known.iter().copied(), name);
        format!(
            "there is no level called `{name}`{hint}: the levels are {}; declare it with [[level]]",
            known.join(", ")
        )
    })
}

fn reachable(
    source: &Source<'_>,
    files: &[LevelFile],
    levels: &[Level],
    triggers: &[Trigger],
) -> Result<()> {
    for file in files {
        let position = levels.iter().position(|l| l.name == *file.name.get_ref());
        let escalated = |position| levels.iter().any(|l| l.escalate_to == position);
        if !triggers.iter().any(|t| Some(t.level) == position) && !escalated(position) {
            return Err(source.fault(
                file.name.span().start,
                format!(
                    "no trigger raises the level `{}`: add one, let another level escalate to it, or remove the level",
                    file.name.get_ref()
                ),
            ));
        }
    }
    Ok(())
}

fn tests(
    source: &Source<'_>,
    tests: Vec<Spanned<Test>>,
    triggers: &[Trigger],
    levels: &[Level],
) -> Result<Vec<Test>> {
    for test in &tests {
        let (at, test) = (test.span().start, test.get_ref());
        for expected in &test.expect {
            if let Some(name) = &expected.trigger
                && !triggers.iter().any(|t| t.name == *name)
            {
                return Err(source.fault(
                    at,
                    format!(
                        "the test `{}` expects a trigger `{name}` that does not exist",
                        test.name
                    ),
                ));
            }
            if let Some(name) = &expected.level {
                level_position(levels, name).map_err(|m| source.fault(at, m))?;
            }
        }
    }
    Ok(tests.into_iter().map(Spanned::into_inner).collect())
}
