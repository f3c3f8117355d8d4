//! Analysed mentions to windows, and windows to a score that says how sure it is.
//!
//! Knows nothing of alarms. Counts are kept by hour, older ones by day, so memory is bounded by
//! [`HOURS_KEPT`] + [`DAYS_KEPT`] tallies of about 60 bytes for each entity.

mod ledger;
mod score;

use serde::{Deserialize, Serialize};

pub use ledger::{DAYS_KEPT, HOURS_KEPT};
pub(crate) use ledger::{Ledger, Tally};
pub use score::{Drift, Score};

use crate::time::Timestamp;

/// What an entity's reputation was over one window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReputationRow {
    /// Name in the protocol.
    pub entity: String,
    /// Start of the window, inclusive.
    pub start: Timestamp,
    /// End of the window, exclusive.
    pub end: Timestamp,
    /// Mentions, in any language.
    pub volume: u32,
    /// Negative mentions.
    pub negative: u32,
    /// Neutral mentions.
    pub neutral: u32,
    /// Positive mentions.
    pub positive: u32,
    /// The score with its interval; none where there is not enough data.
    pub score: Option<Score>,
    /// How this window differs from the entity's own past; none where there is not enough of either.
    pub drift: Option<Drift>,
    /// Mentions over those of all entities and competitors, in [0, 1].
    pub share_of_voice: f64,
}
