//! Counts to a score with its credible interval, and two distributions to the distance between them.

use serde::{Deserialize, Serialize};

use super::Tally;

/// Weight of an entity's own past in the estimate of a window, in mentions.
const PRIOR_STRENGTH: f64 = 10.0;
/// Fewer mentions than this are not enough for a number.
const ENOUGH: u32 = 5;
/// 95 % quantile of the normal distribution: a 90 % interval leaves 5 % on each side.
const Z90: f64 = 1.644_853_626_951_472_2;

/// Net sentiment as a Bayesian estimate.
///
/// Dirichlet-multinomial over negative, neutral, positive (Gelman et al., *Bayesian Data Analysis*,
/// 3rd ed., 3.4): the prior is the entity's own past with a weight of ten mentions. The interval is
/// taken on Fisher's z scale with the posterior's variance, so that it stays within the range.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// In [-100, 100]: positive less negative, in per cent.
    pub value: f64,
    /// Lower end of the 90 % credible interval.
    pub low: f64,
    /// Upper end of the 90 % credible interval.
    pub high: f64,
    /// Mentions that the estimate rests on, its prior's weight included.
    pub effective_n: f64,
}

/// Difference of a window from the entity's own past.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// Jensen-Shannon distance with base-2 logarithms, in [0, 1] (Endres and Schindelin 2003).
    pub distance: f64,
    /// Probability of at least this difference if nothing had changed (G-test, 2 degrees of freedom).
    pub p_value: f64,
    /// Change of net sentiment against the past, in points of [-200, 200].
    pub change: f64,
}

impl Score {
    /// The estimate for `now`, given what the entity's past was like; `None` below five mentions.
    pub(crate) fn of(now: &Tally, past: &[f64; 3]) -> Option<Self> {
        if now.judged() < ENOUGH {
            return None;
        }
        let total: f64 = past.iter().sum::<f64>() + 3.0;
        let prior = past.map(|c| PRIOR_STRENGTH * (c + 1.0) / total);
        let counts = now.sentiment();
        let a: [f64; 3] = std::array::from_fn(|i| prior[i] + counts[i]);
        let n: f64 = a.iter().sum();
        let mean = (a[2] - a[0]) / n;
        let variance = ((a[2] + a[0]) / n - mean * mean) / (n + 1.0);
        let z = libm::atanh(mean);
        let sd = variance.max(0.0).sqrt() / (1.0 - mean * mean);
        Some(Self {
            value: points(mean),
            low: points(libm::tanh(z - Z90 * sd)),
            high: points(libm::tanh(z + Z90 * sd)),
            effective_n: n,
        })
    }
}

impl Drift {
    /// How `now` differs from `past`; `None` where either has fewer than five mentions.
    pub(crate) fn between(now: &Tally, past: &[f64; 3]) -> Option<Self> {
        let n: f64 = past.iter().sum();
        if now.judged() < ENOUGH || n < f64::from(ENOUGH) {
            return None;
        }
        let m = f64::from(now.judged());
        let counts = now.sentiment();
        let p: [f64; 3] = std::array::from_fn(|i| counts[i] / m);
        let q: [f64; 3] = std::array::from_fn(|i| past[i] / n);
        let mut divergence = 0.0;
        let mut g = 0.0;
        for i in 0..3 {
            let middle = f64::midpoint(p[i], q[i]);
            divergence += 0.5 * (relative(p[i], middle) + relative(q[i], middle));
            let pooled = (counts[i] + past[i]) / (m + n);
            g += 2.0 * (m * relative(p[i], pooled) + n * relative(q[i], pooled));
        }
        Some(Self {
            distance: (divergence / std::f64::consts::LN_2).clamp(0.0, 1.0).sqrt(),
            // The survival function of chi-squared with 2 degrees of freedom is exp(-x / 2).
            p_value: libm::exp(-g.max(0.0) / 2.0),
            change: points((p[2] - p[0]) - (q[2] - q[0])),
        })
    }
}

/// p ln(p / q), with 0 ln 0 = 0.
fn relative(p: f64, q: f64) -> f64 {
    if p <= 0.0 { 0.0 } else { p * libm::log(p / q) }
}

/// As points of a hundred with two decimals: more would pretend.
fn points(share: f64) -> f64 {
    (share * 10_000.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Polarity;

    fn tally(negative: u32, neutral: u32, positive: u32) -> Tally {
        let mut t = Tally::default();
        for (polarity, n) in Polarity::ALL.into_iter().zip([negative, neutral, positive]) {
            for _ in 0..n {
                t.add(Some(polarity));
            }
        }
        t
    }

    #[test]
    fn more_data_narrows_the_interval_and_keeps_it_in_range() {
        let past = [30.0, 30.0, 30.0];
        let few = Score::of(&tally(9, 1, 0), &past).unwrap();
        let many = Score::of(&tally(900, 100, 0), &past).unwrap();
        assert!(few.high - few.low > 4.0 * (many.high - many.low));
        assert!(many.low >= -100.0 && many.value < -85.0);
        assert_eq!(Score::of(&tally(2, 1, 1), &past), None);
    }

    #[test]
    fn drift_is_small_for_the_same_and_sure_of_a_turn() {
        let past = [100.0, 100.0, 100.0];
        let same = Drift::between(&tally(33, 33, 34), &past).unwrap();
        let turn = Drift::between(&tally(80, 10, 10), &past).unwrap();
        assert!(same.p_value > 0.5 && same.distance < 0.05);
        assert!(turn.p_value < 1e-6 && turn.distance > 0.3 && turn.change < -60.0);
    }
}
