//! One entity beside the others: how much of the talk is about it, and how much better or worse it is.

use serde::{Deserialize, Serialize};

use super::confusion::Confusion;
use super::counts::tally::Tally;
use super::period::Period;
use super::score::{ENOUGH, Posterior, Score, Z90, points};
use super::store::{Dimension, Reputation};

/// One entity's part in the talk of a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Voice {
    /// Name in the protocol.
    pub entity: String,
    /// Mentions, in any language.
    pub volume: u64,
    /// Mentions over those of everybody, in [0, 1]; 0 where there are none.
    pub share: f64,
    /// Lower end of the share's 90 % interval (Wilson 1927), for as many independent mentions as there were.
    pub share_low: f64,
    /// Upper end of the share's 90 % interval.
    pub share_high: f64,
    /// Its score; none where there is not enough data.
    pub score: Option<Score>,
    /// How much better the entity that was asked about stands; none for itself, or without both scores.
    pub gap: Option<Gap>,
}

/// Net sentiment of one less that of another, in points of [-200, 200].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// The difference of both scores.
    pub value: f64,
    /// Lower end of its 90 % credible interval.
    pub low: f64,
    /// Upper end of its 90 % credible interval.
    pub high: f64,
}

/// One topic beside the others' mentions of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TopicVoices {
    /// Name of the topic.
    pub topic: String,
    /// Everybody, in the order of the protocol.
    pub voices: Vec<Voice>,
}

/// What is needed of one entity to set it beside others.
struct Standing {
    volume: u64,
    /// Independent mentions.
    independent: f64,
    posterior: Option<Posterior>,
}

impl Reputation {
    /// Everybody's share of the talk, of the whole or of one topic, channel or language (`part`; empty for the whole),
    /// in the order of the protocol, and the gap between `entity` and each of the others.
    ///
    /// Shares of a topic are shares of the mentions of that topic. O(entities x mentions sampled).
    pub fn share_of_voice(
        &self,
        entity: usize,
        (dimension, part): (Dimension, &str),
        period: Period,
        confusion: Option<&Confusion>,
    ) -> Vec<Voice> {
        let all: Vec<Standing> = (0..self.records.len())
            .map(|i| self.standing(i, (dimension, part), period, confusion))
            .collect();
        let total: u64 = all.iter().map(|s| s.volume).sum();
        let independent: f64 = all.iter().map(|s| s.independent).sum();
        let asked = all.get(entity).and_then(|s| s.posterior);
        self.names
            .iter()
            .zip(&all)
            .enumerate()
            .map(|(i, (name, standing))| {
                let share = standing.volume as f64 / (total as f64).max(1.0);
                let (share_low, share_high) = wilson(share, independent);
                let other = standing.posterior.filter(|_| i != entity);
                Voice {
                    entity: name.clone(),
                    volume: standing.volume,
                    share,
                    share_low,
                    share_high,
                    score: standing.posterior.map(|p| p.score()),
                    gap: asked.zip(other).map(|(a, b)| gap(&a, &b)),
                }
            })
            .collect()
    }

    /// [`Reputation::share_of_voice`] topic by topic, of the topics that `entity` was mentioned in.
    pub fn topics_compared(
        &self,
        entity: usize,
        period: Period,
        confusion: Option<&Confusion>,
    ) -> Vec<TopicVoices> {
        self.parts(entity, Dimension::Topic)
            .into_iter()
            .map(|topic| TopicVoices {
                topic: topic.to_owned(),
                voices: self.share_of_voice(entity, (Dimension::Topic, topic), period, confusion),
            })
            .filter(|t| t.voices.get(entity).is_some_and(|v| v.volume > 0))
            .collect()
    }

    fn standing(
        &self,
        entity: usize,
        (dimension, part): (Dimension, &str),
        period: Period,
        confusion: Option<&Confusion>,
    ) -> Standing {
        let record = &self.records[entity];
        let window = self.window(record, dimension, part, period);
        let evidence = window.evidence();
        let (volume, judged) = (window.tally.volume, window.tally.judged());
        let past = record
            .line(dimension, part)
            .map_or_else(Tally::default, |l| Tally::sum(l.within(period.reference())));
        let past = past.sentiment.map(f64::from);
        Standing {
            volume: u64::from(volume),
            independent: if judged == 0 {
                f64::from(volume)
            } else {
                evidence.n * f64::from(volume) / f64::from(judged)
            },
            posterior: (judged >= ENOUGH).then(|| Posterior::of(&evidence, &past, confusion)),
        }
    }
}

fn gap(a: &Posterior, b: &Posterior) -> Gap {
    let value = a.mean - b.mean;
    let spread = Z90 * (a.variance + b.variance).max(0.0).sqrt();
    Gap {
        value: points(value),
        low: points((value - spread).max(-2.0)),
        high: points((value + spread).min(2.0)),
    }
}

/// Wilson's (1927) interval of a share seen in `n` trials, 90 %; everything is possible without any.
fn wilson(share: f64, n: f64) -> (f64, f64) {
    if n <= 0.0 {
        return (0.0, 1.0);
    }
    let z2 = Z90 * Z90;
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let spread = Z90 / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    ((middle - spread).max(0.0), (middle + spread).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_is_that_of_the_paper() {
        let (low, high) = wilson(0.1, 100.0);
        // (0.1 + 0.013528) / 1.027055 and 1.644854 / 1.027055 x sqrt(0.0009 + 0.00006764).
        assert!((low - 0.060720).abs() < 1e-5, "{low}");
        assert!((high - 0.160355).abs() < 1e-5, "{high}");
        assert_eq!(wilson(0.0, 0.0), (0.0, 1.0));
        assert!(wilson(0.0, 10.0).0.abs() < 1e-12 && wilson(1.0, 10.0).1 > 1.0 - 1e-12);
    }
}
