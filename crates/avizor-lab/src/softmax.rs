//! Softmax regression on vectors of numbers, such as a transformer's embeddings: a few hundred labels are enough.
//!
//! Least log-loss with a pull of the weights towards zero, by L-BFGS (Liu and Nocedal 1989, doi:10.1007/BF01589116). The
//! temperature is that of least log-loss on held-out folds; the pull is that of the best macro-F1 there where labels
//! have weights (the log-loss would hang on the few rows of the rarest), else that of least log-loss too. No random
//! numbers: the same rows give the same weights.

use std::collections::VecDeque;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::train::{fit_temperature, least_loss, most_right};

/// Pulls that are tried, strongest first, each going on from the weights of the one before.
const PULLS: [f32; 7] = [1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5];
/// Folds that choose the pull and the temperature.
const FOLDS: usize = 5;
/// Steps of L-BFGS at most, for each pull.
const STEPS: usize = 60;
/// Steps that L-BFGS remembers.
const MEMORY: usize = 10;

/// A linear layer and the temperature that makes its probabilities honest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Softmax {
    /// Label after label: a weight a number, then the bias.
    weights: Vec<f32>,
    width: usize,
    temperature: f64,
}

/// A fitted layer and what its like said of rows that they had not seen.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// From all rows.
    pub softmax: Softmax,
    /// Probabilities of each row, by layers that were fitted without it.
    pub held_out: Vec<Vec<f64>>,
}

impl Softmax {
    /// Whether this is a layer for so many labels: what comes from a file may be anything.
    pub fn is_for(&self, labels: usize) -> bool {
        let size = self
            .width
            .checked_add(1)
            .and_then(|w| w.checked_mul(labels));
        size == Some(self.weights.len())
            && self.weights.iter().all(|w| w.is_finite())
            && self.temperature > 0.0
    }

    /// Numbers that it reads of a text.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Probabilities of a row, which is as wide as those it was fitted on. O(labels * width).
    pub fn probabilities(&self, row: &[f32]) -> Vec<f64> {
        probabilities(&self.logits(row), self.temperature)
    }

    fn logits(&self, row: &[f32]) -> Vec<f64> {
        logits(&self.weights, row).map(f64::from).collect()
    }
}

/// Numbers of rows with their logits.
type Logits = Vec<(usize, Vec<f64>)>;

/// Fits a layer on rows of equal width, each with the number of its label below `labels`. `weights` say what a row of each
/// label counts for (none: all alike), as [`balance`] gives them.
///
/// # Errors
/// Where rows and labels are not as many, rows not as wide, or fewer than two labels occur.
pub fn fit(rows: &[Vec<f32>], truth: &[usize], labels: usize, weights: &[f32]) -> Result<Fitted> {
    let width = rows.first().map_or(0, Vec::len);
    let fits = rows.len() == truth.len()
        && rows.iter().all(|r| r.len() == width)
        && truth.iter().all(|t| *t < labels)
        && truth.iter().any(|t| *t != truth[0]);
    if !fits {
        return Err(Error::Training(
            "there are fewer than two different labels: a model needs examples of each".into(),
        ));
    }
    let folds: Vec<usize> = (0..rows.len()).map(|i| fold(i, FOLDS)).collect();
    // By fold: the held-out logits at each pull.
    let held: Vec<Vec<Logits>> = (0..FOLDS)
        .into_par_iter()
        .map(|out| {
            let kept: Vec<usize> = (0..rows.len()).filter(|&i| folds[i] != out).collect();
            let data = Data::new(rows, truth, &kept, labels, weights);
            data.path(PULLS.len())
                .iter()
                .map(|w| {
                    (0..rows.len())
                        .filter(|&i| folds[i] == out)
                        .map(|i| (i, logits(w, &rows[i]).map(f64::from).collect()))
                        .collect()
                })
                .collect()
        })
        .collect();
    let stages = (0..PULLS.len())
        .map(|p| {
            let all = held.iter().flat_map(|by_pull| &by_pull[p]);
            all.map(|(i, z)| (truth[*i], z.clone())).collect()
        })
        .collect();
    let (best, at_best) = match weights {
        [] => least_loss(stages, &[]),
        _ => most_right(stages, labels, true),
    };
    let (temperature, _) = fit_temperature(&at_best, &[]);
    let mut held_out = vec![Vec::new(); rows.len()];
    for (i, z) in held.iter().flat_map(|by_pull| &by_pull[best]) {
        held_out[*i] = probabilities(z, temperature);
    }
    let all: Vec<usize> = (0..rows.len()).collect();
    let path = Data::new(rows, truth, &all, labels, weights).path(best + 1);
    let softmax = Softmax {
        weights: path.into_iter().next_back().unwrap_or_default(),
        width,
        temperature,
    };
    Ok(Fitted { softmax, held_out })
}

/// What a row of each label counts for, so that all labels that occur count alike. O(rows).
pub fn balance(truth: &[usize], labels: usize) -> Vec<f32> {
    let mut counts = vec![0_usize; labels];
    for &t in truth {
        counts[t] += 1;
    }
    let present = counts.iter().filter(|c| **c > 0).count().max(1);
    let all = truth.len() as f32;
    let weight = |c: &usize| all / (present * (*c).max(1)) as f32;
    counts.iter().map(weight).collect()
}

/// The fold of the `i`-th of neighbours that are alike, by a fixed scramble.
fn fold(i: usize, folds: usize) -> usize {
    (i.wrapping_mul(0x9e37_79b9) >> 7) % folds
}

/// The number of the greatest value, the first of equals; 0 where there is none.
pub fn likeliest<T: PartialOrd>(values: &[T]) -> usize {
    (0..values.len()).fold(0, |best, k| if values[k] > values[best] { k } else { best })
}

/// Softmax of logits over a temperature.
pub fn probabilities(z: &[f64], temperature: f64) -> Vec<f64> {
    let top = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut p: Vec<f64> = z
        .iter()
        .map(|z| libm::exp((z - top) / temperature))
        .collect();
    let total: f64 = p.iter().sum();
    for p in &mut p {
        *p /= total;
    }
    p
}

fn logits<'a>(weights: &'a [f32], row: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
    weights
        .chunks_exact(row.len() + 1)
        .map(|w| dot(&w[..row.len()], row) + w[row.len()])
}

/// The log-loss of logits whose label is `truth`; the logits become probabilities.
pub(crate) fn log_loss(z: &mut [f32], truth: usize) -> f32 {
    let top = z.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let own = z[truth] - top;
    let mut sum = 0.0;
    for z in &mut *z {
        *z = libm::expf(*z - top);
        sum += *z;
    }
    for p in z {
        *p /= sum;
    }
    libm::logf(sum) - own
}

/// Eight sums side by side, which the processor adds at once; always in the same order.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    let (whole_a, whole_b) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = (whole_a.remainder().iter().zip(whole_b.remainder()))
        .map(|(a, b)| a * b)
        .sum();
    for (a, b) in whole_a.zip(whole_b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// Rows to fit on.
struct Data<'a> {
    /// Numbers, label, and what the row counts for.
    rows: Vec<(&'a [f32], usize, f32)>,
    width: usize,
    labels: usize,
}

impl<'a> Data<'a> {
    fn new(
        rows: &'a [Vec<f32>],
        truth: &[usize],
        kept: &[usize],
        labels: usize,
        weights: &[f32],
    ) -> Self {
        let weight = |label: usize| weights.get(label).copied().unwrap_or(1.0);
        let row = |&i: &usize| (rows[i].as_slice(), truth[i], weight(truth[i]));
        Self {
            rows: kept.iter().map(row).collect(),
            width: rows.first().map_or(0, Vec::len),
            labels,
        }
    }

    /// Weights at each of the first pulls.
    fn path(&self, pulls: usize) -> Vec<Vec<f32>> {
        let mut weights = vec![0.0; self.labels * (self.width + 1)];
        PULLS[..pulls]
            .iter()
            .map(|&pull| {
                minimise(&mut weights, |w, gradient| self.loss(w, pull, gradient));
                weights.clone()
            })
            .collect()
    }

    /// Mean log-loss and pull, with their gradient.
    fn loss(&self, weights: &[f32], pull: f32, gradient: &mut [f32]) -> f64 {
        let stride = self.width + 1;
        gradient.fill(0.0);
        let mut total = 0.0_f64;
        let share = 1.0 / self.rows.iter().map(|r| r.2).sum::<f32>().max(1e-9);
        let mut p = vec![0.0_f32; self.labels];
        for (row, truth, weight) in &self.rows {
            for (p, z) in p.iter_mut().zip(logits(weights, row)) {
                *p = z;
            }
            total += f64::from(weight * log_loss(&mut p, *truth));
            for (label, p) in p.iter().enumerate() {
                let error = (p - f32::from(u8::from(label == *truth))) * share * weight;
                let of_label = &mut gradient[label * stride..(label + 1) * stride];
                for (g, x) in of_label.iter_mut().zip(*row) {
                    *g += error * x;
                }
                of_label[self.width] += error;
            }
        }
        let mut squares = 0.0_f64;
        for (of_label, g) in weights
            .chunks_exact(stride)
            .zip(gradient.chunks_exact_mut(stride))
        {
            for (w, g) in of_label[..self.width].iter().zip(g) {
                *g += pull * w;
                squares += f64::from(w * w);
            }
        }
        total * f64::from(share) + 0.5 * f64::from(pull) * squares
    }
}

/// L-BFGS with halving of steps until the loss falls enough (Armijo's rule).
pub(crate) fn minimise(x: &mut Vec<f32>, loss: impl Fn(&[f32], &mut [f32]) -> f64) {
    let mut gradient = vec![0.0; x.len()];
    let mut value = loss(x, &mut gradient);
    let mut past: VecDeque<(Vec<f32>, Vec<f32>, f32)> = VecDeque::new();
    for _ in 0..STEPS {
        let direction = downhill(&gradient, &past);
        let slope = f64::from(dot(&direction, &gradient));
        if slope > -1e-9 {
            return;
        }
        let mut step = if past.is_empty() {
            1.0 / dot(&gradient, &gradient).sqrt().max(1.0)
        } else {
            1.0
        };
        let mut next_gradient = vec![0.0; x.len()];
        let (next, next_value) = loop {
            let next: Vec<f32> = x
                .iter()
                .zip(&direction)
                .map(|(x, d)| x + step * d)
                .collect();
            let next_value = loss(&next, &mut next_gradient);
            if next_value <= value + 1e-4 * f64::from(step) * slope {
                break (next, next_value);
            }
            step *= 0.5;
            if step < 1e-6 {
                return;
            }
        };
        let moved: Vec<f32> = next.iter().zip(&*x).map(|(a, b)| a - b).collect();
        let turned: Vec<f32> = next_gradient
            .iter()
            .zip(&gradient)
            .map(|(a, b)| a - b)
            .collect();
        let curvature = dot(&moved, &turned);
        if curvature > 1e-12 {
            past.push_back((moved, turned, 1.0 / curvature));
            if past.len() > MEMORY {
                past.pop_front();
            }
        }
        let gained = value - next_value;
        *x = next;
        gradient = next_gradient;
        value = next_value;
        if gained < 1e-6 {
            return;
        }
    }
}

/// The two-loop recursion: the gradient turned by what the last steps tell of curvature.
fn downhill(gradient: &[f32], past: &VecDeque<(Vec<f32>, Vec<f32>, f32)>) -> Vec<f32> {
    let mut d: Vec<f32> = gradient.iter().map(|g| -g).collect();
    let mut shares = Vec::with_capacity(past.len());
    for (moved, turned, inverse) in past.iter().rev() {
        let share = inverse * dot(moved, &d);
        add(&mut d, turned, -share);
        shares.push(share);
    }
    if let Some((_, turned, inverse)) = past.back() {
        let scale = 1.0 / (inverse * dot(turned, turned)).max(1e-12);
        for d in &mut d {
            *d *= scale;
        }
    }
    for ((moved, turned, inverse), share) in past.iter().zip(shares.iter().rev()) {
        let back = inverse * dot(turned, &d);
        add(&mut d, moved, share - back);
    }
    d
}

pub(crate) fn add(to: &mut [f32], what: &[f32], times: f32) {
    for (t, w) in to.iter_mut().zip(what) {
        *t += times * w;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three clouds in the plane, nearer to each other by `noise`, from a fixed low-discrepancy sequence.
    fn clouds(n: usize, noise: f32) -> (Vec<Vec<f32>>, Vec<usize>) {
        let centres = [[1.0, 0.0], [-0.5, 0.9], [-0.5, -0.9]];
        (0..n)
            .map(|i| {
                let label = i % 3;
                let turn = |by: f32| ((i as f32 * by).fract() - 0.5) * 2.0 * noise;
                let [x, y] = centres[label];
                (vec![x + turn(0.618_034), y + turn(0.754_878)], label)
            })
            .unzip()
    }

    #[test]
    fn clouds_that_lie_apart_are_told_apart_also_when_held_out() {
        let (rows, truth) = clouds(300, 0.4);
        let fitted = fit(&rows, &truth, 3, &[]).expect("three labels");
        for (p, t) in fitted.held_out.iter().zip(&truth) {
            assert!(p[*t] > 0.5 && (p.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
        assert!(fitted.softmax.probabilities(&[1.0, 0.0])[0] > 0.9);
        assert!(fitted.softmax.is_for(3) && !fitted.softmax.is_for(2));
    }

    #[test]
    fn the_gradient_is_that_of_the_loss() {
        let (rows, truth) = clouds(60, 1.0);
        let all: Vec<usize> = (0..60).collect();
        let data = Data::new(&rows, &truth, &all, 3, &[1.0, 0.5, 2.0]);
        let weights: Vec<f32> = (0..9).map(|i| (i as f32 * 0.37).sin()).collect();
        let mut gradient = vec![0.0; 9];
        data.loss(&weights, 0.1, &mut gradient);
        for i in 0..9 {
            let at = |by: f32| {
                let mut moved = weights.clone();
                moved[i] += by;
                data.loss(&moved, 0.1, &mut [0.0; 9])
            };
            let slope = (at(1e-2) - at(-1e-2)) / 2e-2;
            assert!(
                (slope - f64::from(gradient[i])).abs() < 1e-3,
                "{i}: {slope}"
            );
        }
    }

    #[test]
    fn labels_that_the_rows_do_not_tell_are_given_evenly() {
        let (rows, _) = clouds(300, 0.4);
        let truth: Vec<usize> = (0..300).map(|i| i * 7919 / 13 % 2).collect();
        let fitted = fit(&rows, &truth, 2, &[]).expect("two labels");
        for p in &fitted.held_out {
            assert!((p[0] - 0.5).abs() < 0.2, "{p:?}");
        }
    }

    #[test]
    fn a_rare_label_is_read_more_often_where_labels_count_alike() {
        let (rows, _) = clouds(400, 2.0);
        let truth: Vec<usize> = (0..400)
            .map(|i| usize::from(i % 10 == 0 && rows[i][0] > -0.2))
            .collect();
        let found = |weights: &[f32]| {
            let fitted = fit(&rows, &truth, 2, weights).expect("two labels");
            fitted.held_out.iter().filter(|p| p[1] > p[0]).count()
        };
        let weights = balance(&truth, 2);
        let rare = truth.iter().sum::<usize>() as f32;
        assert!((weights[1] * rare - weights[0] * (400.0 - rare)).abs() < 1e-2);
        assert!(found(&weights) > 2 * found(&[]), "{}", found(&weights));
    }

    #[test]
    fn what_cannot_be_fitted_is_refused() {
        assert!(fit(&[], &[], 2, &[]).is_err());
        assert!(fit(&[vec![1.0], vec![2.0]], &[1, 1], 2, &[]).is_err());
        assert!(fit(&[vec![1.0], vec![2.0, 3.0]], &[0, 1], 2, &[]).is_err());
        assert!(fit(&[vec![1.0], vec![2.0]], &[0, 2], 2, &[]).is_err());
    }
}
