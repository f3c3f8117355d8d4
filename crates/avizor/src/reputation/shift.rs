//! One period against another in every respect: sentiment, topics, channels, and which series moved.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::attribution::Attribution;
use super::counts::tally::Tally;
use super::drift::{Drift, benjamini_hochberg, homogeneity_p_value, jensen_shannon, wasserstein};
use super::period::Period;
use super::store::{Dimension, Record, Reputation};
use super::window::Evidence;

/// How an entity's period differs from a reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shift {
    /// Name in the protocol.
    pub entity: String,
    /// What is looked at.
    pub period: Period,
    /// What it is compared with.
    pub reference: Period,
    /// Sentiment, with repetition bounded on both sides; none where either has fewer than five readable mentions.
    pub sentiment: Option<Drift>,
    /// Wasserstein-1 distance of both on negative, neutral, positive, in [0, 2]: by how many steps the average
    /// mention moved.
    pub wasserstein: Option<f64>,
    /// How the talk divides over topics.
    pub topics: MixDrift,
    /// How the talk divides over channels.
    pub channels: MixDrift,
    /// Sentiment of every topic, channel and language with enough mentions, surest change first.
    pub series: Vec<SeriesDrift>,
    /// What moved net sentiment.
    pub attribution: Option<Attribution>,
}

/// Difference in how mentions divide over labels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MixDrift {
    /// Jensen-Shannon distance, base 2, in [0, 1]; 0 where either is empty.
    pub distance: f64,
    /// Probability of at least this difference if nothing had changed, see
    /// [`homogeneity_p_value`](super::homogeneity_p_value).
    pub p_value: f64,
}

/// Drift of one topic, channel or language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesDrift {
    /// Kind of part.
    pub dimension: Dimension,
    /// Its name.
    pub name: String,
    /// How its sentiment differs.
    pub drift: Drift,
    /// The false discovery rate at which it is called changed, over all series of the entity (Benjamini and
    /// Hochberg 1995).
    pub q_value: f64,
}

impl Reputation {
    /// How an entity's period differs from a reference; none for an entity that is not there.
    ///
    /// A mention with several topics counts for each, and one without for none, in both periods alike.
    /// O(parts + mentions sampled of both periods).
    pub fn drift(&self, entity: usize, period: Period, reference: Period) -> Option<Shift> {
        let record = self.records.get(entity)?;
        let evidence = |p: Period| self.window(record, Dimension::All, "", p).evidence();
        let (now, before) = (evidence(period), evidence(reference));
        let sentiment = Drift::between(&whole(&now), &whole(&before));
        Some(Shift {
            entity: self.names.get(entity)?.clone(),
            period,
            reference,
            sentiment,
            wasserstein: sentiment.map(|_| wasserstein(&now.shares, &before.shares)),
            topics: record.mix(Dimension::Topic, period, reference),
            channels: record.mix(Dimension::Channel, period, reference),
            series: record.series(period, reference),
            attribution: self.attribution(entity, period, reference),
        })
    }
}

impl Record {
    /// Mentions of each part in both periods, as far as there are any.
    fn parted(
        &self,
        dimension: Dimension,
        period: Period,
        reference: Period,
    ) -> BTreeMap<&str, (Tally, Tally)> {
        self.lines(dimension)
            .map(|(name, line)| {
                let sum = |p: Period| Tally::sum(line.within(p));
                (name, (sum(period), sum(reference)))
            })
            .filter(|(_, (a, b))| a.volume > 0 || b.volume > 0)
            .collect()
    }

    fn mix(&self, dimension: Dimension, period: Period, reference: Period) -> MixDrift {
        let parts = self.parted(dimension, period, reference);
        let (now, before): (Vec<u32>, Vec<u32>) =
            parts.values().map(|(a, b)| (a.volume, b.volume)).unzip();
        MixDrift {
            distance: match (divided(&now), divided(&before)) {
                (Some(p), Some(q)) => jensen_shannon(&p, &q),
                _ => 0.0,
            },
            p_value: homogeneity_p_value(&now, &before),
        }
    }

    fn series(&self, period: Period, reference: Period) -> Vec<SeriesDrift> {
        let kinds = [Dimension::Topic, Dimension::Channel, Dimension::Language];
        let mut all: Vec<SeriesDrift> = kinds
            .into_iter()
            .flat_map(|dimension| {
                let parts = self.parted(dimension, period, reference);
                parts.into_iter().filter_map(move |(name, (a, b))| {
                    Drift::between(&a.sentiment, &b.sentiment).map(|drift| SeriesDrift {
                        dimension,
                        name: name.to_owned(),
                        drift,
                        q_value: 1.0,
                    })
                })
            })
            .collect();
        let p_values: Vec<f64> = all.iter().map(|s| s.drift.p_value).collect();
        for (series, q) in all.iter_mut().zip(benjamini_hochberg(&p_values)) {
            series.q_value = q;
        }
        all.sort_by(|a, b| a.drift.p_value.total_cmp(&b.drift.p_value));
        all
    }
}

/// Evidence as whole mentions, for tests that count.
fn whole(evidence: &Evidence) -> [u32; 3] {
    evidence.shares.map(|s| (s * evidence.n).round() as u32)
}

fn divided(counts: &[u32]) -> Option<Vec<f64>> {
    let sum: f64 = counts.iter().map(|&n| f64::from(n)).sum();
    (sum > 0.0).then(|| counts.iter().map(|&n| f64::from(n) / sum).collect())
}
