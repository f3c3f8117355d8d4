//! What can go wrong in the lab; every message says what to do next.

/// Errors of the harness.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The core refused something.
    #[error(transparent)]
    Core(#[from] avizor::Error),
    /// The data cannot train a model.
    #[error("{0}")]
    Training(String),
    /// A scenario that does not exist.
    #[error("there is no scenario called `{name}`: the scenarios are {known}")]
    Scenario {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// A simulation of an impossible size.
    #[error("this simulation cannot be run: {0}")]
    Simulation(String),
    /// A recording that cannot be used.
    #[error("this recording cannot be used: {0}")]
    Recording(String),
    /// A history that cannot be judged.
    #[error("this history cannot be judged: {0}")]
    Backtest(String),
    /// A search that cannot be made.
    #[error("this protocol cannot be tuned: {0}")]
    Tuning(String),
    /// A protocol's test that cannot be run.
    #[error("{0}")]
    Trial(String),
    /// Incidents that cannot be read.
    #[error("incidents, line {line}: {message}")]
    Incidents {
        /// Line, from 1.
        line: usize,
        /// What is wrong and how to put it right.
        message: String,
    },
}

/// Result with [`Error`].
pub type Result<T> = std::result::Result<T, Error>;
