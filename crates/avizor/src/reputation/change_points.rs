//! When the mix of sentiment changed for good: change points with their time, interval and probability.

use serde::{Deserialize, Serialize};

use super::drift::{net, shares};
use super::period::Period;
use super::score::points;
use super::store::{Dimension, Reputation};
use crate::time::Timestamp;

/// Windows that are searched: the newest.
pub const MOST_SEARCHED: usize = 1_000;
/// A change is expected once in so many windows.
const EXPECTED_EVERY: f64 = 200.0;
/// The median of chi-squared with two degrees of freedom.
const CHI_SQUARED_MEDIAN: f64 = 2.0 * std::f64::consts::LN_2;
/// Fewer comparisons of neighbours than this say nothing about their spread.
const ENOUGH_PAIRS: usize = 8;

/// A moment at which sentiment changed and stayed changed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangePoint {
    /// Start of the first window of the new state: the likeliest moment.
    pub at: Timestamp,
    /// The change came at this moment or later with a probability of 95 %.
    pub earliest: Timestamp,
    /// The change came at this moment or sooner with a probability of 95 %.
    pub latest: Timestamp,
    /// Probability that there is a change at all between its neighbours, in [0, 1].
    pub probability: f64,
    /// Net sentiment from the change before to this one, in points.
    pub before: f64,
    /// Net sentiment from this change to the next, in points.
    pub after: f64,
}

impl Reputation {
    /// The change points of an entity's sentiment over windows in order of time, of the whole or of one topic, channel
    /// or language; the newest 1,000 windows with readable mentions are searched.
    ///
    /// The most probable segmentation under a Dirichlet-multinomial for each segment and a change once in 200
    /// windows, by exact search over all of them (Barry and Hartigan 1992; Jackson et al. 2005). Counts are damped
    /// by the spread that neighbouring windows have anyway, so that talk more restless than chance raises nothing.
    /// O(windows²).
    pub fn change_points(
        &self,
        entity: usize,
        (dimension, part): (Dimension, &str),
        windows: &[Period],
    ) -> Vec<ChangePoint> {
        let line = self
            .records
            .get(entity)
            .and_then(|r| r.line(dimension, part));
        let Some(line) = line else {
            return Vec::new();
        };
        let mut counted: Vec<(Period, [u32; 3])> = windows
            .iter()
            .map(|&w| {
                (
                    w,
                    super::counts::tally::Tally::sum(line.within(w)).sentiment,
                )
            })
            .filter(|(_, counts)| counts.iter().any(|&n| n > 0))
            .collect();
        counted.drain(..counted.len().saturating_sub(MOST_SEARCHED));
        let counts: Vec<[u32; 3]> = counted.iter().map(|c| c.1).collect();
        let series = Series::new(&counts);
        let changes = series.segment();
        let at = |i: usize| counted[i.min(counted.len() - 1)].0.start;
        (0..changes.len())
            .map(|i| {
                let from = if i == 0 { 0 } else { changes[i - 1] };
                let to = changes.get(i + 1).copied().unwrap_or(counts.len());
                let Place {
                    earliest,
                    latest,
                    probability,
                } = series.place(from, to);
                let change = changes[i];
                ChangePoint {
                    at: at(change),
                    earliest: at(earliest),
                    latest: at(latest),
                    probability,
                    before: points(net(&series.total(from, change))),
                    after: points(net(&series.total(change, to))),
                }
            })
            .collect()
    }
}

/// Where a change is, as positions in the series.
struct Place {
    earliest: usize,
    latest: usize,
    probability: f64,
}

/// Running sums of counts, and by how much they are damped.
struct Series {
    sums: Vec<[u64; 3]>,
    dispersion: f64,
}

impl Series {
    fn new(counts: &[[u32; 3]]) -> Self {
        let mut sums = vec![[0; 3]];
        for c in counts {
            let last = sums.last().copied().unwrap_or_default();
            sums.push(std::array::from_fn(|k| last[k] + u64::from(c[k])));
        }
        Self {
            sums,
            dispersion: dispersion(counts),
        }
    }

    fn len(&self) -> usize {
        self.sums.len() - 1
    }

    fn total(&self, from: usize, to: usize) -> [u32; 3] {
        let (a, b) = (self.sums[from], self.sums[to]);
        std::array::from_fn(|k| u32::try_from(b[k] - a[k]).unwrap_or(u32::MAX))
    }

    /// Log marginal likelihood of one segment, Dirichlet(1, 1, 1) before it.
    fn evidence(&self, from: usize, to: usize) -> f64 {
        let (a, b) = (self.sums[from], self.sums[to]);
        let counts: [f64; 3] = std::array::from_fn(|k| (b[k] - a[k]) as f64 / self.dispersion);
        let n: f64 = counts.iter().sum();
        let each: f64 = counts.iter().map(|c| libm::lgamma(c + 1.0)).sum();
        std::f64::consts::LN_2 + each - libm::lgamma(n + 3.0)
    }

    /// The most probable change points, in order.
    fn segment(&self) -> Vec<usize> {
        let change = -libm::log(EXPECTED_EVERY);
        let mut best = vec![-change];
        let mut cut = vec![0];
        for to in 1..=self.len() {
            let (mut most, mut place) = (f64::NEG_INFINITY, 0);
            for (from, so_far) in best.iter().enumerate() {
                let here = so_far + change + self.evidence(from, to);
                if here > most {
                    (most, place) = (here, from);
                }
            }
            best.push(most);
            cut.push(place);
        }
        let mut changes = Vec::new();
        let mut at = self.len();
        while let Some(&from) = cut.get(at).filter(|from| **from > 0) {
            changes.push(from);
            at = from;
        }
        changes.reverse();
        changes
    }

    /// The posterior of one change between two others.
    fn place(&self, from: usize, to: usize) -> Place {
        let whole = self.evidence(from, to);
        let weights: Vec<f64> = (from + 1..to)
            .map(|at| libm::exp(self.evidence(from, at) + self.evidence(at, to) - whole))
            .collect();
        let sum: f64 = weights.iter().sum();
        let quantile = |q: f64| {
            let mut passed = 0.0;
            let found = weights.iter().position(|w| {
                passed += w;
                passed >= q * sum
            });
            from + 1 + found.unwrap_or(0)
        };
        let odds = sum / EXPECTED_EVERY;
        Place {
            earliest: quantile(0.05),
            latest: quantile(0.95),
            probability: if odds.is_finite() {
                odds / (1.0 + odds)
            } else {
                1.0
            },
        }
    }
}

/// How much more neighbouring windows differ than a multinomial allows, at least 1: the median of their chi-squared
/// over what it would be, so that a few true changes do not count.
fn dispersion(counts: &[[u32; 3]]) -> f64 {
    let mut seen: Vec<f64> = counts
        .windows(2)
        .filter_map(|pair| chi_squared(&pair[0], &pair[1]))
        .collect();
    if seen.len() < ENOUGH_PAIRS {
        return 1.0;
    }
    seen.sort_by(f64::total_cmp);
    (seen[seen.len() / 2] / CHI_SQUARED_MEDIAN).max(1.0)
}

/// Homogeneity of two windows; none where one is too small to tell.
fn chi_squared(a: &[u32; 3], b: &[u32; 3]) -> Option<f64> {
    let sum = |c: &[u32; 3]| c.iter().map(|&n| f64::from(n)).sum::<f64>();
    let (n, m) = (sum(a), sum(b));
    if n < 5.0 || m < 5.0 {
        return None;
    }
    let (p, q) = (shares(a), shares(b));
    Some(
        (0..3)
            .map(|k| {
                let pooled = (n * p[k] + m * q[k]) / (n + m);
                if pooled > 0.0 {
                    (p[k] - q[k]).powi(2) / pooled * n * m / (n + m)
                } else {
                    0.0
                }
            })
            .sum(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(parts: &[(usize, [u32; 3])]) -> Vec<[u32; 3]> {
        parts
            .iter()
            .flat_map(|(n, c)| std::iter::repeat_n(*c, *n))
            .collect()
    }

    #[test]
    fn steps_are_found_where_they_are_and_quiet_has_none() {
        let calm = [30, 40, 30];
        let series = Series::new(&days(&[(60, calm)]));
        assert!(series.segment().is_empty());
        let series = Series::new(&days(&[(30, calm), (20, [60, 30, 10]), (30, calm)]));
        assert_eq!(series.segment(), [30, 50]);
        let place = series.place(0, 50);
        assert!((28..=30).contains(&place.earliest) && (30..=32).contains(&place.latest));
        assert!(place.probability > 0.99);
        assert!(Series::new(&[]).segment().is_empty());
    }

    #[test]
    fn restless_talk_damps_itself() {
        let restless: Vec<[u32; 3]> = (0..80)
            .map(|i| {
                if i * 7 % 5 < 2 {
                    [60, 20, 20]
                } else {
                    [20, 20, 60]
                }
            })
            .collect();
        let series = Series::new(&restless);
        assert!(series.dispersion > 5.0);
        assert!(series.segment().is_empty());
    }
}
