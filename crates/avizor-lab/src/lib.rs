//! The harness: measure, simulate, replay, tune, train. Must not print, and must not tune on what it is judged on.

pub mod agreement;
pub mod backtest;
pub mod behaviour;
pub mod change;
pub mod corpus;
mod error;
pub mod gold;
mod hash;
pub mod metrics;
pub mod prior;
pub mod recording;
pub mod rivals;
pub mod simulate;
pub mod stats;
pub mod study;
pub mod train;
pub mod trial;
pub mod tune;

pub use error::{Error, Result};
