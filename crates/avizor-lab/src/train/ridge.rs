//! All texts at once: softmax regression with a ridge, from nothing or around the weights of another model.
//!
//! A few hundred texts hold tens of thousands of features, most of them in two or three texts, so what counts is how
//! hard each weight is pulled towards zero. The pull is the one that held-out folds like best, and some features are pulled
//! less, as if their value were greater: of two labels those that tell them apart, by the logarithm of the ratio of their shares
//! (Wang and Manning 2012, <https://aclanthology.org/P12-2018>); of more, those that few texts have (inverse document
//! frequency: Spärck Jones 1972, doi:10.1108/eb026526). The scale is put into the weights, so that the model reads texts as
//! every other does.
//!
//! Around another model the pull is towards its weights, as if each label's weights had a normal prior around them: few labels
//! correct it a little, many replace it, and what they do not touch stays as it was.

use std::collections::BTreeMap;

use avizor::classify::Weights;

use super::{Example, Held, Way, class_weights, least_loss, logits, most_right, origin};
use crate::softmax::{add, log_loss, minimise};
use crate::train::Options;

/// Pulls that are tried, strongest first, each going on from the weights of the one before.
const PULLS: [f32; 7] = [2e-2, 1e-2, 5e-3, 2.5e-3, 1.2e-3, 6e-4, 3e-4];
/// Features of fewer texts tell nothing of others.
const FEWEST_TEXTS: u32 = 2;
/// Dense features count for so much: about what a rare word does.
const DENSE: f32 = 0.3;
/// The same around another model, which knows what they mean and only has to be told how much here.
const DENSE_AROUND: f32 = 1.0;
/// What a feature counts for that one of two labels has e times as often as the other, and a dense one beside it.
const TELLING: f32 = 6.0;
const DENSE_OF_TWO: f32 = 2.0;

/// The way of all at once; a stage is a pull.
pub(super) struct Ridge<'a> {
    labels: usize,
    options: &'a Options,
    class_weight: Vec<f32>,
}

impl<'a> Ridge<'a> {
    pub(super) fn new(examples: &[&Example], labels: usize, options: &'a Options) -> Self {
        let all = examples.iter().copied();
        Self {
            labels,
            options,
            class_weight: class_weights(all, labels, options.balanced, f32::INFINITY),
        }
    }
}

impl Way for Ridge<'_> {
    fn held_out(&self, kept: &[&Example], out: &[&Example], _fold: usize) -> Vec<Held> {
        let (labels, bits) = (self.labels, self.options.bits);
        let data = Data::new(kept, labels, self.options);
        let mut stages = Vec::new();
        data.path(PULLS.len(), |weights| {
            let weights = data.unpack(weights);
            let read = |e: &&Example| (e.label, logits(&weights, &e.features, labels, bits));
            stages.push(out.iter().map(read).collect());
        });
        stages
    }

    /// Around another model by the loss, for the F1 of few labels moves with each of them and would leave a good model
    /// for nothing. From nothing by macro-F1 where all labels are to weigh alike, else by how many are right; the
    /// stronger of equals.
    fn best(&self, stages: Vec<Held>) -> (usize, Held) {
        if self.options.start.is_some() {
            return least_loss(stages, &self.class_weight);
        }
        most_right(stages, self.labels, self.options.balanced)
    }

    fn fit(&self, examples: &[&Example], stage: usize, _salt: usize) -> Weights {
        let data = Data::new(examples, self.labels, self.options);
        let mut last = Vec::new();
        data.path(stage + 1, |weights| last = weights.to_vec());
        data.unpack(&last)
    }

    fn told(&self, stage: usize) -> (usize, Option<f32>) {
        (0, Some(PULLS[stage]))
    }
}

/// Texts as sparse rows over the columns that occur, dense features after hashed ones.
struct Data {
    rows: Vec<Row>,
    /// Row of the hashed table and scale, by column.
    hashed: Vec<(u32, f32)>,
    dense: usize,
    /// What a dense feature counts for.
    scale: f32,
    labels: usize,
    origin: Weights,
}

/// Features with what they count for, more where fewer of `all` texts have them.
fn rarity(texts: &BTreeMap<u32, (u32, u32)>, all: usize) -> Vec<(u32, f32)> {
    let rarity = |n: u32| 1.0 + libm::logf((1.0 + all as f32) / (1.0 + n as f32));
    texts.iter().map(|(h, of)| (*h, rarity(of.0))).collect()
}

/// Features with what they count for, more the better they tell two labels apart.
fn telling(texts: &BTreeMap<u32, (u32, u32)>) -> Vec<(u32, f32)> {
    // One more of each, so that nothing is known for certain.
    let seen = |of: &(u32, u32)| [1.0 + of.1 as f32, 1.0 + (of.0 - of.1) as f32];
    let mut all = [0.0_f32; 2];
    for of in texts.values().map(seen) {
        all = [all[0] + of[0], all[1] + of[1]];
    }
    let ratio = |[first, second]: [f32; 2]| libm::logf(first / all[0] * (all[1] / second));
    let scale = |of: &(u32, u32)| TELLING * libm::fabsf(ratio(seen(of)));
    texts.iter().map(|(h, of)| (*h, scale(of))).collect()
}

struct Row {
    cells: Vec<(u32, f32)>,
    /// Logits that it has where the weights start.
    from: Vec<f32>,
    label: usize,
    weight: f32,
}

impl Data {
    fn new(examples: &[&Example], labels: usize, options: &Options) -> Self {
        let mask = (1_u32 << options.bits) - 1;
        let counts: Vec<BTreeMap<u32, u32>> = examples
            .iter()
            .map(|e| {
                let mut counts = BTreeMap::new();
                for h in &e.features.hashed {
                    *counts.entry(h & mask).or_default() += 1;
                }
                counts
            })
            .collect();
        // Texts that have a feature, and those of the first label among them.
        let mut texts: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
        for (e, counts) in examples.iter().zip(&counts) {
            for h in counts.keys() {
                let of = texts.entry(*h).or_default();
                of.0 += 1;
                of.1 += u32::from(e.label == 0);
            }
        }
        texts.retain(|_, of| of.0 >= FEWEST_TEXTS);
        let of_two = labels == 2 && options.start.is_none();
        let hashed = if of_two {
            telling(&texts)
        } else {
            rarity(&texts, examples.len())
        };
        let column: BTreeMap<u32, u32> = hashed.iter().map(|c| c.0).zip(0..).collect();
        let origin = origin(examples, labels, options);
        let dense = origin.dense.len() / labels;
        let scale = match options.start {
            Some(_) => DENSE_AROUND,
            None if of_two => DENSE_OF_TWO,
            None => DENSE,
        };
        let by_label = class_weights(
            examples.iter().copied(),
            labels,
            options.balanced,
            f32::INFINITY,
        );
        let rows = examples.iter().zip(counts).map(|(e, counts)| {
            let value = 1.0 / (e.features.hashed.len().max(1) as f32).sqrt();
            let of_hash = counts.into_iter().filter_map(|(h, n)| {
                let c = *column.get(&h)?;
                Some((c, n as f32 * value * hashed[c as usize].1))
            });
            let of_dense = e.features.dense.iter();
            let of_dense = of_dense.map(|(f, x)| ((hashed.len() + *f as usize) as u32, x * scale));
            let from = logits(&origin, &e.features, labels, options.bits);
            Row {
                cells: of_hash.chain(of_dense).collect(),
                from: from.into_iter().map(|z| z as f32).collect(),
                label: e.label,
                weight: by_label[e.label],
            }
        });
        Self {
            rows: rows.collect(),
            hashed,
            dense,
            scale,
            labels,
            origin,
        }
    }

    /// How far weights and biases move: a column's weights, one a label, then the next column's; the biases last.
    fn path(&self, pulls: usize, mut after: impl FnMut(&[f32])) {
        let columns = self.hashed.len() + self.dense;
        let mut weights = vec![0.0; (columns + 1) * self.labels];
        for &pull in &PULLS[..pulls] {
            minimise(&mut weights, |w, gradient| self.loss(w, pull, gradient));
            after(&weights);
        }
    }

    /// Mean log-loss, labels weighted, and the pull, with their gradient.
    fn loss(&self, weights: &[f32], pull: f32, gradient: &mut [f32]) -> f64 {
        let n = self.labels;
        let (pulled, bias) = weights.split_at(weights.len() - n);
        for (g, w) in gradient.iter_mut().zip(pulled) {
            *g = pull * w;
        }
        gradient[pulled.len()..].fill(0.0);
        let squares: f64 = pulled.iter().map(|w| f64::from(w * w)).sum();
        let share = 1.0 / self.rows.iter().map(|r| r.weight).sum::<f32>().max(1e-9);
        let mut total = 0.0_f64;
        let mut p = vec![0.0_f32; n];
        for row in &self.rows {
            for ((p, from), bias) in p.iter_mut().zip(&row.from).zip(bias) {
                *p = from + bias;
            }
            for &(column, x) in &row.cells {
                let at = column as usize * n;
                for (p, w) in p.iter_mut().zip(&pulled[at..at + n]) {
                    *p += w * x;
                }
            }
            total += f64::from(row.weight * log_loss(&mut p, row.label));
            for (k, p) in p.iter_mut().enumerate() {
                *p = (*p - f32::from(u8::from(k == row.label))) * share * row.weight;
            }
            for &(column, x) in &row.cells {
                let at = column as usize * n;
                for (g, p) in gradient[at..at + n].iter_mut().zip(&p) {
                    *g += p * x;
                }
            }
            for (g, p) in gradient[pulled.len()..].iter_mut().zip(&p) {
                *g += p;
            }
        }
        total * f64::from(share) + 0.5 * f64::from(pull) * squares
    }

    /// The weights as a model holds them.
    fn unpack(&self, moved: &[f32]) -> Weights {
        let n = self.labels;
        let mut weights = self.origin.clone();
        for (&(h, scale), by) in self.hashed.iter().zip(moved.chunks_exact(n)) {
            let at = h as usize * n;
            add(&mut weights.table[at..at + n], by, scale);
        }
        let from = self.hashed.len() * n;
        let to = from + self.dense * n;
        add(&mut weights.dense, &moved[from..to], self.scale);
        add(&mut weights.bias, &moved[to..], 1.0);
        weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_labels_what_tells_them_apart_counts() {
        // Twenty texts of either label have the first, ten of each the second, two of one label the third.
        let texts = BTreeMap::from([(1, (20, 20)), (2, (20, 10)), (3, (20, 0)), (4, (2, 2))]);
        let scales: BTreeMap<u32, f32> = telling(&texts).into_iter().collect();
        assert!(scales[&1] > 3.0 * scales[&2]);
        assert!(scales[&3] > 3.0 * scales[&2]);
        // Two texts may be chance.
        assert!(scales[&4] < scales[&1] && scales[&4] > scales[&2]);
    }
}
