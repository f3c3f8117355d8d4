//! What a page shows beside a monitor's own numbers, gathered while the stream goes by, in bounded memory:
//! topics, and mentions that may be shown.

use std::collections::{BTreeMap, VecDeque};

use avizor::crisis::SignalState;
use avizor::reputation::Period;
use avizor::{Analysis, Mention, Monitor, ReputationRow, Result, Signal, Span};
use serde::{Deserialize, Serialize};

use crate::{Moved, Quote, Report, Standing, TopicCount};

/// Mentions among which those that a signal names are looked for; a signal names those of its window.
const RECENT: usize = 20_000;
/// The most mentions kept because a signal named them.
const NAMED: usize = 500;
/// The most mentions kept as a sample of all.
const SAMPLE: usize = 400;
/// The most signals kept, the latest.
const SIGNALS: usize = 10_000;
/// Terms that grew, at most.
const TERMS: usize = 30;
/// Authors of each stance, at most.
const AUTHORS: usize = 5;
/// Bytes of a text that are kept: more than a page shows.
const TEXT_BYTES: usize = 4_000;

/// Topics, mentions and signals of a stream. Memory has a bound: 20,900 texts of 4,000 bytes, 10,000 signals, and a
/// count for each entity and topic.
///
/// ```
/// use avizor::{Monitor, Protocol};
/// use avizor_report::{Gathered, render};
///
/// # fn main() -> avizor::Result<()> {
/// let protocol = Protocol::parse("version = 1\n[[entity]]\nname = \"Aurora Air\"\n")?;
/// let mut monitor = Monitor::new(protocol);
/// let mut gathered = Gathered::default();
/// // For each mention: gathered.observe(&mut monitor, &mention, &analysis).
/// let signals = monitor.finish();
/// gathered.keep(&signals);
/// let page = render(&gathered.report("a file", &monitor, avizor::Span::days(1))?);
/// assert!(page.contains("Aurora Air"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Gathered {
    topics: BTreeMap<String, BTreeMap<String, [u64; 3]>>,
    recent: VecDeque<Quote>,
    named: Vec<Quote>,
    sample: Vec<Quote>,
    seen: u64,
    /// Every so many mentions one joins the sample; doubles when the sample is full.
    stride: u64,
    signals: Vec<Signal>,
}

impl Gathered {
    /// Hands a mention to the monitor, and keeps what a page may show of it.
    pub fn observe(
        &mut self,
        monitor: &mut Monitor,
        mention: &Mention,
        analysis: &Analysis,
    ) -> Vec<Signal> {
        let counted = monitor.counts().counted;
        let signals = monitor.observe_analysed(mention, analysis);
        if monitor.counts().counted > counted {
            self.count(mention, analysis);
        }
        self.keep(&signals);
        signals
    }

    /// Signals that came otherwise than by a mention, such as those of [`Monitor::finish`]; with the mentions that
    /// they name.
    pub fn keep(&mut self, signals: &[Signal]) {
        for id in signals.iter().flat_map(|s| &s.mentions) {
            if self.named.len() >= NAMED || self.named.iter().any(|q| q.id == *id) {
                continue;
            }
            if let Some(quote) = self.recent.iter().rfind(|q| q.id == *id) {
                self.named.push(quote.clone());
            }
        }
        self.signals.extend_from_slice(signals);
        let over = self.signals.len().saturating_sub(SIGNALS);
        self.signals.drain(..over);
    }

    /// A mention that was counted.
    fn count(&mut self, mention: &Mention, analysis: &Analysis) {
        let Some(first) = analysis.entities.first() else {
            return;
        };
        for entity in &analysis.entities {
            for topic in &analysis.topics {
                let topics = self.topics.entry(entity.name.clone()).or_default();
                let counts = topics.entry(topic.name.clone()).or_default();
                counts[entity.sentiment.label as usize] += 1;
            }
        }
        let quote = Quote {
            id: mention.id.clone(),
            at: mention.timestamp,
            entity: first.name.clone(),
            author: mention.author.clone(),
            text: beginning(&mention.text).to_owned(),
            polarity: first.sentiment.label,
            urgency: analysis.urgency.level,
        };
        self.take_sample(&quote);
        self.recent.push_back(quote);
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
    }

    /// Evenly over the whole stream, however long it becomes.
    fn take_sample(&mut self, quote: &Quote) {
        self.stride = self.stride.max(1);
        if self.seen.is_multiple_of(self.stride) {
            self.sample.push(quote.clone());
        }
        self.seen += 1;
        if self.sample.len() > SAMPLE {
            let mut place = 0;
            self.sample.retain(|_| {
                place += 1;
                place % 2 == 1
            });
            self.stride *= 2;
        }
    }

    /// What a page shows: reputation by windows of that length, and what was gathered. `source` says what was read.
    ///
    /// # Errors
    /// Where the monitor has no windows of that length.
    pub fn report<'a>(
        &'a self,
        source: &str,
        monitor: &'a Monitor,
        window: Span,
    ) -> Result<Report<'a>> {
        let protocol = monitor.protocol();
        let mut reputation = Vec::new();
        for entity in protocol.everyone() {
            let rows = monitor.reputation(&entity.name, window)?;
            // Whom nobody spoke of takes no room, but the report of an empty stream still names everybody.
            if monitor.counts().counted == 0 || rows.iter().any(|row| row.volume > 0) {
                reputation.push((entity.name.clone(), rows));
            }
        }
        let period = whole(&reputation);
        let fresh = self.sample.iter();
        let fresh = fresh.filter(|q| !self.named.iter().any(|named| named.id == q.id));
        Ok(Report {
            protocol,
            title: None,
            source: source.to_owned(),
            reputation,
            signals: &self.signals,
            counts: monitor.counts(),
            until: monitor.watermark(),
            quotes: self.named.iter().chain(fresh).cloned().collect(),
            topics: self.topics.iter().flat_map(topic_counts).collect(),
            moved: self.moved(monitor)?,
            goals: period.map_or_else(Vec::new, |p| monitor.goals(p)),
            standing: period.map_or_else(|| Ok(Vec::new()), |p| standing(monitor, p))?,
        })
    }

    /// What moved each of the organisation's entities from its first window that fired to its last change of state.
    fn moved(&self, monitor: &Monitor) -> Result<Vec<Moved>> {
        let mut moved = Vec::new();
        for entity in &monitor.protocol().entities {
            let of_it = || self.signals.iter().filter(|s| s.entity == entity.name);
            let firing = of_it().filter(|s| s.state == SignalState::Firing);
            let Some(start) = firing.map(|s| s.window.start).min() else {
                continue;
            };
            let end = of_it().map(|s| s.at).max().unwrap_or(start);
            let period = Period::new(start, end);
            if let Some(attribution) = monitor.attribution(&entity.name, period, None)? {
                moved.push(Moved {
                    entity: entity.name.clone(),
                    period,
                    attribution,
                    grown: monitor.what_grew(&entity.name, period, None, TERMS)?,
                });
            }
        }
        Ok(moved)
    }
}

/// From the first window to the end of the last.
fn whole(reputation: &[(String, Vec<ReputationRow>)]) -> Option<Period> {
    let rows = || reputation.iter().flat_map(|(_, rows)| rows);
    let start = rows().map(|r| r.start).min()?;
    Some(Period::new(start, rows().map(|r| r.end).max()?))
}

/// Indicators and authors of those of the organisation's entities of whom something was said.
fn standing(monitor: &Monitor, period: Period) -> Result<Vec<Standing>> {
    let mut standing = Vec::new();
    for entity in &monitor.protocol().entities {
        let influence = monitor.influence(&entity.name, period, AUTHORS)?;
        if influence.distinct_authors > 0.0 {
            standing.push(Standing {
                entity: entity.name.clone(),
                kpis: monitor.kpis(&entity.name, period)?,
                influence,
            });
        }
    }
    Ok(standing)
}

fn topic_counts<'a>(
    (entity, topics): (&'a String, &'a BTreeMap<String, [u64; 3]>),
) -> impl Iterator<Item = TopicCount> + 'a {
    topics
        .iter()
        .map(move |(name, [negative, neutral, positive])| TopicCount {
            entity: entity.clone(),
            name: name.clone(),
            volume: negative + neutral + positive,
            negative: *negative,
            positive: *positive,
        })
}

/// As much of a text as is kept, cut between characters.
fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_BYTES)]
}
