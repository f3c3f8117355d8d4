//! Chance with a seed: the same numbers on every platform. ChaCha8 gives the bits; every function that
//! is not exact in IEEE arithmetic comes from `libm`, never from the platform.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::hash::Fnv;

/// A source of chance. Each concern has a stream of its own, so that adding a wave leaves the background as it was.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64, scope: &str, stream: u64) -> Self {
        let mut key = [0_u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut scope_hash = Fnv::default();
        scope_hash.write(scope.as_bytes());
        key[8..16].copy_from_slice(&scope_hash.value().to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(stream);
        Self(rng)
    }

    /// Uniform in [0, 1), with 53 bits.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Uniform in 0..n; 0 when n is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }

    pub(crate) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// A position drawn with the given weights.
    pub(crate) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (i, w) in weights.iter().enumerate() {
            left -= w;
            if left < 0.0 {
                return i;
            }
        }
        weights.len() - 1
    }

    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.unit())
    }

    /// Standard normal (Box and Muller 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(2.0 * std::f64::consts::PI * self.unit())
    }

    pub(crate) fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * libm::exp(sigma * self.normal())
    }

    /// Gamma with mean 1 and variance 1 / shape, for shape >= 1 (Marsaglia and Tsang 2000).
    pub(crate) fn gamma(&mut self, shape: f64) -> f64 {
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / libm::sqrt(9.0 * d);
        loop {
            let x = self.normal();
            let v = 1.0 + c * x;
            let v = v * v * v;
            if v > 0.0 && libm::log(1.0 - self.unit()) < 0.5 * x * x + d - d * v + d * libm::log(v)
            {
                return d * v / shape;
            }
        }
    }

    /// Poisson by Knuth's product, in slices so that the exponential never underflows.
    pub(crate) fn poisson(&mut self, mean: f64) -> usize {
        const SLICE: f64 = 30.0;
        let mut left = mean;
        let mut count = 0;
        while left > 0.0 {
            let limit = libm::exp(-left.min(SLICE));
            let mut product = self.unit();
            while product > limit {
                count += 1;
                product *= self.unit();
            }
            left -= SLICE;
        }
        count
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut dice = Dice::new(7, "moments", 0);
        let n = 20_000;
        let mean = |draws: &[f64]| draws.iter().sum::<f64>() / draws.len() as f64;
        let poisson: Vec<f64> = (0..n).map(|_| dice.poisson(70.0) as f64).collect();
        assert!((mean(&poisson) - 70.0).abs() < 0.4);
        let gamma: Vec<f64> = (0..n).map(|_| dice.gamma(4.0)).collect();
        let squares: Vec<f64> = gamma.iter().map(|g| (g - 1.0) * (g - 1.0)).collect();
        assert!((mean(&gamma) - 1.0).abs() < 0.02 && (mean(&squares) - 0.25).abs() < 0.02);
        assert_eq!(dice.below(0), 0);
    }
}
