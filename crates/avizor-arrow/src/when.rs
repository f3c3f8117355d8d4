//! Times as files write them, to instants. Never guesses a zone.

use avizor::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::row::{Cell, shown, whole};

/// How X (Twitter) writes `created_at`.
const TWITTER: &str = "%a %b %d %H:%M:%S %z %Y";

/// The instant a cell names, `None` where it is empty; else what is wrong, to follow the column's name.
pub(crate) fn read(cell: Cell<'_>, zone: Option<&TimeZone>) -> Result<Option<Timestamp>, String> {
    match cell {
        Cell::Null => return Ok(None),
        Cell::Float(f) if f.is_nan() => return Ok(None),
        Cell::Text(s) if s.trim().is_empty() => return Ok(None),
        Cell::Broken(_) => return Err("is not UTF-8: save the file as UTF-8".to_owned()),
        _ => {}
    }
    if let Some(ms) = whole(cell) {
        return epoch(ms).map(Some);
    }
    let found = match cell {
        Cell::Instant(ms) => return epoch(i128::from(ms)).map(Some),
        Cell::Local(ms) => local(ms).map(Err),
        Cell::Text(s) => text(s.trim()),
        _ => None,
    };
    match (found, zone) {
        (Some(Ok(t)), _) => Ok(Some(t)),
        (Some(Err(wall)), Some(zone)) => zone
            .to_timestamp(wall)
            .map(|t| Some(of_jiff(t)))
            .map_err(|_| format!("is {}, which no calendar has: correct it", shown(cell))),
        (Some(Err(_)), None) => Err(format!(
            "is {}, a time without zone: add an offset (2026-03-01T10:00:00+01:00 or ...Z), or say the file's time zone",
            shown(cell)
        )),
        (None, _) => Err(format!(
            "is {}: write RFC 3339 with an offset (2026-03-01T10:00:00Z) or whole epoch milliseconds",
            shown(cell)
        )),
    }
}

fn of_jiff(t: jiff::Timestamp) -> Timestamp {
    Timestamp::from_millis(t.as_millisecond())
}

/// Epoch milliseconds; what lies beyond the calendar is another unit and not a time to be clamped.
fn epoch(ms: i128) -> Result<Timestamp, String> {
    i64::try_from(ms)
        .ok()
        .map(Timestamp::from_millis)
        .filter(|t| i128::from(t.millis()) == ms)
        .ok_or_else(|| {
            format!(
                "is {ms}, beyond the year 9999: write epoch milliseconds, not micro- or nanoseconds"
            )
        })
}

fn local(ms: i64) -> Option<DateTime> {
    let t = jiff::Timestamp::from_millisecond(ms).ok()?;
    Some(TimeZone::UTC.to_datetime(t))
}

/// An instant, or a wall-clock time that lacks its zone.
fn text(s: &str) -> Option<Result<Timestamp, DateTime>> {
    if let Ok(t) = s.parse::<jiff::Timestamp>() {
        return Some(Ok(of_jiff(t)));
    }
    // `2015-02-24 11:35:52 -0800`, `2015-02-24 11:35:52 UTC`
    if let Some((head, tail)) = s.rsplit_once(' ') {
        let offset = match tail {
            "UTC" | "GMT" | "Z" | "z" => Some("Z"),
            _ if tail.starts_with(['+', '-']) => Some(tail),
            _ => None,
        };
        if let Some(offset) = offset
            && let Ok(t) = format!("{}{offset}", head.trim_end()).parse::<jiff::Timestamp>()
        {
            return Some(Ok(of_jiff(t)));
        }
    }
    if let Ok(wall) = s.parse::<DateTime>() {
        return Some(Err(wall));
    }
    if let Ok(t) = jiff::Timestamp::strptime(TWITTER, s) {
        return Some(Ok(of_jiff(t)));
    }
    let mail = jiff::fmt::rfc2822::parse(s).ok()?;
    Some(Ok(of_jiff(mail.timestamp())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(s: &str) -> Result<String, String> {
        read(Cell::Text(s), None).map(|t| t.expect("a time").to_string())
    }

    #[test]
    fn forms_with_an_offset() {
        for s in [
            "2015-02-24T19:35:52Z",
            "2015-02-24T11:35:52-08:00",
            "2015-02-24 11:35:52 -0800",
            "2015-02-24 11:35:52 -08:00",
            "2015-02-24 11:35:52-0800",
            "2015-02-24 11:35:52-08",
            " 2015-02-24 19:35:52 UTC ",
            "Tue Feb 24 19:35:52 +0000 2015",
            "Tue, 24 Feb 2015 11:35:52 -0800",
            "1424806552000",
            "1424806552000.0",
        ] {
            assert_eq!(utc(s).as_deref(), Ok("2015-02-24T19:35:52Z"), "{s}");
        }
    }

    #[test]
    fn a_zone_is_asked_for_and_then_used() {
        for s in ["2015-07-24 11:35:52", "2015-07-24T11:35:52", "2015-07-24"] {
            assert!(utc(s).unwrap_err().contains("without zone"), "{s}");
        }
        let madrid = TimeZone::get("Europe/Madrid").expect("bundled");
        let t = read(Cell::Text("2015-07-24 11:35:52"), Some(&madrid));
        assert_eq!(
            t.map(|t| t.expect("a time").to_string()).as_deref(),
            Ok("2015-07-24T09:35:52Z")
        );
    }

    #[test]
    fn other_units_are_refused_not_clamped() {
        assert!(
            utc("1424806552000000")
                .unwrap_err()
                .contains("milliseconds")
        );
        assert!(utc("yesterday").unwrap_err().contains("RFC 3339"));
        assert!(read(Cell::Bool(true), None).is_err());
        assert_eq!(read(Cell::Text("  "), None), Ok(None));
    }
}
