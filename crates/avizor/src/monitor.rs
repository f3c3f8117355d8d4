//! The one object that joins the rooms: mentions in, signals and reputation out.

mod hands;
mod ids;
mod snapshot;
mod standing;
mod terms;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use standing::GoalReport;

use serde::{Deserialize, Serialize};

use crate::analysis::{Analysis, Language, Polarity};
use crate::classify::{Classifier, Scratch};
use crate::crisis::{self, Bucket, Signal, Watch, patience};
use crate::mention::Mention;
use crate::protocol::{Name, Protocol, Set};
use crate::reputation::Reputation;
use crate::time::{Span, Timestamp};
use ids::RecentIds;
use terms::Terms;

/// What became of the mentions that a monitor was given. Every one is in exactly one of
/// `counted`, `duplicates`, `late`, `from_brand` and `unmatched`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// All that were given.
    pub observed: u64,
    /// Counted into windows, for at least one entity or competitor.
    pub counted: u64,
    /// An id that was seen before; counted once.
    pub duplicates: u64,
    /// Older than the watermark when they came, or beyond what can be kept open; not in any window.
    pub late: u64,
    /// The organisation's own voice; never counted as opinion.
    pub from_brand: u64,
    /// About nobody in the protocol.
    pub unmatched: u64,
    /// Among `counted`: in a language that is not supported, so without sentiment.
    pub unsupported_language: u64,
    /// Among `observed`: more than a week later than all before them, and fewer than three in a row. Event time has
    /// not followed them, or one broken clock would make everybody else late.
    #[serde(default)]
    pub ahead: u64,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.observed += other.observed;
        self.counted += other.counted;
        self.duplicates += other.duplicates;
        self.late += other.late;
        self.from_brand += other.from_brand;
        self.unmatched += other.unmatched;
        self.unsupported_language += other.unsupported_language;
        self.ahead += other.ahead;
    }
}

/// A mention later than all before it by more than this does not move time by itself.
const FARTHEST_JUMP: Span = Span::days(7);
/// So many in a row do: the stream had a gap.
const BELIEVED: u8 = 3;
/// Buckets that may be open at once, for one entity: those ahead of time are bounded.
const MOST_OPEN: usize = 8_192;

/// Watches a stream of mentions under a protocol.
///
/// Event time only: a window closes when the watermark, the latest timestamp less the protocol's
/// `allowed_lateness`, has passed its end. The same mentions give the same signals, in any order that
/// the allowed lateness permits.
///
/// ```
/// use avizor::{Mention, Monitor, Protocol};
/// let protocol = Protocol::parse(r#"
///     version = 1
///     [[entity]]
///     name = "Aurora Air"
///     aliases = ["@auroraair"]
///     [[level]]
///     name = "crisis"
///     severity = 3
///     owner = "direccion"
///     respond_within = "30m"
///     [[trigger]]
///     name = "seguridad"
///     level = "crisis"
///     window = "30m"
///     when = "negative >= 3"
/// "#)?;
/// let mut monitor = Monitor::new(protocol);
/// let mut signals = Vec::new();
/// for i in 0..3 {
///     let at = "2026-03-01T10:00:00Z".parse::<avizor::Timestamp>()?;
///     let m = Mention::new(format!("m{i}"), at, "@auroraair pésimo servicio, un desastre");
///     signals.extend(monitor.observe(&m));
/// }
/// signals.extend(monitor.finish());
/// assert_eq!(signals[0].trigger, "seguridad");
/// # Ok::<(), avizor::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Monitor {
    protocol: Arc<Protocol>,
    classifier: Classifier,
    scratch: Scratch,
    terms: Terms,
    state: State,
}

/// All that a snapshot holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct State {
    counts: Counts,
    ids: RecentIds,
    /// Entities, then competitors.
    watches: Vec<Watch>,
    reputation: Reputation,
    /// Latest timestamp seen.
    latest: Option<Timestamp>,
    /// How many of the last mentions in a row were too far ahead to be believed, and the latest of them.
    ahead: u8,
    farthest: Option<Timestamp>,
    /// The next bucket to close.
    next: Option<i64>,
    /// Buckets closed since anything was in a window or any rule was awake; none before the first mention.
    quiet: Option<i64>,
}

impl Monitor {
    /// With the shipped models.
    pub fn new(protocol: Protocol) -> Self {
        let classifier = Classifier::for_protocol(&protocol).with_evidence(false);
        Self::with_classifier(protocol, classifier)
    }

    /// With a classifier of one's own, which must have been made for the same protocol.
    pub fn with_classifier(protocol: Protocol, classifier: Classifier) -> Self {
        let everyone = protocol.everyone().count();
        let state = State {
            counts: Counts::default(),
            ids: RecentIds::default(),
            watches: (0..everyone)
                .map(|i| Watch::new(&protocol, i < protocol.entities.len()))
                .collect(),
            reputation: Reputation::new(protocol.everyone().map(|e| e.name.as_str())),
            latest: None,
            ahead: 0,
            farthest: None,
            next: None,
            quiet: None,
        };
        Self {
            terms: Terms::new(&protocol),
            protocol: Arc::new(protocol),
            classifier,
            scratch: Scratch::default(),
            state,
        }
    }

    /// The protocol in force.
    pub fn protocol(&self) -> &Protocol {
        &self.protocol
    }

    /// The classifier in use: clone it to classify on other threads, for [`Monitor::observe_analysed`].
    pub fn classifier(&self) -> &Classifier {
        &self.classifier
    }

    /// Reads one mention; returns the changes of state that the passing of time brought.
    ///
    /// Amortised O(length of the text + entities x triggers for each five minutes passed).
    pub fn observe(&mut self, mention: &Mention) -> Vec<Signal> {
        let analysis = self.classifier.analyse(&mut self.scratch, mention);
        self.receive(mention, &analysis)
    }

    /// Counts a mention that was analysed elsewhere.
    pub fn observe_analysed(&mut self, mention: &Mention, analysis: &Analysis) -> Vec<Signal> {
        self.scratch.split(&mention.text);
        self.receive(mention, analysis)
    }

    /// Counts a mention whose words are in the scratch.
    fn receive(&mut self, mention: &Mention, analysis: &Analysis) -> Vec<Signal> {
        self.state.counts.observed += 1;
        if !self.state.ids.insert(&mention.id) {
            self.state.counts.duplicates += 1;
            return Vec::new();
        }
        let bucket = Bucket::index(mention.timestamp);
        if self.state.next.is_some_and(|next| bucket < next) {
            self.state.counts.late += 1;
            return Vec::new();
        }
        if !self.believes(mention.timestamp) {
            self.state.counts.ahead += 1;
            let open = self.state.watches.iter().map(Watch::open_buckets).max();
            if open.unwrap_or(0) < MOST_OPEN {
                self.count(mention, analysis, bucket);
            } else {
                self.state.counts.late += 1;
            }
            return Vec::new();
        }
        self.count(mention, analysis, bucket);
        self.advance(mention.timestamp)
    }

    /// Whether event time follows a mention: one that is far ahead of all others has to have company.
    fn believes(&mut self, at: Timestamp) -> bool {
        let far = self
            .state
            .latest
            .is_some_and(|l| at > l.plus(FARTHEST_JUMP));
        self.state.ahead = if far {
            self.state.ahead.saturating_add(1)
        } else {
            0
        };
        self.state.farthest = far.then(|| self.state.farthest.map_or(at, |f| f.max(at)));
        !far || self.state.ahead >= BELIEVED
    }

    fn count(&mut self, mention: &Mention, analysis: &Analysis, bucket: i64) {
        if mention.from_brand {
            self.state.counts.from_brand += 1;
            if let Some(id) = &mention.reply_to {
                self.state.reputation.answered(id, mention.timestamp);
            }
            self.answered(mention, bucket);
            return;
        }
        let supported = analysis.language != Language::Undetermined;
        let terms = self.terms.of(self.scratch.text());
        let mut matched = false;
        for found in &analysis.entities {
            let Some(i) = self.protocol.position(&found.name) else {
                continue;
            };
            matched = true;
            let towards = supported.then_some((found.sentiment.label, found.sentiment.score));
            let polarity = towards.map(|(p, _): (Polarity, f64)| p);
            self.state
                .reputation
                .observe(i, mention, analysis, polarity, &terms);
            let watch = self.state.watches[i].open_bucket(bucket);
            if i < self.protocol.entities.len() {
                watch.add(mention, analysis, towards, &terms);
            } else {
                watch.add_volume();
            }
        }
        if matched {
            self.state.counts.counted += 1;
            self.state.counts.unsupported_language += u64::from(!supported);
        } else {
            self.state.counts.unmatched += 1;
        }
    }

    /// Tells the monitor that event time has come to `now`, with or without mentions.
    pub fn advance(&mut self, now: Timestamp) -> Vec<Signal> {
        let latest = self.state.latest.map_or(now, |l| l.max(now));
        self.state.latest = Some(latest);
        let watermark = latest.minus(self.protocol.allowed_lateness);
        // Nothing older than the first watermark can come in time: buckets begin there.
        let first = Bucket::index(watermark);
        let next = self.state.next.get_or_insert(first);
        *next = (*next).min(i64::MAX - 1);
        self.close_until(first)
    }

    /// Closes every window that has begun: the stream has ended. More mentions may follow, but those of
    /// windows that were closed will be late.
    pub fn finish(&mut self) -> Vec<Signal> {
        // What came last and too far ahead has nothing after it to contradict it.
        let latest = self.state.latest.max(self.state.farthest);
        self.state.latest = latest;
        match latest {
            Some(latest) => self.close_until(Bucket::index(latest) + 1),
            None => Vec::new(),
        }
    }

    /// Closes buckets up to but not including `end`.
    fn close_until(&mut self, end: i64) -> Vec<Signal> {
        let mut signals = Vec::new();
        let Some(mut next) = self.state.next else {
            return signals;
        };
        if next >= end {
            return signals;
        }
        let patience = patience(&self.protocol);
        while next < end {
            if self.state.quiet.is_none_or(|quiet| quiet > patience) {
                // Nothing was ever said, or not for long: what follows is unknown rather than empty,
                // up to the first bucket that holds something.
                let watches = &mut self.state.watches;
                let first = watches.iter().filter_map(Watch::first_open).min();
                let wake = first.map_or(end, |first| first.clamp(next, end));
                if wake > next {
                    watches.iter_mut().for_each(Watch::skip);
                    next = wake;
                    continue;
                }
            }
            self.close(next, &mut signals);
            next += 1;
            let quiet = self.state.watches.iter().all(Watch::is_quiet);
            self.state.quiet = Some(match self.state.quiet {
                Some(n) if quiet => n.saturating_add(1),
                _ => 0,
            });
        }
        self.state.next = Some(next);
        signals
    }

    fn close(&mut self, index: i64, signals: &mut Vec<Signal>) {
        for watch in &mut self.state.watches {
            watch.close(index);
        }
        let totals = self.totals();
        for (entity, watch) in self.protocol.entities.iter().zip(&mut self.state.watches) {
            crisis::judge(&self.protocol, watch, &entity.name, index, &totals, signals);
        }
    }

    /// Mentions of everybody together in each window in which some rule reads them.
    fn totals(&self) -> BTreeMap<Span, u32> {
        const OTHERS: Set = Set::of(&[Name::share_of_voice, Name::competitor_volume]);
        self.protocol
            .triggers
            .iter()
            .filter(|t| t.reads().meets(OTHERS))
            .map(|t| {
                let said = self.state.watches.iter().map(|w| w.said(t.window));
                (t.window, said.fold(0, u32::saturating_add))
            })
            .collect()
    }

    /// What became of the mentions so far.
    pub fn counts(&self) -> Counts {
        self.state.counts
    }

    /// The moment before which nothing is waited for; none before the first mention.
    pub fn watermark(&self) -> Option<Timestamp> {
        self.state
            .latest
            .map(|l| l.minus(self.protocol.allowed_lateness))
    }
}
