//! One entity under watch: buckets that fill, windows that trail behind, baselines that learn.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::bucket::{AuthorTally, Bucket, Example, STEP, keep_strongest};
use super::budget::Budget;
use super::life::Rule;
use super::past::{Habit, Past};
use super::surprise::{Surprise, WindowReading};
use super::window::{Window, share};
use crate::lexicon::HashTable;
use crate::protocol::{Indicators, Name, Protocol, Set};
use crate::reputation::log_likelihood_ratio;
use crate::text;
use crate::time::Span;

/// What needs a past of the window to compare with.
const DRIFTS: Set = Set::of(&[Name::negative_drift, Name::topic_drift]);
/// Indicators of surprise beyond this say nothing more.
const CAP: f64 = 30.0;

/// The trailing window of one length, and what rules read over it.
#[derive(Clone, Debug, PartialEq)]
struct Trailing {
    window: Window,
    span: Span,
    read: Set,
}

/// How often a word is said now and was said before.
#[derive(Default)]
struct Growth<'a> {
    term: &'a str,
    now: f64,
    before: f64,
}

/// Everything that is remembered of one entity for alarms.
///
/// Memory: buckets of the longest window, one window for each different length, two baselines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Watch {
    /// Whether rules judge it; of a competitor only the volume is counted.
    own: bool,
    /// Buckets that may still receive mentions, by index.
    open: BTreeMap<i64, Bucket>,
    /// Closed buckets that some window still covers, oldest first, without gaps.
    closed: VecDeque<Bucket>,
    /// One for each different length, shortest first; a snapshot leaves them out.
    #[serde(skip)]
    windows: Vec<Trailing>,
    /// Whether anything was ever counted: before that, nothing is known of what is usual.
    begun: bool,
    /// What to expect, by bucket: of all mentions, and of negative ones.
    volume: Surprise,
    negative: Surprise,
    /// One for each trigger of the protocol.
    pub rules: Vec<Rule>,
    /// One for each trigger; none where it has no budget.
    pub budgets: Vec<Option<Budget>>,
    past: Past,
    /// What each window is compared with, where rules read its drift.
    habits: BTreeMap<Span, Habit>,
}

impl Watch {
    /// Of an entity, or of a competitor if not `own`.
    pub(crate) fn new(protocol: &Protocol, own: bool) -> Self {
        let mut watch = Self {
            own,
            open: BTreeMap::new(),
            closed: VecDeque::new(),
            windows: Vec::new(),
            begun: false,
            volume: Surprise::new(STEP),
            negative: Surprise::new(STEP),
            rules: vec![Rule::default(); protocol.triggers.len()],
            budgets: protocol.triggers.iter().map(Budget::of).collect(),
            past: Past::default(),
            habits: BTreeMap::new(),
        };
        watch.lay_windows(protocol);
        watch
    }

    /// Fits what was restored to the protocol in force; false where it cannot be.
    pub(crate) fn refit(&mut self, protocol: &Protocol, own: bool) -> bool {
        let triggers = protocol.triggers.len();
        if self.own != own || self.rules.len() != triggers || self.budgets.len() != triggers {
            return false;
        }
        for (budget, trigger) in self.budgets.iter_mut().zip(&protocol.triggers) {
            match budget {
                Some(kept) if Budget::of(trigger).is_some() => kept.refit(trigger),
                _ => *budget = Budget::of(trigger),
            }
        }
        self.lay_windows(protocol);
        true
    }

    /// Windows for the protocol's rules, over the buckets that are there.
    fn lay_windows(&mut self, protocol: &Protocol) {
        let mut read: BTreeMap<Span, Set> = BTreeMap::new();
        for trigger in &protocol.triggers {
            let set = read.entry(trigger.window).or_default();
            *set = set.union(trigger.reads());
        }
        let drifts = |span: &Span| self.own && read.get(span).is_some_and(|r| r.meets(DRIFTS));
        self.habits.retain(|span, _| drifts(span));
        for span in read.keys().filter(|span| drifts(span)) {
            self.habits.entry(*span).or_default();
        }
        self.windows = read
            .into_iter()
            .map(|(span, read)| {
                let read = if self.own { read } else { Set::NONE };
                let mut window = Window::new(span, read);
                let skipped = self.closed.len().saturating_sub(window.length);
                for bucket in self.closed.iter().skip(skipped) {
                    window.enter(bucket);
                }
                Trailing { window, span, read }
            })
            .collect();
    }

    pub(crate) fn open_bucket(&mut self, index: i64) -> &mut Bucket {
        self.open.entry(index).or_default()
    }

    /// Closes bucket `index`: it enters every window, and what is older than the windows leaves. The
    /// baselines learn from it.
    pub(crate) fn close(&mut self, index: i64) {
        let mut bucket = self.open.remove(&index).unwrap_or_default();
        self.begun |= bucket.volume > 0;
        if self.own && self.begun {
            bucket.keep_commonest();
            let start = Bucket::start(index);
            bucket.usual = self.volume.follow(start, f64::from(bucket.volume));
            self.negative.follow(start, f64::from(bucket.negative));
        }
        let day = Bucket::start(index).millis().div_euclid(86_400_000);
        for trailing in &mut self.windows {
            trailing.window.enter(&bucket);
            if let Some(gone) = self.closed.len().checked_sub(trailing.window.length)
                && let Some(gone) = self.closed.get(gone)
            {
                trailing.window.leave(gone);
                if let Some(habit) = self.habits.get_mut(&trailing.span) {
                    habit.remember(gone, day);
                }
            }
        }
        self.closed.push_back(bucket);
        let longest = self.windows.last().map_or(1, |t| t.window.length);
        while self.closed.len() > longest {
            if let Some(gone) = self.closed.pop_front()
                && self.own
            {
                self.past.remember(&gone, day);
            }
        }
    }

    pub(crate) fn open_buckets(&self) -> usize {
        self.open.len()
    }

    /// The oldest bucket that something was counted in and that is not closed.
    pub(crate) fn first_open(&self) -> Option<i64> {
        self.open.keys().next().copied()
    }

    /// Whether nothing has been counted in the longest window and no rule is awake.
    pub(crate) fn is_quiet(&self) -> bool {
        self.windows.iter().all(|t| t.window.volume == 0)
            && self.rules.iter().all(Rule::is_inactive)
    }

    /// Forgets windows over a stretch in which nothing came, as if each bucket had been closed empty.
    pub(crate) fn skip(&mut self) {
        self.closed.clear();
        for trailing in &mut self.windows {
            trailing.window.clear();
        }
    }

    fn trailing(&self, span: Span) -> Option<&Trailing> {
        self.windows.iter().find(|t| t.span == span)
    }

    pub(crate) fn different_windows(&self) -> usize {
        self.windows.len()
    }

    /// Mentions in the window of a trigger.
    pub(crate) fn said(&self, span: Span) -> u32 {
        self.trailing(span).map_or(0, |t| t.window.volume)
    }

    /// How many buckets a window has.
    pub(crate) fn length(&self, span: Span) -> usize {
        self.trailing(span).map_or(1, |t| t.window.length)
    }

    /// Between which values an indicator lies, if that is to be had for next to nothing; `others` are the mentions of
    /// everybody else.
    pub(crate) fn glance(&self, span: Span, name: Name, others: u32) -> Option<(f64, f64)> {
        self.trailing(span)?.window.glance(name, others)
    }

    /// Indicators of `wanted` over the last `span`, written into `into`; `others` are the mentions of everybody
    /// else. What no rule reads over this window is not kept, and cannot be had.
    pub(crate) fn indicators(
        &self,
        span: Span,
        others: u32,
        topics: usize,
        wanted: Set,
        into: &mut Indicators,
    ) {
        let Some(trailing) = self.trailing(span) else {
            return;
        };
        let w = &trailing.window;
        into.volume = i64::from(w.volume);
        into.negative = i64::from(w.negative);
        into.positive = i64::from(w.positive);
        into.urgent = i64::from(w.urgent);
        into.critical = i64::from(w.critical);
        into.negative_share = w.negative_share();
        into.positive_share = w.positive_share();
        into.net_sentiment = w.net_sentiment();
        into.share_of_voice = w.share_of_voice(others);
        into.competitor_volume = i64::from(others);
        into.distinct_authors = w.distinct_authors() as i64;
        into.duplicate_share = w.duplicate_share();
        let habit = self.habits.get(&span);
        let wants = |name: Name| wanted.meets(Set::of(&[name]));
        if wants(Name::top_author_share) {
            into.top_author_share = share(w.top_author_mentions(), w.volume);
        }
        if wants(Name::max_followers) || wants(Name::reach) {
            let (most, sum) = w.negative_followers();
            into.max_followers = whole(most);
            into.reach = whole(sum);
        }
        if wants(Name::urgent_reach) {
            into.urgent_reach = whole(self.urgent_reach(w.length));
        }
        if wants(Name::unanswered_reach) {
            into.unanswered_reach = whole(w.unanswered_reach());
        }
        if wants(Name::insistent_reach) {
            into.insistent_reach = whole(w.insistent_reach());
        }
        if wants(Name::negative_drift) {
            into.negative_drift = tidy(habit.map_or(0.0, |h| h.negative_drift(w)).min(CAP));
        }
        if wants(Name::topic_drift) {
            into.topic_drift = tidy(habit.map_or(0.0, |h| h.topic_drift(w, topics)).min(CAP));
        }
        if wants(Name::negative_surprise) {
            into.negative_surprise = tidy(self.negative.window(w.length).surprise.min(CAP));
        }
        if wants(Name::volume_surprise) || wants(Name::silence) || wants(Name::expected_volume) {
            let reading = self.volume.window(w.length);
            into.volume_surprise = tidy(reading.surprise.min(CAP));
            into.silence = tidy(reading.silence.min(CAP));
            into.expected_volume = tidy(reading.expected);
        }
    }

    /// What was to be expected of a window of so many buckets: of all mentions, and of negative ones.
    pub(crate) fn usual(&self, length: usize) -> (f64, f64) {
        let expected = |s: &Surprise| tidy(s.window(length).expected);
        (expected(&self.volume), expected(&self.negative))
    }

    /// The surprise of a window had it brought `count` mentions, or negative ones.
    pub(crate) fn surprise_of(&self, negative: bool, length: usize, count: f64) -> WindowReading {
        let series = if negative {
            &self.negative
        } else {
            &self.volume
        };
        series.window_of(length, count)
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

    /// Different authors of the last `length` buckets.
    pub(crate) fn authors(&self, length: usize) -> BTreeMap<&str, AuthorTally> {
        let mut all: BTreeMap<&str, AuthorTally> = BTreeMap::new();
        for (name, tally) in self.buckets(length).flat_map(|b| &b.authors) {
            let author = all.entry(name).or_default();
            author.mentions = author.mentions.saturating_add(tally.mentions);
            author.negative = author.negative.saturating_add(tally.negative);
            author.followers = author.followers.max(tally.followers);
        }
        all
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
            let count = counts.entry(name).or_default();
            *count = count.saturating_add(*n);
        }
        let mut all: Vec<(String, u32)> =
            counts.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        all
    }

    /// Words over-represented in the last `length` buckets against the past, by Dunning's
    /// log-likelihood ratio (1993, <https://aclanthology.org/J93-1003>), strongest first.
    pub(crate) fn grown_terms(&self, length: usize, count: usize) -> Vec<String> {
        let mut counts: HashTable<Growth<'_>> = HashTable::default();
        let mut volume = 0.0;
        for bucket in self.buckets(length) {
            volume += f64::from(bucket.volume);
            for (term, n) in &bucket.terms {
                let growth = counts.entry(text::hash(term.as_bytes())).or_default();
                growth.term = term;
                growth.now += f64::from(*n);
            }
        }
        counts.retain(|_, growth| growth.now >= 3.0);
        if counts.is_empty() {
            return Vec::new();
        }
        let past_buckets = self.closed.len().saturating_sub(length);
        let mut past_volume = self.past.volume;
        for bucket in self.closed.iter().take(past_buckets) {
            past_volume += f64::from(bucket.volume);
            for (term, n) in &bucket.terms {
                if let Some(growth) = counts.get_mut(&text::hash(term.as_bytes())) {
                    growth.before += f64::from(*n);
                }
            }
        }
        let mut scored: Vec<(f64, &str)> = counts
            .into_iter()
            .map(|(hash, Growth { term, now, before })| {
                let before = before + self.past.said(hash);
                (log_likelihood_ratio(now, volume, before, past_volume), term)
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

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Four decimals: enough to judge by, few enough to read.
pub(super) fn tidy(x: f64) -> f64 {
    (x * 10_000.0).round() / 10_000.0
}

/// How long a stretch without mentions is walked bucket by bucket before it is skipped.
pub(crate) fn patience(protocol: &Protocol) -> i64 {
    let keep = protocol
        .triggers
        .iter()
        .map(|t| t.keep_firing_for.millis().saturating_add(t.hold.millis()))
        .max()
        .unwrap_or(0);
    protocol
        .longest_window()
        .millis()
        .saturating_add(keep)
        .saturating_add(Span::days(1).millis())
        / STEP.millis()
}
