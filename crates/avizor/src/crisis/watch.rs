//! One entity under watch: buckets that fill, windows that trail behind, baselines that learn.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::bucket::{Bucket, Example, STEP, keep_strongest};
use super::life::Life;
use super::surprise::Surprise;
use super::window::Window;
use crate::protocol::{Indicators, Protocol};
use crate::time::{Span, Timestamp};

/// Words remembered of an entity's past.
const PAST_TERMS: usize = 4096;
/// The past of words fades by this factor a day.
const TERM_FADE: f64 = 0.9;
/// Indicators of surprise beyond this say nothing more.
const CAP: f64 = 30.0;

/// Baselines of one window length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Baseline {
    window: Window,
    span: Span,
    volume: Surprise,
    negative: Surprise,
}

/// Everything that is remembered of one entity for alarms.
///
/// Memory: buckets of the longest window, one window and two baselines for each different length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Watch {
    /// Buckets that may still receive mentions, by index.
    open: BTreeMap<i64, Bucket>,
    /// Closed buckets that some window still covers, oldest first, without gaps.
    closed: VecDeque<Bucket>,
    baselines: Vec<Baseline>,
    /// One for each trigger of the protocol.
    pub lives: Vec<Life>,
    past_terms: BTreeMap<String, f64>,
    past_volume: f64,
    day: i64,
}

impl Watch {
    pub(crate) fn new(protocol: &Protocol) -> Self {
        let mut spans: Vec<Span> = protocol.triggers.iter().map(|t| t.window).collect();
        spans.sort_unstable();
        spans.dedup();
        Self {
            open: BTreeMap::new(),
            closed: VecDeque::new(),
            baselines: spans
                .into_iter()
                .map(|span| Baseline {
                    window: Window::new(span),
                    span,
                    volume: Surprise::new(span),
                    negative: Surprise::new(span),
                })
                .collect(),
            lives: vec![Life::default(); protocol.triggers.len()],
            past_terms: BTreeMap::new(),
            past_volume: 0.0,
            day: i64::MIN,
        }
    }

    pub(crate) fn open_bucket(&mut self, index: i64) -> &mut Bucket {
        self.open.entry(index).or_default()
    }

    /// Closes bucket `index`: it enters every window, and what is older than the windows leaves.
    pub(crate) fn close(&mut self, index: i64) {
        let mut bucket = self.open.remove(&index).unwrap_or_default();
        bucket.keep_commonest();
        for baseline in &mut self.baselines {
            baseline.window.enter(&bucket);
            if let Some(gone) = self.closed.len().checked_sub(baseline.window.length) {
                baseline.window.leave(&self.closed[gone]);
            }
        }
        self.closed.push_back(bucket);
        let longest = self.baselines.last().map_or(1, |b| b.window.length);
        while self.closed.len() > longest {
            if let Some(gone) = self.closed.pop_front() {
                self.remember(&gone, index);
            }
        }
    }

    /// Lets the baselines learn from windows that end at the close of bucket `index`. Called after the
    /// window was judged, so that nothing is measured against itself.
    pub(crate) fn learn(&mut self, index: i64) {
        for baseline in &mut self.baselines {
            let length = baseline.window.length as i64;
            if (index + 1).rem_euclid(length) == 0 {
                let start = Bucket::start(index + 1 - length);
                baseline
                    .volume
                    .observe(start, f64::from(baseline.window.volume));
                baseline
                    .negative
                    .observe(start, f64::from(baseline.window.negative));
            }
        }
    }

    /// Words of a bucket that left the longest window become the past.
    fn remember(&mut self, bucket: &Bucket, index: i64) {
        let day = Bucket::start(index).millis().div_euclid(86_400_000);
        if day != self.day {
            self.day = day;
            self.past_volume *= TERM_FADE;
            for count in self.past_terms.values_mut() {
                *count *= TERM_FADE;
            }
            self.past_terms.retain(|_, count| *count > 0.3);
        }
        self.past_volume += f64::from(bucket.volume);
        for (term, n) in &bucket.terms {
            if self.past_terms.len() < PAST_TERMS || self.past_terms.contains_key(term) {
                *self.past_terms.entry(term.clone()).or_default() += f64::from(*n);
            }
        }
    }

    /// The oldest bucket that something was counted in and that is not closed.
    pub(crate) fn first_open(&self) -> Option<i64> {
        self.open.keys().next().copied()
    }

    /// Whether nothing has been counted in the longest window and no rule is awake.
    pub(crate) fn is_quiet(&self) -> bool {
        self.baselines.iter().all(|b| b.window.volume == 0)
            && self.lives.iter().all(|l| *l == Life::Inactive)
    }

    /// Forgets windows over a stretch in which nothing came, as if each bucket had been closed empty.
    pub(crate) fn skip(&mut self) {
        self.closed.clear();
        for baseline in &mut self.baselines {
            baseline.window = Window::new(baseline.span);
        }
    }

    fn baseline(&self, span: Span) -> Option<&Baseline> {
        self.baselines.iter().find(|b| b.span == span)
    }

    /// The window of a trigger.
    pub(crate) fn window(&self, span: Span) -> Option<&Window> {
        self.baseline(span).map(|b| &b.window)
    }

    /// Indicators over the window of `span` that ends at `end`; `others` are the mentions of everybody else.
    pub(crate) fn indicators(&self, span: Span, end: Timestamp, others: u32) -> Indicators {
        let Some(baseline) = self.baseline(span) else {
            return Indicators::default();
        };
        let w = &baseline.window;
        let start = end.minus(span);
        let volume = baseline.volume.reading_of(start, f64::from(w.volume));
        let negative = baseline.negative.reading_of(start, f64::from(w.negative));
        let (max_followers, reach) = w.negative_followers();
        Indicators {
            volume: i64::from(w.volume),
            negative: i64::from(w.negative),
            positive: i64::from(w.positive),
            negative_share: share(w.negative, w.judged),
            positive_share: share(w.positive, w.judged),
            net_sentiment: 100.0 * (share(w.positive, w.judged) - share(w.negative, w.judged)),
            volume_surprise: tidy(volume.surprise.min(CAP)),
            negative_surprise: tidy(negative.surprise.min(CAP)),
            silence: tidy(volume.silence.min(CAP)),
            expected_volume: tidy(volume.expected),
            distinct_authors: w.distinct_authors() as i64,
            top_author_share: share(w.top_author_mentions(), w.volume),
            duplicate_share: share(w.volume.saturating_sub(w.distinct_texts() as u32), w.volume),
            urgent: i64::from(w.urgent),
            critical: i64::from(w.critical),
            max_followers: i64::try_from(max_followers).unwrap_or(i64::MAX),
            reach: i64::try_from(reach).unwrap_or(i64::MAX),
            share_of_voice: share(w.volume, w.volume.saturating_add(others)),
            competitor_volume: i64::from(others),
        }
    }

    fn buckets(&self, length: usize) -> impl Iterator<Item = &Bucket> {
        self.closed.iter().rev().take(length)
    }

    /// The strongest mentions of the last `length` buckets.
    pub(crate) fn examples(&self, length: usize, count: usize) -> Vec<Example> {
        let mut all: Vec<Example> = self
            .buckets(length)
            .flat_map(|b| b.examples.iter().cloned())
            .collect();
        keep_strongest(&mut all, count);
        all
    }

    /// Topics of the last `length` buckets with their mentions, most first.
    pub(crate) fn topics(&self, length: usize) -> Vec<(String, u32)> {
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for (name, n) in self.buckets(length).flat_map(|b| &b.topics) {
            *counts.entry(name).or_default() += n;
        }
        let mut all: Vec<(String, u32)> =
            counts.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        all
    }

    /// Words over-represented in the last `length` buckets against the past, by Dunning's
    /// log-likelihood ratio (1993, <https://aclanthology.org/J93-1003>), strongest first.
    pub(crate) fn grown_terms(&self, length: usize, count: usize) -> Vec<String> {
        let mut now: BTreeMap<&str, f64> = BTreeMap::new();
        let mut volume = 0.0;
        for bucket in self.buckets(length) {
            volume += f64::from(bucket.volume);
            for (term, n) in &bucket.terms {
                *now.entry(term).or_default() += f64::from(*n);
            }
        }
        let past_buckets = self.closed.len().saturating_sub(length);
        let mut past: BTreeMap<&str, f64> = BTreeMap::new();
        let mut past_volume = self.past_volume;
        for bucket in self.closed.iter().take(past_buckets) {
            past_volume += f64::from(bucket.volume);
            for (term, n) in &bucket.terms {
                *past.entry(term).or_default() += f64::from(*n);
            }
        }
        let mut scored: Vec<(f64, &str)> = now
            .iter()
            .filter(|(_, n)| **n >= 3.0)
            .map(|(term, &n)| {
                let before = past.get(term).copied().unwrap_or(0.0)
                    + self.past_terms.get(*term).copied().unwrap_or(0.0);
                (growth(n, volume, before, past_volume), *term)
            })
            .filter(|(g, _)| *g > 3.84) // 5 % of chi-squared with one degree of freedom
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        scored
            .into_iter()
            .take(count)
            .map(|(_, t)| t.to_owned())
            .collect()
    }
}

/// Log-likelihood ratio of a term's rate now against before; 0 where it did not grow.
fn growth(now: f64, now_total: f64, before: f64, before_total: f64) -> f64 {
    // Half a mention on either side keeps new words finite and rare words modest.
    let (a, b) = (now + 0.5, before + 0.5);
    let (n, m) = (now_total + 1.0, before_total + 1.0);
    if a / n <= b / m {
        return 0.0;
    }
    let rate = (a + b) / (n + m);
    2.0 * (a * libm::log(a / (n * rate)) + b * libm::log(b / (m * rate)))
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 {
        0.0
    } else {
        tidy(f64::from(part) / f64::from(whole))
    }
}

/// Four decimals: enough to judge by, few enough to read.
fn tidy(x: f64) -> f64 {
    (x * 10_000.0).round() / 10_000.0
}

/// How long a stretch without mentions is walked bucket by bucket before it is skipped.
pub(crate) fn patience(protocol: &Protocol) -> i64 {
    let keep = protocol
        .triggers
        .iter()
        .map(|t| t.keep_firing_for.millis() + t.hold.millis())
        .max()
        .unwrap_or(0);
    (protocol.longest_window().millis() + keep + Span::days(1).millis()) / STEP.millis()
}
