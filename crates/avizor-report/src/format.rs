//! Numbers, dates and lengths of time as a language writes them.

use avizor::Timestamp;
use jiff::tz::TimeZone;

use crate::strings::{Strings, fill};

/// Writes values in one language and one time zone.
pub(crate) struct Format {
    pub t: &'static Strings,
    zone: TimeZone,
}

impl Format {
    pub(crate) fn new(t: &'static Strings, timezone: &str) -> Self {
        // The protocol was read with this zone, so the bundled database knows it.
        let zone = TimeZone::get(timezone).unwrap_or(TimeZone::UTC);
        Self { t, zone }
    }

    /// `12 345`; four digits stand together where the language says so.
    pub(crate) fn int(&self, n: u64) -> String {
        let digits = n.to_string();
        if digits.len() < 5 && self.t.thousands != "," {
            return digits;
        }
        let mut out = String::new();
        for (i, c) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push_str(self.t.thousands);
            }
            out.push(c);
        }
        out
    }

    /// With a fraction of `places` digits.
    pub(crate) fn decimal(&self, x: f64, places: usize) -> String {
        if !x.is_finite() {
            return "–".to_owned();
        }
        let text = format!("{:.places$}", x.abs());
        let negative = x < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b));
        let text = text.replace('.', self.t.decimal);
        if negative {
            format!("\u{2212}{text}")
        } else {
            text
        }
    }

    /// A whole number of points that shows its sign.
    pub(crate) fn points(&self, x: f64) -> String {
        let text = self.decimal(x, 0);
        if x.round() > 0.0 {
            format!("+{text}")
        } else {
            text
        }
    }

    /// A share in [0, 1] in per cent; small ones with a decimal.
    pub(crate) fn percent(&self, share: f64) -> String {
        let p = 100.0 * share;
        let places = usize::from(p > 0.0 && p < 9.95);
        fill(self.t.percent, &[("n", &self.decimal(p, places))])
    }

    /// To two significant digits: an exact number of followers would name its owner.
    pub(crate) fn about(&self, n: u64) -> String {
        let unit = 10_u64.pow(n.max(1).ilog10().saturating_sub(1));
        let rounded = (n / unit).saturating_mul(unit);
        if rounded == n {
            self.int(n)
        } else {
            format!("≈ {}", self.int(rounded))
        }
    }

    /// `p = 0,03` or `p < 0,001`.
    pub(crate) fn p_value(&self, p: f64) -> String {
        if p < 0.001 {
            format!("p\u{a0}<\u{a0}{}", self.decimal(0.001, 3))
        } else {
            format!(
                "p\u{a0}=\u{a0}{}",
                self.decimal(p, if p < 0.1 { 3 } else { 2 })
            )
        }
    }

    fn local(&self, at: Timestamp) -> jiff::ZonedDateTime {
        jiff::Timestamp::from_millisecond(at.millis())
            .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
            .to_zoned_datetime(self.zone.clone())
    }

    /// `14 de marzo de 2026`.
    pub(crate) fn date_long(&self, at: Timestamp) -> String {
        self.date(self.t.date_long, self.t.months, at)
    }

    /// `14 mar`.
    pub(crate) fn date_short(&self, at: Timestamp) -> String {
        self.date(self.t.date_short, self.t.months_short, at)
    }

    fn date(&self, pattern: &str, months: &[String; 12], at: Timestamp) -> String {
        let local = self.local(at);
        let month = usize::try_from(local.month() - 1).unwrap_or(0).min(11);
        fill(
            pattern,
            &[
                ("day", &local.day().to_string()),
                ("month", &months[month]),
                ("year", &local.year().to_string()),
            ],
        )
    }

    /// `14 mar, 10:35`.
    pub(crate) fn moment(&self, at: Timestamp) -> String {
        let clock = self.local(at).strftime("%H:%M").to_string();
        fill(
            self.t.moment,
            &[("date", &self.date_short(at)), ("clock", &clock)],
        )
    }

    /// From one moment to another; the day once where it is the same.
    pub(crate) fn between(&self, from: Timestamp, to: Timestamp) -> String {
        let (a, b) = (self.local(from), self.local(to));
        if a.date() == b.date() {
            format!("{}–{}", self.moment(from), b.strftime("%H:%M"))
        } else {
            let (from, to) = (self.moment(from), self.moment(to));
            fill(self.t.until, &[("from", &from), ("to", &to)])
        }
    }

    /// For machines: RFC 3339 in UTC.
    pub(crate) fn machine(at: Timestamp) -> String {
        at.to_string()
    }

    /// Day of the month, from 1.
    pub(crate) fn day_of_month(&self, at: Timestamp) -> i8 {
        self.local(at).day()
    }

    /// `mar`, with the year in January.
    pub(crate) fn month(&self, at: Timestamp) -> String {
        let local = self.local(at);
        let month = usize::try_from(local.month() - 1).unwrap_or(0).min(11);
        if month == 0 {
            local.year().to_string()
        } else {
            self.t.months_short[month].clone()
        }
    }

    /// A length of time given in minutes.
    pub(crate) fn minutes(&self, minutes: f64) -> String {
        let whole = minutes.round().clamp(0.0, 1e9) as i64;
        let start = Timestamp::from_millis(0);
        self.length(start, Timestamp::from_millis(whole * 60_000))
    }

    /// `2 d 3 h`, `9 h 5 min`, `40 min`: the two greatest units.
    pub(crate) fn length(&self, from: Timestamp, to: Timestamp) -> String {
        let minutes = (to.millis() - from.millis()).max(0) / 60_000;
        let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
        let units = [self.t.day_unit, self.t.hour_unit, self.t.minute_unit];
        let first = [days, hours, rest].iter().position(|n| *n > 0).unwrap_or(2);
        [days, hours, rest]
            .into_iter()
            .zip(units)
            .skip(first)
            .take(2)
            .filter(|(n, _)| *n > 0 || minutes == 0)
            .map(|(n, unit)| format!("{n}\u{a0}{unit}"))
            .collect::<Vec<_>>()
            .join("\u{a0}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strings;
    use avizor::Language;

    #[test]
    fn numbers_follow_the_language() {
        let es = Format::new(strings::of(Language::Spanish), "Europe/Madrid");
        let en = Format::new(strings::of(Language::English), "UTC");
        assert_eq!(
            (es.int(1234), es.int(1_234_567)),
            ("1234".into(), "1\u{202f}234\u{202f}567".into())
        );
        assert_eq!((en.int(999), en.int(1234)), ("999".into(), "1,234".into()));
        assert_eq!(es.decimal(-3.25, 1), "\u{2212}3,2");
        assert_eq!(
            (es.points(-0.4), es.points(12.6)),
            ("0".into(), "+13".into())
        );
        assert_eq!(
            (es.percent(0.4512), en.percent(0.0213)),
            ("45\u{a0}%".into(), "2.1%".into())
        );
        assert_eq!(
            (es.about(7), es.about(12_345)),
            ("7".into(), "≈ 12\u{202f}000".into())
        );
        assert_eq!(es.decimal(f64::NAN, 1), "–");
    }

    #[test]
    fn times_are_those_of_the_zone() {
        let es = Format::new(strings::of(Language::Spanish), "Europe/Madrid");
        let at: Timestamp = "2026-03-01T23:30:00Z".parse().unwrap();
        assert_eq!(es.moment(at), "2\u{a0}mar, 00:30");
        assert_eq!(es.date_long(at), "2 de marzo de 2026");
        let later = Timestamp::from_millis(at.millis() + 9 * 3_600_000 + 300_000);
        assert_eq!(es.length(at, later), "9\u{a0}h\u{a0}5\u{a0}min");
        assert_eq!(es.length(at, at), "0\u{a0}min");
    }
}
