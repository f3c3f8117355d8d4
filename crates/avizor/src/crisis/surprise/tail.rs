//! Tail probabilities: the negative binomial's, and an exponential tail fitted online.

use std::array::from_fn;
use std::f64::consts::{LN_10, LOG10_E};

use serde::{Deserialize, Serialize};

use super::scales::Lanes;
use super::{MAX_SURPRISE, lesser};

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

/// ln(1 + s) of the 98 % point, where the tail of each scale begins.
const SCALE_THRESHOLD: f64 = 0.992_870_220_352_776_6;
/// Mean excess over it of a series whose tail is as the negative binomial says.
const SCALE_EXCESS: f64 = LOG10_E / (1.0 + BEYOND_SURPRISE);
/// What -log10 p rises by there for each unit of ln(1 + s).
const PRIOR_SLOPE: f64 = 1.0 / (SCALE_EXCESS * LN_10);

/// Peaks over threshold, for ln(1 + s), s being -log10 p of one scale: the threshold stays at p = 2 %, the slope
/// is learnt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ScaleTails {
    excesses: Lanes,
    excess_sum: Lanes,
    /// Rows since the series went over the threshold; 0 while it is under.
    run: Lanes,
    /// What the lines rise by at least, from the last excess to the next.
    least: Lanes,
}

impl ScaleTails {
    #[inline]
    pub(super) fn is_beyond(odds: f64) -> bool {
        odds > SCALE_THRESHOLD
    }

    /// -log10 of the probability of `odds` or more; below the threshold the same line, extended.
    pub(super) fn surprises(&self, odds: Lanes) -> Lanes {
        from_fn(|i| BEYOND_SURPRISE + (odds[i] - SCALE_THRESHOLD) * self.slope(i))
    }

    /// At least the mean of the surprises of odds of which none is beyond.
    #[inline]
    pub(super) fn mean_ceiling(&self, odds: &Lanes) -> f64 {
        let below: Lanes = from_fn(|i| (odds[i] - SCALE_THRESHOLD) * self.least[i]);
        BEYOND_SURPRISE + (below[0] + below[1] + below[2] + below[3]) / below.len() as f64
    }

    fn slope(&self, i: usize) -> f64 {
        let weight = self.excesses[i] + PRIOR_EXCESSES;
        let sum = self.excess_sum[i] + PRIOR_EXCESSES * SCALE_EXCESS;
        weight / (sum * LN_10)
    }

    /// Learns the odds of a row, of which `beyond` says whether any may be.
    #[inline]
    pub(super) fn learn(&mut self, odds: &Lanes, beyond: bool, keep: f64) {
        if beyond && odds.iter().any(|&odds| Self::is_beyond(odds)) {
            self.learn_beyond(odds);
        } else {
            self.run = [0.0; 4];
        }
        self.excess_sum = self.excess_sum.map(|sum| sum * keep);
        self.excesses = self.excesses.map(|count| count * keep);
    }

    fn learn_beyond(&mut self, odds: &Lanes) {
        for (i, odds) in odds.iter().enumerate() {
            let mean = mean_excess(self.excess_sum[i], self.excesses[i], SCALE_EXCESS);
            let sums = (&mut self.excesses[i], &mut self.excess_sum[i]);
            learn_over(odds - SCALE_THRESHOLD, mean, &mut self.run[i], sums);
        }
        // As excesses are forgotten the slope goes from what it is now to the prior's, and never back.
        self.least = from_fn(|i| self.slope(i).min(PRIOR_SLOPE));
    }
}

impl Default for ScaleTails {
    fn default() -> Self {
        Self {
            excesses: [0.0; 4],
            excess_sum: [0.0; 4],
            run: [0.0; 4],
            least: [PRIOR_SLOPE; 4],
        }
    }
}

fn mean_excess(sum: f64, excesses: f64, prior: f64) -> f64 {
    (sum + PRIOR_EXCESSES * prior) / (excesses + PRIOR_EXCESSES)
}

/// Adds to the number of excesses and their sum what is `over` a threshold, if anything is: a burst is one event, not as
/// many as it has buckets.
fn learn_over(over: f64, mean: f64, run: &mut f64, (excesses, sum): (&mut f64, &mut f64)) {
    if over <= 0.0 {
        *run = 0.0;
        return;
    }
    *run += 1.0;
    *excesses += 1.0 / *run;
    *sum += over.min(WINSOR_EXCESS * mean) / *run;
}

/// What is kept of the mean over scales twice: for the surprise, and for the score.
type Pair = [f64; 2];

/// Peaks over threshold, for the mean over scales: a slowly moving high quantile and the mean excess over it, from two
/// starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct MergedTails {
    threshold: Pair,
    prior_excess: Pair,
    excesses: Pair,
    excess_sum: Pair,
    /// Rows since the series went over the threshold; 0 while it is under.
    run: Pair,
    /// How many rows the threshold's start is worth, and how many it is behind at most.
    patience: Pair,
    memory: Pair,
    rows: f64,
}

impl MergedTails {
    /// Thresholds and mean excesses to start from and the rows they are worth; `memory` is those that are remembered.
    pub(super) fn new(starts: [(f64, f64, f64); 2], memory: f64) -> Self {
        let patience = starts.map(|start| start.2.max(1.0));
        Self {
            threshold: starts.map(|start| start.0),
            prior_excess: starts.map(|start| start.1),
            excesses: [0.0; 2],
            excess_sum: [0.0; 2],
            run: [0.0; 2],
            patience,
            memory: patience.map(|rows| memory.min(THRESHOLD_MEMORY * rows)),
            rows: 0.0,
        }
    }

    /// Whether the thresholds are above `x`: it is in neither tail.
    #[inline]
    pub(super) fn are_above(&self, x: f64) -> bool {
        x <= lesser(self.threshold[0], self.threshold[1])
    }

    /// -log10 of the probability of `x` or more; below the threshold the same line, extended.
    pub(super) fn surprises(&self, x: f64) -> Pair {
        from_fn(|i| {
            let mean = mean_excess(self.excess_sum[i], self.excesses[i], self.prior_excess[i]);
            BEYOND_SURPRISE + (x - self.threshold[i]) / (mean * LN_10)
        })
    }

    /// Learns a value.
    #[inline]
    pub(super) fn learn(&mut self, x: f64, keep: f64) {
        let sum: Pair = from_fn(|i| self.excess_sum[i] + PRIOR_EXCESSES * self.prior_excess[i]);
        let excesses: Pair = self.excesses.map(|excesses| excesses + PRIOR_EXCESSES);
        // What makes a threshold rise as far in 2 rows of 100 as it sinks in the others.
        let mut pull = [-1.0; 2];
        if self.are_above(x) {
            self.run = [0.0; 2];
        } else {
            self.learn_beyond(x, from_fn(|i| sum[i] / excesses[i]), &mut pull);
        }
        self.excess_sum = self.excess_sum.map(|sum| sum * keep);
        self.excesses = self.excesses.map(|excesses| excesses * keep);
        self.rows += 1.0;
        // Robbins-Monro for a quantile: the density there is BEYOND / mean excess.
        let seen: Pair = from_fn(|i| lesser(self.rows, self.memory[i]) + self.patience[i]);
        self.threshold =
            from_fn(|i| self.threshold[i] + pull[i] * sum[i] / (excesses[i] * seen[i]));
    }

    fn learn_beyond(&mut self, x: f64, mean: Pair, pull: &mut Pair) {
        for i in 0..mean.len() {
            let over = x - self.threshold[i];
            if over > 0.0 {
                pull[i] = 1.0 / BEYOND - 1.0;
            }
            let sums = (&mut self.excesses[i], &mut self.excess_sum[i]);
            learn_over(over, mean[i], &mut self.run[i], sums);
        }
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

/// The upper of them alone.
pub(super) fn upper_tail(count: f64, mean: f64, dispersion: f64) -> f64 {
    if count < 1e-9 {
        return 0.0;
    }
    let r = 1.0 / dispersion.max(1e-6);
    bounded(ln_beta(count, r, mean / (mean + r)))
}

/// -log10 of a probability whose logarithm is `ln`.
fn bounded(ln: f64) -> f64 {
    (-ln * LOG10_E).clamp(0.0, MAX_SURPRISE)
}

/// ln of I_x(a, b), of 1 - I_x(a, b), and of their step from a to a + 1 (DLMF 8.17.20).
fn ln_beta_tails(a: f64, b: f64, x: f64) -> (f64, f64, f64) {
    let (front, near, is_upper) = near_tail(a, b, x);
    let far = ln_other(near);
    let (upper, below) = if is_upper { (near, far) } else { (far, near) };
    (upper, below, front - libm::log(a))
}

/// ln of I_x(a, b).
fn ln_beta(a: f64, b: f64, x: f64) -> f64 {
    let (_, near, is_upper) = near_tail(a, b, x);
    if is_upper { near } else { ln_other(near) }
}

/// ln of x^a (1 - x)^b / B(a, b), and of one tail, I_x(a, b) where the last is true: the side where the continued
/// fraction DLMF 8.17.22 converges fast.
fn near_tail(a: f64, b: f64, x: f64) -> (f64, f64, bool) {
    let front = a * libm::log(x) + b * libm::log1p(-x) + libm::lgamma(a + b)
        - libm::lgamma(a)
        - libm::lgamma(b);
    let is_upper = x <= (a + 1.0) / (a + b + 2.0);
    let part = if is_upper {
        fraction(a, b, x) / a
    } else {
        fraction(b, a, 1.0 - x) / b
    };
    (front, (front + libm::log(part)).min(0.0), is_upper)
}

/// ln of the rest of a probability.
fn ln_other(ln: f64) -> f64 {
    libm::log1p(-libm::exp(ln).min(1.0 - f64::EPSILON))
}

fn ln_sum(a: f64, b: f64) -> f64 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    high + libm::log1p(libm::exp(low - high))
}

/// The continued fraction 1 / (1 + d1 / (1 + d2 / ...)), never below 1e-300.
///
/// By its convergents' forward recurrence (DLMF 1.12.5): no step waits for a division of the step before. They neither
/// overflow nor vanish, as the terms stay within -1 and about 1 and tend to -x / 4.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    const ROUNDS: u32 = 200;
    let mut last = (0.0, 1.0);
    let mut now = (1.0, 1.0);
    let mut step = |term: f64| {
        let next = (now.0 + term * last.0, now.1 + term * last.1);
        (last, now) = (now, next);
        next.0 / next.1
    };
    let mut before = step(-(a + b) * x / (a + 1.0));
    for round in 1..=ROUNDS {
        let m = f64::from(round);
        let to = a + 2.0 * m;
        step(m * (b - m) * x / ((to - 1.0) * to));
        let value = step(-(a + m) * (a + b + m) * x / (to * (to + 1.0)));
        if (value - before).abs() < 1e-6 * value.abs() {
            before = value;
            break;
        }
        before = value;
    }
    if before.is_nan() {
        TINY
    } else {
        before.max(TINY)
    }
}
