//! What is counted of a stretch of time, and how coarse it becomes with age.

use serde::{Deserialize, Serialize};

use super::timeline::{Cell, DAY, FOR_EVER, HOUR, Level, WEEK, most_cells};
use crate::analysis::Polarity;

/// Of an entity: five minutes for a day, hours for five weeks, days for two years, weeks for ten, then 52 weeks.
pub(crate) const WHOLE: [Level; 5] = [
    Level { unit: 1, keep: DAY },
    Level {
        unit: HOUR,
        keep: 35 * DAY,
    },
    Level {
        unit: DAY,
        keep: 731 * DAY,
    },
    Level {
        unit: WEEK,
        keep: 522 * WEEK,
    },
    Level {
        unit: 52 * WEEK,
        keep: FOR_EVER,
    },
];

/// Of one topic, channel or language: hours for two days, days for five weeks, weeks for a year, then 52 weeks.
pub(crate) const PART: [Level; 4] = [
    Level {
        unit: HOUR,
        keep: 2 * DAY,
    },
    Level {
        unit: DAY,
        keep: 35 * DAY,
    },
    Level {
        unit: WEEK,
        keep: 52 * WEEK,
    },
    Level {
        unit: 52 * WEEK,
        keep: FOR_EVER,
    },
];

/// Most bytes that an entity's counts take in ten years of never a silent five minutes.
pub const BYTES_PER_ENTITY: usize = most_cells(&WHOLE) * size_of::<(i32, Tally)>();
/// Most bytes that one topic's, channel's or language's counts take in a year.
pub const BYTES_PER_SERIES: usize = most_cells(&PART) * size_of::<(i32, Tally)>();

/// Whole numbers only: sums of them do not depend on the order. They stop at their greatest value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub volume: u32,
    /// Negative, neutral, positive.
    pub sentiment: [u32; 3],
    /// The same in [`super::weight`] units.
    pub weight: [u32; 3],
}

impl Tally {
    /// One mention; without polarity where its language is not supported.
    pub(crate) fn add(&mut self, polarity: Option<Polarity>, weight: u8) {
        self.volume = self.volume.saturating_add(1);
        if let Some(p) = polarity {
            let k = p as usize;
            self.sentiment[k] = self.sentiment[k].saturating_add(1);
            self.weight[k] = self.weight[k].saturating_add(u32::from(weight));
        }
    }

    /// Mentions whose sentiment could be read.
    pub(crate) fn judged(&self) -> u32 {
        self.sentiment.iter().fold(0, |n, &c| n.saturating_add(c))
    }

    pub(crate) fn sum<'a>(tallies: impl Iterator<Item = &'a Self>) -> Self {
        let mut total = Self::default();
        tallies.for_each(|t| total.absorb(&mut (), *t));
        total
    }
}

impl Cell for Tally {
    type Shared = ();

    fn absorb(&mut self, (): &mut (), other: Self) {
        self.volume = self.volume.saturating_add(other.volume);
        for k in 0..3 {
            self.sentiment[k] = self.sentiment[k].saturating_add(other.sentiment[k]);
            self.weight[k] = self.weight[k].saturating_add(other.weight[k]);
        }
    }
}
