//! A change of state as a signal: everything that is needed to judge it, to answer it and to prove it.

use std::collections::BTreeMap;

use super::board::confirmation;
use super::budget::{Budget, MEASURED};
use super::explain::{Facts, explain, strategy_steps};
use super::judge::level_of;
use super::life::{Change, Fire};
use super::signal::{
    Confirmation, Counterfactual, Signal, SignalAuthor, SignalEvidence, SignalLife, SignalResponse,
    SignalState, SignalTopic, SignalWindow, Strategy,
};
use super::watch::{Watch, tidy};
use crate::protocol::{INDICATORS, Indicators, Level, Name, Protocol, Set, Trigger, Turn};
use crate::time::{Span, Timestamp};

/// How many topics, terms, examples and authors a signal carries.
const TOPICS: usize = 3;
const TERMS: usize = 6;
const EXAMPLES: usize = 5;
const AUTHORS: usize = 5;
/// A topic of fewer than one mention in ten is not what the talk is about.
const TOPIC_SHARE: f64 = 0.1;
/// Such a crisis within this time is a history.
const HISTORY: Span = Span::days(365);

/// Where and when a change happened.
pub(crate) struct Scene<'a> {
    pub protocol: &'a Protocol,
    pub watch: &'a Watch,
    pub entity: &'a str,
    /// Position of the trigger.
    pub position: usize,
    pub at: Timestamp,
    /// Mentions of everybody else in the window.
    pub others: u32,
}

/// The signal; `held` says whether the condition held.
pub(crate) fn tell(scene: &Scene<'_>, change: &Change, held: bool) -> Option<Signal> {
    let (trigger, level) = rule(scene, change.fire.as_ref())?;
    let length = scene.watch.length(trigger.window);
    let indicators = indicators(scene, trigger);
    let topics = topics(scene.watch, length, &indicators);
    let start = scene.at.minus(trigger.window);
    let life = life(scene, change, trigger, level);
    let calls = matches!(
        change.state,
        SignalState::Firing | SignalState::Acknowledged
    );
    let respond_by = change.fire.as_ref().filter(|_| calls).map(|fire| {
        scene
            .protocol
            .deadline(level, fire.risen, level.respond_within)
    });
    let evidence = evidence(scene, trigger, length, &indicators, held);
    let explanation = explain(&Facts {
        language: scene.protocol.language,
        zone: &scene.protocol.zone,
        entity: scene.entity,
        trigger: &trigger.name,
        level: &level.name,
        owner: &level.owner,
        state: change.state,
        life: &life,
        start,
        end: scene.at,
        indicators: &indicators,
        names: trigger.when.names(),
        topics: &topics,
        counterfactual: evidence.counterfactual.as_ref(),
        respond_by,
    });
    let given_out = calls && life.confirmation != Confirmation::Awaited;
    Some(Signal {
        id: id(&trigger.name, scene.entity, change.since),
        entity: scene.entity.to_owned(),
        trigger: trigger.name.clone(),
        level: level.name.clone(),
        state: change.state,
        at: scene.at,
        window: SignalWindow {
            start,
            end: scene.at,
        },
        indicators: trigger
            .when
            .names()
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), indicators.get(name)?)))
            .collect(),
        condition: trigger.when.source().to_owned(),
        response: response(scene, trigger, level, &topics, respond_by, given_out),
        topics,
        mentions: scene
            .watch
            .examples(length, EXAMPLES)
            .into_iter()
            .map(|e| e.id)
            .collect(),
        authors: authors(scene.watch, length),
        owner: level.owner.clone(),
        respond_by,
        actions: if calls && !given_out {
            Vec::new()
        } else {
            level.actions.clone()
        },
        explanation,
        life,
        evidence,
    })
}

/// What all changes of one fire are known by.
pub(crate) fn id(trigger: &str, entity: &str, since: Timestamp) -> String {
    format!("{trigger}/{entity}/{since}")
}

fn rule<'a>(scene: &Scene<'a>, fire: Option<&Fire>) -> Option<(&'a Trigger, &'a Level)> {
    let trigger = scene.protocol.triggers.get(scene.position)?;
    let risen = fire.and_then(|f| f.risen_to.as_deref());
    let (_, level) = level_of(scene.protocol, trigger, risen)?;
    Some((trigger, level))
}

/// What the rule reads and what its sentence speaks of.
fn indicators(scene: &Scene<'_>, trigger: &Trigger) -> Indicators {
    let mut indicators = Indicators::default();
    let wanted = trigger.reads().union(Set::of(&[Name::expected_volume]));
    scene.watch.indicators(
        trigger.window,
        scene.others,
        scene.protocol.topics.len(),
        wanted,
        &mut indicators,
    );
    let length = scene.watch.length(trigger.window);
    indicators.distinct_authors = scene.watch.authors(length).len() as i64;
    indicators
}

fn life(scene: &Scene<'_>, change: &Change, trigger: &Trigger, level: &Level) -> SignalLife {
    let fire = change.fire.as_ref();
    let below = |level: &Level| {
        let own = scene.protocol.levels.get(trigger.level)?;
        // The level that rises to this one, or the rule's own.
        let from = scene.protocol.levels.iter().find(|l| {
            l.escalate_to.and_then(|to| scene.protocol.levels.get(to)) == Some(level)
                && l.severity >= own.severity
        });
        Some(from.unwrap_or(own).name.clone())
    };
    SignalLife {
        since: change.since,
        fired: fire.map(|f| f.fired),
        escalated_from: change.rise.then(|| below(level)).flatten(),
        held_back_by: change.wait.as_ref().and_then(|w| w.held_back_by.clone()),
        acknowledged: fire.and_then(|f| f.taken.clone()),
        confirmation: confirmation(fire, level),
        end: change.end.clone(),
    }
}

fn evidence(
    scene: &Scene<'_>,
    trigger: &Trigger,
    length: usize,
    indicators: &Indicators,
    held: bool,
) -> SignalEvidence {
    let (volume, negative) = scene.watch.usual(length);
    let surprise = trigger.when.reads().meets(MEASURED);
    let budget = scene.watch.budgets.get(scene.position);
    SignalEvidence {
        baseline: BTreeMap::from([
            ("volume".to_owned(), volume),
            ("negative".to_owned(), negative),
        ]),
        p_value: surprise.then(|| four_digits(libm::exp10(-Budget::value(trigger, indicators)))),
        counterfactual: counterfactual(scene, trigger, length, indicators, held),
        budget_threshold: budget.and_then(Option::as_ref).map(|b| tidy(b.threshold())),
    }
}

/// The least change, relative to what was, in one indicator that would have turned the condition. Surprise is told as
/// the mentions that make it.
fn counterfactual(
    scene: &Scene<'_>,
    trigger: &Trigger,
    length: usize,
    indicators: &Indicators,
    held: bool,
) -> Option<Counterfactual> {
    trigger
        .when
        .turns(indicators)
        .into_iter()
        .filter_map(|turn| told_turn(scene, length, indicators, turn, held))
        .filter(|c| c.held == held)
        .min_by(|a, b| distance(a).total_cmp(&distance(b)))
}

fn distance(c: &Counterfactual) -> f64 {
    (c.was - c.turns_at).abs() / c.was.abs().max(c.turns_at.abs()).max(1e-9)
}

fn told_turn(
    scene: &Scene<'_>,
    length: usize,
    indicators: &Indicators,
    turn: Turn,
    held: bool,
) -> Option<Counterfactual> {
    let indicator = INDICATORS.get(turn.indicator)?;
    let was = indicators.get(indicator.name)?.as_f64();
    let negative = match indicator.name {
        "negative_surprise" => true,
        "volume_surprise" => false,
        _ => {
            return Some(Counterfactual {
                indicator: indicator.name.to_owned(),
                was,
                turns_at: tidy(if held { turn.same } else { turn.other }),
                held,
            });
        }
    };
    let count = if negative {
        indicators.negative
    } else {
        indicators.volume
    };
    // Only downwards: more mentions are never less surprising.
    let enough =
        |n: i64| scene.watch.surprise_of(negative, length, n as f64).surprise >= turn.same - 5e-5;
    if turn.same > was || !held {
        return None;
    }
    let (mut low, mut high) = (0, count);
    while high - low > 1 {
        let middle = i64::midpoint(low, high);
        if enough(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(Counterfactual {
        indicator: if negative { "negative" } else { "volume" }.to_owned(),
        was: count as f64,
        turns_at: high as f64,
        held,
    })
}

/// The leading topics; the terms that grew stand with the first, or alone where there is no topic.
fn topics(watch: &Watch, length: usize, indicators: &Indicators) -> Vec<SignalTopic> {
    let terms = watch.grown_terms(length, TERMS);
    let volume = indicators.volume.max(1) as f64;
    let mut topics: Vec<SignalTopic> = watch
        .topics(length)
        .into_iter()
        .take(TOPICS)
        .map(|(name, n)| SignalTopic {
            name,
            share: tidy(f64::from(n) / volume),
            terms: Vec::new(),
        })
        .filter(|topic| topic.share >= TOPIC_SHARE)
        .collect();
    match topics.first_mut() {
        Some(first) => first.terms = terms,
        None if !terms.is_empty() => topics.push(SignalTopic {
            name: String::new(),
            share: 1.0,
            terms,
        }),
        None => {}
    }
    topics
}

/// The leading authors: most negative mentions, then mentions, then followers, then by name; nameless ones left out.
fn authors(watch: &Watch, length: usize) -> Vec<SignalAuthor> {
    let mut all: Vec<SignalAuthor> = watch
        .authors(length)
        .into_iter()
        .filter(|(name, _)| !name.starts_with('\0'))
        .map(|(name, tally)| SignalAuthor {
            author: name.to_owned(),
            mentions: tally.mentions,
            negative: tally.negative,
            followers: tally.followers,
        })
        .collect();
    let rank = |a: &SignalAuthor| (a.negative, a.mentions, a.followers);
    all.sort_by(|a, b| rank(b).cmp(&rank(a)).then_with(|| a.author.cmp(&b.author)));
    all.truncate(AUTHORS);
    all
}

fn response(
    scene: &Scene<'_>,
    trigger: &Trigger,
    level: &Level,
    topics: &[SignalTopic],
    respond_by: Option<Timestamp>,
    given_out: bool,
) -> SignalResponse {
    if respond_by.is_none() {
        return SignalResponse::default();
    }
    let protocol = scene.protocol;
    let mut departments: Vec<String> = Vec::new();
    for topic in topics {
        let rule = protocol.topics.iter().find(|t| t.name == topic.name);
        if let Some(department) = rule.and_then(|t| t.department.clone())
            && !departments.contains(&department)
        {
            departments.push(department);
        }
    }
    let statement = trigger
        .statement
        .as_ref()
        .or(level.statement.as_ref())
        .filter(|_| given_out)
        .map(|statement| {
            let local = |at: Timestamp, form: &str| {
                let zoned = at.to_jiff().to_zoned_datetime(protocol.zone.clone());
                zoned.strftime(form).to_string()
            };
            statement.fill(|name| match name {
                "entity" => scene.entity.to_owned(),
                "topic" => topics.iter().find(|t| !t.name.is_empty()).map_or_else(
                    || super::explain::what_happened(protocol.language),
                    |t| t.name.clone(),
                ),
                "department" => departments
                    .first()
                    .cloned()
                    .unwrap_or_else(|| level.owner.clone()),
                "owner" => level.owner.clone(),
                "date" => local(scene.at, "%d/%m/%Y"),
                "time" => local(scene.at, "%H:%M"),
                "next_update" => respond_by.map_or_else(String::new, |by| local(by, "%H:%M")),
                _ => String::new(),
            })
        });
    let strategy = trigger.crisis.map(|crisis| {
        let lived = scene.watch.rules.get(scene.position).and_then(|r| r.lived);
        let history = trigger.history
            || lived.is_some_and(|lived| lived < scene.at && lived.plus(HISTORY) >= scene.at);
        let posture = crisis.posture(history);
        Strategy {
            crisis,
            cluster: crisis.cluster(),
            history,
            posture,
            steps: strategy_steps(protocol.language, posture),
        }
    });
    SignalResponse {
        may_answer: level.may_answer.clone(),
        departments,
        strategy,
        statement,
    }
}

/// Four significant digits: a probability needs no more, and any reader of JSON gives the same number back.
fn four_digits(p: f64) -> f64 {
    let scale = libm::exp10(3.0 - libm::floor(libm::log10(p.max(f64::MIN_POSITIVE))));
    libm::round(p * scale) / scale
}
