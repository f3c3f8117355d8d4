//! avizor: a watchful eye on what people say about an organisation.
//!
//! This crate is the core. It reads mentions and says what they mean, keeps reputation in event time
//! and judges it by a written protocol. It must not know files, clocks, networks, threads or Python.

pub mod analysis;
pub mod classify;
pub mod crisis;
mod entity;
mod error;
pub mod lexicon;
mod mention;
mod monitor;
pub mod privacy;
pub mod protocol;
pub mod reputation;
pub mod text;
mod time;

pub use analysis::{
    Analysis, EntityMatch, Evidence, EvidenceKind, Fingerprint, Intent, Language, Override,
    Polarity, Repeat, Sentiment, Topic, Urgency, UrgencyLevel,
};
pub use classify::{Classifier, Model, Scratch, Task};
pub use crisis::{Signal, SignalState};
pub use error::{Error, Result};
pub use mention::Mention;
pub use monitor::{Counts, GoalReport, Monitor};
pub use protocol::Protocol;
pub use reputation::ReputationRow;
pub use time::{Span, Timestamp};

/// The README's Rust must compile and run.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
