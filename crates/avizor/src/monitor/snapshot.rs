//! A monitor's state to bytes and back: restore, go on, and nothing tells that it ever stopped.

use serde::{Deserialize, Serialize};

use super::{Monitor, State};
use crate::classify::{Classifier, seal, unseal};
use crate::error::{Error, Result};
use crate::protocol::Protocol;
use crate::time::Timestamp;

const MAGIC: &[u8; 8] = b"avizor-s";
/// Rises when older programs could not read a new snapshot.
const FORMAT: u32 = 8;

#[derive(Serialize)]
struct Written<'a> {
    protocol: u64,
    at: Option<Timestamp>,
    state: &'a State,
}

#[derive(Deserialize)]
struct Read {
    protocol: u64,
    at: Option<Timestamp>,
    state: State,
}

impl Monitor {
    /// All of the state, versioned and checksummed. Writing it to a place that survives is the caller's.
    ///
    /// # Errors
    /// Only if memory for the bytes cannot be had.
    pub fn snapshot(&self) -> Result<Vec<u8>> {
        let body = Written {
            protocol: self.protocol.fingerprint,
            at: self.watermark(),
            state: &self.state,
        };
        seal(MAGIC, FORMAT, "snapshot", &body)
    }

    /// Goes on from a snapshot. Thresholds, levels and texts of the protocol may have changed since;
    /// entities, topics, triggers and windows may not.
    ///
    /// # Errors
    /// [`Error::Format`] for bytes that are damaged, foreign or newer; [`Error::ForeignSnapshot`] for
    /// those of another protocol.
    pub fn restore(protocol: Protocol, bytes: &[u8]) -> Result<Self> {
        let classifier = Classifier::for_protocol(&protocol).with_evidence(false);
        Self::restore_with(protocol, classifier, bytes)
    }

    /// [`Monitor::restore`] with a classifier of one's own.
    ///
    /// # Errors
    /// As [`Monitor::restore`].
    pub fn restore_with(protocol: Protocol, classifier: Classifier, bytes: &[u8]) -> Result<Self> {
        let read: Read = unseal(MAGIC, FORMAT, "snapshot", bytes)?;
        let everyone = protocol.everyone().count();
        let fits = read.protocol == protocol.fingerprint
            && read.state.watches.len() == everyone
            && read.state.reputation.entities().len() == everyone;
        if !fits {
            return Err(Error::ForeignSnapshot {
                at: read.at.unwrap_or_default(),
            });
        }
        let own = protocol.entities.len();
        let mut monitor = Self::with_classifier(protocol, classifier);
        monitor.state = read.state;
        for (i, watch) in monitor.state.watches.iter_mut().enumerate() {
            if !watch.refit(&monitor.protocol, i < own) {
                return Err(Error::format(
                    "snapshot",
                    "it does not hold what its protocol needs: start without it",
                ));
            }
        }
        Ok(monitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mention::Mention;
    use crate::text;
    use crate::time::Span;

    const PROTOCOL: &str = r#"
        version = 1
        language = "es"
        entity = [{ name = "Aurora Air", aliases = ["@auroraair"] }]
        competitor = [{ name = "Boreas", aliases = ["@boreas"] }]
        level = [{ name = "alerta", severity = 2, owner = "guardia", respond_within = "1h" }]
        trigger = [{ name = "ola", level = "alerta", window = "1h", when = "negative_surprise > 1.0 || volume >= 3" }]
    "#;

    fn talk(monitor: &mut Monitor, from: u32, to: u32) {
        for i in from..to {
            let at = Timestamp::from_millis(1_772_409_600_000).plus(Span::minutes(7 * i));
            let mut mention = Mention::new(
                format!("m{i}"),
                at,
                "@auroraair perdieron mi maleta, qué desastre",
            );
            mention.author = Some(format!("voz{}", i % 5));
            mention.followers = Some(2_000);
            monitor.observe(&mention);
        }
    }

    /// Whoever can write a right checksum can write anything: it is refused or lived with, never a panic.
    #[test]
    fn a_forged_snapshot_never_panics() {
        let protocol = Protocol::parse(PROTOCOL).expect("it is sound");
        let mut monitor = Monitor::new(protocol.clone());
        talk(&mut monitor, 0, 60);
        let classifier = monitor.classifier().clone();
        let whole = monitor.snapshot().expect("memory");
        let (mut refused, mut dice) = (0, 1_u64);
        for _ in 0..800 {
            let mut forged = whole.clone();
            for _ in 0..=dice % 3 {
                // Knuth's MMIX.
                dice = dice
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let place = 20 + (dice >> 33) as usize % (forged.len() - 20);
                forged[place] = (dice >> 20) as u8;
            }
            let sum = text::hash(&forged[20..]).to_le_bytes();
            forged[12..20].copy_from_slice(&sum);
            match Monitor::restore_with(protocol.clone(), classifier.clone(), &forged) {
                Err(_) => refused += 1,
                Ok(mut back) => {
                    talk(&mut back, 60, 64);
                    back.finish();
                    let _ = back.reputation("Aurora Air", Span::hours(1));
                    let _ = back.snapshot();
                }
            }
        }
        assert!(refused > 0);
    }
}
