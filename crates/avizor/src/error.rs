//! One error type for the whole core; every message says what to do next.

use crate::time::Timestamp;

/// What can go wrong in the core. Messages are complete sentences that name the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The protocol file is not valid.
    #[error("protocol, line {line}, column {column}: {message}")]
    Protocol {
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What is wrong and how to put it right.
        message: String,
    },
    /// A lexicon line is not valid.
    #[error("lexicon {file}, line {line}: {message}")]
    Lexicon {
        /// Name of the lexicon.
        file: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong and how to put it right.
        message: String,
    },
    /// A timestamp that is neither RFC 3339 nor epoch milliseconds.
    #[error(
        "`{value}` is not a time: write RFC 3339 with an offset (2026-03-01T10:00:00Z) or integer epoch milliseconds"
    )]
    Time {
        /// What was read.
        value: String,
    },
    /// A duration that is not a number followed by a unit.
    #[error(
        "`{value}` is not a duration: write a whole number and a unit, as in 90s, 30m, 6h, 7d or 4w"
    )]
    Duration {
        /// What was read.
        value: String,
    },
    /// An entity that the protocol does not know.
    #[error("the protocol has no entity or competitor called `{name}`: it knows {known}")]
    UnknownEntity {
        /// The name that was asked for.
        name: String,
        /// The names that exist, comma-separated.
        known: String,
    },
    /// An indicator of performance that is not in the registry.
    #[error("there is no indicator called `{name}`: ask for one of {known}")]
    UnknownKpi {
        /// The name that was asked for.
        name: String,
        /// The names that exist, comma-separated.
        known: String,
    },
    /// A confusion matrix that nothing can be corrected with.
    #[error("this confusion matrix cannot correct anything: {message}")]
    Confusion {
        /// What is wrong with it.
        message: &'static str,
    },
    /// Reputations of different entities.
    #[error(
        "these were not counted of the same entities in the same order with the same size of sample: count every shard with one protocol"
    )]
    Merge,
    /// A signal that does not fire.
    #[error(
        "no signal called `{id}` fires: it has ended, was never fired, or is of another monitor; see open_signals()"
    )]
    UnknownSignal {
        /// The id that was asked for.
        id: String,
    },
    /// Bytes that are not a snapshot or a model of this program, or are damaged.
    #[error("this is not a usable {what}: {message}")]
    Format {
        /// What was expected (`snapshot`, `model`).
        what: &'static str,
        /// Why it was refused and what to do.
        message: String,
    },
    /// A snapshot that belongs to another protocol.
    #[error(
        "the snapshot was taken under another protocol (at {at}): start without --state, or use the protocol it was taken with"
    )]
    ForeignSnapshot {
        /// The watermark of the snapshot.
        at: Timestamp,
    },
}

impl Error {
    pub(crate) fn format(what: &'static str, message: impl Into<String>) -> Self {
        Self::Format {
            what,
            message: message.into(),
        }
    }
}

/// Result with [`Error`].
pub type Result<T> = std::result::Result<T, Error>;
