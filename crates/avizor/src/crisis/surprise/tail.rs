//! Tail probabilities: the negative binomial's, and an exponential tail fitted online.

use std::f64::consts::{LN_10, LOG10_E};

use serde::{Deserialize, Serialize};

use super::MAX_SURPRISE;

/// Excesses are taken beyond the 98 % point: the usual compromise of peaks over threshold.
const BEYOND: f64 = 0.02;
/// The fit's prior is worth this many excesses.
const PRIOR_EXCESSES: f64 = 20.0;
/// One excess counts as at most ten mean excesses: about one in e^10 is larger by chance.
const WINSOR_EXCESS: f64 = 10.0;
/// Where the merged value starts from, before a series has shown its own 98 % point and slope.
const MERGED_THRESHOLD: f64 = 1.0;
const MERGED_EXCESS: f64 = LOG10_E / 1.5;
/// The threshold forgets twice as slowly as it learns at first.
const THRESHOLD_MEMORY: f64 = 2.0;

/// Peaks over threshold: a slowly moving high quantile and the mean excess over it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Tail {
    threshold: f64,
    prior_excess: f64,
    excesses: f64,
    excess_sum: f64,
    /// Rows after which the threshold has half forgotten where it started; none = it stays.
    patience: Option<f64>,
    rows: f64,
}

impl Tail {
    /// For ln(1 + s), s being -log10 p of one scale: the threshold stays at p = 2 %, the slope is learnt.
    pub(super) fn of_scale() -> Self {
        let s = -libm::log10(BEYOND);
        Self::new(libm::log1p(s), LOG10_E / (1.0 + s), None)
    }

    /// For the mean over scales.
    pub(super) fn of_merged(patience: f64) -> Self {
        Self::new(MERGED_THRESHOLD, MERGED_EXCESS, Some(patience))
    }

    fn new(threshold: f64, prior_excess: f64, patience: Option<f64>) -> Self {
        Self {
            threshold,
            prior_excess,
            excesses: 0.0,
            excess_sum: 0.0,
            patience,
            rows: 0.0,
        }
    }

    /// -log10 of the probability of `x` or more; below the threshold the same line, extended.
    pub(super) fn surprise(&self, x: f64) -> f64 {
        -libm::log10(BEYOND) + (x - self.threshold) / (self.mean_excess() * LN_10)
    }

    pub(super) fn learn(&mut self, x: f64, keep: f64) {
        let mean = self.mean_excess();
        let over = x - self.threshold;
        if over > 0.0 {
            self.excess_sum += over.min(WINSOR_EXCESS * mean);
            self.excesses += 1.0;
        }
        self.excess_sum *= keep;
        self.excesses *= keep;
        self.rows += 1.0;
        if let Some(patience) = self.patience {
            // Robbins-Monro for a quantile: the density there is BEYOND / mean excess.
            let gain = 1.0 / (self.rows + patience).min(THRESHOLD_MEMORY * patience.max(1.0));
            let hit = if over > 0.0 { 1.0 } else { 0.0 };
            self.threshold += gain * mean / BEYOND * (hit - BEYOND);
        }
    }

    fn mean_excess(&self) -> f64 {
        (self.excess_sum + PRIOR_EXCESSES * self.prior_excess) / (self.excesses + PRIOR_EXCESSES)
    }
}

/// -log10 of both tails, each including what came.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tails {
    pub(super) upper: f64,
    pub(super) lower: f64,
}

/// Tails of a negative binomial with this mean and relative variance beyond Poisson.
///
/// P(Y >= y) is the incomplete beta I_x(y, r) with r = 1 / dispersion and x = mean / (mean + r). The upper
/// tail is taken half a count up (mid-p, as counts are coarse), the lower in full.
pub(super) fn negative_binomial(count: f64, mean: f64, dispersion: f64) -> Tails {
    let r = 1.0 / dispersion.max(1e-6);
    let x = mean / (mean + r);
    let upper = ln_beta_tails(count + 0.5, r, x).0;
    let lower = if count < mean {
        ln_beta_tails(count + 1.0, r, x).1
    } else {
        0.0
    };
    let bounded = |ln: f64| (-ln * LOG10_E).clamp(0.0, MAX_SURPRISE);
    Tails {
        upper: bounded(upper),
        lower: bounded(lower),
    }
}

/// ln I_x(a, b) and ln (1 - I_x(a, b)), by the continued fraction of DLMF 8.17.22 (modified Lentz).
fn ln_beta_tails(a: f64, b: f64, x: f64) -> (f64, f64) {
    let front = a * libm::log(x) + b * libm::log1p(-x) + libm::lgamma(a + b)
        - libm::lgamma(a)
        - libm::lgamma(b);
    let flip = x > (a + 1.0) / (a + b + 2.0);
    let (a, b, x) = if flip { (b, a, 1.0 - x) } else { (a, b, x) };
    let near = (front + libm::log(fraction(a, b, x).max(f64::MIN_POSITIVE) / a)).min(0.0);
    let far = libm::log1p(-libm::exp(near).min(1.0 - f64::EPSILON));
    if flip { (far, near) } else { (near, far) }
}

fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    const ROUNDS: u32 = 200;
    let off_zero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / off_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for round in 1..=ROUNDS {
        let m = f64::from(round);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / off_zero(1.0 + even * d);
        c = off_zero(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / off_zero(1.0 + odd * d);
        c = off_zero(1.0 + odd / c);
        h *= d * c;
        if (d * c - 1.0).abs() < 1e-8 {
            break;
        }
    }
    h
}
