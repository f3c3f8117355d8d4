//! An alarm budget: how surprising a window must be for a rule to fire `k` times a month and no more.
//!
//! What is counted is what would fire: stretches in which the rule's own condition holds for its `for`, each by its
//! sustained peak. Of a year's peaks the threshold is the one that `k` a month have passed: an order statistic of
//! the rule's own past, as in conformal prediction, and beyond what the past has seen an exponential tail fitted to
//! its highest peaks (Davison and Smith 1990). Until there is a past, the windows of a month share the budget
//! (Bonferroni).

use serde::{Deserialize, Serialize};

use super::bucket::STEP;
use crate::protocol::{Indicators, Name, Set, Trigger};
use crate::time::Span;

/// Mean length of a month (Gregorian year / 12).
const MONTH_MS: f64 = 30.436_875 * 86_400_000.0;
/// How far back peaks count: a year, so that every season is in it.
const MEMORY_BUCKETS: i64 = 365 * 288;
/// Peaks kept, at least and at most: the highest are those that matter.
const FEWEST_KEPT: usize = 128;
const MOST_KEPT: usize = 4096;
/// Peaks that the tail is fitted to.
const TAIL: f64 = 12.0;
/// The tail's slope where surprise is what it says: 1 / ln 10. Worth so many peaks.
const CALIBRATED_EXCESS: f64 = std::f64::consts::LOG10_E;
const PRIOR_PEAKS: f64 = 4.0;
/// The first threshold is worth half a month of history.
const PRIOR_MONTHS: f64 = 0.5;

/// One rule's budget for one entity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Budget {
    asked: f64,
    /// Values of the last buckets, as many as `for` needs, latest last; 0 where the condition does not hold.
    recent: Vec<f64>,
    hold: usize,
    rest: i64,
    /// Threshold by arithmetic alone.
    first: f64,
    threshold: f64,
    /// Peak of the stretch that goes on, and the bucket in which it was last over the threshold.
    open: Option<(f64, i64)>,
    /// Bucket and sustained peak of each stretch, highest first.
    peaks: Vec<(i64, f64)>,
    buckets: u64,
    alarms: u32,
}

/// What a budget asks for, and what has come of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BudgetReport {
    /// Name of the entity.
    pub entity: String,
    /// Name of the trigger.
    pub trigger: String,
    /// Alarms a month that the protocol accepts.
    pub asked: f64,
    /// The surprise, as -log10 of a probability, that a window needs now.
    pub threshold: f64,
    /// Months of history.
    pub months: f64,
    /// Times that the rule has fired.
    pub alarms: u32,
    /// Alarms a month; 0 without history.
    pub rate: f64,
    /// Ends of the 90 % interval of that rate if alarms come as a Poisson process (Byar's approximation,
    /// Breslow and Day 1987, 2.3).
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The indicators that a budget is about.
pub(crate) const MEASURED: Set = Set::of(&[
    Name::volume_surprise,
    Name::negative_surprise,
    Name::negative_drift,
    Name::topic_drift,
    Name::silence,
]);

impl Budget {
    /// None where the trigger has no budget, or reads nothing that could be budgeted.
    pub(crate) fn of(trigger: &Trigger) -> Option<Self> {
        let asked = trigger.alarms_per_month?;
        if !trigger.when.reads().meets(MEASURED) {
            return None;
        }
        let windows = MONTH_MS / trigger.window.millis().max(1) as f64;
        let first = -libm::log10((asked / windows).min(1.0));
        Some(Self {
            asked,
            recent: Vec::new(),
            hold: steps(trigger.hold) as usize + 1,
            rest: steps(trigger.keep_firing_for).max(1),
            first,
            threshold: first,
            open: None,
            peaks: Vec::new(),
            buckets: 0,
            alarms: 0,
        })
    }

    /// Whether it is still the budget of this trigger; its history counts on under another `k`.
    pub(crate) fn refit(&mut self, trigger: &Trigger) {
        if let Some(new) = Self::of(trigger) {
            let history = std::mem::replace(self, new);
            self.buckets = history.buckets;
            self.alarms = history.alarms;
            self.peaks = history.peaks;
            self.peaks.truncate(MOST_KEPT);
            self.peaks.retain(|(_, peak)| peak.is_finite());
            self.settle();
        }
    }

    /// How surprising a window is to a trigger: the greatest value that its condition reads.
    pub(crate) fn value(trigger: &Trigger, indicators: &Indicators) -> f64 {
        let read = trigger.when.reads();
        [
            (Name::volume_surprise, indicators.volume_surprise),
            (Name::negative_surprise, indicators.negative_surprise),
            (Name::negative_drift, indicators.negative_drift),
            (Name::topic_drift, indicators.topic_drift),
            (Name::silence, indicators.silence),
        ]
        .into_iter()
        .filter(|(name, _)| read.meets(Set::of(&[*name])))
        .map(|(_, value)| value)
        .fold(0.0, f64::max)
    }

    /// Takes bucket `index`, in which the condition holds with `value`, or does not (0). Says whether the
    /// budget allows it.
    pub(crate) fn allows(&mut self, index: i64, value: f64) -> bool {
        self.buckets = self.buckets.saturating_add(1);
        self.recent.push(value);
        let gone = self.recent.len().saturating_sub(self.hold);
        self.recent.drain(..gone);
        let full = self.recent.len() == self.hold;
        let sustained = self.recent.iter().copied().fold(f64::INFINITY, f64::min);
        if full && sustained > 0.0 {
            let (peak, over) = self.open.unwrap_or((0.0, index));
            let burns = sustained >= self.threshold.min(peak);
            self.open = Some((peak.max(sustained), if burns { index } else { over }));
        }
        if let Some((peak, last)) = self.open
            && index.saturating_sub(last) >= self.rest
        {
            self.open = None;
            self.keep(index, peak);
        }
        value > 0.0 && value >= self.threshold
    }

    fn keep(&mut self, index: i64, peak: f64) {
        self.peaks
            .retain(|(when, _)| index.saturating_sub(*when) < MEMORY_BUCKETS);
        let place = self.peaks.partition_point(|(_, p)| *p >= peak);
        self.peaks.insert(place, (index, peak));
        let most = (self.asked * 12.0 * 2.0).clamp(FEWEST_KEPT as f64, MOST_KEPT as f64);
        self.peaks.truncate(most as usize);
        self.settle();
    }

    /// Sets the threshold from the peaks.
    fn settle(&mut self) {
        let months = self.months().min(12.0);
        let wanted = (self.asked * months).max(f64::MIN_POSITIVE);
        let n = self.peaks.len();
        let past = if n as f64 <= wanted {
            // It has not even used its budget.
            0.0
        } else {
            let fitted = (TAIL.max(1.5 * wanted) as usize).min(n - 1);
            let base = self.peaks[fitted].1;
            let excess: f64 = self.peaks[..fitted].iter().map(|(_, p)| p - base).sum();
            let rank = fitted.max(1) as f64;
            let mean = (excess + PRIOR_PEAKS * CALIBRATED_EXCESS) / (rank + PRIOR_PEAKS);
            base + mean * libm::log(rank / wanted)
        };
        let weight = self.months() / (self.months() + PRIOR_MONTHS);
        self.threshold = weight * past.max(0.0) + (1.0 - weight) * self.first;
    }

    fn months(&self) -> f64 {
        self.buckets as f64 * STEP.millis() as f64 / MONTH_MS
    }

    /// The rule has fired.
    pub(crate) fn fired(&mut self) {
        self.alarms = self.alarms.saturating_add(1);
    }

    pub(crate) fn threshold(&self) -> f64 {
        self.threshold
    }

    pub(crate) fn report(&self, entity: &str, trigger: &str) -> BudgetReport {
        let months = self.months();
        let per_month = |alarms: f64| if months > 0.0 { alarms / months } else { 0.0 };
        let n = f64::from(self.alarms);
        let (low, high) = byar(n);
        BudgetReport {
            entity: entity.to_owned(),
            trigger: trigger.to_owned(),
            asked: self.asked,
            threshold: self.threshold,
            months,
            alarms: self.alarms,
            rate: per_month(n),
            low: per_month(low),
            high: per_month(high),
        }
    }
}

/// 90 % limits of a Poisson mean from one count.
fn byar(n: f64) -> (f64, f64) {
    const Z: f64 = 1.644_853_626_951_472_2;
    let limit = |n: f64, z: f64| {
        let root = 1.0 - 1.0 / (9.0 * n) + z / (3.0 * n.sqrt());
        n * root * root * root
    };
    let low = if n > 0.0 { limit(n, -Z).max(0.0) } else { 0.0 };
    (low, limit(n + 1.0, Z))
}

fn steps(span: Span) -> i64 {
    (span.millis() + STEP.millis() - 1) / STEP.millis()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Protocol;

    fn trigger(k: f64) -> Trigger {
        let text = format!(
            "version = 1\n[[entity]]\nname = \"A\"\n[[level]]\nname = \"l\"\nseverity = 1\nowner = \"o\"\n\
             respond_within = \"1h\"\n[[trigger]]\nname = \"t\"\nlevel = \"l\"\nwindow = \"1h\"\n\
             when = \"negative_surprise > 0.5\"\nalarms_per_month = {k:?}\n"
        );
        Protocol::parse(&text).unwrap().triggers[0].clone()
    }

    /// Peaks that come anyhow, many more than asked for: an exponential by the golden ratio's quasi-random steps.
    #[test]
    fn keeps_to_what_was_asked() {
        for k in [0.5, 1.0, 4.0] {
            let mut budget = Budget::of(&trigger(k)).unwrap();
            let mut u = 0.5_f64;
            let mut alarms = 0;
            for month in 0..24 {
                for bucket in 0..8766_i64 {
                    let index = month * 8766 + bucket;
                    // Ten buckets of quiet, then something every five hours.
                    let value = if bucket % 60 == 0 {
                        u = (u + 0.618_033_988_749_895).fract();
                        0.5 - 0.8 * libm::log(1.0 - u)
                    } else {
                        0.0
                    };
                    if budget.allows(index, value) && month >= 12 {
                        alarms += 1;
                    }
                }
            }
            let rate = f64::from(alarms) / 12.0;
            assert!((k / 1.5..=k * 1.5).contains(&rate), "{k}: {rate}");
        }
    }

    #[test]
    fn intervals_of_few_alarms() {
        // Exact limits (Garwood 1936): 0 gives 0 to 3.00, 10 gives 5.43 to 16.96.
        let (low, high) = byar(0.0);
        assert!(low == 0.0 && (high - 3.0).abs() < 0.1, "{high}");
        let (low, high) = byar(10.0);
        assert!(
            (low - 5.43).abs() < 0.05 && (high - 16.96).abs() < 0.05,
            "{low} {high}"
        );
    }

    #[test]
    fn nothing_to_budget() {
        let mut plain = trigger(1.0);
        plain.alarms_per_month = None;
        assert!(Budget::of(&plain).is_none());
    }
}
