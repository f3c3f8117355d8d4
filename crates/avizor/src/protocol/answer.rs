//! How to answer: working hours, what may be said at once, and which posture a kind of crisis asks for.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::time::{Span, Timestamp};

/// When people work, in the protocol's time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Working days of the week.
    pub days: Vec<Weekday>,
    /// First moment of the working day.
    pub from: Time,
    /// End of the working day; later than `from`.
    pub until: Time,
    /// Days on which nobody works.
    pub holidays: BTreeSet<Date>,
}

/// No answer may wait longer than the days of ten years.
const FARTHEST_DAYS: usize = 3_653;

impl Calendar {
    /// The moment at which `span` of working time has passed since `at`.
    ///
    /// O(days passed). Where ten years hold not enough working time it is their end.
    pub fn after(&self, at: Timestamp, span: Span, zone: &TimeZone) -> Timestamp {
        let mut left = span.millis();
        let mut date = at.to_jiff().to_zoned_datetime(zone.clone()).date();
        for _ in 0..FARTHEST_DAYS {
            if let Some((start, end)) = self.hours(date, zone) {
                let from = start.max(at.millis());
                let room = (end - from).max(0);
                if room > 0 && left <= room {
                    return Timestamp::from_millis(from + left);
                }
                left -= room;
            }
            match date.tomorrow() {
                Ok(next) => date = next,
                Err(_) => break,
            }
        }
        at.plus(Span::days(FARTHEST_DAYS as u32))
    }

    /// The working hours of a date, in epoch milliseconds; none on a day off.
    fn hours(&self, date: Date, zone: &TimeZone) -> Option<(i64, i64)> {
        if !self.days.contains(&date.weekday()) || self.holidays.contains(&date) {
            return None;
        }
        let instant = |time: Time| {
            let local = date.to_datetime(time);
            zone.to_zoned_datetime(local)
                .ok()
                .map(|z| z.timestamp().as_millisecond())
        };
        Some((instant(self.from)?, instant(self.until)?))
    }
}

/// A kind of crisis after Coombs' Situational Crisis Communication Theory
/// (Coombs 2007, *Corporate Reputation Review* 10:163-176, table 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrisisType {
    /// Acts of nature that damage the organisation.
    NaturalDisaster,
    /// False and damaging information about it.
    Rumor,
    /// An employee attacks others at work.
    WorkplaceViolence,
    /// An outsider damages it: tampering, a hack.
    Malevolence,
    /// Stakeholders say that it acts wrongly.
    Challenge,
    /// Technology fails and causes an accident.
    TechnicalAccident,
    /// Technology fails and a product is defective.
    TechnicalProductHarm,
    /// A person's error causes an accident.
    HumanAccident,
    /// A person's error makes a product defective.
    HumanProductHarm,
    /// Management knowingly puts others at risk or breaks the law.
    Misdeed,
}

/// How much responsibility people will lay on the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cluster {
    /// It is a victim too: hardly any.
    Victim,
    /// It did not mean to: some.
    Accidental,
    /// It could have prevented it: much.
    Preventable,
}

/// What the answer does about responsibility, once people have been informed and cared for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Posture {
    /// Informing and adjusting is enough.
    Inform,
    /// It is not so: say what is true.
    Deny,
    /// Explain how little control or damage there was.
    Diminish,
    /// Apologise and make good.
    Rebuild,
}

impl CrisisType {
    /// The cluster it belongs to.
    pub const fn cluster(self) -> Cluster {
        match self {
            Self::NaturalDisaster | Self::Rumor | Self::WorkplaceViolence | Self::Malevolence => {
                Cluster::Victim
            }
            Self::Challenge | Self::TechnicalAccident | Self::TechnicalProductHarm => {
                Cluster::Accidental
            }
            Self::HumanAccident | Self::HumanProductHarm | Self::Misdeed => Cluster::Preventable,
        }
    }

    /// The posture that the theory asks for; a history of such crises raises it (Coombs 2007, table 3).
    pub const fn posture(self, history: bool) -> Posture {
        match (self, self.cluster(), history) {
            (Self::Rumor, ..) => Posture::Deny,
            (_, Cluster::Victim, false) => Posture::Inform,
            (_, Cluster::Victim, true) | (_, Cluster::Accidental, false) => Posture::Diminish,
            (_, Cluster::Accidental, true) | (_, Cluster::Preventable, _) => Posture::Rebuild,
        }
    }
}

/// What a holding statement may leave open.
pub const PLACEHOLDERS: [&str; 7] = [
    "entity",
    "topic",
    "department",
    "owner",
    "date",
    "time",
    "next_update",
];

/// A holding statement: what may be published at once, with places for what only the moment knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    source: String,
}

impl Statement {
    /// Reads a template; the error says what is wrong and at which byte.
    pub(super) fn parse(source: &str) -> Result<Self, (usize, String)> {
        let mut rest = 0;
        while let Some(open) = source[rest..].find(['{', '}']).map(|i| i + rest) {
            let unclosed = (
                open,
                "a brace stands alone: write placeholders as {entity}".to_owned(),
            );
            if source[open..].starts_with('}') {
                return Err(unclosed);
            }
            let Some(close) = source[open..].find('}').map(|i| i + open) else {
                return Err(unclosed);
            };
            let name = &source[open + 1..close];
            if !PLACEHOLDERS.contains(&name) {
                return Err((
                    open,
                    format!(
                        "there is no placeholder `{{{name}}}`: there are {}",
                        PLACEHOLDERS.map(|p| format!("{{{p}}}")).join(", ")
                    ),
                ));
            }
            rest = close + 1;
        }
        Ok(Self {
            source: source.to_owned(),
        })
    }

    /// As it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The text, each placeholder by what `value` gives for its name. What is filled in is not read again.
    pub(crate) fn fill(&self, value: impl Fn(&str) -> String) -> String {
        let mut text = String::with_capacity(self.source.len());
        let mut rest = self.source.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                break;
            };
            text.push_str(&value(name));
            rest = tail;
        }
        text.push_str(rest);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office() -> (Calendar, TimeZone) {
        let calendar = Calendar {
            days: vec![
                Weekday::Monday,
                Weekday::Tuesday,
                Weekday::Wednesday,
                Weekday::Thursday,
                Weekday::Friday,
            ],
            from: jiff::civil::time(9, 0, 0, 0),
            until: jiff::civil::time(18, 0, 0, 0),
            holidays: BTreeSet::from([jiff::civil::date(2026, 4, 3)]),
        };
        (calendar, TimeZone::get("Europe/Madrid").unwrap())
    }

    #[test]
    fn working_time_passes_only_in_working_hours() {
        let (calendar, zone) = office();
        for (at, hours, end) in [
            // A Monday at ten, an hour later.
            ("2026-03-02T10:00:00+01:00", 1, "2026-03-02T11:00:00+01:00"),
            // At the day's end the rest is for tomorrow.
            ("2026-03-02T17:30:00+01:00", 1, "2026-03-03T09:30:00+01:00"),
            // On a Saturday nothing passes.
            ("2026-03-07T12:00:00+01:00", 2, "2026-03-09T11:00:00+01:00"),
            // Good Friday, and the clocks went forward the Sunday before.
            ("2026-04-02T17:00:00+02:00", 2, "2026-04-06T10:00:00+02:00"),
            // A working week.
            ("2026-03-02T09:00:00+01:00", 45, "2026-03-06T18:00:00+01:00"),
        ] {
            let at: Timestamp = at.parse().unwrap();
            let end: Timestamp = end.parse().unwrap();
            assert_eq!(calendar.after(at, Span::hours(hours), &zone), end, "{at}");
        }
    }

    #[test]
    fn too_few_working_days_end_somewhere() {
        let (mut calendar, zone) = office();
        calendar.days = vec![];
        let at = Timestamp::from_millis(i64::MAX);
        for at in [at, Timestamp::from_millis(0)] {
            assert!(calendar.after(at, Span::hours(1), &zone) >= at);
        }
    }

    #[test]
    fn history_raises_the_posture() {
        use CrisisType::*;
        assert_eq!(NaturalDisaster.posture(false), Posture::Inform);
        assert_eq!(NaturalDisaster.posture(true), Posture::Diminish);
        assert_eq!(TechnicalAccident.posture(false), Posture::Diminish);
        assert_eq!(TechnicalAccident.posture(true), Posture::Rebuild);
        assert_eq!(Misdeed.posture(false), Posture::Rebuild);
        assert_eq!(Rumor.posture(true), Posture::Deny);
    }

    #[test]
    fn statements_know_their_places() {
        let good = Statement::parse("Sabemos de {topic}. Más a las {next_update}.").unwrap();
        let filled = good.fill(|name| format!("<{name} {{entity}}>"));
        assert_eq!(
            filled,
            "Sabemos de <topic {entity}>. Más a las <next_update {entity}>."
        );
        for (bad, at) in [
            ("hola {nombre}", 5),
            ("un { solo", 3),
            ("otro } solo", 5),
            ("{}", 0),
        ] {
            assert_eq!(Statement::parse(bad).unwrap_err().0, at, "{bad}");
        }
    }
}
