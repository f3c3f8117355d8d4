//! The detector against simulated series, where the truth is known.

use super::*;

/// A small linear congruential generator (Knuth's MMIX), enough to draw counts from.
struct Dice(u64);

impl Dice {
    /// Uniform in (0, 1).
    fn uniform(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        ((self.0 >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// An exponential of mean `mean`.
    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(self.uniform())
    }

    /// A negative binomial of dispersion 1 / `shape`: Poisson events in a gamma of whole shape.
    fn count(&mut self, mean: f64, shape: u32) -> f64 {
        let rate: f64 = (0..shape)
            .map(|_| self.exponential(mean / f64::from(shape)))
            .sum();
        if rate > 50.0 {
            let normal: f64 = (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0;
            return (rate + normal * rate.sqrt()).round().max(0.0);
        }
        let mut events = 0.0;
        let mut left = rate - self.exponential(1.0);
        while left > 0.0 {
            events += 1.0;
            left -= self.exponential(1.0);
        }
        events
    }
}

const STEP: Span = Span::minutes(5);
const DAY: usize = 288;

/// Buckets from a Monday's midnight on.
fn at(i: usize) -> Timestamp {
    Timestamp::from_millis(1_699_833_600_000 + i as i64 * STEP.millis())
}

/// Daily swing of about 1 to 5, weekends at half.
fn seasonal(i: usize, mean: f64) -> f64 {
    let day = i as f64 / DAY as f64;
    let weekend = if (i / DAY) % 7 >= 5 { 0.55 } else { 1.1 };
    mean * weekend * libm::exp(0.8 * libm::sin(day * std::f64::consts::TAU))
}

fn run(days: usize, mean: f64, shape: u32, seed: u64) -> (Surprise, Vec<Reading>, Dice) {
    let mut dice = Dice(seed);
    let mut series = Surprise::new(STEP);
    let readings = (0..days * DAY)
        .map(|i| series.observe(at(i), dice.count(seasonal(i, mean), shape)))
        .collect();
    (series, readings, dice)
}

fn share(readings: &[Reading], beyond: impl Fn(&Reading) -> bool) -> f64 {
    readings.iter().filter(|r| beyond(r)).count() as f64 / readings.len() as f64
}

#[test]
fn calibrated_when_nothing_happens() {
    for (mean, shape) in [(0.2, 2), (0.2, 20), (20.0, 2), (500.0, 1), (500.0, 20)] {
        let mut later = Vec::new();
        for seed in 0..3 {
            let (_, readings, _) = run(74, mean, shape, seed + 1);
            later.extend_from_slice(&readings[14 * DAY..]);
        }
        // Up to threefold in excess; where a series is very regular it errs on the quiet side.
        let surprising = share(&later, |r| r.surprise > 3.0);
        assert!(
            (1.5e-4..3e-3).contains(&surprising),
            "mean {mean}, shape {shape}: {surprising}"
        );
        let silent = share(&later, |r| r.silence > 3.0);
        assert!(silent < 3e-3, "mean {mean}, shape {shape}: silent {silent}");
    }
}

#[test]
fn season_raises_no_alarm() {
    let (_, readings, _) = run(42, 20.0, 5, 7);
    let alarms = readings[14 * DAY..]
        .iter()
        .filter(|r| r.anomaly_score >= 1.0)
        .count();
    assert!(alarms <= 2, "{alarms} alarms in four quiet weeks");
    // The expectation follows day and week.
    let error: f64 = (35 * DAY..42 * DAY)
        .map(|i| (readings[i].expected / seasonal(i, 20.0) - 1.0).abs())
        .sum();
    let error = error / (7 * DAY) as f64;
    assert!(error < 0.2, "{error}");
}

#[test]
fn first_hours_are_wide() {
    let mut series = Surprise::new(STEP);
    assert!(series.observe(at(0), 40.0).surprise < 1.0);
    for i in 1..12 {
        series.observe(at(i), 40.0);
    }
    let early = series.reading_of(at(12), 120.0).surprise;
    for i in 12..14 * DAY {
        series.observe(at(i), 40.0);
    }
    let late = series.reading_of(at(14 * DAY), 120.0).surprise;
    assert!(early < 2.0 && late > early + 1.0, "{early} then {late}");
}

#[test]
fn flash_burst_is_one_alarm_at_once() {
    let (mut series, _, mut dice) = run(28, 20.0, 5, 11);
    let burst: Vec<_> = (28 * DAY..28 * DAY + 24)
        .map(|i| series.observe(at(i), 10.0 * dice.count(seasonal(i, 20.0), 5)))
        .collect();
    assert_eq!(burst[0].anomaly_score, 1.0, "{:?}", burst[0]);
    assert!(burst[0].surprise > 4.0, "{:?}", burst[0]);
    assert!(burst[1..].iter().all(|r| r.anomaly_score == 0.0));
    // It does not fade while the burst lasts.
    assert!(burst[11].surprise > burst[0].surprise, "{:?}", burst[11]);
}

#[test]
fn slow_burn_is_seen_by_the_long_scales() {
    let (mut series, _, mut dice) = run(28, 20.0, 5, 13);
    let burn: Vec<_> = (28 * DAY..29 * DAY)
        .map(|i| series.observe(at(i), dice.count(1.7 * seasonal(i, 20.0), 5)))
        .collect();
    assert!(burn.iter().any(|r| r.anomaly_score >= 1.0));
    let last = burn[DAY - 1].scales;
    assert!(last[3] > last[0] && last[3] > 1.5, "{last:?}");
}

#[test]
fn silence_is_surprising_too() {
    let (mut series, readings, _) = run(28, 20.0, 5, 17);
    assert!(readings[27 * DAY..].iter().all(|r| r.silence < 5.0));
    let quiet: Vec<_> = (28 * DAY..28 * DAY + 24)
        .map(|i| series.observe(at(i), 0.0))
        .collect();
    assert!(quiet[23].silence > 6.0, "{:?}", quiet[23]);
    assert!(quiet.iter().all(|r| r.anomaly_score == 0.0));
}

#[test]
fn gap_is_unknown_not_silence() {
    let (mut series, _, mut dice) = run(28, 20.0, 5, 19);
    for weeks in 1..4 {
        let i = (28 + weeks * 7) * DAY;
        let after = series.observe(at(i), dice.count(seasonal(i, 20.0), 5));
        assert!(after.silence < 4.0 && after.surprise < 4.0, "{after:?}");
    }
    // A window of a day after a gap knows only what came since.
    let sums = series.scales.expected();
    assert_eq!(sums[3], sums[0]);
    // A year later, and a clock that jumps back.
    for odd in [at(400 * DAY), at(0), at(401 * DAY)] {
        assert!(series.observe(odd, 20.0).surprise.is_finite());
    }
}

#[test]
fn learns_past_a_new_level() {
    let (mut series, _, mut dice) = run(21, 20.0, 5, 23);
    let mut expected = 0.0;
    for i in 21 * DAY..49 * DAY {
        expected = series.observe(at(i), dice.count(60.0, 5)).expected;
    }
    assert!((45.0..80.0).contains(&expected), "{expected}");
}

#[test]
fn reading_of_is_observe_without_learning() {
    let (series, ..) = run(3, 5.0, 2, 29);
    for ahead in [0, 1, 11, 500] {
        let mut other = series.clone();
        let when = at(3 * DAY + ahead);
        assert_eq!(series.reading_of(when, 30.0), other.observe(when, 30.0));
    }
}

#[test]
fn following_learns_what_observing_learns() {
    for (mean, shape) in [(0.05, 2), (0.8, 1), (4.0, 3), (60.0, 8)] {
        let mut dice = Dice(43);
        let (mut judged, mut followed) = (Surprise::new(STEP), Surprise::new(STEP));
        for i in 0..20 * DAY {
            // Bursts, and a gap a week.
            let burst = if i % 1500 < 12 { 8.0 } else { 1.0 };
            if i % 2016 < 40 {
                continue;
            }
            let count = dice.count(burst * seasonal(i, mean), shape);
            let expected = followed.follow(at(i), count);
            assert_eq!(judged.observe(at(i), count).expected, expected);
        }
        followed.kept = judged.kept;
        assert_eq!(judged, followed, "mean {mean}");
    }
}

#[test]
fn snapshot_restores_exactly() {
    let (mut series, ..) = run(9, 5.0, 2, 31);
    let bytes = postcard::to_stdvec(&series).unwrap();
    assert!(bytes.len() < 6_000, "{} bytes", bytes.len());
    let mut back: Surprise = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(back, series);
    assert_eq!(
        back.observe(at(9 * DAY), 9.0),
        series.observe(at(9 * DAY), 9.0)
    );
}

#[test]
fn hostile_input_gives_finite_readings() {
    let odd = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -1.0,
        0.0,
        1e300,
        5e-324,
        0.5,
    ];
    let times = [i64::MIN, i64::MAX, 0, -1, 1, 86_400_000 * 400];
    for step in [
        Span::minutes(0),
        Span::minutes(7),
        Span::hours(5),
        Span::days(3),
    ] {
        let mut series = Surprise::new(step);
        let mut dice = Dice(37);
        for i in 0..3_000usize {
            let when = if i % 50 == 0 {
                Timestamp::from_millis(times[i / 50 % times.len()])
            } else {
                at(i)
            };
            let count = odd[(dice.uniform() * odd.len() as f64) as usize];
            let r = series.observe(when, count);
            let all = [r.expected, r.surprise, r.silence, r.anomaly_score];
            assert!(
                all.iter()
                    .chain(&r.scales)
                    .all(|v| v.is_finite() && *v >= 0.0),
                "{r:?}"
            );
            assert!(r.anomaly_score <= 1.0 && r.surprise <= MAX_SURPRISE);
        }
    }
}

#[test]
fn negative_binomial_tails_agree_with_sums() {
    // r = 2, mean 3: P(Y = k) = (k + 1) 0.4^2 0.6^k.
    let p = |k: i32| f64::from(k + 1) * 0.16 * 0.6f64.powi(k);
    let exact: f64 = (0..=1).map(p).sum();
    let tails = negative_binomial(1.0, 3.0, 0.5);
    assert!((tails.lower + exact.log10()).abs() < 1e-5);
    let exact: f64 = (20..200).map(p).sum();
    let tails = negative_binomial(20.0, 3.0, 0.5);
    assert!((tails.upper + exact.log10()).abs() < 1e-5);
    assert!(negative_binomial(0.0, 3.0, 0.5).upper == 0.0);
}

#[test]
fn tails_add_up_to_one() {
    for mean in [0.01, 1.0, 40.0, 3e3, 1e8] {
        for dispersion in [1e-3, 0.2, 4.0] {
            let sd = libm::sqrt(mean + dispersion * mean * mean);
            for z in [-1.5, -0.3, 0.0, 0.7, 2.5] {
                let count = (mean + z * sd).max(0.0).floor();
                let at_most = negative_binomial(count, mean, dispersion).lower;
                let above = negative_binomial(count + 1.0, mean, dispersion).upper;
                let total = libm::exp10(-at_most) + libm::exp10(-above);
                assert!(
                    (total - 1.0).abs() < 1e-4,
                    "{count} of {mean}, {dispersion}: {total}"
                );
            }
        }
    }
}
