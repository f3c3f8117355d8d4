//! How improbable a counted series is, right now and without looking ahead.

mod baseline;
mod ceiling;
mod ring;
mod scales;
mod tail;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::time::{Span, Timestamp};
use baseline::{Baseline, Outlook};
use ring::Ring;
use scales::{SCALES, Scales, Windows};
use tail::{MergedTails, negative_binomial};

const DAY_MS: f64 = 86_400_000.0;
/// Half-life of what is learnt of seasons, dispersion and tails: four of each weekday.
const MEMORY_DAYS: f64 = 28.0;
/// The level's own uncertainty: relative variance 1 after three hours, falling as 1 / time. It starts at 2:
/// a negative binomial yet wider is nearly always 0, and finds everything surprising.
const LEVEL_DOUBT_HOURS: f64 = 3.0;
const MAX_DOUBT: f64 = 2.0;
/// Errors count for the dispersion, and counts for the level, up to this many standard deviations.
const WINSOR: f64 = 3.0;
/// Where the merged value's tail starts (98 % point and mean excess) and the days that start is worth.
/// The surprise starts from what negative binomial series show and soon follows the series. The score
/// starts between those and real talk and hardly moves, so that a burst does not raise the bar for the next.
const SURPRISE_START: (f64, f64, f64) = (0.5, 0.2, 2.0);
const SCORE_START: (f64, f64, f64) = (1.0, 0.29, 70.0);
/// Rows this hot (one in 500) are an alarm whatever their size: the score is 1 from here on.
const ALARM: f64 = 2.7;
/// A burst is one alarm: a score must beat those given in this time.
const DECLUSTER: Span = Span::days(1);
/// Counts are taken as at most this, far above any series and far below what overflows.
const MAX_COUNT: f64 = 1e9;
/// Largest surprise or silence reported.
const MAX_SURPRISE: f64 = 300.0;

/// What [`Surprise`] says of one bucket. Every value is finite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The count expected in this bucket.
    pub expected: f64,
    /// -log10 of the probability that this series is as hot as now, all scales together, calibrated on
    /// its own past: 3 is one bucket in a thousand. From 0 to 300.
    pub surprise: f64,
    /// -log10 of the probability of as little as came, at the scale where that is least likely. From 0 to 300.
    pub silence: f64,
    /// 0 to 1, where 1 is an alarm. Declustered: above 0 only where it beats every score of the last day.
    pub anomaly_score: f64,
    /// -log10 upper tail of the negative binomial at the bucket, the hour, six hours and the day, before
    /// the tails are corrected: for explaining which scale it was.
    pub scales: [f64; 4],
}

/// What [`Surprise`] says of the last buckets together. Every value is finite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WindowReading {
    /// What was expected of the window, bucket by bucket, before each came.
    pub expected: f64,
    /// -log10 of the probability of so many, on the tail of the nearest scale. From 0 to 300.
    pub surprise: f64,
    /// -log10 of the probability of so few. From 0 to 300.
    pub silence: f64,
}

/// An online detector of surprise in one counted series.
///
/// It follows one series of counts per bucket (mentions, negative mentions, distinct authors, one topic)
/// and says of each new bucket how improbable it is. One instance per entity and series. Four steps:
///
/// 1. **What was to be expected.** A discounted Gamma-Poisson level with a damped trend, times an
///    hour-of-day and a day-of-week factor (UTC), each shrunk towards 1 until it has been seen often
///    (West & Harrison, *Bayesian Forecasting and Dynamic Models*, 1997; Gardner & McKenzie 1985 for
///    the damping). Counts are winsorised before they are learnt, so that a crisis is not the new normal.
/// 2. **How far off, at four scales.** The sums of the last bucket, hour, six hours and day are put
///    against a negative binomial whose over-dispersion is learnt per scale from past errors of
///    prediction; it is wide in the first hours and sharpens over weeks. The short scale sees a flash
///    burst, the long one a slow burn.
/// 3. **Tails as they are.** Real talk is burstier than any negative binomial. Beyond its 98 % point each
///    scale's -log10 p is read on an exponential tail fitted online to the excesses of its logarithm
///    (peaks over threshold: Davison & Smith 1990; Siffer et al., *Anomaly Detection in Streams with
///    Extreme Value Theory*, KDD 2017), where a burst weighs as one event rather than as its buckets.
/// 4. **One number.** The scales' p-values are merged by their geometric mean, which holds under any
///    dependence (Vovk & Wang, *Combining p-values via averaging*, Biometrika 2020), and the merged
///    value is calibrated once more on its own past.
///
/// The constants are round numbers. Moving any one of them by a quarter moves the standard score on the
/// tweet counts of the Numenta Anomaly Benchmark by two points at most.
///
/// # Cost and memory
///
/// [`observe`](Self::observe) is O(1) amortised, about a microsecond; a gap costs at most one day of
/// buckets. One instance holds the last day (16 bytes a bucket: 4.6 kB at five minutes, at most 23 kB at
/// one minute) and under 2 kB beside it.
///
/// ```
/// use avizor::crisis::Surprise;
/// use avizor::{Span, Timestamp};
///
/// let step = Span::minutes(5);
/// let mut series = Surprise::new(step);
/// let mut at = Timestamp::from_millis(1_700_000_000_000);
/// for i in 0..2_000 {
///     series.observe(at, f64::from(4 + i * 7 % 5));
///     at = at.plus(step);
/// }
/// assert!(series.reading_of(at, 6.0).surprise < 2.0);
/// assert_eq!(series.reading_of(at, 200.0).anomaly_score, 1.0);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Surprise {
    step: Span,
    keep: f64,
    baseline: Baseline,
    day: Ring,
    scales: Scales,
    merged: MergedTails,
    last: Option<Timestamp>,
    kept: Option<(Timestamp, f64)>,
}

/// A reading with what learning from it needs.
struct Judged {
    reading: Reading,
    outlook: Outlook,
    merged: f64,
    windows: Windows,
}

impl Surprise {
    /// A detector for buckets of `step`, taken as at least a minute and at most a day.
    pub fn new(step: Span) -> Self {
        let step = Span::from_millis(step.millis().clamp(60_000, DAY_MS as i64));
        let per_day = DAY_MS / step.millis() as f64;
        let keep = half_life(MEMORY_DAYS * per_day);
        let memory = 1.0 / (1.0 - keep).max(f64::EPSILON);
        let starts = [SURPRISE_START, SCORE_START];
        let starts = starts.map(|(at, excess, days)| (at, excess, days * per_day));
        let buckets = SCALES.map(|span| buckets(span, step));
        Self {
            step,
            keep,
            baseline: Baseline::new(per_day),
            day: Ring::new(buckets[3]),
            scales: Scales::new(buckets, per_day),
            merged: MergedTails::new(starts, memory),
            last: None,
            kept: None,
        }
    }

    /// Judges the bucket that starts at `at`, then learns from it.
    ///
    /// Buckets come in order. Those left out are unknown rather than empty: pass a count of zero where
    /// nothing was said. A negative or undefined count is taken as zero.
    pub fn observe(&mut self, at: Timestamp, count: f64) -> Reading {
        let count = sane(count);
        let missing = self.missing_before(at);
        let judged = self.judge(at, count, missing);
        self.learn(at, count, missing, &judged);
        judged.reading
    }

    /// Learns from the bucket that starts at `at` without judging it; gives the count that was expected.
    ///
    /// What is learnt is what [`observe`](Self::observe) learns, but for the score, of which nothing is kept. Most
    /// buckets are below every tail, where what exactly they are does not matter: they take a table instead of four
    /// tail probabilities, which makes it about nine times as fast.
    pub fn follow(&mut self, at: Timestamp, count: f64) -> f64 {
        let count = sane(count);
        let missing = self.missing_before(at);
        let outlook = self.baseline.outlook(at, count);
        let mut windows = self.windows(count, outlook.count, missing);
        let bound = self.calm(&mut windows);
        let merged = bound.unwrap_or_else(|| self.merge_bounds(&mut windows));
        let beyond = bound.is_none();
        self.take(at, count, &outlook, missing, (merged, beyond), &windows);
        outlook.count
    }

    /// A bound on the merged value, where bounds are below every tail.
    #[inline]
    fn calm(&self, windows: &mut Windows) -> Option<f64> {
        windows.bound();
        let [a, b, c, d] = windows.beyond();
        let bound = self.scales.merge_ceiling(windows);
        (!(a | b | c | d) && self.merged.are_above(bound)).then_some(bound)
    }

    /// Sets the odds of each window, or a bound on them where the bound is below its tail; gives the merged value, or a
    /// bound on it where that is below both of the merged tails.
    fn merge_bounds(&self, windows: &mut Windows) -> f64 {
        let exact = windows.beyond();
        windows.settle(exact);
        let bound = self.scales.merge(windows);
        if self.merged.are_above(bound) {
            return bound;
        }
        windows.settle(exact.map(|done| !done));
        self.scales.merge(windows)
    }

    /// What [`observe`](Self::observe) would say, without learning: for "what if", and for a bucket still open.
    pub fn reading_of(&self, at: Timestamp, count: f64) -> Reading {
        self.judge(at, sane(count), self.missing_before(at)).reading
    }

    /// How improbable the last `buckets` together are (a day's at most), as of the last bucket observed.
    ///
    /// O(`buckets`). Dispersion and tail are those of the nearest of the detector's own scales.
    pub fn window(&self, buckets: usize) -> WindowReading {
        let length = buckets.clamp(1, self.day.len().max(1));
        let (count, expected) = self.day.latest(length);
        self.window_reading(length, count, expected)
    }

    /// What [`window`](Self::window) would say if the last `buckets` had brought `count` together.
    pub fn window_of(&self, buckets: usize, count: f64) -> WindowReading {
        let length = buckets.clamp(1, self.day.len().max(1));
        let (_, expected) = self.day.latest(length);
        self.window_reading(length, sane(count), expected)
    }

    fn window_reading(&self, length: usize, count: f64, expected: f64) -> WindowReading {
        let scale = self.scales.nearest(length);
        let dispersion = self.scales.dispersion(scale, expected) + self.level_doubt();
        let tails = negative_binomial(count, expected.max(1e-6), dispersion);
        WindowReading {
            expected,
            surprise: self
                .scales
                .surprise(scale, libm::log1p(tails.upper))
                .clamp(0.0, MAX_SURPRISE),
            silence: tails.lower.clamp(0.0, MAX_SURPRISE),
        }
    }

    fn level_doubt(&self) -> f64 {
        lesser(self.baseline.relative_doubt(LEVEL_DOUBT_HOURS), MAX_DOUBT)
    }

    /// Buckets left out between the last one and `at`, a day's at most.
    fn missing_before(&self, at: Timestamp) -> usize {
        let Some(last) = self.last else { return 0 };
        let step = self.step.millis().max(1);
        if at.millis().wrapping_sub(last.millis()) == step {
            return 0;
        }
        let steps = (at.millis().saturating_sub(last.millis()) + step / 2) / step;
        (steps.max(1) as usize - 1).min(self.day.len())
    }

    /// The four windows that end with a bucket, without their odds.
    fn windows(&self, count: f64, expected: f64, missing: usize) -> Windows {
        let gone = |window| self.day.oldest(window, missing + 1);
        self.scales
            .windows((count, expected), gone, self.level_doubt())
    }

    fn judge(&self, at: Timestamp, count: f64, missing: usize) -> Judged {
        let outlook = self.baseline.outlook(at, count);
        let mut reading = Reading {
            expected: outlook.count,
            ..Reading::default()
        };
        let mut windows = self.windows(count, outlook.count, missing);
        for (lane, tails) in windows.tails().into_iter().enumerate() {
            windows.odds[lane] = libm::log1p(tails.upper);
            reading.scales[lane] = tails.upper;
            reading.silence = reading.silence.max(tails.lower);
        }
        let merged = self.scales.merge(&windows);
        let [surprise, score] = self.merged.surprises(merged);
        reading.surprise = surprise.clamp(0.0, MAX_SURPRISE);
        let raw = (score / ALARM).clamp(0.0, 1.0);
        if raw > self.recent_score(at) {
            reading.anomaly_score = raw;
        }
        Judged {
            reading,
            outlook,
            merged,
            windows,
        }
    }

    /// The highest score of the last day: the latest, since each had to beat those before it.
    fn recent_score(&self, at: Timestamp) -> f64 {
        match self.kept {
            Some((when, score)) if when > at.minus(DECLUSTER) => score,
            _ => 0.0,
        }
    }

    fn learn(&mut self, at: Timestamp, count: f64, missing: usize, judged: &Judged) {
        let Judged {
            reading,
            outlook,
            merged,
            windows,
        } = judged;
        self.take(at, count, outlook, missing, (*merged, true), windows);
        if reading.anomaly_score > 0.0 {
            self.kept = Some((at, reading.anomaly_score));
        }
    }

    /// Learns from a bucket; `merged` comes with whether any odds may be beyond their tail.
    #[inline]
    fn take(
        &mut self,
        at: Timestamp,
        count: f64,
        outlook: &Outlook,
        missing: usize,
        (merged, beyond): (f64, bool),
        windows: &Windows,
    ) {
        let keep = self.keep;
        self.scales.learn(windows, beyond, keep);
        self.merged.learn(merged, keep);
        for _ in 0..missing {
            self.day.push((0.0, 0.0));
        }
        self.day.push((count, outlook.count));
        // Sums kept by adding and subtracting drift; once a round they are taken afresh.
        if self.day.at_start() {
            self.scales.sum_afresh(|window| self.day.latest(window));
        }
        self.baseline.learn(outlook, count, windows.variance[0]);
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
    }
}

/// How many buckets of `step` make up `span`, one at least.
fn buckets(span: Span, step: Span) -> usize {
    let step = step.millis().max(1);
    ((span.millis() + step / 2) / step).max(1) as usize
}

fn sane(count: f64) -> f64 {
    if count.is_nan() {
        0.0
    } else {
        count.clamp(0.0, MAX_COUNT)
    }
}

/// The greater of two numbers; of none that is undefined. One instruction, where `f64::max`, which minds them, is five.
#[inline]
fn greater(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The lesser of two numbers, likewise.
#[inline]
fn lesser(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// The factor that halves a sum in `rows` steps.
fn half_life(rows: f64) -> f64 {
    libm::exp2(-1.0 / rows.max(1.0))
}
