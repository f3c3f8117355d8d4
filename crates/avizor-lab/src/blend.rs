//! Two opinions on a text as one: how much to listen to each, and how sure to be, fitted on held-out labels.
//!
//! A logarithmic pool: p is proportional to (first^share * second^(1 - share))^(1 / temperature) (Genest and Zidek 1986,
//! doi:10.1214/ss/1177013825).

use serde::{Deserialize, Serialize};

use crate::softmax::probabilities;
use crate::train::fit_temperature;

/// Shares that are tried: twenty steps from the second opinion alone to the first alone.
const STEPS: usize = 20;
/// Nothing is taken for impossible.
const LEAST: f64 = 1e-6;

/// How two distributions over the same labels become one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Blend {
    /// Weight of the first in [0, 1]; the second has the rest.
    pub share: f64,
    /// Logits are divided by it; above 0.
    pub temperature: f64,
}

impl Blend {
    /// The first alone, as it is.
    pub const FIRST: Self = Self {
        share: 1.0,
        temperature: 1.0,
    };

    /// Fits the blend of least log-loss on labelled texts that neither of the two was fitted on.
    ///
    /// Each row is the number of the label and the two distributions; `weights` say what a row of each label counts for
    /// where the share is chosen (none: all alike). O(rows * labels).
    pub fn fit(rows: &[(usize, &[f64], &[f64])], weights: &[f32]) -> Self {
        if rows.is_empty() {
            return Self::FIRST;
        }
        (0..=STEPS)
            .map(|step| {
                let share = step as f64 / STEPS as f64;
                let z: Vec<(usize, Vec<f64>)> = rows
                    .iter()
                    .map(|(truth, first, second)| (*truth, pool(share, first, second)))
                    .collect();
                (fit_temperature(&z, weights).1, share, z)
            })
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map_or(Self::FIRST, |(_, share, z)| Self {
                share,
                temperature: fit_temperature(&z, &[]).0,
            })
    }

    /// Whether the numbers can be a blend's: what comes from a file may be anything.
    pub fn is_sound(&self) -> bool {
        (0.0..=1.0).contains(&self.share) && self.temperature > 0.0
    }

    /// The two as one; they are over the same labels.
    pub fn apply(&self, first: &[f64], second: &[f64]) -> Vec<f64> {
        probabilities(&pool(self.share, first, second), self.temperature)
    }
}

fn pool(share: f64, first: &[f64], second: &[f64]) -> Vec<f64> {
    let log = |p: f64| libm::log(p.max(LEAST));
    first
        .iter()
        .zip(second)
        .map(|(a, b)| share * log(*a) + (1.0 - share) * log(*b))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows where the first is right in `right` of ten and always equally sure; the second knows nothing.
    fn rows(right: usize) -> Vec<(usize, [f64; 2], [f64; 2])> {
        let sure = |i: usize| {
            if i % 10 < right {
                [0.99, 0.01]
            } else {
                [0.01, 0.99]
            }
        };
        (0..200).map(|i| (0, sure(i), [0.5, 0.5])).collect()
    }

    fn fit(rows: &[(usize, [f64; 2], [f64; 2])]) -> Blend {
        let rows: Vec<(usize, &[f64], &[f64])> =
            rows.iter().map(|(t, a, b)| (*t, &a[..], &b[..])).collect();
        Blend::fit(&rows, &[])
    }

    #[test]
    fn probabilities_become_as_sure_as_they_are_right() {
        let rows = rows(8);
        let p = fit(&rows).apply(&rows[0].1, &rows[0].2);
        assert!((p[0] - 0.8).abs() < 0.02, "{p:?}");
    }

    #[test]
    fn who_knows_is_listened_to() {
        let known = rows(9);
        let swapped: Vec<_> = known.iter().map(|(t, a, b)| (*t, *b, *a)).collect();
        let right = |blend: Blend, rows: &[(usize, [f64; 2], [f64; 2])]| {
            let is_right = |r: &&(usize, [f64; 2], [f64; 2])| blend.apply(&r.1, &r.2)[0] > 0.5;
            rows.iter().filter(is_right).count()
        };
        assert_eq!(right(fit(&known), &known), 180);
        assert_eq!(right(fit(&swapped), &swapped), 180);
        assert!(fit(&swapped).share < 1.0 && fit(&known).share > 0.0);
    }

    #[test]
    fn without_rows_the_first_is_left_as_it_is() {
        assert_eq!(Blend::fit(&[], &[]).apply(&[0.3, 0.7], &[0.9, 0.1])[1], 0.7);
    }
}
