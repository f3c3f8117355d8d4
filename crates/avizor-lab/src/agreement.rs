//! How well two judgements of the same things agree: Cohen's kappa for labels, Spearman's correlation for ranks.

use std::collections::BTreeMap;

/// Cohen's kappa of two judges over pairs of labels, in [-1, 1]: agreement beyond that of chance (Cohen 1960,
/// *Educational and Psychological Measurement* 20:37-46). `None` where there is no pair, or but one label in use. O(n log n).
///
/// ```
/// use avizor_lab::agreement::kappa;
/// assert_eq!(kappa(&[("a", "a"), ("b", "b")]), Some(1.0));
/// assert_eq!(kappa(&[("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]), Some(0.0));
/// ```
pub fn kappa(pairs: &[(&str, &str)]) -> Option<f64> {
    let n = pairs.len() as f64;
    let mut counts: BTreeMap<&str, [f64; 2]> = BTreeMap::new();
    for (a, b) in pairs {
        counts.entry(a).or_default()[0] += 1.0;
        counts.entry(b).or_default()[1] += 1.0;
    }
    let observed = pairs.iter().filter(|(a, b)| a == b).count() as f64 / n;
    let by_chance: f64 = counts.values().map(|[a, b]| a * b / (n * n)).sum();
    (by_chance < 1.0 && n > 0.0).then(|| (observed - by_chance) / (1.0 - by_chance))
}

/// Spearman's rank correlation, in [-1, 1]: Pearson's of the ranks, ties sharing their mean (Spearman 1904, *American Journal
/// of Psychology* 15:72-101). `None` where one side does not vary or lengths differ. O(n log n).
///
/// ```
/// use avizor_lab::agreement::spearman;
/// assert_eq!(spearman(&[1.0, 2.0, 3.0], &[10.0, 100.0, 1000.0]), Some(1.0));
/// assert_eq!(spearman(&[1.0, 2.0], &[5.0, 5.0]), None);
/// ```
pub fn spearman(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() != b.len() {
        return None;
    }
    let (a, b) = (ranks(a), ranks(b));
    let mean = f64::midpoint(a.len() as f64, 1.0);
    let cross = |x: &[f64], y: &[f64]| -> f64 {
        x.iter().zip(y).map(|(x, y)| (x - mean) * (y - mean)).sum()
    };
    let spread = (cross(&a, &a) * cross(&b, &b)).sqrt();
    (spread > 0.0).then(|| cross(&a, &b) / spread)
}

/// Ranks from 1; equals share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    for tied in order.chunk_by(|&i, &j| values[i].total_cmp(&values[j]).is_eq()) {
        let before = order.partition_point(|&i| values[i].total_cmp(&values[tied[0]]).is_lt());
        for &i in tied {
            ranks[i] = before as f64 + f64::midpoint(tied.len() as f64, 1.0);
        }
    }
    ranks
}
