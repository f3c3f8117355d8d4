//! Tail probabilities: the negative binomial's, and an exponential tail fitted online.

use std::f64::consts::{LN_10, LOG10_E};

use serde::{Deserialize, Serialize};

use super::MAX_SURPRISE;

/// Excesses are taken beyond the 98 % point: the usual compromise of peaks over threshold.
const BEYOND: f64 = 0.02;
/// -log10 of it.
const BEYOND_SURPRISE: f64 = 1.698_970_004_336_018_7;
/// The fit's prior is worth this many excesses.
const PRIOR_EXCESSES: f64 = 20.0;
/// One excess counts as at most five mean excesses: one in e^5 is larger by chance.
const WINSOR_EXCESS: f64 = 5.0;
/// The threshold follows the last rows, four times what its start is worth, within the tails' own memory.
const THRESHOLD_MEMORY: f64 = 4.0;

/// Peaks over threshold: a slowly moving high quantile and the mean excess over it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Tail {
    /// Of a scale the threshold is fixed; of the merged value it moves.
    threshold: f64,
    prior_excess: f64,
    excesses: f64,
    excess_sum: f64,
    /// Rows since the series went over the threshold; 0 while it is under.
    run: f64,
    /// How many rows the threshold's start is worth; none = it stays there.
    patience: Option<f64>,
    rows: f64,
}

impl Tail {
    /// For ln(1 + s), s being -log10 p of one scale: the threshold stays at p = 2 %, the slope is learnt.
    pub(super) fn of_scale() -> Self {
        let s = BEYOND_SURPRISE;
        Self::new(libm::log1p(s), LOG10_E / (1.0 + s), None)
    }

    /// For the mean over scales: the threshold and mean excess to start from, and the rows they are worth.
    pub(super) fn of_merged(threshold: f64, excess: f64, patience: f64) -> Self {
        Self::new(threshold, excess, Some(patience))
    }

    fn new(threshold: f64, prior_excess: f64, patience: Option<f64>) -> Self {
        Self {
            threshold,
            prior_excess,
            excesses: 0.0,
            excess_sum: 0.0,
            run: 0.0,
            patience,
            rows: 0.0,
        }
    }

    pub(super) fn threshold(&self) -> f64 {
        self.threshold
    }

    /// -log10 of the probability of `x` or more; below the threshold the same line, extended.
    pub(super) fn surprise(&self, x: f64) -> f64 {
        BEYOND_SURPRISE + (x - self.threshold) / (self.mean_excess() * LN_10)
    }

    pub(super) fn learn(&mut self, x: f64, keep: f64) {
        let mean = self.mean_excess();
        let over = x - self.threshold;
        if over > 0.0 {
            // A burst is one event, not as many as it has buckets: its n-th bucket weighs 1/n.
            self.run += 1.0;
            self.excess_sum += over.min(WINSOR_EXCESS * mean) / self.run;
            self.excesses += 1.0 / self.run;
        } else {
            self.run = 0.0;
        }
        self.excess_sum *= keep;
        self.excesses *= keep;
        self.rows += 1.0;
        if let Some(patience) = self.patience {
            // Robbins-Monro for a quantile: the density there is BEYOND / mean excess.
            let memory = (1.0 / (1.0 - keep).max(f64::EPSILON)).min(THRESHOLD_MEMORY * patience);
            let gain = 1.0 / (self.rows.min(memory) + patience.max(1.0));
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
/// P(Y >= y) is the incomplete beta I_x(y, r) with r = 1 / dispersion and x = mean / (mean + r);
/// it is continuous in y, so counts need not be whole.
pub(super) fn negative_binomial(count: f64, mean: f64, dispersion: f64) -> Tails {
    let r = 1.0 / dispersion.max(1e-6);
    let x = mean / (mean + r);
    let bounded = |ln: f64| (-ln * LOG10_E).clamp(0.0, MAX_SURPRISE);
    if count < 1e-9 {
        return Tails {
            upper: 0.0,
            lower: bounded(r * libm::log1p(-x)),
        };
    }
    let (upper, below, point) = ln_beta_tails(count, r, x);
    Tails {
        upper: bounded(upper),
        lower: bounded(ln_sum(below, point)),
    }
}

/// ln of I_x(a, b), of 1 - I_x(a, b), and of their step from a to a + 1 (DLMF 8.17.20).
///
/// By the continued fraction DLMF 8.17.22, on the side where it converges fast.
fn ln_beta_tails(a: f64, b: f64, x: f64) -> (f64, f64, f64) {
    let front = a * libm::log(x) + b * libm::log1p(-x) + libm::lgamma(a + b)
        - libm::lgamma(a)
        - libm::lgamma(b);
    let point = front - libm::log(a);
    let side = |ln_p: f64| {
        let near = ln_p.min(0.0);
        let far = libm::log1p(-libm::exp(near).min(1.0 - f64::EPSILON));
        (near, far)
    };
    if x > (a + 1.0) / (a + b + 2.0) {
        let (near, far) = side(front + libm::log(fraction(b, a, 1.0 - x) / b));
        (far, near, point)
    } else {
        let (near, far) = side(point + libm::log(fraction(a, b, x)));
        (near, far, point)
    }
}

fn ln_sum(a: f64, b: f64) -> f64 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    high + libm::log1p(libm::exp(low - high))
}

/// The continued fraction by Lentz's method as Thompson & Barnett (1986) modify it; never below 1e-300.
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
        if (d * c - 1.0).abs() < 1e-6 {
            break;
        }
    }
    h.max(TINY)
}
