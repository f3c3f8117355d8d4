//! Two windows to how far apart they are, and how likely that is if nothing had changed.

use serde::{Deserialize, Serialize};

use super::score::{ENOUGH, points};

/// Up to this many mentions in the smaller window all its possible tables are summed; beyond, the
/// permutation distribution is normal to the third decimal.
const EXACT: u32 = 100;

/// Difference of a window from the entity's own past.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// Jensen-Shannon distance with base-2 logarithms, in [0, 1] (Endres and Schindelin 2003).
    pub distance: f64,
    /// Probability of at least this change of net sentiment if nothing had changed: exact and by mid-p for
    /// windows up to 100 mentions, see [`change_p_value`].
    pub p_value: f64,
    /// Change of net sentiment against the past, in points of [-200, 200].
    pub change: f64,
}

impl Drift {
    /// How `now` differs from `reference`, both counts of negative, neutral, positive; `None` where either
    /// has fewer than five mentions.
    pub fn between(now: &[u32; 3], reference: &[u32; 3]) -> Option<Self> {
        let enough = |c: &[u32; 3]| total(c) >= u64::from(ENOUGH);
        if !enough(now) || !enough(reference) {
            return None;
        }
        Some(Self {
            distance: jensen_shannon(&shares(now), &shares(reference)),
            p_value: change_p_value(now, reference),
            change: points(net(now) - net(reference)),
        })
    }
}

/// Jensen-Shannon distance of two distributions over the same labels, base 2, in [0, 1].
pub fn jensen_shannon(p: &[f64], q: &[f64]) -> f64 {
    let relative = |p: f64, q: f64| if p <= 0.0 { 0.0 } else { p * libm::log2(p / q) };
    let divergence: f64 = p
        .iter()
        .zip(q)
        .map(|(&p, &q)| {
            let middle = f64::midpoint(p, q);
            0.5 * (relative(p, middle) + relative(q, middle))
        })
        .sum();
    divergence.clamp(0.0, 1.0).sqrt()
}

/// Wasserstein-1 distance of two distributions over ordered labels one apart: the area between their
/// cumulative distributions. From 0 to 2 for sentiment, in steps from one label to the next.
pub fn wasserstein(p: &[f64], q: &[f64]) -> f64 {
    let mut ahead = 0.0;
    let mut area = 0.0;
    for (p, q) in p.iter().zip(q) {
        area += f64::abs(ahead);
        ahead += p - q;
    }
    area
}

/// The chance of a change of net sentiment at least this great, either way, if both windows were drawn
/// from the same mentions (two-sided permutation test given the sums of both).
///
/// Up to 100 mentions in the smaller window the distribution is summed exactly (multivariate
/// hypergeometric), with half of the probability of what was seen (mid-p: Lancaster 1961, Hirji 2006), so that
/// 5 % of quiet windows have p < 0.05 and not fewer; beyond that by its exact mean and variance.
/// Deterministic. O(n²) for the n of the smaller window, at most 10,000 steps.
pub fn change_p_value(now: &[u32; 3], reference: &[u32; 3]) -> f64 {
    let (small, all) = if total(now) <= total(reference) {
        (now, add(now, reference))
    } else {
        (reference, add(now, reference))
    };
    let (n, m) = (total(small) as f64, all.iter().sum::<f64>());
    let expected = (all[2] - all[0]) / m;
    let spread = (all[2] + all[0]) / m - expected * expected;
    let seen = f64::from(small[2]) - f64::from(small[0]);
    let off = (seen - n * expected).abs();
    if n < 1.0 || m - n < 1.0 || spread <= 0.0 {
        return 1.0;
    }
    if total(small) > u64::from(EXACT) {
        let sd = (n * (m - n) / (m - 1.0) * spread).sqrt();
        return libm::erfc(off / sd / std::f64::consts::SQRT_2).clamp(0.0, 1.0);
    }
    // More decimals than the sums carry would tell equal deviations apart.
    let slack = 1e-7 * (1.0 + off);
    let whole = ln_choose(m, n);
    let mut p = 0.0;
    for negative in 0..=(n.min(all[0]) as u32) {
        for positive in 0..=((n - f64::from(negative)).min(all[2]) as u32) {
            let neutral = n - f64::from(negative) - f64::from(positive);
            let away = (f64::from(positive) - f64::from(negative) - n * expected).abs();
            if neutral > all[1] || away < off - slack {
                continue;
            }
            let point = libm::exp(
                ln_choose(all[0], f64::from(negative))
                    + ln_choose(all[1], neutral)
                    + ln_choose(all[2], f64::from(positive))
                    - whole,
            );
            p += if away <= off + slack {
                0.5 * point
            } else {
                point
            };
        }
    }
    p.clamp(0.0, 1.0)
}

/// Shuffles of a test of homogeneity: p-values down to 0.0005.
const SHUFFLES: u32 = 1_999;
/// Cochran's (1954) rule: with this much expected everywhere, chi-squared holds.
const EXPECTED: f64 = 5.0;

/// The chance that two windows differ this much in how their mentions divide over labels (topics, channels),
/// if both were drawn from the same: chi-squared where every label has five expected mentions in each, and
/// otherwise a permutation test of the same statistic with 1,999 shuffles, whose seed is the counts themselves
/// (Phipson and Smyth 2010). Labels are in the same order in both.
pub fn homogeneity_p_value(now: &[u32], reference: &[u32]) -> f64 {
    let pairs: Vec<(u32, u32)> = now
        .iter()
        .copied()
        .zip(reference.iter().copied())
        .filter(|&(a, b)| a > 0 || b > 0)
        .collect();
    let n: f64 = pairs.iter().map(|p| f64::from(p.0)).sum();
    let m: f64 = pairs.iter().map(|p| f64::from(p.1)).sum();
    if n < 1.0 || m < 1.0 || pairs.len() < 2 {
        return 1.0;
    }
    let sums: Vec<f64> = pairs
        .iter()
        .map(|&(a, b)| f64::from(a) + f64::from(b))
        .collect();
    let statistic = |drawn: &dyn Fn(usize) -> f64| -> f64 {
        sums.iter()
            .enumerate()
            .map(|(i, sum)| {
                let expected = sum * n / (n + m);
                let off = drawn(i) - expected;
                off * off / expected * (n + m) / m
            })
            .sum()
    };
    let seen = statistic(&|i| f64::from(pairs[i].0));
    let least = sums.iter().copied().fold(f64::INFINITY, f64::min);
    if least * n.min(m) / (n + m) >= EXPECTED {
        return chi_squared_tail(seen, (pairs.len() - 1) as f64);
    }
    if n + m > MOST_SHUFFLED {
        return match rare_together(&pairs, n.min(m) / (n + m)) {
            (now, before) if now.len() < pairs.len() => homogeneity_p_value(&now, &before),
            _ => 1.0,
        };
    }
    let mut shuffler = Shuffler::new(&pairs);
    let beyond = (0..SHUFFLES)
        .filter(|_| {
            let drawn = shuffler.draw(n as usize, pairs.len());
            statistic(&|i| drawn[i]) >= seen - 1e-9
        })
        .count();
    (beyond as f64 + 1.0) / (f64::from(SHUFFLES) + 1.0)
}

/// Labels of all mentions, shuffled by a generator that the counts seed.
struct Shuffler {
    labels: Vec<u16>,
    state: u64,
}

/// Beyond this many mentions a shuffle costs too much, and rare labels are taken together instead.
const MOST_SHUFFLED: f64 = 20_000.0;

/// The labels too rare for chi-squared as one, the next rarest with them until they are enough.
fn rare_together(pairs: &[(u32, u32)], share: f64) -> (Vec<u32>, Vec<u32>) {
    let mut sorted = pairs.to_vec();
    sorted.sort_by_key(|&(a, b)| std::cmp::Reverse(u64::from(a) + u64::from(b)));
    while sorted.len() > 1 {
        let Some(&(a, b)) = sorted.last() else { break };
        if (f64::from(a) + f64::from(b)) * share >= EXPECTED {
            break;
        }
        sorted.pop();
        if let Some(last) = sorted.last_mut() {
            *last = (last.0.saturating_add(a), last.1.saturating_add(b));
        }
    }
    sorted.into_iter().unzip()
}

impl Shuffler {
    fn new(pairs: &[(u32, u32)]) -> Self {
        let mut state = 0;
        let mut labels = Vec::new();
        for (i, &(a, b)) in pairs.iter().enumerate() {
            state = mix(state ^ (u64::from(a) << 32 | u64::from(b)));
            labels.extend(std::iter::repeat_n(i as u16, a as usize + b as usize));
        }
        Self { labels, state }
    }

    /// How many of each label are among the first `n` of a fresh shuffle.
    fn draw(&mut self, n: usize, labels: usize) -> Vec<f64> {
        let mut counts = vec![0.0; labels];
        let len = self.labels.len();
        for i in 0..n.min(len) {
            self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let random = u128::from(mix(self.state)) * (len - i) as u128;
            self.labels.swap(i, i + (random >> 64) as usize);
            counts[usize::from(self.labels[i])] += 1.0;
        }
        counts
    }
}

/// The finishing step of SplitMix64 (Steele, Lea and Flood 2014).
fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Wilson and Hilferty's (1931) normal approximation, good to the third decimal from one degree of freedom.
fn chi_squared_tail(x: f64, degrees: f64) -> f64 {
    let c = 2.0 / (9.0 * degrees);
    let z = (libm::cbrt(x / degrees) - (1.0 - c)) / c.sqrt();
    0.5 * libm::erfc(z / std::f64::consts::SQRT_2)
}

/// The p-values of many series as the false discovery rate at which each would be called (Benjamini and
/// Hochberg 1995). Calling those of at most 0.1 leaves at most a tenth of the calls false, on average.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[b].total_cmp(&p_values[a]));
    let count = p_values.len() as f64;
    let mut least = 1.0_f64;
    let mut rates = vec![1.0; p_values.len()];
    for (i, at) in order.into_iter().enumerate() {
        least = least.min(p_values[at] * count / (count - i as f64));
        rates[at] = least;
    }
    rates
}

fn total(counts: &[u32; 3]) -> u64 {
    counts.iter().map(|&c| u64::from(c)).sum()
}

fn add(a: &[u32; 3], b: &[u32; 3]) -> [f64; 3] {
    std::array::from_fn(|i| f64::from(a[i]) + f64::from(b[i]))
}

pub(super) fn shares(counts: &[u32; 3]) -> [f64; 3] {
    let n = (total(counts) as f64).max(1.0);
    counts.map(|c| f64::from(c) / n)
}

pub(super) fn net(counts: &[u32; 3]) -> f64 {
    let [negative, _, positive] = shares(counts);
    positive - negative
}

fn ln_choose(n: f64, k: f64) -> f64 {
    libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drift_is_small_for_the_same_and_sure_of_a_turn() {
        let past = [100, 100, 100];
        let same = Drift::between(&[33, 33, 34], &past).unwrap();
        let turn = Drift::between(&[80, 10, 10], &past).unwrap();
        assert!(same.p_value > 0.5 && same.distance < 0.05);
        assert!(turn.p_value < 1e-6 && turn.distance > 0.3 && turn.change < -60.0);
        assert_eq!(Drift::between(&[4, 0, 0], &past), None);
    }

    /// All sixty-four ways to give three of six mentions to one window, by hand.
    #[test]
    fn small_p_values_are_those_of_enumeration() {
        let (now, before) = ([3, 0, 0], [0, 0, 3]);
        // Of the 20 ways, one has all three negative and one all three positive.
        assert!((change_p_value(&now, &before) - 0.5 * 2.0 / 20.0).abs() < 1e-12);
        assert_eq!(change_p_value(&[4, 0, 0], &[9, 0, 0]), 1.0);
    }

    #[test]
    fn sums_and_the_normal_meet_at_their_border() {
        let before = [900, 600, 300];
        let exact = change_p_value(&[60, 26, 14], &before);
        let normal = change_p_value(&[61, 26, 14], &before);
        assert!((exact - normal).abs() < 0.03, "{exact} {normal}");
    }

    #[test]
    fn labels_are_tested_alike_by_shuffles_and_by_chi_squared() {
        assert!(homogeneity_p_value(&[9, 0, 1], &[3, 30, 4]) < 0.01);
        assert!(homogeneity_p_value(&[3, 9, 1], &[9, 30, 4]) > 0.3);
        assert!(homogeneity_p_value(&[200, 100], &[300, 300]) < 1e-4);
        assert!(homogeneity_p_value(&[9_000, 9_000, 1], &[9_100, 8_950, 0]) > 0.1);
        assert_eq!(homogeneity_p_value(&[5], &[9]), 1.0);
        assert_eq!(homogeneity_p_value(&[], &[]), 1.0);
    }

    #[test]
    fn distances_are_those_of_the_books() {
        assert!((wasserstein(&[1.0, 0.0, 0.0], &[0.0, 0.0, 1.0]) - 2.0).abs() < 1e-12);
        assert!((wasserstein(&[0.5, 0.0, 0.5], &[0.0, 1.0, 0.0]) - 1.0).abs() < 1e-12);
        assert!((jensen_shannon(&[1.0, 0.0], &[0.0, 1.0]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn false_discoveries_are_those_of_the_paper() {
        let rates = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.005]);
        let expected = [0.02, 0.04, 0.04, 0.02];
        assert!(
            rates
                .iter()
                .zip(expected)
                .all(|(a, b)| (a - b).abs() < 1e-12)
        );
    }
}
