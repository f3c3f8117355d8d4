//! Which mentions are worth the transformer's time: the most doubtful ones, within a share of all.

use std::collections::VecDeque;

/// Mentions whose doubts are remembered, to tell what is much. A judgement: some hours of a busy brand.
const WINDOW: usize = 4096;
/// What was not spent is spent on about so many mentions that follow.
const CATCH_UP: f64 = 100.0;

/// Grants at most a share of a stream, to those with the greatest doubt among the last few thousand.
///
/// What it grants depends on the order of the stream alone, not on how it falls into batches. O(log n) a mention, and
/// bounded memory.
#[derive(Clone, Debug)]
pub struct Budget {
    share: f64,
    seen: u64,
    granted: u64,
    /// Doubts in the order in which they came, and the same sorted.
    recent: VecDeque<f64>,
    sorted: Vec<f64>,
}

impl Budget {
    /// A share of the mentions in [0, 1]; what lies outside is taken for the nearer end.
    pub fn new(share: f64) -> Self {
        Self {
            share: if share.is_nan() {
                0.0
            } else {
                share.clamp(0.0, 1.0)
            },
            seen: 0,
            granted: 0,
            recent: VecDeque::new(),
            sorted: Vec::new(),
        }
    }

    /// Whether the next mention of the stream is granted; `doubt` rises with how unsure the fast model is.
    pub fn grants(&mut self, doubt: f64) -> bool {
        self.remember(doubt);
        self.seen += 1;
        let above = self.sorted.len() - self.sorted.partition_point(|d| *d <= doubt);
        let due = self.share * self.seen as f64;
        let unspent = (due - self.granted as f64).max(0.0);
        let wanted = self.share + unspent / CATCH_UP;
        let is_doubtful = (above as f64) < wanted * self.sorted.len() as f64;
        let fits = (self.granted + 1) as f64 <= due.ceil();
        let grant = self.share > 0.0 && is_doubtful && fits;
        self.granted += u64::from(grant);
        grant
    }

    fn remember(&mut self, doubt: f64) {
        if self.recent.len() == WINDOW
            && let Some(oldest) = self.recent.pop_front()
        {
            let at = self
                .sorted
                .partition_point(|d| d.total_cmp(&oldest).is_lt());
            self.sorted.remove(at);
        }
        self.recent.push_back(doubt);
        let at = self.sorted.partition_point(|d| d.total_cmp(&doubt).is_lt());
        self.sorted.insert(at, doubt);
    }
}

/// How unsure a distribution is, in [0, 1]: what the likeliest label lacks (least confidence: Lewis and Gale 1994,
/// <https://arxiv.org/abs/cmp-lg/9407020>). Among many labels it tells more than the lead over the next does.
pub fn doubt(probabilities: &[f64]) -> f64 {
    1.0 - probabilities.iter().copied().fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubts(n: usize) -> Vec<f64> {
        (0..n)
            .map(|i| (i as f64 * 0.618_033_988_7).fract())
            .collect()
    }

    #[test]
    fn the_share_is_a_bound_at_every_moment_and_nearly_spent() {
        for share in [0.01, 0.05, 0.2, 0.5, 1.0] {
            let mut budget = Budget::new(share);
            let mut granted = 0;
            for (i, d) in doubts(20_000).into_iter().enumerate() {
                granted += usize::from(budget.grants(d));
                assert!(granted as f64 <= (share * (i + 1) as f64).ceil());
            }
            assert!(
                granted as f64 > share * 20_000.0 * 0.97,
                "{share}: {granted}"
            );
        }
    }

    #[test]
    fn it_goes_to_the_doubtful() {
        let mut budget = Budget::new(0.1);
        let all = doubts(20_000);
        let granted: Vec<f64> = all.into_iter().filter(|d| budget.grants(*d)).collect();
        let doubtful = granted.iter().filter(|d| **d > 0.85).count();
        assert!(doubtful as f64 > 0.98 * granted.len() as f64);
    }

    #[test]
    fn nothing_and_everything() {
        let mut none = Budget::new(0.0);
        let mut all = Budget::new(1.0);
        for d in doubts(100) {
            assert!(!none.grants(d) && all.grants(d));
        }
        let mut odd = Budget::new(f64::NAN);
        assert!(!odd.grants(f64::NAN));
    }

    #[test]
    fn doubt_is_what_the_likeliest_lacks() {
        assert_eq!(doubt(&[0.5, 0.5]), 0.5);
        assert_eq!(doubt(&[0.0, 1.0, 0.0]), 0.0);
        assert!((doubt(&[0.2, 0.7, 0.1]) - 0.3).abs() < 1e-12);
        assert_eq!(doubt(&[]), 1.0);
    }
}
