//! Windows in order of time to rows, each judged by what came before it.

use serde::{Deserialize, Serialize};

use super::confusion::Confusion;
use super::counts::tally::Tally;
use super::drift::Drift;
use super::period::Period;
use super::score::{ENOUGH, Posterior, Score};
use super::store::{Dimension, Reputation};
use crate::time::{Span, Timestamp};

/// The past fades by half in this many days: long enough to be a character, short enough to forgive.
const HALF_LIFE_DAYS: f64 = 30.0;

/// What an entity's reputation was over one window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReputationRow {
    /// Name in the protocol.
    pub entity: String,
    /// Start of the window, inclusive.
    pub start: Timestamp,
    /// End of the window, exclusive.
    pub end: Timestamp,
    /// Mentions, in any language.
    pub volume: u32,
    /// Negative mentions, as they were counted.
    pub negative: u32,
    /// Neutral mentions, as they were counted.
    pub neutral: u32,
    /// Positive mentions, as they were counted.
    pub positive: u32,
    /// The score with its interval; none where there is not enough data.
    pub score: Option<Score>,
    /// How this window differs from the four weeks before it; none where there is not enough of either.
    pub drift: Option<Drift>,
    /// Mentions over those of all entities and competitors, in [0, 1].
    pub share_of_voice: f64,
}

impl Reputation {
    /// One row for each window, of the whole or of one topic, channel or language (`part`; empty for the whole).
    ///
    /// Windows are in order of time and do not overlap; there may be gaps. With a confusion matrix, scores are corrected for the classifier's error;
    /// counts and drift stay as they were counted. An entity that is not there has no rows.
    pub fn rows(
        &self,
        entity: usize,
        (dimension, part): (Dimension, &str),
        windows: &[Period],
        confusion: Option<&Confusion>,
    ) -> Vec<ReputationRow> {
        let (Some(record), Some(name)) = (self.records.get(entity), self.names.get(entity)) else {
            return Vec::new();
        };
        let Some(line) = record.line(dimension, part) else {
            return Vec::new();
        };
        let mut past = [0.0_f64; 3];
        let mut since = windows.first().map_or_else(Timestamp::default, |w| w.start);
        windows
            .iter()
            .map(|&period| {
                let window = self.window(record, dimension, part, period);
                let counts = window.tally.sentiment;
                let mut score = None;
                let mut learnt = [0.0; 3];
                if window.tally.judged() > 0 {
                    let posterior = Posterior::of(&window.evidence(), &past, confusion);
                    score = (window.tally.judged() >= ENOUGH).then(|| posterior.score());
                    learnt = posterior.counts;
                }
                fade(&mut past, since, period.end);
                since = period.end;
                for (p, n) in past.iter_mut().zip(learnt) {
                    *p += n;
                }
                let reference = Tally::sum(line.within(period.reference())).sentiment;
                let total = self.volume(dimension, part, period);
                ReputationRow {
                    entity: name.clone(),
                    start: period.start,
                    end: period.end,
                    volume: window.tally.volume,
                    negative: counts[0],
                    neutral: counts[1],
                    positive: counts[2],
                    score,
                    drift: Drift::between(&counts, &reference),
                    share_of_voice: if total == 0 {
                        0.0
                    } else {
                        f64::from(window.tally.volume) / total as f64
                    },
                }
            })
            .collect()
    }

    /// Mentions of everybody in [start, end), in one part.
    pub(super) fn volume(&self, dimension: Dimension, part: &str, period: Period) -> u64 {
        self.records
            .iter()
            .filter_map(|r| r.line(dimension, part))
            .map(|line| u64::from(Tally::sum(line.within(period)).volume))
            .sum()
    }
}

/// Ages the past from one moment to another.
fn fade(past: &mut [f64; 3], from: Timestamp, to: Timestamp) {
    let days = Period::new(from, to).length().millis() as f64 / Span::days(1).millis() as f64;
    let factor = libm::exp2(-days / HALF_LIFE_DAYS);
    for p in past {
        *p *= factor;
    }
}
