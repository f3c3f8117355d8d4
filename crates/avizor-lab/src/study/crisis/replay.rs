//! One stream through several protocols at once: its mentions are read once, then judged by each.

use avizor::{Classifier, Monitor, Polarity, Protocol, Scratch, SignalState, Span, Timestamp};

use crate::error::Result;
use crate::simulate::{Incident, Options, simulate};

/// Length of a bucket of [`Replay::negative`].
pub const BUCKET: Span = Span::minutes(5);

/// A signal that fired.
#[derive(Clone, Debug, PartialEq)]
pub struct Fired {
    /// Name of the rule.
    pub trigger: String,
    /// Severity of its level.
    pub severity: u8,
    /// When it fired.
    pub at: Timestamp,
    /// Whether it had fired before and its level rose because nobody took it.
    pub risen: bool,
}

/// What one stream brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// Name of the scenario.
    pub scenario: &'static str,
    /// First moment.
    pub start: Timestamp,
    /// Length of the stream, in days.
    pub days: f64,
    /// The truth.
    pub incidents: Vec<Incident>,
    /// For each protocol, what fired, in order of time.
    pub fired: Vec<Vec<Fired>>,
    /// Negative mentions of the watched entity in each [`BUCKET`] from the start.
    pub negative: Vec<u32>,
}

/// Simulates a scenario and runs it through every protocol; all of them must know the same entities and topics.
///
/// # Errors
/// As [`simulate`].
pub fn replay(
    scenario: &'static str,
    options: &Options,
    classifier: &Classifier,
    protocols: &[Protocol],
) -> Result<Replay> {
    let stream = simulate(scenario, options)?;
    let mut scratch = Scratch::default();
    let mut monitors: Vec<Monitor> = protocols
        .iter()
        .map(|p| Monitor::with_classifier(p.clone(), classifier.clone()))
        .collect();
    let mut fired: Vec<Vec<Fired>> = vec![Vec::new(); protocols.len()];
    let mut negative: Vec<u32> = Vec::new();
    let own = protocols
        .first()
        .and_then(|p| p.entities.first())
        .map_or("", |e| e.name.as_str());
    for mention in &stream.mentions {
        let analysis = classifier.analyse(&mut scratch, mention);
        let complains = analysis
            .entities
            .iter()
            .any(|e| e.name == own && e.sentiment.label == Polarity::Negative);
        if complains && !mention.from_brand {
            let since = mention.timestamp.millis() - options.start.millis();
            let bucket = usize::try_from(since / BUCKET.millis()).unwrap_or(0);
            negative.resize(negative.len().max(bucket + 1), 0);
            negative[bucket] += 1;
        }
        for (monitor, fired) in monitors.iter_mut().zip(&mut fired) {
            let signals = monitor.observe_analysed(mention, &analysis);
            keep(&monitor.protocol().levels, signals, fired);
        }
    }
    for (monitor, fired) in monitors.iter_mut().zip(&mut fired) {
        let signals = monitor.finish();
        keep(&monitor.protocol().levels, signals, fired);
    }
    let end = stream.mentions.iter().map(|m| m.timestamp).max();
    let length = end.map_or(0, |e| e.millis() - options.start.millis());
    Ok(Replay {
        scenario,
        start: options.start,
        days: length as f64 / Span::days(1).millis() as f64,
        incidents: stream.incidents,
        fired,
        negative,
    })
}

fn keep(levels: &[avizor::protocol::Level], signals: Vec<avizor::Signal>, fired: &mut Vec<Fired>) {
    for signal in signals {
        if signal.state == SignalState::Firing {
            let severity = levels
                .iter()
                .find(|l| l.name == signal.level)
                .map_or(0, |l| l.severity);
            fired.push(Fired {
                trigger: signal.trigger,
                severity,
                at: signal.at,
                risen: signal.life.escalated_from.is_some(),
            });
        }
    }
}
