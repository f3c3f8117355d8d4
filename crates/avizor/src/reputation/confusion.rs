//! Undoing the classifier's own error, when it is known how often it takes one label for another.

use crate::error::{Error, Result};

/// Rounds of expectation-maximisation; it stops sooner when nothing moves.
const ROUNDS: usize = 500;
/// Below this the three labels cannot be told apart by what is predicted.
const LEAST_DETERMINANT: f64 = 1e-3;

/// How often each true label is read as each label: rows are the truth, columns the prediction, both in
/// the order negative, neutral, positive.
#[derive(Clone, Debug, PartialEq)]
pub struct Confusion {
    rates: [[f64; 3]; 3],
    /// Labelled rows behind each row of rates.
    support: [f64; 3],
}

/// A distribution of true labels: as counts, the prior's among them, and the variance of its net sentiment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Corrected {
    pub counts: [f64; 3],
    pub variance: f64,
}

impl Confusion {
    /// From counts of labelled mentions, such as `confusion` in the output of `avizor eval sentiment`.
    ///
    /// # Errors
    /// [`Error::Confusion`] where a count is negative or not a number, a true label has no rows, or
    /// predictions do not tell the labels apart.
    pub fn new(counts: [[f64; 3]; 3]) -> Result<Self> {
        let sound = counts.iter().flatten().all(|c| c.is_finite() && *c >= 0.0);
        let support = counts.map(|row| row.iter().sum::<f64>());
        if !sound || support.iter().any(|&n| n <= 0.0) {
            return Err(Error::Confusion {
                message: "every true label needs labelled mentions, and every count is a number from 0 up",
            });
        }
        let rates: [[f64; 3]; 3] = std::array::from_fn(|k| counts[k].map(|c| c / support[k]));
        if determinant(&rates).abs() < LEAST_DETERMINANT {
            return Err(Error::Confusion {
                message: "its predictions do not tell the labels apart, so nothing can be corrected with it",
            });
        }
        Ok(Self { rates, support })
    }

    /// The true labels behind what was predicted: the mode of their posterior under a Dirichlet prior, by
    /// expectation-maximisation (Dempster, Laird and Rubin 1977; for labels, Saerens, Latinne and Decaestecker
    /// 2002). Without a prior this is Rogan and Gladen's (1978) estimate held within 0 and 1.
    ///
    /// The variance is the inverse of the observed information, and what the matrix's own sampling adds.
    pub(super) fn correct(&self, observed: &[f64; 3], prior: &[f64; 3]) -> Corrected {
        let counts = self.settle(observed, prior);
        let total: f64 = counts.iter().sum();
        let p = counts.map(|c| c / total);
        let q = self.predicted(&p);
        let n: f64 = observed.iter().sum();
        let s: f64 = prior.iter().sum();
        // Information on p_neg and p_pos, p_neu being the rest: of the data, then of the prior.
        let slope: [[f64; 2]; 3] = std::array::from_fn(|j| {
            [
                self.rates[0][j] - self.rates[1][j],
                self.rates[2][j] - self.rates[1][j],
            ]
        });
        let least = |x: f64| x.max(1e-9);
        let mut a = s / least(p[0]) + s / least(p[1]);
        let mut b = s / least(p[1]);
        let mut d = s / least(p[2]) + s / least(p[1]);
        for j in 0..3 {
            let w = n / least(q[j]);
            a += w * slope[j][0] * slope[j][0];
            b += w * slope[j][0] * slope[j][1];
            d += w * slope[j][1] * slope[j][1];
        }
        let det = least(a * d - b * b);
        // Inverse information times (-1, 1), the gradient of net sentiment.
        let v = [(-d - b) / det, (b + a) / det];
        let sampling = v[1] - v[0];
        // How far one more prediction of each label moves net sentiment.
        let pull: [f64; 3] =
            std::array::from_fn(|j| n / least(q[j]) * (slope[j][0] * v[0] + slope[j][1] * v[1]));
        let matrix: f64 = (0..3)
            .map(|k| {
                let rates = &self.rates[k];
                let mean: f64 = (0..3).map(|j| rates[j] * pull[j]).sum();
                let square: f64 = (0..3).map(|j| rates[j] * pull[j] * pull[j]).sum();
                p[k] * p[k] * (square - mean * mean).max(0.0) / self.support[k]
            })
            .sum();
        Corrected {
            counts,
            variance: sampling * total / (total + 1.0) + matrix,
        }
    }

    fn settle(&self, observed: &[f64; 3], prior: &[f64; 3]) -> [f64; 3] {
        let total: f64 = observed.iter().sum::<f64>() + prior.iter().sum::<f64>();
        let mut p = [1.0 / 3.0; 3];
        for _ in 0..ROUNDS {
            let q = self.predicted(&p);
            let mut next = *prior;
            for j in 0..3 {
                for k in 0..3 {
                    if q[j] > 0.0 {
                        next[k] += observed[j] * p[k] * self.rates[k][j] / q[j];
                    }
                }
            }
            let sum: f64 = next.iter().sum();
            let next = next.map(|c| c / sum);
            let moved = (0..3).map(|k| (next[k] - p[k]).abs()).fold(0.0, f64::max);
            p = next;
            if moved < 1e-10 {
                break;
            }
        }
        p.map(|share| share * total)
    }

    /// What would be predicted of true labels with these shares.
    fn predicted(&self, p: &[f64; 3]) -> [f64; 3] {
        std::array::from_fn(|j| (0..3).map(|k| p[k] * self.rates[k][j]).sum())
    }
}

fn determinant(m: &[[f64; 3]; 3]) -> f64 {
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
        - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_classifier_needs_no_correction() {
        let perfect = Confusion::new([[1e9, 0.0, 0.0], [0.0, 1e9, 0.0], [0.0, 0.0, 1e9]]).unwrap();
        let c = perfect.correct(&[30.0, 50.0, 20.0], &[1.0, 1.0, 1.0]);
        let expected = [31.0, 51.0, 21.0];
        assert!((0..3).all(|k| (c.counts[k] - expected[k]).abs() < 1e-6));
        let net = -10.0 / 103.0;
        let multinomial = (52.0 / 103.0 - net * net) / 104.0;
        assert!((c.variance - multinomial).abs() < 1e-6);
    }

    #[test]
    fn what_was_misread_is_read_anew() {
        let rows = [[70.0, 25.0, 5.0], [10.0, 80.0, 10.0], [5.0, 15.0, 80.0]];
        let confusion = Confusion::new(rows).unwrap();
        let truth = [0.6, 0.25, 0.15];
        let seen = confusion.predicted(&truth).map(|q| q * 10_000.0);
        let c = confusion.correct(&seen, &[0.1; 3]);
        assert!((0..3).all(|k| (c.counts[k] / 10_000.3 - truth[k]).abs() < 0.001));
        let plain = 1.0 / 10_000.0;
        assert!(c.variance > plain, "undoing an error costs certainty");
    }

    #[test]
    fn what_cannot_be_corrected_is_refused() {
        assert!(Confusion::new([[1.0, 1.0, 1.0]; 3]).is_err());
        assert!(Confusion::new([[1.0, 0.0, 0.0], [0.0; 3], [0.0, 0.0, 1.0]]).is_err());
        assert!(Confusion::new([[f64::NAN, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]).is_err());
    }
}
