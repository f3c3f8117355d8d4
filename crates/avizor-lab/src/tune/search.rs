//! The search: rule by rule the best variant, again and again, from several beginnings and under several budgets.
//!
//! Coordinate descent is enough here: rules add up, so the best variant of one depends on the others only through
//! what they find first. Every set that is looked at is remembered; the front is drawn from all of them.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::score::{Effect, Score, Truth};

/// A variant for each rule.
pub(super) type RuleSet = Vec<usize>;

/// Budgets along which the front is traced, in false alarms a month.
const BUDGETS: [f64; 7] = [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0];

/// The effects of each rule's variants, and what each variant costs to adopt.
pub(super) struct Space<'a> {
    pub truth: Truth<'a>,
    pub effects: Vec<Vec<Effect>>,
    /// Rules that stay, and values that change.
    pub costs: Vec<Vec<[usize; 2]>>,
}

/// Every set that was looked at, with its score.
pub(super) type Seen = BTreeMap<RuleSet, Score>;

impl Space<'_> {
    pub(super) fn score(&self, set: &[usize], parts: &[usize]) -> Score {
        let effects = set
            .iter()
            .enumerate()
            .map(|(rule, &v)| &self.effects[rule][v]);
        self.truth.score(effects, parts)
    }

    /// Fewer rules, then fewer changed values.
    pub(super) fn cost(&self, set: &[usize]) -> [usize; 2] {
        set.iter().enumerate().fold([0, 0], |sum, (rule, &v)| {
            let cost = self.costs[rule][v];
            [sum[0] + cost[0], sum[1] + cost[1]]
        })
    }

    /// Looks at `draws` random sets and at all that the descents pass through.
    pub(super) fn search(&self, parts: &[usize], budget: f64, draws: usize, seed: u64) -> Seen {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut seen = Seen::new();
        let present: RuleSet = vec![0; self.effects.len()];
        self.look(&present, parts, &mut seen);
        for _ in 0..draws {
            // Half of the rules keep their variant: sets near the present one are those that get adopted.
            let set: RuleSet = self
                .effects
                .iter()
                .map(|variants| {
                    let v = rng.random_range(0..variants.len());
                    if rng.random::<bool>() { v } else { 0 }
                })
                .collect();
            self.look(&set, parts, &mut seen);
        }
        for budget in BUDGETS.into_iter().chain([budget]) {
            let best = self.best(&seen, budget).unwrap_or_else(|| present.clone());
            for start in [present.clone(), best] {
                self.descend(start, parts, budget, &mut seen);
            }
        }
        seen
    }

    /// The best set seen under a budget; of equals the cheapest.
    pub(super) fn best(&self, seen: &Seen, budget: f64) -> Option<RuleSet> {
        seen.iter()
            .min_by(|(a, x), (b, y)| {
                x.order(y, budget)
                    .then_with(|| self.cost(a).cmp(&self.cost(b)))
                    .then_with(|| a.cmp(b))
            })
            .map(|(set, _)| set.clone())
    }

    /// The cheapest set that dominates a score.
    pub(super) fn cheapest(&self, seen: &Seen, than: &Score) -> Option<RuleSet> {
        seen.iter()
            .filter(|(_, score)| score.dominates(than))
            .min_by(|(a, x), (b, y)| {
                self.cost(a)
                    .cmp(&self.cost(b))
                    .then_with(|| x.order(y, f64::INFINITY))
                    .then_with(|| a.cmp(b))
            })
            .map(|(set, _)| set.clone())
    }

    /// Sets that no other dominates, by rising false alarms; of equal scores the cheapest.
    pub(super) fn front(&self, seen: &Seen) -> Vec<RuleSet> {
        let mut front: Vec<(&RuleSet, &Score)> = Vec::new();
        for (set, score) in seen {
            if front.iter().any(|(_, s)| s.dominates(score)) {
                continue;
            }
            front.retain(|(_, s)| !score.dominates(s));
            match front.iter_mut().find(|(_, s)| *s == score) {
                Some(twin) if self.cost(set) < self.cost(twin.0) => *twin = (set, score),
                Some(_) => {}
                None => front.push((set, score)),
            }
        }
        front.sort_by(|a, b| {
            (a.1.false_alarms, b.1.detected)
                .cmp(&(b.1.false_alarms, a.1.detected))
                .then_with(|| a.0.cmp(b.0))
        });
        front.into_iter().map(|(set, _)| set.clone()).collect()
    }

    fn look(&self, set: &RuleSet, parts: &[usize], seen: &mut Seen) -> Score {
        if let Some(score) = seen.get(set) {
            return score.clone();
        }
        let score = self.score(set, parts);
        seen.insert(set.clone(), score.clone());
        score
    }

    fn descend(&self, mut set: RuleSet, parts: &[usize], budget: f64, seen: &mut Seen) {
        let mut score = self.look(&set, parts, seen);
        loop {
            let mut moved = false;
            for rule in 0..set.len() {
                for v in 0..self.effects[rule].len() {
                    let mut other = set.clone();
                    other[rule] = v;
                    let there = self.look(&other, parts, seen);
                    let better = there
                        .order(&score, budget)
                        .then_with(|| self.cost(&other).cmp(&self.cost(&set)));
                    if better.is_lt() {
                        (set, score, moved) = (other, there, true);
                    }
                }
            }
            if !moved {
                return;
            }
        }
    }
}
