//! What comes in: one text by one author at one moment.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// One mention, as it was collected. `id`, `timestamp` and `text` are required; the rest is optional.
///
/// Field names are those of the columns in JSON Lines, CSV, Parquet and Arrow.
///
/// ```
/// let m = avizor::Mention::new("t1", "2026-03-01T10:00:00Z".parse()?, "me perdieron la maleta");
/// assert_eq!(m.timestamp.millis(), 1_772_359_200_000);
/// # Ok::<(), avizor::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mention {
    /// Unique in the stream; a second mention with the same id is counted once.
    pub id: String,
    /// When it was published (event time).
    pub timestamp: Timestamp,
    /// What was written, in UTF-8.
    pub text: String,
    /// Who wrote it: any stable identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// How many follow the author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub followers: Option<u64>,
    /// Whether the network marks the author as verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    /// Where it was published (`x`, `instagram`, `reviews`, `phone` ...).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Address of the mention.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Language as an ISO 639-1 code; when absent it is detected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Whom it is about, when the collector already knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// Likes at the time of collection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likes: Option<u64>,
    /// Shares or retweets at the time of collection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shares: Option<u64>,
    /// Replies at the time of collection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replies: Option<u64>,
    /// Id of the mention that this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// Whether it is the organisation's own voice; never counted as opinion.
    #[serde(default, skip_serializing_if = "is_false")]
    pub from_brand: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_false(b: &bool) -> bool {
    !b
}

impl Mention {
    /// A mention with the three required fields and nothing else.
    pub fn new(id: impl Into<String>, timestamp: Timestamp, text: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            timestamp,
            text: text.into(),
            ..Self::default()
        }
    }
}
