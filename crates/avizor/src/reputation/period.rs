//! A stretch of event time, and what it is compared with.

use serde::{Deserialize, Serialize};

use crate::time::{Span, Timestamp};

/// A window is compared with the four weeks before it, or with as many windows if they are longer.
const REFERENCE: Span = Span::days(28);
const REFERENCE_WINDOWS: i64 = 4;

/// From `start`, inclusive, to `end`, exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Period {
    /// Its first moment.
    pub start: Timestamp,
    /// The first moment after it.
    pub end: Timestamp,
}

impl Period {
    /// Between two moments.
    pub const fn new(start: Timestamp, end: Timestamp) -> Self {
        Self { start, end }
    }

    /// How long it is; zero where it ends before it begins.
    pub const fn length(self) -> Span {
        Span::from_millis(self.end.millis() - self.start.millis())
    }

    /// Whether a moment is in it.
    pub fn contains(self, at: Timestamp) -> bool {
        (self.start..self.end).contains(&at)
    }

    /// What it is compared with when nothing else is asked for: the four weeks before it, or four times its own
    /// length if that is more.
    pub fn reference(self) -> Self {
        let back = self.length().millis().saturating_mul(REFERENCE_WINDOWS);
        let back = Span::from_millis(back.max(REFERENCE.millis()));
        Self::new(self.start.minus(back), self.start)
    }
}
