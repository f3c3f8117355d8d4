//! Evidence to a score with its credible interval.

use serde::{Deserialize, Serialize};

use super::confusion::{Confusion, Corrected};
use super::window::Evidence;

/// Weight of an entity's own past in the estimate of a window, in mentions. More would make the interval
/// narrower than the window's own truth allows; the study in the lab shows what it covers.
const PRIOR_STRENGTH: f64 = 2.0;
/// Fewer mentions than this are not enough for a number.
pub(super) const ENOUGH: u32 = 5;
/// 95 % quantile of the normal distribution: a 90 % interval leaves 5 % on each side.
pub(super) const Z90: f64 = 1.644_853_626_951_472_2;

/// Net sentiment as a Bayesian estimate.
///
/// Dirichlet-multinomial over negative, neutral, positive (Gelman et al., *Bayesian Data Analysis*,
/// 3rd ed., 3.4): the prior is the entity's own past with a weight of two mentions. The interval is
/// taken on Fisher's z scale with the posterior's variance, so that it stays within the range.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// In [-100, 100]: positive less negative, in per cent.
    pub value: f64,
    /// Lower end of the 90 % credible interval.
    pub low: f64,
    /// Upper end of the 90 % credible interval.
    pub high: f64,
    /// Independent mentions that the estimate rests on, its prior's weight included.
    pub effective_n: f64,
}

/// A score before rounding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Posterior {
    /// Counts that the posterior rests on, the prior's left out.
    pub counts: [f64; 3],
    pub mean: f64,
    pub variance: f64,
    n: f64,
}

impl Posterior {
    /// The estimate, given what the entity's past was like.
    pub(super) fn of(evidence: &Evidence, past: &[f64; 3], confusion: Option<&Confusion>) -> Self {
        let total: f64 = past.iter().sum::<f64>() + 3.0;
        let prior = past.map(|c| PRIOR_STRENGTH * (c + 1.0) / total);
        let seen = evidence.shares.map(|s| s * evidence.n);
        let Corrected {
            counts: a,
            variance,
        } = match confusion {
            Some(confusion) => confusion.correct(&seen, &prior),
            None => counted(std::array::from_fn(|k| prior[k] + seen[k])),
        };
        let n: f64 = a.iter().sum();
        Self {
            counts: std::array::from_fn(|k| (a[k] - prior[k]).max(0.0)),
            mean: (a[2] - a[0]) / n,
            variance,
            n,
        }
    }

    pub(super) fn score(&self) -> Score {
        let z = libm::atanh(self.mean);
        let sd = self.variance.max(0.0).sqrt() / (1.0 - self.mean * self.mean);
        Score {
            value: points(self.mean),
            low: points(libm::tanh(z - Z90 * sd)),
            high: points(libm::tanh(z + Z90 * sd)),
            effective_n: self.n,
        }
    }
}

/// A Dirichlet's own mean and variance of net sentiment.
fn counted(a: [f64; 3]) -> Corrected {
    let n: f64 = a.iter().sum();
    let mean = (a[2] - a[0]) / n;
    Corrected {
        counts: a,
        variance: ((a[2] + a[0]) / n - mean * mean) / (n + 1.0),
    }
}

/// As points of a hundred with two decimals: more would pretend.
pub(super) fn points(share: f64) -> f64 {
    (share * 10_000.0).round() / 100.0
}
