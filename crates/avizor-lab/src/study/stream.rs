//! Analysed mentions drawn from a known truth: what a study counts, without texts to read.

use avizor::reputation::{Dimension, Period, Reputation};
use avizor::{Analysis, Language, Mention, Polarity, ReputationRow, Span, Timestamp, Topic};

use crate::simulate::random::Dice;

/// 2026-03-02T00:00:00Z, a Monday.
const START: Timestamp = Timestamp::from_millis(1_772_409_600_000);

/// One entity's days, filled by a study.
pub(super) struct Days {
    pub(super) reputation: Reputation,
    count: u64,
}

/// What a drawn mention says beyond its sentiment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said<'a> {
    pub(super) topic: Option<&'a str>,
    pub(super) channel: Option<&'a str>,
    pub(super) term: Option<&'a str>,
    /// Nobody in particular: a new author.
    pub(super) author: Option<&'a str>,
    pub(super) followers: Option<u64>,
}

impl Days {
    pub(super) fn new() -> Self {
        Self {
            reputation: Reputation::new(["Aurora Air"]),
            count: 0,
        }
    }

    /// A day as a window.
    pub(super) fn window(day: u32) -> Period {
        let start = START.plus(Span::days(day));
        Period::new(start, start.plus(Span::days(1)))
    }

    /// One mention at noon of a day.
    pub(super) fn add(&mut self, day: u32, polarity: usize, said: Said) {
        self.count += 1;
        let at = START.plus(Span::days(day)).plus(Span::hours(12));
        let author = said.author.map(str::to_owned);
        let mention = Mention {
            author: Some(author.unwrap_or_else(|| format!("author {}", self.count))),
            channel: said.channel.map(str::to_owned),
            followers: said.followers,
            ..Mention::new(format!("m{}", self.count), at, "")
        };
        let topic = said.topic.map(|name| Topic {
            name: name.to_owned(),
            score: 1.0,
        });
        let analysis = Analysis {
            language: Language::Spanish,
            topics: topic.into_iter().collect(),
            ..Analysis::default()
        };
        let terms: Vec<String> = said.term.iter().map(|t| (*t).to_owned()).collect();
        let polarity = Polarity::ALL.get(polarity).copied();
        self.reputation
            .observe(0, &mention, &analysis, polarity, &terms);
    }

    /// So many mentions of these shares.
    pub(super) fn draw(&mut self, dice: &mut Dice, day: u32, shares: &[f64; 3], mentions: u32) {
        for _ in 0..mentions {
            self.add(day, dice.weighted(shares), Said::default());
        }
    }

    /// The rows of the first so many days.
    pub(super) fn rows(&self, days: u32) -> Vec<ReputationRow> {
        let windows: Vec<_> = (0..days).map(Self::window).collect();
        self.reputation
            .rows(0, (Dimension::All, ""), &windows, None)
    }
}

/// A truth: shares of negative, neutral and positive, each of them at least a few per cent.
pub(super) fn truth(dice: &mut Dice) -> [f64; 3] {
    let drawn: [f64; 3] = std::array::from_fn(|_| dice.gamma(2.0));
    let total: f64 = drawn.iter().sum();
    drawn.map(|g| g / total)
}

/// Net sentiment of shares, in points.
pub(super) fn net(shares: &[f64; 3]) -> f64 {
    100.0 * (shares[2] - shares[0])
}
