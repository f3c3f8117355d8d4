//! What fired against what should have: raised, how late, in vain.

use avizor::{Span, Timestamp};

use super::replay::{Fired, Replay};

/// What one protocol made of one stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// First signal within the incident; none where there is no incident or nothing fired.
    pub first: Option<Fired>,
    /// Minutes from the onset to that signal.
    pub delay: Option<f64>,
    /// What fired outside every incident.
    pub vain: Vec<Fired>,
}

/// Talk of an incident goes on a while after it: what fires then is not in vain.
const AFTERMATH: Span = Span::hours(6);

/// A flood of copies should be told of as such: a notice while it lasts is not in vain.
const FLOOD: (&str, Span) = ("bot-flood", Span::hours(6));
/// What the fifth day's 13:00 in Madrid is in UTC, from the start of the stream.
const FLOOD_BEGINS: Span = Span::hours(4 * 24 + 12);

fn tells_of_a_flood(replay: &Replay, fired: &Fired) -> bool {
    let (scenario, lasts) = FLOOD;
    let begins = replay.start.plus(FLOOD_BEGINS);
    replay.scenario == scenario
        && fired.severity == 1
        && (begins..begins.plus(lasts)).contains(&fired.at)
}

/// Puts what protocol number `place` fired against the truth.
pub fn outcome(replay: &Replay, place: usize) -> Outcome {
    let fired = &replay.fired[place];
    let within = |at: Timestamp, after: Span| {
        replay
            .incidents
            .iter()
            .any(|i| at >= i.start && at <= i.end.plus(after))
    };
    let first = fired
        .iter()
        .find(|f| within(f.at, Span::default()))
        .cloned();
    let onset = replay.incidents.iter().map(|i| i.start).min();
    let delay = first
        .as_ref()
        .zip(onset)
        .map(|(f, onset)| (f.at.millis() - onset.millis()) as f64 / 60_000.0);
    let vain = fired
        .iter()
        .filter(|f| !f.risen && !within(f.at, AFTERMATH) && !tells_of_a_flood(replay, f))
        .cloned()
        .collect();
    Outcome { first, delay, vain }
}

/// Outcomes of many seeds of one scenario.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// Streams.
    pub streams: usize,
    /// Days in all of them.
    pub days: f64,
    /// Streams in which the incident was raised.
    pub raised: usize,
    /// Minutes from onset to signal where it was raised, in order.
    pub delays: Vec<f64>,
    /// What fired in vain.
    pub vain: Vec<Fired>,
    /// Rules by the number of streams in which they fired at all.
    pub rules: std::collections::BTreeMap<String, usize>,
}

/// Sums outcomes up.
pub fn tally(replays: &[&Replay], place: usize) -> Tally {
    let mut sum = Tally::default();
    for replay in replays {
        let outcome = outcome(replay, place);
        sum.streams += 1;
        sum.days += replay.days;
        sum.raised += usize::from(outcome.first.is_some());
        sum.delays.extend(outcome.delay);
        sum.vain.extend(outcome.vain);
        let names: std::collections::BTreeSet<&str> = replay.fired[place]
            .iter()
            .map(|f| f.trigger.as_str())
            .collect();
        for name in names {
            *sum.rules.entry(name.to_owned()).or_default() += 1;
        }
    }
    sum.delays.sort_by(f64::total_cmp);
    sum
}

impl Tally {
    /// Share of streams whose incident was raised at most so many minutes after its onset.
    pub fn raised_within(&self, minutes: f64) -> f64 {
        let soon = self.delays.iter().filter(|d| **d <= minutes).count();
        soon as f64 / self.streams.max(1) as f64
    }

    /// Middle delay, in minutes.
    pub fn median_delay(&self) -> Option<f64> {
        self.delays.get(self.delays.len() / 2).copied()
    }

    /// Signals in vain a month (30.44 days) of severity `least` or more.
    pub fn vain_per_month(&self, least: u8) -> f64 {
        let vain = self.vain.iter().filter(|f| f.severity >= least).count();
        vain as f64 / (self.days / 30.436_875).max(1e-9)
    }
}
