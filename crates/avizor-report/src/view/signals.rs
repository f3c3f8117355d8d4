//! Confirmed fires as cards, the others as rows of a table.

use avizor::crisis::{Confirmation, SignalAuthor, SignalEnd, SignalEvidence};
use avizor::protocol::{INDICATORS, IndicatorValue};
use avizor::{Signal, SignalState};

use super::Context;
use super::{answers, quotes};
use crate::fire::{Fire, MOST_CARDS};
use crate::format::Format;
use crate::strings::fill;

pub(super) struct Signals {
    pub cards: Vec<Card>,
    pub minor: Vec<Minor>,
    pub left: Option<String>,
}

pub(super) struct Card {
    pub number: usize,
    pub look: &'static str,
    pub level: String,
    pub trigger: String,
    pub entity: String,
    pub state: String,
    pub active: bool,
    pub fired: String,
    pub machine: String,
    pub explanation: String,
    pub condition: String,
    pub window: String,
    pub owner: String,
    pub respond_by: Option<(String, String)>,
    pub taken: Option<String>,
    pub may_answer: String,
    pub departments: String,
    /// Whether a person has to confirm it before anything is done.
    pub awaited: bool,
    pub because: Vec<String>,
    pub statement: Option<String>,
    pub strategy: Vec<String>,
    pub indicators: Vec<Indicator>,
    pub topics: Vec<(String, String)>,
    pub terms: Vec<String>,
    pub authors: Vec<Author>,
    pub actions: Vec<String>,
    pub mentions: Vec<Mention>,
}

pub(super) struct Indicator {
    pub label: String,
    pub value: String,
    pub unit: String,
}

pub(super) struct Author {
    pub name: String,
    pub mentions: String,
    pub negative: String,
    pub followers: String,
}

/// A mention that a signal names: its id, and where it is shown.
pub(super) struct Mention {
    pub id: String,
    pub href: Option<String>,
}

pub(super) struct Minor {
    pub when: String,
    pub entity: String,
    pub trigger: String,
    pub level: String,
    pub state: String,
}

impl Signals {
    pub(super) fn of(c: &Context<'_>) -> Self {
        let (fired, other): (Vec<&Fire<'_>>, Vec<&Fire<'_>>) =
            c.fires.iter().partition(|f| f.fired.is_some());
        let left = fired.len().saturating_sub(MOST_CARDS) + other.len().saturating_sub(MOST_CARDS);
        Self {
            cards: fired
                .into_iter()
                .take(MOST_CARDS)
                .map(|f| card(c, f))
                .collect(),
            minor: other
                .into_iter()
                .take(MOST_CARDS)
                .map(|f| minor(c, f))
                .collect(),
            left: (left > 0).then(|| fill(c.t.signals_left, &[("n", &left.to_string())])),
        }
    }
}

fn card(c: &Context<'_>, fire: &Fire<'_>) -> Card {
    let (signal, call) = (fire.main, fire.call);
    let named = signal.topics.iter().filter(|t| !t.name.is_empty());
    Card {
        number: fire.number,
        look: fire.look(),
        level: call.level.clone(),
        trigger: signal.trigger.clone(),
        entity: signal.entity.clone(),
        state: state(c, fire),
        active: fire.resolved.is_none(),
        fired: c.format.moment(signal.at),
        machine: Format::machine(signal.at),
        explanation: c.mask.text(&signal.explanation),
        condition: signal.condition.clone(),
        window: c.format.between(signal.window.start, signal.window.end),
        owner: call.owner.clone(),
        respond_by: call
            .respond_by
            .map(|at| (c.format.moment(at), Format::machine(at))),
        taken: answers::taken(fire).map(|hand| answers::hand_words(c, hand)),
        may_answer: call.response.may_answer.join(", "),
        departments: call.response.departments.join(", "),
        awaited: call.life.confirmation == Confirmation::Awaited,
        because: because(c, &signal.evidence),
        statement: call.response.statement.as_deref().map(|s| c.mask.text(s)),
        strategy: call
            .response
            .strategy
            .as_ref()
            .map_or_else(Vec::new, |s| s.steps.clone()),
        indicators: signal
            .indicators
            .iter()
            .map(|(name, value)| indicator(c, name, *value))
            .collect(),
        topics: named
            .map(|t| (t.name.clone(), c.format.percent(t.share)))
            .collect(),
        terms: signal
            .topics
            .iter()
            .flat_map(|t| &t.terms)
            .map(|t| c.mask.text(t))
            .collect(),
        authors: signal.authors.iter().map(|a| author(c, a)).collect(),
        actions: call.actions.clone(),
        mentions: signal.mentions.iter().map(|id| mention(c, id)).collect(),
    }
}

/// How it stands, whether its level rose, and how it ended.
fn state(c: &Context<'_>, fire: &Fire<'_>) -> String {
    let mut words = vec![stands(c, fire)];
    let risen = fire.call.level != fire.main.level;
    words.extend(risen.then(|| fill(c.t.escalated, &[("level", &fire.main.level)])));
    words.extend(ended(c, fire.last));
    words.join("; ")
}

fn ended(c: &Context<'_>, last: &Signal) -> Option<String> {
    match last.life.end.as_ref()? {
        SignalEnd::Calmed | SignalEnd::Lapsed => None,
        SignalEnd::AbsorbedBy(rule) => Some(fill(c.t.absorbed, &[("trigger", rule)])),
        SignalEnd::Dismissed(hand) => Some(fill(
            c.t.dismissed,
            &[("hand", &answers::hand_words(c, hand))],
        )),
    }
}

/// Why one may believe it, a sentence each.
fn because(c: &Context<'_>, evidence: &SignalEvidence) -> Vec<String> {
    let usual = |name: &str| evidence.baseline.get(name).map(|n| c.format.decimal(*n, 0));
    let mut words = Vec::new();
    if let (Some(volume), Some(negative)) = (usual("volume"), usual("negative")) {
        words.push(fill(
            c.t.because_usual,
            &[("volume", &volume), ("negative", &negative)],
        ));
    }
    if let Some(p) = evidence.p_value {
        words.push(fill(c.t.because_p, &[("p", &c.format.p_value(p))]));
    }
    if let Some(turn) = evidence.counterfactual.as_ref().filter(|turn| turn.held) {
        let written = |x: f64| {
            // Counts are told as such.
            let whole = x.fract() == 0.0 && x.abs() >= 2.0;
            let value = if whole {
                IndicatorValue::Int(x as i64)
            } else {
                IndicatorValue::Double(x)
            };
            indicator(c, &turn.indicator, value)
        };
        let template = if turn.was < turn.turns_at {
            c.t.because_not_above
        } else {
            c.t.because_not_below
        };
        words.push(fill(
            template,
            &[
                ("indicator", &written(turn.was).label.to_lowercase()),
                ("was", &written(turn.was).value),
                ("turns_at", &written(turn.turns_at).value),
            ],
        ));
    }
    if let Some(threshold) = evidence.budget_threshold {
        let threshold = c.format.decimal(threshold, 1);
        words.push(fill(c.t.because_budget, &[("threshold", &threshold)]));
    }
    words
}

fn stands(c: &Context<'_>, fire: &Fire<'_>) -> String {
    match (fire.fired, fire.resolved) {
        (Some(_), None) => c.t.state_active.to_owned(),
        (Some(fired), Some(end)) => fill(
            c.t.state_resolved,
            &[("length", &c.format.length(fired, end))],
        ),
        (None, Some(_)) if fire.pending.is_some() => c.t.state_lapsed.to_owned(),
        (None, Some(_)) => c.t.state_ended.to_owned(),
        (None, None) => c.t.state_pending.to_owned(),
    }
}

fn indicator(c: &Context<'_>, name: &str, value: IndicatorValue) -> Indicator {
    let documented = INDICATORS.iter().find(|i| i.name == name);
    let words = c.t.indicators.get(name);
    let is_share =
        documented.is_some_and(|i| i.unit.starts_with("0 to 1") && !i.unit.contains("10"));
    Indicator {
        label: words.map_or_else(|| name.to_owned(), |w| w.label.clone()),
        value: match value {
            IndicatorValue::Int(n) if n < 0 => c.format.decimal(n as f64, 0),
            IndicatorValue::Int(n) => c.format.int(n.unsigned_abs()),
            IndicatorValue::Double(x) if is_share => c.format.percent(x),
            IndicatorValue::Double(x) => c.format.decimal(x, 1),
        },
        unit: words.map_or_else(
            || documented.map_or_else(String::new, |i| i.unit.to_owned()),
            |w| w.unit.clone(),
        ),
    }
}

fn author(c: &Context<'_>, a: &SignalAuthor) -> Author {
    Author {
        name: c.mask.author(&a.author),
        mentions: c.format.int(u64::from(a.mentions)),
        negative: c.format.int(u64::from(a.negative)),
        followers: c.format.about(a.followers),
    }
}

fn mention(c: &Context<'_>, id: &str) -> Mention {
    let shown = c.report.quotes.iter().position(|q| q.id == id);
    Mention {
        id: c.mask.text(id),
        href: shown.map(quotes::anchor),
    }
}

fn minor(c: &Context<'_>, fire: &Fire<'_>) -> Minor {
    debug_assert!(fire.main.state != SignalState::Firing);
    Minor {
        when: c.format.moment(fire.began),
        entity: fire.main.entity.clone(),
        trigger: fire.main.trigger.clone(),
        level: fire.main.level.clone(),
        state: state(c, fire),
    }
}
