//! Windows to surprise, surprise to signals with a life.
//!
//! Every five minutes of event time each rule of the protocol is judged for each entity, over its own
//! trailing window. Knows nothing of texts: only of what was counted.

mod bucket;
mod explain;
mod life;
mod signal;
mod surprise;
mod watch;
mod window;

pub use signal::{Signal, SignalAuthor, SignalState, SignalTopic, SignalWindow};
pub use surprise::{Reading, Surprise, WindowReading};

pub(crate) use bucket::Bucket;
pub(crate) use watch::{Watch, patience};

use std::collections::BTreeMap;

use crate::protocol::{Indicators, Protocol, Scope, Trigger};
use crate::time::{Span, Timestamp};
use explain::{Facts, explain};
use life::Change;

/// How many topics, terms, examples and authors a signal carries.
const TOPICS: usize = 3;
const TERMS: usize = 6;
const EXAMPLES: usize = 5;
const AUTHORS: usize = 5;

/// Judges every rule for one entity at the close of bucket `index`.
///
/// `totals` gives, for each window length, the mentions of everybody together.
pub(crate) fn judge(
    protocol: &Protocol,
    scope: &Scope,
    watch: &mut Watch,
    entity: &str,
    index: i64,
    totals: &BTreeMap<Span, u32>,
) -> Vec<Signal> {
    let at = Bucket::start(index + 1);
    let mut signals = Vec::new();
    let mut known: BTreeMap<i64, Indicators> = BTreeMap::new();
    for (i, trigger) in protocol.triggers.iter().enumerate() {
        let indicators = known.entry(trigger.window.millis()).or_insert_with(|| {
            let own = watch.window(trigger.window).map_or(0, |w| w.volume);
            let total = totals.get(&trigger.window).copied().unwrap_or(own);
            watch.indicators(trigger.window, total.saturating_sub(own))
        });
        let holds = trigger.when.holds(scope, indicators) && within_budget(trigger, indicators);
        let change = watch.lives[i].advance(at, holds, trigger.hold, trigger.keep_firing_for);
        if let Some(change) = change {
            signals.push(signal(
                protocol, watch, entity, trigger, at, indicators, change,
            ));
        }
    }
    signals
}

/// Mean length of a month, in milliseconds (Gregorian year / 12).
const MONTH_MS: f64 = 30.436_875 * 86_400_000.0;

/// With a budget of k false alarms a month, the windows of a month share k: each may be as unlikely as
/// k / (windows a month) and no less (Bonferroni). Rules that read no surprise have nothing to budget.
fn within_budget(trigger: &Trigger, indicators: &Indicators) -> bool {
    let Some(budget) = trigger.alarms_per_month else {
        return true;
    };
    let reads = |name: &str| trigger.when.names().contains(&name);
    let measured = [
        ("volume_surprise", indicators.volume_surprise),
        ("negative_surprise", indicators.negative_surprise),
        ("silence", indicators.silence),
    ]
    .into_iter()
    .filter(|(name, _)| reads(name))
    .map(|(_, value)| value)
    .reduce(f64::max);
    let windows = MONTH_MS / trigger.window.millis() as f64;
    let threshold = -libm::log10((budget / windows).min(1.0));
    measured.is_none_or(|surprise| surprise >= threshold)
}

fn signal(
    protocol: &Protocol,
    watch: &Watch,
    entity: &str,
    trigger: &Trigger,
    at: Timestamp,
    indicators: &Indicators,
    change: Change,
) -> Signal {
    let level = &protocol.levels[trigger.level];
    let window = watch.window(trigger.window);
    let length = window.map_or(1, |w| w.length);
    let topics = topics_of(watch, length, indicators);
    let respond_by = (change.state == SignalState::Firing).then(|| at.plus(level.respond_within));
    let start = at.minus(trigger.window);
    let explanation = explain(&Facts {
        language: protocol.language,
        zone: &protocol.zone,
        entity,
        trigger: &trigger.name,
        level: &level.name,
        owner: &level.owner,
        state: change.state,
        start,
        end: at,
        fired: change.fired,
        indicators,
        names: trigger.when.names(),
        topics: &topics,
        respond_by,
    });
    Signal {
        id: format!("{}/{}/{}", trigger.name, entity, change.since),
        entity: entity.to_owned(),
        trigger: trigger.name.clone(),
        level: level.name.clone(),
        state: change.state,
        at,
        window: SignalWindow { start, end: at },
        indicators: trigger
            .when
            .names()
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), indicators.get(name)?)))
            .collect(),
        condition: trigger.when.source().to_owned(),
        topics,
        mentions: watch
            .examples(length, EXAMPLES)
            .into_iter()
            .map(|e| e.id)
            .collect(),
        authors: window
            .map(|w| w.leading_authors(AUTHORS))
            .unwrap_or_default()
            .into_iter()
            .map(|(author, t)| SignalAuthor {
                author: author.to_owned(),
                mentions: t.mentions,
                negative: t.negative,
                followers: t.followers,
            })
            .collect(),
        owner: level.owner.clone(),
        respond_by,
        actions: level.actions.clone(),
        explanation,
    }
}

/// A topic of fewer than one mention in ten is not what the talk is about.
const TOPIC_SHARE: f64 = 0.1;

/// The leading topics; the terms that grew stand with the first, or alone where there is no topic.
fn topics_of(watch: &Watch, length: usize, indicators: &Indicators) -> Vec<SignalTopic> {
    let terms = watch.grown_terms(length, TERMS);
    let volume = indicators.volume.max(1) as f64;
    let mut topics: Vec<SignalTopic> = watch
        .topics(length)
        .into_iter()
        .take(TOPICS)
        .map(|(name, n)| SignalTopic {
            name,
            share: (f64::from(n) / volume * 10_000.0).round() / 10_000.0,
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
