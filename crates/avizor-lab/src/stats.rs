//! How sure a figure is: exact intervals of rates and shares, McNemar's test, quantiles.

use serde::{Deserialize, Serialize};
use statrs::distribution::{Beta, Binomial, ChiSquared, ContinuousCDF, DiscreteCDF};

/// A 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// What each end of an interval leaves out.
const TAIL: f64 = 0.025;

impl Interval {
    /// Both ends times `factor`, which is not negative.
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            low: self.low * factor,
            high: self.high * factor,
        }
    }

    /// The middle 95 % of draws; none of no draws.
    pub fn of_draws(mut draws: Vec<f64>) -> Option<Self> {
        draws.sort_by(f64::total_cmp);
        Some(Self {
            low: quantile(&draws, TAIL)?,
            high: quantile(&draws, 1.0 - TAIL)?,
        })
    }
}

/// The exact interval of a Poisson mean of which `count` events were seen (Garwood 1936, *Biometrika* 28:437).
///
/// ```
/// let none = avizor_lab::stats::poisson_interval(0);
/// assert_eq!(none.low, 0.0);
/// assert!((none.high - 3.689).abs() < 1e-3);
/// ```
pub fn poisson_interval(count: usize) -> Interval {
    let quantile = |degrees: usize, p: f64| {
        ChiSquared::new(degrees as f64).map_or(f64::NAN, |chi| chi.inverse_cdf(p) / 2.0)
    };
    Interval {
        low: if count == 0 {
            0.0
        } else {
            quantile(2 * count, TAIL)
        },
        high: quantile(2 * count + 2, 1.0 - TAIL),
    }
}

/// The exact interval of a share of which `hits` of `n` were seen (Clopper and Pearson 1934); 0 to 1 where `n` is 0.
pub fn share_interval(hits: usize, n: usize) -> Interval {
    let quantile = |a: usize, b: usize, p: f64| {
        Beta::new(a as f64, b as f64).map_or(f64::NAN, |beta| beta.inverse_cdf(p))
    };
    Interval {
        low: if hits == 0 {
            0.0
        } else {
            quantile(hits, n - hits + 1, TAIL)
        },
        high: if hits >= n {
            1.0
        } else {
            quantile(hits + 1, n - hits, 1.0 - TAIL)
        },
    }
}

/// Two runs over the same rows: where exactly one was right, and how likely so uneven a split is by chance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct McNemar {
    /// Rows that only the first run has right.
    pub only_first: usize,
    /// Rows that only the second run has right.
    pub only_second: usize,
    /// Two-sided and exact: the binomial test of one half.
    pub p_value: f64,
}

/// McNemar's test in its exact form (McNemar 1947, *Psychometrika* 12:153).
pub fn mcnemar(only_first: usize, only_second: usize) -> McNemar {
    let n = only_first + only_second;
    let least = only_first.min(only_second) as u64;
    let tail = Binomial::new(0.5, n as u64).map_or(1.0, |b| b.cdf(least));
    McNemar {
        only_first,
        only_second,
        p_value: (2.0 * tail).min(1.0),
    }
}

/// The median; none of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    quantile(&sorted, 0.5)
}

/// The quantile of sorted values, in a straight line between neighbours (type 7 of Hyndman and Fan 1996).
fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = p * last as f64;
    let below = sorted[place as usize];
    let above = sorted[(place as usize + 1).min(last)];
    Some(below + (above - below) * place.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 2e-3
    }

    #[test]
    fn intervals_are_those_of_the_tables() {
        // Garwood's table for 5 and 100; Clopper and Pearson's for 2 of 10.
        let five = poisson_interval(5);
        assert!(
            close(five.low, 1.623) && close(five.high, 11.668),
            "{five:?}"
        );
        let many = poisson_interval(100);
        assert!(
            close(many.low, 81.364) && close(many.high, 121.627),
            "{many:?}"
        );
        let share = share_interval(2, 10);
        assert!(
            close(share.low, 0.0252) && close(share.high, 0.5561),
            "{share:?}"
        );
        assert_eq!(
            share_interval(0, 0),
            Interval {
                low: 0.0,
                high: 1.0
            }
        );
        assert_eq!(share_interval(4, 4).high, 1.0);
    }

    #[test]
    fn an_even_split_is_chance_and_an_uneven_one_is_not() {
        assert_eq!(mcnemar(0, 0).p_value, 1.0);
        assert_eq!(mcnemar(7, 7).p_value, 1.0);
        // 2 * P(X <= 1 | 10, 1/2) = 22 / 1024.
        assert!(close(mcnemar(9, 1).p_value, 0.02148));
    }

    #[test]
    fn medians_and_draws() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0, 1.0]), Some(2.0));
        let draws = (0..=100).map(f64::from).collect();
        assert_eq!(
            Interval::of_draws(draws),
            Some(Interval {
                low: 2.5,
                high: 97.5
            })
        );
    }
}
