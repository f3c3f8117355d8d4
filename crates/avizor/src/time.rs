//! Event time: instants in epoch milliseconds and durations written as people write them.
//! Knows nothing of the machine's clock.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::error::{Error, Result};

/// An instant in event time, milliseconds since 1970-01-01T00:00:00Z.
///
/// Reads RFC 3339 with an offset, or an integer of epoch milliseconds; writes RFC 3339 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// Instants outside the years -9999 to 9999 cannot be written as RFC 3339.
const LIMIT_MS: i64 = 253_402_207_200_000;

impl Timestamp {
    /// From epoch milliseconds; values that no calendar can write are clamped to its ends.
    pub const fn from_millis(ms: i64) -> Self {
        Self(if ms > LIMIT_MS {
            LIMIT_MS
        } else if ms < -LIMIT_MS {
            -LIMIT_MS
        } else {
            ms
        })
    }

    /// Epoch milliseconds.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The latest multiple of `step` at or before this instant.
    pub const fn floor(self, step: Span) -> Self {
        Self(self.0.div_euclid(step.0) * step.0)
    }

    /// This instant moved by `span`, clamped to the calendar's ends.
    pub const fn plus(self, span: Span) -> Self {
        Self::from_millis(self.0.saturating_add(span.0))
    }

    /// This instant moved back by `span`, clamped to the calendar's ends.
    pub const fn minus(self, span: Span) -> Self {
        Self::from_millis(self.0.saturating_sub(span.0))
    }

    pub(crate) fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_jiff().fmt(f)
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self> {
        let s = s.trim();
        if let Ok(ms) = s.parse::<i64>() {
            return Ok(Self::from_millis(ms));
        }
        s.parse::<jiff::Timestamp>()
            .map(|t| Self(t.as_millisecond()))
            .map_err(|_| Error::Time {
                value: s.to_owned(),
            })
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        if s.is_human_readable() {
            s.collect_str(self)
        } else {
            s.serialize_i64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Timestamp;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 time with an offset, or integer epoch milliseconds")
            }
            fn visit_i64<E: de::Error>(self, v: i64) -> std::result::Result<Timestamp, E> {
                Ok(Timestamp::from_millis(v))
            }
            fn visit_u64<E: de::Error>(self, v: u64) -> std::result::Result<Timestamp, E> {
                Ok(Timestamp::from_millis(i64::try_from(v).unwrap_or(i64::MAX)))
            }
            fn visit_str<E: de::Error>(self, v: &str) -> std::result::Result<Timestamp, E> {
                v.parse().map_err(E::custom)
            }
        }
        if d.is_human_readable() {
            d.deserialize_any(Visitor)
        } else {
            i64::deserialize(d).map(Self::from_millis)
        }
    }
}

/// A length of time in milliseconds, never negative, written `90s`, `30m`, `6h`, `7d` or `4w`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(i64);

impl Span {
    /// From milliseconds; a negative length is taken as zero.
    pub const fn from_millis(ms: i64) -> Self {
        Self(if ms < 0 { 0 } else { ms })
    }
    /// From minutes.
    pub const fn minutes(m: u32) -> Self {
        Self(m as i64 * 60_000)
    }
    /// From hours.
    pub const fn hours(h: u32) -> Self {
        Self(h as i64 * 3_600_000)
    }
    /// From days of 24 hours.
    pub const fn days(d: u32) -> Self {
        Self(d as i64 * 86_400_000)
    }
    /// Milliseconds.
    pub const fn millis(self) -> i64 {
        self.0
    }
    /// Minutes, with their fraction.
    pub fn as_minutes(self) -> f64 {
        self.0 as f64 / 60_000.0
    }
}

const UNITS: [(&str, i64); 5] = [
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
];

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS.iter().find(|(_, ms)| self.0 > 0 && self.0 % ms == 0);
        match unit {
            Some((name, ms)) => write!(f, "{}{name}", self.0 / ms),
            None => write!(f, "{}s", self.0 / 1_000),
        }
    }
}

impl FromStr for Span {
    type Err = Error;

    fn from_str(s: &str) -> Result<Self> {
        let bad = || Error::Duration {
            value: s.to_owned(),
        };
        let digits = s.len() - s.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let count: i64 = s[..digits].parse().map_err(|_| bad())?;
        let (_, ms) = UNITS
            .iter()
            .find(|(name, _)| *name == &s[digits..])
            .ok_or_else(bad)?;
        count.checked_mul(*ms).map(Self).ok_or_else(bad)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, s: S) -> std::result::Result<S::Ok, S::Error> {
        if s.is_human_readable() {
            s.collect_str(self)
        } else {
            s.serialize_i64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(d: D) -> std::result::Result<Self, D::Error> {
        if d.is_human_readable() {
            String::deserialize(d)?.parse().map_err(de::Error::custom)
        } else {
            i64::deserialize(d).map(Self::from_millis)
        }
    }
}
