//! Analysed mentions to windows, and windows to a score that says how sure it is.
//!
//! Knows nothing of alarms. Everything counted of everybody is a [`Reputation`]: counts of the whole and of each
//! topic, channel and language, coarser as they age; and of the last ten weeks a sample of mentions, the number
//! of different authors and the networks' own counts. Memory is bounded for each entity by [`BYTES_PER_ENTITY`],
//! [`BYTES_PER_SERIES`] for each of its topics, channels and languages, and the sample's size.

mod confusion;
mod crowd;
mod digest;
mod distinct;
mod drift;
mod names;
mod rows;
mod sample;
mod score;
mod store;
mod tally;
#[cfg(test)]
mod tests;
mod timeline;
mod weight;
mod window;

pub use confusion::Confusion;
pub use drift::{
    Drift, benjamini_hochberg, change_p_value, homogeneity_p_value, jensen_shannon, wasserstein,
};
pub use rows::ReputationRow;
pub use score::Score;
pub use store::{Dimension, MOST_PARTS, Reputation, SAMPLE};
pub use tally::{BYTES_PER_ENTITY, BYTES_PER_SERIES};
