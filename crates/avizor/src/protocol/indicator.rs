//! The names a condition may use, each with its unit. One registry serves validation, evaluation and documentation.

use serde::{Deserialize, Serialize};

/// Type of an indicator in a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndicatorType {
    /// Whole number.
    Int,
    /// Number with a fraction.
    Double,
}

/// One name that conditions may use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Indicator {
    /// As it is written in a condition.
    pub name: &'static str,
    /// Whole or fractional.
    pub kind: IndicatorType,
    /// Unit and range.
    pub unit: &'static str,
    /// Least and greatest value that it can take.
    pub range: (f64, f64),
    /// What it measures, over the trigger's window.
    pub doc: &'static str,
}

/// The value of an indicator at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum IndicatorValue {
    /// Whole number.
    Int(i64),
    /// Number with a fraction.
    Double(f64),
}

impl IndicatorValue {
    /// As a floating-point number.
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Int(n) => n as f64,
            Self::Double(x) => x,
        }
    }
}

/// No count goes beyond this.
const MANY: f64 = 1e15;

macro_rules! indicators {
    ($($field:ident: $ty:ty, $kind:ident, $range:expr, $unit:literal, $doc:literal;)*) => {
        /// Every indicator, in the order of the documentation.
        pub const INDICATORS: &[Indicator] = &[
            $(Indicator { name: stringify!($field), kind: IndicatorType::$kind, unit: $unit, range: $range, doc: $doc },)*
        ];

        /// The indicators as the code names them, in the order of [`INDICATORS`].
        #[allow(non_camel_case_types, dead_code)] // named as they are written in a condition
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum Name {
            $(#[doc = $doc] $field,)*
        }

        impl Name {
            /// All of them, in that order.
            pub(crate) const ALL: &[Self] = &[$(Self::$field,)*];
        }

        /// How many indicators there are.
        pub(crate) const COUNT: usize = INDICATORS.len();

        /// The values of all indicators over one window of one entity.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        pub struct Indicators {
            $(#[doc = $doc] pub $field: $ty,)*
        }

        impl Indicators {
            /// The value of the indicator called `name`.
            pub fn get(&self, name: &str) -> Option<IndicatorValue> {
                match name {
                    $(stringify!($field) => Some(IndicatorValue::$kind(self.$field)),)*
                    _ => None,
                }
            }

            /// All values, in the order of [`INDICATORS`].
            pub(crate) fn values(&self) -> [IndicatorValue; COUNT] {
                [$(IndicatorValue::$kind(self.$field),)*]
            }
        }
    };
}

indicators! {
    volume: i64, Int, (0.0, MANY), "mentions, >= 0", "Mentions of the entity.";
    negative: i64, Int, (0.0, MANY), "mentions, >= 0", "Negative mentions.";
    positive: i64, Int, (0.0, MANY), "mentions, >= 0", "Positive mentions.";
    negative_share: f64, Double, (0.0, 1.0), "0 to 1", "Negative mentions over all whose language is supported; 0 when there are none.";
    positive_share: f64, Double, (0.0, 1.0), "0 to 1", "Positive mentions over all whose language is supported; 0 when there are none.";
    net_sentiment: f64, Double, (-100.0, 100.0), "-100 to 100", "Positive minus negative, over all whose language is supported, in per cent.";
    volume_surprise: f64, Double, (0.0, 30.0), "-log10 of a probability, 0 to 30", "How unlikely so many mentions are at this hour of this day: 3 is one in a thousand. Windows beyond a day are judged by their last day.";
    negative_surprise: f64, Double, (0.0, 30.0), "-log10 of a probability, 0 to 30", "How unlikely so many negative mentions are at this hour of this day.";
    negative_drift: f64, Double, (0.0, 30.0), "-log10 of a probability, 0 to 30", "How unlikely so great a share of negative mentions is against the entity's own past; 0 until there is a past of 100 mentions.";
    topic_drift: f64, Double, (0.0, 30.0), "-log10 of a probability, 0 to 30", "How unlikely so many negative mentions of one topic are against the entity's own past, for the topic that stands out most, corrected for the number of topics; 0 until there is a past of 100 mentions.";
    silence: f64, Double, (0.0, 30.0), "-log10 of a probability, 0 to 30", "How unlikely so few mentions are at this hour of this day: a collector may have stopped.";
    expected_volume: f64, Double, (0.0, MANY), "mentions, >= 0", "How many mentions the window usually brings at this hour of this day; of windows beyond a day, their last day.";
    distinct_authors: i64, Int, (0.0, MANY), "authors, >= 0", "Different authors; mentions without an author count as one author each.";
    top_author_share: f64, Double, (0.0, 1.0), "0 to 1", "Share of the most frequent author in the volume.";
    duplicate_share: f64, Double, (0.0, 1.0), "0 to 1", "Share of mentions whose text repeats one already seen in the window.";
    urgent: i64, Int, (0.0, MANY), "mentions, >= 0", "Mentions of urgency high or critical.";
    critical: i64, Int, (0.0, MANY), "mentions, >= 0", "Mentions of urgency critical.";
    urgent_reach: i64, Int, (0.0, MANY), "followers, >= 0", "Followers of the most followed author of a mention that is negative and of urgency high or critical.";
    unanswered_reach: i64, Int, (0.0, MANY), "followers, >= 0", "Followers of the most followed author of a complaint or another negative mention that the organisation has not answered within the window; authors of fewer than 1,000 count as 0.";
    insistent_reach: i64, Int, (0.0, MANY), "followers, >= 0", "Followers of the most followed author of two or more mentions without praise that the organisation has not answered within the window, at least one of them a complaint or negative otherwise; authors of fewer than 1,000 count as 0.";
    max_followers: i64, Int, (0.0, MANY), "followers, >= 0", "Followers of the most followed author of a negative mention.";
    reach: i64, Int, (0.0, MANY), "followers, >= 0", "Followers of all authors of negative mentions, each author once.";
    share_of_voice: f64, Double, (0.0, 1.0), "0 to 1", "The entity's mentions over those of all entities and competitors.";
    competitor_volume: i64, Int, (0.0, MANY), "mentions, >= 0", "Mentions of everybody else in the protocol.";
}

/// A set of indicators, one bit each, in the order of [`INDICATORS`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Set(u64);

impl Set {
    pub(crate) const NONE: Self = Self(0);

    /// Those of these names.
    pub(crate) const fn of(names: &[Name]) -> Self {
        let (mut set, mut i) = (0, 0);
        while i < names.len() {
            set |= 1 << names[i] as u32;
            i += 1;
        }
        Self(set)
    }

    /// Those at these positions.
    pub(crate) fn at(positions: impl IntoIterator<Item = usize>) -> Self {
        Self(positions.into_iter().fold(0, |set, i| set | 1 << i))
    }

    pub(crate) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}
