//! What keeps a rule from firing though its condition holds: silences and graver rules.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;

use crate::time::Timestamp;

/// A time in which certain rules do not fire: a planned campaign, the night.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// As it is to be shown.
    pub name: String,
    /// Positions of the triggers that it keeps quiet; none: all.
    pub triggers: Vec<usize>,
    /// Names of the entities it is about; none: all.
    pub entities: Vec<String>,
    /// Positions of the levels that it keeps quiet; none: all.
    pub levels: Vec<usize>,
    /// From when; none: always.
    pub from: Option<Timestamp>,
    /// Until when; none: for ever.
    pub until: Option<Timestamp>,
    /// Hours of the day in the protocol's zone; the end may lie after midnight.
    pub hours: Option<(Time, Time)>,
    /// Days of the week; none: all. With hours beyond midnight, the day on which they begin.
    pub days: Vec<Weekday>,
}

impl Silence {
    /// Whether it covers a rule of a level for an entity at a moment.
    pub fn covers(
        &self,
        trigger: usize,
        level: usize,
        entity: &str,
        at: Timestamp,
        zone: &TimeZone,
    ) -> bool {
        let among = |list: &[usize], position| list.is_empty() || list.contains(&position);
        among(&self.triggers, trigger)
            && among(&self.levels, level)
            && (self.entities.is_empty() || self.entities.iter().any(|e| e == entity))
            && self.from.is_none_or(|from| at >= from)
            && self.until.is_none_or(|until| at < until)
            && self.recurs(at, zone)
    }

    fn recurs(&self, at: Timestamp, zone: &TimeZone) -> bool {
        if self.hours.is_none() && self.days.is_empty() {
            return true;
        }
        let local = at.to_jiff().to_zoned_datetime(zone.clone());
        let (day, time) = (local.date().weekday(), local.time());
        let on = |day| self.days.is_empty() || self.days.contains(&day);
        match self.hours {
            None => on(day),
            Some((from, until)) if from < until => on(day) && from <= time && time < until,
            Some((from, until)) => {
                (on(day) && time >= from) || (on(day.previous()) && time < until)
            }
        }
    }
}

/// While one of the graver rules fires for an entity, the others stay quiet for it, and end if they fire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inhibition {
    /// Positions of the triggers that fire.
    pub whenever: Vec<usize>,
    /// Positions of the triggers that stay quiet.
    pub mutes: Vec<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_goes_on_past_midnight() {
        let zone = TimeZone::get("Europe/Madrid").unwrap();
        let night = Silence {
            name: "noche".into(),
            triggers: vec![1],
            entities: vec![],
            levels: vec![],
            from: None,
            until: None,
            hours: Some((
                jiff::civil::time(23, 0, 0, 0),
                jiff::civil::time(7, 0, 0, 0),
            )),
            days: vec![Weekday::Friday],
        };
        for (at, covered) in [
            ("2026-03-06T22:55:00+01:00", false),
            ("2026-03-06T23:00:00+01:00", true),
            ("2026-03-07T06:55:00+01:00", true),
            ("2026-03-07T07:00:00+01:00", false),
            ("2026-03-07T23:30:00+01:00", false),
        ] {
            let at: Timestamp = at.parse().unwrap();
            assert_eq!(night.covers(1, 0, "x", at, &zone), covered, "{at}");
            assert!(!night.covers(0, 0, "x", at, &zone));
        }
    }
}
