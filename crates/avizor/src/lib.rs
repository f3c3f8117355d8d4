//! avizor: a watchful eye on what people say about an organisation.
//!
//! This crate is the core. It reads mentions and says what they mean, keeps reputation in event time
//! and judges it by a written protocol. It must not know files, clocks, networks, threads or Python.

pub mod analysis;
pub mod crisis;
mod error;
mod mention;
pub mod text;
mod time;

pub use analysis::{
    Analysis, EntityMatch, Evidence, EvidenceKind, Intent, Language, Polarity, Sentiment, Topic,
    Urgency, UrgencyLevel,
};
pub use error::{Error, Result};
pub use mention::Mention;
pub use time::{Span, Timestamp};
