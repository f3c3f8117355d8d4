//! Windows in order of time to rows, each judged by what came before it.

use serde::{Deserialize, Serialize};

use super::confusion::Confusion;
use super::drift::Drift;
use super::score::{ENOUGH, Posterior, Score};
use super::store::{Dimension, Reputation};
use super::tally::Tally;
use crate::time::{Span, Timestamp};

/// The past fades by half in this many days: long enough to be a character, short enough to forgive.
const HALF_LIFE_DAYS: f64 = 30.0;
/// A window is compared with the four weeks before it, or with as many windows if they are longer.
const REFERENCE: Span = Span::days(28);
const REFERENCE_WINDOWS: i64 = 4;

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
    /// Windows follow one another. With a confusion matrix, scores are corrected for the classifier's error;
    /// counts and drift stay as they were counted. An entity that is not there has no rows.
    pub fn rows(
        &self,
        entity: usize,
        (dimension, part): (Dimension, &str),
        windows: &[(Timestamp, Timestamp)],
        confusion: Option<&Confusion>,
    ) -> Vec<ReputationRow> {
        let (Some(record), Some(name)) = (self.records.get(entity), self.names.get(entity)) else {
            return Vec::new();
        };
        let Some(line) = record.line(dimension, part) else {
            return Vec::new();
        };
        let mut past = [0.0_f64; 3];
        windows
            .iter()
            .map(|&(start, end)| {
                let window = record.window(dimension, part, start, end);
                let length = Span::from_millis(end.millis() - start.millis());
                let counts = window.tally.sentiment;
                let mut score = None;
                let mut learnt = [0.0; 3];
                if window.tally.judged() > 0 {
                    let posterior = Posterior::of(&window.evidence(), &past, confusion);
                    score = (window.tally.judged() >= ENOUGH).then(|| posterior.score());
                    learnt = posterior.counts;
                }
                fade(&mut past, length);
                for (p, n) in past.iter_mut().zip(learnt) {
                    *p += n;
                }
                let back = length.millis().saturating_mul(REFERENCE_WINDOWS);
                let from = start.minus(Span::from_millis(back.max(REFERENCE.millis())));
                let total = self.volume(dimension, part, start, end);
                ReputationRow {
                    entity: name.clone(),
                    start,
                    end,
                    volume: window.tally.volume,
                    negative: counts[0],
                    neutral: counts[1],
                    positive: counts[2],
                    score,
                    drift: Drift::between(&counts, &Tally::sum(line.within(from, start)).sentiment),
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
    pub(super) fn volume(
        &self,
        dimension: Dimension,
        part: &str,
        start: Timestamp,
        end: Timestamp,
    ) -> u64 {
        self.records
            .iter()
            .filter_map(|r| r.line(dimension, part))
            .map(|line| u64::from(Tally::sum(line.within(start, end)).volume))
            .sum()
    }
}

fn fade(past: &mut [f64; 3], span: Span) {
    let days = span.millis() as f64 / Span::days(1).millis() as f64;
    let factor = libm::exp2(-days / HALF_LIFE_DAYS);
    for p in past {
        *p *= factor;
    }
}
