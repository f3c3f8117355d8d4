//! A step after each text, in passes over them all: AdaGrad (Duchi, Hazan and Singer 2011,
//! <https://jmlr.org/papers/v12/duchi11a.html>). Follows a teacher as well as labels, and may move hashed weights alone.

use avizor::classify::Weights;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::{Example, Held, Options, Way, class_weights, least_loss, logits, origin};

/// No label's texts weigh more than so many times others: single steps would be too great.
const UNLIKE: f32 = 5.0;

/// Where a weight came from and how far it has moved: state of AdaGrad.
struct Trainer<'a> {
    labels: usize,
    mask: u32,
    weights: Weights,
    origin: Weights,
    table_g: Vec<f32>,
    dense_g: Vec<f32>,
    options: &'a Options,
}

/// The way of steps; a stage is a pass.
pub(super) struct Steps<'a> {
    labels: usize,
    options: &'a Options,
    class_weight: Vec<f32>,
}

impl<'a> Steps<'a> {
    pub(super) fn new(examples: &[&Example], labels: usize, options: &'a Options) -> Self {
        let all = examples.iter().copied();
        Self {
            labels,
            options,
            class_weight: class_weights(all, labels, options.balanced, UNLIKE),
        }
    }

    /// The pass that is the first stage: where all passes are made, only the last one is looked at.
    fn first(&self) -> usize {
        if self.options.early_stopping {
            1
        } else {
            self.options.epochs
        }
    }
}

impl Way for Steps<'_> {
    fn held_out(&self, kept: &[&Example], out: &[&Example], fold: usize) -> Vec<Held> {
        let options = self.options;
        let mut stages: Vec<Held> = Vec::new();
        let passes = options.epochs;
        fit(kept, self.labels, options, fold as u64, passes, |trainer| {
            if !options.early_stopping {
                stages.clear();
            }
            let weights = trainer.blended();
            let read = |e: &&Example| {
                let z = logits(&weights, &e.features, self.labels, options.bits);
                (e.label, z)
            };
            stages.push(out.iter().map(read).collect());
        });
        stages
    }

    /// Least loss, labels weighted as in training, at the temperature that suits it.
    fn best(&self, stages: Vec<Held>) -> (usize, Held) {
        least_loss(stages, &self.class_weight)
    }

    fn fit(&self, examples: &[&Example], stage: usize, salt: usize) -> Weights {
        let passes = self.first() + stage;
        let salt = salt as u64;
        fit(examples, self.labels, self.options, salt, passes, |_| ())
    }

    fn told(&self, stage: usize) -> (usize, Option<f32>) {
        (self.first() + stage, None)
    }
}

/// Weights after so many passes in shuffled order; `after` is shown the state after each.
fn fit(
    examples: &[&Example],
    labels: usize,
    options: &Options,
    salt: u64,
    epochs: usize,
    mut after: impl FnMut(&Trainer<'_>),
) -> Weights {
    let origin = origin(examples, labels, options);
    let mut trainer = Trainer {
        labels,
        mask: (1 << options.bits) - 1,
        table_g: vec![1e-3; origin.table.len()],
        dense_g: vec![1e-3; origin.dense.len()],
        weights: origin.clone(),
        origin,
        options,
    };
    let class_weight = class_weights(examples.iter().copied(), labels, options.balanced, UNLIKE);
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed ^ (salt << 32));
    for epoch in 0..epochs {
        order.shuffle(&mut rng);
        let rate = options.rate / (1.0 + 0.3 * epoch as f32);
        for &i in &order {
            let e = examples[i];
            let drop = rand::Rng::random::<f32>(&mut rng) < options.dropout;
            trainer.step(e, class_weight[e.label], rate, drop);
        }
        after(&trainer);
    }
    trainer.blended()
}

impl Trainer<'_> {
    /// The weights, the hashed ones drawn back to where they started by what the options leave of them.
    fn blended(&self) -> Weights {
        let kept = self.options.blend;
        let mut weights = self.weights.clone();
        for (i, w) in weights.table.iter_mut().enumerate() {
            let anchor = self.origin.table[i];
            *w = anchor + kept * (*w - anchor);
        }
        weights
    }

    fn step(&mut self, example: &Example, weight: f32, rate: f32, drop: bool) {
        let n = self.labels;
        let hashed: &[u32] = if drop { &[] } else { &example.features.hashed };
        let value = 1.0 / (hashed.len().max(1) as f32).sqrt();
        let mut p = self.forward(hashed, &example.features.dense, value);
        for (k, p) in p.iter_mut().enumerate() {
            *p = (*p - example.target(k)) * weight;
        }
        for &h in hashed {
            let row = (h & self.mask) as usize * n;
            for (k, g) in p.iter().enumerate() {
                let anchor = self.origin.table[row + k];
                let g = g * value + self.options.decay * (self.weights.table[row + k] - anchor);
                self.table_g[row + k] += g * g;
                self.weights.table[row + k] -= rate * g / self.table_g[row + k].sqrt();
            }
        }
        for &(f, x) in &example.features.dense {
            let row = f as usize * n;
            for (k, g) in p.iter().enumerate() {
                let anchor = self.origin.dense[row + k];
                let g = g * x + self.options.decay * (self.weights.dense[row + k] - anchor);
                self.dense_g[row + k] += g * g;
                self.weights.dense[row + k] -=
                    rate * self.options.dense_rate * g / self.dense_g[row + k].sqrt();
            }
        }
        for (k, g) in p.iter().enumerate() {
            self.weights.bias[k] -= 0.01 * self.options.dense_rate * rate * g;
        }
    }

    fn forward(&self, hashed: &[u32], dense: &[(u16, f32)], value: f32) -> Vec<f32> {
        let n = self.labels;
        let mut z = self.weights.bias.clone();
        for &h in hashed {
            let row = (h & self.mask) as usize * n;
            for (z, w) in z.iter_mut().zip(&self.weights.table[row..row + n]) {
                *z += w * value;
            }
        }
        for &(f, x) in dense {
            let row = f as usize * n;
            for (z, w) in z.iter_mut().zip(&self.weights.dense[row..row + n]) {
                *z += w * x;
            }
        }
        let top = z.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut total = 0.0;
        for z in &mut z {
            *z = libm::expf(*z - top);
            total += *z;
        }
        for z in &mut z {
            *z /= total;
        }
        z
    }
}
