//! What happened and how sure, in a headline and a few sentences.

use avizor::reputation::{Drift, Score};
use avizor::{ReputationRow, Timestamp};

use super::{Context, goals};
use crate::fire::Fire;
use crate::strings::fill;

/// Below this, chance is a very unlikely explanation; the usual levels of significance.
const VERY_SURE: f64 = 0.001;
/// Below this, an unlikely one.
pub(super) const SURE: f64 = 0.01;
/// Below this, perhaps.
pub(super) const MAYBE: f64 = 0.1;

pub(super) struct Lead {
    pub headline: String,
    pub look: &'static str,
    pub sentences: Vec<Sentence>,
}

/// A sentence, and the table that its numbers come from.
pub(super) struct Sentence {
    pub text: String,
    pub href: String,
}

/// The confirmed fire that the headline tells of: of the gravest, the first.
pub(super) fn gravest<'c, 'a>(c: &'c Context<'a>) -> Option<&'c Fire<'a>> {
    first_of_gravest(c.fired())
}

/// The gravest fire that has not ended.
fn active<'c, 'a>(c: &'c Context<'a>) -> Option<&'c Fire<'a>> {
    first_of_gravest(c.fired().filter(|f| f.resolved.is_none() && f.has_card()))
}

fn first_of_gravest<'c, 'a: 'c>(fires: impl Iterator<Item = &'c Fire<'a>>) -> Option<&'c Fire<'a>> {
    fires.min_by_key(|f| (usize::MAX - f.gravity(), f.number))
}

impl Lead {
    pub(super) fn of(c: &Context<'_>) -> Self {
        let mut sentences = Vec::new();
        let gravest = gravest(c);
        match gravest {
            Some(fire) => sentences.push(how_sure(c, fire)),
            None => sentences.extend(calm(c)),
        }
        sentences.extend(still_active(c, gravest));
        sentences.extend(next_step(c));
        if !c.fires.is_empty() {
            sentences.push(signals(c));
        }
        sentences.extend(goals::sentence(c).map(|text| Sentence {
            text,
            href: "#goals".into(),
        }));
        sentences.push(counts(c));
        Self {
            headline: headline(c, gravest),
            look: gravest.map_or("calm", Fire::look),
            sentences,
        }
    }
}

fn headline(c: &Context<'_>, gravest: Option<&Fire<'_>>) -> String {
    let own = &c.report.protocol.entities;
    let Some(fire) = gravest else {
        return match own.as_slice() {
            _ if c.report.counts.counted == 0 => c.t.head_none.to_owned(),
            [one] => fill(c.t.head_calm_one, &[("entity", &one.name)]),
            _ => c.t.head_calm_many.to_owned(),
        };
    };
    let fired = fire.fired.unwrap_or(fire.began);
    let template = if fire.resolved.is_some() {
        c.t.head_fired
    } else {
        c.t.head_active
    };
    let length = c.format.length(fired, fire.resolved.unwrap_or(fired));
    fill(
        template,
        &[
            ("entity", &fire.main.entity),
            ("level", &fire.call.level),
            ("length", &length),
            ("when", &c.format.moment(fired)),
        ],
    )
}

/// The worst day that the fire touched, with its interval and the chance of a mere accident.
fn how_sure(c: &Context<'_>, fire: &Fire<'_>) -> Sentence {
    let index = position(c, &fire.main.entity);
    let rows = index.map_or(&[][..], |i| c.report.reputation[i].1.as_slice());
    let end = fire.resolved.unwrap_or(Timestamp::from_millis(i64::MAX));
    let touched = rows.iter().filter(|r| r.end > fire.began && r.start <= end);
    let worst = touched
        .filter_map(|r| r.score.map(|s| (r, s)))
        .min_by(|a, b| a.1.value.total_cmp(&b.1.value));
    let Some((row, score)) = worst else {
        return Sentence {
            text: c.t.deck_unknown.to_owned(),
            href: "#figures".into(),
        };
    };
    let sure = match row.drift {
        Some(drift) => in_words(c, drift),
        None => c.t.sure_no.to_owned(),
    };
    Sentence {
        text: scored(c, c.t.deck_score, row, score, &[("sure", &sure)]),
        href: format!("#d{}", index.map_or(0, |i| i + 1)),
    }
}

fn in_words(c: &Context<'_>, drift: Drift) -> String {
    let sentence = match drift.p_value {
        p if p < VERY_SURE => c.t.sure_very,
        p if p < SURE => c.t.sure_clear,
        _ => c.t.sure_maybe,
    };
    fill(sentence, &[("p", &c.format.p_value(drift.p_value))])
}

/// Where the first own entity stands at the end.
fn calm(c: &Context<'_>) -> Option<Sentence> {
    let (name, rows) = c
        .report
        .reputation
        .iter()
        .find(|(name, _)| c.is_own(name))?;
    let (row, score) = rows.iter().rev().find_map(|r| r.score.map(|s| (r, s)))?;
    Some(Sentence {
        text: scored(c, c.t.deck_calm, row, score, &[("entity", name)]),
        href: "#figures".into(),
    })
}

/// The gravest fire that has not ended, where the headline tells of another.
fn still_active(c: &Context<'_>, told: Option<&Fire<'_>>) -> Option<Sentence> {
    let fire = active(c)?;
    if told.is_some_and(|t| t.number == fire.number || t.resolved.is_none()) {
        return None;
    }
    Some(Sentence {
        text: fill(
            c.t.deck_active,
            &[
                ("when", &c.format.moment(fire.fired.unwrap_or(fire.began))),
                ("entity", &fire.main.entity),
                ("level", &fire.call.level),
            ],
        ),
        href: format!("#s{}", fire.number),
    })
}

/// What the protocol says to do now about the gravest signal that has not ended.
fn next_step(c: &Context<'_>) -> Option<Sentence> {
    let fire = active(c)?;
    let call = fire.call;
    let step = call.actions.first()?;
    let by = call.respond_by.map(|at| c.format.moment(at));
    let template = if by.is_some() {
        c.t.deck_next
    } else {
        c.t.deck_next_bare
    };
    Some(Sentence {
        text: fill(
            template,
            &[
                ("step", step),
                ("owner", &call.owner),
                ("by", &by.unwrap_or_default()),
            ],
        ),
        href: format!("#s{}", fire.number),
    })
}

fn scored(
    c: &Context<'_>,
    template: &str,
    row: &ReputationRow,
    score: Score,
    more: &[(&str, &str)],
) -> String {
    let points = |x: f64| c.format.points(x);
    let (value, low, high) = (points(score.value), points(score.low), points(score.high));
    let day = c.format.date_long(row.start);
    let mut values: Vec<(&str, &str)> = vec![
        ("day", &day),
        ("score", &value),
        ("low", &low),
        ("high", &high),
    ];
    values.extend_from_slice(more);
    fill(template, &values)
}

fn counts(c: &Context<'_>) -> Sentence {
    let n = c.report.counts;
    Sentence {
        text: fill(
            c.t.deck_counts,
            &[
                ("observed", &c.format.int(n.observed)),
                ("counted", &c.format.int(n.counted)),
            ],
        ),
        href: "#quality".into(),
    }
}

fn signals(c: &Context<'_>) -> Sentence {
    let fired = c.fired().count();
    let other = c.fires.len() - fired;
    Sentence {
        text: fill(
            c.t.deck_signals,
            &[("fired", &fired.to_string()), ("other", &other.to_string())],
        ),
        href: "#signals".into(),
    }
}

fn position(c: &Context<'_>, entity: &str) -> Option<usize> {
    c.report
        .reputation
        .iter()
        .position(|(name, _)| name == entity)
}
