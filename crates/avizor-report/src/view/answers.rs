//! Who took each signal and when, against the time that the protocol gives.

use avizor::Timestamp;
use avizor::crisis::SignalHand;

use super::Context;
use crate::fire::Fire;
use crate::strings::fill;

/// Response times of all signals.
pub(super) struct Answers {
    pub sentence: String,
    pub rows: Vec<Answer>,
}

/// Of one signal.
pub(super) struct Answer {
    pub number: usize,
    pub look: &'static str,
    pub level: String,
    pub entity: String,
    pub fired: String,
    pub respond_by: String,
    pub taken: String,
    pub verdict: String,
    pub late: bool,
}

/// What became of the time that somebody had.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    InTime,
    Late,
    /// Nobody took it, and the time has passed or the signal has ended.
    Nobody,
    /// Nobody has taken it, and there is still time.
    Open,
}

/// Who took a fire, whichever change tells it.
pub(super) fn taken<'a>(fire: &Fire<'a>) -> Option<&'a SignalHand> {
    let told = |s: &'a avizor::Signal| s.life.acknowledged.as_ref();
    told(fire.call).or_else(|| told(fire.last))
}

pub(super) fn verdict(c: &Context<'_>, fire: &Fire<'_>) -> Verdict {
    let by = fire.call.respond_by;
    match (taken(fire), by) {
        (Some(hand), Some(by)) if hand.at > by => Verdict::Late,
        (Some(_), _) => Verdict::InTime,
        (None, Some(by)) if fire.resolved.is_none() && !c.has_passed(by) => Verdict::Open,
        (None, _) => Verdict::Nobody,
    }
}

impl Answers {
    pub(super) fn of(c: &Context<'_>) -> Option<Self> {
        let shown = || c.fired().filter(|f| f.has_card());
        let count = |wanted: Verdict| shown().filter(|f| verdict(c, f) == wanted).count();
        let all = shown().count();
        (all > 0).then(|| Self {
            sentence: fill(
                c.t.answers_sentence,
                &[
                    ("all", &all.to_string()),
                    ("in_time", &count(Verdict::InTime).to_string()),
                    ("late", &count(Verdict::Late).to_string()),
                    ("nobody", &count(Verdict::Nobody).to_string()),
                    ("open", &count(Verdict::Open).to_string()),
                ],
            ),
            rows: shown().map(|f| answer(c, f)).collect(),
        })
    }
}

fn answer(c: &Context<'_>, fire: &Fire<'_>) -> Answer {
    let verdict = verdict(c, fire);
    Answer {
        number: fire.number,
        look: fire.look(),
        level: fire.call.level.clone(),
        entity: fire.main.entity.clone(),
        fired: c.format.moment(fire.fired.unwrap_or(fire.began)),
        respond_by: moment(c, fire.call.respond_by),
        taken: taken(fire).map_or_else(|| "–".to_owned(), |hand| hand_words(c, hand)),
        verdict: verdict_words(c, fire, verdict),
        late: matches!(verdict, Verdict::Late | Verdict::Nobody),
    }
}

/// `8 mar, 12:10, Ana`.
pub(super) fn hand_words(c: &Context<'_>, hand: &SignalHand) -> String {
    format!("{}, {}", c.format.moment(hand.at), c.mask.text(&hand.by))
}

fn verdict_words(c: &Context<'_>, fire: &Fire<'_>, verdict: Verdict) -> String {
    match verdict {
        Verdict::InTime => c.t.answer_in_time.to_owned(),
        Verdict::Nobody => c.t.answer_nobody.to_owned(),
        Verdict::Open => c.t.answer_open.to_owned(),
        Verdict::Late => {
            let by = fire.call.respond_by.unwrap_or(fire.began);
            let at = taken(fire).map_or(by, |hand| hand.at);
            fill(c.t.answer_late, &[("length", &c.format.length(by, at))])
        }
    }
}

fn moment(c: &Context<'_>, at: Option<Timestamp>) -> String {
    at.map_or_else(|| "–".to_owned(), |at| c.format.moment(at))
}
