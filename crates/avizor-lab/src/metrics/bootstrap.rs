//! Intervals by resampling rows (Efron 1979, *Annals of Statistics* 7:1), percentile method.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Judged;
use crate::stats::Interval;

/// 95 % intervals of the figures of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intervals {
    /// Of the accuracy.
    pub accuracy: Interval,
    /// Of the macro-F1.
    pub macro_f1: Interval,
    /// Of the macro-recall.
    pub macro_recall: Interval,
}

/// Resamples rows `draws` times; none where there are no rows or no draws. O(rows x draws).
///
/// The macro means of a draw are over the labels that occur in the truth of that draw, as of any sample.
pub fn intervals(rows: &[Judged], draws: usize, seed: u64) -> Option<Intervals> {
    if rows.is_empty() {
        return None;
    }
    let (coded, labels) = code(rows);
    // A stream of chance for each draw: the same on any number of threads.
    let figures: Vec<[f64; 3]> = (0..draws)
        .into_par_iter()
        .map(|draw| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(draw as u64);
            let mut table = vec![0_u32; labels * labels];
            for _ in 0..coded.len() {
                let (truth, predicted) = coded[rng.random_range(0..coded.len() as u64) as usize];
                table[truth * labels + predicted] += 1;
            }
            figures(&table, labels)
        })
        .collect();
    let interval = |i: usize| Interval::of_draws(figures.iter().map(|f| f[i]).collect());
    Some(Intervals {
        accuracy: interval(0)?,
        macro_f1: interval(1)?,
        macro_recall: interval(2)?,
    })
}

/// Labels as numbers, and how many there are.
fn code(rows: &[Judged]) -> (Vec<(usize, usize)>, usize) {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut number = |label| {
        let next = numbers.len();
        *numbers.entry(label).or_insert(next)
    };
    let coded = rows
        .iter()
        .map(|r| (number(r.truth.as_str()), number(r.predicted.as_str())))
        .collect();
    (coded, numbers.len())
}

/// Accuracy, macro-F1 and macro-recall of a confusion matrix, rows being truths.
fn figures(table: &[u32], labels: usize) -> [f64; 3] {
    let (mut right, mut f1, mut recall, mut present) = (0_u32, 0.0, 0.0, 0.0);
    for label in 0..labels {
        let support: u32 = table[label * labels..][..labels].iter().sum();
        let predicted: u32 = table.iter().skip(label).step_by(labels).sum();
        let hits = table[label * labels + label];
        right += hits;
        if support > 0 {
            present += 1.0;
            f1 += 2.0 * f64::from(hits) / f64::from(support + predicted);
            recall += f64::from(hits) / f64::from(support);
        }
    }
    let total: u32 = table.iter().sum();
    [
        f64::from(right) / f64::from(total),
        f1 / present,
        recall / present,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::evaluate;

    fn rows(n: usize) -> Vec<Judged> {
        (0..n)
            .map(|i| Judged {
                truth: ["a", "b", "c"][i % 3].into(),
                predicted: ["a", "b", "a"][(i * i) % 3].into(),
                probabilities: Vec::new(),
            })
            .collect()
    }

    #[test]
    fn a_matrix_gives_the_figures_of_the_evaluation() {
        let rows = rows(50);
        let (coded, labels) = code(&rows);
        let mut table = vec![0; labels * labels];
        for (t, p) in coded {
            table[t * labels + p] += 1;
        }
        let e = evaluate("topic", &rows);
        let [accuracy, f1, recall] = figures(&table, labels);
        assert!((accuracy - e.accuracy).abs() < 1e-12);
        assert!((f1 - e.macro_f1).abs() < 1e-12 && (recall - e.macro_recall).abs() < 1e-12);
    }

    #[test]
    fn intervals_hold_the_figure_and_shrink_with_rows() {
        let of = |n: usize| intervals(&rows(n), 400, 1).unwrap().accuracy;
        let (few, many) = (of(60), of(6000));
        let accuracy = evaluate("topic", &rows(6000)).accuracy;
        assert!(many.low < accuracy && accuracy < many.high);
        assert!((few.high - few.low) > 5.0 * (many.high - many.low));
        assert_eq!(of(60), few);
        assert_eq!(intervals(&[], 10, 1), None);
    }
}
