//! A protocol over many seeds of every scenario: what it raised, how late, and how often in vain.

mod budget;
mod cusum;
mod replay;
mod tally;

pub use budget::{BudgetYear, budget_year};
pub use cusum::{Cusum, Shape};
pub use replay::{BUCKET, Fired, Replay, replay};
pub use tally::{Outcome, Tally, outcome, tally};
