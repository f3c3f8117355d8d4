//! A history with its analyses: what backtests and searches replay, so that no text is read twice.
//!
//! In a file it is JSON Lines: the mention's own fields, `analysis` beside them without its evidence, and `scope`, a
//! fingerprint of the entities and topics that were looked for. So a recording is also a file of mentions.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use avizor::{Analysis, Classifier, Mention, Monitor, Protocol, Scratch, Signal, Span, Timestamp};
use rayon::prelude::*;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::hash::Fnv;

/// Mentions in their order of arrival, each with its analysis.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// What was said, in the order in which it arrived.
    pub mentions: Vec<Mention>,
    /// What each means; as long as `mentions`.
    pub analyses: Vec<Analysis>,
}

/// A line of the file.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    mention: &'a Mention,
    analysis: &'a Analysis,
    scope: &'a str,
}

impl Recording {
    /// Reads every mention once, on as many threads as rayon has; the same for any number of them.
    pub fn of(mentions: Vec<Mention>, classifier: &Classifier) -> Self {
        let analyses = mentions
            .par_iter()
            .with_min_len(64)
            .map_init(Scratch::default, |scratch, mention| Analysis {
                evidence: Vec::new(),
                ..classifier.analyse(scratch, mention)
            })
            .collect();
        Self { mentions, analyses }
    }

    /// Mentions with the analyses that `avizor classify` wrote of them, joined by id.
    ///
    /// # Errors
    /// [`Error::Recording`] where a mention has no analysis.
    pub fn join(mentions: Vec<Mention>, analyses: Vec<Analysis>) -> Result<Self> {
        let mut by_id: BTreeMap<String, Analysis> =
            analyses.into_iter().map(|a| (a.id.clone(), a)).collect();
        let mut joined = Self::default();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for mention in mentions {
            // What was collected twice is counted once, so its first analysis serves both.
            let analysis = match by_id.remove(&mention.id) {
                Some(analysis) => analysis,
                None if seen.contains(&mention.id) => Analysis::default(),
                None => {
                    return Err(Error::Recording(format!(
                        "the mention `{}` has no analysis: write the analyses of this very file with `avizor classify --protocol`",
                        mention.id
                    )));
                }
            };
            seen.insert(mention.id.clone());
            joined.push(mention, analysis);
        }
        Ok(joined)
    }

    /// Adds one; the evidence is dropped, for no rule reads it.
    pub fn push(&mut self, mention: Mention, analysis: Analysis) {
        self.mentions.push(mention);
        self.analyses.push(Analysis {
            evidence: Vec::new(),
            ..analysis
        });
    }

    /// Mentions in it.
    pub fn len(&self) -> usize {
        self.mentions.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.mentions.is_empty()
    }

    /// The first and the last moment of it.
    pub fn extent(&self) -> Option<(Timestamp, Timestamp)> {
        let times = || self.mentions.iter().map(|m| m.timestamp);
        Some((times().min()?, times().max()?))
    }

    /// Everything that the protocol would have said, to the end of the stream. O(mentions + five-minute steps x
    /// entities x rules).
    pub fn replay(&self, protocol: &Protocol) -> Vec<Signal> {
        let mut monitor = Monitor::with_classifier(protocol.clone(), Classifier::new());
        let mut signals = self.replay_into(&mut monitor);
        signals.extend(monitor.finish());
        signals
    }

    /// The same into a monitor that may already know a past; its windows stay open.
    pub fn replay_into(&self, monitor: &mut Monitor) -> Vec<Signal> {
        self.mentions
            .iter()
            .zip(&self.analyses)
            .flat_map(|(mention, analysis)| monitor.observe_analysed(mention, analysis))
            .collect()
    }

    /// Mentions about `entity` in each hour of `from..=to`, for finding the peak.
    pub(crate) fn hourly(
        &self,
        entity: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> BTreeMap<Timestamp, u32> {
        let mut hours = BTreeMap::new();
        for (mention, analysis) in self.mentions.iter().zip(&self.analyses) {
            let at = mention.timestamp;
            let about = || analysis.entities.iter().any(|e| e.name == entity);
            if at >= from && at <= to && !mention.from_brand && about() {
                *hours.entry(at.floor(Span::hours(1))).or_default() += 1;
            }
        }
        hours
    }

    /// Writes it as JSON Lines.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, protocol: &Protocol, out: &mut impl Write) -> io::Result<()> {
        let scope = scope(protocol);
        for (mention, analysis) in self.mentions.iter().zip(&self.analyses) {
            let line = Line {
                mention,
                analysis,
                scope: &scope,
            };
            serde_json::to_writer(&mut *out, &line)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Reads back the `analysis` and `scope` of a line.
    ///
    /// # Errors
    /// [`Error::Recording`] for what is no analysis, and where entities or topics are not those of `protocol`.
    pub fn read_analysis(protocol: &Protocol, analysis: &str, recorded: &str) -> Result<Analysis> {
        if recorded != scope(protocol) {
            return Err(Error::Recording(
                "it was made for other entities or topics than this protocol's: record it again"
                    .into(),
            ));
        }
        serde_json::from_str(analysis).map_err(|e| {
            Error::Recording(format!("`analysis` cannot be read ({e}): record it again"))
        })
    }
}

/// Fingerprint of what a classifier looks for on behalf of a protocol: entities, competitors and topics. Rules and
/// levels may change without a new recording.
pub fn scope(protocol: &Protocol) -> String {
    let sought = (&protocol.entities, &protocol.competitors, &protocol.topics);
    let mut hash = Fnv::default();
    hash.write(
        serde_json::to_string(&sought)
            .unwrap_or_default()
            .as_bytes(),
    );
    hash.hex()
}
