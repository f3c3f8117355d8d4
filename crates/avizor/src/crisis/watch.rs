//! One entity under watch: buckets that fill, windows that trail behind, baselines that learn.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::bucket::{Bucket, Example, STEP, keep_strongest};
use super::life::Life;
use super::surprise::Surprise;
use super::window::Window;
use crate::protocol::{Indicators, Protocol};
use crate::reputation::log_likelihood_ratio;
use crate::time::Span;

/// Words remembered of an entity's past.
const PAST_TERMS: usize = 4096;
/// The past of words fades by this factor a day.
const TERM_FADE: f64 = 0.9;
/// The past of sentiment fades by half in a month.
const SENTIMENT_FADE: f64 = 0.977_159_968_434_245_7;
/// Fewer mentions than this are no past to compare with.
const ENOUGH_PAST: f64 = 100.0;
/// Indicators of surprise beyond this say nothing more.
const CAP: f64 = 30.0;

/// The trailing window of one length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Trailing {
    window: Window,
    span: Span,
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
    /// One for each different length, shortest first.
    windows: Vec<Trailing>,
    /// What to expect, by bucket: of all mentions, and of negative ones.
    volume: Surprise,
    negative: Surprise,
    /// One for each trigger of the protocol.
    pub lives: Vec<Life>,
    past_terms: BTreeMap<String, f64>,
    past_volume: f64,
    /// Mentions whose sentiment could be read, and negative ones, before the longest window.
    past_judged: f64,
    past_negative: f64,
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
            windows: spans
                .into_iter()
                .map(|span| Trailing {
                    window: Window::new(span),
                    span,
                })
                .collect(),
            volume: Surprise::new(STEP),
            negative: Surprise::new(STEP),
            lives: vec![Life::default(); protocol.triggers.len()],
            past_terms: BTreeMap::new(),
            past_volume: 0.0,
            past_judged: 0.0,
            past_negative: 0.0,
            day: i64::MIN,
        }
    }

    pub(crate) fn open_bucket(&mut self, index: i64) -> &mut Bucket {
        self.open.entry(index).or_default()
    }

    /// Closes bucket `index`: it enters every window, and what is older than the windows leaves. The
    /// baselines judge the bucket by what they knew before it, then learn.
    pub(crate) fn close(&mut self, index: i64) {
        let mut bucket = self.open.remove(&index).unwrap_or_default();
        bucket.keep_commonest();
        let start = Bucket::start(index);
        self.volume.observe(start, f64::from(bucket.volume));
        self.negative.observe(start, f64::from(bucket.negative));
        for trailing in &mut self.windows {
            trailing.window.enter(&bucket);
            if let Some(gone) = self.closed.len().checked_sub(trailing.window.length) {
                trailing.window.leave(&self.closed[gone]);
            }
        }
        self.closed.push_back(bucket);
        let longest = self.windows.last().map_or(1, |t| t.window.length);
        while self.closed.len() > longest {
            if let Some(gone) = self.closed.pop_front() {
                self.remember(&gone, index);
            }
        }
    }

    /// What left the longest window becomes the past.
    fn remember(&mut self, bucket: &Bucket, index: i64) {
        let day = Bucket::start(index).millis().div_euclid(86_400_000);
        if day != self.day {
            self.day = day;
            self.past_volume *= TERM_FADE;
            self.past_judged *= SENTIMENT_FADE;
            self.past_negative *= SENTIMENT_FADE;
            for count in self.past_terms.values_mut() {
                *count *= TERM_FADE;
            }
            self.past_terms.retain(|_, count| *count > 0.3);
        }
        self.past_volume += f64::from(bucket.volume);
        self.past_judged += f64::from(bucket.judged);
        self.past_negative += f64::from(bucket.negative);
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
        self.windows.iter().all(|t| t.window.volume == 0)
            && self.lives.iter().all(|l| *l == Life::Inactive)
    }

    /// Forgets windows over a stretch in which nothing came, as if each bucket had been closed empty.
    pub(crate) fn skip(&mut self) {
        self.closed.clear();
        for trailing in &mut self.windows {
            trailing.window = Window::new(trailing.span);
        }
    }

    /// The window of a trigger.
    pub(crate) fn window(&self, span: Span) -> Option<&Window> {
        self.windows
            .iter()
            .find(|t| t.span == span)
            .map(|t| &t.window)
    }

    /// Indicators over the last `span`; `others` are the mentions of everybody else.
    pub(crate) fn indicators(&self, span: Span, others: u32) -> Indicators {
        let Some(w) = self.window(span) else {
            return Indicators::default();
        };
        let volume = self.volume.window(w.length);
        let negative = self.negative.window(w.length);
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
            negative_drift: tidy(self.negative_drift(w).min(CAP)),
            silence: tidy(volume.silence.min(CAP)),
            expected_volume: tidy(volume.expected),
            distinct_authors: w.distinct_authors() as i64,
            top_author_share: share(w.top_author_mentions(), w.volume),
            duplicate_share: share(w.volume.saturating_sub(w.distinct_texts() as u32), w.volume),
            urgent: i64::from(w.urgent),
            critical: i64::from(w.critical),
            urgent_reach: i64::try_from(self.urgent_reach(w.length)).unwrap_or(i64::MAX),
            max_followers: i64::try_from(max_followers).unwrap_or(i64::MAX),
            reach: i64::try_from(reach).unwrap_or(i64::MAX),
            share_of_voice: share(w.volume, w.volume.saturating_add(others)),
            competitor_volume: i64::from(others),
        }
    }

    /// -log10 of the probability of so great a share of negative mentions if it were still that of the
    /// past: the signed root of the G statistic, one-sided (Wilks 1938).
    fn negative_drift(&self, w: &Window) -> f64 {
        let (n, m) = (f64::from(w.judged), self.past_judged);
        let (a, b) = (f64::from(w.negative), self.past_negative);
        if n < 1.0 || m < ENOUGH_PAST || a / n <= b / m {
            return 0.0;
        }
        let pooled = (a + b) / (n + m);
        let term = |observed: f64, expected: f64| {
            if observed > 0.0 {
                2.0 * observed * libm::log(observed / expected)
            } else {
                0.0
            }
        };
        let g = term(a, n * pooled)
            + term(n - a, n * (1.0 - pooled))
            + term(b, m * pooled)
            + term(m - b, m * (1.0 - pooled));
        let p = 0.5 * libm::erfc((g.max(0.0) / 2.0).sqrt());
        -libm::log10(p.max(1e-300))
    }

    fn urgent_reach(&self, length: usize) -> u64 {
        self.buckets(length)
            .map(|b| b.urgent_reach)
            .max()
            .unwrap_or(0)
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
                (log_likelihood_ratio(n, volume, before, past_volume), *term)
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
