//! What `avizor watch --report` gathers beside the signals, in bounded memory: topics and mentions to be shown.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use anyhow::Result;
use avizor::{Analysis, Mention, Monitor, Signal, Span};
use avizor_report::{Quote, Report, TopicCount, render};

use crate::output;

/// Mentions among which those that a signal names are looked for; a signal names those of its window.
const RECENT: usize = 20_000;
/// The most mentions kept because a signal named them.
const NAMED: usize = 500;
/// The most mentions kept as a sample of all.
const SAMPLE: usize = 400;

#[derive(Default)]
pub(crate) struct Gathered {
    topics: BTreeMap<(String, String), [u64; 3]>,
    recent: VecDeque<Quote>,
    named: Vec<Quote>,
    sample: Vec<Quote>,
    seen: u64,
    /// Every so many mentions one joins the sample; doubles when the sample is full.
    stride: u64,
}

impl Gathered {
    /// A mention that was counted.
    pub(crate) fn count(&mut self, mention: &Mention, analysis: &Analysis) {
        let Some(first) = analysis.entities.first() else {
            return;
        };
        for entity in &analysis.entities {
            for topic in &analysis.topics {
                let key = (entity.name.clone(), topic.name.clone());
                self.topics.entry(key).or_default()[entity.sentiment.label as usize] += 1;
            }
        }
        let quote = Quote {
            id: mention.id.clone(),
            at: mention.timestamp,
            entity: first.name.clone(),
            author: mention.author.clone(),
            text: mention.text.clone(),
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

    /// Keeps the mentions that signals name.
    pub(crate) fn keep_named(&mut self, signals: &[Signal]) {
        for id in signals.iter().flat_map(|s| &s.mentions) {
            if self.named.len() >= NAMED || self.named.iter().any(|q| q.id == *id) {
                continue;
            }
            if let Some(quote) = self.recent.iter().rfind(|q| q.id == *id) {
                self.named.push(quote.clone());
            }
        }
    }

    /// Writes the page.
    pub(crate) fn write(
        self,
        path: &Path,
        source: &str,
        monitor: &Monitor,
        window: Span,
        signals: &[Signal],
    ) -> Result<()> {
        let protocol = monitor.protocol();
        let mut reputation = Vec::new();
        for entity in protocol.everyone() {
            let rows = monitor.reputation(&entity.name, window)?;
            // Whom nobody spoke of takes no room, but the report of an empty stream still names everybody.
            if monitor.counts().counted == 0 || rows.iter().any(|row| row.volume > 0) {
                reputation.push((entity.name.clone(), rows));
            }
        }
        let mut quotes = self.named;
        let sampled = self.sample.into_iter();
        let fresh: Vec<Quote> = sampled
            .filter(|q| !quotes.iter().any(|named| named.id == q.id))
            .collect();
        quotes.extend(fresh);
        let report = Report {
            protocol,
            title: None,
            source: source.to_owned(),
            reputation,
            signals,
            counts: monitor.counts(),
            quotes,
            topics: self.topics.into_iter().map(topic_count).collect(),
        };
        output::write_file(path, render(&report).as_bytes())
    }
}

fn topic_count(((entity, name), counts): ((String, String), [u64; 3])) -> TopicCount {
    let [negative, neutral, positive] = counts;
    TopicCount {
        entity,
        name,
        volume: negative + neutral + positive,
        negative,
        positive,
    }
}
