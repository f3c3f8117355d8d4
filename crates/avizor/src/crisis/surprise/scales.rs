//! The same series at four scales, in lanes: what one scale needs, the other three need at the same time, and a
//! processor divides two or four numbers in the time of one.

use std::array::from_fn;

use serde::{Deserialize, Serialize};

use super::ceiling::odds_ceilings;
use super::tail::{ScaleTails, Tails, negative_binomial, upper_tail};
use super::{WINSOR, greater, lesser};
use crate::time::Span;

/// One bucket, an hour, six hours, a day: each about a factor of six, so that every duration has a scale near it.
pub(super) const SCALES: [Span; 4] = [
    Span::minutes(0),
    Span::hours(1),
    Span::hours(6),
    Span::days(1),
];
/// Prior relative variance beyond Poisson per scale: errors average out slowly, about as window^-0.2.
/// Worth three hours or three windows, whichever is longer.
const PRIOR_DISPERSION: [f64; 4] = [0.5, 0.3, 0.2, 0.15];
const PRIOR_WINDOWS: f64 = 3.0;
const PRIOR_DAYS: f64 = 3.0 / 24.0;

pub(super) type Lanes = [f64; 4];

/// Per scale: its window's sums, its dispersion and its tail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Scales {
    buckets: [usize; 4],
    /// Windows that the prior dispersion is worth.
    prior: Lanes,
    count: Lanes,
    expected: Lanes,
    squared_error: Lanes,
    squared_expected: Lanes,
    tails: ScaleTails,
}

/// Per scale: the window that ends with one bucket, and ln(1 + s) of its -log10 upper tail s, or a bound on it.
#[derive(Clone, Copy, Default)]
pub(super) struct Windows {
    count: Lanes,
    expected: Lanes,
    dispersion: Lanes,
    pub(super) variance: Lanes,
    pub(super) odds: Lanes,
}

impl Scales {
    pub(super) fn new(buckets: [usize; 4], per_day: f64) -> Self {
        Self {
            buckets,
            prior: buckets.map(|n| (PRIOR_WINDOWS * n as f64).max(PRIOR_DAYS * per_day)),
            count: [0.0; 4],
            expected: [0.0; 4],
            squared_error: [0.0; 4],
            squared_expected: [0.0; 4],
            tails: ScaleTails::default(),
        }
    }

    /// The windows that end with a bucket of (count, expected), `gone` being what has left each of them.
    #[inline]
    pub(super) fn windows(
        &self,
        bucket: (f64, f64),
        gone: impl Fn(usize) -> (f64, f64),
        doubt: f64,
    ) -> Windows {
        // Not by `map`, which calls a function for each.
        let [bucket_long, hour, quarter, day] = self.buckets;
        let gone = [gone(bucket_long), gone(hour), gone(quarter), gone(day)];
        let count: Lanes = from_fn(|i| greater(self.count[i] - gone[i].0, 0.0) + bucket.0);
        let expected: Lanes = from_fn(|i| greater(self.expected[i] - gone[i].1, 0.0) + bucket.1);
        let dispersion: Lanes = from_fn(|i| self.dispersion(i, expected[i]) + doubt);
        Windows {
            count,
            expected,
            dispersion,
            variance: from_fn(|i| expected[i] + dispersion[i] * expected[i] * expected[i]),
            odds: [0.0; 4],
        }
    }

    /// Moment estimate of the relative variance beyond Poisson, shrunk to the prior.
    #[inline]
    pub(super) fn dispersion(&self, scale: usize, expected: f64) -> f64 {
        let prior = self.prior[scale] * expected * expected;
        let estimate = (self.squared_error[scale] + prior * PRIOR_DISPERSION[scale])
            / greater(self.squared_expected[scale] + prior, f64::MIN_POSITIVE);
        estimate.clamp(1e-3, 20.0)
    }

    /// -log10 of the probability of such odds or higher, by the scale's own past.
    pub(super) fn surprise(&self, scale: usize, odds: f64) -> f64 {
        self.tails.surprises([odds; 4])[scale]
    }

    /// The mean over scales of their surprises.
    #[inline]
    pub(super) fn merge(&self, windows: &Windows) -> f64 {
        self.tails.surprises(windows.odds).iter().sum::<f64>() / SCALES.len() as f64
    }

    /// At least that mean, where none of the odds is beyond its tail.
    #[inline]
    pub(super) fn merge_ceiling(&self, windows: &Windows) -> f64 {
        self.tails.mean_ceiling(&windows.odds)
    }

    /// The scale whose length is nearest by ratio.
    pub(super) fn nearest(&self, length: usize) -> usize {
        let off = |scale: usize| {
            libm::fabs(libm::log(self.buckets[scale] as f64) - libm::log(length as f64))
        };
        (1..SCALES.len()).fold(
            0,
            |best, scale| {
                if off(scale) < off(best) { scale } else { best }
            },
        )
    }

    #[inline]
    pub(super) fn learn(&mut self, windows: &Windows, beyond: bool, keep: f64) {
        let Windows {
            count,
            expected,
            variance,
            odds,
            ..
        } = windows;
        let squared: Lanes = from_fn(|i| {
            let error = count[i] - expected[i];
            lesser(error * error, WINSOR * WINSOR * variance[i])
        });
        self.squared_error = from_fn(|i| keep * self.squared_error[i] + squared[i] - expected[i]);
        self.squared_expected =
            from_fn(|i| keep * self.squared_expected[i] + expected[i] * expected[i]);
        self.tails.learn(odds, beyond, keep);
        self.count = *count;
        self.expected = *expected;
    }

    /// What was expected of each scale's last window.
    #[cfg(test)]
    pub(super) fn expected(&self) -> Lanes {
        self.expected
    }

    /// Takes the sums anew from those of the last buckets.
    pub(super) fn sum_afresh(&mut self, latest: impl Fn(usize) -> (f64, f64)) {
        let sums = self.buckets.map(latest);
        self.count = sums.map(|sum| sum.0);
        self.expected = sums.map(|sum| sum.1);
    }
}

impl Windows {
    /// Sets the odds to what they cannot exceed.
    #[inline]
    pub(super) fn bound(&mut self) {
        self.odds = odds_ceilings(
            &self.count,
            &self.expected,
            &self.variance,
            &self.dispersion,
        );
    }

    /// Sets the odds where `wanted` to what they are.
    pub(super) fn settle(&mut self, wanted: [bool; 4]) {
        for (i, wanted) in wanted.into_iter().enumerate() {
            if wanted {
                let tail = upper_tail(self.count[i], self.expected[i], self.dispersion[i]);
                self.odds[i] = libm::log1p(tail);
            }
        }
    }

    /// Which odds are beyond their tails.
    #[inline]
    pub(super) fn beyond(&self) -> [bool; 4] {
        self.odds.map(ScaleTails::is_beyond)
    }

    pub(super) fn tails(&self) -> [Tails; 4] {
        from_fn(|i| negative_binomial(self.count[i], self.expected[i], self.dispersion[i]))
    }
}
