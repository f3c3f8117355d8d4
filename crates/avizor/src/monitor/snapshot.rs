//! A monitor's state to bytes and back: restore, go on, and nothing tells that it ever stopped.

use serde::{Deserialize, Serialize};

use super::{Monitor, State};
use crate::classify::{Classifier, seal, unseal};
use crate::error::{Error, Result};
use crate::protocol::Protocol;
use crate::time::Timestamp;

const MAGIC: &[u8; 8] = b"avizor-s";
/// Rises when older programs could not read a new snapshot.
const FORMAT: u32 = 5;

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
