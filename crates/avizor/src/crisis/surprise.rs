//! How improbable a counted series is, right now and without looking ahead.

mod baseline;
mod ceiling;
mod tail;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::time::{Span, Timestamp};
use baseline::Baseline;
use ceiling::odds_ceiling;
use tail::{Tail, negative_binomial};

/// One bucket, an hour, six hours, a day: each about a factor of six, so that every duration has a scale near it.
const SCALES: [Span; 4] = [
    Span::minutes(0),
    Span::hours(1),
    Span::hours(6),
    Span::days(1),
];
const DAY_MS: f64 = 86_400_000.0;
/// Half-life of what is learnt of seasons, dispersion and tails: four of each weekday.
const MEMORY_DAYS: f64 = 28.0;
/// Prior relative variance beyond Poisson per scale: errors average out slowly, about as window^-0.2.
/// Worth three hours or three windows, whichever is longer.
const PRIOR_DISPERSION: [f64; 4] = [0.5, 0.3, 0.2, 0.15];
const PRIOR_WINDOWS: f64 = 3.0;
const PRIOR_DAYS: f64 = 3.0 / 24.0;
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
/// [`observe`](Self::observe) is O(1) amortised, about 3 microseconds; a gap costs at most one day of
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
    scales: [Scale; 4],
    merged: Tail,
    score: Tail,
    last: Option<Timestamp>,
    kept: Option<(Timestamp, f64)>,
}

/// One scale: its window's sums, its dispersion and its tail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Scale {
    buckets: usize,
    prior_dispersion: f64,
    count: f64,
    expected: f64,
    squared_error: f64,
    squared_expected: f64,
    tail: Tail,
}

/// Counts and expectations of the last day, oldest overwritten first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Ring {
    cells: Vec<(f64, f64)>,
    next: usize,
}

/// A reading with what learning from it needs.
struct Judged {
    reading: Reading,
    merged: f64,
    windows: [Window; 4],
}

#[derive(Clone, Copy, Default)]
struct Window {
    count: f64,
    expected: f64,
    dispersion: f64,
    deviation: f64,
    odds: f64,
}

impl Window {
    fn exact_odds(&self) -> f64 {
        libm::log1p(negative_binomial(self.count, self.expected, self.dispersion).upper)
    }
}

impl Surprise {
    /// A detector for buckets of `step`, taken as at least a minute and at most a day.
    pub fn new(step: Span) -> Self {
        let step = Span::from_millis(step.millis().clamp(60_000, DAY_MS as i64));
        let per_day = DAY_MS / step.millis() as f64;
        let merged =
            |(at, excess, days): (f64, f64, f64)| Tail::of_merged(at, excess, days * per_day);
        let day = Ring::new(buckets(SCALES[3], step));
        Self {
            step,
            keep: half_life(MEMORY_DAYS * per_day),
            baseline: Baseline::new(per_day),
            day,
            scales: std::array::from_fn(|i| {
                Scale::new(buckets(SCALES[i], step), PRIOR_DISPERSION[i])
            }),
            merged: merged(SURPRISE_START),
            score: merged(SCORE_START),
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
    /// tail probabilities, which makes it about ten times as fast.
    pub fn follow(&mut self, at: Timestamp, count: f64) -> f64 {
        let count = sane(count);
        let missing = self.missing_before(at);
        let expected = self.baseline.expected(at, count);
        let mut windows = self.windows(count, expected, missing);
        let merged = self.merge_bounds(&mut windows);
        self.take(at, count, expected, missing, merged, &windows);
        expected
    }

    /// Sets the odds of each window, or a bound on them where the bound is below its tail; gives the merged value, or a
    /// bound on it where that is below both of the merged tails.
    fn merge_bounds(&self, windows: &mut [Window; 4]) -> f64 {
        let mut bounded = [true; 4];
        for ((scale, window), bounded) in self.scales.iter().zip(&mut *windows).zip(&mut bounded) {
            let Window {
                count,
                expected,
                dispersion,
                deviation,
                ..
            } = *window;
            let bound = odds_ceiling(count, expected, deviation, dispersion);
            *bounded = bound <= scale.tail.threshold();
            window.odds = if *bounded { bound } else { window.exact_odds() };
        }
        let merge = |windows: &[Window; 4]| {
            self.scales
                .iter()
                .zip(windows)
                .map(|(scale, window)| scale.tail.surprise(window.odds))
                .sum::<f64>()
                / SCALES.len() as f64
        };
        let bound = merge(windows);
        if bound <= self.merged.threshold().min(self.score.threshold()) {
            return bound;
        }
        for (window, bounded) in windows.iter_mut().zip(bounded) {
            if bounded {
                window.odds = window.exact_odds();
            }
        }
        merge(windows)
    }

    /// What [`observe`](Self::observe) would say, without learning: for "what if", and for a bucket still open.
    pub fn reading_of(&self, at: Timestamp, count: f64) -> Reading {
        self.judge(at, sane(count), self.missing_before(at)).reading
    }

    /// How improbable the last `buckets` together are (a day's at most), as of the last bucket observed.
    ///
    /// O(`buckets`). Dispersion and tail are those of the nearest of the detector's own scales.
    pub fn window(&self, buckets: usize) -> WindowReading {
        let length = buckets.clamp(1, self.day.cells.len().max(1));
        let (count, expected) = self.day.latest(length);
        self.window_reading(length, count, expected)
    }

    /// What [`window`](Self::window) would say if the last `buckets` had brought `count` together.
    pub fn window_of(&self, buckets: usize, count: f64) -> WindowReading {
        let length = buckets.clamp(1, self.day.cells.len().max(1));
        let (_, expected) = self.day.latest(length);
        self.window_reading(length, sane(count), expected)
    }

    fn window_reading(&self, length: usize, count: f64, expected: f64) -> WindowReading {
        let scale = self.nearest_scale(length);
        let doubt = self
            .baseline
            .relative_doubt(LEVEL_DOUBT_HOURS)
            .min(MAX_DOUBT);
        let dispersion = scale.dispersion(expected, self.baseline.per_day()) + doubt;
        let tails = negative_binomial(count, expected.max(1e-6), dispersion);
        WindowReading {
            expected,
            surprise: scale
                .tail
                .surprise(libm::log1p(tails.upper))
                .clamp(0.0, MAX_SURPRISE),
            silence: tails.lower.clamp(0.0, MAX_SURPRISE),
        }
    }

    /// The scale whose length is nearest by ratio.
    fn nearest_scale(&self, length: usize) -> &Scale {
        let off =
            |scale: &Scale| libm::fabs(libm::log(scale.buckets as f64) - libm::log(length as f64));
        let mut best = &self.scales[0];
        for scale in &self.scales[1..] {
            if off(scale) < off(best) {
                best = scale;
            }
        }
        best
    }

    /// Buckets left out between the last one and `at`, a day's at most.
    fn missing_before(&self, at: Timestamp) -> usize {
        let Some(last) = self.last else { return 0 };
        let step = self.step.millis().max(1);
        let steps = (at.millis().saturating_sub(last.millis()) + step / 2) / step;
        (steps.max(1) as usize - 1).min(self.day.cells.len())
    }

    /// The four windows that end with a bucket, without their odds.
    fn windows(&self, count: f64, expected: f64, missing: usize) -> [Window; 4] {
        let doubt = self
            .baseline
            .relative_doubt(LEVEL_DOUBT_HOURS)
            .min(MAX_DOUBT);
        let mut windows = [Window::default(); 4];
        for (scale, window) in self.scales.iter().zip(&mut windows) {
            let gone = self.day.oldest(scale.buckets, missing + 1);
            window.count = (scale.count - gone.0).max(0.0) + count;
            window.expected = (scale.expected - gone.1).max(0.0) + expected;
            window.dispersion = scale.dispersion(window.expected, self.baseline.per_day()) + doubt;
            let variance = window.expected + window.dispersion * window.expected * window.expected;
            window.deviation = variance.sqrt();
        }
        windows
    }

    fn judge(&self, at: Timestamp, count: f64, missing: usize) -> Judged {
        let expected = self.baseline.expected(at, count);
        let mut reading = Reading {
            expected,
            ..Reading::default()
        };
        let mut windows = self.windows(count, expected, missing);
        let mut merged = 0.0;
        for ((scale, window), shown) in self
            .scales
            .iter()
            .zip(&mut windows)
            .zip(&mut reading.scales)
        {
            let tails = negative_binomial(window.count, window.expected, window.dispersion);
            window.odds = libm::log1p(tails.upper);
            *shown = tails.upper;
            reading.silence = reading.silence.max(tails.lower);
            merged += scale.tail.surprise(window.odds) / SCALES.len() as f64;
        }
        reading.surprise = self.merged.surprise(merged).clamp(0.0, MAX_SURPRISE);
        let raw = (self.score.surprise(merged) / ALARM).clamp(0.0, 1.0);
        if raw > self.recent_score(at) {
            reading.anomaly_score = raw;
        }
        Judged {
            reading,
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
        let expected = judged.reading.expected;
        self.take(at, count, expected, missing, judged.merged, &judged.windows);
        if judged.reading.anomaly_score > 0.0 {
            self.kept = Some((at, judged.reading.anomaly_score));
        }
    }

    fn take(
        &mut self,
        at: Timestamp,
        count: f64,
        expected: f64,
        missing: usize,
        merged: f64,
        windows: &[Window; 4],
    ) {
        let keep = self.keep;
        for (scale, window) in self.scales.iter_mut().zip(windows) {
            scale.learn(window, keep);
        }
        self.merged.learn(merged, keep);
        self.score.learn(merged, keep);
        for _ in 0..missing {
            self.day.push((0.0, 0.0));
        }
        self.day.push((count, expected));
        // Sums kept by adding and subtracting drift; once a round they are taken afresh.
        if self.day.next == 0 {
            for scale in &mut self.scales {
                (scale.count, scale.expected) = self.day.latest(scale.buckets);
            }
        }
        self.baseline
            .learn(at, count, expected, windows[0].deviation);
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
    }
}

impl Scale {
    fn new(buckets: usize, prior_dispersion: f64) -> Self {
        Self {
            buckets,
            prior_dispersion,
            count: 0.0,
            expected: 0.0,
            squared_error: 0.0,
            squared_expected: 0.0,
            tail: Tail::of_scale(),
        }
    }

    /// Moment estimate of the relative variance beyond Poisson, shrunk to the prior.
    fn dispersion(&self, expected: f64, per_day: f64) -> f64 {
        let prior =
            (PRIOR_WINDOWS * self.buckets as f64).max(PRIOR_DAYS * per_day) * expected * expected;
        let estimate = (self.squared_error + prior * self.prior_dispersion)
            / (self.squared_expected + prior).max(f64::MIN_POSITIVE);
        estimate.clamp(1e-3, 20.0)
    }

    fn learn(&mut self, window: &Window, keep: f64) {
        let limit = WINSOR * window.deviation;
        // Not `clamp`, which panics where a forged snapshot has left no number.
        let error = (window.count - window.expected).max(-limit).min(limit);
        self.squared_error = keep * self.squared_error + error * error - window.expected;
        self.squared_expected = keep * self.squared_expected + window.expected * window.expected;
        self.tail.learn(window.odds, keep);
        self.count = window.count;
        self.expected = window.expected;
    }
}

impl Ring {
    fn new(len: usize) -> Self {
        Self {
            cells: vec![(0.0, 0.0); len],
            next: 0,
        }
    }

    fn push(&mut self, cell: (f64, f64)) {
        if let Some(slot) = self.cells.get_mut(self.next) {
            *slot = cell;
        }
        self.next = (self.next + 1) % self.cells.len().max(1);
    }

    /// The cell pushed `age` pushes ago, counted from 1.
    fn back(&self, age: usize) -> (f64, f64) {
        let len = self.cells.len().max(1);
        let at = (self.next % len + len - age.min(len)) % len;
        self.cells.get(at).copied().unwrap_or_default()
    }

    /// Sum of the `gone` oldest of the last `window` cells.
    fn oldest(&self, window: usize, gone: usize) -> (f64, f64) {
        let gone = gone.min(window);
        sum((window - gone + 1..=window).map(|age| self.back(age)))
    }

    fn latest(&self, window: usize) -> (f64, f64) {
        sum((1..=window.min(self.cells.len())).map(|age| self.back(age)))
    }
}

/// How many buckets of `step` make up `span`, one at least.
fn buckets(span: Span, step: Span) -> usize {
    let step = step.millis().max(1);
    ((span.millis() + step / 2) / step).max(1) as usize
}

fn sum(cells: impl Iterator<Item = (f64, f64)>) -> (f64, f64) {
    cells.fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1))
}

fn sane(count: f64) -> f64 {
    if count.is_nan() {
        0.0
    } else {
        count.clamp(0.0, MAX_COUNT)
    }
}

/// The factor that halves a sum in `rows` steps.
fn half_life(rows: f64) -> f64 {
    libm::exp2(-1.0 / rows.max(1.0))
}
