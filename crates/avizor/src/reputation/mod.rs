//! Analysed mentions to windows, and windows to a score that says how sure it is.
//!
//! Knows nothing of alarms. Everything counted of everybody is a [`Reputation`]: counts of the whole and of each
//! topic, channel and language, coarser as they age; and of the last ten weeks a sample of mentions, the number
//! of different authors and the networks' own counts. Memory is bounded for each entity by [`BYTES_PER_ENTITY`],
//! [`BYTES_PER_SERIES`] for each of its topics, channels and languages, and the sample's size.

mod attribution;
mod change_points;
mod confusion;
mod counts;
mod drift;
mod growth;
mod influence;
mod kpi;
mod period;
mod rows;
mod score;
mod shift;
mod store;
#[cfg(test)]
mod tests;
mod voice;
mod window;

pub use attribution::{Attribution, Cause, Facet};
pub use change_points::{ChangePoint, MOST_SEARCHED};
pub use confusion::Confusion;
pub use counts::tally::{BYTES_PER_ENTITY, BYTES_PER_SERIES};
pub use drift::{
    Drift, benjamini_hochberg, change_p_value, homogeneity_p_value, jensen_shannon, wasserstein,
};
pub use growth::Grown;
pub(crate) use growth::log_likelihood_ratio;
pub use influence::{Influence, Influencer};
pub use kpi::{Kpi, KpiDefinition, Words, kpi_definitions};
pub use period::Period;
pub use rows::ReputationRow;
pub use score::Score;
pub use shift::{MixDrift, SeriesDrift, Shift};
pub use store::{Dimension, MOST_PARTS, Reputation, SAMPLE};
pub use voice::{Gap, TopicVoices, Voice};
