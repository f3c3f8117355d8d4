//! Alert rules as the makers of listening tools document them, on the same streams as a protocol.

mod compare;

use std::sync::LazyLock;

use avizor::Span;
use serde::Deserialize;

pub use compare::{Comparison, Figures, Options, Rival, compare};

/// Five-minute buckets, as the crisis side counts.
const STEP: Span = Span::minutes(5);
/// A fire that has been out for so long may be raised again; as the default protocol's `keep_firing_for`.
const REST: Span = Span::hours(2);

/// A rule on counts: the data file explains it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it compares.
    pub name: String,
    /// What is looked at.
    pub window: Span,
    /// What mean and deviation are of.
    pub unit: Span,
    /// What it is compared with.
    pub past: Past,
    /// Times the mean.
    pub factor: f64,
    /// Standard deviations on top.
    pub sigmas: f64,
    /// Fewer mentions in the window never fire.
    pub at_least: u32,
}

/// What came before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Past {
    /// So long, to where the window begins.
    Length(Span),
    /// The same window so many weeks back.
    Weeks(u32),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Rule>,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../rivals/rules.toml"))
        .expect("the rules are part of this crate and tested");
    file.rule
});

/// The documented rules.
pub fn rules() -> &'static [Rule] {
    &RULES
}

/// Counts of one series in five-minute buckets, summed up from the beginning.
#[derive(Clone, Debug, Default)]
pub struct Series(Vec<u32>);

impl Series {
    /// Of counts in five-minute buckets.
    pub fn new(counts: &[u32]) -> Self {
        let mut sums = vec![0];
        let mut sum = 0;
        for count in counts {
            sum += count;
            sums.push(sum);
        }
        Self(sums)
    }

    /// Buckets in it.
    pub fn len(&self) -> usize {
        self.0.len() - 1
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many came in the `length` buckets before bucket `end`.
    fn count(&self, end: usize, length: usize) -> u32 {
        self.0[end] - self.0[end - length]
    }
}

/// What a rule sees when a bucket has closed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    count: u32,
    value: f64,
    mean: f64,
    deviation: f64,
}

impl Rule {
    /// What it sees at each of the buckets from `from` on; nothing where the series has no past for it yet.
    pub(super) fn looks(&self, series: &Series, from: usize) -> Vec<Option<Look>> {
        (from..series.len())
            .map(|t| self.look(series, t + 1))
            .collect()
    }

    fn look(&self, series: &Series, end: usize) -> Option<Look> {
        let (window, unit) = (buckets(self.window), buckets(self.unit));
        let week = buckets(Span::days(7));
        let ends: Vec<usize> = match self.past {
            Past::Length(length) => (0..buckets(length) / unit)
                .map(|i| end.checked_sub(window + i * unit).filter(|e| *e >= unit))
                .collect::<Option<_>>()?,
            Past::Weeks(weeks) => (1..=weeks as usize)
                .map(|i| end.checked_sub(i * week).filter(|e| *e >= unit))
                .collect::<Option<_>>()?,
        };
        let n = ends.len() as f64;
        let counts = || ends.iter().map(|&e| f64::from(series.count(e, unit)));
        let mean = counts().sum::<f64>() / n;
        let square = counts().map(|c| (c - mean) * (c - mean)).sum::<f64>() / n;
        let count = series.count(end, window.min(end));
        Some(Look {
            count,
            value: f64::from(count) * unit as f64 / window as f64,
            mean,
            deviation: square.sqrt(),
        })
    }

    /// The buckets, counted from the first look, at whose end it fires.
    pub(super) fn fires(&self, looks: &[Option<Look>]) -> Vec<usize> {
        let rest = buckets(REST);
        let mut last: Option<usize> = None;
        let mut fires = Vec::new();
        for (t, look) in looks.iter().enumerate() {
            let holds = look.is_some_and(|l| {
                l.count >= self.at_least
                    && l.value > self.factor * l.mean + self.sigmas * l.deviation
            });
            if !holds {
                continue;
            }
            if last.is_none_or(|last| t - last > rest) {
                fires.push(t);
            }
            last = Some(t);
        }
        fires
    }

    /// The rule with other thresholds, from ones that nearly always hold to ones that hardly ever do.
    pub(super) fn sweep(&self) -> Vec<Self> {
        // 1.02 to 50 times the mean, or 0.1 to 50 deviations, each a tenth above the last.
        let steps = |first: f64| {
            (0..)
                .map(move |i| first * 1.1_f64.powi(i))
                .take_while(|x| *x < 50.0)
        };
        if self.sigmas > 0.0 {
            steps(0.1)
                .map(|sigmas| Self {
                    sigmas,
                    ..self.clone()
                })
                .collect()
        } else {
            steps(1.02)
                .map(|factor| Self {
                    factor,
                    ..self.clone()
                })
                .collect()
        }
    }
}

/// Five-minute buckets in a span, at least one.
fn buckets(span: Span) -> usize {
    usize::try_from(span.millis() / STEP.millis())
        .unwrap_or(1)
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(name: &str) -> &'static Rule {
        rules().iter().find(|r| r.name == name).expect("a rule")
    }

    #[test]
    fn there_are_five_rules_each_with_a_sweep() {
        assert_eq!(rules().len(), 5);
        assert!(rules().iter().all(|r| r.sweep().len() > 30));
    }

    #[test]
    fn an_hour_of_three_times_the_mean_fires_once_and_an_even_day_never() {
        let hour = buckets(Span::hours(1));
        let mut counts = vec![2_u32; 30 * hour];
        let rule = rule("last hour, 12 h mean");
        let even = Series::new(&counts);
        assert!(rule.fires(&rule.looks(&even, 0)).is_empty());
        counts[20 * hour..21 * hour].fill(6);
        let burst = Series::new(&counts);
        let fires = rule.fires(&rule.looks(&burst, 0));
        // After half an hour and a bucket the sliding hour holds more than twice 24.
        assert_eq!(fires, [20 * hour + 6]);
        assert_eq!(rule.fires(&rule.looks(&burst, 20 * hour)), [6]);
    }

    #[test]
    fn a_day_half_as_much_again_fires_after_it_has_passed() {
        let day = buckets(Span::days(1));
        let mut counts = vec![1_u32; 10 * day];
        counts[8 * day..].fill(2);
        let rule = rule("150 % of the 7 d mean");
        let fires = rule.fires(&rule.looks(&Series::new(&counts), 0));
        assert_eq!(fires.len(), 1);
        assert!(
            (8 * day + day / 2..9 * day).contains(&fires[0]),
            "{fires:?}"
        );
    }

    #[test]
    fn without_a_whole_past_nothing_is_said() {
        let day = buckets(Span::days(1));
        let counts: Vec<u32> = (0..6 * day).map(|i| (i / day) as u32 * 9).collect();
        let rule = rule("150 % of the 7 d mean");
        assert!(rule.fires(&rule.looks(&Series::new(&counts), 0)).is_empty());
    }
}
