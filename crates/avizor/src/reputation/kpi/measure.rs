//! The formulas of the registry.

use std::collections::BTreeMap;

use super::super::counts::digest::Echo;
use super::super::influence;
use super::super::period::Period;
use super::super::store::{Dimension, Record, Reputation};
use super::super::window::Window;
use super::Measured;
use super::half_life::{crisis_half_life, natural_half_life};
use crate::time::Timestamp;

/// What the formulas read of an entity and a period.
pub(super) struct Facts<'a> {
    record: &'a Record,
    window: Window<'a>,
    period: Period,
    echo: Echo,
    everybody: u64,
    waits: Vec<Wait>,
}

/// A mention that waits for an answer, and for how many it stands.
struct Wait {
    stands_for: f64,
    /// Minutes until the first answer, if there was one.
    minutes: Option<f64>,
}

impl<'a> Facts<'a> {
    pub(super) fn of(all: &'a Reputation, entity: usize, period: Period) -> Option<Self> {
        let record = all.records.get(entity)?;
        let window = all.window(record, Dimension::All, "", period);
        Some(Self {
            echo: echo(record, &window, period),
            everybody: all.volume(Dimension::All, "", period),
            waits: waits(all, &window, period),
            record,
            window,
            period,
        })
    }

    /// The indicator of this name; none for one that is not computed.
    pub(super) fn measure(&self, name: &str) -> Option<Measured> {
        let [bad, neutral, good] = self.window.tally.sentiment.map(f64::from);
        let volume = f64::from(self.window.tally.volume);
        let mentions = self.echo.mentions as f64;
        let rate = |n: u64| ratio(n as f64, mentions, 1.0);
        Some(match name {
            "net_sentiment" => ratio(good - bad, bad + neutral + good, 100.0),
            "net_sentiment_polar" => ratio(good - bad, bad + good, 100.0),
            "share_of_voice" => ratio(volume, self.everybody as f64, 100.0),
            "engagement_rate" => {
                let reactions =
                    self.echo.likes as f64 + self.echo.shares as f64 + self.echo.replies as f64;
                ratio(reactions, self.echo.followers as f64, 100.0)
            }
            "amplification_rate" => rate(self.echo.shares),
            "applause_rate" => rate(self.echo.likes),
            "conversation_rate" => rate(self.echo.replies),
            "response_rate" => self.response_rate(),
            "first_response_median" => self.first_response(0.5),
            "first_response_p90" => self.first_response(0.9),
            "advocates_share" => self.advocates_share(),
            "crisis_half_life" => crisis_half_life(self.record, self.period),
            "natural_half_life" => natural_half_life(self.record, self.period),
            "half_life_ratio" => {
                let natural = natural_half_life(self.record, self.period).value;
                let crisis = crisis_half_life(self.record, self.period).value;
                ratio(crisis.unwrap_or(f64::NAN), natural.unwrap_or(0.0), 1.0)
            }
            _ => return None,
        })
    }

    fn response_rate(&self) -> Measured {
        let sum = |waits: &mut dyn Iterator<Item = &Wait>| waits.map(|w| w.stands_for).sum::<f64>();
        let answered = sum(&mut self.waits.iter().filter(|w| w.minutes.is_some()));
        ratio(answered, sum(&mut self.waits.iter()), 100.0)
    }

    /// The least time within which at least this share of the answered were.
    fn first_response(&self, share: f64) -> Measured {
        let mut times: Vec<(f64, f64)> = self
            .waits
            .iter()
            .filter_map(|w| w.minutes.map(|m| (m, w.stands_for)))
            .collect();
        times.sort_by(|a, b| a.0.total_cmp(&b.0));
        let of: f64 = times.iter().map(|t| t.1).sum();
        let mut passed = 0.0;
        let value = times.iter().find_map(|(minutes, stands_for)| {
            passed += stands_for;
            (passed >= share * of).then_some(*minutes)
        });
        Measured { value, of }
    }

    fn advocates_share(&self) -> Measured {
        let authors = influence::authors(&self.window.kept);
        let judged = || authors.values().filter(|a| a.said.iter().any(|&n| n > 0));
        let all: f64 = judged().map(influence::Known::authors).sum();
        let advocates = judged().filter(|a| a.stance() > 0.0);
        ratio(advocates.map(influence::Known::authors).sum(), all, 100.0)
    }
}

/// The networks' own counts: exact for whole days and folded weeks, and by the sample otherwise.
fn echo(record: &Record, window: &Window, period: Period) -> Echo {
    let mut sum = Echo::default();
    if let Some(digests) = record.whole_digests(period) {
        for digest in digests {
            sum.absorb(digest.echo);
        }
        return sum;
    }
    let estimate = |of: fn(&super::super::counts::sample::Entry) -> u32| -> u64 {
        let kept = window.kept.iter();
        kept.map(|(e, stands_for)| f64::from(of(e)) * stands_for)
            .sum::<f64>()
            .round() as u64
    };
    Echo {
        mentions: estimate(|_| 1),
        followers: estimate(|e| e.followers),
        likes: estimate(|e| e.likes),
        shares: estimate(|e| e.shares),
        replies: estimate(|e| e.replies),
    }
}

/// Sampled mentions that ask for something and of which it is known whether they were answered.
fn waits(all: &Reputation, window: &Window, period: Period) -> Vec<Wait> {
    let later = Period::new(period.start, Timestamp::from_millis(i64::MAX));
    let mut first: BTreeMap<u64, i64> = BTreeMap::new();
    let mut known = u64::MAX;
    for answers in all.answers.touching(later) {
        known = known.min(answers.known());
        for &(id, at) in answers.all() {
            first
                .entry(id)
                .and_modify(|t| *t = at.min(*t))
                .or_insert(at);
        }
    }
    window
        .kept
        .iter()
        .filter(|(e, _)| e.asks && e.id <= known)
        .map(|&(e, stands_for)| Wait {
            stands_for,
            minutes: first
                .get(&e.id)
                .map(|at| ((at - e.at().millis()) as f64 / 60_000.0).max(0.0)),
        })
        .collect()
}

fn ratio(part: f64, of: f64, scale: f64) -> Measured {
    Measured {
        value: (of > 0.0).then(|| scale * part / of),
        of,
    }
}
