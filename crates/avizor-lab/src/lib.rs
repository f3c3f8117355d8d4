//! The harness: measure, simulate, replay, tune, train. Must not print, and must not tune on what it is judged on.

pub mod behaviour;
pub mod corpus;
mod error;
pub mod metrics;
pub mod prior;
pub mod simulate;
pub mod study;
pub mod train;

pub use error::{Error, Result};
